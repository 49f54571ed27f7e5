//! Documents scanned as metadata: every string and key of JSON, and anything else as a file.
//!
//! A JSON document is scanned twice: by its strings, each with a JSON pointer, and as raw bytes
//! for what a parser does not show (duplicate keys, bytes behind the value).

mod commands;
mod encoded;
mod place;

use std::collections::HashSet;

use self::commands::Commands;
use self::encoded::Outer;
use self::place::{Place, role_kind};
use super::budget::{Budget, size_of};
use super::history::{self, Declared};
use super::json_text::{Extent, JsonText, in_escaped_strings, texts};
use super::locate::Located;
use crate::archive::Limits;
use crate::content::{Hit, Scanner};
use crate::detect::pair::pair_across;
use crate::detect::{By, Context, Engine, Match, Stream, TextKind};
use crate::error::{Warning, WarningCode, printable};
use crate::finding::{Kind, Occurrence, Visibility};
use crate::secret::Secret;
use crate::source::{Document, Role};

/// Larger documents are scanned as files only.
const LARGEST: usize = 64 << 20;

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
        stream: Stream::new(engine),
        budget,
        scan: DocumentScan::default(),
        commands: Commands::default(),
        outer: Outer::default(),
        outdone: HashSet::new(),
        declared: Declared::default(),
    };
    let extent = worker.scan_texts(limits);
    worker.scan_commands();
    worker.pair();
    worker.scan_raw(limits, extent);
    if document.blob.is_cut() {
        let name = printable(document.name.as_bytes());
        let message = format!("{name} was cut off while it was read");
        let warning = Warning::new(WarningCode::TruncatedArchive, message);
        worker.scan.warnings.push(warning);
    }
    let lost = worker.budget.refused();
    if lost > 0 {
        worker.limited(format!("{lost} more matches than are kept"));
    }
    worker.scan
}

struct Worker<'d> {
    document: &'d Document,
    engine: &'d Engine,
    /// Of the texts of the document, one after another.
    stream: Stream<'d>,
    budget: Budget,
    scan: DocumentScan,
    /// Those of the config at hand.
    commands: Commands,
    outer: Outer,
    /// Numbers of matches that others have outdone since.
    outdone: HashSet<usize>,
    /// What the history assigned so far.
    declared: Declared,
}

