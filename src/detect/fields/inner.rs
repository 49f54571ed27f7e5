//! Decoded texts: what a field holds in base64 may be a file, with secrets of its own.

use std::ops::Range;

use crate::detect::detector::{Found, View, Written};
use crate::detect::matched::{Context, Match, TextKind};
use crate::detect::{place, suppress};
use crate::rules::Confidence;

/// A decoded text and where it is written.
pub(in crate::detect) struct Inner<'t> {
    /// The text.
    pub text: &'t [u8],
    /// Where it is written.
    pub at: Range<usize>,
    /// Decodings that lead to it.
    pub how: &'t [&'static str],
    /// The key that leads to it.
    pub label: &'t str,
    /// The last step of that key: where a file is the value, its name.
    pub name: &'t [u8],
}

impl Inner<'_> {
    /// What is known of the text: one of several lines, or in braces, is a file of that name.
    pub(in crate::detect) fn context(&self) -> Context<'_> {
        let is_file = memchr::memchr(b'\n', self.text).is_some()
            || matches!(self.text.first(), Some(b'{' | b'[' | b'<'));
        match is_file {
            true => Context {
                path: self.name,
                kind: TextKind::File,
                label: None,
            },
            false => Context {
                kind: TextKind::Metadata,
                ..Context::default()
            },
        }
    }

    /// A match in the text as a hit of the view in which it is encoded.
    pub(in crate::detect) fn place(&self, matched: Match, view: &View<'_>) -> Found {
        let (mut confidence, mut suppressed) = (matched.confidence, matched.suppressed);
        if confidence != Confidence::Confirmed && place::is_shown(view) {
            (confidence, suppressed) = suppress::shown(view, confidence, suppressed);
        }
        let mut how = self.how.to_vec();
        how.extend(matched.decoded.iter().flat_map(|decoded| &decoded.how));
        Found {
            rule: matched.rule,
            by: matched.by,
            secret: self.at.clone(),
            label: Some(match matched.label {
                Some(inner) => format!("{} > {inner}", self.label),
                None => self.label.to_owned(),
            }),
            written: Some(Written {
                text: matched.secret.expose().to_vec(),
                how,
                inner: Some(matched.span),
            }),
            confidence,
            facts: matched.facts,
            suppressed,
        }
    }
}
