//! Commands as lists of words, in the config and the history of an image and in files: an option says
//! what the word behind it is, and so does the program whose option it is.

use serde_json::{Value, json};

use crate::support::{ImageBuilder, LayerBuilder, Scan, Scratch, Shape, residue, scan, secrets};

fn base() -> ImageBuilder {
    ImageBuilder::new().layer("COPY a / # buildkit", LayerBuilder::new().file("a", "a"))
}

fn report_of(image: &ImageBuilder) -> Scan {
    scan(&Scratch::new().image(Shape::OciArchive, image))
}

/// A password that could be guessed, made up when the test runs.
fn password(word: &str) -> String {
    format!("{}7x{}", secrets::letters(word, 9), secrets::hex(word, 3))
}

#[test]
fn passwords_behind_short_options_in_lists_of_a_config_are_told_with_their_word() {
    let secret = password("config");
    let glued = format!("-p{secret}");
    for (member, value, kind, pointer) in [
        (
            "Healthcheck",
            json!({ "Test": ["CMD", "redis-cli", "-a", secret, "ping"] }),
            "healthcheck",
            "/config/Healthcheck/Test/3",
        ),
        (
            "Cmd",
            json!(["mysql", "-uroot", glued, "app"]),
            "cmd",
            "/config/Cmd/2",
        ),
        (
            "Entrypoint",
            json!(["curl", "-f", "-u", format!("ci:{secret}"), "http://db/x"]),
            "entrypoint",
            "/config/Entrypoint/3",
        ),
        (
            "Shell",
            json!(["sshpass", "-p", secret, "ssh", "host"]),
            "config",
            "/config/Shell/2",
        ),
    ] {
        let report = report_of(&base().config(member, value));
        assert_eq!(report.findings().len(), 1, "{member} {}", report.digest());
        assert_eq!(report.places(&secret).len(), 1, "{member}");
        assert_eq!(report.place(&secret, kind)["pointer"], pointer);
    }
}

