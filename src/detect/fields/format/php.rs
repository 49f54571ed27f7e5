//! Settings in PHP: what is defined, assigned, or stands in arrays, as far as it is a literal.
//!
//! `define('KEY', 'value')`, `$a['b']['c'] = 'value'`, `$a->b = 'value'`, `public $key = 'value'`,
//! `'key' => ['inner' => 'value']`. A value that is computed is no value.

use std::ops::Range;

use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};
use crate::detect::json_escape;

/// Reads the file.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    let mut reader = Reader { bytes, at: 0, tree };
    while let Some(token) = reader.next() {
        if reader.statement(root, token).is_none() {
            return;
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A string, without its quotes; whether they are double ones.
    Text(Range<usize>, bool),
    /// `$name`, without the sign.
    Variable(Range<usize>),
    /// A name or a number.
    Word(Range<usize>),
    /// `=>`.
    Arrow,
    /// Anything else.
    Sign(u8),
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    tree: &'a mut Tree,
}

/// `None` where the tree has no more room, or the file ends within something.
impl Reader<'_> {
    fn statement(&mut self, root: NodeId, token: Token) -> Option<()> {
        match token {
            Token::Word(word) if self.bytes[word.clone()].eq_ignore_ascii_case(b"define") => {
                self.define(root)
            }
            Token::Word(word) if self.bytes[word.clone()].eq_ignore_ascii_case(b"const") => {
                match self.next()? {
                    Token::Word(name) if self.eats(&Token::Sign(b'=')) => {
                        let node = self.tree.child(root, Name::At(name))?;
                        self.value(node)
                    }
                    _ => Some(()),
                }
            }
            Token::Word(word) if self.is_array(&word) => self.array(root, b')'),
            Token::Sign(b'[') => self.array(root, b']'),
            Token::Variable(name) => self.assignment(root, name),
            _ => Some(()),
        }
    }

    /// `('KEY', value)`.
    fn define(&mut self, root: NodeId) -> Option<()> {
        if !self.eats(&Token::Sign(b'(')) {
            return Some(());
        }
        let Token::Text(name, _) = self.next()? else {
            return Some(());
        };
        if !self.eats(&Token::Sign(b',')) {
            return Some(());
        }
        let node = self.tree.child(root, Name::At(name))?;
        self.value(node)
    }

    /// `['a']['b'] = value` or `->a = value`, behind a variable.
    fn assignment(&mut self, root: NodeId, name: Range<usize>) -> Option<()> {
        let mut names = vec![Name::At(name)];
        loop {
            if self.eats(&Token::Sign(b'-')) {
                self.eats(&Token::Sign(b'>'));
                let Token::Word(at) = self.next()? else {
                    return Some(());
                };
                names.push(Name::At(at));
                continue;
            }
            if !self.eats(&Token::Sign(b'[')) {
                break;
            }
            match self.next()? {
                Token::Text(at, _) | Token::Word(at) | Token::Variable(at) => {
                    names.push(Name::At(at));
                }
                Token::Sign(b']') => {
                    names.push(Name::index(0));
                    continue;
                }
                _ => return Some(()),
            }
            if !self.eats(&Token::Sign(b']')) {
                return Some(());
            }
        }
        if !self.eats(&Token::Sign(b'=')) || self.eats(&Token::Sign(b'=')) {
            return Some(());
        }
        let mut node = root;
        for name in names {
            node = self.tree.child(node, name)?;
        }
        self.value(node)
    }

    /// A literal, an array, or something computed, up to what ends it.
    fn value(&mut self, node: NodeId) -> Option<()> {
        let before = self.at;
        match self.next()? {
            Token::Text(at, double) => {
                if self.ends_here() {
                    let scalar = self.said(at, double);
                    self.tree.set(node, scalar);
                }
            }
            Token::Sign(b'[') => return self.array(node, b']'),
            Token::Word(word) if self.is_array(&word) => return self.array(node, b')'),
            Token::Word(at) => {
                let is_word = !self.bytes[at.clone()].iter().all(u8::is_ascii_digit);
                if self.ends_here() {
                    let plain = Scalar::plain(at);
                    self.tree.set(node, Scalar { is_word, ..plain });
                }
            }
            _ => self.at = before,
        }
        self.skip()
    }

    /// The elements of an array whose opening sign has been read.
    fn array(&mut self, node: NodeId, close: u8) -> Option<()> {
        let mut index = 0;
        loop {
            let before = self.at;
            let key = match self.next()? {
                Token::Sign(sign) if sign == close => return Some(()),
                Token::Sign(b',') | Token::Arrow => continue,
                Token::Sign(b';' | b')' | b']' | b'}') => return Some(()),
                Token::Text(at, _) | Token::Word(at) => Some(at),
                _ => None,
            };
            let name = match key {
                Some(at) if self.eats(&Token::Arrow) => Name::At(at),
                _ => {
                    self.at = before;
                    index += 1;
                    Name::index(index - 1)
                }
            };
            let child = self.tree.child(node, name)?;
            self.value(child)?;
        }
    }

    /// Whether `array` with its parenthesis has been read, the latter now.
    fn is_array(&mut self, word: &Range<usize>) -> bool {
        self.bytes[word.clone()].eq_ignore_ascii_case(b"array") && self.eats(&Token::Sign(b'('))
    }

    /// Passes the rest of an expression, up to what ends it.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        while !(depth == 0 && self.ends_here()) {
            match self.next()? {
                Token::Sign(b'(' | b'[' | b'{') => depth += 1,
                Token::Sign(b')' | b']' | b'}') => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Some(())
    }

    /// Whether what comes next ends a value.
    fn ends_here(&mut self) -> bool {
        let before = self.at;
        let next = self.next();
        self.at = before;
        matches!(
            next,
            None | Some(Token::Sign(b',' | b')' | b']' | b'}' | b';') | Token::Arrow)
        )
    }

    fn eats(&mut self, token: &Token) -> bool {
        let before = self.at;
        let there = self.next().as_ref() == Some(token);
        if !there {
            self.at = before;
        }
        there
    }

    fn said(&self, at: Range<usize>, double: bool) -> Scalar {
        let raw = self.bytes.get(at.clone()).unwrap_or_default();
        if memchr::memchr(b'\\', raw).is_none() {
            return Scalar::plain(at);
        }
        if double {
            return Scalar::saying(at, self.bytes, &json_escape::unescape(raw));
        }
        let mut said = Vec::with_capacity(raw.len());
        let mut rest = raw.iter().peekable();
        while let Some(byte) = rest.next() {
            let quoted = rest.next_if(|next| *byte == b'\\' && matches!(next, b'\\' | b'\''));
            said.push(*quoted.unwrap_or(byte));
        }
        Scalar::saying(at, self.bytes, &said)
    }

    /// The next token; comments are passed.
    fn next(&mut self) -> Option<Token> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            self.at += rest.len() - rest.trim_ascii_start().len();
            let rest = self.bytes.get(self.at..)?;
            self.at += match rest {
                [b'/', b'*', ..] => {
                    memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2)
                }
                [b'/', b'/', ..] | [b'#', ..] => memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
                _ => break,
            };
        }
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_' || !b.is_ascii();
        let word = |from: usize| {
            let length = rest.get(from..)?.iter().take_while(|b| is_word(b)).count();
            (length > 0).then_some(from + length)
        };
        let (token, length) = match *rest.first()? {
            quote @ (b'"' | b'\'') => {
                let end = quoted(rest, quote)?;
                let inner = start + 1..start + end;
                (Token::Text(inner, quote == b'"'), end + 1)
            }
            b'=' if rest.get(1) == Some(&b'>') => (Token::Arrow, 2),
            b'$' if word(1).is_some() => {
                let end = word(1)?;
                (Token::Variable(start + 1..start + end), end)
            }
            sign => match word(0) {
                Some(end) => (Token::Word(start..start + end), end),
                None => (Token::Sign(sign), 1),
            },
        };
        self.at += length;
        Some(token)
    }
}

