//! Holds the house rules that a reader would otherwise have to remember: which room may import
//! which, how long a file may be, what a file begins with, and what never stands in the source.

use std::collections::BTreeMap;
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
    ("finding", &["error", "secret", "oci", "rules", "detect"]),
    ("advice", &["error", "finding"]),
    (
        "scan",
        &[
            "error", "secret", "oci", "archive", "source", "image", "rules", "detect", "content",
            "finding", "advice",
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
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
            let code = line.split("//").next().unwrap_or(line);
            let may_print = FREE.contains(&source.room.as_str());
            let printing = !may_print && prints.iter().any(|print| code.contains(print));
            let macros = ["todo!(", "unimplemented!(", "dbg!("];
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
fn unsafe_code_stands_only_where_it_is_allowed_by_name() {
    let allowed = ["src/archive/blob.rs"];
    for source in sources() {
        let speaks = source.code.contains("allow(unsafe_code");
        assert!(
            !speaks || allowed.contains(&source.name.as_str()),
            "{}",
            source.name
        );
    }
}

#[test]
fn no_path_of_somebodys_machine_stands_in_the_repository() {
    let homes = ["/work/", "/home/runner", "/Users/"];
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
fn a_rule_stands_in_its_providers_file() {
    let mut wrong = Vec::new();
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
            let id = rule.get("id").and_then(toml::Value::as_str).unwrap_or("");
            if id.split('.').next() != Some(provider.as_str()) {
                wrong.push(format!("{}: {id} belongs into another file", shown(&path)));
            }
        }
        if !read(&path).ends_with('\n') {
            wrong.push(format!("{}: no newline at the end", shown(&path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A file of `src` without its unit tests.
struct Source {
    name: String,
    room: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let is_test = |name: &str| name.ends_with("/tests.rs") || name.contains("/tests/");
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

/// Every `crate::room`, also of grouped imports, with its line; documentation links do not count.
fn imports(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let statement = line.split("//").next().unwrap_or(line);
        for piece in statement.split("crate::").skip(1) {
            let inside = piece.strip_prefix('{').unwrap_or(piece);
            let grouped = if inside.len() < piece.len() {
                inside
            } else {
                piece
            };
            for path in grouped.split(',') {
                let room: String = (path.trim().chars())
                    .take_while(|c| c.is_ascii_lowercase() || *c == '_')
                    .collect();
                if is_room(&room) {
                    found.push((index + 1, room));
                }
                if grouped.len() == piece.len() {
                    break;
                }
            }
        }
    }
    found
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
    let code = "use crate::oci::Digest;\nuse crate::{error::Result, scan};\n/// [`crate::cli`]\n\
                let x = crate::report::render();";
    let rooms: Vec<String> = imports(code).into_iter().map(|(_, room)| room).collect();
    assert_eq!(rooms, ["oci", "error", "scan", "report"]);
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
