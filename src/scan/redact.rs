//! Redaction of what a report quotes from an image: commands, paths, names, messages.
//!
//! A secret that was found is replaced by its preview wherever it stands in such text. In the
//! history text where it was found this holds for any length; elsewhere only for secrets long
//! enough that the replacement does not blank ordinary words.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::history::{Declared, with_assignments};
use super::locate::Located;
use super::redactor::Redactor;
use crate::detect::{Context, Engine, Match, Suppression, TextKind, catalog};
use crate::error::{Error, Warning};
use crate::finding::{Finding, ImageReport, InstructionReport, Kind, LayerReport, Suppressed};
use crate::oci::{DiffId, Digest, Platform};
use crate::rules::{Loader, RuleSet};
use crate::secret::Secret;

/// Shorter secrets are replaced only in the very text where they were found.
const SHORTEST_EVERYWHERE: usize = 6;
/// Stands for a history text whose secret is written in some encoding.
const ENCODED: &str = "*** (an encoded secret)";

/// The secrets of a scan, each in every form in which it was found.
pub(super) struct Known {
    /// Those that are replaced everywhere.
    secrets: BTreeSet<Secret>,
    /// By image and instruction.
    history: BTreeMap<(usize, usize), BTreeSet<Secret>>,
    /// Instructions that hold a secret in an encoding.
    encoded: BTreeSet<(usize, usize)>,
}

/// What redacts them. It is made last, since it takes more room than they do.
pub(super) struct Redaction {
    everywhere: Redactor,
    history: BTreeMap<(usize, usize), BTreeSet<Secret>>,
    encoded: BTreeSet<(usize, usize)>,
}

impl Known {
    /// Collects from everything that was found, suppressed or not.
    pub(super) fn of(found: &[Located], rules: &RuleSet) -> Self {
        let mut secrets = BTreeSet::new();
        let mut history: BTreeMap<_, BTreeSet<Secret>> = BTreeMap::new();
        let mut encoded = BTreeSet::new();
        for Located {
            matched,
            occurrence,
        } in found
        {
            // Nor are the first bytes of any file whose path tells what it is.
            if counts_everywhere(matched) && !rules.rule(matched.rule).is_about_files() {
                secrets.extend(long_forms(matched));
            }
            if let (Kind::History, Some(image), Some(instruction)) =
                (occurrence.kind, occurrence.image, occurrence.instruction)
            {
                let of_text = history.entry((image, instruction)).or_default();
                of_text.extend(forms(matched).cloned());
                if occurrence.decoded.len() > matched.how().len() {
                    encoded.insert((image, instruction));
                }
            }
        }
        Self {
            secrets,
            history,
            encoded,
        }
    }

    /// Adds what rules that are switched off would find in what is quoted of the images: not
    /// reporting a secret is no reason to print it.
    pub(super) fn add_of_all_rules(&mut self, images: &[ImageReport]) {
        // The embedded rules load, as the tests hold; without them there is nothing to add.
        let Ok(rules) = Loader::default().load(catalog()) else {
            return;
        };
        let engine = Engine::new(rules);
        let command = Context {
            kind: TextKind::Command,
            ..Context::default()
        };
        for (image, report) in images.iter().enumerate() {
            let mut declared = Declared::default();
            for instruction in &report.instructions {
                let text = &instruction.created_by;
                let matches = engine.scan(&command, text.as_bytes());
                let matches = with_assignments(&engine, text, matches, &mut declared);
                self.add(&matches);
                let of_text = self.history.entry((image, instruction.index)).or_default();
                of_text.extend(matches.iter().flat_map(|matched| forms(matched).cloned()));
            }
            for text in quoted(report) {
                let context = Context {
                    kind: TextKind::Name,
                    ..Context::default()
                };
                self.add(&engine.scan(&context, text.as_bytes()));
            }
        }
    }

    fn add(&mut self, matches: &[Match]) {
        let matches = matches.iter().filter(|matched| counts_everywhere(matched));
        self.secrets.extend(matches.flat_map(long_forms));
    }
}

impl Redaction {
    pub(super) fn of(known: Known) -> Self {
        Self {
            everywhere: Redactor::new(known.secrets),
            history: known.history,
            encoded: known.encoded,
        }
    }

    /// Redacts all that images say of themselves.
    pub(super) fn images(&self, images: &mut [ImageReport]) {
        for ((image, index), secrets) in &self.history {
            if let Some(report) = images.get_mut(*image)
                && let Some(instruction) = report.instructions.get_mut(*index)
            {
                redact_instruction(instruction, &Redactor::new(secrets.clone()));
                if self.encoded.contains(&(*image, *index)) {
                    instruction.created_by = ENCODED.to_owned();
                    instruction.arguments = ENCODED.to_owned();
                }
            }
        }
        for image in images {
            let instructions = image.instructions.iter_mut();
            instructions.for_each(|i| redact_instruction(i, &self.everywhere));
            image.layers.iter_mut().for_each(|layer| self.layer(layer));
            let texts = image.references.iter_mut().chain(&mut image.created);
            texts.for_each(|text| self.everywhere.apply(text));
            self.digest(&mut image.manifest_digest);
            self.digest(&mut image.config_digest);
            if let Some(platform) = &mut image.platform {
                self.platform(platform);
            }
        }
    }

