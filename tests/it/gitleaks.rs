//! A team's gitleaks configuration as its rules for images.

use serde_json::Value;

use crate::support::secrets::{github, hex, letters};
use crate::support::{ImageBuilder, LayerBuilder, Scan, Scratch, Shape, residue, scan_with};

const CONFIGURATION: &str = r#"
title = "Acme"

[extend]
path = "base.toml"
disabledRules = ["acme-old"]

[[rules]]
id = "acme-deploy"
description = "Acme deploy token"
regex = '''acme[-_]deploy\s*=\s*"?([0-9a-f]{24})'''
keywords = ["acme"]

    [[rules.allowlists]]
    paths = ['''^opt/fixtures/''']

    [[rules.allowlists]]
    condition = "AND"
    regexTarget = "line"
    regexes = ['''# rotated''']
    paths = ['''\.env$''']

[[rules]]
id = "Acme Keystore"
path = '''(?i)\.p12$'''

[[rules]]
id = "session"
regex = '''\b[0-9a-f]{32}\b'''
keywords = ["sessions.acme.example"]
"#;

const BASE: &str = r#"
[[rules]]
id = "acme-deploy"
description = "Old title"
regex = "nothing"

[[rules]]
id = "acme-old"
regex = '''old_[0-9a-f]{24}'''

[[rules]]
id = "acme-base"
regex = '''base_[0-9a-f]{24}'''

    [[rules.allowlists]]
    commits = ["0123456789"]

[allowlist]
stopwords = ["C0FFEE"]
"#;

/// The team's image and its rules.
struct Team {
    scratch: Scratch,
    image: std::path::PathBuf,
    rules: String,
}

impl Team {
    fn with(image: &ImageBuilder) -> Self {
        let scratch = Scratch::new();
        scratch.write("base.toml", BASE);
        let rules = scratch.write(".gitleaks.toml", CONFIGURATION);
        let image = scratch.image(Shape::Classic, image);
        let rules = rules.to_string_lossy().into_owned();
        Self {
            scratch,
            image,
            rules,
        }
    }

    fn scan(&self, how: &str) -> Scan {
        scan_with(&self.image, &[how, &self.rules])
    }
}

fn layer(layer: LayerBuilder) -> ImageBuilder {
    ImageBuilder::new().layer("COPY . / # buildkit", layer)
}

fn suppressed<'s>(scan: &'s Scan, secret: &str) -> Vec<&'s Value> {
    let all = scan.json["suppressed"].as_array().expect("a list");
    all.iter()
        .filter(|finding| finding["secret"]["value"] == secret)
        .collect()
}

#[test]
fn its_rules_are_used_beside_ours_or_alone() {
    let (token, base) = (hex("deploy", 24), hex("base", 24));
    let github = github("beside gitleaks");
    let text = format!("acme-deploy = \"{token}\"\nbase_{base}\nTOKEN={github}\n");
    let team = Team::with(&layer(LayerBuilder::new().file("app/.env", text)));
    let both = team.scan("--rules");
    let finding = both.finding(&token);
    assert_eq!(finding["rule"], "gitleaks.acme-deploy");
    assert_eq!(finding["title"], "Acme deploy token");
    assert_eq!(finding["severity"], "high");
    assert_eq!(
        both.finding(&format!("base_{base}"))["rule"],
        "gitleaks.acme-base"
    );
    assert!(both.find(&github).is_some());
    let alone = team.scan("--only-rules");
    assert!(alone.find(&token).is_some() && alone.find(&github).is_none());
    assert_eq!(alone.json["tool"]["rules"], 4);
}

