//! Globs of which one name or one ending of a path decides whether any may match. Those that are not plain are
//! compiled when the first path comes that one of them may match, which for most is never.

use std::sync::OnceLock;

use globset::{Candidate, Glob, GlobSet, GlobSetBuilder};

use super::Looker;
use super::pieces::Pieces;
use super::plain::Plain;
use crate::rules::glob;

/// Plain globs that are compared one by one; of more a set tells sooner. The embedded rules have 19 in one group.
const MOST_PLAIN: usize = 64;

/// Globs, and who has each.
#[derive(Default)]
pub(super) struct Group {
    plain: Vec<(Plain, String, Looker)>,
    pieces: Pieces,
    globs: Vec<(String, Looker)>,
    sets: OnceLock<Vec<Compiled>>,
}

/// Globs that compile into one set, and who has each of them.
type Compiled = (GlobSet, Vec<Vec<Looker>>);

impl Group {
    /// Takes a glob, of which `part` is what a path of the group need not have.
    pub(super) fn add(&mut self, glob: &str, part: &str, looker: Looker) {
        match Plain::of(glob).filter(|_| self.plain.len() < MOST_PLAIN) {
            Some((plain, text)) => self.plain.push((plain, text.to_owned(), looker)),
            None => {
                self.pieces.add(part);
                self.globs.push((glob.to_owned(), looker));
            }
        }
    }

    /// Calls `found` for all that look at a path.
    pub(super) fn matches(&self, path: &str, found: &mut impl FnMut(Looker)) {
        let plain = self.plain.iter();
        let plain = plain.filter(|(plain, end, _)| plain.matches(path, end));
        plain.for_each(|(.., looker)| found(*looker));
        if self.globs.is_empty() || !self.pieces.may_fit(path) {
            return;
        }
        let path = &Candidate::new(path);
        let sets = self.sets.get_or_init(|| self.compile()).iter();
        // Most paths fit none, which is told in a tenth of the time that it takes to tell which.
        for (set, of_glob) in sets.filter(|(set, _)| set.is_match_candidate(path)) {
            for glob in set.matches_candidate(path) {
                of_glob[glob].iter().for_each(|looker| found(*looker));
            }
        }
    }

    /// Compiles each glob once, whoever has it. Whoever gave one that is none has been told so.
    fn compile(&self) -> Vec<Compiled> {
        let mut globs: Vec<&(String, Looker)> = self.globs.iter().collect();
        globs.sort();
        let same = globs.chunk_by(|(a, _), (b, _)| a == b);
        let globs: Vec<_> = same.filter_map(one_of).collect();
        let mut sets = Vec::new();
        compile(&globs, &mut sets);
        sets
    }
}

/// A glob, and all who have it.
fn one_of(same: &[&(String, Looker)]) -> Option<(Glob, Vec<Looker>)> {
    let (text, _) = same.first()?;
    let lookers = same.iter().map(|(_, looker)| *looker);
    Some((glob(text).ok()?, lookers.collect()))
}

/// Compiles all globs into one set, or, where a user's rules have more than fit, into several. One alone
/// always fits: rules are checked for that.
fn compile(globs: &[(Glob, Vec<Looker>)], sets: &mut Vec<Compiled>) {
    let mut set = GlobSetBuilder::new();
    for (glob, _) in globs {
        set.add(glob.clone());
    }
    match set.build() {
        Ok(set) => sets.push((set, globs.iter().map(|(_, who)| who.clone()).collect())),
        Err(_) if globs.len() > 1 => {
            let (first, last) = globs.split_at(globs.len() / 2);
            compile(first, sets);
            compile(last, sets);
        }
        Err(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_globs_than_fit_one_set_are_looked_up_all_the_same() {
        let long = |number: usize| format!("{number}/{}", "c".repeat(2_000));
        let mut group = Group::default();
        for number in 0..800 {
            let glob = long(number) + "*[a-z]";
            group.add(&glob, &glob, Looker::Table(number));
        }
        assert!(group.compile().len() > 1);
        for number in [0, 399, 400, 799] {
            let path = long(number) + "-x";
            let mut found = Vec::new();
            group.matches(&path, &mut |looker| found.push(looker));
            assert_eq!(found, [Looker::Table(number)]);
        }
    }

    #[test]
    fn many_plain_globs_are_found_all_the_same() {
        let mut group = Group::default();
        for number in 0..2 * MOST_PLAIN {
            let glob = format!("**/d{number}/a");
            group.add(&glob, &glob, Looker::Rule(number));
        }
        assert_eq!(
            (group.plain.len(), group.globs.len()),
            (MOST_PLAIN, MOST_PLAIN)
        );
        for number in [0, MOST_PLAIN, 2 * MOST_PLAIN - 1] {
            let path = format!("x/d{number}/a");
            let mut found = Vec::new();
            group.matches(&path, &mut |looker| found.push(looker));
            assert_eq!(found, [Looker::Rule(number)]);
        }
    }

    #[test]
    fn a_glob_of_many_is_compiled_once_and_found_for_each() {
        let mut group = Group::default();
        for number in 0..3 {
            let glob = if number == 1 { "b*" } else { "a*" };
            group.add(glob, glob, Looker::Rule(number));
        }
        assert_eq!(group.compile()[0].0.len(), 2);
        let mut found = Vec::new();
        group.matches("ab", &mut |looker| found.push(looker));
        assert_eq!(found, [Looker::Rule(0), Looker::Rule(2)]);
    }
}
