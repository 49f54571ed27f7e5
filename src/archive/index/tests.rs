//! Archives in files and streams: lookups, links, damage, and what is no archive at all.

use std::io::Write;

use super::*;

/// A tar of files, and of links where the content begins with `->` (symbolic) or `=>` (hard).
fn tar(members: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ::tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = ::tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        let link = match content.get(..2) {
            Some("->") => Some(::tar::EntryType::Symlink),
            Some("=>") => Some(::tar::EntryType::Link),
            _ => None,
        };
        if let Some(kind) = link {
            header.set_entry_type(kind);
            header.as_mut_bytes()[157..157 + content.len() - 2]
                .copy_from_slice(&content.as_bytes()[2..]);
        }
        let content = if link.is_some() { "" } else { content };
        header.set_size(content.len() as u64);
        header.set_cksum();
        writer.append(&header, content.as_bytes()).unwrap();
    }
    writer.into_inner().unwrap()
}

fn open(bytes: &[u8]) -> Result<Archive> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Archive::open(file.path(), &Limits::default())
}

fn text(archive: &Archive, name: &str) -> Option<String> {
    let blob = archive.get(name).unwrap()?;
    Some(String::from_utf8_lossy(&blob).into_owned())
}

fn codes(archive: &Archive) -> Vec<WarningCode> {
    archive
        .warnings()
        .iter()
        .map(|warning| warning.code)
        .collect()
}

#[test]
fn members_are_found_by_any_spelling_of_their_name() {
    let archive = open(&tar(&[("./manifest.json", "[]"), ("a/b", "one")])).unwrap();
    for name in ["manifest.json", "./manifest.json", "/manifest.json"] {
        assert_eq!(text(&archive, name).as_deref(), Some("[]"), "{name}");
    }
    assert_eq!(archive.members()[0].name, "manifest.json");
    assert_eq!(archive.members()[0].raw_name, b"./manifest.json");
    assert!(archive.get("a").unwrap().is_none() && archive.get("x").unwrap().is_none());
    assert!(!archive.is_directory() && archive.warnings().is_empty());
}

#[test]
fn of_duplicates_the_last_counts_and_the_others_stay_in_reach() {
    let archive = open(&tar(&[("a", "one"), ("b", "x"), ("./a", "two")])).unwrap();
    assert_eq!(text(&archive, "a").as_deref(), Some("two"));
    assert_eq!(archive.members().len(), 3);
    assert_eq!(&archive.blob(0).unwrap().unwrap()[..], b"one");
    assert!(archive.blob(99).unwrap().is_none());
}

#[test]
fn links_are_followed_through_files_and_folders() {
    let archive = open(&tar(&[
        ("one/layer.tar", "->../two/layer.tar"),
        ("two/layer.tar", "=>./three.tar"),
        ("three.tar", "bytes"),
        ("folder", "->real/deep"),
        ("real/deep/x", "inner"),
        ("via", "->folder/x"),
    ]))
    .unwrap();
    for name in ["one/layer.tar", "two/layer.tar", "three.tar"] {
        assert_eq!(text(&archive, name).as_deref(), Some("bytes"), "{name}");
    }
    for name in ["folder/x", "via"] {
        assert_eq!(text(&archive, name).as_deref(), Some("inner"), "{name}");
    }
    assert!(archive.warnings().is_empty());
    let kind = &archive.members()[0].kind;
    assert_eq!(*kind, MemberKind::Link(b"../two/layer.tar".to_vec()));
}

#[test]
fn links_in_a_circle_or_to_nowhere_or_out_are_named() {
    let archive = open(&tar(&[
        ("a", "->b"),
        ("b", "->a"),
        ("self", "=>self"),
        ("grow", "->grow/x"),
        ("nowhere", "->missing"),
        ("out", "->../../etc/passwd"),
    ]))
    .unwrap();
    let message = |name: &str| archive.get(name).unwrap_err().message;
    for name in ["a", "b", "self"] {
        assert_eq!(message(name), format!("the link {name} leads in a circle"));
    }
    assert!(message("grow").contains("grow"));
    assert!(message("grow/y").contains("grow"));
    assert!(message("nowhere").contains("to missing, which is not in the archive"));
    assert!(message("out").contains("out of the archive"));
    assert_eq!(codes(&archive), [WarningCode::BrokenLink]);
}

#[test]
fn hostile_names_stay_listed_and_are_never_resolved() {
    let archive = open(&tar(&[("../../etc/passwd", "x"), ("a/../b", "y")])).unwrap();
    assert_eq!(archive.members()[0].name, "../../etc/passwd");
    assert!(archive.get("b").unwrap().is_none() && archive.get("etc/passwd").unwrap().is_none());
    assert_eq!(text(&archive, "a/../b").as_deref(), Some("y"));
    assert_eq!(codes(&archive), [WarningCode::HostileName; 2]);
}

#[test]
fn a_truncated_archive_gives_what_it_has() {
    let whole = tar(&[("a", "one"), ("b", &"x".repeat(2000))]);
    let archive = open(&whole[..2000]).unwrap();
    assert_eq!(text(&archive, "a").as_deref(), Some("one"));
    assert_eq!(archive.get("b").unwrap().unwrap().len(), 2000 - 1536);
    assert_eq!(archive.members()[1].size, 2000);
    assert_eq!(codes(&archive), [WarningCode::TruncatedArchive]);
    let message = &archive.warnings()[0].message;
    assert!(
        message.contains("byte 2000") && message.contains("member b"),
        "{message}"
    );
}

