use super::*;
use crate::error::Error;
use crate::finding::fixture::{empty, finding, full, in_config, in_file};
use crate::finding::{Kind, Occurrence, Part, Report};
use crate::oci::Digest;
use crate::rules::Severity;
use crate::secret::Secret;

fn today() -> Date {
    "2026-06-15".parse().unwrap()
}

fn strict() -> Policy {
    Policy::strict(today())
}

fn allow(rule: Option<&str>, path: Option<&str>, expires: Option<&str>) -> Allow {
    let own = |text: Option<&str>| text.map(str::to_owned);
    AllowSyntax {
        rule: own(rule),
        path: own(path),
        expires: own(expires),
        reason: Some("looked at".to_owned()),
        ..AllowSyntax::default()
    }
    .check()
    .unwrap()
}

fn one(occurrences: Vec<Occurrence>) -> Report {
    Report {
        findings: vec![finding(7, b"fake-secret-seven-0000007", occurrences)],
        ..empty()
    }
}

fn messages(report: &Report) -> Vec<&str> {
    report.warnings.iter().map(|w| w.message.as_str()).collect()
}

#[test]
fn the_verdict_weighs_failing_findings_before_completeness() {
    let gate = |report: Report, fail_on| {
        apply(
            report,
            &Policy {
                fail_on,
                ..strict()
            },
        )
        .verdict
    };
    let critical = || one(vec![in_file(1, "a")]);
    let broken = |report: Report| Report {
        complete: false,
        ..report
    };
    assert_eq!(gate(empty(), FailOn::Low), Verdict::Pass);
    assert_eq!(gate(critical(), FailOn::Critical), Verdict::Fail);
    assert_eq!(gate(critical(), FailOn::Never), Verdict::Pass);
    assert_eq!(gate(broken(empty()), FailOn::Low), Verdict::Incomplete);
    assert_eq!(gate(broken(critical()), FailOn::Low), Verdict::Fail);
    assert_eq!(gate(broken(critical()), FailOn::Never), Verdict::Incomplete);
}

#[test]
fn a_warning_about_what_was_not_scanned_makes_a_report_incomplete() {
    let mut report = empty();
    report
        .warnings
        .push(Warning::new(WarningCode::BrokenLayer, "layer 1 is no tar"));
    let report = apply(report, &strict());
    assert!(!report.complete);
    assert_eq!(report.verdict, Verdict::Incomplete);
}

#[test]
fn findings_below_the_minimum_confidence_are_left_out_and_counted_nowhere() {
    let mut report = full();
    report.suppressed[0].finding.confidence = Confidence::Possible;
    let policy = Policy {
        min_confidence: Confidence::Likely,
        ..strict()
    };
    let report = apply(report, &policy);
    assert_eq!(report.findings.len(), 3);
    assert!(report.suppressed.is_empty());
    assert_eq!(report.summary.findings, 3);
    assert_eq!(report.summary.by_severity["medium"], 0);
}

#[test]
fn the_summary_names_every_severity_and_visibility_and_counts_shared_layers_once() {
    let mut report = full();
    report.images.push(report.images[0].clone());
    let summary = apply(report, &strict()).summary;
    let counts = |map: &std::collections::BTreeMap<String, usize>| format!("{map:?}");
    assert_eq!(
        counts(&summary.by_severity),
        r#"{"critical": 3, "high": 0, "low": 0, "medium": 2}"#
    );
    assert_eq!(
        counts(&summary.by_visibility),
        r#"{"deleted": 0, "final": 3, "metadata": 1, "overwritten": 1}"#
    );
    assert_eq!((summary.layers, summary.entries), (4, 46));
    assert_eq!(summary.bytes, 3 * (3_400_000 + 2048 + 512 + 99));
}

#[test]
fn an_allow_entry_moves_a_finding_to_suppressed_with_its_reason() {
    let policy = Policy {
        allow: vec![allow(Some("example.*"), None, Some("2026-06-15"))],
        ..strict()
    };
    let report = apply(one(vec![in_file(1, "a")]), &policy);
    assert!(report.findings.is_empty());
    assert_eq!(report.suppressed[0].reason, "allow");
    assert_eq!(report.suppressed[0].note.as_deref(), Some("looked at"));
    assert_eq!(report.verdict, Verdict::Pass);
    assert!(report.warnings.is_empty());
}

