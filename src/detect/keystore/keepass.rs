//! KeePass databases: always encrypted, and yet nothing that belongs into an image.
//!
//! <https://keepass.info/help/kb/kdbx.html>

use super::File;
use crate::detect::keys::Sights;
use crate::detect::matched::Facts;

/// Signature of every version, then that of KeePass 2 and 1.
const MAGIC: &[u8] = &[0x03, 0xd9, 0xa2, 0x9a];
const TWO: &[u8] = &[0x67, 0xfb, 0x4b, 0xb5];
const ONE: &[u8] = &[0x65, 0xfb, 0x4b, 0xb5];

/// Reads the header.
pub(super) fn read(File { bytes, .. }: File<'_>, _sights: &mut Sights) -> Option<Facts> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let version = match rest.strip_prefix(TWO) {
        // Minor version, then major, little-endian.
        Some([_, _, major @ 2..=9, 0, ..]) => format!("kdbx {major}"),
        Some(_) => return None,
        None => rest.strip_prefix(ONE).map(|_| "kdb".to_owned())?,
    };
    Some(Facts::from([
        ("encrypted".to_owned(), true.into()),
        ("store".to_owned(), version.into()),
    ]))
}
