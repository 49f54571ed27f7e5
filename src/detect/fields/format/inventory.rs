//! Ansible's inventories in INI: a host a line with its variables behind it, below its group, and the
//! variables of whole groups in sections of their own (`[web:vars]`).

use std::ops::Range;

use super::line::{lines, trim, unquoted};
use crate::detect::fields::tree::{Name, NodeId, Tree};

/// Reads the file.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    let (mut group, mut is_vars) = (root, false);
    for line in lines(bytes) {
        let text = trim(bytes, line);
        let read = match bytes.get(text.clone()).unwrap_or_default() {
            [] | [b'#' | b';', ..] => Some(()),
            [b'[', name @ .., b']'] => {
                is_vars = name.ends_with(b":vars");
                let name = Name::At(text.start + 1..text.end - 1);
                tree.child(root, name).map(|node| group = node)
            }
            _ if is_vars => variable(bytes, text, tree, group),
            _ => host(bytes, text, tree, group),
        };
        if read.is_none() {
            return;
        }
    }
}

/// `web1 ansible_user=ci ansible_password='…'`. `None` where there is no more room.
fn host(bytes: &[u8], line: Range<usize>, tree: &mut Tree, group: NodeId) -> Option<()> {
    let is_said = |word: &Range<usize>| bytes.get(word.start) != Some(&b'#');
    let mut words = words(bytes, line).take_while(is_said);
    let Some(name) = words.next() else {
        return Some(());
    };
    let host = tree.child(group, Name::At(name))?;
    words.try_for_each(|word| variable(bytes, word, tree, host))
}

/// `name=value`, as far as it is one.
fn variable(bytes: &[u8], at: Range<usize>, tree: &mut Tree, node: NodeId) -> Option<()> {
    let text = bytes.get(at.clone()).unwrap_or_default();
    let Some(equals) = memchr::memchr(b'=', text) else {
        return Some(());
    };
    let name = trim(bytes, at.start..at.start + equals);
    let value = trim(bytes, at.start + equals + 1..at.end);
    tree.leaf(node, Name::At(name), unquoted(bytes, value))?;
    Some(())
}

/// The words of a line, in which white space within quotes is part of a word.
fn words(bytes: &[u8], line: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = line.start;
    std::iter::from_fn(move || {
        let text = bytes.get(at..line.end)?;
        let start = at + text.len() - text.trim_ascii_start().len();
        let text = bytes.get(start..line.end).filter(|text| !text.is_empty())?;
        let mut open = None;
        let is_end = |byte: &u8| {
            match (open, *byte) {
                (None, byte) if byte.is_ascii_whitespace() => return true,
                (None, quote @ (b'"' | b'\'')) => open = Some(quote),
                (Some(quote), byte) if byte == quote => open = None,
                _ => {}
            }
            false
        };
        at = start + text.iter().position(is_end).unwrap_or(text.len());
        Some(start..at)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn variables_are_called_by_their_group_and_host() {
        let text = "# c\nmail ansible_host=10.0.0.9\n\n[web]\n\
                    web1 ansible_user=ci ansible_password='a #b=c'  # x=y\nweb2\n\
                    [web:vars]\nansible_become_pass = \"p#q\"\nx\n";
        assert_eq!(
            fields("inventory", text),
            [
                "mail.ansible_host=10.0.0.9",
                "web.web1.ansible_user=ci",
                "web.web1.ansible_password=a #b=c",
                "web:vars.ansible_become_pass=p#q",
            ]
        );
    }

    #[test]
    fn a_quote_that_does_not_end_takes_the_line_and_no_more() {
        let text = "a x='b c\nd y=e\n=\n[\n";
        assert_eq!(fields("inventory", text), ["a.x='b c", "d.y=e"]);
    }
}
