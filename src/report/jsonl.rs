//! JSON lines: a line for each finding, then for each suppressed one, then one summary line.
//!
//! Each line is an object whose first key is `type`: `finding`, `suppressed` or `summary`. The
//! summary line holds the rest of the JSON report, so nothing is lost and a reader that needs
//! findings only can work line by line.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::write_line;
use super::view::{FindingView, SuppressedView};
use super::{Renderer, Style};
use crate::error::Warning;
use crate::finding::{ImageReport, Report, Summary, Tool, Verdict};

/// Renders one JSON object a line.
pub(super) struct JsonLines;

#[derive(Serialize)]
struct Line<T> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct SummaryLine<'a> {
    schema: &'static str,
    tool: &'a Tool,
    images: &'a [ImageReport],
    warnings: &'a [Warning],
    complete: bool,
    summary: &'a Summary,
    verdict: Verdict,
}

impl Renderer for JsonLines {
    fn render(&self, report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        for finding in &report.findings {
            let content = FindingView::new(finding, style.reveal);
            let kind = "finding";
            write_line(&Line { kind, content }, out)?;
        }
        for suppressed in &report.suppressed {
            let content = SuppressedView::new(suppressed, style.reveal);
            let kind = "suppressed";
            write_line(&Line { kind, content }, out)?;
        }
        let content = SummaryLine {
            schema: super::json::SCHEMA,
            tool: &report.tool,
            images: &report.images,
            warnings: &report.warnings,
            complete: report.complete,
            summary: &report.summary,
            verdict: report.verdict,
        };
        let kind = "summary";
        write_line(&Line { kind, content }, out)
    }
}
