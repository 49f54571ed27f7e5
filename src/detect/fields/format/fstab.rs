//! `/etc/fstab`: what is mounted where, of what kind, with which options. Options with values are
//! fields below the place.

use std::ops::Range;

use super::line::lines;
use crate::detect::fields::tree::{Name, Scalar, Tree};

/// Reads the file.
pub(super) fn parse(bytes: &[u8], tree: &mut Tree) {
    let Some(root) = tree.document() else { return };
    for line in lines(bytes) {
        let fields = parts(bytes, line, |byte| byte.is_ascii_whitespace());
        let mut fields = fields.filter(|field| !field.is_empty()).take(4);
        let (Some(what), Some(place), Some(_), Some(options)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        if bytes.get(what.start) == Some(&b'#') {
            continue;
        }
        let Some(node) = tree.child(root, Name::At(place)) else {
            return;
        };
        for option in parts(bytes, options, |byte| byte == b',') {
            let text = bytes.get(option.clone()).unwrap_or_default();
            let Some(equals) = memchr::memchr(b'=', text) else {
                continue;
            };
            let name = Name::At(option.start..option.start + equals);
            let value = Scalar::plain(option.start + equals + 1..option.end);
            if tree.leaf(node, name, value).is_none() {
                return;
            }
        }
    }
}

/// The parts of a place between separators.
fn parts(
    bytes: &[u8],
    at: Range<usize>,
    is_end: fn(u8) -> bool,
) -> impl Iterator<Item = Range<usize>> {
    let text = bytes.get(at.clone()).unwrap_or_default();
    let mut start = at.start;
    text.split(move |byte| is_end(*byte)).map(move |part| {
        let at = start..start + part.len();
        start = at.end + 1;
        at
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::fields;

    #[test]
    fn options_with_values_are_fields() {
        let text = "# a b c d=e\nUUID=x / ext4 defaults 0 1\n//s/x\t/mnt  cifs user=u,ro,password=p=w,uid=0 0 0\nshort a=b\n";
        assert_eq!(
            fields("fstab", text),
            ["/mnt.user=u", "/mnt.password=p=w", "/mnt.uid=0"]
        );
    }
}
