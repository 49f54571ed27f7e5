//! Stories of the cache: whatever it holds, the report is the one of a scan without it; and what it
//! holds is of no use to whoever does not have the image.

mod folder;
mod shortcut;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::compress::gzip;
use crate::support::git::Object;
use crate::support::{
    ImageBuilder, KeyPair, LayerBuilder, Run, Scratch, Shape, Stored, residue, secrets,
};

/// An image and a cache.
struct Place {
    scratch: Scratch,
    image: PathBuf,
}

impl Place {
    fn of(shape: Shape, image: &ImageBuilder) -> Self {
        let scratch = Scratch::new();
        let image = scratch.image(shape, image);
        Self { scratch, image }
    }

    fn folder(&self) -> PathBuf {
        self.scratch.path().join("cache")
    }

    fn scan(&self, more: &[&str]) -> Run {
        let mut arguments: Vec<&std::ffi::OsStr> = vec!["scan".as_ref(), self.image.as_ref()];
        arguments.push("--format=json".as_ref());
        arguments.extend(more.iter().map(std::ffi::OsStr::new));
        let run = residue(arguments);
        assert!(run.stdout.starts_with('{'), "{run:?}");
        run
    }

    fn cached(&self, more: &[&str]) -> Run {
        let folder = format!("--cache-dir={}", self.folder().display());
        self.scan(&[&[folder.as_str()], more].concat())
    }

    fn command(&self, words: &str) -> Run {
        let folder = format!("--cache-dir={}", self.folder().display());
        residue(words.split(' ').chain([folder.as_str()]))
    }

    /// The entries, with what they hold.
    fn entries(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = self.files();
        files.retain(|(path, _)| path.extension().is_none());
        files
    }

    /// Ways to entries: there are none to what was written just before.
    fn shortcuts(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = self.files();
        files.retain(|(path, _)| path.extension().is_some());
        files
    }

    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let Ok(entries) = fs::read_dir(self.folder()) else {
            return Vec::new();
        };
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut all: Vec<_> = paths
            .map(|path| (path.clone(), fs::read(path).expect("an entry")))
            .collect();
        all.sort();
        all
    }

    /// That the report is the same without a cache, with an empty and with a full one.
    fn holds(&self, entries: usize, more: &[&str]) -> Value {
        let expected = self.scan(more);
        for state in ["cold", "warm", "warm on one thread"] {
            let threads = if state.contains("one") { "-j1" } else { "-j4" };
            let run = self.cached(&[&[threads], more].concat());
            assert_eq!(run.stdout, expected.stdout, "{state}");
            assert_eq!((run.code, &run.stderr), (expected.code, &expected.stderr));
            assert_eq!(self.entries().len(), entries, "{state}");
        }
        serde_json::from_str(&expected.stdout).expect("a report")
    }
}

fn env(word: &str) -> String {
    format!("TOKEN={}\n", secrets::github(word))
}

fn age(path: &Path, seconds: u64) {
    let file = fs::OpenOptions::new()
        .write(true)
        .open(path)
        .expect("an entry");
    let then = SystemTime::now() - Duration::from_secs(seconds);
    file.set_modified(then).expect("a time");
}

fn is_young(path: &Path) -> bool {
    let metadata = fs::metadata(path).expect("an entry");
    let age = metadata.modified().expect("a time").elapsed();
    age.is_ok_and(|age| age < Duration::from_secs(500))
}

