//! Damaged documents: whatever a byte becomes, opening ends without panic and every layer that is
//! still described is there.

use super::*;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// Every shape at once, with its documents by name.
fn everything() -> Members {
    let mut members = Members::default();
    let mut image = members.image(&json!({ "os": "linux", "history": [{}] }), &["a"]);
    image["platform"] = json!({ "os": "linux", "architecture": "amd64" });
    let index = json!({ "schemaVersion": 2, "manifests": [image] });
    let nested = json!({ "mediaType": INDEX, "digest": members.blob(index.to_string()) });
    members
        .index(json!([nested, image]))
        .json("c.json", &json!({ "rootfs": { "diff_ids": [] } }))
        .json(
            "manifest.json",
            &json!([{ "Config": "c.json", "RepoTags": ["a:1"], "Layers": ["l.tar", "../x"] }]),
        )
        .json("repositories", &json!({ "a": { "1": id('a') } }))
        .json(&format!("{}/json", id('a')), &json!({ "parent": id('b') }))
}

#[test]
fn damaged_documents_never_panic() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    let pieces = [
        "null", "-1", "[", "}", "\"", "1e999", "\\u0000", "{}", "[[", "\u{202e}",
    ];
    for _ in 0..1_500 {
        let mut members = everything();
        for _ in 0..=numbers.below(3) {
            let member = numbers.below(members.0.len());
            if let (_, Body::File(bytes)) = &mut members.0[member] {
                let at = numbers.below(bytes.len() + 1);
                let end = (at + numbers.below(12)).min(bytes.len());
                let piece = pieces[numbers.below(pieces.len())];
                bytes.splice(at..end, piece.bytes());
            }
        }
        if let Ok(contents) = members.try_open(&all()) {
            for raw in contents.images {
                let layers = raw.layers.len();
                assert!(layers <= 2);
            }
        }
    }
}

#[test]
fn values_of_another_type_never_panic() {
    let odd = [
        Value::Null,
        json!(-1),
        json!("text"),
        json!([]),
        json!({}),
        json!([null, [], {}, ""]),
        json!({ "digest": "sha256:zz", "manifests": [[]], "layers": [{}] }),
    ];
    for name in ["index.json", "manifest.json", "repositories"] {
        for value in &odd {
            let document = everything().json(name, value);
            let wrapped = everything().json(name, &json!([value]));
            for members in [document, wrapped] {
                let contents = members.open();
                assert!(!contents.images.is_empty() || !contents.warnings.is_empty());
            }
        }
    }
}
