//! Members of an outer tar: one pass over the headers, contents skipped by position.

use super::index::{Listing, Member, MemberKind, Slot};
use super::name::{folder, normalise, resolve};
use super::{
    Blob, Capped, Compression, EntryKind, Slack, TarEntry, TarError, TarReader, sniff, unsupported,
};
use crate::error::{Warning, WarningCode, printable};

/// Members listed; an image archive has hundreds.
const MOST: usize = 1_000_000;
/// Bytes of names and link targets kept.
const MOST_TEXT: usize = 256 << 20;
/// Bytes of extended records kept.
const MOST_RECORDS: usize = 16 << 20;

/// Whether a record repeats what a member's listing says, or is a number where one belongs.
fn is_plain(entry: &TarEntry, key: &[u8], value: &[u8]) -> bool {
    match key {
        b"path" => entry.path == value,
        b"linkpath" => entry.link.as_deref() == Some(value),
        b"size" | b"uid" | b"gid" | b"mtime" | b"atime" | b"ctime" => {
            let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'-');
            value.iter().all(is_part)
        }
        _ => false,
    }
}

/// Lists what `blob`, a tar, holds; a broken one as far as it can be read.
pub(super) fn list(blob: &Blob) -> Listing {
    let mut listing = Listing::default();
    let mut warnings = Capped::default();
    let mut tar = TarReader::new(Box::new(&blob[..]));
    let mut text = 0;
    let mut records = Records::default();
    loop {
        match tar.next_entry() {
            Ok(Some(entry)) => {
                records.add(&entry);
                text += entry.path.len() + entry.link.as_ref().map_or(0, Vec::len);
                if listing.members.len() >= MOST || text > MOST_TEXT {
                    let message = format!("the archive has more than {MOST} members or long names");
                    warnings.push(Warning::new(WarningCode::LimitReached, message));
                    break;
                }
                add(&mut listing, &mut warnings, entry, blob.len() as u64);
            }
            Ok(None) => break,
            Err(error) => {
                warnings.push(broken_off(&error, listing.members.last()));
                break;
            }
        }
    }
    if let Some(warning) = behind_end(&listing.members) {
        warnings.push(warning);
    }
    // Taken once, so that it is held to what the reader keeps at most.
    listing.slack = tar.take_slack();
    listing.slack.append(&mut records.texts);
    if records.lost > 0 {
        let lost = records.lost;
        let message = format!("the archive has {lost} more bytes of extended records");
        warnings.push(Warning::new(WarningCode::LimitReached, message));
    }
    if tar.lost_slack() > 0 {
        let lost = tar.lost_slack();
        let message = format!("the archive has {lost} more bytes outside of its members");
        warnings.push(Warning::new(WarningCode::LimitReached, message));
    }
    listing.warnings = warnings.finish("the archive");
    listing
}

/// Says of members behind the end mark that they are there.
fn behind_end(members: &[Member]) -> Option<Warning> {
    let behind = || members.iter().filter(|member| member.behind_end);
    let first = behind().next()?;
    let (count, name) = (behind().count(), &first.name);
    let message = format!(
        "the archive has {count} members behind its end mark, where docker load, podman and skopeo \
         do not look, first {name}"
    );
    Some(Warning::new(WarningCode::BehindEndMark, message).at(name.as_bytes()))
}

/// What extended headers say of members beside name and size, one text for each header.
#[derive(Default)]
struct Records {
    texts: Vec<Slack>,
    kept: usize,
    lost: u64,
}

impl Records {
    fn add(&mut self, entry: &TarEntry) {
        let mut bytes = Vec::new();
        for (key, value) in &entry.records {
            if !is_plain(entry, key, value) {
                bytes.extend_from_slice(&[key, &b"="[..], value, b"\n"].concat());
            }
        }
        // Global records come with every member that follows them.
        let is_news = self.texts.last().is_none_or(|last| last.bytes != bytes);
        if bytes.is_empty() || !is_news {
            return;
        }
        if self.kept + bytes.len() > MOST_RECORDS {
            self.lost = self.lost.saturating_add(bytes.len() as u64);
            return;
        }
        self.kept += bytes.len();
        let offset = entry.offset;
        self.texts.push(Slack { offset, bytes });
    }
}

