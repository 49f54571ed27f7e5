//! Streams of several members, hidden bytes, broken ends and bombs.

use std::io::{Cursor, Read, Write};

use super::*;
use crate::archive::peek::tests::Drip;
use crate::archive::{LimitHit, limit_hit};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ::zstd::encode_all(bytes, 1).unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = liblzma::write::XzEncoder::new(Vec::new(), 1);
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut writer = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn skippable(payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_le_bytes();
    [&[0x50, 0x2a, 0x4d, 0x18][..], &length, payload].concat()
}

/// What comes out, with the error that ended it, and the hidden bytes.
fn decode(stored: &[u8], limits: &Limits) -> (Vec<u8>, Option<io::Error>, Vec<Vec<u8>>) {
    let mut all = Vec::new();
    for step in [1, 13, stored.len().max(1)] {
        let input = Box::new(Drip(stored, step));
        let (mut reader, hidden) = tracked_decoder(input, sniff(stored), limits).unwrap();
        let mut out = Vec::new();
        let error = reader.read_to_end(&mut out).err();
        let ranges = hidden.ranges().into_iter();
        let hidden = ranges.map(|r| stored[r.start as usize..r.end as usize].to_vec());
        all.push((out, error, hidden.collect::<Vec<_>>()));
    }
    let last = all.pop().unwrap();
    for other in all {
        assert_eq!((other.0, other.2), (last.0.clone(), last.2.clone()));
        assert_eq!(other.1.is_some(), last.1.is_some());
    }
    last
}

#[test]
fn every_format_is_told_by_its_bytes_and_all_its_members_come_out() {
    type Encode = fn(&[u8]) -> Vec<u8>;
    let encoders: [(Encode, Compression); 4] = [
        (gzip, Compression::Gzip),
        (zstd, Compression::Zstd),
        (xz, Compression::Xz),
        (bzip2, Compression::Bzip2),
    ];
    for (encode, compression) in encoders {
        let stored = [
            encode(b"one,"),
            encode(b""),
            encode(b"two"),
            b"TAIL".to_vec(),
        ]
        .concat();
        assert_eq!(sniff(&stored), compression);
        let (out, error, hidden) = decode(&stored, &Limits::default());
        assert_eq!(out, b"one,two", "{compression:?}");
        assert!(error.is_none(), "{compression:?}: {error:?}");
        assert_eq!(hidden, [b"TAIL".to_vec()], "{compression:?}");
    }
}

#[test]
fn what_is_not_compressed_passes_as_it_is() {
    assert_eq!(sniff(b""), Compression::None);
    assert_eq!(sniff(b"BZh9 is how a text may begin"), Compression::None);
    assert_eq!(decode(b"plain", &Limits::default()).0, b"plain");
    assert_eq!(unsupported(b"\x04\x22\x4d\x18rest"), Some("lz4"));
}

#[test]
fn names_and_comments_of_a_gzip_header_are_hidden_bytes() {
    let mut writer = flate2::GzBuilder::new()
        .filename("name")
        .comment("comment")
        .extra(*b"extra")
        .write(Vec::new(), flate2::Compression::fast());
    writer.write_all(b"content").unwrap();
    let (out, error, hidden) = decode(&writer.finish().unwrap(), &Limits::default());
    assert_eq!((out.as_slice(), error.is_none()), (&b"content"[..], true));
    assert_eq!(hidden, [b"\x05\0extraname\0comment\0".to_vec()]);
}

#[test]
fn skippable_frames_are_hidden_bytes_wherever_they_stand() {
    let stored = [
        skippable(b"first"),
        zstd(b"a"),
        skippable(b"middle"),
        zstd(b"b"),
    ]
    .concat();
    let stored = [stored, skippable(b""), skippable(b"last")].concat();
    let (out, error, hidden) = decode(&stored, &Limits::default());
    assert_eq!((out.as_slice(), error.is_none()), (&b"ab"[..], true));
    assert_eq!(
        hidden,
        [b"first".to_vec(), b"middle".to_vec(), b"last".to_vec()]
    );
}

#[test]
fn a_stream_that_ends_early_gives_what_it_has_and_says_so() {
    let text: Vec<u8> = (0..50_000u32).flat_map(|n| (n * n).to_le_bytes()).collect();
    for encode in [gzip, zstd, xz, bzip2] {
        let stored = encode(&text);
        let (out, error, _) = decode(&stored[..stored.len() - 5], &Limits::default());
        assert_eq!(error.unwrap().kind(), io::ErrorKind::UnexpectedEof);
        assert!(text.starts_with(&out));
    }
    let (out, _, _) = decode(&gzip(&text)[..100_000], &Limits::default());
    assert!(out.len() > 50_000);
}

