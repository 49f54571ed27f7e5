//! The search for anchors by itself and all of detection, on one thread, with rule sets of three sizes:
//! neither should cost more for more rules (`benches/rules.rs` compares them closely).

use criterion::Criterion;

use crate::common::corpus::Corpus;
use crate::common::sets::{blobs, count_anchors, detect, engines, named};
use crate::group;

pub fn measure(criterion: &mut Criterion, corpus: &Corpus) {
    let (engines, blobs) = (engines(), blobs(corpus));
    let mut anchors = group(criterion, "anchors alone", corpus);
    for engine in &engines {
        anchors.bench_function(named(engine), |bencher| {
            bencher.iter(|| count_anchors(engine, &blobs));
        });
    }
    anchors.finish();
    let mut detection = group(criterion, "detection alone", corpus);
    for engine in &engines {
        detection.bench_function(named(engine), |bencher| {
            bencher.iter(|| detect(engine, &blobs));
        });
    }
    detection.finish();
}
