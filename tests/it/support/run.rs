//! The program as a user runs it, and its JSON report as tests read it.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The program; Cargo names it to tests and benches, not to examples that share the kit.
const PROGRAM: Option<&str> = option_env!("CARGO_BIN_EXE_residue");

/// What one run gave.
#[derive(Debug)]
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

/// Runs `residue` in an empty environment of its own; a signal (a crash) fails the test.
pub fn residue<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Run {
    let mut command = Command::new(PROGRAM.expect("a test or bench program"));
    command.args(arguments);
    finish(command.stdin(Stdio::null()))
}

/// Runs `residue` with a file on standard input.
pub fn residue_with_input<A: AsRef<OsStr>>(
    arguments: impl IntoIterator<Item = A>,
    input: &Path,
) -> Run {
    let file = std::fs::File::open(input).expect("a file of the test");
    let mut command = Command::new(PROGRAM.expect("a test or bench program"));
    command.args(arguments);
    finish(command.stdin(file))
}

fn finish(command: &mut Command) -> Run {
    let output = command
        .env_remove("RUST_BACKTRACE")
        // Without a home there is no cache, unless a test names one.
        .env_remove("XDG_CACHE_HOME")
        .env_remove("HOME")
        .output()
        .expect("the program starts");
    let run = Run {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    assert!(
        !run.stderr.contains("internal error") && (0..=2).contains(&run.code),
        "crashed with {}: {}",
        run.code,
        run.stderr
    );
    run
}

/// A report with the secrets in clear, as tests need it to find theirs.
#[derive(Debug)]
pub struct Scan {
    pub code: i32,
    pub stderr: String,
    pub json: Value,
}

/// Scans and reveals; `more` are further options.
pub fn scan_with(image: &Path, more: &[&str]) -> Scan {
    let mut arguments = vec![
        OsStr::new("scan"),
        image.as_os_str(),
        OsStr::new("--format=json"),
        OsStr::new("--reveal"),
    ];
    arguments.extend(more.iter().map(OsStr::new));
    let run = residue(arguments);
    let json = serde_json::from_str(&run.stdout).unwrap_or_else(|error| {
        panic!(
            "{}: no report ({error}), code {}: {}",
            image.display(),
            run.code,
            run.stderr
        )
    });
    Scan {
        code: run.code,
        stderr: run.stderr,
        json,
    }
}

pub fn scan(image: &Path) -> Scan {
    scan_with(image, &[])
}

impl Scan {
    pub fn findings(&self) -> &[Value] {
        let findings = self.json["findings"].as_array().expect("findings");
        let is_sound = |finding: &Value| finding["facts"].is_object();
        assert!(
            findings.iter().all(is_sound),
            "facts are an object, be there some or none"
        );
        findings
    }

    /// The finding of this very secret.
    pub fn find(&self, secret: &str) -> Option<&Value> {
        self.findings()
            .iter()
            .find(|finding| finding["secret"]["value"] == secret)
    }

    /// The finding of this very secret, which must be there.
    pub fn finding(&self, secret: &str) -> &Value {
        self.find(secret)
            .unwrap_or_else(|| panic!("{secret} was not found; {}", self.digest()))
    }

    /// The places of this secret.
    pub fn places(&self, secret: &str) -> &[Value] {
        self.finding(secret)["occurrences"]
            .as_array()
            .expect("occurrences")
    }

    /// The only place of this secret with that kind.
    pub fn place(&self, secret: &str, kind: &str) -> &Value {
        let found: Vec<&Value> = (self.places(secret).iter())
            .filter(|place| place["kind"] == kind)
            .collect();
        match found[..] {
            [one] => one,
            _ => panic!(
                "{} places of kind {kind} for {secret}: {found:#?}",
                found.len()
            ),
        }
    }

    pub fn warnings(&self) -> &[Value] {
        self.json["warnings"].as_array().expect("warnings")
    }

    /// The first warning with this code, which must be there.
    pub fn warning(&self, code: &str) -> &Value {
        self.warnings()
            .iter()
            .find(|warning| warning["code"] == code)
            .unwrap_or_else(|| panic!("no {code} among {:#?}", self.warnings()))
    }

    pub fn is_complete(&self) -> bool {
        self.json["complete"] == true
    }

    pub fn layers(&self, image: usize) -> &[Value] {
        self.json["images"][image]["layers"]
            .as_array()
            .expect("layers")
    }

    /// What was found, in a line each, for messages of failing tests.
    pub fn digest(&self) -> String {
        let mut lines = format!("code {}, {} findings", self.code, self.findings().len());
        for finding in self.findings() {
            let place = &finding["occurrences"][0];
            lines.push_str(&format!(
                "\n  {} {} {} {} layer {} path {} line {}",
                finding["rule"],
                finding["confidence"],
                finding["secret"]["value"],
                place["kind"],
                place["layer"],
                place["path"],
                place["line"]
            ));
        }
        for warning in self.warnings() {
            lines.push_str(&format!("\n  ! {} {}", warning["code"], warning["message"]));
        }
        lines
    }
}
