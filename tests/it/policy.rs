//! What people let pass, and that it still says so: allow entries, marks in files, baselines.

use serde_json::Value;

use crate::support::image::sha256;
use crate::support::secrets::{github, letters, npm};
use crate::support::{ImageBuilder, LayerBuilder, Scan, Scratch, Shape, scan_with};

/// An image in a folder, and scans of it with a configuration.
struct Place {
    scratch: Scratch,
    image: std::path::PathBuf,
}

impl Place {
    fn with(files: &[(&str, &str)]) -> Self {
        let layer = files
            .iter()
            .fold(LayerBuilder::new(), |layer, (path, text)| {
                layer.file(path, text)
            });
        let image = ImageBuilder::new().layer("COPY . / # buildkit", layer);
        let scratch = Scratch::new();
        let image = scratch.image(Shape::Classic, &image);
        Self { scratch, image }
    }

    fn scan(&self, allow: &str) -> Scan {
        let file = self.scratch.write("residue.toml", allow);
        scan_with(&self.image, &["--config", &file.to_string_lossy()])
    }
}

/// The reasons for which a secret does not count.
fn reasons<'s>(scan: &'s Scan, secret: &str) -> Vec<&'s Value> {
    let all = scan.json["suppressed"].as_array().expect("a list");
    all.iter()
        .filter(|finding| finding["secret"]["value"] == secret)
        .map(|finding| &finding["reason"])
        .collect()
}

fn entry(lines: &str) -> String {
    format!("[[allow]]\n{lines}\nreason = \"looked at\"\n")
}

#[test]
fn an_entry_names_a_rule_a_path_a_finding_or_a_value() {
    let (known, other) = (github("known"), github("other"));
    let (line, more) = (format!("T={known}\n"), format!("T={other}\n"));
    let place = Place::with(&[("app/.env", &line), ("opt/.env", &more)]);
    let plain = place.scan("");
    let id = plain.finding(&known)["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let hash = sha256(known.as_bytes());
    for lines in [
        format!("id = \"{id}\""),
        format!("fingerprint = \"{id}\""),
        format!("sha256 = \"{hash}\""),
        format!("sha256 = \"sha256:{}\"", hash.to_uppercase()),
        "path = \"/app/**\"".to_owned(),
        format!("rule = \"github.*\"\npath = \"app/*\"\nsha256 = \"{hash}\"\nexpires = 2999-01-01"),
    ] {
        let scan = place.scan(&entry(&lines));
        assert!(scan.find(&known).is_none(), "{lines}: {}", scan.digest());
        assert_eq!(reasons(&scan, &known), ["allow"], "{lines}");
        assert!(scan.find(&other).is_some() && scan.code == 1, "{lines}");
        assert_eq!(scan.warnings().len(), 0, "{lines}: {}", scan.digest());
    }
    let both = place.scan(&entry("rule = \"github.*\""));
    assert_eq!((both.code, both.findings().len()), (0, 0));
    assert_eq!(both.json["suppressed"][0]["note"], "looked at");
}

#[test]
fn an_entry_that_has_expired_or_fits_nothing_is_said_and_hides_nothing() {
    let known = github("known");
    let place = Place::with(&[("app/.env", &format!("T={known}\n"))]);
    let hash = sha256(known.as_bytes());
    let scan = place.scan(&entry(&format!(
        "sha256 = \"{hash}\"\nexpires = \"2020-02-29\""
    )));
    assert!(scan.find(&known).is_some() && scan.code == 1);
    let said = scan.warning("stale-policy")["message"]
        .as_str()
        .expect("a message");
    assert!(said.contains("expired on 2020-02-29"), "{said}");
    assert!(!said.contains(&hash[..8]), "no hash in a report: {said}");
    let other = sha256(b"something else");
    let scan = place.scan(&entry(&format!("sha256 = \"{other}\"")));
    let said = scan.warning("stale-policy")["message"]
        .as_str()
        .expect("a message");
    assert_eq!(said, "allow entry sha256 (looked at) fits no finding");
    assert!(scan.is_complete() && scan.find(&known).is_some());
}

#[test]
fn a_mark_in_a_file_lets_a_line_pass_for_all_rules_or_some() {
    let [same, next, theirs, limited, wrong, plain] =
        ["same", "next", "theirs", "limited", "wrong", "plain"].map(npm);
    let text = format!(
        "A={same} # residue:allow of the tests\n\
         # residue:allow-next-line npm.*\nB={next}\n\
         C={theirs} // gitleaks:allow\n\
         D={limited} # residue:allow npm.*, github.*\n\
         E={wrong} # residue:allow github.*\n\
         F={plain}\n"
    );
    let scan = Place::with(&[("app/.npmrc", &text)]).scan("");
    for allowed in [&same, &next, &theirs, &limited] {
        assert!(scan.find(allowed).is_none(), "{}", scan.digest());
        assert_eq!(reasons(&scan, allowed), ["inline-allow"]);
    }
    for standing in [&wrong, &plain] {
        assert!(scan.find(standing).is_some(), "{}", scan.digest());
    }
}

#[test]
fn a_baseline_knows_what_was_there_and_is_renewed() {
    let (old, new) = (github("old"), npm("new"));
    let place = Place::with(&[("app/.env", &format!("T={old}\n"))]);
    let file = place.scratch.path().join("known.json");
    let [write, read] =
        ["--write-baseline", "--baseline"].map(|flag| format!("{flag}={}", file.display()));
    assert_eq!(
        scan_with(&place.image, &[&write]).code,
        1,
        "writing changes no verdict"
    );
    let first = std::fs::read_to_string(&file).expect("a baseline");
    assert!(!first.contains(&old), "a baseline holds no secret");
    let noted = first.replace("\"note\": \"", "\"note\": \"seen in May: ");
    std::fs::write(&file, &noted).expect("a file of the test");
    let again = scan_with(&place.image, &[&read]);
    assert_eq!(
        (again.code, reasons(&again, &old)),
        (0, vec![&Value::from("baseline")])
    );
    // Another image has another secret beside it.
    let text = format!("T={old}\nN={new}\n");
    let later = Place::with(&[("app/.env", &text)]);
    let scan = scan_with(&later.image, &[&read, &write]);
    assert!(scan.code == 1 && scan.find(&new).is_some() && scan.find(&old).is_none());
    let renewed = std::fs::read_to_string(&file).expect("a baseline");
    assert!(renewed.contains("seen in May"), "{renewed}");
    assert_eq!(scan_with(&later.image, &[&read]).code, 0);
    let gone = Place::with(&[("app/.env", &format!("W={}\n", letters("x", 3)))]);
    let scan = scan_with(&gone.image, &[&read]);
    let said = scan.warning("stale-policy")["message"]
        .as_str()
        .expect("a message");
    assert!(
        said.starts_with("baseline entries that fit no finding: 2"),
        "{said}"
    );
}
