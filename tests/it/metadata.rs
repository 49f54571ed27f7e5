//! Secrets that lie in no file: environment, labels, commands, history, and fields nobody knows.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{
    ImageBuilder, KeyPair, LayerBuilder, Scan, Scratch, Shape, residue, scan, secrets,
};

fn base() -> ImageBuilder {
    ImageBuilder::new().layer("COPY a / # buildkit", LayerBuilder::new().file("a", "a"))
}

fn report_of(image: &ImageBuilder) -> Scan {
    let scratch = Scratch::new();
    scan(&scratch.image(Shape::OciArchive, image))
}

#[test]
fn every_known_field_of_a_config_has_its_kind() {
    let token = |word: &str| secrets::github(word);
    let shell = |word: &str| json!(["sh", "-c", format!("curl -H 'X-Token: {}' h", token(word))]);
    let image = base()
        .env("API_TOKEN", &token("env"))
        .label("build.token", &token("label"))
        .config("Cmd", shell("cmd"))
        .config("Entrypoint", shell("entrypoint"))
        .config("Healthcheck", json!({ "Test": shell("healthcheck") }))
        .config(
            "OnBuild",
            json!([format!("RUN login {}", token("onbuild"))]),
        )
        .instruction(&format!(
            "RUN /bin/sh -c login {} # buildkit",
            token("history")
        ));
    let report = report_of(&image);
    for kind in [
        "env",
        "label",
        "cmd",
        "entrypoint",
        "healthcheck",
        "onbuild",
        "history",
    ] {
        let place = report.place(&token(kind), kind);
        assert_eq!(place["visibility"], "metadata", "{kind}");
        assert_eq!(place["layer"], Value::Null, "{kind}");
    }
}

#[test]
fn fields_that_no_specification_knows_are_scanned_at_any_depth() {
    let [deep, key] = ["deep", "key"].map(secrets::github);
    let image = base()
        .config("Vendor", json!({ "a": [{ "b": deep }] }))
        .top("x-extra", json!({ key.clone(): true }));
    let report = report_of(&image);
    assert_eq!(
        report.places(&deep)[0]["pointer"],
        "/config/Vendor/a/0/b",
        "{}",
        report.digest()
    );
    assert!(report.find(&key).is_some(), "{}", report.digest());
}

#[test]
fn build_arguments_recorded_with_a_run_are_found() {
    let secret = secrets::npm("build argument");
    let layer = LayerBuilder::new().file("b", "b");
    let created_by = format!("RUN |1 NPM_TOKEN={secret} /bin/sh -c npm ci # buildkit");
    let image = base().layer(&created_by, layer);
    let report = report_of(&image);
    let place = report.place(&secret, "history");
    assert_eq!(place["instruction"], 1);
    assert_eq!(place["key"], "NPM_TOKEN");
    let instruction = &report.json["images"][0]["instructions"][1];
    assert_eq!(instruction["keyword"], "RUN");
}

#[test]
fn a_build_argument_with_spaces_and_its_twin_in_the_environment_are_one_secret() {
    let secret = format!("correct {} battery 7", secrets::letters("staple", 9));
    let layer = LayerBuilder::new().file("b", "b");
    let run = format!("RUN |2 DB_PASSWORD={secret} MODE=x /bin/sh -c make # buildkit");
    for (shell, instruction) in [
        (run.clone(), format!("ENV DB_PASSWORD={secret}")),
        (
            run.replace("RUN ", "").replace(" # buildkit", ""),
            format!("/bin/sh -c #(nop)  ENV DB_PASSWORD={secret}"),
        ),
        (
            // Nothing but the ARG before it tells where the value ends.
            format!("RUN |1 DB_PASSWORD={secret} /app/setup --all # buildkit"),
            format!("ARG DB_PASSWORD={secret}"),
        ),
    ] {
        let image = base()
            .instruction(&instruction)
            .layer(&shell, layer.clone())
            .env("DB_PASSWORD", &secret);
        let report = report_of(&image);
        assert_eq!(report.findings().len(), 1, "{shell}\n{}", report.digest());
        assert_eq!(report.places(&secret).len(), 3, "{}", report.digest());
    }
}

