//! Texts in fields: what one holds in base64 may be a file, with secrets of its own, and several
//! may be the words of a command line.

use std::ops::Range;

use super::command::Word;
use crate::detect::class::Class;
use crate::detect::detector::{Found, View, Written};
use crate::detect::matched::{Context, Match, TextKind};
use crate::detect::{place, suppress};
use crate::rules::Confidence;

/// A decoded text and where it is written.
pub(in crate::detect) struct Inner<'t> {
    /// The text.
    pub text: &'t [u8],
    /// Bytes of it, from its beginning, that are told elsewhere: the program of a command line.
    pub program: usize,
    /// Where it is written.
    pub at: Range<usize>,
    /// Decodings that lead to it.
    pub how: &'t [&'static str],
    /// The key that leads to it.
    pub label: &'t str,
    /// The last step of that key: where a file is the value, its name.
    pub name: &'t [u8],
    /// Of a command line its words, of a file the parts that are written as they are.
    pub words: &'t [Word],
    /// Whether it is known to be a file.
    pub is_file: bool,
}

impl Inner<'_> {
    /// What is known of the text: one of several lines, in braces, or an assignment in what is
    /// called as environments are, is a file of that name.
    pub(in crate::detect) fn context(&self) -> Context<'_> {
        let kind = match self.text.first() {
            _ if self.is_file => TextKind::File,
            _ if !self.words.is_empty() => TextKind::Command,
            Some(b'{' | b'[' | b'<') => TextKind::File,
            _ if memchr::memchr(b'\n', self.text).is_some() => TextKind::File,
            _ if self.is_environment() => TextKind::File,
            _ => TextKind::Metadata,
        };
        match kind {
            TextKind::File => Context {
                path: self.name,
                kind,
                label: None,
            },
            _ => Context {
                kind,
                ..Context::default()
            },
        }
    }

    fn is_environment(&self) -> bool {
        let context = Context {
            path: self.name,
            ..Context::default()
        };
        memchr::memchr(b'=', self.text).is_some() && Class::of(&context) == Class::Env
    }

    /// Where a match stands in the file as it is written, if it does.
    fn stands(&self, matched: &Match, file: &[u8]) -> Option<Range<usize>> {
        let span = matched.span.offset as usize..matched.span.end() as usize;
        let word = self.word(&span)?;
        let start = word.at.start + span.start.checked_sub(word.inner.start)?;
        let at = start..start + span.len();
        let is_it =
            at.end <= word.at.end && file.get(at.clone()) == Some(matched.written().expose());
        is_it.then_some(at)
    }

    /// The word in which a part of the text lies, or begins.
    fn word(&self, part: &Range<usize>) -> Option<&Word> {
        let behind = self
            .words
            .partition_point(|word| word.inner.start <= part.start);
        self.words.get(behind.checked_sub(1)?)
    }

    /// A match in the text as a hit of the view in which it is encoded.
    pub(in crate::detect) fn place(&self, matched: Match, view: &View<'_>) -> Found {
        let (mut confidence, mut suppressed) = (matched.confidence, matched.suppressed);
        if confidence != Confidence::Confirmed && place::is_shown(view) {
            (confidence, suppressed) = suppress::shown(view, confidence, suppressed);
        }
        let label = Some(match &matched.label {
            Some(inner) => format!("{} > {inner}", self.label),
            None => self.label.to_owned(),
        });
        let (secret, written) = self.written(&matched, view.bytes);
        Found {
            rule: matched.rule,
            by: matched.by,
            secret,
            label,
            written: written.map(Box::new),
            confidence,
            facts: matched.facts,
            suppressed,
        }
    }

    /// Where a match is written in the file, and what is written there if it is not as it is.
    fn written(&self, matched: &Match, file: &[u8]) -> (Range<usize>, Option<Written>) {
        let text = || matched.secret.expose().to_vec();
        if let Some(at) = self.stands(matched, file) {
            let written = matched.decoded.as_ref().map(|decoded| Written {
                text: text(),
                how: decoded.how.clone(),
                inner: decoded.inner,
            });
            return (at, written);
        }
        let mut how = self.how.to_vec();
        how.extend(matched.how());
        let span = matched.span.offset as usize..matched.span.end() as usize;
        let at = self.word(&span).map_or(&self.at, |word| &word.at);
        let written = Written {
            text: text(),
            how,
            inner: Some(matched.span),
        };
        (at.clone(), Some(written))
    }
}
