//! One entry's bytes to the texts in it.

use std::io::{self, BufRead};

use crate::archive::Limits;
use crate::detect::{Context, Engine, Match, Stream};
use crate::error::Warning;

/// A match and how it was reached inside an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Members of nested archives, outermost first.
    pub inside: Vec<String>,
    /// How the bytes were decoded, outermost first.
    pub decoded: Vec<String>,
    /// The match.
    pub matched: Match,
}

impl Hit {
    /// A match in the bytes as they are.
    pub fn plain(matched: Match) -> Self {
        Self {
            inside: Vec::new(),
            decoded: Vec::new(),
            matched,
        }
    }
}

/// What one entry yields.
#[derive(Debug, Default)]
pub struct Outcome {
    /// In order.
    pub hits: Vec<Hit>,
    /// What is wrong with it.
    pub warnings: Vec<Warning>,
    /// Bytes read.
    pub bytes: u64,
}

/// Scans entries; one for each worker.
pub struct Scanner<'e> {
    stream: Stream<'e>,
}

impl<'e> Scanner<'e> {
    /// A scanner for the rules of `engine`.
    pub fn new(engine: &'e Engine, _limits: &'e Limits) -> Self {
        Self {
            stream: Stream::new(engine),
        }
    }

    /// Scans one entry's content.
    pub fn scan(&mut self, context: &Context<'_>, reader: &mut dyn BufRead) -> io::Result<Outcome> {
        let (scanned, result) = self.stream.scan(context, reader);
        result?;
        Ok(Outcome {
            hits: scanned.matches.into_iter().map(Hit::plain).collect(),
            ..Outcome::default()
        })
    }
}
