use std::path::Path;

use clap::Parser;
use residue::report::Format;
use residue::rules::Confidence;

use super::*;
use crate::cli::args::{Cli, Command};

/// What `residue scan a.tar` with these words means beside a file of that text.
fn scan_with(words: &str, file: &str) -> Result<ScanConfig, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("residue.toml");
    std::fs::write(&path, file).unwrap();
    let line = format!("residue scan a.tar --config {} {words}", path.display());
    let Command::Scan(args) = Cli::try_parse_from(line.split_whitespace())
        .unwrap()
        .command
    else {
        panic!("not a scan")
    };
    scan(&args).map_err(|mistakes| {
        mistakes
            .to_string()
            .replace(&folder.path().display().to_string(), "DIR")
    })
}

#[test]
fn without_flags_and_keys_the_defaults_of_the_contract_hold() {
    let config = scan_with("", "").unwrap();
    assert_eq!(config.policy.fail_on, FailOn::Low);
    assert_eq!(config.policy.min_confidence, Confidence::Possible);
    assert_eq!(config.format, Format::Terminal);
    assert_eq!(config.options.limits, Limits::default());
    assert!(config.options.verify && config.options.packages && !config.options.reveal);
    assert!(matches!(
        config.options.selection.platforms,
        Platforms::Host
    ));
}

#[test]
fn the_file_counts_where_no_flag_is_given() {
    let file = r#"
        [scan]
        format = "sarif"
        fail-on = "high"
        min-confidence = "likely"
        rules = ["ours.toml"]
        disable = ["generic.*"]
        platform = "linux/arm64"
        threads = 3
        no-verify = true
        no-packages = true
        max-entry-size = "2GiB"
        max-total-size = 1048576
        max-depth = 0

        [[allow]]
        rule = "private-key.*"
        path = "usr/share/doc/**"
        reason = "keys of the manual"
        expires = 2027-01-31
    "#;
    let config = scan_with("", file).unwrap();
    assert_eq!(config.format, Format::Sarif);
    assert_eq!(config.policy.fail_on, FailOn::High);
    assert_eq!(config.policy.min_confidence, Confidence::Likely);
    assert!(config.loader.added[0].ends_with(Path::new("ours.toml")));
    assert!(
        config.loader.added[0].is_absolute(),
        "from the file's folder"
    );
    assert_eq!(config.loader.disable, ["generic.*"]);
    assert_eq!(config.options.threads, Some(3));
    assert!(!config.options.verify && !config.options.packages);
    assert_eq!(config.options.limits.entry_size, 2 << 30);
    assert_eq!(config.options.limits.total_size, 1 << 20);
    assert_eq!(config.options.limits.depth, 0);
    assert_eq!(config.policy.allow.len(), 1);
    assert_eq!(config.policy.allow[0].reason(), "keys of the manual");
    let Platforms::One(platform) = config.options.selection.platforms else {
        panic!("no platform")
    };
    assert_eq!(platform.to_string(), "linux/arm64");
}

#[test]
fn a_flag_wins_over_the_file() {
    let file = r#"
        [scan]
        format = "sarif"
        fail-on = "high"
        platform = "linux/arm64"
        disable = ["generic.*"]
        max-entry-size = "2GiB"
    "#;
    let words = "--format json --fail-on never --all-platforms --disable a.* --disable b.* \
        --max-entry-size 5k";
    let config = scan_with(words, file).unwrap();
    assert_eq!(config.format, Format::Json);
    assert_eq!(config.policy.fail_on, FailOn::Never);
    assert!(matches!(config.options.selection.platforms, Platforms::All));
    assert_eq!(config.loader.disable, ["a.*", "b.*"]);
    assert_eq!(config.options.limits.entry_size, 5 << 10);
}

#[test]
fn every_mistake_is_told_at_once_with_flag_or_file_and_key() {
    let file = r#"
        [scan]
        fail-on = "hihg"
        threads = 0
        max-ratio = "much"
        enable = "aws.*"
        max-entry-size = "5 apples"
        reveal = true

        [[allow]]
        rule = "a.*"

        [report]
        width = 7
    "#;
    let words = "--platform linux --max-total-size 0 --baseline DIR/no-such-file \
        --output DIR/report.json";
    let mistakes = scan_with(words, file).unwrap_err();
    assert!(mistakes.starts_with("12 mistakes\n"), "{mistakes}");
    for expected in [
        "DIR/residue.toml: [scan] fail-on: \"hihg\" is none of low, medium, high, critical, never",
        "DIR/residue.toml: [scan] threads: 0 is less than 1",
        "DIR/residue.toml: [scan] max-ratio: expected a whole number, found string (\"much\")",
        "DIR/residue.toml: [scan] enable: expected a list of strings, found string",
        "DIR/residue.toml: [scan] max-entry-size: \"5 apples\" is no size",
        "DIR/residue.toml: [scan] reveal: no such key; there are format, fail-on",
        "DIR/residue.toml: [[allow]] number 1: an allow entry takes a reason",
        "DIR/residue.toml: report: no such table",
        "--platform: invalid platform \"linux\"",
        "--max-total-size: \"0\" is zero",
        "--output: there is no folder DIR",
        "--baseline: cannot read DIR/no-such-file: No such file",
    ] {
        assert!(mistakes.contains(expected), "{expected}\n---\n{mistakes}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_named_with_the_line() {
    let mistakes = scan_with("", "[scan]\nfail-on high\n").unwrap_err();
    assert!(mistakes.starts_with("DIR/residue.toml: "), "{mistakes}");
    assert!(mistakes.contains("line 2"), "{mistakes}");
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    let mut mistakes = Mistakes::default();
    File::load(Some(Path::new("no/such/file.toml")), &mut mistakes);
    let text = mistakes.or(()).unwrap_err().to_string();
    assert!(
        text.starts_with("no/such/file.toml: cannot be read"),
        "{text}"
    );
}

#[test]
fn standard_input_is_read_once() {
    let line = ["residue", "scan", "-", "a.tar", "-"];
    let Command::Scan(args) = Cli::try_parse_from(line).unwrap().command else {
        panic!("not a scan")
    };
    assert!(scan(&args).unwrap_err().to_string().contains("only once"));
}
