//! What ties a key to its value, in every language that has some of its own.

use super::cursor::{Cursor, MOST_SPACES, line_before};
use super::lists;
use crate::detect::class::Class;

/// How a value is tied to its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    /// `key=value`, with or without spaces around.
    Equals,
    /// `key: value`.
    Colon,
    /// `key => value`, `key := value`, `key <- value`, `key ?? value`, `define('key', 'value')`,
    /// `.setKey("value")`, `name: key, value: …`.
    Firm,
    /// `${key:-value}`, `${key:value}`.
    Default,
    /// `<key>value</key>`.
    Element,
    /// `--key value`, `ENV key value`, `key "value"`.
    Space,
}

/// Bytes of a name for short, `"p"` beside `"password"`.
const SHORT: usize = 3;

/// Beginnings of functions that take something else: what to look for, what to compare with.
const ASKING: [&str; 16] = [
    "get", "is", "has", "check", "valid", "verify", "hash", "test", "expect", "match", "find",
    "parse", "compare", "equal", "contain", "remove",
];

/// What stands around the name of a key.
pub(super) struct Around<'a> {
    pub bytes: &'a [u8],
    /// Where the name begins, and whether it stands in quotes.
    pub start: usize,
    pub quoted: bool,
    /// Whether a bracket behind it closed what the name stands in: `env["KEY"]`, `$ENV{KEY}`.
    closed: bool,
    /// Whether it is an argument: `getenv("KEY")`.
    pub called: bool,
    pub class: Class,
}

impl<'a> Around<'a> {
    /// Passes what belongs to the name still.
    pub(super) fn of(cursor: &mut Cursor<'a>, start: usize, quoted: bool, class: Class) -> Self {
        let bytes = cursor.bytes;
        let open = start.saturating_sub(usize::from(quoted));
        let before = bytes[open.saturating_sub(4)..open].trim_ascii_end().last();
        let mut closed = cursor.eat(b"]") || before == Some(&b'{') && cursor.eat(b"}");
        let called = quoted && before == Some(&b'(');
        if called && class == Class::Code {
            closed |= cursor.eat(b")");
        }
        if class == Class::Code && !quoted && !closed {
            pass_dimension(cursor);
            // `*key*`
            if before == Some(&b'*') {
                cursor.eat(b"*");
            }
        }
        Self {
            bytes,
            start,
            quoted,
            closed,
            called,
            class,
        }
    }

    fn before(&self) -> Option<u8> {
        self.start.checked_sub(1).map(|at| self.bytes[at])
    }

    /// What stands before the key in its line.
    pub(super) fn line(&self) -> &'a [u8] {
        line_before(self.bytes, self.start)
    }

    /// Whether the name is the first string behind a brace: `{ "key", "…" }`.
    fn in_braces(&self) -> bool {
        let open = self.line().split_last().map(|(_, open)| open);
        self.quoted && open.is_some_and(|open| open.trim_ascii_end().ends_with(b"{"))
    }

    /// Whether the name, which ends at `end`, is one of a function that sets what it names: `.password("…")`,
    /// `setKey("…")`.
    fn sets(&self, end: usize) -> bool {
        let name = &self.bytes[self.start..end];
        let dot = memchr::memrchr(b'.', name);
        let own = &name[dot.map_or(0, |dot| dot + 1)..];
        let begins = |verb: &str| {
            let first = own.get(..verb.len());
            first.is_some_and(|first| first.eq_ignore_ascii_case(verb.as_bytes()))
        };
        let asks = ASKING.iter().any(|verb| begins(verb));
        let is_method = dot.is_some() || self.before() == Some(b'.');
        !asks && (is_method || begins("set") || begins("with"))
    }

    /// Whether the key takes its value behind a space: `--key value`, `ENV key value`, `key "value"`.
    pub(super) fn takes_space(&self, cursor: &Cursor<'_>) -> bool {
        let line = self.line();
        if line.ends_with(b"--") {
            return true;
        }
        let word = line.trim_ascii();
        let is_flag = |flags: &[u8]| flags.iter().all(u8::is_ascii_alphabetic);
        if [&b"ENV"[..], b"ARG", b"setenv", b"set", b"setx", b"#define"].contains(&word)
            || word.strip_prefix(b"set -").is_some_and(is_flag)
        {
            return true;
        }
        let is_code = matches!(self.class, Class::Code | Class::Shell | Class::Other);
        let is_statement = matches!(word, b"" | b"@" | b"set(" | b"SET(");
        let is_told = || {
            is_statement
                || line.ends_with(b" -")
                || lists::names(line) && lists::holds(cursor, line)
        };
        is_code && cursor.peek_quote().is_some() && is_told()
    }

    /// Whether it is the name of a flag behind where its value goes: `StringVar(&key, "key", "…")`.
    fn is_flag(&self) -> bool {
        self.quoted && memchr::memmem::find(self.line(), b"StringVar").is_some()
    }
}

/// `secret[]`, `secret[32]`.
fn pass_dimension(cursor: &mut Cursor<'_>) {
    let Some(rest) = cursor.rest().strip_prefix(b"[") else {
        return;
    };
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits < 6 && rest.get(digits) == Some(&b']') {
        cursor.at += digits + 2;
    }
}

