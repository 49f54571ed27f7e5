//! DER in words, and the armor that keys and certificates wear.
//!
//! It stands by itself, so that unit tests and the corpus of the detectors can share it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An element of less than 64 KiB.
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        length @ 0..=127 => bytes.push(length as u8),
        length @ 128..=255 => bytes.extend([0x81, length as u8]),
        length => {
            bytes.push(0x82);
            bytes.extend((length as u16).to_be_bytes());
        }
    }
    bytes.extend(content);
    bytes
}

pub fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

/// PEM in lines of 64.
pub fn armored(label: &str, body: &[u8]) -> String {
    let text = STANDARD.encode(body);
    let lines: Vec<&str> = (0..text.len())
        .step_by(64)
        .map(|start| &text[start..text.len().min(start + 64)])
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
