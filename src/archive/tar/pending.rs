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
        for (key, name) in block.owners() {
            if !matches!(name, b"" | b"root") {
                self.keep(key, Some(name.to_vec()));
            }
        }
    }

    /// No entry follows, so nobody else would show these bytes.
    pub(super) fn into_slack(self, slack: &mut Collector) {
        for (offset, bytes) in self.raw {
            slack.add(offset, &bytes);
        }
    }
}

/// A GNU long name; what stands after its NUL is part of nothing.
pub(super) fn until_nul(bytes: &[u8]) -> &[u8] {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
}
