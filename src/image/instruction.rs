//! `created_by` of a history item, told back as a Dockerfile instruction.
//!
//! Every builder has its own dialect: the classic builder and buildah write the shell line
//! (`/bin/sh -c #(nop)  ENV K=V`), BuildKit and kaniko the instruction (`RUN |1 K=V /bin/sh -c
//! make # buildkit`), others a name of their own. What cannot be told stays without a keyword,
//! with the text as its arguments; the bytes of arguments are never changed.

use super::shell;

/// Instructions of a Dockerfile.
const KEYWORDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Mark of the classic builder on steps that run nothing.
const NO_OPERATION: &str = "#(nop)";

/// What a `created_by` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parsed {
    pub keyword: Option<String>,
    pub arguments: String,
    pub build_args: Vec<(String, String)>,
}

/// Parses the `created_by` of any builder.
pub(super) fn parse(created_by: &str) -> Parsed {
    let text = created_by.trim();
    let text = text
        .strip_suffix("# buildkit")
        .map_or(text, |text| text.trim_end_matches(' '));
    if let Some((keyword, rest)) = keyword(text) {
        return if keyword == "RUN" {
            let (build_args, rest) = build_args(rest);
            run(shell::command(rest).unwrap_or(rest), build_args)
        } else {
            plain(keyword, rest)
        };
    }
    let (build_args, rest) = build_args(text);
    let command = shell::command(rest);
    if let Some(step) = command
        .unwrap_or(rest)
        .trim_start()
        .strip_prefix(NO_OPERATION)
    {
        let step = step.trim_start();
        return keyword(step).map_or_else(|| unknown(step), |(keyword, rest)| plain(keyword, rest));
    }
    match command {
        Some(command) => run(command, build_args),
        None if rest.len() < text.len() || is_exec_form(rest) => run(rest, build_args),
        None => unknown(text),
    }
}

fn plain(keyword: &str, arguments: &str) -> Parsed {
    Parsed {
        keyword: Some(keyword.to_owned()),
        arguments: arguments.to_owned(),
        build_args: Vec::new(),
    }
}

fn run(arguments: &str, build_args: Vec<(String, String)>) -> Parsed {
    Parsed {
        build_args,
        ..plain("RUN", arguments)
    }
}

fn unknown(text: &str) -> Parsed {
    Parsed {
        arguments: text.to_owned(),
        ..Parsed::default()
    }
}

/// `KEYWORD rest`; the keyword alone counts too (`CMD` without arguments).
fn keyword(text: &str) -> Option<(&'static str, &str)> {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let keyword = KEYWORDS.iter().find(|keyword| **keyword == word)?;
    Some((keyword, rest.trim_start()))
}

/// Whether this is a command as a JSON list of strings.
fn is_exec_form(text: &str) -> bool {
    text.starts_with('[') && serde_json::from_str::<Vec<String>>(text).is_ok()
}

/// Splits `|N K1=V1 … Kn=Vn command`.
///
/// Values are joined by plain spaces without quotes, so a value with spaces cannot be told for
/// sure: the first N words of the form `KEY=…` are taken for the keys, and the last value ends
/// where a shell begins, or else at its first space.
fn build_args(text: &str) -> (Vec<(String, String)>, &str) {
    let none = (Vec::new(), text);
    let Some((count, mut rest)) = text
        .strip_prefix('|')
        .and_then(|text| text.split_once(' '))
        .and_then(|(count, rest)| Some((count.parse::<usize>().ok()?, rest)))
    else {
        return none;
    };
    let mut found = Vec::new();
    while found.len() < count {
        let Some((key, value)) = assignment(rest) else {
            break;
        };
        let is_last = found.len() + 1 == count;
        let end = if is_last {
            shell::position(value).or_else(|| value.find(' '))
        } else {
            next_assignment(value).or_else(|| shell::position(value))
        };
        let (value, after) = match end.and_then(|end| value.split_at_checked(end)) {
            Some((value, after)) => (value, after.get(1..).unwrap_or_default()),
            None => (value, ""),
        };
        found.push((key.to_owned(), value.to_owned()));
        rest = after;
    }
    if found.is_empty() && count > 0 {
        return none;
    }
    (found, rest)
}

/// `KEY=rest`, where KEY is a name that a build argument can have.
fn assignment(text: &str) -> Option<(&str, &str)> {
    let end = text
        .bytes()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')))?;
    let (key, rest) = text.split_at_checked(end)?;
    let is_name = key
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    is_name.then_some((key, rest.strip_prefix('=')?))
}

