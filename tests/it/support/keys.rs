//! Key pairs in every form in which people have them, with certificates and keystores, made at run
//! time so that no private key stands in this repository. Each depends on a word alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use curve25519_dalek::EdwardsPoint;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::der::armored;

/// An Ed25519 key pair.
pub struct KeyPair {
    seed: [u8; 32],
}

impl KeyPair {
    /// The key of that word.
    pub fn of(word: &str) -> Self {
        let seed = Sha256::digest(format!("fake key {word}")).into();
        Self { seed }
    }

    /// The key of RFC 8032's first example, which everybody has.
    pub fn published() -> Self {
        let digits = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let byte = |at: usize| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("digits");
        Self {
            seed: std::array::from_fn(byte),
        }
    }

    fn public(&self) -> [u8; 32] {
        let hash = Sha512::digest(self.seed);
        let scalar = *hash.first_chunk().expect("64 bytes");
        EdwardsPoint::mul_base_clamped(scalar).compress().to_bytes()
    }

    /// PKCS #8 in DER.
    pub fn der(&self) -> Vec<u8> {
        let seed = der(4, &[&der(4, &[&self.seed])]);
        der(0x30, &[&der(2, &[&[0]]), &algorithm(), &seed])
    }

    /// PKCS #8 in PEM.
    pub fn pem(&self) -> String {
        armored("PRIVATE KEY", &self.der())
    }

    /// As `ssh-keygen` writes it.
    pub fn openssh(&self) -> String {
        let public = self.wire();
        let both = [self.seed, self.public()].concat();
        let mut private = [7u32.to_be_bytes(), 7u32.to_be_bytes()].concat();
        private.extend(&public);
        private.extend(string(&both));
        private.extend(string(b"fake"));
        private.extend(1..=(8 - private.len() as u8 % 8) % 8);
        let mut body = b"openssh-key-v1\0".to_vec();
        for part in [&b"none"[..], b"none", b""] {
            body.extend(string(part));
        }
        body.extend(1u32.to_be_bytes());
        body.extend(string(&public));
        body.extend(string(&private));
        armored("OPENSSH PRIVATE KEY", &body)
    }

    fn wire(&self) -> Vec<u8> {
        [string(b"ssh-ed25519"), string(&self.public())].concat()
    }

    /// A line of `authorized_keys`.
    pub fn line(&self) -> String {
        format!(
            "ssh-ed25519 {} jane@example\n",
            STANDARD.encode(self.wire())
        )
    }

    fn spki(&self) -> Vec<u8> {
        der(0x30, &[&algorithm(), &der(3, &[&[0], &self.public()])])
    }

    /// What its public half is known by.
    pub fn id(&self) -> String {
        super::image::sha256(&self.spki())
    }

    /// A certificate in DER for that host, until the first day of that year.
    pub fn certificate(&self, host: &str, year: u32) -> Vec<u8> {
        let time = |year: u32| der(0x17, &[format!("{:02}0101000000Z", year % 100).as_bytes()]);
        let names = der(0x30, &[&der(0x82, &[host.as_bytes()])]);
        let names = der(0x30, &[&der(6, &[&[0x55, 0x1d, 0x11]]), &der(4, &[&names])]);
        let body = [
            der(0xa0, &[&der(2, &[&[2]])]),
            der(2, &[&[1]]),
            algorithm(),
            name("Test CA"),
            der(0x30, &[&time(2020), &time(year)]),
            name(host),
            self.spki(),
            der(0xa3, &[&der(0x30, &[&names])]),
        ];
        let body = der(0x30, &[&body.concat()]);
        der(0x30, &[&body, &algorithm(), &der(3, &[&[0; 65]])])
    }

    /// The same in PEM.
    pub fn pem_certificate(&self, host: &str, year: u32) -> String {
        armored("CERTIFICATE", &self.certificate(host, year))
    }

    /// A Java keystore with the key and its certificate.
    pub fn jks(&self, host: &str, password: &str) -> Vec<u8> {
        let mut entry = [&1u32.to_be_bytes()[..], &text("web"), &[0; 8]].concat();
        entry.extend(string(&Sha512::digest(self.seed)));
        entry.extend(1u32.to_be_bytes());
        entry.extend([text("X.509"), string(&self.certificate(host, 2030))].concat());
        jks(&entry, password)
    }

    /// A Java keystore that only trusts the certificate.
    pub fn truststore(&self, host: &str, password: &str) -> Vec<u8> {
        let mut entry = [&2u32.to_be_bytes()[..], &text("ca"), &[0; 8]].concat();
        entry.extend([text("X.509"), string(&self.certificate(host, 2030))].concat());
        jks(&entry, password)
    }
}

fn jks(entry: &[u8], password: &str) -> Vec<u8> {
    let head = [0xfeed_feed_u32, 2, 1].map(u32::to_be_bytes).concat();
    let mut store = [&head, entry].concat();
    let wide: Vec<u8> = password.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let hash = Sha1::new()
        .chain_update(wide)
        .chain_update(b"Mighty Aphrodite")
        .chain_update(&store)
        .finalize();
    store.extend(hash);
    store
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut bytes = vec![tag];
    match content.len() {
        length @ 0..=127 => bytes.push(length as u8),
        length => bytes.extend([&[0x82][..], &(length as u16).to_be_bytes()].concat()),
    }
    bytes.extend(content);
    bytes
}

/// Ed25519.
fn algorithm() -> Vec<u8> {
    der(0x30, &[&der(6, &[&[0x2b, 0x65, 0x70]])])
}

fn name(text: &str) -> Vec<u8> {
    let pair = [der(6, &[&[0x55, 4, 3]]), der(0x0c, &[text.as_bytes()])];
    der(0x30, &[&der(0x31, &[&der(0x30, &[&pair.concat()])])])
}

/// Bytes with their number before them, as SSH and Java have them.
fn string(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

/// A short text of Java.
fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}
