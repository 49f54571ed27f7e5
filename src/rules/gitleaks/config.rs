//! A gitleaks configuration as written: shapes only, every mistake in them at once.
//!
//! The keys are those of the configuration section of gitleaks' README (v8); as there, their case
//! does not count. A key that nobody here knows is told and ignored, since newer versions have new
//! ones.

use serde::Serialize;
use toml::de::DeTable;

use super::Tally;
use crate::rules::keys::Keys;
use crate::rules::place::Source;

/// A file, or several that extend each other, as one.
#[derive(Default)]
pub(super) struct Config {
    pub rules: Vec<RawRule>,
    pub allowlists: Vec<RawList>,
    pub extend: Option<Extend>,
    /// Whether gitleaks' own rules were asked for somewhere.
    pub wants_defaults: bool,
}

/// What a file extends.
pub(super) struct Extend {
    /// Where that is written.
    pub at: String,
    pub path: Option<String>,
    pub disabled: Vec<String>,
}

/// A `[[rules]]` table.
pub(super) struct RawRule {
    /// File, line and rule, for messages.
    pub at: String,
    pub file: String,
    pub line: usize,
    pub text: RuleText,
    /// Whether keys of it were refused.
    pub broken: bool,
    /// With where each is written.
    pub lists: Vec<RawList>,
}

/// An allowlist of a rule or of the whole file.
#[derive(Clone)]
pub(super) struct RawList {
    /// File, line, rule and list, for messages.
    pub at: String,
    pub text: ListText,
    /// Rules that a list of the file is for; all where there is none.
    pub targets: Vec<String>,
}

/// What a `[[rules]]` table says.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleText {
    pub id: String,
    pub description: Option<String>,
    pub regex: Option<String>,
    pub path: Option<String>,
    pub secret_group: Option<u64>,
    pub entropy: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub skip_report: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<RequiredText>,
}

/// A `[[rules.required]]` table.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequiredText {
    pub id: String,
    pub within_lines: Option<u64>,
    pub within_columns: Option<u64>,
}

/// What an allowlist says.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListText {
    pub description: Option<String>,
    pub condition: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commits: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    pub regex_target: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regexes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stopwords: Vec<String>,
}

/// Reads one file.
pub(super) fn read<'t>(source: Source<'t>, table: DeTable<'t>, tally: &mut Tally) -> Config {
    let mut keys = Keys::in_any_case(source, "", 0, table);
    for known in ["title", "description", "minVersion"] {
        keys.text::<String>(known);
    }
    let rules = keys.tables("rules", "rule");
    let mut config = Config {
        rules: rules.into_iter().map(|keys| rule(keys, tally)).collect(),
        allowlists: allowlists(&mut keys, true, tally),
        ..Config::default()
    };
    if let Some(extended) = keys.table("extend", "[extend]") {
        extend(extended, &mut config, tally);
    }
    tally.finish(keys);
    config
}

fn extend(mut keys: Keys<'_>, config: &mut Config, tally: &mut Tally) {
    config.wants_defaults = keys.flag("useDefault").unwrap_or(false);
    let path = keys.text("path");
    if config.wants_defaults {
        if path.is_some() {
            keys.place.add("useDefault and path exclude each other");
        }
        tally.tell(keys.place.say_of(
            "useDefault",
            "gitleaks' default rules are not part of residue; its built-in rules take their place \
             where they are not switched off",
        ));
    }
    config.extend = Some(Extend {
        at: keys.place.say_of("path", "path"),
        path,
        disabled: keys.texts("disabledRules"),
    });
    tally.finish(keys);
}

fn rule(mut keys: Keys<'_>, tally: &mut Tally) -> RawRule {
    keys.needs("id");
    let id: Option<String> = keys.text("id");
    match &id {
        Some(id) if id.trim().is_empty() => keys.place.add_to("id", "id is empty"),
        Some(id) => keys.place.rename(format!("rule {id:?}")),
        None => {}
    }
    let text = RuleText {
        id: id.unwrap_or_default(),
        description: keys.text("description"),
        regex: keys
            .text("regex")
            .filter(|regex: &String| !regex.is_empty()),
        path: keys.text("path").filter(|path: &String| !path.is_empty()),
        secret_group: keys.number("secretGroup").filter(|group| *group > 0),
        entropy: keys.fraction("entropy"),
        keywords: keys.texts("keywords"),
        tags: keys.texts("tags"),
        skip_report: keys.flag("skipReport").unwrap_or(false),
        required: required(&mut keys, tally),
    };
    let raw = RawRule {
        at: keys.place.title(),
        file: keys.place.source().name.to_owned(),
        line: keys.place.line(),
        text,
        lists: allowlists(&mut keys, false, tally),
        broken: !keys.place.is_clean(),
    };
    tally.finish(keys);
    raw
}

fn required(keys: &mut Keys<'_>, tally: &mut Tally) -> Vec<RequiredText> {
    let mut found = Vec::new();
    for mut keys in keys.tables("required", "required") {
        keys.needs("id");
        let id = keys.text("id");
        let (within_lines, within_columns) =
            (keys.number("withinLines"), keys.number("withinColumns"));
        found.extend(id.map(|id| RequiredText {
            id,
            within_lines,
            within_columns,
        }));
        tally.finish(keys);
    }
    found
}

/// `[allowlist]` of old, or `[[allowlists]]`.
fn allowlists(keys: &mut Keys<'_>, global: bool, tally: &mut Tally) -> Vec<RawList> {
    if keys.has("allowlist") && keys.has("allowlists") {
        keys.place
            .add("[allowlist] and [[allowlists]] exclude each other");
    }
    let mut tables = Vec::from_iter(keys.table("allowlist", "allowlist"));
    tables.extend(keys.tables("allowlists", "allowlist"));
    tables
        .into_iter()
        .map(|keys| allowlist(keys, global, tally))
        .collect()
}

fn allowlist(mut keys: Keys<'_>, global: bool, tally: &mut Tally) -> RawList {
    let text = ListText {
        description: keys.text("description"),
        condition: keys.text("condition"),
        commits: keys.texts("commits"),
        paths: keys.texts("paths"),
        regex_target: keys.text("regexTarget"),
        regexes: keys.texts("regexes"),
        stopwords: keys.texts("stopwords"),
    };
    let list = RawList {
        at: keys.place.title(),
        text,
        targets: if global {
            keys.texts("targetRules")
        } else {
            Vec::new()
        },
    };
    tally.finish(keys);
    list
}
