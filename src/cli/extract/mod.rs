//! `residue extract`: the exact bytes of an entry of a layer, whatever later layers did to it.
//!
//! The bytes go to standard output or to a file that the *user* names. Nothing in the image has a
//! say in where anything is written.

mod copy;
mod holes;
mod list;
mod locate;
mod voice;

use std::fmt::Write as _;

use anyhow::{Result, anyhow, bail};
use residue::archive::Limits;
use residue::error::printable;
use residue::image::{EntryKind, Image, Layer, assemble};
use residue::source;

use super::args::ExtractArgs;
use super::config::{self, ExtractConfig};
use super::exit::Exit;
use super::terminal::Terminal;
use super::{output, targets};
use locate::{Found, Shared, Target};
use voice::Voice;

/// Recovers or lists.
pub fn run(args: &ExtractArgs, terminal: &Terminal) -> Result<Exit> {
    let voice = Voice::new(terminal, args.reveal);
    recover(args, &voice).map_err(|error| voice.error(error))
}

fn recover(args: &ExtractArgs, voice: &Voice<'_>) -> Result<Exit> {
    let image = std::slice::from_ref(&args.image);
    let output = output::file(args.output.as_deref());
    targets::check(image, &[("--output", output)])?;
    let config = config::extract(args)?;
    let image = open_one(&args.image, &config, voice)?;
    let layers = match args.layer {
        None => &image.layers[..],
        Some(index) => std::slice::from_ref(image.layers.get(index).ok_or_else(|| {
            anyhow!(
                "{} has no layer {index}; there are {}, counted from 0",
                args.image,
                image.layers.len()
            )
        })?),
    };
    if args.list {
        return list::run(layers, args.path.as_deref(), &config.limits, voice);
    }
    let target = Target::of(args.path.as_deref(), args.offset);
    let found = locate::all(layers, &target, &config.limits, &mut |warning| {
        voice.note(warning);
    });
    let chosen = choose(args, &image, &target, found)?;
    // Messages name what was asked for, also where a hard link led elsewhere.
    let source = Found {
        path: chosen.path.clone(),
        ..content_of(&image.layers, chosen, &config.limits)?
    };
    let layer = &image.layers[source.layer];
    copy::run(args, layer, &source, &config.limits, voice)
}

/// Opens the input, which must hold exactly one image after selection.
fn open_one(reference: &str, config: &ExtractConfig, voice: &Voice<'_>) -> Result<Image> {
    let contents = source::open(reference, &config.selection, &config.limits)?;
    contents
        .warnings
        .iter()
        .for_each(|warning| voice.note(warning));
    let mut images: Vec<Image> = contents
        .images
        .into_iter()
        .map(|raw| assemble(reference, raw))
        .collect();
    if images.len() > 1 {
        let mut message = format!(
            "{reference} holds {} images; pick one with --image or --platform",
            images.len()
        );
        for image in &images {
            let _ = write!(message, "\n  {}", describe(image));
        }
        bail!(message);
    }
    let image = images
        .pop()
        .ok_or_else(|| anyhow!("{reference} holds no image that can be read"))?;
    image
        .warnings
        .iter()
        .for_each(|warning| voice.note(warning));
    Ok(image)
}

fn describe(image: &Image) -> String {
    let mut words = image.references.clone();
    words.extend(image.platform.iter().map(ToString::to_string));
    let digest = image
        .manifest_digest
        .as_ref()
        .or(image.config_digest.as_ref());
    words.extend(digest.map(ToString::to_string));
    printable(words.join("  ").as_bytes())
}

/// The one entry that is meant, or why that cannot be told.
fn choose(args: &ExtractArgs, image: &Image, target: &Target, found: Vec<Found>) -> Result<Found> {
    let mut layers: Vec<usize> = found.iter().map(|entry| entry.layer).collect();
    layers.dedup();
    if layers.len() > 1 {
        bail!(
            "{} layers hold {target}; pick one with --layer{}",
            layers.len(),
            describe_layers(image, &found)
        );
    }
    let count = found.len();
    let chosen = match args.occurrence {
        None => last_applied(found),
        Some(number) if number.get() > count && count > 0 => bail!(
            "layer {} holds {target} {count} time{}, there is no occurrence {number}",
            layers[0],
            if count == 1 { "" } else { "s" }
        ),
        Some(number) => found.into_iter().nth(number.get() - 1),
    };
    chosen.ok_or_else(|| {
        let place = match args.layer {
            Some(layer) => format!("layer {layer} does not hold"),
            None => "no layer holds".to_owned(),
        };
        anyhow!("{place} {target}; --list shows what there is")
    })
}

/// The last entry that unpackers see, or else the last behind the end mark.
fn last_applied(mut found: Vec<Found>) -> Option<Found> {
    let applied = found.iter().rposition(|entry| !entry.behind_end);
    found.truncate(applied.map_or(found.len(), |last| last + 1));
    found.pop()
}

fn describe_layers(image: &Image, found: &[Found]) -> String {
    let mut text = String::new();
    for entry in found {
        let instruction = image
            .layers
            .get(entry.layer)
            .and_then(|layer| image.instructions.get(layer.instruction?))
            .and_then(|instruction| instruction.keyword.as_deref());
        let _ = write!(
            text,
            "\n  --layer {}: {}, {} bytes{}",
            entry.layer,
            list::kind_name(entry.kind),
            entry.size,
            instruction.map_or(String::new(), |keyword| format!(", by {keyword}"))
        );
    }
    text
}

/// Hard links that are followed from one to the next.
const MOST_LINKS: usize = 100;

/// The entry whose content `found` has: itself, or what a hard link shares.
fn content_of(layers: &[Layer], found: Found, limits: &Limits) -> Result<Found> {
    let mut found = found;
    for _ in 0..MOST_LINKS {
        // Whatever an entry is, a scan reads the bytes that it has.
        if found.size > 0 || found.kind == EntryKind::File {
            return Ok(found);
        }
        let (name, layer) = (printable(&found.path), found.layer);
        let target = found.link.as_deref().unwrap_or_default();
        let link = if found.path == target {
            "itself".to_owned()
        } else {
            printable(target)
        };
        match found.kind {
            EntryKind::HardLink => {}
            EntryKind::Symlink => {
                bail!("{name} in layer {layer} is a symbolic link to {link}; extract that instead")
            }
            kind => bail!(
                "{name} in layer {layer} is no file but a {}",
                list::kind_name(kind)
            ),
        }
        found = match locate::shared(layers, &found, limits) {
            Shared::With(entry) => entry,
            Shared::DeletedBy(by) => bail!(
                "{name} in layer {layer} is a hard link to {link}, which layer {by} had deleted \
                 before"
            ),
            Shared::WithNothing => bail!(
                "{name} in layer {layer} is a hard link to {link}, and neither an entry before it \
                 nor a lower layer has that name; there is no content"
            ),
        };
    }
    bail!(
        "more than {MOST_LINKS} hard links lead from one to the next; {} in layer {} is as far as \
         they were followed",
        printable(&found.path),
        found.layer
    )
}

#[cfg(test)]
mod tests;
