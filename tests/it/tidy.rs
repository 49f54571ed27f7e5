//! Holds the house rules that a reader would otherwise have to remember: which room may import
//! which, how long a file and a function may be, what a file begins with, and what never stands in
//! the source.
//!
//! A check that looks at nothing holds nothing, so each says first what it must have seen.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may import beside itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("secret", &[]),
    ("oci", &["error"]),
    ("archive", &["error", "oci"]),
    ("source", &["error", "oci", "archive"]),
    ("image", &["error", "oci", "archive", "source"]),
    ("rules", &["error", "oci", "secret"]),
    ("detect", &["error", "secret", "oci", "rules"]),
    (
        "content",
        &["error", "secret", "oci", "archive", "rules", "detect"],
    ),
    ("finding", &["error", "secret", "oci", "rules"]),
    ("advice", &["error", "finding"]),
    ("packages", &["error", "archive"]),
    (
        "scan",
        &[
            "error", "secret", "oci", "archive", "source", "image", "rules", "detect", "content",
            "finding", "advice", "packages",
        ],
    ),
    (
        "policy",
        &["error", "secret", "oci", "rules", "detect", "finding"],
    ),
    (
        "report",
        &[
            "error", "secret", "oci", "rules", "detect", "finding", "policy",
        ],
    ),
];

/// Rooms that may import everything.
const FREE: &[&str] = &["cli", "main", "lib"];

/// A file longer than this is more than one idea.
const LONGEST: usize = 600;
/// A file longer than this has to be asked whether it is one idea.
const QUESTIONED: usize = 400;
/// A function longer than this does not fit a screen.
const LONGEST_FUNCTION: usize = 60;
/// The fewest rules that are worth the name of a rule set.
const FEWEST_RULES: usize = 80;

