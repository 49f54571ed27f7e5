//! What the embedded rules take for the id of a secret.

use std::sync::LazyLock;

use crate::detect::{Context, Engine, TextKind, catalog};
use crate::rules::Loader;

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(Loader::default().load(catalog()).expect("rules load")));

/// The parts of what is found in a text.
fn parts(path: &str, text: &str) -> Vec<String> {
    let context = Context {
        path: path.as_bytes(),
        kind: TextKind::File,
        label: None,
    };
    let hits = ENGINE.scan(&context, text.as_bytes());
    let parts = hits.iter().flat_map(|hit| &hit.parts);
    let texts = parts.map(|part| {
        part.identity
            .expose()
            .strip_prefix(b"id\0")
            .unwrap_or_default()
    });
    let texts = texts.map(|text| String::from_utf8_lossy(text).into_owned());
    texts.collect()
}

#[test]
fn an_id_is_taken_in_every_way_that_it_is_written() {
    for (path, text, id) in [
        (
            "a.yml",
            "oauth:\n  client-id: app-7f3c\n  client-secret: f4k3s3cr3tv4lue9q\n",
            "app-7f3c",
        ),
        (
            "a.json",
            "{\"clientId\": \"0aTenant7\", \"clientSecret\": \"f4k3s3cr3tv4lue9q\"}",
            "0aTenant7",
        ),
        (
            "a.properties",
            "oauth.google.clientId=0aTenant7\noauth.google.clientSecret=f4k3s3cr3tv4lue9q\n",
            "0aTenant7",
        ),
        (
            "a.py",
            "consumer_key = '0aTenant7'\nconsumer_secret = 'f4k3s3cr3tv4lue9q'\n",
            "0aTenant7",
        ),
        (
            "a.xml",
            "<clientId>0aTenant7</clientId><clientSecret>f4k3s3cr3tv4lue9q</clientSecret>",
            "0aTenant7",
        ),
        (
            ".env",
            "S3_ACCESS_KEY_ID=minio-7f3c\nS3_SECRET_ACCESS_KEY=f4k3s3cr3tv4lue9q\n",
            "minio-7f3c",
        ),
        (
            "a.toml",
            "client_id = 8301947265\nclient_secret = \"f4k3s3cr3tv4lue9q\"\n",
            "8301947265",
        ),
        (
            "a.go",
            "ClientID: \"Iv1.8a61f9b3a7aba766\",\nClientSecret: \"f4k3s3cr3tv4lue9q\",\n",
            "Iv1.8a61f9b3a7aba766",
        ),
    ] {
        assert_eq!(parts(path, text), [id], "{text}");
    }
}

#[test]
fn what_only_leads_to_an_id_is_none() {
    for id in [
        "process.env.CLIENT_ID",
        "settings.CLIENT_ID",
        "config.get('id')",
        "os.environ[\"CLIENT_ID\"]",
        "var.client_id",
        "azuread_application.app.client_id",
        "this.clientId",
        "clientId",
        "\"${CLIENT_ID}\"",
        "\"{{ client_id }}\"",
        "\"your-client-id\"",
        "\"<client-id>\"",
        "\"changeme\"",
        "null",
        "None",
        "undefined",
        "string",
    ] {
        for path in ["a.js", "a.yml", "a.tf"] {
            let text = format!("client_id: {id},\nclient_secret: \"f4k3s3cr3tv4lue9q\"\n");
            assert_eq!(parts(path, &text), Vec::<String>::new(), "{path}: {text}");
        }
    }
}

#[test]
fn a_secret_of_another_client_has_no_part() {
    let far = "#\n".repeat(600);
    for text in [
        "GITLAB_CLIENT_ID=app-7f3c\nGITHUB_CLIENT_SECRET=f4k3s3cr3tv4lue9q\n".to_owned(),
        "CLIENT_ID=app-7f3c\nDB_PASSWORD=f4k3s3cr3tv4lue9q\n".to_owned(),
        format!("CLIENT_ID=app-7f3c\n{far}CLIENT_SECRET=f4k3s3cr3tv4lue9q\n"),
        "CLIENT_ID=app-7f3c\nCLIENT_SECRET=changeme\n".to_owned(),
    ] {
        assert_eq!(parts(".env", &text), Vec::<String>::new(), "{text}");
    }
}
