//! `residue rules list --format markdown`: the page `docs/rules.md`, made from the rules themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use residue::rules::{Rule, RuleSet};

/// Writes a table for each provider, in order of name.
pub fn write(set: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    let mut providers: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in set.rules() {
        let provider = rule.id().split('.').next().unwrap_or_default();
        providers.entry(provider).or_default().push(rule);
    }
    writeln!(out, "# Rules\n")?;
    writeln!(
        out,
        "{} rules over {} providers and kinds. Made by `residue rules list --format markdown`; `residue \
         rules show ID` prints a rule with its references, examples and where to revoke. *Checked* \
         names what is checked or told offline, and the formats of files that are parsed for it (see \
         [rule files](../patterns/README.md) and [credential files](files.md)); *parts* are \
         what a finding is put together with.",
        set.rules().len(),
        providers.len()
    )?;
    for (provider, rules) in providers {
        writeln!(out, "\n## {provider}\n")?;
        writeln!(
            out,
            "| rule | what it is | severity | confidence | checked | parts |"
        )?;
        writeln!(out, "|---|---|---|---|---|---|")?;
        for rule in rules {
            write_row(rule, out)?;
        }
    }
    Ok(())
}

fn write_row(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    let syntax = &rule.syntax;
    let parts: Vec<&str> = syntax.near.iter().map(|near| &near.rule[..]).collect();
    let alone = if syntax.alone {
        ""
    } else {
        " (only as a part)"
    };
    writeln!(
        out,
        "| `{}` | {}{alone} | {} | {} | {} | {} |",
        rule.id(),
        syntax.title.replace('|', "\\|"),
        syntax.severity,
        syntax.confidence,
        checked(rule),
        parts.join(", "),
    )
}

/// The formats whose fields the rule knows, and its validators.
fn checked(rule: &Rule) -> String {
    let tables = rule.syntax.fields.iter();
    let formats: BTreeSet<&str> = tables.map(|table| &table.format[..]).collect();
    let formats: Vec<&str> = formats.into_iter().collect();
    let fields = (!formats.is_empty()).then(|| format!("fields of {}", formats.join(", ")));
    let validators = rule.syntax.validate.join(", ");
    let all = fields.into_iter().chain([validators]);
    let all: Vec<String> = all.filter(|part| !part.is_empty()).collect();
    all.join("; ")
}
