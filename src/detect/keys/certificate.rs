//! What a certificate says of itself, as far as it helps to judge a private key: whose it is, for
//! which names, who issued it, until when.
//!
//! RFC 5280. Names and texts are an attacker's: they are shortened and printable.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use x509_parser::certificate::X509CertificateParser;
use x509_parser::extensions::{GeneralName, SubjectAlternativeName};
use x509_parser::nom::Parser;
use x509_parser::oid_registry::OID_X509_EXT_SUBJECT_ALT_NAME;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::x509::X509Name;

use super::public::PublicKey;
use super::{Key, shown};
use crate::detect::validate::rfc3339;

/// Bytes of the largest certificate that is read; the largest seen in use have a few thousand.
pub(in crate::detect) const LARGEST: usize = 32 << 10;
/// Names that are kept of one certificate.
const MOST_NAMES: usize = 8;

/// A certificate, in short.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Certificate {
    /// `C=…, O=…, CN=…`; empty where it has none.
    pub subject: String,
    /// The first of its alternative names: hosts, addresses, mail addresses, URIs.
    pub names: Vec<String>,
    /// Alternative names beyond those.
    pub more_names: usize,
    /// Who issued it.
    pub issuer: String,
    /// When it expires, as RFC 3339 has it.
    pub expires: Option<String>,
}

impl Certificate {
    /// Reads a whole certificate, and its key as far as that tells of the private half.
    pub(in crate::detect) fn read(bytes: &[u8]) -> Option<(Key, Self)> {
        if bytes.len() > LARGEST {
            return None;
        }
        // Extensions are many and complex, and all but one are of no interest.
        let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
        let (rest, read) = parser.parse(bytes).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let key = Key::from(&PublicKey::from_spki(read.public_key().raw)?);
        let (names, more_names) = names(&read);
        let certificate = Self {
            subject: distinguished(read.subject()),
            names,
            more_names,
            issuer: distinguished(read.issuer()),
            expires: rfc3339(read.validity().not_after.timestamp()),
        };
        Some((key, certificate))
    }

    /// As a fact: an object whose keys are there where there is something to say.
    pub fn fact(&self) -> Map<String, Value> {
        let text = |text: &String| (!text.is_empty()).then(|| Value::from(text.as_str()));
        let more = (self.more_names > 0).then(|| self.more_names.into());
        let names = (!self.names.is_empty()).then(|| self.names.clone().into());
        let members = [
            ("subject", text(&self.subject)),
            ("names", names),
            ("more_names", more),
            ("issuer", text(&self.issuer)),
            ("expires", self.expires.clone().map(Into::into)),
        ];
        let told = members.into_iter();
        told.filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }

    /// Bytes that it takes to keep.
    pub(crate) fn size(&self) -> usize {
        let names: usize = self.names.iter().map(|name| name.len() + 24).sum();
        size_of::<Self>() + self.subject.len() + self.issuer.len() + names
    }
}

fn distinguished(name: &X509Name<'_>) -> String {
    shown(name.to_string().as_bytes())
}

/// The first alternative names, and how many more there are.
fn names(read: &X509Certificate<'_>) -> (Vec<String>, usize) {
    let extension = read.get_extension_unique(&OID_X509_EXT_SUBJECT_ALT_NAME);
    let Some(extension) = extension.ok().flatten() else {
        return (Vec::new(), 0);
    };
    let Ok((_, all)) = SubjectAlternativeName::from_der(extension.value) else {
        return (Vec::new(), 0);
    };
    let mut names: Vec<String> = all.general_names.iter().filter_map(alternative).collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    (names, more)
}

fn alternative(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => {
            Some(shown(text.as_bytes()))
        }
        GeneralName::IPAddress(bytes) => {
            let four = <[u8; 4]>::try_from(*bytes).map(|bytes| Ipv4Addr::from(bytes).to_string());
            let six = <[u8; 16]>::try_from(*bytes).map(|bytes| Ipv6Addr::from(bytes).to_string());
            four.or(six).ok()
        }
        _ => None,
    }
}
