//! What a source delivers ([`RawImage`]) made into an [`Image`]: the config parsed as far as it
//! can be, instructions paired with layers, layers paired with their diff IDs.
//!
//! A config that is broken, or broken in one place, costs what that place would have told and a
//! warning; never a layer.

use super::{Image, Layer};
use super::{config, history};
use crate::error::{Warning, WarningCode};
use crate::oci::DiffId;
use crate::source::RawImage;

/// Makes an image of what a source delivered. `source` is the input as the user named it.
pub fn assemble(source: &str, raw: RawImage) -> Image {
    let mut warnings = raw.warnings.clone();
    let config = config::read(&raw, &mut warnings);
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
            "history":[{{"created_by":"RUN a"}},{{"created_by":["RUN","topsecret"],"empty_layer":true}},{{"created_by":"RUN b"}}]}}"#,
            &diff_ids(1).trim_matches(['[', ']'])
        );
        let image = assemble("x.tar", raw(&config, 2));
        assert_eq!(image.env, ["A=1"]);
        assert!(image.layers[0].diff_id.is_some() && image.layers[1].diff_id.is_none());
        let layers: Vec<_> = image.instructions.iter().map(|i| i.layer).collect();
        assert_eq!(layers, [Some(0), None, Some(1)]);
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

    #[test]
    fn a_config_cut_or_changed_anywhere_costs_no_layer() {
        let config = format!(
            r#"{{"os":"linux","config":{{"Env":["A=1"]}},"rootfs":{{"diff_ids":{}}},"history":[{{"created_by":"|1 A=1 /bin/sh -c x"}}]}}"#,
            diff_ids(2)
        );
        for at in 0..config.len() {
            let (before, after) = config.split_at(at);
            let rest = after.get(1..).unwrap_or_default();
            for changed in [
                before.to_owned(),
                format!("{before}[{rest}"),
                format!("{before}0{rest}"),
            ] {
                assert_eq!(assemble("x.tar", raw(&changed, 2)).layers.len(), 2);
            }
        }
    }
}
