//! Grouping over hand-made places, with the embedded rules.

use proptest::prelude::*;

use super::*;
use crate::detect::span::{Position, Span};
use crate::detect::{By, Facts, catalog};
use crate::finding::Kind;
use crate::rules::{Confidence, Loader};

const TOKEN: &str = "github.personal-access-token";
const ASSIGNED: &str = "generic.assignment";

fn rules() -> RuleSet {
    Loader::default()
        .load(catalog())
        .expect("the embedded rules")
}

/// A secret that a rule found in a file of a layer.
fn place(rules: &RuleSet, rule: &str, secret: &str, path: &str, layer: usize) -> Located {
    let index = rules
        .rules()
        .iter()
        .position(|known| known.id() == rule)
        .expect("a rule");
    let matched = Match {
        rule: index,
        span: Span::new(3, secret.len() as u64),
        position: Position { line: 1, column: 4 },
        secret: Secret::new(secret.as_bytes()),
        decoded: None,
        by: if rules.rule(index).syntax.regex.is_some() {
            By::Pattern
        } else {
            By::Assignment
        },
        identity: None,
        label: Some("PASSWORD".to_owned()),
        confidence: rules.rule(index).syntax.confidence,
        facts: Facts::new(),
        suppressed: None,
        parts: Vec::new(),
        is_lone: false,
    };
    let occurrence = Occurrence {
        image: Some(0),
        kind: Kind::File,
        layer: Some(layer),
        diff_id: None,
        instruction: None,
        path: Some(path.to_owned()),
        pointer: None,
        key: matched.label.clone(),
        inside: Vec::new(),
        decoded: Vec::new(),
        line: 1,
        column: 4,
        offset: 3,
        length: secret.len() as u64,
        visibility: [Visibility::Deleted, Visibility::Final][layer % 2],
        removed_by: None,
        entry: None,
        package: None,
    };
    Located {
        matched,
        occurrence,
    }
}

#[test]
fn one_secret_is_one_finding_under_the_rule_that_says_most() {
    let rules = rules();
    let found = vec![
        place(&rules, ASSIGNED, "one-secret-value", "b", 0),
        place(&rules, TOKEN, "one-secret-value", "a", 0),
        place(&rules, ASSIGNED, "one-secret-value", "c", 1),
    ];
    let (findings, suppressed) = group(found, &rules, &[]);
    assert_eq!((findings.len(), suppressed.len()), (1, 0));
    assert_eq!(findings[0].rule, TOKEN);
    assert_eq!(findings[0].visibility, Visibility::Final);
    let paths: Vec<_> = findings[0]
        .occurrences
        .iter()
        .map(|o| o.path.as_deref())
        .collect();
    assert_eq!(paths, [Some("c"), Some("a"), Some("b")]);
}

#[test]
fn what_is_suppressed_in_one_place_still_counts_in_another() {
    let rules = rules();
    let mut sample = place(&rules, TOKEN, "one-secret-value", "docs/a.md", 0);
    sample.matched.suppressed = Some(Suppression::InlineAllow);
    let found = vec![sample, place(&rules, TOKEN, "one-secret-value", "a", 0)];
    let (findings, suppressed) = group(found, &rules, &[]);
    assert_eq!(findings[0].occurrences.len(), 1);
    assert_eq!(suppressed[0].reason, "inline-allow");
    assert_eq!(suppressed[0].finding.occurrences.len(), 1);
}

#[test]
fn the_id_of_a_guessable_secret_tells_nothing_of_its_value() {
    let rules = rules();
    let id = |rule: &str, secret: &str, path: &str| {
        let found = vec![place(&rules, rule, secret, path, 0)];
        group(found, &rules, &[]).0.remove(0).id
    };
    assert_eq!(id(ASSIGNED, "hunter2", "a"), id(ASSIGNED, "hunter3", "a"));
    assert_ne!(id(ASSIGNED, "hunter2", "a"), id(ASSIGNED, "hunter2", "b"));
    assert_eq!(
        id(TOKEN, "random-token-1", "a"),
        id(TOKEN, "random-token-1", "b")
    );
    assert_ne!(
        id(TOKEN, "random-token-1", "a"),
        id(TOKEN, "random-token-2", "a")
    );
}

#[test]
fn two_guessable_secrets_of_one_place_have_ids_of_their_own() {
    let rules = rules();
    let found = vec![
        place(&rules, ASSIGNED, "hunter2", "a", 0),
        place(&rules, ASSIGNED, "hunter3", "a", 0),
    ];
    let (findings, _) = group(found, &rules, &[]);
    assert_ne!(findings[0].id, findings[1].id);
}

#[test]
fn the_most_severe_comes_first_and_confidence_decides_between_equals() {
    let rules = rules();
    let mut sure = place(&rules, TOKEN, "token-number-one", "z", 0);
    sure.matched.confidence = Confidence::Confirmed;
    let found = vec![
        place(&rules, ASSIGNED, "hunter2", "a", 1),
        place(&rules, TOKEN, "token-number-two", "a", 1),
        sure,
    ];
    let (findings, _) = group(found, &rules, &[]);
    let order: Vec<_> = findings.iter().map(|f| f.secret.expose()).collect();
    assert_eq!(
        order,
        [&b"token-number-one"[..], b"token-number-two", b"hunter2"]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn findings_do_not_depend_on_the_order_in_which_they_were_made(
        order in Just((0..24usize).collect::<Vec<_>>()).prop_shuffle()
    ) {
        let rules = rules();
        let all: Vec<Located> = (0..24)
            .map(|n| {
                let rule = [TOKEN, ASSIGNED][n % 2];
                let secret = format!("secret-number-{}", n % 5);
                place(&rules, rule, &secret, &format!("path/{}", n % 3), n % 4)
            })
            .collect();
        let shuffled = order.iter().map(|n| all[*n].clone()).collect();
        let described = |found| format!("{:?}", group(found, &rules, &[]));
        prop_assert_eq!(described(shuffled), described(all));
    }
}
