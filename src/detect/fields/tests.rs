//! What rules with fields make of files.

mod places;

use proptest::prelude::*;

use super::format::tests::took;
use super::*;
use crate::detect::matched::{Context, Match};
use crate::detect::tests::engine_of;
use crate::detect::{By, Engine, Suppression, catalog, validate};
use crate::rules::{Confidence, Loader};

/// A rule for fields: its id, what it says beside, and its tables.
fn rule(id: &str, rest: &str, tables: &str) -> String {
    format!(
        "[[rule]]\nid = \"{id}\"\ntitle = \"t\"\nseverity = \"high\"\nconfidence = \"likely\"\n\
         revoke = \"r\"\nexamples = [\"e\"]\n{rest}\n{tables}\n"
    )
}

fn table(format: &str, path: &str, rest: &str) -> String {
    format!("[[rule.fields]]\nformat = \"{format}\"\npaths = [\"{path}\"]\n{rest}\n")
}

fn scan(engine: &Engine, path: &str, text: &str) -> Vec<Match> {
    let context = Context {
        path: path.as_bytes(),
        ..Context::default()
    };
    engine.scan(&context, text.as_bytes())
}

/// Key and secret of each hit.
fn told(hits: &[Match]) -> Vec<(String, String)> {
    let text = |hit: &Match| String::from_utf8_lossy(hit.secret.expose()).into_owned();
    hits.iter()
        .map(|hit| (hit.label.clone().unwrap_or_default(), text(hit)))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = pairs.iter();
    pairs
        .map(|(key, secret)| ((*key).to_owned(), (*secret).to_owned()))
        .collect()
}

#[test]
fn keys_paths_and_conditions_say_where_a_secret_stands() {
    let tables = table("json", "**/a.json", "keys = ['u.*[on=true].pw']");
    let engine = engine_of(&rule("a.b", "", &tables));
    let text = r#"{"u": [{"pw": "t0kyo9", "on": true}, {"pw": "k1oto7"}]}"#;
    let expected = pairs(&[("u.0.pw", "t0kyo9")]);
    assert_eq!(told(&scan(&engine, "x/a.json", text)), expected);
    // A copy is read as its original.
    assert_eq!(told(&scan(&engine, "x/a.json.bak", text)), expected);
    assert!(scan(&engine, "x/b.json", text).is_empty());
}

#[test]
fn an_anchor_must_stand_in_the_file() {
    let tables = table("ini", "*.ini", "keys = ['*.pw']\nanchors = ['[db]']");
    let engine = engine_of(&rule("a.b", "", &tables));
    assert_eq!(scan(&engine, "a.ini", "[db]\npw = t0kyo9\n").len(), 1);
    assert!(scan(&engine, "a.ini", "[web]\npw = t0kyo9\n").is_empty());
}

#[test]
fn a_name_may_stand_beside_its_value_and_tell() {
    let rest = "keys = ['**.env.*.value']\njudge = 'name'\nnamed_by = 'name'";
    let engine = engine_of(&rule("a.b", "", &table("yaml", "*.yaml", rest)));
    let text = "env:\n- value: h4nter-2x9Q\n  name: DB_PASSWORD\n- name: LOG\n  value: h4nter-2x9R\n- value: h4nter-2x9S\n";
    let hits = scan(&engine, "a.yaml", text);
    assert_eq!(told(&hits), pairs(&[("DB_PASSWORD", "h4nter-2x9Q")]));
    assert_eq!(hits[0].by, By::NamedField);
    assert_eq!((hits[0].position.line, hits[0].position.column), (2, 10));
}

#[test]
fn fields_beside_the_secret_become_facts() {
    let rest = "keys = ['*.password']\ntell = { user = 'username', host = 'host' }";
    let engine = engine_of(&rule("a.b", "", &table("ini", "*.ini", rest)));
    let hits = scan(&engine, "a.ini", "[a]\npassword = t0kyo9\nUserName = ci\n");
    assert_eq!(hits[0].facts, [("user".to_owned(), "ci".into())].into());
}

#[test]
fn dotted_keys_of_one_group_stand_beside_each_other() {
    let tables = table(
        "properties",
        "*.properties",
        "keys = ['*[on=yes].pw']\ntell = { user = 'user' }",
    ) + &table(
        "properties",
        "*.properties",
        "keys = ['v.*.value']\nnamed_by = 'name'",
    );
    let engine = engine_of(&rule("a.b", "", &tables));
    let text =
        "r.on=yes\nr.user=ci\nr.pw=t0kyo9\ns.on=no\ns.pw=k1oto7\nv.1.value=n4ra55\nv.1.name=DB\n";
    let hits = scan(&engine, "a.properties", text);
    assert_eq!(told(&hits), pairs(&[("r.pw", "t0kyo9"), ("DB", "n4ra55")]));
    assert_eq!(hits[0].facts, [("user".to_owned(), "ci".into())].into());
}

