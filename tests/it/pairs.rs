//! An id and its secret are one finding, wherever the two stand together; an id by itself says
//! nothing where it is public.

use serde_json::Value;

use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, residue, scan, secrets};

/// A key id and its secret, as AWS makes them.
fn aws(word: &str) -> (String, String) {
    let base32 = |c: char| if c.is_ascii_digit() { 'Q' } else { c };
    let tail: String = secrets::letters(word, 16)
        .to_ascii_uppercase()
        .chars()
        .map(base32)
        .collect();
    (
        format!("{}{tail}", concat!("AK", "IA")),
        secrets::letters(&format!("{word} secret"), 40),
    )
}

fn layer(path: &str, content: String) -> ImageBuilder {
    ImageBuilder::new().layer(
        "COPY . / # buildkit",
        LayerBuilder::new().file(path, content),
    )
}

fn report_of(image: &ImageBuilder) -> crate::support::Scan {
    let scratch = Scratch::new();
    scan(&scratch.image(Shape::OciArchive, image))
}

fn parts(finding: &Value) -> Vec<&str> {
    let parts = finding["parts"].as_array().map_or(&[][..], Vec::as_slice);
    let values = parts.iter().map(|part| &part["secret"]["value"]);
    values
        .map(|value| value.as_str().expect("a text"))
        .collect()
}

#[test]
fn an_id_beside_its_secret_is_a_part_of_that_finding() {
    let (id, secret) = aws("beside");
    let file = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let report = report_of(&layer("root/.aws/credentials", file));
    assert_eq!(report.findings().len(), 1, "{}", report.digest());
    let finding = report.finding(&secret);
    assert_eq!(parts(finding), [&id]);
    assert_eq!(finding["parts"][0]["occurrences"][0]["line"], 2);
    assert_eq!(finding["severity"], "critical");
}

#[test]
fn an_environment_has_both_in_texts_of_their_own() {
    let (id, secret) = aws("environment");
    let image = layer("a", "a".to_owned())
        .env("AWS_ACCESS_KEY_ID", &id)
        .env("PATH", "/bin")
        .env("AWS_SECRET_ACCESS_KEY", &secret)
        .instruction(&format!("ENV AWS_ACCESS_KEY_ID={id}"))
        .instruction(&format!("ENV AWS_SECRET_ACCESS_KEY={secret}"));
    let report = report_of(&image);
    assert_eq!(report.findings().len(), 1, "{}", report.digest());
    let finding = report.finding(&secret);
    assert_eq!(parts(finding), [&id]);
    let places = &finding["parts"][0]["occurrences"];
    assert_eq!(places.as_array().map(Vec::len), Some(2));
}

#[test]
fn an_id_alone_is_a_finding_only_where_it_tells_something() {
    let (id, _) = aws("alone");
    let sid = format!("AC{}", secrets::hex("sid", 32));
    let text = format!("AWS_ACCESS_KEY_ID={id}\nTWILIO_ACCOUNT_SID={sid}\n");
    let image = layer("app/.env", text)
        .env("TWILIO_ACCOUNT_SID", &sid)
        .label("twilio.account_sid", &format!("account_sid={sid}"));
    let report = report_of(&image);
    assert!(report.find(&id).is_some(), "{}", report.digest());
    assert!(report.find(&sid).is_none(), "{}", report.digest());
}

#[test]
fn a_part_counts_as_far_as_its_secret_does() {
    let key = secrets::hex("a real key", 37);
    let (email, sample) = ("ops@corp.example", "EXAMPLE0ab".repeat(4));
    let file = |key: &str| format!("CLOUDFLARE_API_KEY={key}\nCLOUDFLARE_EMAIL={email}\n");
    let report = report_of(&layer("app/.env", file(&key)));
    assert_eq!(parts(report.finding(&key)), [email]);
    assert_eq!(report.json["suppressed"], serde_json::json!([]));
    let report = report_of(&layer("app/.env", file(&sample)));
    assert!(report.findings().is_empty(), "{}", report.digest());
}

#[test]
fn what_is_near_in_a_config_alone_is_no_part() {
    let key = secrets::hex("some key", 32);
    let image = layer("a", "a".to_owned())
        .env("api_key", &key)
        .env("DD_SITE", "datadoghq.com");
    let report = report_of(&image);
    assert_eq!(report.findings().len(), 1, "{}", report.digest());
    assert_eq!(report.finding(&key)["rule"], "generic.assignment");
}

#[test]
fn three_parts_are_one_finding_and_a_far_one_stays_away() {
    let token = secrets::hex("token", 32);
    let sid = format!("AC{}", secrets::hex("sid", 32));
    let key = format!("SK{}", secrets::hex("key", 32));
    let near =
        format!("TWILIO_ACCOUNT_SID={sid}\nTWILIO_API_KEY={key}\nTWILIO_AUTH_TOKEN={token}\n");
    let report = report_of(&layer("app/.env", near));
    assert_eq!(parts(report.finding(&token)), [&sid, &key]);
    let gap = "# nothing\n".repeat(200);
    let far = format!("TWILIO_API_KEY={key}\n{gap}TWILIO_AUTH_TOKEN={token}\n");
    let report = report_of(&layer("app/.env", far));
    assert_eq!(report.findings().len(), 2, "{}", report.digest());
}

