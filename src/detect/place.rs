//! Where a file stands, judged by its path: among what came with a package, or among what shows
//! how something is done: tests, examples, documentation.
//!
//! Neither hides anything. A value that only its key or its looks give away is worth less there,
//! since tests and documents are full of made-up ones; a key that parses is a key everywhere.

use super::detector::View;
use super::matched::TextKind;

/// Folders of files that come with packages.
const STOCK: &[&str] = &[
    "usr/lib/",
    "usr/lib64/",
    "usr/share/",
    "usr/include/",
    "usr/libexec/",
    "usr/local/lib/",
    "usr/local/share/",
    "usr/local/go/",
    "var/lib/dpkg/",
    "lib/python",
    "lib/perl",
    "lib/ruby",
    "lib/jvm/",
    "lib/apk/",
    "node_modules/",
    "site-packages/",
    "dist-packages/",
    "vendor/",
    "go/pkg/mod/",
    ".cargo/registry/",
    ".m2/repository/",
    "locale/",
    "locales/",
    "i18n/",
];

/// Folders of tests, examples and documents.
const SHOWN: &[&str] = &[
    "t",
    "test",
    "tests",
    "__tests__",
    "testing",
    "testdata",
    "test_data",
    "test-data",
    "spec",
    "specs",
    "fixtures",
    "__fixtures__",
    "dummyserver",
    "mock",
    "mocks",
    "__mocks__",
    "doc",
    "docs",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "man",
    "info",
];

/// Extensions of documents, and of files that only show what another file may hold.
const DOCUMENTS: &[&str] = &[
    "md", "markdown", "rst", "adoc", "pod", "texi", "tex", "example", "sample", "template", "dist",
];

/// Files of a package that repeat its documentation.
const PAPERS: &[&str] = &[
    "readme",
    "changelog",
    "changes",
    "history",
    "news",
    "metadata",
    "pkg-info",
];

/// Whether the text is a file that came with a package.
pub(super) fn is_stock(view: &View<'_>) -> bool {
    let is_stock = || view.context.kind == TextKind::File && is_stock_path(view.context.path);
    *view.stock.get_or_init(is_stock)
}

/// Whether the text is a file that shows how something is done.
pub(super) fn is_shown(view: &View<'_>) -> bool {
    view.context.kind == TextKind::File && is_shown_path(view.context.path)
}

fn is_stock_path(path: &[u8]) -> bool {
    // At the root only: `var/lib` and an application's own `lib` are no stock.
    if path.starts_with(b"lib/") {
        return true;
    }
    let starts_stock =
        |rest: &[u8]| (STOCK.iter()).any(|folder| rest.starts_with(folder.as_bytes()));
    let mut behind_slash = memchr::memchr_iter(b'/', path).map(|slash| &path[slash + 1..]);
    starts_stock(path) || behind_slash.any(starts_stock)
}

fn is_shown_path(path: &[u8]) -> bool {
    let mut folders: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    let name = folders.pop().unwrap_or_default().to_ascii_lowercase();
    let listed =
        |folder: &&[u8]| (SHOWN.iter()).any(|known| folder.eq_ignore_ascii_case(known.as_bytes()));
    folders.iter().any(listed) || is_shown_name(&String::from_utf8_lossy(&name))
}

/// Whether a file's name, in lower case, says that it is a test, an example or a document.
fn is_shown_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    DOCUMENTS.contains(&extension)
        || PAPERS.contains(&stem)
        || ["test_", "tests_", "example-", "examples-"]
            .iter()
            .any(|start| stem.starts_with(start))
        || ["_test", "_tests", "_spec", "-test"]
            .iter()
            .any(|end| stem.ends_with(end))
        || [".test.", ".spec.", ".example.", ".examples.", ".sample."]
            .iter()
            .any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_packages_are_known_at_any_depth_but_not_by_half_a_name() {
        assert!(is_stock_path(b"usr/lib/python3/x.py"));
        assert!(is_stock_path(b"app/node_modules/a/b.js"));
        assert!(is_stock_path(b"lib/udev/x") && !is_stock_path(b"var/lib/jenkins/x"));
        assert!(!is_stock_path(b"srv/mylib/a.py") && !is_stock_path(b"srv/app/main.py"));
    }

    #[test]
    fn tests_examples_and_documents_are_known_by_folder_and_by_name() {
        for path in [
            "app/tests/conftest.py",
            "app/src/auth_test.go",
            "app/src/login.spec.ts",
            "app/test_login.py",
            "app/README.md",
            "app/.env.example",
            "app/config.sample.yml",
            "usr/share/man/man5/netrc.5",
            "x/examples-1.json",
            "x/iam.examples.json",
            "x/foo.dist-info/METADATA",
        ] {
            assert!(is_shown_path(path.as_bytes()), "{path}");
        }
        for path in [
            "app/mytests/a.py",
            "app/latest/main.py",
            "app/contest.py",
            "app/.env",
            "etc/documents/key.pem",
            "",
        ] {
            assert!(!is_shown_path(path.as_bytes()), "{path}");
        }
    }
}
