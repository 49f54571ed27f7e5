//! One layer, scanned by itself: the result depends on its bytes and the rules alone.

mod losses;
mod paths;
mod postponed;
mod record;
mod replay;
mod take;
#[cfg(test)]
mod tests;

use std::io::{self, BufRead};
use std::sync::Arc;

use super::ahead::{Ahead, Pool, Yard, context, is_large};
use super::budget::Budget;
use super::evidence::{Evidence, Gatherer};
use super::keyring::{SeenKeys, Shelf};
use super::links::{Link, Links};
use super::names::Names;
use super::overlay::{Common, PathMarks};
use super::pages::Pages;
use super::pipeline::Options;
use super::progress::Progress;
use super::twins::Twins;
use crate::archive::{Capped, Early, Limits};
use crate::cache::Recorder;
use crate::content::{HEAD, Hit, Manner, Outcome, Scanner};
use crate::detect::{Context, Engine};
use crate::error::Warning;
use crate::finding::{EntryFacts, Kind};
use crate::image::{Help, Item, Layer, LayerEntry, LayerSummary, walk_beside};

pub(super) use replay::scan_layer;

/// Hits of one layer that are kept although an allowlist of their rule covers them.
const MOST_ALLOWED: usize = 1_000;
/// Warnings of one kind that are kept of one layer.
const MOST_WARNINGS: u64 = 1_000;

/// What one layer yields.
#[derive(Debug)]
pub(super) struct LayerScan {
    pub summary: LayerSummary,
    pub hits: Vec<LayerHit>,
    pub marks: PathMarks,
    pub links: Links,
    /// `None` where nobody asked for owners of files.
    pub evidence: Option<Evidence>,
    pub seen: SeenKeys,
    pub warnings: Vec<Warning>,
}

/// A hit and the entry it lies in.
#[derive(Debug, Clone)]
pub(super) struct LayerHit {
    pub kind: Kind,
    /// Normalised path of the entry; empty for bytes of no entry.
    pub path: Vec<u8>,
    /// Of the entry; `None` for bytes of no entry.
    pub sequence: Option<u32>,
    pub entry: Option<EntryFacts>,
    pub hit: Hit,
}

/// What a layer is scanned with.
#[derive(Clone, Copy)]
pub(super) struct Means<'m> {
    pub engine: &'m Engine,
    pub options: &'m Options,
    pub common: &'m Common,
    pub progress: &'m Progress,
    /// What threads use that scan contents.
    pub pool: &'m Pool,
    /// Contents of all layers in which nothing was found.
    pub twins: &'m Twins,
    /// What layers remember of public keys.
    pub shelf: &'m Arc<Shelf>,
    /// Bytes of claims of package databases that are kept.
    pub claims: usize,
    /// Layers whose stored bytes are hashed before their turn.
    pub early: Option<&'m Arc<Early>>,
}

/// Walks and scans `layer`, and writes down what it says.
fn walk_and_scan(
    layer: &Layer,
    means: Means<'_>,
    layers: usize,
    recorder: Option<&mut Recorder>,
) -> LayerScan {
    let yard = Yard::new(means, layer.blob.as_ref(), layers);
    rayon::in_place_scope(|scope| {
        let ahead = Some(Ahead::new(scope, &yard));
        Worker::new(layer, means, layers, ahead).scan(layer, means, recorder)
    })
}

struct Worker<'a, 'e> {
    layer: usize,
    /// Contents that others scan, or this thread many together; none where the cache tells.
    ahead: Option<Ahead<'a, 'e>>,
    /// Of what is neither a text nor handed on, as it comes.
    scanner: Scanner<'e>,
    /// Of texts, in the order of the entries also where other threads scan some: each scanner has an effort of
    /// its own for keys.
    texts: Scanner<'e>,
    /// Of large contents that are not handed on, or have to be read once more, each with an effort of its own.
    large: Scanner<'e>,
    /// Of small archives that others opened and that have to be opened once more in their turn.
    opened: Option<Box<Scanner<'e>>>,
    engine: &'e Engine,
    limits: &'e Limits,
    names: Names,
    hits: Vec<LayerHit>,
    budget: Budget,
    allowed: Budget,
    seen: SeenKeys,
    marks: PathMarks,
    links: Vec<Link>,
    /// Entries that wait for what later ones tell of them.
    postponed: Vec<(LayerEntry, Vec<u8>)>,
    /// Large ones that have to be read once more.
    left: Vec<u32>,
    gatherer: Option<Gatherer<'e>>,
    /// Where what the layer says is written down.
    recorder: Option<&'e mut Recorder>,
    warnings: Capped,
    progress: &'e Progress,
    /// Stored bytes that the progress knows of.
    passed: u64,
    pages: Pages<'e>,
}

