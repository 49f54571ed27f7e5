//! Reading through bytes, a little at a time.

/// Spaces between key, separator and value.
pub(super) const MOST_SPACES: usize = 64;
/// Bytes of a line before a place that are looked at.
pub(super) const LONGEST_SIDE: usize = 64;
/// Bytes of a type between a name and its value.
const LONGEST_TYPE: usize = 48;
/// What such a type is made of.
static TYPE: Letters = Letters::of(b"_<>&'[]?|.* ");

/// Calls that make a value of another type of a string, and take nothing else.
const WRAPPERS: [&str; 12] = [
    "[]byte(",
    "String::from(",
    "Buffer.from(",
    "new String(",
    "String(",
    "SecretStr(",
    "SecretString(",
    "Secret(",
    "Some(",
    "bytes(",
    "str(",
    "&",
];

/// Letters and digits of ASCII and some other bytes, asked for byte by byte.
pub(super) struct Letters([bool; 256]);

impl Letters {
    pub(super) const fn of(others: &[u8]) -> Self {
        let mut all = [false; 256];
        let mut byte = 0;
        while byte < all.len() {
            all[byte] = (byte as u8).is_ascii_alphanumeric();
            byte += 1;
        }
        let mut at = 0;
        while at < others.len() {
            all[others[at] as usize] = true;
            at += 1;
        }
        Self(all)
    }

    pub(super) fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte)]
    }
}

/// What stands before a place in its line.
pub(super) fn line_before(bytes: &[u8], at: usize) -> &[u8] {
    let line = &bytes[at.saturating_sub(LONGEST_SIDE)..at];
    memchr::memrchr(b'\n', line).map_or(line, |end| &line[end + 1..])
}

/// A place in the bytes that moves forward only.
pub(super) struct Cursor<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Cursor<'a> {
    /// Passes `text` where it is next.
    pub(super) fn eat<const N: usize>(&mut self, text: &[u8; N]) -> bool {
        let there = self.bytes[self.at..].first_chunk() == Some(text);
        if there {
            self.at += N;
        }
        there
    }

    /// As `eat`, of any length.
    pub(super) fn passes(&mut self, text: &[u8]) -> bool {
        let there = self.rest().starts_with(text);
        self.at += if there { text.len() } else { 0 };
        there
    }

    /// Passes spaces and tabs; whether there were any.
    pub(super) fn spaces(&mut self) -> bool {
        let rest = &self.bytes[self.at..];
        let limit = rest.len().min(MOST_SPACES);
        let count = rest[..limit]
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        self.at += count;
        count > 0
    }

    /// Passes a quote, escaped or not.
    pub(super) fn quote(&mut self) -> Option<u8> {
        let (quote, length) = self.peek_quote()?;
        self.at += length;
        Some(quote)
    }

    pub(super) fn peek_quote(&self) -> Option<(u8, usize)> {
        match self.bytes[self.at..] {
            [quote @ (b'"' | b'\'' | b'`'), ..] => Some((quote, 1)),
            [b'\\', quote @ (b'"' | b'\''), ..] => Some((quote, 2)),
            _ => None,
        }
    }

    /// Passes spaces and line ends; whether there were any.
    pub(super) fn blank(&mut self) -> bool {
        let rest = self.rest();
        let limit = rest.len().min(MOST_SPACES);
        let is_text = |b: &u8| !b.is_ascii_whitespace();
        let count = rest[..limit].iter().position(is_text).unwrap_or(limit);
        self.at += count;
        count > 0
    }

    /// What is still ahead.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Whether a quoted string is next, with letters of a language before its quote or not.
    pub(super) fn is_at_string(&self) -> bool {
        self.peek_quote().is_some()
            || matches!(
                self.rest(),
                [
                    b'b' | b'r' | b'u' | b'f' | b'L' | b'@' | b'N',
                    b'"' | b'\'',
                    ..
                ]
            )
    }

    /// Passes a type between `:` and `=` if a string follows.
    pub(super) fn pass_type(&mut self) {
        let rest = self.rest();
        let starts = rest
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'&');
        if let Some(at) = starts.then(|| self.behind_type()).flatten() {
            self.at = at;
        }
    }

    /// Where a string begins behind a type and `=`.
    pub(super) fn behind_type(&self) -> Option<usize> {
        let rest = self.rest();
        // In prose there is none.
        let length = memchr::memchr(b'=', &rest[..rest.len().min(LONGEST_TYPE)])?;
        let is_set = rest[..length].iter().all(|byte| TYPE.has(*byte));
        let mut ahead = Cursor {
            bytes: self.bytes,
            at: self.at + length + 1,
        };
        ahead.blank();
        ahead.pass_wrapper();
        (is_set && ahead.is_at_string()).then_some(ahead.at)
    }

    /// Passes what only makes another type of a string: `[]byte("…")`, `String::from("…")`.
    pub(super) fn pass_wrapper(&mut self) {
        let rest = self.rest();
        let first = rest.first();
        let mut wrappers = WRAPPERS.iter().map(|wrapper| wrapper.as_bytes());
        let wrapper =
            wrappers.find(|wrapper| wrapper.first() == first && rest.starts_with(wrapper));
        let Some(wrapper) = wrapper else { return };
        let mut ahead = Cursor {
            bytes: self.bytes,
            at: self.at + wrapper.len(),
        };
        ahead.spaces();
        if ahead.is_at_string() {
            self.at = ahead.at;
        }
    }

    /// Passes the end of a line if a string stands on the next one.
    pub(super) fn pass_line_end(&mut self) {
        if !matches!(self.rest(), [b'\n' | b'\r', ..]) {
            return;
        }
        let mut ahead = Cursor {
            bytes: self.bytes,
            at: self.at,
        };
        ahead.blank();
        if ahead.is_at_string() {
            self.at = ahead.at;
        }
    }
}
