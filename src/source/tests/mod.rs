//! Sources on archives built in memory, shape by shape.

mod dir;
mod docker;
mod layout;
mod random;
mod selection;

use std::path::Path;

use serde_json::{Value, json};

use super::local::Asked;
use super::open::read;
use super::{Contents, Platforms, Role, Selection};
use crate::archive::{Archive, Limits};
use crate::error::{Error, Result, Warning, WarningCode};
use crate::oci::Digest;

/// Members of a tar in the making.
#[derive(Default)]
struct Members(Vec<(String, Body)>);

enum Body {
    File(Vec<u8>),
    Symlink(String),
}

impl Members {
    fn file(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.push(name, bytes);
        self
    }

    fn json(self, name: &str, value: &Value) -> Self {
        self.file(name, value.to_string())
    }

    fn symlink(mut self, name: &str, target: &str) -> Self {
        self.0
            .push((name.to_owned(), Body::Symlink(target.to_owned())));
        self
    }

    fn push(&mut self, name: &str, bytes: impl Into<Vec<u8>>) {
        self.0.push((name.to_owned(), Body::File(bytes.into())));
    }

    /// A blob of a layout; gives its digest.
    fn blob(&mut self, bytes: impl Into<Vec<u8>>) -> Digest {
        let bytes = bytes.into();
        let digest = Digest::sha256(&bytes);
        self.push(&format!("blobs/sha256/{}", digest.encoded()), bytes);
        digest
    }

    /// A manifest of a layout with the config `config` and one layer for each name; gives its
    /// descriptor.
    fn image(&mut self, config: &Value, layers: &[&str]) -> Value {
        let config = self.blob(config.to_string());
        let layers: Vec<Value> = layers
            .iter()
            .map(|name| json!({ "mediaType": LAYER, "digest": self.blob(layer(name)) }))
            .collect();
        self.manifest(&json!({
            "schemaVersion": 2,
            "config": { "mediaType": CONFIG, "digest": config },
            "layers": layers,
        }))
    }

    fn manifest(&mut self, manifest: &Value) -> Value {
        json!({ "mediaType": MANIFEST, "digest": self.blob(manifest.to_string()) })
    }

    fn index(self, manifests: Value) -> Self {
        self.json("oci-layout", &json!({ "imageLayoutVersion": "1.0.0" }))
            .json(
                "index.json",
                &json!({ "schemaVersion": 2, "manifests": manifests }),
            )
    }

    fn without(mut self, digest: &Value) -> Self {
        let hex = digest.as_str().unwrap().trim_start_matches("sha256:");
        self.0.retain(|(name, _)| !name.ends_with(hex));
        self
    }

    fn under(mut self, folder: &str) -> Self {
        for (name, _) in &mut self.0 {
            *name = format!("{folder}{name}");
        }
        self
    }

    fn archive(self) -> Archive {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, body) in self.0 {
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o644);
            match body {
                Body::File(bytes) => {
                    header.set_size(bytes.len() as u64);
                    tar.append_data(&mut header, name, &bytes[..]).unwrap();
                }
                Body::Symlink(target) => {
                    header.set_entry_type(tar::EntryType::Symlink);
                    header.set_size(0);
                    tar.append_link(&mut header, name, target).unwrap();
                }
            }
        }
        let bytes = tar.into_inner().unwrap();
        Archive::from_reader(&mut &bytes[..], Path::new("test.tar"), &Limits::default()).unwrap()
    }

    fn try_open(self, selection: &Selection) -> Result<Contents> {
        read(&self.archive(), &Asked::anything("test.tar"), selection)
    }

    fn open(self) -> Contents {
        self.try_open(&all()).unwrap()
    }

    fn refused(self, selection: &Selection) -> String {
        match self.try_open(selection) {
            Err(error @ (Error::NotAnImage { .. } | Error::NoMatch { .. })) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }
}

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// A tar with one file of this name.
fn layer(name: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(1);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, &b"x"[..]).unwrap();
    tar.into_inner().unwrap()
}

fn all() -> Selection {
    Selection {
        image: None,
        platforms: Platforms::All,
        unverified: false,
    }
}

/// An id as Docker has them, of one letter.
fn id(letter: char) -> String {
    letter.to_string().repeat(64)
}

fn codes(warnings: &[Warning]) -> Vec<WarningCode> {
    warnings.iter().map(|warning| warning.code).collect()
}

/// Names of the layers of each image, shortened.
fn layers(contents: &Contents) -> Vec<usize> {
    contents.images.iter().map(|i| i.layers.len()).collect()
}

fn roles(documents: &[super::Document], role: Role) -> Vec<&str> {
    documents
        .iter()
        .filter(|document| document.role == role)
        .map(|document| document.name.as_str())
        .collect()
}
