//! Builds the images of `samples/` again: `cargo run --example build-samples`.
//!
//! They are assembled from words by the test kit, byte for byte the same in every run, and their
//! secrets are fake: made from a word, with right checksums, and known to no service.

#[path = "../tests/it/support/mod.rs"]
mod support;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for (name, bytes) in support::samples::all() {
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
