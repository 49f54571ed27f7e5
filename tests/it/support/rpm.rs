//! rpm databases in words: headers of packages, and the three kinds of files that hold them.
//!
//! It stands by itself, so that unit tests of the readers can share it.

/// SQLite's pages; small, so that few bytes need overflow pages.
const PAGE: usize = 512;
/// Pages of Berkeley DB.
const BDB_PAGE: usize = 4_096;

/// A header as databases hold it. `algorithm` is that of the digests, `None` where rpm leaves it
/// out since it is MD5.
pub fn header(name: &str, algorithm: Option<u32>, files: &[(&str, &str)]) -> Vec<u8> {
    let mut header = Header::default();
    header.strings(1000, 6, &[name]);
    header.strings(1001, 6, &["1.2.3"]);
    header.strings(1002, 6, &["4.el9"]);
    let split = |path: &str| path.rfind('/').map_or(0, |slash| slash + 1);
    let folders: Vec<&str> = files.iter().map(|(path, _)| &path[..split(path)]).collect();
    let names: Vec<&str> = files.iter().map(|(path, _)| &path[split(path)..]).collect();
    let digests: Vec<&str> = files.iter().map(|(_, digest)| *digest).collect();
    header.strings(1035, 8, &digests);
    header.numbers(1116, &(0..files.len() as u32).collect::<Vec<u32>>());
    header.strings(1117, 8, &names);
    header.strings(1118, 8, &folders);
    if let Some(algorithm) = algorithm {
        header.numbers(5011, &[algorithm]);
    }
    header.bytes()
}

#[derive(Default)]
struct Header {
    index: Vec<u8>,
    data: Vec<u8>,
}

impl Header {
    fn entry(&mut self, tag: u32, kind: u32, count: usize) {
        for number in [tag, kind, self.data.len() as u32, count as u32] {
            self.index.extend(number.to_be_bytes());
        }
    }

    fn strings(&mut self, tag: u32, kind: u32, values: &[&str]) {
        self.entry(tag, kind, values.len());
        for value in values {
            self.data.extend(value.as_bytes());
            self.data.push(0);
        }
    }

    fn numbers(&mut self, tag: u32, values: &[u32]) {
        self.data.resize(self.data.len().next_multiple_of(4), 0);
        self.entry(tag, 4, values.len());
        for value in values {
            self.data.extend(value.to_be_bytes());
        }
    }

    fn bytes(self) -> Vec<u8> {
        let entries = (self.index.len() / 16) as u32;
        let mut bytes = entries.to_be_bytes().to_vec();
        bytes.extend((self.data.len() as u32).to_be_bytes());
        bytes.extend(self.index);
        bytes.extend(self.data);
        bytes
    }
}

/// `rpmdb.sqlite`: the schema on page 1, the table's root on page 2, a leaf for each header.
pub fn sqlite(headers: &[Vec<u8>]) -> Vec<u8> {
    let schema = record(
        &[b"table", b"Packages", b"Packages"],
        Some(2),
        b"CREATE TABLE",
    );
    let mut pages = vec![vec![0; PAGE], vec![0; PAGE]];
    let first = leaf(&schema, 1, 100, &mut pages);
    pages[0] = first;
    pages[0][..16].copy_from_slice(b"SQLite format 3\0");
    pages[0][16..18].copy_from_slice(&(PAGE as u16).to_be_bytes());
    let mut leaves = Vec::new();
    for (row, blob) in headers.iter().enumerate() {
        let row = row as u8 + 1;
        let page = leaf(&record(&[], None, blob), row, 0, &mut pages);
        pages.push(page);
        leaves.push((pages.len() as u32, row));
    }
    let root = &mut pages[1];
    root[0] = 0x05;
    let last = leaves.pop().map_or(0, |(page, _)| page);
    root[3..5].copy_from_slice(&(leaves.len() as u16).to_be_bytes());
    root[8..12].copy_from_slice(&last.to_be_bytes());
    for (place, (page, row)) in leaves.iter().enumerate() {
        let at = PAGE - 5 * (place + 1);
        root[at..at + 4].copy_from_slice(&page.to_be_bytes());
        root[at + 4] = *row;
        root[12 + 2 * place..14 + 2 * place].copy_from_slice(&(at as u16).to_be_bytes());
    }
    pages.concat()
}

/// A row of texts, perhaps a number, and a last blob; without a number the row is one of
/// `Packages`, whose key is stored as NULL.
fn record(texts: &[&[u8]], number: Option<u8>, blob: &[u8]) -> Vec<u8> {
    let mut types = Vec::new();
    let mut values = Vec::new();
    for text in texts {
        types.extend(varint(13 + 2 * text.len()));
        values.extend(*text);
    }
    types.push(u8::from(number.is_some()));
    values.extend(number);
    types.extend(varint(12 + 2 * blob.len()));
    values.extend(blob);
    let mut row = varint(types.len() + 1);
    row.extend(types);
    row.extend(values);
    row
}