#[test]
fn rooms_import_only_what_stands_before_them() {
    let mut wrong = Vec::new();
    for source in sources() {
        let allowed = match room_rules(&source.room) {
            Some(allowed) => allowed,
            None if FREE.contains(&source.room.as_str()) => continue,
            None => {
                wrong.push(format!(
                    "{}: room {:?} is not in the list",
                    source.name, source.room
                ));
                continue;
            }
        };
        for (line, room) in imports(&source.code) {
            if room != source.room && !allowed.contains(&room.as_str()) {
                let name = &source.name;
                wrong.push(format!("{name}:{line}: {} imports {room}", source.room));
            }
        }
        // `super::super::scan` would be a way around `crate::scan`.
        let out_of_the_room = "super::".repeat(depth(&source.name));
        if code_lines(&source.code).any(|(_, line)| line.contains(&out_of_the_room)) {
            wrong.push(format!("{}: {out_of_the_room}…", source.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_list_and_every_listed_room_is_there() {
    let found: BTreeSet<String> = sources().into_iter().map(|source| source.room).collect();
    let listed = MAY_IMPORT.iter().map(|(room, _)| *room);
    let listed: BTreeSet<String> = listed
        .chain(FREE.iter().copied())
        .map(str::to_owned)
        .collect();
    assert_eq!(found, listed);
}

#[test]
fn the_list_of_rooms_is_itself_in_order() {
    let position: BTreeMap<&str, usize> = (MAY_IMPORT.iter())
        .enumerate()
        .map(|(index, (room, _))| (*room, index))
        .collect();
    for (room, imported) in MAY_IMPORT {
        for other in *imported {
            assert!(
                position[other] < position[room],
                "{room} stands before {other}"
            );
        }
    }
}

#[test]
// Questions are for a reader of the test's output; they fail nothing.
#[allow(clippy::print_stderr)]
fn files_are_one_idea_long() {
    let mut wrong = Vec::new();
    let mut questions = Vec::new();
    for path in rust_files(&["src", "tests", "benches", "examples"]) {
        let lines = read(&path).lines().count();
        if lines > LONGEST {
            wrong.push(format!("{}: {lines} lines", shown(&path)));
        } else if lines > QUESTIONED {
            questions.push(format!("{}: {lines} lines, is it one idea?", shown(&path)));
        }
    }
    eprintln!("{}", questions.join("\n"));
    assert!(wrong.is_empty(), "split these:\n{}", wrong.join("\n"));
}

#[test]
fn functions_fit_a_screen() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for source in sources() {
        for (line, length) in functions(&source.code) {
            seen += 1;
            if length > LONGEST_FUNCTION {
                wrong.push(format!("{}:{line}: {length} lines", source.name));
            }
        }
    }
    assert!(seen > 500, "only {seen} functions were seen");
    assert!(wrong.is_empty(), "split these:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_begins_by_saying_what_it_is() {
    let without: Vec<String> = rust_files(&["src", "tests", "benches", "examples"])
        .into_iter()
        .filter(|path| !path.ends_with("tests.rs") && !read(path).starts_with("//! "))
        .map(|path| shown(&path))
        .collect();
    assert!(
        without.is_empty(),
        "no first paragraph:\n{}",
        without.join("\n")
    );
}

#[test]
fn nothing_unfinished_and_no_print_stands_in_the_source() {
    let unfinished = ["TO DO", "FIX ME"].map(|words| words.replace(' ', ""));
    let prints = ["println!", "eprintln!", "print!(", "dbg!("];
    let mut wrong = Vec::new();
    for source in sources() {
        for (number, line) in source.code.lines().enumerate() {
            let code = without_comment(line);
            let may_print = FREE.contains(&source.room.as_str());
            let printing = !may_print && prints.iter().any(|print| code.contains(print));
            let macros = [
                concat!("to", "do!("),
                concat!("unimple", "mented!("),
                "dbg!(",
            ];
            if printing
                || unfinished.iter().any(|word| line.contains(word.as_str()))
                || macros.iter().any(|word| code.contains(word))
            {
                wrong.push(format!("{}:{}: {}", source.name, number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_asks_no_clock_exits_nowhere_and_only_the_pipeline_has_threads() {
    // `archive` names the folder of temporary files in an error; the crate that makes them reads it.
    let everywhere = ["env::var", "process::exit", "SystemTime", "Instant::now"];
    let threads = ["rayon", "std::thread", "thread::"];
    let mut wrong = Vec::new();
    for source in sources() {
        if FREE.contains(&source.room.as_str()) {
            continue;
        }
        for (number, line) in code_lines(&source.code) {
            let forbidden = everywhere.iter().any(|word| line.contains(word))
                || source.room != "scan" && threads.iter().any(|word| line.contains(word));
            if forbidden {
                wrong.push(format!("{}:{number}: {}", source.name, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_stands_only_where_it_is_allowed_by_name() {
    let speaking: Vec<String> = sources()
        .into_iter()
        .filter(|source| source.code.contains("allow(unsafe_code"))
        .map(|source| source.name)
        .collect();
    assert_eq!(
        speaking,
        ["src/archive/blob.rs", "src/detect/literals/kernel.rs"]
    );
}

#[test]
fn no_path_of_somebodys_machine_stands_in_the_repository() {
    let homes = ["/home/runner", "/Users/", concat!("/wo", "rk/")];
    let mut files = rust_files(&["src", "tests", "benches", "examples"]);
    files.extend(files_below("patterns", "toml"));
    files.extend(files_below("docs", "md"));
    files.extend(files_below("samples", "sh"));
    files.extend(["README.md", "CHANGELOG.md", ".ci/run"].map(|name| root().join(name)));
    let this = root().join("tests/it/tidy.rs");
    for path in files
        .into_iter()
        .filter(|path| path.is_file() && *path != this)
    {
        let text = read(&path);
        for home in homes {
            assert!(!text.contains(home), "{} has {home}", shown(&path));
        }
    }
}

#[test]
fn every_dependency_is_used_and_has_its_reason_beside_it() {
    let manifest = read(&root().join("Cargo.toml"));
    let table = |name: &str| {
        let begin = format!("[{name}]\n");
        let (_, rest) = manifest.split_once(&begin).expect("a table of Cargo.toml");
        rest.split("\n[").next().unwrap_or(rest).to_owned()
    };
    let text = |folders: &[&str]| -> String {
        let files = rust_files(folders);
        files.iter().map(|path| read(path)).collect()
    };
    let (source, tests) = (text(&["src"]), text(&["src", "tests", "benches"]));
    let mut wrong = Vec::new();
    for (name, used_in) in [("dependencies", &source), ("dev-dependencies", &tests)] {
        for line in table(name).lines().filter(|line| line.contains(" = ")) {
            let crate_name = line.split(' ').next().unwrap_or(line).replace('-', "_");
            let is_used = [format!("{crate_name}::"), format!("{crate_name}!")];
            if !is_used.iter().any(|form| used_in.contains(form)) {
                wrong.push(format!("{crate_name} is not used"));
            }
            if line
                .rsplit_once(" # ")
                .is_none_or(|(_, reason)| reason.trim().is_empty())
            {
                wrong.push(format!("{crate_name} has no reason beside it"));
            }
        }
    }
    assert!(manifest.contains("\nserde = "), "no dependency was seen");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rule_stands_in_its_providers_file() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for path in files_below("patterns", "toml") {
        let provider = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let table: toml::Table = match read(&path).parse() {
            Ok(table) => table,
            Err(error) => {
                wrong.push(format!("{}: {error}", shown(&path)));
                continue;
            }
        };
        let rules = table.get("rule").and_then(toml::Value::as_array);
        for rule in rules.into_iter().flatten() {
            seen += 1;
            let id = rule.get("id").and_then(toml::Value::as_str).unwrap_or("");
            if id.split('.').next() != Some(provider.as_str()) {
                wrong.push(format!("{}: {id} belongs into another file", shown(&path)));
            }
        }
        if !read(&path).ends_with('\n') {
            wrong.push(format!("{}: no newline at the end", shown(&path)));
        }
    }
    assert!(seen >= FEWEST_RULES, "only {seen} rules were seen");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file of `src` without its unit tests; those that are tests altogether are left out.
struct Source {
    name: String,
    room: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let is_test = |name: &str| {
        let is_named_so = name.ends_with("/tests.rs") || name.ends_with("/fixture.rs");
        is_named_so || name.contains("/tests/")
    };
    rust_files(&["src"])
        .into_iter()
        .map(|path| (shown(&path), read(&path)))
        .filter(|(name, _)| !is_test(name))
        .map(|(name, text)| {
            let room = name.trim_start_matches("src/").split(['/', '.']).next();
            Source {
                room: room.unwrap_or_default().to_owned(),
                code: without_tests(&text),
                name,
            }
        })
        .collect()
}

/// Unit tests stand at the end of a file.
fn without_tests(text: &str) -> String {
    let end = text.find("\n#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// Lines with their numbers, without comments.
fn code_lines(code: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(code.lines().map(without_comment))
}

/// A `//` inside a string, as in a URL, ends the line too; nothing that is looked for stands there.
fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// Every `crate::room`, also of groups over several lines, with its line; comments do not count.
fn imports(code: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = code_lines(code).map(|(_, line)| line).collect();
    let text = lines.join("\n");
    let mut found = Vec::new();
    for (at, root) in text.match_indices("crate::") {
        let line = text[..at].matches('\n').count() + 1;
        for name in first_names(&text[at + root.len()..]) {
            if is_room(&name) {
                found.push((line, name));
            }
        }
    }
    found
}

/// The first name of a path, or of each path of a group `{a::b, c::{d, e}}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |path: &str| -> String {
        let letters = path.trim_start().chars();
        letters
            .take_while(|c| c.is_ascii_lowercase() || *c == '_')
            .collect()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let (mut names, mut depth) = (vec![name(group)], 1);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(name(&group[at + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

/// How many modules deep a file of `src` is: from there as many `super` lead out of its room.
fn depth(name: &str) -> usize {
    let path = name.trim_start_matches("src/").trim_end_matches(".rs");
    path.trim_end_matches("/mod").split('/').count()
}

/// Functions with the line they begin on and their length, as rustfmt lays them out.
fn functions(code: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let is_function = |line: &str| {
        let line = line.trim_start();
        let line = line.strip_prefix("pub").map_or(line, |rest| {
            let rest = rest.strip_prefix('(').map_or(rest, |inside| {
                inside.split_once(')').map_or(inside, |(_, rest)| rest)
            });
            rest.trim_start()
        });
        line.starts_with("fn ") || line.starts_with("const fn ")
    };
    // A declaration in a trait ends with a semicolon before any brace opens.
    let end_of = |start: usize| {
        let rest = &lines[start..];
        let head = rest.iter().find(|line| line.ends_with(['{', '}', ';']))?;
        let indent = rest[0].len() - rest[0].trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        let last = || rest.iter().position(|line| **line == *end);
        match head.chars().last() {
            Some('{') => last(),
            Some('}') => Some(0),
            _ => None,
        }
    };
    (0..lines.len())
        .filter(|at| is_function(lines[*at]))
        .filter_map(|at| Some((at + 1, end_of(at)? + 1)))
        .collect()
}

fn is_room(name: &str) -> bool {
    room_rules(name).is_some() || FREE.contains(&name)
}

fn room_rules(room: &str) -> Option<&'static [&'static str]> {
    MAY_IMPORT
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, allowed)| *allowed)
}

#[test]
fn imports_are_seen_alone_in_groups_and_in_paths() {
    let code = "use crate::oci::Digest;\nuse crate::{\n    error::{Result, Error}, // so\n    \
                scan,\n};\n/// [`crate::cli`]\nlet x = crate::report::render();";
    let rooms: Vec<(usize, String)> = imports(code);
    let rooms: Vec<(usize, &str)> = rooms.iter().map(|(at, room)| (*at, &room[..])).collect();
    assert_eq!(
        rooms,
        [(1, "oci"), (2, "error"), (2, "scan"), (7, "report")]
    );
}

#[test]
fn functions_are_measured_from_their_head_to_their_brace() {
    let code = "impl A {\n    pub(super) fn a(&self) {\n        b();\n    }\n    fn c();\n}\n\
                const fn d(\n    e: u8,\n) -> u8 {\n    e\n}\nfn f() {}\n";
    assert_eq!(functions(code), [(2, 3), (7, 5), (12, 1)]);
}

#[test]
fn the_way_out_of_a_room_is_as_long_as_the_file_is_deep() {
    assert_eq!(depth("src/advice.rs"), 1);
    assert_eq!(depth("src/scan/mod.rs"), 1);
    assert_eq!(depth("src/scan/overlay.rs"), 2);
    assert_eq!(depth("src/detect/validate/pem/mod.rs"), 3);
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shown(path: &Path) -> String {
    let relative = path.strip_prefix(root()).unwrap_or(path);
    relative.to_string_lossy().into_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rust_files(folders: &[&str]) -> Vec<PathBuf> {
    (folders.iter())
        .flat_map(|folder| files_below(folder, "rs"))
        .collect()
}

/// Files with that ending below a folder of the repository, sorted; none where it is absent.
fn files_below(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|known| known == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
