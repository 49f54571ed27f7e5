//! The checks of a rule as written; each mistake names its place.

use super::glob::glob;
use super::hir;
use super::place::Place;
use super::syntax::RuleSyntax;

/// Longest match that a rule may have; windows overlap by as much.
pub const LONGEST_MATCH: usize = 32 << 10;

/// What rules may refer to by name.
#[derive(Debug, Clone, Copy)]
pub struct Catalog<'a> {
    /// Names for `validate`.
    pub validators: &'a [&'a str],
    /// Names for `detector`.
    pub detectors: &'a [&'a str],
    /// Names for `format` of `[[rule.fields]]`.
    pub formats: &'a [&'a str],
    /// Names for `decode`.
    pub decodings: &'a [&'a str],
}

impl Catalog<'_> {
    /// Adds the names that are none of a decoding.
    pub(super) fn check_decodings(self, names: &[impl AsRef<str>], place: &mut Place<'_>) {
        for name in names.iter().map(AsRef::as_ref) {
            if !self.decodings.contains(&name) {
                place.add_to("decode", format_args!("there is no decoding {name:?}"));
            }
        }
    }
}

/// Everything but the tables of fields; gives the longest match.
pub(super) fn syntax(syntax: &RuleSyntax, catalog: Catalog<'_>, place: &mut Place<'_>) -> usize {
    check_words(syntax, place);
    check_names(syntax, catalog, place);
    let longest = check_recogniser(syntax, place);
    check_paths(syntax, place);
    longest
}

fn check_words(syntax: &RuleSyntax, place: &mut Place<'_>) {
    let is_kebab = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let parts: Vec<&str> = syntax.id.split('.').collect();
    if parts.len() != 2 || !parts.iter().all(|part| is_kebab(part)) {
        place.add_to("id", "id is not of the form provider.kind in kebab-case");
    }
    if syntax.title.trim().is_empty() {
        place.add_to("title", "title is empty");
    }
    if syntax.revoke.trim().is_empty() {
        place.add_to("revoke", "revoke is empty: say where the owner revokes it");
    }
    if syntax.examples.is_empty() {
        place.add_to("examples", "has no example");
    }
    if syntax
        .entropy
        .is_some_and(|bits| !(0.0..=8.0).contains(&bits))
    {
        place.add_to("entropy", "entropy is not between 0 and 8 bits per byte");
    }
}

fn check_names(syntax: &RuleSyntax, catalog: Catalog<'_>, place: &mut Place<'_>) {
    for name in &syntax.validate {
        if !catalog.validators.contains(&&**name) {
            place.add_to("validate", format_args!("there is no validator {name:?}"));
        }
    }
    if let Some(name) = &syntax.detector
        && !catalog.detectors.contains(&&**name)
    {
        place.add_to("detector", format_args!("there is no detector {name:?}"));
    }
    catalog.check_decodings(&syntax.decode, place);
}

/// Checks regex and anchors; gives the longest match.
fn check_recogniser(syntax: &RuleSyntax, place: &mut Place<'_>) -> usize {
    match (&syntax.regex, &syntax.detector) {
        (Some(text), None) => {
            if syntax.anchors.iter().all(|anchor| anchor.is_empty()) {
                place.add_to("anchors", "has no anchor");
            }
            if syntax.anchors.iter().any(|anchor| anchor.len() < 2) {
                place.add_to("anchors", "has an anchor shorter than 2 bytes");
            }
            if syntax.decode.iter().any(|name| name == "lines") {
                place.add_to("decode", "has \"lines\" in decode, which is for fields");
            }
            longest_match(text, place)
        }
        (None, Some(detector)) => {
            if detector != "assignment" && !syntax.anchors.is_empty() {
                place.add_to(
                    "anchors",
                    format_args!("has anchors, which {detector:?} asks for none of"),
                );
            }
            LONGEST_MATCH
        }
        (None, None) if !syntax.fields.is_empty() => {
            if !syntax.anchors.is_empty() || !syntax.paths.is_empty() || !syntax.decode.is_empty() {
                place.add("has anchors, paths or decode without a regex: fields have their own");
            }
            LONGEST_MATCH
        }
        _ => {
            place.add_to("regex", "needs either regex or detector, or fields");
            0
        }
    }
}

fn longest_match(text: &str, place: &mut Place<'_>) -> usize {
    let hir = match hir::parse(text) {
        Ok(hir) => hir,
        Err(error) => {
            place.add_to("regex", format_args!("regex does not compile: {error}"));
            return 0;
        }
    };
    match hir.properties().maximum_len() {
        Some(longest) if longest <= LONGEST_MATCH => longest,
        Some(longest) => {
            place.add_to(
                "regex",
                format_args!(
                    "regex matches up to {longest} bytes; at most {LONGEST_MATCH} are allowed"
                ),
            );
            0
        }
        None => {
            place.add_to(
                "regex",
                "regex has no longest match: bound every * and + with {m,n}",
            );
            0
        }
    }
}

fn check_paths(syntax: &RuleSyntax, place: &mut Place<'_>) {
    for path in &syntax.paths {
        if let Err(error) = glob(path) {
            place.add_to("paths", format_args!("paths: {error}"));
        }
    }
}
