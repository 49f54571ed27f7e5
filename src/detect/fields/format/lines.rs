//! Files of lines, and the password files of single programs: `.netrc` and `.pgpass`.

use std::ops::Range;

use super::line::{lines, trim, unquoted};
use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};

/// A value a line, as items of a list; empty lines and comments are none.
pub(super) fn plain(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    let kept = lines(bytes).map(|line| trim(bytes, line));
    let kept = kept.filter(|line| !matches!(bytes[line.clone()], [] | [b'#', ..]));
    for (index, line) in kept.enumerate() {
        if tree
            .leaf(root, Name::index(index), Scalar::plain(line))
            .is_none()
        {
            return;
        }
    }
}

/// `user:password:…`, as in `/etc/shadow`: the second field of a line is called as its first.
pub(super) fn accounts(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    for line in lines(bytes) {
        let text = bytes.get(line.clone()).unwrap_or_default();
        let mut colons = memchr::memchr_iter(b':', text);
        let Some(first) = colons.next().filter(|_| !text.starts_with(b"#")) else {
            continue;
        };
        let end = colons.next().unwrap_or(text.len());
        let name = Name::At(line.start..line.start + first);
        let value = Scalar::plain(line.start + first + 1..line.start + end);
        if tree.leaf(root, name, value).is_none() {
            return;
        }
    }
}

/// `machine NAME login USER password WORD`, in one line or in several; the machine is the step
/// before `login` and `password`.
pub(super) fn netrc(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    let mut words = Words { bytes, at: 0 };
    let mut machine = None;
    while let Some(word) = words.next() {
        let keyword = &bytes[word.clone()];
        let added = match keyword {
            b"default" => tree
                .child(root, Name::At(word))
                .map(|node| machine = Some(node)),
            b"machine" => {
                let Some(name) = words.next() else { return };
                tree.child(root, Name::At(name))
                    .map(|node| machine = Some(node))
            }
            b"login" | b"password" | b"account" | b"port" | b"protocol" => {
                let Some(value) = words.next() else { return };
                let value = unquoted(bytes, value);
                let parent = machine.unwrap_or(root);
                tree.leaf(parent, Name::At(word), value).map(drop)
            }
            // A macro ends with an empty line.
            b"macdef" => {
                let rest = &bytes[words.at..];
                let end = memchr::memmem::find(rest, b"\n\n");
                words.at += end.unwrap_or(rest.len());
                Some(())
            }
            [b'#', ..] => {
                let rest = &bytes[words.at..];
                words.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                Some(())
            }
            _ => Some(()),
        };
        if added.is_none() {
            return;
        }
    }
}

/// Longest word in quotes.
const LONGEST_WORD: usize = 4 << 10;

/// Words between white space; one in quotes may hold some.
struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Words<'_> {
    fn next(&mut self) -> Option<Range<usize>> {
        let rest = &self.bytes[self.at..];
        let start = self.at + rest.len() - rest.trim_ascii_start().len();
        let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
        let quoted = (rest[0] == b'"').then(|| {
            let near = &rest[..rest.len().min(LONGEST_WORD)];
            let line = &near[..memchr::memchr(b'\n', near).unwrap_or(near.len())];
            let mut inner = line.iter().enumerate().skip(1);
            let mut escaped = false;
            let end = inner.find(|(_, byte)| {
                let ends = **byte == b'"' && !escaped;
                escaped = **byte == b'\\' && !escaped;
                ends
            });
            end.map(|(at, _)| at + 1)
        });
        let is_space = |byte: &u8| byte.is_ascii_whitespace();
        let bare = || rest.iter().position(is_space).unwrap_or(rest.len());
        let length = quoted.flatten().unwrap_or_else(bare);
        self.at = start + length;
        Some(start..self.at)
    }
}

/// `host:port:database:user:password`, with `\:` and `\\` for the signs themselves; the first four
/// are the step before `password`.
pub(super) fn pgpass(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    for line in lines(bytes) {
        if bytes[line.clone()].starts_with(b"#") {
            continue;
        }
        if let Some(last) = fourth_colon(bytes, &line)
            && password(bytes, tree, root, line.start..last, last + 1..line.end).is_none()
        {
            return;
        }
    }
}

fn fourth_colon(bytes: &[u8], line: &Range<usize>) -> Option<usize> {
    let mut at = line.start;
    let mut colons = 0;
    while at < line.end {
        match bytes[at] {
            b'\\' => at += 1,
            b':' => colons += 1,
            _ => {}
        }
        if colons == 4 {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn password(
    bytes: &[u8],
    tree: &mut Tree,
    root: NodeId,
    place: Range<usize>,
    at: Range<usize>,
) -> Option<()> {
    let node = tree.child(root, Name::At(place))?;
    let mut said = Vec::with_capacity(at.len());
    let mut raw = bytes[at.clone()].iter();
    while let Some(byte) = raw.next() {
        let quoted = if *byte == b'\\' { raw.next() } else { None };
        said.push(*quoted.unwrap_or(byte));
    }
    let name = Name::Text((*b"password").into());
    tree.leaf(node, name, Scalar::saying(at, bytes, &said))?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn lines_are_items() {
        assert_eq!(fields("lines", "a b\r\n# c\n\n  d=e\n"), ["0=a b", "1=d=e"]);
    }

    #[test]
    fn accounts_are_named_by_their_users() {
        let text = "# a:b\nroot:x:1:\nops:y\nz\n";
        assert_eq!(fields("accounts", text), ["root=x", "ops=y"]);
    }

    #[test]
    fn a_netrc_is_words_of_machines() {
        let text = "# machine x\nmachine a.b login ci password p#w\nmachine c\n\tlogin \"d e\"\n\tpassword \"f\\\"g\"\nmacdef init\ncd /x password no\n\ndefault password h";
        assert_eq!(
            fields("netrc", text),
            [
                "a.b.login=ci",
                "a.b.password=p#w",
                "c.login=d e",
                "c.password=f\"g <f\\\"g>",
                "default.password=h",
            ]
        );
        assert_eq!(fields("netrc", "machine"), Vec::<String>::new());
    }

    #[test]
    fn a_pgpass_is_five_fields_a_line() {
        let text = "# c\ndb:5432:app:svc:p:w\n*:*:*:a\\:b:c\\\\d\\:e\nx:y\n";
        assert_eq!(
            fields("pgpass", text),
            [
                "db:5432:app:svc.password=p:w",
                "*:*:*:a\\:b.password=c\\d:e <c\\\\d\\:e>",
            ]
        );
    }
}
