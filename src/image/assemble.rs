//! What a source delivers ([`RawImage`]) made into an [`Image`]: the config parsed as far as it
//! can be, instructions paired with layers, layers paired with their diff IDs.
//!
//! A config that is broken, or broken in one place, costs what that place would have told and a
//! warning; never a layer.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::history;
use super::{Image, Layer};
use crate::error::{Warning, WarningCode, printable};
use crate::oci::{DiffId, History, ImageConfig, Platform};
use crate::source::{RawImage, Role, json};

/// Makes an image of what a source delivered. `source` is the input as the user named it.
pub fn assemble(source: &str, raw: RawImage) -> Image {
    let mut warnings = raw.warnings.clone();
    let config = read_config(&raw, &mut warnings);
    let pairing = history::pair(config.history, raw.layers.len());
    warnings.extend(pairing.warning);
    warnings.extend(count_mismatch(&config.diff_ids, raw.layers.len()));
    let mut diff_ids = config.diff_ids.unwrap_or_default().into_iter();
    let layers = raw
        .layers
        .into_iter()
        .zip(pairing.of_layer)
        .enumerate()
        .map(|(index, (layer, instruction))| Layer {
            index,
            digest: layer.digest,
            diff_id: diff_ids.next().flatten(),
            media_type: layer.media_type,
            name: layer.name,
            blob: layer.blob,
            instruction,
        })
        .collect();
    Image {
        source: source.to_owned(),
        references: raw.references,
        manifest_digest: raw.manifest_digest,
        config_digest: raw.config_digest,
        platform: config.platform.or(raw.platform),
        created: config.created,
        layers,
        instructions: pairing.instructions,
        env: config.env,
        documents: raw.documents,
        warnings,
    }
}

/// The parts of a config that could be read.
#[derive(Default)]
struct Config {
    created: Option<String>,
    platform: Option<Platform>,
    env: Vec<String>,
    /// `None` where the config has no such list; inside, where an item is no digest.
    diff_ids: Option<Vec<Option<DiffId>>>,
    history: Vec<History>,
}

