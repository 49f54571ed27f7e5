//! One header block: fields at fixed places, and the dialect that says what they mean.

use super::BLOCK;
use super::number::{is_plain, number, unsigned};

/// A 512-byte header.
pub(super) struct Block(pub(super) [u8; BLOCK]);

/// Dialects, told by the magic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    V7,
    Ustar,
    Star,
    Gnu,
}

/// Whether bytes are NULs. All of them together, as vector units can: nearly always they are.
fn is_nothing(bytes: &[u8]) -> bool {
    bytes.iter().fold(0, |all, byte| all | byte) == 0
}

impl Block {
    pub(super) fn field(&self, start: usize, length: usize) -> &[u8] {
        self.0.get(start..start + length).unwrap_or_default()
    }

    /// A text field up to its NUL.
    pub(super) fn text(&self, start: usize, length: usize) -> &[u8] {
        let field = self.field(start, length);
        let end = memchr::memchr(0, field).unwrap_or(field.len());
        field.get(..end).unwrap_or_default()
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.iter().all(|byte| *byte == 0)
    }

    pub(super) fn has_magic(&self) -> bool {
        self.dialect() != Dialect::V7
    }

    pub(super) fn dialect(&self) -> Dialect {
        match self.field(257, 8) {
            b"ustar  \0" => Dialect::Gnu,
            [b'u', b's', b't', b'a', b'r', 0 | b' ', ..] if self.field(508, 4) == b"tar\0" => {
                Dialect::Star
            }
            [b'u', b's', b't', b'a', b'r', 0 | b' ', ..] => Dialect::Ustar,
            _ => Dialect::V7,
        }
    }

    /// The sum of all bytes with the checksum field as spaces, unsigned as POSIX wants it or
    /// signed as some old writers had it.
    pub(super) fn checksum_fits(&self) -> bool {
        let Ok(stated) = number(self.field(148, 8)) else {
            return false;
        };
        let unsigned = self.sum(i32::from);
        stated == unsigned || stated == self.sum(|byte| i32::from(byte as i8))
    }

    /// Of all bytes but the checksum's, which are as many spaces. Each part for itself, which is much
    /// faster than a chain of them.
    fn sum(&self, value: impl Fn(u8) -> i32) -> i64 {
        let of = |part: &[u8]| part.iter().map(|byte| value(*byte)).sum::<i32>();
        let around = of(self.field(0, 148)) + of(self.field(156, BLOCK - 156));
        i64::from(around + 8 * i32::from(b' '))
    }

    pub(super) fn flag(&self) -> u8 {
        self.0.get(156).copied().unwrap_or_default()
    }

