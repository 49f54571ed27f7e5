use clap::ValueEnum;
use proptest::prelude::*;

use super::*;
use crate::error::{Warning, WarningCode};
use crate::finding::fixture::{EVERY_KIND, empty, finding, full, in_config, in_file};
use crate::finding::{Kind, Occurrence, Part, Removal, Report, Suppressed, Verdict, Visibility};
use crate::secret::Secret;

/// Every renderer there is, so that a new one is held to the same promises.
fn every_format() -> impl Iterator<Item = Format> {
    Format::value_variants().iter().copied()
}

fn style(color: bool, width: usize, reveal: bool) -> Style {
    Style {
        color,
        width,
        reveal,
    }
}

fn render(report: &Report, format: Format, style: Style) -> String {
    let mut bytes = Vec::new();
    renderer(format).render(report, &style, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn plain(report: &Report, format: Format) -> String {
    render(report, format, Style::default())
}

#[test]
fn json_has_the_keys_of_the_contract_in_their_order() {
    insta::assert_snapshot!("json", plain(&full(), Format::Json));
}

#[test]
fn json_lines_are_findings_then_suppressed_then_one_summary() {
    let text = plain(&full(), Format::Jsonl);
    let kinds: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix(r#"{"type":""#)?.split('"').next())
        .collect();
    assert_eq!(kinds.len(), text.lines().count());
    let expected = ["finding"; 5].into_iter().chain(["suppressed", "summary"]);
    assert!(kinds.into_iter().eq(expected));
    insta::assert_snapshot!("jsonl", text);
}

#[test]
fn sarif_says_the_same_in_the_words_of_the_standard() {
    insta::assert_snapshot!("sarif", plain(&full(), Format::Sarif));
}

#[test]
fn the_terminal_groups_by_secret_at_a_usual_width() {
    insta::assert_snapshot!("terminal_100", plain(&full(), Format::Terminal));
}

#[test]
fn the_terminal_fits_a_narrow_window() {
    let text = render(&full(), Format::Terminal, style(false, 60, false));
    insta::assert_snapshot!("terminal_60", text);
}

#[test]
fn the_terminal_colours_when_asked() {
    let text = render(&full(), Format::Terminal, style(true, 100, false));
    insta::assert_snapshot!("terminal_color", text.replace('\u{1b}', "␛"));
}

#[test]
fn the_terminal_shows_values_when_asked_and_escapes_them() {
    let text = render(&full(), Format::Terminal, style(false, 100, true));
    insta::assert_snapshot!("terminal_reveal", text);
}

#[test]
fn an_empty_report_says_what_was_scanned() {
    insta::assert_snapshot!("terminal_empty", plain(&empty(), Format::Terminal));
}

#[test]
fn an_empty_report_of_a_broken_image_does_not_look_like_a_pass() {
    let mut report = empty();
    report.complete = false;
    report.verdict = Verdict::Incomplete;
    report.warnings = vec![
        Warning::new(WarningCode::MissingLayer, "layer 1 is not in the archive")
            .in_image(0)
            .in_layer(1),
    ];
    insta::assert_snapshot!("terminal_incomplete", plain(&report, Format::Terminal));
}

#[test]
fn a_report_without_layers_says_so() {
    let mut report = empty();
    report.images.clear();
    report.summary.layers = 0;
    let text = plain(&report, Format::Terminal);
    assert!(text.contains("Scanned no layer at all"), "{text}");
}

#[test]
fn a_warning_names_its_place_once() {
    let mut report = empty();
    let warn = |message: &str| {
        Warning::new(WarningCode::BrokenLayer, message)
            .in_layer(1)
            .at(b"blobs/1")
    };
    report.warnings = vec![
        warn("layer 1 (blobs/1) is no tar"),
        warn("the tar is broken, as layer 12 is"),
    ];
    let text = plain(&report, Format::Terminal);
    assert!(
        text.contains("  broken-layer  layer 1 (blobs/1) is no tar\n"),
        "{text}"
    );
    let other = "  broken-layer layer 1 blobs/1  the tar is broken, as layer 12 is\n";
    assert!(text.contains(other), "{text}");
}

#[test]
fn two_images_are_told_apart() {
    let mut report = full();
    report.images.push(report.images[0].clone());
    report.findings[0].occurrences[1].image = Some(1);
    let text = plain(&report, Format::Terminal);
    assert!(text.contains("image 1 layer 2 opt/bundle.tar"), "{text}");
    assert!(text.contains("Image 1  app.tar"), "{text}");
    let sarif = plain(&report, Format::Sarif);
    assert!(sarif.contains("\"image/1/layer/2/opt/bundle.tar!/vendor.zip!/conf/prod.env\""));
}

#[test]
fn sarif_tells_of_each_further_place_which_part_of_the_secret_lies_there() {
    let mut report = full();
    let inner = report.findings[0].occurrences[1].clone();
    report.findings[0].occurrences.truncate(1);
    report.findings[0].parts.push(Part {
        rule: "example.id".to_owned(),
        title: "Example id".to_owned(),
        secret: Secret::new(*b"id"),
        occurrences: vec![inner],
        is_shortened: false,
    });
    let sarif: serde_json::Value = serde_json::from_str(&plain(&report, Format::Sarif)).unwrap();
    let related = &sarif["runs"][0]["results"][0]["relatedLocations"][0];
    let uri = &related["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "layer/2/opt/bundle.tar!/vendor.zip!/conf/prod.env");
    let message = related["message"]["text"].as_str().unwrap();
    assert!(
        message.starts_with("Example id: layer 2 opt/bundle.tar"),
        "{message}"
    );
}

#[test]
fn a_secret_in_many_places_tells_each_life_once() {
    let mut report = full();
    report.images.push(report.images[0].clone());
    let in_second = |place: Occurrence| Occurrence {
        image: Some(1),
        ..place
    };
    let many = (0..200).map(|n| in_file(1, &format!("opt/{n:03}")));
    let mut places: Vec<Occurrence> = many.collect();
    places.push(in_second(in_file(1, "opt/000")));
    places.push(in_file(2, "opt/copy"));
    places.extend((0..3).map(|_| in_config(Kind::LegacyConfig, "/config/Env/1", 4)));
    report.findings = vec![finding(1, b"fake-secret-in-many-places", places)];
    let text = plain(&report, Format::Terminal);
    let block: Vec<&str> = text.lines().skip(2).take_while(|l| !l.is_empty()).collect();
    assert_eq!(
        block,
        [
            "    image 0 layer 1 opt/000:3:7",
            "    image 0 layer 1 opt/001:3:7",
            "    image 0 layer 1 opt/002:3:7",
            "    … and 198 more like this",
            "      added in layer 1 by COPY .env config.json deploy/keys /app/ · visible in the final image",
            "    image 0 layer 2 opt/copy:3:7",
            "      added in layer 2 by RUN curl -fsSL https://example…build-base git openssh-client · visible in",
            "        the final image",
            "    … and 3 copies in legacy configs",
            "  → Revoke at https://example.com/tokens. Use `RUN --mount=type=secret`.",
        ]
    );
}

#[test]
fn a_replaced_value_is_said_to_be_in_the_history_still() {
    let mut report = full();
    let place = Occurrence {
        removed_by: Some(Removal {
            layer: None,
            instruction: Some(4),
        }),
        ..in_config(Kind::History, "/history/4/created_by", 4)
    };
    report.findings = vec![finding(1, b"fake-secret-that-was-blanked", vec![place])];
    let text = plain(&report, Format::Terminal);
    let life =
        "written by ENV API_TOKEN=*** · replaced by ENV API_TOKEN=*** · still in the image's";
    assert!(text.contains(life), "{text}");
}

#[test]
fn sarif_is_valid_against_its_schema() {
    let schema = include_str!("../../tests/schemas/sarif-2.1.0.json");
    // The schema's pattern of languages has a bracket that strict readers want escaped.
    let schema = schema.replace("{2}]?$", r"{2}\\]?$");
    let schema = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut every_place = full();
    every_place.findings.push(finding(
        9,
        b"fake-secret-nine-00000009",
        EVERY_KIND
            .into_iter()
            .map(|kind| in_config(kind, "/a/b", 1))
            .collect(),
    ));
    for report in [empty(), full(), every_place] {
        for reveal in [false, true] {
            let text = render(&report, Format::Sarif, style(false, 80, reveal));
            let log = serde_json::from_str(&text).unwrap();
            let errors: Vec<String> = validator
                .iter_errors(&log)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{errors:#?}");
        }
    }
    let broken = serde_json::json!({ "version": "2.1.0", "runs": [{}] });
    assert!(!validator.is_valid(&broken));
}

#[test]
fn a_revealed_value_is_exact_in_json() {
    let text = render(&full(), Format::Json, style(false, 80, true));
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let secret = |index: usize| &json["findings"][index]["secret"];
    assert_eq!(secret(0)["value"], "fake-secret-that-is-live-0001");
    assert!(secret(0).get("value_base64").is_none());
    assert!(secret(3).get("value").is_none());
    assert_eq!(
        secret(3)["value_base64"],
        "LS0tLS1GQUtFCnNlY3JldCBvZiB0aHJlZSBsaW5lcwr//i0tLS0t"
    );
}

#[test]
fn a_writer_that_fails_is_reported() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for format in every_format() {
        let result = renderer(format).render(&full(), &Style::default(), &mut Full);
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}

/// Puts `text` wherever a report has text that can come from an image.
fn everywhere(text: &str, secret: &[u8]) -> Report {
    let own = || text.to_owned();
    let mut report = full();
    for image in &mut report.images {
        image.source = own();
        image.references = vec![own()];
        image.created = Some(own());
        image.platform.as_mut().unwrap().os = own();
        for instruction in &mut image.instructions {
            instruction.keyword = (instruction.index % 2 == 0).then(own);
            instruction.arguments = own();
            instruction.created_by = own();
        }
        for layer in &mut image.layers {
            layer.media_type = own();
        }
    }
    for kind in EVERY_KIND {
        let mut in_layer = in_file(1, text);
        in_layer.kind = kind;
        in_layer.inside = vec![own()];
        in_layer.decoded = vec![own()];
        let mut in_document = in_config(kind, text, 4);
        in_document.visibility = Visibility::Deleted;
        let mut finding = finding(9, secret, vec![in_layer, in_document]);
        finding
            .facts
            .insert(own(), serde_json::json!({ text: [text] }));
        finding.title = own();
        finding.advice = own();
        report.findings.push(finding);
    }
    report.findings.drain(..5);
    report.suppressed = vec![Suppressed {
        finding: report.findings[0].clone(),
        reason: own(),
        note: Some(own()),
    }];
    let mut warning = Warning::new(WarningCode::HostileName, text);
    warning.path = Some(own());
    report.warnings = vec![warning];
    report
}

/// Characters that no output may hold, colours taken away.
fn dangerous(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{61c}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn without_colors(text: &str) -> String {
    let mut plain = String::new();
    let mut pieces = text.split("\u{1b}[");
    plain.extend(pieces.next());
    for piece in pieces {
        let (code, rest) = piece.split_once('m').expect("a colour ends with m");
        assert!(code.bytes().all(|b| b.is_ascii_digit() || b == b';'));
        plain.push_str(rest);
    }
    plain
}

fn hostile() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("\u{1b}[2J".to_owned()),
        Just("\u{1b}]0;title\u{7}".to_owned()),
        Just("\u{202e}\u{2066}\u{9b}31m".to_owned()),
        Just("\r\n\t\0\u{7f}".to_owned()),
        Just("日本語 \u{301}\u{301}".to_owned()),
        Just("\\x1b\\u{202e} {0} [a](b)".to_owned()),
        Just("../".repeat(9)),
        Just("x".repeat(300)),
        "\\PC{0,12}",
        any::<String>(),
    ];
    prop::collection::vec(part, 0..5).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_from_an_image_drives_a_terminal(
        text in hostile(), width in 0usize..130, color: bool, reveal: bool,
        secret in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let report = everywhere(&text, &secret);
        for format in every_format() {
            let output = render(&report, format, style(color, width, reveal));
            let plain = if format == Format::Terminal { without_colors(&output) } else { output };
            let bad: Vec<char> = plain.chars().filter(|c| dangerous(*c)).collect();
            prop_assert!(bad.is_empty(), "{:?}: {:?}", format, bad);
            prop_assert!(plain.ends_with('\n'));
        }
    }

    #[test]
    fn no_format_shows_a_secret_unless_asked(
        secret in "[!-~]{9,120}", text in hostile(), width in 40usize..200,
    ) {
        prop_assume!(!text.contains(&secret));
        let report = everywhere(&text, secret.as_bytes());
        let json = serde_json::to_string(&secret).unwrap();
        let json = json.trim_matches('"');
        for format in every_format() {
            let hidden = render(&report, format, style(false, width, false));
            prop_assert!(!hidden.contains(&secret) && !hidden.contains(json));
            let shown = render(&report, format, style(false, width, true));
            prop_assert!(shown.contains(&secret) || shown.contains(json), "{:?}", format);
        }
    }

    #[test]
    fn lines_keep_to_the_width(text in hostile(), width in 40usize..130) {
        let report = everywhere(&text, b"fake-secret-of-some-length");
        let output = render(&report, Format::Terminal, style(false, width, false));
        for line in output.lines() {
            let cells = unicode_width::UnicodeWidthStr::width(line);
            prop_assert!(cells <= width, "{} > {}: {}", cells, width, line);
        }
    }
}