/// Position of the space before the next `KEY=`.
fn next_assignment(text: &str) -> Option<usize> {
    text.match_indices(' ')
        .map(|(at, _)| at)
        .find(|at| text.get(at + 1..).and_then(assignment).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(created_by: &str) -> String {
        let parsed = parse(created_by);
        let keyword = parsed.keyword.as_deref().unwrap_or("?");
        let args: Vec<String> = parsed
            .build_args
            .iter()
            .map(|(key, value)| format!("<{key}={value}>"))
            .collect();
        format!("{keyword}{}|{}", args.concat(), parsed.arguments)
    }

    #[test]
    fn the_classic_builder_writes_shell_lines() {
        for (created_by, expected) in [
            ("/bin/sh -c #(nop)  ENV TOKEN=a b", "ENV|TOKEN=a b"),
            (
                "/bin/sh -c #(nop) COPY file:0123 in /app/ ",
                "COPY|file:0123 in /app/",
            ),
            (
                "/bin/sh -c #(nop)  CMD [\"/bin/sh\" \"-c\" \"run\"]",
                "CMD|[\"/bin/sh\" \"-c\" \"run\"]",
            ),
            ("/bin/sh -c apt-get  update", "RUN|apt-get  update"),
            (
                "|2 A=1 B=two words /bin/sh -c make",
                "RUN<A=1><B=two words>|make",
            ),
            ("|0 /bin/sh -c make", "RUN|make"),
            ("/bin/bash -o pipefail -c curl x | sh", "RUN|curl x | sh"),
        ] {
            assert_eq!(told(created_by), expected, "{created_by}");
        }
    }

    #[test]
    fn buildkit_and_kaniko_write_instructions() {
        for (created_by, expected) in [
            ("ENV K=V", "ENV|K=V"),
            ("ARG TOKEN=abc", "ARG|TOKEN=abc"),
            ("COPY a b # buildkit", "COPY|a b"),
            ("CMD [\"serve\"]", "CMD|[\"serve\"]"),
            (
                "RUN |2 A=x B=y /bin/sh -c echo B=z # buildkit",
                "RUN<A=x><B=y>|echo B=z",
            ),
            ("RUN /bin/sh -c make # buildkit", "RUN|make"),
            ("RUN |1 A=x make all # buildkit", "RUN<A=x>|make all"),
            ("RUN make", "RUN|make"),
            ("buildkit.exporter.image.v0", "?|buildkit.exporter.image.v0"),
        ] {
            assert_eq!(told(created_by), expected, "{created_by}");
        }
    }

    #[test]
    fn windows_and_json_shells_are_runs() {
        for (created_by, expected) in [
            ("cmd /S /C dir c:\\", "RUN|dir c:\\"),
            ("cmd /S /C #(nop)  USER app", "USER|app"),
            ("powershell -NoProfile -Command $x = 1", "RUN|$x = 1"),
            ("C:\\Windows\\System32\\cmd.exe /c ver", "RUN|ver"),
            (
                "[\"/bin/bash\", \"-c\", \"make\"]",
                "RUN|[\"/bin/bash\", \"-c\", \"make\"]",
            ),
        ] {
            assert_eq!(told(created_by), expected, "{created_by}");
        }
    }

    #[test]
    fn what_no_dialect_explains_stays_as_it_is() {
        for created_by in [
            "jib-core-plugin:0.15.0",
            "bazel build ...",
            "/kaniko/executor",
            "apko",
            "ko build ko://x",
            "bash",
            "/bin/sh script.sh",
            "Run it",
            "|x A=1 y",
            "",
        ] {
            assert_eq!(told(created_by), format!("?|{created_by}"));
        }
    }

    #[test]
    fn many_lines_keep_their_bytes() {
        assert_eq!(
            told("/bin/sh -c set -e;\n\tmake \\\n  install"),
            "RUN|set -e;\n\tmake \\\n  install"
        );
    }

    #[test]
    fn hostile_counts_and_characters_end_without_panic() {
        for created_by in [
            "|99999999999999999999999 A=1 /bin/sh -c x",
            "|5 A=1 /bin/sh -c x",
            "|1 ",
            "|1 é=1 x",
            "|2 A= B=",
            "| ",
            "# buildkit",
            "#(nop)",
            "/bin/sh -c",
            "[",
        ] {
            let parsed = parse(created_by);
            assert!(parsed.arguments.len() <= created_by.len());
        }
        let spaces = format!("|1 A={}x sh -c y", " ".repeat(4 << 20));
        assert_eq!(parse(&spaces).arguments, "y");
        let long = format!("|3 {}", "A= sh -x ".repeat(20_000));
        assert_eq!(parse(&long).build_args.len(), 3);
    }
}
