//! Python's `*.dist-info/RECORD`: a line of CSV for each file of a distribution, with its path
//! relative to the folder of the `dist-info`, its SHA-256 and its size.
//!
//! Source: "Recording installed projects" (PEP 376, PEP 627) of the Python packaging
//! specifications.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::checksum::{Algorithm, Checksum};
use super::{Broken, LONGEST_PATH, Listen, Record, lines};
use crate::archive::resolve;

/// The files of the distribution whose `dist-info` folder stands at `folder`.
pub(super) fn record(folder: &[u8], bytes: &[u8], listen: &mut Listen<'_>) -> Result<(), Broken> {
    let start = memchr::memrchr(b'/', folder).map_or(0, |slash| slash + 1);
    let (parent, own) = folder.split_at(start);
    let own = own.strip_suffix(b".dist-info").unwrap_or(own);
    let dash = memchr::memrchr(b'-', own).unwrap_or(own.len());
    let (name, version) = own.split_at(dash);
    listen(Record::Package {
        name,
        version: version.strip_prefix(b"-"),
    })?;
    for line in lines(bytes) {
        if let Some((path, checksum)) = row(line)
            && path.len() <= LONGEST_PATH
            && let Some(path) = resolve(parent, &path)
        {
            let path = &path;
            listen(Record::File { path, checksum })?;
        }
    }
    Ok(())
}

/// Path and checksum of a row; the record itself and compiled files have none.
fn row(line: &[u8]) -> Option<(Vec<u8>, Checksum)> {
    let (path, rest) = match line.strip_prefix(b"\"") {
        Some(quoted) => unquote(quoted)?,
        None => {
            let comma = memchr::memchr(b',', line)?;
            let (path, rest) = line.split_at(comma);
            (path.to_vec(), rest)
        }
    };
    let rest = rest.strip_prefix(b",sha256=")?;
    let end = memchr::memchr(b',', rest).unwrap_or(rest.len());
    let hash = URL_SAFE_NO_PAD.decode(rest.get(..end)?).ok()?;
    Some((path, Checksum::of_bytes(Algorithm::Sha256, &hash)?))
}

/// A quoted field without its quotes, and what follows it.
fn unquote(mut text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut field = Vec::new();
    loop {
        let quote = memchr::memchr(b'"', text)?;
        field.extend_from_slice(text.get(..quote)?);
        text = text.get(quote + 1..)?;
        match text.strip_prefix(b"\"") {
            Some(rest) => {
                field.push(b'"');
                text = rest;
            }
            None => return Some((field, text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::tests::told;

    /// SHA-256 of `abc`.
    const SUM: &str = "sha256=ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";

    #[test]
    fn paths_start_beside_the_folder_and_may_lead_out_of_it_but_not_out_of_the_root() {
        let text = format!(
            "demo/__init__.py,{SUM},3\r\n../../../bin/demo,{SUM},3\n/opt/abs,{SUM},3\n\
             \"demo/a,\"\"b\"\".py\",{SUM},3\n../../../../../x,{SUM},3\n\
             demo/x.pyc,,\ndemo/md5.py,md5=AAAA,3\n\"open,{SUM},3\ndemo-1.0.dist-info/RECORD,,\n"
        );
        let folder = b"usr/lib/python3/demo_x-1.0.dist-info";
        let told = told(|listen| record(folder, text.as_bytes(), listen));
        assert_eq!(
            told,
            [
                "demo_x 1.0",
                "usr/lib/python3/demo/__init__.py ba7816",
                "bin/demo ba7816",
                "opt/abs ba7816",
                "usr/lib/python3/demo/a,\"b\".py ba7816",
            ]
        );
    }

    #[test]
    fn a_folder_at_the_root_and_one_without_a_version_are_read_too() {
        let text = format!("m.py,{SUM},3\n");
        let told = told(|listen| record(b"m.dist-info", text.as_bytes(), listen));
        assert_eq!(told, ["m", "m.py ba7816"]);
    }
}
