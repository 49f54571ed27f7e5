//! A class in brackets as Go reads it, written as Rust reads it.
//!
//! Go knows neither classes within classes nor operators between them, so `[`, `&&`, `--` and `~~`
//! are letters there; and a dash behind `\w` is one, too.

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use super::golang::{code, property};

/// What stands between two brackets.
pub(super) struct Class {
    negated: bool,
    items: Vec<Item>,
}

enum Item {
    Range(char, char),
    /// `\d`, `\s`, `\w` and their opposites, by their letter.
    Perl(char),
    /// `[:alpha:]`, as both languages write it.
    Posix(String),
    /// `\p{Greek}`, as Rust writes it.
    Property(String),
}

impl Class {
    /// Reads on behind the opening bracket; `None` where Go would refuse it.
    pub(super) fn read(rest: &mut Peekable<Chars<'_>>) -> Option<Self> {
        let negated = rest.next_if_eq(&'^').is_some();
        let mut items = Vec::new();
        // A bracket that closes at once is a letter.
        if rest.next_if_eq(&']').is_some() {
            items.push(range(']', rest)?);
        }
        while rest.next_if_eq(&']').is_none() {
            items.push(item(rest)?);
        }
        Some(Self { negated, items })
    }

    /// Writes it, as a class of Unicode where one of its items asks for that.
    pub(super) fn write(&self, out: &mut String) {
        let wide = self.items.iter().any(|item| match item {
            Item::Range(_, last) => !last.is_ascii(),
            Item::Property(_) => true,
            Item::Perl(_) | Item::Posix(_) => false,
        });
        out.push_str(if wide { "(?u:[" } else { "[" });
        out.push_str(if self.negated { "^" } else { "" });
        for item in &self.items {
            match item {
                Item::Range(first, last) => {
                    let _ = write!(out, "\\x{{{:x}}}", u32::from(*first));
                    if first != last {
                        let _ = write!(out, "-\\x{{{:x}}}", u32::from(*last));
                    }
                }
                Item::Perl(letter) => out.push_str(perl(*letter)),
                Item::Posix(name) | Item::Property(name) => out.push_str(name),
            }
        }
        out.push_str(if wide { "])" } else { "]" });
    }
}

fn item(rest: &mut Peekable<Chars<'_>>) -> Option<Item> {
    let first = rest.next()?;
    if first == '[' && rest.peek() == Some(&':') {
        return Some(match posix(rest) {
            Some(name) => Item::Posix(name),
            None => range('[', rest)?,
        });
    }
    if first == '\\' {
        match rest.peek() {
            Some(letter @ ('d' | 'D' | 's' | 'S' | 'w' | 'W')) => {
                let letter = *letter;
                rest.next();
                return Some(Item::Perl(letter));
            }
            Some(letter @ ('p' | 'P')) => {
                let letter = *letter;
                rest.next();
                return Some(Item::Property(property(letter, rest)));
            }
            _ => {}
        }
    }
    range(single(first, rest)?, rest)
}

/// A letter, or a range where a dash and another letter follow.
fn range(first: char, rest: &mut Peekable<Chars<'_>>) -> Option<Item> {
    let mut ahead = rest.clone();
    let is_range = ahead.next() == Some('-') && ahead.peek().is_some_and(|next| *next != ']');
    if !is_range {
        return Some(Item::Range(first, first));
    }
    *rest = ahead;
    let next = rest.next()?;
    Some(Item::Range(first, single(next, rest)?))
}

/// A letter as it stands or escaped.
fn single(first: char, rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    if first != '\\' {
        return Some(first);
    }
    Some(match rest.next()? {
        'a' => '\x07',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        other => return code(other, rest),
    })
}

/// `[:alpha:]` behind its first bracket; nothing is taken where it is not closed.
fn posix(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let text: String = rest.clone().take(16).collect();
    let end = text.get(1..)?.find(":]")? + 3;
    rest.nth(end - 1);
    Some(format!("[{}", text.get(..end)?))
}

/// ASCII alone, as Go means it, whether or not the class around it is one of Unicode.
fn perl(letter: char) -> &'static str {
    match letter {
        'd' => "0-9",
        'D' => "[^0-9]",
        's' => r"\t\n\x0C\r\x20",
        'S' => r"[^\t\n\x0C\r\x20]",
        'w' => "0-9A-Za-z_",
        _ => "[^0-9A-Za-z_]",
    }
}
