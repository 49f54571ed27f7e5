//! Stories of private keys: what is told of them, which certificate and which logins they belong
//! to, keys that everybody shares, keys that everybody has, keystores.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::run::Scan;
use crate::support::{ImageBuilder, KeyPair, LayerBuilder, Scratch, Shape, residue, scan};

fn scanned(image: &ImageBuilder) -> Scan {
    let scratch = Scratch::new();
    scan(&scratch.image(Shape::OciArchive, image))
}

/// The finding of the key in whatever form it lies there.
fn of<'s>(report: &'s Scan, key: &KeyPair) -> &'s Value {
    let of_key = |finding: &&Value| finding["facts"]["spki_sha256"] == key.id();
    let mut found = report.findings().iter().filter(of_key);
    let first = found
        .next()
        .unwrap_or_else(|| panic!("no such key; {}", report.digest()));
    assert!(found.next().is_none(), "found twice; {}", report.digest());
    first
}

fn one_layer(path: &str, content: impl AsRef<[u8]>) -> ImageBuilder {
    let layer = LayerBuilder::new().file(path, content);
    ImageBuilder::new().layer("COPY . / # buildkit", layer)
}

#[test]
fn a_key_is_told_with_its_certificate_of_another_layer() {
    let [key, other] = ["site", "other"].map(KeyPair::of);
    let renewed = key.pem_certificate("site.test", 2031);
    let bundle = other.pem_certificate("other.test", 2040) + &renewed;
    let image = ImageBuilder::new()
        .layer(
            "COPY certs /etc/ssl/certs # buildkit",
            LayerBuilder::new()
                .file("etc/ssl/certs/old.der", key.certificate("site.test", 2025))
                .file("etc/ssl/certs/site.pem", bundle),
        )
        .layer(
            "COPY key /etc/ssl/private # buildkit",
            LayerBuilder::new().file("etc/ssl/private/site.key", key.pem()),
        );
    let report = scanned(&image);
    let facts = &of(&report, &key)["facts"];
    let expected = json!({
        "subject": "CN=site.test",
        "names": ["site.test"],
        "issuer": "CN=Test CA",
        "expires": "2031-01-01T00:00:00Z",
        "path": "etc/ssl/certs/site.pem",
    });
    assert_eq!(facts["certificate"], expected, "{facts:#}");
    assert_eq!(facts["more_certificates"], 1);
    assert_eq!(facts["key_type"], "ed25519");
    assert_eq!(facts["encrypted"], false);
    assert_eq!(report.findings().len(), 1, "{}", report.digest());
}

#[test]
fn logins_and_public_keys_of_a_key_are_told_also_in_archives_and_deleted_files() {
    let key = KeyPair::of("login");
    let tar = LayerBuilder::new().file("home/jane/.ssh/id_ed25519.pub", key.line());
    let lower = LayerBuilder::new()
        .file(
            "root/.ssh/authorized_keys",
            format!("# ops\n{}", key.line()),
        )
        .file("srv/backup.tar", tar.tar());
    let upper = LayerBuilder::new()
        .whiteout("root/.ssh/authorized_keys")
        .file("home/jane/.ssh/id_ed25519", key.openssh());
    let image = ImageBuilder::new()
        .layer("COPY lower / # buildkit", lower)
        .layer("COPY upper / # buildkit", upper);
    let report = scanned(&image);
    let facts = &of(&report, &key)["facts"];
    assert_eq!(facts["authorized_in"], json!(["root/.ssh/authorized_keys"]));
    let inside = "srv/backup.tar > home/jane/.ssh/id_ed25519.pub";
    assert_eq!(facts["public_key_in"], json!([inside]));
    let fingerprint = facts["fingerprint"].as_str().unwrap_or_default();
    assert!(fingerprint.starts_with("SHA256:"), "{facts:#}");
}

#[test]
fn a_certificate_of_another_image_is_not_the_keys() {
    let scratch = Scratch::new();
    let key = KeyPair::of("two images");
    let with_key = one_layer("srv/site.key", key.pem());
    let certificate = key.pem_certificate("site.test", 2031);
    let without = one_layer("srv/site.crt", certificate).tag("example.test/other:1");
    let report = scan(&Shape::Podman.write(&[with_key, without], scratch.path()));
    assert_eq!(of(&report, &key)["facts"].get("certificate"), None);
}

