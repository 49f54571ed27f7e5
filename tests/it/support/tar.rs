//! Tar bytes, header by header: small enough to write wrong on purpose.
//!
//! It stands alone because tests need headers that no well-behaved library writes: negative sizes,
//! broken checksums, duplicates, names with NUL. [`Header`] is one 512-byte block; everything else
//! is a sequence of them.

/// One header with its fields as they will stand in the block.
#[derive(Clone)]
pub struct Header {
    pub name: Vec<u8>,
    pub link: Vec<u8>,
    pub kind: u8,
    pub mode: u32,
    pub uid: u64,
    pub gid: u64,
    pub mtime: u64,
    pub size: Size,
    pub uname: Vec<u8>,
    pub magic: Magic,
}

/// The size field as written; `Actual` takes the length of the content.
#[derive(Clone, Copy)]
pub enum Size {
    Actual,
    Octal(u64),
    /// Base-256, big-endian two's complement in the last eight bytes.
    Binary(i64),
}

/// The dialect that the header claims.
#[derive(Clone, Copy)]
pub enum Magic {
    Ustar,
    Gnu,
    OldV7,
}

impl Header {
    pub fn new(name: impl AsRef<[u8]>, kind: u8) -> Self {
        Self {
            name: name.as_ref().to_vec(),
            link: Vec::new(),
            kind,
            mode: if kind == b'5' { 0o755 } else { 0o644 },
            uid: 0,
            gid: 0,
            mtime: 1_700_000_000,
            size: Size::Actual,
            uname: b"root".to_vec(),
            magic: Magic::Ustar,
        }
    }

    /// The block; `actual` is the length of the content that follows.
    pub fn block(&self, actual: u64) -> [u8; 512] {
        let mut block = [0_u8; 512];
        put(&mut block[..100], &self.name);
        octal(&mut block[100..108], u64::from(self.mode));
        octal(&mut block[108..116], self.uid);
        octal(&mut block[116..124], self.gid);
        match self.size {
            Size::Actual => octal(&mut block[124..136], actual),
            Size::Octal(size) => octal(&mut block[124..136], size),
            Size::Binary(size) => {
                block[124] = if size < 0 { 0xff } else { 0x80 };
                block[125..128].fill(if size < 0 { 0xff } else { 0 });
                block[128..136].copy_from_slice(&size.to_be_bytes());
            }
        }
        octal(&mut block[136..148], self.mtime);
        block[156] = self.kind;
        put(&mut block[157..257], &self.link);
        match self.magic {
            Magic::Ustar => block[257..265].copy_from_slice(b"ustar\x0000"),
            Magic::Gnu => block[257..265].copy_from_slice(b"ustar  \0"),
            Magic::OldV7 => {}
        }
        put(&mut block[265..297], &self.uname);
        seal(&mut block);
        block
    }
}

/// Writes the checksum of a header block.
pub fn seal(block: &mut [u8; 512]) {
    block[148..156].fill(b' ');
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn put(field: &mut [u8], text: &[u8]) {
    let length = text.len().min(field.len());
    field[..length].copy_from_slice(&text[..length]);
}

fn octal(field: &mut [u8], number: u64) {
    let width = field.len() - 1;
    put(field, format!("{number:0width$o}").as_bytes());
}

/// Content with its padding to whole blocks.
pub fn append(tar: &mut Vec<u8>, content: &[u8]) {
    tar.extend_from_slice(content);
    tar.resize(tar.len().next_multiple_of(512), 0);
}

/// One PAX record: `length key=value\n`, the length counting itself.
pub fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    let mut record = format!("{length} {key}=").into_bytes();
    record.extend_from_slice(value);
    record.push(b'\n');
    record
}
