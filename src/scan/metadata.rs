//! Documents scanned as metadata: every string and key of JSON, and anything else as a file.
//!
//! A JSON document is scanned twice: by its strings, each with a JSON pointer, and as raw bytes
//! for what a parser does not show (duplicate keys, bytes behind the value).

use std::collections::HashSet;

use super::budget::{Budget, size_of};
use super::history::{self, Declared};
use super::json_text::{JsonText, texts};
use super::locate::Located;
use crate::archive::Limits;
use crate::content::{Hit, Scanner};
use crate::detect::pair::pair_across;
use crate::detect::{Context, Engine, Match, TextKind};
use crate::error::{Warning, WarningCode, printable};
use crate::finding::{Kind, Occurrence, Visibility};
use crate::secret::Secret;
use crate::source::{Document, Role};

/// Larger documents are scanned as files only.
const LARGEST: usize = 16 << 20;

/// What a document yields; `image` and `instruction` of the places are filled in by the caller.
#[derive(Debug, Default)]
pub(super) struct DocumentScan {
    pub found: Vec<Located>,
    pub warnings: Vec<Warning>,
}

/// Scans one document of an archive; keeps hits as far as `budget` reaches.
pub(super) fn scan_document(
    document: &Document,
    engine: &Engine,
    limits: &Limits,
    budget: Budget,
) -> DocumentScan {
    let mut worker = Worker {
        document,
        engine,
        budget,
        scan: DocumentScan::default(),
        option: String::new(),
        declared: Declared::default(),
    };
    let has_texts = worker.scan_texts();
    worker.pair();
    worker.scan_raw(limits, has_texts);
    let lost = worker.budget.refused();
    if lost > 0 {
        worker.warn(format!("{lost} more matches than are kept"));
    }
    worker.scan
}

struct Worker<'d> {
    document: &'d Document,
    engine: &'d Engine,
    budget: Budget,
    scan: DocumentScan,
    /// The argument before the one at hand, of a command in exec form.
    option: String,
    /// What the history assigned so far.
    declared: Declared,
}

impl Worker<'_> {
    /// Scans the texts of a JSON document; whether it is one.
    fn scan_texts(&mut self) -> bool {
        let document = self.document;
        let bytes = &document.blob[..];
        let opens = bytes.iter().find(|b| !b.is_ascii_whitespace());
        if bytes.len() > LARGEST || !matches!(opens, Some(b'{' | b'[')) {
            return false;
        }
        let read = texts(bytes, &mut |text| self.scan_text(&text));
        if read.is_err() {
            self.scan.found.clear();
        }
        read.is_ok()
    }

    fn scan_text(&mut self, text: &JsonText<'_>) {
        if text.text.is_empty() {
            return;
        }
        let document = self.document;
        let place = Place::of(document.role, text);
        let label = if text.is_key { None } else { text.key() };
        let context = Context {
            path: &[],
            kind: place.text,
            label: label.filter(|_| place.text == TextKind::Metadata),
        };
        let scanned = self.engine.scan_fully(&context, text.text.as_bytes());
        for index in scanned.limited {
            let rule = self.engine.rules().rule(index).id();
            self.warn(format!("more matches of rule {rule} than are kept"));
        }
        let mut matches = scanned.matches;
        match place.kind {
            Kind::History => {
                let declared = &mut self.declared;
                matches = history::with_assignments(self.engine, text.text, matches, declared);
            }
            Kind::Cmd | Kind::Entrypoint | Kind::Healthcheck => {
                if matches.is_empty() {
                    matches = history::of_argument(self.engine, &self.option, text.text);
                }
                self.option = text.text.to_owned();
            }
            _ => {}
        }
        for matched in matches {
            let pointer = text.pointer();
            if !self.budget.take(size_of(&matched) + pointer.len()) {
                continue;
            }
            let mut occurrence = occurrence(document, place.kind, &matched);
            occurrence.pointer = Some(pointer);
            occurrence.key = place
                .name(text)
                .map(|key| printable(key.as_bytes()))
                .or(occurrence.key);
            let within = occurrence.decoded;
            let how = text.decoded.iter().map(|how| (*how).to_owned());
            occurrence.decoded = how.chain(within).collect();
            self.scan.found.push(Located {
                matched,
                occurrence,
            });
        }
    }

    /// Puts the parts of secrets together that lie in several texts; what is lone is dropped.
    fn pair(&mut self) {
        let found = self.scan.found.iter_mut();
        let mut matches: Vec<&mut Match> = found.map(|located| &mut located.matched).collect();
        pair_across(self.engine.rules(), &mut matches);
        self.scan.found.retain(|located| !located.matched.is_lone);
    }

    fn warn(&mut self, what: String) {
        let name = self.document.name.as_bytes();
        let message = format!("{} has {what}", printable(name));
        let warning = Warning::new(WarningCode::LimitReached, message);
        self.scan.warnings.push(warning.at(name));
    }
}

/// What kind of place a pointer leads to.
struct Place {
    kind: Kind,
    text: TextKind,
}

