//! Lines for `.dockerignore`, by the names that files of credentials commonly have.

/// What the name of a file that is all credentials ends or begins with, and the line of
/// `.dockerignore` for its like. Never a name of the image itself: people copy the line.
const CREDENTIAL_FILES: [(Part, &str, &str); 24] = [
    (Part::Start, ".env", "**/.env*"),
    (Part::End, ".env", "**/*.env"),
    (Part::Whole, ".npmrc", "**/.npmrc"),
    (Part::Whole, ".yarnrc", "**/.yarnrc*"),
    (Part::Whole, ".yarnrc.yml", "**/.yarnrc*"),
    (Part::Whole, ".pypirc", "**/.pypirc"),
    (Part::Whole, ".netrc", "**/.netrc"),
    (Part::Whole, "_netrc", "**/_netrc"),
    (Part::Whole, ".pgpass", "**/.pgpass"),
    (Part::Whole, ".git-credentials", "**/.git-credentials"),
    (Part::Whole, ".htpasswd", "**/.htpasswd"),
    (Part::Whole, ".dockercfg", "**/.dockercfg"),
    (Part::Start, "id_", "**/id_*"),
    (Part::End, ".pem", "**/*.pem"),
    (Part::End, ".key", "**/*.key"),
    (Part::End, ".p12", "**/*.p12"),
    (Part::End, ".pfx", "**/*.pfx"),
    (Part::End, ".ppk", "**/*.ppk"),
    (Part::End, ".tfstate", "**/*.tfstate*"),
    (Part::End, ".tfvars", "**/*.tfvars"),
    (Part::Folder, ".git", "**/.git"),
    (Part::Folder, ".aws", "**/.aws"),
    (Part::Folder, ".ssh", "**/.ssh"),
    (Part::Folder, ".docker", "**/.docker"),
];

/// Which part of a path a name in [`CREDENTIAL_FILES`] stands for.
enum Part {
    Whole,
    Start,
    End,
    Folder,
}

/// The line for files like the one at `path`, when it is all credentials by its name.
pub(super) fn line(path: &str) -> Option<&'static str> {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let fits = |(part, text, _): &&(Part, &str, &str)| match part {
        Part::Whole => name == *text,
        Part::Start => name.starts_with(text),
        Part::End => name.ends_with(text),
        Part::Folder => folders.split('/').any(|folder| folder == *text),
    };
    CREDENTIAL_FILES.iter().find(fits).map(|(_, _, line)| *line)
}
