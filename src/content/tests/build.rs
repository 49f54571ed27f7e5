//! Archives of the tests, by hand where no writer writes what is wanted.

use std::io::{Read, Write};

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

pub(super) fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

pub(super) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut out = liblzma::write::XzEncoder::new(Vec::new(), 1);
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

pub(super) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        out.append_data(&mut header, name, *bytes).unwrap();
    }
    out.into_inner().unwrap()
}

pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::bufread::DeflateEncoder::new(bytes, flate2::Compression::fast())
        .read_to_end(&mut out)
        .unwrap();
    out
}

/// How a zip member of the tests is written.
#[derive(Clone, Copy)]
pub(super) struct ZipStyle {
    pub(super) method: u16,
    pub(super) flags: u16,
    pub(super) zip64: bool,
}

pub(super) const STORED: ZipStyle = ZipStyle {
    method: 0,
    flags: 0,
    zip64: false,
};
pub(super) const DEFLATED: ZipStyle = ZipStyle {
    method: 8,
    flags: 0,
    zip64: false,
};
pub(super) const STREAMED: ZipStyle = ZipStyle {
    method: 8,
    flags: 8,
    zip64: false,
};

/// Stored, with the sizes behind it.
pub(super) const STORED_STREAMED: ZipStyle = ZipStyle {
    method: 0,
    flags: 8,
    zip64: false,
};

pub(super) fn zip(members: &[(&str, &[u8], ZipStyle)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, bytes, style) in members {
        let data = match style.method {
            8 => deflate(bytes),
            12 => bzip2(bytes),
            95 => xz(bytes),
            93 => zstd::encode_all(*bytes, 1).unwrap(),
            _ => bytes.to_vec(),
        };
        let (stored, size) = (data.len() as u64, bytes.len() as u64);
        let follow = style.flags & 8 != 0;
        out.extend(b"PK\x03\x04\x14\0");
        out.extend(style.flags.to_le_bytes());
        out.extend(style.method.to_le_bytes());
        out.extend([0; 8]);
        for value in [stored, size] {
            let value = if style.zip64 { u32::MAX } else { value as u32 };
            out.extend(if follow { 0 } else { value }.to_le_bytes());
        }
        out.extend((name.len() as u16).to_le_bytes());
        out.extend((if style.zip64 { 20u16 } else { 0 }).to_le_bytes());
        out.extend(name.as_bytes());
        if style.zip64 {
            out.extend([1, 0, 16, 0]);
            out.extend(size.to_le_bytes());
            out.extend(stored.to_le_bytes());
        }
        out.extend(&data);
        if follow {
            out.extend(b"PK\x07\x08");
            out.extend(crc32fast::hash(bytes).to_le_bytes());
            if style.zip64 {
                out.extend(stored.to_le_bytes());
                out.extend(size.to_le_bytes());
            } else {
                out.extend((stored as u32).to_le_bytes());
                out.extend((size as u32).to_le_bytes());
            }
        }
    }
    out.extend(b"PK\x01\x02");
    out.extend([0; 42]);
    out.extend(b"PK\x05\x06");
    out.extend([0; 18]);
    out
}
