use std::path::PathBuf;

use clap::Parser;
use tar::{Builder, EntryType, Header};

use super::*;
use crate::cli::args::{Cli, Command};

/// A layer, told entry by entry.
struct LayerTar(Builder<Vec<u8>>);

impl LayerTar {
    fn new() -> Self {
        Self(Builder::new(Vec::new()))
    }

    fn file(mut self, path: &str, content: &[u8]) -> Self {
        let mut header = Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        self.0.append_data(&mut header, path, content).unwrap();
        self
    }

    fn link(mut self, kind: EntryType, path: &str, target: &str) -> Self {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(0);
        self.0.append_link(&mut header, path, target).unwrap();
        self
    }

    fn bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap()
    }
}

/// A `docker save` archive of these layers, in a folder of its own.
struct Saved {
    folder: tempfile::TempDir,
    archive: PathBuf,
}

impl Saved {
    fn new(layers: &[Vec<u8>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("app.tar");
        let mut tar = LayerTar::new();
        let names: Vec<String> = (0..layers.len())
            .map(|n| format!("{n}/layer.tar"))
            .collect();
        for (name, layer) in names.iter().zip(layers) {
            tar = tar.file(name, layer);
        }
        let diff_ids: Vec<String> = layers
            .iter()
            .map(|layer| residue::oci::Digest::sha256(layer).to_string())
            .collect();
        let config = serde_json::json!({
            "architecture": "amd64", "os": "linux",
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
        });
        let manifest = serde_json::json!([{
            "Config": "config.json", "RepoTags": ["app:1"], "Layers": names,
        }]);
        let tar = tar
            .file("config.json", config.to_string().as_bytes())
            .file("manifest.json", manifest.to_string().as_bytes());
        std::fs::write(&archive, tar.bytes()).unwrap();
        Self { folder, archive }
    }

    /// What `residue extract app.tar` with these words recovers, or says.
    fn extract(&self, words: &[&str]) -> Result<Vec<u8>, String> {
        let output = self.folder.path().join("recovered");
        let mut line = vec!["residue", "extract", self.archive.to_str().unwrap()];
        line.extend_from_slice(words);
        line.extend(["--output", output.to_str().unwrap()]);
        let Command::Extract(args) = Cli::try_parse_from(line).unwrap().command else {
            panic!("not extract")
        };
        let terminal = Terminal {
            quiet: true,
            progress: false,
            color: false,
            color_forced: false,
            width: 100,
        };
        let folder = self.folder.path().display().to_string();
        run(&args, &terminal).map_err(|error| format!("{error:#}").replace(&folder, "DIR"))?;
        Ok(std::fs::read(&output).unwrap())
    }
}

#[test]
fn a_deleted_file_and_both_versions_of_an_overwritten_one_are_recovered() {
    let saved = Saved::new(&[
        LayerTar::new()
            .file("app/.env", b"first")
            .file("app/key", b"\0\x1b[2J\xff")
            .bytes(),
        LayerTar::new()
            .file("app/.env", b"second version")
            .file("app/.wh.key", b"")
            .bytes(),
    ]);
    assert_eq!(saved.extract(&["/app/key"]).unwrap(), b"\0\x1b[2J\xff");
    assert_eq!(
        saved.extract(&["app/.env", "--layer", "0"]).unwrap(),
        b"first"
    );
    let second = saved.extract(&["./app/.env", "--layer", "1"]).unwrap();
    assert_eq!(second, b"second version");
    assert_eq!(
        saved.extract(&["app/.env"]).unwrap_err(),
        "2 layers hold app/.env; pick one with --layer\n  --layer 0: file, 5 bytes\n  \
         --layer 1: file, 14 bytes"
    );
}

#[test]
fn the_last_of_several_entries_of_one_name_counts_unless_another_is_asked_for() {
    let saved = Saved::new(&[LayerTar::new()
        .file("a", b"one")
        .file("a", b"two")
        .file("a", b"three")
        .bytes()]);
    assert_eq!(saved.extract(&["a"]).unwrap(), b"three");
    assert_eq!(saved.extract(&["a", "--occurrence", "1"]).unwrap(), b"one");
    let by_offset = saved.extract(&["--layer", "0", "--offset", "1024"]);
    assert_eq!(by_offset.unwrap(), b"two");
    assert_eq!(
        saved.extract(&["a", "--occurrence", "4"]).unwrap_err(),
        "layer 0 holds a 3 times, there is no occurrence 4"
    );
}

#[test]
fn a_hard_link_gives_the_content_it_shared_when_it_was_made() {
    let saved = Saved::new(&[
        LayerTar::new()
            .file("secret", b"shared")
            .link(EntryType::Link, "harmless", "secret")
            .link(EntryType::Link, "again", "harmless")
            .file("secret", b"later")
            .bytes(),
        LayerTar::new()
            .link(EntryType::Link, "astray", "secret")
            .link(EntryType::Link, "self", "self")
            .bytes(),
    ]);
    assert_eq!(saved.extract(&["again"]).unwrap(), b"shared");
    assert_eq!(saved.extract(&["astray"]).unwrap(), b"later");
    let error = saved.extract(&["self"]).unwrap_err();
    assert!(error.contains("hard link to itself"), "{error}");
}

#[test]
fn a_hard_link_is_followed_through_lower_layers_to_what_was_there_then() {
    let saved = Saved::new(&[
        LayerTar::new()
            .file("a", b"first")
            .link(EntryType::Link, "alias", "a")
            .bytes(),
        LayerTar::new().file("a", b"second").bytes(),
        LayerTar::new()
            .link(EntryType::Link, "of-alias", "alias")
            .link(EntryType::Link, "of-a", "a")
            .bytes(),
        LayerTar::new().file("a", b"third").bytes(),
    ]);
    assert_eq!(saved.extract(&["of-alias"]).unwrap(), b"first");
    assert_eq!(saved.extract(&["of-a"]).unwrap(), b"second");
}

#[test]
fn a_hard_link_shares_nothing_with_what_lies_behind_the_end_mark_of_a_lower_layer() {
    let saved = Saved::new(&[
        [
            LayerTar::new().file("a", b"seen").bytes(),
            LayerTar::new().file("a", b"unseen").bytes(),
        ]
        .concat(),
        LayerTar::new().link(EntryType::Link, "b", "a").bytes(),
    ]);
    assert_eq!(saved.extract(&["b"]).unwrap(), b"seen");
    assert_eq!(saved.extract(&["a"]).unwrap(), b"seen");
}

#[test]
fn what_is_said_of_a_hard_link_without_content_is_true() {
    let link = |path, target| LayerTar::new().link(EntryType::Link, path, target);
    let saved = Saved::new(&[
        LayerTar::new().file("a", b"A").file("d/a", b"A").bytes(),
        LayerTar::new()
            .file(".wh.a", b"")
            .file(".wh.d", b"")
            .bytes(),
        link("b", "a").bytes(),
        link("inner", "d/a").bytes(),
        link("x", "y").link(EntryType::Link, "y", "x").bytes(),
    ]);
    for name in ["b", "inner"] {
        let error = saved.extract(&[name]).unwrap_err();
        assert!(
            error.contains("which layer 1 had deleted before"),
            "{error}"
        );
    }
    for name in ["x", "y"] {
        let error = saved.extract(&[name]).unwrap_err();
        let expected = "x in layer 4 is a hard link to y, and neither an entry before it nor";
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_chain_of_hard_links_is_followed_so_far_and_no_further() {
    let mut layer = LayerTar::new().file("0", b"end");
    for n in 1..200 {
        layer = layer.link(EntryType::Link, &n.to_string(), &(n - 1).to_string());
    }
    let saved = Saved::new(&[layer.bytes()]);
    assert_eq!(saved.extract(&["90"]).unwrap(), b"end");
    let error = saved.extract(&["199"]).unwrap_err();
    assert!(error.starts_with("more than 100 hard links"), "{error}");
}

#[test]
fn content_is_given_whatever_kind_of_entry_has_it() {
    for kind in [
        EntryType::Link,
        EntryType::Symlink,
        EntryType::Directory,
        EntryType::Fifo,
        EntryType::new(b'Z'),
        EntryType::new(b'M'),
    ] {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(6);
        header.set_link_name("ok").unwrap();
        let mut layer = LayerTar::new();
        layer
            .0
            .append_data(&mut header, "h", &b"hidden"[..])
            .unwrap();
        let saved = Saved::new(&[layer.bytes()]);
        assert_eq!(saved.extract(&["h"]).unwrap(), b"hidden", "{kind:?}");
    }
}

#[test]
fn what_has_no_content_is_refused_with_what_it_is() {
    let saved = Saved::new(&[LayerTar::new()
        .link(EntryType::Symlink, "link", "../etc/\x1b[31mshadow")
        .link(EntryType::Fifo, "pipe", "x")
        .bytes()]);
    assert_eq!(
        saved.extract(&["link"]).unwrap_err(),
        "link in layer 0 is a symbolic link to ../etc/\\x1b[31mshadow; extract that instead"
    );
    assert_eq!(
        saved.extract(&["pipe"]).unwrap_err(),
        "pipe in layer 0 is no file but a fifo"
    );
    assert_eq!(
        saved.extract(&["missing"]).unwrap_err(),
        "no layer holds missing; --list shows what there is"
    );
    assert_eq!(
        saved.extract(&["link", "--layer", "7"]).unwrap_err(),
        "DIR/app.tar has no layer 7; there are 1, counted from 0"
    );
}

#[test]
fn a_name_may_be_typed_as_reports_print_it() {
    let saved = Saved::new(&[LayerTar::new().file("odd\x1bname", b"found").bytes()]);
    assert_eq!(saved.extract(&["odd\\x1bname"]).unwrap(), b"found");
    assert_eq!(saved.extract(&["odd\x1bname"]).unwrap(), b"found");
}

#[test]
fn of_a_broken_off_file_the_first_part_is_kept_and_the_loss_is_an_error() {
    let mut layer = LayerTar::new().file("big", &[b'x'; 4096]).bytes();
    layer.truncate(512 + 1000);
    let saved = Saved::new(&[layer]);
    let error = saved.extract(&["big"]).unwrap_err();
    assert!(
        error.starts_with("only 1000 of 4096 bytes of big"),
        "{error}"
    );
    let kept = std::fs::read(saved.folder.path().join("recovered")).unwrap();
    assert_eq!(kept, [b'x'; 1000]);
}
