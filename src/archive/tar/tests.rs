//! Every trap that a writer or an attacker may set, each in a tar of a few blocks.

mod build;
mod format;
mod headers;
mod hostile;
mod random;
