//! Rule sets of three sizes, and the parts of a scan that should not cost more for more rules: the
//! search for anchors by itself, and all of detection.

use std::fs::File;

use residue::archive::{Blob, Limits};
use residue::content::Scanner;
use residue::detect::{Context, Engine, catalog};
use residue::rules::{Loader, RuleSet};

use super::corpus::Corpus;

/// Rules of a small set, for comparison with all: eighty.
const SOME_RULES: [&str; 7] = [
    "generic.*",
    "url.*",
    "private-key.*",
    "aws.*",
    "azure.*",
    "github.*",
    "google.*",
];
const EIGHTY: usize = 80;
const FIVE_HUNDRED: usize = 500;

/// Engines of eighty rules; of five hundred, which are the same and every third of the others;
/// and of all.
pub fn engines() -> [Engine; 3] {
    let all = load(Vec::new());
    let mut few = ids(&load(SOME_RULES.map(str::to_owned).to_vec()));
    few.truncate(EIGHTY);
    let others = (ids(&all).into_iter())
        .filter(|id| !few.contains(id))
        .step_by(3);
    let more = few.iter().cloned().chain(others).take(FIVE_HUNDRED);
    let more = load(more.collect());
    [load(few), more, all].map(Engine::new)
}

/// How many rules an engine has, as a figure is named.
pub fn named(engine: &Engine) -> String {
    format!("{} rules", engine.rules().rules().len())
}

/// The layers' tars in memory.
pub fn blobs(corpus: &Corpus) -> Vec<Blob> {
    (corpus.layers.iter())
        .map(|path| Blob::map(&File::open(path).expect("a layer"), path).expect("a layer"))
        .collect()
}

/// Anchors alone.
pub fn count_anchors(engine: &Engine, blobs: &[Blob]) {
    for blob in blobs {
        assert!(engine.count_anchors(blob) > 0, "keys and tokens");
    }
}

/// Detection alone: each layer is one text without a path.
pub fn detect(engine: &Engine, blobs: &[Blob]) {
    let limits = Limits::default();
    let mut scanner = Scanner::new(engine, &limits);
    for blob in blobs {
        let mut bytes: &[u8] = blob;
        let outcome = scanner.scan(&Context::default(), &mut bytes);
        assert!(!outcome.hits.is_empty(), "the planted secret");
    }
}

/// The embedded rules of these ids or globs; all where there are none.
fn load(enable: Vec<String>) -> RuleSet {
    let loader = Loader {
        enable,
        ..Loader::default()
    };
    loader.load(catalog()).expect("embedded rules")
}

fn ids(rules: &RuleSet) -> Vec<String> {
    let rules = rules.rules().iter();
    rules.map(|rule| rule.id().to_owned()).collect()
}