/// Where the string ends that begins here.
fn quoted(rest: &[u8], quote: u8) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr2(quote, b'\\', rest.get(at..)?)?;
        if rest[at] == quote {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn what_is_defined_assigned_and_listed_is_a_field() {
        let text = r#"<?php
// define('NO', 'x');
define( 'DB_PASSWORD', 'p\\w\'x' ); # c
$db['default']['pw'] = "a\"b";
class C { public $secret = 'x'; const KEY = 'y'; }
return [
    'db' => ['user' => 'u', 'pass' => 'z', 3, true],
    'old' => array('k' => 'v', 'n' => 12),
    'list' => ['one', 'two'],
];"#;
        assert_eq!(
            fields("php", text),
            [
                r"DB_PASSWORD=p\w'x <p\\w\'x>",
                r#"db.default.pw=a"b <a\"b>"#,
                "secret=x",
                "KEY=y",
                "db.user=u",
                "db.pass=z",
                "db.0=3",
                "db.1=true!",
                "old.k=v",
                "old.n=12",
                "list.0=one",
                "list.1=two",
            ]
        );
    }

    #[test]
    fn what_is_computed_is_no_value() {
        let text = "<?php $a = getenv('X'); $b = 'x' . $y; if ($c == 'z') {}\n\
                    return ['k' => env('K', 'd'), 'l' => f(['m' => 'n']), 'o' => 'p'];";
        assert_eq!(fields("php", text), ["o=p"]);
    }

    #[test]
    fn a_broken_file_counts_up_to_where_it_breaks() {
        for broken in [
            "$a = 'x'; $b = 'y",
            "['a' => 'x', 'b' => [",
            "['a' => 'x'; }}) => , 'b' =>",
        ] {
            assert_eq!(fields("php", broken), ["a=x"], "{broken}");
        }
    }
}
