//! Credential files are parsed: a secret is reported with its key and line, as what it says and not
//! as it is written, and neither form is shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::support::{
    ImageBuilder, KeyPair, LayerBuilder, Scan, Scratch, Shape, residue, scan, secrets,
};

/// A password that could be guessed, made up when the test runs.
fn password(word: &str) -> String {
    format!("{}-7x{}", secrets::letters(word, 6), secrets::hex(word, 3))
}

fn scanned(layer: LayerBuilder) -> Scan {
    let image = ImageBuilder::new().layer("COPY . / # buildkit", layer);
    scan(&Scratch::new().image(Shape::Classic, &image))
}

/// Rule, key, line and decodings of each place of a secret, by path.
fn told(scan: &Scan, secret: &str) -> Vec<(String, Value, Value, Value)> {
    let mut places: Vec<_> = (scan.places(secret).iter())
        .map(|place| {
            let path = place["path"].as_str().expect("a path").to_owned();
            let [key, line, decoded] = ["key", "line", "decoded"].map(|name| place[name].clone());
            (path, key, line, decoded)
        })
        .collect();
    places.sort_by(|a, b| a.0.cmp(&b.0));
    places
}

#[test]
fn one_password_in_several_files_is_one_finding_with_key_and_line_of_each() {
    let secret = password("one");
    let encoded = STANDARD.encode(format!("ci:{secret}"));
    let escaped = secret.replace('-', "\\u002d");
    let layer = LayerBuilder::new()
        .file(
            "root/.docker/config.json",
            format!("{{\n  \"auths\": {{\n    \"r.corp\": {{\"auth\": \"{encoded}\"}}\n  }}\n}}\n"),
        )
        .file(
            "root/.netrc",
            format!("machine git.corp\n  login ci\n  password {secret}\n"),
        )
        .file("root/.m2/settings.xml", format!("<settings><servers>\n<server><id>a</id>\n<password>{secret}</password></server></servers></settings>"))
        .file("srv/appsettings.json", format!("{{\"Smtp\":\n{{\"Password\": \"{escaped}\"}}}}"));
    let scan = scanned(layer);
    let finding = scan.finding(&secret);
    assert_eq!(finding["rule"], "docker.registry-auth");
    assert_eq!(finding["confidence"], "confirmed");
    assert_eq!(finding["facts"]["user"], "ci");
    assert_eq!(scan.findings().len(), 1, "{}", scan.digest());
    let expected = [
        (
            "root/.docker/config.json",
            "auths.r.corp.auth",
            3,
            &["base64"][..],
        ),
        (
            "root/.m2/settings.xml",
            "settings.servers.server.password",
            3,
            &[],
        ),
        ("root/.netrc", "git.corp.password", 3, &[]),
        ("srv/appsettings.json", "Smtp.Password", 2, &["json"]),
    ];
    let expected = expected.map(|(path, key, line, decoded)| {
        (path.to_owned(), key.into(), line.into(), decoded.into())
    });
    assert_eq!(told(&scan, &secret), expected);
    let place = &scan.places(&secret)[0];
    assert_eq!(place["path"], "root/.docker/config.json");
    assert_eq!(place["length"], encoded.len());
}

#[test]
fn neither_form_of_a_secret_is_shown() {
    let secret = password("shown");
    let encoded = STANDARD.encode(format!("ci-robot:{secret}"));
    let config = format!("{{\"auths\": {{\"r.corp\": {{\"auth\": \"{encoded}\"}}}}}}");
    let header = format!("RUN curl -H 'Authorization: Basic {encoded}' https://r.corp # {secret}");
    let layer = LayerBuilder::new()
        .file("root/.docker/config.json", config)
        .file(format!("srv/{encoded}.txt"), "x");
    let image = ImageBuilder::new().layer(&header, layer);
    let scratch = Scratch::new();
    let path = scratch.image(Shape::Classic, &image);
    for format in ["terminal", "json", "jsonl", "sarif"] {
        let run = residue([
            "scan".as_ref(),
            path.as_os_str(),
            format!("--format={format}").as_ref(),
        ]);
        assert_eq!(run.code, 1, "{}", run.stderr);
        for form in [&secret, &encoded] {
            assert!(!run.stdout.contains(form.as_str()), "{format} shows {form}");
            assert!(!run.stderr.contains(form.as_str()), "{format} shows {form}");
        }
    }
    let scan = scan(&path);
    let kinds: Vec<&Value> = scan
        .places(&secret)
        .iter()
        .map(|place| &place["kind"])
        .collect();
    assert_eq!(kinds, ["file", "history"], "{}", scan.digest());
}

