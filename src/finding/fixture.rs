//! A report made by hand, with every sort of finding that the rooms behind this one must handle.
//! All secrets in it are plainly fake.

use serde_json::json;

use super::*;
use crate::error::WarningCode;

/// Every kind, so that a test can walk over them.
pub(crate) const EVERY_KIND: [Kind; 20] = [
    Kind::File,
    Kind::Name,
    Kind::EntryMetadata,
    Kind::Slack,
    Kind::HiddenBytes,
    Kind::Env,
    Kind::History,
    Kind::Label,
    Kind::Cmd,
    Kind::Entrypoint,
    Kind::Healthcheck,
    Kind::Onbuild,
    Kind::Config,
    Kind::LegacyConfig,
    Kind::Annotation,
    Kind::Manifest,
    Kind::Attestation,
    Kind::Artifact,
    Kind::OrphanBlob,
    Kind::ArchiveFile,
];

/// A name that would clear the screen and turn the text around.
pub(crate) const HOSTILE: &str = "evil\u{1b}[2J\u{202e}txt.env";

fn diff_id(layer: usize) -> DiffId {
    DiffId(Digest::sha256(format!("diff {layer}").as_bytes()))
}

/// An occurrence in a file that is still there.
pub(crate) fn in_file(layer: usize, path: &str) -> Occurrence {
    Occurrence {
        image: Some(0),
        kind: Kind::File,
        layer: Some(layer),
        diff_id: Some(diff_id(layer)),
        instruction: Some(layer),
        path: Some(path.to_owned()),
        pointer: None,
        key: None,
        inside: Vec::new(),
        decoded: Vec::new(),
        line: 3,
        column: 7,
        offset: 42,
        length: 27,
        visibility: Visibility::Final,
        removed_by: None,
        entry: Some(EntryFacts {
            mode: "0644".to_owned(),
            uid: 0,
            gid: 0,
            mtime: 1_700_000_000,
            size: 120,
        }),
        package: None,
    }
}

/// An occurrence in the config.
pub(crate) fn in_config(kind: Kind, pointer: &str, instruction: usize) -> Occurrence {
    Occurrence {
        kind,
        layer: None,
        diff_id: None,
        instruction: Some(instruction),
        path: Some("blobs/sha256/c0ffee".to_owned()),
        pointer: Some(pointer.to_owned()),
        key: (kind == Kind::Env).then(|| "DATABASE_URL".to_owned()),
        line: 1,
        column: 10,
        offset: 9,
        visibility: Visibility::Metadata,
        entry: None,
        ..in_file(0, "")
    }
}

/// A file that layer 3 hid.
pub(crate) fn hidden(layer: usize, path: &str, visibility: Visibility) -> Occurrence {
    Occurrence {
        visibility,
        removed_by: Some(Removal {
            layer: Some(3),
            instruction: Some(3),
        }),
        ..in_file(layer, path)
    }
}

/// A finding in the given places.
pub(crate) fn finding(number: usize, secret: &[u8], occurrences: Vec<Occurrence>) -> Finding {
    Finding {
        id: format!("{number:016x}"),
        rule: "example.token".to_owned(),
        title: "Example service token".to_owned(),
        severity: Severity::Critical,
        confidence: Confidence::Confirmed,
        secret: Secret::new(secret),
        facts: Facts::from([
            ("checksum".to_owned(), json!("valid")),
            ("encrypted".to_owned(), json!(false)),
        ]),
        visibility: occurrences
            .first()
            .map_or(Visibility::Metadata, |occurrence| occurrence.visibility),
        advice: "Revoke at https://example.com/tokens. Use `RUN --mount=type=secret`.".to_owned(),
        references: vec!["https://example.com/docs/tokens".to_owned()],
        parts: Vec::new(),
        occurrences,
    }
}

fn layer(index: usize, size: u64) -> LayerReport {
    LayerReport {
        index,
        digest: Some(Digest::sha256(format!("layer {index}").as_bytes())),
        diff_id: Some(diff_id(index)),
        media_type: "application/vnd.oci.image.layer.v1.tar+gzip".to_owned(),
        size,
        uncompressed_size: size * 3,
        entries: 10 + index as u64,
        whiteouts: u64::from(index == 3),
        verified: Some(true),
        instruction: Some(index),
    }
}

fn instruction(index: usize, keyword: &str, arguments: &str) -> InstructionReport {
    InstructionReport {
        index,
        created: Some("2026-01-02T03:04:05Z".to_owned()),
        created_by: format!("{keyword} {arguments}"),
        keyword: Some(keyword.to_owned()),
        arguments: arguments.to_owned(),
        empty_layer: index > 3,
        layer: (index <= 3).then_some(index),
        approximate: false,
    }
}

