//! What to do about a finding, in one or two sentences: where to revoke it, and how the image
//! should have been built.
//!
//! Revoking comes first, because whoever pulled the image has the secret. How to build it right
//! depends on where the secret lies and on the instruction that brought it there; the most
//! exposed occurrence decides, and a file that was only hidden gets told that hiding is not
//! removing.

mod ignore;
mod keys;

pub use keys::{Shared, of_published, of_shared};

use crate::error::printable;
use crate::finding::{Kind, Occurrence, Visibility};

/// The advice for a secret.
///
/// * `revoke`: where its owner revokes it: a URL, or a sentence;
/// * `occurrences`: in the order of the report, most exposed first;
/// * `keyword`: the Dockerfile keyword that brought an occurrence, where it is known.
pub fn advice<'k>(
    revoke: &str,
    occurrences: &[Occurrence],
    keyword: impl Fn(&Occurrence) -> Option<&'k str>,
) -> String {
    let revoke = revocation(revoke);
    match occurrences.first() {
        Some(first) => {
            let source = origin(first, occurrences);
            let place = Occurrence {
                visibility: first.visibility,
                ..source.clone()
            };
            format!("{revoke} {}", remedy(&place, keyword(source)))
        }
        None => revoke,
    }
}

/// Where a secret in a file came in: the lowest layer of that image that has it. What a later
/// `RUN chown` or `mv` copied is not that RUN's fault.
fn origin<'o>(first: &'o Occurrence, occurrences: &'o [Occurrence]) -> &'o Occurrence {
    let same = |o: &&Occurrence| o.kind == first.kind && o.image == first.image;
    let lowest = occurrences.iter().filter(same).min_by_key(|o| o.layer);
    lowest.filter(|_| first.layer.is_some()).unwrap_or(first)
}

fn revocation(revoke: &str) -> String {
    let revoke = printable(revoke.trim().as_bytes());
    if revoke.is_empty() {
        "Revoke it where it was issued.".to_owned()
    } else if let Some(address) = revoke.strip_prefix("https://") {
        let is_manual = address.starts_with("docs.") || address.contains("/docs/");
        let how = if is_manual {
            "How to revoke it:"
        } else {
            "Revoke at"
        };
        format!("{how} {revoke}.")
    } else {
        format!("{}.", revoke.trim_end_matches('.'))
    }
}

/// How the image should have been built.
fn remedy(place: &Occurrence, keyword: Option<&str>) -> String {
    let fixed = match written_as(place.kind, keyword) {
        Kind::File | Kind::Name | Kind::EntryMetadata => return in_filesystem(place, keyword),
        Kind::Env => {
            "Pass it when the container starts, as a mounted secret or with `--env-file`, not with ENV."
        }
        Kind::History if keyword == Some("ENV") => {
            "Pass it when the container starts, not with ENV: the history keeps every value."
        }
        Kind::History => {
            "Use `RUN --mount=type=secret,env=…` instead of ARG or a literal in the command: the \
             history keeps both."
        }
        Kind::Cmd | Kind::Entrypoint | Kind::Healthcheck => {
            "Let the command read it from a secret that is mounted when the container starts, \
             instead of writing it into the command."
        }
        Kind::Onbuild => {
            "Use `RUN --mount=type=secret` in the ONBUILD instruction: its text is shipped with \
             the image."
        }
        Kind::Label | Kind::Annotation => {
            "Leave it out of labels and annotations: everybody who can pull the image reads them."
        }
        Kind::Attestation => {
            "Hand it to the build with `--secret` instead of `--build-arg`: provenance records \
             build arguments."
        }
        Kind::Slack => {
            "Build the layer again with a clean tar writer: these bytes belong to no file."
        }
        Kind::HiddenBytes => {
            "Compress the layer again with a clean writer: these bytes belong to no file."
        }
        Kind::OrphanBlob | Kind::ArchiveFile => {
            "Export the image again from a clean store: no image needs this file."
        }
        Kind::Config | Kind::LegacyConfig | Kind::Manifest | Kind::Artifact => {
            "Build and push again without it: everybody who can pull the image reads it."
        }
    };
    fixed.to_owned()
}

/// The setting that an entry of the history wrote, which is what was done wrong.
fn written_as(kind: Kind, keyword: Option<&str>) -> Kind {
    match (kind, keyword) {
        (Kind::History, Some("LABEL")) => Kind::Label,
        (Kind::History, Some("CMD")) => Kind::Cmd,
        (Kind::History, Some("ENTRYPOINT")) => Kind::Entrypoint,
        (Kind::History, Some("HEALTHCHECK")) => Kind::Healthcheck,
        (Kind::History, Some("ONBUILD")) => Kind::Onbuild,
        _ => kind,
    }
}

fn in_filesystem(place: &Occurrence, keyword: Option<&str>) -> String {
    let hidden = match place.visibility {
        Visibility::Deleted => "Deleting it in a later layer does not remove it: build anew. ",
        Visibility::Overwritten => {
            "Overwriting it in a later layer does not remove it: build anew. "
        }
        Visibility::Final | Visibility::Metadata => "",
    };
    let remedy = match keyword {
        Some("COPY" | "ADD") => copied(place),
        Some("RUN") => "Give it to that RUN with `--mount=type=secret`, or make the file in a \
                        build stage that is not shipped."
            .to_owned(),
        _ => "Keep it out of the image: `RUN --mount=type=secret` while building, a mounted \
              secret when the container starts."
            .to_owned(),
    };
    format!("{hidden}{remedy}")
}

