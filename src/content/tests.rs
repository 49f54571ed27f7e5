//! Entries that hold secrets in every wrapping, whole and broken.

use std::io::{Read, Write};

use build::*;
use proptest::prelude::*;

use super::*;
use crate::archive::Limits;
use crate::detect::tests::{engine_of, rule};
use crate::detect::{Context, Engine};
use crate::error::WarningCode;

mod broken;
mod build;
mod limits;
mod zip;
mod zip_directory;

pub(super) const SECRET: &str = "tok_k3B9xq7Zt1mXv9Lk";

pub(super) fn engine() -> Engine {
    engine_of(&rule("a.b", "tok_", "regex = 'tok_[0-9a-zA-Z]{16}'"))
}

fn scan_once(limits: &Limits, path: &str, bytes: &[u8], piece: usize, told: u64) -> Outcome {
    let engine = engine();
    let context = Context {
        path: path.as_bytes(),
        ..Context::default()
    };
    let mut reader = std::io::BufReader::with_capacity(piece, bytes);
    let mut scanner = Scanner::new(&engine, limits);
    scanner.expect(told);
    scanner.scan(&context, &mut reader)
}

/// Scans as a whole, in place and copied, and in small pieces; all must come to the same.
pub(super) fn scan_within(limits: &Limits, path: &str, bytes: &[u8]) -> Outcome {
    let (all, size) = (bytes.len().max(1), bytes.len() as u64);
    let outcome = scan_once(limits, path, bytes, all, size);
    for (piece, told) in [(all, u64::MAX), (7, size)] {
        let other = scan_once(limits, path, bytes, piece, told);
        assert_eq!(
            (&other.hits, &other.warnings, other.bytes),
            (&outcome.hits, &outcome.warnings, outcome.bytes)
        );
    }
    outcome
}

pub(super) fn scan(path: &str, bytes: &[u8]) -> Outcome {
    scan_within(&Limits::default(), path, bytes)
}

/// Where hits lie: way and line.
pub(super) fn places(outcome: &Outcome) -> Vec<(String, u64)> {
    let place = |hit: &Hit| (hit.inside.join(" > "), hit.matched.position.line);
    outcome.hits.iter().map(place).collect()
}

pub(super) fn codes(outcome: &Outcome) -> Vec<WarningCode> {
    outcome
        .warnings
        .iter()
        .map(|warning| warning.code)
        .collect()
}

fn text() -> Vec<u8> {
    format!("first\nkey: {SECRET}\n").into_bytes()
}

#[test]
fn a_file_that_is_longer_than_was_told_is_an_error_and_no_silent_end() {
    let bytes = [text(), vec![b' '; unpack::HEAD]].concat().repeat(2);
    let told = bytes.len() / 2;
    let limits = Limits::default();
    let outcome = scan_once(&limits, "srv/app.conf", &bytes, told, told as u64);
    assert_eq!(outcome.hits.len(), 1);
    assert!(outcome.error.is_some());
}

#[test]
fn a_plain_file_has_its_hits_at_their_lines() {
    let outcome = scan("srv/app.conf", &text());
    assert_eq!(places(&outcome), [(String::new(), 2)]);
    assert_eq!(outcome.bytes, text().len() as u64);
    assert!(outcome.warnings.is_empty() && outcome.error.is_none());
}

#[test]
fn compressed_files_are_opened_whatever_their_name() {
    for bytes in [
        gzip(&text()),
        zstd::encode_all(&text()[..], 1).unwrap(),
        xz(&text()),
        bzip2(&text()),
    ] {
        assert_eq!(
            places(&scan("srv/app.conf", &bytes)),
            [("app.conf".to_owned(), 2)]
        );
    }
    assert_eq!(
        places(&scan("srv/app.log.gz", &gzip(&text())))[0].0,
        "app.log"
    );
}

#[test]
fn the_name_in_a_gzip_header_names_the_member_and_is_searched_too() {
    let mut out = flate2::GzBuilder::new()
        .filename("real.conf")
        .comment(SECRET)
        .write(Vec::new(), flate2::Compression::fast());
    out.write_all(b"nothing").unwrap();
    let outcome = scan("a.gz", &out.finish().unwrap());
    assert_eq!(outcome.hits.len(), 1, "{outcome:?}");
    let behind = [gzip(&text()), b"\0\0".to_vec(), SECRET.into()].concat();
    assert_eq!(scan("a.gz", &behind).hits.len(), 2);
}

#[test]
fn the_way_through_nested_archives_is_told_outermost_first() {
    let jar = zip(&[("config/app.yml", &text(), DEFLATED)]);
    let inner = gzip(&tar(&[("etc/hosts", b"localhost"), ("opt/app.jar", &jar)]));
    let outer = tar(&[("./layer.tar.gz", &inner)]);
    let outcome = scan("root/image.tar", &outer);
    assert_eq!(
        places(&outcome),
        [("layer.tar.gz > opt/app.jar > config/app.yml".to_owned(), 2)]
    );
    assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
}

#[test]
fn names_links_and_records_of_nested_members_are_searched() {
    let mut out = tar::Builder::new(Vec::new());
    out.append_pax_extensions([("SCHILY.xattr.user.note", SECRET.as_bytes())])
        .unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(0);
    header.set_entry_type(tar::EntryType::Symlink);
    let target = format!("../{SECRET}");
    out.append_link(&mut header, "link", &target).unwrap();
    let name = format!("dir/{SECRET}");
    let nested = tar(&[(&name, b"x")]);
    let mut header = tar::Header::new_ustar();
    header.set_size(nested.len() as u64);
    out.append_data(&mut header, "b.tar", &nested[..]).unwrap();
    let mut found = places(&scan("a.tar", &out.into_inner().unwrap()));
    let zipped = scan("a.zip", &zip(&[(&name, b"x", STORED)]));
    found.extend(places(&zipped));
    let way = |way: &str, line| (way.to_owned(), line);
    let inner = format!("b.tar > {name}");
    assert_eq!(
        found,
        [
            way("link", 2),
            way("link", 3),
            way(&inner, 1),
            way(&name, 1)
        ]
    );
    assert_eq!(zipped.hits[0].decoded, ["header"]);
}

