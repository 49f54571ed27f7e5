//! A generated image of real files: whatever a Debian machine has below `/usr`, in ten layers.
//!
//! It is written once for each size into the target folder and found again by later runs.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

/// Where files are taken from, in this order.
const ROOTS: [&str; 3] = ["/usr/share", "/usr/lib", "/usr/bin"];
const LAYERS: u64 = 10;
/// Larger files would make one layer of one file.
const LARGEST_FILE: u64 = 16 << 20;

/// One image in the forms that are measured.
pub struct Corpus {
    /// The layers' tars.
    pub layers: Vec<PathBuf>,
    /// The same, compressed by `gzip -6`.
    pub gzipped: Vec<PathBuf>,
    /// The image with plain layers, as Docker and podman save it.
    pub plain: PathBuf,
    /// The image with gzip layers.
    pub gzip: PathBuf,
    /// Bytes of the layers' tars.
    pub bytes: u64,
}

impl Corpus {
    /// The image of about so many megabytes.
    pub fn of(megabytes: u64) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("corpus-{megabytes}"));
        let layers: Vec<PathBuf> = (0..LAYERS)
            .map(|index| folder.join(format!("layer{index}.tar")))
            .collect();
        let gzipped: Vec<PathBuf> = (layers.iter())
            .map(|layer| layer.with_extension("tar.gz"))
            .collect();
        let corpus = Self {
            plain: folder.join("plain.tar"),
            gzip: folder.join("gzip.tar"),
            bytes: 0,
            layers,
            gzipped,
        };
        let complete = folder.join("complete");
        if !complete.exists() {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder)?;
            corpus.write_layers(megabytes << 20)?;
            corpus.write_image(&corpus.plain, &corpus.layers)?;
            corpus.write_image(&corpus.gzip, &corpus.gzipped)?;
            File::create(complete)?;
        }
        let sizes = corpus
            .layers
            .iter()
            .map(|layer| Ok(fs::metadata(layer)?.len()));
        let bytes = sizes.sum::<io::Result<u64>>()?;
        Ok(Self { bytes, ..corpus })
    }

    /// Spreads files over the layers until there are enough bytes, from the start again where
    /// the machine has too few.
    fn write_layers(&self, wanted: u64) -> io::Result<()> {
        let files = files();
        let mut source = files.iter().cycle();
        for (index, path) in self.layers.iter().enumerate() {
            let mut tar = tar::Builder::new(BufWriter::new(File::create(path)?));
            tar.mode(tar::HeaderMode::Deterministic);
            let mut written = 0;
            let mut number = 0;
            while written < wanted / LAYERS {
                let file = source.next().ok_or(io::ErrorKind::NotFound)?;
                let bytes = fs::read(file)?;
                let name = file.strip_prefix("/").unwrap_or(file);
                let mut header = tar::Header::new_gnu();
                header.set_size(bytes.len() as u64);
                header.set_mode(0o644);
                let place = Path::new("round").join(number.to_string()).join(name);
                tar.append_data(&mut header, place, bytes.as_slice())?;
                written += bytes.len() as u64;
                number += u64::from(file == &files[files.len() - 1]);
            }
            plant(&mut tar, index)?;
            tar.into_inner()?.flush()?;
            let gzip = Command::new("gzip")
                .args(["-6", "-k", "-n"])
                .arg(path)
                .status()?;
            assert!(gzip.success(), "gzip");
        }
        Ok(())
    }

    /// A docker-archive of these layer files.
    fn write_image(&self, path: &Path, stored: &[PathBuf]) -> io::Result<()> {
        let diff_ids = (self.layers.iter())
            .map(|layer| Ok(format!("sha256:{}", sha256(layer)?)))
            .collect::<io::Result<Vec<String>>>()?;
        let history: Vec<_> = (0..LAYERS)
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
}

/// One secret in each layer, so that a scan that finds nothing is seen.
fn plant<W: Write>(tar: &mut tar::Builder<W>, layer: usize) -> io::Result<()> {
    let secret = crate::support::secrets::github(&format!("bench {layer}"));
    let content = format!("TOKEN={secret}\n");
    append(tar, &format!("planted/{layer}.env"), content.as_bytes())
}

fn append<W: Write>(tar: &mut tar::Builder<W>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, bytes)
}

/// Readable regular files, in the order of their names.
fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = ROOTS.iter().map(PathBuf::from).collect();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file() && entry.metadata().is_ok_and(|m| m.len() <= LARGEST_FILE) {
                found.push(entry.path());
            }
        }
    }
    found.retain(|path| File::open(path).is_ok());
    found.sort();
    found
}

fn sha256(path: &Path) -> io::Result<String> {
    let bytes = fs::read(path)?;
    Ok(crate::support::image::sha256(&bytes))
}

/// Runs a command that reads files and throws its output away.
pub fn external(program: &str, arguments: &[&str], files: &[PathBuf]) {
    let status = Command::new(program)
        .args(arguments)
        .args(files)
        .stdout(Stdio::null())
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{program} failed"
    );
}
