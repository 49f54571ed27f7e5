//! What commits and trees tell of blobs.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::support::Object;
use crate::content::git::graph::Graph;
use crate::content::git::object::{Algorithm, Id, Kind};

const SHA1: Algorithm = Algorithm::Sha1;

fn id(object: &Object) -> Id {
    SHA1.read(&object.id()).unwrap()
}

fn graph(objects: &[&Object]) -> Graph {
    let mut graph = Graph::default();
    for object in objects {
        match object.kind {
            "commit" => graph.commit(id(object), &object.content, SHA1),
            _ => drop(graph.tree(id(object), &object.content, SHA1)),
        }
    }
    graph.settle();
    graph
}

fn place(graph: &Graph, blob: &Object) -> Option<(Id, String)> {
    let (commit, path) = graph.place(id(blob))?;
    Some((commit, String::from_utf8(path).unwrap()))
}

#[test]
fn parents_come_first_whatever_their_clocks_said() {
    let [blob, other] = ["a", "b"].map(Object::blob);
    let [early, late] = [&other, &blob].map(|blob| Object::tree(&[("file", blob)]));
    let root = Object::commit(&early, &[], 900, "root");
    let child = Object::commit(&late, &[&root], 100, "child");
    let grandchild = Object::commit(&late, &[&child], 50, "grandchild");
    let graph = graph(&[&grandchild, &late, &child, &early, &root]);
    assert_eq!(place(&graph, &blob), Some((id(&child), "file".to_owned())));
    assert_eq!(place(&graph, &other), Some((id(&root), "file".to_owned())));
    assert_eq!(place(&graph, &Object::blob("c")), None);
}

#[test]
fn of_two_branches_the_older_one_counts_and_submodules_are_no_files() {
    let blob = Object::blob("a");
    let deep = Object::tree(&[("deep", &Object::tree(&[("file", &blob)]))]);
    let inner = Object::tree(&[("file", &blob)]);
    let [left, right] =
        [(&deep, 20), (&inner, 30)].map(|(tree, time)| Object::commit(tree, &[], time, "side"));
    let merge = Object::commit(&inner, &[&right, &left], 40, "merge");
    let graph = graph(&[&merge, &right, &left, &inner, &deep]);
    assert_eq!(
        place(&graph, &blob),
        Some((id(&left), "deep/file".to_owned()))
    );

    let mut module = Object::tree(&[("module", &left)]);
    module.content.splice(..6, *b"160000");
    let commit = Object::commit(&module, &[], 1, "module");
    let graph = super::paths::graph(&[&module, &commit]);
    assert_eq!(place(&graph, &left), None);
}

#[test]
fn trees_that_name_one_another_twice_and_commits_in_a_circle_take_no_time() {
    let blob = Object::blob("a");
    let mut trees = vec![Object::tree(&[("x", &blob)])];
    for _ in 0..200 {
        let last = trees.last().unwrap();
        trees.push(Object::tree(&[("left", last), ("right", last)]));
    }
    let commit = Object::commit(&trees[200], &[], 1, "many");
    let objects: Vec<&Object> = trees.iter().chain([&commit]).collect();
    let (_, path) = place(&graph(&objects), &blob).unwrap();
    assert_eq!(path, "left/".repeat(200) + "x");
    // No hash has been broken that far, but nobody checks it here.
    let mut graph = Graph::default();
    let [one, two] = ["1", "2"].map(|digit| digit.repeat(40));
    for (commit, parent) in [(&one, &two), (&two, &one)] {
        let content = format!("tree {}\nparent {parent}\n\n", trees[0].hex());
        let commit = SHA1.parse(commit.as_bytes()).unwrap();
        graph.commit(commit, content.as_bytes(), SHA1);
    }
    // A tree that holds itself.
    let content = [&b"40000 in\0"[..], &trees[0].id()].concat();
    graph.tree(id(&trees[0]), &content, SHA1);
    graph.settle();
    assert!(graph.place(id(&trees[0])).is_some());
}

#[test]
fn what_does_not_fit_is_forgotten_as_a_whole() {
    let blob = Object::blob("a");
    let tree = Object::tree(&[("file", &blob)]);
    let commit = Object::commit(&tree, &[], 1, "one");
    let mut graph = graph(&[&tree, &commit]);
    assert!(place(&graph, &blob).is_some());
    let mut long = Vec::new();
    for n in 0..1_000_000u32 {
        long.extend(format!("100644 {}\0", n % 10).bytes());
        long.extend(n.to_be_bytes());
        long.extend([0; 16]);
    }
    graph.tree(SHA1.id(Kind::Tree, &long), &long, SHA1);
    graph.commit(id(&commit), &commit.content, SHA1);
    graph.settle();
    assert_eq!(place(&graph, &blob), None);
    // Names are told all the same, and each only once.
    let more = Object::tree(&[("file", &blob), ("more", &blob), ("7", &blob)]);
    assert_eq!(graph.tree(id(&more), &more.content, SHA1), b"more\n");
    assert_eq!(graph.tree(id(&more), &more.content, SHA1), b"");
}

