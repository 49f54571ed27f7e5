//! Text in UTF-16: whole files that begin with a byte order mark, and runs of wide ASCII inside
//! of binary files (registry hives, executables).
//!
//! Bytes are pushed as they come and decoded text is taken out. A run counts from eight
//! characters on; runs are put on lines of their own.

use std::mem;

/// Shortest run of wide ASCII that is taken out of a binary file, in characters.
const SHORTEST_RUN: usize = 8;
/// Bytes that must be kept so that a run is seen as a whole.
const KEPT: usize = 2 * SHORTEST_RUN + 8;

/// Characters at the end of a run that are repeated with one more.
const TAIL: usize = 1 << 10;

/// Finds and decodes UTF-16.
#[derive(Default)]
pub(super) struct Wide {
    mode: Mode,
    /// Bytes seen, not yet decided on.
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
    pub(super) fn push(&mut self, bytes: &[u8]) -> &[u8] {
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
        self.pending.extend_from_slice(bytes);
        if self.mode == Mode::Start && !self.pending.is_empty() {
            self.start();
        }
        match self.mode {
            Mode::Start => {}
            Mode::Whole => self.decode(),
            Mode::Idle | Mode::Run => self.take_runs(false),
        }
        &self.text
    }

    /// The text is over; gives what is left.
    pub(super) fn finish(&mut self) -> &[u8] {
        self.text.clear();
        if self.mode == Mode::Run {
            self.take_runs(true);
        }
        &self.text
    }

    /// Looks for a byte order mark.
    fn start(&mut self) {
        self.big_endian = match self.pending.as_slice() {
            [0xff] | [0xfe] => return,
            [0xff, 0xfe, rest @ ..] if !rest.starts_with(&[0, 0]) => Some(false),
            [0xfe, 0xff, ..] => Some(true),
            _ => None,
        };
        self.mode = Mode::Idle;
        if self.big_endian.is_some() {
            self.mode = Mode::Whole;
            self.pending.drain(..2);
        }
    }

    /// Decodes all pending units but a first half of a pair.
    fn decode(&mut self) {
        let from = match self.big_endian {
            Some(true) => u16::from_be_bytes,
            _ => u16::from_le_bytes,
        };
        let pairs = self.pending.chunks_exact(2);
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
        self.pending.drain(..2 * whole);
    }

    /// Takes the runs out of the pending bytes.
    fn take_runs(&mut self, over: bool) {
        let pending = mem::take(&mut self.pending);
        let mut at = 0;
        loop {
            if self.mode == Mode::Run {
                while let [low, 0, ..] = pending[at..]
                    && is_text(low)
                {
                    self.add(low);
                    at += 2;
                }
                if pending.len() - at < 2 && !over {
                    break;
                }
                // The last character of a big-endian run has no zero of its own behind it.
                if let Some(last) = pending.get(at).filter(|byte| is_text(**byte)) {
                    at += usize::from(self.end_of_run(*last));
                }
                self.text.push(b'\n');
                self.mode = Mode::Idle;
            }
            if let Some(start) = find_run(&pending, at) {
                // Nothing before the first pending byte means: passed over, so not zero.
                let before = start.checked_sub(1).and_then(|at| pending.get(at));
                let is_after_zero = before == Some(&0);
                if self.big_endian.is_none() {
                    let odd = (self.offset + start as u64) % 2 == 1;
                    self.big_endian = Some(odd && is_after_zero);
                }
                self.tail = is_after_zero.then(Vec::new);
                at = start;
                self.mode = Mode::Run;
            } else {
                at = at.max(pending.len().saturating_sub(KEPT));
                break;
            }
        }
        self.offset += at as u64;
        self.pending = pending;
        self.pending.drain(..at);
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

fn is_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// Bytes whose groups are looked at together.
const PIECE: usize = 64;
/// The second one of each two bytes.
const HIGH: u64 = 0xff00_ff00_ff00_ff00;

/// Zero where a group may be wide ASCII with its characters first.
fn no_group(group: u64) -> u64 {
    const FIRST: u64 = b'\t' as u64 * 0x0001_0001_0001_0001;
    const TOP: u64 = 0x8000_8000_8000_8000;
    // The top bit of each two bytes stays where they are not below `FIRST`.
    let enough = (group & !HIGH | TOP).wrapping_sub(FIRST);
    group & HIGH | !enough & TOP
}

/// Whether a piece may hold a group of wide ASCII.
fn may_hold_group(piece: &[u8]) -> bool {
    let mut none = u64::MAX;
    for word in piece.chunks_exact(8) {
        let group = u64::from_le_bytes(word.try_into().unwrap_or_default());
        for no in [no_group(group), no_group(group.rotate_right(8))] {
            // The top bit says whether it is not zero.
            none &= no | no.wrapping_neg();
        }
    }
    none >> 63 == 0
}

/// Where the first run of wide ASCII from `from` on begins. Every run that is long enough holds
/// a whole group of eight bytes, at either parity, so only groups are looked at.
fn find_run(bytes: &[u8], from: usize) -> Option<usize> {
    for (number, piece) in bytes[from..].chunks(PIECE).enumerate() {
        if piece.len() == PIECE && !may_hold_group(piece) {
            continue;
        }
        let groups = piece.chunks_exact(8).enumerate();
        let starts = groups.filter_map(|(group, word)| {
            let parity = parity(word)?;
            Some(from + number * PIECE + group * 8 + parity)
        });
        for mut start in starts {
            while start >= from + 2 && bytes[start - 1] == 0 && is_text(bytes[start - 2]) {
                start -= 2;
            }
            let pairs = bytes[start..].chunks_exact(2).take(SHORTEST_RUN);
            if pairs
                .filter(|pair| is_text(pair[0]) && pair[1] == 0)
                .count()
                == SHORTEST_RUN
            {
                return Some(start);
            }
        }
    }
    None
}

/// At which parity the characters of a group are, if it is wide ASCII.
fn parity(group: &[u8]) -> Option<usize> {
    let value = u64::from_le_bytes(group.try_into().unwrap_or_default());
    let parity = match value {
        _ if no_group(value) == 0 => 0,
        _ if no_group(value.rotate_right(8)) == 0 => 1,
        _ => return None,
    };
    let mut characters = group.iter().skip(parity).step_by(2);
    characters.all(|byte| is_text(*byte)).then_some(parity)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str, big_endian: bool) -> Vec<u8> {
        let bytes = |unit: u16| {
            if big_endian {
                unit.to_be_bytes()
            } else {
                unit.to_le_bytes()
            }
        };
        text.encode_utf16().flat_map(bytes).collect()
    }

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

    #[test]
    fn plain_text_and_zeros_hold_no_wide_text() {
        assert_eq!(decoded(b"password=hunter2 and so on", 5).0, "");
        assert_eq!(decoded(&[0; 1000], 64).0, "");
    }
}
