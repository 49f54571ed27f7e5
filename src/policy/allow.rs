//! Allow entries: findings that somebody looked at and let stand, with a reason and, if wanted, a
//! last day.
//!
//! As elsewhere, what was typed ([`AllowSyntax`]) is not what is meant ([`Allow`]):
//! [`AllowSyntax::check`] reports every mistake of an entry at once.

use std::fmt;

use globset::{Glob, GlobMatcher};
use serde::Deserialize;

use super::Date;
use crate::finding::{Finding, Occurrence};
use crate::oci::Digest;
use crate::rules::path_glob;

/// One `[[allow]]` table of the configuration, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowSyntax {
    /// Glob of rule ids (`aws.*`).
    #[serde(default)]
    pub rule: Option<String>,
    /// Glob of paths in a layer; `*` stays within a directory, `**` does not.
    #[serde(default)]
    pub path: Option<String>,
    /// Id of a finding.
    #[serde(default)]
    pub id: Option<String>,
    /// The same, as other tools call it.
    #[serde(default)]
    pub fingerprint: Option<String>,
    /// SHA-256 of the secret's bytes, 64 hexadecimal digits.
    #[serde(default)]
    pub sha256: Option<String>,
    /// The last day on which it holds, `YYYY-MM-DD`.
    #[serde(default)]
    pub expires: Option<String>,
    /// Why it is let stand; must be there.
    #[serde(default)]
    pub reason: Option<String>,
}

impl AllowSyntax {
    /// Checks the entry; the error lists every mistake in it.
    pub fn check(&self) -> Result<Allow, Vec<String>> {
        let mut mistakes = Vec::new();
        let named = [
            &self.rule,
            &self.path,
            &self.id,
            &self.fingerprint,
            &self.sha256,
        ];
        if named.iter().all(|key| key.is_none()) {
            mistakes.push("an allow entry takes a rule, a path, an id or a sha256".to_owned());
        }
        if self.id.is_some() && self.fingerprint.is_some() {
            mistakes.push("id and fingerprint of an allow entry are the same thing".to_owned());
        }
        let sha256 = self.sha256.as_deref().and_then(|text| {
            let hash = hash(text);
            if hash.is_none() {
                let expected = "is no SHA-256 of 64 hexadecimal digits";
                mistakes.push(format!("sha256 of an allow entry {expected}"));
            }
            hash
        });
        let reason = self.reason.as_deref().unwrap_or_default().trim().to_owned();
        if reason.is_empty() {
            mistakes.push("an allow entry takes a reason".to_owned());
        }
        let mut glob = |what: &str, text: &Option<String>| {
            let text = text.as_deref()?.trim_start_matches('/');
            match path_glob(text) {
                Ok(glob) => Some(glob),
                Err(error) => {
                    mistakes.push(format!("invalid {what} glob of an allow entry: {error}"));
                    None
                }
            }
        };
        let rule = glob("rule", &self.rule);
        let path = glob("path", &self.path);
        let expires = self.expires.as_deref().and_then(|text| {
            text.parse()
                .map_err(|error| mistakes.push(format!("expires of an allow entry: {error}")))
                .ok()
        });
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Ok(Allow {
            rule: rule.as_ref().map(Glob::compile_matcher),
            path: path.as_ref().map(Glob::compile_matcher),
            id: self.id.clone().or_else(|| self.fingerprint.clone()),
            sha256,
            expires,
            reason,
        })
    }
}

/// A checked allow entry. Everything that it names must fit.
#[derive(Debug, Clone)]
pub struct Allow {
    rule: Option<GlobMatcher>,
    path: Option<GlobMatcher>,
    id: Option<String>,
    sha256: Option<String>,
    expires: Option<Date>,
    reason: String,
}

/// A hash as it is compared; `None` where it is none.
fn hash(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text
        .strip_prefix("sha256:")
        .unwrap_or(text)
        .to_ascii_lowercase();
    let is_hash = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some(digits)
}

impl Allow {
    /// Why it is let stand.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The last day on which it holds.
    pub fn expires(&self) -> Option<Date> {
        self.expires
    }

    /// Whether its last day is over.
    pub fn expired(&self, today: Date) -> bool {
        self.expires.is_some_and(|last| last < today)
    }

    /// Whether it names this finding. A path fits only when *every* place, also of the other parts
    /// of a pair, lies in a layer under a path that matches: a secret that was copied elsewhere, or
    /// into the environment, is not covered, nor is one whose places are not all listed.
    pub fn fits(&self, finding: &Finding) -> bool {
        let rule = self.rule.as_ref().is_none_or(|g| g.is_match(&finding.rule));
        let id = self.id.as_ref().is_none_or(|id| *id == finding.id);
        let path = self.path.as_ref().is_none_or(|glob| {
            let lies_under = |occurrence: &Occurrence| {
                occurrence.layer.is_some()
                    && occurrence.path.as_ref().is_some_and(|p| glob.is_match(p))
            };
            let is_whole = finding.parts.iter().all(|part| !part.is_shortened);
            is_whole && !finding.occurrences.is_empty() && finding.places().all(lies_under)
        });
        let value = self.sha256.as_ref().is_none_or(|hash| {
            // The secret is hashed only where everything else fits.
            rule && id && path && Digest::sha256(finding.secret.expose()).encoded() == hash
        });
        rule && id && path && value
    }
}

/// The entry as a warning names it.
impl fmt::Display for Allow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("allow entry")?;
        if let Some(rule) = &self.rule {
            write!(f, " rule {:?}", rule.glob().glob())?;
        }
        if let Some(path) = &self.path {
            write!(f, " path {:?}", path.glob().glob())?;
        }
        if let Some(id) = &self.id {
            write!(f, " id {id:?}")?;
        }
        if self.sha256.is_some() {
            // The hash of a weak secret would help to guess it, and a report is for more people.
            write!(f, " sha256 ({})", self.reason)?;
        }
        Ok(())
    }
}
