//! Which room may import which: only what stands before it in `lib.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{code_lines, depth, imports, sources};

/// What each room may import beside itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("facts", &[]),
    ("secret", &[]),
    ("oci", &["error"]),
    ("archive", &["error", "oci"]),
    ("source", &["error", "oci", "archive"]),
    ("image", &["error", "oci", "archive", "source"]),
    ("rules", &["error", "oci", "secret"]),
    ("detect", &["error", "facts", "secret", "oci", "rules"]),
    (
        "content",
        &["error", "secret", "oci", "archive", "rules", "detect"],
    ),
    ("finding", &["error", "facts", "secret", "oci", "rules"]),
    ("advice", &["error", "finding"]),
    ("packages", &["error", "archive"]),
    (
        "cache",
        &[
            "error", "secret", "oci", "archive", "image", "rules", "detect", "content", "finding",
            "packages",
        ],
    ),
    (
        "scan",
        &[
            "error", "secret", "oci", "archive", "source", "image", "rules", "detect", "content",
            "finding", "advice", "packages", "cache",
        ],
    ),
    (
        "policy",
        &["error", "secret", "oci", "rules", "detect", "finding"],
    ),
    (
        "report",
        &[
            "error", "facts", "secret", "oci", "rules", "detect", "finding", "policy",
        ],
    ),
];

/// Rooms that may import everything.
pub(super) const FREE: &[&str] = &["cli", "main", "lib"];

#[test]
fn rooms_import_only_what_stands_before_them() {
    let mut wrong = Vec::new();
    for source in sources() {
        let allowed = match room_rules(&source.room) {
            Some(allowed) => allowed,
            None if FREE.contains(&source.room.as_str()) => continue,
            None => {
                wrong.push(format!(
                    "{}: room {:?} is not in the list",
                    source.name, source.room
                ));
                continue;
            }
        };
        for (line, room) in imports(&source.code) {
            if room != source.room && !allowed.contains(&room.as_str()) {
                let name = &source.name;
                wrong.push(format!("{name}:{line}: {} imports {room}", source.room));
            }
        }
        // `super::super::scan` would be a way around `crate::scan`.
        let out_of_the_room = "super::".repeat(depth(&source.name));
        if code_lines(&source.code).any(|(_, line)| line.contains(&out_of_the_room)) {
            wrong.push(format!("{}: {out_of_the_room}…", source.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_is_in_the_list_and_every_listed_room_is_there() {
    let found: BTreeSet<String> = sources().into_iter().map(|source| source.room).collect();
    let listed = MAY_IMPORT.iter().map(|(room, _)| *room);
    let listed: BTreeSet<String> = listed
        .chain(FREE.iter().copied())
        .map(str::to_owned)
        .collect();
    assert_eq!(found, listed);
}

#[test]
fn the_list_of_rooms_is_itself_in_order() {
    let position: BTreeMap<&str, usize> = (MAY_IMPORT.iter())
        .enumerate()
        .map(|(index, (room, _))| (*room, index))
        .collect();
    for (room, imported) in MAY_IMPORT {
        for other in *imported {
            assert!(
                position[other] < position[room],
                "{room} stands before {other}"
            );
        }
    }
}

pub(super) fn is_room(name: &str) -> bool {
    room_rules(name).is_some() || FREE.contains(&name)
}

pub(super) fn room_rules(room: &str) -> Option<&'static [&'static str]> {
    MAY_IMPORT
        .iter()
        .find(|(name, _)| *name == room)
        .map(|(_, allowed)| *allowed)
}
