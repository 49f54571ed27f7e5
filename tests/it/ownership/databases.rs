//! Package databases in all forms that distributions give them.

use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use super::{content, hex, image, is_nobodys, is_packages, md5, scan, sha256};
use crate::support::{LayerBuilder, rpm};

#[test]
fn configuration_files_stand_in_the_status() {
    let (secret, text) = content("conffile");
    let status = format!(
        "Package: demo\nVersion: 5\nConffiles:\n /etc/demo.conf {} obsolete\n",
        md5(&text)
    );
    let layer = LayerBuilder::new()
        .file("etc/demo.conf", &text)
        .file("var/lib/dpkg/status", &status);
    is_packages(&image([layer]), &secret, "demo 5");
}

#[test]
fn an_image_without_a_package_manager_has_a_status_for_each_package() {
    let (secret, text) = content("distroless");
    let layer = LayerBuilder::new()
        .file("usr/share/demo/key", &text)
        .file("var/lib/dpkg/status.d/demo", "Package: demo\nVersion: 9\n")
        .file(
            "var/lib/dpkg/status.d/demo.md5sums",
            format!("{}  usr/share/demo/key\n", md5(&text)),
        );
    is_packages(&image([layer]), &secret, "demo 9");
}

#[test]
fn alpines_database_is_read_in_both_places() {
    let (secret, text) = content("alpine");
    for folder in ["lib/apk/db", "usr/lib/apk/db"] {
        let sum = hex(Sha1::digest(&text));
        let database = format!("P:demo\nV:2.0-r1\nF:usr/share/demo\nR:key\nZ:X1{sum}\n\n");
        let layer = LayerBuilder::new()
            .file("usr/share/demo/key", &text)
            .file(format!("{folder}/installed"), database);
        is_packages(&image([layer]), &secret, "demo 2.0-r1");
    }
}

#[test]
fn rpms_database_is_read_in_every_form() {
    let (secret, text) = content("rpm");
    let files = [("/usr/share/demo/key", &sha256(&text)[..])];
    let headers = [
        rpm::header("other", Some(8), &[("/etc/other", &sha256(""))]),
        rpm::header("demo", Some(8), &files),
    ];
    for (path, database) in [
        ("var/lib/rpm/rpmdb.sqlite", rpm::sqlite(&headers)),
        ("usr/lib/sysimage/rpm/Packages.db", rpm::ndb(&headers)),
        ("var/lib/rpm/Packages", rpm::bdb(&headers)),
    ] {
        let layer = LayerBuilder::new()
            .file("usr/share/demo/key", &text)
            .file(path, database);
        is_packages(&image([layer]), &secret, "demo 1.2.3-4.el9");
    }
}

#[test]
fn a_broken_database_is_said_and_explains_nothing_and_the_scan_is_complete() {
    let (secret, text) = content("broken");
    let layer = LayerBuilder::new()
        .file("usr/share/demo/key", &text)
        .file("var/lib/rpm/rpmdb.sqlite", "no database");
    let image = image([layer]);
    is_nobodys(&image, &secret);
    let report = scan(&image, &[]);
    let warning = report.warning("package-database");
    assert_eq!(warning["path"], "var/lib/rpm/rpmdb.sqlite");
    assert_eq!(warning["layer"], 0);
    assert!(scan(&image, &["--no-packages"]).warnings().is_empty());
}

/// Python's record of a distribution with one module.
fn wheel(text: &str) -> LayerBuilder {
    let sum = base64::Engine::encode(
        &base64::engine::general_purpose::URL_SAFE_NO_PAD,
        Sha256::digest(text),
    );
    let site = "usr/local/lib/python3.12/site-packages";
    LayerBuilder::new()
        .file(format!("{site}/demo/keys.py"), text)
        .file(
            format!("{site}/demo-0.7.dist-info/RECORD"),
            format!("demo/keys.py,sha256={sum},{}\n", text.len()),
        )
}

#[test]
fn pythons_records_count_unless_the_package_came_from_no_index() {
    let (secret, text) = content("wheel");
    is_packages(&image([wheel(&text)]), &secret, "demo 0.7");
    let local = wheel(&text).file(
        "usr/local/lib/python3.12/site-packages/demo-0.7.dist-info/direct_url.json",
        r#"{"url":"file:///src","dir_info":{}}"#,
    );
    is_nobodys(&image([local]), &secret);
}
