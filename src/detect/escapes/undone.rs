//! Bytes with the escapes undone that JSON's writers put in the middle of words, and where in them what
//! is found is written.
//!
//! Escapes that structure a text stay (`\n`, `\"`, `\\`): the detectors know them, and where strings end is
//! told by them. In JSON that is a string of JSON, the backslash of an escape has one before it itself.

use std::ops::Range;

use crate::detect::json_escape;

/// Backslashes of one escape: of JSON in JSON in JSON in JSON.
const MOST_SLASHES: usize = 15;

/// Bytes with their escapes undone.
pub(in crate::detect) struct Undone {
    /// What they say.
    pub text: Vec<u8>,
    /// In order.
    undone: Vec<Place>,
}

/// Where an escape is written, and where in the text is what it says.
struct Place {
    written: Range<usize>,
    said: Range<usize>,
}

/// An escape.
pub(super) struct Escape {
    /// How many bytes it takes.
    pub takes: usize,
    /// What it says.
    pub says: char,
}

/// Backslashes that `rest` begins with.
pub(super) fn slashes(rest: &[u8]) -> usize {
    rest.iter().take_while(|b| **b == b'\\').count()
}

/// The escape that `rest` begins with, if it is one that is undone.
pub(super) fn escape(rest: &[u8]) -> Option<Escape> {
    let slashes = slashes(&rest[..rest.len().min(MOST_SLASHES + 1)]);
    match rest.get(slashes)? {
        // Of an even number the last one escapes nothing.
        b'/' if slashes % 2 == 1 => Some(Escape {
            takes: slashes + 1,
            says: '/',
        }),
        b'u' if slashes.is_power_of_two() => {
            let (says, length) = json_escape::unicode(rest.get(slashes + 1..)?)?;
            // Nobody writes letters and digits of ASCII so who does not mean to hide them.
            let stays = says.is_control()
                || says.is_ascii_alphanumeric()
                || matches!(says, '"' | '\\' | char::REPLACEMENT_CHARACTER);
            (!stays).then_some(Escape {
                takes: slashes + 1 + length,
                says,
            })
        }
        _ => None,
    }
}

/// Whether the escape at a place may stand in a secret or right beside one: not in a closing tag, nor as a space.
pub(super) fn is_telling(bytes: &[u8], at: usize, escape: &Escape) -> bool {
    let before = at.checked_sub(1).map(|at| bytes[at]);
    let behind = bytes.get(at + escape.takes).copied();
    let is_letter = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    match escape.says {
        '/' => before != Some(b'<'),
        ' ' => false,
        says if says.is_ascii() => true,
        says => says <= '\u{ff}' && is_letter(before) && is_letter(behind),
    }
}

impl Undone {
    /// Undoes the escapes of `written`.
    pub(in crate::detect) fn of(written: &[u8]) -> Self {
        let mut text = Vec::with_capacity(written.len());
        let (mut undone, mut at) = (Vec::new(), 0);
        while let Some(found) = memchr::memchr(b'\\', &written[at..]) {
            let start = at + found;
            text.extend_from_slice(&written[at..start]);
            let Some(escape) = escape(&written[start..]) else {
                at = start + slashes(&written[start..]);
                text.extend_from_slice(&written[start..at]);
                continue;
            };
            at = start + escape.takes;
            let said = text.len();
            text.extend_from_slice(escape.says.encode_utf8(&mut [0; 4]).as_bytes());
            undone.push(Place {
                written: start..at,
                said: said..text.len(),
            });
        }
        text.extend_from_slice(&written[at..]);
        Self { text, undone }
    }

    /// Where a part of the text is written.
    pub(in crate::detect) fn written(&self, said: &Range<usize>) -> Range<usize> {
        let place = |at: usize| {
            let before = self.undone.partition_point(|place| place.said.end <= at);
            let within = self
                .undone
                .get(before)
                .filter(|place| place.said.start < at);
            match (within, before.checked_sub(1)) {
                (Some(place), _) => place.written.start,
                (None, None) => at,
                (None, Some(last)) => {
                    let Place { written, said } = &self.undone[last];
                    written.end + (at - said.end)
                }
            }
        };
        place(said.start)..place(said.end)
    }

    /// Whether a place lies within an escape that was undone.
    pub(in crate::detect) fn is_within(&self, written: usize) -> bool {
        let before = self
            .undone
            .partition_point(|place| place.written.end <= written);
        let place = self.undone.get(before);
        place.is_some_and(|place| place.written.start < written)
    }

    /// Whether an escape was undone within `distance` of what is written there.
    pub(in crate::detect) fn is_near(&self, written: &Range<usize>, distance: usize) -> bool {
        let from = written.start.saturating_sub(distance);
        let first = self
            .undone
            .partition_point(|place| place.written.end <= from);
        let place = self.undone.get(first);
        place.is_some_and(|place| place.written.start < written.end + distance)
    }
}
