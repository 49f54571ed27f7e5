//! What was typed: commands and flags, and nothing about what they mean.
//!
//! Sizes and platforms stay text here, so that `config` can report a mistake in them together
//! with those of the configuration file.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use residue::policy::FailOn;
use residue::report::Format;
use residue::rules::Confidence;

use super::groups::{
    CacheArgs, CacheDirArgs, ConfigArgs, LimitArgs, RuleArgs, RunArgs, SelectionArgs,
};
use super::help;
use super::terminal::When;

/// Finds the secrets in container image layers: what, where exactly, and who can still read them
#[derive(Debug, Parser)]
#[command(
    name = "residue",
    version,
    about,
    long_about = help::ABOUT,
    after_help = help::SEE_LONG,
    after_long_help = help::GENERAL,
    max_term_width = 100,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// How to talk meanwhile
    #[command(flatten)]
    pub talk: TalkArgs,
}

/// Flags of every command about how it talks.
#[derive(Debug, Args)]
#[command(next_help_heading = "Terminal")]
pub struct TalkArgs {
    /// No notes and no progress on standard error; errors are still printed
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Progress on standard error: auto, always, never [default: auto]
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub progress: When,
    /// Colour of the report: auto, always, never [default: auto]
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub color: When,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find secrets in every layer and in the metadata of images
    #[command(after_help = help::SEE_LONG, after_long_help = help::SCAN)]
    Scan(Box<ScanArgs>),
    /// Show an image as a table: layer, instruction, size, entries, deletions, findings
    #[command(after_help = help::SEE_LONG, after_long_help = help::LAYERS)]
    Layers(Box<LayersArgs>),
    /// Recover the exact bytes of a file from a layer, also a deleted or overwritten one
    #[command(after_help = help::SEE_LONG, after_long_help = help::EXTRACT)]
    Extract(Box<ExtractArgs>),
    /// List, show and check the rules
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Show or empty the cache of scanned layers
    #[command(subcommand)]
    Cache(CacheCommand),
    /// Print a completion script for a shell
    #[command(after_long_help = help::COMPLETIONS)]
    Completions {
        /// The shell to complete in
        shell: Shell,
    },
    /// Print the manual page of residue or of one of its commands
    #[command(after_long_help = help::MAN)]
    Man {
        /// Words of a command: `scan`, `rules check`; the main page when left out
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

/// `residue scan`.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// Images: a path, `-` for an archive on standard input, or transport:reference
    #[arg(required = true, value_name = "IMAGE", value_hint = ValueHint::AnyPath)]
    #[arg(long_help = help::IMAGE)]
    pub images: Vec<String>,
    /// Form of the report [default: terminal]
    #[arg(short, long, value_name = "FORMAT")]
    pub format: Option<Format>,
    /// Write the report to a file instead of standard output
    ///
    /// The file appears whole or not at all, and only its owner can read it.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Exit with 1 from this severity on: low, medium, high, critical, never [default: low]
    #[arg(long, value_name = "SEVERITY", hide_possible_values = true)]
    pub fail_on: Option<FailOn>,
    /// Report only what is at least this sure: possible, likely, confirmed [default: possible]
    #[arg(long, value_name = "CONFIDENCE", hide_possible_values = true)]
    pub min_confidence: Option<Confidence>,
    /// Show secrets in clear instead of a redacted preview
    ///
    /// The report is then as confidential as the secrets. It can only be asked for here, never in
    /// a configuration file.
    #[arg(long)]
    pub reveal: bool,
    /// Findings known from this file do not fail the scan
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Write the findings of this scan to a baseline file
    ///
    /// It holds ids of findings and no secrets. The exit code stays the one the scan earned.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub write_baseline: Option<PathBuf>,
    #[command(flatten)]
    pub run: RunArgs,
}

/// `residue layers`.
#[derive(Debug, Args)]
pub struct LayersArgs {
    /// Image: a path, `-` for an archive on standard input, or transport:reference
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath, long_help = help::IMAGE)]
    pub image: String,
    /// Form of the table
    #[arg(short, long, value_name = "FORMAT", default_value = "terminal")]
    pub format: TableFormat,
    #[command(flatten)]
    pub run: RunArgs,
}

