//! Redaction of what a report quotes from an image: commands, paths, names, messages.
//!
//! A secret that was found is replaced by its preview wherever it stands in such text. In the
//! history text where it was found this holds for any length; elsewhere only for secrets long
//! enough that the replacement does not blank ordinary words.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, MatchKind};

use super::locate::Located;
use crate::error::{Warning, printable};
use crate::finding::{Finding, ImageReport, InstructionReport, Kind, Suppressed};
use crate::secret::Secret;

/// Shorter secrets are replaced only in the very text where they were found.
const SHORTEST_EVERYWHERE: usize = 6;

/// The secrets of a scan, each in every form in which it was found.
pub(super) struct Redaction {
    everywhere: Redactor,
    /// By image and instruction.
    history: BTreeMap<(usize, usize), BTreeSet<Secret>>,
}

impl Redaction {
    /// Collects from everything that was found, suppressed or not.
    pub(super) fn of(found: &[Located]) -> Self {
        let mut everywhere = BTreeSet::new();
        let mut history: BTreeMap<_, BTreeSet<Secret>> = BTreeMap::new();
        for Located {
            matched,
            occurrence,
        } in found
        {
            if matched.suppressed.is_none() && matched.secret.len() >= SHORTEST_EVERYWHERE {
                everywhere.insert(matched.secret.clone());
            }
            if let (Kind::History, Some(image), Some(instruction)) =
                (occurrence.kind, occurrence.image, occurrence.instruction)
            {
                history
                    .entry((image, instruction))
                    .or_default()
                    .insert(matched.secret.clone());
            }
        }
        Self {
            everywhere: Redactor::new(&everywhere),
            history,
        }
    }

    /// Redacts the images' commands and references.
    pub(super) fn images(&self, images: &mut [ImageReport]) {
        for ((image, instruction), secrets) in &self.history {
            if let Some(report) = images.get_mut(*image)
                && let Some(instruction) = report.instructions.get_mut(*instruction)
            {
                redact_instruction(instruction, &Redactor::new(secrets));
            }
        }
        for image in images {
            image
                .instructions
                .iter_mut()
                .for_each(|i| redact_instruction(i, &self.everywhere));
            image
                .references
                .iter_mut()
                .for_each(|reference| self.everywhere.apply(reference));
        }
    }

    /// Redacts paths, pointers and advice.
    pub(super) fn findings(&self, findings: &mut [Finding], suppressed: &mut [Suppressed]) {
        let suppressed = suppressed
            .iter_mut()
            .map(|suppressed| &mut suppressed.finding);
        for finding in findings.iter_mut().chain(suppressed) {
            self.everywhere.apply(&mut finding.advice);
            for occurrence in &mut finding.occurrences {
                let pointed = occurrence.path.iter_mut().chain(&mut occurrence.pointer);
                let quoted = pointed
                    .chain(&mut occurrence.key)
                    .chain(&mut occurrence.inside);
                quoted.for_each(|text| self.everywhere.apply(text));
            }
        }
    }

    /// Redacts messages and their paths.
    pub(super) fn warnings(&self, warnings: &mut [Warning]) {
        for warning in warnings {
            self.everywhere.apply(&mut warning.message);
            warning
                .path
                .iter_mut()
                .for_each(|path| self.everywhere.apply(path));
        }
    }
}

fn redact_instruction(instruction: &mut InstructionReport, redactor: &Redactor) {
    redactor.apply(&mut instruction.created_by);
    redactor.apply(&mut instruction.arguments);
}

/// Replaces secrets by their previews.
struct Redactor {
    /// `None` where the secrets are too many to look for at once: then nothing is quoted at all.
    automaton: Option<AhoCorasick>,
    previews: Vec<String>,
}

impl Redactor {
    /// Each secret is known as its bytes and as they are printed.
    fn new(secrets: &BTreeSet<Secret>) -> Self {
        let mut forms: BTreeMap<Vec<u8>, String> = BTreeMap::new();
        for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
            forms.insert(secret.expose().to_vec(), secret.preview());
            forms.insert(printable(secret.expose()).into_bytes(), secret.preview());
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(forms.keys())
            .ok();
        Self {
            automaton,
            previews: forms.into_values().collect(),
        }
    }

    fn apply(&self, text: &mut String) {
        match &self.automaton {
            None => *text = "***".to_owned(),
            Some(automaton) if automaton.is_match(text.as_str()) => {
                *text = automaton.replace_all(text, &self.previews);
            }
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_secret_is_replaced_everywhere_it_stands() {
        let secrets = ["hunter2", "hunter2-and-more-of-it"];
        let secrets = secrets.map(|text| Secret::new(text.as_bytes())).into();
        let mut text = "A=hunter2 B=hunter2-and-more-of-it".to_owned();
        Redactor::new(&secrets).apply(&mut text);
        assert_eq!(text, "A=*** B=hun***it");
        let mut same = "nothing".to_owned();
        Redactor::new(&BTreeSet::new()).apply(&mut same);
        assert_eq!(same, "nothing");
    }
}
