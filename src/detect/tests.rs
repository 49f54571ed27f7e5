//! Stories of whole texts: what an engine with the embedded rules, or with rules of the test's
//! own, finds in them.

use super::*;
use crate::rules::{Confidence, Loader};

mod embedded;
mod escapes;
mod foreign;
mod forms;
mod properties;
mod windows;

/// The rules for secrets without a form of their own.
const GENERIC: &str = include_str!("../../patterns/generic.toml");

/// An engine that knows assignments and random values only.
fn engine() -> Engine {
    engine_of(GENERIC)
}

/// An engine with rules written for one test.
pub(crate) fn engine_of(rules: &str) -> Engine {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.toml");
    std::fs::write(&path, rules).unwrap();
    let loader = Loader {
        only: vec![path],
        ..Loader::default()
    };
    Engine::new(loader.load(catalog()).unwrap())
}

/// A rule for tests: `id`, anchors and what else it says.
pub(crate) fn rule(id: &str, anchor: &str, rest: &str) -> String {
    format!(
        "[[rule]]\nid = \"{id}\"\ntitle = \"t\"\nseverity = \"high\"\nconfidence = \"likely\"\n\
         anchors = [\"{anchor}\"]\nrevoke = \"r\"\nexamples = [\"e\"]\n{rest}\n"
    )
}

fn file(path: &str) -> Context<'_> {
    Context {
        path: path.as_bytes(),
        ..Context::default()
    }
}

/// Secrets found by a rule in a file, as text.
fn found(engine: &Engine, path: &str, text: &str, id: &str) -> Vec<String> {
    engine
        .scan(&file(path), text.as_bytes())
        .iter()
        .filter(|hit| engine.rules().rule(hit.rule).id() == id && hit.suppressed.is_none())
        .map(|hit| String::from_utf8_lossy(hit.secret.expose()).into_owned())
        .collect()
}

/// What a made-up token looks like it is not; and a key, a host or a URL around it make it nothing else.
#[test]
fn a_token_that_its_checksum_refutes_is_no_password_either() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    let token = format!("{}_{}", "ghp", "q7Zt1mXv9Lk3Rb8Wq7Zt1mXv9Lk3Rb8W4cDf");
    for (path, text) in [
        ("app/.env", format!("GITHUB_TOKEN={token}\n")),
        (
            "app/a.sh",
            format!("git clone https://ci:{token}@github.com/a/b\n"),
        ),
        (
            "root/.git-credentials",
            format!("https://ci:{token}@github.com\n"),
        ),
    ] {
        let hits = engine.scan(&file(path), text.as_bytes());
        let [hit] = &hits[..] else {
            panic!("{path}: {hits:?}")
        };
        assert_eq!(hit.suppressed, Some(Suppression::FailedChecksum), "{path}");
        assert_eq!(hit.facts["checksum"], "invalid");
    }
}

#[test]
fn every_embedded_rule_holds_what_its_examples_promise() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    assert_eq!(engine.check_examples(), Vec::<String>::new());
    assert_eq!(engine.check_claims(), Vec::<String>::new());
    assert_eq!(crate::rules::lint(engine.rules()), Vec::<String>::new());
    assert_eq!(crate::rules::lossy(engine.rules()), Vec::<String>::new());
}

#[test]
fn a_rule_that_breaks_its_promise_is_named_with_file_and_example() {
    let engine = engine_of(&rule(
        "a.b",
        "zz",
        "regex = 'zz[0-9]{4}'\nrejects = ['zz1234']",
    ));
    let failures = engine.check_examples();
    assert_eq!(failures.len(), 2);
    assert!(failures[0].contains("test.toml:1: rule \"a.b\": example 1 does not match"));
    assert!(failures[1].ends_with("reject 1 matches"));
}

#[test]
fn assignments_are_found_in_the_shapes_of_their_files() {
    let engine = engine();
    let value = concat!("h4nter", "-2x9Q");
    for (path, shape) in [
        (".env", "DB_PASSWORD=@"),
        (".env", "export DB_PASSWORD=\"@\""),
        ("app.yml", "database:\n  password: @  # live"),
        ("app.yml", "  - name: DB_PASSWORD\n    value: \"@\"\n"),
        ("app.json", "{\"db\": {\"password\" : \"@\"}}"),
        (
            "app.json",
            "[{\"name\": \"DB_PASSWORD\", \"value\": \"@\"}]",
        ),
        ("app.properties", "spring.datasource.password=@"),
        ("app.toml", "api_token = '@'"),
        ("app.ini", "[db]\npassword = @\n"),
        ("web.config", "<add key=\"DbPassword\" value=\"@\"/>"),
        ("app.xml", "<password>@</password>"),
        ("main.js", "const dbPassword = \"@\";"),
        ("main.go", "dbPassword := \"@\""),
        ("Main.java", "String password = \"@\";"),
        ("main.rs", "const PASSWORD: &str = \"@\";"),
        ("main.py", "os.environ['DB_PASSWORD'] = '@'"),
        ("conf.rb", ":api_token => '@'"),
        ("wp-config.php", "define( 'DB_PASSWORD', '@' );"),
        ("main.cs", "var c = \"Server=db;User Id=sa;Password=@;\";"),
        ("run.sh", "mysql --password=@ -e 'select 1'"),
        ("run.sh", "deploy --token @ now"),
        ("notes", "DB_PASSWORD=@"),
        ("Dockerfile", "ENV DB_PASSWORD @"),
        ("log.txt", "{\\\"password\\\":\\\"@\\\"}"),
    ] {
        let text = shape.replace('@', value);
        assert_eq!(
            found(&engine, path, &text, "generic.assignment"),
            [value],
            "{path}: {shape}"
        );
    }
}

