use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

fn all_of(document: &[u8]) -> (Vec<(String, String)>, Extent) {
    let mut found = Vec::new();
    let extent = texts(document, &mut |text| {
        found.push((text.pointer(), text.text.to_owned()))
    });
    (found, extent)
}

fn all(document: &Value) -> Vec<(String, String)> {
    let document = document.to_string();
    let (found, extent) = all_of(document.as_bytes());
    assert_eq!((extent.end, extent.is_whole), (document.len(), true));
    found
}

#[test]
fn a_long_key_is_read_once_and_only_its_length_stands_in_pointers() {
    let key = "é".repeat(10_000);
    let found = all(&json!({ key.as_str(): ["a", "b"] }));
    assert_eq!(found[0].1, key);
    assert_eq!(found[0].0, "/(20000 bytes)");
    assert_eq!(found[2], ("/(20000 bytes)/1".to_owned(), "b".to_owned()));
}

#[test]
fn a_document_too_deep_or_broken_is_said_and_never_a_crash() {
    for bad in ["[".repeat(2 << 20), "{\"a\":".repeat(100_000)] {
        assert!(!all_of(bad.as_bytes()).1.is_whole);
        let inner = json!({ "a": bad, "b": "seen" });
        assert!(all(&inner).iter().any(|(_, text)| text == "seen"));
    }
    let deep = format!("{}\"x\"{}", "[".repeat(1_000), "]".repeat(1_000));
    let found = all(&json!({ "a": deep, "b": "seen" }));
    assert!(found.contains(&("/b".to_owned(), "seen".to_owned())));
    let pointer = format!("/a{}", "/0".repeat(MOST_STEPS - 1));
    assert!(found.contains(&(pointer, "x".to_owned())));
}

#[test]
fn values_one_after_the_other_are_read_up_to_what_is_none() {
    let (found, extent) = all_of(b"\xef\xbb\xbf{\"a\":\"b\"}\n\x1e[\"c\"] rest");
    let found: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(found, ["a", "b", "c"]);
    assert_eq!((extent.end, extent.is_whole), (19, false));
    let (found, extent) = all_of(br#"{"a":["b","c"#);
    assert_eq!(found.last(), Some(&("/a/1".to_owned(), "c".to_owned())));
    assert_eq!((extent.end, extent.is_whole), (12, false));
    assert_eq!(all_of(b"plain").1.end, 0);
}

#[test]
fn spans_in_strings_with_escapes_are_told_from_others() {
    let document = br#"["plain", "with \" escape", 1234]"#;
    let spans = [2..4, 12..16, 24..32, 28..30];
    assert_eq!(
        in_escaped_strings(document, &spans),
        [false, true, false, false]
    );
}

#[test]
fn every_string_key_and_number_comes_with_its_pointer() {
    let document = json!({"config": {"Env": ["A=b"], "x/y~z": null}, "n": 12});
    let expected = [
        ("/config", "config"),
        ("/config/Env", "Env"),
        ("/config/Env/0", "A=b"),
        ("/config/x~1y~0z", "x/y~z"),
        ("/n", "n"),
        ("/n", "12"),
    ];
    let found = all(&document);
    let found: Vec<(&str, &str)> = found.iter().map(|(p, t)| (&p[..], &t[..])).collect();
    assert_eq!(found, expected);
}

#[test]
fn json_and_base64_within_strings_are_opened() {
    let dockerfile = "FROM scratch\nARG TOKEN=abc\nRUN true\n";
    let payload = STANDARD.encode(json!({"args": ["deep"]}).to_string());
    let document = json!({
        "v1Compatibility": "{\"config\":{\"Env\":[\"K=v\"]}}",
        "data": STANDARD.encode(dockerfile),
        "payload": payload,
    });
    let found = all(&document);
    let has = |pointer: &str, text: &str| found.iter().any(|(p, t)| p == pointer && t == text);
    assert!(has("/v1Compatibility/config/Env/0", "K=v"), "{found:?}");
    assert!(has("/data", dockerfile));
    assert!(has("/payload/args/0", "deep"));
}

#[test]
fn base64_within_a_string_is_opened_with_the_name_of_what_it_is_assigned_to() {
    let settings = STANDARD.encode(json!({ "token": "deep" }).to_string());
    let lines = STANDARD.encode("A=one\nB=two and three\n");
    let inner = STANDARD.encode(json!({ "a": format!("IN={lines}") }).to_string());
    let list = json!([
        format!("APP={settings}"),
        format!("echo {lines} | base64 -d"),
        format!("OUT={inner} {settings}"),
    ]);
    let mut found = Vec::new();
    texts(list.to_string().as_bytes(), &mut |text| {
        if let (false, Some(part)) = (text.is_key, text.part) {
            let how = text.decoded.len();
            found.push((text.pointer(), text.text.to_owned(), part.name.clone(), how));
        }
    });
    let found: Vec<_> = (found.iter())
        .map(|(p, t, name, how)| (&p[..], &t[..], name.as_deref(), *how))
        .collect();
    let text = "A=one\nB=two and three\n";
    let within = format!("IN={lines}");
    let expected = [
        ("/0/token", "deep", Some("APP"), 1),
        ("/1", text, None, 1),
        ("/2/a", &within[..], Some("OUT"), 1),
        ("/2/a", text, Some("OUT"), 2),
        ("/2/token", "deep", None, 1),
    ];
    assert_eq!(found, expected);
}
