//! What the checks read: source files, without their tests, as imports, functions and lines.

use super::files::{read, rust_files, shown};
use super::rooms::is_room;

/// A file of `src` without its unit tests; those that are tests altogether are left out.
pub(super) struct Source {
    pub(super) name: String,
    pub(super) room: String,
    pub(super) code: String,
}

pub(super) fn sources() -> Vec<Source> {
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
pub(super) fn code_lines(code: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(code.lines().map(without_comment))
}

/// A `//` inside a string, as in a URL, ends the line too; nothing that is looked for stands there.
pub(super) fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or(line)
}

/// Every `crate::room`, also of groups over several lines, with its line; comments do not count.
pub(super) fn imports(code: &str) -> Vec<(usize, String)> {
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
pub(super) fn depth(name: &str) -> usize {
    let path = name.trim_start_matches("src/").trim_end_matches(".rs");
    path.trim_end_matches("/mod").split('/').count()
}

/// Functions with the line they begin on and their length, as rustfmt lays them out.
pub(super) fn functions(code: &str) -> Vec<(usize, usize)> {
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
