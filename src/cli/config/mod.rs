//! What flags and configuration file mean together: validated once, every mistake reported.
//!
//! A flag wins over the file; a list given by flags replaces the file's list.

mod allow;
mod file;
mod keys;

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use residue::Cache;
use residue::archive::Limits;
use residue::policy::{Baseline, Date, FailOn, Policy};
use residue::report::Format;
use residue::rules::{Confidence, Loader};
use residue::scan::{MOST_THREADS, Options};
use residue::source::{Platforms, Selection};

use super::args::{ExtractArgs, LayersArgs, ScanArgs};
use super::groups::{
    CacheArgs, CacheUseArgs, ConfigArgs, LimitArgs, RuleArgs, RunArgs, SelectionArgs,
};
use super::mistakes::Mistakes;
use super::output::folder_of;
use super::{cache, output, size};
use file::File;

/// What `scan` is to do.
#[derive(Debug)]
pub struct ScanConfig {
    /// Which rules.
    pub loader: Loader,
    /// How to scan.
    pub options: Options,
    /// What passes.
    pub policy: Policy,
    /// Form of the report.
    pub format: Format,
}

/// What `layers` is to do.
#[derive(Debug)]
pub struct LayersConfig {
    /// Which rules.
    pub loader: Loader,
    /// How to scan.
    pub options: Options,
}

/// What `extract` is to do with the input.
#[derive(Debug)]
pub struct ExtractConfig {
    /// Which image.
    pub selection: Selection,
    /// How much it may ask of this machine.
    pub limits: Limits,
}

/// What `scan` was asked for.
pub fn scan(args: &ScanArgs) -> Result<ScanConfig, Mistakes> {
    let mut mistakes = Mistakes::default();
    let mut file = load(&args.run.config, &mut mistakes);
    let from_stdin = args.images.iter().filter(|image| *image == "-").count();
    if from_stdin > 1 {
        mistakes.add("-", "standard input can be read only once");
    }
    check_folder("--output", args.output.as_deref(), &mut mistakes);
    if args.write_baseline.is_some() && output::file(args.write_baseline.as_deref()).is_none() {
        mistakes.add(
            "--write-baseline",
            "needs a file; `./-` is one of the name -",
        );
    }
    check_folder(
        "--write-baseline",
        args.write_baseline.as_deref(),
        &mut mistakes,
    );
    let options = Options {
        reveal: args.reveal,
        ..options(&args.run, &file, &mut mistakes)
    };
    let policy = Policy {
        fail_on: args.fail_on.or(file.fail_on).unwrap_or(FailOn::Low),
        min_confidence: args
            .min_confidence
            .or(file.min_confidence)
            .unwrap_or(Confidence::Possible),
        baseline: baseline(args, &file, &mut mistakes),
        allow: std::mem::take(&mut file.allow),
        today: today(),
    };
    mistakes.or(ScanConfig {
        loader: loader(&args.run.rules, &file),
        options,
        policy,
        format: args.format.or(file.format).unwrap_or(Format::Terminal),
    })
}

/// What `layers` was asked for.
pub fn layers(args: &LayersArgs) -> Result<LayersConfig, Mistakes> {
    let mut mistakes = Mistakes::default();
    let file = load(&args.run.config, &mut mistakes);
    let options = options(&args.run, &file, &mut mistakes);
    mistakes.or(LayersConfig {
        loader: loader(&args.run.rules, &file),
        options,
    })
}

/// What `extract` was asked for.
pub fn extract(args: &ExtractArgs) -> Result<ExtractConfig, Mistakes> {
    let mut mistakes = Mistakes::default();
    let file = load(&args.config, &mut mistakes);
    let selection = selection(&args.selection, &file, &mut mistakes);
    let limits = limits(&args.limits, &file, &mut mistakes);
    mistakes.or(ExtractConfig { selection, limits })
}

/// Which rules `rules list` and `rules show` are about.
pub fn rules(config: &ConfigArgs, rules: &RuleArgs) -> Result<Loader, Mistakes> {
    let mut mistakes = Mistakes::default();
    let file = load(config, &mut mistakes);
    mistakes.or(loader(rules, &file))
}

/// A long scan must not end with a file that cannot be written for want of its folder.
fn check_folder(flag: &str, file: Option<&Path>, mistakes: &mut Mistakes) {
    let folder = file.map(folder_of).filter(|folder| !folder.is_dir());
    if let Some(folder) = folder {
        mistakes.add(
            flag,
            format_args!("there is no folder {}", folder.display()),
        );
    }
}