/// Members of a config by name: what they are, and how their texts read.
const MEMBERS: [(&str, Kind, TextKind); 8] = [
    ("Env", Kind::Env, TextKind::Env),
    ("Labels", Kind::Label, TextKind::Metadata),
    ("Healthcheck", Kind::Healthcheck, TextKind::Command),
    ("OnBuild", Kind::Onbuild, TextKind::Command),
    ("Entrypoint", Kind::Entrypoint, TextKind::Command),
    ("Cmd", Kind::Cmd, TextKind::Command),
    ("history", Kind::History, TextKind::Command),
    ("Shell", Kind::Config, TextKind::Command),
];

impl Place {
    fn of(role: Role, text: &JsonText<'_>) -> Self {
        let under = |name: &str| {
            text.steps
                .iter()
                .any(|step| step.eq_ignore_ascii_case(name))
        };
        let kind = match role {
            Role::Attestation => Kind::Attestation,
            _ if under("annotations") => Kind::Annotation,
            _ if under("container_config") || under("v1Compatibility") => Kind::LegacyConfig,
            other => role_kind(other),
        };
        let is_config = matches!(kind, Kind::Config | Kind::LegacyConfig | Kind::OrphanBlob);
        let member = MEMBERS.iter().find(|(name, ..)| is_config && under(name));
        match member {
            Some((_, member, text)) if kind == Kind::Config => Self {
                kind: *member,
                text: *text,
            },
            Some((_, _, text)) => Self { kind, text: *text },
            None => Self {
                kind,
                text: TextKind::Metadata,
            },
        }
    }
}

impl Place {
    /// The name that the whole text is assigned to: a variable's, a label's, an annotation's.
    fn name<'t>(&self, text: &'t JsonText<'_>) -> Option<&'t str> {
        match self.kind {
            Kind::Env if !text.is_key => text.text.split_once('=').map(|(name, _)| name),
            Kind::Label | Kind::Annotation if !text.is_key => text.key(),
            _ => None,
        }
    }
}

fn role_kind(role: Role) -> Kind {
    match role {
        Role::Config => Kind::Config,
        Role::LegacyConfig => Kind::LegacyConfig,
        Role::Manifest | Role::Index => Kind::Manifest,
        Role::Attestation => Kind::Attestation,
        Role::ArtifactData => Kind::Artifact,
        Role::OrphanBlob => Kind::OrphanBlob,
        Role::ArchiveFile | Role::MemberName => Kind::ArchiveFile,
    }
}

impl Worker<'_> {
    /// The document's bytes as they are. Beside its texts only the patterns count, and only for
    /// secrets that those did not show.
    fn scan_raw(&mut self, limits: &Limits, has_texts: bool) {
        let (document, engine) = (self.document, self.engine);
        let context = Context {
            path: document.name.as_bytes(),
            kind: if has_texts || document.role == Role::MemberName {
                TextKind::Name
            } else {
                TextKind::File
            },
            label: None,
        };
        let mut bytes = &document.blob[..];
        // A blob in memory cannot fail to be read: what is wrong inside it comes as a warning.
        let outcome = Scanner::new(engine, limits).scan(&context, &mut bytes);
        let name = document.name.as_bytes();
        let named = |warning: Warning| {
            if warning.path.is_none() {
                warning.at(name)
            } else {
                warning
            }
        };
        let warnings = outcome.warnings.into_iter().map(named);
        self.scan.warnings.extend(warnings);
        let found = self.scan.found.iter();
        let known: HashSet<Secret> = found.map(|l| l.matched.identity().clone()).collect();
        for Hit {
            inside,
            decoded,
            matched,
        } in outcome.hits
        {
            let is_pattern = engine.rules().rule(matched.rule).syntax.regex.is_some();
            if has_texts && (!is_pattern || known.contains(matched.identity())) {
                continue;
            }
            let way: usize = inside.iter().map(String::len).sum();
            if !self
                .budget
                .take(size_of(&matched) + document.name.len() + way)
            {
                continue;
            }
            let mut occurrence = occurrence(document, role_kind(document.role), &matched);
            occurrence.inside = inside;
            occurrence.decoded = decoded;
            self.scan.found.push(Located {
                matched,
                occurrence,
            });
        }
    }
}

fn occurrence(document: &Document, kind: Kind, matched: &Match) -> Occurrence {
    Occurrence {
        image: None,
        kind,
        layer: None,
        diff_id: None,
        instruction: None,
        path: Some(printable(document.name.as_bytes())),
        pointer: None,
        key: matched.label.as_ref().map(|key| printable(key.as_bytes())),
        inside: Vec::new(),
        decoded: matched.how().iter().map(|how| (*how).to_owned()).collect(),
        line: matched.position.line,
        column: matched.position.column,
        offset: matched.span.offset,
        length: matched.span.length,
        visibility: Visibility::Metadata,
        removed_by: None,
        entry: None,
    }
}

#[cfg(test)]
mod tests;
