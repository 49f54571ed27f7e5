//! What to do about a finding, in one or two sentences: where to revoke it, and how the image
//! should have been built.
//!
//! Revoking comes first, because whoever pulled the image has the secret. How to build it right
//! depends on where the secret lies and on the instruction that brought it there; the most
//! exposed occurrence decides, and a file that was only hidden gets told that hiding is not
//! removing.

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
        Some(first) => format!("{revoke} {}", remedy(first, keyword(first))),
        None => revoke,
    }
}

fn revocation(revoke: &str) -> String {
    let revoke = printable(revoke.trim().as_bytes());
    if revoke.is_empty() {
        "Revoke it where it was issued.".to_owned()
    } else if revoke.starts_with("https://") || revoke.starts_with("http://") {
        format!("Revoke at {revoke}.")
    } else {
        format!("{}.", revoke.trim_end_matches('.'))
    }
}

/// How the image should have been built.
fn remedy(place: &Occurrence, keyword: Option<&str>) -> String {
    let fixed = match place.kind {
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

fn in_filesystem(place: &Occurrence, keyword: Option<&str>) -> String {
    let hidden = match place.visibility {
        Visibility::Deleted => "Deleting it in a later layer does not remove it: rebuild, and ",
        Visibility::Overwritten => {
            "Overwriting it in a later layer does not remove it: rebuild, and "
        }
        Visibility::Final | Visibility::Metadata => "",
    };
    let remedy = match keyword {
        Some("COPY" | "ADD") => match ignorable(place) {
            Some(name) => format!(
                "keep it out of the build context with the line `**/{name}` in .dockerignore, and \
                 give it to the step that needs it with `RUN --mount=type=secret`."
            ),
            None => "keep it out of the build context with .dockerignore, and give it to the step \
                     that needs it with `RUN --mount=type=secret`."
                .to_owned(),
        },
        Some("RUN") => "give it to that RUN with `--mount=type=secret`, or make the file in a \
                        build stage that is not shipped."
            .to_owned(),
        _ => "keep it out of the image: `RUN --mount=type=secret` while building, a mounted \
              secret when the container starts."
            .to_owned(),
    };
    if hidden.is_empty() {
        capitalised(&remedy)
    } else {
        format!("{hidden}{remedy}")
    }
}

/// The file's name, where it can stand in `.dockerignore` without quoting.
fn ignorable(place: &Occurrence) -> Option<&str> {
    let name = place.path.as_deref()?.rsplit('/').next()?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    (!name.is_empty() && name.len() <= 100 && name.chars().all(plain)).then_some(name)
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
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
    fn a_copied_file_gets_its_line_of_dockerignore() {
        let text = told(in_file(1, "app/config/.env"), Some("COPY"));
        assert_eq!(
            text,
            "Revoke at https://example.com/tokens. Keep it out of the build context with the line \
             `**/.env` in .dockerignore, and give it to the step that needs it with \
             `RUN --mount=type=secret`."
        );
    }

    #[test]
    fn a_hostile_name_is_not_put_into_a_line_to_copy() {
        let text = told(in_file(1, HOSTILE), Some("ADD"));
        assert!(text.contains("with .dockerignore,"), "{text}");
        assert!(!text.contains("evil"), "{text}");
    }

    #[test]
    fn hiding_a_file_is_said_not_to_remove_it() {
        let deleted = told(hidden(1, "app/.env", Visibility::Deleted), Some("RUN"));
        assert!(
            deleted.contains("Deleting it in a later layer does not remove it: rebuild, and give"),
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
    fn revoking_may_be_a_sentence_or_unknown() {
        let none = |_: &Occurrence| None;
        assert_eq!(
            advice("Change the password of the account", &[], none),
            "Change the password of the account."
        );
        assert_eq!(advice(" ", &[], none), "Revoke it where it was issued.");
    }
}
