//! What any keystore tells of itself.

use serde_json::Value;

use super::passwords::Opened;
use crate::detect::keys::{Certificate, Key, Protection, Sights, shown};
use crate::detect::matched::Facts;

/// Aliases that are told.
const MOST_ALIASES: usize = 8;

/// A keystore, in short.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// `jks`, `jceks`, `bks`, `pkcs12`.
    pub format: &'static str,
    /// Entries of any kind.
    pub entries: u32,
    pub private_keys: u32,
    pub secret_keys: u32,
    pub aliases: Vec<String>,
    /// The first private key, as far as its public half is in reach, and its certificate.
    pub key: Option<Key>,
    pub certificate: Option<Certificate>,
    pub protection: Option<Protection>,
    pub opened: Opened,
}

impl Store {
    pub(super) fn of(format: &'static str) -> Self {
        Self {
            format,
            ..Self::default()
        }
    }

    /// Notes an alias.
    pub(super) fn alias(&mut self, name: &[u8]) {
        if self.aliases.len() < MOST_ALIASES {
            self.aliases.push(shown(name));
        }
    }

    /// Notes the certificate of a private key, where it is the first one.
    pub(super) fn own_certificate(&mut self, bytes: &[u8], sights: &mut Sights) {
        let Some((key, certificate)) = sights.certificate(bytes) else {
            return;
        };
        key.id.into_iter().for_each(|id| sights.keystore(id));
        if self.key.is_none() {
            self.key = Some(key);
            self.certificate = Some(certificate);
        }
    }

    /// As facts; nothing where there is no secret in it.
    pub(super) fn facts(self) -> Option<Facts> {
        if self.private_keys == 0 && self.secret_keys == 0 {
            return None;
        }
        let mut facts = self.key.unwrap_or_default().facts();
        let Protection { cipher, kdf } = self.protection.unwrap_or_default();
        let count = |number: u32| (number > 0).then(|| Value::from(number));
        let told = [
            ("store", Some(self.format.into())),
            ("entries", count(self.entries)),
            ("private_keys", count(self.private_keys)),
            ("secret_keys", count(self.secret_keys)),
            (
                "aliases",
                (!self.aliases.is_empty()).then(|| self.aliases.into()),
            ),
            ("encrypted", Some((!self.opened.is_in_clear()).into())),
            ("cipher", cipher.map(Into::into)),
            ("kdf", kdf.map(Into::into)),
            ("opens_with", self.opened.fact().map(Into::into)),
            (
                "passwords_tried",
                (self.opened == Opened::NotTried).then(|| false.into()),
            ),
            (
                "certificate",
                self.certificate.map(|own| Value::Object(own.fact())),
            ),
        ];
        let told = told.into_iter();
        facts.extend(told.filter_map(|(name, value)| Some((name.to_owned(), value?))));
        Some(facts)
    }
}
