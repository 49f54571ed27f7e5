//! Without `--reveal` no byte of a secret leaves the program, wherever an image put it and whatever
//! is asked for.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, residue, scan, secrets};

/// Secrets by the place they were put in.
#[derive(Default)]
struct Planted(Vec<(String, String)>);

impl Planted {
    fn at(&mut self, place: &str) -> String {
        let secret = secrets::github(place);
        self.0.push((place.to_owned(), secret.clone()));
        secret
    }

    /// No secret may stand in what the program says.
    fn is_not_in(&self, said: &str, by: &str) {
        for (place, secret) in &self.0 {
            assert!(
                !said.contains(secret.as_str()),
                "{by} shows the one in {place}"
            );
        }
    }
}

/// An image with a secret in every place that some output quotes.
fn image(planted: &mut Planted) -> ImageBuilder {
    let base64 = |text: &str| STANDARD.encode(text);
    let label = planted.at("label");
    let layer = LayerBuilder::new()
        .file(format!("{}.txt", planted.at("file name")), "x")
        .file(format!("d/{}/.env", planted.at("folder")), "x=1")
        .file("a.env", format!("TOKEN={}\n", planted.at("file")))
        .file(
            "b.env",
            format!("TOKEN={} # residue:allow\n", planted.at("allowed line")),
        )
        .symlink("link", &format!("/srv/{}", planted.at("link target")))
        .xattr("user.key", planted.at("extended attribute"))
        .file("c", "x")
        .file(format!("../{}", planted.at("hostile name")), "x");
    let image = ImageBuilder::new()
        .layer("ADD secrets.tar /", layer)
        .tag(&format!(
            "example.test/{}:1",
            planted.at("reference").to_lowercase()
        ))
        .platform(&planted.at("os"), &planted.at("architecture"))
        .top("variant", json!(planted.at("variant")))
        .top("created", json!(planted.at("created")))
        .top("author", json!(planted.at("author")))
        .top(
            &format!("a/b~{}", planted.at("key of the config")),
            json!("x"),
        )
        .env(&planted.at("name of a variable"), "x")
        .env("TOKEN", &planted.at("variable"))
        .label(&format!("x/{}~y", planted.at("name of a label")), "x")
        .label("l", &label)
        .config("Cmd", json!(["sh", "-c", planted.at("command")]))
        .instruction(&format!(
            "|1 T={} /bin/sh -c make",
            planted.at("build argument")
        ))
        .instruction(&format!("LABEL l={label}"))
        .instruction(&base64(&format!(
            "RUN curl -H {}",
            planted.at("encoded step")
        )))
        .instruction(&json!({ "run": planted.at("step in JSON") }).to_string())
        .instruction(&format!("RUN echo {} | base64 -d", base64(&label)));
    planted
        .0
        .push(("base64 of the label".into(), base64(&label)));
    image
}

fn write(scratch: &Scratch, image: &ImageBuilder, planted: &mut Planted) -> PathBuf {
    let mut package = Shape::Docker25.package(std::slice::from_ref(image));
    package.file(format!("{}.txt", planted.at("member")), "x");
    let tag = planted.at("reference in the archive");
    package.edit("manifest.json", |bytes| {
        let text = String::from_utf8_lossy(bytes).replace("example.test/", &format!("{tag}/"));
        *bytes = text.into_bytes();
    });
    scratch.write("image.tar", package.to_tar())
}

#[test]
fn no_output_shows_a_secret_wherever_it_stands() {
    let scratch = Scratch::new();
    let mut planted = Planted::default();
    let image = image(&mut planted);
    let path = write(&scratch, &image, &mut planted);
    let baseline = scratch.path().join("baseline.json");
    let baseline_flag = format!("--write-baseline={}", baseline.display());
    for options in [
        &["extract", "--list"][..],
        &["extract", "--layer=0", "--offset=99"],
        &["extract", "--platform=none/none", "--list"],
        &["scan", "--format=terminal"],
        &["scan", "--format=json"],
        &["scan", "--format=jsonl"],
        &["scan", "--format=sarif"],
        &["scan", "--format=json", &baseline_flag],
        &["scan", "--image=none"],
        &["scan", "--platform=none/none"],
        &["layers"],
        &["layers", "--format=json"],
    ] {
        let run = with(options, &path);
        planted.is_not_in(&run, &options.join(" "));
    }
    let baseline = std::fs::read_to_string(baseline).expect("a baseline");
    planted.is_not_in(&baseline, "the baseline");
}

fn with(options: &[&str], image: &Path) -> String {
    let arguments = options.iter().map(AsRef::as_ref);
    let run = residue(arguments.chain([image.as_os_str()]));
    assert!(!run.stdout.is_empty() || !run.stderr.is_empty());
    run.stdout + &run.stderr
}

/// The test above says something only where the secrets are found.
#[test]
fn every_place_of_that_image_is_looked_at() {
    let scratch = Scratch::new();
    let mut planted = Planted::default();
    let image = image(&mut planted);
    let path = write(&scratch, &image, &mut planted);
    let report = scan(&path);
    let suppressed = report.json["suppressed"].as_array().expect("suppressed");
    let is_suppressed = |secret: &str| {
        let mut all = suppressed.iter();
        all.any(|finding| finding["secret"]["value"] == secret)
    };
    for (place, secret) in &planted.0 {
        let is_found = report.find(secret).is_some() || is_suppressed(secret);
        let is_skipped = ["base64 of the label", "reference"].contains(&place.as_str());
        assert!(
            is_found || is_skipped,
            "{place} was not found; {}",
            report.digest()
        );
    }
}

#[test]
fn rules_that_are_switched_off_still_keep_secrets_out_of_what_is_quoted() {
    let scratch = Scratch::new();
    let token = secrets::github("switched off");
    let password = secrets::letters("switched off password", 14);
    let created_by = format!("|2 TOKEN={token} DB_PASSWORD={password} /bin/sh -c true");
    let image = ImageBuilder::new()
        .layer(&created_by, LayerBuilder::new().file("a", "a"))
        .instruction(&format!("RUN use {password}"))
        .instruction(&format!("COPY file:{token} /x"))
        .tag(&format!("example.test/x:{token}"))
        .top("created", json!(token));
    let path = scratch.image(Shape::Docker25, &image);
    let options = ["scan", "--format=json", "--disable=github.*"];
    for more in [&[][..], &["--disable=generic.*"]] {
        let said = with(&[&options, more].concat(), &path);
        for secret in [&token, &password] {
            assert!(!said.contains(secret.as_str()), "{said}");
        }
    }
}
