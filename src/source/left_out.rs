//! What an index lists and this scan does not hold, said in a warning of each kind: platforms
//! that are there and were not asked for, and manifests that are not there at all.
//!
//! Neither makes a scan incomplete, since nobody asked for them; but whoever reads "no secrets"
//! must know of what.

use std::collections::BTreeSet;

use super::candidate::Candidate;
use super::select::listed;
use crate::error::{Warning, WarningCode};

/// Manifests that are listed and were not wanted.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// In the archive, passed over for their platform.
    other_platforms: BTreeSet<String>,
    /// Not in the archive.
    absent: usize,
    absent_platforms: BTreeSet<String>,
}

impl LeftOut {
    /// Notes a candidate that is not wanted; `is_for_platform` says that its platform is why.
    pub fn note(&mut self, candidate: &Candidate, is_for_platform: bool) {
        let stated = candidate.places.iter().filter_map(|p| p.platform.as_ref());
        let names = stated.map(ToString::to_string);
        if candidate.absent {
            self.absent += 1;
            self.absent_platforms.extend(names);
        } else if is_for_platform {
            self.other_platforms.extend(names);
        }
    }

    /// The warnings. `attestations` is how many of them are listed and not in the archive: writers
    /// leave out those of pulled images, and other platforms, all the time.
    pub fn warnings(self, attestations: usize) -> impl Iterator<Item = Warning> {
        let not_scanned = (!self.other_platforms.is_empty()).then(|| {
            let platforms = listed(self.other_platforms.into_iter());
            let message = format!(
                "there are images for other platforms too, which were not scanned: {platforms}; \
                 take them with --platform or --all-platforms"
            );
            Warning::new(WarningCode::PlatformNotScanned, message)
        });
        let missing = (self.absent > 0 || attestations > 0).then(|| {
            let named = [(self.absent, "manifests"), (attestations, "attestations")];
            let named = named.into_iter().filter(|(number, _)| *number > 0);
            let named: Vec<String> = named
                .map(|(number, what)| format!("{what} {number}"))
                .collect();
            let mut message = format!(
                "listed, not asked for and not in the archive: {}",
                named.join(", ")
            );
            if !self.absent_platforms.is_empty() {
                let platforms = listed(self.absent_platforms.into_iter());
                message.push_str(&format!("; platforms: {platforms}"));
            }
            Warning::new(WarningCode::MissingPlatform, message)
        });
        not_scanned.into_iter().chain(missing)
    }
}
