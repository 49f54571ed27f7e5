//! An outer archive: every shape of image in it is found, opened and assembled.
//!
//! The bytes go through a file, since archives are mapped; point `TMPDIR` at a file system in
//! memory.
#![no_main]

use std::path::PathBuf;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use residue::source::{Platforms, open};
use residue::{Limits, Selection, image};

fn file() -> &'static PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    FILE.get_or_init(|| std::env::temp_dir().join(format!("residue-fuzz-{}", std::process::id())))
}

fuzz_target!(|data: &[u8]| {
    if data.is_empty() {
        return;
    }
    std::fs::write(file(), data).expect("TMPDIR takes files");
    let limits = Limits {
        total_size: 4 << 20,
        ..Limits::default()
    };
    let selection = Selection {
        platforms: Platforms::All,
        ..Selection::default()
    };
    let input = file().to_string_lossy();
    let Ok(contents) = open(&input, &selection, &limits) else {
        return;
    };
    let mut warnings = contents.warnings;
    for raw in contents.images {
        let layers = raw.layers.len();
        let image = image::assemble(&input, raw);
        assert_eq!(image.layers.len(), layers, "no layer is lost");
        warnings.extend(image.warnings);
    }
    for warning in &warnings {
        assert!(!warning.message.chars().any(char::is_control));
    }
});
