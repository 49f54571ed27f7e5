//! Rule files to a rule set: the embedded ones, the user's own in either format, and which are
//! switched on.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::check::Catalog;
use super::embedded;
use super::gitleaks::{self, Tally};
use super::place::Source;
use super::read;
use super::rule::Rule;
use super::selection::Selection;
use super::set::RuleSet;
use crate::error::{Error, Result};

/// A rule file's name and text.
struct RuleFile {
    /// Where it lies.
    path: PathBuf,
    /// For messages.
    name: String,
    /// TOML.
    text: String,
}

/// Which rules a run uses.
#[derive(Debug, Clone, Default)]
pub struct Loader {
    /// Files or folders of rule files that are added (`--rules`).
    pub added: Vec<PathBuf>,
    /// Files or folders that replace the embedded ones (`--only-rules`).
    pub only: Vec<PathBuf>,
    /// Globs on rule ids: when any is given, only rules that fit are on (`--enable`).
    pub enable: Vec<String>,
    /// Globs on rule ids that are off (`--disable`).
    pub disable: Vec<String>,
}

impl Loader {
    /// Loads, checks and selects. On failure [`Error::Rules`] lists every mistake.
    pub fn load(&self, catalog: Catalog<'_>) -> Result<RuleSet> {
        let mut tally = Tally::default();
        let mut rules = Vec::new();
        if self.only.is_empty() {
            match embedded::rules() {
                Ok(embedded) => rules = embedded,
                Err(mistake) => tally.mistakes.push(mistake),
            }
        }
        for path in self.only.iter().chain(&self.added) {
            let files = read(path).unwrap_or_else(|error| {
                tally.mistakes.push(error.to_string());
                Vec::new()
            });
            for file in files {
                for rule in parse(&file, catalog, &mut tally) {
                    // The embedded rules' regexes are compiled by our own tests; a user's here.
                    tally.mistakes.extend(rule.compile().err());
                    rules.push(rule);
                }
            }
        }
        let Tally {
            mut mistakes,
            notes,
        } = tally;
        let enable = Selection::of(&self.enable, "--enable", &rules, &mut mistakes);
        let disable = Selection::of(&self.disable, "--disable", &rules, &mut mistakes);
        check_between(&rules, &mut mistakes);
        if !mistakes.is_empty() {
            return Err(Error::Rules(mistakes));
        }
        let whole = self.only.is_empty() && self.enable.is_empty() && self.disable.is_empty();
        rules.retain(|rule| {
            (self.enable.is_empty() || enable.has(rule.id())) && !disable.has(rule.id())
        });
        if rules.is_empty() {
            return Err(Error::Rules(vec![
                "no rule is left to scan with".to_owned(),
            ]));
        }
        match embedded::digest() {
            Some(digest) if whole && self.added.is_empty() => Ok(RuleSet::embedded(rules, digest)),
            _ => Ok(RuleSet::new(rules, whole, notes)),
        }
    }
}

/// A rule file, or every `*.toml` of a folder in order of name.
fn read(path: &Path) -> Result<Vec<RuleFile>> {
    let read_error = |path: &Path, source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let mut paths = vec![path.to_owned()];
    if path.is_dir() {
        paths = std::fs::read_dir(path)
            .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
            .map_err(|source| read_error(path, source))?;
        paths.retain(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        });
        paths.sort();
        if paths.is_empty() {
            return Err(Error::Rules(vec![format!(
                "{}: no *.toml file in it",
                path.display()
            )]));
        }
    }
    let file = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).map_err(|source| read_error(&path, source))?;
        Ok(RuleFile {
            name: path.display().to_string(),
            path,
            text,
        })
    };
    paths.into_iter().map(file).collect()
}

/// The rules of a file, which is of our own format or a gitleaks configuration.
fn parse(file: &RuleFile, catalog: Catalog<'_>, tally: &mut Tally) -> Vec<Rule> {
    let source = Source {
        name: &file.name,
        text: &file.text,
    };
    let table = match read::parse(source) {
        Ok(table) => table,
        Err(found) => {
            tally.mistakes.extend(found);
            return Vec::new();
        }
    };
    if gitleaks::is_configuration(&table) {
        return gitleaks::load(source, table, &file.path, tally);
    }
    let mut rules = Vec::new();
    for rule in read::read(source, table, &mut tally.mistakes) {
        match Rule::check(rule, catalog) {
            Ok(rule) => rules.push(rule),
            Err(found) => tally.mistakes.extend(found),
        }
    }
    rules
}

/// What can be wrong only between rules: shared ids, pairs with nobody.
fn check_between(rules: &[Rule], mistakes: &mut Vec<String>) {
    let mut ids = HashMap::new();
    for rule in rules {
        if let Some(first) = ids.insert(rule.id(), rule) {
            let (place, first) = (rule.place(), first.place());
            mistakes.push(format!("{place}: the id is taken: {first}"));
        }
    }
    for rule in rules {
        let mut check = |key: &str, id: &str| {
            if !ids.contains_key(id) {
                let place = rule.place();
                mistakes.push(format!("{place}: {key} names {id:?}, which is no rule"));
            }
        };
        rule.over().for_each(|id| check("over", id));
        let near = rule.syntax.near.iter();
        near.for_each(|near| check("near", &near.rule));
        if goes_before_itself(rule, &ids) {
            let place = rule.place();
            mistakes.push(format!("{place}: over leads back to the rule itself"));
        }
    }
}

/// Whether a rule is reached from itself by `over`.
fn goes_before_itself(rule: &Rule, ids: &HashMap<&str, &Rule>) -> bool {
    let mut open: Vec<&str> = rule.over().collect();
    let mut seen = HashSet::new();
    while let Some(id) = open.pop() {
        if id == rule.id() {
            return true;
        }
        let next = ids.get(id).filter(|_| seen.insert(id));
        open.extend(next.into_iter().flat_map(|next| next.over()));
    }
    false
}
