//! Images built to cost more than they weigh: names, links, keys and places whose number or length
//! multiply. Each of these once took minutes, or memory without bound.
//!
//! The clock is that of the machine as it is, since tests run in debug builds beside others: as many
//! times what words of 32 MiB take. What was quadratic took hours by it.

use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::package::Package;
use crate::support::{
    ImageBuilder, KeyPair, LayerBuilder, Scan, Scratch, Shape, residue, scan, secrets,
};

/// Plain text of the size of the larger images here.
static PLAIN: LazyLock<Duration> = LazyLock::new(|| {
    let words = "some ordinary words of a text that says nothing\n";
    let words = words.repeat((32 << 20) / words.len());
    let scratch = Scratch::new();
    let path = scratch.image(
        Shape::Docker25,
        &layer(LayerBuilder::new().file("a", words)),
    );
    let start = Instant::now();
    scan(&path);
    start.elapsed()
});

/// Scans, and holds the time against that of plain text.
fn scan_soon_at(path: &Path) -> Scan {
    let soon = (*PLAIN * 60).max(Duration::from_secs(180));
    let start = Instant::now();
    let report = scan(path);
    let took = start.elapsed();
    assert!(took < soon, "took {took:?}, plain text {:?}", *PLAIN);
    report
}

fn scan_soon(image: &ImageBuilder) -> Scan {
    let scratch = Scratch::new();
    scan_soon_at(&scratch.image(Shape::Docker25, image))
}

fn layer(layer: LayerBuilder) -> ImageBuilder {
    ImageBuilder::new().layer("ADD hostile.tar /", layer)
}

fn tokens(count: usize) -> Vec<String> {
    let token = |n| secrets::github(&format!("hostile {n}"));
    (0..count).map(token).collect()
}

fn limit_message(report: &Scan) -> &str {
    assert!(!report.is_complete(), "{}", report.digest());
    let warning = report.warning("limit-reached");
    warning["message"].as_str().expect("a message")
}

#[test]
fn a_name_of_very_many_folders_is_read_once() {
    let secret = secrets::github("deep");
    let deep = format!("{}x.env", "a/".repeat(300_000));
    let image = layer(LayerBuilder::new().pax_path(&deep, "short", format!("TOKEN={secret}\n")));
    let report = scan_soon(&image);
    assert_eq!(report.place(&secret, "file")["path"], deep);
    assert!(report.is_complete(), "{}", report.digest());
}

#[test]
fn many_secrets_under_a_name_of_megabytes_do_not_multiply_it() {
    let name = "n".repeat(3 << 20);
    let content = tokens(60).join("\n");
    let image = layer(LayerBuilder::new().pax_path(&name, "short", content));
    let report = scan_soon(&image);
    assert!(limit_message(&report).contains("more matches than are kept"));
    assert!(!report.findings().is_empty());
}

#[test]
fn each_secret_of_a_file_with_very_many_names_is_listed_and_the_places_are_bounded() {
    let all = tokens(300);
    let mut links = LayerBuilder::new().file("f", all.join("\n"));
    for n in 0..400 {
        links = links.hardlink(&format!("l{n}"), "f");
    }
    let report = scan_soon(&layer(links));
    assert!(limit_message(&report).contains("more places of the secrets found"));
    for secret in &all {
        assert!(report.find(secret).is_some());
    }
}

#[test]
fn a_layer_that_very_many_images_share_is_placed_in_bounded_time() {
    let all = tokens(500);
    let tar = LayerBuilder::new().file("a.env", all.join("\n")).tar();
    let mut package = Package::default();
    package.file("layer.tar", tar);
    let mut list = Vec::new();
    for n in 0..1_000 {
        let config = format!("{n}.json");
        package.file(
            config.as_str(),
            json!({ "os": "linux", "n": n }).to_string(),
        );
        list.push(json!({ "Config": config, "Layers": vec!["layer.tar"; 40] }));
    }
    package.file("manifest.json", json!(list).to_string());
    let scratch = Scratch::new();
    let report = scan_soon_at(&scratch.write("shared.tar", package.to_tar()));
    assert!(limit_message(&report).contains("more places of the secrets found"));
    assert_eq!(report.findings().len(), all.len());
}

