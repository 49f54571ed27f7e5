//! What an archive holds beside its images: orphan blobs, legacy configs, any other file, content
//! of members that are no files, and names that no tool would have chosen.
//!
//! Nothing of it is part of an image, and all of it goes wherever the archive goes.

use super::json;
use super::shape::is_hash;
use super::survey::Survey;
use super::{Document, Role};
use crate::archive::{Blob, Member, MemberKind};
use crate::error::{Warning, WarningCode};

/// Names of members that are kept as documents.
const NAMES: usize = 10_000;

/// Parts of names that every tool writes.
const USUAL: [&str; 14] = [
    "",
    ".",
    "..",
    "blobs",
    "sha256",
    "sha512",
    "oci-layout",
    "index.json",
    "manifest.json",
    "repositories",
    "VERSION",
    "version",
    "json",
    "layer.tar",
];

/// Adds every file that nothing refers to, and every unusual name, to the survey's documents.
pub(super) fn collect(survey: &mut Survey<'_>) {
    let archive = survey.members.archive();
    let mut names = 0;
    for (index, member) in archive.members().iter().enumerate() {
        if matches!(member.kind, MemberKind::File) {
            file(survey, index, member);
        }
        for text in unusual(member) {
            names += 1;
            if names <= NAMES {
                add(survey, &member.name, Role::MemberName, text);
            }
        }
    }
    for (index, member, blob) in archive.odd_contents() {
        let name = format!("{} (content of member {index}, no file)", member.name);
        survey.document(&name, role(&member.name, &blob), &blob);
    }
    if names > NAMES {
        survey.warnings.push(Warning::new(
            WarningCode::LimitReached,
            format!("of {names} unusual names of members only {NAMES} are scanned"),
        ));
    }
    for slack in archive.slack() {
        let name = format!("bytes at {} of the archive, in no member", slack.offset);
        add(survey, &name, Role::Slack, &slack.bytes);
    }
}

/// Adds a file unless its bytes have been read under its name. Members are told apart by their
/// position: later ones shadow it, and its printed name may be the true name of another.
fn file(survey: &mut Survey<'_>, index: usize, member: &Member) {
    let Some(blob) = survey.members.at(index, member) else {
        return;
    };
    let name = &member.name;
    let is_same = |other: Option<Blob>| {
        other.is_some_and(|other| other.key() == blob.key() || other[..] == blob[..])
    };
    let is_used = survey.members.is_used(name);
    if is_used && is_same(survey.members.peek(name)) {
        return;
    }
    let shadow = survey.members.shadow_of(index, member);
    let shown = match shadow {
        Some((last, shadow)) if is_same(survey.members.at(last, shadow)) => return,
        Some(_) => format!("{name} (shadowed, member {index})"),
        None if is_used => format!("{name} (member {index})"),
        None => name.clone(),
    };
    survey.document(&shown, role(name, &blob), &blob);
}

fn add(survey: &mut Survey<'_>, name: &str, role: Role, bytes: &[u8]) {
    survey.documents.push(Document {
        name: name.to_owned(),
        role,
        blob: Blob::from_vec(bytes.to_vec()),
    });
}

/// Whether some member is named as only image tools name files.
pub(super) fn has_traces(members: &[Member]) -> bool {
    members.iter().any(|member| {
        let mut parts = member.name.split('/');
        parts.clone().all(is_usual) && parts.any(|part| is_hash(stem(part)))
    })
}

/// The name and link target of a member, as far as they can say anything.
fn unusual(member: &Member) -> impl Iterator<Item = &[u8]> {
    let target = match &member.kind {
        MemberKind::Link(target) => Some(target.as_slice()),
        _ => None,
    };
    [Some(member.raw_name.as_slice()), target]
        .into_iter()
        .flatten()
        .filter(|text| {
            let text = std::str::from_utf8(text);
            !text.is_ok_and(|text| text.split('/').all(is_usual))
        })
}

fn is_usual(part: &str) -> bool {
    let bare = part.strip_prefix("sha256:").unwrap_or(part);
    let extension = bare.get(stem(bare).len()..).unwrap_or_default();
    USUAL.contains(&part)
        || (is_hash(stem(bare))
            && matches!(
                extension,
                "" | ".json" | ".tar" | ".tar.gz" | ".manifest.json"
            ))
}

/// A file's name up to its first dot, without the algorithm of a digest.
fn stem(name: &str) -> &str {
    let name = name.strip_prefix("sha256:").unwrap_or(name);
    name.split('.').next().unwrap_or(name)
}

fn role(name: &str, blob: &[u8]) -> Role {
    let mut parts = name.rsplit('/');
    let file = parts.next().unwrap_or(name);
    if file == "json" && parts.next().is_some_and(is_hash) {
        return Role::LegacyConfig;
    }
    if file == "layer.tar" || is_hash(stem(file)) {
        return if is_legacy_config(blob) {
            Role::LegacyConfig
        } else {
            Role::OrphanBlob
        };
    }
    Role::ArchiveFile
}

/// Docker 25 leaves the legacy configs of an image among the blobs, with nothing that refers to
/// them.
fn is_legacy_config(blob: &[u8]) -> bool {
    blob.starts_with(b"{")
        && json::parse("", blob).0.is_some_and(|value| {
            value.get("container_config").is_some() && value.get("created").is_some()
        })
}