#[test]
fn host_keys_and_snakeoil_are_keys_that_everybody_shares() {
    let [host, snakeoil] = ["host", "snakeoil"].map(KeyPair::of);
    let layer = LayerBuilder::new()
        .file("etc/ssh/ssh_host_ed25519_key", host.openssh())
        .file("etc/ssh/ssh_host_ed25519_key.pub", host.line())
        .file("etc/ssl/private/ssl-cert-snakeoil.key", snakeoil.pem());
    let image = ImageBuilder::new().layer("RUN apt-get install # buildkit", layer);
    let report = scanned(&image);
    let finding = of(&report, &host);
    assert_eq!(finding["facts"]["shared"], "ssh host key");
    assert_eq!(finding["severity"], "high");
    let advice = finding["advice"].as_str().unwrap_or_default();
    assert!(advice.contains("ssh-keygen -A"), "{advice}");
    let finding = of(&report, &snakeoil);
    assert_eq!(finding["facts"]["shared"], "snakeoil key");
    assert_eq!(finding["severity"], "low");
}

#[test]
fn a_java_keystore_that_opens_with_a_default_is_as_good_as_in_clear() {
    let [open, closed, trusted] = ["open", "closed", "trusted"].map(KeyPair::of);
    let layer = LayerBuilder::new()
        .file("app/open.jks", open.jks("open.test", "changeit"))
        .file("app/closed.jks", closed.jks("closed.test", "correct horse"))
        .file(
            "etc/ssl/certs/java/cacerts",
            trusted.truststore("ca.test", "changeit"),
        )
        .file("app/ca.key", trusted.pem())
        .file("app/open.key", open.pem());
    let report = scanned(&ImageBuilder::new().layer("COPY . / # buildkit", layer));
    let stores: Vec<&Value> = (report.findings().iter())
        .filter(|finding| finding["rule"] == "keystore.java")
        .collect();
    let severities: Vec<&Value> = stores.iter().map(|store| &store["severity"]).collect();
    assert_eq!(severities, ["high", "medium"], "{}", report.digest());
    let facts = &stores[0]["facts"];
    assert_eq!(facts["opens_with"], "default password");
    assert_eq!(facts["aliases"], json!(["web"]));
    assert_eq!(facts["certificate"]["subject"], "CN=open.test");
    assert_eq!(facts["spki_sha256"], open.id());
    assert_eq!(stores[1]["facts"].get("opens_with"), None);
    let by_rule = |key: &KeyPair| {
        let mut keys = report.findings().iter();
        keys.find(|f| f["rule"] == "private-key.pkcs8" && f["facts"]["spki_sha256"] == key.id())
            .map(|finding| finding["facts"].clone())
            .unwrap_or_default()
    };
    assert_eq!(by_rule(&open)["keystore_in"], json!(["app/open.jks"]));
    let certificate = &by_rule(&trusted)["certificate"];
    assert_eq!(certificate["path"], "etc/ssl/certs/java/cacerts");
}

#[test]
fn a_published_key_is_a_test_key_in_tests_and_a_finding_elsewhere() {
    let key = KeyPair::published();
    let image = one_layer("usr/lib/python3/test/certdata/key.pem", key.pem());
    let report = scanned(&image);
    assert_eq!(report.findings().len(), 0, "{}", report.digest());
    let suppressed = &report.json["suppressed"][0];
    assert_eq!(suppressed["reason"], "known-test-key");
    assert_eq!(suppressed["note"], "RFC 8032");

    let report = scanned(&one_layer("etc/nginx/tls/server.key", key.pem()));
    let finding = of(&report, &key);
    assert_eq!(finding["severity"], "medium");
    assert_eq!(finding["facts"]["publicly_known"], "RFC 8032");

    let report = scanned(&one_layer("root/.ssh/authorized_keys", key.line()));
    let finding = of(&report, &key);
    assert_eq!(finding["rule"], "ssh.published-key");
    assert_eq!(finding["severity"], "high");
    assert!(!finding["facts"].to_string().contains("encrypted"));
}

#[test]
fn a_published_login_is_high_behind_however_many_others() {
    let key = KeyPair::published();
    let other = KeyPair::of("one of many").line();
    let lines = other.repeat(2_001) + &key.line();
    let report = scanned(&one_layer("root/.ssh/authorized_keys", lines));
    let finding = of(&report, &key);
    assert_eq!(finding["severity"], "high");
    let path = "root/.ssh/authorized_keys";
    assert_eq!(finding["facts"]["authorized_in"], json!([path]));
}

