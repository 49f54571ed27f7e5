//! Documents as they come, with a rule of the test's own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;
use crate::archive::Blob;
use crate::detect::catalog;
use crate::rules::Loader;

fn engine() -> Engine {
    let rule = r#"
[[rule]]
id = "test.token"
title = "Token"
severity = "high"
confidence = "likely"
anchors = ["tok_"]
regex = 'tok_[a-z]{8}'
revoke = "nowhere"
examples = ["tok_abcdefgh"]
"#;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("test.toml");
    std::fs::write(&file, rule).expect("a file");
    let loader = Loader {
        only: vec![file],
        ..Loader::default()
    };
    Engine::new(loader.load(catalog()).expect("a rule"))
}

/// Kind, pointer and secret of everything in a document, in order of secret.
fn found(role: Role, bytes: impl Into<Vec<u8>>) -> Vec<(Kind, Option<String>, String)> {
    found_by(&engine(), role, bytes)
}

fn found_by(
    engine: &Engine,
    role: Role,
    bytes: impl Into<Vec<u8>>,
) -> Vec<(Kind, Option<String>, String)> {
    let document = Document {
        name: "blobs/doc".to_owned(),
        role,
        blob: Blob::from_vec(bytes.into()),
    };
    let scan = scan_document(&document, engine, &Limits::default(), Budget::share(1));
    let secret =
        |located: &Located| String::from_utf8_lossy(located.matched.secret.expose()).into_owned();
    let mut all: Vec<_> = scan
        .found
        .iter()
        .map(|l| (l.occurrence.kind, l.occurrence.pointer.clone(), secret(l)))
        .collect();
    all.sort_by(|a, b| a.2.cmp(&b.2));
    all
}

fn pointed(kind: Kind, pointer: &str, secret: &str) -> (Kind, Option<String>, String) {
    (kind, Some(pointer.to_owned()), secret.to_owned())
}

#[test]
fn members_of_a_config_are_places_of_their_own_kind() {
    let config = json!({
        "config": {
            "Env": ["A=tok_aaaaaaaa"],
            "Labels": { "x": "tok_bbbbbbbb", "tok_cccccccc": "key" },
            "Cmd": ["run", "tok_dddddddd"],
            "Healthcheck": { "Test": ["CMD", "tok_eeeeeeee"] },
            "OnBuild": ["RUN tok_ffffffff"],
            "User": "tok_gggggggg",
        },
        "history": [{ "created_by": "RUN tok_hhhhhhhh", "comment": "tok_iiiiiiii" }],
        "container_config": { "Env": ["A=tok_jjjjjjjj"] },
        "x-unknown": { "deep": [["tok_kkkkkkkk"]] },
    });
    let expected = [
        pointed(Kind::Env, "/config/Env/0", "tok_aaaaaaaa"),
        pointed(Kind::Label, "/config/Labels/x", "tok_bbbbbbbb"),
        pointed(Kind::Label, "/config/Labels/tok_cccccccc", "tok_cccccccc"),
        pointed(Kind::Cmd, "/config/Cmd/1", "tok_dddddddd"),
        pointed(
            Kind::Healthcheck,
            "/config/Healthcheck/Test/1",
            "tok_eeeeeeee",
        ),
        pointed(Kind::Onbuild, "/config/OnBuild/0", "tok_ffffffff"),
        pointed(Kind::Config, "/config/User", "tok_gggggggg"),
        pointed(Kind::History, "/history/0/created_by", "tok_hhhhhhhh"),
        pointed(Kind::History, "/history/0/comment", "tok_iiiiiiii"),
        pointed(
            Kind::LegacyConfig,
            "/container_config/Env/0",
            "tok_jjjjjjjj",
        ),
        pointed(Kind::Config, "/x-unknown/deep/0/0", "tok_kkkkkkkk"),
    ];
    assert_eq!(found(Role::Config, config.to_string()), expected);
}

#[test]
fn a_key_that_stands_twice_and_bytes_behind_the_document_are_found() {
    let text = r#"{"a": "tok_aaaaaaaa", "a": "tok_bbbbbbbb"} tok_cccccccc"#;
    let expected = [
        pointed(Kind::Manifest, "/a", "tok_aaaaaaaa"),
        pointed(Kind::Manifest, "/a", "tok_bbbbbbbb"),
        (Kind::Manifest, None, "tok_cccccccc".to_owned()),
    ];
    assert_eq!(found(Role::Manifest, text), expected);
}