/// All that a layer can tell of: contents, names, records, slack, archives, links, whiteouts, packages,
/// keys, git.
fn rich() -> ImageBuilder {
    let key = KeyPair::of("site");
    let shipped = env("shipped");
    let md5 = md5_of(&shipped);
    let blob = Object::blob(env("history"));
    let tree = Object::tree(&[("prod.env", &blob)]);
    let commit = Object::commit(&tree, &[], 1_700_000_000, "Begin");
    let mut base = LayerBuilder::new()
        .dir("app")
        .mode(0o600)
        .owner(7, 8)
        .file("app/.env", env("deleted"))
        .file("app/kept.env", env("kept"))
        .hardlink("app/other", "app/kept.env")
        .symlink("lib", "usr/lib")
        .pax("comment", env("record"))
        .xattr("user.note", env("attribute"))
        .file(format!("{}/x", secrets::github("name")), "in a name")
        .file("app/data.gz", gzip(env("nested").as_bytes()))
        .file(
            "app/broken.gz",
            &gzip(env("broken").repeat(99).as_bytes())[..60],
        )
        .file(
            "wide.txt",
            env("wide")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect::<Vec<u8>>(),
        )
        .file("etc/ssl/site.key", key.pem())
        .file("usr/share/shipped", &shipped)
        .file(
            "var/lib/dpkg/info/demo.md5sums",
            format!("{md5}  usr/share/shipped\n"),
        )
        .file("var/lib/dpkg/status", "Package: demo\nVersion: 1.2-3\n")
        .file(
            "example.env",
            "TOKEN=changeme\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n",
        );
    for object in [&blob, &tree, &commit] {
        base = base.file(format!("app/.git/{}", object.path()), object.loose());
    }
    for number in 0..300 {
        base = base.file(format!("usr/lib/f{number}"), format!("nothing {number}\n"));
    }
    let top = LayerBuilder::new()
        .whiteout("app/.env")
        .opaque("usr/share")
        .file("etc/ssl/site.pem", key.pem_certificate("site.test", 2031))
        .hardlink("app/again", "app/kept.env")
        .file("lib/through", env("through"))
        .after_end(env("slack"));
    ImageBuilder::new()
        .layer("COPY . /app # buildkit", base)
        .layer("RUN rm /app/.env", top)
        .env("API_TOKEN", &secrets::github("environment"))
}

