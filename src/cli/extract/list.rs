//! `residue extract --list`: what the layers hold, streamed, names escaped.

use std::io::{self, Write};

use anyhow::{Result, bail};
use residue::archive::{Limits, normalise};
use residue::error::{Warning, printable};
use residue::image::{EntryKind, Item, Layer, LayerEntry, walk};

use super::voice::Voice;
use crate::cli::exit::Exit;
use crate::cli::output;

/// Lists the entries at and under `path`; every entry without one.
pub fn run(
    layers: &[Layer],
    path: Option<&str>,
    limits: &Limits,
    voice: &Voice<'_>,
) -> Result<Exit> {
    let path = path.map(|path| normalise(path.as_bytes()).path);
    let path = path.as_deref().filter(|path| !path.is_empty());
    let (mut exit, mut listed) = (Exit::Pass, 0);
    output::write(None, |out| {
        writeln!(out, "layer      offset        size  kind       path")?;
        for layer in layers {
            if !list_layer(layer, path, limits, voice, &mut listed, out)? {
                exit = Exit::Error;
            }
        }
        Ok(())
    })?;
    match (path, layers) {
        (Some(path), [layer]) if listed == 0 => {
            bail!("layer {} does not hold {}", layer.index, printable(path))
        }
        (Some(path), _) if listed == 0 => bail!("no layer holds {}", printable(path)),
        _ => Ok(exit),
    }
}

/// Whether the layer could be read to its end; counts what it lists.
fn list_layer(
    layer: &Layer,
    path: Option<&[u8]>,
    limits: &Limits,
    voice: &Voice<'_>,
    listed: &mut u64,
    out: &mut dyn Write,
) -> io::Result<bool> {
    let mut written = Ok(());
    let summary = walk(layer, limits, false, &mut |item| {
        if let Item::Entry(entry, _) = item
            && path.is_none_or(|path| is_at_or_under(entry, path))
        {
            *listed += 1;
            written = write_entry(layer.index, entry, voice, out);
            if written.is_err() {
                return Err(io::Error::other("stopped"));
            }
        }
        Ok(())
    });
    written?;
    for warning in &summary.warnings {
        voice.note(warning);
    }
    let is_broken = |warning: &Warning| warning.code.is_incomplete();
    Ok(layer.blob.is_some() && !summary.warnings.iter().any(is_broken))
}

fn is_at_or_under(entry: &LayerEntry, path: &[u8]) -> bool {
    let fits = |name: &[u8]| {
        name.strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    };
    fits(&entry.path) || fits(printable(&entry.path).as_bytes())
}

fn write_entry(
    layer: usize,
    entry: &LayerEntry,
    voice: &Voice<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let kind = match entry.whiteout {
        Some(_) => "whiteout",
        None => kind_name(entry.kind),
    };
    let path = match &entry.path[..] {
        [] => "/".to_owned(),
        path => printable(path),
    };
    let name = match &entry.link {
        Some(link) => format!("{path} -> {}", printable(link)),
        None => path,
    };
    let place = if entry.behind_end {
        "  behind the end mark"
    } else {
        ""
    };
    writeln!(
        out,
        "{layer:>5}  {:>10}  {:>10}  {kind:<9}  {}{place}",
        entry.offset,
        entry.size,
        voice.redacted(name)
    )
}

/// What an entry is, in a word.
pub fn kind_name(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "file",
        EntryKind::HardLink => "hard link",
        EntryKind::Symlink => "symlink",
        EntryKind::Directory => "directory",
        EntryKind::CharDevice | EntryKind::BlockDevice => "device",
        EntryKind::Fifo => "fifo",
        EntryKind::Other(_) => "other",
    }
}
