//! Times and memory: the median of some runs, and the peak of a child's own memory.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Seconds that `work` takes, the median of `rounds`.
pub fn median(rounds: usize, mut work: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

/// A scan by the program; its report goes nowhere.
pub fn scan(image: &Path, options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_residue"));
    command
        .args(["scan", "--format=json", "--progress=never", "--no-cache"])
        .args(options)
        .arg(image)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// Runs a scan that must find something.
pub fn run(mut command: Command) {
    let status = command.status().expect("the program starts");
    assert_eq!(status.code(), Some(1), "the planted secrets were found");
}

/// The most memory that a scan held at once, in bytes, mapped files not counted (`RssAnon`).
pub fn peak_memory(mut command: Command) -> u64 {
    let mut child = command.spawn().expect("the program starts");
    let mut peak = 0;
    while child.try_wait().expect("the child is ours").is_none() {
        peak = peak.max(anonymous_memory(&child));
        thread::sleep(Duration::from_millis(1));
    }
    peak
}

fn anonymous_memory(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok());
    kilobytes.unwrap_or(0) * 1024
}
