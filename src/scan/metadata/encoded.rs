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

/// The last string that is no decoded part of one.
#[derive(Debug, Default)]
pub(super) struct Outer {
    /// The variable that it assigns.
    variable: Option<String>,
    /// Where it has private keys in base64 that were told.
    keys: Vec<Span>,
}

impl Outer {
    /// Remembers a text, unless it is a part of the last one.
    pub(super) fn remember(
        &mut self,
        rules: &RuleSet,
        place: &Place,
        text: &JsonText<'_>,
        matches: &[Match],
    ) {
        if text.part.is_some() {
            return;
        }
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

    /// Whether a match of a decoded part is a private key that was told as it is written.
    pub(super) fn has_told(&self, rules: &RuleSet, part: Option<&Part>, matched: &Match) -> bool {
        let is_here = |part: &Part| {
            let span = Span::new(part.at.start as u64, part.at.len() as u64);
            self.keys.iter().any(|key| key.overlaps(&span))
        };
        let checks = &rules.rule(matched.rule).syntax.validate;
        part.is_some_and(is_here) && checks.iter().any(|check| &**check == DECODED)
    }
}
