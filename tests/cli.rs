//! What only a whole process shows: streams, pipes, files, exit codes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tar::{Builder, Header};

/// A rule of our own, so that nothing here depends on the built-in ones.
const RULES: &str = r#"
[[rule]]
id = "acme.token"
title = "Acme token"
severity = "high"
confidence = "likely"
anchors = ["acme_"]
regex = 'acme_[0-9a-f]{16}'
revoke = "https://acme.example/tokens"
examples = ["acme_0123456789abcdef"]
"#;

/// Matches the rule; put together here so that no scanner stumbles over this file.
fn token() -> String {
    format!("acme_{}", "3f9a1c7be24d8056")
}

fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // Put in directly, since the writer refuses hostile names.
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        tar.append(&header, *content).unwrap();
    }
    tar.into_inner().unwrap()
}

/// A folder to work in, with rules and images.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::write(place.path("rules.toml"), RULES).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes what `docker save` would of an image with these layers.
    fn save(&self, name: &str, layers: &[Vec<u8>]) {
        let diff_ids: Vec<String> = layers
            .iter()
            .map(|layer| residue::oci::Digest::sha256(layer).to_string())
            .collect();
        let names: Vec<String> = (0..layers.len())
            .map(|n| format!("{n}/layer.tar"))
            .collect();
        let config = serde_json::json!({
            "architecture": "amd64", "os": "linux",
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
        });
        let manifest = serde_json::json!([{
            "Config": "config.json", "RepoTags": ["app:1"], "Layers": names,
        }]);
        let (config, manifest) = (config.to_string(), manifest.to_string());
        let mut files: Vec<(&str, &[u8])> = vec![
            ("config.json", config.as_bytes()),
            ("manifest.json", manifest.as_bytes()),
        ];
        for (name, layer) in names.iter().zip(layers) {
            files.push((name, layer));
        }
        fs::write(self.path(name), tar_of(&files)).unwrap();
    }

    /// An image with a token in it, `leaky.tar`, and one without, `clean.tar`.
    fn with_images() -> Self {
        let place = Self::new();
        let env = format!("TOKEN={}\n", token());
        place.save("leaky.tar", &[tar_of(&[("app/.env", env.as_bytes())])]);
        place.save("clean.tar", &[tar_of(&[("app/readme", b"nothing here")])]);
        place
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_residue"));
        command
            .args(line.split_whitespace())
            .current_dir(self.0.path())
            .env_clear();
        command
    }

    fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    fn scan(&self, line: &str) -> Output {
        self.run(&format!("scan --only-rules rules.toml {line}"))
    }
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_exit_code_says_what_was_found() {
    let place = Place::with_images();
    assert_eq!(code(&place.scan("leaky.tar")), 1);
    assert_eq!(code(&place.scan("--fail-on critical leaky.tar")), 0);
    assert_eq!(code(&place.scan("--fail-on never leaky.tar")), 0);
    assert_eq!(code(&place.scan("--min-confidence confirmed leaky.tar")), 0);
    assert_eq!(code(&place.scan("clean.tar")), 0);
    assert_eq!(code(&place.scan("clean.tar leaky.tar")), 1);
}

#[test]
fn the_report_goes_to_standard_output_and_nothing_else_does() {
    let place = Place::with_images();
    let output = place.scan("--format json leaky.tar");
    assert_eq!(json(&output)["findings"][0]["rule"], "acme.token");
    assert_eq!(text(&output.stderr), "");
    assert!(!text(&output.stdout).contains(&token()), "redacted");
    let output = place.scan("--format json --reveal leaky.tar");
    assert!(text(&output.stdout).contains(&token()), "revealed");
}

#[test]
fn a_hyphen_for_a_file_is_standard_output() {
    let place = Place::with_images();
    let output = place.scan("--format json --output - leaky.tar");
    assert_eq!(json(&output)["findings"][0]["rule"], "acme.token");
    let output = place.run("extract leaky.tar app/.env -o -");
    assert_eq!(text(&output.stdout), format!("TOKEN={}\n", token()));
    assert!(!place.path("-").exists());
    let output = place.scan("leaky.tar --write-baseline -");
    assert_eq!((code(&output), place.path("-").exists()), (2, false));
    assert!(text(&output.stderr).contains("--write-baseline: needs a file"));
}

#[test]
fn a_list_of_what_is_not_there_is_an_error() {
    let place = Place::new();
    let layers = ["a", "b"].map(|name| tar_of(&[(name, b"x")]));
    place.save("two.tar", &layers);
    assert_eq!(code(&place.run("extract two.tar --list a")), 0);
    for (words, said) in [
        ("nope", "no layer holds nope"),
        ("b --layer 0", "layer 0 does not hold b"),
    ] {
        let output = place.run(&format!("extract two.tar --list {words}"));
        assert_eq!(code(&output), 2);
        assert!(text(&output.stderr).contains(said));
    }
}

