//! Units of systemd, and files of Podman that are made into such: sections, and settings of which
//! one in several lines is joined by backslashes.
//!
//! What `Environment=` sets are fields of their own, as are credentials (`SetCredential=ID:…`);
//! of other settings the value is one text, such as a command line.

use std::ops::Range;

use super::joined::joined;
use super::line::trim;
use crate::detect::fields::tree::{Name, NodeId, Scalar, Tree};

mod words;

use words::{Word, words};

/// Signs of comments.
const SIGNS: &[u8] = b"#;";

/// Reads the file.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    let mut section = root;
    for (at, text) in joined(bytes, SIGNS) {
        let inner = text.trim_ascii();
        let added = match inner {
            [] | [b'#' | b';', ..] => continue,
            [b'[', name @ .., b']'] => {
                let start = trim(bytes, at).start + 1;
                let name = Name::At(start..start + name.len());
                tree.child(root, name).map(|node| section = node)
            }
            _ => setting(bytes, tree, section, at.start, &text),
        };
        if added.is_none() {
            return;
        }
    }
}

/// `Name=value`, whose text stands at `start`. `None` where the tree has no more room.
fn setting(
    bytes: &[u8],
    tree: &mut Tree,
    section: NodeId,
    start: usize,
    text: &[u8],
) -> Option<()> {
    let Some(equals) = memchr::memchr(b'=', text) else {
        return Some(());
    };
    let name = trim(bytes, start..start + equals);
    let value = trim(text, equals + 1..text.len());
    let said = &text[value.clone()];
    let node = tree.child(section, Name::At(name.clone()))?;
    match &bytes[name] {
        b"Environment" | b"DefaultEnvironment" | b"ManagerEnvironment" => {
            for word in words(said) {
                entry(bytes, tree, node, start + value.start, &word, b'=')?;
            }
        }
        b"SetCredential" => {
            let word = Word::whole(said);
            entry(bytes, tree, node, start + value.start, &word, b':')?;
        }
        _ => {
            let at = start + value.start..start + value.end;
            tree.set(node, Scalar::saying(at, bytes, said));
        }
    }
    Some(())
}

/// A field of what a word says, behind its name and `separator`. `None` where the tree has no more
/// room.
fn entry(
    bytes: &[u8],
    tree: &mut Tree,
    parent: NodeId,
    base: usize,
    word: &Word,
    separator: u8,
) -> Option<()> {
    let Some((name, value)) = word.split(separator) else {
        return Some(());
    };
    let place = |at: Range<usize>| base + at.start..base + at.end;
    let scalar = Scalar::saying(place(value.at), bytes, value.text);
    let name = Name::Text(name.text.into());
    tree.leaf(parent, name, scalar).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn variables_are_fields_however_they_are_quoted() {
        let text = "[Unit]\nDescription = a b\n[Service]\nEnvironment=A=x B=y=z\nEnvironment=\"C=p q\" 'D=r' E=\"s t\"\n\
                    Environment=\"F=u\\x41\\\"\\n%%\" G=100%%\n; H=i\nEnvironment=\nEnvironment=word 9=x \"K=open\nPassEnvironment=L\n";
        assert_eq!(
            fields("systemd", text),
            [
                "Unit.Description=a b",
                "Service.Environment.A=x",
                "Service.Environment.B=y=z",
                "Service.Environment.C=p q",
                "Service.Environment.D=r",
                "Service.Environment.E=s t",
                "Service.Environment.F=uA\"\n% <u\\x41\\\"\\n%%>",
                "Service.Environment.G=100% <100%%>",
                "Service.Environment.K=open",
                "Service.PassEnvironment=L",
            ]
        );
    }

    #[test]
    fn lines_go_on_and_credentials_have_names() {
        let text = "[Service]\nEnvironment=A=x \\\n  # c\n  B=y\nExecStart=/bin/a --b \\\r\n c\nSetCredential=pw:x\\x20y\n";
        assert_eq!(
            fields("systemd", text),
            [
                "Service.Environment.A=x",
                "Service.Environment.B=y",
                "Service.ExecStart=/bin/a --b     c </bin/a --b \\\r\n c>",
                "Service.SetCredential.pw=x y <x\\x20y>",
            ]
        );
    }
}
