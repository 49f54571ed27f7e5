//! Rules from the configuration of gitleaks, which many projects have already.
//!
//! A file is known by its content. It is read (`config`), joined with what it extends (`extend`),
//! and each rule becomes one of ours (`rule`) with what our own format cannot say beside it
//! (`Foreign`). What cannot be honoured is told with file and rule; a mistake is an error, and all
//! of them are told at once. `docs/gitleaks.md` says the same for users.

mod allow;
mod class;
mod config;
mod extend;
mod golang;
mod literals;
mod recogniser;
mod rule;

use std::collections::HashMap;
use std::path::Path;

use toml::de::DeTable;

use self::config::{Config, RawRule};
use self::rule::Shared;
use super::keys::Keys;
use super::place::Source;
use super::rule::Rule;
use super::set::Note;

/// Mistakes and notes of a configuration and what it extends.
#[derive(Default)]
pub(super) struct Tally {
    pub mistakes: Vec<String>,
    pub notes: Vec<Note>,
}

impl Tally {
    fn refuse(&mut self, mistake: String) {
        self.mistakes.push(mistake);
    }

    /// Something is not honoured, so that a scan can find more or less.
    fn tell(&mut self, text: String) {
        self.notes.push(Note {
            text,
            matters: true,
        });
    }

    /// Something that whoever checks rules wants to know.
    fn remark(&mut self, text: String) {
        self.notes.push(Note {
            text,
            matters: false,
        });
    }

    /// Takes over the mistakes of a table; what is left in it nobody knows.
    fn finish(&mut self, keys: Keys<'_>) {
        let (place, unknown) = keys.finish_leniently();
        for key in unknown {
            self.tell(place.say_of(&key, format_args!("{key} is not known and not honoured")));
        }
        self.mistakes.extend(place.into_mistakes());
    }
}

/// Whether a rule file is a gitleaks configuration and not one of our own.
pub(super) fn is_configuration(table: &DeTable<'_>) -> bool {
    let has = |wanted: &str| (table.keys()).any(|key| key.get_ref().eq_ignore_ascii_case(wanted));
    !has("rule")
        && ["rules", "allowlist", "allowlists", "extend"]
            .into_iter()
            .any(has)
}

/// The rules of a configuration that was read from `path`.
pub(super) fn load(
    source: Source<'_>,
    table: DeTable<'_>,
    path: &Path,
    tally: &mut Tally,
) -> Vec<Rule> {
    let config = config::read(source, table, tally);
    let config = extend::resolve(path, config, tally);
    refuse_doubles(&config.rules, tally);
    let shared = shared(&config, tally);
    let mut rules = Vec::new();
    for raw in &config.rules {
        if raw.text.regex.is_none() && raw.text.path.is_none() {
            without_recogniser(raw, config.wants_defaults, tally);
        } else {
            rules.extend(rule::build(raw, &shared, tally));
        }
    }
    check_required(&mut rules, &config, tally);
    tell_of_tags(source, &config.rules, tally);
    if config.rules.is_empty() {
        let what =
            "holds no rule, and its allowlists are for rules of gitleaks configurations only";
        tally.tell(format!("{}: {what}", source.name));
    }
    rules
}

fn refuse_doubles(rules: &[RawRule], tally: &mut Tally) {
    let mut known = HashMap::new();
    for rule in rules.iter().filter(|rule| !rule.text.id.is_empty()) {
        if let Some(first) = known.insert(rule.text.id.as_str(), rule) {
            tally.refuse(format!("{}: the id is taken: {}", rule.at, first.at));
        }
    }
}

/// The lists of the whole file.
fn shared(config: &Config, tally: &mut Tally) -> Vec<Shared> {
    let mut shared = Vec::new();
    for raw in &config.allowlists {
        for target in &raw.targets {
            if config.rules.iter().all(|rule| rule.text.id != *target) {
                let message = format!("{}: targetRules names {target:?}, which is no rule", raw.at);
                tell_or_refuse(message, config.wants_defaults, tally);
            }
        }
        shared.extend(allow::compile(raw, tally).map(|list| Shared {
            raw: raw.clone(),
            list,
        }));
    }
    shared
}

/// What names a rule that is not there may mean one of gitleaks' own.
fn tell_or_refuse(message: String, wants_defaults: bool, tally: &mut Tally) {
    if wants_defaults {
        tally.tell(format!(
            "{message} here; gitleaks' default rules are not part of residue"
        ));
    } else {
        tally.refuse(message);
    }
}

fn without_recogniser(raw: &RawRule, wants_defaults: bool, tally: &mut Tally) {
    // Then it may have had one.
    if raw.broken {
        return;
    }
    let message = format!(
        "{}: has neither regex nor path, so it recognises nothing",
        raw.at
    );
    tell_or_refuse(message, wants_defaults, tally);
}

/// Takes out what requires rules that are not there.
fn check_required(rules: &mut [Rule], config: &Config, tally: &mut Tally) {
    let ids: Vec<String> = rules.iter().map(|rule| rule.id().to_owned()).collect();
    for rule in rules {
        let place = rule.place();
        let Some(foreign) = rule.foreign.as_mut() else {
            continue;
        };
        foreign.required.retain(|required| {
            let there = ids.contains(&required.rule);
            if !there {
                let name = &required.rule;
                let message = format!("{place}: requires {name}, which is no rule");
                tell_or_refuse(message, config.wants_defaults, tally);
            }
            there
        });
    }
}

fn tell_of_tags(source: Source<'_>, rules: &[RawRule], tally: &mut Tally) {
    let tagged = rules
        .iter()
        .filter(|rule| !rule.text.tags.is_empty())
        .count();
    if tagged > 0 {
        let what = "are not carried into reports; severity:LEVEL alone has a meaning";
        tally.remark(format!(
            "{}: tags of rules ({tagged} have some) {what}",
            source.name
        ));
    }
}

#[cfg(test)]
pub(super) mod tests;
