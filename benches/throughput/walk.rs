//! The layer walk by itself, on one thread: what inflating, hashing and reading the tars cost before
//! anything is looked for in them.

use std::io::{self, BufRead};

use criterion::Criterion;
use residue::archive::Limits;
use residue::image::{Image, Item, assemble, walk};
use residue::source::{Selection, open};

use crate::common::corpus::Corpus;
use crate::group;

pub fn measure(criterion: &mut Criterion, corpus: &Corpus) {
    let limits = Limits::default();
    let forms = [
        ("plain", &corpus.plain),
        ("gzip", &corpus.gzip),
        ("zstd", &corpus.zstd),
    ];
    let mut group = group(criterion, "layer walk alone", corpus);
    for (form, path) in forms {
        let reference = path.to_string_lossy();
        let mut contents =
            open(&reference, &Selection::default(), &limits).expect("the generated image");
        let image = assemble(&reference, contents.images.remove(0));
        for (what, verify) in [("verified", true), ("not verified", false)] {
            group.bench_function(format!("{form}, {what}"), |bencher| {
                bencher.iter(|| walk_all(&image, &limits, verify));
            });
        }
    }
    group.finish();
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