#[test]
fn lists_beside_each_other_in_a_list_are_all_looked_through() {
    let engine = engine();
    let values: Vec<String> = (0..9).map(|n| format!("h4nter{n}-2x9Q")).collect();
    let lines = values
        .iter()
        .map(|value| format!("- token: [\"{value}\"]\n"));
    let text = format!("tokens:\n{}", lines.collect::<String>());
    assert_eq!(
        found(&engine, "app.yml", &text, "generic.assignment"),
        values
    );
}

#[test]
fn code_that_talks_about_secrets_is_not_full_of_them() {
    let engine = engine();
    for (path, text) in [
        (
            "main.py",
            "def login(password: str, token=None): return check(password=password)",
        ),
        (
            "main.py",
            "password = get_password()\ntoken = request.headers['X-Token1']",
        ),
        (
            "main.js",
            "const token = process.env.TOKEN1; passwordField = \"login-field-1\"",
        ),
        (
            "main.js",
            "i18n = { password: 'Passwort', token: 'Token eingeben' }",
        ),
        ("main.ts", "if (password == \"h4nter-2x9Q\") {}"),
        ("main.go", "log.Printf(\"password=%s token=%s\", p, t)"),
        (
            "app.yml",
            "password: ${DB_PASSWORD}\ntoken: {{ .Values.token }}\nsecretName: db-1-cred9x",
        ),
        (
            "app.yml",
            "passwordSecretRef: my-secret-9x\npassword_file: /run/secrets/db1",
        ),
        (
            "package-lock.json",
            "{\"token\": \"sha512-h4nterh4nter2x9QxyZ012\"}",
        ),
        (
            "README.md",
            "Set the token: see below. Your password is secret = safe.",
        ),
        (
            "x.py",
            "AUTHOR=\"Jane Doe 1970\"\nkeyboard = \"de-latin1-9x\"",
        ),
        (
            "x.c",
            "static const char *key = \"PASSWORD\"; token = tok->next;",
        ),
        (
            ".env",
            "PASSWORD_HASH_ALGORITHM=argon2id-v13\nMAX_TOKENS=4096000\nTOKEN_URL=https://x.y/z1",
        ),
    ] {
        assert_eq!(
            found(&engine, path, text, "generic.assignment"),
            Vec::<String>::new(),
            "{path}: {text}"
        );
    }
}

#[test]
fn a_label_is_the_key_of_its_whole_text() {
    let engine = engine();
    let context = Context {
        kind: TextKind::Metadata,
        label: Some("com.acme.api-key"),
        ..Context::default()
    };
    let hits = engine.scan(&context, b"f4k3f4k3a1b2c3d4e5");
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].label.as_deref(), Some("com.acme.api-key"));
}

#[test]
fn a_pattern_wins_over_the_assignment_that_shares_its_bytes() {
    let engine =
        engine_of(&(GENERIC.to_owned() + &rule("z.tok", "tok_", "regex = 'tok_[0-9a-zA-Z]{16}'")));
    let hits = engine.scan(&file(".env"), b"API_TOKEN=tok_k3B9xq7Zt1mXv9Lk");
    assert_eq!(hits.len(), 1);
    assert_eq!(engine.rules().rule(hits[0].rule).id(), "z.tok");
}

#[test]
fn placeholders_and_allowed_lines_are_kept_apart_not_dropped() {
    let engine = engine_of(&rule("a.b", "tok_", "regex = 'tok_[0-9a-zA-Z]{16}'"));
    let suppressed = |text: &str| engine.scan(&file("x"), text.as_bytes())[0].suppressed;
    assert_eq!(
        suppressed("tok_aaaaaaaaaaaaaaaa"),
        Some(Suppression::Placeholder)
    );
    assert_eq!(suppressed("tok_k3B9xq7Zt1mXv9Lk"), None);
    assert_eq!(
        suppressed("x\ny tok_k3B9xq7Zt1mXv9Lk # residue:allow\nz"),
        Some(Suppression::InlineAllow)
    );
    assert_eq!(suppressed("residue:allow\ntok_k3B9xq7Zt1mXv9Lk"), None);
}

#[test]
fn a_documented_sample_is_said_to_be_one() {
    let engine = engine_of(&rule("a.b", "AKIA", "regex = 'AKIA[0-9A-Z]{16}'"));
    let sample = concat!("AKIA", "IOSFODNN7", "EXAMPLE");
    let hits = engine.scan(&file("x"), sample.as_bytes());
    assert_eq!(hits[0].suppressed, Some(Suppression::DocumentedSample));
}

