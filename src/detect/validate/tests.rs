//! What the validators' own tests share, and what holds for all of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use base64::Engine as _;
use proptest::prelude::*;

use super::super::{Context, Engine, catalog, decode};
use super::*;
use crate::rules::{self, Loader, RuleSet};

/// The verdict on a secret that is the whole match and all there is around.
pub(super) fn verdict(validator: Validator, secret: &[u8]) -> Verdict {
    verdict_within(&Effort::default(), validator, secret)
}

/// The same, where so much may be spent.
fn verdict_within(effort: &Effort, validator: Validator, secret: &[u8]) -> Verdict {
    validator(&Candidate {
        secret,
        whole: secret,
        around: secret,
        path: b"",
        effort,
    })
}

/// The token with the lowest bit of one byte flipped.
pub(super) fn flip(token: &str, index: usize) -> Vec<u8> {
    let mut bytes = token.as_bytes().to_vec();
    bytes[index] ^= 1;
    bytes
}

/// Whether a well-tested check fails on a token.
pub(super) fn is_refuted(validator: Validator, token: &[u8]) -> bool {
    match verdict(validator, token) {
        Verdict::Refuted(facts) => facts["checksum"] == "invalid",
        _ => false,
    }
}

pub(super) fn base64_url(bytes: &[u8]) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

pub(in crate::detect) fn standard_base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The embedded rules.
fn embedded() -> RuleSet {
    Loader::default()
        .load(catalog())
        .expect("embedded rules load")
}

#[test]
fn names_are_in_order_and_every_one_is_used() {
    assert!(VALIDATORS.is_sorted_by(|a, b| a.0 < b.0));
    assert!(by_name("no-such-validator").is_none());
    let set = embedded();
    for (name, _) in VALIDATORS {
        assert!(by_name(name).is_some());
        let used = set
            .rules()
            .iter()
            .any(|rule| rule.syntax.validate.iter().any(|used| used == name));
        assert!(used, "no rule uses {name}");
    }
}

#[test]
fn embedded_rules_have_no_lints() {
    assert_eq!(rules::lint(&embedded()), Vec::<String>::new());
}

#[test]
fn a_rules_file_is_named_after_its_provider() {
    for rule in embedded().rules() {
        let provider = rule.id().split('.').next().unwrap_or_default();
        assert_eq!(rule.file, format!("patterns/{provider}.toml"));
    }
}

#[test]
fn rule_files_hold_no_example_in_plain_sight() {
    let engine = Engine::new(embedded());
    let mut plain = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("patterns");
    for file in std::fs::read_dir(folder).expect("the folder is there") {
        let path = file.expect("an entry").path();
        // As it stands: who undoes escapes, as the engine does, sees the examples.
        let text = std::fs::read_to_string(&path).expect("a file");
        let text = text.replace("\\u", "\\U").into_bytes();
        let name = path.to_string_lossy().into_owned();
        let context = Context {
            path: name.as_bytes(),
            ..Context::default()
        };
        for found in engine.scan(&context, &text) {
            let rule = engine.rules().rule(found.rule);
            // An id counts only beside a secret, which is told itself.
            if rule.syntax.regex.is_some() && rule.syntax.alone {
                let line = found.position.line;
                plain.push(format!("{name}:{line}: {}", rule.id()));
            }
        }
    }
    assert!(plain.is_empty(), "{}", plain.join("\n"));
}

/// Secrets of every kind, as their rules' examples have them, with their rules' validators.
fn example_secrets() -> Vec<(Vec<u8>, Vec<Validator>)> {
    let set = embedded();
    let mut secrets = Vec::new();
    for rule in set.rules() {
        let validators: Vec<Validator> = rule
            .syntax
            .validate
            .iter()
            .filter_map(|name| by_name(name))
            .collect();
        for example in &rule.syntax.examples {
            let secret = match rule.regex() {
                None => Some(example.trim().as_bytes()),
                Some(regex) => regex
                    .captures(example.as_bytes())
                    .and_then(|found| found.name("secret").or(found.get(0)))
                    .map(|part| part.as_bytes()),
            };
            secrets.extend(secret.map(|part| (part.to_vec(), validators.clone())));
        }
    }
    secrets
}

