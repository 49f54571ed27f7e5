//! One way through a layer: stored bytes, decompression, tar, entries, with both hashes taken on
//! the way. It depends on that layer alone and never fails: what is wrong is a warning.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use super::whiteout::{Meaning, meaning};
use super::{Item, Layer, LayerEntry, LayerSummary, verify};
use crate::archive::{
    Backlog, Blob, Capped, Compression, Early, EntryKind, LimitHit, Limits, Probe, Tally, TarEntry,
    TarError, TarReader, With, is_tar, normalise, sniff, tap, tracked_decoder, without_nuls,
};
use crate::error::{Warning, WarningCode, printable};

/// What is done with each item. An error ends the walk at once.
type Visit<'v> = dyn FnMut(Item<'_>) -> io::Result<()> + 'v;

/// Visits everything that the layer holds. Never fails: what is wrong stands in the summary, and
/// what could be read before it was visited.
pub fn walk(layer: &Layer, limits: &Limits, verify: bool, visit: &mut Visit<'_>) -> LayerSummary {
    walk_beside(layer, limits, verify, Help::default(), visit)
}

/// What makes the hashes of a walk take less time.
#[derive(Default, Clone, Copy)]
pub(crate) struct Help<'h> {
    /// Other threads hash what is unpacked.
    pub backlog: Option<&'h Backlog>,
    /// Stored bytes of later layers are hashed beside this one's, as these were beside earlier ones'.
    pub early: Option<&'h Arc<Early>>,
}

/// As [`walk`], with help.
pub(crate) fn walk_beside(
    layer: &Layer,
    limits: &Limits,
    verify: bool,
    help: Help<'_>,
    visit: &mut Visit<'_>,
) -> LayerSummary {
    let Some(blob) = &layer.blob else {
        return LayerSummary::default();
    };
    let mut walk = Walk {
        layer,
        limits,
        visit,
        summary: LayerSummary {
            size: blob.len() as u64,
            ..LayerSummary::default()
        },
        warnings: Capped::default(),
        odd_names: Counted::default(),
        behind_end: Counted::default(),
        stream_is_whole: true,
        stored: None,
        backlog: (help.backlog).filter(|_| sniff(blob) != Compression::None),
        early: help.early,
    };
    if layer.media_type.is_encrypted() && sniff(blob) == Compression::None && !is_tar(blob) {
        walk.encrypted(blob, verify);
    } else {
        walk.blob(blob, verify);
    }
    walk.finish()
}

struct Walk<'w, 'v> {
    layer: &'w Layer,
    limits: &'w Limits,
    visit: &'w mut Visit<'v>,
    summary: LayerSummary,
    warnings: Capped,
    odd_names: Counted,
    behind_end: Counted,
    stream_is_whole: bool,
    /// Counts the stored bytes that were read.
    stored: Option<Tally>,
    /// Of a compressed layer.
    backlog: Option<&'w Backlog>,
    early: Option<&'w Arc<Early>>,
}

/// Entries that one warning speaks of: how many, and the name of the first.
#[derive(Default)]
struct Counted {
    count: u64,
    first: Vec<u8>,
}

impl Counted {
    fn add(&mut self, path: &[u8]) {
        if self.count == 0 {
            self.first = path.to_vec();
        }
        self.count += 1;
    }
}

impl Walk<'_, '_> {
    fn encrypted(&mut self, blob: &Blob, verify: bool) {
        let media_type = &self.layer.media_type;
        let message = format!("is encrypted ({media_type}), so its entries were not scanned");
        self.warn(WarningCode::EncryptedLayer, &message);
        if verify {
            let (_, stored) = self.stored_tap(blob, true);
            stored.update(blob);
            verify::judge(self.layer, stored.digest(), None, &mut self.summary);
        }
    }