#[test]
fn an_allowed_path_covers_a_secret_only_when_all_its_places_lie_there() {
    let policy = Policy {
        allow: vec![allow(None, Some("/usr/**/test/*.pem"), None)],
        ..strict()
    };
    let left = |occurrences| apply(one(occurrences), &policy).findings.len();
    let covered = || in_file(0, "usr/lib/python/test/key.pem");
    assert_eq!(left(vec![covered(), in_file(1, "usr/test/other.pem")]), 0);
    assert_eq!(left(vec![covered(), in_file(1, "etc/key.pem")]), 1);
    assert_eq!(left(vec![in_file(0, "usr/test/deeper/key.pem")]), 1);
    let env = in_config(Kind::Env, "/config/Env/0", 4);
    assert_eq!(left(vec![covered(), env]), 1);
    assert_eq!(left(Vec::new()), 1);
}

#[test]
fn an_allowed_path_covers_a_pair_only_when_its_parts_lie_there_too() {
    let entry = allow(None, Some("etc/*"), None);
    let pair = |places: Vec<Occurrence>| Finding {
        parts: vec![Part {
            rule: "example.id".to_owned(),
            title: "Example service id".to_owned(),
            secret: Secret::new(*b"fake-id-seven"),
            occurrences: places,
            is_shortened: false,
        }],
        ..finding(7, b"fake-secret-seven-0000007", vec![in_file(1, "etc/key")])
    };
    assert!(entry.fits(&pair(vec![in_file(1, "etc/key")])));
    assert!(!entry.fits(&pair(vec![in_file(1, "etc/key"), in_file(1, "srv/id")])));
    let env = in_config(Kind::Env, "/config/Env/0", 4);
    assert!(!entry.fits(&pair(vec![env])));
    let mut shortened = pair(vec![in_file(1, "etc/key")]);
    shortened.parts[0].is_shortened = true;
    assert!(!entry.fits(&shortened), "it may lie elsewhere too");
}

#[test]
fn everything_that_an_allow_entry_names_must_fit() {
    let entry = |id: &str| {
        AllowSyntax {
            rule: Some("example.token".to_owned()),
            path: Some("a".to_owned()),
            id: Some(id.to_owned()),
            reason: Some("r".to_owned()),
            ..AllowSyntax::default()
        }
        .check()
        .unwrap()
    };
    let finding = finding(7, b"fake-secret-seven-0000007", vec![in_file(1, "a")]);
    assert!(entry("0000000000000007").fits(&finding));
    assert!(!entry("0000000000000008").fits(&finding));
}

/// An entry as it is typed.
fn typed(text: &str) -> Result<Allow, Vec<String>> {
    toml::from_str::<AllowSyntax>(text).unwrap().check()
}

#[test]
fn a_fingerprint_is_an_id() {
    let seven = finding(7, b"fake-secret-seven-0000007", vec![in_file(1, "a")]);
    let entry = typed("fingerprint = '0000000000000007'\nreason = 'r'").unwrap();
    assert!(entry.fits(&seven));
    assert_eq!(entry.to_string(), "allow entry id \"0000000000000007\"");
    let both = typed("fingerprint = 'a'\nid = 'a'\nreason = 'r'").unwrap_err();
    assert_eq!(
        both,
        ["id and fingerprint of an allow entry are the same thing"]
    );
}

#[test]
fn a_value_is_allowed_by_its_hash_wherever_it_lies() {
    let secret = b"fake-secret-seven-0000007";
    let hash = Digest::sha256(secret).encoded().to_owned();
    let seven = finding(7, secret, vec![in_file(1, "a"), in_file(2, "b/c")]);
    let other = finding(7, b"fake-secret-seven-0000008", vec![in_file(1, "a")]);
    for written in [
        hash.clone(),
        hash.to_ascii_uppercase(),
        format!("sha256:{hash}"),
    ] {
        let entry = typed(&format!("sha256 = '{written}'\nreason = 'known'")).unwrap();
        assert!(entry.fits(&seven) && !entry.fits(&other), "{written}");
        assert!(!entry.to_string().contains(&hash[..8]), "{entry}");
        assert!(entry.to_string().contains("known"), "{entry}");
    }
    let elsewhere = typed(&format!("sha256 = '{hash}'\npath = 'a'\nreason = 'r'")).unwrap();
    assert!(!elsewhere.fits(&seven), "everything that is named must fit");
    for wrong in [
        "",
        "abc",
        &hash[1..],
        &hash.replace('0', "g").replacen('a', "x", 1),
    ] {
        let mistakes = typed(&format!("sha256 = '{wrong}'\nreason = 'r'")).unwrap_err();
        assert!(
            mistakes[0].contains("64 hexadecimal digits"),
            "{mistakes:?}"
        );
    }
}