#[test]
fn an_incomplete_scan_is_told_and_never_passes() {
    let place = Place::with_images();
    let mut layer = tar_of(&[("a", &[b'x'; 2048])]);
    layer.truncate(1024);
    place.save("cut.tar", &[layer]);
    let output = place.scan("--format json cut.tar");
    assert_eq!(code(&output), 2);
    assert_eq!(json(&output)["complete"], false);
    assert!(text(&output.stderr).starts_with("residue: incomplete: 1 warning "));
    let output = place.scan("--format json --quiet cut.tar");
    assert_eq!(text(&output.stderr), "");
    assert_eq!(code(&place.scan("cut.tar leaky.tar")), 1);
}

#[test]
fn an_image_that_cannot_be_read_does_not_hide_the_others() {
    let place = Place::with_images();
    let output = place.scan("--format json missing.tar leaky.tar");
    assert_eq!(code(&output), 1);
    assert_eq!(json(&output)["findings"].as_array().unwrap().len(), 1);
    assert!(text(&output.stdout).contains("missing.tar"));
    assert_eq!(code(&place.scan("missing.tar clean.tar")), 2);
    let output = place.scan("missing.tar");
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).starts_with("residue: error: cannot read missing.tar: "));
}

#[test]
fn a_reader_that_goes_away_changes_nothing_about_the_exit_code() {
    let place = Place::with_images();
    let many: Vec<String> = (0..4000).map(|n| format!("some/folder/file-{n}")).collect();
    let files: Vec<(&str, &[u8])> = many.iter().map(|path| (path.as_str(), &b""[..])).collect();
    place.save("many.tar", &[tar_of(&files)]);
    for (line, expected) in [
        ("scan --only-rules rules.toml leaky.tar", 1),
        ("scan --only-rules rules.toml --format json clean.tar", 0),
        ("extract many.tar --list", 0),
        ("completions bash", 0),
        ("--help", 0),
    ] {
        let mut child = place
            .command(line)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(code(&output), expected, "{line}");
        assert_eq!(text(&output.stderr), "", "{line}");
    }
}

#[test]
fn an_archive_may_come_on_standard_input() {
    let place = Place::with_images();
    let mut child = place
        .command("scan --only-rules rules.toml --format json -")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let archive = fs::read(place.path("leaky.tar")).unwrap();
    child.stdin.take().unwrap().write_all(&archive).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(code(&output), 1);
    assert_eq!(json(&output)["images"][0]["source"], "-");
}

#[test]
fn a_report_in_a_file_is_the_report_of_standard_output() {
    let place = Place::with_images();
    let expected = place.scan("--format sarif leaky.tar").stdout;
    let output = place.scan("--format sarif --output report.sarif leaky.tar");
    assert_eq!((code(&output), output.stdout.len()), (1, 0));
    assert_eq!(fs::read(place.path("report.sarif")).unwrap(), expected);
}

#[test]
fn what_a_baseline_knows_does_not_fail() {
    let place = Place::with_images();
    assert_eq!(
        code(&place.scan("--write-baseline known.json leaky.tar")),
        1
    );
    let baseline = fs::read_to_string(place.path("known.json")).unwrap();
    assert!(!baseline.contains(&token()));
    assert_eq!(code(&place.scan("--baseline known.json leaky.tar")), 0);
}

#[test]
fn the_configuration_file_beside_where_one_stands_counts() {
    let place = Place::with_images();
    let config = "[scan]\nfail-on = \"never\"\nonly-rules = [\"rules.toml\"]\n";
    fs::write(place.path("residue.toml"), config).unwrap();
    assert_eq!(code(&place.run("scan leaky.tar")), 0);
    assert_eq!(code(&place.run("scan leaky.tar --fail-on low")), 1);
}

#[test]
fn layers_shows_each_layer_with_its_findings() {
    let place = Place::with_images();
    let output = place.run("layers --only-rules rules.toml --format json leaky.tar");
    assert_eq!(code(&output), 0);
    assert_eq!(json(&output)["images"][0]["layers"][0]["findings"], 1);
    let output = place.run("layers --only-rules rules.toml leaky.tar");
    let table = text(&output.stdout);
    assert!(table.starts_with("Image  leaky.tar  app:1  linux/amd64\nlayer"));
    assert_eq!(table.lines().count(), 3, "{table}");
}

#[test]
fn extract_writes_the_bytes_and_nothing_else() {
    let place = Place::new();
    let bytes: Vec<u8> = (0..=255).collect();
    place.save(
        "app.tar",
        &[tar_of(&[("../../evil", &bytes), ("bin", &bytes)])],
    );
    let output = place.run("extract app.tar bin");
    assert_eq!((code(&output), &output.stdout), (0, &bytes));
    let before = names(place.0.path());
    let output = place.run("extract app.tar --list --quiet");
    assert_eq!(code(&output), 0);
    assert_eq!(text(&output.stdout).lines().count(), 3);
    assert_eq!(names(place.0.path()), before, "nothing is unpacked");
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    names
}
