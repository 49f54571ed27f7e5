//! Objects and packs, sound and hostile, through the scanner.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::archive::Limits;
use crate::content::tests::{SECRET, codes, engine, places, scan, scan_within};
use crate::content::{Outcome, Scanner};
use crate::detect::Context;

#[path = "../../../tests/it/support/git.rs"]
#[allow(dead_code)]
mod support;

use support::{Object, Pack, copy, delta, size, zlib};

mod loose;
mod paths;

const PACK: &str = "app/.git/objects/pack/pack-0123456789abcdef0123456789abcdef01234567.pack";

fn text(line: &str) -> Vec<u8> {
    format!("first\nkey: {line}\n{}", "filler\n".repeat(40)).into_bytes()
}

/// The places as they are written.
fn ways(outcome: &Outcome) -> Vec<String> {
    places(outcome).into_iter().map(|(way, _)| way).collect()
}

#[test]
fn every_kind_of_object_in_a_file_of_its_own_is_opened_by_its_content() {
    let blob = Object::blob(text(SECRET));
    let tree = Object::tree(&[(SECRET, &blob)]);
    let commit = Object::commit(&tree, &[], 1, SECRET);
    let tag = Object::tag(format!("object {}\n\n{SECRET}\n", commit.hex()));
    for object in [blob, tree, commit, tag] {
        for path in [&object.path(), "srv/anything.bin"] {
            let outcome = scan(path, &object.loose());
            let expected = format!("{} {}", object.kind, object.short());
            assert_eq!(ways(&outcome), [expected]);
            assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
        }
    }
    let other = [&b"blobs 12\0"[..], &text(SECRET)].concat();
    assert!(scan("x", &zlib(&other)).hits.is_empty());
}

#[test]
fn objects_of_a_pack_are_named_by_commit_and_path_and_others_by_kind_and_id() {
    let [old, new] = [text(SECRET), text("none")].map(Object::blob);
    let lost = Object::blob(format!("lost {SECRET}"));
    let folder = Object::tree(&[("prod.env", &old)]);
    let first = Object::tree(&[("config", &folder)]);
    let changed = Object::tree(&[("prod.env", &new)]);
    let second = Object::tree(&[("config", &changed), ("copy.env", &old)]);
    let root = Object::commit(&first, &[], 10, "first");
    let head = Object::commit(&second, &[&root], 20, SECRET);
    let mut pack = Pack::default();
    for object in [&head, &root, &second, &changed, &first, &folder, &new] {
        pack.whole(object);
    }
    // The base is the newer one, and the delta names it.
    pack.on_object(new.id(), &delta(&new.content, &old.content));
    pack.whole(&lost);
    let outcome = scan(PACK, &pack.finish());
    let expected = [
        format!("commit {}", head.short()),
        format!("commit {} > config/prod.env", root.short()),
        format!("blob {}", lost.short()),
    ];
    assert_eq!(ways(&outcome), expected);
    assert_eq!(outcome.hits[1].matched.position.line, 2);
    assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
}

#[test]
fn archives_in_blobs_are_opened() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &text(SECRET)).unwrap();
    let nested = Object::blob(gzip.finish().unwrap());
    let mut pack = Pack::default();
    pack.whole(&nested);
    let outcome = scan(PACK, &pack.finish());
    let way = outcome.hits[0].inside.join(" > ");
    assert!(
        way.starts_with(&format!("blob {} > ", nested.short())),
        "{way}"
    );
}

#[test]
fn deltas_on_deltas_are_made_however_deep_and_wherever_the_base_lies() {
    let versions: Vec<Object> = (0..6000)
        .map(|n| Object::blob(text(&format!("version {n}"))))
        .chain([Object::blob(text(SECRET))])
        .collect();
    let steps = |pair: &[Object]| delta(&pair[0].content, &pair[1].content);
    let (mut forward, mut backward) = (Pack::default(), Pack::default());
    let mut base = forward.whole(&versions[0]);
    for pair in versions.windows(2) {
        base = forward.on_entry(base, &steps(pair));
    }
    for pair in versions.windows(2).rev() {
        backward.on_object(pair[0].id(), &steps(pair));
    }
    backward.whole(&versions[0]);
    let expected = [format!("blob {}", versions[6000].short())];
    for pack in [forward, backward] {
        let outcome = scan_in_one(&pack.finish());
        assert_eq!(ways(&outcome), expected);
        assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
    }
}

/// Scans a pack whose bytes come at once.
fn scan_in_one(bytes: &[u8]) -> Outcome {
    let (engine, limits) = (engine(), Limits::default());
    let context = Context {
        path: PACK.as_bytes(),
        ..Context::default()
    };
    let mut reader = bytes;
    Scanner::new(&engine, &limits).scan(&context, &mut reader)
}

