//! Who can still see a file: whiteouts, opaque marks, replaced files and links, end to end.

use std::path::Path;

use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, scan, secrets};

/// A story of two or three layers about one secret in `etc/app/token.env`.
struct Story {
    secret: String,
    image: ImageBuilder,
}

impl Story {
    fn new(word: &str) -> Self {
        let secret = secrets::github(word);
        let layer = LayerBuilder::new()
            .dir("etc")
            .dir("etc/app")
            .file("etc/app/token.env", format!("TOKEN={secret}\n"));
        let image = ImageBuilder::new().layer("COPY token.env /etc/app/ # buildkit", layer);
        Self { secret, image }
    }

    /// The next layer.
    fn then(mut self, created_by: &str, layer: LayerBuilder) -> Self {
        self.image = self.image.layer(created_by, layer);
        self
    }

    /// Checks the state of the first occurrence at `path` and the layer that hid it.
    fn is_at(&self, path: &str, visibility: &str, removed_by: Option<u64>) {
        let scratch = Scratch::new();
        let report = scan(&scratch.image(Shape::Docker25, &self.image));
        assert!(report.is_complete(), "{}", report.digest());
        let place = (report.places(&self.secret).iter())
            .find(|place| place["path"] == path && place["kind"] == "file")
            .unwrap_or_else(|| panic!("nothing at {path}: {}", report.digest()));
        assert_eq!(place["visibility"], visibility, "{place:#}");
        assert_eq!(
            place["removed_by"]["layer"].as_u64(),
            removed_by,
            "{place:#}"
        );
        if let Some(layer) = removed_by {
            assert_eq!(
                place["removed_by"]["instruction"].as_u64(),
                Some(layer),
                "{place:#}"
            );
        }
    }

    fn is(&self, visibility: &str, removed_by: Option<u64>) {
        self.is_at("etc/app/token.env", visibility, removed_by);
    }
}

#[test]
fn a_file_that_nothing_touches_stays() {
    Story::new("stays")
        .then("RUN true", LayerBuilder::new().file("etc/other", "x"))
        .is("final", None);
}

#[test]
fn a_whiteout_deletes_the_file_of_a_lower_layer() {
    Story::new("whiteout")
        .then("RUN true", LayerBuilder::new().file("tmp/x", "x"))
        .then(
            "RUN rm token.env",
            LayerBuilder::new().whiteout("etc/app/token.env"),
        )
        .is("deleted", Some(2));
}

#[test]
fn a_whiteout_of_a_folder_deletes_what_is_in_it() {
    Story::new("folder")
        .then(
            "RUN rm -r /etc/app",
            LayerBuilder::new().whiteout("etc/app"),
        )
        .is("deleted", Some(1));
}

#[test]
fn a_later_file_of_the_same_name_overwrites() {
    Story::new("overwritten")
        .then(
            "COPY clean",
            LayerBuilder::new().file("etc/app/token.env", "TOKEN=\n"),
        )
        .is("overwritten", Some(1));
}

#[test]
fn the_first_layer_that_hides_a_file_is_named_and_not_a_later_one() {
    Story::new("first")
        .then(
            "COPY clean",
            LayerBuilder::new().file("etc/app/token.env", "TOKEN=\n"),
        )
        .then("RUN rm", LayerBuilder::new().whiteout("etc/app/token.env"))
        .is("overwritten", Some(1));
}

#[test]
fn a_whiteout_hides_nothing_of_its_own_layer() {
    let secret = secrets::github("own layer");
    let layer = LayerBuilder::new()
        .whiteout("etc/app/token.env")
        .file("etc/app/token.env", format!("TOKEN={secret}\n"));
    let image = ImageBuilder::new().layer("RUN both", layer);
    Story { secret, image }.is("final", None);
}

#[test]
fn an_opaque_mark_hides_lower_layers_only_wherever_it_stands_in_its_own() {
    for (word, mark_first) in [("mark first", true), ("mark last", false)] {
        let own = secrets::npm(word);
        let mark = |layer: LayerBuilder| layer.opaque("etc/app");
        let file = |layer: LayerBuilder| {
            layer.file(
                "etc/app/own",
                format!("//registry.npmjs.org/:_authToken={own}\n"),
            )
        };
        let new = LayerBuilder::new().dir("etc").dir("etc/app");
        let layer = if mark_first {
            file(mark(new))
        } else {
            mark(file(new))
        };
        let story = Story::new(word).then("RUN rm -r /etc/app && mkdir /etc/app", layer);
        story.is("deleted", Some(1));
        let image = story.image.clone();
        Story { secret: own, image }.is_at("etc/app/own", "final", None);
    }
}

