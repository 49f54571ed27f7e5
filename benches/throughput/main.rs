//! How fast, in bytes of the uncompressed layers a second: detection and the layer walk by themselves,
//! and whole scans beside what other programs take for the same bytes in the same run.
//!
//! `cargo bench --bench throughput [-- NAME]`; `RESIDUE_BENCH_MB` sets the image's size (100). A run is
//! compared with the one before, which `--save-baseline` and `--baseline` keep apart by name.

#[path = "../support/mod.rs"]
mod common;
#[path = "../../tests/it/support/mod.rs"]
mod support;

mod detection;
mod scan;
mod walk;

use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, SamplingMode, Throughput};

use crate::common::corpus::Corpus;

/// The fewest that criterion takes: each is a pass over the whole image, or some.
const SAMPLES: usize = 10;
/// For all samples of a measurement. Where ten passes take longer, criterion says so and makes ten.
const TIME: Duration = Duration::from_secs(4);
/// Any time means one pass at least, and that is enough.
const WARM_UP: Duration = Duration::from_millis(1);

fn main() {
    let corpus = Corpus::from_environment();
    let mut criterion = Criterion::default().without_plots().configure_from_args();
    detection::measure(&mut criterion, &corpus);
    walk::measure(&mut criterion, &corpus);
    scan::measure(&mut criterion, &corpus);
    criterion.final_summary();
}

/// A group of measurements that all go over the bytes of the image's layers. Its name tells how many,
/// so that no run is compared with one on another image.
fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    corpus: &Corpus,
) -> BenchmarkGroup<'a, WallTime> {
    let megabytes = corpus.bytes / 1_000_000;
    let mut group = criterion.benchmark_group(format!("{name}, {megabytes} MB"));
    group
        .throughput(Throughput::BytesDecimal(corpus.bytes))
        .sampling_mode(SamplingMode::Flat)
        .sample_size(SAMPLES)
        .warm_up_time(WARM_UP)
        .measurement_time(TIME);
    group
}