#[test]
fn keys_and_stores_of_no_text_are_findings() {
    let key = KeyPair::of("der");
    let gnupg = format!("({}:protected-{}-key(3:rsa(1:n3:abc)))", 21, "private");
    let database = [
        &[3, 0xd9, 0xa2, 0x9a, 0x67, 0xfb, 0x4b, 0xb5, 1, 0, 4, 0][..],
        &[9; 80],
    ];
    let layer = LayerBuilder::new()
        .file("srv/site.p8", key.der())
        .file("root/.gnupg/private-keys-v1.d/00FF.key", gnupg)
        .file("srv/team.kdbx", database.concat());
    let report = scanned(&ImageBuilder::new().layer("COPY . / # buildkit", layer));
    assert_eq!(of(&report, &key)["rule"], "private-key.der");
    let mut rules: Vec<&str> = (report.findings().iter())
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    rules.sort_unstable();
    let expected = ["gnupg.private-key", "keepass.database", "private-key.der"];
    assert_eq!(rules, expected, "{}", report.digest());
}

#[test]
fn the_terminal_says_whose_certificate_it_is() {
    let scratch = Scratch::new();
    let key = KeyPair::of("terminal");
    let layer = LayerBuilder::new()
        .file("srv/site.crt", key.pem_certificate("site.test", 2031))
        .file("srv/site.key", key.pem());
    let image = ImageBuilder::new().layer("COPY . / # buildkit", layer);
    let path = scratch.image(Shape::OciArchive, &image);
    let shown = residue(["scan".as_ref(), path.as_os_str()]).stdout;
    let words: Vec<&str> = shown.split_whitespace().collect();
    let words = words.join(" ");
    assert!(
        words.contains("certificate: subject CN=site.test, names site.test"),
        "{shown}"
    );
    assert!(
        words.contains("expires 2031-01-01T00:00:00Z, path srv/site.crt"),
        "{shown}"
    );
}

#[test]
fn a_key_in_base64_once_more_is_one_key_however_its_lines_are_broken() {
    let key = KeyPair::of("once more");
    let digits = STANDARD.encode(key.pem());
    let lines = |width: usize, between: &str| -> String {
        let lines = digits.as_bytes().chunks(width);
        let lines = lines.map(String::from_utf8_lossy);
        lines.collect::<Vec<_>>().join(between)
    };
    let blocks = lines(76, "\n    ");
    let layer = LayerBuilder::new()
        .file("root/key.b64", lines(76, "\n"))
        .file("root/key.pem.b64", &digits)
        .file(
            "app/values.yaml",
            format!("ssl:\n  key: |\n    {blocks}\n  port: 1\n"),
        )
        .file(
            "app/setup.sh",
            format!("base64 -d <<EOF >k\n{}\nEOF\n", lines(64, "\n")),
        )
        .file(
            "app/k.py",
            format!("K = (\n  \"{}\"\n)\n", lines(76, "\"\n  \"")),
        )
        .file("app/k.json", json!({ "key": lines(76, "\n") }).to_string());
    let image = ImageBuilder::new().layer("COPY . / # buildkit", layer);
    let report = scanned(&image);
    assert_eq!(report.findings().len(), 1, "{}", report.digest());
    let finding = of(&report, &key);
    assert_eq!(finding["confidence"], "confirmed");
    assert_eq!(finding["secret"]["value"], digits);
    let mut places: Vec<_> = (finding["occurrences"].as_array().expect("places").iter())
        .map(|place| {
            (
                &place["path"],
                &place["line"],
                &place["key"],
                &place["decoded"],
            )
        })
        .collect();
    places.sort_by_key(|place| place.0.to_string());
    let wrapped = json!(["wrapped"]);
    let expected = [
        (json!("app/k.json"), json!(1), json!("key"), wrapped.clone()),
        (json!("app/k.py"), json!(2), Value::Null, wrapped.clone()),
        (
            json!("app/setup.sh"),
            json!(2),
            Value::Null,
            wrapped.clone(),
        ),
        (
            json!("app/values.yaml"),
            json!(3),
            json!("ssl.key"),
            wrapped.clone(),
        ),
        (json!("root/key.b64"), json!(1), Value::Null, wrapped),
        (json!("root/key.pem.b64"), json!(1), Value::Null, json!([])),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|place| (&place.0, &place.1, &place.2, &place.3))
        .collect();
    assert_eq!(places, expected);
    let archive = Scratch::new();
    let archive = (archive.image(Shape::OciArchive, &image), archive);
    let run = residue([
        "scan".as_ref(),
        "--format=json".as_ref(),
        archive.0.as_os_str(),
    ]);
    assert!(!run.stdout.contains(&digits[..76]) && run.stdout.contains("in-base64"));
}
