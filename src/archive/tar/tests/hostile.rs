//! What no honest writer writes.

use super::build::*;
use crate::archive::{Limits, TarError};

fn offset_of_break(bytes: &[u8]) -> (u64, usize) {
    let walked = walk(bytes);
    match walked.error {
        Some(TarError::Broken { offset, .. }) => (offset, walked.entries.len()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_checksum_ends_the_walk_where_it_stands() {
    let mut bad = file("b", b"two");
    bad[3] ^= 1;
    let tar = [file("a", b"one"), bad, file("c", b"three")].concat();
    assert_eq!(offset_of_break(&tar), (1024, 1));
}

#[test]
fn signed_checksums_of_old_writers_are_right_too() {
    let mut block = Header::new("n\u{e9}", b'0', 0).block();
    let sum: i64 = block
        .iter()
        .enumerate()
        .fold(0, |sum, (at, byte)| match at {
            148..156 => sum + 32,
            _ => sum + i64::from(*byte as i8),
        });
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    assert_eq!(walk(&block).entries.len(), 1);
}

#[test]
fn a_tar_that_ends_early_says_where_and_gives_what_it_has() {
    let tar = [file("a", b"one"), file("b", &[b'x'; 1000])].concat();
    for (length, offset, missing) in [(1030, 1030, 506), (1536, 1536, 1000), (1600, 1600, 936)] {
        let walked = walk(&tar[..length]);
        match walked.error {
            Some(TarError::Truncated {
                offset: at,
                missing: m,
            }) => {
                assert_eq!((at, m), (offset, missing));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(walked.entries[0].1, b"one");
        if length == 1600 {
            assert_eq!(walked.entries[1].1.len(), 64);
        }
    }
}

#[test]
fn sizes_that_cannot_be_are_errors_at_their_header() {
    let negative = Header::new("a", b'0', 0).with(124, &[0xff; 12]).block();
    let huge = Header::new("a", b'0', 0)
        .with(124, &[0x80, 0xff, 0xff, 0xff])
        .block();
    let letters = Header::new("a", b'0', 0).with(124, b"ten bytes").block();
    for block in [negative, huge, letters] {
        let tar = [file("first", b"x"), block, end()].concat();
        assert_eq!(offset_of_break(&tar), (1024, 1));
    }
    let tar = [pax(b'x', &[("size", b"-5")]), file("a", b"")].concat();
    assert_eq!(offset_of_break(&tar), (0, 0));
}

#[test]
fn a_size_beyond_the_end_is_a_truncation_without_memory() {
    let most = Header::new("a", b'0', 0).with(124, &[0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff]);
    let tar = [most.block(), b"content".to_vec()].concat();
    let walked = walk(&tar);
    assert_eq!(walked.files(), pairs(&[("a", "content")]));
    assert!(walked.error.unwrap().is_truncated());
}

#[test]
fn the_pax_size_is_not_applied_to_the_header_of_a_long_name() {
    let tar = [
        pax(b'x', &[("size", b"3")]),
        Header::gnu("././@LongLink", b'L', 5).and(b"name\0"),
        Header::new("short", b'0', 1024).and(b"one"),
        file("after", b"two"),
    ];
    let walked = walk(&tar.concat());
    assert_eq!(walked.files(), pairs(&[("name", "one"), ("after", "two")]));
}

#[test]
fn links_and_directories_with_a_size_keep_the_walk_in_step() {
    let mut tar = Vec::new();
    for flag in [b'1', b'2', b'5'] {
        // Size without content, as Go and others write hard links …
        tar.extend(Header::new("without", flag, 700).block());
        tar.extend(file("next", b"x"));
        // … and size with content, as old pax writers do.
        tar.extend(Header::new("with", flag, 4).and(b"body"));
        tar.extend(file("next", b"x"));
    }
    let walked = walk(&tar);
    assert!(walked.error.is_none(), "{:?}", walked.error);
    let once = [
        ("without", ""),
        ("next", "x"),
        ("with", "body"),
        ("next", "x"),
    ];
    assert_eq!(walked.files(), pairs(&once.repeat(3)));
}

#[test]
fn malformed_records_break_the_walk_but_their_bytes_are_kept() {
    let record = b"99 path=far too short\n";
    let tar = [
        file("a", b"one"),
        Header::new("././@PaxHeader", b'x', record.len()).and(record),
        file("b", b"two"),
    ];
    let tar = tar.concat();
    assert_eq!(offset_of_break(&tar), (1024, 1));
    assert_eq!(walk(&tar).slack()[0].1, record);
}

#[test]
fn records_beyond_the_limit_are_refused_also_when_split() {
    let size = Limits::TAR_RECORD_SIZE as usize;
    let whole = Header::new("././@PaxHeader", b'x', size + 1).block();
    let half = Header::gnu("././@LongLink", b'L', size / 2 + 1).and(&vec![b'n'; size / 2 + 1]);
    for tar in [whole, half.repeat(2)] {
        let error = walk(&tar).error.unwrap();
        assert!(error.limit().is_some(), "{error}");
    }
}

#[test]
fn duplicates_are_all_kept() {
    let tar = [
        file("a", b"one"),
        file("./a", b"two"),
        file("a", b"three"),
        end(),
    ]
    .concat();
    let expected = pairs(&[("a", "one"), ("./a", "two"), ("a", "three")]);
    assert_eq!(walk(&tar).files(), expected);
}

#[test]
fn what_follows_the_end_is_walked_too() {
    let tar = [
        file("a", b"one"),
        vec![0; 512],
        file("b", b"two"),
        end(),
        b"text after the end".to_vec(),
        vec![0; 494],
        file("c", b"three"),
        end(),
        b"tail".to_vec(),
    ]
    .concat();
    let walked = walk(&tar);
    assert!(walked.error.is_none(), "{:?}", walked.error);
    assert_eq!(
        walked.files(),
        pairs(&[("a", "one"), ("b", "two"), ("c", "three")])
    );
    let text: (u64, &[u8]) = (3584, b"text after the end");
    let tail: (u64, &[u8]) = (6144, b"tail");
    assert_eq!(walked.slack(), [text, tail]);
}

#[test]
fn a_long_tail_comes_in_pieces_and_whole() {
    let tail = vec![b'x'; 3 << 20];
    let walked = walk(&[end(), tail.clone()].concat());
    assert!(
        walked
            .slack
            .iter()
            .all(|slack| slack.bytes.len() <= 1 << 20)
    );
    let all: Vec<u8> = walked
        .slack
        .into_iter()
        .flat_map(|slack| slack.bytes)
        .collect();
    assert_eq!(all, tail);
}

#[test]
fn paddings_and_unused_fields_are_slack_when_they_are_not_nul() {
    let header = Header::new("name\0hidden", b'0', 3).with(500, b"end of block");
    let mut block = header.and(b"one");
    block[512 + 3..512 + 10].copy_from_slice(b"padding");
    let walked = walk(&[block, file("b", b"two")].concat());
    assert_eq!(walked.files(), pairs(&[("name", "one"), ("b", "two")]));
    let expected: [(u64, &[u8]); 3] = [(5, b"hidden"), (500, b"end of block"), (515, b"padding")];
    assert_eq!(walked.slack(), expected);
}

#[test]
fn extension_headers_without_an_entry_are_slack() {
    let tar = [
        file("a", b"one"),
        Header::gnu("././@LongLink", b'L', 9).and(b"some name"),
        end(),
        file("b", b"two"),
    ];
    let walked = walk(&tar.concat());
    assert_eq!(walked.files(), pairs(&[("a", "one"), ("b", "two")]));
    assert_eq!(walked.slack()[0].1, b"some name");
}

#[test]
fn entries_behind_a_zero_block_say_so() {
    let zero_block = vec![0; 512];
    for (mark, is_end) in [(Vec::new(), false), (zero_block, true), (end(), true)] {
        let tar = [
            file("a", b"one"),
            mark,
            file("b", b"two"),
            file("c", b"three"),
        ];
        let walked = walk(&tar.concat());
        let behind = walked.entries.iter().map(|(entry, _)| entry.behind_end);
        assert!(behind.eq([false, is_end, is_end]));
    }
}

#[test]
fn names_that_other_names_replace_stay_in_sight() {
    let tar = [
        Header::gnu("././@LongLink", b'L', 12).and(b"first\0behind"),
        Header::gnu("././@LongLink", b'L', 7).and(b"second\0"),
        Header::gnu("third", b'0', 0).block(),
    ];
    let walked = walk(&tar.concat());
    let (entry, _) = &walked.entries[0];
    assert_eq!(entry.path, b"second");
    let expected = [("GNU.longname", "first"), ("header.path", "third")];
    let expected = expected.map(|(key, value)| (key.into(), value.into()));
    assert_eq!(entry.records, expected);
    assert_eq!(walked.slack()[0].1, b"behind");
}
