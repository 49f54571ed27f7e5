//! Stories of repositories that were copied into an image: what their history still holds, and
//! what it is called.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::git::{Object, Pack, delta};
use crate::support::run::Scan;
use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, Stored, scan, secrets};

fn scanned(layer: LayerBuilder) -> Scan {
    scanned_as(layer, Stored::Gzip)
}

fn scanned_as(layer: LayerBuilder, stored: Stored) -> Scan {
    let image = ImageBuilder::new().layer("COPY . /app # buildkit", layer);
    let scratch = Scratch::new();
    scan(&scratch.image(Shape::OciArchive, &image.stored(stored)))
}

fn loose(layer: LayerBuilder, object: &Object) -> LayerBuilder {
    layer.file(format!("app/.git/{}", object.path()), object.loose())
}

/// A file that was added with a secret and then cleaned.
struct Story {
    old: Object,
    new: Object,
    trees: [Object; 4],
    commits: [Object; 2],
}

impl Story {
    fn of(old: &str, new: &str) -> Self {
        let [old, new] = [old, new].map(Object::blob);
        let [old_folder, new_folder] = [&old, &new].map(|blob| Object::tree(&[("prod.env", blob)]));
        let [old_root, new_root] =
            [&old_folder, &new_folder].map(|folder| Object::tree(&[("config", folder)]));
        let first = Object::commit(&old_root, &[], 1_700_000_000, "Begin");
        let second = Object::commit(&new_root, &[&first], 1_700_000_100, "Clean");
        Self {
            old,
            new,
            trees: [new_root, new_folder, old_root, old_folder],
            commits: [second, first],
        }
    }

    fn objects(&self) -> Vec<&Object> {
        let paths = self.commits.iter().chain(&self.trees);
        paths.chain([&self.new, &self.old]).collect()
    }

    fn way(&self) -> serde_json::Value {
        json!([
            format!("commit {}", self.commits[1].short()),
            "config/prod.env"
        ])
    }
}

fn env(line: &str) -> String {
    format!("MODE=production\n{line}\n{}", "# a comment\n".repeat(20))
}

#[test]
fn a_secret_that_a_later_commit_removed_is_told_with_its_path_and_its_commit() {
    let secret = secrets::github("history");
    let story = Story::of(&env(&format!("T={secret}")), &env("T="));
    let mut layer = LayerBuilder::new().file("app/config/prod.env", &story.new.content);
    let mut pack = Pack::default();
    for object in story.objects() {
        layer = loose(layer, object);
        if *object != story.old {
            pack.whole(object);
        }
    }
    let change = delta(&story.new.content, &story.old.content);
    pack.on_object(story.new.id(), &change);
    let path = "app/.git/objects/pack/pack-0.pack";
    let packed = LayerBuilder::new().file(path, pack.finish());
    for stored in [Stored::Plain, Stored::Gzip, Stored::Zstd] {
        for layer in [&layer, &packed] {
            let report = scanned_as(layer.clone(), stored);
            let place = report.place(&secret, "file");
            assert_eq!(place["inside"], story.way(), "{}", report.digest());
            assert_eq!(place["line"], 2);
            assert_eq!(report.places(&secret).len(), 1);
            let advice = report.finding(&secret)["advice"].as_str();
            assert!(advice.is_some_and(|text| text.contains("`**/.git`")));
            assert!(report.is_complete() && report.warnings().is_empty());
        }
    }
}

#[test]
fn a_secret_in_the_history_and_in_the_working_tree_is_one_finding() {
    let secret = secrets::github("both");
    let content = env(&format!("T={secret}"));
    let story = Story::of(&content, &env("T="));
    let mut layer = LayerBuilder::new().file("app/config/prod.env", &content);
    for object in story.objects() {
        layer = loose(layer, object);
    }
    let report = scanned(layer);
    assert_eq!(report.findings().len(), 1, "{}", report.digest());
    let places = report.places(&secret);
    assert_eq!(places.len(), 2);
    assert_eq!(places[0]["path"], "app/config/prod.env");
    assert_eq!(places[1]["inside"], story.way());
}

#[test]
fn rules_see_the_path_in_the_repository() {
    // What stands in a test counts one step less.
    let password = secrets::letters("tested", 20);
    let blob = Object::blob(format!("password = \"{password}\"\n"));
    let shown = |folder: &str| {
        let tree = Object::tree(&[(folder, &Object::tree(&[("settings.py", &blob)]))]);
        let commit = Object::commit(&tree, &[], 1, "one");
        let inner = Object::tree(&[("settings.py", &blob)]);
        let mut layer = LayerBuilder::new();
        for object in [&blob, &commit, &tree, &inner] {
            layer = loose(layer, object);
        }
        let report = scanned(layer);
        report.finding(&password)["confidence"].clone()
    };
    assert_ne!(shown("site"), shown("tests"));
}

