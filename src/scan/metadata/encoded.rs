//! What the texts of a document know of the string that part of them was decoded from.

use super::Place;
use crate::detect::Match;
use crate::detect::span::Span;
use crate::finding::Kind;
use crate::rules::RuleSet;
use crate::scan::base64_parts::Part;
use crate::scan::json_text::JsonText;

/// Checks of rules that tell private keys while they are in base64.
const IN_BASE64: [&str; 2] = ["pem-in-base64", "google-service-account-in-base64"];
/// The check of those that tell them decoded.
const DECODED: &str = "pem-private-key";

/// The last string that was not decoded from base64.
#[derive(Debug, Default)]
pub(super) struct Outer {
    /// The variable that it assigns.
    variable: Option<String>,
    /// How many decodings lead to it.
    depth: usize,
    /// Where it has private keys in base64 that were told.
    keys: Vec<Span>,
    /// Where in it something was told for its looks alone, and under which number.
    looks: Vec<(Span, usize)>,
}

impl Outer {
    /// Whether a text was decoded from the string, or from a part of it.
    pub(super) fn holds(&self, text: &JsonText<'_>) -> bool {
        text.part.is_some() || text.decoded.get(self.depth) == Some(&"base64")
    }

    /// Remembers a text, unless it was decoded from the last one.
    pub(super) fn remember(
        &mut self,
        rules: &RuleSet,
        place: &Place,
        text: &JsonText<'_>,
        matches: &[Match],
    ) {
        if self.holds(text) {
            return;
        }
        self.depth = text.decoded.len();
        self.looks.clear();
        let is_key = |matched: &&Match| {
            let checks = &rules.rule(matched.rule).syntax.validate;
            checks.iter().any(|check| IN_BASE64.contains(&&**check))
        };
        let keys = matches.iter().filter(is_key).map(|matched| matched.span);
        self.keys.clear();
        self.keys.extend(keys);
        self.variable = match place.kind {
            Kind::Env => place.name(text).map(str::to_owned),
            _ => None,
        };
    }

    /// The name of what a decoded text is the value of.
    pub(super) fn name<'n>(&'n self, place: &Place, text: &'n JsonText<'_>) -> Option<&'n str> {
        let Some(part) = text.part else {
            return place.name(text);
        };
        match place.kind {
            Kind::Env => self.variable.as_deref(),
            Kind::Label | Kind::Annotation => place.name(text),
            _ => part.name.as_deref(),
        }
    }

    /// Whether a match of a decoded text is a private key that was told as it is written: each is once.
    pub(super) fn has_told(
        &mut self,
        rules: &RuleSet,
        text: &JsonText<'_>,
        matched: &Match,
    ) -> bool {
        let checks = &rules.rule(matched.rule).syntax.validate;
        if !self.holds(text) || !checks.iter().any(|check| &**check == DECODED) {
            return false;
        }
        let is_here = |key: &Span| shares(text, key);
        let told = self.keys.iter().position(is_here);
        told.map(|key| self.keys.remove(key)).is_some()
    }

    /// Remembers that something in the string was told for its looks alone, and under which number.
    pub(super) fn number(&mut self, look: Span, number: usize) {
        self.looks.push((look, number));
    }

    /// The numbers of what was told for its looks, of the bytes that a text was decoded from.
    pub(super) fn take_looks(&mut self, text: &JsonText<'_>) -> impl Iterator<Item = usize> {
        let here = self.looks.extract_if(.., |(look, _)| shares(text, look));
        here.map(|(_, number)| number)
    }
}

/// Whether a text was decoded from bytes of its string that lie there.
fn shares(text: &JsonText<'_>, there: &Span) -> bool {
    let span = |part: &Part| Span::new(part.at.start as u64, part.at.len() as u64);
    text.part.is_none_or(|part| span(part).overlaps(there))
}
