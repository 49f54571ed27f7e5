//! The rules that `--enable` or `--disable` names: by their ids, or by globs on ids. Most are ids, by the hundred
//! where a program wrote them, and to compile a glob for each takes longer than to read all rules.

use std::collections::HashSet;

use globset::{GlobSet, GlobSetBuilder};

use super::glob::glob;
use super::rule::Rule;

/// What a glob means something else by.
const SPECIAL: &[char] = &['*', '?', '[', ']', '{', '}', '\\'];

/// Which rules are named.
pub(super) struct Selection<'p> {
    ids: HashSet<&'p str>,
    globs: GlobSet,
}

impl<'p> Selection<'p> {
    /// What these patterns name among `rules`. One that fits none is a mistake, most likely of spelling.
    pub(super) fn of(
        patterns: &'p [String],
        flag: &str,
        rules: &[Rule],
        mistakes: &mut Vec<String>,
    ) -> Self {
        let ids = rules.iter().map(Rule::id).filter(|_| !patterns.is_empty());
        let known: HashSet<&str> = ids.collect();
        let is_id = |pattern: &&str| known.contains(pattern) && !pattern.contains(SPECIAL);
        let patterns = patterns.iter().map(String::as_str);
        let (ids, others): (Vec<&str>, Vec<&str>) = patterns.partition(is_id);
        Self {
            ids: ids.into_iter().collect(),
            globs: globs(&others, flag, &known, mistakes),
        }
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.contains(id) || self.globs.is_match(id)
    }
}

fn globs(
    patterns: &[&str],
    flag: &str,
    known: &HashSet<&str>,
    mistakes: &mut Vec<String>,
) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    let mut added = Vec::new();
    for pattern in patterns {
        match glob(pattern) {
            Ok(glob) => {
                set.add(glob);
                added.push(pattern);
            }
            Err(error) => mistakes.push(format!("{flag}: {error}")),
        }
    }
    let set = set.build().unwrap_or_else(|error| {
        mistakes.push(format!("{flag}: {error}"));
        added.clear();
        GlobSet::empty()
    });
    let fitting: HashSet<usize> = known.iter().flat_map(|id| set.matches(id)).collect();
    let idle = (0..added.len()).filter(|index| !fitting.contains(index));
    mistakes.extend(idle.map(|index| format!("{flag}: {:?} fits no rule", added[index])));
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::catalog;
    use crate::rules::Loader;

    fn selected(patterns: &[&str]) -> (Vec<String>, Vec<String>) {
        let rules = Loader::default().load(catalog()).unwrap();
        let patterns: Vec<String> = patterns.iter().map(|text| (*text).to_owned()).collect();
        let mut mistakes = Vec::new();
        let selection = Selection::of(&patterns, "--enable", rules.rules(), &mut mistakes);
        let ids = rules.rules().iter().map(Rule::id);
        let ids = ids.filter(|id| selection.has(id)).map(str::to_owned);
        (ids.collect(), mistakes)
    }

    #[test]
    fn ids_and_globs_name_what_each_names_alone() {
        let (id, glob) = ("aws.access-key-id", "github.*");
        let (both, mistakes) = selected(&[id, glob, id]);
        assert_eq!(mistakes, [""; 0]);
        let (alone, of_glob) = (selected(&[id]).0, selected(&[glob]).0);
        assert_eq!(alone, [id]);
        assert!(of_glob.len() > 2 && of_glob.iter().all(|id| id.starts_with("github.")));
        assert_eq!(both, [alone, of_glob].concat());
        let written_otherwise = selected(&["aws.access[-]key-id"]);
        assert_eq!(written_otherwise.0, [id]);
    }

    #[test]
    fn every_pattern_that_names_nothing_is_a_mistake() {
        let long = "x".repeat(5_000);
        let (ids, mistakes) = selected(&["aws.acess-key-id", "[", "nobody.*", "github.*", &long]);
        assert!(ids.iter().all(|id| id.starts_with("github.")));
        let told = mistakes.join("\n");
        assert_eq!(mistakes.len(), 4, "{told}");
        for part in [
            "\"aws.acess-key-id\" fits",
            "\"nobody.*\" fits",
            "4096 bytes",
        ] {
            assert!(told.contains(part), "{told}");
        }
    }
}