fn told(verdict: Verdict) -> Facts {
    match verdict {
        Verdict::Confirmed(facts)
        | Verdict::Kept(facts)
        | Verdict::Demoted(facts)
        | Verdict::Refuted(facts) => facts,
        Verdict::Dropped => Facts::new(),
    }
}

#[test]
fn no_fact_holds_the_secret_it_is_about() {
    for (secret, validators) in example_secrets() {
        let secret_text = String::from_utf8_lossy(&secret).into_owned();
        for validator in validators {
            for (key, value) in told(verdict(validator, &secret)) {
                assert!(!value.to_string().contains(&secret_text), "{key}");
            }
        }
    }
}

/// Validators that compute the public half of a key that stands alone.
const COMPUTING: &[&str] = &[
    "age-bech32",
    "nats-nkey",
    "solana-keypair",
    "stellar-seed",
    "wireguard-clamp",
];

#[test]
fn a_public_half_that_is_not_affordable_is_left_out_of_the_facts_and_not_of_the_findings() {
    let secrets = example_secrets();
    for name in COMPUTING {
        let validator = by_name(name).expect("a validator");
        let mut computed = 0;
        for (secret, _) in &secrets {
            let [plenty, nothing] = [Effort::default(), Effort::of(0)];
            let known = verdict_within(&plenty, validator, secret);
            let untold = verdict_within(&nothing, validator, secret);
            assert!(!plenty.take_refused());
            if !nothing.take_refused() {
                assert_eq!(known, untold, "{name}");
                continue;
            }
            computed += 1;
            let is_proven = |verdict: &Verdict| matches!(verdict, Verdict::Confirmed(_));
            let is_doubted = |verdict: &Verdict| matches!(verdict, Verdict::Demoted(_));
            // A pair of Solana is proven by nothing else.
            assert!(is_proven(&known) == is_proven(&untold) || *name == "solana-keypair");
            assert!(untold != Verdict::Dropped && (is_doubted(&known) || !is_doubted(&untold)));
            let (known, mut untold) = (told(known), told(untold));
            let half = known.get("public_key").or(known.get("address"));
            assert!(half.is_some(), "{name}: {known:?}");
            untold.extend(known.clone());
            assert_eq!(untold, known, "{name}");
        }
        assert!(computed > 0, "{name}");
    }
}

/// Validators that know of no proof: they tell, demote or drop.
const NEVER_CONFIRM: &[&str] = &[
    "aws-account-id",
    "aws-secret-key",
    "azure-sas",
    "basic-auth-url",
    "crypt-hash",
    "docker-swarm",
    "drawn-token",
    "ethereum-key",
    "jfrog-api-key",
    "literal-password",
    "netrc-password",
    "onepassword-account",
    "random-token",
    "secret-id",
    "slack",
    "stripe-mode",
    "tailscale",
    "telegram",
    "typed-password",
    "unspelled",
];

#[test]
fn each_rule_with_a_provable_form_has_an_example_that_is_confirmed() {
    for rule in embedded().rules() {
        for name in &rule.syntax.validate {
            if NEVER_CONFIRM.contains(&&**name) {
                continue;
            }
            let validator = by_name(name).expect("the rule was checked");
            let confirmed = rule.syntax.examples.iter().any(|example| {
                let bytes = example.trim().as_bytes();
                let found = rule.regex().and_then(|it| it.captures(bytes));
                let whole = found.as_ref().and_then(|found| found.get(0));
                let whole = whole.map_or(0..bytes.len(), |part| part.range());
                let secret = found.as_ref().and_then(|found| found.name("secret"));
                let secret = secret.map_or(whole.clone(), |part| part.range());
                let decodings = decode::by_names(&rule.syntax.decode);
                let values = decode::Value::plain(secret).decode(bytes, &decodings);
                let Some(value) = values.first() else {
                    return false;
                };
                let candidate = Candidate {
                    secret: value.text(bytes),
                    whole: &bytes[whole],
                    around: bytes,
                    path: b"",
                    effort: &Effort::default(),
                };
                matches!(validator(&candidate), Verdict::Confirmed(_))
            });
            assert!(confirmed, "{}: {name}", rule.id());
        }
    }
}

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(path).expect("a document")
}

