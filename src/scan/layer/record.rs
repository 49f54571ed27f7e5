//! PAX records and extended attributes of entries: their values, and keys that are long enough.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::Worker;
use crate::content::Outcome;
use crate::detect::{Context, TextKind};
use crate::finding::Kind;
use crate::image::LayerEntry;

/// Keys of records below this length hold no secret: `mtime`, `path` and the like.
const SHORTEST_KEY: usize = 16;

impl Worker<'_, '_> {
    /// A PAX record or extended attribute.
    pub(super) fn record(
        &mut self,
        entry: &LayerEntry,
        key: &[u8],
        value: &[u8],
    ) -> io::Result<()> {
        let label = String::from_utf8_lossy(key);
        let context = Context {
            path: &[],
            kind: TextKind::Metadata,
            label: Some(&label),
        };
        let outcome = self.scan_bytes(&context, value);
        self.take(outcome, Kind::EntryMetadata, Some(entry))?;
        if let Some(plain) = decoded_attribute(key, value) {
            let mut outcome = self.scan_bytes(&context, &plain);
            for hit in &mut outcome.hits {
                hit.decoded.insert(0, "base64".to_owned());
            }
            self.take(outcome, Kind::EntryMetadata, Some(entry))?;
        }
        if key.len() < SHORTEST_KEY {
            return Ok(());
        }
        let context = Context {
            kind: TextKind::Name,
            ..Context::default()
        };
        let outcome = self.scan_bytes(&context, key);
        self.take(outcome, Kind::EntryMetadata, Some(entry))
    }

    fn scan_bytes(&mut self, context: &Context<'_>, mut bytes: &[u8]) -> Outcome {
        self.scanner.scan(context, &mut bytes)
    }
}

/// The value of an extended attribute as libarchive writes it: in base64, with padding or without.
fn decoded_attribute(key: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    if !key.starts_with(b"LIBARCHIVE.xattr.") {
        return None;
    }
    let padding = value.iter().rev().take_while(|byte| **byte == b'=').count();
    STANDARD_NO_PAD
        .decode(value.get(..value.len() - padding)?)
        .ok()
}
