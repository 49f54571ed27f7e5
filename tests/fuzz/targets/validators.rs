//! Every validator on any bytes: what it learns must be printable and never the secret itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use residue::detect::validate::{Candidate, Effort, VALIDATORS, Verdict};

/// Facts may quote short words of a token (a scope, an account), but not a token as a whole.
const LONGEST_QUOTED: usize = 24;

fuzz_target!(|data: &[u8]| {
    let Some((choice, text)) = data.split_first() else {
        return;
    };
    let (_, validator) = VALIDATORS[usize::from(*choice) % VALIDATORS.len()];
    let candidate = Candidate {
        secret: text,
        whole: text,
        around: text,
        path: b"app/.env",
        effort: &Effort::default(),
    };
    let (Verdict::Confirmed(facts) | Verdict::Kept(facts) | Verdict::Demoted(facts)) =
        validator(&candidate)
    else {
        return;
    };
    for fact in facts.values() {
        let fact = fact.to_string();
        assert!(!fact.chars().any(char::is_control), "{fact:?}");
        if text.len() > LONGEST_QUOTED
            && let Ok(secret) = std::str::from_utf8(text)
        {
            assert!(!fact.contains(secret), "a fact holds the secret");
        }
    }
});