    /// The stored bytes as a reader that hashes when `hash` is set.
    fn stored_tap<'b>(&self, blob: &'b Blob, hash: bool) -> (Box<dyn BufRead + 'b>, Tally) {
        let algorithm = self.layer.algorithm();
        let with = With {
            early: self.early,
            stored: Some(blob),
            lane: self.backlog.map(Backlog::stored),
        };
        tap(Box::new(&blob[..]), hash.then_some(algorithm), with)
    }

    fn blob(&mut self, blob: &Blob, verify: bool) {
        let compression = sniff(blob);
        let tar_algorithm = verify::algorithm(self.layer.diff_id.as_ref().map(|id| &id.0));
        // Uncompressed, both hashes are one, unless their algorithms differ.
        let is_one = compression == Compression::None && tar_algorithm == self.layer.algorithm();
        let (input, stored) = self.stored_tap(blob, verify && !is_one);
        self.stored = Some(stored.clone());
        let (decoded, hidden) = match tracked_decoder(input, compression, self.limits) {
            Ok(decoder) => decoder,
            Err(error) => {
                let message = format!("could not be decompressed: {error}");
                return self.warn(WarningCode::BrokenLayer, &message);
            }
        };
        let with = With {
            early: self.early,
            stored: is_one.then_some(blob),
            lane: self.backlog.map(Backlog::unpacked),
        };
        let (unpacked, tally) = tap(decoded, verify.then_some(tar_algorithm), with);
        let walked = self.tar(TarReader::new(unpacked), blob, compression);
        self.summary.uncompressed_size = tally.count();
        let walked = walked.and_then(|()| {
            hidden.ranges().into_iter().try_for_each(|range| {
                let bytes = blob.slice(range.clone());
                let bytes = bytes.as_deref().unwrap_or_default();
                self.visit_hidden(range.start, bytes)
            })
        });
        if hidden.dropped() > 0 {
            let message = format!("has {} more hidden ranges than are kept", hidden.dropped());
            self.warn(WarningCode::LimitReached, &message);
        }
        if let Err(error) = walked {
            let at = tally.count();
            let message = format!("was left at byte {at} of the uncompressed tar: {error}");
            return self.warn(WarningCode::BrokenLayer, &message);
        }
        if verify {
            let tar = tally.digest().filter(|_| self.stream_is_whole);
            let all = if is_one { &tally } else { &stored };
            all.update(blob.get(all.count() as usize..).unwrap_or_default());
            self.summary.key = all.content_key();
            verify::judge(self.layer, all.digest(), tar, &mut self.summary);
        }
    }

    fn visit_hidden(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let (first, bytes) = without_nuls(bytes);
        if bytes.is_empty() {
            return Ok(());
        }
        let offset = offset + first as u64;
        (self.visit)(Item::Hidden { offset, bytes })
    }

    fn tar(
        &mut self,
        mut tar: TarReader<'_>,
        blob: &Blob,
        compression: Compression,
    ) -> io::Result<()> {
        match tar.probe() {
            Ok(Probe::Tar | Probe::Empty) => {}
            Ok(Probe::Other(unsupported)) => return self.plain(tar, unsupported),
            Err(source) => {
                self.broken(&TarError::Read { offset: 0, source }, compression);
                return (self.visit)(Item::Plain(&mut &blob[..]));
            }
        }
        loop {
            let next = tar.next_entry();
            for slack in tar.take_slack() {
                let (offset, bytes) = (slack.offset, &slack.bytes[..]);
                (self.visit)(Item::Slack { offset, bytes })?;
            }
            match next {
                Ok(Some(entry)) => self.entry(entry, &mut tar)?,
                Ok(None) => break,
                Err(error) => {
                    self.broken(&error, compression);
                    if !matches!(error, TarError::Read { .. }) {
                        self.rest(&mut tar, compression)?;
                    }
                    break;
                }
            }
        }
        if tar.lost_slack() > 0 {
            let lost = tar.lost_slack();
            let message = format!("has {lost} bytes outside of entries that were not scanned");
            self.warn(WarningCode::LimitReached, &message);
        }
        Ok(())
    }

    fn entry(&mut self, entry: TarEntry, tar: &mut TarReader<'_>) -> io::Result<()> {
        let entry = self.understand(entry);
        self.summary.entries += 1;
        self.summary.whiteouts += u64::from(entry.whiteout.is_some());
        if entry.size <= self.limits.entry_size {
            return (self.visit)(Item::Entry(&entry, tar.content()));
        }
        let hit = LimitHit::EntrySize(self.limits.entry_size);
        let path = printable(&entry.path);
        let message = format!("{path} was scanned only in part: {hit}");
        let warning = self.warning(WarningCode::LimitReached, &message);
        self.warnings.push(warning.at(&entry.path));
        let mut content = tar.content().take(self.limits.entry_size);
        (self.visit)(Item::Entry(&entry, &mut content))
    }

    fn understand(&mut self, entry: TarEntry) -> LayerEntry {
        let name = normalise(&entry.path);
        let (whiteout, is_odd) = match meaning(&name.path) {
            Meaning::Whiteout(whiteout) => {
                let is_applied = !entry.behind_end;
                (is_applied.then_some(whiteout), name.hostile)
            }
            Meaning::Ordinary => (None, name.hostile),
            Meaning::Invalid => (None, true),
        };
        if is_odd {
            self.odd_names.add(&name.path);
        }
        if entry.behind_end {
            self.behind_end.add(&name.path);
        }
        let link = match entry.kind {
            EntryKind::HardLink => entry.link.map(|link| normalise(&link).path),
            _ => entry.link,
        };
        LayerEntry {
            sequence: u32::try_from(self.summary.entries).unwrap_or(u32::MAX),
            path: name.path,
            raw_name: entry.path,
            kind: entry.kind,
            link,
            whiteout,
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            mtime: entry.mtime,
            size: entry.size,
            sparse: entry.sparse,
            behind_end: entry.behind_end,
            offset: entry.offset,
            stored: self.stored.as_ref().map_or(0, Tally::count),
            records: entry.records,
        }
    }

    /// A blob that is no tar, to be scanned as one file.
    fn plain(&mut self, mut tar: TarReader<'_>, unsupported: Option<&str>) -> io::Result<()> {
        match unsupported {
            Some(name) => {
                let message = format!("is compressed with {name}, which is not supported");
                self.warn(WarningCode::UnsupportedCompression, &message);
            }
            None => self.warn(
                WarningCode::NotATar,
                "is no tar; it was scanned as one file",
            ),
        }
        self.rest(&mut tar, Compression::None)
    }

    /// Offers what is left of a stream that is no tar (any more), and reads it to its end for the
    /// hashes' sake.
    fn rest(&mut self, tar: &mut TarReader<'_>, compression: Compression) -> io::Result<()> {
        let rest = tar.rest();
        if !rest.fill_buf()?.is_empty() {
            (self.visit)(Item::Plain(rest))?;
        }
        let rest = tar.rest();
        while let available @ 1.. = rest.fill_buf()?.len() {
            rest.consume(available);
        }
        if let Some(error) = tar.failure() {
            self.broken(&error, compression);
        }
        Ok(())
    }

    fn broken(&mut self, error: &TarError, compression: Compression) {
        let code = match (error.limit(), error.is_truncated()) {
            (Some(_), _) => WarningCode::LimitReached,
            (None, true) => WarningCode::TruncatedLayer,
            (None, false) => WarningCode::BrokenLayer,
        };
        self.stream_is_whole &= !matches!(error, TarError::Read { .. });
        let unpacked = match compression {
            Compression::None => String::new(),
            other => format!(" (bytes counted after {} decompression)", other.name()),
        };
        self.warn(code, &format!("{error}{unpacked}"));
    }

    fn warning(&self, code: WarningCode, what: &str) -> Warning {
        let (index, name) = (self.layer.index, printable(self.layer.name.as_bytes()));
        Warning::new(code, format!("layer {index} ({name}) {what}")).in_layer(index)
    }

    fn warn(&mut self, code: WarningCode, what: &str) {
        let warning = self.warning(code, what);
        self.warnings.push(warning);
    }

    fn finish(mut self) -> LayerSummary {
        if let Some(warning) = self.layer.cut() {
            self.warnings.push(warning);
        }
        let counted = [
            (
                WarningCode::HostileName,
                std::mem::take(&mut self.odd_names),
                "entries with a hostile name (`..`, NUL, or a bare `.wh.`)",
            ),
            (
                WarningCode::BehindEndMark,
                std::mem::take(&mut self.behind_end),
                "entries behind the end mark of its tar, which nothing that unpacks it sees",
            ),
        ];
        for (code, Counted { count, first }, what) in counted {
            if count > 0 {
                let message = format!("has {count} {what}, first {}", printable(&first));
                let warning = self.warning(code, &message);
                self.warnings.push(warning.at(&first));
            }
        }
        let index = self.layer.index;
        let warnings = self.warnings.finish(format_args!("layer {index}"));
        let warnings = warnings.into_iter().map(|warning| warning.in_layer(index));
        self.summary.warnings.splice(0..0, warnings);
        self.summary
    }
}

#[cfg(test)]
mod tests;
