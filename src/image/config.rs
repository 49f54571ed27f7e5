//! An image config read as a whole where it can be, and part by part where it cannot.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Warning, WarningCode, printable};
use crate::oci::{DiffId, History, ImageConfig, Platform};
use crate::source::{RawImage, Role, json};

/// The parts of a config that could be read.
#[derive(Default)]
pub(super) struct Config {
    pub created: Option<String>,
    pub platform: Option<Platform>,
    pub env: Vec<String>,
    /// `None` where the config has no such list; inside, where an item is no digest.
    pub diff_ids: Option<Vec<Option<DiffId>>>,
    pub history: Vec<History>,
}

/// Reads the config of what a source delivered; what is wrong with it is added to `warnings`.
pub(super) fn read(raw: &RawImage, warnings: &mut Vec<Warning>) -> Config {
    let Some(blob) = &raw.config else {
        return Config::default();
    };
    let name = raw
        .documents
        .iter()
        .find(|document| document.role == Role::Config)
        .map_or("config", |document| &document.name);
    let (value, warning) = json::parse(name, blob);
    warnings.extend(warning);
    let Some(value) = value else {
        return Config::default();
    };
    match ImageConfig::deserialize(&value) {
        Ok(typed) => whole(typed, &value),
        Err(error) if value.is_object() => {
            let before = warnings.len();
            let config = Parts {
                name,
                value: &value,
                warnings,
            }
            .read();
            if warnings.len() == before {
                warnings.push(broken(name, &error.to_string()));
            }
            config
        }
        Err(error) => {
            warnings.push(broken(name, &error.to_string()));
            Config::default()
        }
    }
}

/// A config that parses as a whole.
fn whole(typed: ImageConfig, value: &Value) -> Config {
    let has_diff_ids = value
        .pointer("/rootfs/diff_ids")
        .is_some_and(Value::is_array);
    let diff_ids = typed.rootfs.diff_ids.into_iter().map(Some).collect();
    Config {
        created: typed.created,
        platform: stated(typed.platform),
        env: typed.config.env.iter().map(text_of).collect(),
        diff_ids: has_diff_ids.then_some(diff_ids),
        history: typed.history,
    }
}

/// Reads a config part by part, after it did not parse as a whole.
struct Parts<'a> {
    name: &'a str,
    value: &'a Value,
    warnings: &'a mut Vec<Warning>,
}

impl<'a> Parts<'a> {
    fn read(&mut self) -> Config {
        Config {
            created: self.one("/created").unwrap_or_default(),
            platform: self.one::<Platform>("").and_then(stated),
            env: self
                .items("/config/Env")
                .map(|items| items.iter().map(text_of).collect())
                .unwrap_or_default(),
            diff_ids: self.each("/rootfs/diff_ids"),
            history: self.history(),
        }
    }

    /// An item that is broken in one place still tells whether it made a layer.
    fn history(&mut self) -> Vec<History> {
        let whole = self.each("/history").unwrap_or_default();
        let items = self.value.pointer("/history").and_then(Value::as_array);
        let rest = |item: &Value| History {
            created_by: text_at(item, "created_by").unwrap_or_default(),
            created: text_at(item, "created"),
            empty_layer: item.get("empty_layer") == Some(&Value::Bool(true)),
        };
        whole
            .into_iter()
            .zip(items.into_iter().flatten())
            .map(|(whole, item)| whole.unwrap_or_else(|| rest(item)))
            .collect()
    }

    fn one<T: DeserializeOwned>(&mut self, pointer: &str) -> Option<T> {
        T::deserialize(self.value.pointer(pointer)?)
            .map_err(|error| self.warn(pointer, &error.to_string()))
            .ok()
    }

    fn items(&mut self, pointer: &str) -> Option<&'a [Value]> {
        match self.value.pointer(pointer)? {
            Value::Array(items) => Some(items),
            Value::Null => None,
            _ => {
                self.warn(pointer, "not a list");
                None
            }
        }
    }

    /// Each item of a list; one warning for all that are not what they should be.
    fn each<T: DeserializeOwned>(&mut self, pointer: &str) -> Option<Vec<Option<T>>> {
        let items = self.items(pointer)?;
        let parsed: Vec<Option<T>> = items.iter().map(|item| T::deserialize(item).ok()).collect();
        if let Some(first) = parsed.iter().position(Option::is_none) {
            self.warn(&format!("{pointer}/{first}"), "not of the expected form");
        }
        Some(parsed)
    }

    fn warn(&mut self, pointer: &str, reason: &str) {
        let reason = format!(
            "{} {reason}",
            if pointer.is_empty() { "/" } else { pointer }
        );
        self.warnings.push(broken(self.name, &reason));
    }
}

/// `reason` may quote the document, so only what it says about types and places is kept.
fn broken(name: &str, reason: &str) -> Warning {
    Warning::new(
        WarningCode::BrokenJson,
        format!(
            "config {} is not as it should be: {}; what it says elsewhere is still used",
            printable(name.as_bytes()),
            json::without_quotes(reason)
        ),
    )
    .at(name.as_bytes())
}

fn stated(platform: Platform) -> Option<Platform> {
    (!platform.os.is_empty() && !platform.architecture.is_empty()).then_some(platform)
}

fn text_at(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