#[test]
fn what_only_leads_to_a_secret_is_none_and_what_stands_for_one_does_not_count() {
    let rest = "guessable = true\nvalidate = ['literal-password']";
    let engine = engine_of(&rule("a.b", rest, &table("ini", "*.ini", "keys = ['p']")));
    let hits = |value: &str| scan(&engine, "a.ini", &format!("p = {value}\n"));
    for none in [
        "",
        "${PW}",
        "{{ pw }}",
        "<pw>",
        "/run/secrets/pw",
        "%PW%",
        "op://a/b",
        "ab",
    ] {
        assert!(hits(none).is_empty(), "{none}");
    }
    assert_eq!(
        hits("changeme")[0].suppressed,
        Some(Suppression::Placeholder)
    );
    assert_eq!(hits("t0kyo9")[0].suppressed, None);
    let shown = scan(&engine, "tests/a.ini", "p = t0kyo9\n");
    assert_eq!(shown[0].confidence, Confidence::Possible);
}

#[test]
fn beside_telling_names_a_holder_has_what_looks_random() {
    let tables = table("json", "*.json", "keys = ['data.*']\njudge = 'holder'");
    let engine = engine_of(&rule("a.b", "", &tables));
    let text = r#"{"data": {"password": "hunter2x", "blob": "q7Zt1mXv9Lk3Rb8Wc2Yd", "host": "db.corp", "sha256": "q7Zt1mXv9Lk3Rb8Wc2Ye"}}"#;
    let expected = pairs(&[
        ("data.password", "hunter2x"),
        ("data.blob", "q7Zt1mXv9Lk3Rb8Wc2Yd"),
    ]);
    assert_eq!(told(&scan(&engine, "a.json", text)), expected);
}

#[test]
fn decoded_texts_are_searched_as_files_of_their_key_but_not_without_end() {
    let tables = table("json", "*.json", "keys = ['*']\ndecode = ['base64']")
        + &table("json", "*.json", "keys = ['*']");
    let engine = engine_of(&rule("a.b", "guessable = true", &tables));
    let mut text = r#"{"x.json": "t0kyo9"}"#.to_owned();
    let encode = validate::tests::standard_base64;
    for _ in 0..3 {
        text = format!("{{\"x.json\": \"{}\"}}", encode(text.as_bytes()));
    }
    let hits = scan(&engine, "a.json", &text);
    let deepest = hits
        .iter()
        .find(|hit| hit.secret.expose() == b"t0kyo9")
        .unwrap();
    assert_eq!(deepest.how(), ["base64", "base64", "base64"]);
    assert_eq!(
        deepest.label.as_deref(),
        Some("x.json > x.json > x.json > x.json")
    );
    let deeper = format!("{{\"x.json\": \"{}\"}}", encode(text.as_bytes()));
    let hits = scan(&engine, "a.json", &deeper);
    assert!(hits.iter().all(|hit| hit.secret.expose() != b"t0kyo9"));
}

#[test]
fn rules_of_another_tool_search_decoded_texts_with_keywords_and_parts_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let tables = table("json", "*.json", "keys = ['*']\ndecode = ['base64']");
    let own = rule("a.b", "guessable = true", &tables);
    let theirs = "[[rules]]\nid = 'id'\nregex = 'id=\\d+'\nskipReport = true\n\
                  [[rules]]\nid = 'x'\nregex = 'pw=\\w+'\nkeywords = ['acme']\n\
                  [[rules.required]]\nid = 'id'\nwithinLines = 2\n";
    let files = [("a.toml", own.as_str()), ("b.toml", theirs)];
    let only = files.map(|(name, text)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    });
    let loader = Loader {
        only: only.to_vec(),
        ..Loader::default()
    };
    let engine = Engine::new(loader.load(catalog()).unwrap());
    let told_by_theirs = |inner: &str| {
        let encoded = validate::tests::standard_base64(inner.as_bytes());
        let hits = scan(&engine, "a.json", &format!("{{\"k\": \"{encoded}\"}}"));
        let of_theirs = |hit: &&Match| engine.rules().rule(hit.rule).id() == "gitleaks.x";
        hits.iter().filter(of_theirs).count()
    };
    assert_eq!(told_by_theirs("acme\nid=7\npw=t0kyo9\n"), 1);
    assert_eq!(told_by_theirs("id=7\npw=t0kyo9\n"), 0);
    assert_eq!(told_by_theirs("acme\npw=t0kyo9\n"), 0);
}

#[test]
fn a_rule_of_fields_alone_looks_at_nothing_else() {
    let engine = engine_of(&rule("a.b", "", &table("ini", "*.ini", "keys = ['a.pw']")));
    assert!(
        scan(
            &engine,
            "app/.env",
            "BILLING=q7Zt1mXv9Lk3Rb8Wc2Ydq7Zt1mXv\n"
        )
        .is_empty()
    );
}

