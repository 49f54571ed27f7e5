//! Folders with links, odd files and files that cannot be read.

use std::os::unix::fs::symlink;

use super::*;
use crate::archive::{Archive, Limits};

fn write(root: &Path, name: &str, content: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn open(root: &Path) -> Archive {
    Archive::open(root, &Limits::default()).unwrap()
}

fn text(archive: &Archive, name: &str) -> Option<String> {
    let blob = archive.get(name).unwrap()?;
    Some(String::from_utf8_lossy(&blob).into_owned())
}

#[test]
fn a_folder_lists_its_files_by_name() {
    let root = tempfile::tempdir().unwrap();
    for name in ["index.json", "blobs/sha256/b", "blobs/sha256/a", "empty"] {
        write(root.path(), name, if name == "empty" { "" } else { name });
    }
    let archive = open(root.path());
    let names: Vec<_> = archive.members().iter().map(|m| m.name.as_str()).collect();
    let expected = [
        "blobs",
        "blobs/sha256",
        "blobs/sha256/a",
        "blobs/sha256/b",
        "empty",
    ];
    assert_eq!(names[..5], expected);
    assert!(archive.is_directory() && archive.warnings().is_empty());
    assert_eq!(
        text(&archive, "./blobs/sha256/a").as_deref(),
        Some("blobs/sha256/a")
    );
    assert_eq!(text(&archive, "empty").as_deref(), Some(""));
    let (one, two) = (archive.get("empty").unwrap(), archive.get("empty").unwrap());
    assert_eq!(one.unwrap().key(), two.unwrap().key(), "mapped once");
}

#[test]
fn links_count_only_inside_the_folder() {
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "secret", "outside");
    write(outside.path(), "root/rootfs.tar", "layer");
    write(outside.path(), "root/blobs/sha256/real", "blob");
    let root = outside.path().join("root");
    symlink("../../rootfs.tar", root.join("blobs/sha256/link")).unwrap();
    symlink("blobs/sha256", root.join("folder")).unwrap();
    symlink("../secret", root.join("up")).unwrap();
    symlink("/etc/passwd", root.join("absolute")).unwrap();
    symlink("missing", root.join("dangling")).unwrap();
    symlink("circle", root.join("circle")).unwrap();
    let archive = open(&root);
    assert_eq!(
        text(&archive, "blobs/sha256/link").as_deref(),
        Some("layer")
    );
    assert_eq!(text(&archive, "folder/real").as_deref(), Some("blob"));
    for name in ["up", "absolute", "dangling", "circle"] {
        assert_eq!(
            archive.get(name).unwrap_err().code,
            WarningCode::BrokenLink,
            "{name}"
        );
    }
    assert_eq!(archive.warnings().len(), 4);
}

#[test]
fn links_that_git_wrote_out_as_text_are_followed_inside_the_folder() {
    let outside = tempfile::tempdir().unwrap();
    write(outside.path(), "secret", "outside");
    write(outside.path(), "root/rootfs.tar", "layer");
    let root = outside.path().join("root");
    let blob = |c: &str| format!("blobs/sha256/{}", c.repeat(64));
    write(&root, &blob("a"), "../../rootfs.tar");
    write(&root, &blob("b"), "../../../secret");
    write(&root, &blob("c"), "../../missing");
    write(&root, "README", "../rootfs.tar");
    let archive = open(&root);
    assert_eq!(text(&archive, &blob("a")).as_deref(), Some("layer"));
    assert_eq!(
        text(&archive, &blob("b")).as_deref(),
        Some("../../../secret")
    );
    assert_eq!(text(&archive, &blob("c")).as_deref(), Some("../../missing"));
    assert_eq!(text(&archive, "README").as_deref(), Some("../rootfs.tar"));
    assert!(archive.warnings().is_empty());
}

#[test]
fn sockets_are_named_and_never_opened_and_the_rest_goes_on() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "index.json", "{}");
    let _socket = std::os::unix::net::UnixListener::bind(root.path().join("socket")).unwrap();
    write(root.path(), &("d/".repeat(20) + "deep"), "x");
    let archive = open(root.path());
    assert_eq!(text(&archive, "index.json").as_deref(), Some("{}"));
    assert!(archive.get("socket").unwrap().is_none());
    let codes: Vec<_> = archive.warnings().iter().map(|w| w.code).collect();
    assert_eq!(codes, [WarningCode::UnreadableFile; 2]);
    assert!(
        archive
            .warnings()
            .iter()
            .any(|w| w.message.contains("in one another"))
    );
}

#[test]
fn a_file_that_vanished_is_a_warning_when_it_is_wanted() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "a", "one");
    let archive = open(root.path());
    fs::remove_file(root.path().join("a")).unwrap();
    let warning = archive.get("a").unwrap_err();
    assert_eq!(warning.code, WarningCode::UnreadableFile);
    assert!(
        warning.message.starts_with("a was not scanned"),
        "{}",
        warning.message
    );
}
