//! Repositories of git in words: objects, their ids, files and packs.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use sha1::{Digest, Sha1};

/// SHA-1 of head and content.
pub type Id = [u8; 20];

/// An object before it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    pub kind: &'static str,
    pub content: Vec<u8>,
}

impl Object {
    pub fn blob(content: impl AsRef<[u8]>) -> Self {
        Self::of("blob", content)
    }

    pub fn tag(content: impl AsRef<[u8]>) -> Self {
        Self::of("tag", content)
    }

    /// Files and, with a slash at the end of the name, folders.
    pub fn tree(entries: &[(&str, &Self)]) -> Self {
        let mut content = Vec::new();
        for (name, object) in entries {
            let mode = match object.kind {
                "tree" => "40000",
                _ => "100644",
            };
            content.extend(format!("{mode} {name}\0").bytes());
            content.extend(object.id());
        }
        Self::of("tree", content)
    }

    pub fn commit(tree: &Self, parents: &[&Self], time: u64, message: &str) -> Self {
        let mut text = format!("tree {}\n", tree.hex());
        for parent in parents {
            text += &format!("parent {}\n", parent.hex());
        }
        for role in ["author", "committer"] {
            text += &format!("{role} A U Thor <author@example.com> {time} +0000\n");
        }
        Self::of("commit", format!("{text}\n{message}\n"))
    }

    fn of(kind: &'static str, content: impl AsRef<[u8]>) -> Self {
        Self {
            kind,
            content: content.as_ref().to_vec(),
        }
    }

    fn head(&self) -> String {
        format!("{} {}\0", self.kind, self.content.len())
    }

    pub fn id(&self) -> Id {
        let whole = [self.head().as_bytes(), &self.content].concat();
        Sha1::digest(whole).into()
    }

    pub fn hex(&self) -> String {
        self.id().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// As places show it.
    pub fn short(&self) -> String {
        self.hex()[..12].to_owned()
    }

    /// The path of its own file below `.git`.
    pub fn path(&self) -> String {
        let hex = self.hex();
        format!("objects/{}/{}", &hex[..2], &hex[2..])
    }

    /// The content of its own file.
    pub fn loose(&self) -> Vec<u8> {
        zlib(&[self.head().as_bytes(), &self.content].concat())
    }
}

pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A pack, entry by entry.
#[derive(Debug, Clone, Default)]
pub struct Pack {
    bytes: Vec<u8>,
    count: u32,
}

impl Pack {
    const HEAD: usize = 12;

    /// Where the next entry begins.
    pub fn position(&self) -> usize {
        Self::HEAD + self.bytes.len()
    }

    /// A whole object; where it begins.
    pub fn whole(&mut self, object: &Object) -> usize {
        let kinds = ["commit", "tree", "blob", "tag"];
        let number = kinds.iter().position(|kind| *kind == object.kind);
        let number = number.expect("a kind") as u8 + 1;
        self.raw(number, object.content.len(), &[], &zlib(&object.content))
    }

    /// A delta on the entry that begins there.
    pub fn on_entry(&mut self, base: usize, delta: &[u8]) -> usize {
        let distance = self.position().wrapping_sub(base) as u64;
        self.raw(6, delta.len(), &far(distance), &zlib(delta))
    }

    /// A delta on an object that may lie anywhere.
    pub fn on_object(&mut self, base: Id, delta: &[u8]) -> usize {
        self.raw(7, delta.len(), &base, &zlib(delta))
    }

    /// An entry as it is to be stored.
    pub fn raw(&mut self, number: u8, size: usize, base: &[u8], stream: &[u8]) -> usize {
        let start = self.position();
        let mut byte = number << 4 | (size & 15) as u8;
        let mut rest = size >> 4;
        while rest > 0 {
            self.bytes.push(byte | 0x80);
            byte = (rest & 0x7f) as u8;
            rest >>= 7;
        }
        self.bytes.push(byte);
        self.bytes.extend_from_slice(base);
        self.bytes.extend_from_slice(stream);
        self.count += 1;
        start
    }

    /// The file.
    pub fn finish(&self) -> Vec<u8> {
        self.finish_with(self.count)
    }

    /// The file with another number of objects than it has.
    pub fn finish_with(&self, count: u32) -> Vec<u8> {
        let mut file = b"PACK\0\0\0\x02".to_vec();
        file.extend(count.to_be_bytes());
        file.extend_from_slice(&self.bytes);
        let checksum = Sha1::digest(&file);
        file.extend_from_slice(&checksum);
        file
    }
}

/// A distance as packs write it.
fn far(mut distance: u64) -> Vec<u8> {
    let mut bytes = vec![(distance & 0x7f) as u8];
    distance >>= 7;
    while distance > 0 {
        distance -= 1;
        bytes.push((distance & 0x7f) as u8 | 0x80);
        distance >>= 7;
    }
    bytes.reverse();
    bytes
}

/// A delta from one content to another: what they begin and end with is copied.
pub fn delta(base: &[u8], result: &[u8]) -> Vec<u8> {
    let same =
        |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(a, b)| a == b).count();
    let start = same(&mut base.iter().zip(result));
    let most = base.len().min(result.len()) - start;
    let end = same(&mut base.iter().rev().zip(result.iter().rev())).min(most);
    let mut delta = Vec::new();
    size(&mut delta, base.len());
    size(&mut delta, result.len());
    copy(&mut delta, 0, start);
    for new in result[start..result.len() - end].chunks(127) {
        delta.push(new.len() as u8);
        delta.extend_from_slice(new);
    }
    copy(&mut delta, base.len() - end, end);
    delta
}

/// A size at the head of a delta.
pub fn size(delta: &mut Vec<u8>, mut size: usize) {
    while size > 0x7f {
        delta.push(size as u8 | 0x80);
        size >>= 7;
    }
    delta.push(size as u8);
}

/// Instructions to copy, every operand in full.
pub fn copy(delta: &mut Vec<u8>, mut start: usize, mut length: usize) {
    while length > 0 {
        let step = length.min(0xff_ffff);
        delta.push(0xff);
        delta.extend_from_slice(&(start as u32).to_le_bytes());
        delta.extend_from_slice(&(step as u32).to_le_bytes()[..3]);
        start += step;
        length -= step;
    }
}