#[test]
fn an_entry_point_and_its_command_are_one_command() {
    let secret = password("entry point");
    let image = base()
        .instruction(r#"ENTRYPOINT ["redis-cli"]"#)
        .instruction(&format!(r#"CMD ["-a" "{secret}"]"#))
        .config("Cmd", json!(["-a", secret]))
        .config("Entrypoint", json!(["redis-cli"]));
    let report = report_of(&image);
    assert_eq!(report.findings().len(), 1, "{}", report.digest());
    let place = report.place(&secret, "cmd");
    assert_eq!(place["pointer"], "/config/Cmd/1");
    assert_eq!(place["instruction"], 2);
    assert_eq!(report.place(&secret, "history")["instruction"], 2);
    assert_eq!(report.places(&secret).len(), 2);
    let alone = base().config("Cmd", json!(["-a", secret]));
    assert_eq!(report_of(&alone).findings().len(), 0);
}

#[test]
fn what_a_word_shows_by_itself_is_told_once() {
    let token = secrets::github("word");
    let url = format!("postgres://app:{}@db:5432/app", password("url"));
    let shell = format!("redis-cli -a {}", password("shell"));
    let words = json!(["sh", "-c", shell, "--db", url, "--token", token]);
    let report = report_of(&base().config("Cmd", words));
    assert_eq!(report.findings().len(), 3, "{}", report.digest());
    let places = report.findings().iter();
    let places: usize = places
        .map(|finding| finding["occurrences"].as_array().expect("places").len())
        .sum();
    assert_eq!(places, 3, "{}", report.digest());
}

#[test]
fn exec_forms_of_the_history_are_read_as_their_builders_write_them() {
    let secret = password("history");
    for created_by in [
        format!(r#"CMD ["redis-cli" "-a" "{secret}"]"#),
        format!(r#"/bin/sh -c #(nop)  CMD ["mysql" "-uroot" "-p{secret}"]"#),
        format!(r#"ENTRYPOINT ["sshpass", "-p", "{secret}", "ssh", "h"]"#),
        format!(r#"HEALTHCHECK &{{["CMD" "redis-cli" "-a" "{secret}" "ping"] "0s" "0s"}}"#),
        format!(r#"ONBUILD CMD ["redis-cli" "-a" "{secret}"]"#),
    ] {
        let scratch = Scratch::new();
        let image = base().instruction(&created_by);
        let archive = scratch.image(Shape::OciArchive, &image);
        let report = scan(&archive);
        assert_eq!(report.findings().len(), 1, "{created_by}");
        let place = report.place(&secret, "history");
        assert_eq!(place["instruction"], 1, "{created_by}");
        let column = created_by.find(&secret).expect("the secret") + 1;
        assert_eq!(place["column"], column, "{created_by}");
        for command in ["scan", "layers"] {
            let said = residue([command.as_ref(), archive.as_os_str()]);
            assert!(!said.stdout.contains(&secret), "{created_by}");
        }
    }
    let onbuild = format!(r#"CMD ["redis-cli", "-a", "{secret}"]"#);
    let report = report_of(&base().config("OnBuild", json!([onbuild])));
    assert_eq!(
        report.place(&secret, "onbuild")["pointer"],
        "/config/OnBuild/0"
    );
}

#[test]
fn a_short_password_of_an_exec_form_is_kept_out_of_what_is_quoted() {
    let secret = "q7z!";
    let scratch = Scratch::new();
    let image = base()
        .instruction(r#"ENTRYPOINT ["redis-cli"]"#)
        .instruction(&format!(r#"CMD ["-a" "{secret}"]"#));
    let archive = scratch.image(Shape::OciArchive, &image);
    for options in [
        &["scan"][..],
        &["scan", "--disable=database.*"],
        &["layers"],
    ] {
        let words = options.iter().map(AsRef::as_ref);
        let run = residue(words.chain([archive.as_os_str()]));
        assert!(!run.stdout.contains(secret), "{}", run.stdout);
    }
}

#[test]
fn arguments_in_a_field_of_their_own_are_those_of_the_program_beside_them() {
    let secret = password("arguments");
    let pod = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n";
    for (path, text, key) in [
        (
            "app/pod.yaml",
            format!("{pod}  - command: [redis-cli]\n    args: [\"-a\", \"{secret}\"]\n"),
            "spec.containers.0.args",
        ),
        (
            "app/pod.yaml",
            format!("{pod}  - args:\n    - -a\n    - {secret}\n    command:\n    - redis-cli\n"),
            "spec.containers.0.args",
        ),
        (
            "app/docker-compose.yml",
            format!("services:\n  a:\n    entrypoint: redis-cli\n    command: [-a, {secret}]\n"),
            "services.a.command",
        ),
        (
            "app/Dockerfile",
            format!("FROM x\nENTRYPOINT [\"redis-cli\"]\nCMD [\"-a\", \"{secret}\"]\n"),
            "CMD",
        ),
        (
            "root/.cursor/mcp.json",
            json!({ "mcpServers": { "a": { "command": "redis-cli", "args": ["-a", secret] } } })
                .to_string(),
            "mcpServers.a.args",
        ),
    ] {
        let layer = LayerBuilder::new().file(path, &text);
        let image = ImageBuilder::new().layer("COPY . / # buildkit", layer);
        let report = report_of(&image);
        assert_eq!(report.findings().len(), 1, "{text}\n{}", report.digest());
        let place = report.place(&secret, "file");
        assert_eq!(
            (&place["key"], &place["decoded"]),
            (&json!(key), &json!([]))
        );
        let offset = place["offset"].as_u64().expect("an offset") as usize;
        assert_eq!(&text[offset..offset + secret.len()], secret);
    }
}

#[test]
fn what_the_history_assigns_is_told_with_its_name_as_in_the_config() {
    let token = secrets::github("named");
    for (created_by, key) in [
        (format!("ENV TOKEN={token}"), json!("TOKEN")),
        (format!("ENV A=b TOKEN={token} C=d"), json!("TOKEN")),
        (format!("ENV TOKEN {token}"), json!("TOKEN")),
        (format!("ENV URL=https://u:{token}@h/x A=b"), json!("URL")),
        (
            format!("/bin/sh -c #(nop)  ARG TOKEN={token}"),
            json!("TOKEN"),
        ),
        (format!("LABEL \"a.b\"=\"{token}\""), json!("a.b")),
        (
            format!("RUN |2 A=b TOKEN={token} /bin/sh -c make # buildkit"),
            json!("TOKEN"),
        ),
        (
            format!("RUN /bin/sh -c TOKEN={token} make # buildkit"),
            Value::Null,
        ),
    ] {
        let report = report_of(&base().instruction(&created_by));
        assert_eq!(report.place(&token, "history")["key"], key, "{created_by}");
    }
}
