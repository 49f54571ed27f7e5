//! The severity gate: from where on a finding fails the run.

use serde::Deserialize;

use crate::rules::Severity;

/// The lowest severity that fails, as `--fail-on` and the configuration name it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Every finding fails.
    #[default]
    Low,
    /// Medium and above.
    Medium,
    /// High and above.
    High,
    /// Critical only.
    Critical,
    /// Findings are reported and never fail.
    Never,
}

impl FailOn {
    /// Whether a finding of this severity fails the run.
    pub fn fails(self, severity: Severity) -> bool {
        let lowest = match self {
            Self::Low => Severity::Low,
            Self::Medium => Severity::Medium,
            Self::High => Severity::High,
            Self::Critical => Severity::Critical,
            Self::Never => return false,
        };
        severity >= lowest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gate_takes_its_own_severity_and_all_above() {
        let failing = |gate: FailOn| {
            [
                Severity::Low,
                Severity::Medium,
                Severity::High,
                Severity::Critical,
            ]
            .into_iter()
            .filter(|severity| gate.fails(*severity))
            .count()
        };
        assert_eq!(failing(FailOn::default()), 4);
        assert_eq!(failing(FailOn::Medium), 3);
        assert_eq!(failing(FailOn::High), 2);
        assert_eq!(failing(FailOn::Critical), 1);
        assert_eq!(failing(FailOn::Never), 0);
    }
}
