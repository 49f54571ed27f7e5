//! What honest writers write.

use super::super::{Sparse, SparseLayout};
use super::build::*;
use crate::archive::{EntryKind, is_tar};

#[test]
fn a_plain_tar_has_its_entries_at_their_offsets() {
    let tar = [
        file("a", b"one"),
        file("b", &[b'x'; 600]),
        file("c", b""),
        end(),
    ]
    .concat();
    let walked = walk(&tar);
    assert!(walked.error.is_none() && walked.slack.is_empty());
    assert_eq!(walked.files()[0], ("a".into(), "one".into()));
    let offsets: Vec<_> = walked
        .entries
        .iter()
        .map(|(e, _)| (e.offset, e.content_offset))
        .collect();
    assert_eq!(offsets, [(0, 512), (1024, 1536), (2560, 3072)]);
    let (entry, _) = &walked.entries[0];
    assert_eq!(
        (entry.mode, entry.uid, entry.gid, entry.mtime),
        (0o644, 0o1750, 0o1751, 15)
    );
}

#[test]
fn missing_end_blocks_and_missing_last_padding_are_a_fine_end() {
    for cut in [0, 1024, 1024 + 509] {
        let tar = [file("a", b"one"), end()].concat();
        let walked = walk(&tar[..tar.len() - cut]);
        assert!(walked.error.is_none(), "{:?}", walked.error);
        assert_eq!(walked.files(), pairs(&[("a", "one")]));
    }
    assert!(walk(b"").entries.is_empty() && walk(b"").error.is_none());
    assert!(walk(&end()).entries.is_empty() && walk(&end()).error.is_none());
}

#[test]
fn long_names_come_from_the_prefix_from_pax_and_from_gnu() {
    let long = "n".repeat(200);
    let name = long.clone() + "\0";
    let tar = [
        Header::new("name", b'0', 0)
            .with(345, b"some/prefix")
            .block(),
        pax(b'x', &[("path", long.as_bytes()), ("linkpath", b"target")]),
        Header::new("short", b'2', 0).block(),
        Header::gnu("././@LongLink", b'L', name.len()).and(name.as_bytes()),
        Header::gnu("././@LongLink", b'K', name.len()).and(name.as_bytes()),
        Header::gnu("short", b'1', 0).block(),
        file("plain", b""),
    ];
    let walked = walk(&tar.concat());
    assert!(
        walked.error.is_none() && walked.slack.is_empty(),
        "{walked:?}"
    );
    let names: Vec<_> = walked.files().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["some/prefix/name", &long, &long, "plain"]);
    assert_eq!(walked.entries[1].0.link.as_deref(), Some(&b"target"[..]));
    assert_eq!(walked.entries[2].0.link.as_deref(), Some(long.as_bytes()));
    // The first header of an entry counts as its place.
    assert_eq!(walked.entries[1].0.offset, 512);
}

#[test]
fn old_go_wrote_a_prefix_under_the_magic_of_gnu() {
    let old = Header::gnu("name", b'0', 0)
        .with(345, b"usr/share/some/long/prefix")
        .block();
    assert_eq!(
        walk(&old).files(),
        pairs(&[("usr/share/some/long/prefix/name", "")])
    );
    let times = Header::gnu("name", b'0', 0)
        .with(345, b"00000000017\x0000000000017\0")
        .block();
    assert_eq!(walk(&times).files(), pairs(&[("name", "")]));
}

#[test]
fn pax_records_count_over_the_header_and_all_of_them_are_kept() {
    let records: &[(&str, &[u8])] = &[
        ("size", b"3"),
        ("uid", b"70000"),
        ("mtime", b"1700000000.5"),
        ("SCHILY.xattr.user.note", b"free\ntext\0\xff"),
        ("comment", b"remark"),
    ];
    let tar = [
        pax(b'x', records),
        Header::new("a", b'0', 0).and(b"one"),
        file("b", b"two"),
    ];
    let walked = walk(&tar.concat());
    assert_eq!(walked.files(), pairs(&[("a", "one"), ("b", "two")]));
    let (entry, _) = &walked.entries[0];
    assert_eq!(
        (entry.uid, entry.mtime, entry.records.len()),
        (70000, 1_700_000_000, 5)
    );
    assert_eq!(entry.records[3].1, b"free\ntext\0\xff");
    assert!(walked.entries[1].0.records.is_empty());
}

