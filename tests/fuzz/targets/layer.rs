//! A layer's stored bytes: decompression, tar headers, extension headers, slack, hashes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use residue::Limits;
use residue::archive::Blob;
use residue::image::{Item, Layer, walk};
use residue::oci::MediaType;

fuzz_target!(|data: &[u8]| {
    let layer = Layer {
        index: 0,
        digest: None,
        diff_id: None,
        media_type: MediaType::default(),
        name: "layer.tar".to_owned(),
        blob: Some(Blob::from_vec(data.to_vec())),
        instruction: None,
    };
    let limits = Limits {
        total_size: 4 << 20,
        ..Limits::default()
    };
    let mut entries = 0u64;
    let summary = walk(&layer, &limits, true, &mut |item| {
        let content = match item {
            Item::Entry(entry, content) => {
                entries += 1;
                assert!(!entry.path.starts_with(b"/"), "names are relative to the root");
                content
            }
            Item::Plain(content) => content,
            Item::Slack { bytes, .. } | Item::Hidden { bytes, .. } => {
                assert!(!bytes.is_empty());
                return Ok(());
            }
        };
        loop {
            let read = content.fill_buf()?.len();
            if read == 0 {
                return Ok(());
            }
            content.consume(read);
        }
    });
    assert_eq!(summary.entries, entries);
    for warning in &summary.warnings {
        assert!(!warning.message.chars().any(char::is_control));
    }
});