/// A leaf of one row; what does not fit is added to `pages` as overflow pages.
fn leaf(row: &[u8], key: u8, start: usize, pages: &mut Vec<Vec<u8>>) -> Vec<u8> {
    let (most, least) = (PAGE - 35, (PAGE - 12) * 32 / 255 - 23);
    let fitting = least + row.len().saturating_sub(least) % (PAGE - 4);
    let local = match row.len() {
        length if length <= most => length,
        _ if fitting <= most => fitting,
        _ => least,
    };
    let mut cell = varint(row.len());
    cell.push(key);
    cell.extend(&row[..local]);
    let rest: Vec<&[u8]> = row[local..].chunks(PAGE - 4).collect();
    if !rest.is_empty() {
        cell.extend((pages.len() as u32 + 1).to_be_bytes());
    }
    for (place, piece) in rest.iter().enumerate() {
        let next = match place + 1 == rest.len() {
            true => 0,
            false => pages.len() as u32 + 2,
        };
        let mut page = next.to_be_bytes().to_vec();
        page.extend(*piece);
        page.resize(PAGE, 0);
        pages.push(page);
    }
    let mut page = vec![0; PAGE];
    let at = PAGE - cell.len();
    page[start] = 0x0d;
    page[start + 4] = 1;
    page[start + 8..start + 10].copy_from_slice(&(at as u16).to_be_bytes());
    page[at..].copy_from_slice(&cell);
    page
}

fn varint(number: usize) -> Vec<u8> {
    let mut bytes = vec![(number & 0x7f) as u8];
    let mut rest = number >> 7;
    while rest > 0 {
        bytes.insert(0, (rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes
}

/// `Packages.db`: one page of slots, every second of them free, then the blobs.
pub fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let mut slots = b"RpmP".to_vec();
    for number in [0_u32, 7, 1, 0, 0, 0, 0] {
        slots.extend(number.to_le_bytes());
    }
    let mut blobs = Vec::new();
    for (number, header) in headers.iter().enumerate() {
        let package = number as u32 + 1;
        let block = (4_096 + blobs.len()) / 16;
        for slot in [[package, block as u32, 1], [0; 3]] {
            slots.extend(b"Slot");
            slots.extend(slot.iter().flat_map(|number| number.to_le_bytes()));
        }
        blobs.extend(b"BlbS");
        for number in [package, 7, header.len() as u32] {
            blobs.extend(number.to_le_bytes());
        }
        blobs.extend(header);
        blobs.resize(blobs.len().next_multiple_of(16), 0);
    }
    while slots.len() < 4_096 {
        slots.extend(b"Slot");
        slots.extend([0; 12]);
    }
    slots.extend(blobs);
    slots
}

/// `Packages` of Berkeley DB: a page that describes the table, one of items, then the values.
pub fn bdb(headers: &[Vec<u8>]) -> Vec<u8> {
    let mut meta = vec![0; BDB_PAGE];
    meta[12..16].copy_from_slice(&0x0006_1561_u32.to_le_bytes());
    meta[20..24].copy_from_slice(&(BDB_PAGE as u32).to_le_bytes());
    meta[25] = 8;
    let mut items = vec![0; BDB_PAGE];
    items[25] = 13;
    items[20..22].copy_from_slice(&(2 * headers.len() as u16).to_le_bytes());
    let mut pages = Vec::new();
    for (number, header) in headers.iter().enumerate() {
        let key = BDB_PAGE - 32 * (number + 1);
        let value = key + 16;
        let at = 26 + 4 * number;
        items[at..at + 2].copy_from_slice(&(key as u16).to_le_bytes());
        items[at + 2..at + 4].copy_from_slice(&(value as u16).to_le_bytes());
        items[key] = 1;
        items[value] = 3;
        let first = 2 + (pages.len() / BDB_PAGE) as u32;
        items[value + 4..value + 8].copy_from_slice(&first.to_le_bytes());
        items[value + 8..value + 12].copy_from_slice(&(header.len() as u32).to_le_bytes());
        let pieces: Vec<&[u8]> = header.chunks(BDB_PAGE - 26).collect();
        for (place, piece) in pieces.iter().enumerate() {
            let mut page = vec![0; BDB_PAGE];
            let next = match place + 1 == pieces.len() {
                true => 0,
                false => first + place as u32 + 1,
            };
            page[16..20].copy_from_slice(&next.to_le_bytes());
            page[22..24].copy_from_slice(&(piece.len() as u16).to_le_bytes());
            page[25] = 7;
            page[26..26 + piece.len()].copy_from_slice(piece);
            pages.extend(page);
        }
    }
    [meta, items, pages].concat()
}