/// The separator behind a name, passed.
pub(super) fn find(cursor: &mut Cursor<'_>, around: &Around<'_>) -> Option<Tie> {
    let before = around.before();
    let is_code = around.class == Class::Code;
    if before == Some(b'{') && (cursor.eat(b":-") || cursor.eat(b":=")) {
        return Some(Tie::Default);
    }
    // Behind `?` and `+` a shell has a message, or something else.
    let is_default = || !matches!(cursor.rest(), [_, b'?' | b'+' | b'=' | b'-', ..]);
    if before == Some(b'{') && is_default() && around.line().ends_with(b"${") && cursor.eat(b":") {
        return Some(Tie::Default);
    }
    let first = *cursor.rest().first()?;
    let is_fallback = is_code && matches!(first, b'?' | b'|' | b'o');
    if is_fallback && let Some(tie) = fallback(cursor, around) {
        return Some(tie);
    }
    if let b'<' | b'=' | b':' | b'?' | b'|' = first {
        match sign(cursor, around) {
            Sign::Tie(tie) => return Some(tie),
            Sign::Other => return None,
            Sign::None => {}
        }
    }
    if let Some(tie) = element(cursor, around).or_else(|| lists::pair(cursor, around)) {
        return Some(tie);
    }
    is_code.then(|| in_code(cursor, around)).flatten()
}

/// What a sign behind a name is.
enum Sign {
    Tie(Tie),
    /// One that ties nothing.
    Other,
    None,
}

fn sign(cursor: &mut Cursor<'_>, around: &Around<'_>) -> Sign {
    let is_arrow = cursor.eat(b"<-") || cursor.eat(b"=>");
    if is_arrow || cursor.eat(b":=") || cursor.eat(b"?=") || cursor.eat(b"||=") {
        return Sign::Tie(Tie::Firm);
    }
    if cursor.eat(b"==") || cursor.eat(b"=~") || cursor.eat(b"::") {
        return Sign::Other;
    }
    if cursor.eat(b"=") {
        return Sign::Tie(Tie::Equals);
    }
    let is_ternary = around.class == Class::Code && !around.quoted;
    if !around.closed && cursor.eat(b":") || is_ternary && cursor.eat(b"?:") {
        return Sign::Tie(Tie::Colon);
    }
    Sign::None
}

/// `<key>`, `<key type="…">`, `<property name="key">`, and `<key>name</key><string>`.
fn element(cursor: &mut Cursor<'_>, around: &Around<'_>) -> Option<Tie> {
    let at = cursor.at;
    match around.before() {
        Some(b'<') => {
            let rest = cursor.rest();
            let rest = &rest[..rest.len().min(MOST_SPACES)];
            let length = rest.iter().position(|b| matches!(b, b'>' | b'<' | b'\n'))?;
            let is_open = rest[length] == b'>' && !rest[..length].ends_with(b"/");
            is_open.then(|| cursor.at += length + 1)?;
        }
        _ if around.quoted => cursor.eat(b">").then_some(())?,
        Some(b'>') => {
            cursor.passes(b"</").then_some(())?;
            cursor.at += cursor
                .rest()
                .iter()
                .take_while(|b| b.is_ascii_alphabetic())
                .count();
            cursor.eat(b">").then_some(())?;
        }
        _ => return None,
    }
    let end = cursor.at;
    cursor.blank();
    if !(cursor.eat(b"<value>") || cursor.eat(b"<string>")) {
        cursor.at = end;
        // A key's own end says nothing of what comes behind it.
        if around.before() == Some(b'>') {
            cursor.at = at;
            return None;
        }
    }
    Some(Tie::Element)
}

/// `key ?? "…"`, `key || "…"`, `getenv("key") ?: '…'`, `os.getenv("key") or "…"`.
fn fallback(cursor: &mut Cursor<'_>, around: &Around<'_>) -> Option<Tie> {
    let mut ahead = Cursor { ..*cursor };
    let is_read = around.closed || around.called;
    let is_fallback =
        ahead.eat(b"??") || ahead.eat(b"||") || is_read && (ahead.eat(b"?:") || ahead.eat(b"or "));
    ahead.eat(b"=");
    ahead.spaces();
    (is_fallback && ahead.is_at_string()).then(|| {
        cursor.at = ahead.at;
        Tie::Firm
    })
}

/// Passes the short name of a flag that has a long one: `StringP("key", "k", "…")`.
fn pass_short(cursor: &mut Cursor<'_>) {
    let Some(short) = cursor.rest().first_chunk::<SHORT>() else {
        return;
    };
    let mut ahead = Cursor {
        bytes: cursor.bytes,
        at: cursor.at + SHORT,
    };
    if short[0] == b'"' && short[2] == b'"' && ahead.eat(b",") {
        ahead.spaces();
        cursor.at = if ahead.is_at_string() {
            ahead.at
        } else {
            cursor.at
        };
    }
}

/// What only programs write.
fn in_code(cursor: &mut Cursor<'_>, around: &Around<'_>) -> Option<Tie> {
    let is_argument = around.called || around.in_braces() || around.is_flag();
    let mut ahead = Cursor { ..*cursor };
    if ahead.rest().starts_with(b"{ get;") {
        ahead.at += memchr::memchr(b'}', &ahead.rest()[..ahead.rest().len().min(MOST_SPACES)])? + 1;
        ahead.spaces();
        cursor.at = ahead.behind_type()?;
        return Some(Tie::Equals);
    }
    let is_tied = match around.quoted {
        true => is_argument && ahead.eat(b",") || ahead.eat(b"->") || ahead.eat(b"to "),
        false if ahead.eat(b"(") => around.sets(cursor.at),
        false => ahead.eat(b"{"),
    };
    if is_tied {
        ahead.spaces();
        pass_short(&mut ahead);
        ahead.pass_wrapper();
        return ahead.is_at_string().then(|| {
            cursor.at = ahead.at;
            Tie::Firm
        });
    }
    let is_typed = matches!(cursor.rest(), [first, ..] if first.is_ascii_alphabetic() || b"[*&".contains(first));
    if around.quoted || around.closed || !is_typed {
        return None;
    }
    cursor.at = ahead.behind_type()?;
    Some(Tie::Equals)
}