impl<'a, 'e> Worker<'a, 'e> {
    fn new(
        layer: &'e Layer,
        means: Means<'e>,
        layers: usize,
        ahead: Option<Ahead<'a, 'e>>,
    ) -> Self {
        let Means {
            engine,
            options,
            common,
            progress,
            claims,
            pool,
            shelf,
            ..
        } = means;
        // What the cache tells of is not read.
        let read = layer.blob.as_ref().filter(|_| ahead.is_some());
        Self {
            layer: layer.index,
            ahead,
            scanner: Scanner::new(engine, &options.limits),
            texts: Scanner::new(engine, &options.limits),
            large: Scanner::new(engine, &options.limits),
            opened: None,
            engine,
            limits: &options.limits,
            names: Names::default(),
            hits: Vec::new(),
            budget: Budget::share(layers),
            allowed: Budget::of(MOST_ALLOWED),
            seen: SeenKeys::within(Budget::share(layers), shelf),
            marks: PathMarks::new(common),
            links: Vec::new(),
            postponed: Vec::new(),
            left: Vec::new(),
            gatherer: (options.packages).then(|| Gatherer::new(layer, common, pool, claims)),
            recorder: None,
            warnings: Capped::keeping(MOST_WARNINGS),
            progress,
            passed: 0,
            pages: Pages::of(read),
        }
    }

    fn scan(
        mut self,
        layer: &Layer,
        means: Means<'_>,
        recorder: Option<&'e mut Recorder>,
    ) -> LayerScan {
        if let Some(gatherer) = self.gatherer.as_mut().filter(|_| recorder.is_some()) {
            gatherer.listen();
        }
        self.recorder = recorder;
        let Options { limits, verify, .. } = means.options;
        let help = Help {
            backlog: self.ahead.as_ref().map(Ahead::backlog),
            early: means.early,
        };
        let summary = walk_beside(layer, limits, *verify, help, &mut |item| self.visit(item));
        self.settle();
        if let Some(warning) = layer.cut() {
            self.warnings.push(warning);
        }
        self.scan_left(layer);
        self.scan_postponed();
        self.finish(layer, limits, summary)
    }

    /// What the layer yields, once all of it was seen.
    fn finish(mut self, layer: &Layer, limits: &Limits, summary: LayerSummary) -> LayerScan {
        let passed = self.passed;
        self.progress.finish(summary.size.saturating_sub(passed));
        self.flush_names();
        self.forget_idle_links();
        let evidence = self.gatherer.take();
        let evidence = evidence.map(|gatherer| gatherer.finish(layer, limits, &self.marks));
        self.warn_of_losses();
        self.warn_of_lost_claims(evidence.as_ref());
        let warnings = self.warnings.finish(format_args!("layer {}", layer.index));
        let warnings = warnings
            .into_iter()
            .map(|w| w.in_layer(layer.index))
            .collect();
        LayerScan {
            summary,
            hits: self.hits,
            marks: self.marks.closed(),
            links: Links::of(self.links),
            evidence,
            seen: self.seen.closed(),
            warnings,
        }
    }

    fn visit(&mut self, item: Item<'_>) -> io::Result<()> {
        match item {
            Item::Entry(entry, content) => self.entry(entry, content),
            Item::Slack { offset, bytes } => self.loose(Kind::Slack, offset, bytes),
            Item::Hidden { offset, bytes } => self.loose(Kind::HiddenBytes, offset, bytes),
            Item::Plain(content) => {
                let outcome = self.scanner.scan(&Context::default(), content);
                self.take(outcome, Kind::Artifact, None)
            }
        }
    }

