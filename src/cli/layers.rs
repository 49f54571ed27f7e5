//! `residue layers`: an image as a table of what made it, in order, with what each step holds.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, Write};

use anyhow::Result;
use residue::error::{Warning, printable};
use residue::finding::{ImageReport, InstructionReport, LayerReport, Report};
use residue::report::cells;
use serde_json::{Value, json};

use super::args::{LayersArgs, TableFormat};
use super::config;
use super::exit::Exit;
use super::table::{Align, Table};
use super::terminal::Terminal;
use super::{cache, output, progress, rules};

/// Characters of a digest that are enough to tell layers of one image apart.
const SHORT_ID: usize = 12;
/// Stands for the configuration, manifests, and whatever else no instruction wrote.
const ELSEWHERE: &str = "(config and other metadata)";
/// Stands for a history entry without text, as `docker import` makes it.
const NO_TEXT: &str = "(no command recorded)";

/// Scans the image and prints its layers.
pub fn run(args: &LayersArgs, terminal: &Terminal) -> Result<Exit> {
    let config = config::layers(args)?;
    let engine = rules::load_to_scan(&config.loader, terminal)?;
    let report = progress::watch(terminal.progress, |progress| {
        let images = std::slice::from_ref(&args.image);
        residue::scan::run(images, &engine, &config.options, progress)
    })?;
    cache::note_trouble(&config.options, terminal);
    output::write(None, |out| match args.format {
        TableFormat::Terminal => write_tables(&report, terminal.width, out),
        TableFormat::Json => write_json(&report, out),
    })?;
    if args.format == TableFormat::Terminal {
        let images = report.images.len();
        for warning in &report.warnings {
            terminal.note(&line(warning, images));
        }
    }
    Ok(if report.complete {
        Exit::Pass
    } else {
        Exit::Error
    })
}

/// A warning with its place, one of so many images included.
fn line(warning: &Warning, images: usize) -> String {
    let image = warning.image.filter(|_| images > 1);
    let image = image.map(|image| format!("image {image}"));
    let (layer, path) = warning.unsaid();
    let place = [image, layer, path.map(str::to_owned)];
    let words = place.into_iter().flatten().map(|word| format!("{word}: "));
    format!("warning: {}{}", words.collect::<String>(), warning.message)
}

/// Findings by the step that brought them: each finding counts once a step.
struct Counts {
    layers: HashMap<(usize, usize), usize>,
    instructions: HashMap<(usize, usize), usize>,
    elsewhere: HashMap<usize, usize>,
}

impl Counts {
    fn of(report: &Report) -> Self {
        let mut counts = Self {
            layers: HashMap::new(),
            instructions: HashMap::new(),
            elsewhere: HashMap::new(),
        };
        for finding in &report.findings {
            let steps: BTreeSet<_> = finding
                .occurrences
                .iter()
                .filter_map(|o| Some((o.image?, o.layer, o.instruction)))
                .collect();
            let layers: BTreeSet<_> = steps
                .iter()
                .filter_map(|(image, layer, _)| Some((*image, (*layer)?)))
                .collect();
            for place in layers {
                *counts.layers.entry(place).or_default() += 1;
            }
            for (image, layer, instruction) in steps {
                *match (layer, instruction) {
                    (Some(_), _) => continue,
                    (None, Some(step)) => counts.instructions.entry((image, step)).or_default(),
                    (None, None) => counts.elsewhere.entry(image).or_default(),
                } += 1;
            }
        }
        counts
    }

    fn layer(&self, image: usize, layer: usize) -> usize {
        self.layers.get(&(image, layer)).copied().unwrap_or(0)
    }

    /// In metadata that no instruction wrote.
    fn elsewhere(&self, image: usize) -> usize {
        self.elsewhere.get(&image).copied().unwrap_or(0)
    }

    /// In the text of the instruction itself.
    fn instruction(&self, image: usize, instruction: usize) -> usize {
        self.instructions
            .get(&(image, instruction))
            .copied()
            .unwrap_or(0)
    }
}

/// One line of the table: an instruction with its layer, or either alone.
struct Step<'r> {
    layer: Option<&'r LayerReport>,
    instruction: Option<&'r InstructionReport>,
}

