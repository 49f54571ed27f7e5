//! Allow entries: findings that somebody looked at and let stand, with a reason and, if wanted, a
//! last day.
//!
//! As elsewhere, what was typed ([`AllowSyntax`]) is not what is meant ([`Allow`]):
//! [`AllowSyntax::check`] reports every mistake of an entry at once.

use std::fmt;

use globset::{Glob, GlobBuilder, GlobMatcher};
use serde::Deserialize;

use super::Date;
use crate::finding::{Finding, Occurrence};

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
        if self.rule.is_none() && self.path.is_none() && self.id.is_none() {
            mistakes.push("an allow entry takes a rule, a path or an id".to_owned());
        }
        let reason = self.reason.as_deref().unwrap_or_default().trim().to_owned();
        if reason.is_empty() {
            mistakes.push("an allow entry takes a reason".to_owned());
        }
        let mut glob = |what: &str, text: &Option<String>| {
            let text = text.as_deref()?.trim_start_matches('/');
            match GlobBuilder::new(text).literal_separator(true).build() {
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
            id: self.id.clone(),
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
    expires: Option<Date>,
    reason: String,
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

    /// Whether it names this finding. A path fits only when *every* occurrence lies in a layer
    /// under a path that matches: a secret that was copied elsewhere, or into the environment,
    /// is not covered.
    pub fn fits(&self, finding: &Finding) -> bool {
        let rule = self.rule.as_ref().is_none_or(|g| g.is_match(&finding.rule));
        let id = self.id.as_ref().is_none_or(|id| *id == finding.id);
        let path = self.path.as_ref().is_none_or(|glob| {
            let lies_under = |occurrence: &Occurrence| {
                occurrence.layer.is_some()
                    && occurrence.path.as_ref().is_some_and(|p| glob.is_match(p))
            };
            !finding.occurrences.is_empty() && finding.occurrences.iter().all(lies_under)
        });
        rule && id && path
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
        Ok(())
    }
}
