//! Sparse files: which of their bytes are stored, as GNU tar's four formats say it.
//!
//! Old GNU headers hold four pieces and may go on in blocks before the content. PAX headers list
//! the pieces in records (0.0 and 0.1), or say that the content begins with the list (1.0).

use std::io::{self, BufRead};

use super::BLOCK;
use super::header::Block;
use super::number::{is_plain, unsigned};
use super::pax::{Record, decimal};
use super::slack::Collector;
use crate::archive::Limits;
use crate::archive::peek::Peek;

/// How the content of a sparse file is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sparse {
    /// Bytes of the file, holes included, as the header claims.
    pub size: u64,
    /// Where the stored bytes belong.
    pub layout: SparseLayout,
}

/// Where the stored bytes of a sparse file belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SparseLayout {
    /// Offset in the file and length of each stored piece, in the order stored.
    Pieces(Vec<(u64, u64)>),
    /// The content begins with the list: decimal lines (how many; offset and length of each), filled
    /// up to a block.
    InFront,
    /// The header does not say it in a way that can be understood.
    Unknown,
}

impl Sparse {
    /// As PAX records tell it; `None` where they speak of no sparse file.
    pub(super) fn from_records(records: &[Record]) -> Option<Self> {
        let of = |wanted: &'static [u8]| {
            let all = records.iter().filter(move |(key, _)| key == wanted);
            all.map(|(_, value)| value.as_slice())
        };
        let numbers = |key| of(key).map(decimal).collect::<Option<Vec<u64>>>();
        let layout = if of(b"GNU.sparse.major").next().is_some() {
            match of(b"GNU.sparse.major").next_back() {
                Some(b"1") => Some(SparseLayout::InFront),
                _ => None,
            }
        } else if let Some(map) = of(b"GNU.sparse.map").next_back() {
            let numbers: Option<Vec<u64>> = map.split(|byte| *byte == b',').map(decimal).collect();
            numbers.and_then(|numbers| pieces(&numbers))
        } else {
            of(b"GNU.sparse.offset").next()?;
            let offsets = numbers(b"GNU.sparse.offset").unwrap_or_default();
            let lengths = numbers(b"GNU.sparse.numbytes").unwrap_or_default();
            let fits = !offsets.is_empty() && offsets.len() == lengths.len();
            fits.then(|| SparseLayout::Pieces(offsets.into_iter().zip(lengths).collect()))
        };
        let mut size = of(b"GNU.sparse.realsize").chain(of(b"GNU.sparse.size"));
        let size = size.next_back().and_then(decimal);
        Some(Self::new(size, layout))
    }

    fn new(size: Option<u64>, layout: Option<SparseLayout>) -> Self {
        match (size, layout) {
            (Some(size), Some(layout)) => Self { size, layout },
            (size, _) => Self {
                size: size.unwrap_or_default(),
                layout: SparseLayout::Unknown,
            },
        }
    }
}

/// Pairs of offset and length.
fn pieces(numbers: &[u64]) -> Option<SparseLayout> {
    let (pairs, rest) = numbers.as_chunks::<2>();
    let pieces = pairs.iter().map(|[offset, length]| (*offset, *length));
    rest.is_empty()
        .then(|| SparseLayout::Pieces(pieces.collect()))
}

/// What became of the blocks of an old map.
pub(super) enum Extension {
    Passed(Sparse),
    CutOff,
    TooLarge,
}

/// Reads the map of an old GNU header and the blocks that extend it; the byte at 504 says whether
/// one more follows. A block that holds other things than numbers is slack.
pub(super) fn old(
    header: &Block,
    input: &mut Peek<'_>,
    slack: &mut Collector,
) -> io::Result<Extension> {
    let (map, size) = header.sparse_map();
    let mut numbers = map.iter().copied().map(used).collect::<Vec<_>>();
    let mut continues = header.sparse_continues();
    let mut blocks = 0;
    while continues {
        if blocks == Limits::TAR_RECORD_SIZE / BLOCK as u64 {
            return Ok(Extension::TooLarge);
        }
        blocks += 1;
        let offset = input.position();
        let block = input.peek(BLOCK)?;
        if block.len() < BLOCK {
            return Ok(Extension::CutOff);
        }
        let (map, rest) = block.split_at(504);
        if !map.chunks(12).all(is_plain) || rest.iter().skip(1).any(|byte| *byte != 0) {
            slack.add(offset, block);
        }
        numbers.extend(map.chunks(12).map(used));
        continues = block.get(504).is_some_and(|flag| *flag != 0);
        input.consume(BLOCK);
    }
    // Fields behind the last piece are empty.
    let in_use = numbers.iter().take_while(|number| number.is_some());
    let in_use: Vec<u64> = in_use.flatten().copied().collect();
    Ok(Extension::Passed(Sparse::new(
        unsigned(size).ok(),
        pieces(&in_use),
    )))
}

/// A number of an old map, where the field is in use.
fn used(field: &[u8]) -> Option<u64> {
    let is_empty = field.first() == Some(&0);
    (!is_empty).then(|| unsigned(field).ok()).flatten()
}
