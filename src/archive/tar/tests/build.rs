//! Tars written by hand, and what a walk makes of them.

use crate::archive::EntryKind;
use crate::archive::peek::tests::Drip;
use crate::archive::tar::{Slack, TarEntry, TarError, TarReader};

/// A header in the making; every field can be set to what no writer would write.
pub(super) struct Header(pub(super) [u8; 512]);

impl Header {
    pub(super) fn new(name: &str, flag: u8, size: usize) -> Self {
        let mut header = Self([0; 512]);
        header.set(0, name.as_bytes());
        header.set(100, b"0000644\0");
        header.set(108, b"0001750\0");
        header.set(116, b"0001751\0");
        header.set(124, format!("{size:011o}\0").as_bytes());
        header.set(136, b"00000000017\0");
        header.set(156, &[flag]);
        header.set(257, b"ustar\x0000");
        header
    }

    pub(super) fn gnu(name: &str, flag: u8, size: usize) -> Self {
        Self::new(name, flag, size).with(257, b"ustar  \0")
    }

    pub(super) fn set(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub(super) fn with(mut self, at: usize, bytes: &[u8]) -> Self {
        self.set(at, bytes);
        self
    }

    /// The block with a right checksum.
    pub(super) fn block(mut self) -> Vec<u8> {
        self.set(148, b"        ");
        let sum: u32 = self.0.iter().map(|byte| u32::from(*byte)).sum();
        self.set(148, format!("{sum:06o}\0 ").as_bytes());
        self.0.to_vec()
    }

    /// The block and its content, padded.
    pub(super) fn and(self, content: &[u8]) -> Vec<u8> {
        let mut bytes = self.block();
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    }
}

pub(super) fn file(name: &str, content: &[u8]) -> Vec<u8> {
    Header::new(name, b'0', content.len()).and(content)
}

/// An extended header with these records.
pub(super) fn pax(flag: u8, records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (key, value) in records {
        let body = [b" ", key.as_bytes(), b"=", value, b"\n"].concat();
        let mut length = body.len() + 1;
        while length != body.len() + length.to_string().len() {
            length = body.len() + length.to_string().len();
        }
        bytes.extend_from_slice(length.to_string().as_bytes());
        bytes.extend_from_slice(&body);
    }
    Header::new("././@PaxHeader", flag, bytes.len()).and(&bytes)
}

pub(super) fn end() -> Vec<u8> {
    vec![0; 1024]
}

/// Everything that a walk yields.
#[derive(Debug)]
pub(super) struct Walked {
    pub(super) entries: Vec<(TarEntry, Vec<u8>)>,
    pub(super) slack: Vec<Slack>,
    pub(super) error: Option<TarError>,
}

impl Walked {
    /// Names and contents.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let pair = |(entry, content): &(TarEntry, Vec<u8>)| (text(&entry.path), text(content));
        self.entries.iter().map(pair).collect()
    }

    pub(super) fn kinds(&self) -> Vec<EntryKind> {
        self.entries.iter().map(|(entry, _)| entry.kind).collect()
    }

    pub(super) fn slack(&self) -> Vec<(u64, &[u8])> {
        let pair = |slack: &'_ Slack| slack.offset;
        let pieces = self.slack.iter();
        pieces.map(|s| (pair(s), s.bytes.as_slice())).collect()
    }
}

/// Walks `bytes` as one slice.
pub(super) fn walk(bytes: &[u8]) -> Walked {
    walk_in_steps(bytes, bytes.len().max(1))
}

/// Walks `bytes` as they drip in, `step` at a time.
pub(super) fn walk_in_steps(bytes: &[u8], step: usize) -> Walked {
    let mut tar = TarReader::new(Box::new(Drip(bytes, step)));
    let mut walked = Walked {
        entries: Vec::new(),
        slack: Vec::new(),
        error: None,
    };
    loop {
        let next = tar.next_entry();
        walked.slack.extend(tar.take_slack());
        match next {
            Ok(None) => break,
            Ok(Some(entry)) => {
                let mut content = Vec::new();
                tar.content().read_to_end(&mut content).unwrap();
                walked.entries.push((entry, content));
            }
            Err(error) => {
                walked.error = Some(error);
                assert!(tar.next_entry().unwrap().is_none());
                break;
            }
        }
    }
    walked
}

pub(super) fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, content): &(&str, &str)| ((*name).to_owned(), (*content).to_owned());
    expected.iter().map(own).collect()
}
