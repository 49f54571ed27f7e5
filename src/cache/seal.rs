//! Sealing: XChaCha20-Poly1305 under the key of a layer's content.
//!
//! One key seals the few journals that one layer has under different rules and options. The nonce is
//! made of what is sealed, as in SIV modes (RFC 5297): it repeats only where all that is sealed does,
//! and no source of chance is needed. The name of the place is bound to it, so that a file that was
//! moved does not open.

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::archive::ContentKey;

/// The first byte of a sealed file, which is always the same (see `folder`).
pub(super) const HEAD: u8 = b'R';
const NONCE: usize = 24;

/// Seals `text` for the place called `name`, where it is: there may be much of it.
pub(super) fn seal(key: &ContentKey, name: &str, mut text: Vec<u8>) -> Option<Vec<u8>> {
    let nonce = nonce(key, name, &text)?;
    let cipher = XChaCha20Poly1305::new(key.expose().into());
    cipher
        .encrypt_in_place(&XNonce::from(nonce), name.as_bytes(), &mut text)
        .ok()?;
    text.splice(..0, [HEAD].into_iter().chain(nonce));
    Some(text)
}

/// Opens what was sealed for the place called `name`, where it is; `None` where it is damaged or not for it.
pub(super) fn open(key: &ContentKey, name: &str, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
    let nonce = *sealed.strip_prefix(&[HEAD])?.first_chunk::<NONCE>()?;
    sealed.drain(..1 + NONCE);
    let cipher = XChaCha20Poly1305::new(key.expose().into());
    cipher
        .decrypt_in_place(&XNonce::from(nonce), name.as_bytes(), &mut sealed)
        .ok()?;
    Some(sealed)
}

fn nonce(key: &ContentKey, name: &str, plain: &[u8]) -> Option<[u8; NONCE]> {
    let mac = Hmac::<Sha256>::new_from_slice(key.expose()).ok()?;
    let mac = mac.chain_update(b"nonce ").chain_update(name);
    let hash = mac.chain_update(plain).finalize().into_bytes();
    hash.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_bytes_and_the_same_place_open_and_any_damage_is_told() {
        let key = |bytes: &[u8]| ContentKey::of(bytes).1;
        let own = key(b"layer");
        let sealed = seal(&own, "name", b"what it said".to_vec()).unwrap();
        assert_eq!(open(&own, "name", sealed.clone()).unwrap(), b"what it said");
        assert_eq!(open(&own, "other", sealed.clone()), None);
        assert_eq!(open(&key(b"another layer"), "name", sealed.clone()), None);
        for length in 0..sealed.len() {
            assert_eq!(
                open(&own, "name", sealed[..length].to_vec()),
                None,
                "{length}"
            );
        }
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 0x10;
            assert_eq!(open(&own, "name", damaged), None, "{at}");
        }
    }

    #[test]
    fn a_nonce_is_not_used_for_two_contents() {
        let (_, key) = ContentKey::of(b"layer");
        let nonce =
            |name, text: &[u8]| seal(&key, name, text.to_vec()).unwrap()[1..=NONCE].to_vec();
        assert_ne!(nonce("name", b"one"), nonce("name", b"two"));
        assert_ne!(nonce("name", b"one"), nonce("eman", b"one"));
    }
}
