//! Digests and diff IDs: two hashes that must not be taken for one another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha512};

use crate::error::{Error, Result};

/// Hash of stored bytes, `algorithm:hex` as in the OCI image-spec `descriptor.md`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(Box<str>);

impl Digest {
    /// SHA-256 of `bytes`.
    pub fn sha256(bytes: &[u8]) -> Self {
        Self::from_sha256(&Sha256::digest(bytes))
    }

    /// From a finished SHA-256.
    pub fn from_sha256(hash: &[u8]) -> Self {
        Self(format!("sha256:{}", to_hex(hash)).into())
    }

    /// From a finished SHA-512.
    pub fn from_sha512(hash: &[u8]) -> Self {
        Self(format!("sha512:{}", to_hex(hash)).into())
    }

    /// `sha256`, `sha512`, …
    pub fn algorithm(&self) -> &str {
        self.0
            .split_once(':')
            .map_or("", |(algorithm, _)| algorithm)
    }

    /// The part after the colon.
    pub fn encoded(&self) -> &str {
        self.0.split_once(':').map_or("", |(_, encoded)| encoded)
    }

    /// The whole, `algorithm:hex`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `bytes` have this digest; `None` when the algorithm is not supported.
    pub fn verify(&self, bytes: &[u8]) -> Option<bool> {
        let computed = match self.algorithm() {
            "sha256" => to_hex(&Sha256::digest(bytes)),
            "sha512" => to_hex(&Sha512::digest(bytes)),
            _ => return None,
        };
        Some(computed == self.encoded())
    }
}

fn to_hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

impl FromStr for Digest {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = |reason: &str| Error::Invalid {
            what: "digest",
            value: text.chars().take(200).collect(),
            reason: reason.to_owned(),
        };
        let (algorithm, encoded) = text.split_once(':').ok_or_else(|| invalid("no colon"))?;
        let expected = match algorithm {
            "sha256" => Some(64),
            "sha384" => Some(96),
            "sha512" => Some(128),
            _ => None,
        };
        let is_hex = encoded
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let is_token = |s: &str, extra: &[u8]| {
            !s.is_empty()
                && s.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || extra.contains(&b))
        };
        match expected {
            Some(length) if encoded.len() != length || !is_hex => Err(invalid(&format!(
                "{algorithm} takes {length} lower-case hex digits"
            ))),
            None if !is_token(algorithm, b"+._-") || !is_token(encoded, b"=_-") => {
                Err(invalid("not of the form algorithm:encoded"))
            }
            _ => Ok(Self(text.into())),
        }
    }
}

impl TryFrom<String> for Digest {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0.into()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hash of a layer's uncompressed tar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DiffId(pub Digest);

impl fmt::Display for DiffId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_checked_for_form() {
        let good = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::sha256(b"").as_str(), good);
        assert_eq!(good.parse::<Digest>().unwrap().verify(b""), Some(true));
        for bad in [
            "",
            "sha256",
            "sha256:",
            "sha256:../../etc/passwd",
            "sha256:E3B0",
            "x:/a",
        ] {
            assert!(bad.parse::<Digest>().is_err(), "{bad}");
        }
        assert_eq!("blake3:abc".parse::<Digest>().unwrap().verify(b""), None);
    }
}
