//! What passes and what fails: the severity gate, the confidence filter, the baseline and the
//! allow list, applied to a finished report by [`apply`].
//!
//! Suppressing is never forgetting: what a baseline or an allow entry covers moves to the
//! report's `suppressed` list with its reason. Only `min_confidence` leaves findings out.
//! `docs/policy.md` says the same for users.

mod allow;
mod baseline;
mod date;
mod gate;

pub use allow::{Allow, AllowSyntax};
pub use baseline::Baseline;
pub use date::Date;
pub use gate::FailOn;

use std::collections::BTreeSet;

use crate::error::{Warning, WarningCode};
use crate::finding::{Finding, Report, Summary, Suppressed, Verdict};
use crate::rules::Confidence;

/// How many ids a warning about a stale baseline names.
const STALE_IDS_NAMED: usize = 5;

/// What a user lets pass.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The lowest severity that fails.
    pub fail_on: FailOn,
    /// Findings and suppressed findings below it are left out of the report and counted nowhere.
    pub min_confidence: Confidence,
    /// Findings known from before.
    pub baseline: Option<Baseline>,
    /// Findings that people looked at and let stand.
    pub allow: Vec<Allow>,
    /// The day by which allow entries expire; the library reads no clock.
    pub today: Date,
}

impl Policy {
    /// Every finding is reported and fails.
    pub fn strict(today: Date) -> Self {
        Self {
            fail_on: FailOn::default(),
            min_confidence: Confidence::Possible,
            baseline: None,
            allow: Vec::new(),
            today,
        }
    }
}

/// Moves what the baseline and the allow list cover to `suppressed` (an allow entry goes before
/// the baseline), leaves out what is below the minimum confidence, warns of entries that have
/// expired or fit nothing, and sets completeness, summary and verdict anew.
pub fn apply(mut report: Report, policy: &Policy) -> Report {
    let mut ledger = Ledger::new(policy);
    for suppressed in &report.suppressed {
        ledger.cover(&suppressed.finding);
    }
    let mut standing = Vec::with_capacity(report.findings.len());
    for finding in std::mem::take(&mut report.findings) {
        match ledger.cover(&finding) {
            Some((reason, note)) => report.suppressed.push(Suppressed {
                finding,
                reason: reason.to_owned(),
                note,
            }),
            None => standing.push(finding),
        }
    }
    standing.retain(|finding| finding.confidence >= policy.min_confidence);
    report.findings = standing;
    report
        .suppressed
        .retain(|suppressed| suppressed.finding.confidence >= policy.min_confidence);
    report.warnings.extend(ledger.stale());
    report.complete &= !report.warnings.iter().any(|w| w.code.is_incomplete());
    report.summary = Summary::of(&report.findings, &report.images);
    report.verdict = verdict(&report, policy.fail_on);
    report
}

fn verdict(report: &Report, fail_on: FailOn) -> Verdict {
    let fails = |finding: &Finding| fail_on.fails(finding.severity);
    match (report.findings.iter().any(fails), report.complete) {
        (true, _) => Verdict::Fail,
        (false, false) => Verdict::Incomplete,
        (false, true) => Verdict::Pass,
    }
}

/// Which entries of a policy were used.
struct Ledger<'p> {
    policy: &'p Policy,
    allow_used: Vec<bool>,
    baseline_used: BTreeSet<&'p str>,
}

impl<'p> Ledger<'p> {
    fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            allow_used: vec![false; policy.allow.len()],
            baseline_used: BTreeSet::new(),
        }
    }

    /// Why a finding is suppressed, if it is; every entry that fits it counts as used.
    fn cover(&mut self, finding: &Finding) -> Option<(&'static str, Option<String>)> {
        let mut allowed = None;
        for (entry, used) in self.policy.allow.iter().zip(&mut self.allow_used) {
            if entry.fits(finding) {
                *used = true;
                if allowed.is_none() && !entry.expired(self.policy.today) {
                    allowed = Some(("allow", Some(entry.reason().to_owned())));
                }
            }
        }
        let known = self
            .policy
            .baseline
            .as_ref()
            .and_then(|baseline| baseline.get(&finding.id));
        if let Some((id, note)) = known {
            self.baseline_used.insert(id);
            allowed = allowed.or_else(|| Some(("baseline", note.map(str::to_owned))));
        }
        allowed
    }

    fn stale(&self) -> Vec<Warning> {
        let warn = |message| Warning::new(WarningCode::StalePolicy, message);
        let mut warnings = Vec::new();
        for (entry, used) in self.policy.allow.iter().zip(&self.allow_used) {
            if let Some(expires) = entry.expires().filter(|_| entry.expired(self.policy.today)) {
                warnings.push(warn(format!(
                    "{entry} expired on {expires} and is not applied"
                )));
            } else if !used {
                warnings.push(warn(format!("{entry} fits no finding")));
            }
        }
        let unused: Vec<&str> = self
            .policy
            .baseline
            .iter()
            .flat_map(Baseline::ids)
            .filter(|id| !self.baseline_used.contains(id))
            .collect();
        if !unused.is_empty() {
            let named = unused.iter().take(STALE_IDS_NAMED).copied();
            let more = if unused.len() > STALE_IDS_NAMED {
                ", …"
            } else {
                ""
            };
            warnings.push(warn(format!(
                "baseline entries that fit no finding: {} ({}{more})",
                unused.len(),
                named.collect::<Vec<_>>().join(", ")
            )));
        }
        warnings
    }
}

#[cfg(test)]
mod tests;
