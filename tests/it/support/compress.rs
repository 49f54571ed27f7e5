//! Every way in which a layer or a whole archive is stored.

use std::io::Write;

/// How a layer's bytes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stored {
    Plain,
    Gzip,
    /// Several gzip members one after the other, cut in the middle of blocks.
    GzipMembers,
    Zstd,
    /// Several zstd frames with a skippable one between them.
    ZstdFrames,
    Xz,
    Bzip2,
}

impl Stored {
    pub fn apply(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Plain => bytes.to_vec(),
            Self::Gzip => gzip(bytes),
            Self::GzipMembers => pieces(bytes).flat_map(gzip).collect(),
            Self::Zstd => zstd(bytes),
            Self::ZstdFrames => {
                let mut frames = Vec::new();
                for piece in pieces(bytes) {
                    frames.extend(zstd(piece));
                    frames.extend(skippable(b"table of contents"));
                }
                frames
            }
            Self::Xz => xz(bytes),
            Self::Bzip2 => bzip2(bytes),
        }
    }

    /// What OCI calls a layer stored so.
    pub fn oci_media_type(self) -> &'static str {
        match self {
            Self::Gzip | Self::GzipMembers => "application/vnd.oci.image.layer.v1.tar+gzip",
            Self::Zstd | Self::ZstdFrames => "application/vnd.oci.image.layer.v1.tar+zstd",
            _ => "application/vnd.oci.image.layer.v1.tar",
        }
    }
}

fn pieces(bytes: &[u8]) -> std::slice::Chunks<'_, u8> {
    bytes.chunks((bytes.len() / 3).max(1) + 7)
}

/// A skippable frame, which decoders pass over.
pub fn skippable(payload: &[u8]) -> Vec<u8> {
    let mut frame = 0x184D_2A50_u32.to_le_bytes().to_vec();
    frame.extend((payload.len() as u32).to_le_bytes());
    frame.extend_from_slice(payload);
    frame
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("memory")
}

pub fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

pub fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}