#[test]
fn members_of_a_debian_package_are_read() {
    let data = gzip(&tar(&[("./etc/app.conf", &text())]));
    let mut deb = b"!<arch>\n".to_vec();
    for (name, bytes) in [("debian-binary", &b"2.0"[..]), ("data.tar.gz/", &data)] {
        writeln!(deb, "{name:<16}{:<32}{:<10}`", "0", bytes.len()).unwrap();
        deb.extend(bytes);
        deb.extend(b"\n".repeat(bytes.len() % 2));
    }
    let outcome = scan("x.deb", &deb);
    let way = "data.tar.gz > etc/app.conf".to_owned();
    assert_eq!(places(&outcome), [(way, 2)]);
    assert!(outcome.warnings.is_empty());
}

#[test]
fn what_only_begins_as_an_archive_is_searched_as_it_stands() {
    for magic in [
        &b"\x1f\x8b\x08\0"[..],
        b"PK\x03\x04",
        b"!<arch>\n",
        b"\x28\xb5\x2f\xfd",
        b"BZh9",
    ] {
        let bytes = [magic, b"1AY&SY\n\n", &text()].concat();
        let outcome = scan("x", &bytes);
        let line = 4 + magic.ends_with(b"\n") as u64;
        assert_eq!(places(&outcome), [(String::new(), line)], "{magic:?}");
        assert_eq!(
            outcome.hits[0].matched.span.offset as usize,
            bytes.len() - SECRET.len() - 1
        );
    }
}

#[test]
fn a_truncated_archive_gives_what_could_be_read_and_a_warning() {
    let filler: Vec<u8> = (0..300_000u32)
        .flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes())
        .collect();
    let whole = gzip(&[text(), filler].concat());
    let outcome = scan("x.gz", &whole[..whole.len() - 1000]);
    assert_eq!(places(&outcome), [("x".to_owned(), 2)]);
    assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
    let whole = tar(&[("a", &text()), ("b", &text())]);
    let outcome = scan("x.tar", &whole[..1024 + 512 + 10]);
    assert_eq!(places(&outcome), [("a".to_owned(), 2)]);
    assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
}

#[test]
fn utf16_files_and_wide_strings_in_binary_files_are_decoded() {
    let wide = |text: &str| {
        text.encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<u8>>()
    };
    let file = wide(&format!("\u{feff}first\nkey: {SECRET}\n"));
    let hive = [&[0xee; 3000][..], &wide(SECRET), &[0xff; 50]].concat();
    for (bytes, line) in [(file, 2), (hive, 1)] {
        let outcome = scan("x.reg", &bytes);
        assert_eq!(places(&outcome), [(String::new(), line)]);
        assert_eq!(outcome.hits[0].decoded, ["utf-16le"]);
        assert_eq!(outcome.hits[0].matched.secret.expose(), SECRET.as_bytes());
    }
}

#[test]
fn a_reader_that_fails_keeps_what_it_gave() {
    struct Failing(Vec<u8>);
    impl Read for Failing {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if self.0.is_empty() {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let length = self.0.len().min(out.len());
            out[..length].copy_from_slice(&self.0[..length]);
            self.0.drain(..length);
            Ok(length)
        }
    }
    let (engine, limits) = (engine(), Limits::default());
    for bytes in [
        [text(), vec![b' '; 2000]].concat(),
        tar(&[("a", &[text(), vec![b' '; 9000]].concat())])[..4000].to_vec(),
    ] {
        let mut reader = std::io::BufReader::new(Failing(bytes));
        let outcome = Scanner::new(&engine, &limits).scan(&Context::default(), &mut reader);
        assert_eq!(outcome.hits.len(), 1);
        assert!(outcome.error.is_some());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is done to an archive, nothing panics and the scanner is as good as new after it.
    #[test]
    fn mangled_archives_never_break_the_scanner(
        kind in 0..6usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        static ENGINE: std::sync::LazyLock<Engine> = std::sync::LazyLock::new(engine);
        let inner = tar(&[("a", &text()), ("b", b"")]);
        let mut bytes = match kind {
            0 => zip(&[("a", &inner, DEFLATED), ("b", &text(), STREAMED), ("c", &text(), STORED)]),
            1 => gzip(&inner),
            2 => zstd::encode_all(&inner[..], 1).unwrap(),
            3 => [b"!<arch>\n".to_vec(), inner.clone()].concat(),
            4 => zip(&[("a", b"short", STORED_STREAMED), ("b", &inner, STORED_STREAMED)]),
            _ => inner.clone(),
        };
        for (at, byte) in changes {
            let at = at.index(bytes.len().min(200));
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        let limits = Limits { ratio: 50, total_size: 1 << 20, ..Limits::default() };
        let mut scanner = Scanner::new(&ENGINE, &limits);
        let context = Context::default();
        let outcome = scanner.scan(&context, &mut &bytes[..]);
        prop_assert!(outcome.error.is_none());
        let sound = scanner.scan(&context, &mut &inner[..]);
        prop_assert_eq!(places(&sound), [("a".to_owned(), 2)]);
        prop_assert!(sound.warnings.is_empty());
    }
}