/// Instructions in order; layers that no instruction claims stand before the next one that does.
fn steps(image: &ImageReport) -> Vec<Step<'_>> {
    let mut steps = Vec::with_capacity(image.instructions.len() + image.layers.len());
    let mut layers = image.layers.iter().peekable();
    for instruction in &image.instructions {
        let made = instruction.layer;
        while let Some(layer) = layers.next_if(|layer| Some(layer.index) < made) {
            steps.push(Step {
                layer: Some(layer),
                instruction: None,
            });
        }
        steps.push(Step {
            layer: layers.next_if(|layer| Some(layer.index) == made),
            instruction: Some(instruction),
        });
    }
    steps.extend(layers.map(|layer| Step {
        layer: Some(layer),
        instruction: None,
    }));
    steps
}

fn write_tables(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let counts = Counts::of(report);
    for (index, image) in report.images.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", heading(image))?;
        let mut table = Table::new([
            ("layer", Align::Right),
            ("size", Align::Right),
            ("entries", Align::Right),
            ("deleted", Align::Right),
            ("findings", Align::Right),
            ("diff id", Align::Left),
            ("instruction", Align::Left),
        ]);
        for step in steps(image) {
            table.row(cells(&step, index, &counts));
        }
        let elsewhere = counts.elsewhere(index);
        if elsewhere > 0 {
            let nothing = || "-".to_owned();
            let mut cells: [String; 7] = std::array::from_fn(|_| nothing());
            cells[4] = elsewhere.to_string();
            cells[6] = ELSEWHERE.to_owned();
            table.row(cells);
        }
        table.write(width, out)?;
    }
    Ok(())
}

fn heading(image: &ImageReport) -> String {
    let mut words = vec!["Image".to_owned(), image.source.clone()];
    words.extend(image.references.iter().cloned());
    words.extend(image.platform.iter().map(ToString::to_string));
    printable(words.join("  ").as_bytes())
}

fn cells(step: &Step<'_>, image: usize, counts: &Counts) -> [String; 7] {
    let in_layer =
        |show: &dyn Fn(&LayerReport) -> String| step.layer.map_or_else(|| "-".to_owned(), show);
    let in_text = step.instruction.map_or(0, |instruction| {
        counts.instruction(image, instruction.index)
    });
    let in_files = step
        .layer
        .map_or(0, |layer| counts.layer(image, layer.index));
    [
        in_layer(&|layer| layer.index.to_string()),
        in_layer(&|layer| cells::bytes(layer.size)),
        in_layer(&|layer| layer.entries.to_string()),
        in_layer(&|layer| layer.whiteouts.to_string()),
        (in_files + in_text).to_string(),
        in_layer(&short_id),
        step.instruction.map_or_else(|| "?".to_owned(), text_of),
    ]
}

fn short_id(layer: &LayerReport) -> String {
    let id = layer.diff_id.as_ref().map(ToString::to_string);
    let id = id.unwrap_or_else(|| "-".to_owned());
    let hex = id.split_once(':').map_or(id.as_str(), |(_, hex)| hex);
    hex.chars().take(SHORT_ID).collect()
}

/// The instruction on one line; `~` marks a layer that was assigned to it by guess.
fn text_of(instruction: &InstructionReport) -> String {
    let text = match &instruction.keyword {
        Some(keyword) => format!("{keyword} {}", instruction.arguments),
        None => instruction.created_by.clone(),
    };
    let mut words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        words.push(NO_TEXT);
    }
    let guess = if instruction.approximate { "~ " } else { "" };
    printable(format!("{guess}{}", cells::short_hashes(&words.join(" "))).as_bytes())
}

fn write_json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let counts = Counts::of(report);
    let images: Vec<Value> = report
        .images
        .iter()
        .enumerate()
        .map(|(index, image)| image_json(index, image, &counts))
        .collect::<serde_json::Result<_>>()?;
    let document = json!({
        "schema": "residue.layers/1",
        "images": images,
        "warnings": report.warnings,
        "complete": report.complete,
    });
    residue::report::write_pretty(&document, out)
}

/// The image as in a report, and the number of findings with each layer and instruction and in
/// metadata that no instruction wrote.
fn image_json(index: usize, image: &ImageReport, counts: &Counts) -> serde_json::Result<Value> {
    let mut value = serde_json::to_value(image)?;
    let mut add = |list: &str, count: &dyn Fn(usize) -> usize| {
        let rows = value[list].as_array_mut().into_iter().flatten();
        for (row, value) in rows.enumerate() {
            value["findings"] = count(row).into();
        }
    };
    add("layers", &|layer| counts.layer(index, layer));
    add("instructions", &|instruction| {
        counts.instruction(index, instruction)
    });
    value["metadata_findings"] = counts.elsewhere(index).into();
    Ok(value)
}

#[cfg(test)]
mod tests;
