//! Bytes that are part of nothing and may hold a compressed stream behind anything: junk in front
//! of it hides it from whoever looks at the start alone.

use std::collections::HashSet;

use super::{Outcome, Scanner};
use crate::archive::{Compression, sniff};
use crate::detect::Context;
use crate::error::WarningCode;
use crate::secret::Secret;

/// Streams looked into behind the start of one piece.
const STREAMS: usize = 16;

impl Scanner<'_> {
    /// Searches `bytes` as [`scan`](Self::scan) does, and what the first gzip and zstd streams in
    /// them hold.
    pub fn scan_loose(&mut self, context: &Context<'_>, bytes: &[u8]) -> Outcome {
        let mut all = self.scan(context, &mut &bytes[..]);
        let mut known: HashSet<Secret> = HashSet::new();
        for start in streams(bytes) {
            known.extend(all.hits.iter().map(|hit| hit.matched.identity().clone()));
            let rest = bytes.get(start..).unwrap_or_default();
            let found = self.scan(context, &mut &*rest);
            let hits = found.hits.into_iter();
            // What lies around the stream has been searched.
            let is_news = |hit: &super::Hit| {
                !hit.inside.is_empty() && !known.contains(hit.matched.identity())
            };
            all.hits.extend(hits.filter(is_news));
            // A few bytes that look like a stream and are none are nothing broken.
            let warnings = found.warnings.into_iter();
            all.warnings
                .extend(warnings.filter(|warning| warning.code == WarningCode::LimitReached));
        }
        all
    }
}

/// Where streams seem to begin, behind the first byte.
fn streams(bytes: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr2_iter(0x1f, 0x28, bytes)
        .filter(|start| {
            let head = bytes.get(*start..).unwrap_or_default();
            *start > 0 && matches!(sniff(head), Compression::Gzip | Compression::Zstd)
        })
        .take(STREAMS)
}