fn baseline(args: &ScanArgs, file: &File, mistakes: &mut Mistakes) -> Option<Baseline> {
    let (path, place) = match &args.baseline {
        Some(path) => (path, "--baseline".to_owned()),
        None => (file.baseline.as_ref()?, file.place("baseline")),
    };
    mistakes.take(place, Baseline::read(path))
}

/// The library reads no clock. A clock before 1970 lets every allow entry hold.
fn today() -> Date {
    Date::from_unix(since_1970().as_secs())
}

fn since_1970() -> Duration {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    elapsed.unwrap_or_default()
}

fn load(args: &ConfigArgs, mistakes: &mut Mistakes) -> File {
    File::load(args.config.as_deref(), mistakes)
}

fn options(run: &RunArgs, file: &File, mistakes: &mut Mistakes) -> Options {
    Options {
        selection: selection(&run.selection, file, mistakes),
        limits: limits(&run.limits, file, mistakes),
        verify: !(run.work.no_verify || file.no_verify == Some(true)),
        packages: !(run.work.no_packages || file.no_packages == Some(true)),
        reveal: false,
        threads: threads(run, file, mistakes),
        cache: cache_of(&run.cache, file, mistakes),
    }
}

fn threads(run: &RunArgs, file: &File, mistakes: &mut Mistakes) -> Option<usize> {
    let (asked, place) = match run.work.threads {
        Some(asked) => (asked.get(), "--threads".to_owned()),
        None => (file.threads?.get(), file.place("threads")),
    };
    if asked > MOST_THREADS {
        mistakes.add(place, format_args!("{asked} is more than {MOST_THREADS}"));
    }
    Some(asked)
}

/// The cache that `cache info` is about; `None` where there is no folder for one.
pub fn cache(args: &CacheArgs) -> Result<Option<Cache>, Mistakes> {
    let mut mistakes = Mistakes::default();
    let cache = cache_at(args, &mut mistakes);
    mistakes.or(cache)
}

fn cache_of(args: &CacheUseArgs, file: &File, mistakes: &mut Mistakes) -> Option<Cache> {
    let cache = cache_at(&args.cache, mistakes);
    let cache = cache.filter(|_| !args.no_cache && file.no_cache != Some(true));
    // No archive was opened yet.
    cache.map(|cache| cache.beginning(since_1970()))
}

fn cache_at(args: &CacheArgs, mistakes: &mut Mistakes) -> Option<Cache> {
    let asked = args.cache_size.as_deref();
    let limit = asked.and_then(|text| mistakes.take("--cache-size", size::parse(text)));
    let folder = cache::folder(args.dir.cache_dir.as_deref())?;
    Some(Cache::at(folder, limit.unwrap_or(Cache::LIMIT)))
}

fn selection(args: &SelectionArgs, file: &File, mistakes: &mut Mistakes) -> Selection {
    let (all, asked, place) = if args.all_platforms || args.platform.is_some() {
        (args.all_platforms, &args.platform, "--platform".to_owned())
    } else {
        let place = file.place("platform");
        (file.all_platforms == Some(true), &file.platform, place)
    };
    let platforms = match asked {
        _ if all => Platforms::All,
        Some(text) => mistakes
            .take(place, text.parse())
            .map_or(Platforms::Host, Platforms::One),
        None => Platforms::Host,
    };
    Selection {
        image: args.image_ref.clone(),
        platforms,
        unverified: false,
    }
}

fn limits(args: &LimitArgs, file: &File, mistakes: &mut Mistakes) -> Limits {
    let mut bytes = |flag: &str, text: &Option<String>| {
        let text = text.as_ref()?;
        mistakes.take(flag, size::parse(text))
    };
    let defaults = Limits::default();
    Limits {
        entry_size: bytes("--max-entry-size", &args.max_entry_size)
            .or(file.max_entry_size)
            .unwrap_or(defaults.entry_size),
        total_size: bytes("--max-total-size", &args.max_total_size)
            .or(file.max_total_size)
            .unwrap_or(defaults.total_size),
        ratio: args.max_ratio.or(file.max_ratio).unwrap_or(defaults.ratio),
        depth: args.max_depth.or(file.max_depth).unwrap_or(defaults.depth),
    }
}

fn loader(args: &RuleArgs, file: &File) -> Loader {
    fn flag_or_file<T: Clone>(flag: &[T], file: &Option<Vec<T>>) -> Vec<T> {
        if flag.is_empty() {
            file.clone().unwrap_or_default()
        } else {
            flag.to_vec()
        }
    }
    Loader {
        added: flag_or_file(&args.rules, &file.rules),
        only: flag_or_file(&args.only_rules, &file.only_rules),
        enable: flag_or_file(&args.enable, &file.enable),
        disable: flag_or_file(&args.disable, &file.disable),
    }
}

#[cfg(test)]
mod tests;
