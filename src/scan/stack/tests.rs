//! The naive model: one file system, changed layer by layer as an unpacker does it.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::image::Whiteout;
use crate::scan::overlay::Common;

/// One member of a layer.
#[derive(Debug, Clone, Copy)]
enum Step {
    File(&'static str),
    Directory(&'static str),
    Hard(&'static str, &'static str),
    Symbolic(&'static str, &'static str),
    Delete(&'static str),
    Opaque(&'static str),
}
use Step::{Delete, Directory, File, Hard, Opaque, Symbolic};

/// Layer and sequence of the entry that holds the content.
type Content = (usize, u32);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Directory,
    File(Content),
    Symbolic(&'static str),
}

#[derive(Debug, Clone, Default)]
struct Naive(BTreeMap<String, Node>);

impl Naive {
    /// The path with links to folders replaced, in all of it or all but its name.
    fn real(&self, path: &str, is_folder: bool) -> String {
        let mut real = String::new();
        let components: Vec<&str> = path.split('/').collect();
        for (index, component) in components.iter().enumerate() {
            if !real.is_empty() {
                real.push('/');
            }
            real.push_str(component);
            let is_name = index + 1 == components.len() && !is_folder;
            if let (false, Some(Node::Symbolic(target))) = (is_name, self.0.get(&real)) {
                real = self.real(target, true);
            }
        }
        real
    }

    fn clear_below(&mut self, folder: &str) {
        let below = format!("{folder}/");
        self.0.retain(|path, _| !path.starts_with(&below));
    }

    fn whiteout(&mut self, step: Step) {
        match step {
            Delete(path) => {
                let real = self.real(path, false);
                self.clear_below(&real);
                self.0.remove(&real);
            }
            Opaque(folder) => self.clear_below(&self.real(folder, true)),
            _ => {}
        }
    }

    /// Whether an unpacker could do it; what it cannot changes nothing.
    fn put(&mut self, step: Step, content: Content) -> bool {
        let (path, node) = match step {
            File(path) => (path, Node::File(content)),
            Directory(path) => (path, Node::Directory),
            Symbolic(path, target) => (path, Node::Symbolic(target)),
            Hard(path, target) => match self.0.get(target) {
                Some(Node::File(content)) if path != target => (path, Node::File(*content)),
                _ => return false,
            },
            Delete(_) | Opaque(_) => return true,
        };
        let real = self.real(path, false);
        let folders: Vec<&str> = real.match_indices('/').map(|(at, _)| &real[..at]).collect();
        let is_folder = |folder: &&str| self.0.get(*folder).is_none_or(|n| *n == Node::Directory);
        if !folders.iter().all(is_folder) {
            return false;
        }
        for folder in folders {
            self.0.insert(folder.to_owned(), Node::Directory);
        }
        if node != Node::Directory {
            self.clear_below(&real);
        }
        self.0.insert(real, node);
        true
    }

    /// Puts a layer on top, and leaves out of it what no unpacker could do.
    fn apply(&mut self, index: usize, steps: &mut Vec<Step>) {
        steps.iter().for_each(|step| self.whiteout(*step));
        let mut sequence = 0;
        steps.retain(|step| {
            let is_done = self.put(*step, (index, sequence));
            sequence += u32::from(is_done);
            is_done
        });
    }

    fn files(&self) -> BTreeSet<(String, Content)> {
        let files = self.0.iter().filter_map(|(path, node)| match node {
            Node::File(content) => Some((path.clone(), *content)),
            _ => None,
        });
        files.collect()
    }
}

fn layer(common: &Common, steps: &[Step]) -> (PathMarks, Links) {
    let mut marks = PathMarks::new(common);
    let mut links = Vec::new();
    for (sequence, step) in (0..).zip(steps) {
        match step {
            File(path) => marks.add(path.as_bytes(), false, sequence),
            Directory(path) => marks.add(path.as_bytes(), true, sequence),
            Hard(path, target) => {
                let (path, target) = (path.as_bytes(), target.as_bytes());
                links.push(Link::new(path, target, sequence, &marks, &links));
                marks.add(path, false, sequence);
            }
            Symbolic(path, target) => {
                marks.add(path.as_bytes(), false, sequence);
                let target = format!("/{target}");
                marks.add_symlink(path.as_bytes(), target.as_bytes(), sequence);
            }
            Delete(path) => marks.remove(&Whiteout::Path(path.as_bytes().to_vec())),
            Opaque(path) => marks.remove(&Whiteout::Opaque(path.as_bytes().to_vec())),
        }
    }
    (marks, Links::of(links))
}

/// Every name that the final file system shows, with its content.
fn visible(layers: &[Vec<Step>]) -> BTreeSet<(String, Content)> {
    let common = Common::default();
    let all: Vec<_> = layers.iter().map(|steps| layer(&common, steps)).collect();
    let stack = Stack {
        marks: all.iter().map(|(marks, _)| marks).collect(),
        links: all.iter().map(|(_, links)| Some(links)).collect(),
    };
    let mut found = BTreeSet::new();
    for (index, steps) in layers.iter().enumerate() {
        for (sequence, step) in (0..).zip(steps) {
            let File(path) = step else { continue };
            let mut names = vec![stack.name(index, path.as_bytes(), sequence)];
            stack.follow_links(&mut names);
            let shown = names.into_iter().filter(|name| name.fate == Fate::Final);
            found.extend(shown.map(|name| {
                let path = String::from_utf8(name.real).unwrap_or_default();
                (path, (index, sequence))
            }));
        }
    }
    found
}

fn agree(mut layers: Vec<Vec<Step>>) -> Result<(), TestCaseError> {
    let mut naive = Naive::default();
    for (index, steps) in layers.iter_mut().enumerate() {
        naive.apply(index, steps);
    }
    prop_assert_eq!(visible(&layers), naive.files(), "{:?}", layers);
    Ok(())
}

#[test]
fn a_link_to_a_link_keeps_the_content_that_both_older_names_lost() {
    let base = vec![File("a/b"), Hard("a/e", "a/b")];
    let chain = [vec![Hard("f", "a/e")], vec![Delete("a/b"), Delete("a/e")]];
    agree([vec![base], chain.to_vec()].concat()).unwrap();
    let layers = [
        vec![File("a/b")],
        vec![Hard("f", "a/b")],
        vec![Hard("ab", "f")],
        vec![Delete("a/b"), Delete("f")],
    ];
    let shown = visible(&layers);
    assert_eq!(shown, BTreeSet::from([("ab".to_owned(), (0, 0))]));
    agree(layers.to_vec()).unwrap();
}

#[test]
fn links_to_folders_lead_in_a_circle_or_up_and_nothing_hangs() {
    let circle = vec![Symbolic("l", "m"), Symbolic("m", "l"), File("l/b")];
    assert!(visible(&[circle, vec![Delete("m/b")]]).len() <= 1);
    let upward = vec![Symbolic("l", "../../a"), File("a/b")];
    assert!(visible(&[upward, vec![Delete("l/b")]]).is_empty());
    let growing = vec![
        Symbolic("l", "l/l"),
        Symbolic("m", ""),
        File("l/b"),
        File("m/b"),
    ];
    visible(&[growing, vec![Delete("m/m/l/b")]]);
}

const PATHS: [&str; 9] = ["a", "a/b", "a/b/c", "a/b/d", "a/e", "f", "f/g", "ab", "a.b"];
const THROUGH: [&str; 7] = ["l/b", "l/b/c", "l/e", "m/c", "m/d", "n/b", "n/e"];

/// Links are made in one layer and stay; what a layer does to a link that it uses itself depends on
/// the order of its entries, which whiteouts do not keep.
fn layers() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let plain = || prop::sample::select(&PATHS[..]);
    let any = || prop_oneof![plain(), prop::sample::select(&THROUGH[..])];
    let step = prop_oneof![
        4 => any().prop_map(File),
        2 => plain().prop_map(Directory),
        3 => (plain(), plain()).prop_map(|(path, target)| Hard(path, target)),
        2 => any().prop_map(Delete),
        1 => any().prop_map(Opaque),
    ];
    let steps = prop::collection::vec(step, 0..6);
    let links = vec![Symbolic("l", "a"), Symbolic("m", "a/b"), Symbolic("n", "l")];
    let links = prop::sample::subsequence(links, 0..=3);
    let layers = prop::collection::vec(steps, 2..7);
    (layers, links, 0..2usize).prop_map(|(mut layers, links, at)| {
        layers.insert(at, links);
        for steps in &mut layers {
            // Hard links to what the same layer named through a link are not followed.
            let through = |step: &Step| matches!(step, File(path) if THROUGH.contains(path));
            if steps.iter().any(through) {
                steps.retain(|step| !matches!(step, Hard(..)));
            }
        }
        layers
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn every_name_that_shows_is_that_of_the_naive_model(layers in layers()) {
        agree(layers)?;
    }
}
