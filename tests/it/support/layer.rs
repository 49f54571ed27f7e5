//! A layer in words: [`LayerBuilder`] turns files, deletions and oddities into the bytes of a tar.
//!
//! What stands before an entry applies to the next entry only: `.mode(0o600).file("key", …)`.

use super::tar::{Header, Magic, Size, append, pax_record};

/// Collects entries in the order in which they will lie in the tar.
#[derive(Clone, Default)]
pub struct LayerBuilder {
    tar: Vec<u8>,
    records: Vec<u8>,
    mode: Option<u32>,
    owner: Option<(u64, u64)>,
    mtime: Option<u64>,
    uname: Option<Vec<u8>>,
    size: Option<Size>,
    magic: Option<Magic>,
    without_end: bool,
    tail: Vec<u8>,
}

impl LayerBuilder {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn file(self, path: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        self.entry(Header::new(path, b'0'), content.as_ref())
    }

    pub fn dir(self, path: &str) -> Self {
        self.entry(Header::new(format!("{path}/"), b'5'), b"")
    }

    pub fn symlink(self, path: &str, target: &str) -> Self {
        let mut header = Header::new(path, b'2');
        header.link = target.as_bytes().to_vec();
        self.entry(header, b"")
    }

    pub fn hardlink(self, path: &str, target: &str) -> Self {
        let mut header = Header::new(path, b'1');
        header.link = target.as_bytes().to_vec();
        self.entry(header, b"")
    }

    pub fn device(self, path: &str) -> Self {
        self.entry(Header::new(path, b'3'), b"")
    }

    pub fn fifo(self, path: &str) -> Self {
        self.entry(Header::new(path, b'6'), b"")
    }

    /// Deletes `path` of the layers below.
    pub fn whiteout(self, path: &str) -> Self {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let marker = format!("{folder}/.wh.{name}");
        self.file(marker.trim_start_matches('/'), "")
    }

    /// Hides everything that layers below have in `folder`; "" is the root.
    pub fn opaque(self, folder: &str) -> Self {
        self.file(format!("{folder}/.wh..wh..opq").trim_start_matches('/'), "")
    }

    /// A file whose name is given by GNU's long-name entry.
    pub fn gnu_long_name(mut self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let mut long = Header::new("././@LongLink", b'L');
        long.magic = Magic::Gnu;
        let name = format!("{path}\0");
        self.tar.extend(long.block(name.len() as u64));
        append(&mut self.tar, name.as_bytes());
        self.magic = Some(Magic::Gnu);
        self.file(&path[..path.len().min(99)], content)
    }

    /// A file whose name is given by a PAX record; the header has another.
    pub fn pax_path(self, path: impl AsRef<[u8]>, header: &str, content: impl AsRef<[u8]>) -> Self {
        self.pax("path", path.as_ref()).file(header, content)
    }

    /// A PAX record of the next entry.
    pub fn pax(mut self, key: &str, value: impl AsRef<[u8]>) -> Self {
        self.records.extend(pax_record(key, value.as_ref()));
        self
    }

    /// An extended attribute of the next entry.
    pub fn xattr(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.pax(&format!("SCHILY.xattr.{name}"), value)
    }

    /// A global PAX header.
    pub fn pax_global(mut self, key: &str, value: &str) -> Self {
        let records = pax_record(key, value.as_bytes());
        self.tar
            .extend(Header::new("pax_global_header", b'g').block(records.len() as u64));
        append(&mut self.tar, &records);
        self
    }

    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    pub fn owner(mut self, uid: u64, gid: u64) -> Self {
        self.owner = Some((uid, gid));
        self
    }

    pub fn mtime(mut self, seconds: u64) -> Self {
        self.mtime = Some(seconds);
        self
    }

    pub fn uname(mut self, name: &str) -> Self {
        self.uname = Some(name.as_bytes().to_vec());
        self
    }

    /// What the next header says of its size, whatever its content is.
    pub fn size(mut self, size: Size) -> Self {
        self.size = Some(size);
        self
    }

    /// The next header has no magic, as before 1988.
    pub fn old_v7(mut self) -> Self {
        self.magic = Some(Magic::OldV7);
        self
    }

    /// Bytes as they are.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.tar.extend_from_slice(bytes);
        self
    }

    /// Leaves out the two zero blocks.
    pub fn without_end(mut self) -> Self {
        self.without_end = true;
        self
    }

    /// Bytes after the two zero blocks.
    pub fn after_end(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.tail = bytes.as_ref().to_vec();
        self
    }

    pub fn tar(&self) -> Vec<u8> {
        let mut tar = self.tar.clone();
        if !self.without_end {
            tar.resize(tar.len() + 1024, 0);
        }
        tar.extend_from_slice(&self.tail);
        tar
    }

    fn entry(mut self, mut header: Header, content: &[u8]) -> Self {
        header.mode = self.mode.take().unwrap_or(header.mode);
        (header.uid, header.gid) = self.owner.take().unwrap_or((0, 0));
        header.mtime = self.mtime.take().unwrap_or(header.mtime);
        header.uname = self.uname.take().unwrap_or(header.uname);
        header.size = self.size.take().unwrap_or(Size::Actual);
        header.magic = self.magic.take().unwrap_or(header.magic);
        let records = std::mem::take(&mut self.records);
        if !records.is_empty() {
            let pax = Header::new("PaxHeaders.0/entry", b'x');
            self.tar.extend(pax.block(records.len() as u64));
            append(&mut self.tar, &records);
        }
        self.tar.extend(header.block(content.len() as u64));
        append(&mut self.tar, content);
        self
    }
}
