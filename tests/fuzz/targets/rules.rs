//! A rule file that somebody else wrote: loaded, checked, compiled, and used on a short text.
//!
//! The bytes go through a file, as the loader reads one; point `TMPDIR` at a file system in
//! memory.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use residue::detect::{Context, catalog};
use residue::{Engine, Loader};

fn file() -> &'static PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| {
        std::env::temp_dir().join(format!("residue-fuzz-{}.toml", std::process::id()))
    })
}

fuzz_target!(|data: &[u8]| {
    std::fs::write(file(), data).expect("TMPDIR takes files");
    let loader = Loader {
        only: vec![file().clone()],
        ..Loader::default()
    };
    if let Ok(rules) = loader.load(catalog()) {
        Engine::new(rules).scan(&Context::default(), data);
    }
});
