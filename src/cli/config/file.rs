//! The configuration file `residue.toml`, as written: `[scan]` and `[[allow]]`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use residue::policy::{Allow, FailOn};
use residue::report::Format;
use residue::rules::Confidence;
use toml::{Table, Value};

use super::allow;
use super::keys::{Keys, expected};
use crate::cli::mistakes::Mistakes;
use crate::cli::output::folder_of;

/// Looked for in the current directory when no `--config` is given.
pub const DEFAULT_NAME: &str = "residue.toml";

/// What the file says; what it does not say is `None`.
#[derive(Debug, Default)]
pub struct File {
    /// `format`
    pub format: Option<Format>,
    /// `fail-on`
    pub fail_on: Option<FailOn>,
    /// `min-confidence`
    pub min_confidence: Option<Confidence>,
    /// `baseline`, from the file's folder
    pub baseline: Option<PathBuf>,
    /// `rules`, from the file's folder
    pub rules: Option<Vec<PathBuf>>,
    /// `only-rules`, from the file's folder
    pub only_rules: Option<Vec<PathBuf>>,
    /// `enable`
    pub enable: Option<Vec<String>>,
    /// `disable`
    pub disable: Option<Vec<String>>,
    /// `platform`
    pub platform: Option<String>,
    /// `all-platforms`
    pub all_platforms: Option<bool>,
    /// `threads`
    pub threads: Option<NonZeroUsize>,
    /// `no-verify`
    pub no_verify: Option<bool>,
    /// `no-packages`
    pub no_packages: Option<bool>,
    /// `no-cache`
    pub no_cache: Option<bool>,
    /// `max-entry-size`
    pub max_entry_size: Option<u64>,
    /// `max-total-size`
    pub max_total_size: Option<u64>,
    /// `max-ratio`
    pub max_ratio: Option<u64>,
    /// `max-depth`
    pub max_depth: Option<u32>,
    /// `[[allow]]`
    pub allow: Vec<Allow>,
    /// The file as the user knows it, for messages.
    pub name: String,
}

impl File {
    /// Reads the file that was asked for, or the default one if it is there.
    pub fn load(asked: Option<&Path>, mistakes: &mut Mistakes) -> Self {
        let path = asked.unwrap_or(Path::new(DEFAULT_NAME));
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&name, &text, &folder_of(path), mistakes),
            Err(error) if asked.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Self::default()
            }
            Err(error) => {
                mistakes.add(&name, format_args!("cannot be read: {error}"));
                Self::default()
            }
        }
    }

    /// Where a key of `[scan]` stands, for messages.
    pub fn place(&self, key: &str) -> String {
        format!("{}: [scan] {key}", self.name)
    }

    fn parse(name: &str, text: &str, folder: &Path, mistakes: &mut Mistakes) -> Self {
        let mut file = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        let Some(table) = mistakes.take(name, text.parse::<Table>()) else {
            return file;
        };
        for (key, value) in table {
            match (key.as_str(), value) {
                ("scan", Value::Table(scan)) => {
                    file.scan(Keys::new(scan, format!("{name}: [scan]"), mistakes), folder);
                }
                ("scan", other) => {
                    mistakes.add(format_args!("{name}: scan"), expected("a table", &other));
                }
                ("allow", value) => file.allow = allow::read(name, value, mistakes),
                (other, _) => mistakes.add(
                    format_args!("{name}: {other}"),
                    "no such table; there are [scan] and [[allow]]",
                ),
            }
        }
        file
    }

    fn scan(&mut self, mut keys: Keys<'_>, folder: &Path) {
        let paths = |names: Option<Vec<String>>| {
            names.map(|names| names.into_iter().map(|name| folder.join(name)).collect())
        };
        self.format = keys.choice("format");
        self.fail_on = keys.choice("fail-on");
        self.min_confidence = keys.choice("min-confidence");
        self.baseline = keys.text("baseline").map(|name| folder.join(name));
        self.rules = paths(keys.texts("rules"));
        self.only_rules = paths(keys.texts("only-rules"));
        self.enable = keys.texts("enable");
        self.disable = keys.texts("disable");
        self.platform = keys.text("platform");
        self.all_platforms = keys.flag("all-platforms");
        self.threads = keys
            .number::<usize>("threads", 1)
            .and_then(NonZeroUsize::new);
        self.no_verify = keys.flag("no-verify");
        self.no_packages = keys.flag("no-packages");
        self.no_cache = keys.flag("no-cache");
        self.max_entry_size = keys.size("max-entry-size");
        self.max_total_size = keys.size("max-total-size");
        self.max_ratio = keys.number("max-ratio", 1);
        self.max_depth = keys.number("max-depth", 0);
        if self.platform.is_some() && self.all_platforms == Some(true) {
            keys.mistake("platform cannot stand beside all-platforms = true");
        }
        keys.finish();
    }
}
