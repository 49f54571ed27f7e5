//! `residue scan`: rules, engine, pipeline, policy, report, exit code.

use anyhow::Result;
use residue::finding::Report;
use residue::policy::{self, Baseline};
use residue::report::{self, Format, Style};

use super::args::ScanArgs;
use super::config;
use super::exit::Exit;
use super::terminal::Terminal;
use super::{cache, output, progress, rules, targets};

/// Scans the images and writes the report.
pub fn run(args: &ScanArgs, terminal: &Terminal) -> Result<Exit> {
    let baseline = args.write_baseline.as_deref();
    let output = output::file(args.output.as_deref());
    let files = [("--output", output), ("--write-baseline", baseline)];
    targets::check(&args.images, &files)?;
    let config = config::scan(args)?;
    let engine = rules::load_to_scan(&config.loader, terminal)?;
    let report = progress::watch(terminal.progress, |progress| {
        residue::scan::run(&args.images, &engine, &config.options, progress)
    })?;
    cache::note_trouble(&config.options, terminal);
    let report = policy::apply(report, &config.policy);
    if let Some(path) = &args.write_baseline {
        let baseline = Baseline::of(&report, config.policy.baseline.as_ref());
        output::write(Some(path), |out| baseline.write(out))?;
    }
    let style = Style {
        color: match output {
            Some(_) => terminal.color_forced,
            None => terminal.color,
        },
        width: terminal.width,
        reveal: args.reveal,
    };
    output::write(output, |out| {
        report::renderer(config.format).render(&report, &style, out)
    })?;
    let is_seen = output.is_none() && config.format == Format::Terminal;
    if !is_seen {
        note_incomplete(&report, terminal);
    }
    Ok(report.verdict.into())
}

/// The reason for an exit code must not hide in a file that nobody has opened yet.
fn note_incomplete(report: &Report, terminal: &Terminal) {
    let count = report
        .warnings
        .iter()
        .filter(|warning| warning.code.is_incomplete())
        .count();
    if !report.complete {
        terminal.note(&format!(
            "incomplete: {count} {} in the report what could not be scanned",
            if count == 1 {
                "warning says"
            } else {
                "warnings say"
            }
        ));
    }
}