#[test]
fn a_token_in_a_decoded_field_is_named_by_its_provider() {
    let token = secrets::github("ghcr");
    let auth = STANDARD.encode(format!("ci:{token}"));
    let file = format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{auth}\"}}}}}}");
    let manifest = format!(
        "apiVersion: v1\nkind: Secret\ndata:\n  .dockerconfigjson: {}\n",
        STANDARD.encode(&file)
    );
    let layer = LayerBuilder::new()
        .file("root/.docker/config.json", file)
        .file("srv/pull-secret.yaml", manifest);
    let scan = scanned(layer);
    let finding = scan.finding(&token);
    assert_eq!(finding["rule"], "github.personal-access-token");
    assert_eq!(finding["facts"]["user"], "ci");
    let expected = [
        (
            "root/.docker/config.json",
            "auths.ghcr.io.auth",
            1,
            &["base64"][..],
        ),
        (
            "srv/pull-secret.yaml",
            "data..dockerconfigjson > auths.ghcr.io.auth",
            4,
            &["base64", "base64"],
        ),
    ];
    let expected = expected.map(|(path, key, line, decoded)| {
        (path.to_owned(), key.into(), line.into(), decoded.into())
    });
    assert_eq!(told(&scan, &token), expected);
}

#[test]
fn every_secret_of_a_file_within_a_secret_is_found() {
    let (one, two) = (password("first"), password("second"));
    let env = format!("PORT=80\nDB_PASSWORD={one}\nSMTP_PASSWORD='{two}'\n");
    let manifest = format!("kind: Secret\ndata:\n  .env: {}\n", STANDARD.encode(env));
    let scan = scanned(LayerBuilder::new().file("srv/env.yaml", manifest));
    for (secret, key) in [(&one, "DB_PASSWORD"), (&two, "SMTP_PASSWORD")] {
        let place = scan.place(secret, "file");
        assert_eq!(place["key"], format!("data..env > {key}"));
        assert_eq!((&place["line"], &place["column"]), (&3.into(), &9.into()));
    }
}

#[test]
fn a_broken_file_counts_up_to_where_it_breaks_and_a_long_one_is_read_without_its_structure() {
    let (before, long) = (password("before"), password("long"));
    let broken = format!("{{\"auths\": {{\"r\": {{\"password\": \"{before}\"}}, \"x\": [}}");
    let filler = "<!-- nothing -->\n".repeat(70_000);
    let settings = format!(
        "<settings>{filler}<servers><server><password>{long}</password></server></servers></settings>"
    );
    let layer = LayerBuilder::new()
        .file("root/.docker/config.json", broken)
        .file("root/.m2/settings.xml", settings);
    let scan = scanned(layer);
    let rule = |secret: &str| scan.finding(secret)["rule"].clone();
    assert_eq!(rule(&before), "docker.registry-auth");
    assert_eq!(rule(&long), "generic.assignment");
}

#[test]
fn a_file_in_utf_16_or_in_an_archive_is_parsed_like_any_other() {
    let (wide, packed) = (password("wide"), password("packed"));
    let json = format!("{{\"Smtp\": {{\"Password\": \"{wide}\"}}}}");
    let mut utf_16 = vec![0xff, 0xfe];
    utf_16.extend(json.encode_utf16().flat_map(u16::to_le_bytes));
    let inner = LayerBuilder::new()
        .file(
            "root/.my.cnf",
            format!("[client]\nuser=svc\npassword={packed}\n"),
        )
        .tar();
    let layer = LayerBuilder::new()
        .file("srv/appsettings.json", utf_16)
        .file("opt/backup.tar", inner);
    let scan = scanned(layer);
    let place = scan.place(&wide, "file");
    assert_eq!(
        (&place["key"], &place["decoded"][0]),
        (&"Smtp.Password".into(), &"utf-16le".into())
    );
    assert_eq!(scan.finding(&packed)["rule"], "database.mysql-option-file");
    let place = scan.place(&packed, "file");
    assert_eq!(
        (&place["key"], &place["inside"][0]),
        (&"client.password".into(), &"root/.my.cnf".into())
    );
}

