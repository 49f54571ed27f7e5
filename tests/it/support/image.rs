//! An image in words: [`ImageBuilder`] collects layers, instructions and config, and gives what
//! every shape is written from.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::compress::Stored;
use super::layer::LayerBuilder;

/// Hexadecimal SHA-256.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// One image under construction; layers come base first.
#[derive(Clone)]
pub struct ImageBuilder {
    tars: Vec<Vec<u8>>,
    history: Vec<Value>,
    config: Map<String, Value>,
    top: Map<String, Value>,
    without_history: bool,
    pub tags: Vec<String>,
    pub stored: Stored,
}

/// A layer in both of its forms.
pub struct Blob {
    pub tar: Vec<u8>,
    pub diff_id: String,
    pub stored: Vec<u8>,
    pub digest: String,
}

impl Default for ImageBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl ImageBuilder {
    pub fn new() -> Self {
        Self {
            tars: Vec::new(),
            history: Vec::new(),
            config: Map::new(),
            top: Map::new(),
            without_history: false,
            tags: vec!["example.test/app:1".to_owned()],
            stored: Stored::Gzip,
        }
    }

    /// A layer and the instruction that made it.
    pub fn layer(mut self, created_by: &str, layer: LayerBuilder) -> Self {
        self.history.push(json!({
            "created": "2024-01-01T00:00:00Z", "created_by": created_by
        }));
        self.layer_without_history(layer)
    }

    pub fn layer_without_history(mut self, layer: LayerBuilder) -> Self {
        self.tars.push(layer.tar());
        self
    }

    /// A layer of any bytes, also such as are no tar.
    pub fn raw_layer(mut self, created_by: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.history.push(json!({ "created_by": created_by }));
        self.tars.push(bytes.into());
        self
    }

    /// An instruction without a layer.
    pub fn instruction(mut self, created_by: &str) -> Self {
        self.history.push(json!({
            "created": "2024-01-01T00:00:00Z", "created_by": created_by, "empty_layer": true
        }));
        self
    }

    pub fn env(mut self, key: &str, value: &str) -> Self {
        let list = self.config.entry("Env").or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(json!(format!("{key}={value}")));
        }
        self
    }

    pub fn label(mut self, key: &str, value: &str) -> Self {
        let labels = self.config.entry("Labels").or_insert_with(|| json!({}));
        labels[key] = json!(value);
        self
    }

    /// Any field of the inner `config`: `Cmd`, `Entrypoint`, `Healthcheck`, ….
    pub fn config(mut self, key: &str, value: Value) -> Self {
        self.config.insert(key.to_owned(), value);
        self
    }

    /// Any field beside the inner `config`: `author`, `container_config`, ….
    pub fn top(mut self, key: &str, value: Value) -> Self {
        self.top.insert(key.to_owned(), value);
        self
    }

    pub fn tag(mut self, tag: &str) -> Self {
        self.tags = vec![tag.to_owned()];
        self
    }

    pub fn untagged(mut self) -> Self {
        self.tags.clear();
        self
    }

    /// How shapes that may choose store the layers.
    pub fn stored(mut self, stored: Stored) -> Self {
        self.stored = stored;
        self
    }

    pub fn without_history(mut self) -> Self {
        self.without_history = true;
        self
    }

    /// `os/arch[/variant]`.
    pub fn platform(self, os: &str, architecture: &str) -> Self {
        self.top("os", json!(os))
            .top("architecture", json!(architecture))
    }

    pub fn architecture(&self) -> &str {
        self.top
            .get("architecture")
            .and_then(Value::as_str)
            .unwrap_or("amd64")
    }

    /// The layers, base first.
    pub fn blobs(&self, stored: Stored) -> Vec<Blob> {
        let blob = |tar: &Vec<u8>| {
            let bytes = stored.apply(tar);
            Blob {
                diff_id: sha256(tar),
                digest: sha256(&bytes),
                tar: tar.clone(),
                stored: bytes,
            }
        };
        self.tars.iter().map(blob).collect()
    }

    /// The config document.
    pub fn config_bytes(&self) -> Vec<u8> {
        let diff_ids: Vec<String> = (self.tars.iter())
            .map(|tar| format!("sha256:{}", sha256(tar)))
            .collect();
        let mut document = json!({
            "architecture": "amd64",
            "os": "linux",
            "created": "2024-01-01T00:00:00Z",
            "config": self.config,
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
        });
        if !self.without_history {
            document["history"] = json!(self.history);
        }
        for (key, value) in &self.top {
            document[key] = value.clone();
        }
        bytes(&document)
    }
}

/// A document as bytes.
pub fn bytes(document: &Value) -> Vec<u8> {
    serde_json::to_vec(document).expect("JSON of strings")
}
