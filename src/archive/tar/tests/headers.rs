//! Fields of headers that mean nothing, and what a walk shows of them.

use super::build::*;

/// Twenty bytes that no writer would write.
const TEXT: &[u8] = b"some-text-of-no-tool";

fn records(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let walked = walk(bytes);
    assert!(walked.error.is_none(), "{:?}", walked.error);
    let records = &walked.entries.last().unwrap().0.records;
    let pair = |(key, value): &(Vec<u8>, Vec<u8>)| {
        (String::from_utf8_lossy(key).into_owned(), value.clone())
    };
    records.iter().map(pair).collect()
}

#[test]
fn a_link_target_of_what_is_no_link_stays_in_sight() {
    let expected = [("header.linkpath".to_owned(), TEXT.to_vec())];
    for flag in *b"0356Z" {
        let block = Header::new("a", flag, 0).with(157, TEXT).block();
        assert_eq!(records(&block), expected, "{}", flag as char);
    }
    let long = Header::gnu("././@LongLink", b'K', TEXT.len()).and(TEXT);
    assert_eq!(records(&[long, file("a", b"x")].concat()), expected);
    let pax = pax(b'x', &[("linkpath", TEXT)]);
    let expected = [("linkpath".to_owned(), TEXT.to_vec())];
    assert_eq!(records(&[pax, file("a", b"x")].concat()), expected);
}

#[test]
fn names_of_extension_headers_stay_in_sight_unless_they_are_made_of_the_entrys() {
    let record = b"12 key=word\n";
    let own = ("key".to_owned(), b"word".to_vec());
    for (name, is_shown) in [
        ("./PaxHeaders.12/dir/file", false),
        ("dir/PaxHeaders.0/file", false),
        ("dir/PaxHeader/fi", false),
        ("PaxHeader", false),
        ("././@PaxHeader", false),
        ("dir/PaxHeaders.0/other", true),
        ("PaxHeaders.token/dir/file", true),
    ] {
        let header = Header::new(name, b'x', record.len()).and(record);
        let found = records(&[header, file("./dir/file", b"x")].concat());
        let mut expected = vec![own.clone()];
        if is_shown {
            expected.push(("header.path".to_owned(), name.into()));
        }
        assert_eq!(found, expected, "{name}");
    }
    let header = Header::new("PaxHeader", b'x', record.len());
    let header = header.with(157, TEXT).with(265, b"somebody").and(record);
    let found = records(&[header.clone(), file("a", b"x")].concat());
    let link = ("header.linkpath".to_owned(), TEXT.to_vec());
    let owner = ("uname".to_owned(), b"somebody".to_vec());
    assert_eq!(found, [own, link, owner]);
    // Without an entry it is slack, as the header's content is.
    assert_eq!(walk(&header).slack().len(), 3);
}

#[test]
fn text_in_place_of_numbers_is_slack() {
    let ustar = |at| Header::new("a", b'0', 0).with(at, TEXT).block();
    let gnu = |flag, at| {
        Header::gnu("a", flag, 0)
            .with(345, &[0])
            .with(at, TEXT)
            .block()
    };
    let is_shown = |slack: &[u8]| slack.windows(TEXT.len()).any(|part| part == TEXT);
    for (block, at) in [
        (ustar(101), "mode and owners"),
        (gnu(b'0', 346), "times"),
        (gnu(b'0', 370), "offset"),
        (gnu(b'0', 400), "sparse map of a file that is not sparse"),
        (gnu(b'S', 400), "sparse map"),
        (gnu(b'S', 483), "real size"),
    ] {
        let walked = walk(&block);
        let shown = walked.slack.iter().any(|slack| is_shown(&slack.bytes));
        assert!(shown, "{at}: {:?}", walked.slack());
    }
    let numbers = Header::gnu("a", b'S', 0)
        .with(345, b"14524545400\0")
        .with(386, b"00000001000\x0000000000100\0")
        .with(483, b"00000002000\0");
    assert_eq!(walk(&numbers.block()).slack(), []);
}

#[test]
fn text_in_an_extended_sparse_map_is_slack() {
    let header = Header::gnu("a", b'S', 0).with(482, &[1]).block();
    let mut map = [0; 512];
    map[24..44].copy_from_slice(TEXT);
    let walked = walk(&[header.clone(), map.to_vec(), end()].concat());
    assert_eq!(walked.slack(), [(512 + 24, TEXT)]);
    map[24..44].fill(b'0');
    assert_eq!(walk(&[header, map.to_vec(), end()].concat()).slack(), []);
}