#[test]
fn deltas_on_themselves_in_circles_or_on_nothing_are_counted_and_the_others_are_read() {
    let blob = Object::blob(text(SECRET));
    let nothing = delta(b"", b"x");
    let mut pack = Pack::default();
    pack.whole(&blob);
    let here = pack.position();
    pack.on_entry(here, &nothing);
    pack.on_entry(usize::MAX - 7, &nothing);
    pack.on_entry(3, &nothing);
    let of_other_size = pack.on_entry(12, &nothing);
    pack.on_entry(of_other_size, &nothing);
    pack.on_object([7; 20], &nothing);
    // Two deltas, each on what the other would make.
    let [one, other] = [b"one", b"two"].map(Object::blob);
    pack.on_object(other.id(), &delta(b"two", b"one"));
    pack.on_object(one.id(), &delta(b"one", b"two"));
    let outcome = scan(PACK, &pack.finish());
    assert_eq!(ways(&outcome), [format!("blob {}", blob.short())]);
    assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
    let message = &outcome.warnings[0].message;
    assert!(message.starts_with("8 objects"), "{message}");
}

#[test]
fn what_is_made_of_too_large_objects_is_counted_and_the_scan_is_not_complete() {
    let blob = Object::blob(text(SECRET));
    let mut huge = Vec::new();
    size(&mut huge, blob.content.len());
    size(&mut huge, 65 << 20);
    let mut pack = Pack::default();
    let base = pack.whole(&blob);
    let first = pack.on_entry(base, &huge);
    pack.on_entry(first, &huge);
    let outcome = scan(PACK, &pack.finish());
    assert_eq!(ways(&outcome), [format!("blob {}", blob.short())]);
    assert_eq!(codes(&outcome), [WarningCode::LimitReached]);
    let message = &outcome.warnings[0].message;
    assert!(message.starts_with("2 objects"), "{message}");
}

#[test]
fn a_pack_that_does_not_fit_into_memory_is_read_from_its_copy() {
    let [old, new] = [text(SECRET), text("none")].map(Object::blob);
    let filler = vec![0; 40 << 20];
    let mut stored = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::none());
    std::io::Write::write_all(&mut stored, &filler).unwrap();
    let mut pack = Pack::default();
    let base = pack.whole(&new);
    pack.on_entry(base, &delta(&new.content, &old.content));
    // A change to nothing, which nobody searches.
    pack.raw(7, filler.len(), &[7; 20], &stored.finish().unwrap());
    pack.on_object(new.id(), &delta(&new.content, SECRET.as_bytes()));
    let outcome = scan_in_one(&pack.finish());
    let third = Object::blob(SECRET);
    let expected = [&old, &third].map(|blob| format!("blob {}", blob.short()));
    assert_eq!(ways(&outcome), expected);
    assert!(outcome.warnings[0].message.starts_with("1 objects"));
}

#[test]
fn a_pack_that_breaks_gives_what_came_before_and_its_rest_as_it_stands() {
    let blob = Object::blob(text(SECRET));
    let sound = |pack: &mut Pack| {
        pack.whole(&blob);
    };
    let stream = zlib(b"content");
    let broken = [
        ("no kind", 5, 7, &stream[..]),
        ("too long", 3, 3, &stream),
        ("too short", 3, 70, &stream),
        ("no zlib", 3, 7, b"plain text"),
        ("no end", 3, usize::MAX, &stream),
    ];
    for (name, number, size, stream) in broken {
        let mut pack = Pack::default();
        sound(&mut pack);
        pack.raw(number, size, &[], stream);
        sound(&mut pack);
        let bytes = [&pack.finish()[..], b"\n", SECRET.as_bytes()].concat();
        let outcome = scan(PACK, &bytes);
        let expected = [format!("blob {}", blob.short()), String::new()];
        assert_eq!(ways(&outcome), expected, "{name}");
        assert_eq!(
            codes(&outcome),
            [WarningCode::BrokenNestedArchive],
            "{name}"
        );
    }
}

#[test]
fn a_pack_that_ends_early_or_has_fewer_objects_than_it_says_is_told() {
    let blob = Object::blob(text(SECRET));
    let mut pack = Pack::default();
    pack.whole(&blob);
    pack.whole(&blob);
    let whole = pack.finish();
    for bytes in [
        &whole[..pack.position() - 3],
        &whole[..pack.position()],
        &whole[..whole.len() - 1],
        &pack.finish_with(u32::MAX),
    ] {
        let outcome = scan(PACK, bytes);
        assert!(!outcome.hits.is_empty());
        assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
    }
    assert_eq!(scan(PACK, &whole[..9]).hits.len(), 0);
}

