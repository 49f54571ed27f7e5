//! What must hold of every output: the same bytes in every run, and no secret without `--reveal`.

use std::path::{Path, PathBuf};

use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, residue, secrets};

const FORMATS: [&str; 4] = ["terminal", "json", "jsonl", "sarif"];

/// Many layers with many secrets, so that threads have something to race for.
fn busy_image() -> (Vec<String>, ImageBuilder) {
    let mut all = Vec::new();
    let mut image = ImageBuilder::new();
    for number in 0..30 {
        let mut layer = LayerBuilder::new();
        for file in 0..6 {
            let secret = secrets::github(&format!("{}", (number * 5 + file) % 40));
            layer = layer.file(
                format!("srv/{}/{file}.env", number % 7),
                format!("# {number}\nTOKEN={secret}\n"),
            );
            all.push(secret);
        }
        if number % 5 == 4 {
            layer = layer.whiteout("srv/3").opaque("srv/2");
        }
        image = image.layer(&format!("RUN step {number} # buildkit"), layer);
    }
    let env = secrets::npm("env");
    let history = secrets::grafana("history");
    let label = secrets::stripe("label");
    let image = image
        .env("NPM_TOKEN", &env)
        .label("pay.key", &label)
        .instruction(&format!(
            "RUN |1 TOKEN={history} /bin/sh -c true # buildkit"
        ));
    all.extend([env, history, label]);
    (all, image)
}

fn output(path: &Path, format: &str, threads: &str) -> String {
    let path = path.to_string_lossy();
    let run = residue(["scan", "--format", format, "--threads", threads, &path]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    run.stdout
}

#[test]
fn a_report_has_the_same_bytes_with_any_number_of_threads_and_in_every_run() {
    let scratch = Scratch::new();
    let path = scratch.image(Shape::Containerd, &busy_image().1);
    for format in FORMATS {
        let first = output(&path, format, "1");
        for threads in ["1", "2", "8", "8", "512"] {
            assert_eq!(
                output(&path, format, threads),
                first,
                "{format} with {threads} threads"
            );
        }
    }
}

#[test]
fn no_format_shows_a_secret_unless_it_is_asked_to() {
    let scratch = Scratch::new();
    let (all, image) = busy_image();
    let path = scratch.image(Shape::Docker25, &image);
    for format in FORMATS {
        let path = path.to_string_lossy();
        let run = residue(["scan", "--format", format, &path]);
        for secret in &all {
            assert!(!run.stdout.contains(secret), "{format} shows {secret}");
            assert!(
                !run.stderr.contains(secret),
                "{format} shows {secret} as an error"
            );
            let middle = &secret[8..secret.len() - 8];
            assert!(
                !run.stdout.contains(middle),
                "{format} shows the middle of {secret}"
            );
        }
    }
    let revealed = residue(["scan", "--reveal", "--format=json", &path.to_string_lossy()]);
    assert!(all.iter().all(|secret| revealed.stdout.contains(secret)));
}

#[test]
fn a_rule_that_is_switched_off_is_no_reason_to_print_its_secret() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/leaky-app.tar.gz");
    let secret = secrets::github("sample build argument");
    for format in ["terminal", "json", "jsonl", "sarif"] {
        let arguments = ["scan", "--disable=github.*", "--format", format].map(Path::new);
        let run = residue(arguments.into_iter().chain([sample.as_path()]));
        assert_eq!(run.code, 1, "{}", run.stderr);
        assert!(!run.stdout.contains(&secret), "{format}");
    }
}

#[test]
fn the_layers_table_shows_no_secret_of_the_history() {
    let scratch = Scratch::new();
    let (all, image) = busy_image();
    let path = scratch.image(Shape::Docker25, &image);
    let run = residue([Path::new("layers"), &path]);
    assert!(run.stdout.contains("RUN"), "{}", run.stdout);
    assert!(
        all.iter().all(|secret| !run.stdout.contains(secret)),
        "{}",
        run.stdout
    );
}

#[test]
fn a_pipe_gets_no_colours_and_no_progress() {
    let scratch = Scratch::new();
    let path = scratch.image(Shape::Classic, &busy_image().1);
    let run = residue([Path::new("scan"), &path]);
    assert!(!run.stdout.contains('\x1b'), "colours in a pipe");
    assert!(
        !run.stderr.contains('\x1b'),
        "progress in a pipe: {:?}",
        run.stderr
    );
}

#[test]
fn a_report_goes_to_the_file_that_is_named() {
    let scratch = Scratch::new();
    let path = scratch.image(Shape::Classic, &busy_image().1);
    let file = scratch.path().join("report.json");
    let arguments: [PathBuf; 5] = [
        "scan".into(),
        "--format=json".into(),
        "--output".into(),
        file.clone(),
        path.clone(),
    ];
    let run = residue(&arguments);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    let written = std::fs::read_to_string(file).expect("the report");
    assert_eq!(written, output(&path, "json", "2"));
}

#[test]
fn the_gate_decides_the_exit_code_and_not_what_is_reported() {
    let scratch = Scratch::new();
    let path = scratch.image(Shape::Classic, &busy_image().1);
    let path = path.to_string_lossy();
    let never = residue(["scan", "--fail-on=never", "--format=json", &path]);
    assert_eq!(never.code, 0, "{}", never.stderr);
    let report: serde_json::Value = serde_json::from_str(&never.stdout).expect("a report");
    assert_eq!(report["verdict"], "pass");
    assert!(
        report["findings"]
            .as_array()
            .is_some_and(|all| all.len() > 10)
    );
}
