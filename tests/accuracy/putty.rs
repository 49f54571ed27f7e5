//! PuTTY keys without a passphrase: of Ed448, whose halves nobody here computes, with a MAC that holds.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::secrets::bytes;

/// A file of version 2 or 3.
pub fn key(version: u8, word: &str) -> String {
    let kind = "ssh-ed448";
    let half = |what: &str| string(&bytes(&format!("{word} {what}"), 57));
    let public = [string(kind.as_bytes()), half("public")].concat();
    let private = half("private");
    let parts: [&[u8]; 5] = [kind.as_bytes(), b"none", b"ci", &public, &private];
    let text = parts.map(string).concat();
    let mac = match version {
        2 => {
            let key = Sha1::digest(b"putty-private-key-file-mac-key");
            let mac = Hmac::<Sha1>::new_from_slice(&key).expect("a key");
            mac.chain_update(text).finalize().into_bytes().to_vec()
        }
        _ => {
            let mac = Hmac::<Sha256>::new_from_slice(b"").expect("a key");
            mac.chain_update(text).finalize().into_bytes().to_vec()
        }
    };
    let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let [public, private] = [public, private].map(|half| STANDARD.encode(half));
    let (first, second) = public.split_at(64);
    let (third, fourth) = private.split_at(64);
    format!(
        "{}-User-Key-File-{version}: {kind}\nEncryption: none\nComment: ci\nPublic-Lines: 2\n\
         {first}\n{second}\nPrivate-Lines: 2\n{third}\n{fourth}\nPrivate-MAC: {mac}",
        "PuTTY"
    )
}

fn string(part: &[u8]) -> Vec<u8> {
    [&(part.len() as u32).to_be_bytes(), part].concat()
}