#[test]
fn global_records_are_shown_once_and_change_nothing() {
    let tar = [
        pax(
            b'g',
            &[("comment", b"remark"), ("path", b"no"), ("size", b"9")],
        ),
        file("a", b"one"),
        file("b", b"two"),
        pax(b'g', &[("comment", b"last")]),
        end(),
    ];
    let walked = walk(&tar.concat());
    assert_eq!(walked.files(), pairs(&[("a", "one"), ("b", "two")]));
    assert_eq!(walked.entries[0].0.records.len(), 3);
    assert!(walked.entries[1].0.records.is_empty());
    // With no entry after it, it belongs to nothing.
    assert_eq!(walked.slack()[0].1, b"16 comment=last\n");
}

#[test]
fn kinds_follow_the_flag_and_v7_directories_their_slash() {
    let v7 = |name: &str, flag| {
        let header = Header::new(name, flag, 0).with(257, &[0; 8]);
        header.block()
    };
    let mut tar = [v7("dir/", 0), v7("file", 0)].concat();
    for flag in *b"01234567V" {
        tar.extend(Header::new("x", flag, 0).block());
    }
    use EntryKind::*;
    let expected = [
        Directory,
        File,
        File,
        HardLink,
        Symlink,
        CharDevice,
        BlockDevice,
        Directory,
        Fifo,
        File,
        Other(b'V'),
    ];
    assert_eq!(walk(&tar).kinds(), expected);
}

#[test]
fn owners_names_are_kept_where_they_are_unusual() {
    let header = Header::new("a", b'0', 0)
        .with(265, b"somebody\0")
        .with(297, b"root\0");
    let walked = walk(&header.block());
    assert_eq!(
        walked.entries[0].0.records,
        [(b"uname".to_vec(), b"somebody".to_vec())]
    );
}

#[test]
fn of_sparse_files_the_stored_bytes_come_out_and_the_walk_stays_in_step() {
    // Old GNU: two more blocks of map between header and content.
    let mut more = vec![0; 1024];
    more[504] = 1;
    let old = Header::gnu("old", b'S', 5)
        .with(482, &[1])
        .with(483, b"00000100000\0")
        .block();
    let mut stored = b"bytes".to_vec();
    stored.resize(512, 0);
    // PAX 1.0: the map stands in front of the content and counts as part of it.
    let records: &[(&str, &[u8])] = &[
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"real/name"),
        ("GNU.sparse.realsize", b"1000000"),
    ];
    let mut map = b"1\n0\n3\n".to_vec();
    map.resize(512, 0);
    map.extend(b"abc");
    let tar = [
        [old, more, stored].concat(),
        pax(b'x', records),
        Header::new("GNUSparseFile.0/name", b'0', map.len()).and(&map),
        file("after", b"x"),
    ];
    let walked = walk(&tar.concat());
    assert!(
        walked.error.is_none() && walked.slack.is_empty(),
        "{walked:?}"
    );
    let names: Vec<_> = walked.files().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["old", "real/name", "after"]);
    assert_eq!(walked.entries[0].1, b"bytes");
    assert!(walked.entries[1].1.ends_with(b"abc"));
    let told = |at: usize| walked.entries[at].0.sparse.clone();
    let old = Sparse {
        size: 32_768,
        layout: SparseLayout::Pieces(Vec::new()),
    };
    let in_front = Sparse {
        size: 1_000_000,
        layout: SparseLayout::InFront,
    };
    assert_eq!(
        [told(0), told(1), told(2)],
        [Some(old), Some(in_front), None]
    );
}

#[test]
fn a_tar_of_another_writer_reads_the_same() {
    let mut writer = tar::Builder::new(Vec::new());
    let long = "folder/".repeat(40) + "file";
    for (name, content) in [("a", "one"), (long.as_str(), "two")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        writer
            .append_data(&mut header, name, content.as_bytes())
            .unwrap();
    }
    let walked = walk(&writer.into_inner().unwrap());
    assert_eq!(
        walked.files(),
        pairs(&[("a", "one"), (long.as_str(), "two")])
    );
    assert!(walked.slack.is_empty());
}

#[test]
fn a_tar_is_told_by_magic_checksum_or_zero_blocks() {
    assert!(is_tar(&file("a", b"")));
    let v7 = Header::new("a", 0, 0).with(257, &[0; 8]).block();
    assert!(is_tar(&v7));
    let mut wrong_checksum = file("a", b"");
    wrong_checksum[148] ^= 1;
    assert!(is_tar(&wrong_checksum));
    assert!(is_tar(&[0; 512]) && is_tar(&end()));
    assert!(!is_tar(b"") && !is_tar(&[b'x'; 512]) && !is_tar(&v7[..511]));
    assert!(!is_tar(&[vec![0; 512], vec![1; 512]].concat()));
}
