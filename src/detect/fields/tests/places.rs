//! Where what is found stands, and what it is called: lines of blocks, words of command lines,
//! sections, and fields in which other detectors find something.

use super::*;

/// Line and secret of each hit.
fn lines(hits: &[Match]) -> Vec<(u64, String)> {
    let text = |hit: &Match| String::from_utf8_lossy(hit.secret.expose()).into_owned();
    let line = |hit: &Match| (hit.position.line, text(hit));
    hits.iter().map(line).collect()
}

#[test]
fn lines_of_a_block_stand_on_their_own_and_those_of_an_escaped_text_where_it_does() {
    let tables = |format: &str, path: &str| {
        table(
            format,
            path,
            "keys = ['*']\ndecode = ['lines', 'user-password']",
        )
    };
    let tables = tables("yaml", "*.yaml") + &tables("json", "*.json");
    let engine = engine_of(&rule("a.b", "guessable = true", &tables));
    let block = "k: |\n  a:t0kyo9\n\n  b:k1oto7\r\n  c:n4ra55\n";
    let hits = scan(&engine, "a.yaml", block);
    let expected = [(2, "t0kyo9"), (4, "k1oto7"), (5, "n4ra55")]
        .map(|(line, secret)| (line, secret.to_owned()));
    assert_eq!(lines(&hits), expected);
    assert!(hits.iter().all(|hit| hit.decoded.is_none()));
    let hits = scan(&engine, "a.json", "{\n\"k\": \"a:t0kyo9\\nb:k1oto7\"}");
    assert_eq!(
        lines(&hits),
        [(2, "t0kyo9".to_owned()), (2, "k1oto7".to_owned())]
    );
    assert_eq!(hits[0].how(), ["json"]);
}

/// A rule whose secret is a word behind `zz`, and one of whose part stands behind `yy`.
fn with_part() -> String {
    let part = "[[rule.near]]\nrule = 'a.part'\nwithin = 500\nrequired = false\n";
    let forms = |word: &str| format!("anchors = ['{word}']\nregex = '{word}[a-z0-9]{{4,9}}'");
    let tables = table("ini", "*.cnf", "keys = ['none']");
    rule("a.part", &forms("yy"), "") + &rule("a.whole", &forms("zz"), &(tables + part))
}

#[test]
fn parts_of_a_secret_lie_in_its_section() {
    let engine = engine_of(&with_part());
    let parts = |path: &str| -> Vec<usize> {
        let text = "[a]\nx = zzt0kyo9\n[b]\nx = zzk1oto7\ny = yyn4ra55\n";
        let hits = scan(&engine, path, text);
        hits.iter().map(|hit| hit.parts.len()).collect()
    };
    assert_eq!(parts("x.cnf"), [0, 1, 0]);
    assert_eq!(parts("x.ini"), [0, 1, 0]);
    assert_eq!(parts("x.txt"), [1, 1, 0]);
}

#[test]
fn what_has_no_key_of_its_own_gets_that_of_its_field() {
    let engine = engine_of(&with_part());
    let label = |path: &str, text: &str| scan(&engine, path, text)[0].label.clone();
    let json = "{\"a\": [{\"b\": \"x zzt0kyo9 y\"}]}";
    assert_eq!(label("x.json", json).as_deref(), Some("a.0.b"));
    assert_eq!(label("x.json.bak", json).as_deref(), Some("a.0.b"));
    assert_eq!(
        label("x.cnf", "[s]\nk = zzt0kyo9\n").as_deref(),
        Some("s.k")
    );
    assert_eq!(
        label("x.yml", "a:\n  b: |\n    c\n    zzt0kyo9\n").as_deref(),
        Some("a.b")
    );
    assert_eq!(label("x.txt", json), None);
    assert_eq!(label("x.yml", "a: b # zzt0kyo9\n"), None);
    for path in ["etc/shadow", "etc/passwd", "rootfs/etc/passwd-"] {
        let text = "# c\nops:zzt0kyo9:1:\n";
        assert_eq!(label(path, text).as_deref(), Some("ops"), "{path}");
    }
}

#[test]
fn a_field_may_hold_a_file_in_which_things_stand_where_they_are_written() {
    let rest = "file = 'x.yaml'";
    let outer = table("json", "a.json", &format!("keys = ['v.*']\n{rest}"));
    let inner = table("yaml", "x.yaml", "keys = ['db.pw']");
    let engine = engine_of(&rule("a.b", "", &format!("{outer}\n{inner}")));
    let text = r#"{"v": ["db:\n  pw: t0kyo9\n", "db: {pw: 'a\"b\u20acc'}", "db: {pw: k1oto7}"]}"#;
    let hits = scan(&engine, "a.json", text);
    let expected = pairs(&[
        ("v.0 > db.pw", "t0kyo9"),
        ("v.1 > db.pw", "a\"b\u{20ac}c"),
        ("v.2 > db.pw", "k1oto7"),
    ]);
    assert_eq!(told(&hits), expected);
    for hit in [&hits[0], &hits[2]] {
        let said = hit.secret.expose();
        let at = memchr::memmem::find(text.as_bytes(), said).unwrap();
        assert_eq!(hit.span.offset, at as u64);
        assert!(hit.decoded.is_none());
    }
    // A text that an escape cuts stands where the part begins in which it does.
    assert_eq!(hits[1].how(), ["json"]);
    assert!(hits[1].span.offset > hits[0].span.offset);
}

