//! Stories of a file that is scanned again: as long as nobody wrote to it, it is not hashed; as soon as somebody
//! did, it is scanned.

#![cfg(target_os = "linux")]

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::process::Command;
use std::time::Duration;

use super::{Place, age, env, is_young};
use crate::support::{ImageBuilder, LayerBuilder, Shape, Stored, secrets};

/// After which nobody can have written to a file and its times not tell.
const AT_REST: Duration = Duration::from_millis(3_100);
/// More than of a layer that is hashed as soon.
const LARGE: usize = 5 << 20;

/// Two layers with a secret each, and nothing in names or between entries.
fn image() -> ImageBuilder {
    let layer = |word: &str| {
        LayerBuilder::new()
            .file(format!("opt/{word}.bin"), vec![7; LARGE])
            .pax("comment", env(&format!("{word} record")))
            .file(format!("opt/{word}.env"), env(word))
    };
    ImageBuilder::new()
        .layer("COPY base /opt", layer("base"))
        .layer("COPY top /opt", layer("top"))
        .stored(Stored::Plain)
}

/// Whether there are shortcuts in the folder of tests: its file system is one that is believed.
fn is_believed(place: &Place) -> bool {
    let mut stat = Command::new("stat");
    let run = stat.args(["-f", "-c", "%t"]).arg(&place.image).output();
    let number = run.expect("stat runs").stdout;
    let believed = [
        "ef53", "58465342", "9123683e", "f2f52010", "2fc12fc1", "ca451a4e",
    ];
    believed.contains(&String::from_utf8_lossy(&number).trim())
}

#[test]
fn a_file_at_rest_is_recognised_and_told_of_as_before() {
    for shape in [Shape::Classic, Shape::OciArchive] {
        let place = Place::of(shape, &image());
        let expected = place.scan(&[]).stdout;
        assert!(expected.contains("\"github."), "{expected}");
        std::thread::sleep(AT_REST);
        assert_eq!(place.cached(&[]).stdout, expected, "cold");
        let shortcuts = place.shortcuts();
        let expected_count = if is_believed(&place) { 2 } else { 0 };
        assert_eq!(place.entries().len(), 2);
        assert_eq!(shortcuts.len(), expected_count);
        for (path, _) in &shortcuts {
            age(path, 1_000);
        }
        assert_eq!(place.cached(&[]).stdout, expected, "by the shortcuts");
        assert!(shortcuts.iter().all(|(path, _)| is_young(path)), "used");
        for (path, bytes) in &shortcuts {
            fs::write(path, &bytes[..bytes.len() / 2]).expect("a shortcut");
        }
        assert_eq!(place.cached(&[]).stdout, expected, "damaged");
        assert_eq!(place.shortcuts(), shortcuts, "made anew");
        for (path, _) in place.entries() {
            fs::write(path, "gone").expect("an entry");
        }
        assert_eq!(place.cached(&[]).stdout, expected, "to nothing");
    }
}

#[test]
fn a_file_that_was_written_to_is_scanned_though_its_length_and_time_are_as_they_were() {
    let place = Place::of(Shape::Classic, &image());
    std::thread::sleep(AT_REST);
    place.cached(&[]);
    assert_eq!(!place.shortcuts().is_empty(), is_believed(&place));
    let archive = fs::read(&place.image).expect("an archive");
    let time = fs::metadata(&place.image).expect("an archive").modified();
    let at = memchr::memmem::find(&archive, &[7; 50_000]).expect("a content");
    let planted = env("planted");
    let file = OpenOptions::new().write(true).open(&place.image);
    let file = file.expect("an archive");
    // Far from all that was found and, most likely, not in one of the blocks that are looked at.
    file.write_all_at(format!("\n{planted}").as_bytes(), at as u64 + 40_001)
        .expect("written");
    file.set_modified(time.expect("a time")).expect("a time");
    drop(file);
    let expected = place.scan(&[]);
    assert!(expected.stdout.contains("-mismatch"), "{expected:?}");
    for rest in [Duration::ZERO, AT_REST] {
        std::thread::sleep(rest);
        assert_eq!(place.cached(&[]).stdout, expected.stdout);
    }
}

#[test]
fn there_is_no_shortcut_where_a_secret_lies_in_no_entry_or_hashing_is_as_fast() {
    let layers = [
        LayerBuilder::new().file(format!("{}/x", secrets::github("name")), "in a name"),
        LayerBuilder::new().file("a", "b").after_end(env("slack")),
        LayerBuilder::new().file("kept.env", env("kept")),
    ];
    let mut image = ImageBuilder::new();
    for (number, layer) in (1..).zip(layers) {
        // Each with a content of its own.
        image = image.layer("COPY . /", layer.file("large", vec![number; LARGE]));
    }
    let small = LayerBuilder::new().file("small.env", env("small"));
    image = image.layer("COPY small.env /", small);
    let place = Place::of(Shape::Classic, &image.stored(Stored::Plain));
    std::thread::sleep(AT_REST);
    let expected = place.scan(&[]).stdout;
    for _ in 0..3 {
        assert_eq!(place.cached(&[]).stdout, expected);
        assert_eq!(place.entries().len(), 4);
        let expected_count = usize::from(is_believed(&place));
        assert_eq!(place.shortcuts().len(), expected_count);
    }
}
