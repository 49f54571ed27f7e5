//! Rule files of a user: mistakes are reported together and by name, good ones are used.

use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, residue, scan_with};

const GOOD: &str = r#"
[[rule]]
id = "acme.service-key"
title = "Acme service key"
severity = "high"
confidence = "likely"
anchors = ["acme-"]
regex = '''\bacme-[0-9a-f]{12}\b'''
revoke = "https://acme.example/keys"
examples = ["acme-00000000000f"]
rejects = ["acme-short"]
"#;

#[test]
fn the_page_of_rules_is_that_of_the_rules() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let page = std::fs::read_to_string(page).expect("docs/rules.md");
    let made = residue(["rules", "list", "--format", "markdown"]).stdout;
    assert!(
        page == made,
        "make it anew: cargo run -- rules list --format markdown > docs/rules.md"
    );
}

#[test]
fn every_mistake_of_a_rule_file_is_reported_with_file_and_rule() {
    let scratch = Scratch::new();
    let broken = GOOD
        .replace(r"\bacme-[0-9a-f]{12}\b", "acme-[0-9")
        .replace("acme.service-key", "acme.broken-regex");
    let unproven = GOOD
        .replace(r#"examples = ["acme-00000000000f"]"#, "examples = []")
        .replace("acme.service-key", "acme.no-example");
    let wrong = GOOD
        .replace("acme-00000000000f", "acme-nothing")
        .replace("acme.service-key", "acme.example-does-not-match");
    let file = scratch.write(
        "acme.toml",
        format!("{GOOD}{GOOD}{broken}{unproven}{wrong}"),
    );
    let run = residue(["rules", "check", &file.to_string_lossy()]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    let said = format!("{}{}", run.stdout, run.stderr);
    for word in [
        "acme.toml",
        "acme.service-key",
        "acme.broken-regex",
        "acme.no-example",
    ] {
        assert!(said.contains(word), "no {word} in: {said}");
    }
}

/// A rule that says what no rule can mean would find nothing, and nobody would know.
#[test]
fn rules_that_could_never_match_are_mistakes() {
    let scratch = Scratch::new();
    let rule = |id: &str, lines: &str| GOOD.replace("acme.service-key", id) + lines;
    let without_regex = |text: String| -> String {
        let lines = text.lines().filter(|line| !line.starts_with("regex"));
        lines.map(|line| format!("{line}\n")).collect()
    };
    let rules = [
        rule("acme.itself", "\nover = [\"acme.itself\"]\n"),
        rule("acme.one", "\nover = [\"acme.two\"]\n"),
        rule("acme.two", "\nover = [\"acme.one\"]\n"),
    ];
    let file = scratch.write("order.toml", rules.concat());
    let run = residue(["rules", "check", &file.to_string_lossy()]);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert_eq!(run.code, 2, "{said}");
    assert_eq!(
        said.matches("over leads back to the rule itself").count(),
        3,
        "{said}"
    );
    let rules = [
        without_regex(rule("acme.file", "\ndetector = \"file\"\n")),
        rule("acme.lines", "\ndecode = [\"lines\"]\n"),
    ];
    let file = scratch.write("never.toml", rules.concat());
    let run = residue(["rules", "check", &file.to_string_lossy()]);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert_eq!(run.code, 2, "{said}");
    for mistake in [
        "has anchors, which \"file\" asks for none of",
        "which is for fields",
    ] {
        assert!(said.contains(mistake), "{said}");
    }
    let wide = GOOD.to_owned() + &format!("\npaths = [\"{}\"]\n", "?".repeat(5_000));
    let file = scratch.write("wide.toml", wide);
    let run = residue(["rules", "list", "--rules", &file.to_string_lossy()]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    assert!(
        run.stderr.contains("has more than 4096 bytes"),
        "{}",
        run.stderr
    );
}

#[test]
fn an_example_that_does_not_match_is_found_by_the_check() {
    let scratch = Scratch::new();
    let file = scratch.write(
        "acme.toml",
        GOOD.replace("acme-00000000000f", "acme-nothing"),
    );
    let run = residue(["rules", "check", &file.to_string_lossy()]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains("acme.service-key"), "{said}");
}

#[test]
fn a_scan_with_a_broken_rule_file_does_not_start() {
    let scratch = Scratch::new();
    let image = ImageBuilder::new().layer("COPY a /", LayerBuilder::new().file("a", "a"));
    let path = scratch.image(Shape::Classic, &image);
    let file = scratch.write("acme.toml", "[[rule]]\nid = 5\n");
    let run = residue([
        "scan",
        "--rules",
        &file.to_string_lossy(),
        &path.to_string_lossy(),
    ]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert!(run.stderr.contains("acme.toml"), "{}", run.stderr);
}

#[test]
fn rules_of_a_user_are_added_or_stand_alone() {
    let scratch = Scratch::new();
    let acme = format!("acme-{}", crate::support::secrets::hex("acme", 12));
    let github = crate::support::secrets::github("beside acme");
    let layer = LayerBuilder::new().file("x.env", format!("note {acme}\nTOKEN={github}\n"));
    let image = ImageBuilder::new().layer("COPY x.env / # buildkit", layer);
    let path = scratch.image(Shape::Classic, &image);
    let file = scratch.write("acme.toml", GOOD);
    let file = file.to_string_lossy();
    let both = scan_with(&path, &["--rules", &file]);
    assert_eq!(both.finding(&acme)["rule"], "acme.service-key");
    assert!(both.find(&github).is_some());
    let only = scan_with(&path, &["--only-rules", &file]);
    assert!(only.find(&acme).is_some());
    assert!(only.find(&github).is_none());
    assert_eq!(only.json["tool"]["rules"], 1);
    let disabled = scan_with(&path, &["--rules", &file, "--disable", "acme.*"]);
    assert!(disabled.find(&acme).is_none());
}

const FIELDS: &str = r#"
[[rule]]
id = "acme.login"
title = "Acme login"
severity = "high"
confidence = "likely"
guessable = true
revoke = "https://acme.example/logins"
examples = ["[acme]\nlogin = Y2k6azFvdG85\n"]
rejects = ["[acme]\nlogin = azFvdG85\n"]

[[rule.fields]]
format = "ini"
paths = ["**/.acmerc"]
keys = ["acme.login"]
decode = ["base64", "user-password"]
"#;

#[test]
fn a_rule_of_a_user_may_name_fields_and_is_shown_as_it_can_be_written() {
    let scratch = Scratch::new();
    let file = scratch.write("acme.toml", FIELDS);
    let file = file.to_string_lossy();
    let check = residue(["rules", "check", &file]);
    assert_eq!(check.code, 0, "{}", check.stderr);
    let shown = residue(["rules", "show", "acme.login", "--only-rules", &file]);
    assert!(shown.stdout.contains("[[rule.fields]]"), "{}", shown.stdout);
    let again = scratch.write("again.toml", &shown.stdout);
    let layer = LayerBuilder::new().file("root/.acmerc", "[acme]\nlogin = Y2k6azFvdG85\n");
    let image = ImageBuilder::new().layer("COPY . /", layer);
    let path = scratch.image(Shape::Classic, &image);
    let scan = scan_with(&path, &["--only-rules", &again.to_string_lossy()]);
    assert_eq!(scan.place("k1oto9", "file")["key"], "acme.login");
}

#[test]
fn every_mistake_in_fields_is_reported() {
    let scratch = Scratch::new();
    let wrong = FIELDS
        .replace("\"ini\"", "\"inii\"")
        .replace("\"**/.acmerc\"", "")
        .replace("\"acme.login\"]", "\"acme..login\", \"a[b]\"]")
        .replace("\"user-password\"", "\"user-pasword\"")
        .replace("guessable", "anchors = [\"acme\"]\nguessable")
        + "file = \"a.ini\"\njudge = \"name\"\n";
    let file = scratch.write("acme.toml", wrong);
    let run = residue(["rules", "check", &file.to_string_lossy()]);
    assert_eq!(run.code, 2, "{}", run.stdout);
    for (line, mistake) in [
        (
            14,
            "fields number 1: there is no format \"inii\"; there are dockerfile, env, fstab, ini,",
        ),
        (15, "fields number 1: paths is empty"),
        (16, "fields number 1: key \"acme..login\" has an empty step"),
        (16, "fields number 1: key \"a[b]\" has a ["),
        (17, "fields number 1: there is no decoding \"user-pasword\""),
        (
            19,
            "fields number 1: judge says nothing of a field that holds a file",
        ),
        (2, "has anchors, paths or decode without a regex"),
    ] {
        let told = format!("acme.toml:{line}: rule \"acme.login\": {mistake}");
        let said = run.stderr.lines().any(|line| line.contains(&told));
        assert!(said, "no {told} in {}", run.stderr);
    }
}
