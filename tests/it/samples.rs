//! The images of `samples/` are what the kit builds, small, and show what README says.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::support::{residue, samples, scan, secrets};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("samples")
        .join(name)
}

fn unzipped(bytes: &[u8]) -> Vec<u8> {
    let mut tar = Vec::new();
    let mut decoder = flate2::read::MultiGzDecoder::new(bytes);
    decoder.read_to_end(&mut tar).expect("a gzip file");
    tar
}

#[test]
fn the_samples_are_those_that_the_example_builds() {
    for (name, built) in samples::all() {
        let lying = fs::read(sample(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(
            unzipped(&lying) == unzipped(&built),
            "{name} is stale: cargo run --example build-samples"
        );
        assert!(lying.len() < 100_000, "{name} has {} bytes", lying.len());
    }
}

#[test]
fn the_leaky_sample_shows_every_fate_of_a_secret() {
    let report = scan(&sample("leaky-app.tar.gz"));
    assert_eq!(report.code, 1);
    assert!(report.is_complete(), "{}", report.digest());
    let state = |secret: &str, kind: &str| report.place(secret, kind)["visibility"].clone();
    assert_eq!(state(&secrets::slack("sample live"), "file"), "final");
    assert_eq!(state(&secrets::npm("sample deleted"), "file"), "deleted");
    assert_eq!(
        state(&secrets::stripe("sample overwritten"), "file"),
        "overwritten"
    );
    assert_eq!(
        state(&secrets::grafana("sample environment"), "env"),
        "metadata"
    );
    assert_eq!(
        state(&secrets::github("sample build argument"), "history"),
        "metadata"
    );
    assert_eq!(report.findings().len(), 5, "{}", report.digest());
}

#[test]
fn the_clean_sample_passes() {
    let report = scan(&sample("clean-app.tar.gz"));
    assert_eq!(report.code, 0, "{}", report.digest());
}

#[test]
fn the_provenance_sample_leaks_by_its_attestation() {
    let report = scan(&sample("provenance.oci.tar.gz"));
    report.place(&secrets::npm("sample provenance"), "attestation");
    assert_eq!(report.findings().len(), 1, "{}", report.digest());
}

#[test]
fn the_sample_of_two_images_has_one_finding_in_both() {
    let report = scan(&sample("two-images.tar.gz"));
    let places = report.places(&secrets::digitalocean("sample shared"));
    let images: Vec<u64> = places
        .iter()
        .filter_map(|place| place["image"].as_u64())
        .collect();
    assert_eq!(images, [0, 1], "{}", report.digest());
}

#[test]
fn the_readme_shows_what_the_program_prints() {
    let readme = include_str!("../../README.md");
    let shown = readme.split("```text\n").nth(1).expect("an example");
    let shown = shown.split("```").next().unwrap_or_default();
    let printed = residue(["scan".as_ref(), sample("leaky-app.tar.gz").as_os_str()]).stdout;
    // Whole lines, in the order in which they are shown.
    let mut rest = printed.lines();
    for line in shown.lines().filter(|line| *line != "…") {
        let is_there = rest.any(|other| other == line);
        assert!(is_there, "{line:?} is not in its place in\n{printed}");
    }
    let rules = residue(["rules", "list", "--format", "json"]).stdout;
    let rules: serde_json::Value = serde_json::from_str(&rules).expect("JSON");
    let ids: Vec<&str> = (rules.as_array().into_iter().flatten())
        .filter_map(|rule| rule["id"].as_str())
        .collect();
    let providers: std::collections::BTreeSet<_> =
        ids.iter().filter_map(|id| id.split('.').next()).collect();
    let counts = format!("{} rules over {} providers", ids.len(), providers.len());
    assert!(readme.contains(&counts), "README does not say {counts:?}");
}