#[test]
fn an_argument_behind_its_option_is_found_in_a_history_alone() {
    let secret = format!("{}!7", secrets::letters("exec form", 12));
    for created_by in [
        format!(r#"/bin/sh -c #(nop)  CMD ["app" "--password" "{secret}"]"#),
        format!(r#"CMD ["app", "--password", "{secret}"]"#),
    ] {
        let image = base().instruction(&created_by).instruction("CMD [\"app\"]");
        let report = report_of(&image);
        let place = report.place(&secret, "history");
        let column = created_by.find(&secret).unwrap() + 1;
        assert_eq!(place["column"], column, "{created_by}");
    }
}

#[test]
fn the_id_of_a_password_in_the_environment_outlives_a_rebuild() {
    let password = secrets::letters("rebuilt", 20);
    let id = |image: ImageBuilder| {
        let image = image.env("DB_PASSWORD", &password);
        let scratch = Scratch::new();
        let report = scan(&scratch.image(Shape::Classic, &image));
        report.finding(&password)["id"].clone()
    };
    let rebuilt = base()
        .layer("RUN date # buildkit", LayerBuilder::new().file("d", "d"))
        .env("MODE", "prod");
    assert_eq!(id(base()), id(rebuilt));
}

#[test]
fn what_a_legacy_config_remembers_of_its_container_is_scanned() {
    let secret = secrets::github("container config");
    let image = base().top(
        "container_config",
        json!({ "Env": [format!("API_TOKEN={secret}")], "Cmd": null }),
    );
    assert!(report_of(&image).find(&secret).is_some());
}

#[test]
fn one_secret_in_many_places_is_one_finding() {
    let secret = secrets::github("everywhere");
    let file = |path: &str| LayerBuilder::new().file(path, format!("TOKEN={secret}\n"));
    let image = ImageBuilder::new()
        .layer("COPY one / # buildkit", file("one.env"))
        .layer("COPY two / # buildkit", file("two.env"))
        .layer(
            "RUN rm one.env # buildkit",
            LayerBuilder::new().whiteout("one.env"),
        )
        .env("TOKEN", &secret)
        .instruction(&format!("ENV TOKEN={secret}"));
    let report = report_of(&image);
    let same = report.findings().iter();
    assert_eq!(
        same.filter(|finding| finding["secret"]["value"] == *secret)
            .count(),
        1
    );
    let finding = report.finding(&secret);
    assert_eq!(finding["visibility"], "final");
    let states: Vec<&Value> = report
        .places(&secret)
        .iter()
        .map(|p| &p["visibility"])
        .collect();
    assert_eq!(states, ["final", "metadata", "metadata", "deleted"]);
}

#[test]
fn advice_names_where_to_revoke() {
    let secret = secrets::github("advice");
    let report = report_of(&base().env("API_TOKEN", &secret));
    let advice = report.finding(&secret)["advice"]
        .as_str()
        .unwrap_or_default();
    assert!(advice.contains("github.com"), "{advice}");
}

#[test]
fn an_image_without_secrets_passes() {
    let report = report_of(&base().env("PATH", "/usr/local/bin:/usr/bin:/bin"));
    assert_eq!(report.code, 0, "{}", report.digest());
    assert_eq!(report.json["verdict"], "pass");
    assert!(report.findings().is_empty());
    assert!(report.warnings().is_empty(), "{}", report.digest());
}

#[test]
fn a_value_that_only_the_history_keeps_is_found_whole_whatever_is_in_it() {
    let letters = secrets::letters("history only", 9);
    for mark in ["&", ";", "|", ")", "<", "'", "`", "\\", "=", "\"", " "] {
        let secret = format!("Tr0{letters}{mark}3xQ9z");
        for created_by in [
            format!("ENV DB_PASSWORD={secret}"),
            format!("/bin/sh -c #(nop)  ENV DB_PASSWORD={secret}"),
            format!("RUN |1 DB_PASSWORD={secret} /bin/sh -c make # buildkit"),
        ] {
            if mark == " " && created_by.starts_with("RUN") {
                continue;
            }
            let image = base()
                .instruction(&created_by)
                .instruction("ENV DB_PASSWORD=");
            let scratch = Scratch::new();
            let path = scratch.image(Shape::Classic, &image);
            let report = scan(&path);
            assert!(
                report.find(&secret).is_some(),
                "{created_by}: {}",
                report.digest()
            );
            assert_eq!(
                report.findings().len(),
                1,
                "{created_by}: {}",
                report.digest()
            );
            let shown = residue([Path::new("scan"), Path::new("--format=json"), &path]).stdout;
            assert!(!shown.contains("3xQ9z"), "{created_by}");
        }
    }
}

#[test]
fn passwords_in_exec_form_and_in_old_forms_of_env_are_found() {
    let secret = format!("Tr0{}3xQ9z", secrets::letters("exec", 9));
    for image in [
        base().config("Cmd", json!(["app", "--password", secret])),
        base().config("Entrypoint", json!(["app", "--db-password", secret, "run"])),
        base().instruction(&format!("LABEL db.password {secret}")),
        base().instruction(&format!("/bin/sh -c #(nop) ENV DB_PASSWORD {secret}")),
        base().env("DB_PASSWORD", &format!("{secret}=")),
        base().env("DB_PASSWORD", &format!("four words of {secret}")),
    ] {
        let report = report_of(&image);
        let found = report.findings().iter().any(|finding| {
            finding["secret"]["value"]
                .as_str()
                .is_some_and(|value| value.contains(&secret))
        });
        assert!(found, "{}", report.digest());
    }
}

#[test]
fn targets_of_hard_links_are_scanned() {
    let secret = secrets::github("hard link");
    let layer = LayerBuilder::new().hardlink("a", &format!("nowhere/{secret}"));
    let report = report_of(&ImageBuilder::new().layer("COPY a / # buildkit", layer));
    assert!(report.find(&secret).is_some(), "{}", report.digest());
}

#[test]
fn keys_of_records_and_attributes_in_base64_are_scanned() {
    let [key, value] = ["record key", "attribute"].map(secrets::github);
    let layer = LayerBuilder::new()
        .pax(&format!("VENDOR.{key}"), "1")
        .pax("LIBARCHIVE.xattr.user.note", STANDARD.encode(&value))
        .file("a", "a");
    let report = report_of(&ImageBuilder::new().layer("COPY a / # buildkit", layer));
    report.place(&key, "entry-metadata");
    assert_eq!(
        report.place(&value, "entry-metadata")["decoded"],
        json!(["base64"])
    );
}

#[test]
fn base64_within_strings_is_found_with_the_name_and_instruction_of_its_place() {
    let [env, run, cmd] = ["b64 env", "b64 run", "b64 cmd"].map(secrets::github);
    let settings = STANDARD.encode(json!({ "token": env }).to_string());
    let npmrc = STANDARD.encode(format!("//npm.pkg.github.com/:_authToken={run}\n"));
    let argument = STANDARD.encode(format!("token={cmd}"));
    let image = base()
        .env("APP_CONFIG_B64", &settings)
        .instruction(&format!("ENV APP_CONFIG_B64={settings}"))
        .instruction("ENV APP_CONFIG_B64=")
        .instruction(&format!(
            "RUN |1 NPMRC={npmrc} /bin/sh -c echo $NPMRC | base64 -d # buildkit"
        ))
        .config("Cmd", json!(["app", format!("--config={argument}")]));
    let report = report_of(&image);
    let place = report.place(&env, "env");
    assert_eq!(place["key"], "APP_CONFIG_B64");
    assert_eq!(place["decoded"], json!(["base64"]));
    assert_eq!(place["instruction"], 2);
    let place = report.place(&env, "history");
    assert_eq!(place["removed_by"]["instruction"], 2);
    assert_eq!(report.place(&run, "history")["key"], "NPMRC");
    assert_eq!(report.place(&cmd, "cmd")["key"], "config");
}

#[test]
fn a_private_key_in_base64_is_told_once() {
    let key = STANDARD.encode(KeyPair::of("b64 variable").pem());
    let (first, rest) = key.split_at(76);
    let wrapped = format!("{first}\n{rest}\n");
    for image in [
        base().env("TLS_KEY", &key),
        base().label("tls.key", &key),
        base().label("tls.key", &wrapped),
        base().instruction(&format!("ENV TLS_KEY={key}")),
    ] {
        let report = report_of(&image);
        let findings = report.json["findings"].as_array().expect("findings");
        assert_eq!(findings.len(), 1, "{}", report.digest());
        assert_eq!(findings[0]["rule"], "private-key.in-base64");
        assert_eq!(findings[0]["secret"]["value"], key);
    }
}

#[test]
fn a_second_private_key_in_one_base64_is_told_as_well() {
    let keys = ["first", "second"].map(|word| KeyPair::of(word).pem());
    let lines = STANDARD.encode(keys.concat());
    let lines: Vec<&str> = (0..lines.len())
        .step_by(64)
        .map(|at| &lines[at..lines.len().min(at + 64)])
        .collect();
    let report = report_of(&base().label("tls.keys", &lines.join("\n")));
    assert_eq!(report.findings().len(), 2, "{}", report.digest());
}

#[test]
fn what_base64_holds_is_told_and_not_that_it_looks_random() {
    let token = secrets::github("looks");
    let npmrc = STANDARD.encode(format!("//npm.pkg.github.com/:_authToken={token}\n"));
    for image in [
        base().env("NPMRC_B64", &npmrc),
        base().instruction(&format!("ENV NPMRC_B64={npmrc}")),
        base().config("Cmd", json!(["app", "--token", npmrc])),
    ] {
        let report = report_of(&image);
        assert_eq!(report.findings().len(), 1, "{}", report.digest());
        assert!(report.find(&token).is_some(), "{}", report.digest());
    }
    let other = STANDARD.encode(secrets::bytes("looks", 40));
    let image = base().env("A_B64", &npmrc).env("B_DATA", &other);
    let report = report_of(&image);
    let rules: Vec<_> = report.findings().iter().map(|f| &f["rule"]).collect();
    assert!(rules.contains(&&json!("generic.entropy")), "{rules:?}");
}
