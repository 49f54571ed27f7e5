//! Hits in a view as matches that stand for themselves.

use std::ops::Range;
use std::sync::Arc;

use super::{Lines, Session};
use crate::detect::detector::View;
use crate::detect::matched::{Decoded, Match};
use crate::detect::span::{Position, Span};
use crate::detect::{Suppression, identity, inline};
use crate::secret::Secret;

/// Hits of a view for which there stays room: hardly a text has more.
const USUAL: usize = 256;

impl Session<'_> {
    /// Turns the view's hits into matches that stand for themselves.
    pub(super) fn keep(&mut self, view: &View<'_>, mut lines: Lines) {
        self.found
            .sort_by_key(|found| (found.secret.start, found.rule));
        let mut passed = 0;
        let mut encoded: Option<(Range<usize>, Arc<Secret>)> = None;
        for found in self.found.drain(..) {
            let start = found.secret.start;
            lines.pass(&view.bytes[passed..start], view.base + passed as u64);
            passed = start;
            let offset = view.base + start as u64;
            let written = &view.bytes[found.secret.clone()];
            let rule = self.engine.rules().rule(found.rule);
            let suppressed = if inline::is_allowed(view.bytes, &found.secret, rule.id()) {
                Some(Suppression::InlineAllow)
            } else {
                found.suppressed
            };
            let text = found.written.as_ref().map(|other| other.text.as_slice());
            let secret = text.unwrap_or(written);
            self.matches.push(Match {
                rule: found.rule,
                span: Span::new(offset, written.len() as u64),
                position: Position {
                    line: lines.line,
                    column: offset - lines.start + 1,
                },
                identity: identity::of(rule, secret),
                secret: Secret::new(secret),
                decoded: found.written.map(|other| {
                    Box::new(Decoded {
                        how: other.how,
                        written: match &encoded {
                            Some((at, shared)) if *at == found.secret => Arc::clone(shared),
                            _ => {
                                let shared = Arc::new(Secret::new(written));
                                encoded = Some((found.secret.clone(), Arc::clone(&shared)));
                                shared
                            }
                        },
                        inner: other.inner,
                    })
                }),
                by: found.by,
                label: found.label,
                confidence: found.confidence,
                facts: found.facts,
                suppressed,
                parts: Vec::new(),
                is_lone: false,
            });
        }
        self.found.shrink_to(USUAL);
    }
}
