//! Owners over a stack, against a naive file system that has one database.

use std::collections::{BTreeMap, HashMap};

use md5::{Digest as _, Md5};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use super::*;
use crate::image::Whiteout;
use crate::scan::overlay::Common;
use crate::scan::stack::Stack;

const STATUS: &[u8] = b"var/lib/dpkg/status";

/// What a layer does to the database: nothing, deletes it, or writes one that lists for some
/// paths one of a few contents.
#[derive(Debug, Clone)]
enum Step {
    Nothing,
    Deletes,
    Writes(BTreeMap<u8, u8>),
}

fn path(number: u8) -> Vec<u8> {
    format!("etc/{number}").into_bytes()
}

/// A status in which each layer's package has another version.
fn status(layer: usize, files: &BTreeMap<u8, u8>) -> String {
    let line = |(path, content): (&u8, &u8)| {
        let hash = Md5::digest([*content]);
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        format!(" /etc/{path} {hex}\n")
    };
    let files: String = files.iter().map(line).collect();
    format!("Package: p\nVersion: {layer}\nConffiles:\n{files}")
}

fn layer(number: usize, step: &Step, common: &Common) -> (Evidence, PathMarks) {
    let mut marks = PathMarks::new(common);
    let mut claims = Claims::new(common, 1 << 20);
    match step {
        Step::Nothing => {}
        Step::Deletes => marks.remove(&Whiteout::Path(STATUS.to_vec())),
        Step::Writes(files) => {
            marks.add(STATUS, false, 1);
            let text = status(number, files);
            claims.read(STATUS, 1, text.as_bytes()).expect("a status");
        }
    }
    claims.settle(&marks);
    let evidence = Evidence {
        claims,
        checksums: HashMap::new(),
        unhashed: Default::default(),
    };
    (evidence, marks)
}

fn owner(steps: &[Step], at: usize, file: u8, content: u8) -> Option<PackageFile> {
    let common = Common::default();
    let layers = steps.iter().enumerate();
    let layers: Vec<_> = layers.map(|(n, step)| layer(n, step, &common)).collect();
    let marks: Vec<&PathMarks> = layers.iter().map(|(_, marks)| marks).collect();
    let evidence = layers.iter().map(|(evidence, _)| Some(evidence));
    let owners = Owners::new(evidence, &marks);
    let path = path(file);
    let links = vec![None; marks.len()];
    let stack = Stack { marks, links };
    let names = [stack.name(at, &path, u32::MAX - 1)];
    owners.of(&Checksums::of(&[content]), &names)
}

/// Oldest first: what the database says after each layer, and of which layer it is.
fn naive(steps: &[Step], at: usize, file: u8, content: u8) -> Option<(FileState, String)> {
    let mut after: Vec<Option<(usize, &BTreeMap<u8, u8>)>> = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        after.push(match step {
            Step::Nothing => after.last().copied().flatten(),
            Step::Deletes => None,
            Step::Writes(files) => Some((number, files)),
        });
    }
    for (number, step) in steps.iter().enumerate() {
        if let Step::Writes(files) = step
            && files.get(&file) == Some(&content)
        {
            return Some((FileState::Unmodified, number.to_string()));
        }
    }
    let states = [after.get(at), after.last()];
    let mut states = states.into_iter().flatten().flatten();
    let (number, _) = states.find(|(_, files)| files.contains_key(&file))?;
    Some((FileState::Modified, number.to_string()))
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Nothing),
        Just(Step::Deletes),
        btree_map(0..3_u8, 0..4_u8, 0..3).prop_map(Step::Writes),
    ];
    vec(step, 1..6)
}

proptest! {
    #[test]
    fn owners_are_those_of_a_naive_file_system(
        steps in steps(),
        at in any::<prop::sample::Index>(),
        file in 0..3_u8,
        content in 0..4_u8,
    ) {
        let at = at.index(steps.len());
        let owner = owner(&steps, at, file, content);
        let owner = owner.map(|owner| (owner.file, owner.version.unwrap_or_default()));
        prop_assert_eq!(owner, naive(&steps, at, file, content));
    }
}

#[test]
fn a_database_that_came_and_went_later_says_nothing_of_a_modified_file() {
    let lists = |content| Step::Writes(BTreeMap::from([(0, content)]));
    let steps = [Step::Nothing, lists(1), Step::Deletes];
    assert_eq!(owner(&steps, 0, 0, 2), None);
    let fits = owner(&steps, 0, 0, 1).expect("it is still shipped");
    assert_eq!(fits.to_string(), "p 1");
    assert!(fits.is_unmodified());
}
