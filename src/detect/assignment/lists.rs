//! Keys in languages that are made of lists: keywords and pairs of Lisp, Clojure and Erlang.

use super::cursor::Cursor;
use super::extent::quoted;
use super::tie::{Around, Tie};

/// Whether what stands before a name makes it one of Lisp or Clojure: `:key`, `(key`, `(setq key`, `(defvar *key*`.
pub(super) fn names(line: &[u8]) -> bool {
    let is_apart = |before: &[u8]| !matches!(before, [.., last] if !b" \t,([{".contains(last));
    let line = line.strip_suffix(b"*").unwrap_or(line);
    if let Some(before) = line.strip_suffix(b":").or(line.strip_suffix(b"(")) {
        return is_apart(before);
    }
    let word = line.trim_ascii();
    (word.starts_with(b"(set") || word.starts_with(b"(def")) && !word.contains(&b' ')
}

/// Whether a string of Lisp is next, the last one in the parentheses that `line` opens right before its key.
pub(super) fn holds(cursor: &Cursor<'_>, line: &[u8]) -> bool {
    let value = (cursor.peek_quote() == Some((b'"', 1)))
        .then(|| quoted(cursor.bytes, cursor.at + 1, b'"'))
        .flatten();
    value.is_some_and(|value| {
        !line.ends_with(b"(") || cursor.bytes.get(value.end + 1) == Some(&b')')
    })
}

/// `{key, "…"}` and `{key, <<"…">>}` of Erlang, `(key . "…")` of Lisp, with nothing behind.
pub(super) fn pair(cursor: &mut Cursor<'_>, around: &Around<'_>) -> Option<Tie> {
    let mut ahead = Cursor { ..*cursor };
    let (is_pair, closing) = match ahead.rest().first()? {
        b',' => (is_first(around), b'}'),
        b'.' => (names(around.line()), b')'),
        _ => return None,
    };
    ahead.at += 1;
    ahead.spaces();
    let is_binary = ahead.eat(b"<<");
    let (quote @ b'"', 1) = ahead.peek_quote().filter(|_| is_pair)? else {
        return None;
    };
    let value = quoted(ahead.bytes, ahead.at + 1, quote)?;
    let mut behind = Cursor {
        bytes: ahead.bytes,
        at: value.end + 1,
    };
    let is_whole = (!is_binary || behind.eat(b">>")) && behind.rest().first() == Some(&closing);
    is_whole.then(|| {
        cursor.at = ahead.at;
        Tie::Firm
    })
}

/// Whether a name is the first of two in braces: `{key, "…"}`, `{:key, "…"}`.
fn is_first(around: &Around<'_>) -> bool {
    let line = around.line();
    !around.quoted && line.strip_suffix(b":").unwrap_or(line).ends_with(b"{")
}
