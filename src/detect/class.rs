//! What kind of file a text is, judged by its path: where values stand unquoted, where only
//! quoted ones are values, and where hardly anything is a secret.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::matched::{Context, TextKind};

/// Kinds of files, as far as they change what counts as an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// `KEY=value` lines and nothing else, or one environment variable.
    Env,
    /// A command line or a shell script.
    Shell,
    /// Properties, YAML, JSON, TOML, INI, XML.
    Config,
    /// A programming language: values are quoted.
    Code,
    /// Anything else: values are quoted or the key shouts.
    Other,
    /// Lock files and check sums: full of hashes, no secrets.
    Hashes,
}

const CONFIG: &[&str] = &[
    "yml",
    "yaml",
    "json",
    "json5",
    "jsonc",
    "toml",
    "ini",
    "cfg",
    "conf",
    "config",
    "cnf",
    "properties",
    "xml",
    "tfvars",
    "tfstate",
    "plist",
    "props",
    "service",
    "netrc",
    "pgpass",
    "npmrc",
    "pypirc",
    "ovpn",
    "nmconnection",
    "settings",
    "rc",
    "prefs",
    "hcl",
    "tf",
    "secret",
    "secrets",
    "credentials",
    "ldif",
    "inc",
];
const CODE: &[&str] = &[
    "py", "pyi", "pyx", "js", "mjs", "cjs", "jsx", "ts", "tsx", "mts", "java", "kt", "kts",
    "scala", "groovy", "gradle", "go", "rs", "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "cs", "fs",
    "vb", "php", "phtml", "rb", "erb", "pl", "pm", "lua", "swift", "m", "mm", "dart", "ex", "exs",
    "erl", "hrl", "hs", "clj", "cljs", "cljc", "edn", "lisp", "scm", "r", "jl", "nim", "zig",
    "sql", "vue", "svelte", "map", "css", "scss", "less", "html", "htm", "tmpl", "tpl", "j2", "md",
    "rst", "txt", "tex", "po", "pot", "adoc", "pod", "el", "vim", "ps1", "psm1", "proto", "tcl",
    "s", "asm", "d", "ipynb", "log",
];
const SHELL: &[&str] = &[
    "sh",
    "bash",
    "zsh",
    "ksh",
    "fish",
    "bat",
    "cmd",
    "dockerfile",
];
const HASHES: &[&str] = &[
    "lock", "sum", "sha256", "sha512", "sha1", "md5", "md5sums", "shasums",
];
const HASH_FILES: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "go.sum",
    "record",
    "packages.lock.json",
    "checksums.txt",
    "sha256sums",
    "md5sums",
    "checksums.yaml",
];

/// What each extension says.
static BY_EXTENSION: LazyLock<HashMap<&str, Class>> = LazyLock::new(|| {
    let lists = [
        (CODE, Class::Code),
        (CONFIG, Class::Config),
        (SHELL, Class::Shell),
        (HASHES, Class::Hashes),
    ];
    let of_list =
        |(list, class): (&'static [&str], Class)| list.iter().map(move |text| (*text, class));
    lists.into_iter().flat_map(of_list).collect()
});

impl Class {
    /// The class of a text.
    pub(super) fn of(context: &Context<'_>) -> Self {
        match context.kind {
            TextKind::Env => Self::Env,
            TextKind::Command => Self::Shell,
            TextKind::Metadata | TextKind::Name => Self::Other,
            TextKind::File => Self::of_path(context.path),
        }
    }

    fn of_path(path: &[u8]) -> Self {
        let name = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if is_env_file(&name) {
            return Self::Env;
        }
        if matches!(
            name.as_str(),
            "user-data.txt" | "vendor-data.txt" | "user-data"
        ) {
            return Self::Config;
        }
        if HASH_FILES.contains(&name.as_str()) {
            return Self::Hashes;
        }
        if name.starts_with("dockerfile") || name.ends_with("_history") || is_profile(&name) {
            return Self::Shell;
        }
        let stem = strip_copy(&name);
        let extension = stem.rsplit_once('.');
        if let Some(class) = extension.and_then(|(_, extension)| BY_EXTENSION.get(extension)) {
            return *class;
        }
        match extension {
            Some(("", _)) => Self::Config,
            None if path.starts_with(b"etc/") || is_settings(stem) => Self::Config,
            _ => Self::Other,
        }
    }
}

/// Names without an extension that settings have.
fn is_settings(name: &str) -> bool {
    matches!(
        name,
        "config"
            | "credentials"
            | "secrets"
            | "secret"
            | "settings"
            | "auth"
            | "hosts"
            | "inventory"
    )
}

/// `.env`, `.env.production`, `prod.env`, `/etc/environment`.
fn is_env_file(name: &str) -> bool {
    let name = strip_copy(name);
    name == ".env"
        || name == "env"
        || name == "environment"
        || name.starts_with(".env.")
        || name.ends_with(".env")
        || name == ".envrc"
}

fn is_profile(name: &str) -> bool {
    matches!(
        name,
        ".profile" | ".bashrc" | ".bash_profile" | ".zshrc" | ".zshenv" | ".bash_login" | "profile"
    )
}

/// The name without the suffixes that copies of a file get.
pub(super) fn strip_copy(name: &str) -> &str {
    let mut name = name;
    for suffix in [
        "~", ".bak", ".orig", ".old", ".save", ".backup", ".swp", ".1",
    ] {
        name = name.strip_suffix(suffix).unwrap_or(name);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_classed_by_its_name_and_copies_are_as_their_originals() {
        for (path, class) in [
            ("app/.env", Class::Env),
            ("app/.env.production", Class::Env),
            ("etc/environment", Class::Env),
            ("app/prod.env.bak", Class::Env),
            ("root/.bash_history", Class::Shell),
            ("Dockerfile.dev", Class::Shell),
            ("app/config.YML", Class::Config),
            ("root/.aws/credentials", Class::Config),
            ("root/.s3cfg", Class::Config),
            ("etc/exports", Class::Config),
            ("var/lib/cloud/instance/user-data.txt", Class::Config),
            ("etc/app/db.conf~", Class::Config),
            ("app/main.py", Class::Code),
            ("app/main.py.orig", Class::Code),
            ("app/Cargo.lock", Class::Hashes),
            ("app/package-lock.json", Class::Hashes),
            ("usr/bin/app", Class::Other),
        ] {
            assert_eq!(Class::of_path(path.as_bytes()), class, "{path}");
        }
    }
}