/// What the table of validators says of each: whether it drops matches.
static DOCUMENTED: LazyLock<BTreeMap<String, bool>> = LazyLock::new(|| {
    let text = read("patterns/README.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.filter_map(|row| {
        let (name, rest) = row.split_once("` |")?;
        let drops = rest.trim().trim_end_matches('|').rsplit('|').next()?;
        Some((name.to_owned(), !drops.trim().is_empty()))
    });
    cells.collect()
});

#[test]
fn every_validator_is_in_the_table_of_the_rules_readme() {
    let named: Vec<&str> = VALIDATORS.iter().map(|(name, _)| *name).collect();
    assert_eq!(DOCUMENTED.keys().collect::<Vec<_>>(), named);
}

#[test]
fn every_fact_is_in_the_table_of_the_reports_page() {
    let text = read("docs/report.md");
    let table = text.split("### `facts`").nth(1).expect("the table");
    let table = table.split("### `occurrences").next().unwrap_or_default();
    for (secret, validators) in example_secrets() {
        for validator in validators {
            for (key, _) in told(verdict(validator, &secret)) {
                assert!(table.contains(&format!("`{key}`")), "no {key}");
            }
        }
    }
}

/// Runs every validator; what is told stays short, and only those drop that say so.
fn try_all(secret: &[u8]) {
    for around in [secret, b""] {
        let candidate = Candidate {
            secret,
            whole: around,
            around,
            path: b"",
            effort: &Effort::default(),
        };
        for (name, validator) in VALIDATORS {
            let said = validator(&candidate);
            let is_none = matches!(said, Verdict::Dropped | Verdict::Refuted(_));
            assert!(!is_none || DOCUMENTED[*name], "{name}");
            for (key, value) in told(said) {
                assert!(value.to_string().len() <= 32 * LONGEST_FACT, "{name} {key}");
                let text = value.as_str().unwrap_or_default();
                assert!(!text.contains(|c: char| c.is_control()), "{name} {key}");
            }
        }
    }
}

#[test]
fn examples_cut_anywhere_are_judged_without_panic() {
    for (secret, _) in example_secrets() {
        for length in (0..secret.len()).step_by(1 + secret.len() / 5) {
            try_all(&secret[..length]);
            try_all(&secret[length..]);
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_are_judged_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        try_all(&bytes);
    }

    #[test]
    fn structures_of_random_bytes_are_judged_without_panic(
        prefix in prop::sample::select(vec![
            "", "fm2_", "pypi-", "hvs.", "ops_", "glc_", "sntrys_", "BBDC-", "eyJhbGciOiJIUzI1NiJ9.",
        ]),
        head in prop::sample::select(vec![
            &b""[..], b"\x94\x92\xa1k\xa1r", b"\x02\x01\x08pypi.org", b"\x08\x01\x12\x20", b"{\"k\":",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let body = [head, &bytes].concat();
        for text in [base64_url(&body), standard_base64(&body)] {
            try_all(format!("{prefix}{text}").as_bytes());
        }
    }

    #[test]
    fn mutated_examples_are_judged_without_panic(
        pick in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        static SECRETS: LazyLock<Vec<(Vec<u8>, Vec<Validator>)>> = LazyLock::new(example_secrets);
        let mut secret = pick.get(&SECRETS).0.clone();
        for (index, byte) in changes {
            let at = index.index(secret.len());
            secret[at] = byte;
        }
        try_all(&secret);
    }
}
