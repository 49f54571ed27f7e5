//! Keys, certificates and keystores that OpenSSL and OpenSSH wrote are told as those tools tell
//! them.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::image::sha256;
use crate::support::{ImageBuilder, LayerBuilder, Scan, Scratch, Shape, scan};

/// Runs a tool in the folder; its output.
fn run(folder: &Path, command: &str) -> Vec<u8> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let output = Command::new(words[0])
        .args(&words[1..])
        .current_dir(folder)
        .output()
        .unwrap_or_else(|error| panic!("{command}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {said}");
    output.stdout
}

/// An image with every file of the folder below `srv`.
fn scanned(folder: &Path) -> Scan {
    let mut layer = LayerBuilder::new();
    for file in fs::read_dir(folder).expect("the folder") {
        let path = file.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        layer = layer.file(format!("srv/{name}"), fs::read(&path).expect("a file"));
    }
    let image = ImageBuilder::new().layer("COPY . /srv # buildkit", layer);
    let scratch = Scratch::new();
    scan(&scratch.image(Shape::OciArchive, &image))
}

fn facts<'s>(report: &'s Scan, name: &str) -> &'s Value {
    let path = format!("srv/{name}");
    let mut found = report.findings().iter();
    let found = found.find(|finding| finding["occurrences"][0]["path"] == path);
    &found.unwrap_or_else(|| panic!("nothing in {path}; {}", report.digest()))["facts"]
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn public_halves_have_the_names_that_openssl_and_openssh_give_them() {
    let scratch = Scratch::new();
    let folder = scratch.path();
    for command in [
        "openssl genpkey -algorithm ed25519 -out ed25519.pem",
        "openssl genpkey -algorithm x25519 -out x25519.pem",
        "openssl genpkey -algorithm rsa -out rsa8.pem",
        "openssl rsa -in rsa8.pem -traditional -out rsa1.pem",
        "openssl pkey -in rsa8.pem -outform der -out rsa.der",
        "openssl ecparam -genkey -noout -name secp521r1 -out p521.pem",
        "openssl ecparam -genkey -noout -name secp384r1 -out p384.pem",
        "openssl ecparam -genkey -noout -name prime256v1 -out p256.pem",
        "openssl ec -in p256.pem -no_public -out p256-alone.pem",
        "openssl ec -in p384.pem -no_public -out p384-alone.pem",
        "ssh-keygen -q -t rsa -N secret-pass -f ssh_rsa",
        "ssh-keygen -q -t ecdsa -N secret-pass -f ssh_ecdsa",
        "ssh-keygen -q -t ed25519 -N secret-pass -f ssh_ed25519",
    ] {
        run(folder, command);
    }
    let report = scanned(folder);
    for name in [
        "ed25519.pem",
        "x25519.pem",
        "rsa8.pem",
        "rsa1.pem",
        "rsa.der",
        "p521.pem",
        "p384.pem",
        "p256.pem",
        "p256-alone.pem",
        "p384-alone.pem",
    ] {
        let spki = run(
            folder,
            &format!("openssl pkey -in {name} -pubout -outform der"),
        );
        assert_eq!(facts(&report, name)["spki_sha256"], sha256(&spki), "{name}");
    }
    for name in ["ssh_rsa", "ssh_ecdsa", "ssh_ed25519"] {
        let line = run(folder, &format!("ssh-keygen -lf {name}.pub"));
        let line = String::from_utf8_lossy(&line).into_owned();
        let told = facts(&report, name);
        assert_eq!(
            line.split(' ').nth(1),
            told["fingerprint"].as_str(),
            "{name}"
        );
        assert_eq!(told["public_key_in"][0], format!("srv/{name}.pub"));
        assert_eq!(
            (&told["encrypted"], &told["kdf"]),
            (&true.into(), &"bcrypt".into())
        );
    }
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn what_openssl_exports_opens_with_a_default_password_and_shows_its_certificate() {
    let scratch = Scratch::new();
    let folder = scratch.path();
    run(folder, "openssl genpkey -algorithm rsa -out key.pem");
    let request = "openssl req -x509 -key key.pem -subj /CN=site.test -days 400 -out site.crt \
                   -addext subjectAltName=DNS:site.test";
    run(folder, request);
    let export = "openssl pkcs12 -export -inkey key.pem -in site.crt -name web";
    let legacy = "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1";
    run(
        folder,
        &format!("{export} -passout pass:changeit -out new.p12"),
    );
    run(
        folder,
        &format!("{export} {legacy} -passout pass:secret -out old.p12"),
    );
    run(
        folder,
        &format!("{export} -passout pass:correct-horse -out closed.p12"),
    );
    run(
        folder,
        "openssl pkcs12 -export -nokeys -in site.crt -passout pass:changeit -out trust.p12",
    );
    let report = scanned(folder);
    let spki = run(folder, "openssl pkey -in key.pem -pubout -outform der");
    for name in ["new.p12", "old.p12"] {
        let told = facts(&report, name);
        assert_eq!(told["opens_with"], "default password", "{name}");
        assert_eq!(told["spki_sha256"], sha256(&spki), "{name}");
        assert_eq!(told["certificate"]["names"][0], "site.test", "{name}");
        assert_eq!(told["aliases"][0], "web", "{name}");
    }
    assert_eq!(facts(&report, "closed.p12").get("opens_with"), None);
    assert_eq!(
        facts(&report, "key.pem")["certificate"]["path"],
        "srv/site.crt"
    );
    assert_eq!(report.findings().len(), 4, "{}", report.digest());
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn keys_that_puttygen_wrote_are_whole_until_a_letter_of_them_is_another() {
    let scratch = Scratch::new();
    let folder = scratch.path();
    for kind in [
        "ed25519",
        "ed448",
        "rsa",
        "ecdsa -b 256",
        "ecdsa -b 521",
        "dsa",
    ] {
        for version in [2, 3] {
            let name = format!("{}-{version}", kind.replace(' ', ""));
            let make = format!("puttygen -q -t {kind} -C deploy --new-passphrase /dev/null");
            let write = format!("--ppk-param version={version} -O private -o {name}.ppk");
            run(folder, &format!("{make} {write}"));
            let text = fs::read_to_string(folder.join(format!("{name}.ppk"))).expect("a key");
            let damaged = text.replacen("deploy", "deploi", 1);
            fs::write(folder.join(format!("{name}.bad")), damaged).expect("a file");
        }
    }
    let report = scanned(folder);
    let mut worth: Vec<_> = report.findings().iter().collect();
    worth.retain(|finding| finding["rule"] == "private-key.putty");
    assert_eq!(worth.len(), 24, "{}", report.digest());
    for finding in worth {
        let path = finding["occurrences"][0]["path"].as_str().expect("a path");
        let expected = if path.ends_with(".ppk") {
            "confirmed"
        } else {
            "possible"
        };
        assert_eq!(finding["confidence"], expected, "{path}");
        let is_flawed = finding["facts"].get("flaw").is_some();
        assert_eq!(is_flawed, expected == "possible", "{path}");
    }
}
