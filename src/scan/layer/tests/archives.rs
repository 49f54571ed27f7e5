//! Archives in a layer: other threads open them, and those that depend on what came before are opened once more.

use super::*;

/// A content with a secret of its own.
fn secret(number: usize) -> Vec<u8> {
    format!("GITHUB_TOKEN=ghp_{}\n", format!("{number:02}aB").repeat(9)).into_bytes()
}

/// So many bytes that no compression makes fewer.
fn noise(length: usize) -> Vec<u8> {
    let numbers = (1u64..).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33);
    let bytes =
        numbers.flat_map(|number| (number ^ (number >> 13)).to_le_bytes().into_iter().take(3));
    bytes.take(length).collect()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::tar::Builder::new(Vec::new());
    for (path, content) in members {
        let mut header = ::tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_cksum();
        writer.append_data(&mut header, path, *content).unwrap();
    }
    writer.into_inner().unwrap()
}

fn blob(content: &[u8]) -> Vec<u8> {
    zlib(&[format!("blob {}\0", content.len()).as_bytes(), content].concat())
}

/// What a scan found: the path, and the way in it.
fn found(scan: LayerScan) -> Vec<(String, String)> {
    assert!(scan.warnings.is_empty(), "{:?}", scan.warnings);
    let hits = scan.hits.into_iter();
    hits.map(|hit| {
        let path = String::from_utf8(hit.path).unwrap();
        (path, hit.hit.inside.join(" > "))
    })
    .collect()
}

#[test]
fn archives_hold_the_same_whoever_opens_them() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    let (much, noise) = (vec![b' '; 20 << 20], noise(514 << 10));
    let object = blob(&secret(5));
    let git = ("repo/.git/objects/01/23456789", &object[..]);
    let cases: [(&str, Vec<u8>); 7] = [
        ("small.gz", gzip(&secret(0))),
        ("large.gz", gzip(&[&noise[..], &secret(1)].concat())),
        ("much.gz", gzip(&[&much[..1 << 20], &secret(2)].concat())),
        (
            "large-much.gz",
            gzip(&[&noise[..], &much, &secret(3)].concat()),
        ),
        ("git.tar", tar_of(&[("a", &secret(4)), git])),
        (
            "large-git.tar",
            tar_of(&[("noise", &noise), ("a", &secret(6)), git]),
        ),
        ("loose/.git/objects/ab/cdef", blob(&secret(7))),
    ];
    let sizes = cases.each_ref().map(|(_, content)| content.len() as u64);
    assert!(sizes[1] > 512 << 10 && sizes[3] > 512 << 10 && sizes[5] > 512 << 10);
    let unpacked = [1 << 20, 20 << 20];
    assert!(unpacked[0] > crate::content::share(sizes[2]));
    assert!(unpacked[1] > crate::content::share(sizes[3]));
    let members = cases
        .each_ref()
        .map(|(path, content)| (*path, &content[..]));
    let tar = tar_of(&members);
    let scan = |stored: &[u8], threads| {
        let scan = scan(&engine, &Twins::of(1), stored.to_vec(), threads, None);
        let mut found = found(scan);
        found.sort();
        found
    };
    let expected = scan(&tar, 1);
    let paths: Vec<&str> = expected.iter().map(|(path, _)| &path[..]).collect();
    for (path, content) in &members {
        // A secret in an archive, and a second one in an object of git beside it.
        let count = 1 + usize::from(path.contains("git.tar"));
        let hits = paths.iter().filter(|other| *other == path).count();
        assert_eq!(hits, count, "{path} of {} bytes", content.len());
    }
    let compressed = gzip(&tar);
    for threads in [1, 3] {
        assert_eq!(scan(&tar, threads), expected, "{threads} threads");
        assert_eq!(scan(&compressed, threads), expected, "{threads} threads");
    }
}

#[test]
fn what_is_found_in_a_large_archive_does_not_depend_on_the_room_there_is() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    let noise = noise(600 << 10);
    let (before, behind) = noise.split_at(noise.len() - (150 << 10));
    let header = format!(
        "!<arch>\n{:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
        "a/", 0, 0, 0, 644, 9_000_000
    );
    let torn = [header.as_bytes(), before, b"\n", &secret(0), behind].concat();
    let stored = gzip(&tar_of(&[
        ("torn.a", &torn),
        (
            "whole.tar",
            &tar_of(&[("noise", &noise), ("a", &secret(1))]),
        ),
    ]));
    let scan = |pool: &Pool, threads| {
        let scan = scan_with(&engine, &Twins::of(1), pool, stored.clone(), threads, None);
        let hits = scan.hits.into_iter();
        let hits = hits.map(|hit| (hit.path, hit.hit.inside, hit.hit.matched.span));
        hits.collect::<Vec<_>>()
    };
    let expected = scan(&Pool::default(), 1);
    assert!(expected.iter().any(|(path, ..)| path == b"whole.tar"));
    for threads in [1, 2] {
        let pool = Pool::default();
        assert_eq!(
            scan(&pool, threads),
            expected,
            "{threads} threads, all rooms free"
        );
        let _taken = pool.share(16 << 20);
        assert!(pool.share(1).is_none());
        assert_eq!(scan(&pool, threads), expected, "{threads} threads, no room");
    }
}

#[test]
fn little_lies_around_however_many_archives_are_open() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    let (archive, text) = (gzip(&secret(0)), vec![b' '; 100 << 10]);
    let members: Vec<_> = (0..200)
        .map(|number| {
            (
                number.to_string(),
                if number == 0 { &archive } else { &text },
            )
        })
        .collect();
    let members: Vec<(&str, &[u8])> = (members.iter())
        .map(|(path, bytes)| (&path[..], &bytes[..]))
        .collect();
    let stored = gzip(&tar_of(&members));
    // Alone, nothing waits; with others, 8 MiB in rooms of 128 KiB.
    for (threads, may_wait) in [(1, 0), (2, 64)] {
        let pool = Pool::default();
        pool.open_all();
        let twins = Twins::of(1);
        let scan = scan_with(&engine, &twins, &pool, stored.clone(), threads, None);
        assert_eq!(scan.hits.len(), 1);
        let most = pool.most_copies();
        assert!((1..=may_wait + 4).contains(&most), "{most} on {threads}");
    }
}

#[test]
fn what_comes_out_of_archives_is_bounded_whoever_opens_them() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    // Each is below what a stream may give at any ratio; all together give 1,300 bytes for each of theirs.
    let bomb = gzip(&gzip_of_zeros(48 << 20));
    let members: Vec<(String, &[u8])> = (0..12).map(|n| (format!("{n}.gz"), &bomb[..])).collect();
    let members: Vec<(&str, &[u8])> = members
        .iter()
        .map(|(path, bytes)| (&path[..], *bytes))
        .collect();
    let tar = tar_of(&members);
    let warnings = |stored: Vec<u8>, threads| {
        let scan = scan(&engine, &Twins::of(1), stored, threads, None);
        let warnings = scan.warnings.iter().map(|warning| warning.message.clone());
        warnings.collect::<Vec<_>>()
    };
    let expected = warnings(tar.clone(), 1);
    assert!(
        expected
            .iter()
            .any(|warning| warning.contains("--max-ratio")),
        "{expected:?}"
    );
    assert_eq!(warnings(tar, 3), expected);
}

fn gzip_of_zeros(length: usize) -> Vec<u8> {
    gzip(&vec![0; length])
}