#[test]
fn of_many_files_in_the_fields_of_one_the_first_are_searched() {
    let outer = table("json", "a.json", "keys = ['*']\nfile = 'x.yaml'");
    let inner = table("yaml", "x.yaml", "keys = ['pw']");
    let engine = engine_of(&rule("a.b", "", &format!("{outer}\n{inner}")));
    let text = format!("[{}]", "\"pw: t0kyo9\",".repeat(document::MOST + 9));
    assert_eq!(scan(&engine, "a.json", &text).len(), document::MOST);
}

#[test]
fn a_file_in_a_field_may_be_of_nothing_but_escapes() {
    let tables = table("json", "a.json", "keys = ['v']\nfile = 'x.yaml'");
    let engine = engine_of(&rule("a.b", "", &tables));
    for body in [
        "\\n".repeat(200_000),
        "\\u00e4\\\\".repeat(3_000),
        String::new(),
    ] {
        assert!(scan(&engine, "a.json", &format!("{{\"v\": \"{body}\"}}")).is_empty());
    }
}

/// A rule that takes what stands behind `--zz`, in command lines of such files.
fn searched(format: &str, path: &str, keys: &str) -> Engine {
    let rest = "anchors = ['--zz']\nregex = '--zz {1,40}(?P<secret>\\w{3,40})'";
    let tables = table(
        format,
        path,
        &format!("keys = ['{keys}']\njudge = 'command'"),
    );
    engine_of(&rule("a.b", rest, &tables))
}

#[test]
fn words_of_a_list_are_a_command_line_and_stand_where_they_do() {
    let engine = searched("yaml", "**/x", "a.*");
    let text = "a:\n- x\n- --zz\n- t0kyo9\nb: [--zz, none]\n";
    let hits = scan(&engine, "srv/x", text);
    assert_eq!(lines(&hits), [(4, "t0kyo9".to_owned())]);
    assert_eq!(hits[0].label.as_deref(), Some("a"));
    assert!(hits[0].decoded.is_none());
    // What is not written as it is stands where its word does.
    let hits = scan(&engine, "srv/x", "a: [--zz, \"t0\\u006byo9\"]\n");
    assert_eq!(lines(&hits), [(1, "t0kyo9".to_owned())]);
    assert_eq!((hits[0].how(), hits[0].span.length), (&["yaml"][..], 11));
    // A package's own are left alone.
    assert!(scan(&engine, "usr/lib/x", text).is_empty());
}

#[test]
fn arguments_follow_their_program_wherever_it_stands() {
    let rest = "anchors = ['zz']\nregex = 'zz -p (?P<secret>\\w{3,40})'";
    let keys = "keys = ['*', '*.*', '*.*.*']\njudge = 'command'";
    let engine = engine_of(&rule("a.b", rest, &table("yaml", "**/x", keys)));
    let found = |text: &str| told(&scan(&engine, "srv/x", text));
    let (secret, none) = (pairs(&[("c.args", "t0kyo9")]), pairs(&[]));
    for (text, expected) in [
        ("c:\n  command: [zz]\n  args: [-p, t0kyo9]\n", &secret),
        ("c:\n  args: [-p, t0kyo9]\n  command: zz\n", &secret),
        ("c:\n  command: [x]\n  args: [zz, -p, t0kyo9]\n", &secret),
        ("c:\n  program: [zz]\n  args: [-p, t0kyo9]\n", &none),
        ("c: [zz]\nargs: [-p, t0kyo9]\n", &none),
    ] {
        assert_eq!(&found(text), expected, "{text}");
    }
    let own = "c:\n  command: [zz, -p, t0kyo9]\n  args: [x]\n";
    assert_eq!(found(own), pairs(&[("c.command", "t0kyo9")]));
    let long = format!(
        "c:\n  command: [{}, zz]\n  args: [-p, t0kyo9]\n",
        "x".repeat(1 << 15)
    );
    assert_eq!(found(&long), none);
}

#[test]
fn a_command_line_over_several_lines_is_one() {
    let engine = searched("systemd", "**/x", "S.ExecStart");
    let hits = scan(
        &engine,
        "srv/x",
        "[S]\nExecStart=/bin/x --zz \\\n# c\n t0kyo9\n",
    );
    assert_eq!(lines(&hits), [(4, "t0kyo9".to_owned())]);
    assert_eq!(hits[0].label.as_deref(), Some("S.ExecStart"));
}

#[test]
fn one_line_in_base64_is_an_environment_where_its_name_says_so() {
    let tables = table(
        "json",
        "*.json",
        "keys = ['*']\njudge = 'holder'\ndecode = ['base64']",
    ) + &table("env", "**/.env", "keys = ['*']\njudge = 'name'");
    let engine = engine_of(&rule("a.b", "guessable = true", &tables));
    let encoded = validate::tests::standard_base64(b"DB_PASSWORD=h4nter-2x9Q");
    let labels = |name: &str| {
        told(&scan(
            &engine,
            "a.json",
            &format!("{{\"{name}\": \"{encoded}\"}}"),
        ))
    };
    let expected = pairs(&[(".env > DB_PASSWORD", "h4nter-2x9Q")]);
    assert_eq!(labels(".env"), expected);
    assert_ne!(labels("x"), expected);
}
