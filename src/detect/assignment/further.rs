//! Values that do not follow the name they belong to: further on or before it, as a value of their own.

use super::cursor::{Cursor, MOST_SPACES};
use super::extent::quoted;
use super::judge::LONGEST_VALUE;
use super::tie::{Around, Tie};
use crate::detect::class::Class;

/// Bytes of a block, or of a call, in which a default is looked for.
const LONGEST_BLOCK: usize = 256;

/// Where the value stands, passed to.
pub(super) fn find(cursor: &mut Cursor<'_>, around: &Around<'_>) -> Option<Tie> {
    let at = cursor.at;
    let default = match around.class {
        Class::Config if around.quoted => default_of_variable(cursor),
        Class::Code if around.quoted => default_of_option(cursor, around),
        _ => None,
    };
    let found = default.or_else(|| {
        cursor.at = at;
        named_value(cursor)
    });
    found.or_else(|| {
        cursor.at = value_before(around)?;
        Some(Tie::Firm)
    })
}

/// `variable "key" { … default = "…" }` of Terraform.
fn default_of_variable(cursor: &mut Cursor<'_>) -> Option<Tie> {
    cursor.spaces();
    cursor.eat(b"{").then_some(())?;
    let rest = cursor.rest();
    let block = &rest[..rest.len().min(LONGEST_BLOCK)];
    let block = &block[..memchr::memchr(b'}', block).unwrap_or(block.len())];
    cursor.at += memchr::memmem::find(block, b"default")? + b"default".len();
    cursor.spaces();
    cursor.eat(b"=").then_some(Tie::Firm)
}

/// `add_argument("--key", …, default="…")`, `config("KEY", default="…")`, `option('key', { default: '…' })`.
fn default_of_option(cursor: &mut Cursor<'_>, around: &Around<'_>) -> Option<Tie> {
    let is_option = around.called || around.bytes[..around.start].ends_with(b"--");
    (is_option && cursor.eat(b",")).then_some(())?;
    let end = cursor.bytes.len().min(cursor.at + LONGEST_BLOCK);
    let mut depth = 0;
    let mut before = b',';
    while cursor.at < end {
        let byte = cursor.bytes[cursor.at];
        match byte {
            b'"' | b'\'' | b'`' => cursor.at = quoted(cursor.bytes, cursor.at + 1, byte)?.end,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => return None,
            b')' | b']' | b'}' => depth -= 1,
            b'd' if !before.is_ascii_alphanumeric() && before != b'_' && cursor.eat(b"default") => {
                cursor.spaces();
                return (cursor.eat(b"=") || cursor.eat(b":")).then_some(Tie::Firm);
            }
            _ => {}
        }
        before = byte;
        cursor.at += 1;
    }
    None
}

/// `name: KEY` and then `value: …` on the same or the next line, in YAML, JSON and XML.
fn named_value(cursor: &mut Cursor<'_>) -> Option<Tie> {
    let limit = cursor.at + MOST_SPACES;
    while let Some(byte) = cursor.bytes.get(cursor.at)
        && cursor.at < limit
        && (byte.is_ascii_whitespace() || matches!(byte, b',' | b'"'))
    {
        cursor.at += 1;
    }
    if !(cursor.eat(b"value") || cursor.eat(b"Value") || cursor.eat(b"ParameterValue")) {
        return None;
    }
    cursor.quote();
    cursor.spaces();
    (cursor.eat(b"=") || cursor.eat(b":")).then_some(Tie::Firm)
}

/// `value: …` and then `name: KEY`: where the value begins, its quote included.
fn value_before(around: &Around<'_>) -> Option<usize> {
    let open = around.start - usize::from(around.quoted);
    let name = (around.class == Class::Config).then(|| {
        key_before(
            ahead_of(around.bytes, open),
            &[b"name", b"Name", b"key", b"Key"],
        )
    })??;
    let end = open - name;
    let between = ahead_of(around.bytes, end);
    let text = between.trim_ascii_end();
    let text = text.strip_suffix(b",").unwrap_or(text).trim_ascii_end();
    let gap = between.len() - text.len();
    let line = memchr::memrchr(b'\n', text).map_or(text, |at| &text[at + 1..]);
    let begins = match line.split_last()? {
        (quote @ (b'"' | b'\''), before) => memchr::memrchr(*quote, before)?,
        // In YAML there is nothing else in its line.
        _ => memchr::memchr(b':', line)? + 1,
    };
    let spaces = line[begins..].len() - line[begins..].trim_ascii_start().len();
    key_before(&line[..begins], &[b"value", b"Value"])?;
    (gap > 0).then_some(end - gap - line.len() + begins + spaces)
}

/// As much of what stands before `end` as is looked at.
fn ahead_of(bytes: &[u8], end: usize) -> &[u8] {
    &bytes[end.saturating_sub(LONGEST_VALUE + MOST_SPACES)..end]
}

/// How long what stands at the end of a text is, if that is one of these keys and what ties it to a value.
fn key_before(text: &[u8], names: &[&[u8]]) -> Option<usize> {
    let tied = text.trim_ascii_end();
    let named = tied.strip_suffix(b":").or(tied.strip_suffix(b"="))?;
    let named = named.trim_ascii_end();
    let bare = named.strip_suffix(b"\"");
    let before = names
        .iter()
        .find_map(|name| bare.unwrap_or(named).strip_suffix(*name))?;
    let before = match bare {
        Some(_) => before.strip_suffix(b"\"")?,
        None => before,
    };
    let is_whole = |b: &u8| !b.is_ascii_alphanumeric() && !b"_-.".contains(b);
    (before.last().is_none_or(is_whole)).then_some(text.len() - before.len())
}