impl Worker<'_> {
    /// Scans the texts of a JSON document; how far it is one.
    fn scan_texts(&mut self, limits: &Limits) -> Extent {
        let bytes = &self.document.blob[..];
        let must_be = matches!(self.document.role, Role::Attestation | Role::ArtifactData);
        if bytes.len() > LARGEST {
            let opens = bytes.iter().find(|b| !b.is_ascii_whitespace());
            if must_be && matches!(opens, Some(b'{' | b'[')) {
                self.limited(format!(
                    "more than {LARGEST} bytes: nothing in it was decoded"
                ));
            }
            return Extent::default();
        }
        let mut scanner = Scanner::new(self.engine, limits);
        scanner.pass(bytes.len() as u64);
        let mut seen = false;
        let extent = texts(bytes, &mut |text| {
            seen = true;
            match text.bytes {
                [] => self.scan_text(&text),
                bytes => self.scan_bytes(&mut scanner, &text, bytes),
            }
        });
        // What has not one text before it breaks is of another format. Whether configs and
        // manifests are well formed is judged where they are parsed.
        if must_be && seen && !extent.is_whole {
            let at = extent.end;
            let what = format!("no JSON from byte {at} on, which was searched as it stands");
            self.warn(WarningCode::BrokenJson, what);
        }
        extent
    }

    /// Scans what a string held in base64 and what is no text.
    fn scan_bytes(&mut self, scanner: &mut Scanner<'_>, text: &JsonText<'_>, mut bytes: &[u8]) {
        let document = self.document;
        let place = Place::of(document.role, text);
        let context = Context {
            path: document.name.as_bytes(),
            kind: TextKind::File,
            label: None,
        };
        let outcome = scanner.scan(&context, &mut bytes);
        self.scan.warnings.extend(outcome.warnings);
        for hit in outcome.hits {
            let rules = self.engine.rules();
            if self.outer.has_told(rules, text, &hit.matched) {
                continue;
            }
            let pointer = text.pointer();
            let way: usize = hit.inside.iter().map(String::len).sum();
            let size = size_of(&hit.matched) + pointer.len() + way;
            if !self.budget.take(size) {
                continue;
            }
            self.outdo(text, &hit.matched);
            let mut occurrence = occurrence(document, place.kind, &hit.matched);
            occurrence.pointer = Some(pointer);
            occurrence.inside = hit.inside;
            let name = self
                .outer
                .name(&place, text)
                .filter(|_| text.part.is_some());
            occurrence.key = name.map(|key| printable(key.as_bytes())).or(occurrence.key);
            let outer = text.decoded.iter().map(|how| (*how).to_owned());
            occurrence.decoded = outer.chain(hit.decoded).collect();
            self.scan.found.push(Located {
                matched: hit.matched,
                occurrence,
            });
        }
    }

    fn scan_text(&mut self, text: &JsonText<'_>) {
        if text.text.is_empty() {
            return;
        }
        let place = Place::of(self.document.role, text);
        let label = if text.is_key { None } else { text.key() };
        let context = Context {
            path: &[],
            kind: place.text,
            label: label.filter(|_| place.text == TextKind::Metadata),
        };
        let scanned = self.stream.whole(&context, text.text.as_bytes());
        for index in scanned.limited {
            let rule = self.engine.rules().rule(index).id();
            self.limited(format!("more matches of rule {rule} than are kept"));
        }
        let mut matches = scanned.matches;
        let rules = self.engine.rules();
        matches.retain(|matched| !self.outer.has_told(rules, text, matched));
        self.outer.remember(rules, &place, text, &matches);
        match place.kind {
            _ if text.part.is_some() => {}
            Kind::History => {
                let declared = &mut self.declared;
                matches = history::with_assignments(self.engine, text.text, matches, declared);
            }
            Kind::Onbuild | Kind::LegacyConfig if place.text == TextKind::Command => {
                matches = history::with_exec_form(self.engine, text.text, matches);
            }
            _ => {}
        }
        if self.commands.are_over_at(text) {
            self.scan_commands();
        }
        let is_decoded = self.outer.holds(text);
        if !is_decoded {
            self.commands.add(&place, text, &matches);
        }
        for matched in matches {
            self.outdo(text, &matched);
            let look = (matched.by == By::Looks && !is_decoded).then_some(matched.span);
            let name = self.outer.name(&place, text).map(str::to_owned);
            let number = self.scan.found.len();
            let is_told = self.tell(matched, place.kind, text.pointer(), name, text.decoded);
            if let Some(look) = look.filter(|_| is_told) {
                self.outer.number(look, number);
            }
        }
    }

    /// What a string is said to be for its looks counts no more where a match says what it holds.
    fn outdo(&mut self, text: &JsonText<'_>, matched: &Match) {
        if self.outer.holds(text) && matched.suppressed.is_none() {
            self.outdone.extend(self.outer.take_looks(text));
            self.commands.pass_over(text.part);
        }
    }

    /// Keeps a match in a text of the document, if the budget reaches so far. What has a `name` of its own is
    /// called so.
    fn tell(
        &mut self,
        matched: Match,
        kind: Kind,
        pointer: String,
        name: Option<String>,
        decoded: &[&'static str],
    ) -> bool {
        if !self.budget.take(size_of(&matched) + pointer.len()) {
            return false;
        }
        let mut occurrence = occurrence(self.document, kind, &matched);
        occurrence.pointer = Some(pointer);
        let name = name.map(|key| printable(key.as_bytes()));
        occurrence.key = name.or(occurrence.key);
        let within = occurrence.decoded;
        let how = decoded.iter().map(|how| (*how).to_owned());
        occurrence.decoded = how.chain(within).collect();
        self.scan.found.push(Located {
            matched,
            occurrence,
        });
        true
    }

    /// Puts the parts of secrets together that lie in several texts; what is lone or outdone is dropped.
    fn pair(&mut self) {
        let mut number = 0..;
        let is_told = |_: &Located| {
            number
                .next()
                .is_some_and(|number| !self.outdone.contains(&number))
        };
        self.scan.found.retain(is_told);
        let found = self.scan.found.iter_mut();
        let mut matches: Vec<&mut Match> = found.map(|located| &mut located.matched).collect();
        pair_across(self.engine.rules(), &mut matches);
        self.scan.found.retain(|located| !located.matched.is_lone);
    }

    fn limited(&mut self, what: String) {
        self.warn(WarningCode::LimitReached, what);
    }

    fn warn(&mut self, code: WarningCode, what: String) {
        let name = self.document.name.as_bytes();
        let message = format!("{} has {what}", printable(name));
        let warning = Warning::new(code, message);
        self.scan.warnings.push(warning.at(name));
    }
}

