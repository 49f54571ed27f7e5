//! `residue` finds the secrets in container image layers: what, where exactly, and who can still
//! read them.
//!
//! # One way through the house
//!
//! ```text
//! reference → source::open → image::assemble → [ per layer, in parallel:
//!     image::layer::walk → content::Scanner → detect::Engine → matches ]
//!         → scan: visibility over the stack, places, one finding a secret
//!         → finding::Report → policy::apply → report::renderer
//! ```
//!
//! # Code map
//!
//! A room imports only what stands before it (`tests/it/tidy/` holds the order):
//!
//! | room | one idea |
//! |---|---|
//! | [`error`], [`secret`] | what can go wrong; bytes that are never printed by accident |
//! | [`oci`] | the specification as pure data |
//! | [`archive`] | bytes on disk to named blobs, every limit on untrusted input |
//! | [`source`] | where an image comes from, by transport; what an archive describes |
//! | [`image`] | what an image is: layers, instructions, entries, whiteouts |
//! | [`rules`] | a rule as written, as checked, as compiled |
//! | [`detect`] | bytes to matches |
//! | [`content`] | one entry's bytes to the texts in it |
//! | [`packages`] | package databases: which files a package brought |
//! | [`finding`], [`advice`] | the report as plain data; what to do about a secret |
//! | [`cache`] | what layers said, sealed, from run to run |
//! | [`scan`] | the pipeline, and the only room with threads |
//! | [`policy`] | what passes and what fails |
//! | [`report`] | a finished report to bytes, one format a file |
//!
//! # Invariants
//!
//! * What a layer yields depends on that layer's bytes and the rule set alone.
//! * A report never depends on the number of threads or the clock, and on the machine only where
//!   nobody asked for a platform: then an image for several is read for this one.
//! * What is wrong with the subject is a [`Warning`] in the report, and the rest is still scanned;
//!   an incomplete scan is never a pass.
//! * Nothing from an image chooses a path on the host, and nothing is unpacked to disk; a large pack
//!   of git is copied, as it is stored, to a temporary file without a name.
//! * The library prints nothing, exits nowhere and reads no environment variable but the one that
//!   says where temporary files lie.
//!
//! # Example
//!
//! ```
//! use residue::{Engine, Loader, Options, Progress};
//!
//! # fn main() -> residue::Result<()> {
//! let engine = Engine::new(Loader::default().load(residue::detect::catalog())?);
//! let inputs = ["samples/leaky-app.tar.gz".to_owned()];
//! let report = residue::run(&inputs, &engine, &Options::default(), &Progress::default())?;
//! for finding in &report.findings {
//!     // The secret itself shows only its preview.
//!     println!("{} {} {:?}", finding.rule, finding.secret, finding.visibility);
//! }
//! assert!(report.complete && !report.findings.is_empty());
//! # Ok(())
//! # }
//! ```

// Everything in an image is hostile, so nothing may rest on a promise about it.
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable
    )
)]

pub mod advice;
pub mod archive;
pub mod cache;
pub mod content;
pub mod detect;
pub mod error;
pub mod facts;
pub mod finding;
pub mod image;
pub mod oci;
pub mod packages;
pub mod policy;
pub mod report;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod source;

pub use archive::Limits;
pub use cache::Cache;
pub use detect::Engine;
pub use error::{Error, Result, Warning};
pub use facts::Facts;
pub use finding::{Finding, Occurrence, Report, Visibility};
pub use rules::{Loader, RuleSet};
pub use scan::{Options, Progress, run};
pub use secret::Secret;
pub use source::Selection;
