//! How fast: a whole scan, plain and gzip, detection alone and the layer walk alone, beside
//! `gzip -dc` and `openssl dgst -sha256` on the same bytes in the same run; then peak memory.
//!
//! `cargo bench`; `RESIDUE_BENCH_MB` sets the image's size (500), `RESIDUE_BENCH_ROUNDS` how many
//! runs each median is of (3). Figures are megabytes of the uncompressed layers a second.

// A bench program's output is its purpose.
#![allow(clippy::print_stdout)]

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/measure.rs"]
mod measure;
#[path = "../tests/it/support/mod.rs"]
mod support;

use std::env;
use std::fs::File;
use std::io::{self, BufRead};

use residue::archive::{Blob, Limits};
use residue::content::Scanner;
use residue::detect::{Context, Engine, catalog};
use residue::image::{Image, Item, assemble, walk};
use residue::rules::{Loader, Rule};
use residue::source::{Selection, open};

use crate::corpus::{Corpus, external};
use crate::measure::{median, peak_memory, run, scan};

/// Rules of a small set, for comparison with all.
const SOME_RULES: [&str; 9] = [
    "generic.*",
    "url.*",
    "jwt.*",
    "private-key.*",
    "aws.*",
    "azure.*",
    "github.*",
    "gitlab.*",
    "google.*",
];

const FIVE_HUNDRED: usize = 500;

fn main() {
    let megabytes = setting("RESIDUE_BENCH_MB", 500);
    let rounds = usize::try_from(setting("RESIDUE_BENCH_ROUNDS", 3))
        .unwrap_or(3)
        .max(1);
    let corpus = Corpus::of(megabytes).expect("a corpus of the files below /usr");
    println!(
        "{} MB in {} layers, median of {rounds}",
        corpus.bytes >> 20,
        corpus.layers.len()
    );
    let row = |name: &str, work: &mut dyn FnMut()| {
        let seconds = median(rounds, work);
        let rate = corpus.bytes as f64 / 1e6 / seconds;
        println!("{name:<44} {seconds:>8.3} s {rate:>9.0} MB/s");
    };
    row("gzip -dc of the gzip layers", &mut || {
        external("gzip", &["-dc"], &corpus.gzipped);
    });
    row("openssl dgst -sha256 of the plain layers", &mut || {
        external("openssl", &["dgst", "-sha256"], &corpus.layers);
    });
    for threads in ["--threads=1", "--threads=2"] {
        row(&format!("scan, plain, {threads}"), &mut || {
            run(scan(&corpus.plain, &[threads]))
        });
        row(&format!("scan, gzip, {threads}"), &mut || {
            run(scan(&corpus.gzip, &[threads]))
        });
    }
    row("scan, plain, --no-verify", &mut || {
        run(scan(&corpus.plain, &["--no-verify"]))
    });
    library(&corpus, &row);
    memory(&corpus, megabytes);
}

/// The library's parts by themselves, on one thread.
fn library(corpus: &Corpus, row: &dyn Fn(&str, &mut dyn FnMut())) {
    let limits = Limits::default();
    let rules = Loader::default()
        .load(catalog())
        .expect("the embedded rules");
    let engine = Engine::new(rules);
    let blobs: Vec<Blob> = (corpus.layers.iter())
        .map(|path| Blob::map(&File::open(path).expect("a layer"), path).expect("a layer"))
        .collect();
    detection(&engine, &blobs, row);
    for ids in smaller_sets(&engine) {
        let rules = Loader {
            enable: ids,
            ..Loader::default()
        };
        let rules = rules.load(catalog()).expect("some embedded rules");
        detection(&Engine::new(rules), &blobs, row);
    }
    for (name, path) in [("plain", &corpus.plain), ("gzip", &corpus.gzip)] {
        let reference = path.to_string_lossy();
        let mut contents =
            open(&reference, &Selection::default(), &limits).expect("the generated image");
        let image = assemble(&reference, contents.images.remove(0));
        for (what, verify) in [("verified", true), ("not verified", false)] {
            row(
                &format!("layer walk alone, {name}, {what}, 1 thread"),
                &mut || {
                    walk_all(&image, &limits, verify);
                },
            );
        }
    }
}

/// Ids of a hundred rules, and of five hundred: the same, and every third of the others.
fn smaller_sets(all: &Engine) -> [Vec<String>; 2] {
    let few = Loader {
        enable: SOME_RULES.map(str::to_owned).to_vec(),
        ..Loader::default()
    };
    let few = few.load(catalog()).expect("some embedded rules");
    let ids = |rules: &[Rule]| rules.iter().map(|rule| rule.id().to_owned()).collect();
    let few: Vec<String> = ids(few.rules());
    let all: Vec<String> = ids(all.rules().rules());
    let others = all.into_iter().filter(|id| !few.contains(id)).step_by(3);
    let more = few
        .iter()
        .cloned()
        .chain(others)
        .take(FIVE_HUNDRED)
        .collect();
    [few, more]
}

/// Anchors alone and all of detection: neither should cost more for more rules.
fn detection(engine: &Engine, blobs: &[Blob], row: &dyn Fn(&str, &mut dyn FnMut())) {
    let rules = engine.rules().rules().len();
    row(&format!("anchors alone, {rules} rules"), &mut || {
        for blob in blobs {
            assert!(engine.count_anchors(blob) > 0, "keys and tokens");
        }
    });
    row(&format!("detection alone, {rules} rules"), &mut || {
        let limits = Limits::default();
        let mut scanner = Scanner::new(engine, &limits);
        for blob in blobs {
            let mut bytes: &[u8] = blob;
            let outcome = scanner.scan(&Context::default(), &mut bytes);
            assert!(!outcome.hits.is_empty(), "the planted secret");
        }
    });
}

fn walk_all(image: &Image, limits: &Limits, verify: bool) {
    for layer in &image.layers {
        let summary = walk(layer, limits, verify, &mut |item| match item {
            Item::Entry(_, content) => drain(content),
            _ => Ok(()),
        });
        assert!(summary.entries > 0);
    }
}

fn drain(content: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let length = content.fill_buf()?.len();
        if length == 0 {
            return Ok(());
        }
        content.consume(length);
    }
}

/// Peak memory of a small and a large image: it must not grow with the image.
fn memory(large: &Corpus, megabytes: u64) {
    let small = Corpus::of(megabytes.div_ceil(5)).expect("a small corpus");
    for (name, corpus) in [("a fifth", &small), ("all", large)] {
        for (form, image) in [("plain", &corpus.plain), ("gzip", &corpus.gzip)] {
            let peak = peak_memory(scan(image, &["--threads=2"])) as f64 / 1e6;
            let size = corpus.bytes >> 20;
            println!("peak memory, {form}, {name} ({size} MB) {peak:>24.1} MB");
        }
    }
}

fn setting(name: &str, otherwise: u64) -> u64 {
    let value = env::var(name).ok().and_then(|value| value.parse().ok());
    value.unwrap_or(otherwise)
}
