//! Stories of the cache's folder: who can read it, how large it grows, who else uses it, and the commands
//! that are about it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Place, age, env, rich};
use crate::support::{ImageBuilder, LayerBuilder, Shape, residue};

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_the_cache() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::of(Shape::OciArchive, &rich());
    place.cached(&[]);
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&place.folder()), 0o700);
    for (path, _) in place.entries() {
        assert_eq!(mode(&path), 0o600);
    }
}

#[test]
fn the_oldest_entries_make_room() {
    let mut place = Place::of(Shape::OciArchive, &rich());
    place.cached(&[]);
    let first = place.entries();
    let size: usize = first.iter().map(|(_, bytes)| bytes.len()).sum();
    first.iter().for_each(|(path, _)| age(path, 1_000));
    let other = ImageBuilder::new().layer("COPY a /", LayerBuilder::new().file("a", env("other")));
    let folder = place.scratch.path().join("other");
    fs::create_dir(&folder).expect("a folder");
    place.image = Shape::OciArchive.write(std::slice::from_ref(&other), &folder);
    let limit = format!("--cache-size={size}");
    let expected = place.scan(&[]).stdout;
    assert_eq!(place.cached(&[&limit]).stdout, expected);
    let left = place.entries();
    assert_eq!(left.len(), 2, "one of the old ones is gone");
    assert_eq!(place.cached(&["--cache-size=1"]).stdout, expected);
}

#[test]
fn several_programs_use_one_cache_at_once() {
    let place = Place::of(Shape::OciArchive, &rich());
    let expected = place.scan(&[]).stdout;
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4)
            .map(|number| {
                let limit = if number == 3 {
                    "--cache-size=2000"
                } else {
                    "--cache-size=1G"
                };
                scope.spawn(|| (place.cached(&[limit]), place.cached(&[limit])))
            })
            .collect();
        for run in runs {
            let (first, second) = run.join().expect("a run");
            assert_eq!((&first.stdout, &second.stdout), (&expected, &expected));
            assert_eq!(
                (first.stderr, second.stderr),
                (String::new(), String::new())
            );
        }
    });
}

#[test]
fn a_cache_that_cannot_be_written_is_told_once_and_fails_nothing() {
    let place = Place::of(Shape::OciArchive, &rich());
    let expected = place.scan(&[]);
    place.scratch.write("cache", "a file");
    let run = place.cached(&[]);
    assert_eq!((run.code, &run.stdout), (expected.code, &expected.stdout));
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("cannot write to the cache"),
        "{}",
        run.stderr
    );
    let failed = place.command("cache info");
    assert_eq!(failed.code, 2, "{failed:?}");
}

#[test]
fn info_says_what_there_is_and_clear_removes_it_and_nothing_else() {
    let place = Place::of(Shape::OciArchive, &rich());
    let empty = place.command("cache info");
    assert_eq!(empty.code, 0);
    assert!(
        empty.stdout.contains(": 0 layers, 0 B, at most 1"),
        "{empty:?}"
    );
    place.cached(&[]);
    let size: usize = place.entries().iter().map(|(_, bytes)| bytes.len()).sum();
    let info = place.command("cache info --format json --cache-size 5M");
    let info: Value = serde_json::from_str(&info.stdout).expect("JSON");
    assert_eq!(info["schema"], "residue.cache/1");
    assert_eq!(
        (&info["entries"], &info["bytes"]),
        (&2.into(), &size.into())
    );
    assert_eq!(info["limit"], 5 << 20);
    fs::write(place.folder().join("notes.txt"), "theirs").expect("a file");
    let cleared = place.command("cache clear");
    assert_eq!(cleared.code, 0);
    assert!(cleared.stderr.contains("removed 2 layers"), "{cleared:?}");
    let left = place.files();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].1, b"theirs");
}

#[test]
fn nobody_has_a_cache_without_a_folder_for_it() {
    let run = residue(["cache", "info"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("--cache-dir"), "{}", run.stderr);
}
