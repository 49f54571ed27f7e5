//! Alpine's database `installed`: a stanza for each package, in which `F:` names a folder, `R:` a
//! file in it and `Z:` that file's checksum.
//!
//! Source: apk-tools, `src/database.c` (`apk_db_fdb_write`) and `apk_blob_pull_digest`: `Q` stands
//! before base64 and `X` before hexadecimal, then `1` for SHA-1 and `2` for SHA-256. A SHA-256
//! that apk 3 writes into such a file is its first twenty bytes as if of SHA-1, then the rest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::checksum::{Algorithm, Checksum};
use super::{Broken, LONGEST_PATH, Listen, Record, lines};

/// Characters that twenty and that twelve bytes take.
const BASE64: (usize, usize) = (28, 16);
const HEX: (usize, usize) = (40, 24);

pub(super) fn installed(bytes: &[u8], listen: &mut Listen<'_>) -> Result<(), Broken> {
    let (mut name, mut version) = (None, None);
    let (mut folder, mut file): (&[u8], Option<&[u8]>) = (b"", None);
    let mut is_told = false;
    let mut path = Vec::new();
    for line in lines(bytes) {
        let [field, b':', value @ ..] = line else {
            if line.is_empty() {
                (name, version, folder, file, is_told) = (None, None, b"", None, false);
            }
            continue;
        };
        match field {
            b'P' => name = Some(value),
            b'V' => version = Some(value),
            b'F' => (folder, file) = (value, None),
            b'R' => file = Some(value),
            b'Z' => {
                let (Some(name), Some(file), Some(checksum)) = (name, file.take(), checksum(value))
                else {
                    continue;
                };
                if !is_told {
                    listen(Record::Package { name, version })?;
                    is_told = true;
                }
                if folder.len() + file.len() < LONGEST_PATH {
                    path.clear();
                    path.extend_from_slice(folder);
                    path.push(b'/');
                    path.extend_from_slice(file);
                    let path = &path;
                    listen(Record::File { path, checksum })?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn checksum(value: &[u8]) -> Option<Checksum> {
    let [encoding, algorithm, text @ ..] = value else {
        return None;
    };
    let (twenty, twelve) = match encoding {
        b'Q' => BASE64,
        b'X' => HEX,
        // Before there were prefixes it was MD5.
        _ => return Checksum::of_hex(Algorithm::Md5, value),
    };
    let decode = |text: &[u8]| match encoding {
        b'Q' => STANDARD.decode(text).ok(),
        _ => unhex(text),
    };
    match algorithm {
        b'1' if text.len() == twenty => Checksum::of_bytes(Algorithm::Sha1, &decode(text)?),
        b'1' if text.len() == twenty + twelve => {
            let (head, tail) = text.split_at(twenty);
            let whole = [decode(head)?, decode(tail)?].concat();
            Checksum::of_bytes(Algorithm::Sha256, &whole)
        }
        b'2' if text.len() < 2 * twenty => Checksum::of_bytes(Algorithm::Sha256, &decode(text)?),
        _ => None,
    }
}

fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::tests::told;

    const SHA1: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
    const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn files_stand_in_their_folder_and_belong_to_their_package() {
        let sum = STANDARD.encode(unhex(SHA1.as_bytes()).unwrap());
        let text = format!(
            "C:Q1x=\nP:musl\nV:1.2.5-r0\nT:a\nF:\nF:lib\nM:0:0:755\nR:ld-musl.so.1\na:0:0:755\n\
             Z:Q1{sum}\nR:without\nF:usr/share\nZ:Q1{sum}\nR:x\nZ:Q1bad\n\nP:empty\nV:1\n\n\
             P:busybox\nV:2\nF:\nR:init\nZ:Q1{sum}\n"
        );
        let told = told(|listen| installed(text.as_bytes(), listen));
        assert_eq!(
            told,
            [
                "musl 1.2.5-r0",
                "lib/ld-musl.so.1 a9993e",
                "busybox 2",
                "/init a9993e"
            ]
        );
    }

    #[test]
    fn every_form_of_a_checksum_is_read() {
        let sha256 = unhex(SHA256.as_bytes()).unwrap();
        let (head, tail) = sha256.split_at(20);
        let split = format!("Q1{}{}", STANDARD.encode(head), STANDARD.encode(tail));
        let whole = format!("Q2{}", STANDARD.encode(&sha256));
        let expected = Checksum::of_hex(Algorithm::Sha256, SHA256.as_bytes());
        assert!(expected.is_some());
        for text in [split, whole, format!("X2{SHA256}"), format!("X1{SHA256}")] {
            assert_eq!(checksum(text.as_bytes()), expected, "{text}");
        }
        let sha1 = Checksum::of_hex(Algorithm::Sha1, SHA1.as_bytes());
        assert_eq!(checksum(format!("X1{SHA1}").as_bytes()), sha1);
        let md5 = b"900150983cd24fb0d6963f7d28e17f72";
        assert_eq!(checksum(md5), Checksum::of_hex(Algorithm::Md5, md5));
        for text in ["", "Q", "Q1", "Q3aaaa", "Q2aaaa", "Q1====", "X1zz"] {
            assert_eq!(checksum(text.as_bytes()), None, "{text}");
        }
    }
}
