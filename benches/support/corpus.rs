//! A generated image of real files: whatever a Debian machine has below `/usr`, in ten layers.
//!
//! It is written once for each size into the target folder and found again by later runs.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::archive::{write_gzip, write_image, write_zstd};
use super::setting;
use crate::support::secrets;

const ROOTS: [&str; 3] = ["/usr/share", "/usr/lib", "/usr/bin"];
const LAYERS: u64 = 10;
/// Larger files would make one layer of one file.
const LARGEST_FILE: u64 = 16 << 20;
/// Megabytes: to measure everything takes about three minutes then.
const SIZE: u64 = 100;

/// One image in the forms that are measured.
pub struct Corpus {
    /// The layers' tars.
    pub layers: Vec<PathBuf>,
    /// The same, compressed by `gzip -6`.
    pub gzipped: Vec<PathBuf>,
    /// The image with plain layers.
    pub plain: PathBuf,
    /// The image with gzip layers.
    pub gzip: PathBuf,
    /// The image with zstd layers.
    pub zstd: PathBuf,
    /// Bytes of the layers' tars.
    pub bytes: u64,
}

impl Corpus {
    /// The image of about so many megabytes as `RESIDUE_BENCH_MB` says.
    pub fn from_environment() -> Self {
        let megabytes = setting("RESIDUE_BENCH_MB", SIZE);
        Self::of(megabytes).expect("an image of the files below /usr")
    }

    fn of(megabytes: u64) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("mixed-{megabytes}"));
        let layers: Vec<PathBuf> = (0..LAYERS)
            .map(|index| folder.join(format!("layer{index}.tar")))
            .collect();
        let corpus = Self {
            plain: folder.join("plain.tar"),
            gzip: folder.join("gzip.tar"),
            zstd: folder.join("zstd.tar"),
            bytes: 0,
            gzipped: compressed(&layers, "tar.gz"),
            layers,
        };
        let complete = folder.join("complete");
        if !complete.exists() {
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder)?;
            corpus.write(megabytes << 20)?;
            File::create(complete)?;
        }
        let sizes = (corpus.layers.iter()).map(|layer| Ok(fs::metadata(layer)?.len()));
        let bytes = sizes.sum::<io::Result<u64>>()?;
        Ok(Self { bytes, ..corpus })
    }

    fn write(&self, wanted: u64) -> io::Result<()> {
        self.write_layers(wanted)?;
        let zstd = compressed(&self.layers, "tar.zst");
        for (layer, (gzip, zstd)) in self.layers.iter().zip(self.gzipped.iter().zip(&zstd)) {
            write_gzip(layer, gzip)?;
            write_zstd(layer, zstd)?;
        }
        write_image(&self.plain, &self.layers, &self.layers)?;
        write_image(&self.gzip, &self.layers, &self.gzipped)?;
        write_image(&self.zstd, &self.layers, &zstd)
    }

    /// Spreads files over the layers until there are enough bytes, from the start again where
    /// the machine has too few.
    fn write_layers(&self, wanted: u64) -> io::Result<()> {
        let each = wanted / LAYERS;
        let files = files(each.min(LARGEST_FILE));
        let mut source = files.iter().cycle();
        let mut round = 0;
        for (index, path) in self.layers.iter().enumerate() {
            let mut tar = tar::Builder::new(BufWriter::new(File::create(path)?));
            let mut written = 0;
            while written < each {
                let file = source.next().ok_or(io::ErrorKind::NotFound)?;
                let bytes = fs::read(file)?;
                let name = file.strip_prefix("/").unwrap_or(file);
                append(
                    &mut tar,
                    Path::new(&format!("round/{round}")).join(name),
                    &bytes,
                )?;
                written += bytes.len() as u64;
                round += u64::from(file == &files[files.len() - 1]);
            }
            plant(&mut tar, index)?;
            tar.into_inner()?.flush()?;
        }
        Ok(())
    }
}

/// The layers' twins with another ending.
fn compressed(layers: &[PathBuf], ending: &str) -> Vec<PathBuf> {
    let layers = layers.iter();
    layers.map(|layer| layer.with_extension(ending)).collect()
}

/// One secret in each layer, so that a scan that finds nothing is seen.
fn plant<W: Write>(tar: &mut tar::Builder<W>, layer: usize) -> io::Result<()> {
    let secret = secrets::github(&format!("bench {layer}"));
    let content = format!("TOKEN={secret}\n");
    append(tar, format!("planted/{layer}.env"), content.as_bytes())
}

/// Adds a file to a tar.
pub fn append<W: Write>(
    tar: &mut tar::Builder<W>,
    name: impl AsRef<Path>,
    bytes: &[u8],
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, bytes)
}

/// Readable regular files, in an order that mixes folders: a small image holds of everything what a
/// large one does.
fn files(largest: u64) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = ROOTS.iter().map(PathBuf::from).collect();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                open.push(entry.path());
            } else if kind.is_file() && entry.metadata().is_ok_and(|m| m.len() <= largest) {
                found.push(entry.path());
            }
        }
    }
    found.retain(|path| File::open(path).is_ok());
    found.sort_by_cached_key(|path| {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        (hasher.finish(), path.clone())
    });
    found
}
