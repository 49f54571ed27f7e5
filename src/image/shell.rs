//! Shell invocations as builders write them: `/bin/sh -c …`, `cmd /S /C …`, `powershell … -Command …`.
//!
//! They stand before the command proper in a `created_by`, and they mark where the last build
//! argument ends.

/// Words looked at until the option that takes the command must have come.
const OPTIONS_READ: usize = 16;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Posix,
    Cmd,
    PowerShell,
}

/// The command behind a shell invocation; `None` when `text` does not begin with one.
pub(super) fn command(text: &str) -> Option<&str> {
    let (first, mut rest) = word(text)?;
    let family = family(first)?;
    let mut after_option = false;
    for _ in 0..OPTIONS_READ {
        let (option, behind) = word(rest)?;
        if takes_command(family, option) {
            return Some(behind.strip_prefix(' ').unwrap_or(behind));
        }
        let is_option =
            option.starts_with('-') || (family == Family::Cmd && option.starts_with('/'));
        if !is_option && !after_option {
            return None;
        }
        after_option = is_option;
        rest = behind;
    }
    None
}

/// Position of the space before the first shell invocation.
pub(super) fn position(text: &str) -> Option<usize> {
    // Of a run of spaces only the last can stand before a word; a run of a million of them must
    // not be passed over from each of them.
    let is_last = |at: &usize| text.as_bytes().get(at + 1) != Some(&b' ');
    let spaces = text.match_indices(' ').map(|(at, _)| at).filter(is_last);
    spaces
        .filter(|at| text.get(at + 1..).and_then(command).is_some())
        .map(|at| {
            text.get(..at)
                .unwrap_or_default()
                .trim_end_matches(' ')
                .len()
        })
        .next()
}

/// The first word and what follows it, from the space on.
fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start_matches(' ');
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn family(program: &str) -> Option<Family> {
    let name = program.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
    match name.strip_suffix(".exe").unwrap_or(&name) {
        "sh" | "ash" | "bash" | "dash" | "zsh" | "ksh" | "mksh" => Some(Family::Posix),
        "cmd" => Some(Family::Cmd),
        "powershell" | "pwsh" => Some(Family::PowerShell),
        _ => None,
    }
}

fn takes_command(family: Family, option: &str) -> bool {
    match family {
        Family::Posix => {
            option.ends_with('c') && option.starts_with('-') && !option.starts_with("--")
        }
        Family::Cmd => option.eq_ignore_ascii_case("/c"),
        Family::PowerShell => ["-command", "-c", "/command", "/c"]
            .iter()
            .any(|name| option.eq_ignore_ascii_case(name)),
    }
}
