//! Debian's database: `info/*.md5sums` lists a package's files, `status` its version and its
//! configuration files. Images without a package manager (distroless) have one `status.d/NAME` and
//! one `status.d/NAME.md5sums` for each package.
//!
//! Source: deb-md5sums(5), dpkg's `lib/dpkg/dump.c` (`w_conffiles`).

use super::checksum::{Algorithm, Checksum};
use super::{Broken, Listen, Record, lines};

/// Words that may follow a configuration file's checksum.
const MARKS: [&[u8]; 2] = [b" obsolete", b" remove-on-upgrade"];
/// Configuration files of one package that are known: usual ones have a few dozens.
const MOST_CONFFILES: usize = 1 << 16;

/// The files of the package that a list is named after (`libssl3:amd64`).
pub(super) fn sums(list: &[u8], bytes: &[u8], listen: &mut Listen<'_>) -> Result<(), Broken> {
    let name = list.split(|byte| *byte == b':').next().unwrap_or(list);
    listen(Record::Package {
        name,
        version: None,
    })?;
    for line in lines(bytes) {
        let Some((hex, rest)) = line.split_at_checked(32) else {
            continue;
        };
        let (Some(checksum), [b' ', b' ' | b'*', path @ ..]) =
            (Checksum::of_hex(Algorithm::Md5, hex), rest)
        else {
            continue;
        };
        listen(Record::File { path, checksum })?;
    }
    Ok(())
}

/// All packages with their configuration files.
pub(super) fn status(bytes: &[u8], listen: &mut Listen<'_>) -> Result<(), Broken> {
    let mut stanza = Stanza::default();
    for line in lines(bytes) {
        if line.is_empty() {
            std::mem::take(&mut stanza).tell(listen)?;
        } else {
            stanza.line(line);
        }
    }
    stanza.tell(listen)
}

/// What a stanza says of a package, in whatever order.
#[derive(Default)]
struct Stanza<'a> {
    name: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    conffiles: Vec<(&'a [u8], Checksum)>,
    in_conffiles: bool,
}

impl<'a> Stanza<'a> {
    fn line(&mut self, line: &'a [u8]) {
        if let Some(more) = line.strip_prefix(b" ") {
            if self.in_conffiles && self.conffiles.len() < MOST_CONFFILES {
                self.conffiles.extend(conffile(more));
            }
            return;
        }
        self.in_conffiles = line == b"Conffiles:";
        if let Some(name) = line.strip_prefix(b"Package:") {
            self.name = Some(name.trim_ascii());
        } else if let Some(version) = line.strip_prefix(b"Version:") {
            self.version = Some(version.trim_ascii());
        }
    }

    fn tell(self, listen: &mut Listen<'_>) -> Result<(), Broken> {
        let Some(name) = self.name else { return Ok(()) };
        let version = self.version;
        listen(Record::Package { name, version })?;
        for (path, checksum) in self.conffiles {
            listen(Record::File { path, checksum })?;
        }
        Ok(())
    }
}

/// A line of `Conffiles`: path, checksum and perhaps a mark. A file that came with no package yet
/// has the word `newconffile` in place of a checksum.
fn conffile(mut line: &[u8]) -> Option<(&[u8], Checksum)> {
    while let Some(rest) = MARKS.iter().find_map(|mark| line.strip_suffix(*mark)) {
        line = rest;
    }
    let (path, hex) = line.split_at_checked(line.len().checked_sub(32)?)?;
    let checksum = Checksum::of_hex(Algorithm::Md5, hex)?;
    Some((path.strip_suffix(b" ")?, checksum))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::tests::told;

    const ONE: &str = "900150983cd24fb0d6963f7d28e17f72";
    const TWO: &str = "d41d8cd98f00b204e9800998ecf8427e";

    #[test]
    fn a_list_names_its_package_and_files() {
        let list = format!("{ONE}  usr/bin/openssl\n{TWO} *usr/share/a  b\nno line\n{ONE} x\n");
        let told = told(|listen| sums(b"libssl3:amd64", list.as_bytes(), listen));
        assert_eq!(
            told,
            ["libssl3", "usr/bin/openssl 900150", "usr/share/a  b d41d8c"]
        );
    }

    #[test]
    fn configuration_files_with_a_checksum_are_kept_up_to_a_bound() {
        let mut stanza = Stanza::default();
        stanza.line(b"Conffiles:");
        (0..1_000).for_each(|_| stanza.line(b" x"));
        assert_eq!(stanza.conffiles.capacity(), 0);
        let line = format!(" /etc/a {ONE}");
        stanza.line(line.as_bytes());
        assert_eq!(stanza.conffiles.len(), 1);
        (0..MOST_CONFFILES).for_each(|_| stanza.line(line.as_bytes()));
        assert_eq!(stanza.conffiles.len(), MOST_CONFFILES);
    }

    #[test]
    fn a_status_gives_versions_and_configuration_files_in_any_order_of_fields() {
        let status = format!(
            "Package: openssl\nStatus: install ok installed\nConffiles:\n \
             /etc/ssl/openssl.cnf {ONE}\n /etc/old {TWO} obsolete\n \
             /etc/gone {TWO} remove-on-upgrade obsolete\n /etc/new newconffile\n\
             Description: a\n /etc/prose {ONE}\nVersion: 3.0-1\n\nPackage: bash\n"
        );
        let told = told(|listen| super::status(status.as_bytes(), listen));
        assert_eq!(
            told,
            [
                "openssl 3.0-1",
                "/etc/ssl/openssl.cnf 900150",
                "/etc/old d41d8c",
                "/etc/gone d41d8c",
                "bash"
            ]
        );
    }
}