#[test]
fn a_part_is_shown_and_redacted_like_its_secret() {
    let (id, secret) = aws("shown");
    let file = format!("aws_access_key_id={id}\naws_secret_access_key={secret}\n");
    let scratch = Scratch::new();
    let path = scratch.image(Shape::OciArchive, &layer("app/.env", file));
    for format in ["terminal", "json", "jsonl", "sarif"] {
        let run = residue(["scan", "--format", format, path.to_str().expect("a path")]);
        assert!(
            !run.stdout.contains(&id) && !run.stdout.contains(&secret),
            "{format}"
        );
        assert!(run.stdout.contains(&id[..3]), "{format}: {}", run.stdout);
    }
}

#[test]
fn a_client_id_is_part_of_the_secret_whose_key_begins_as_its_own() {
    let [github, gitlab] =
        ["github client", "gitlab client"].map(|word| secrets::letters(word, 40));
    let file = format!(
        "GITLAB_CLIENT_ID=gl-17-c4n9\nGITHUB_CLIENT_ID=Ov23-liQz71\nGITHUB_CLIENT_SECRET={github}\n\
         GITLAB_CLIENT_SECRET={gitlab}\nGOOGLE_CLIENT_ID=lonely-81\n"
    );
    let report = report_of(&layer("srv/.env", file));
    assert_eq!(report.findings().len(), 2, "{}", report.digest());
    assert_eq!(parts(report.finding(&github)), ["Ov23-liQz71"]);
    assert_eq!(parts(report.finding(&gitlab)), ["gl-17-c4n9"]);
}

#[test]
fn an_environment_has_a_client_and_its_secret_in_texts_of_their_own() {
    let secret = secrets::letters("client of the environment", 40);
    let image = layer("a", "a".to_owned())
        .env("GITHUB_CLIENT_ID", "Ov23-liQz71")
        .env("PATH", "/bin")
        .env("GITLAB_CLIENT_ID", "gl-17-c4n9")
        .env("GITHUB_CLIENT_SECRET", &secret);
    let report = report_of(&image);
    assert_eq!(report.findings().len(), 1, "{}", report.digest());
    assert_eq!(parts(report.finding(&secret)), ["Ov23-liQz71"]);
}

#[test]
fn parts_of_one_object_go_before_nearer_ones_of_another() {
    let [first, second, third] =
        ["first", "second", "third"].map(|word| secrets::letters(word, 40));
    let object = |id: &str, secret: &str| {
        let pad = "x".repeat(60);
        format!(
            "{{\"oauth\": {{\"client_id\": \"{id}\", \"note\": \"{pad}\", \"client_secret\": \"{secret}\"}}}}"
        )
    };
    let alone = format!("{{\"client_secret\": \"{third}\"}}");
    let file = format!(
        "[{}, {}, {alone}]",
        object("one-17-c4n9", &first),
        object("two-23-liQz", &second)
    );
    let report = report_of(&layer("srv/clients.json", file));
    assert_eq!(parts(report.finding(&first)), ["one-17-c4n9"]);
    assert_eq!(parts(report.finding(&second)), ["two-23-liQz"]);
    assert!(parts(report.finding(&third)).is_empty());
    let yaml =
        format!("- client_secret: {first}\n  client_id: one-17-c4n9\n- client_secret: {second}\n");
    let report = report_of(&layer("srv/clients.yaml", yaml));
    assert_eq!(parts(report.finding(&first)), ["one-17-c4n9"]);
    assert!(parts(report.finding(&second)).is_empty());
    let list = format!(
        "env:\n- name: A_CLIENT_ID\n  value: one-17-c4n9\nclient_id: two-23-liQz\nclient_secret: {first}\n"
    );
    let report = report_of(&layer("srv/app.yaml", list));
    assert_eq!(parts(report.finding(&first)), ["two-23-liQz"]);
}

#[test]
fn a_password_that_is_spelled_like_an_id_elsewhere_is_a_finding_of_its_own() {
    let secret = secrets::letters("client", 40);
    let image = ImageBuilder::new().layer(
        "COPY . / # buildkit",
        LayerBuilder::new()
            .file(
                "srv/a.env",
                format!("X_CLIENT_ID=Ov23-liQz71\nX_CLIENT_SECRET={secret}\n"),
            )
            .file("srv/b.env", "DB_PASSWORD=Ov23-liQz71\n"),
    );
    let report = report_of(&image);
    assert_eq!(report.findings().len(), 2, "{}", report.digest());
    assert_eq!(parts(report.finding(&secret)), ["Ov23-liQz71"]);
}
