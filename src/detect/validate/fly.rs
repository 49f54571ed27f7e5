//! Fly.io's tokens are macaroons in MessagePack: where they are good, for which organization and
//! until when stands in them in clear.
//!
//! Layout: `github.com/superfly/macaroon`, whose structures are encoded as arrays.

use std::ops::ControlFlow;

use super::super::matched::Facts;
use super::encoding::base64;
use super::{Candidate, Verdict, facts, text, time};

/// `fm2_` + base64 of `[nonce, location, caveats, signature]`; `fm1r_` and `fm1a_` are the same
/// under older names. `fo1_` holds nothing that can be read.
pub(super) fn macaroon(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    let Some(start) = memchr::memchr(b'_', secret).filter(|_| !secret.starts_with(b"fo1_")) else {
        return Verdict::Kept(facts([]));
    };
    match base64(&secret[start + 1..]).and_then(|bytes| read(&bytes)) {
        Some(told) => Verdict::Confirmed(told),
        None => Verdict::Demoted(facts([("structure", Some("broken".into()))])),
    }
}

/// Numbers of the caveats that are told.
const ORGANIZATION: u64 = 0;
const VALIDITY: u64 = 4;

/// Deepest nesting of what is passed over.
const DEEPEST: usize = 16;

fn read(bytes: &[u8]) -> Option<Facts> {
    let mut rest = Reader(bytes);
    if rest.array()? != 4 || !matches!(rest.array()?, 2 | 3) {
        return None;
    }
    // The nonce: a key's number, random bytes, and in newer tokens a flag.
    rest.bytes()?;
    rest.bytes()?;
    if matches!(rest.0.first(), Some(0xc2 | 0xc3)) {
        rest.skip(DEEPEST)?;
    }
    let location = rest.bytes()?;
    let mut told = facts([("host", text(location))]);
    // Type and content alternate. What is of another form ends the telling, not the token.
    let pairs = rest.array()? / 2;
    for _ in 0..pairs {
        let kind = rest.number()?;
        let content = rest.0;
        rest.skip(DEEPEST)?;
        if let ControlFlow::Break(()) = tell(&mut told, kind, Reader(content)) {
            return None;
        }
    }
    (rest.bytes()?.len() == 32).then_some(told)
}

/// Adds what a caveat says; the first of its kind counts. Breaks off where one that is known has
/// another form.
fn tell(told: &mut Facts, kind: u64, mut content: Reader<'_>) -> ControlFlow<()> {
    let mut pair = || match content.array() {
        Some(2) => Some((content.number()?, content.number()?)),
        _ => None,
    };
    let (key, value) = match kind {
        ORGANIZATION => match pair() {
            Some((organization, _)) => ("organization", Some(organization.to_string().into())),
            None => return ControlFlow::Break(()),
        },
        VALIDITY => match pair() {
            Some((_, end)) => ("expires", i64::try_from(end).ok().and_then(time::fact)),
            None => return ControlFlow::Break(()),
        },
        _ => return ControlFlow::Continue(()),
    };
    if let Some(value) = value {
        told.entry(key.to_owned()).or_insert(value);
    }
    ControlFlow::Continue(())
}

