//! Embeds every rule file of `patterns/`, so that adding a provider is adding a file.
//!
//! They are read here and written down field by field, with what takes long to find out: to parse a thousand
//! TOML tables and regexes at each start would cost more than to scan a small image, and so would the
//! digest that names the rules. What the values mean is not checked here but by the tests
//! (`src/detect/tests/embedded.rs`).

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use demand::Demanded;
use print::{Print, STRIDE};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use syntax::RuleSyntax;
use toml::de::{DeTable, DeValue};

#[path = "src/rules/demand/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the program uses the rest")]
mod demand;
#[path = "src/rules/hir.rs"]
mod hir;
#[path = "src/detect/literals/model.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod model;
#[path = "src/detect/literals/print.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod print;
#[path = "src/rules/rows.rs"]
mod rows;
#[path = "src/rules/syntax.rs"]
#[allow(dead_code, reason = "the program uses the rest")]
mod syntax;

/// What a build is made of: sources, rules, and which libraries.
const ROOTS: [&str; 5] = ["patterns", "src", "Cargo.toml", "Cargo.lock", "build.rs"];

fn main() -> io::Result<()> {
    for root in ROOTS {
        println!("cargo:rerun-if-changed={root}");
    }
    let folder =
        Path::new(&env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("patterns");
    let mut names: Vec<String> = fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()?;
    names.retain(|name| name.ends_with(".toml"));
    names.sort();
    let mut rules = Vec::new();
    for name in names {
        let text = fs::read_to_string(folder.join(&name))?;
        rules.extend(read(&format!("patterns/{name}"), &text));
    }
    // As a set of rules has them, which at each start sorts what is sorted already.
    rules.sort_by(|a, b| a.syntax.id.cmp(&b.syntax.id));
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo sets it"));
    let rows: Vec<_> = rules.iter().map(Embedded::row).collect();
    let written = postcard::to_allocvec(&rows).map_err(io::Error::other)?;
    fs::write(out.join("rules.postcard"), written)?;
    fs::write(out.join("demanded.jsonl"), demanded(&rules)?)?;
    fs::write(out.join("prints"), prints(&rules))?;
    println!("cargo:rustc-cfg=in_program");
    println!("cargo:rustc-env=RESIDUE_RULES={}", digest(&rules));
    let build = fingerprint(&ROOTS)?;
    println!("cargo:rustc-env=RESIDUE_BUILD={build:016x}");
    Ok(())
}

/// A rule, as `src/rules/embedded.rs` reads it.
struct Embedded {
    file: String,
    line: usize,
    longest: Option<usize>,
    syntax: RuleSyntax,
}

impl Embedded {
    /// What is written down.
    fn row(&self) -> impl Serialize {
        let Self {
            file,
            line,
            longest,
            syntax,
        } = self;
        (file, line, longest, rows::rule(syntax))
    }
}

/// What names the rules, which are in order of id, as `src/rules/set.rs` computes it.
fn digest(rules: &[Embedded]) -> String {
    let mut hasher = Sha256::new();
    for rule in rules {
        hasher.update(rule.syntax.digested());
    }
    let hex = hasher
        .finalize()
        .into_iter()
        .map(|byte| format!("{byte:02x}"));
    format!("sha256:{}", hex.collect::<String>())
}

/// What tells builds of one version apart: a layer that another build scanned is scanned anew.
fn fingerprint(roots: &[&str]) -> io::Result<u64> {
    let mut open: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
    // Whoever builds without a lock has none.
    open.retain(|path| path.exists());
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(&path)?;
            for entry in entries {
                open.push(entry?.path());
            }
        } else {
            files.push(path);
        }
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// The rules of one file.
fn read(name: &str, text: &str) -> Vec<Embedded> {
    let table = DeTable::parse(text).unwrap_or_else(|mut error| {
        error.set_input(Some(text));
        panic!("{name}: {error}")
    });
    let Some(DeValue::Array(rules)) = table.get_ref().get("rule").map(|rule| rule.get_ref()) else {
        panic!("{name}: holds no [[rule]]");
    };
    let place = |rule: &toml::Spanned<DeValue<'_>>| {
        let line = text[..rule.span().start].matches('\n').count() + 1;
        let mut syntax = value(rule.get_ref());
        // One table or several.
        if let Some(near) = syntax.get_mut("near").filter(|near| near.is_object()) {
            *near = json!([near.take()]);
        }
        let longest = (syntax.get("regex").and_then(Value::as_str)).map(|regex| {
            longest_match(regex).unwrap_or_else(|what| panic!("{name}:{line}: regex {what}"))
        });
        let syntax = RuleSyntax::deserialize(&syntax);
        Embedded {
            file: name.to_owned(),
            line,
            longest,
            syntax: syntax.unwrap_or_else(|error| panic!("{name}:{line}: {error}")),
        }
    };
    rules.iter().map(place).collect()
}

fn longest_match(regex: &str) -> Result<usize, String> {
    let hir = hir::parse(regex).map_err(|error| format!("does not compile: {error}"))?;
    (hir.properties().maximum_len()).ok_or_else(|| "has no longest match".to_owned())
}

/// What every match of each rule's regex holds, a line for each rule.
fn demanded(rules: &[Embedded]) -> io::Result<String> {
    let mut lines = String::new();
    for Embedded { syntax, .. } in rules {
        let hir = syntax.regex.as_deref().map(hir::parse).transpose();
        let hir = hir.map_err(io::Error::other)?;
        let demanded = hir.map(|hir| Demanded::of(&hir, &syntax.anchors, syntax.ignore_case));
        lines.push_str(&serde_json::to_string(&demanded)?);
        lines.push('\n');
    }
    Ok(lines)
}

/// Where the fingerprints of each rule's anchors begin, as `src/rules/embedded.rs` reads it.
fn prints(rules: &[Embedded]) -> Vec<u8> {
    let anchors = rules.iter().flat_map(|rule| &rule.syntax.anchors);
    let offsets = anchors.flat_map(|anchor| {
        let anchor = anchor.to_ascii_lowercase();
        (0..STRIDE).map(move |way| Print::of(anchor.as_bytes(), way, None).offset)
    });
    offsets.flat_map(i16::to_le_bytes).collect()
}

fn value(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Boolean(flag) => json!(flag),
        DeValue::Integer(number) => {
            json!(i64::from_str_radix(number.as_str(), number.radix()).expect("a number of a rule"))
        }
        DeValue::Float(number) => {
            json!((number.as_str().parse::<f64>()).expect("a number of a rule"))
        }
        DeValue::Datetime(date) => json!(date.to_string()),
        DeValue::Array(items) => items
            .iter()
            .map(|item| self::value(item.get_ref()))
            .collect(),
        DeValue::Table(table) => Value::Object(
            (table.iter())
                .map(|(key, item)| (key.get_ref().to_string(), self::value(item.get_ref())))
                .collect::<Map<_, _>>(),
        ),
    }
}