/// One image: a base, a `COPY`, a `RUN`, a `RUN rm`, an `ENV` and a `LABEL`.
pub(crate) fn image() -> ImageReport {
    ImageReport {
        source: "app.tar".to_owned(),
        references: vec!["example.com/app:1.0".to_owned()],
        manifest_digest: None,
        config_digest: Some(Digest::sha256(b"config")),
        platform: Some("linux/amd64".parse().unwrap()),
        created: Some("2026-01-02T03:04:05Z".to_owned()),
        layers: vec![
            layer(0, 3_400_000),
            layer(1, 2048),
            layer(2, 512),
            layer(3, 99),
        ],
        instructions: vec![
            instruction(0, "ADD", "alpine-minirootfs.tar.gz /"),
            instruction(1, "COPY", ".env config.json deploy/keys /app/"),
            instruction(
                2,
                "RUN",
                "curl -fsSL https://example.com/install.sh | sh && apk add --no-cache build-base git openssh-client",
            ),
            instruction(3, "RUN", "rm -f /app/.env"),
            instruction(4, "ENV", "API_TOKEN=***"),
            instruction(5, "LABEL", "com.example.token=***"),
        ],
    }
}

/// A report without findings, complete.
pub(crate) fn empty() -> Report {
    Report {
        tool: Tool {
            name: "residue",
            version: "0.0.0",
            rules: 83,
            ruleset: Digest::sha256(b"rules"),
        },
        images: vec![image()],
        findings: Vec::new(),
        suppressed: Vec::new(),
        warnings: Vec::new(),
        complete: true,
        summary: Summary {
            layers: 4,
            entries: 46,
            bytes: 10_207_977,
            ..Summary::default()
        },
        verdict: Verdict::Pass,
    }
}

fn warnings() -> Vec<Warning> {
    vec![
        Warning::new(
            WarningCode::TruncatedLayer,
            "layer 2 ends after 300 of 512 bytes",
        )
        .in_image(0)
        .in_layer(2),
        Warning {
            path: Some(HOSTILE.to_owned()),
            ..Warning::new(WarningCode::HostileName, "a name holds control characters")
                .in_image(0)
                .in_layer(1)
        },
    ]
}

/// A live, a deleted, an overwritten, an env, a history and a label secret, a nested archive
/// member, hostile names, a secret that is not UTF-8, warnings and suppressed findings.
pub(crate) fn full() -> Report {
    let nested = Occurrence {
        inside: vec!["vendor.zip".to_owned(), "conf/prod.env".to_owned()],
        decoded: vec!["base64".to_owned()],
        ..in_file(2, "opt/bundle.tar")
    };
    let medium = |finding: Finding| Finding {
        severity: Severity::Medium,
        confidence: Confidence::Possible,
        ..finding
    };
    let findings = vec![
        finding(
            1,
            b"fake-secret-that-is-live-0001",
            vec![in_file(1, "app/config.json"), nested],
        ),
        finding(
            2,
            b"fake-secret-in-config-000002",
            vec![
                in_config(Kind::Env, "/config/Env/1", 4),
                in_config(Kind::History, "/history/4/created_by", 4),
                in_config(Kind::Label, "/config/Labels/com.example.token", 5),
            ],
        ),
        finding(
            3,
            b"fake-secret-deleted-00000003",
            vec![
                hidden(1, "app/.env", Visibility::Overwritten),
                hidden(1, "app/.env", Visibility::Deleted),
            ],
        ),
        medium(finding(
            4,
            b"-----FAKE\nsecret of three lines\n\xff\xfe-----",
            vec![Occurrence {
                package: Some(PackageFile {
                    name: HOSTILE.to_owned(),
                    version: None,
                    file: FileState::Modified,
                }),
                ..in_file(1, HOSTILE)
            }],
        )),
        medium(Finding {
            title: "Password".to_owned(),
            rule: "generic.password".to_owned(),
            references: Vec::new(),
            ..finding(
                5,
                b"short",
                (0..9).map(|n| in_file(1, &format!("etc/{n}"))).collect(),
            )
        }),
    ];
    let suppressed = vec![Suppressed {
        finding: finding(
            6,
            b"fake-secret-in-test-data-06",
            vec![in_file(0, "test/data [1] 100%.txt")],
        ),
        reason: "allow".to_owned(),
        note: Some("test data".to_owned()),
    }];
    Report {
        findings,
        suppressed,
        warnings: warnings(),
        complete: false,
        summary: Summary {
            findings: 5,
            by_severity: [("critical", 3), ("high", 0), ("low", 0), ("medium", 2)]
                .map(|(name, count)| (name.to_owned(), count))
                .into(),
            by_visibility: [
                ("deleted", 0),
                ("final", 3),
                ("metadata", 1),
                ("overwritten", 1),
            ]
            .map(|(name, count)| (name.to_owned(), count))
            .into(),
            layers: 4,
            entries: 46,
            bytes: 10_207_977,
        },
        verdict: Verdict::Fail,
        ..empty()
    }
}