fn broken_off(error: &TarError, last: Option<&Member>) -> Warning {
    let code = match (error.limit(), error.is_truncated()) {
        (Some(_), _) => WarningCode::LimitReached,
        (None, true) => WarningCode::TruncatedArchive,
        (None, false) => WarningCode::BrokenArchive,
    };
    let after = match last {
        Some(member) => format!("after the member {}", member.name),
        None => "before its first member".to_owned(),
    };
    Warning::new(code, format!("the archive {error}, {after}"))
}

fn add(listing: &mut Listing, warnings: &mut Capped, entry: TarEntry, length: u64) {
    let name = normalise(&entry.path);
    let printed = printable(&name.path);
    if name.hostile {
        let message = format!("the archive has a member with a hostile name: {printed}");
        warnings.push(Warning::new(WarningCode::HostileName, message).at(&name.path));
    }
    let target = entry.link.unwrap_or_default();
    let end = entry.content_offset.saturating_add(entry.size).min(length);
    let range = entry.content_offset.min(end)..end;
    if entry.kind != EntryKind::File && !range.is_empty() {
        let index = listing.members.len();
        listing.contents.push((index, range.clone()));
    }
    let (kind, slot) = match entry.kind {
        EntryKind::File => (MemberKind::File, Slot::Bytes(range)),
        EntryKind::HardLink => {
            let slot = Slot::Link(resolve(b"", &target));
            (MemberKind::Link(target), slot)
        }
        EntryKind::Symlink => {
            let slot = Slot::Link(resolve(folder(&name.path), &target));
            (MemberKind::Link(target), slot)
        }
        EntryKind::Directory => (MemberKind::Directory, Slot::Nothing),
        _ => (MemberKind::Other, Slot::Nothing),
    };
    if matches!(slot, Slot::Link(None)) {
        let message = format!("the link {printed} leads out of the archive");
        warnings.push(Warning::new(WarningCode::BrokenLink, message).at(&name.path));
    }
    listing.members.push(Member {
        name: printed,
        raw_name: entry.path,
        kind,
        size: entry.size,
        behind_end: entry.behind_end,
    });
    listing.slots.push(slot);
}

/// Says of something that is no tar what it is instead, and what was looked for.
pub(super) fn what_it_is(bytes: &[u8], warnings: &[Warning]) -> String {
    let known: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "a zip archive"),
        (b"\x7fELF", "an ELF program"),
        (b"MZ", "a Windows program"),
        (b"%PDF", "a PDF"),
        (b"hsqs", "a squashfs image"),
        (b"!<arch>", "an ar archive"),
        (b"070701", "a cpio archive"),
        (b"SIF", "a Singularity image"),
        (b"#!", "a script"),
    ];
    let head = bytes.get(..bytes.len().min(512)).unwrap_or_default();
    let found = if bytes.is_empty() {
        "it is empty".to_owned()
    } else if let Some((_, what)) = known.iter().find(|(magic, _)| head.starts_with(magic)) {
        format!("it looks like {what}")
    } else if sniff(head) != Compression::None {
        // A compressed archive has been decompressed once before anyone asks what it is.
        let inner = sniff(head).name();
        format!("it is compressed twice (inside is {inner} again): decompress it once")
    } else if let Some(what) = unsupported(head) {
        format!("it looks like {what} compression, which is not supported")
    } else if matches!(head.trim_ascii_start().first(), Some(b'{' | b'[')) {
        "it looks like JSON".to_owned()
    } else if head
        .iter()
        .all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace())
    {
        "it looks like text".to_owned()
    } else {
        "it is some other data".to_owned()
    };
    let also: String = warnings
        .iter()
        .map(|w| format!("; {}", w.message))
        .collect();
    format!("looked for a tar, plain or in gzip, zstd, xz or bzip2; {found}{also}")
}