impl Worker<'_> {
    /// The document's bytes as they are. As far as its texts reach only the patterns count, and
    /// only for secrets that those did not show.
    fn scan_raw(&mut self, limits: &Limits, extent: Extent) {
        let (document, engine) = (self.document, self.engine);
        let is_read = extent.end > 0 && extent.is_whole;
        let context = Context {
            path: document.name.as_bytes(),
            kind: if is_read || document.role == Role::MemberName {
                TextKind::Name
            } else {
                TextKind::File
            },
            label: None,
        };
        let mut bytes = &document.blob[..];
        // A blob in memory cannot fail to be read: what is wrong inside it comes as a warning.
        let mut scanner = Scanner::new(engine, limits);
        let outcome = match document.role {
            Role::Slack => scanner.scan_loose(&context, bytes),
            _ => scanner.scan(&context, &mut bytes),
        };
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
        for hit in self.not_shown(outcome.hits, extent) {
            let way: usize = hit.inside.iter().map(String::len).sum();
            let size = size_of(&hit.matched) + document.name.len() + way;
            if !self.budget.take(size) {
                continue;
            }
            let mut occurrence = occurrence(document, role_kind(document.role), &hit.matched);
            occurrence.inside = hit.inside;
            occurrence.decoded = hit.decoded;
            self.scan.found.push(Located {
                matched: hit.matched,
                occurrence,
            });
        }
    }

    /// Those hits in the raw bytes that the texts did not show.
    fn not_shown(&self, hits: Vec<Hit>, extent: Extent) -> Vec<Hit> {
        let rules = self.engine.rules();
        let found = self.scan.found.iter();
        let known: HashSet<Secret> = found.map(|l| l.matched.identity().clone()).collect();
        let start = |hit: &Hit| usize::try_from(hit.matched.span.offset).unwrap_or(usize::MAX);
        let is_plain = Hit::is_in_place;
        let (mut plain, mut more): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(is_plain);
        let is_new = |hit: &Hit| {
            let is_pattern = rules.rule(hit.matched.rule).syntax.regex.is_some();
            is_pattern && !known.contains(hit.matched.identity())
        };
        plain.retain(|hit| start(hit) >= extent.end || is_new(hit));
        more.retain(|hit| !extent.is_whole || extent.end == 0 || is_new(hit));
        if !plain.is_empty() && extent.end > 0 {
            // In a string with escapes its own text is what counts, and that was scanned.
            plain.sort_by_key(start);
            let span = |hit: &Hit| {
                let length = usize::try_from(hit.matched.span.length).unwrap_or(usize::MAX);
                start(hit)..start(hit).saturating_add(length)
            };
            let spans: Vec<_> = plain.iter().map(span).collect();
            let mut escaped = in_escaped_strings(&self.document.blob, &spans).into_iter();
            plain.retain(|_| !escaped.next().unwrap_or_default());
        }
        plain.extend(more);
        // A part whose secret the texts showed is theirs, too.
        let parts = plain.iter().flat_map(|hit| &hit.matched.parts);
        let claimed: HashSet<Secret> = parts.map(|part| part.identity.clone()).collect();
        plain.retain(|hit| {
            let matched = &hit.matched;
            rules.rule(matched.rule).syntax.alone || claimed.contains(matched.identity())
        });
        plain
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
        package: None,
    }
}

#[cfg(test)]
mod tests;