#[test]
fn the_dockerfile_and_the_payload_in_an_attestation_are_opened() {
    let dockerfile = STANDARD.encode("FROM scratch\nARG T=tok_aaaaaaaa\nRUN true\n");
    let payload = STANDARD.encode(json!({ "args": { "build-arg:T": "tok_bbbbbbbb" } }).to_string());
    let statement = json!({ "infos": [{ "data": dockerfile }], "payload": payload });
    let expected = [
        pointed(Kind::Attestation, "/infos/0/data", "tok_aaaaaaaa"),
        pointed(
            Kind::Attestation,
            "/payload/args/build-arg:T",
            "tok_bbbbbbbb",
        ),
    ];
    assert_eq!(found(Role::Attestation, statement.to_string()), expected);
}

#[test]
fn base64_within_a_string_is_found_where_the_string_is() {
    let encoded = |secret: &str| STANDARD.encode(format!("A=b\ntoken={secret}\n"));
    let settings = STANDARD.encode(json!({ "t": "tok_bbbbbbbb" }).to_string());
    let config = json!({
        "config": {
            "Env": [format!("A=\"{}\"", encoded("tok_aaaaaaaa")), format!("B={settings}")],
            "Cmd": ["app", format!("--config={}", encoded("tok_cccccccc"))],
        },
        "history": [{ "created_by": format!("echo {} | base64 -d", encoded("tok_dddddddd")) }],
    });
    let expected = [
        pointed(Kind::Env, "/config/Env/0", "tok_aaaaaaaa"),
        pointed(Kind::Env, "/config/Env/1/t", "tok_bbbbbbbb"),
        pointed(Kind::Cmd, "/config/Cmd/1", "tok_cccccccc"),
        pointed(Kind::History, "/history/0/created_by", "tok_dddddddd"),
    ];
    assert_eq!(found(Role::Config, config.to_string()), expected);
}

#[test]
fn a_document_that_is_no_json_is_scanned_as_a_file() {
    let expected = [(Kind::ArchiveFile, None, "tok_aaaaaaaa".to_owned())];
    assert_eq!(
        found(Role::ArchiveFile, "# notes\ntok_aaaaaaaa\n"),
        expected
    );
    let deep = format!("{}\"tok_aaaaaaaa\"", "[".repeat(100_000));
    assert_eq!(found(Role::OrphanBlob, deep)[0].2, "tok_aaaaaaaa");
}

/// What is found in a config by a rule for the password behind `zz … -p`.
fn in_commands(config: &serde_json::Value) -> Vec<(Kind, Option<String>, String)> {
    let rule = crate::detect::tests::rule(
        "a.b",
        "zz",
        "regex = 'zz(?: \\w{1,9}){0,9} -p ?(?P<secret>\\w{3,40})'",
    );
    let engine = crate::detect::tests::engine_of(&rule);
    found_by(&engine, Role::Config, config.to_string())
}

#[test]
fn commands_of_one_config_are_apart_from_those_of_the_next() {
    let config = json!({
        "container_config": { "Entrypoint": ["zz"] },
        "config": {
            "Cmd": ["x", "-p", "t0kyo9"],
            "Healthcheck": { "Test": ["-p", "n0ne99"] },
            "Entrypoint": ["zz"],
            "Labels": { "Cmd": "-p n0ne99" },
        },
        "other": { "Cmd": ["-p", "n0ne99"], "x": ["-p", "n0ne99"] },
    });
    let expected = [pointed(Kind::Cmd, "/config/Cmd/2", "t0kyo9")];
    assert_eq!(in_commands(&config), expected);
}

#[test]
fn commands_of_documents_within_strings_and_of_legacy_configs_are_read() {
    let inner = json!({ "config": { "Cmd": ["zz", "-p", "t0kyo9"] } }).to_string();
    let config = json!({
        "history": [{ "v1Compatibility": inner }],
        "container_config": { "Cmd": ["/bin/sh", "-c", "#(nop) ", "CMD [\"zz\" \"-p\" \"t1kyo9\"]"] },
    });
    let expected = [
        pointed(
            Kind::LegacyConfig,
            "/history/0/v1Compatibility/config/Cmd/2",
            "t0kyo9",
        ),
        pointed(Kind::LegacyConfig, "/container_config/Cmd/3", "t1kyo9"),
    ];
    assert_eq!(in_commands(&config), expected);
}

#[test]
fn a_command_that_no_kernel_takes_is_a_limit() {
    let long = "x".repeat(1 << 20);
    let config = json!({ "config": { "Cmd": [long, long, long, "zz", "-p", "t0kyo9"] } });
    let document = Document {
        name: "blobs/doc".to_owned(),
        role: Role::Config,
        blob: Blob::from_vec(config.to_string().into_bytes()),
    };
    let scan = scan_document(&document, &engine(), &Limits::default(), Budget::share(1));
    let codes: Vec<_> = scan.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(codes, [WarningCode::LimitReached]);
}
