//! One config made of the chain of legacy v1 configs that old images have instead of one.
//!
//! Before Docker 1.10 each layer had a config of its own (`<id>/json`, or `v1Compatibility` in a
//! schema 1 manifest). The newest one holds the settings; the command of each is its history.

use serde_json::{Map, Value, json};

use crate::archive::Blob;

/// The config of an image whose legacy configs are `chain`, base first.
pub(super) fn synthesize(chain: &[Value]) -> Blob {
    let mut config = Map::new();
    let newest = chain.last();
    for key in [
        "created",
        "author",
        "architecture",
        "variant",
        "os",
        "os.version",
        "config",
        "docker_version",
    ] {
        if let Some(value) = newest.and_then(|newest| newest.get(key)) {
            config.insert(key.to_owned(), value.clone());
        }
    }
    let history = chain.iter().map(history).collect();
    config.insert("history".to_owned(), Value::Array(history));
    Blob::from_vec(Value::Object(config).to_string().into_bytes())
}

/// Every legacy config has a layer of its own, an empty one where the step changed no file.
fn history(legacy: &Value) -> Value {
    let text = |key: &str| legacy.get(key).and_then(Value::as_str).unwrap_or_default();
    json!({
        "created": text("created"),
        "created_by": command(legacy),
        "author": text("author"),
        "comment": text("comment"),
    })
}

fn command(legacy: &Value) -> String {
    let words = legacy.pointer("/container_config/Cmd");
    match words {
        Some(Value::Array(words)) => {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            words.join(" ")
        }
        Some(Value::String(command)) => command.clone(),
        _ => String::new(),
    }
}
