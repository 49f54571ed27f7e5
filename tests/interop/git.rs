//! Repositories that git itself wrote, loose and packed, with either hash: what a commit removed is
//! found, under the commit and the path that git tells.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;

use crate::support::{ImageBuilder, LayerBuilder, Scan, Scratch, Shape, Stored, scan, secrets};

/// A repository whose history holds secrets that its working tree does not.
struct Repository {
    scratch: Scratch,
    /// In a file of one commit, moved on and removed by later ones.
    file: String,
    /// In a file whose every version is a change to another one.
    versions: Vec<String>,
    message: String,
    tag: String,
}

impl Repository {
    fn new(format: &str) -> Self {
        let word = |what: &str| secrets::github(&format!("{format} {what}"));
        let repository = Self {
            scratch: Scratch::new(),
            file: word("file"),
            versions: (0..60).map(|n| word(&format!("version {n}"))).collect(),
            message: word("message"),
            tag: word("tag"),
        };
        let object_format = format!("--object-format={format}");
        repository.git(&["init", "-q", "-b", "main", &object_format]);
        repository.write("README", "nothing\n");
        repository.commit("Begin");
        repository.write("config/prod.env", &format!("TOKEN={}\n", repository.file));
        repository.commit("Configure");
        repository.git(&["mv", "config", "settings"]);
        repository.commit("Move");
        repository.write("settings/prod.env", "TOKEN=\n");
        repository.commit(&format!("Remove {}", repository.message));
        let notes = secrets::letters("notes", 40_000);
        let lines: Vec<&str> = notes
            .as_bytes()
            .chunks(60)
            .map(|line| std::str::from_utf8(line).expect("letters"))
            .collect();
        for secret in &repository.versions {
            let text = format!(
                "{}\nTOKEN={secret}\n{}\n",
                lines[..300].join("\n"),
                lines[300..].join("\n")
            );
            repository.write("notes/deep/long.txt", &text);
            repository.commit("Note");
        }
        fs::remove_file(repository.path("notes/deep/long.txt")).expect("the file");
        repository.commit("Forget");
        repository.git(&["tag", "-a", "-m", &repository.tag, "v1"]);
        repository
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of the test");
        fs::write(path, text).expect("a file of the test");
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    /// What git says.
    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
            .args(["-c", "gc.auto=0", "-c", "commit.gpgSign=false"])
            .args(arguments)
            .current_dir(self.scratch.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap_or_else(|error| panic!("git: {error}"));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {stderr}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// The commit that first has a file with that text, as git tells it.
    fn commit_of(&self, text: &str) -> String {
        let found = self.git(&[
            "log",
            "--reverse",
            "--format=%H",
            &format!("-S{text}"),
            "HEAD",
        ]);
        found[..12].to_owned()
    }

    fn scan(&self) -> Scan {
        let layer = add(LayerBuilder::new(), self.scratch.path(), "app");
        let image = ImageBuilder::new().layer("COPY . /app # buildkit", layer);
        let scratch = Scratch::new();
        scan(&scratch.image(Shape::Classic, &image.stored(Stored::Plain)))
    }

    fn judge(&self, state: &str) {
        let report = self.scan();
        let digest = report.digest();
        // The log of references has messages, too.
        let object = |secret: &str| {
            let mut places = report.places(secret).iter();
            let found = places.find(|place| place["inside"] != json!([]));
            found.unwrap_or_else(|| panic!("{state}: {secret}; {digest}"))
        };
        let inside = |secret: &str| object(secret)["inside"].clone();
        let commit = |text: &str| format!("commit {}", self.commit_of(text));
        let file = json!([commit(&self.file), "config/prod.env"]);
        assert_eq!(inside(&self.file), file, "{state}: {digest}");
        for secret in &self.versions {
            let version = json!([commit(secret), "notes/deep/long.txt"]);
            assert_eq!(inside(secret), version, "{state}: {digest}");
            assert_eq!(object(secret)["line"], 301);
        }
        let kind = |secret: &str| inside(secret)[0].as_str().map(|way| way[..4].to_owned());
        assert_eq!(kind(&self.message).as_deref(), Some("comm"), "{state}");
        assert_eq!(kind(&self.tag).as_deref(), Some("tag "), "{state}");
        assert!(
            report.warnings().is_empty(),
            "{state}: {:?}",
            report.warnings()
        );
    }
}

/// All files below a folder, in the order of their names.
fn add(mut layer: LayerBuilder, folder: &Path, name: &str) -> LayerBuilder {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        let base = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{name}/{base}");
        layer = match path.is_dir() {
            true => add(layer, &path, &name),
            false => layer.file(name, fs::read(&path).expect("a file")),
        };
    }
    layer
}

/// Deltas in all packs.
fn deltas(repository: &Repository) -> usize {
    let folder = repository.path(".git/objects/pack");
    let files = fs::read_dir(folder).expect("packs");
    let names = files.map(|file| file.expect("a file").path());
    names
        .filter(|path| path.extension().is_some_and(|ending| ending == "idx"))
        .map(|path| {
            let listed = repository.git(&["verify-pack", "-v", &path.to_string_lossy()]);
            // Name, kind, sizes, offset, and of deltas depth and base.
            let is_delta = |line: &&str| line.split_whitespace().count() == 7;
            listed.lines().filter(is_delta).count()
        })
        .sum()
}

fn judge_all_states(format: &str) {
    let repository = Repository::new(format);
    repository.judge("loose");
    repository.git(&["gc", "-q"]);
    repository.judge("after gc");
    repository.git(&["repack", "-q", "-adf", "--depth=50", "--window=50"]);
    assert!(deltas(&repository) >= 40, "{} deltas", deltas(&repository));
    repository.judge("repacked");
    // References to bases by their ids, as older packs have them.
    repository.git(&["config", "repack.useDeltaBaseOffset", "false"]);
    repository.git(&["repack", "-q", "-adf", "--depth=4000", "--window=70"]);
    repository.judge("by ids");
    // And a second pack with what came later.
    repository.write("more.txt", "more\n");
    repository.commit("More");
    repository.git(&["repack", "-q", "-d"]);
    repository.judge("two packs");
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn the_history_of_a_repository_with_sha1_is_read_as_git_reads_it() {
    judge_all_states("sha1");
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn the_history_of_a_repository_with_sha256_is_read_as_git_reads_it() {
    judge_all_states("sha256");
}
