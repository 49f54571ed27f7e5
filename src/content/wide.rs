//! Text in UTF-16: whole files that begin with a byte order mark, and runs of wide ASCII inside
//! of binary files (registry hives, executables).
//!
//! Bytes are pushed as they come and decoded text is taken out. A run counts from eight
//! characters on; runs are put on lines of their own.

use std::mem;

use super::runs::{RUN, find_run, is_text};

/// Bytes that must be kept so that a run is seen as a whole.
const KEPT: usize = RUN + 8;
/// Bytes that are put behind those kept of the piece before; what is then left is among them.
const JOINT: usize = 64;
const _: () = assert!(KEPT < JOINT);

/// Characters at the end of a run that are repeated with one more.
const TAIL: usize = 1 << 10;

/// Finds and decodes UTF-16.
#[derive(Default)]
pub(super) struct Wide {
    mode: Mode,
    /// Bytes seen, not yet decided on: the last few.
    pending: Vec<u8>,
    /// Offset of the first pending byte.
    offset: u64,
    /// Decoded text, not yet taken.
    text: Vec<u8>,
    big_endian: Option<bool>,
    /// End of the run at hand, where it may be big-endian though others are not: a zero stands
    /// before it.
    tail: Option<Vec<u8>>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Nothing seen yet.
    #[default]
    Start,
    /// After a byte order mark.
    Whole,
    /// Looking for runs.
    Idle,
    /// In a run.
    Run,
}

impl Wide {
    /// Ready for another text.
    pub(super) fn reset(&mut self) {
        self.pending.clear();
        self.text.clear();
        self.tail = None;
        (self.mode, self.offset, self.big_endian) = (Mode::Start, 0, None);
    }