#[test]
fn the_id_of_a_password_in_the_history_outlives_a_clean_up() {
    let password = secrets::letters("kept", 20);
    let story = Story::of(&env(&format!("DB_PASSWORD={password}")), &env(""));
    let mut pack = Pack::default();
    let mut layer = LayerBuilder::new();
    for object in story.objects() {
        pack.whole(object);
        layer = loose(layer, object);
    }
    let packed = |name: &str| {
        let path = format!("app/.git/objects/pack/{name}.pack");
        LayerBuilder::new().file(path, pack.finish())
    };
    let ids: Vec<String> = [layer, packed("pack-1"), packed("pack-2")]
        .into_iter()
        .map(|layer| scanned(layer).finding(&password)["id"].to_string())
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[test]
fn more_loose_blobs_than_are_postponed_are_searched_all_the_same() {
    let filler = secrets::bytes("filler", 900 << 10);
    let mut layer = LayerBuilder::new();
    let all: Vec<String> = (0..40)
        .map(|n| secrets::github(&format!("many {n}")))
        .collect();
    for secret in &all {
        let content = [secret.as_bytes(), b"\n", &filler[..]].concat();
        layer = loose(layer, &Object::blob(content));
    }
    let report = scanned_as(layer, Stored::Plain);
    for secret in &all {
        let way = report.place(secret, "file")["inside"].to_string();
        assert!(way.starts_with("[\"blob "), "{way}");
    }
}

#[test]
fn blobs_that_wait_outlive_a_layer_that_ends_in_slack() {
    let [secret, behind] = ["waiting", "behind"].map(secrets::github);
    let story = Story::of(&env(&format!("T={secret}")), &env("T="));
    let more = Object::blob("").loose();
    let slack = format!("\n{behind}\n{}", "\n".repeat(600));
    for begin in [&b""[..], &more] {
        for stored in [Stored::Plain, Stored::Gzip, Stored::Zstd] {
            let mut layer = LayerBuilder::new();
            for object in story.objects() {
                layer = loose(layer, object);
            }
            let layer = layer.after_end([begin, slack.as_bytes()].concat());
            let report = scanned_as(layer, stored);
            let place = report.place(&secret, "file");
            assert_eq!(place["inside"], story.way(), "{}", report.digest());
            assert_eq!(report.places(&secret).len(), 1);
            assert!(report.find(&behind).is_some(), "{}", report.digest());
        }
    }
}

#[test]
fn paths_of_loose_blobs_are_told_however_many_packs_lie_before_them() {
    let [packed, secret] = ["in a late pack", "after packs"].map(secrets::github);
    let mut layer = LayerBuilder::new();
    for n in 0..70 {
        let line = if n == 69 { &packed } else { "nothing" };
        let blob = Object::blob(env(&format!("T{n}={line}")));
        let tree = Object::tree(&[("old.env", &blob)]);
        let commit = Object::commit(&tree, &[], n, "one");
        let mut pack = Pack::default();
        for object in [&commit, &tree, &blob] {
            pack.whole(object);
        }
        let path = format!("{n}/.git/objects/pack/pack-{n:040}.pack");
        layer = layer.file(path, pack.finish());
    }
    let story = Story::of(&env(&format!("T={secret}")), &env("T="));
    for object in story.objects() {
        layer = loose(layer, object);
    }
    let report = scanned(layer);
    let place = report.place(&secret, "file");
    assert_eq!(place["inside"], story.way(), "{}", report.digest());
    let way = report.place(&packed, "file")["inside"].to_string();
    assert!(way.starts_with("[\"blob "), "{way}");
}

#[test]
fn a_broken_object_is_searched_as_far_as_it_comes_and_told() {
    let secret = secrets::github("torn");
    let filler = secrets::bytes("torn", 9000);
    let blob = Object::blob([env(&format!("T={secret}")).as_bytes(), &filler].concat());
    let whole = blob.loose();
    let path = format!("app/.git/{}", blob.path());
    let layer = LayerBuilder::new().file(path, &whole[..whole.len() - 700]);
    let report = scanned(layer);
    let place = report.place(&secret, "file");
    assert_eq!(place["inside"], json!(["blob"]), "{}", report.digest());
    assert_eq!(place["line"], 2);
    report.warning("broken-nested-archive");
    assert_eq!(report.warnings().len(), 1);
}

#[test]
fn what_only_begins_like_a_blob_outside_of_files_is_searched_like_anything_else() {
    let names = ["slack", "no tar", "attribute"];
    let secrets = names.map(secrets::github);
    let [slack, plain, attribute] = secrets.each_ref().map(|secret| {
        let text = format!("\n{secret}\n{}", "\n".repeat(600));
        [&Object::blob("").loose(), text.as_bytes()].concat()
    });
    let layer = LayerBuilder::new()
        .pax("LIBARCHIVE.xattr.user.note", STANDARD.encode(&attribute))
        .file("a", "a")
        .after_end(slack);
    let image = ImageBuilder::new()
        .layer("COPY a / # buildkit", layer)
        .raw_layer("ADD b / # buildkit", plain);
    let scratch = Scratch::new();
    let report = scan(&scratch.image(Shape::Docker25, &image));
    for (name, secret) in names.iter().zip(&secrets) {
        assert!(report.find(secret).is_some(), "{name}: {}", report.digest());
    }
}

#[test]
fn a_broken_pack_is_a_warning_and_what_lies_before_the_break_is_found() {
    let secret = secrets::github("before");
    let mut pack = Pack::default();
    pack.whole(&Object::blob(env(&format!("T={secret}"))));
    pack.on_object([7; 20], &delta(b"", b"x"));
    let whole = pack.finish();
    let layer = LayerBuilder::new()
        .file("a.pack", &whole)
        .file("b.pack", &whole[..whole.len() - 30]);
    let report = scanned(layer);
    assert_eq!(report.places(&secret).len(), 2);
    let messages: Vec<&str> = (report.warnings().iter())
        .filter_map(|warning| warning["message"].as_str())
        .collect();
    assert!(
        messages
            .iter()
            .any(|text| text.starts_with("1 objects are changes"))
    );
    assert_eq!(messages.len(), 2, "{messages:?}");
    report.warning("broken-nested-archive");
}
