//! The blobs of the table `Packages` of `rpmdb.sqlite`.
//!
//! Source: "Database File Format" of SQLite's documentation; the table is
//! `Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)`, from rpm's
//! `lib/backend/sqlite.c`. What a write-ahead log holds and the database does not is not read.

use super::{Budget, Each, big16, big32, index};
use crate::packages::Broken;

pub(super) const MAGIC: &[u8] = b"SQLite format 3\0";

const TRUNCATED: Broken = Broken("ends in the middle of a page");
const CELL: Broken = Broken("has a cell that leads out of its page");

pub(super) fn blobs(bytes: &[u8], each: &mut Each<'_>) -> Result<(), Broken> {
    let mut file = File::new(bytes)?;
    let mut root = None;
    file.rows(1, &mut |row| {
        let columns: Vec<Value<'_>> = columns(row).take(4).collect();
        if let [
            Value::Bytes(b"table"),
            Value::Bytes(b"Packages"),
            _,
            Value::Number(page),
        ] = columns[..]
        {
            root = Some(page);
        }
        Ok(())
    })?;
    let root = root.ok_or(Broken("has no table Packages"))?;
    file.rows(root, &mut |row| match columns(row).nth(1) {
        Some(Value::Bytes(blob)) => each(blob),
        _ => Ok(()),
    })
}

/// What a reader of ours needs to tell apart.
enum Value<'a> {
    Number(u32),
    /// Text or blob.
    Bytes(&'a [u8]),
    Other,
}

struct File<'a> {
    bytes: &'a [u8],
    page: usize,
    /// Bytes of a page that SQLite itself uses.
    usable: usize,
    /// In pages.
    budget: Budget,
    /// In bytes of rows: cells are named one by one, and many may be the same.
    of_rows: Budget,
}

impl<'a> File<'a> {
    fn new(bytes: &'a [u8]) -> Result<Self, Broken> {
        let page = match big16(bytes, 16).ok_or(TRUNCATED)? {
            1 => 65_536,
            size => size,
        };
        let reserved = usize::from(*bytes.get(20).ok_or(TRUNCATED)?);
        if !page.is_power_of_two() || page < 512 || page - reserved < 480 {
            return Err(Broken("has an impossible page size"));
        }
        Ok(Self {
            bytes,
            page,
            usable: page - reserved,
            budget: Budget(bytes.len() / page),
            of_rows: Budget(bytes.len()),
        })
    }

    fn page(&mut self, number: u32) -> Result<&'a [u8], Broken> {
        self.budget.take(1)?;
        let start = index(number)
            .checked_sub(1)
            .and_then(|before| before.checked_mul(self.page));
        let pages = start.and_then(|start| self.bytes.get(start..));
        pages
            .and_then(|rest| rest.get(..self.page))
            .ok_or(TRUNCATED)
    }

    /// Every row of the table whose tree begins at page `root`, in order.
    fn rows(&mut self, root: u32, each: &mut Each<'_>) -> Result<(), Broken> {
        let mut waiting = vec![root];
        let mut row = Vec::new();
        while let Some(number) = waiting.pop() {
            let page = self.page(number)?;
            let start = if number == 1 { 100 } else { 0 };
            let cells = big16(page, start + 3).ok_or(CELL)?;
            match page.get(start) {
                Some(0x0d) => {
                    for at in cells_of(page, start + 8, cells) {
                        self.payload(page, at.ok_or(CELL)?, &mut row)?;
                        each(&row)?;
                    }
                }
                Some(0x05) => {
                    waiting.push(big32(page, start + 8).ok_or(CELL)?);
                    let below = waiting.len();
                    for at in cells_of(page, start + 12, cells) {
                        let child = at.and_then(|at| big32(page, at)).ok_or(CELL)?;
                        waiting.push(child);
                    }
                    waiting[below..].reverse();
                }
                _ => return Err(Broken("has a page of no table where one should be")),
            }
        }
        Ok(())
    }

    /// The row of the cell at `at`, from the page and the overflow pages that follow.
    fn payload(&mut self, page: &[u8], at: usize, row: &mut Vec<u8>) -> Result<(), Broken> {
        row.clear();
        let mut cell = page.get(at..).ok_or(CELL)?;
        let length = varint(&mut cell).ok_or(CELL)?;
        varint(&mut cell).ok_or(CELL)?;
        let length = usize::try_from(length).map_err(|_| CELL)?;
        self.of_rows.take(length)?;
        let local = self.local(length);
        row.extend_from_slice(cell.get(..local).ok_or(CELL)?);
        let mut next = match local < length {
            true => big32(cell, local).ok_or(CELL)?,
            false => 0,
        };
        while next != 0 && row.len() < length {
            let page = self.page(next)?;
            next = big32(page, 0).ok_or(TRUNCATED)?;
            let piece = page.get(4..self.usable).unwrap_or_default();
            let missing = (length - row.len()).min(piece.len());
            row.extend_from_slice(&piece[..missing]);
        }
        match row.len() == length {
            true => Ok(()),
            false => Err(Broken("has a row that ends early")),
        }
    }

    /// How many bytes of a row of `length` bytes stand in its own page.
    fn local(&self, length: usize) -> usize {
        let most = self.usable - 35;
        if length <= most {
            return length;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitting = least + (length - least) % (self.usable - 4);
        if fitting <= most { fitting } else { least }
    }
}

/// Offsets of the cells of a page whose pointers begin at `start`.
fn cells_of(page: &[u8], start: usize, count: usize) -> impl Iterator<Item = Option<usize>> {
    (0..count).map(move |cell| big16(page, start + 2 * cell))
}

/// The values of a row; they end where the row does not hold together.
fn columns(row: &[u8]) -> impl Iterator<Item = Value<'_>> {
    let (mut types, mut values) = split_header(row).unwrap_or_default();
    std::iter::from_fn(move || {
        let kind = varint(&mut types)?;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => kind,
            5 => 6,
            6 | 7 => 8,
            12.. => (kind - 12) / 2,
            _ => return None,
        };
        let (bytes, rest) = values.split_at_checked(usize::try_from(length).ok()?)?;
        values = rest;
        Some(match kind {
            1..=4 => bytes
                .iter()
                .try_fold(0_u32, |number, byte| {
                    number.checked_mul(256).map(|n| n + u32::from(*byte))
                })
                .map_or(Value::Other, Value::Number),
            8 | 9 => Value::Number(u32::from(kind == 9)),
            12.. => Value::Bytes(bytes),
            _ => Value::Other,
        })
    })
}

/// The types of a row's values, and the values.
fn split_header(row: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut rest = row;
    let length = usize::try_from(varint(&mut rest)?).ok()?;
    let (_, values) = row.split_at_checked(length)?;
    let types = rest.get(..rest.len().checked_sub(values.len())?)?;
    Some((types, values))
}

/// Takes a number of one to nine bytes, seven bits each and all eight of the ninth.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for place in 0..9 {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        if place == 8 {
            return Some(number << 8 | u64::from(*first));
        }
        number = number << 7 | u64::from(first & 0x7f);
        if first & 0x80 == 0 {
            break;
        }
    }
    Some(number)
}