    pub(super) fn size(&self) -> Result<u64, &'static str> {
        unsigned(self.field(124, 12)).map_err(|_| "header with an impossible size")
    }

    pub(super) fn mode(&self) -> u32 {
        unsigned(self.field(100, 8)).map_or(0, |mode| mode as u32)
    }

    pub(super) fn uid(&self) -> u64 {
        unsigned(self.field(108, 8)).unwrap_or_default()
    }

    pub(super) fn gid(&self) -> u64 {
        unsigned(self.field(116, 8)).unwrap_or_default()
    }

    pub(super) fn mtime(&self) -> i64 {
        number(self.field(136, 12)).unwrap_or_default()
    }

    pub(super) fn link(&self) -> &[u8] {
        self.text(157, 100)
    }

    /// The owner's and the group's name.
    pub(super) fn owners(&self) -> [(&'static [u8], &[u8]); 2] {
        match self.dialect() {
            Dialect::V7 => [(b"uname", b""), (b"gname", b"")],
            _ => [
                (b"uname", self.text(265, 32)),
                (b"gname", self.text(297, 32)),
            ],
        }
    }

    /// The name with the prefix of the dialects that have one.
    pub(super) fn path(&self) -> Vec<u8> {
        let name = self.text(0, 100);
        let prefix = match self.prefix_length() {
            0 => &[],
            length => self.text(345, length),
        };
        if prefix.is_empty() {
            return name.to_vec();
        }
        [prefix, b"/", name].concat()
    }

    /// GNU headers have times and a sparse map where others have the prefix; but Go before 1.8
    /// wrote a prefix into headers with GNU's magic, and old layers come from it.
    fn prefix_length(&self) -> usize {
        match self.dialect() {
            Dialect::V7 => 0,
            Dialect::Ustar => 155,
            Dialect::Star => 131,
            Dialect::Gnu => {
                let times = [self.field(345, 12), self.field(357, 12)];
                let is_time = |field: &[u8]| field.first() == Some(&0) || number(field).is_ok();
                let is_text = self.text(345, 155).is_ascii();
                if self.flag() != b'S' && is_text && !times.into_iter().all(is_time) {
                    155
                } else {
                    0
                }
            }
        }
    }

    /// The fields of a sparse map, offset and length in turn, and the field of the real size.
    pub(super) fn sparse_map(&self) -> ([&[u8]; 8], &[u8]) {
        let map = std::array::from_fn(|at| self.field(386 + 12 * at, 12));
        (map, self.field(483, 12))
    }

    /// Whether a sparse map continues in the next block.
    pub(super) fn sparse_continues(&self) -> bool {
        self.field(482, 1) != [0]
    }

    /// Whether what GNU has in the place of a prefix (times, an offset, the sparse map, the real
    /// size) holds numbers only.
    fn has_plain_map(&self) -> bool {
        let numbers = [345, 357, 369, 483].into_iter();
        let map = (386..482).step_by(12);
        numbers
            .chain(map)
            .all(|start| is_plain(self.field(start, 12)))
            && self.field(381, 5).iter().all(|byte| *byte == 0)
    }

    /// Calls `found` with parts of the header that no reader shows and that are not empty: what stands after the
    /// NUL of a text field, text in place of numbers, and the end of the block. Each with its offset in the block.
    pub(super) fn unused(&self, mut found: impl FnMut(usize, &[u8])) {
        let mut look = |start: usize, length: usize| {
            let bytes = self.field(start, length);
            if !is_nothing(bytes) {
                found(start, bytes);
            }
        };
        let (dialect, prefix) = (self.dialect(), self.prefix_length());
        let owners: &[_] = match dialect {
            Dialect::V7 => &[],
            _ => &[(265, 32), (297, 32)],
        };
        let texts = [(0, 100), (157, 100)].iter().chain(owners);
        for (start, length) in texts.copied().chain([(345, prefix)]) {
            let used = self.text(start, length).len();
            look(start + used, length - used);
        }
        let rest: &[_] = match dialect {
            // Some writers without a magic fill in device numbers all the same.
            Dialect::V7 => &[(257, 72), (345, 167)],
            Dialect::Ustar => &[(500, 12)],
            Dialect::Star => &[(500, 8)],
            Dialect::Gnu if is_nothing(self.field(345, 167)) => &[],
            Dialect::Gnu if prefix > 0 => &[(500, 12)],
            Dialect::Gnu if self.has_plain_map() => &[(495, 17)],
            Dialect::Gnu => &[(345, 167)],
        };
        rest.iter()
            .for_each(|(start, length)| look(*start, *length));
        // Neighbours are shown as one piece, for a text may run through all of them.
        let numbers: [&[(usize, usize)]; 2] = [
            &[(100, 8), (108, 8), (116, 8), (124, 12), (136, 12)],
            &[(329, 8), (337, 8)],
        ];
        for fields in numbers {
            let are_plain =
                |(start, length): &(usize, usize)| is_plain(self.field(*start, *length));
            if let [(start, _), .., (last, length)] = fields
                && !fields.iter().all(are_plain)
            {
                look(*start, last + length - start);
            }
        }
    }
}