#[test]
fn an_expired_entry_is_not_applied_and_warned_of_without_making_the_scan_incomplete() {
    let policy = Policy {
        allow: vec![allow(Some("example.*"), None, Some("2026-06-14"))],
        ..strict()
    };
    let report = apply(one(vec![in_file(1, "a")]), &policy);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(
        messages(&report),
        [r#"allow entry rule "example.*" expired on 2026-06-14 and is not applied"#]
    );
    assert!(report.complete);
}

#[test]
fn entries_that_fit_nothing_are_named() {
    let baseline = r#"{"schema":"residue.baseline/1","findings":[{"id":"gone","rule":"a.b"}]}"#;
    let policy = Policy {
        allow: vec![allow(Some("aws.*"), Some("x/**"), None)],
        baseline: Some(Baseline::parse(baseline, "b.json").unwrap()),
        ..strict()
    };
    let report = apply(empty(), &policy);
    assert_eq!(
        messages(&report),
        [
            r#"allow entry rule "aws.*" path "x/**" fits no finding"#,
            "baseline entries that fit no finding: 1 (gone)"
        ]
    );
    assert_eq!(report.verdict, Verdict::Pass);
}

#[test]
fn all_mistakes_of_an_allow_entry_are_reported_together() {
    let mistakes = AllowSyntax {
        path: Some("a/[".to_owned()),
        expires: Some("tomorrow".to_owned()),
        reason: Some("  ".to_owned()),
        ..AllowSyntax::default()
    }
    .check()
    .unwrap_err();
    assert_eq!(mistakes.len(), 3, "{mistakes:?}");
    let nothing = AllowSyntax::default().check().unwrap_err();
    assert_eq!(nothing.len(), 2, "{nothing:?}");
}

#[test]
fn a_written_baseline_suppresses_what_it_was_written_from_and_holds_no_secret() {
    let first = apply(full(), &strict());
    let mut bytes = Vec::new();
    Baseline::of(&first, None).write(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    for finding in &full().findings {
        if let Ok(secret) = std::str::from_utf8(finding.secret.expose()) {
            assert!(!text.contains(secret), "{secret}");
        }
    }
    let baseline = Baseline::parse(&text, "b.json").unwrap();
    let policy = Policy {
        baseline: Some(baseline.clone()),
        ..strict()
    };
    let second = apply(full(), &policy);
    assert!(second.findings.is_empty());
    assert!(
        second.suppressed[1..]
            .iter()
            .all(|s| s.reason == "baseline")
    );
    assert_eq!(second.verdict, Verdict::Incomplete);
    assert_eq!(Baseline::of(&second, Some(&baseline)), baseline);
}

#[test]
fn a_baseline_file_is_sorted_and_keeps_the_notes_people_wrote() {
    let old = r#"{"schema":"residue.baseline/1","findings":[
        {"id":"0000000000000005","rule":"generic.password","note":"rotated in May"},
        {"id":"gone","rule":"a.b"}]}"#;
    let old = Baseline::parse(old, "b.json").unwrap();
    let mut report = full();
    report.findings.reverse();
    let mut bytes = Vec::new();
    Baseline::of(&report, Some(&old)).write(&mut bytes).unwrap();
    insta::assert_snapshot!(String::from_utf8(bytes).unwrap());
}

#[test]
fn mistakes_in_a_baseline_file_are_named_with_the_file() {
    for (text, expected) in [
        ("{", "EOF while parsing"),
        (r#"{"findings":[]}"#, "missing field `schema`"),
        (r#"{"schema":"x/1","findings":[]}"#, "its schema is \"x/1\""),
        (
            r#"{"schema":"residue.baseline/1","findings":[{"id":" ","rule":"a.b"}]}"#,
            "findings[0] has an empty id",
        ),
    ] {
        let error = Baseline::parse(text, "known.json").unwrap_err().to_string();
        assert!(error.contains("known.json"), "{error}");
        assert!(error.contains(expected), "{error}");
    }
    let missing = Baseline::read(std::path::Path::new("no/such/file.json")).unwrap_err();
    assert!(matches!(missing, Error::Read { .. }));
}

#[test]
fn a_gate_above_the_severity_lets_a_finding_stand_without_failing() {
    let mut report = one(vec![in_file(1, "a")]);
    report.findings[0].severity = Severity::Medium;
    let policy = Policy {
        fail_on: FailOn::High,
        ..strict()
    };
    let report = apply(report, &policy);
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.verdict, Verdict::Pass);
}

#[test]
fn allow_entries_read_as_the_documentation_writes_them() {
    let text = r#"
        rule = "generic.*"
        path = "usr/share/doc/**"
        id = "0000000000000007"
        expires = "2026-12-31"
        reason = "Sample keys of the package's manual"
    "#;
    let entry = toml::from_str::<AllowSyntax>(text)
        .unwrap()
        .check()
        .unwrap();
    assert_eq!(entry.expires(), Some("2026-12-31".parse().unwrap()));
    let misspelt = toml::from_str::<AllowSyntax>("rules = \"a.*\"\nreason = \"r\"");
    assert!(misspelt.unwrap_err().to_string().contains("rules"));
}