#[test]
fn a_bomb_in_a_pack_ends_at_the_limit() {
    let limits = Limits {
        total_size: 2 << 20,
        ..Limits::default()
    };
    let zeros = Object::blob(vec![0; 3 << 20]);
    let mut plain = Pack::default();
    plain.whole(&zeros);
    // A few bytes each: the same half megabyte over and over.
    let base = Object::blob(vec![0; 1 << 19]);
    let (mut made_of_it, mut made_of_trees) = (Pack::default(), Pack::default());
    let tree = Object {
        kind: "tree",
        ..base.clone()
    };
    for (pack, base) in [(&mut made_of_it, base), (&mut made_of_trees, tree)] {
        let start = pack.whole(&base);
        for n in 0..20u8 {
            let mut step = Vec::new();
            size(&mut step, 1 << 19);
            size(&mut step, (1 << 19) + 1);
            copy(&mut step, 0, 1 << 19);
            step.extend([1, n]);
            pack.on_entry(start, &step);
        }
    }
    for pack in [plain, made_of_it, made_of_trees] {
        let outcome = scan_within(&limits, PACK, &pack.finish());
        assert_eq!(codes(&outcome)[0], WarningCode::LimitReached);
        assert!(outcome.warnings[0].message.contains("--max-total-size"));
    }
}

#[test]
fn the_same_object_many_times_does_not_multiply_what_is_made_of_it() {
    // Each of 40 steps stands twice: made on every copy of its base, that would be 2^40 objects.
    let versions: Vec<Object> = (0..41)
        .map(|n| Object::blob(text(&format!("{n}"))))
        .collect();
    let mut pack = Pack::default();
    pack.whole(&versions[0]);
    pack.whole(&versions[0]);
    for pair in versions.windows(2) {
        let step = delta(&pair[0].content, &pair[1].content);
        pack.on_object(pair[0].id(), &step);
        pack.on_object(pair[0].id(), &step);
    }
    let begin = Instant::now();
    let outcome = scan(PACK, &pack.finish());
    assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[test]
fn what_a_delta_copies_in_vain_takes_no_time() {
    // One byte short of the 64 MiB that each says.
    let mut short = Vec::new();
    size(&mut short, 1 << 16);
    size(&mut short, 64 << 20);
    short.extend([0x80; 1023]);
    short.extend([0xb0, 0xff, 0xff]);
    let mut pack = Pack::default();
    let base = pack.whole(&Object::blob(vec![0; 1 << 16]));
    for _ in 0..4_000 {
        pack.on_entry(base, &short);
    }
    let begin = Instant::now();
    let outcome = scan_in_one(&pack.finish());
    assert_eq!(codes(&outcome), [WarningCode::BrokenNestedArchive]);
    assert!(begin.elapsed() < Duration::from_secs(20));
}

#[test]
fn as_many_bases_as_deltas_on_them_take_no_time() {
    let empty = Object::blob("");
    let mut pack = Pack::default();
    for _ in 0..50_000 {
        pack.whole(&empty);
    }
    for _ in 0..50_000 {
        pack.on_object(empty.id(), &[0, 0]);
    }
    let begin = Instant::now();
    let outcome = scan_in_one(&pack.finish());
    assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
    assert!(begin.elapsed() < Duration::from_secs(60));
}

#[test]
fn large_objects_are_searched_without_being_held() {
    let long = [text(SECRET), b"filler line\n".repeat(1 << 20), text(SECRET)].concat();
    let object = Object::blob(&long);
    let tree = Object::tree(&[("dump.sql", &object)]);
    let commit = Object::commit(&tree, &[], 1, "dump");
    let mut pack = Pack::default();
    pack.whole(&object);
    pack.whole(&commit);
    pack.whole(&tree);
    let outcome = scan_in_one(&pack.finish());
    let way = format!("commit {} > dump.sql", commit.short());
    assert_eq!(ways(&outcome), [way.clone(), way]);
    let outcome = scan_in_one(&object.loose());
    assert_eq!(ways(&outcome), ["blob", "blob"]);
    assert!(outcome.warnings.is_empty(), "{:?}", outcome.warnings);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is done to a pack, nothing panics and the scanner is as good as new after it.
    #[test]
    fn mangled_packs_never_break_the_scanner(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in any::<prop::sample::Index>(),
    ) {
        static ENGINE: std::sync::LazyLock<crate::detect::Engine> = std::sync::LazyLock::new(engine);
        let [old, new] = [text(SECRET), text("none")].map(Object::blob);
        let tree = Object::tree(&[("a", &old)]);
        let mut pack = Pack::default();
        pack.whole(&Object::commit(&tree, &[], 1, "one"));
        pack.whole(&tree);
        let base = pack.whole(&new);
        pack.on_entry(base, &delta(&new.content, &old.content));
        pack.on_object(old.id(), &delta(&old.content, b"third"));
        let sound = pack.finish();
        let mut bytes = sound.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        let limits = Limits { ratio: 50, total_size: 1 << 20, ..Limits::default() };
        let mut scanner = Scanner::new(&ENGINE, &limits);
        let outcome = scanner.scan(&Context::default(), &mut &bytes[..]);
        prop_assert!(outcome.error.is_none());
        let outcome = scanner.scan(&Context::default(), &mut &sound[..]);
        prop_assert_eq!(outcome.hits.len(), 1);
        prop_assert!(outcome.warnings.is_empty());
    }
}
