//! The content of one entry to where the user wants it.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Result, bail};
use residue::archive::Limits;
use residue::error::printable;
use residue::image::{Item, Layer, walk};

use super::holes::Restorer;
use super::locate::Found;
use super::voice::Voice;
use crate::cli::args::ExtractArgs;
use crate::cli::exit::Exit;
use crate::cli::output;

/// More than this is not shown on a terminal.
const SHOWN_ON_A_TERMINAL: usize = 1 << 20;

/// Copies; bytes that could be read are written also where the rest cannot be had.
pub fn run(
    args: &ExtractArgs,
    layer: &Layer,
    found: &Found,
    limits: &Limits,
    voice: &Voice<'_>,
) -> Result<Exit> {
    let mut copied = Copied::default();
    let output = output::file(args.output.as_deref());
    if output.is_none() && !args.force && io::stdout().is_terminal() {
        let mut shown = Shown(Vec::new());
        copied = copy(layer, found, limits, &mut shown).unwrap_or_default();
        if !is_harmless(&shown.0) || shown.0.len() > SHOWN_ON_A_TERMINAL {
            bail!(
                "{} is nothing to show on a terminal; use --output FILE, a pipe, or --force",
                printable(&found.path)
            );
        }
        output::write(None, |out| out.write_all(&shown.0))?;
    } else {
        output::write(output, |out| {
            copied = copy(layer, found, limits, out)?;
            Ok(())
        })?;
    }
    if copied.lacks_holes {
        let name = printable(&found.path);
        voice.say(format!(
            "note: {name} is a sparse file; its bytes are given as stored, its holes are left out"
        ));
    }
    if let Some(broken) = copied.broken {
        bail!(
            "only {} of {} bytes of {} could be read: {broken}",
            copied.bytes,
            found.size,
            printable(&found.path)
        );
    }
    Ok(Exit::Pass)
}

/// How far copying came.
#[derive(Debug, Default)]
struct Copied {
    /// Stored bytes.
    bytes: u64,
    /// A sparse file whose holes are left out.
    lacks_holes: bool,
    broken: Option<String>,
}

/// Walks to the entry and copies it; only a failure to *write* is an error.
fn copy(layer: &Layer, found: &Found, limits: &Limits, out: &mut dyn Write) -> io::Result<Copied> {
    let mut copied = Ok(Copied::default());
    let summary = walk(layer, limits, false, &mut |item| match item {
        Item::Entry(entry, reader) if entry.offset == found.offset => {
            copied = copy_file(reader, found, limits.entry_size, out);
            match &copied {
                // What is missing is told at the end of the layer.
                Ok(copied) if copied.bytes < found.size => Ok(()),
                // There is no need to read the rest.
                _ => Err(io::Error::other("stopped")),
            }
        }
        _ => Ok(()),
    });
    let mut copied = copied?;
    copied.broken = (copied.bytes < found.size).then(|| {
        let reasons: Vec<String> = summary.warnings.into_iter().map(|w| w.message).collect();
        reasons.join("; ")
    });
    Ok(copied)
}

/// Copies a file's content, its holes included.
fn copy_file(
    reader: &mut dyn BufRead,
    found: &Found,
    limit: u64,
    out: &mut dyn Write,
) -> io::Result<Copied> {
    let Some(sparse) = &found.sparse else {
        let bytes = copy_content(reader, out)?;
        return Ok(Copied {
            bytes,
            ..Copied::default()
        });
    };
    let mut restorer = Restorer::new(sparse, found.size, limit, out);
    let bytes = copy_content(reader, &mut restorer)?;
    let is_restored = restorer.finish(bytes == found.size)?;
    Ok(Copied {
        bytes,
        lacks_holes: !is_restored,
        broken: None,
    })
}

fn copy_content(reader: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<u64> {
    let mut bytes = 0;
    loop {
        let chunk = match reader.fill_buf() {
            // Readers of a layer do not fail; what cannot be read ends the content.
            Ok([]) | Err(_) => return Ok(bytes),
            Ok(chunk) => chunk,
        };
        out.write_all(chunk)?;
        let length = chunk.len();
        bytes += length as u64;
        reader.consume(length);
    }
}

/// Holds what a terminal is to show, and stops as soon as it is too much.
struct Shown(Vec<u8>);

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() > SHOWN_ON_A_TERMINAL {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let taken = bytes.len().min(SHOWN_ON_A_TERMINAL + 1);
        self.0.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether bytes are text that cannot drive a terminal.
fn is_harmless(bytes: &[u8]) -> bool {
    bytes
        .split(|byte| matches!(byte, b'\n' | b'\t'))
        .map(|part| part.strip_suffix(b"\r").unwrap_or(part))
        .all(|part| printable(part).as_bytes() == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_may_go_to_a_terminal_and_what_drives_it_may_not() {
        assert!(is_harmless("KEY=straße\r\n\tindented\n".as_bytes()));
        for bytes in [
            &b"\x7fELF"[..],
            b"\x1b[2J",
            b"a\rb",
            b"\xff\xfe",
            "\u{9b}2J".as_bytes(),
        ] {
            assert!(!is_harmless(bytes), "{bytes:?}");
        }
    }

    #[test]
    fn more_than_a_terminal_shows_is_not_collected() {
        let big = vec![b'x'; SHOWN_ON_A_TERMINAL * 2];
        let mut shown = Shown(Vec::new());
        assert!(copy_content(&mut &big[..], &mut shown).is_err());
        assert!(shown.0.len() <= SHOWN_ON_A_TERMINAL * 2 + 1);
    }
}
