//! How right the detectors are: a labelled corpus of leaks and look-alikes, made up anew in each
//! round, and precision, recall and F1 of each class. `README.md` beside this file has the format.

mod cases;
#[path = "../it/support/der.rs"]
mod der;
mod putty;
mod score;
#[path = "../it/support/secrets.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod secrets;
#[path = "../it/support/tokens.rs"]
mod tokens;
mod values;
#[path = "../it/support/wallets.rs"]
mod wallets;

use std::collections::BTreeMap;

use residue::Loader;
use residue::detect::{Engine, catalog};

use cases::{Case, LEAKS, LOOKALIKES};
use score::Score;

/// How often everything is made up.
const ROUNDS: usize = 3;
/// What the whole corpus reached: shares of what leaks that is found, and of what is said that is
/// right.
const FLOOR: (f64, f64) = (0.999, 0.999);
/// Recall that every class reached.
const FLOOR_OF_A_CLASS: f64 = 0.95;

/// Prints the table; run it with `--nocapture` to see it.
#[test]
#[allow(clippy::print_stdout, reason = "the table is what the command is for")]
fn precision_and_recall_are_at_least_what_was_reached() {
    let engine = Engine::new(Loader::default().load(catalog()).expect("rules load"));
    let mut classes: BTreeMap<String, Score> = BTreeMap::new();
    for round in 0..ROUNDS {
        for case in Case::read(LEAKS, round) {
            let score = classes.entry(case.class.clone()).or_default();
            score.leak(&case, &engine);
        }
        for case in Case::read(LOOKALIKES, round) {
            let score = classes.entry(case.class.clone()).or_default();
            score.lookalike(&case, &engine);
        }
    }
    let mut all = Score::default();
    println!("{}", score::HEADER);
    for (class, score) in &classes {
        println!("{}", score.line(class));
        all.add(score);
    }
    println!("{}", all.line("all"));
    for failure in &all.failures {
        println!("{failure}");
    }
    assert!(all.wanted >= 1200 * ROUNDS && all.innocent >= 600 * ROUNDS);
    assert!(all.recall() >= FLOOR.0, "recall {:.4}", all.recall());
    assert!(
        all.precision() >= FLOOR.1,
        "precision {:.4}",
        all.precision()
    );
    for (class, score) in &classes {
        assert!(score.recall() >= FLOOR_OF_A_CLASS, "{}", score.line(class));
    }
}
