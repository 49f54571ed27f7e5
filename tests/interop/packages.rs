//! Package databases that real tools wrote: dpkg, rpm and Berkeley DB's `db5.3_load`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::support::{ImageBuilder, Scan, Scratch, Shape, rpm, scan, secrets};

/// A package with a token in one file and in a configuration file, under construction.
struct Package {
    scratch: Scratch,
    shipped: String,
    configured: String,
}

const KEY: &str = "usr/share/tool/key";
const CONFIG: &str = "etc/tool.conf";

impl Package {
    fn new(word: &str) -> Self {
        let package = Self {
            scratch: Scratch::new(),
            shipped: secrets::github(word),
            configured: secrets::npm(word),
        };
        package.file(
            &format!("tree/{KEY}"),
            &format!("TOKEN={}\n", package.shipped),
        );
        package.file(
            &format!("tree/{CONFIG}"),
            &format!("TOKEN={}\n", package.configured),
        );
        package
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn file(&self, name: &str, text: &str) {
        let path = self.path(name);
        let folder = path.parent().expect("a folder");
        fs::create_dir_all(folder).expect("a folder of the test");
        fs::write(path, text).expect("a file of the test");
    }

    /// Runs a tool in the scratch folder.
    fn run(&self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut command = Command::new(words[0]);
        let output = command
            .args(&words[1..])
            .current_dir(self.scratch.path())
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", words[0]));
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{line}: {stderr}");
    }

    /// Scans an image of the folder `root` and, where there is one, of `changes` on top of it.
    fn scan(&self) -> Scan {
        let mut image = ImageBuilder::new();
        for name in ["root", "changes"] {
            if self.path(name).exists() {
                self.run(&format!(
                    "tar --create --file {name}.tar --directory {name} ."
                ));
                let tar = fs::read(self.path(&format!("{name}.tar"))).expect("a tar");
                image = image.raw_layer(&format!("RUN make {name}"), tar);
            }
        }
        scan(&self.scratch.image(Shape::OciArchive, &image))
    }

    /// Both tokens belong to the package; and to nobody where their files are changed.
    fn is_owned(&self, note: &str) {
        let report = self.scan();
        assert_eq!(report.code, 0, "{}", report.digest());
        let suppressed = report.json["suppressed"].as_array().expect("suppressed");
        for secret in [&self.shipped, &self.configured] {
            let found = suppressed
                .iter()
                .find(|one| one["secret"]["value"] == **secret);
            let found = found.unwrap_or_else(|| panic!("{secret} is not suppressed"));
            assert_eq!(
                (&found["reason"], &found["note"]),
                (&"package".into(), &note.into())
            );
        }
        self.file(
            &format!("changes/{CONFIG}"),
            &format!("# more\nTOKEN={}\n", self.configured),
        );
        let report = self.scan();
        let facts = &report.finding(&self.configured)["facts"];
        assert_eq!(facts["package_file"], "modified", "{facts}");
        assert!(report.find(&self.shipped).is_none());
    }
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn files_that_dpkg_installed_are_a_packages() {
    let package = Package::new("dpkg");
    let control = "Package: tool\nVersion: 1:2.3-4\nArchitecture: all\n\
        Maintainer: Nobody <nobody@example.com>\nDescription: a tool\n";
    package.file("tree/DEBIAN/control", control);
    package.file("tree/DEBIAN/conffiles", &format!("/{CONFIG}\n"));
    for file in ["info/format", "updates/none", "status", "available"] {
        let text = if file == "info/format" { "1\n" } else { "" };
        package.file(&format!("root/var/lib/dpkg/{file}"), text);
    }
    fs::remove_file(package.path("root/var/lib/dpkg/updates/none")).expect("a file of the test");
    package.run("dpkg-deb --root-owner-group --build tree tool.deb");
    package.run("dpkg --root=root --force-not-root --force-script-chrootless --install tool.deb");
    package.is_owned("tool 1:2.3-4");
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn files_that_rpm_installed_are_a_packages() {
    let package = Package::new("rpm");
    let spec = format!(
        "Name: tool\nEpoch: 1\nVersion: 2.3\nRelease: 4\nSummary: a tool\nLicense: none\n\
         BuildArch: noarch\n%description\na tool\n%install\ncp -r {tree}/. %{{buildroot}}\n\
         %files\n/{KEY}\n%config(noreplace) /{CONFIG}\n",
        tree = package.path("tree").display()
    );
    package.file("tool.spec", &spec);
    let folder = package.scratch.path().display().to_string();
    let top = format!("_topdir {folder}/top");
    let status = Command::new("rpmbuild")
        .args(["-bb", "--quiet", "--define", &top, "tool.spec"])
        .current_dir(&folder)
        .status();
    assert!(status.expect("rpmbuild starts").success());
    fs::create_dir_all(package.path("root")).expect("a folder of the test");
    package.run(&format!(
        "rpm --root={folder}/root --dbpath=/var/lib/rpm --force-debian --nodeps --install \
         {folder}/top/RPMS/noarch/tool-2.3-4.noarch.rpm"
    ));
    package.is_owned("tool 1:2.3-4");
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn what_berkeley_db_stores_is_found_again() {
    let package = Package::new("bdb");
    let sum = |name: &str| {
        let bytes = fs::read(package.path(&format!("tree/{name}"))).expect("a file");
        hex(&Sha256::digest(bytes))
    };
    let (key, config) = (sum(KEY), sum(CONFIG));
    let many: Vec<String> = (0..5_000).map(|n| format!("/usr/share/many/{n}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|path| (path.as_str(), &key[..])).collect();
    let headers = [
        rpm::header("many", Some(8), &many),
        rpm::header(
            "tool",
            Some(8),
            &[("/usr/share/tool/key", &key), ("/etc/tool.conf", &config)],
        ),
    ];
    let mut dump =
        "VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END\n".to_owned();
    for (number, header) in headers.iter().enumerate() {
        // A real package's header is too large for a page of the table.
        let mut header = header.clone();
        header.resize(header.len().max(5_000), 0);
        let number = (number as u32 + 1).to_le_bytes();
        dump.push_str(&format!(" {}\n {}\n", hex(&number), hex(&header)));
    }
    package.file("dump", &(dump + "DATA=END\n"));
    package.run("cp -r tree root");
    package.file("root/var/lib/rpm/none", "");
    package.run("db5.3_load -f dump root/var/lib/rpm/Packages");
    package.is_owned("tool 1.2.3-4.el9");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
