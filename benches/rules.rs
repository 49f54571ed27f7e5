//! Does throughput with 500 rules stay within 10 % of that with 80? Sets of three sizes take
//! turns in one process, so that whatever else the machine does hits them alike, and each round is
//! compared with itself.
//!
//! `cargo bench --bench rules`; `RESIDUE_BENCH_MB` sets the image's size (100), `RESIDUE_BENCH_ROUNDS`
//! how many rounds there are (9).

// A bench program's output is its purpose.
#![allow(clippy::print_stdout)]

#[path = "support/mod.rs"]
mod common;
#[path = "../tests/it/support/mod.rs"]
mod support;

use std::time::Instant;

use residue::archive::Blob;
use residue::detect::Engine;

use crate::common::corpus::Corpus;
use crate::common::sets::{blobs, count_anchors, detect, engines, named};
use crate::common::setting;

fn main() {
    let corpus = Corpus::from_environment();
    let rounds = setting("RESIDUE_BENCH_ROUNDS", 9);
    let (engines, blobs) = (engines(), blobs(&corpus));
    println!(
        "{} MB in {} layers, one thread, {rounds} rounds",
        corpus.bytes / 1_000_000,
        corpus.layers.len()
    );
    for (name, work) in [
        ("anchors alone", count_anchors as fn(&Engine, &[Blob])),
        ("detection alone", detect),
    ] {
        let seconds = take_turns(rounds, &engines, &|engine| work(engine, &blobs));
        println!(
            "\n{name:<18} median s   (min..max)       part of the first one's throughput, by rounds"
        );
        for (engine, own) in engines.iter().zip(&seconds) {
            let ratios = own.iter().zip(&seconds[0]).map(|(own, first)| first / own);
            let (time, ratio) = (spread(own.clone()), spread(ratios.collect()));
            println!("{:<18} {time}   {ratio}", named(engine));
        }
    }
}

/// Seconds of each engine in each round. What an engine does only once, such as compiling a regex, it
/// does before.
fn take_turns(rounds: u64, engines: &[Engine; 3], work: &dyn Fn(&Engine)) -> [Vec<f64>; 3] {
    engines.iter().for_each(work);
    let mut seconds = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        for (engine, seconds) in engines.iter().zip(&mut seconds) {
            let start = Instant::now();
            work(engine);
            seconds.push(start.elapsed().as_secs_f64());
        }
    }
    seconds
}

/// The median, and the least and the most beside it.
fn spread(mut figures: Vec<f64>) -> String {
    figures.sort_by(f64::total_cmp);
    let (least, most) = (figures[0], figures[figures.len() - 1]);
    format!(
        "{:>8.3} ({least:.3}..{most:.3})",
        figures[figures.len() / 2]
    )
}
