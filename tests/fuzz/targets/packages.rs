//! Package databases: the first byte chooses which.
#![no_main]

use libfuzzer_sys::fuzz_target;
use residue::packages::{Database, Record};

/// A path for each reader.
const PATHS: [&[u8]; 5] = [
    b"var/lib/dpkg/info/demo.md5sums",
    b"var/lib/dpkg/status",
    b"lib/apk/db/installed",
    b"var/lib/rpm/rpmdb.sqlite",
    b"usr/lib/python3/demo-1.0.dist-info/RECORD",
];

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let path = PATHS[usize::from(*first) % PATHS.len()];
    let database = Database::at(path).expect("a database");
    let mut files = 0;
    let _ = database.read(bytes, &mut |record| {
        if let Record::File { path, .. } = record {
            files += 1;
            assert!(!path.starts_with(b"/"), "names are relative to the root");
        }
    });
    assert!(files <= bytes.len());
});
