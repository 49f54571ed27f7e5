//! The exit status as a type, so that no other number can leave the program.

use std::process::ExitCode;

use residue::finding::Verdict;

/// What the program tells its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Complete, and nothing at or above the gate.
    Pass,
    /// At least one finding at or above the gate.
    Findings,
    /// Could not run, or could not finish.
    Error,
}

impl Exit {
    /// The number that scripts see.
    pub fn code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Findings => 1,
            Self::Error => 2,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Pass => Self::Pass,
            Verdict::Fail => Self::Findings,
            Verdict::Incomplete => Self::Error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_becomes_the_number_that_the_contract_names() {
        let codes = [Verdict::Pass, Verdict::Fail, Verdict::Incomplete]
            .map(|verdict| Exit::from(verdict).code());
        assert_eq!(codes, [0, 1, 2]);
    }
}