    fn layer(&self, layer: &mut LayerReport) {
        self.everywhere.apply(&mut layer.media_type);
        self.digest(&mut layer.digest);
        self.diff_id(&mut layer.diff_id);
    }

    fn platform(&self, platform: &mut Platform) {
        let always = [&mut platform.os, &mut platform.architecture];
        let perhaps = [&mut platform.variant, &mut platform.os_version];
        let texts = always.into_iter().chain(perhaps.into_iter().flatten());
        texts.for_each(|text| self.everywhere.apply(text));
    }

    fn diff_id(&self, diff_id: &mut Option<DiffId>) {
        let mut digest = diff_id.take().map(|diff_id| diff_id.0);
        self.digest(&mut digest);
        *diff_id = digest.map(DiffId);
    }

    /// A digest in an algorithm of the writer's own invention may be any word.
    fn digest(&self, digest: &mut Option<Digest>) {
        digest.take_if(|digest| {
            let mut text = digest.to_string();
            self.everywhere.apply(&mut text);
            text != digest.as_str()
        });
    }

    /// Redacts what is said of places, and facts and advice.
    pub(super) fn findings(&self, findings: &mut [Finding], suppressed: &mut [Suppressed]) {
        for Suppressed { note, .. } in &mut *suppressed {
            note.iter_mut().for_each(|note| self.everywhere.apply(note));
        }
        let suppressed = suppressed
            .iter_mut()
            .map(|suppressed| &mut suppressed.finding);
        for finding in findings.iter_mut().chain(suppressed) {
            self.everywhere.apply(&mut finding.advice);
            finding
                .facts
                .iter_mut()
                .for_each(|(_, fact)| self.fact(fact));
            let parts = finding.parts.iter_mut();
            let of_parts = parts.flat_map(|part| &mut part.occurrences);
            for occurrence in finding.occurrences.iter_mut().chain(of_parts) {
                let pointed = occurrence.path.iter_mut().chain(&mut occurrence.pointer);
                let quoted = pointed
                    .chain(&mut occurrence.key)
                    .chain(&mut occurrence.inside);
                quoted.for_each(|text| self.everywhere.apply(text));
                self.diff_id(&mut occurrence.diff_id);
                if let Some(package) = &mut occurrence.package {
                    let texts = [&mut package.name].into_iter().chain(&mut package.version);
                    texts.for_each(|text| self.everywhere.apply(text));
                }
            }
        }
    }

    fn fact(&self, fact: &mut Value) {
        match fact {
            Value::String(text) => self.everywhere.apply(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.fact(item)),
            Value::Object(members) => members.values_mut().for_each(|item| self.fact(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
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

/// Whether a secret is replaced wherever it stands. What is allowed is secret still; a placeholder
/// or a published sample is not.
fn counts_everywhere(matched: &Match) -> bool {
    matches!(
        matched.suppressed,
        None | Some(Suppression::InlineAllow | Suppression::Allowlist)
    )
}

/// A secret as it is and as it is written.
fn forms(matched: &Match) -> impl Iterator<Item = &Secret> {
    [&matched.secret, matched.written()].into_iter()
}

/// Those of them that are long enough to be replaced everywhere.
fn long_forms(matched: &Match) -> impl Iterator<Item = Secret> {
    let long = forms(matched).filter(|form| form.len() >= SHORTEST_EVERYWHERE);
    long.cloned()
}

/// What is quoted of an image beside its commands.
fn quoted(report: &ImageReport) -> impl Iterator<Item = &String> {
    let platform = report.platform.iter().flat_map(|platform| {
        let always = [&platform.os, &platform.architecture];
        let perhaps = [&platform.variant, &platform.os_version];
        always.into_iter().chain(perhaps.into_iter().flatten())
    });
    let times = report
        .instructions
        .iter()
        .filter_map(|i| i.created.as_ref());
    let texts = report.references.iter().chain(&report.created);
    texts.chain(platform).chain(times)
}

/// Redacts an error that quotes names of an archive: references, platforms, members.
pub(super) fn redact_error(mut error: Error, engine: &Engine) -> Error {
    if let Error::NoMatch { reason, .. } | Error::NotAnImage { reason, .. } = &mut error {
        redact_names(reason, engine);
    }
    error
}

/// Redacts a text that quotes names from an image, by what `engine` finds in the text itself.
pub fn redact_names(text: &mut String, engine: &Engine) {
    let context = Context {
        kind: TextKind::Name,
        ..Context::default()
    };
    let found = engine.scan(&context, text.as_bytes());
    let found: BTreeSet<Secret> = found.iter().flat_map(forms).cloned().collect();
    if !found.is_empty() {
        Redactor::new(found).apply(text);
    }
}

fn redact_instruction(instruction: &mut InstructionReport, redactor: &Redactor) {
    let text = [&mut instruction.created_by, &mut instruction.arguments];
    let more = [&mut instruction.created, &mut instruction.keyword];
    let all = text.into_iter().chain(more.into_iter().flatten());
    all.for_each(|text| redactor.apply(text));
}
