//! Secrets as the writers of JSON spell them, in files of which no field is looked up.

use std::sync::LazyLock;

use super::*;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(Loader::default().load(catalog()).unwrap()));

/// As PHP, .NET and JSON within JSON have it.
fn spellings(text: &str) -> [String; 3] {
    let php = text.replace('/', r"\/");
    let mut net = text.replace('/', r"\u002F");
    for (sign, escape) in [
        ("+", r"\u002B"),
        ("&", r"\u0026"),
        ("=", r"\u003D"),
        ("'", r"\u0027"),
    ] {
        net = net.replace(sign, escape);
    }
    let twice = php.replace('\\', r"\\").replace('/', r"\/");
    [php, net, twice]
}

fn password() -> String {
    ["vK8zQ2mW", "x7Lp4TrN"].concat()
}

#[test]
fn a_secret_is_the_same_however_its_text_is_escaped() {
    let key = [
        "a2V5LW9m",
        "L2Fu+2FjY291bnQvdGhhdC9pcy9ub25lK2J1dC9sb29rcy9saWtlK29uZS9ub3c3OTE4MjQ2MDEzNT==",
    ]
    .concat();
    let texts = [
        format!("{}://app:{}@db.corp.internal/prod", "postgres", password()),
        format!(
            "https://hooks.slack.com/{}/T03KXZ8QWER/B04JMN7PLKJ/{}{}",
            "services",
            password(),
            "yB3cD5eF"
        ),
        format!("Server=db.corp;User Id=sa;Password={}+/x;", password()),
        format!(
            "https://acme.blob.core.windows.net/c?sv=2022-11-02&sp=rl&se=2030-01-01T00:00:00Z&sig={}{key}%3D",
            "kZ8v"
        ),
    ];
    for text in texts {
        let scan = |spelled: &str| {
            let line = format!("{{\"a\": 1,\n \"x\": \"{spelled}\"}}");
            let hits = ENGINE.scan(&file("srv/x.json"), line.as_bytes());
            for hit in &hits {
                let at = hit.span.offset as usize..hit.span.end() as usize;
                assert_eq!(line.as_bytes()[at.clone()], *hit.written().expose());
                assert_eq!(
                    (hit.position.line, hit.position.column),
                    (2, at.start as u64 - 8)
                );
            }
            let told = |hit: &Match| {
                (
                    hit.rule,
                    hit.secret.clone(),
                    hit.identity.clone(),
                    hit.suppressed,
                )
            };
            hits.iter().map(told).collect::<Vec<_>>()
        };
        let plain = scan(&text);
        assert_eq!(plain.len(), 1, "{text}");
        for spelled in spellings(&text) {
            assert_eq!(scan(&spelled), plain, "{spelled}");
        }
    }
}

#[test]
fn an_assigned_value_is_what_its_escapes_say() {
    let engine = engine();
    for path in ["srv/a.json", "srv/a.php", "srv/a.log"] {
        for (written, says) in [
            (r"vK8zQ2mW\/x7Lp4TrN", "vK8zQ2mW/x7Lp4TrN"),
            (r"vK8zQ2mW\u002bx7Lp4TrN", "vK8zQ2mW+x7Lp4TrN"),
            (r#"vK8zQ2mW\"x7Lp4TrN"#, "vK8zQ2mW\"x7Lp4TrN"),
            (r#"vK8z\"Q2mW\/x7Lp4TrN"#, "vK8z\"Q2mW/x7Lp4TrN"),
        ] {
            let text = format!("{{\"db\":{{\"password\":\"{written}\"}}}}");
            assert_eq!(
                found(&engine, path, &text, "generic.assignment"),
                [says],
                "{path}"
            );
            let hits = engine.scan(&file(path), text.as_bytes());
            assert_eq!(
                (hits[0].how(), hits[0].label.as_deref()),
                (&["json"][..], Some("password"))
            );
        }
        for written in [
            r"[a-z]\\d8Q2mW\/x7",
            r#"\"x7Lp4TrN\" or \"vK8zQ2mW\""#,
            r"vK8z\nQ2mW",
        ] {
            let text = format!("{{\"db\":{{\"password\":\"{written}\"}}}}");
            let plain = text.replace(r"\/", "/");
            let both = [&text, &plain].map(|text| found(&engine, path, text, "generic.assignment"));
            assert_eq!(both[0], both[1], "{written}");
        }
    }
}

#[test]
fn what_begins_with_the_rest_of_an_escape_is_read_anew() {
    let rule = rule(
        "a.key",
        "acme_",
        r"regex = '''acme_key=['\\]{0,2}(?P<secret>[0-9a-z]{12,20})'''",
    );
    let text = r#"{"x": "acme_key=\u0027q7zt1mxv9lk3\u0027"}"#;
    assert_eq!(
        found(&engine_of(&rule), "a.json", text, "a.key"),
        ["q7zt1mxv9lk3"]
    );
}

#[test]
fn the_other_part_of_a_secret_may_stand_where_nothing_is_escaped() {
    let rules = rule("a.id", "ID", "regex = 'ID[0-9]{8}'")
        + &rule(
            "a.key",
            "KEY",
            "regex = 'KEY[0-9/]{8}'\nnear = { rule = \"a.id\", within = 200 }",
        );
    let engine = engine_of(&rules);
    let text = r#"{"id": "ID31415926", "key": "KEY2718\/182"}"#;
    assert_eq!(found(&engine, "a.json", text, "a.key"), ["KEY2718/182"]);
    let hits = engine.scan(&file("a.json"), text.as_bytes());
    assert_eq!(hits.iter().map(|hit| hit.parts.len()).max(), Some(1));
}

#[test]
fn matches_of_escaped_texts_are_counted_with_the_others() {
    let engine = engine_of(&rule("a.key", "KEY", "regex = 'KEY[0-9/]{8}'"));
    let text = "\"KEY27182818\", \"KEY2718\\/182\",\n".repeat(6_000);
    let scanned = engine.scan_fully(&file("a.json"), text.as_bytes());
    assert_eq!((scanned.matches.len(), scanned.limited), (10_000, vec![0]));
    let few = &text[..text.len() / 2];
    let scanned = engine.scan_fully(&file("a.json"), few.as_bytes());
    assert_eq!((scanned.matches.len(), scanned.limited), (6_000, vec![]));
}

const PIECES: &[&str] = &[
    "\"",
    "\\/",
    "\\\\\\/",
    "\\u002b",
    "\\u002B1",
    "tok_",
    "\"tok_1\\/8\"",
    "{\"password\": \"",
    "h4nter-2x9Q",
    "\\\"",
    "\\\\",
    ":\\/\\/",
    ",\n",
    " ",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]

    #[test]
    fn escapes_are_undone_alike_however_a_text_comes(cut in windows::cuts(PIECES)) {
        static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
            engine_of(&(GENERIC.to_owned() + &rule("a.tok", "tok", r"regex = '\btok_?[0-9/+]{0,40}\b'")))
        });
        for path in ["main.js", "app.conf"] {
            cut.is_found_whole(&ENGINE, path)?;
        }
    }
}
