//! The content of one file: text, UTF-16, nested archives, every rule and validator on the way.
#![no_main]

use std::io::BufReader;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use residue::content::Scanner;
use residue::detect::{Context, TextKind, catalog};
use residue::{Engine, Limits, Loader};

const PATHS: [&[u8]; 16] = [
    b"app/.env",
    b"etc/shadow",
    b"root/.npmrc",
    b"root/.aws/credentials",
    b"srv/a.tar.gz",
    b"lib/a.jar",
    b"home/u/.docker/config.json",
    b"srv/secret.yaml",
    b"srv/application.properties",
    b"srv/web.config",
    b"srv/wp-config.php",
    b"root/.cargo/credentials.toml",
    b"root/.netrc",
    b"root/.pgpass",
    b"root/.git-credentials",
    b"",
];

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let rules = Loader::default().load(catalog());
        Engine::new(rules.expect("the embedded rules hold"))
    })
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, content)) = data.split_first() else {
        return;
    };
    let limits = Limits {
        total_size: 4 << 20,
        ..Limits::default()
    };
    let path = PATHS[usize::from(*choice) % PATHS.len()];
    let context = Context {
        path,
        kind: TextKind::File,
        label: None,
    };
    // The high half of the choice makes the bytes come in small pieces.
    let piece = 1 + usize::from(*choice >> 4) * 128;
    let mut reader = BufReader::with_capacity(piece, content);
    let outcome = Scanner::new(engine(), &limits).scan(&context, &mut reader);
    assert!(outcome.error.is_none(), "memory can be read");
    assert_eq!(outcome.bytes, content.len() as u64, "all was read");
    for warning in &outcome.warnings {
        assert!(!warning.message.chars().any(char::is_control));
    }
});