#[test]
fn a_compressed_archive_is_the_same_archive() {
    let plain = tar(&[("a", "one"), ("b", "two")]);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&plain).unwrap();
    let gzip = gzip.finish().unwrap();
    let archives = [
        open(&gzip).unwrap(),
        open(&::zstd::encode_all(&plain[..], 1).unwrap()).unwrap(),
        Archive::from_reader(&mut &gzip[..], Path::new("-"), &Limits::default()).unwrap(),
        Archive::from_reader(&mut &plain[..], Path::new("-"), &Limits::default()).unwrap(),
    ];
    for archive in archives {
        assert_eq!(archive.members(), open(&plain).unwrap().members());
        assert_eq!(text(&archive, "b").as_deref(), Some("two"));
        assert!(archive.warnings().is_empty());
    }
}

#[test]
fn a_compressed_archive_that_breaks_off_keeps_what_came_out() {
    let big: String = (0..200_000).map(|n| format!("{n}")).collect();
    let stored = ::zstd::encode_all(&tar(&[("a", "one"), ("b", &big)])[..], 1).unwrap();
    let archive = open(&stored[..stored.len() - 100]).unwrap();
    assert_eq!(text(&archive, "a").as_deref(), Some("one"));
    let both = [WarningCode::TruncatedArchive; 2];
    assert_eq!(codes(&archive), both);
    let small = Limits {
        total_size: 1024,
        ..Limits::default()
    };
    let archive = Archive::from_reader(&mut &stored[..], Path::new("-"), &small).unwrap();
    assert_eq!(codes(&archive)[0], WarningCode::LimitReached);
}

#[test]
fn what_is_no_archive_is_refused_with_what_it_is() {
    let once = ::zstd::encode_all(&tar(&[("a", "one")])[..], 1).unwrap();
    let twice = ::zstd::encode_all(&once[..], 1).unwrap();
    for (bytes, what) in [
        (&b""[..], "it is empty"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"{\"a\": 1}", "JSON"),
        (b"some words\n", "text"),
        (b"\x04\x22\x4d\x18rest", "lz4"),
        (b"\x00\x01\x02\x03", "some other data"),
        (b"\x1f\x8b\x08broken", "gzip archive breaks off"),
        (&twice, "compressed twice"),
    ] {
        let error = open(bytes).unwrap_err();
        assert!(matches!(error, Error::NotAnImage { .. }));
        assert!(error.to_string().contains(what), "{error}");
    }
    let missing = Archive::open(Path::new("/no/such/file"), &Limits::default());
    assert!(matches!(missing, Err(Error::Read { .. })));
}

#[test]
fn names_that_are_no_text_are_found_as_they_are_printed() {
    let mut bytes = tar(&[("n_x", "one")]);
    bytes[1] = 0xff;
    bytes[148..156].copy_from_slice(b"        ");
    let sum: u32 = bytes[..512].iter().map(|byte| u32::from(*byte)).sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let archive = open(&bytes).unwrap();
    assert_eq!(
        text(&archive, &archive.members()[0].name).as_deref(),
        Some("one")
    );
}

#[test]
fn an_archive_can_be_read_from_many_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Archive>();
}

#[test]
fn a_member_behind_the_end_mark_replaces_none_before_it() {
    let first = tar(&[("a", "one"), ("a", "two"), ("link", "->late")]);
    let second = tar(&[("a", "three"), ("late", "four")]);
    let archive = open(&[first, second].concat()).unwrap();
    assert_eq!(text(&archive, "a").as_deref(), Some("two"));
    assert_eq!(text(&archive, "link").as_deref(), Some("four"));
    let behind = archive.members().iter().map(|member| member.behind_end);
    assert!(behind.eq([false, false, false, true, true]));
    let warning = &archive.warnings()[0];
    assert_eq!(codes(&archive), [WarningCode::BehindEndMark]);
    assert!(
        warning
            .message
            .starts_with("the archive has 2 members behind")
    );
    assert_eq!(warning.path.as_deref(), Some("a"));
}

#[test]
fn bytes_outside_of_members_are_kept() {
    let archive = open(&[tar(&[("a", "one")]), b"tail".to_vec()].concat()).unwrap();
    assert_eq!(archive.slack()[0].bytes, b"tail");
    let mut writer = flate2::GzBuilder::new()
        .comment("remark")
        .write(Vec::new(), flate2::Compression::fast());
    writer.write_all(&tar(&[("a", "one")])).unwrap();
    let stored = [writer.finish().unwrap(), b"behind".to_vec()].concat();
    let streamed = Archive::from_reader(&mut &stored[..], Path::new("-"), &Limits::default());
    for archive in [open(&stored), streamed] {
        let archive = archive.unwrap();
        let hidden = [b"remark\0".to_vec(), b"behind".to_vec()];
        assert!(archive.slack().iter().map(|slack| &slack.bytes).eq(&hidden));
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(100))]

    #[test]
    fn no_bytes_make_it_panic(
        edits in proptest::collection::vec((0usize..4096, 0u8..), 0..8),
        length in 512usize..4096,
    ) {
        let mut bytes = tar(&[("a", "one"), ("b", "->a"), ("c/d", "=>b"), ("e", "->c/f")]);
        for (at, value) in edits {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        for block in bytes.chunks_exact_mut(512) {
            block[148..156].copy_from_slice(b"        ");
            let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
            block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        }
        bytes.truncate(length);
        if let Ok(archive) = Archive::from_reader(&mut &bytes[..], Path::new("-"), &Limits::default()) {
            for (index, member) in archive.members().iter().enumerate() {
                let _ = (archive.blob(index), archive.get(&member.name));
            }
        }
    }
}