fn md5_of(text: &str) -> String {
    use md5::Digest as _;
    let hash = md5::Md5::digest(text);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_report_is_the_same_without_with_an_empty_and_with_a_full_cache() {
    let mut reports = Vec::new();
    for (shape, stored) in [
        (Shape::OciArchive, Stored::Gzip),
        (Shape::OciArchive, Stored::ZstdFrames),
        (Shape::OciArchive, Stored::Plain),
        (Shape::Classic, Stored::Plain),
        (Shape::Docker25, Stored::Plain),
    ] {
        let place = Place::of(shape, &rich().stored(stored));
        let report = place.holds(2, &[]);
        place.holds(4, &["--no-packages"]);
        reports.push(report["findings"].as_array().expect("findings").len());
    }
    assert!(
        reports.iter().all(|found| *found == reports[0]),
        "{reports:?}"
    );
    assert!(reports[0] >= 12, "{reports:?}");
}

#[test]
fn a_damaged_entry_is_as_good_as_none_and_is_replaced() {
    let place = Place::of(Shape::OciArchive, &rich());
    let expected = place.cached(&[]).stdout;
    let whole = place.entries();
    let damages: [fn(&mut Vec<u8>); 5] = [
        |bytes| bytes.clear(),
        |bytes| bytes.truncate(bytes.len() / 2),
        |bytes| {
            bytes
                .iter_mut()
                .skip(40)
                .take(1)
                .for_each(|byte| *byte ^= 1)
        },
        |bytes| bytes.push(0),
        |bytes| *bytes = b"R".repeat(4_000),
    ];
    for damage in damages {
        for (path, bytes) in &whole {
            let mut bytes = bytes.clone();
            damage(&mut bytes);
            fs::write(path, bytes).expect("an entry");
        }
        assert_eq!(place.cached(&[]).stdout, expected);
        for (path, bytes) in place.entries() {
            age(&path, 1_000);
            assert!(bytes.len() > 100 && bytes != b"R".repeat(4_000), "replaced");
        }
        assert_eq!(place.cached(&[]).stdout, expected);
        assert!(
            place.entries().iter().all(|(path, _)| is_young(path)),
            "used"
        );
    }
    let [(first, _), (second, _)] = &whole[..] else {
        panic!("two layers");
    };
    fs::copy(first, second).expect("an entry");
    assert_eq!(place.cached(&[]).stdout, expected, "another layer's entry");
}

#[test]
fn other_rules_limits_and_questions_are_other_entries() {
    let place = Place::of(Shape::OciArchive, &rich());
    place.holds(2, &[]);
    place.holds(4, &["--disable=github.*"]);
    place.holds(6, &["--max-depth=0"]);
    place.holds(6, &["--min-confidence=confirmed"]);
}

#[test]
fn who_reveals_or_does_not_verify_or_wants_no_cache_has_none() {
    let place = Place::of(Shape::OciArchive, &rich());
    for more in ["--reveal", "--no-verify", "--no-cache"] {
        place.holds(0, &[more]);
    }
    let config = place
        .scratch
        .write("residue.toml", "[scan]\nno-cache = true\n");
    place.holds(0, &["--config", config.to_str().expect("a path")]);
    assert!(!place.folder().exists());
    place.holds(2, &[]);
    let revealed: Value =
        serde_json::from_str(&place.cached(&["--reveal"]).stdout).expect("a report");
    assert!(revealed.to_string().contains(&secrets::github("kept")));
}

#[test]
fn a_layer_that_is_not_what_it_says_is_scanned_and_told() {
    let clean = LayerBuilder::new().file("a", "nothing").tar();
    let leaky = LayerBuilder::new().file("a", env("hidden")).tar();
    for shape in [Shape::OciArchive, Shape::Classic] {
        let image = |tar: &[u8]| {
            let image = ImageBuilder::new().raw_layer("COPY a /", tar);
            image.stored(Stored::Plain)
        };
        let mut place = Place::of(shape, &image(&clean));
        place.holds(1, &[]);
        let archive = fs::read(&place.image).expect("an archive");
        let at = memchr::memmem::find(&archive, &clean).expect("the layer");
        let mut changed = archive.clone();
        changed.splice(at..at + clean.len(), leaky.iter().copied());
        assert_eq!(changed.len(), archive.len(), "both fit one block");
        place.image = place.scratch.write("changed.tar", changed);
        let report = place.holds(1, &[]);
        assert_eq!(
            report["findings"].as_array().map(Vec::len),
            Some(1),
            "{shape:?}"
        );
        let codes = report["warnings"].to_string();
        assert!(codes.contains("-mismatch"), "{codes}");
        assert_eq!(report["complete"], false);
    }
}

#[test]
fn a_layer_with_something_wrong_is_not_kept() {
    let broken = LayerBuilder::new().file("a", env("cut")).tar();
    let image = ImageBuilder::new()
        .raw_layer("COPY a /", &broken[..540])
        .raw_layer("COPY b /", b"no tar at all".repeat(100))
        .layer("COPY c /", LayerBuilder::new().file("c", env("whole")));
    Place::of(Shape::OciArchive, &image).holds(1, &[]);
}

#[test]
fn layers_that_images_share_and_layers_that_are_new_come_together() {
    let base = LayerBuilder::new().file("s", env("base"));
    let one = ImageBuilder::new().layer("ADD base /", base.clone());
    let two = (ImageBuilder::new().layer("ADD base /", base)).layer(
        "RUN rm /s",
        LayerBuilder::new().whiteout("s").file("t", env("new")),
    );
    let mut place = Place::of(Shape::OciArchive, &one);
    place.holds(1, &[]);
    let folder = place.scratch.path().join("two");
    fs::create_dir(&folder).expect("a folder");
    place.image = Shape::OciArchive.write(std::slice::from_ref(&two), &folder);
    let report = place.holds(2, &[]);
    let text = report["findings"].to_string();
    assert!(text.contains(r#""visibility":"deleted""#), "{text}");
}

#[test]
fn nothing_of_a_secret_can_be_read_from_the_cache() {
    let place = Place::of(Shape::OciArchive, &rich());
    place.cached(&[]);
    let words = ["kept", "deleted", "name", "history", "shipped", "slack"];
    let mut entries = place.entries();
    assert_eq!(entries.len(), 2);
    entries.retain(|(_, bytes)| bytes.len() > 1_000);
    for (path, bytes) in entries {
        let name = path.file_name().expect("a name").to_string_lossy();
        assert!(
            name.len() == 64 && name.bytes().all(|c| c.is_ascii_hexdigit()),
            "{name}"
        );
        for secret in words.map(secrets::github) {
            let whole = secret.as_bytes();
            for length in [8, whole.len() - 2] {
                let part = &whole[4..4 + length.min(whole.len() - 4)];
                assert!(memchr::memmem::find(&bytes, part).is_none());
            }
        }
        assert!(memchr::memmem::find(&bytes, b"usr/lib").is_none());
        // Neither compressed nor anything else that has a form: all bytes are about as frequent.
        assert!((0..64).all(|skip| zstd::decode_all(&bytes[skip..]).is_err()));
        let mut counts = [0_usize; 256];
        bytes
            .iter()
            .for_each(|byte| counts[usize::from(*byte)] += 1);
        let expected = bytes.len() as f64 / 256.0;
        let off = |count: &usize| (*count as f64 - expected).powi(2) / expected;
        let chi: f64 = counts.iter().map(off).sum();
        assert!(chi < 400.0, "chi squared of 255 degrees is {chi}");
    }
}
