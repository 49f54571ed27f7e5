//! The collection of archives beside the checkout: each opens with what its `MANIFEST.md` says.
//!
//! The collection is data of other projects and is not part of this repository: where it is
//! absent, these tests say so and pass. `RESIDUE_SHARED_IMAGES` names another place for it.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Run, residue};
use crate::truth;

/// Archives whose bytes are not what their digests say, or that lack a config, which the table
/// does not tell: to call them complete would be wrong.
const REALLY_BROKEN: [&str; 5] = [
    "tests__unit__data__docker-tar-gz-layer.tar.xz",
    "scanpipe__tests__data__alpine_3_15_4.tar",
    "oci__testdata__test_index4.e2087b8",
    "delete_image_two_identical_references",
    "imagesv11_with_tar_at_root.tar",
];
/// Archives of which more is found than the table's reader found, and how many images: blobs in
/// a shared folder of the layout, and two folders with a `repositories` each.
const FOUND_MORE: [(&str, usize); 2] = [
    ("delete_image_shared_blobs_dir", 1),
    ("v10_format__merge.tgz", 2),
];

/// One row of the table.
pub struct Row {
    pub name: String,
    pub path: PathBuf,
    traits: String,
    outcome: String,
}

impl Row {
    /// The number before a word of the last column.
    fn number(&self, word: &str) -> usize {
        let before = self.outcome.split(word).next().unwrap_or_default();
        let digits = before.trim_end().rsplit(' ').next().unwrap_or_default();
        digits
            .parse()
            .unwrap_or_else(|_| panic!("{}: no number of {word}", self.name))
    }

    fn is_refused(&self) -> bool {
        self.outcome.contains("clear error")
    }

    fn is_incomplete(&self) -> bool {
        self.outcome.contains("ABSENT")
            || self.outcome.contains("absent")
            || REALLY_BROKEN.iter().any(|name| self.name.ends_with(name))
    }

    /// Artifacts hold data where images hold layers; only images' layers are layers here.
    fn is_artifact(&self) -> bool {
        self.outcome.contains("artifact data")
    }

    fn found_more(&self) -> Option<usize> {
        let found = FOUND_MORE
            .iter()
            .find(|(name, _)| self.name.ends_with(name));
        found.map(|(_, images)| *images)
    }
}

/// The rows of the table; `None`, with a notice, where the collection is absent.
#[allow(clippy::print_stderr)]
pub fn rows() -> Option<Vec<Row>> {
    let root = match env::var_os("RESIDUE_SHARED_IMAGES") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/images"),
    };
    let Ok(table) = fs::read_to_string(root.join("MANIFEST.md")) else {
        eprintln!("skipped: no MANIFEST.md in {}", root.display());
        return None;
    };
    let mut rows = Vec::new();
    for line in table.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [name, _writer, _shape, _stored, traits, outcome] = cells[..] else {
            continue;
        };
        if name.starts_with("made/") || name.starts_with("real/") {
            rows.push(Row {
                name: name.to_owned(),
                path: root.join(name),
                traits: traits.to_owned(),
                outcome: outcome.trim_end_matches('|').trim().to_owned(),
            });
        }
    }
    assert!(!rows.is_empty(), "MANIFEST.md has no table");
    Some(rows)
}

/// Scans a row's archive with every image and every platform.
pub fn scan_row(row: &Row) -> (Run, Option<Value>) {
    let arguments = ["scan", "--all-platforms", "--reveal", "--format=json"];
    let mut arguments: Vec<_> = arguments.map(std::ffi::OsString::from).to_vec();
    arguments.push(row.path.clone().into_os_string());
    let run = residue(arguments);
    let report = serde_json::from_str(&run.stdout).ok();
    (run, report)
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn every_archive_opens_with_what_the_manifest_says() {
    let Some(rows) = rows() else { return };
    let mut wrong = Vec::new();
    for row in &rows {
        let (run, report) = scan_row(row);
        for mistake in judge(row, &run, report.as_ref()) {
            wrong.push(format!("{} ({})\n    {mistake}", row.name, row.outcome));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} mistakes:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn judge(row: &Row, run: &Run, report: Option<&Value>) -> Vec<String> {
    if row.is_refused() {
        let clear = run.code == 2 && !run.stderr.trim().is_empty();
        return if clear {
            vec![]
        } else {
            vec![format!("code {}: {}", run.code, run.stderr)]
        };
    }
    let Some(report) = report else {
        return vec![format!("no report, code {}: {}", run.code, run.stderr)];
    };
    let mut wrong = Vec::new();
    let images = report["images"].as_array().map_or(0, Vec::len);
    if images != row.found_more().unwrap_or_else(|| row.number("image(s)")) {
        wrong.push(format!("{images} images"));
    }
    let (distinct, all) = layers(report);
    let expected = row.number("layer(s)");
    let counted = !row.is_artifact() && row.found_more().is_none();
    if counted && distinct != expected && all != expected {
        wrong.push(format!("{distinct} distinct layers, {all} in all"));
    }
    let complete = report["complete"] == true;
    if complete == row.is_incomplete() {
        wrong.push(format!("complete is {complete}: {}", report["warnings"]));
    }
    if (run.code == 0) != (complete && report["findings"].as_array().is_none_or(Vec::is_empty)) {
        wrong.push(format!("code {} with complete {complete}", run.code));
    }
    if row.traits.contains("whiteout") && whiteouts(report) == 0 {
        wrong.push("no whiteout was seen".to_owned());
    }
    wrong
}

fn all_layers(report: &Value) -> impl Iterator<Item = &Value> {
    (report["images"].as_array().into_iter().flatten())
        .flat_map(|image| image["layers"].as_array().into_iter().flatten())
}

/// Layers by what names them, and layers counted in each image.
fn layers(report: &Value) -> (usize, usize) {
    let name = |layer: &Value| {
        let digest = layer["digest"].as_str().or(layer["diff_id"].as_str());
        digest.unwrap_or_default().to_owned()
    };
    let distinct: BTreeSet<String> = all_layers(report).map(name).collect();
    (distinct.len(), all_layers(report).count())
}

fn whiteouts(report: &Value) -> u64 {
    all_layers(report)
        .filter_map(|layer| layer["whiteouts"].as_u64())
        .sum()
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn every_planted_secret_of_the_collection_comes_out_with_layer_and_state() {
    let Some(rows) = rows() else { return };
    let mut wrong = Vec::new();
    for row in rows.iter().filter(|row| row.name.starts_with("made/")) {
        let truth = row.path.ancestors().find_map(|folder| {
            let file = folder.join("ctx/truth.json");
            fs::read(file).ok()
        });
        let truth: Value = serde_json::from_slice(&truth.expect("made/ctx/truth.json")).unwrap();
        let Some(report) = scan_row(row).1 else {
            wrong.push(format!("{}: no report", row.name));
            continue;
        };
        for mistake in truth::judge(&row.name, &truth, &report) {
            wrong.push(format!("{}: {mistake}", row.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} mistakes:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