#[test]
fn a_long_key_over_many_values_is_neither_label_nor_pointer_of_each() {
    let secret = secrets::github("under a long key");
    let mut values: Vec<Value> = (0..50_000).map(|n| json!(format!("v{n}"))).collect();
    values.push(json!(secret));
    let key = "k".repeat(2 << 20);
    let report = scan_soon(&layer(LayerBuilder::new()).top(&key, json!(values)));
    let place = report.place(&secret, "config");
    assert_eq!(place["pointer"], "/(2097152 bytes)/50000");
}

#[test]
fn a_history_text_of_spaces_is_passed_over_once() {
    let secret = secrets::github("behind spaces");
    let image = layer(LayerBuilder::new()).instruction(&format!(
        "|1 A={}x /bin/sh -c echo {secret}",
        " ".repeat(4 << 20)
    ));
    let report = scan_soon(&image);
    assert_eq!(report.place(&secret, "history")["instruction"], 1);
}

#[test]
fn many_settings_are_not_looked_for_in_every_instruction_each() {
    let all = tokens(1_500);
    let mut image = layer(LayerBuilder::new());
    let mut text = "RUN |1500".to_owned();
    for (n, secret) in all.iter().enumerate() {
        image = image.env(&format!("K{n}"), secret);
        text.push_str(&format!(" K{n}={secret}"));
    }
    let names: Vec<String> = (0..1_500).map(|n| format!("K{n}=")).collect();
    let blank = format!("ENV {}", names.join(" "));
    image = image.instruction(&format!("{text} /bin/sh -c make"));
    for _ in 0..150 {
        image = image.instruction(&blank);
    }
    let report = scan_soon(&image);
    assert_eq!(report.place(&all[7], "env")["instruction"], 151);
    assert_eq!(report.place(&all[7], "history")["key"], "K7");
}

#[test]
fn a_config_of_a_million_small_values_is_not_made_a_tree() {
    let secret = secrets::github("beside many values");
    let image = layer(LayerBuilder::new())
        .env("TOKEN", &secret)
        .top("x", json!(vec![json!({ "a": 1 }); 200_000]));
    let report = scan_soon(&image);
    assert!(limit_message(&report).contains("too many values"));
    assert!(report.find(&secret).is_some(), "{}", report.digest());
}

#[test]
fn brackets_without_end_are_broken_json_wherever_they_stand() {
    let secret = secrets::github("beside brackets");
    for name in ["manifest.json", "index.json", "config"] {
        let image = layer(LayerBuilder::new().file("a.env", format!("TOKEN={secret}\n")));
        let scratch = Scratch::new();
        let mut package = Shape::Docker25.package(std::slice::from_ref(&image));
        let config = crate::support::image::sha256(&image.config_bytes());
        let member = match name {
            "config" => format!("blobs/sha256/{config}"),
            other => other.to_owned(),
        };
        package.edit(&member, |bytes| *bytes = b"[".repeat(100_000));
        let report = scan(&scratch.write("deep.tar", package.to_tar()));
        report.warning("broken-json");
        assert!(!report.is_complete());
        assert!(
            report.find(&secret).is_some(),
            "{name}: {}",
            report.digest()
        );
    }
}

