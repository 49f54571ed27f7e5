//! Named cases, and the naive model: apply the layers to a map, oldest first.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::image::Whiteout;

/// One member of a layer.
#[derive(Debug, Clone)]
enum Step {
    File(&'static str),
    Directory(&'static str),
    Delete(&'static str),
    Opaque(&'static str),
}
use Step::{Delete, Directory, File, Opaque};

fn marks(common: &Common, steps: &[Step]) -> PathMarks {
    let mut marks = PathMarks::new(common);
    for (sequence, step) in (0..).zip(steps) {
        match step {
            File(path) => marks.add(path.as_bytes(), false, sequence),
            Directory(path) => marks.add(path.as_bytes(), true, sequence),
            Delete(path) => marks.remove(&Whiteout::Path(path.as_bytes().to_vec())),
            Opaque(path) => marks.remove(&Whiteout::Opaque(path.as_bytes().to_vec())),
        }
    }
    marks
}

/// What hides the first file of the base layer.
fn fate(layers: &[&[Step]]) -> Option<(Hidden, usize)> {
    let common = Common::default();
    let stack: Vec<PathMarks> = layers.iter().map(|steps| marks(&common, steps)).collect();
    let stack: Vec<&PathMarks> = stack.iter().collect();
    let (sequence, path) = (0..)
        .zip(layers[0])
        .find_map(|(sequence, step)| match step {
            File(path) => Some((sequence, path)),
            _ => None,
        })
        .expect("the base has a file");
    hidden_by(&stack, 0, path.as_bytes(), sequence)
}

#[test]
fn a_file_that_nobody_touches_stays_visible() {
    assert_eq!(
        fate(&[
            &[File("a/b")],
            &[File("a/c"), Directory("a"), Delete("a/d")]
        ]),
        None
    );
}

#[test]
fn whiteouts_of_the_file_or_a_parent_delete_it() {
    assert_eq!(
        fate(&[&[File("a/b/c")], &[Delete("a/b/c")]]),
        Some((Hidden::Deleted, 1))
    );
    assert_eq!(
        fate(&[&[File("a/b/c")], &[], &[Delete("a")]]),
        Some((Hidden::Deleted, 2))
    );
}

#[test]
fn an_opaque_mark_hides_lower_layers_only_wherever_it_stands() {
    let opaque_last: &[Step] = &[Directory("a"), File("a/new"), Opaque("a")];
    assert_eq!(
        fate(&[&[File("a/b")], opaque_last]),
        Some((Hidden::Deleted, 1))
    );
    assert_eq!(fate(&[&[File("a/new"), Opaque("a")]]), None);
    assert_eq!(
        fate(&[&[File("b")], &[Opaque("")]]),
        Some((Hidden::Deleted, 1))
    );
    assert_eq!(fate(&[&[File("a")], &[Opaque("a")]]), None);
}

#[test]
fn a_whiteout_in_its_own_layer_does_not_hide_its_own_file() {
    assert_eq!(fate(&[&[File("a"), Delete("a")]]), None);
    assert_eq!(
        fate(&[&[File("a")], &[Delete("a"), File("a")]]),
        Some((Hidden::Overwritten, 1))
    );
}

#[test]
fn a_file_over_a_directory_hides_the_subtree_without_any_whiteout() {
    assert_eq!(
        fate(&[&[File("a/b/c")], &[File("a")]]),
        Some((Hidden::Deleted, 1))
    );
}

#[test]
fn a_directory_added_again_does_not_revive_its_old_children() {
    let layers: &[&[Step]] = &[&[File("a/b")], &[Delete("a")], &[Directory("a")]];
    assert_eq!(fate(layers), Some((Hidden::Deleted, 1)));
}

#[test]
fn an_entry_below_makes_its_parent_a_directory_even_unlisted() {
    assert_eq!(
        fate(&[&[File("a")], &[File("a/b/c")]]),
        Some((Hidden::Overwritten, 1))
    );
}

#[test]
fn the_last_of_duplicates_in_one_layer_wins() {
    assert_eq!(
        fate(&[&[File("a"), File("a")]]),
        Some((Hidden::Overwritten, 0))
    );
    assert_eq!(
        fate(&[&[File("a/b"), File("a")]]),
        Some((Hidden::Overwritten, 0))
    );
    assert_eq!(fate(&[&[File("a"), Directory("b")]]), None);
}

const PATHS: [&str; 9] = ["a", "a/b", "a/b/c", "a/b/d", "a/e", "f", "f/g", "ab", "a.b"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let path = prop::sample::select(&PATHS[..]);
    let step = (0..5, path).prop_map(|(kind, path)| match kind {
        0 | 1 => File(path),
        2 => Directory(path),
        3 => Delete(path),
        _ => Opaque(path),
    });
    prop::collection::vec(step, 0..6)
}

fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.starts_with('/'))
}

/// The final filesystem by the specification's words: deletions act on what is below, then the
/// layer's entries are put on top in order.
fn naive(layers: &[Vec<Step>]) -> BTreeMap<&'static str, (usize, u32)> {
    let mut lower: BTreeMap<&'static str, (usize, u32)> = BTreeMap::new();
    for (index, steps) in layers.iter().enumerate() {
        for step in steps {
            match step {
                Delete(gone) => lower.retain(|path, _| path != gone && !is_below(path, gone)),
                Opaque(directory) => lower.retain(|path, _| !is_below(path, directory)),
                File(_) | Directory(_) => {}
            }
        }
        let mut own: BTreeMap<&'static str, (usize, u32)> = BTreeMap::new();
        for (sequence, step) in (0..).zip(steps) {
            let (path, is_file) = match step {
                File(path) => (*path, true),
                Directory(path) => (*path, false),
                Delete(_) | Opaque(_) => continue,
            };
            lower.retain(|old, _| *old != path && !is_below(path, old));
            own.remove(path);
            if is_file {
                lower.retain(|old, _| !is_below(old, path));
                own.retain(|old, _| !is_below(old, path));
                own.insert(path, (index, sequence));
            }
        }
        lower.append(&mut own);
    }
    lower
}

proptest! {
    #[test]
    fn visibility_is_that_of_the_naive_model(
        layers in prop::collection::vec(steps(), 1..6)
    ) {
        let common = Common::default();
        let stack: Vec<PathMarks> = layers.iter().map(|steps| marks(&common, steps)).collect();
        let stack: Vec<&PathMarks> = stack.iter().collect();
        let mut visible = BTreeMap::new();
        for (index, steps) in layers.iter().enumerate() {
            for (sequence, step) in (0..).zip(steps) {
                if let File(path) = step
                    && hidden_by(&stack, index, path.as_bytes(), sequence).is_none()
                {
                    visible.insert(*path, (index, sequence));
                }
            }
        }
        prop_assert_eq!(visible, naive(&layers));
    }
}