/// MessagePack, as far as macaroons need it.
#[derive(Clone, Copy)]
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// A big-endian number of so many bytes.
    fn sized(&mut self, bytes: usize) -> Option<u64> {
        let taken = self.take(bytes)?;
        Some(taken.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)))
    }

    fn length(&mut self, bytes: usize) -> Option<usize> {
        usize::try_from(self.sized(bytes)?).ok()
    }

    /// The number of elements of an array that begins here.
    fn array(&mut self) -> Option<usize> {
        match self.byte()? {
            short @ 0x90..=0x9f => Some(usize::from(short & 0x0f)),
            0xdc => self.length(2),
            0xdd => self.length(4),
            _ => None,
        }
    }

    /// A number that is not negative.
    fn number(&mut self) -> Option<u64> {
        match self.byte()? {
            small @ 0..=0x7f => Some(small.into()),
            0xcc => self.sized(1),
            0xcd => self.sized(2),
            0xce => self.sized(4),
            0xcf => self.sized(8),
            // Signed, and not below nothing.
            0xd0 => self.sized(1).filter(|n| n >> 7 == 0),
            0xd1 => self.sized(2).filter(|n| n >> 15 == 0),
            0xd2 => self.sized(4).filter(|n| n >> 31 == 0),
            0xd3 => self.sized(8).filter(|n| n >> 63 == 0),
            _ => None,
        }
    }

    /// A text, or bytes.
    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = match self.byte()? {
            short @ 0xa0..=0xbf => usize::from(short & 0x1f),
            0xc4 | 0xd9 => self.length(1)?,
            0xc5 | 0xda => self.length(2)?,
            0xc6 | 0xdb => self.length(4)?,
            _ => return None,
        };
        self.take(length)
    }

    /// Passes over one value.
    fn skip(&mut self, deepest: usize) -> Option<()> {
        let elements = match *self.0.first()? {
            0x80..=0x8f | 0xde | 0xdf => self.map()?.checked_mul(2)?,
            0x90..=0x9f | 0xdc | 0xdd => self.array()?,
            0xa0..=0xbf | 0xc4..=0xc6 | 0xd9..=0xdb => return self.bytes().map(drop),
            0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => return self.byte().map(drop),
            0xca => return self.take(5).map(drop),
            0xcb => return self.take(9).map(drop),
            fixed @ 0xd4..=0xd8 => return self.take(2 + (1 << (fixed - 0xd4))).map(drop),
            0x00..=0x7f | 0xcc..=0xd3 => return self.any_number(),
            _ => return None,
        };
        let deeper = deepest.checked_sub(1)?;
        // Every element takes a byte at least, so no count makes this long.
        (0..elements).try_for_each(|_| self.skip(deeper))
    }

    fn map(&mut self) -> Option<usize> {
        match self.byte()? {
            short @ 0x80..=0x8f => Some(usize::from(short & 0x0f)),
            0xde => self.length(2),
            0xdf => self.length(4),
            _ => None,
        }
    }

    fn any_number(&mut self) -> Option<()> {
        let width = match self.byte()? {
            wide @ 0xcc..=0xcf => 1 << (wide - 0xcc),
            wide @ 0xd0..=0xd3 => 1 << (wide - 0xd0),
            _ => 0,
        };
        self.take(width).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{standard_base64, verdict};
    use super::*;

    const LOCATION: &[u8] = b"https://api.fly.io/v1";

    /// A token with caveats in MessagePack.
    fn token(nonce: &[u8], caveats: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![0x94];
        bytes.extend(nonce);
        bytes.push(0xa0 | LOCATION.len() as u8);
        bytes.extend(LOCATION);
        bytes.push(0x90 + caveats.len() as u8 * 2);
        caveats.iter().for_each(|caveat| bytes.extend(*caveat));
        bytes.extend([0xc4, 32]);
        bytes.extend([7; 32]);
        bytes
    }

    fn new_nonce() -> Vec<u8> {
        [
            &[0x93, 0xc4, 4, 1, 2, 3, 4, 0xc4, 16][..],
            &[9; 16],
            &[0xc2],
        ]
        .concat()
    }

    const CAVEATS: &[&[u8]] = &[
        // Another kind: {"a": [1.5, nil]}.
        &[3, 0x81, 0xa1, b'a', 0x92, 0xca, 0, 0, 0, 0, 0xc0],
        &[0, 0x92, 0xcd, 0x30, 0x39, 0x1f],
        &[4, 0x92, 0, 0xce, 0x49, 0x96, 0x02, 0xd2],
    ];

    #[test]
    fn a_token_tells_where_for_whom_and_until_when_it_is_good() {
        let bytes = token(&new_nonce(), CAVEATS);
        for prefix in ["fm2_", "fm1r_"] {
            let token = format!("{prefix}{}", standard_base64(&bytes));
            let Verdict::Confirmed(told) = verdict(macaroon, token.as_bytes()) else {
                panic!("{token}")
            };
            assert_eq!(told["host"], "https://api.fly.io/v1");
            assert_eq!(told["organization"], "12345");
            assert_eq!(told["expires"], "2009-02-13T23:31:30Z");
        }
    }

    #[test]
    fn tokens_of_the_first_form_have_a_shorter_nonce() {
        let mut nonce = new_nonce();
        nonce[0] = 0x92;
        nonce.pop();
        let told = read(&token(&nonce, &[])).unwrap();
        assert_eq!(told, facts([("host", text(LOCATION))]));
    }

    #[test]
    fn a_macaroon_cut_anywhere_is_demoted() {
        let bytes = token(&new_nonce(), CAVEATS);
        for length in 0..bytes.len() {
            let token = format!("fm2_{}", standard_base64(&bytes[..length]));
            let found = verdict(macaroon, token.as_bytes());
            assert!(matches!(found, Verdict::Demoted(_)), "{length}");
        }
    }

    #[test]
    fn counts_and_nesting_without_end_are_given_up() {
        let deep = [&[3][..], &[0x91; 40], &[0xc0]].concat();
        assert_eq!(read(&token(&new_nonce(), &[&deep])), None);
        let wide = [3, 0xdd, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(read(&token(&new_nonce(), &[&wide])), None);
    }

    #[test]
    fn an_opaque_token_is_kept() {
        let token = format!("fo1_{}", "EXAMPLE0".repeat(6));
        assert_eq!(
            verdict(macaroon, token.as_bytes()),
            Verdict::Kept(facts([]))
        );
    }
}
