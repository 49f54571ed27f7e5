//! Layers as they come, and layers that are wrong.

use std::io::Write;

use super::*;
use crate::image::Whiteout;
use crate::oci::{DiffId, Digest, MediaType};

/// A tar of files, two end blocks included.
fn tar(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ::tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = ::tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_cksum();
        writer.append(&header, content.as_bytes()).unwrap();
    }
    writer.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// A layer that states the right hashes.
fn layer(stored: Vec<u8>, tar: &[u8]) -> Layer {
    Layer {
        index: 3,
        digest: Some(Digest::sha256(&stored)),
        diff_id: Some(DiffId(Digest::sha256(tar))),
        media_type: MediaType::default(),
        name: "blob".to_owned(),
        blob: Some(Blob::from_vec(stored)),
        instruction: None,
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    entries: Vec<LayerEntry>,
    contents: Vec<Vec<u8>>,
    slack: Vec<(u64, Vec<u8>)>,
    hidden: Vec<(u64, Vec<u8>)>,
    plain: Vec<Vec<u8>>,
}

fn see(layer: &Layer, limits: &Limits) -> (LayerSummary, Seen) {
    let mut seen = Seen::default();
    let summary = walk(layer, limits, true, &mut |item| {
        match item {
            Item::Entry(entry, content) => {
                // How much was stored until then depends on the compression.
                seen.entries.push(LayerEntry {
                    stored: 0,
                    ..entry.clone()
                });
                let mut bytes = Vec::new();
                content.read_to_end(&mut bytes)?;
                seen.contents.push(bytes);
            }
            Item::Slack { offset, bytes } => seen.slack.push((offset, bytes.to_vec())),
            Item::Hidden { offset, bytes } => seen.hidden.push((offset, bytes.to_vec())),
            Item::Plain(content) => {
                let mut bytes = Vec::new();
                content.read_to_end(&mut bytes)?;
                seen.plain.push(bytes);
            }
        }
        Ok(())
    });
    (summary, seen)
}

fn codes(summary: &LayerSummary) -> Vec<WarningCode> {
    assert!(
        summary
            .warnings
            .iter()
            .all(|warning| warning.layer == Some(3))
    );
    summary
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect()
}

#[test]
fn a_layer_reads_the_same_in_every_compression_and_both_hashes_hold() {
    let tar = tar(&[
        ("./etc/", ""),
        ("etc/a", "one"),
        ("etc/.wh.b", ""),
        ("x/.wh..wh..opq", ""),
    ]);
    let (_, expected) = see(&layer(tar.clone(), &tar), &Limits::default());
    for stored in [
        tar.clone(),
        gzip(&tar),
        zstd::encode_all(&tar[..], 1).unwrap(),
    ] {
        let size = stored.len() as u64;
        let (summary, seen) = see(&layer(stored, &tar), &Limits::default());
        assert_eq!(seen, expected);
        assert_eq!(
            (summary.size, summary.uncompressed_size),
            (size, tar.len() as u64)
        );
        assert_eq!((summary.entries, summary.whiteouts), (4, 2));
        assert_eq!((summary.verified, codes(&summary)), (Some(true), vec![]));
        assert_eq!(summary.diff_id, Some(DiffId(Digest::sha256(&tar))));
    }
    let paths: Vec<_> = expected
        .entries
        .iter()
        .map(|entry| entry.path.as_slice())
        .collect();
    assert_eq!(paths[..2], [&b"etc"[..], b"etc/a"]);
    assert_eq!(
        expected.entries[2].whiteout,
        Some(Whiteout::Path(b"etc/b".to_vec()))
    );
    assert_eq!(
        expected.entries[3].whiteout,
        Some(Whiteout::Opaque(b"x".to_vec()))
    );
    assert_eq!(
        (expected.entries[1].sequence, expected.entries[1].offset),
        (1, 512)
    );
}

#[test]
fn wrong_hashes_are_named_and_unknown_algorithms_too() {
    let tar = tar(&[("a", "one")]);
    let mut wrong = layer(gzip(&tar), &tar);
    wrong.digest = Some(Digest::sha256(b"other"));
    wrong.diff_id = Some(DiffId(Digest::sha256(b"other")));
    let (summary, seen) = see(&wrong, &Limits::default());
    assert_eq!(
        codes(&summary),
        [WarningCode::DigestMismatch, WarningCode::DiffIdMismatch]
    );
    assert_eq!((summary.verified, seen.contents.len()), (Some(false), 1));
    let message = &summary.warnings[1].message;
    let both = [Digest::sha256(b"other"), Digest::sha256(&tar)];
    assert!(
        both.iter().all(|digest| message.contains(digest.as_str())),
        "{message}"
    );

    let mut unknown = layer(tar.clone(), &tar);
    unknown.digest = Some("blake3:abc".parse().unwrap());
    let (summary, _) = see(&unknown, &Limits::default());
    assert_eq!(codes(&summary), [WarningCode::UnverifiedDigest]);
    assert_eq!(summary.verified, Some(true), "the diff ID holds");

    let mut none = layer(tar.clone(), &tar);
    (none.digest, none.diff_id) = (None, None);
    assert_eq!(see(&none, &Limits::default()).0.verified, None);
}

#[test]
fn sha_512_is_checked_beside_sha_256() {
    let tar = tar(&[("a", "one")]);
    let (_, tally) = tap(
        Box::new(io::empty()),
        Some(crate::archive::Algorithm::Sha512),
        With::default(),
    );
    tally.update(&tar);
    for (digest, verified) in [(tally.digest(), true), (Some(Digest::sha256(b"x")), false)] {
        let mut layer = layer(tar.clone(), &tar);
        layer.digest = digest;
        assert_eq!(see(&layer, &Limits::default()).0.verified, Some(verified));
    }
}

#[test]
fn nothing_is_hashed_unasked() {
    let tar = tar(&[("a", "one")]);
    let mut wrong = layer(tar.clone(), &tar);
    wrong.digest = Some(Digest::sha256(b"other"));
    let summary = walk(&wrong, &Limits::default(), false, &mut |_| Ok(()));
    let hashes = (summary.digest, summary.diff_id, summary.verified);
    assert_eq!((hashes, summary.entries), ((None, None, None), 1));
}

#[test]
fn a_visitor_that_reads_nothing_changes_no_hash() {
    let tar = tar(&[("a", &"x".repeat(5000)), ("b", "y")]);
    for stored in [tar.clone(), gzip(&tar)] {
        let summary = walk(&layer(stored, &tar), &Limits::default(), true, &mut |_| {
            Ok(())
        });
        assert_eq!((summary.verified, summary.entries), (Some(true), 2));
    }
}

#[test]
fn an_absent_blob_is_nobodys_business_here_and_an_empty_one_is_an_empty_tar() {
    let mut absent = layer(Vec::new(), b"");
    absent.blob = None;
    assert_eq!(see(&absent, &Limits::default()), Default::default());
    for stored in [Vec::new(), gzip(b""), vec![0; 1024]] {
        let uncompressed = vec![0; if stored.len() == 1024 { 1024 } else { 0 }];
        let (summary, seen) = see(&layer(stored, &uncompressed), &Limits::default());
        assert_eq!((summary.verified, codes(&summary)), (Some(true), vec![]));
        assert_eq!(seen, Seen::default());
    }
}

#[test]
fn a_truncated_layer_gives_what_it_has_and_says_where() {
    let content = (0..5000).map(|n: u32| format!("{n} ")).collect::<String>();
    let tar = tar(&[("a", "one"), ("b", &content)]);
    let cut = layer(tar[..6000].to_vec(), &tar);
    let (summary, seen) = see(&cut, &Limits::default());
    let truncated = WarningCode::TruncatedLayer;
    assert_eq!(codes(&summary), [truncated, WarningCode::DiffIdMismatch]);
    assert!(
        summary.warnings[0].message.contains("byte 6000"),
        "{:?}",
        summary.warnings
    );
    assert_eq!(seen.contents[1], content.as_bytes()[..6000 - 1536]);

    let stored = gzip(&tar);
    let whole = layer(stored.clone(), &tar);
    let cut = Layer {
        blob: Some(Blob::from_vec(stored[..stored.len() / 2].to_vec())),
        ..whole
    };
    let (summary, seen) = see(&cut, &Limits::default());
    assert_eq!(codes(&summary), [truncated, WarningCode::DigestMismatch]);
    assert_eq!((summary.verified, summary.diff_id), (Some(false), None));
    assert!(seen.contents[1].len() > 1000 && content.as_bytes().starts_with(&seen.contents[1]));
}

#[test]
fn what_follows_a_broken_header_is_offered_as_it_is() {
    let mut bytes = tar(&[("a", "one"), ("b", "two")]);
    bytes[1024 + 20] = b'!';
    for stored in [bytes.clone(), gzip(&bytes)] {
        let (summary, seen) = see(&layer(stored, &bytes), &Limits::default());
        assert_eq!(codes(&summary), [WarningCode::BrokenLayer]);
        assert!(
            summary.warnings[0]
                .message
                .contains("at byte 1024 of the tar")
        );
        assert_eq!(
            (seen.entries.len(), &seen.plain[0][..]),
            (1, &bytes[1024..])
        );
        assert_eq!(summary.verified, Some(true), "broken as it was built");
    }
}

#[test]
fn a_blob_that_is_no_tar_is_one_plain_file() {
    let text = b"{\"some\": \"artifact\"}".to_vec();
    for stored in [text.clone(), gzip(&text)] {
        let (summary, seen) = see(&layer(stored, &text), &Limits::default());
        assert_eq!(codes(&summary), [WarningCode::NotATar]);
        assert_eq!(
            (seen.plain, summary.verified),
            (vec![text.clone()], Some(true))
        );
    }
    let lz4 = b"\x04\x22\x4d\x18 and so on".to_vec();
    let (summary, seen) = see(&layer(lz4.clone(), &lz4), &Limits::default());
    assert_eq!(codes(&summary), [WarningCode::UnsupportedCompression]);
    assert_eq!(seen.plain, [lz4]);
    let broken = b"\x1f\x8b\x08\xff not gzip at all".to_vec();
    let (summary, seen) = see(&layer(broken.clone(), b""), &Limits::default());
    assert_eq!(codes(&summary), [WarningCode::BrokenLayer]);
    assert_eq!(seen.plain, [broken]);
}

#[test]
fn encrypted_layers_are_named_unless_the_media_type_lies() {
    let media_type = MediaType("application/vnd.oci.image.layer.v1.tar+gzip+encrypted".into());
    let cipher = vec![0xc3; 2000];
    let encrypted = Layer {
        media_type: media_type.clone(),
        ..layer(cipher, b"")
    };
    let (summary, seen) = see(&encrypted, &Limits::default());
    assert_eq!(
        (codes(&summary), seen),
        (vec![WarningCode::EncryptedLayer], Seen::default())
    );
    assert_eq!(summary.verified, Some(true));
    let tar = tar(&[("a", "one")]);
    let lying = Layer {
        media_type,
        ..layer(gzip(&tar), &tar)
    };
    let (summary, seen) = see(&lying, &Limits::default());
    assert_eq!((codes(&summary), seen.entries.len()), (vec![], 1));
}

#[test]
fn hidden_bytes_and_slack_are_offered() {
    let bytes = [tar(&[("a", "one")]), b"tail".to_vec()].concat();
    let mut stored = gzip(&bytes);
    let end = stored.len() as u64;
    stored.extend_from_slice(b"\0\0behind");
    let (summary, seen) = see(&layer(stored, &bytes), &Limits::default());
    assert_eq!((summary.verified, codes(&summary)), (Some(true), vec![]));
    assert_eq!(seen.slack, [(2048, b"tail".to_vec())]);
    assert_eq!(seen.hidden, [(end + 2, b"behind".to_vec())]);
}

#[test]
fn an_entry_beyond_the_limit_is_cut_and_the_walk_goes_on() {
    let tar = tar(&[("big", "0123456789"), ("b", "two")]);
    let limits = Limits {
        entry_size: 4,
        ..Limits::default()
    };
    let (summary, seen) = see(&layer(tar.clone(), &tar), &limits);
    assert_eq!(seen.contents, [b"0123".to_vec(), b"two".to_vec()]);
    assert_eq!(codes(&summary), [WarningCode::LimitReached]);
    assert_eq!(summary.warnings[0].path.as_deref(), Some("big"));
    assert_eq!(summary.verified, Some(true));
}

#[test]
fn a_bomb_stops_at_the_limit_and_says_which() {
    let tar = tar(&[("zeros", &"\0".repeat(1 << 20))]);
    let limits = Limits {
        total_size: 100_000,
        ..Limits::default()
    };
    for stored in [tar.clone(), gzip(&tar)] {
        let (summary, seen) = see(&layer(stored, &tar), &limits);
        assert_eq!(codes(&summary), [WarningCode::LimitReached]);
        let message = &summary.warnings[0].message;
        assert!(message.contains("--max-total-size"), "{message}");
        assert!(seen.contents[0].len() < 500_000);
        assert_eq!(summary.diff_id, None);
    }
}

#[test]
fn hostile_names_are_kept_and_named_once() {
    let names = ["../up", "a/../b", ".wh.", "fine"].map(|name| (name, ""));
    let tar = tar(&names);
    let (summary, seen) = see(&layer(tar.clone(), &tar), &Limits::default());
    assert_eq!(codes(&summary), [WarningCode::HostileName]);
    let message = &summary.warnings[0].message;
    assert!(
        message.contains("3 entries") && message.contains("../up"),
        "{message}"
    );
    assert_eq!(seen.entries[0].path, b"../up");
    assert_eq!(
        (seen.entries[2].whiteout.as_ref(), summary.whiteouts),
        (None, 0)
    );
}

#[test]
fn a_flood_of_warnings_is_bounded() {
    let names: Vec<String> = (0..100).map(|n| format!("f{n}")).collect();
    let members: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), "too long"))
        .collect();
    let limits = Limits {
        entry_size: 4,
        ..Limits::default()
    };
    let tar = tar(&members);
    let (summary, seen) = see(&layer(tar.clone(), &tar), &limits);
    assert_eq!((seen.entries.len(), codes(&summary).len()), (100, 9));
    assert!(summary.warnings[8].message.contains("layer 3 has 92 more"));
}

#[test]
fn a_visitor_can_stop_the_walk() {
    let tar = tar(&[("a", "one"), ("b", "two")]);
    let mut visits = 0;
    let summary = walk(
        &layer(tar.clone(), &tar),
        &Limits::default(),
        true,
        &mut |_| {
            visits += 1;
            Err(io::Error::other("enough"))
        },
    );
    assert_eq!((visits, summary.digest), (1, None));
    assert!(summary.warnings[0].message.contains("enough"));
}
