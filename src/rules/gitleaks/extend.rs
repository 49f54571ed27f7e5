//! A configuration and those that it extends, as one.
//!
//! As gitleaks has it, a path is taken from where the program runs; where there is no such file,
//! from the folder of the file that names it. What the extending file says of a rule wins, and
//! its keywords, tags and allowlists come to those that are there.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::config::{Config, Extend, RawRule, read};
use super::{Tally, is_configuration};
use crate::rules::place::Source;
use crate::rules::read::parse;

/// Files that extend each other, the first one included.
const LONGEST_CHAIN: usize = 8;

/// Adds what `config`, which was read from `file`, extends.
pub(super) fn resolve(file: &Path, config: Config, tally: &mut Tally) -> Config {
    let mut chain = vec![identity(file)];
    follow(file, config, &mut chain, tally)
}

/// Names a file whatever way leads to it.
fn identity(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

fn follow(file: &Path, mut config: Config, chain: &mut Vec<PathBuf>, tally: &mut Tally) -> Config {
    let Some(extend) = config.extend.take() else {
        return config;
    };
    let Some(path) = &extend.path else {
        return config;
    };
    let mut path = PathBuf::from(path);
    if !path.is_file()
        && let Some(folder) = file.parent()
    {
        path = folder.join(path);
    }
    if chain.contains(&identity(&path)) {
        tally.refuse(format!("{}: {} extends itself", extend.at, path.display()));
        return config;
    }
    if chain.len() == LONGEST_CHAIN {
        let message = format_args!("more than {LONGEST_CHAIN} files extend each other");
        tally.refuse(format!("{}: {message}", extend.at));
        return config;
    }
    let Some(base) = open(&path, &extend, tally) else {
        return config;
    };
    chain.push(identity(&path));
    let mut base = follow(&path, base, chain, tally);
    switch_off(&extend, &mut base, tally);
    merge(base, config)
}

fn open(path: &Path, extend: &Extend, tally: &mut Tally) -> Option<Config> {
    let name = path.display().to_string();
    if !path.is_file() {
        tally.refuse(format!("{}: there is no file {name}", extend.at));
        return None;
    }
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            tally.refuse(format!("{}: cannot read {name}: {error}", extend.at));
            return None;
        }
    };
    let source = Source {
        name: &name,
        text: &text,
    };
    match parse(source) {
        Ok(table) if is_configuration(&table) => Some(read(source, table, tally)),
        Ok(_) => {
            let mistake = "is no gitleaks configuration";
            tally.refuse(format!("{}: {name} {mistake}", extend.at));
            None
        }
        Err(mistakes) => {
            mistakes
                .into_iter()
                .for_each(|mistake| tally.refuse(mistake));
            None
        }
    }
}

/// Takes out the rules that are not wanted.
fn switch_off(extend: &Extend, base: &mut Config, tally: &mut Tally) {
    for id in &extend.disabled {
        let before = base.rules.len();
        base.rules.retain(|rule| rule.text.id != *id);
        if base.rules.len() == before && !base.wants_defaults {
            let message = format_args!("disabledRules names {id:?}, which is no rule there");
            tally.tell(format!("{}: {message}", extend.at));
        }
    }
}

/// `over` on top of `base`.
fn merge(base: Config, over: Config) -> Config {
    let mut rules = base.rules;
    for rule in over.rules {
        match rules.iter_mut().find(|known| known.text.id == rule.text.id) {
            Some(known) => inherit(known, rule),
            None => rules.push(rule),
        }
    }
    let mut allowlists = base.allowlists;
    allowlists.extend(over.allowlists);
    Config {
        rules,
        allowlists,
        extend: None,
        wants_defaults: base.wants_defaults || over.wants_defaults,
    }
}

fn inherit(known: &mut RawRule, over: RawRule) {
    let (old, new) = (&mut known.text, over.text);
    old.description = new.description.or(old.description.take());
    old.regex = new.regex.or(old.regex.take());
    old.path = new.path.or(old.path.take());
    old.secret_group = new.secret_group.or(old.secret_group);
    old.entropy = new.entropy.filter(|bits| *bits != 0.0).or(old.entropy);
    old.skip_report |= new.skip_report;
    append(&mut old.keywords, new.keywords);
    append(&mut old.tags, new.tags);
    old.required.extend(new.required);
    known.lists.extend(over.lists);
    (known.at, known.file, known.line) = (over.at, over.file, over.line);
}

fn append(list: &mut Vec<String>, more: Vec<String>) {
    let known: HashSet<String> = list.iter().cloned().collect();
    list.extend(more.into_iter().filter(|text| !known.contains(text)));
}
