//! Validators: what a token's own bytes tell, offline. One small function each, by name.
//!
//! Policy: a valid checksum raises a match to `confirmed`; an invalid one demotes it to
//! `possible`; only of kinds whose check is well tested it is no finding any more. What a validator learns
//! goes to the facts; a fact never holds secret bytes.

use serde_json::Value;

use super::matched::Facts;

pub use super::keys::Effort;
pub(super) use der::base64_digits_of_der;
pub(super) use encoding::{base64, base64_unpadded};
pub(super) use pgp::keyring as openpgp_keyring;
pub(super) use time::rfc3339;
pub(super) use userpass::is_token;

mod ansible;
mod atlassian;
mod aws;
mod azure;
mod azure_identity;
mod base58;
mod bech32;
mod bitcoin;
mod chat;
mod crc;
mod crypt;
mod der;
mod encoding;
mod entropy;
mod ethereum;
mod fly;
mod github;
mod gitlab;
mod google;
mod id;
mod jfrog;
mod json_token;
mod jwt;
mod marvin;
mod mnemonic;
mod nkeys;
mod pem;
mod pgp;
mod published;
mod putty;
mod pypi;
mod solana;
mod stripe;
mod supabase;
mod swarm;
mod tailscale;
#[cfg(test)]
pub(super) mod tests;
mod tezos;
mod time;
mod url;
mod userpass;
mod vault;
mod wireguard;

/// What a validator sees.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// The secret.
    pub secret: &'a [u8],
    /// The whole match of the rule's regex.
    pub whole: &'a [u8],
    /// The bytes around the match, a few hundred on each side.
    pub around: &'a [u8],
    /// Path of the file, where there is one.
    pub path: &'a [u8],
    /// What may be spent on arithmetic.
    pub effort: &'a Effort,
}

/// What a validator says.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The check holds: raise to `confirmed`.
    Confirmed(Facts),
    /// Nothing decisive: keep the rule's confidence.
    Kept(Facts),
    /// The check fails: demote to `possible`.
    Demoted(Facts),
    /// The check fails, and it is well tested: made up, or damaged, and nothing else either.
    Refuted(Facts),
    /// Certainly not such a secret.
    Dropped,
}

/// A validator.
pub type Validator = fn(&Candidate<'_>) -> Verdict;

/// Every validator by the name that rules use, in order of name.
pub const VALIDATORS: &[(&str, Validator)] = &[
    ("age-bech32", bech32::age),
    ("ansible-vault", ansible::vault),
    ("atlassian-crc32", atlassian::crc32),
    ("atlassian-data-center", atlassian::data_center),
    ("aws-account-id", aws::account_id),
    ("aws-secret-key", aws::secret_key),
    ("azure-cask", azure::cask),
    ("azure-devops-pat", azure_identity::devops_pat),
    ("azure-entra", azure_identity::entra),
    ("azure-marvin", azure::marvin_key),
    ("azure-sas", azure_identity::sas),
    ("basic-auth-url", url::basic_auth_url),
    ("bip39-mnemonic", mnemonic::bip39),
    ("bitcoin-extended-key", bitcoin::extended_key),
    ("bitcoin-wif", bitcoin::wif),
    ("confluent-crc32", crc::confluent),
    ("crypt-hash", crypt::crypt_hash),
    ("der-in-base64", der::private_key),
    ("discord", chat::discord),
    ("docker-swarm", swarm::join_token),
    ("drawn-token", entropy::drawn_token),
    ("ethereum-key", ethereum::private_key),
    ("ethereum-keystore", ethereum::keystore),
    ("fly-macaroon", fly::macaroon),
    ("github-crc32", github::crc32),
    ("github-fine-grained", github::fine_grained),
    ("github-installation-jwt", github::installation_jwt),
    ("gitlab-routable", gitlab::routable),
    ("google-service-account", google::service_account),
    ("google-service-account-in-base64", google::in_base64),
    ("grafana-api-key", json_token::grafana_api_key),
    ("grafana-cloud", json_token::grafana_cloud),
    ("grafana-crc32", crc::grafana),
    ("jfrog-api-key", jfrog::api_key),
    ("jfrog-reference", jfrog::reference),
    ("jwt", jwt::jwt),
    ("literal-password", userpass::literal_password),
    ("nats-nkey", nkeys::nats),
    ("netrc-password", userpass::netrc_password),
    ("nostr-bech32", bech32::nostr),
    ("npm-crc32", crc::npm),
    ("onepassword", json_token::onepassword),
    ("onepassword-account", json_token::onepassword_account),
    ("pem-in-base64", pem::private_key_in_base64),
    ("pem-private-key", pem::private_key),
    ("pgp-private-key", pgp::private_key),
    ("published-public-key", published::public_key),
    ("putty-private-key", putty::private_key),
    ("pypi-macaroon", pypi::macaroon),
    ("random-token", entropy::random_token),
    ("secret-id", id::secret_id),
    ("sentry", json_token::sentry),
    ("slack", chat::slack),
    ("solana-keypair", solana::keypair),
    ("stellar-seed", nkeys::stellar),
    ("stripe-mode", stripe::mode),
    ("supabase-role", supabase::role),
    ("supabase-secret", supabase::secret_key),
    ("tailscale", tailscale::key),
    ("telegram", chat::telegram),
    ("tezos-key", tezos::secret_key),
    ("typed-password", userpass::typed_password),
    ("unspelled", entropy::unspelled),
    ("vault-token", vault::token),
    ("vercel-crc32", crc::vercel),
    ("wireguard-clamp", wireguard::clamp),
    ("zuplo-crc32", crc::zuplo),
];

/// The validator of that name.
pub fn by_name(name: &str) -> Option<Validator> {
    VALIDATORS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, validator)| *validator)
}

/// A text from an image is shortened to so many bytes before it becomes a fact.
const LONGEST_FACT: usize = 200;

/// Facts from pairs; pairs without a value are left out.
fn facts<const N: usize>(pairs: [(&str, Option<Value>); N]) -> Facts {
    pairs
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)))
        .collect()
}

/// A fact from bytes of the image: without control characters, not endless, never empty.
pub(super) fn text(bytes: &[u8]) -> Option<Value> {
    let shown: String = String::from_utf8_lossy(&bytes[..bytes.len().min(LONGEST_FACT)])
        .chars()
        .filter(|c| !c.is_control())
        .collect();
    (!shown.is_empty()).then_some(Value::String(shown))
}

/// `checksum: valid` raises; `checksum: invalid` demotes.
fn lenient(valid: bool, facts: Facts) -> Verdict {
    match valid {
        true => Verdict::Confirmed(checked("valid", facts)),
        false => Verdict::Demoted(checked("invalid", facts)),
    }
}

/// For well-tested checks of tokens that are known by their form: a bad checksum refutes the match.
fn strict(valid: bool, facts: Facts) -> Verdict {
    match valid {
        true => Verdict::Confirmed(checked("valid", facts)),
        false => Verdict::Refuted(checked("invalid", facts)),
    }
}

fn checked(said: &str, mut facts: Facts) -> Facts {
    facts.insert("checksum".to_owned(), said.into());
    facts
}
