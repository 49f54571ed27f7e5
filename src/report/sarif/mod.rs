//! SARIF 2.1.0 (OASIS standard, errata 01), for code scanning services and viewers.
//!
//! One result is one secret: its most exposed occurrence is the location, the others are related
//! locations. Suppressed findings are results with a suppression, warnings are notifications of
//! the one invocation. `docs/report.md` has the mapping field by field.

mod location;
mod result;
mod rules;
mod text;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::escape::write_pretty;
use super::view::Each;
use super::{Renderer, Style};
use crate::error::Warning;
use crate::finding::{Finding, Report, Suppressed};
use location::location_of_warning;
use result::{finding_result, suppressed_result};
use rules::Rules;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Renders a SARIF log with one run.
pub(super) struct Sarif;

#[derive(Serialize)]
struct Log<R> {
    version: &'static str,
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [R; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R> {
    tool: Value,
    invocations: [Value; 1],
    column_kind: &'static str,
    results: R,
}

/// What becomes a result.
enum Row<'a> {
    Finding(&'a Finding),
    Suppressed(&'a Suppressed),
}

impl Renderer for Sarif {
    fn render(&self, report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let rules = Rules::of(report);
        let findings = report.findings.iter().map(Row::Finding);
        let rows: Vec<Row<'_>> = findings
            .chain(report.suppressed.iter().map(Row::Suppressed))
            .collect();
        let run = Run {
            tool: json!({ "driver": {
                "name": report.tool.name,
                "version": report.tool.version,
                "semanticVersion": report.tool.version,
                "rules": rules.descriptors(),
                "properties": {
                    "rules": report.tool.rules,
                    "ruleset": report.tool.ruleset,
                },
            }}),
            invocations: [invocation(report)],
            column_kind: "unicodeCodePoints",
            results: Each(&rows, |row: &Row<'_>| match row {
                Row::Finding(finding) => finding_result(finding, &rules, style.reveal),
                Row::Suppressed(suppressed) => suppressed_result(suppressed, &rules, style.reveal),
            }),
        };
        let log = Log {
            version: "2.1.0",
            schema: SCHEMA,
            runs: [run],
        };
        write_pretty(&log, out)
    }
}

fn invocation(report: &Report) -> Value {
    json!({
        "executionSuccessful": report.complete,
        "toolExecutionNotifications":
            report.warnings.iter().map(notification).collect::<Vec<_>>(),
        "properties": { "verdict": report.verdict, "summary": report.summary },
    })
}

fn notification(warning: &Warning) -> Value {
    let mut notification = json!({
        "descriptor": { "id": warning.code },
        "level": if warning.code.is_incomplete() { "error" } else { "warning" },
        "message": { "text": text::message(&warning.message) },
    });
    if let Some(location) = location_of_warning(warning) {
        notification["locations"] = json!([location]);
    }
    notification
}