/// A copied file. The image does not tell what it was called in the build context, or whether it
/// came from there at all, so that a line for `.dockerignore` is an example.
fn copied(place: &Occurrence) -> String {
    if !place.inside.is_empty() {
        return "It was copied inside an archive: leave it out of that archive, or the archive out \
                of the build context."
            .to_owned();
    }
    match place.path.as_deref().and_then(ignore::line) {
        Some(line) => format!(
            "Keep such files out of the build context (for example `{line}` in .dockerignore), and \
             give them to the step that needs them with `RUN --mount=type=secret`."
        ),
        None => {
            "Take it out of the file, or keep the file out of the build context: a program reads \
                 it from the environment or a mounted secret when it runs, a build step with \
                 `RUN --mount=type=secret`."
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::fixture::{EVERY_KIND, HOSTILE, hidden, in_config, in_file};

    const URL: &str = "https://example.com/tokens";

    fn told(place: Occurrence, keyword: Option<&'static str>) -> String {
        advice(URL, &[place], |_| keyword)
    }

    #[test]
    fn a_copied_credential_file_gets_an_example_for_dockerignore() {
        let text = told(in_file(1, "app/config/.env.production"), Some("COPY"));
        assert_eq!(
            text,
            "Revoke at https://example.com/tokens. Keep such files out of the build context (for \
             example `**/.env*` in .dockerignore), and give them to the step that needs them with \
             `RUN --mount=type=secret`."
        );
        for (path, line) in [
            ("root/.ssh/id_rsa", "`**/id_*`"),
            ("srv/repo/.git/config", "`**/.git`"),
            ("etc/tls/server.key", "`**/*.key`"),
        ] {
            let text = told(in_file(1, path), Some("ADD"));
            assert!(text.contains(line), "{path}: {text}");
        }
    }

    #[test]
    fn nobody_is_told_to_ignore_the_program_itself() {
        let text = told(in_file(1, "app/main.py"), Some("COPY"));
        assert!(text.contains("Take it out of the file"), "{text}");
        assert!(!text.contains("dockerignore"), "{text}");
    }

    #[test]
    fn a_member_of_an_archive_is_left_out_of_the_archive() {
        let member = Occurrence {
            inside: vec!["conf/.env".to_owned()],
            ..in_file(1, "app/backup.tar")
        };
        assert!(told(member, Some("COPY")).contains("leave it out of that archive"));
    }

    #[test]
    fn no_name_of_the_image_stands_in_a_line_to_copy() {
        let text = told(in_file(1, HOSTILE), Some("ADD"));
        assert!(text.contains("`**/*.env`"), "{text}");
        assert!(!text.contains("evil"), "{text}");
    }

    #[test]
    fn the_layer_that_brought_a_file_counts_and_not_the_one_that_changed_its_owner() {
        let [copied, changed] = [1, 4].map(|layer| in_file(layer, "app/.npmrc"));
        let text = advice(URL, &[changed, copied], |place| {
            Some(if place.layer == Some(1) {
                "COPY"
            } else {
                "RUN"
            })
        });
        assert!(text.contains("`**/.npmrc` in .dockerignore"), "{text}");
    }

    #[test]
    fn hiding_a_file_is_said_not_to_remove_it() {
        let deleted = told(hidden(1, "app/.env", Visibility::Deleted), Some("RUN"));
        assert!(
            deleted.contains("Deleting it in a later layer does not remove it: build anew. Give"),
            "{deleted}"
        );
        let overwritten = told(hidden(1, "app/.env", Visibility::Overwritten), Some("COPY"));
        assert!(overwritten.contains("Overwriting it"), "{overwritten}");
    }

    #[test]
    fn build_arguments_and_env_get_different_advice() {
        let history = |keyword| {
            told(
                in_config(Kind::History, "/history/1/created_by", 1),
                Some(keyword),
            )
        };
        assert!(history("RUN").contains("--mount=type=secret,env="));
        assert!(history("ENV").contains("when the container starts"));
        assert!(history("LABEL").contains("labels"));
        assert!(history("ONBUILD").contains("in the ONBUILD instruction"));
        assert!(history("CMD").contains("into the command"));
    }

    #[test]
    fn every_kind_of_place_has_advice_that_starts_with_revoking() {
        for kind in EVERY_KIND {
            let text = told(in_config(kind, "/x", 1), None);
            let rest = text.strip_prefix("Revoke at https://example.com/tokens. ");
            assert!(rest.is_some_and(|rest| rest.len() > 20), "{text}");
            assert!(text.ends_with('.') && !text.contains("  "), "{text}");
        }
    }

    #[test]
    fn revoking_may_be_a_manual_a_sentence_or_unknown() {
        let none = |_: &Occurrence| None;
        assert_eq!(
            advice("https://docs.example.com/revoke", &[], none),
            "How to revoke it: https://docs.example.com/revoke."
        );
        assert_eq!(
            advice("Change the password of the account", &[], none),
            "Change the password of the account."
        );
        assert_eq!(advice(" ", &[], none), "Revoke it where it was issued.");
    }
}