#[test]
fn names_for_which_there_is_no_room_are_told_each_time_and_no_path_has_them() {
    let blob = Object::blob("a");
    let long = "n".repeat(20 << 20);
    let [one, two] = ["1", "2"].map(|end| format!("{long}{end}"));
    let tree = Object::tree(&[(&one, &blob), ("file", &blob)]);
    let commit = Object::commit(&tree, &[], 1, "one");
    let mut graph = graph(&[&tree, &commit]);
    let more = Object::tree(&[(&one, &blob), (&two, &blob), ("more", &blob)]);
    for expected in [format!("{two}\nmore\n"), format!("{two}\n")] {
        let names = graph.tree(id(&more), &more.content, SHA1);
        assert!(names == expected.as_bytes(), "{}", names.len());
    }
    graph.settle();
    assert_eq!(place(&graph, &blob), None);
}

#[test]
fn paths_that_no_file_system_takes_are_not_told() {
    let blob = Object::blob("a");
    let steps = |name: &str, count: usize| {
        let mut trees = vec![Object::tree(&[(name, &blob)])];
        for _ in 1..count {
            trees.push(Object::tree(&[(name, trees.last().unwrap_or(&blob))]));
        }
        let commit = Object::commit(trees.last().unwrap_or(&blob), &[], 1, "deep");
        let objects: Vec<&Object> = trees.iter().chain([&commit]).collect();
        place(&graph(&objects), &blob).map(|(_, path)| path.len())
    };
    assert_eq!(steps(&"n".repeat(4095), 1), Some(4095));
    assert_eq!(steps(&"n".repeat(4096), 1), None);
    assert_eq!(steps(&"n".repeat(255), 16), Some(4095));
    assert_eq!(steps(&"n".repeat(256), 16), None);
    assert_eq!(steps("n", 1000), Some(1999));
    assert_eq!(steps("n", 1001), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// As whoever walks all commits, oldest first, and looks at every path.
    #[test]
    fn places_are_those_of_a_naive_walk(
        history in prop::collection::vec((prop::collection::vec((0..4u8, 0..4u8, 0..6u8), 1..5), any::<prop::sample::Index>()), 1..12),
        order in any::<prop::sample::Index>(),
    ) {
        let (mut commits, mut trees) = (Vec::<Object>::new(), Vec::new());
        let mut expected: BTreeMap<Id, (Id, BTreeSet<String>)> = BTreeMap::new();
        for (files, parent) in &history {
            let mut folders: BTreeMap<String, BTreeMap<String, Object>> = BTreeMap::new();
            for (folder, file, content) in files {
                let files = folders.entry(format!("d{folder}")).or_default();
                files.insert(format!("f{file}"), Object::blob(content.to_string()));
            }
            let inner: Vec<(&str, Object)> = folders.iter().map(|(name, files)| {
                let files: Vec<(&str, &Object)> = files.iter().map(|(name, blob)| (&name[..], blob)).collect();
                (&name[..], Object::tree(&files))
            }).collect();
            let entries: Vec<(&str, &Object)> = inner.iter().map(|(name, tree)| (*name, tree)).collect();
            let root = Object::tree(&entries);
            let parents: Vec<&Object> = match commits.is_empty() {
                true => Vec::new(),
                false => vec![parent.get(&commits)],
            };
            // Later commits have later dates, so that dates alone are an order.
            let commit = Object::commit(&root, &parents, 1 + commits.len() as u64, "one");
            for (folder, files) in &folders {
                for (name, blob) in files {
                    let known = expected.entry(id(blob)).or_insert((id(&commit), BTreeSet::new()));
                    if known.0 == id(&commit) {
                        known.1.insert(format!("{folder}/{name}"));
                    }
                }
            }
            trees.extend(inner.into_iter().map(|(_, tree)| tree).chain([root]));
            commits.push(commit);
        }
        let mut objects: Vec<&Object> = commits.iter().chain(&trees).collect();
        let middle = order.index(objects.len());
        objects.rotate_left(middle);
        let graph = graph(&objects);
        for (blob, (commit, paths)) in expected {
            let (found, path) = graph.place(blob).unwrap();
            prop_assert_eq!(found, commit);
            prop_assert!(paths.contains(std::str::from_utf8(&path).unwrap()));
        }
    }
}
