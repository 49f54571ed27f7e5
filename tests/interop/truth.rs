//! The collection's `truth.json` against a report, with the exceptions that its manifest names.

use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::Value;

/// How an archive's layers lie, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Build {
    /// One layer for each instruction.
    Layered,
    /// Deleted and overwritten secrets are really gone.
    Flat,
    /// One image for each of two platforms.
    Platforms,
    /// umoci: images `v1`, `v2`, `v3` on top of each other, one layer each.
    Stack,
}

/// What is wrong with the report of one archive.
pub fn judge(name: &str, truth: &Value, report: &Value) -> Vec<String> {
    let build = match name {
        _ if name.contains("squash") || name.contains("nolayers") => Build::Flat,
        _ if name.contains("multiarch") => Build::Platforms,
        _ if name.contains("umoci") => Build::Stack,
        _ => Build::Layered,
    };
    (truth["secrets"].as_array().into_iter().flatten())
        .filter(|secret| is_there(build, secret))
        .filter_map(|secret| judge_one(build, secret, report).err())
        .collect()
}

/// Whether the archive holds the secret at all.
fn is_there(build: Build, secret: &Value) -> bool {
    let live = secret["state"] == "present";
    let path = secret["path"].as_str().unwrap_or_default();
    match build {
        Build::Layered => true,
        Build::Flat => live,
        Build::Platforms => {
            path.starts_with("root/") || (path.starts_with("srv/") && secret["layer"] == 2)
        }
        Build::Stack => secret["layer"].is_number() || secret["kind"] == "github-oauth",
    }
}

fn judge_one(build: Build, secret: &Value, report: &Value) -> Result<(), String> {
    let kind = secret["kind"].as_str().unwrap_or_default();
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    let mut same: Vec<&Value> = (findings.iter())
        .filter(|finding| is_same(secret, finding))
        .collect();
    if same.is_empty() {
        // An id is part of the finding of its key.
        let parts = findings
            .iter()
            .flat_map(|finding| finding["parts"].as_array());
        same.extend(parts.flatten().find(|part| is_same(secret, part)));
    }
    let finding = match same[..] {
        [] => return Err(format!("{kind} {}: not found", secret["path"])),
        [one] => one,
        _ => return Err(format!("{kind}: {} findings", same.len())),
    };
    if secret["layer"].is_null() {
        return Ok(());
    }
    let occurrences = finding["occurrences"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let place = occurrences.iter().find(|place| {
        place["path"] == secret["path"]
            && (secret["inner"].is_null() || has(&place["inside"], &secret["inner"]))
            && (secret["line"].is_null() || place["line"] == secret["line"])
            && layer(build, secret, report).is_none_or(|layer| place["layer"] == layer)
    });
    if place.is_none() {
        return Err(format!("{kind}: not at {secret}, but at {occurrences:#?}"));
    }
    let state = match secret["state"].as_str().unwrap_or_default() {
        "present" => "final",
        state if state.starts_with("deleted") => "deleted",
        _ => "overwritten",
    };
    // A stack holds images in which nothing is deleted yet: what is most exposed is the finding's.
    // Of a part it is that of its most exposed place.
    let visibility = match &finding["visibility"] {
        Value::Null => &finding["occurrences"][0]["visibility"],
        visibility => visibility,
    };
    if build != Build::Stack && visibility != state {
        return Err(format!("{kind}: {visibility} and not {state}"));
    }
    if build == Build::Stack && state != "final" {
        let hidden = occurrences.iter().any(|place| place["visibility"] == state);
        return hidden
            .then_some(())
            .ok_or(format!("{kind}: nowhere {state}"));
    }
    Ok(())
}

/// The layer that the secret must lie in, where the archive's name tells it.
fn layer(build: Build, secret: &Value, report: &Value) -> Option<Value> {
    let number = usize::try_from(secret["layer"].as_u64()?).ok()?;
    match build {
        Build::Stack => Some(Value::from(number - 1)),
        Build::Flat | Build::Platforms => None,
        Build::Layered => {
            let copies = report["images"][0]["instructions"].as_array()?;
            (copies.iter())
                .filter(|item| {
                    let created_by = item["created_by"].as_str().unwrap_or_default();
                    created_by.contains("COPY dir:")
                })
                .nth(number - 1)
                .map(|item| item["layer"].clone())
        }
    }
}

/// Whether a finding is about this secret; formats of several lines or parts are told by place.
fn is_same(secret: &Value, finding: &Value) -> bool {
    let expected = secret["value"].as_str().unwrap_or_default();
    let found = finding["secret"]["value"].as_str().unwrap_or_default();
    match secret["kind"].as_str() {
        Some("gcp-service-account") => {
            let occurrences = finding["occurrences"].as_array().into_iter().flatten();
            let rule = finding["rule"].as_str().unwrap_or_default();
            let in_file = |place: &Value| has(&place["inside"], &secret["inner"]);
            !rule.starts_with("generic") && occurrences.into_iter().any(in_file)
        }
        Some("docker-auth") => {
            let decoded = BASE64_STANDARD.decode(expected).unwrap_or_default();
            let decoded = String::from_utf8_lossy(&decoded);
            found == expected || (found.len() > 8 && decoded.ends_with(found))
        }
        _ => found.contains(expected),
    }
}

fn has(list: &Value, wanted: &Value) -> bool {
    list.as_array().is_some_and(|list| list.contains(wanted))
}
