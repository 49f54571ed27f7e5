//! Every image that `build-images.sh` wrote must tell the truth about every planted secret.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::plant::{Fate, Place, Planted, Plants, plant};
use crate::support::{Scan, Scratch, scan, scan_with};

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn every_image_that_a_real_tool_wrote_tells_the_truth() {
    let scratch = Scratch::new();
    let context = scratch.path().join("context");
    let plants = plant(&context);
    let images = build(&context, &scratch.path().join("images"));
    let mut wrong = Vec::new();
    for (path, traits) in &images {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let mistakes = judge(path, traits, &plants);
        if let Some((shown, mistakes)) = mistakes {
            wrong.push(format!(
                "{name} ({}): {}\n{shown}",
                traits.join(","),
                mistakes.join("\n  ")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} images:\n{}",
        wrong.len(),
        images.len(),
        wrong.join("\n")
    );
}

/// Runs the script and reads its table.
fn build(context: &Path, out: &Path) -> Vec<(PathBuf, Vec<String>)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/build-images.sh");
    let status = Command::new("bash")
        .arg(script)
        .arg(context)
        .arg(out)
        .status();
    assert!(
        status.expect("bash starts").success(),
        "build-images.sh failed"
    );
    let table = fs::read_to_string(out.join("images.tsv")).expect("images.tsv");
    table
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(name, traits)| {
            let traits = traits.split(',').map(str::to_owned).collect();
            (out.join(name), traits)
        })
        .collect()
}

/// What is wrong with the report of one image, with the report in short.
fn judge(path: &Path, traits: &[String], plants: &Plants) -> Option<(String, Vec<String>)> {
    let has = |name: &str| traits.iter().any(|known| known == name);
    let report = match has("platforms") {
        true => scan_with(path, &["--all-platforms"]),
        false => scan(path),
    };
    let mut wrong = Vec::new();
    if report.code != 1 || !report.is_complete() {
        wrong.push(format!(
            "code {}, complete {}",
            report.code,
            report.is_complete()
        ));
    }
    let mut known: Vec<&str> = vec![&plants.umoci];
    if has("platforms") {
        judge_platforms(&report, plants, &mut wrong);
        known.extend(plants.platforms.iter().map(|(_, secret)| secret.as_str()));
    } else {
        let flat = has("flat") || has("squash");
        for planted in &plants.app {
            let oddities = Oddities {
                flat,
                umoci: has("umoci"),
                legacy: has("v2s1"),
            };
            judge_one(&report, planted, oddities, &mut wrong);
            known.push(&planted.secret);
        }
        if has("umoci") {
            let place = report
                .find(&plants.umoci)
                .map(|found| &found["occurrences"][0]);
            if place.is_none_or(|place| place["path"] != "srv/umoci.env") {
                wrong.push(format!("umoci's layer: {place:?}"));
            }
        }
    }
    for finding in report.findings() {
        let value = finding["secret"]["value"].as_str().unwrap_or_default();
        if finding["confidence"] != "possible" && !known.contains(&value) {
            wrong.push(format!(
                "never planted: {} {}",
                finding["rule"], finding["secret"]
            ));
        }
    }
    (!wrong.is_empty()).then(|| (report.digest(), wrong))
}

/// Both platforms are there, each with its own secret.
fn judge_platforms(report: &Scan, plants: &Plants, wrong: &mut Vec<String>) {
    for (arch, secret) in &plants.platforms {
        let image = report
            .find(secret)
            .and_then(|finding| finding["occurrences"][0]["image"].as_u64())
            .map(|index| &report.json["images"][index as usize]);
        let platform = image
            .and_then(|image| image["platform"].as_str())
            .unwrap_or("none");
        if !platform.starts_with(&format!("linux/{arch}")) {
            wrong.push(format!("secret of {arch} in platform {platform}"));
        }
    }
}

/// In what an image differs from one with a layer for each instruction.
#[derive(Clone, Copy)]
struct Oddities {
    /// Flattened to one layer: what was deleted is gone.
    flat: bool,
    /// umoci's layers lie on top.
    umoci: bool,
    /// A manifest of schema 1, which has legacy configs in the place of a config.
    legacy: bool,
}

/// One planted secret.
fn judge_one(report: &Scan, planted: &Planted, oddities: Oddities, wrong: &mut Vec<String>) {
    let Oddities {
        flat,
        umoci,
        legacy,
    } = oddities;
    let Planted {
        secret,
        place,
        fate,
        ..
    } = planted;
    let Some(finding) = report.find(secret) else {
        if !(flat && *fate != Fate::Live) {
            wrong.push(format!("not found: {secret}"));
        }
        return;
    };
    let occurrences = finding["occurrences"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let (kind, path, line) = match place {
        Place::File(path, line, _) => ("file", Some(*path), Some(*line)),
        Place::Metadata(kind) => (*kind, None, None),
    };
    let mut places = occurrences.iter().filter(|occurrence| {
        (occurrence["kind"] == kind || (legacy && occurrence["kind"] == "legacy-config"))
            && path.is_none_or(|path| occurrence["path"] == path)
            && line.is_none_or(|line| occurrence["line"] == line)
    });
    let Some(occurrence) = places.next() else {
        wrong.push(format!(
            "{secret}: no {kind} {path:?} line {line:?} among {occurrences:#?}"
        ));
        return;
    };
    if flat && *fate != Fate::Live {
        wrong.push(format!("{secret} should be gone: {occurrence:#}"));
    }
    let removed_by_umoci = umoci && path == Some("srv/settings.py");
    let visibility = match (place, fate) {
        _ if removed_by_umoci => "deleted",
        (Place::Metadata(_), _) => "metadata",
        (_, Fate::Live) => "final",
        (_, Fate::Deleted) => "deleted",
        (_, Fate::Overwritten) => "overwritten",
    };
    if occurrence["visibility"] != visibility {
        wrong.push(format!(
            "{secret}: {} and not {visibility}",
            occurrence["visibility"]
        ));
    }
    if let (Place::File(.., keyword), false) = (place, flat) {
        judge_instructions(report, planted, occurrence, keyword, wrong);
    }
}

/// The instruction that brought it, and the one that hid it.
fn judge_instructions(
    report: &Scan,
    planted: &Planted,
    occurrence: &Value,
    keyword: &str,
    wrong: &mut Vec<String>,
) {
    let image = occurrence["image"].as_u64().unwrap_or_default() as usize;
    let instruction = |index: &Value| {
        let index = index.as_u64()? as usize;
        Some(&report.json["images"][image]["instructions"][index])
    };
    let secret = &planted.secret;
    let brought = instruction(&occurrence["instruction"]);
    if brought.is_none_or(|found| found["keyword"] != keyword) {
        wrong.push(format!(
            "{secret}: brought by {brought:?} and not {keyword}"
        ));
    }
    let Some(path) = occurrence["layer"].as_u64() else {
        wrong.push(format!("{secret}: no layer"));
        return;
    };
    if planted.fate == Fate::Live {
        return;
    }
    let remover = instruction(&occurrence["removed_by"]["instruction"]);
    let created_by = remover.and_then(|found| found["created_by"].as_str());
    if created_by.is_none_or(|text| !text.contains(planted.hidden_by)) {
        wrong.push(format!(
            "{secret}: hidden by {created_by:?}, not {}",
            planted.hidden_by
        ));
    }
    if occurrence["removed_by"]["layer"]
        .as_u64()
        .is_none_or(|layer| layer <= path)
    {
        wrong.push(format!(
            "{secret}: hidden by layer {}",
            occurrence["removed_by"]["layer"]
        ));
    }
}
