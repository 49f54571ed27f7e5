//! A finished report to bytes, one format a file.
//!
//! Two promises hold for every format, whatever an image holds: no byte that drives a terminal
//! is written (beside the renderer's own line ends and colours), and no secret is written unless
//! [`Style::reveal`] asks for it. `docs/report.md` describes the fields.

pub mod cells;
mod escape;
mod json;
mod jsonl;
mod sarif;
mod terminal;
mod view;

pub use escape::write_pretty;

use std::io::{self, Write};

use crate::finding::Report;

/// The formats of a report, as `--format` names them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// For people, grouped by secret.
    #[default]
    Terminal,
    /// One JSON object, schema `residue.report/1`.
    Json,
    /// One JSON object a line: findings, suppressed findings, a summary.
    Jsonl,
    /// SARIF 2.1.0, for code scanning services.
    Sarif,
}

/// How to render.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether to colour (the terminal format only).
    pub color: bool,
    /// Columns to lay out for (the terminal format only); less than 40 counts as 40.
    pub width: usize,
    /// Whether to show the secrets themselves.
    pub reveal: bool,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
            reveal: false,
        }
    }
}

/// Writes a report in one format.
pub trait Renderer {
    /// Writes the whole report; the only errors are those of `out`.
    fn render(&self, report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()>;
}

/// The renderer of a format.
pub fn renderer(format: Format) -> &'static dyn Renderer {
    match format {
        Format::Terminal => &terminal::Terminal,
        Format::Json => &json::Json,
        Format::Jsonl => &jsonl::JsonLines,
        Format::Sarif => &sarif::Sarif,
    }
}

#[cfg(test)]
mod tests;