#[test]
fn names_as_long_as_a_file_are_not_copied_for_each_field_below() {
    let tables = table("json", "*.json", "keys = ['*.pw']")
        + &table("json", "*.json", "keys = ['*.v']\nnamed_by = 'pw'");
    let engine = engine_of(&rule("a.b", "", &tables));
    let long = "x".repeat(200_000);
    let fields = "\"pw\":\"t0kyo9\",\"v\":\"k1oto7\",".repeat(20_000);
    let text = |key: &str, named: &str, rest: &str| {
        format!("{{\"{key}\":{{\"pw\":\"{named}\",{fields}\"z\":\"{rest}\"}}}}")
    };
    let plain = text("k", "n", &long.repeat(2));
    let hostile = text(&long, &long, "");
    assert!(plain.len().max(hostile.len()) < LARGEST);
    let time = |text: &str| took(|| assert!(scan(&engine, "a.json", text).len() > 9_000));
    let plain = time(&plain);
    let hostile = time(&hostile);
    assert!(hostile < plain * 20, "{hostile:?}, short names {plain:?}");
}

#[test]
fn a_long_key_is_shown_by_its_end_and_a_file_too_long_is_not_parsed() {
    let engine = engine_of(&rule(
        "a.b",
        "",
        &table("json", "*.json", "keys = ['*.pw']"),
    ));
    let text = format!("{{\"{}é\": {{\"pw\": \"t0kyo9\"}}}}", "x".repeat(1_000));
    let label = scan(&engine, "a.json", &text)[0].label.clone().unwrap();
    assert!(label.starts_with("…xxx") && label.ends_with("é.pw") && label.len() < 220);
    let long = format!("{text}{}", " ".repeat(LARGEST));
    assert!(scan(&engine, "a.json", &long).is_empty());
}

fn embedded() -> &'static Engine {
    static ENGINE: std::sync::LazyLock<Engine> =
        std::sync::LazyLock::new(|| Engine::new(Loader::default().load(catalog()).unwrap()));
    &ENGINE
}

#[test]
fn every_format_and_every_decoding_is_used() {
    let rules = embedded().rules();
    let tables = || rules.rules().iter().flat_map(|rule| &rule.fields);
    for (name, _) in format::FORMATS {
        assert!(tables().any(|table| table.syntax.format == *name), "{name}");
    }
    for (name, _) in decode::DECODINGS {
        let of_tables = tables().flat_map(|table| &table.syntax.decode);
        let mut used = of_tables.chain(rules.rules().iter().flat_map(|rule| &rule.syntax.decode));
        assert!(used.any(|used| used == name), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever a file holds, its hits lie where they say, and two that share bytes are parts of
    /// one decoded text.
    #[test]
    fn any_bytes_of_a_credential_file_can_be_searched(
        parts in prop::collection::vec(
            prop_oneof![
                6 => prop::sample::select(PIECES).prop_map(|text| text.as_bytes().to_vec()),
                1 => prop::collection::vec(any::<u8>(), 0..6),
            ],
            0..40,
        ),
        path in prop::sample::select(vec![
            ".env", "root/.docker/config.json", "srv/secret.yaml", "root/.netrc", "root/.pgpass",
            "root/.npmrc", "srv/wp-config.php", "srv/web.config", "root/.m2/settings.xml",
            "srv/application.properties", "root/.cargo/credentials.toml", "root/.git-credentials",
            "srv/user-data", "srv/docker-compose.yml", "srv/a.tfstate",
        ]),
    ) {
        let bytes = parts.concat();
        let context = Context { path: path.as_bytes(), ..Context::default() };
        let hits = embedded().scan(&context, &bytes);
        for hit in &hits {
            let span = hit.span.offset as usize..hit.span.end() as usize;
            prop_assert_eq!(&bytes[span], hit.written().expose());
        }
        for (index, hit) in hits.iter().enumerate() {
            for other in hits[..index].iter().filter(|other| other.span.overlaps(&hit.span)) {
                prop_assert!(hit.span == other.span && hit.decoded.is_some());
            }
        }
    }
}

/// Pieces of credential files.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ":",
    ": ",
    "=",
    " = ",
    ",",
    "\n",
    "  ",
    "- ",
    "|\n",
    "<",
    ">",
    "/>",
    "kind: Secret\n",
    "data:\n",
    "stringData:\n",
    "auths",
    "auth",
    "password",
    "token",
    "users:\n",
    "machine a ",
    "login b ",
    "define('DB_PASSWORD', ",
    ");",
    "//x/:_authToken",
    ":_auth",
    "url",
    "https://u:h4nter-2x@h/",
    "h4nter-2x9Q",
    "Y2k6aDRudGVyLTJ4OVE=",
    "eyJhIjoiYiJ9",
    "\\",
    "\\u0041",
    "&amp;",
    "<!--",
    "-->",
    "name",
    "value",
    "env:\n",
    "services:\n",
    "environment:\n",
    "chpasswd:\n",
    "list: |\n",
    "[registry]\n",
    "a:b:c:d:",
    "<add key='",
    "' value='",
    "connectionString",
    "Password=",
    ";",
    "export ",
    "#",
    "residue:allow",
    "\u{fc}",
];
