//! The globs of all rules and all their tables of fields, looked up together: once for each text, however
//! many rules there are.

use globset::{Candidate, Glob, GlobSet, GlobSetBuilder};

use super::class;
use crate::rules::{Rule, RuleSet};

/// What looks at files of certain paths only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Looker {
    /// A rule, by index.
    Rule(usize),
    /// A table of fields, by its number among all.
    Table(usize),
}

/// All globs.
pub(super) struct Paths {
    sets: Vec<Globs>,
}

/// Globs that compile into one set, and who has each.
type Globs = (GlobSet, Vec<Looker>);

/// What looks at files of one path.
#[derive(Debug, Default)]
pub(super) struct Lookers {
    is_known: bool,
    rules: Vec<usize>,
    tables: Vec<usize>,
}

impl Paths {
    /// Of rules, and of their tables of fields with their numbers.
    pub(super) fn new<'g>(
        rules: &RuleSet,
        tables: impl Iterator<Item = (usize, &'g Glob)>,
    ) -> Self {
        let of_rule =
            |(index, rule)| Rule::globs(rule).map(move |glob| (glob, Looker::Rule(index)));
        let rules = rules.rules().iter().enumerate().flat_map(of_rule);
        let tables = tables.map(|(number, glob)| (glob.clone(), Looker::Table(number)));
        let mut sets = Vec::new();
        compile(&rules.chain(tables).collect::<Vec<_>>(), &mut sets);
        Self { sets }
    }

    fn matches(&self, path: &str, mut found: impl FnMut(Looker)) {
        let path = Candidate::new(path);
        // Most paths fit none, which is told in a tenth of the time that it takes to tell which.
        let sets = self.sets.iter();
        for (globs, of_glob) in sets.filter(|(globs, _)| globs.is_match_candidate(&path)) {
            for glob in globs.matches_candidate(&path) {
                found(of_glob[glob]);
            }
        }
    }
}

/// Compiles all globs into one set, or, where a user's rules have more than fit, into several. One alone
/// always fits: rules are checked for that.
fn compile(globs: &[(Glob, Looker)], sets: &mut Vec<Globs>) {
    let mut set = GlobSetBuilder::new();
    for (glob, _) in globs {
        set.add(glob.clone());
    }
    match set.build() {
        Ok(set) => sets.push((set, globs.iter().map(|(_, looker)| *looker).collect())),
        Err(_) if globs.len() > 1 => {
            let (first, last) = globs.split_at(globs.len() / 2);
            compile(first, sets);
            compile(last, sets);
        }
        Err(_) => {}
    }
}

impl Lookers {
    /// Another text comes.
    pub(super) fn forget(&mut self) {
        self.is_known = false;
    }

    /// Rules that have globs and look at `path`, in order.
    pub(super) fn rules(&mut self, paths: &Paths, path: &[u8]) -> &[usize] {
        self.know(paths, path);
        &self.rules
    }

    /// Tables for files of that path, or of the path that it is a copy of; to be taken back.
    pub(super) fn lend_tables(&mut self, paths: &Paths, path: &[u8]) -> Vec<usize> {
        self.know(paths, path);
        std::mem::take(&mut self.tables)
    }

    pub(super) fn take_back(&mut self, tables: Vec<usize>) {
        self.tables = tables;
    }

    fn know(&mut self, paths: &Paths, path: &[u8]) {
        if !self.is_known {
            self.is_known = true;
            self.look_up(paths, path);
        }
    }

    fn look_up(&mut self, paths: &Paths, path: &[u8]) {
        self.rules.clear();
        self.tables.clear();
        let path = String::from_utf8_lossy(path);
        paths.matches(&path, |looker| match looker {
            Looker::Rule(index) => self.rules.push(index),
            Looker::Table(number) => self.tables.push(number),
        });
        let original = class::strip_copy(&path);
        if original.len() < path.len() {
            paths.matches(original, |looker| {
                if let Looker::Table(number) = looker {
                    self.tables.push(number);
                }
            });
        }
        for list in [&mut self.rules, &mut self.tables] {
            list.sort_unstable();
            list.dedup();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_globs_than_fit_one_set_are_looked_up_all_the_same() {
        let long = |number: usize| format!("{number}/{}", "c".repeat(2_000));
        let globs: Vec<(Glob, Looker)> = (0..800)
            .map(|number| {
                let glob = Glob::new(&(long(number) + "*[a-z]")).unwrap();
                (glob, Looker::Table(number))
            })
            .collect();
        let mut sets = Vec::new();
        compile(&globs, &mut sets);
        assert!(sets.len() > 1);
        let paths = Paths { sets };
        for number in [0, 399, 400, 799] {
            let mut lookers = Lookers::default();
            let path = long(number) + "-x";
            assert_eq!(lookers.lend_tables(&paths, path.as_bytes()), [number]);
        }
    }
}