#[test]
fn names_that_lead_out_of_the_archive_lead_nowhere_on_the_host() {
    let scratch = Scratch::new();
    let mut package = Package::default();
    let manifest = json!([{
        "Config": "/etc/passwd", "RepoTags": ["a:b"],
        "Layers": ["/etc/passwd", "../../../../etc/passwd", "sha256:../../etc/passwd"],
    }]);
    package.file("manifest.json", manifest.to_string());
    package.file("repositories", r#"{"../../x":{"latest":"../../../etc"}}"#);
    let path = scratch.write("out.tar", package.to_tar());
    let run = residue(["scan".as_ref(), "--format=json".as_ref(), path.as_os_str()]);
    assert_eq!(run.code, 2);
    assert!(!run.stdout.contains("root:"), "{}", run.stdout);
    let report = scan(&path);
    for layer in report.layers(0) {
        assert_eq!(layer["size"], 0, "{layer}");
    }
    report.warning("missing-layer");
}

#[test]
fn credential_files_that_are_made_to_be_slow_are_parsed_soon() {
    // As large as a file may be that is parsed.
    let file = |head: &str, text: &str| {
        let room = (1 << 20) - head.len();
        head.to_owned() + &text.repeat(room / text.len())
    };
    let content = LayerBuilder::new()
        .file("srv/.env", file("", "A='\\\\\\\\\n"))
        .file("root/.docker/config.json", file("", "{\"auths\":"))
        .file(
            "root/.kaggle/kaggle.json",
            file("{", "\"key\":\"\\u0041\","),
        )
        .file("root/.netrc", file("", "\""))
        .file(
            "srv/secret.yaml",
            file("kind: Secret\ndata:\n", "  x: QUFBQQ==\n"),
        )
        .file(
            "srv/secrets.yaml",
            file("kind: Secret\ndata: &a\n", "- [*a, &a "),
        )
        .file("root/.m2/settings.xml", file("", "<server><password>x"))
        .file(
            "root/.cargo/credentials.toml",
            file("", "[[registries.a]]\n"),
        )
        .file("srv/wp-config.php", file("<?php ", "$a['b']['c'] = array("))
        .file(
            "etc/pip.conf",
            file("", "[global]\nindex-url =\n https://x\n"),
        );
    let report = scan_soon(&layer(content));
    assert!(report.is_complete(), "{}", report.digest());
}

#[test]
fn beginnings_of_public_keys_and_certificates_without_end_cost_little() {
    let file = |text: &str| text.repeat((2 << 20) / text.len());
    let content = LayerBuilder::new()
        .file("ssh", file("AAAAB3NzaC1yc2E"))
        .file("pem", file("-----BEGIN CERTIFICATE-----"))
        .file("lines", file("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END "))
        .file("base64", file("LS0tLS1CRUdJTiBDRVJUSUZJQ0FUR"));
    let report = scan_soon(&layer(content));
    assert!(report.is_complete(), "{}", report.digest());
}

#[test]
fn lists_of_keys_that_are_lists_of_keys_are_looked_through_a_few_times_only() {
    let lines = |line: &str| line.repeat((2 << 20) / line.len());
    let words = "abcd efgh ijkl mnop qrst uvwx ".repeat(3);
    let content = LayerBuilder::new()
        .file(
            "a.yml",
            format!("token:\n{}", lines(&format!("- {words}token:\n"))),
        )
        .file("a.js", lines(&format!("\"{words}token = [\",\n")));
    let report = scan_soon(&layer(content));
    assert!(report.is_complete(), "{}", report.digest());
}

#[test]
fn certificates_under_a_name_of_megabytes_do_not_multiply_it() {
    let key = KeyPair::of("hostile");
    let certificates: String = (0..1_500)
        .map(|n| key.pem_certificate(&format!("host-{n}.test"), 2030))
        .collect();
    let name = "n".repeat(3 << 20);
    let content = LayerBuilder::new()
        .pax_path(&name, "short", &certificates)
        .file("srv/all.pem", &certificates)
        .file("srv/site.key", key.pem());
    let report = scan_soon(&layer(content));
    let facts = &report.findings()[0]["facts"];
    assert_eq!(facts["certificate"]["path"], "srv/all.pem");
    assert_eq!(facts["more_certificates"], 255, "{facts:#}");
}

#[test]
fn keystores_that_ask_for_hashing_without_end_are_not_hashed() {
    // A BKS store: version, salt, iterations, an entry without certificate, the end, an HMAC.
    let store = |iterations: u32| {
        let mut store = [&2u32.to_be_bytes()[..], &20u32.to_be_bytes(), &[7; 20]].concat();
        store.extend(iterations.to_be_bytes());
        store.extend(
            [
                &[4, 0, 1, b'a'][..],
                &[0; 12],
                &4u32.to_be_bytes(),
                &[1; 4],
                &[0],
            ]
            .concat(),
        );
        store.extend([9; 20]);
        store
    };
    let mut content = LayerBuilder::new().file("endless.bks", store(u32::MAX));
    for n in 0..300 {
        content = content.file(format!("{n}.bks"), store(400_000 + n));
    }
    let report = scan_soon(&layer(content));
    assert_eq!(report.findings().len(), 301, "{}", report.digest());
    let untried = |finding: &&Value| finding["facts"]["passwords_tried"] == false;
    assert!(report.findings().iter().filter(untried).count() > 290);
}
