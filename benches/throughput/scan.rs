//! Whole scans by the program, and beside them the programs that set the pace: `gzip -dc`, since a
//! layer has to be inflated, and `openssl dgst -sha256`, since it has to be hashed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use criterion::Criterion;

use crate::common::corpus::Corpus;
use crate::group;

pub fn measure(criterion: &mut Criterion, corpus: &Corpus) {
    let mut beside = group(criterion, "beside", corpus);
    beside.bench_function("gzip -dc of the gzip layers", |bencher| {
        bencher.iter(|| external("gzip", &["-dc"], &corpus.gzipped));
    });
    beside.bench_function("openssl dgst -sha256 of the plain layers", |bencher| {
        bencher.iter(|| external("openssl", &["dgst", "-sha256"], &corpus.layers));
    });
    beside.finish();
    let scans: [(&str, &Path, &[&str]); 5] = [
        ("plain, 1 thread", &corpus.plain, &["--threads=1"]),
        ("plain, 2 threads", &corpus.plain, &["--threads=2"]),
        (
            "plain, 1 thread, not verified",
            &corpus.plain,
            &["--threads=1", "--no-verify"],
        ),
        ("gzip, 1 thread", &corpus.gzip, &["--threads=1"]),
        ("gzip, 2 threads", &corpus.gzip, &["--threads=2"]),
    ];
    let mut group = group(criterion, "scan", corpus);
    for (name, image, options) in scans {
        group.bench_function(name, |bencher| bencher.iter(|| scan(image, options)));
    }
    group.finish();
}

/// A scan that must find something; its report goes nowhere.
fn scan(image: &Path, options: &[&str]) {
    let status = Command::new(env!("CARGO_BIN_EXE_residue"))
        .args(["scan", "--format=json", "--progress=never", "--no-cache"])
        .args(options)
        .arg(image)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .expect("the program starts");
    assert_eq!(status.code(), Some(1), "the planted secrets were found");
}

/// Runs a command that reads files and throws its output away.
fn external(program: &str, arguments: &[&str], files: &[PathBuf]) {
    let status = Command::new(program)
        .args(arguments)
        .args(files)
        .stdout(Stdio::null())
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{program} failed"
    );
}