    /// Bytes of no entry, at `offset` of the tar or blob.
    fn loose(&mut self, kind: Kind, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut outcome = self.scanner.scan_loose(&Context::default(), bytes);
        for hit in &mut outcome.hits {
            if hit.is_in_place() {
                hit.matched.span.offset += offset;
            }
        }
        self.take(outcome, kind, None)
    }

    fn entry(&mut self, entry: &LayerEntry, content: &mut dyn BufRead) -> io::Result<()> {
        self.progress.pass(entry.stored.saturating_sub(self.passed));
        self.passed = self.passed.max(entry.stored);
        self.pages.pass(entry.stored);
        if let Some(ahead) = &self.ahead {
            ahead.ask_to_hash();
        }
        self.note_path(entry);
        self.note_names(entry);
        // Behind what the entries before it came to, which the names had to wait for.
        if let Some(recorder) = &mut self.recorder {
            recorder.entry(entry);
        }
        for (key, value) in &entry.records {
            self.record(entry, key, value)?;
        }
        if entry.size == 0 {
            return Ok(());
        }
        let manner = manner(entry, content)?;
        let is_database = self.gatherer.is_some() && Gatherer::reads(entry);
        if let Some(ahead) = self.ahead.as_mut().filter(|_| !is_database)
            && ahead.takes(entry, manner)
        {
            let read = ahead.hand_on(entry, content, manner == Some(Manner::Archive));
            self.take_ready();
            return read;
        }
        let is_text = manner == Some(Manner::Text);
        if is_text {
            self.settle();
        }
        let mut outcome = self.content(entry, content, manner);
        if let Some(bytes) = outcome.postponed.take() {
            self.postpone(entry, bytes);
        }
        let Some(ahead) = &mut self.ahead else {
            return self.take_next(outcome, Kind::File, Some(entry));
        };
        let error = outcome.error.take();
        ahead.push(entry, outcome);
        self.take_ready();
        error.map_or(Ok(()), Err)
    }

    /// Takes what other threads found, as far as it is its turn.
    fn take_ready(&mut self) {
        while let Some(done) = self.ahead.as_mut().and_then(Ahead::ready) {
            for mut done in done {
                if let Some(bytes) = done.again.take() {
                    self.scan_again(&mut done, bytes);
                }
                if done.is_left {
                    self.left.push(done.entry.sequence);
                    continue;
                }
                if let Some(gatherer) = &mut self.gatherer {
                    let sequence = done.entry.sequence;
                    (done.checksums.iter()).for_each(|sums| gatherer.add(sequence, *sums));
                    if done.is_unhashed {
                        gatherer.add_later(sequence);
                    }
                }
                // Their bytes were at hand, and an error was told when they were read.
                let _ = self.take_next(done.outcome, Kind::File, Some(&done.entry));
            }
        }
    }

    /// Waits for other threads and takes all that they found.
    fn settle(&mut self) {
        while self.ahead.as_mut().is_some_and(Ahead::wait_for_next) {
            self.take_ready();
        }
    }

    fn content(
        &mut self,
        entry: &LayerEntry,
        content: &mut dyn BufRead,
        manner: Option<Manner>,
    ) -> Outcome {
        let context = context(entry);
        let scanner = match manner {
            Some(Manner::Text | Manner::Archive) if is_large(entry) => {
                self.large.grant(Some(entry.size));
                &mut self.large
            }
            Some(Manner::Text) => &mut self.texts,
            Some(Manner::Archive | Manner::Git) | None => &mut self.scanner,
        };
        scanner.pass(entry.stored);
        scanner.expect(entry.size);
        let Some(gatherer) = &mut self.gatherer else {
            return scanner.scan_or_postpone(&context, content);
        };
        let outcome = gatherer.follow(entry, content, |content| {
            scanner.scan_or_postpone(&context, content)
        });
        if let (Some(recorder), Some(told)) = (&mut self.recorder, gatherer.take_told()) {
            recorder.database(&entry.path, entry.sequence, &told);
        }
        outcome
    }
}

/// How a content is searched. A few bytes at the end of a buffer do not tell; whoever scans it finds out.
fn manner(entry: &LayerEntry, content: &mut dyn BufRead) -> io::Result<Option<Manner>> {
    let first = content.fill_buf()?;
    let is_enough = first.len() as u64 >= entry.size.min(HEAD as u64);
    Ok(is_enough.then(|| Manner::of(first)))
}
