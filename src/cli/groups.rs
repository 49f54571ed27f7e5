//! Flags that several commands share, as typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueHint};

/// Where the configuration file is.
#[derive(Debug, Default, Args)]
pub struct ConfigArgs {
    /// Configuration file [default: residue.toml beside where you stand, if there]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,
}

/// Which images of an input.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectionArgs {
    /// Only the image with this reference, tag or digest [default: every image]
    #[arg(long = "image", value_name = "REF")]
    pub image_ref: Option<String>,
    /// The platform to take of a multi-platform image [default: this machine's, else the first]
    #[arg(long, value_name = "OS/ARCH[/VARIANT]")]
    pub platform: Option<String>,
    /// Every platform of a multi-platform image
    #[arg(long, conflicts_with = "platform")]
    pub all_platforms: bool,
}

/// Which rules.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleArgs {
    /// Add the rules of a file or folder; may be repeated
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub rules: Vec<PathBuf>,
    /// Use the rules of a file or folder instead of the built-in ones; may be repeated
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub only_rules: Vec<PathBuf>,
    /// Use only rules whose id fits a glob, as in 'github.*'; may be repeated
    #[arg(long, value_name = "RULE")]
    pub enable: Vec<String>,
    /// Leave out rules whose id fits a glob; may be repeated
    #[arg(long, value_name = "RULE")]
    pub disable: Vec<String>,
}

/// How much an image may ask of this machine. A hyphen is no flag here, so that `-5` is told from
/// what a limit may be.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// Bytes read of one file [default: 64GiB]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub max_entry_size: Option<String>,
    /// Bytes that one layer may unpack to [default: 512GiB]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub max_total_size: Option<String>,
    /// Unpacked bytes for each compressed byte [default: 1100]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = clap::value_parser!(u64).range(1..))]
    pub max_ratio: Option<u64>,
    /// Archives within archives that are opened [default: 4]
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub max_depth: Option<u32>,
}

/// How the work is done.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Work")]
pub struct WorkArgs {
    /// Threads that scan; the report does not depend on it [default: one for each core]
    #[arg(short = 'j', long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Do not check that layers, configs and manifests have the digests that name them
    #[arg(long)]
    pub no_verify: bool,
    /// Count secrets in unmodified files of installed packages like any other
    ///
    /// Without it, what lies only in files that the image's own package database (dpkg, apk, rpm,
    /// Python) lists with the very checksum that they have is listed as suppressed: whoever has the
    /// package has it too. Use it where packages of your own are installed, or where the image's
    /// database is not to be believed.
    #[arg(long)]
    pub no_packages: bool,
}

/// Where the cache is.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Cache")]
pub struct CacheDirArgs {
    /// Folder of the cache [default: residue in $XDG_CACHE_HOME or ~/.cache]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub cache_dir: Option<PathBuf>,
}

/// Where the cache is, and how large it may be.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Cache")]
pub struct CacheArgs {
    #[command(flatten)]
    pub dir: CacheDirArgs,
    /// Bytes that the cache may take; what was of no use for longest makes room [default: 1GiB]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true)]
    pub cache_size: Option<String>,
}

/// Whether and how the cache is used.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Cache")]
pub struct CacheUseArgs {
    /// Scan every layer, also those that were scanned before, and keep nothing
    ///
    /// Else what a layer said is kept, sealed with a key that follows from the layer's own bytes, so
    /// that nobody reads it who does not have the image. The report is the same. With --reveal and
    /// --no-verify the cache is not used either.
    #[arg(long)]
    pub no_cache: bool,
    #[command(flatten)]
    pub cache: CacheArgs,
}

/// Everything that a scan takes, whatever is made of its report.
#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub config: ConfigArgs,
    #[command(flatten)]
    pub selection: SelectionArgs,
    #[command(flatten)]
    pub rules: RuleArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
    #[command(flatten)]
    pub work: WorkArgs,
    #[command(flatten)]
    pub cache: CacheUseArgs,
}
