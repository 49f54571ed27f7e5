//! The globs of all rules and all their tables of fields, looked up together: once for each text, however
//! many rules there are.

mod group;
mod pieces;
mod plain;

use std::collections::HashMap;

use self::group::Group;
use self::pieces::is_plain;
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

/// All globs, by what tells in one look-up that none of them may match.
#[derive(Default)]
pub(super) struct Paths {
    /// Those that end in a whole name, by that.
    of_names: HashMap<String, Group>,
    /// Those that end in a full stop and plain letters, by these.
    of_endings: HashMap<String, Group>,
    others: Group,
}

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
        rules: &'g RuleSet,
        tables: impl Iterator<Item = (usize, &'g str)>,
    ) -> Self {
        let of_rule = |(index, rule): (usize, &'g Rule)| {
            let globs = rule.syntax.paths.iter();
            globs.map(move |glob| (&**glob, Looker::Rule(index)))
        };
        let rules = rules.rules().iter().enumerate().flat_map(of_rule);
        let tables = tables.map(|(number, glob)| (glob, Looker::Table(number)));
        let mut paths = Self::default();
        for (glob, looker) in rules.chain(tables) {
            paths.add(glob, looker);
        }
        paths
    }

    /// Takes a glob to where it belongs.
    fn add(&mut self, glob: &str, looker: Looker) {
        let are_plain = |text: &str| !text.is_empty() && text.chars().all(is_plain);
        let name = name(glob);
        let (group, known) = match ending(name).filter(|ending| are_plain(ending)) {
            _ if are_plain(name) => (self.of_names.entry(name.to_owned()).or_default(), name),
            Some(ending) => {
                let group = self.of_endings.entry(ending.to_owned()).or_default();
                (group, &name[name.len() - ending.len() - 1..])
            }
            None => (&mut self.others, ""),
        };
        group.add(glob, &glob[..glob.len() - known.len()], looker);
    }

    fn matches(&self, path: &str, mut found: impl FnMut(Looker)) {
        let name = name(path);
        let of_ending = ending(name).and_then(|ending| self.of_endings.get(ending));
        let groups = [self.of_names.get(name), of_ending, Some(&self.others)];
        for group in groups.into_iter().flatten() {
            group.matches(path, &mut found);
        }
    }
}

/// The last part of a path, or of a glob.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What follows the last full stop of a name.
fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, ending)| ending)
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// However it is written.
        #[test]
        fn a_glob_alone_is_found_where_it_matches(
            glob in r"(\*\*/|[ab]|[./*?!,^-]|\[[ab]\]|\[[!^]?[]ab-]|[\[\]{}\\]){0,7}",
            paths in prop::collection::vec("[ab./-]{0,6}", 40),
        ) {
            let Ok(one) = crate::rules::glob(&glob) else { return Ok(()) };
            let one = globset::GlobSet::builder().add(one).build().unwrap();
            let mut grouped = Paths::default();
            grouped.add(&glob, Looker::Rule(7));
            for path in paths {
                let mut found = Vec::new();
                grouped.matches(&path, |looker| found.push(looker));
                let expected = one.is_match(&path).then_some(Looker::Rule(7));
                prop_assert_eq!(found, Vec::from_iter(expected), "{:?} {:?}", &glob, path);
            }
        }
    }

    /// Everything that a set of all of them finds.
    #[test]
    fn groups_find_what_one_set_of_all_globs_finds() {
        let globs = [
            "**/a.json",
            "**/*.json",
            "**/b/a.json",
            "**/.env",
            "**/.env.*",
            "*.json",
            "a",
            "*",
            "**/a*",
            "**/{a,b}.json",
            "{a,b/c}",
            "**/[ab].json",
            "**/a.[j]son",
            "a\\.json",
            "**/x.",
            "**/*.",
            "b/**",
            "**/.[e]nv",
            "b\\/a.json",
            "**/*.a/b",
            "**.json",
        ];
        let paths = [
            "a.json",
            "b/a.json",
            "b/c",
            "ab/a.json",
            "c/aa.json",
            ".env",
            "x/.env",
            "x/.env.json",
            "a",
            "b/a",
            "x.",
            "b/x.",
            "b/.json",
            "json",
            "b/json",
            "c.a/b",
            "",
            "/",
            "b/",
            "b.json/a",
            "a.b.json",
        ];
        let mut all = globset::GlobSetBuilder::new();
        let mut grouped = Paths::default();
        for (number, glob) in globs.iter().enumerate() {
            all.add(crate::rules::glob(glob).unwrap());
            grouped.add(glob, Looker::Rule(number));
        }
        let all = all.build().unwrap();
        let mut count = 0;
        for path in paths {
            let mut found = Vec::new();
            grouped.matches(path, |looker| found.push(looker));
            found.sort_unstable();
            let expected: Vec<_> = all.matches(path).into_iter().map(Looker::Rule).collect();
            assert_eq!(found, expected, "{path:?}");
            count += found.len();
        }
        assert!(count > 60);
        assert!(grouped.of_names.len() > 3 && !grouped.of_endings.is_empty());
    }
}
