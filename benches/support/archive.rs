//! The layers' files in their other forms, and docker-archives of them as Docker and podman save them.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use super::corpus::append;
use crate::support::image;

/// A program's default level, as most images have it.
const ZSTD_LEVEL: i32 = 3;

/// Makes the gzip twin of a file, by the program that the figures stand beside.
pub fn write_gzip(plain: &Path, stored: &Path) -> io::Result<()> {
    let status = Command::new("gzip")
        .args(["-6", "-n", "-c"])
        .arg(plain)
        .stdout(File::create(stored)?)
        .status()?;
    assert!(status.success(), "gzip");
    Ok(())
}

/// Makes the zstd twin of a file.
pub fn write_zstd(plain: &Path, stored: &Path) -> io::Result<()> {
    zstd::stream::copy_encode(File::open(plain)?, File::create(stored)?, ZSTD_LEVEL)
}

/// A docker-archive of layers as they are stored, named by their tars.
pub fn write_image(path: &Path, layers: &[PathBuf], stored: &[PathBuf]) -> io::Result<()> {
    let diff_ids = (layers.iter())
        .map(|layer| Ok(format!("sha256:{}", sha256(layer)?)))
        .collect::<io::Result<Vec<String>>>()?;
    let history: Vec<_> = (0..layers.len())
        .map(|index| json!({ "created_by": format!("COPY part{index} / # buildkit") }))
        .collect();
    let config = serde_json::to_vec(&json!({
        "architecture": "amd64", "os": "linux", "config": {}, "history": history,
        "rootfs": { "type": "layers", "diff_ids": diff_ids }
    }))?;
    let mut tar = tar::Builder::new(BufWriter::new(File::create(path)?));
    let mut names = Vec::new();
    for layer in stored {
        let name = layer.file_name().unwrap_or_default();
        tar.append_path_with_name(layer, name)?;
        names.push(name.to_string_lossy().into_owned());
    }
    append(&mut tar, "config.json", &config)?;
    let manifest = json!([{
        "Config": "config.json", "RepoTags": ["example.test/bench:1"], "Layers": names
    }]);
    append(&mut tar, "manifest.json", &serde_json::to_vec(&manifest)?)?;
    tar.into_inner()?.flush()
}

fn sha256(path: &Path) -> io::Result<String> {
    Ok(image::sha256(&fs::read(path)?))
}
