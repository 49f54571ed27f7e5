//! From inputs to a report: open, walk and scan in parallel, put together in order.

use super::assemble::{image_report, tool};
use super::environment::place_in_history;
use super::group::{group, sort};
use super::keyring::Keyring;
use super::locate::locate;
use super::places::Places;
use super::progress::Progress;
use super::redact::{Known, Redaction, redact_error};
use super::unique::{UniqueDocuments, UniqueLayers};
use crate::archive::Limits;
use crate::cache::Cache;
use crate::detect::Engine;
use crate::error::{Error, Result, Warning, WarningCode};
use crate::finding::{Report, Summary, Verdict};
use crate::image::{Image, assemble};
use crate::source::{Document, Selection, open};

/// Threads of a scan at most: more than any machine has cores for would only take its memory.
pub const MOST_THREADS: usize = 512;

/// How to scan.
#[derive(Debug, Clone)]
pub struct Options {
    /// Limits on untrusted input.
    pub limits: Limits,
    /// Whether digests and diff IDs are checked.
    pub verify: bool,
    /// Whether package databases are read, and findings that lie only in unmodified files of
    /// packages are suppressed.
    pub packages: bool,
    /// Whether quoted commands and paths keep their secrets.
    pub reveal: bool,
    /// Worker threads, at most 512; as many as there are cores when absent.
    pub threads: Option<usize>,
    /// Which images of each input.
    pub selection: Selection,
    /// Where results of layers are kept from run to run; it is used where hashes are checked and
    /// nothing is revealed. The report does not depend on it.
    pub cache: Option<Cache>,
}

impl Default for Options {
    /// Every image for this host, verified, redacted, on all cores.
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            verify: true,
            packages: true,
            reveal: false,
            threads: None,
            selection: Selection::default(),
            cache: None,
        }
    }
}

/// Scans every input and reports.
///
/// # Errors
/// When not one input can be opened. Beside others that can, an input that cannot is a warning and
/// the scan is incomplete.
pub fn run(
    inputs: &[String],
    engine: &Engine,
    options: &Options,
    progress: &Progress,
) -> Result<Report> {
    let threads = options.threads.unwrap_or(0).min(MOST_THREADS);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Error::Invalid {
            what: "number of threads",
            value: threads.to_string(),
            reason: error.to_string(),
        })?;
    let subject = Subject::open(inputs, engine, options)?;
    Ok(pool.install(|| subject.scan(engine, options, progress)))
}

/// Everything that was opened.
#[derive(Default)]
struct Subject {
    images: Vec<Image>,
    /// Of an archive and not of one image.
    documents: Vec<Document>,
    warnings: Vec<Warning>,
}

impl Subject {
    fn open(inputs: &[String], engine: &Engine, options: &Options) -> Result<Self> {
        let mut subject = Self::default();
        let mut failed = Vec::new();
        let selection = Selection {
            unverified: !options.verify,
            ..options.selection.clone()
        };
        for input in inputs {
            match open(input, &selection, &options.limits) {
                Ok(contents) => {
                    let images = contents.images.into_iter();
                    subject
                        .images
                        .extend(images.map(|raw| assemble(input, raw)));
                    subject.documents.extend(contents.documents);
                    subject.warnings.extend(contents.warnings);
                }
                Err(error) if options.reveal => failed.push(error),
                Err(error) => failed.push(redact_error(error, engine)),
            }
        }
        if failed.len() == inputs.len() {
            let only = if failed.len() == 1 {
                failed.pop()
            } else {
                None
            };
            return Err(only.unwrap_or(Error::NoInput(failed)));
        }
        let unread = |error: Error| Warning::new(WarningCode::UnreadableFile, error.to_string());
        subject.warnings.extend(failed.into_iter().map(unread));
        Ok(subject)
    }

    fn scan(mut self, engine: &Engine, options: &Options, progress: &Progress) -> Report {
        let layers = UniqueLayers::of(&self.images);
        let mut scans = layers.scan(engine, options, progress);
        let mut places = self.scan_documents(engine, options);
        engine.let_go();
        let mut images = Vec::with_capacity(self.images.len());
        for (index, image) in self.images.iter_mut().enumerate() {
            let scans = layers.of_image(index, &scans);
            locate(index, image, &scans, &options.limits, &mut places);
            images.push(image_report(image, &scans));
            let layer_warnings = layers.warnings_of(index, &scans);
            let warnings = std::mem::take(&mut image.warnings)
                .into_iter()
                .chain(layer_warnings);
            self.warnings
                .extend(warnings.map(|warning| warning.in_image(index)));
        }
        let (found, left_out) = places.finish();
        self.warnings.extend(left_out);
        // Each has its place now, or is left out.
        let of_layers = scans.iter_mut().flatten();
        of_layers.for_each(|scan| scan.hits = Vec::new());
        let known = (!options.reveal).then(|| Known::of(&found, engine.rules()));
        let (mut findings, mut suppressed) = group(found, engine.rules(), &self.images);
        let mut keyring = Keyring::of(&findings, &suppressed);
        for index in 0..self.images.len() {
            keyring.look(index, &layers.of_image(index, &scans));
        }
        keyring.tell(&mut findings, &mut suppressed);
        sort(&mut findings, &mut suppressed);
        let mut warnings = self.warnings;
        if let Some(mut known) = known {
            if !engine.rules().is_whole() {
                known.add_of_all_rules(&images);
            }
            let redaction = Redaction::of(known);
            redaction.images(&mut images);
            redaction.findings(&mut findings, &mut suppressed);
            redaction.warnings(&mut warnings);
        }
        warnings.sort_by(|a, b| (a.image, a.layer, a).cmp(&(b.image, b.layer, b)));
        warnings.dedup();
        let complete = !warnings.iter().any(|warning| warning.code.is_incomplete());
        Report {
            tool: tool(engine.rules()),
            summary: Summary::of(&findings, &images),
            images,
            findings,
            suppressed,
            warnings,
            complete,
            verdict: if complete {
                Verdict::Pass
            } else {
                Verdict::Incomplete
            },
        }
    }

    /// Scans the documents of every image and of the archives.
    fn scan_documents(&mut self, engine: &Engine, options: &Options) -> Places {
        let documents = UniqueDocuments::of(&self.images, &self.documents);
        let scans = documents.scan(engine, &options.limits);
        let mut places = Places::default();
        for (image, index) in documents.places {
            let mut found = scans[index].found.clone();
            for located in &mut found {
                located.occurrence.image = image;
            }
            if let Some(image) = image {
                place_in_history(&self.images[image], &mut found);
            }
            for located in found {
                if places.has_room_for(&located.matched, false) {
                    places.push(located);
                }
            }
            let warnings = scans[index].warnings.iter().cloned();
            self.warnings
                .extend(warnings.map(|warning| Warning { image, ..warning }));
        }
        places
    }
}