fn read_config(raw: &RawImage, warnings: &mut Vec<Warning>) -> Config {
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
    match serde_json::from_value::<ImageConfig>(value.clone()) {
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

impl Parts<'_> {
    fn read(&mut self) -> Config {
        Config {
            created: self.one("/created").unwrap_or_default(),
            platform: self.one::<Platform>("").and_then(stated),
            env: self
                .items("/config/Env")
                .map(|items| items.iter().map(text_of).collect())
                .unwrap_or_default(),
            diff_ids: self.each("/rootfs/diff_ids"),
            history: self
                .each("/history")
                .unwrap_or_default()
                .into_iter()
                .map(Option::unwrap_or_default)
                .collect(),
        }
    }

    fn one<T: DeserializeOwned>(&mut self, pointer: &str) -> Option<T> {
        let value = self.value.pointer(pointer)?.clone();
        serde_json::from_value(value)
            .map_err(|error| self.warn(pointer, &error.to_string()))
            .ok()
    }

    fn items(&mut self, pointer: &str) -> Option<Vec<Value>> {
        match self.value.pointer(pointer)? {
            Value::Array(items) => Some(items.clone()),
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
        let parsed: Vec<Option<T>> = items
            .into_iter()
            .map(|item| serde_json::from_value(item).ok())
            .collect();
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
    (!platform.os.is_empty() || !platform.architecture.is_empty()).then_some(platform)
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn count_mismatch(diff_ids: &Option<Vec<Option<DiffId>>>, layers: usize) -> Option<Warning> {
    let ids = diff_ids.as_ref()?.len();
    (ids != layers).then(|| {
        Warning::new(
            WarningCode::LayerCountMismatch,
            format!(
                "the manifest lists {layers} layers, the config has {ids} diff IDs; they are \
                 paired from the base as far as both go, and every layer is scanned"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Blob;
    use crate::oci::{Digest, MediaType};
    use crate::source::RawLayer;

    fn raw(config: &str, layers: usize) -> RawImage {
        let layer = |n: usize| RawLayer {
            digest: None,
            media_type: MediaType::default(),
            name: format!("{n}/layer.tar"),
            blob: Some(Blob::from_vec(vec![0; 1024])),
        };
        RawImage {
            config: Some(Blob::from_vec(config.as_bytes().to_vec())),
            layers: (0..layers).map(layer).collect(),
            ..RawImage::default()
        }
    }

    fn codes(image: &Image) -> Vec<WarningCode> {
        image.warnings.iter().map(|warning| warning.code).collect()
    }

    fn diff_ids(count: u8) -> String {
        let ids: Vec<String> = (0..count)
            .map(|n| format!("\"{}\"", Digest::sha256(&[n])))
            .collect();
        format!("[{}]", ids.join(","))
    }

    #[test]
    fn a_whole_config_gives_layers_their_diff_ids_and_instructions() {
        let config = format!(
            r#"{{"os":"linux","architecture":"arm64","variant":"v8","created":"2026-01-01T00:00:00Z",
            "config":{{"Env":["A=1",2,{{"B":3}},null]}},"rootfs":{{"diff_ids":{}}},
            "history":[{{"created_by":"COPY . ."}},{{"created_by":"ENV A=1","empty_layer":true}},{{"created_by":"RUN make"}}]}}"#,
            diff_ids(2)
        );
        let image = assemble("x.tar", raw(&config, 2));
        assert_eq!(image.platform.unwrap().to_string(), "linux/arm64/v8");
        assert_eq!(image.created.as_deref(), Some("2026-01-01T00:00:00Z"));
        assert_eq!(image.env, ["A=1", "2", "{\"B\":3}", "null"]);
        assert_eq!(image.layers[0].instruction, Some(0));
        assert_eq!(image.layers[1].instruction, Some(2));
        assert_eq!(
            image.layers[1].diff_id.as_ref().unwrap().0,
            Digest::sha256(&[1])
        );
        assert!(image.warnings.is_empty(), "{:?}", image.warnings);
    }

    #[test]
    fn a_layer_more_or_less_than_diff_ids_is_said_with_both_numbers() {
        for (layers, ids) in [(3, 2), (1, 2), (2, 0)] {
            let config = format!(r#"{{"rootfs":{{"diff_ids":{}}}}}"#, diff_ids(ids));
            let image = assemble("x.tar", raw(&config, layers));
            assert_eq!(image.layers.len(), layers);
            assert_eq!(codes(&image), [WarningCode::LayerCountMismatch]);
            let message = &image.warnings[0].message;
            assert!(message.contains(&format!("{layers} layers")), "{message}");
            assert!(message.contains(&format!("{ids} diff IDs")), "{message}");
        }
    }

    #[test]
    fn broken_json_is_named_with_its_place_and_every_layer_stays() {
        let image = assemble("x.tar", raw("{\"history\": [,]}", 2));
        assert_eq!(codes(&image), [WarningCode::BrokenJson]);
        assert!(image.warnings[0].message.contains("line 1 column 14"));
        assert_eq!(image.layers.len(), 2);
        assert!(image.instructions.is_empty());
    }

    #[test]
    fn one_broken_part_does_not_cost_the_others() {
        let config = format!(
            r#"{{"created":7,"config":{{"Env":["A=1"]}},"rootfs":{{"diff_ids":[{},"nonsense"]}},
            "history":[{{"created_by":"RUN a"}},{{"created_by":["RUN","topsecret"]}}]}}"#,
            &diff_ids(1).trim_matches(['[', ']'])
        );
        let image = assemble("x.tar", raw(&config, 2));
        assert_eq!(image.env, ["A=1"]);
        assert!(image.layers[0].diff_id.is_some() && image.layers[1].diff_id.is_none());
        assert_eq!(image.instructions[0].layer, Some(0));
        assert_eq!(codes(&image), [WarningCode::BrokenJson; 3]);
        assert!(image.warnings[1].message.contains("/rootfs/diff_ids/1"));
        assert!(
            image
                .warnings
                .iter()
                .all(|warning| !warning.message.contains("topsecret"))
        );
    }

    #[test]
    fn without_config_the_index_tells_the_platform() {
        let image = assemble(
            "x.tar",
            RawImage {
                platform: "linux/s390x".parse().ok(),
                ..RawImage::default()
            },
        );
        assert_eq!(image.platform.unwrap().to_string(), "linux/s390x");
        assert!(image.warnings.is_empty());
    }
}