#[test]
fn where_two_rules_claim_one_text_the_stated_one_has_it() {
    let text = "tok_b3141592";
    let wide = |more: &str| {
        rule(
            "a.wide",
            "tok_",
            &format!("regex = 'tok_[0-9a-z]{{8,20}}'{more}"),
        )
    };
    let narrow = |more: &str| {
        let rule = rule(
            "b.narrow",
            "tok_b",
            &format!("regex = 'tok_b[0-9]{{7}}'{more}"),
        );
        rule.replace("[\"e\"]", &format!("[\"{text}\"]"))
    };
    let said = |rules: String| {
        let engine = engine_of(&rules);
        let hits = engine.scan(&file("x"), text.as_bytes());
        assert_eq!(hits.len(), 1);
        let claims = engine.check_claims().len();
        (engine.rules().rule(hits[0].rule).id().to_owned(), claims)
    };
    let (wide_id, narrow_id) = ("a.wide".to_owned(), "b.narrow".to_owned());
    assert_eq!(said(wide("") + &narrow("")), (wide_id, 1));
    let over = narrow("\nover = ['a.wide']");
    assert_eq!(said(wide("") + &over), (narrow_id.clone(), 0));
    assert_eq!(said(wide("\nlast = true") + &narrow("")), (narrow_id, 0));
}

#[test]
fn half_of_a_pair_counts_only_beside_the_other_half() {
    let rules = rule("a.id", "ID", "regex = 'ID[0-9]{8}'")
        + &rule(
            "a.key",
            "KEY",
            "regex = 'KEY[0-9]{8}'\nnear = { rule = \"a.id\", within = 20 }",
        );
    let engine = engine_of(&rules);
    let count = |gap: usize| {
        let text = format!("ID31415926{}KEY27182818", " ".repeat(gap));
        engine.scan(&file("x"), text.as_bytes()).len()
    };
    assert_eq!((count(5), count(20), count(21)), (2, 2, 1));
}

#[test]
fn the_same_private_key_in_another_wrapping_is_the_same_secret() {
    let rest = "regex = '''-----BEGIN PRIVATE KEY-----[A-Za-z0-9\\s\\\\]{10,200}-----END PRIVATE KEY-----'''";
    let engine = engine_of(&rule("a.b", "-----BEGIN", rest));
    let (begin, end) = ("-----BEGIN PRIVATE", "-----END PRIVATE");
    let wrapped = format!("{begin} KEY-----\nMIIBfake\nFAKEfake\n{end} KEY-----");
    let one_line = wrapped.replace('\n', "\\n");
    let identity = |text: &str| {
        engine.scan(&file("x"), text.as_bytes())[0]
            .identity()
            .clone()
    };
    assert_eq!(identity(&wrapped), identity(&one_line));
}

#[test]
fn lines_and_columns_are_counted_from_one() {
    let engine = engine_of(&rule("a.b", "tok_", "regex = 'tok_[0-9]{4}'"));
    let hits = engine.scan(&file("x"), b"a\n\n  tok_1849\ntok_7731");
    let at: Vec<_> = hits
        .iter()
        .map(|hit| (hit.position.line, hit.position.column))
        .collect();
    assert_eq!(at, [(3, 3), (4, 1)]);
}

#[test]
fn a_file_of_nothing_but_anchors_is_searched_once_and_its_matches_are_bounded() {
    let engine = engine_of(&rule("a.b", "tok", "regex = 'tok[a-z]{1,30000}1?'"));
    assert!(
        engine
            .scan_fully(&file("x"), &b"tok".repeat(1 << 20))
            .limited
            .is_empty()
    );
    let engine = engine_of(&rule("a.b", "tok", "regex = 'tok'"));
    let scanned = engine.scan_fully(&file("x"), &b"tok".repeat(1 << 20));
    assert_eq!((scanned.matches.len(), scanned.limited), (10_000, vec![0]));
}

#[test]
fn a_rule_for_certain_paths_looks_nowhere_else() {
    let engine = engine_of(&rule(
        "a.b",
        "tok",
        "regex = 'tok[0-9]{3}'\npaths = [\"**/.npmrc\"]",
    ));
    assert_eq!(engine.scan(&file("root/.npmrc"), b"tok184").len(), 1);
    assert_eq!(engine.scan(&file("root/.yarnrc"), b"tok184").len(), 0);
    assert_eq!(engine.check_examples().len(), 1);
}

#[test]
fn confidence_follows_key_and_value() {
    let engine = engine();
    let confidence =
        |path: &str, text: &str| engine.scan(&file(path), text.as_bytes())[0].confidence;
    assert_eq!(
        confidence(".env", "DB_PASSWORD=hunter"),
        Confidence::Possible
    );
    assert_eq!(
        confidence(".env", "DB_PASSWORD=h4nter-2x9Q"),
        Confidence::Likely
    );
    assert_eq!(
        confidence("a.js", "password = 'h4nter-2x9'"),
        Confidence::Possible
    );
    assert_eq!(
        confidence("a.js", "apiKey = 'q7Zt1mXv9Lk3Rb8Wc2Yd'"),
        Confidence::Likely
    );
}