#[test]
fn broken_data_is_an_error_of_its_own_kind() {
    let mut stored = gzip(b"some text that is long enough");
    let checksum = stored.len() - 8;
    stored[checksum] ^= 1;
    let (out, error, _) = decode(&stored, &Limits::default());
    assert_eq!(out, b"some text that is long enough");
    assert_eq!(error.unwrap().kind(), io::ErrorKind::InvalidData);
    let wrong = Box::new(Cursor::new(b"text"));
    let mut reader = decoder(wrong, Compression::Gzip, &Limits::default()).unwrap();
    assert!(reader.read_to_end(&mut Vec::new()).is_err());
}

/// Whatever room there is for what comes out.
#[test]
fn what_stands_before_a_wrong_checksum_comes_out() {
    for length in [100, 8_192, 8_193, 20_000, 40_961, 100_000, 131_072, 300_000] {
        let text: Vec<u8> = (0..length)
            .map(|n: u32| b'a' + (n.wrapping_mul(n) % 23) as u8)
            .collect();
        let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(true).unwrap();
        encoder.write_all(&text).unwrap();
        let mut stored = encoder.finish().unwrap();
        *stored.last_mut().unwrap() ^= 1;
        let (out, error, _) = decode(&stored, &Limits::default());
        assert_eq!(
            error.unwrap().kind(),
            io::ErrorKind::InvalidData,
            "{length}"
        );
        assert!(out == text, "{} of {length}", out.len());
    }
}

#[test]
fn what_stands_before_a_broken_block_comes_out() {
    // Text that compresses, but not to nothing: several blocks in every format.
    let text: Vec<u8> = (0..250_000u64)
        .flat_map(|n| {
            (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40)
                .to_string()
                .into_bytes()
        })
        .collect();
    for encode in [gzip, zstd, xz, bzip2] {
        let mut stored = encode(&text);
        let compression = sniff(&stored);
        let near_end = stored.len() - stored.len() / 5;
        for byte in &mut stored[near_end..] {
            *byte ^= 0x55;
        }
        let mut reader = decoder(Box::new(&stored[..]), compression, &Limits::default()).unwrap();
        let mut out = Vec::new();
        assert!(reader.read_to_end(&mut out).is_err(), "{compression:?}");
        let same = out.iter().zip(&text).take_while(|(a, b)| a == b).count();
        assert!(
            same > text.len() / 2,
            "{compression:?}: {same} of {}",
            text.len()
        );
    }
}

#[test]
fn a_bomb_stops_at_the_ratio_and_at_the_total() {
    let bomb = zstd(&vec![0; 80 << 20]);
    let limits = Limits {
        ratio: 100,
        ..Limits::default()
    };
    let mut reader = decoder(Box::new(&bomb[..]), Compression::Zstd, &limits).unwrap();
    let mut out = Vec::new();
    let error = reader.read_to_end(&mut out).unwrap_err();
    assert_eq!(limit_hit(&error), Some(LimitHit::Ratio(100)));
    assert!(out.len() as u64 >= Limits::RATIO_GRACE && out.len() < 66 << 20);

    let limits = Limits {
        total_size: 1000,
        ..Limits::default()
    };
    for stored in [gzip(&[7; 5000]), vec![7; 5000]] {
        let mut reader = decoder(Box::new(&stored[..]), sniff(&stored), &limits).unwrap();
        let mut out = Vec::new();
        let error = reader.read_to_end(&mut out).unwrap_err();
        assert_eq!(limit_hit(&error), Some(LimitHit::TotalSize(1000)));
        assert!(out.len() >= 1000);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn broken_streams_end_without_a_panic_and_within_the_limits(
        which in 0usize..4,
        edits in proptest::collection::vec((0usize..600, 0u8..), 1..6),
        step in 1usize..300,
    ) {
        let text: Vec<u8> = (0..2000u32).flat_map(|n| (n % 251).to_le_bytes()).collect();
        let mut stored = [gzip, zstd, xz, bzip2][which](&text);
        let compression = sniff(&stored);
        stored.extend(stored.clone());
        for (at, value) in edits {
            let at = at % stored.len();
            stored[at] = value;
        }
        let limits = Limits { total_size: 20_000, ..Limits::default() };
        let mut reader = decoder(Box::new(Drip(&stored, step)), compression, &limits).unwrap();
        let mut out = Vec::new();
        let error = reader.read_to_end(&mut out).err();
        assert!(out.len() <= 20_000 + (256 << 10));
        assert!(error.is_some() || out.len() <= 20_000);
    }
}
