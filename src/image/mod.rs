//! What an image is, wherever it came from: layers from base to top, the instructions that made
//! them, and what one layer holds.
//!
//! Index 0 is the base, the oldest layer. Nothing here knows what a secret looks like.

mod assemble;
mod assignments;
mod config;
mod exec_form;
mod history;
mod instruction;
mod layer;
mod shell;
mod verify;
mod walk;
mod whiteout;

pub use crate::archive::{EntryKind, Sparse, SparseLayout};
pub use assemble::assemble;
pub use assignments::{Assignment, assignments};
pub use exec_form::exec_words;
pub use layer::{Item, LayerEntry, LayerSummary};
pub use walk::walk;
pub(crate) use walk::{Help, walk_beside};
pub use whiteout::Whiteout;

use crate::archive::Blob;
use crate::error::{Warning, WarningCode, printable};
use crate::oci::{DiffId, Digest, MediaType, Platform};
use crate::source::Document;

/// One image, ready to be walked.
#[derive(Debug)]
pub struct Image {
    /// The input as the user named it.
    pub source: String,
    /// References that point at it.
    pub references: Vec<String>,
    /// Digest of its manifest, where there is one.
    pub manifest_digest: Option<Digest>,
    /// Digest of its config.
    pub config_digest: Option<Digest>,
    /// Operating system and processor.
    pub platform: Option<Platform>,
    /// When it was made, as written.
    pub created: Option<String>,
    /// Base first.
    pub layers: Vec<Layer>,
    /// Oldest first; `empty_layer` ones count too.
    pub instructions: Vec<Instruction>,
    /// `Config.Env` as it is in force, `KEY=value`.
    pub env: Vec<String>,
    /// Documents to scan as metadata.
    pub documents: Vec<Document>,
    /// What is wrong with the image.
    pub warnings: Vec<Warning>,
}

/// One filesystem change set.
#[derive(Debug, Clone)]
pub struct Layer {
    /// 0 = base.
    pub index: usize,
    /// Hash of the stored bytes, where the source states one.
    pub digest: Option<Digest>,
    /// Hash of the uncompressed tar, where the config states one.
    pub diff_id: Option<DiffId>,
    /// As written; the bytes decide.
    pub media_type: MediaType,
    /// Name of the blob in the archive.
    pub name: String,
    /// The stored bytes; `None` when they are absent.
    pub blob: Option<Blob>,
    /// Index of the instruction that made it, where known.
    pub instruction: Option<usize>,
}

impl Layer {
    /// A warning, if the file was cut while it was read and the layer reaches behind its new end.
    pub(crate) fn cut(&self) -> Option<Warning> {
        let is_cut = self.blob.as_ref().is_some_and(Blob::is_cut);
        is_cut.then(|| {
            let (index, name) = (self.index, printable(self.name.as_bytes()));
            let message = format!("layer {index} ({name}) was cut off while it was read");
            Warning::new(WarningCode::TruncatedLayer, message).in_layer(index)
        })
    }
}

/// One history item, parsed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Instruction {
    /// Position in the history.
    pub index: usize,
    /// When, as written.
    pub created: Option<String>,
    /// The command, as written.
    pub created_by: String,
    /// Whether it made no layer.
    pub empty_layer: bool,
    /// Index of the layer it made, where known.
    pub layer: Option<usize>,
    /// Whether `layer` is a guess (history shorter than the layers).
    pub approximate: bool,
    /// Dockerfile keyword in upper case (`RUN`, `COPY`, …), where it can be told.
    pub keyword: Option<String>,
    /// What follows the keyword, without builder decoration.
    pub arguments: String,
    /// Build arguments recorded with a `RUN` (`|N K=V …`).
    pub build_args: Vec<(String, String)>,
}
