//! `residue` finds the secrets in container image layers.

pub mod advice;
pub mod archive;
pub mod content;
pub mod detect;
pub mod error;
pub mod finding;
pub mod image;
pub mod oci;
pub mod policy;
pub mod report;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod source;
