//! The globs of all rules and all their tables of fields, looked up together: once for each text, however
//! many rules there are.

use globset::{Candidate, Glob, GlobSet, GlobSetBuilder};

use super::class;
use crate::rules::RuleSet;

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
    globs: GlobSet,
    of_glob: Vec<Looker>,
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
        rules: &RuleSet,
        tables: impl Iterator<Item = (usize, &'g Glob)>,
    ) -> Self {
        let mut globs = GlobSetBuilder::new();
        let mut of_glob = Vec::new();
        let mut add = |glob: Glob, looker| {
            globs.add(glob);
            of_glob.push(looker);
        };
        for (index, rule) in rules.rules().iter().enumerate() {
            for glob in rule.globs() {
                add(glob, Looker::Rule(index));
            }
        }
        for (number, glob) in tables {
            add(glob.clone(), Looker::Table(number));
        }
        #[allow(clippy::expect_used, reason = "rests on rules, not on an image")]
        let globs = globs.build().expect("globs of checked rules are short");
        Self { globs, of_glob }
    }
}

impl Lookers {
    /// Another text comes.
    pub(super) fn forget(&mut self) {
        self.is_known = false;
    }

    /// Rules that have globs and look at `path`, in order, and tables for files of that path, or of
    /// the path that it is a copy of.
    pub(super) fn at(&mut self, paths: &Paths, path: &[u8]) -> (&[usize], &[usize]) {
        if !self.is_known {
            self.is_known = true;
            self.look_up(paths, path);
        }
        (&self.rules, &self.tables)
    }

    fn look_up(&mut self, paths: &Paths, path: &[u8]) {
        self.rules.clear();
        self.tables.clear();
        let path = String::from_utf8_lossy(path);
        for glob in paths.globs.matches_candidate(&Candidate::new(&*path)) {
            match paths.of_glob[glob] {
                Looker::Rule(index) => self.rules.push(index),
                Looker::Table(number) => self.tables.push(number),
            }
        }
        let original = class::strip_copy(&path);
        if original.len() < path.len() {
            for glob in paths.globs.matches_candidate(&Candidate::new(original)) {
                if let Looker::Table(number) = paths.of_glob[glob] {
                    self.tables.push(number);
                }
            }
        }
        for list in [&mut self.rules, &mut self.tables] {
            list.sort_unstable();
            list.dedup();
        }
    }
}
