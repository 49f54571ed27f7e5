//! What PHP, .NET and Go write into JSON with escapes is found wherever the JSON lies, is the secret that it
//! is elsewhere, and is shown in neither form.

use serde_json::json;

use crate::support::{ImageBuilder, LayerBuilder, Scan, Scratch, Shape, residue, scan, secrets};

fn password() -> String {
    format!(
        "{}/+{}",
        secrets::letters("escaped", 9),
        secrets::hex("escaped", 7)
    )
}

/// As PHP has it.
fn php(text: &str) -> String {
    text.replace('/', r"\/")
}

/// As .NET has it where it is told to escape slashes, too.
fn net(text: &str) -> String {
    text.replace('/', r"\u002F").replace('+', r"\u002B")
}

fn url(password: &str) -> String {
    format!("{}://app:{password}@db.corp.internal/prod", "postgres")
}

/// A password in a field and a URL with another, in files whose fields are looked up and in others.
fn image() -> ImageBuilder {
    let (assigned, plain) = (password(), secrets::letters("in a url", 16));
    let document = |spell: fn(&str) -> String| {
        json!({ "u": "@", "db": { "password": "#" } })
            .to_string()
            .replace('@', &spell(&url(&plain)))
            .replace('#', &spell(&assigned))
    };
    let layer = LayerBuilder::new()
        .file("srv/plain.json", document(str::to_owned))
        .file("srv/php.json", document(php))
        .file("srv/net.js", format!("x({})", document(net)))
        .file("srv/appsettings.json", document(php));
    ImageBuilder::new()
        .layer("COPY . / # buildkit", layer)
        .env("CONFIG", &document(php))
        .instruction(&format!("RUN echo '{}' > /c", document(net)))
}

/// Path or kind of each place, and what was undone there.
fn places(scan: &Scan, secret: &str) -> Vec<(String, serde_json::Value)> {
    let mut places: Vec<_> = (scan.places(secret).iter())
        .map(|place| {
            let name = match place["kind"].as_str() {
                Some("file") => &place["path"],
                _ => &place["kind"],
            };
            let name = name.as_str().unwrap_or_default().to_owned();
            (name, place["decoded"].clone())
        })
        .collect();
    places.sort_by(|a, b| a.0.cmp(&b.0));
    places
}

#[test]
fn one_secret_is_one_finding_however_its_json_is_escaped() {
    let scan = scan(&Scratch::new().image(Shape::Docker25, &image()));
    let names = [
        "env",
        "history",
        "srv/appsettings.json",
        "srv/net.js",
        "srv/php.json",
        "srv/plain.json",
    ];
    let in_url = places(&scan, &secrets::letters("in a url", 16));
    // It has no escape itself.
    assert_eq!(in_url, names.map(|name| (name.to_owned(), json!([]))));
    let assigned = places(&scan, &password());
    let how = |name: &str| match name {
        "srv/plain.json" => json!([]),
        _ => json!(["json"]),
    };
    assert_eq!(assigned, names.map(|name| (name.to_owned(), how(name))));
    let found = scan.findings();
    assert_eq!(found.len(), 2, "{}", scan.digest());
}

#[test]
fn neither_form_of_an_escaped_secret_is_shown() {
    let scratch = Scratch::new();
    let path = scratch.image(Shape::Docker25, &image());
    let password = password();
    let forms = [password.clone(), php(&password), net(&password)];
    for format in ["terminal", "json", "jsonl", "sarif"] {
        let format = format!("--format={format}");
        let run = residue(["scan".as_ref(), format.as_ref(), path.as_os_str()]);
        for form in &forms {
            // As it stands, and as JSON quotes it.
            for said in [form.clone(), form.replace('\\', r"\\")] {
                assert!(!run.stdout.contains(&said), "{format}: {said}");
            }
        }
        assert!(
            !run.stdout.contains(&secrets::letters("in a url", 16)),
            "{format}"
        );
    }
}
