//! The JSON report: one object with keys in a fixed order, schema `residue.report/1`.

use std::io::{self, Write};

use serde::Serialize;

use super::escape::write_pretty;
use super::view::{Each, FindingView, SuppressedView};
use super::{Renderer, Style};
use crate::error::Warning;
use crate::finding::{ImageReport, Report, Summary, Tool, Verdict};

/// The name and version of the format.
pub(super) const SCHEMA: &str = "residue.report/1";

/// Renders one indented JSON object.
pub(super) struct Json;

#[derive(Serialize)]
struct Document<'a, F, S> {
    schema: &'static str,
    tool: &'a Tool,
    images: &'a [ImageReport],
    findings: F,
    suppressed: S,
    warnings: &'a [Warning],
    complete: bool,
    summary: &'a Summary,
    verdict: Verdict,
}

impl Renderer for Json {
    fn render(&self, report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let reveal = style.reveal;
        let document = Document {
            schema: SCHEMA,
            tool: &report.tool,
            images: &report.images,
            findings: Each(&report.findings, |f| FindingView::new(f, reveal)),
            suppressed: Each(&report.suppressed, |s| SuppressedView::new(s, reveal)),
            warnings: &report.warnings,
            complete: report.complete,
            summary: &report.summary,
            verdict: report.verdict,
        };
        write_pretty(&document, out)
    }
}
