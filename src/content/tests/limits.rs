//! Where nesting, ratio, memory, size and the number of hits end.

use super::*;

#[test]
fn archives_nested_deeper_than_the_limit_are_said_and_searched_as_they_stand() {
    let mut bytes = text();
    for _ in 0..6 {
        bytes = tar(&[("x.tar", &bytes)]);
    }
    let outcome = scan("x.tar", &bytes);
    assert_eq!(codes(&outcome), [WarningCode::LimitReached]);
    assert_eq!(outcome.hits.len(), 1);
    assert_eq!(outcome.hits[0].inside.len(), 4);
}

#[test]
fn a_compression_bomb_ends_at_the_limit_with_a_warning() {
    let zeros = vec![0; 3 << 20];
    let limits = Limits {
        total_size: 1 << 20,
        ..Limits::default()
    };
    for bomb in [gzip(&zeros), zip(&[("a", &zeros, STREAMED)])] {
        let outcome = scan_within(&limits, "x", &bomb);
        assert_eq!(codes(&outcome)[0], WarningCode::LimitReached);
        assert!(outcome.warnings[0].message.contains("--max-total-size"));
    }
}

/// What keeps a tar from being read is a limit, too, and it stands in the tar's own error.
#[test]
fn a_limit_that_ends_a_nested_tar_never_passes_silently() {
    let zeros = vec![0; 3 << 20];
    let members = tar(&[("zeros", &zeros), ("a.env", &text())]);
    let mut record = tar(&[("a.env", &text())]);
    record[156] = b'x';
    record[124..136].copy_from_slice(b"00030000000\0");
    record[148..156].fill(b' ');
    let sum: u32 = record[..512].iter().map(|byte| u32::from(*byte)).sum();
    record[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    record.resize(512 + (6 << 20), b' ');
    let limits = Limits {
        total_size: 1 << 20,
        ..Limits::default()
    };
    let zipped = zip(&[("a.tar", &members, STREAMED)]);
    let twice = gzip(&tar(&[("a.tar", &members)]));
    let (size, record_size) = ("--max-total-size", "header record larger");
    let record = tar(&[("a.tar", &record)]);
    for (bytes, limits, why) in [
        (gzip(&members), &limits, size),
        (zipped, &limits, size),
        (twice, &limits, size),
        (record, &Limits::default(), record_size),
    ] {
        for piece in [bytes.len(), 7] {
            let outcome = scan_once(limits, "x", &bytes, piece, bytes.len() as u64);
            let warnings = || outcome.warnings.iter();
            let limits = || warnings().filter(|one| one.code == WarningCode::LimitReached);
            assert!(limits().any(|one| one.message.contains(why)), "{why}");
        }
    }
}

#[test]
fn bombs_in_bombs_are_held_to_the_ratio_of_all_of_them_together() {
    let limits = Limits {
        ratio: 2_000,
        ..Limits::default()
    };
    let twice = gzip(&gzip(&vec![0; 66 << 20]));
    assert!(twice.len() < 20_000);
    let outcome = scan_once(&limits, "x", &twice, 4096, u64::MAX);
    assert_eq!(codes(&outcome)[0], WarningCode::LimitReached);
    assert!(outcome.warnings[0].message.contains("--max-ratio"));
}

#[test]
fn a_stream_that_wants_too_much_memory_is_a_limit_and_never_passes_silently() {
    // A window of 2 GiB; a raw block, the last, follows.
    let zstd = b"\x28\xb5\x2f\xfd\x00\xa8\x29\x00\x00hello".to_vec();
    let options = liblzma::stream::LzmaOptions::new_preset(0).map(|mut options| {
        options.dict_size(1 << 30);
        options
    });
    let mut filters = liblzma::stream::Filters::new();
    filters.lzma2(&options.unwrap());
    let check = liblzma::stream::Check::Crc32;
    let stream = liblzma::stream::Stream::new_stream_encoder(&filters, check);
    let mut writer = liblzma::write::XzEncoder::new_stream(Vec::new(), stream.unwrap());
    writer.write_all(&text()).unwrap();
    let xz = writer.finish().unwrap();
    for bytes in [zstd, xz] {
        let outcome = scan("x", &bytes);
        assert_eq!(codes(&outcome), [WarningCode::LimitReached]);
        assert!(outcome.warnings[0].message.contains("bytes of memory"));
    }
}

#[test]
fn hits_of_one_entry_are_kept_within_bounds_and_the_others_are_counted() {
    let name = "n".repeat(60_000);
    let secrets: String = (0..1_500)
        .map(|n| format!("tok_k3B9xq7Zt1mX{n:04}\n"))
        .collect();
    let outcome = scan("x.zip", &zip(&[(&name, secrets.as_bytes(), STORED)]));
    assert!(outcome.hits.len() < 1_200, "{}", outcome.hits.len());
    assert_eq!(codes(&outcome), [WarningCode::LimitReached]);
    assert!(outcome.warnings[0].message.contains("more matches"));
}

#[test]
fn a_member_larger_than_the_limit_is_searched_up_to_it() {
    let long = [text(), b"filler line\n".repeat(1000), text()].concat();
    let limits = Limits {
        entry_size: 5000,
        ..Limits::default()
    };
    let outcome = scan_within(&limits, "x.tar", &tar(&[("a", &long), ("b", &text())]));
    assert_eq!(places(&outcome), [("a".to_owned(), 2), ("b".to_owned(), 2)]);
    assert_eq!(codes(&outcome), [WarningCode::LimitReached]);
    assert!(
        outcome.warnings[0]
            .message
            .starts_with("a: entry larger than 5000")
    );
}
