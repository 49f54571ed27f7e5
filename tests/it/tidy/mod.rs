//! Holds the house rules that a reader would otherwise have to remember: which room may import
//! which (`rooms`), how long a file and a function may be, what a file begins with, and what never
//! stands in the source.
//!
//! A check that looks at nothing holds nothing, so each says first what it must have seen.

use files::{files_below, read, root, rust_files, shown};
use rooms::FREE;
use source::{code_lines, functions, sources, without_comment};

mod files;
mod rooms;
mod source;

/// A file longer than this is more than one idea.
const LONGEST: usize = 600;
/// A file longer than this has to be asked whether it is one idea.
const QUESTIONED: usize = 400;
/// A function longer than this does not fit a screen.
const LONGEST_FUNCTION: usize = 60;
/// The fewest rules that are worth the name of a rule set.
const FEWEST_RULES: usize = 80;

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
        [
            "src/archive/blob.rs",
            "src/archive/cut.rs",
            "src/archive/sha256/both.rs",
            "src/cli/heap.rs",
            "src/detect/literals/kernel/machine.rs"
        ]
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
    let this = root().join("tests/it/tidy/mod.rs");
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
