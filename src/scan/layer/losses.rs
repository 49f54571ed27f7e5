//! What of a layer was too much to keep, as warnings.

use super::Worker;
use crate::error::{Warning, WarningCode};
use crate::scan::evidence::Evidence;

impl Worker<'_, '_> {
    /// Says what of the layer was too much to keep.
    pub(super) fn warn_of_losses(&mut self) {
        let losses = [
            (self.budget.refused(), "more matches than are kept"),
            (
                self.marks.lost(),
                "more paths and links than are kept, so what hides what is known only in part",
            ),
        ];
        for (lost, what) in losses {
            if lost > 0 {
                self.warn(format!("layer {} has {lost} {what}", self.layer));
            }
        }
        let unplaceable = self.marks.unplaceable();
        if unplaceable > 0 {
            let message = format!(
                "layer {} has {unplaceable} names that no file system can hold (above 4096 bytes \
                 or 1000 folders); what they stand for counts as in none",
                self.layer
            );
            let warning = Warning::new(WarningCode::HostileName, message);
            self.warnings.push(warning);
        }
    }

    /// Says what of the package databases was too much to keep.
    pub(super) fn warn_of_lost_claims(&mut self, evidence: Option<&Evidence>) {
        let lost = evidence.map_or(0, |evidence| evidence.claims.lost());
        if lost > 0 {
            let layer = self.layer;
            let message = format!("layer {layer} has {lost} more files of packages than are kept");
            let warning = Warning::new(WarningCode::PackageDatabase, message);
            self.warnings.push(warning);
        }
    }

    pub(super) fn warn(&mut self, message: String) {
        let warning = Warning::new(WarningCode::LimitReached, message);
        self.warnings.push(warning);
    }
}
