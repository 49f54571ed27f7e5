//! Sparse files as GNU tar stores them, in each of its formats, come back with their holes.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::process::Command;

use crate::support::{ImageBuilder, Scratch, Shape, residue};

/// More pieces than the header of the old format holds.
const PIECES: u64 = 30;
const GAP: u64 = 256 << 10;

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn every_format_of_gnu_tar_comes_back_with_its_holes() {
    let scratch = Scratch::new();
    let path = scratch.path().join("disk");
    let file = File::create(&path).expect("a file of the test");
    for piece in 0..PIECES {
        let text = format!("piece {piece} of the disk");
        file.write_all_at(text.as_bytes(), piece * GAP + 4096)
            .expect("a piece");
    }
    file.set_len(PIECES * GAP + 12_345)
        .expect("a hole at the end");
    let wanted = fs::read(&path).expect("the file");
    for format in ["gnu", "0.0", "0.1", "1.0"] {
        let mut tar = Command::new("tar");
        tar.current_dir(scratch.path()).args(["-cSf", "layer.tar"]);
        match format {
            "gnu" => tar.arg("--format=gnu"),
            version => tar.args(["--format=pax", "--sparse-version", version]),
        };
        let status = tar.arg("disk").status().expect("tar");
        assert!(status.success(), "{format}");
        let layer = fs::read(scratch.path().join("layer.tar")).expect("a layer");
        assert!(layer.len() < wanted.len() / 4, "{format} is not sparse");
        let image = ImageBuilder::new().raw_layer("COPY disk /", layer);
        let image = Shape::Docker25.write(&[image], scratch.path());
        let output = scratch.path().join(format);
        let extract = ["extract".as_ref(), image.as_os_str(), "disk".as_ref()];
        let run = residue(
            extract
                .into_iter()
                .chain(["--output".as_ref(), output.as_os_str()]),
        );
        assert_eq!(run.stderr, "", "{format}");
        let same = fs::read(&output).expect("what came back") == wanted;
        assert!(same, "{format}");
    }
}
