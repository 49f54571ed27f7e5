//! The same image in every shape that real tools write.

mod docker;
mod oci;
mod other;

use std::fs;
use std::path::{Path, PathBuf};

use super::compress::{bzip2, gzip, xz, zstd};
use super::image::ImageBuilder;
use super::package::Package;

pub use docker::{classic, docker25, podman};
pub use oci::{attestation, containerd, oci_entry, oci_layout, oci_layout_of, put};
pub use other::{jib, kaniko, legacy, skopeo_dir};

/// A shape and how it lies on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `docker save` before 25.
    Classic,
    /// `docker save` of 25 and later with a graph driver.
    Docker25,
    /// `docker save` with the containerd store.
    Containerd,
    /// `podman save`, `skopeo copy docker-archive:`.
    Podman,
    OciArchive,
    OciDirectory,
    /// `skopeo copy dir:`.
    SkopeoDir,
    Jib,
    Kaniko,
    /// Docker before 1.10: no `manifest.json`.
    Legacy,
    ClassicGzip,
    ClassicZstd,
    ClassicXz,
    ClassicBzip2,
}

impl Shape {
    pub const ALL: [Self; 14] = [
        Self::Classic,
        Self::Docker25,
        Self::Containerd,
        Self::Podman,
        Self::OciArchive,
        Self::OciDirectory,
        Self::SkopeoDir,
        Self::Jib,
        Self::Kaniko,
        Self::Legacy,
        Self::ClassicGzip,
        Self::ClassicZstd,
        Self::ClassicXz,
        Self::ClassicBzip2,
    ];

    pub fn package(self, images: &[ImageBuilder]) -> Package {
        match self {
            Self::Docker25 => docker25(images),
            Self::Containerd => containerd(images),
            Self::Podman => podman(images),
            Self::OciArchive | Self::OciDirectory => oci_layout(images),
            Self::SkopeoDir => skopeo_dir(&images[0]),
            Self::Jib => jib(&images[0]),
            Self::Kaniko => kaniko(&images[0]),
            Self::Legacy => legacy(&images[0]),
            _ => classic(images),
        }
    }

    /// Writes the image below `folder` and says where.
    pub fn write(self, images: &[ImageBuilder], folder: &Path) -> PathBuf {
        let path = folder.join(format!("{self:?}").to_lowercase());
        let package = self.package(images);
        let bytes = match self {
            Self::OciDirectory | Self::SkopeoDir => {
                package.write_folder(&path);
                return path;
            }
            Self::ClassicGzip => gzip(&package.to_tar()),
            Self::ClassicZstd => zstd(&package.to_tar()),
            Self::ClassicXz => xz(&package.to_tar()),
            Self::ClassicBzip2 => bzip2(&package.to_tar()),
            _ => package.to_tar(),
        };
        fs::write(&path, bytes).expect("a file of the test");
        path
    }
}
