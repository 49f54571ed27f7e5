//! The baseline file: ids of findings that are known from before, so that only new ones fail.
//!
//! ```json
//! { "schema": "residue.baseline/1", "findings": [ { "id": "…", "rule": "…", "note": "…" } ] }
//! ```
//!
//! It holds ids, never secrets, so it can lie in a repository. Written files are sorted by rule
//! and id: the same findings give the same bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result, printable};
use crate::finding::{Finding, Report};

const SCHEMA: &str = "residue.baseline/1";

/// Findings known from before, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    rule: String,
    note: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct File<'a> {
    schema: String,
    findings: Vec<Row<'a>>,
}

#[derive(Deserialize, Serialize)]
struct Row<'a> {
    id: Cow<'a, str>,
    rule: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Cow<'a, str>>,
}

impl Baseline {
    /// Reads a baseline file; the error names the file and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|source| Error::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, &path.display().to_string())
    }

    /// Parses the text of a baseline file called `name`.
    pub fn parse(text: &str, name: &str) -> Result<Self> {
        let invalid = |reason: String| Error::Invalid {
            what: "baseline file",
            value: name.to_owned(),
            reason,
        };
        let file: File<'_> = serde_json::from_str(text).map_err(|e| invalid(e.to_string()))?;
        if file.schema != SCHEMA {
            return Err(invalid(format!(
                "its schema is {:?}, expected {SCHEMA:?}",
                file.schema
            )));
        }
        let mut entries = BTreeMap::new();
        for (index, row) in file.findings.into_iter().enumerate() {
            if row.id.trim().is_empty() {
                return Err(invalid(format!("findings[{index}] has an empty id")));
            }
            let entry = Entry {
                rule: row.rule.into_owned(),
                note: row.note.map(Into::into),
            };
            entries.insert(row.id.into_owned(), entry);
        }
        Ok(Self { entries })
    }

    /// Takes every finding of a report, and those that `previous` suppressed in it, with their
    /// notes; entries of `previous` that fit nothing any more are left behind.
    pub fn of(report: &Report, previous: Option<&Self>) -> Self {
        let known = report
            .suppressed
            .iter()
            .filter(|suppressed| suppressed.reason == "baseline")
            .map(|suppressed| &suppressed.finding);
        let entry = |finding: &Finding| {
            let old = previous.and_then(|previous| previous.entries.get(&finding.id));
            let entry = old.cloned().unwrap_or_else(|| Entry {
                rule: finding.rule.clone(),
                note: Some(describe(finding)),
            });
            (finding.id.clone(), entry)
        };
        Self {
            entries: report.findings.iter().chain(known).map(entry).collect(),
        }
    }

    /// Writes it: pretty printed, sorted by rule and id, with a newline at the end.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut findings: Vec<Row<'_>> = self
            .entries
            .iter()
            .map(|(id, entry)| Row {
                id: id.into(),
                rule: (&entry.rule).into(),
                note: entry.note.as_ref().map(Into::into),
            })
            .collect();
        findings.sort_by(|a, b| (&a.rule, &a.id).cmp(&(&b.rule, &b.id)));
        let schema = SCHEMA.to_owned();
        serde_json::to_writer_pretty(&mut *out, &File { schema, findings })?;
        out.write_all(b"\n")
    }

    /// The ids, sorted.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The entry of a finding: its id and note.
    pub fn get(&self, id: &str) -> Option<(&str, Option<&str>)> {
        let (id, entry) = self.entries.get_key_value(id)?;
        Some((id, entry.note.as_deref()))
    }
}

/// What it is and where it lies, for people who read the file.
fn describe(finding: &Finding) -> String {
    let place = finding.occurrences.first().map(|occurrence| {
        let path = occurrence.path.as_deref().unwrap_or_default();
        let pointer = occurrence.pointer.as_deref().unwrap_or_default();
        match occurrence.layer {
            Some(layer) if !path.is_empty() => format!(", layer {layer}: {path}"),
            Some(layer) => format!(", layer {layer}"),
            None => format!(", {} {pointer}", occurrence.kind.as_str())
                .trim_end()
                .to_owned(),
        }
    });
    printable(format!("{}{}", finding.title, place.unwrap_or_default()).as_bytes())
}