    /// How the text was written, once some was found.
    pub(super) fn name(&self) -> &'static str {
        match self.big_endian {
            Some(true) => "utf-16be",
            _ => "utf-16le",
        }
    }

    /// Takes the next bytes; gives the text that could be decoded so far.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> &[u8] {
        self.text.clear();
        // Two bytes without a zero end every run; only the last may begin one.
        if let (Mode::Idle, [skipped @ .., last]) = (self.mode, bytes)
            && !skipped.is_empty()
            && memchr::memchr(0, bytes).is_none()
        {
            self.offset += (self.pending.len() + skipped.len()) as u64;
            self.pending.clear();
            self.pending.push(*last);
            return &[];
        }
        if !self.pending.is_empty() {
            let (joint, rest) = bytes.split_at(bytes.len().min(JOINT));
            let mut pending = mem::take(&mut self.pending);
            pending.extend_from_slice(joint);
            let taken = self.take(&pending, false);
            pending.drain(..taken);
            // What is left begins among the new bytes, or there are no more.
            match joint.len().checked_sub(pending.len()) {
                Some(at) => {
                    bytes = &bytes[at..];
                    pending.clear();
                }
                None => bytes = rest,
            }
            self.pending = pending;
        }
        let taken = self.take(bytes, false);
        self.pending.extend_from_slice(&bytes[taken..]);
        &self.text
    }

    /// The text is over; gives what is left.
    pub(super) fn finish(&mut self) -> &[u8] {
        self.text.clear();
        if self.mode == Mode::Run {
            let pending = mem::take(&mut self.pending);
            self.take(&pending, true);
        }
        &self.text
    }

    /// Takes what can be decided on of bytes that follow each other; how many that are.
    fn take(&mut self, bytes: &[u8], over: bool) -> usize {
        let mark = match self.mode {
            Mode::Start if !bytes.is_empty() => self.start(bytes),
            _ => 0,
        };
        match self.mode {
            Mode::Start => 0,
            Mode::Whole => mark + self.decode(&bytes[mark..]),
            Mode::Idle | Mode::Run => self.take_runs(bytes, over),
        }
    }

    /// Looks for a byte order mark; how long it is.
    fn start(&mut self, bytes: &[u8]) -> usize {
        self.big_endian = match bytes {
            [0xff] | [0xfe] => return 0,
            [0xff, 0xfe, rest @ ..] if !rest.starts_with(&[0, 0]) => Some(false),
            [0xfe, 0xff, ..] => Some(true),
            _ => None,
        };
        self.mode = Mode::Idle;
        if self.big_endian.is_some() {
            self.mode = Mode::Whole;
            return 2;
        }
        0
    }

    /// Decodes all units but a first half of a pair; how many bytes these are.
    fn decode(&mut self, bytes: &[u8]) -> usize {
        let from = match self.big_endian {
            Some(true) => u16::from_be_bytes,
            _ => u16::from_le_bytes,
        };
        let pairs = bytes.chunks_exact(2);
        let units: Vec<u16> = pairs.map(|pair| from([pair[0], pair[1]])).collect();
        let split = units
            .last()
            .is_some_and(|unit| (0xd800..0xdc00).contains(unit));
        let whole = units.len() - usize::from(split);
        let mut buffer = [0; 4];
        for c in char::decode_utf16(units[..whole].iter().copied()) {
            let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.text
                .extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
        }
        2 * whole
    }

    /// Takes the runs out of bytes that follow each other; how many were decided on.
    fn take_runs(&mut self, bytes: &[u8], over: bool) -> usize {
        let mut at = 0;
        loop {
            if self.mode == Mode::Run {
                while let [low, 0, ..] = bytes[at..]
                    && is_text(low)
                {
                    self.add(low);
                    at += 2;
                }
                if bytes.len() - at < 2 && !over {
                    break;
                }
                // The last character of a big-endian run has no zero of its own behind it.
                if let Some(last) = bytes.get(at).filter(|byte| is_text(**byte)) {
                    at += usize::from(self.end_of_run(*last));
                }
                self.text.push(b'\n');
                self.mode = Mode::Idle;
            }
            if let Some(start) = find_run(bytes, at) {
                // Nothing before the first of these bytes means: passed over, so not zero.
                let before = start.checked_sub(1).and_then(|at| bytes.get(at));
                let is_after_zero = before == Some(&0);
                if self.big_endian.is_none() {
                    let odd = (self.offset + start as u64) % 2 == 1;
                    self.big_endian = Some(odd && is_after_zero);
                }
                self.tail = is_after_zero.then(Vec::new);
                at = start;
                self.mode = Mode::Run;
            } else {
                at = at.max(bytes.len().saturating_sub(KEPT));
                break;
            }
        }
        self.offset += at as u64;
        at
    }

    fn add(&mut self, c: u8) {
        self.text.push(c);
        if let Some(tail) = &mut self.tail {
            if tail.len() == 2 * TAIL {
                tail.drain(..TAIL);
            }
            tail.push(c);
        }
    }

    /// A run is followed by `last`, which may belong to it; whether it does for certain. Where it
    /// is not, the run comes once without it and once more with it.
    fn end_of_run(&mut self, last: u8) -> bool {
        if self.big_endian == Some(true) {
            self.text.push(last);
            return true;
        }
        if let Some(tail) = self.tail.take() {
            self.text.push(b'\n');
            self.text.extend(tail);
            self.text.push(last);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::runs::tests::{parts, wide};
    use super::*;

    /// The text of `bytes` that come in pieces of `step`.
    fn decoded(bytes: &[u8], step: usize) -> (String, &'static str) {
        let mut decoder = Wide::default();
        let mut text = Vec::new();
        for piece in bytes.chunks(step) {
            text.extend_from_slice(decoder.push(piece));
        }
        text.extend_from_slice(decoder.finish());
        (String::from_utf8(text).unwrap(), decoder.name())
    }

    #[test]
    fn a_file_with_a_byte_order_mark_is_decoded_as_a_whole() {
        for (big_endian, name) in [(false, "utf-16le"), (true, "utf-16be")] {
            let bytes = wide("\u{feff}straße 𝄞\r\nok", big_endian);
            for step in [1, 2, 3, 5, 100] {
                assert_eq!(decoded(&bytes, step), ("straße 𝄞\r\nok".to_owned(), name));
            }
        }
    }

    #[test]
    fn runs_in_binary_files_are_found_at_any_offset_and_in_any_pieces() {
        for big_endian in [false, true] {
            for shift in [0, 2, 4, 8, 14] {
                let mut bytes = vec![0xe9; shift];
                bytes.extend(wide("password=h4nter", big_endian));
                bytes.extend([0xff; 9]);
                bytes.extend(wide("short", big_endian));
                bytes.extend([0xff, 0xee].repeat(40));
                for step in [1, 2, 3, 7, 16, 1000] {
                    let (text, name) = decoded(&bytes, step);
                    assert_eq!(text, "password=h4nter\n", "{shift} {step}");
                    assert_eq!(name, if big_endian { "utf-16be" } else { "utf-16le" });
                }
            }
        }
    }

    #[test]
    fn a_run_that_begins_with_the_first_byte_kept_of_a_piece_is_found() {
        let bytes = [&[b'x'; 13][..], &wide("password=h4nter", false), &[0xff; 9]].concat();
        for step in 1..40 {
            let (text, name) = decoded(&bytes, step);
            assert!(text.ends_with("password=h4nter\n"), "{step}: {text:?}");
            assert_eq!(name, "utf-16le", "{step}");
        }
    }

    #[test]
    fn a_big_endian_run_at_an_odd_offset_keeps_its_last_character() {
        for shift in [1, 3, 9] {
            let mut bytes = vec![0xe9; shift];
            bytes.extend(wide("password=h4nter", true));
            bytes.extend([0xff; 9]);
            for step in [1, 2, 3, 7, 16, 1000] {
                let (text, _) = decoded(&bytes, step);
                assert_eq!(text, "password=h4nte\npassword=h4nter\n", "{shift} {step}");
            }
        }
    }

    proptest! {
        /// What is decoded does not depend on how the bytes come.
        #[test]
        fn pieces_of_any_length_hold_what_the_whole_holds(
            parts in parts(),
            steps in prop::collection::vec(1usize..200, 1..8),
        ) {
            let bytes = parts.concat();
            let mut decoder = Wide::default();
            let mut text = Vec::new();
            let (mut rest, mut steps) = (&bytes[..], steps.iter().cycle());
            while !rest.is_empty() {
                let step = steps.next().map_or(1, |step| *step).min(rest.len());
                text.extend_from_slice(decoder.push(&rest[..step]));
                rest = &rest[step..];
            }
            text.extend_from_slice(decoder.finish());
            let whole = decoded(&bytes, bytes.len().max(1));
            prop_assert_eq!((String::from_utf8(text).unwrap(), decoder.name()), whole);
        }
    }

    #[test]
    fn plain_text_and_zeros_hold_no_wide_text() {
        assert_eq!(decoded(b"password=hunter2 and so on", 5).0, "");
        assert_eq!(decoded(&[0; 1000], 64).0, "");
    }
}
