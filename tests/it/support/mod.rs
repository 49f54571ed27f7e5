//! The test kit: images in words, in every shape, and the program as a user runs it.
//!
//! [`LayerBuilder`] makes the bytes of a layer, [`ImageBuilder`] an image of layers, instructions
//! and config, [`Shape`] the archive or folder that a real tool would write of it, and
//! [`Package`] lets a test bend that before it is written. [`scan`] runs the program.

// Several test programs share the kit and none uses all of it.
#![allow(dead_code, unused_imports)]

pub mod compress;
pub mod der;
pub mod git;
pub mod image;
pub mod keys;
pub mod layer;
pub mod package;
pub mod rpm;
pub mod run;
pub mod samples;
pub mod secrets;
pub mod shapes;
pub mod tar;
pub mod tokens;
pub mod wallets;

pub use compress::Stored;
pub use image::ImageBuilder;
pub use keys::KeyPair;
pub use layer::LayerBuilder;
pub use package::Package;
pub use run::{Run, Scan, residue, residue_with_input, scan, scan_with};
pub use shapes::Shape;

use std::path::{Path, PathBuf};

/// A folder that is gone after the test.
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file and says where.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).expect("a file of the test");
        path
    }

    /// Writes one image in a shape and says where.
    pub fn image(&self, shape: Shape, image: &ImageBuilder) -> PathBuf {
        shape.write(std::slice::from_ref(image), self.path())
    }
}
