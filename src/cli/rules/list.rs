//! `residue rules list`.

use std::io::{self, Write};

use anyhow::Result;
use residue::rules::RuleSet;
use serde_json::json;

use super::markdown;
use crate::cli::args::ListFormat;
use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::table::{Align, Table};
use crate::cli::terminal::Terminal;

/// Prints the rules in order of id.
pub fn run(set: &RuleSet, format: ListFormat, terminal: &Terminal) -> Result<Exit> {
    output::write(None, |out| match format {
        ListFormat::Terminal => write_table(set, terminal.width, out),
        ListFormat::Json => write_json(set, out),
        ListFormat::Markdown => markdown::write(set, out),
    })?;
    Ok(Exit::Pass)
}

fn write_table(set: &RuleSet, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new([
        ("rule", Align::Left),
        ("severity", Align::Left),
        ("confidence", Align::Left),
        ("title", Align::Left),
    ]);
    for rule in set.rules() {
        table.row([
            rule.id().to_owned(),
            rule.syntax.severity.to_string(),
            rule.syntax.confidence.to_string(),
            rule.syntax.title.to_string(),
        ]);
    }
    table.write(width, out)
}

fn write_json(set: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    let rules: Vec<_> = set
        .rules()
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id(),
                "title": rule.syntax.title,
                "severity": rule.syntax.severity,
                "confidence": rule.syntax.confidence,
                "file": rule.file,
            })
        })
        .collect();
    residue::report::write_pretty(&rules, out)
}
