//! The report for people: findings grouped by secret, most urgent first; then the layers, the
//! warnings, and the verdict last, where the eye is when the command ends.

mod end;
mod finding;
mod layers;
mod life;
mod place;
mod screen;

use std::io::{self, Write};

use super::{Renderer, Style};
use crate::finding::Report;
use screen::Screen;

/// Renders text, laid out to the width of the style.
pub(super) struct Terminal;

impl Renderer for Terminal {
    fn render(&self, report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let mut screen = Screen::new(out, style.color, style.width);
        let mut last_advice = None;
        for finding in &report.findings {
            finding::write(&mut screen, finding, report, last_advice, style.reveal)?;
            last_advice = Some(finding.advice.as_str());
        }
        tables(&mut screen, report)?;
        end::warnings(&mut screen, report)?;
        end::summary(&mut screen, report)
    }
}

fn tables(screen: &mut Screen<'_>, report: &Report) -> io::Result<()> {
    let counts = layers::count(&report.findings);
    for image in 0..report.images.len() {
        layers::table(screen, report, image, &counts)?;
    }
    Ok(())
}
