//! Extension headers (PAX records, GNU long names), gathered until the entry that they are about.

use super::header::Block;
use super::pax::{self, Overrides, Record};
use super::slack::Collector;

/// Extension headers that wait for their entry.
#[derive(Default)]
pub(super) struct Pending {
    pub(super) start: Option<u64>,
    pub(super) records: Vec<Record>,
    pub(super) overrides: Overrides,
    pub(super) long_name: Option<Vec<u8>>,
    pub(super) long_link: Option<Vec<u8>>,
    /// Names that stand in the blocks of the extension headers themselves, with keys and offsets.
    pub(super) names: Vec<(&'static [u8], u64, Vec<u8>)>,
    /// Content of the extension headers, for slack when no entry follows, and for the limit.
    pub(super) raw: Vec<(u64, Vec<u8>)>,
    pub(super) length: u64,
}

impl Pending {
    /// Understands an extension header's content.
    pub(super) fn take(&mut self, flag: u8, bytes: &[u8]) -> Result<(), &'static str> {
        match flag {
            b'L' => {
                let old = self.long_name.replace(until_nul(bytes).to_vec());
                self.keep(b"GNU.longname", old);
            }
            b'K' => {
                let old = self.long_link.replace(until_nul(bytes).to_vec());
                self.keep(b"GNU.longlink", old);
            }
            // Global records change nothing for those who extract; they are kept to be seen.
            b'g' => self.records.extend(pax::records(bytes)?),
            _ => {
                let records = pax::records(bytes)?;
                self.overrides = Overrides::from_records(&records)?;
                self.records.extend(records);
            }
        }
        Ok(())
    }

    /// A name that another one replaces stays in sight as a record.
    pub(super) fn keep(&mut self, key: &[u8], old: Option<Vec<u8>>) {
        self.records.extend(old.map(|old| (key.to_vec(), old)));
    }

    /// Whether there is such a record.
    pub(super) fn has(&self, key: &[u8], value: &[u8]) -> bool {
        self.records.iter().any(|(k, v)| k == key && v == value)
    }

    /// The name that counts: GNU's over PAX's over the header's.
    pub(super) fn path(&mut self, block: &Block) -> Vec<u8> {
        let over = &mut self.overrides;
        let path = self.long_name.take().or(over.sparse_name.take());
        let own = block.path();
        let Some(path) = path.or(over.path.take()) else {
            return own;
        };
        // Writers put the start of a long name there; anything else nobody would see.
        if !path.starts_with(&own) {
            self.keep(b"header.path", Some(own));
        }
        path
    }

    /// The link target that counts in the same way, empty where there is none.
    pub(super) fn link(&mut self, block: &Block) -> Vec<u8> {
        let own = block.link();
        let Some(link) = self.long_link.take().or(self.overrides.link.take()) else {
            return own.to_vec();
        };
        if !link.starts_with(own) {
            self.keep(b"header.linkpath", Some(own.to_vec()));
        }
        link
    }

    /// Keeps the owner's and the group's name where they say something.
    pub(super) fn keep_owners(&mut self, block: &Block) {
        for (key, name) in owners(block) {
            self.keep(key, Some(name.to_vec()));
        }
    }

    /// Notes the names in an extension header's own block; says how many bytes they are.
    pub(super) fn note_names(&mut self, block: &Block, offset: u64) -> u64 {
        let (path, link) = (block.path(), block.link());
        let mut bytes = 0;
        let texts = [(&b"header.path"[..], &path[..]), (b"header.linkpath", link)];
        for (key, name) in texts.into_iter().chain(owners(block)) {
            if !name.is_empty() && !is_usual(name) {
                bytes += name.len() as u64;
                self.names.push((key, offset, name.to_vec()));
            }
        }
        bytes
    }

    /// Keeps names of extension headers that say something else than their entry does.
    pub(super) fn keep_names(&mut self, block: &Block, path: &[u8]) {
        if self.names.is_empty() {
            return;
        }
        // Once, for it may be long and they may be many.
        let path = parts(path).join(&b'/');
        for (key, _, name) in std::mem::take(&mut self.names) {
            let is_known = match key {
                b"header.path" => is_made_of(&name, &path),
                _ => owners(block).any(|owner| owner == (key, &name[..])),
            };
            if !is_known {
                self.keep(key, Some(name));
            }
        }
    }

    /// No entry follows, so nobody else would show these bytes.
    pub(super) fn into_slack(self, slack: &mut Collector) {
        for (_, offset, name) in self.names {
            if !is_made_of(&name, b"") {
                slack.add(offset, &name);
            }
        }
        for (offset, bytes) in self.raw {
            slack.add(offset, &bytes);
        }
    }
}

fn owners(block: &Block) -> impl Iterator<Item = (&'static [u8], &[u8])> {
    let owners = block.owners().into_iter();
    owners.filter(|(_, name)| !matches!(*name, b"" | b"root"))
}

/// Names that writers give to extension headers, whatever they are about.
fn is_usual(name: &[u8]) -> bool {
    matches!(
        name,
        b"././@LongLink" | b"././@PaxHeader" | b"pax_global_header"
    )
}

/// Whether an extension header has the name that writers make of the entry's, with a folder
/// `PaxHeaders` put in and the end cut off. `path` is the entry's in its plainest form.
fn is_made_of(name: &[u8], path: &[u8]) -> bool {
    let mut name = parts(name);
    let is_folder = |part: &&[u8]| {
        let rest = part.strip_prefix(b"PaxHeader").unwrap_or(b"-");
        let rest = rest.strip_prefix(b"s").unwrap_or(rest);
        let is_process = |byte: &u8| matches!(byte, b'.' | b'0'..=b'9');
        rest.iter().all(is_process)
    };
    if let Some(folder) = name.iter().rposition(is_folder) {
        name.remove(folder);
    }
    path.starts_with(&name.join(&b'/'))
}

/// The parts of a name that say where it is.
fn parts(name: &[u8]) -> Vec<&[u8]> {
    let parts = name.split(|byte| *byte == b'/');
    parts.filter(|part| !matches!(*part, b"" | b".")).collect()
}

/// A GNU long name; what stands after its NUL is part of nothing.
pub(super) fn until_nul(bytes: &[u8]) -> &[u8] {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
}
