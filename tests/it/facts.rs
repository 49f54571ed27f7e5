//! What a report tells of a secret beyond where it lies: facts that its own bytes prove, and never
//! a part of the secret.

use serde_json::json;

use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, scan, tokens, wallets};

#[test]
fn a_wallet_that_was_deleted_is_still_told_by_its_phrase_and_by_its_address() {
    let scratch = Scratch::new();
    let phrase = wallets::phrase("story", 12, " ");
    let keypair = wallets::make("solana", "story").expect("a kind");
    let image = ImageBuilder::new()
        .layer(
            "COPY . /srv # buildkit",
            LayerBuilder::new()
                .file("srv/.secret", &phrase)
                .file("root/.config/solana/id.json", &keypair),
        )
        .layer(
            "RUN /bin/sh -c rm /srv/.secret # buildkit",
            LayerBuilder::new().whiteout("srv/.secret"),
        );
    let report = scan(&scratch.image(Shape::OciArchive, &image));
    let found = report.finding(&phrase);
    assert_eq!(found["rule"], "bip39.mnemonic-file");
    assert_eq!(found["confidence"], "confirmed");
    assert_eq!(found["visibility"], "deleted");
    assert_eq!(found["facts"], json!({"checksum": "valid", "words": 12}));
    let found = report.finding(&keypair);
    assert_eq!(found["rule"], "solana.keypair-file");
    let address = found["facts"]["address"].as_str().unwrap_or_default();
    assert!((32..=44).contains(&address.len()), "{found:#}");
}

#[test]
fn a_token_of_a_registry_tells_what_it_is_good_for_and_until_when() {
    let scratch = Scratch::new();
    let token = tokens::make("pypi", "story").expect("a kind");
    let fly = tokens::make("fly", "story").expect("a kind");
    let image = ImageBuilder::new()
        .env("TWINE_PASSWORD", &token)
        .env("FLY_API_TOKEN", &format!("FlyV1 {fly}"));
    let report = scan(&scratch.image(Shape::OciArchive, &image));
    let facts = &report.finding(&token)["facts"];
    assert_eq!(facts["host"], "pypi.org");
    assert_eq!(facts["scope"], "projects");
    assert_eq!(facts["projects"], json!(["acme"]));
    let facts = &report.finding(&fly)["facts"];
    assert_eq!(facts, &json!({"host": "https://api.fly.io/v1"}));
}

#[test]
fn a_key_with_one_character_off_is_only_possible() {
    let scratch = Scratch::new();
    let seed = wallets::make("stellar", "story").expect("a kind");
    let last = if seed.ends_with('A') { "B" } else { "A" };
    let broken = format!("{}{last}", &seed[..seed.len() - 1]);
    let image = ImageBuilder::new()
        .env("STELLAR_SECRET", &seed)
        .env("STELLAR_OLD_SECRET", &broken);
    let report = scan(&scratch.image(Shape::OciArchive, &image));
    let good = report.finding(&seed);
    assert_eq!(good["confidence"], "confirmed");
    let account = good["facts"]["public_key"].as_str().unwrap_or_default();
    assert!(account.starts_with('G') && account.len() == 56, "{good:#}");
    let bad = report.finding(&broken);
    assert_eq!(bad["confidence"], "possible");
    assert_eq!(bad["facts"], json!({"checksum": "invalid"}));
}
