//! `residue cache`: where results of layers are kept, how much, and how to be rid of them. Which folder
//! that is, is decided here for scans too.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use residue::cache::Usage;
use residue::report::cells::bytes;
use residue::scan::Options;
use residue::{Cache, error::printable};
use serde_json::json;

use super::args::{CacheCommand, TableFormat};
use super::exit::Exit;
use super::terminal::Terminal;
use super::{config, output};

/// The user's folder of programs' caches, unless another is named, and this program's in it.
const VARIABLES: [(&str, &str); 2] = [("XDG_CACHE_HOME", "residue"), ("HOME", ".cache/residue")];

/// Does what was asked for.
pub fn run(command: &CacheCommand, terminal: &Terminal) -> Result<Exit> {
    match command {
        CacheCommand::Info { format, cache } => {
            let cache = config::cache(cache)?.context(NOWHERE)?;
            info(&cache, *format)?;
        }
        CacheCommand::Clear { dir } => {
            let folder = folder(dir.cache_dir.as_deref()).context(NOWHERE)?;
            let cache = Cache::at(folder, Cache::LIMIT);
            let shown = cache.folder().display();
            let removed = cache
                .clear()
                .with_context(|| format!("cannot empty the cache {shown}"))?;
            let what = held(removed);
            terminal.note(&format!("removed {what} from {shown}"));
        }
    }
    Ok(Exit::Pass)
}

const NOWHERE: &str = "there is no folder for a cache; name one with --cache-dir";

fn info(cache: &Cache, format: TableFormat) -> Result<()> {
    let folder = printable(cache.folder().as_os_str().as_encoded_bytes());
    let usage = cache
        .usage()
        .with_context(|| format!("cannot read the cache {folder}"))?;
    output::write(None, |out| match format {
        TableFormat::Terminal => {
            let (held, limit) = (held(usage), bytes(cache.limit()));
            writeln!(out, "{folder}: {held}, at most {limit}")
        }
        TableFormat::Json => {
            let value = json!({
                "schema": "residue.cache/1",
                "folder": folder,
                "entries": usage.entries,
                "bytes": usage.bytes,
                "limit": cache.limit(),
            });
            residue::report::write_pretty(&value, out)
        }
    })
}

fn held(usage: Usage) -> String {
    let layers = match usage.entries {
        1 => "1 layer".to_owned(),
        count => format!("{count} layers"),
    };
    format!("{layers}, {}", bytes(usage.bytes))
}

/// The folder that was asked for, or the user's; `None` where the environment names none. What is no
/// whole path does not count, as the XDG Base Directory Specification has it.
pub fn folder(asked: Option<&Path>) -> Option<PathBuf> {
    let of_user = || {
        let mut found = VARIABLES.iter().filter_map(|(variable, below)| {
            let folder = PathBuf::from(std::env::var_os(variable)?);
            folder.is_absolute().then(|| folder.join(below))
        });
        found.next()
    };
    asked.map(Path::to_owned).or_else(of_user)
}

/// Says that the cache could not be used, if it could not.
pub fn note_trouble(options: &Options, terminal: &Terminal) {
    let trouble = options.cache.as_ref().and_then(Cache::trouble);
    if let Some(trouble) = trouble {
        terminal.note(trouble);
    }
}