#[test]
fn an_opaque_root_hides_everything_below() {
    Story::new("opaque root")
        .then("COPY rootfs /", LayerBuilder::new().opaque(""))
        .is("deleted", Some(1));
}

#[test]
fn a_file_in_the_place_of_a_folder_hides_what_was_in_it() {
    Story::new("file over folder")
        .then(
            "RUN replace",
            LayerBuilder::new().file("etc/app", "now a file"),
        )
        .is("deleted", Some(1));
}

#[test]
fn a_symlink_in_the_place_of_a_folder_hides_what_was_in_it() {
    Story::new("symlink over folder")
        .then("RUN ln -s", LayerBuilder::new().symlink("etc/app", "/srv"))
        .is("deleted", Some(1));
}

#[test]
fn a_folder_over_a_folder_merges() {
    Story::new("merge")
        .then("RUN chmod", LayerBuilder::new().mode(0o700).dir("etc/app"))
        .is("final", None);
}

#[test]
fn a_folder_made_again_does_not_revive_its_old_children() {
    Story::new("made again")
        .then("RUN rm -r", LayerBuilder::new().whiteout("etc/app"))
        .then("RUN mkdir", LayerBuilder::new().dir("etc/app"))
        .is("deleted", Some(1));
}

#[test]
fn a_file_made_again_is_another_file() {
    Story::new("file again")
        .then("RUN rm", LayerBuilder::new().whiteout("etc/app/token.env"))
        .then(
            "RUN touch",
            LayerBuilder::new().file("etc/app/token.env", "TOKEN=\n"),
        )
        .is("deleted", Some(1));
}

#[test]
fn of_two_entries_with_one_name_in_a_layer_the_last_wins() {
    let secret = secrets::github("twice");
    let layer = LayerBuilder::new()
        .file("etc/app/token.env", format!("TOKEN={secret}\n"))
        .file("etc/app/token.env", "TOKEN=\n");
    let image = ImageBuilder::new().layer("ADD odd.tar /", layer);
    Story { secret, image }.is("overwritten", Some(0));
}

#[test]
fn deleting_one_name_of_a_hard_link_leaves_the_others() {
    let secret = secrets::github("hard link");
    let layer = LayerBuilder::new()
        .file("etc/innocent", format!("TOKEN={secret}\n"))
        .hardlink("etc/app/token.env", "etc/innocent");
    let image = ImageBuilder::new().layer("COPY both /", layer).layer(
        "RUN rm /etc/innocent",
        LayerBuilder::new().whiteout("etc/innocent"),
    );
    let story = Story { secret, image };
    story.is_at("etc/innocent", "deleted", Some(1));
    story.is_at("etc/app/token.env", "final", None);
}

#[test]
fn a_whiteout_of_what_was_never_there_harms_nothing() {
    Story::new("never there")
        .then(
            "RUN rm -f",
            LayerBuilder::new()
                .whiteout("etc/app/nothing")
                .whiteout("no/folder"),
        )
        .is("final", None);
}

#[test]
fn names_of_a_path_are_compared_whole() {
    Story::new("prefix")
        .then(
            "RUN rm",
            LayerBuilder::new()
                .whiteout("etc/ap")
                .whiteout("etc/app/token.en"),
        )
        .is("final", None);
}

#[test]
fn the_layers_table_counts_the_deletions() {
    let scratch = Scratch::new();
    let story = Story::new("counted").then(
        "RUN rm",
        LayerBuilder::new()
            .whiteout("etc/app/token.env")
            .opaque("etc/app"),
    );
    let path = scratch.image(Shape::Podman, &story.image);
    let report = scan(&path);
    assert_eq!(report.layers(0)[1]["whiteouts"], 2);
    assert_eq!(report.layers(0)[0]["entries"], 3);
    let table = crate::support::residue([Path::new("layers"), &path]);
    assert_eq!(table.code, 0, "{}", table.stderr);
    assert!(table.stdout.contains("token.env"), "{}", table.stdout);
}
