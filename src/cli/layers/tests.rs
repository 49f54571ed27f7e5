use residue::error::WarningCode;
use residue::finding::{Finding, Kind, Occurrence, Summary, Tool, Verdict, Visibility};
use residue::oci::{DiffId, Digest};
use residue::rules::{Confidence, Severity};
use residue::secret::Secret;

use super::*;

fn layer(index: usize) -> LayerReport {
    LayerReport {
        index,
        digest: None,
        diff_id: Some(DiffId(Digest::sha256(&index.to_le_bytes()))),
        media_type: String::new(),
        size: 1536,
        uncompressed_size: 10 << 20,
        entries: 3,
        whiteouts: 1,
        verified: Some(true),
        instruction: None,
    }
}

fn instruction(index: usize, layer: Option<usize>, text: &str) -> InstructionReport {
    let (keyword, arguments) = text.split_once(' ').unwrap();
    InstructionReport {
        index,
        created: None,
        created_by: text.to_owned(),
        keyword: Some(keyword.to_owned()),
        arguments: arguments.to_owned(),
        empty_layer: layer.is_none(),
        layer,
        approximate: false,
    }
}

fn occurrence(layer: Option<usize>, instruction: Option<usize>, path: &str) -> Occurrence {
    Occurrence {
        image: Some(0),
        kind: if layer.is_some() {
            Kind::File
        } else {
            Kind::History
        },
        layer,
        diff_id: None,
        instruction,
        path: Some(path.to_owned()),
        pointer: None,
        key: None,
        inside: Vec::new(),
        decoded: Vec::new(),
        line: 1,
        column: 1,
        offset: 0,
        length: 9,
        visibility: Visibility::Final,
        removed_by: None,
        entry: None,
        package: None,
    }
}

fn finding(occurrences: Vec<Occurrence>) -> Finding {
    Finding {
        id: "x".to_owned(),
        rule: "a.b".to_owned(),
        title: "A".to_owned(),
        severity: Severity::High,
        confidence: Confidence::Likely,
        secret: Secret::new(*b"not shown"),
        facts: Default::default(),
        visibility: Visibility::Final,
        advice: String::new(),
        references: Vec::new(),
        parts: Vec::new(),
        occurrences,
    }
}

/// Three layers of which the base has no instruction, and an instruction without a layer.
fn report() -> Report {
    let image = ImageReport {
        source: "app.tar".to_owned(),
        references: vec!["app:\x1b[31m1".to_owned()],
        manifest_digest: None,
        config_digest: None,
        platform: "linux/amd64".parse().ok(),
        created: None,
        layers: (0..3).map(layer).collect(),
        instructions: vec![
            instruction(0, None, "ENV TOKEN=***"),
            instruction(1, Some(1), "COPY . /app\x1b[2J"),
            instruction(2, Some(2), "RUN rm /app/.env"),
        ],
    };
    Report {
        tool: Tool {
            name: "residue",
            version: "0",
            rules: 1,
            ruleset: Digest::sha256(b""),
        },
        images: vec![image],
        findings: vec![
            finding(vec![
                occurrence(Some(1), Some(1), "app/.env"),
                occurrence(Some(1), Some(1), "app/copy/.env"),
                occurrence(None, Some(0), "config.json"),
                occurrence(None, None, "config.json"),
            ]),
            finding(vec![occurrence(Some(1), Some(1), "app/key")]),
        ],
        suppressed: Vec::new(),
        warnings: Vec::new(),
        complete: true,
        summary: Summary::default(),
        verdict: Verdict::Pass,
    }
}

#[test]
fn a_layer_without_instruction_and_an_instruction_without_layer_both_have_a_line() {
    let mut out = Vec::new();
    write_tables(&report(), 120, &mut out).unwrap();
    let ids: Vec<String> = (0..3).map(|index| short_id(&layer(index))).collect();
    let expected = format!(
        "\
Image  app.tar  app:\\x1b[31m1  linux/amd64
layer     size  entries  deleted  findings  diff id       instruction
    -        -        -        -         1  -             ENV TOKEN=***
    0  1.5 KiB        3        1         0  {}  ?
    1  1.5 KiB        3        1         2  {}  COPY . /app\\x1b[2J
    2  1.5 KiB        3        1         0  {}  RUN rm /app/.env
    -        -        -        -         1  -             (config and other metadata)
",
        ids[0], ids[1], ids[2]
    );
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn json_counts_the_same_findings() {
    let mut out = Vec::new();
    write_json(&report(), &mut out).unwrap();
    let json: Value = serde_json::from_slice(&out).unwrap();
    let image = &json["images"][0];
    let counts = |list: &str| -> Vec<u64> {
        let rows = image[list].as_array().unwrap();
        rows.iter()
            .map(|row| row["findings"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(counts("layers"), [0, 2, 0]);
    assert_eq!(counts("instructions"), [1, 0, 0]);
    assert_eq!(image["metadata_findings"], 1);
    assert_eq!(json["complete"], true);
}

#[test]
fn a_warning_is_told_with_its_place() {
    let warning = Warning::new(WarningCode::BrokenNestedArchive, "ends early");
    assert_eq!(line(&warning, 1), "warning: ends early");
    let warning = warning.in_image(0).in_layer(2).at(b"a.zip");
    assert_eq!(line(&warning, 1), "warning: layer 2: a.zip: ends early");
    assert_eq!(
        line(&warning, 2),
        "warning: image 0: layer 2: a.zip: ends early"
    );
}