/// `residue extract`.
#[derive(Debug, Args)]
#[command(override_usage = help::EXTRACT_USAGE)]
#[command(group(ArgGroup::new("what").args(["path", "list", "offset"]).multiple(true).required(true)))]
pub struct ExtractArgs {
    /// Image: a path, `-` for an archive on standard input, or transport:reference
    #[arg(value_name = "IMAGE", value_hint = ValueHint::AnyPath, long_help = help::IMAGE)]
    pub image: String,
    /// Path of the file in the image, as a report shows it; with --list what to list
    #[arg(value_name = "PATH")]
    pub path: Option<String>,
    /// Number of the layer, 0 = base; needed where several layers hold the path
    #[arg(short, long, value_name = "N")]
    pub layer: Option<usize>,
    /// List what the layers hold instead of recovering a file
    #[arg(long, conflicts_with_all = ["output", "force", "offset", "occurrence"])]
    pub list: bool,
    /// Which one, where a layer holds the path several times: 1 = first [default: last]
    #[arg(long, value_name = "K")]
    pub occurrence: Option<NonZeroUsize>,
    /// The entry whose header stands at this byte of the uncompressed layer (see --list)
    #[arg(long, value_name = "BYTES", requires = "layer", conflicts_with_all = ["path", "occurrence"])]
    pub offset: Option<u64>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    /// Write to a terminal also what could drive it
    #[arg(long, conflicts_with = "output")]
    pub force: bool,
    /// Print names and messages with the secrets that stand in them; content is always exact
    #[arg(long)]
    pub reveal: bool,
    #[command(flatten)]
    pub config: ConfigArgs,
    #[command(flatten)]
    pub selection: SelectionArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// `residue rules`.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List the rules that a scan would use
    #[command(after_help = help::SEE_LONG, after_long_help = help::RULES_LIST)]
    List {
        /// Form of the list
        #[arg(short, long, value_name = "FORMAT", default_value = "terminal")]
        format: ListFormat,
        #[command(flatten)]
        config: ConfigArgs,
        #[command(flatten)]
        rules: RuleArgs,
    },
    /// Show a rule with its examples, in the form of a rule file
    #[command(after_help = help::SEE_LONG, after_long_help = help::RULES_SHOW)]
    Show {
        /// Id of the rule, as in a report
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        config: ConfigArgs,
        #[command(flatten)]
        rules: RuleArgs,
    },
    /// Check rules: every example must match, every reject must not
    #[command(after_help = help::SEE_LONG, after_long_help = help::RULES_CHECK)]
    Check {
        /// Rule files or folders of them; the built-in rules when left out
        #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
        paths: Vec<PathBuf>,
        /// Also fail for what a rule should have: a second example, a reject, a reference, an order
        #[arg(long)]
        strict: bool,
    },
}

/// `residue cache`.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// Show where the cache is and how much it holds
    #[command(after_help = help::SEE_LONG, after_long_help = help::CACHE_INFO)]
    Info {
        /// Form of the answer
        #[arg(short, long, value_name = "FORMAT", default_value = "terminal")]
        format: TableFormat,
        #[command(flatten)]
        cache: CacheArgs,
    },
    /// Remove everything that the cache holds
    #[command(after_help = help::SEE_LONG, after_long_help = help::CACHE_CLEAR)]
    Clear {
        #[command(flatten)]
        dir: CacheDirArgs,
    },
}

/// Forms of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableFormat {
    /// Columns for people
    Terminal,
    /// JSON for scripts
    Json,
}

/// Forms of the list of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// Columns for people
    Terminal,
    /// JSON for scripts
    Json,
    /// A page with a table for each provider
    Markdown,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn flags_that_exclude_each_other_are_refused() {
        for line in [
            "residue scan a.tar --platform linux/amd64 --all-platforms",
            "residue extract a.tar --list --output x",
            "residue extract a.tar --offset 512",
            "residue extract a.tar etc/passwd --layer 0 --offset 512",
            "residue extract a.tar",
            "residue scan",
            "residue scan a.tar --threads 0",
        ] {
            let words = line.split(' ');
            assert!(Cli::try_parse_from(words).is_err(), "{line}");
        }
    }

    #[test]
    fn a_negative_limit_is_no_unknown_flag() {
        let line = "residue scan a.tar --max-entry-size -5 --max-total-size -1GiB";
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        let Command::Scan(scan) = cli.command else {
            panic!("not a scan")
        };
        let limits = scan.run.limits;
        assert_eq!(limits.max_entry_size.as_deref(), Some("-5"));
        assert_eq!(limits.max_total_size.as_deref(), Some("-1GiB"));
        for limit in ["--max-ratio", "--max-depth"] {
            let refused = Cli::try_parse_from(["residue", "scan", "a.tar", limit, "-5"]);
            let message = refused.unwrap_err().to_string();
            assert!(message.contains("invalid value '-5'"), "{message}");
        }
    }

    #[test]
    fn every_flag_of_the_contract_is_there() {
        let line = "residue scan a.tar oci:b --format sarif --output r --fail-on never \
            --min-confidence confirmed --reveal --config c.toml --rules r --only-rules s \
            --enable a.* --disable b.* --baseline b --write-baseline w --threads 3 \
            --max-entry-size 64MiB --max-total-size 2G --max-ratio 100 --max-depth 0 --no-verify \
            --no-packages --no-cache --cache-dir d --cache-size 1GiB --image app:1 --platform linux/arm64/v8 --quiet --progress never --color always";
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        assert!(cli.talk.quiet && cli.talk.color == When::Always);
        let Command::Scan(scan) = cli.command else {
            panic!("not a scan")
        };
        assert_eq!(scan.images, ["a.tar", "oci:b"]);
        assert_eq!(scan.run.limits.max_depth, Some(0));
    }
}
