//! What becomes of values, name by name.

use super::*;

/// What a decoding makes of a text: what it says and where that is written.
fn all(names: &[&str], text: &str) -> Vec<(String, String)> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let bytes = format!("<{text}>");
    let value = Value::plain(1..bytes.len() - 1);
    let values = value
        .decode(bytes.as_bytes(), &by_names(&names))
        .into_iter();
    let said = |value: &Value| String::from_utf8_lossy(value.text(bytes.as_bytes())).into_owned();
    values
        .map(|value| (said(&value), bytes[value.at].to_owned()))
        .collect()
}

fn decoded(names: &[&str], text: &str) -> Option<(String, String)> {
    all(names, text).pop()
}

#[test]
fn a_part_of_the_text_keeps_its_place_and_what_is_decoded_stands_where_it_is_encoded() {
    let plain = decoded(&["user-password"], "ci:h4nter:2").unwrap();
    assert_eq!(plain, ("h4nter:2".to_owned(), "h4nter:2".to_owned()));
    // `ci:h4nter2`, in two lines.
    let encoded = "Y2k6aDRu\ndGVyMg==";
    let both = decoded(&["base64", "user-password"], encoded).unwrap();
    assert_eq!(both, ("h4nter2".to_owned(), encoded.to_owned()));
    for (names, text) in [
        (&["base64"][..], "not base64!"),
        (&["base64"], "AAECAwQ="),
        (&["base64", "user-password"], "aDRudGVy"),
        (&["user-password"], "ci:"),
    ] {
        assert_eq!(decoded(names, text), None, "{text}");
    }
}

#[test]
fn a_user_and_a_password_in_base64_are_proof_and_the_user_is_told() {
    let names = ["base64", "user-password"].map(str::to_owned);
    let proven = |bytes: &[u8]| {
        let encoded = validate::tests::standard_base64(bytes);
        let value = Value::plain(0..encoded.len());
        let mut values = value.decode(encoded.as_bytes(), &by_names(&names));
        values.pop().map(|value| (value.proven, value.facts))
    };
    let told = Facts::from([("user".to_owned(), "ci".into())]);
    assert_eq!(proven(b"ci:h4nter2"), Some((true, told.clone())));
    assert_eq!(proven(b"ci:ci"), Some((false, told)));
    assert_eq!(proven(b"\x00:\x01"), None);
}

#[test]
fn a_token_in_the_place_of_a_user_is_the_secret_and_is_not_told() {
    let token = "q7Zt1mXv9Lk3Rb8Wc2Yd5Nf6";
    let names = ["user-password"].map(str::to_owned);
    for (text, secret, user) in [
        (format!("{token}:"), Some(token), None),
        (format!("{token}:x-oauth-basic"), Some(token), None),
        (format!("{token}:h4nter2"), Some("h4nter2"), None),
        (
            "ci:x-oauth-basic".to_owned(),
            Some("x-oauth-basic"),
            Some("ci"),
        ),
        ("deployment:".to_owned(), None, None),
    ] {
        let bytes = text.as_bytes();
        let mut values = Value::plain(0..bytes.len()).decode(bytes, &by_names(&names));
        let value = values.pop();
        let said = value.as_ref().map(|value| value.text(bytes));
        assert_eq!(said, secret.map(str::as_bytes), "{text}");
        let told = value.and_then(|value| value.facts.get("user").cloned());
        assert_eq!(told, user.map(Into::into), "{text}");
    }
}

#[test]
fn passwords_are_cut_out_of_urls_and_connection_strings() {
    let cut = |name: &str, text: &str| decoded(&[name], text).map(|(said, _)| said);
    let password = Some("h4n@ter2".to_owned());
    assert_eq!(cut("url", "https://ci:h4n@ter2@x.y/simple?a@b"), password);
    for text in [
        "https://x.y/a:b@c",
        "https://ci@x.y",
        "ci:h4nter2@x",
        "s://u:@x",
    ] {
        assert_eq!(cut("url", text), None, "{text}");
    }
    let password = Some("h4n=ter2".to_owned());
    for text in [
        "Server=db;Password=h4n=ter2;X=y",
        "pwd=h4n=ter2",
        "a; PWD =h4n=ter2",
    ] {
        assert_eq!(cut("connection-string", text), password, "{text}");
    }
    for text in ["Server=db;", "Password=;Server=db", "Password"] {
        assert_eq!(cut("connection-string", text), None, "{text}");
    }
}

#[test]
fn a_text_may_hold_a_value_a_line_and_a_name_before_it() {
    let text = "root:h4nter2\n\n  ci:t0kyo9\nnone\n";
    let found = all(&["lines", "user-password"], text);
    assert_eq!(
        found.iter().map(|(said, _)| &said[..]).collect::<Vec<_>>(),
        ["h4nter2", "t0kyo9"]
    );
    assert_eq!(decoded(&["assignment"], "A = b=c").unwrap().0, " b=c");
    assert_eq!(decoded(&["assignment"], "A"), None);
}

#[test]
fn names_are_in_order_and_white_space_goes() {
    assert!(DECODINGS.is_sorted_by_key(|(name, _)| *name));
    let mut value = Value::plain(0..6);
    value.trim(b" ab \t\n");
    assert_eq!(value.at, 1..3);
    let mut value = Value::plain(0..3);
    value.trim(b"   ");
    assert!(value.at.is_empty());
}