#[test]
fn its_allowlists_concern_its_own_rules_and_are_said() {
    let [plain, rotated, fixture] = ["plain", "rotated", "fixture"].map(|word| hex(word, 24));
    let coffee = format!("c0ffee{}", hex("coffee", 18));
    let line = |token: &str, more: &str| format!("acme_deploy={token} {more}\n");
    let env = line(&plain, "") + &line(&rotated, "# rotated") + &line(&coffee, "");
    let files = LayerBuilder::new()
        .file("app/.env", env)
        .file("opt/fixtures/.env", line(&fixture, ""));
    let scan = Team::with(&layer(files)).scan("--only-rules");
    assert!(scan.find(&plain).is_some());
    for secret in [&rotated, &coffee] {
        assert!(scan.find(secret).is_none(), "{}", scan.digest());
        assert_eq!(suppressed(&scan, secret)[0]["reason"], "allowlist");
    }
    assert!(scan.find(&fixture).is_none() && suppressed(&scan, &fixture).is_empty());
}

#[test]
fn an_allowlist_never_hides_what_a_rule_of_ours_finds() {
    let token = letters("beside", 30);
    let rules = "[[rules]]\nid = 'any'\nregex = 'API_TOKEN=(\\w+)'\n[[rules.allowlists]]\n\
                 regexes = ['.']\n";
    let files = LayerBuilder::new().file("app/.env", format!("API_TOKEN={token}\n"));
    let team = Team::with(&layer(files));
    let rules = team.scratch.write("any.toml", rules);
    let scan = scan_with(&team.image, &["--rules", &rules.to_string_lossy()]);
    assert_eq!(scan.finding(&token)["rule"], "generic.assignment");
}

#[test]
fn a_keyword_counts_for_the_whole_file_and_for_no_other() {
    let [near, far, other] = ["near", "far", "other"].map(|word| hex(word, 32));
    let filler = "lorem ipsum\n".repeat(300_000);
    let files = LayerBuilder::new()
        .file("a.txt", format!("{near} of SESSIONS.acme.example"))
        .file("b.txt", format!("{far}\n{filler}sessions.acme.example"))
        .file("c.txt", format!("{other}\n"));
    let scan = Team::with(&layer(files)).scan("--only-rules");
    assert!(scan.find(&near).is_some() && scan.find(&far).is_some());
    assert!(scan.find(&other).is_none());
}

#[test]
fn a_file_that_is_known_by_its_path_is_one_finding_with_all_its_copies() {
    let store = format!("0\u{82}{}", letters("store", 3000));
    let archive = LayerBuilder::new().file("keys/inner.P12", &store).tar();
    let files = LayerBuilder::new()
        .file("etc/acme.p12", &store)
        .file("backup.tar", archive)
        .file("etc/acme.p12.txt", "no store");
    let image = layer(files).instruction("CMD [\"latest\"]");
    let scan = Team::with(&image).scan("--only-rules");
    assert_eq!(scan.findings().len(), 1, "{}", scan.digest());
    let finding = &scan.findings()[0];
    assert_eq!(finding["rule"], "gitleaks.acme-keystore");
    let mut places: Vec<String> = (finding["occurrences"].as_array().expect("places").iter())
        .map(|place| format!("{} {}", place["path"], place["inside"]))
        .collect();
    places.sort();
    assert_eq!(
        places,
        [r#""backup.tar" ["keys/inner.P12"]"#, r#""etc/acme.p12" []"#]
    );
}

#[test]
fn what_it_asks_for_in_vain_is_noted_at_a_scan_and_the_rest_by_the_check() {
    let team = Team::with(&layer(LayerBuilder::new().file("a", "a")));
    let scan = team.scan("--only-rules");
    assert!(
        scan.stderr
            .contains("rule \"acme-base\": allowlist number 1: commits"),
        "{}",
        scan.stderr
    );
    assert!(!scan.stderr.contains("longest match"), "{}", scan.stderr);
    let check = residue(["rules", "check", &team.rules]);
    assert_eq!(check.code, 0, "{}", check.stderr);
    for said in [
        "rule \"acme-base\": allowlist number 1: commits",
        "rule \"acme-deploy\": regex has no longest match",
        "rule \"session\": has no text that every match holds",
    ] {
        assert!(check.stderr.contains(said), "{said}: {}", check.stderr);
    }
    let quiet = scan_with(&team.image, &["--quiet", "--only-rules", &team.rules]);
    assert_eq!(quiet.stderr, "");
}