#[test]
fn a_line_that_allows_its_secret_allows_what_is_encoded_there() {
    let secret = password("allowed");
    let line = format!("  password: {} # residue:allow\n", STANDARD.encode(&secret));
    let manifest = format!("kind: Secret\ndata:\n{line}");
    let scan = scanned(LayerBuilder::new().file("srv/secret.yaml", manifest));
    assert!(scan.find(&secret).is_none(), "{}", scan.digest());
    let suppressed = &scan.json["suppressed"][0];
    assert_eq!(suppressed["secret"]["value"], secret);
    assert_eq!(suppressed["reason"], "inline-allow");
}

#[test]
fn a_key_in_a_kubernetes_secret_is_told_with_the_certificate_beside_it() {
    let key = KeyPair::of("ingress");
    let (chain, pem) = (key.pem_certificate("site.test", 2031), key.pem());
    let [chain, pem] = [chain, pem].map(|text| STANDARD.encode(text));
    let text = format!("kind: Secret\ndata:\n  tls.crt: {chain}\n  tls.key: {pem}\n");
    let scan = scanned(LayerBuilder::new().file("srv/tls.yaml", text));
    let [finding] = scan.findings() else {
        panic!("one key is one finding: {}", scan.digest())
    };
    assert_eq!(finding["facts"]["spki_sha256"], key.id());
    assert_eq!(finding["facts"]["certificate"]["subject"], "CN=site.test");
    let place = &finding["occurrences"][0];
    assert_eq!(
        (&place["key"], &place["line"]),
        (&"data.tls.key".into(), &4.into())
    );
    assert_eq!(place["decoded"], Value::from(vec!["base64"]));
}

#[test]
fn a_vault_text_is_told_as_encrypted() {
    let line = secrets::hex("salt", 64);
    let inner = format!("{line}\n{line}\n{}", secrets::hex("text", 64));
    let digits: String = inner.bytes().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<&str> = (0..digits.len())
        .step_by(80)
        .map(|start| &digits[start..digits.len().min(start + 80)])
        .collect();
    let vault = format!(
        "{}_VAULT;1.2;AES256;prod\n{}\n",
        "$ANSIBLE",
        lines.join("\n")
    );
    let scan = scanned(LayerBuilder::new().file("srv/group_vars/all/vault.yml", vault));
    let [finding] = scan.findings() else {
        panic!("one vault is one finding: {}", scan.digest())
    };
    assert_eq!(
        (&finding["rule"], &finding["severity"]),
        (&"ansible.vault".into(), &"low".into())
    );
    assert_eq!(finding["facts"]["encrypted"], true);
    assert_eq!(finding["facts"]["name"], "prod");
}

#[test]
fn manifests_in_json_are_read_one_by_one_or_as_a_list() {
    let secret = password("manifest");
    let pod = format!(
        "{{\"apiVersion\":\"v1\",\"spec\":{{\"containers\":[{{\"env\":[\n\
         {{\"name\":\"DB_PASSWORD\",\"value\":\"{secret}\"}}]}}]}}}}"
    );
    let layer = LayerBuilder::new()
        .file("srv/list.json", format!("[{pod}]"))
        .file("srv/pod.json", pod);
    let scan = scanned(layer);
    let finding = scan.finding(&secret);
    assert_eq!(finding["rule"], "kubernetes.plain-secret");
    let places = told(&scan, &secret).into_iter();
    let places: Vec<_> = places
        .map(|(path, key, line, _)| (path, key, line))
        .collect();
    let place = |path: &str| (path.to_owned(), "DB_PASSWORD".into(), 2.into());
    assert_eq!(places, [place("srv/list.json"), place("srv/pod.json")]);
}
