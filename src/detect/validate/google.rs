//! Google Cloud service account keys: a JSON document whose fields lie around the private key.

use super::super::matched::Facts;
use super::encoding::base64;
use super::pem::{self, judged};
use super::{Candidate, Verdict, facts, text};

/// The key must parse; the account's names are told from the fields around it.
pub(super) fn service_account(candidate: &Candidate<'_>) -> Verdict {
    judged(
        pem::read(candidate.secret, candidate.effort),
        account(candidate),
    )
}

/// The same for a whole document that is base64, as CI systems and Kubernetes keep it.
pub(super) fn in_base64(candidate: &Candidate<'_>) -> Verdict {
    let Some(document) = base64(candidate.secret) else {
        return Verdict::Dropped;
    };
    service_account(&Candidate {
        secret: &document,
        whole: &document,
        around: &[],
        ..*candidate
    })
}

fn account(candidate: &Candidate<'_>) -> Facts {
    let field = |name: &str| {
        json_field(candidate.whole, name)
            .or_else(|| json_field(candidate.around, name))
            .and_then(text)
    };
    facts([
        ("private_key_id", field("private_key_id")),
        ("project", field("project_id")),
        ("user", field("client_email")),
    ])
}

/// The text value of a field by that name, also in JSON that was escaped into a string.
fn json_field<'a>(bytes: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let start = memchr::memmem::find(bytes, format!("{name}\"").as_bytes())
        .or_else(|| memchr::memmem::find(bytes, format!("{name}\\").as_bytes()))?;
    let rest = bytes.get(start + name.len()..)?;
    let skipped = rest
        .iter()
        .position(|byte| !matches!(byte, b'"' | b'\\' | b':') && !byte.is_ascii_whitespace())?;
    let value = &rest[skipped..];
    let length = value
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b','))?;
    Some(&value[..length])
}

#[cfg(test)]
mod tests {
    use super::super::pem::tests::pkcs8_rsa;
    use super::super::tests::{standard_base64, verdict};
    use super::*;

    fn document(key: &str) -> String {
        let id = "0123456789".repeat(4);
        format!(
            r#"{{"type": "service_account", "project_id": "acme", "private_key_id": "{id}",
            "private_key": "{key}", "client_email": "ci@acme.iam.gserviceaccount.com"}}"#
        )
    }

    fn verdict_on(document: &str, key: &str) -> Verdict {
        service_account(&Candidate {
            secret: key.as_bytes(),
            whole: key.as_bytes(),
            around: document.as_bytes(),
            path: b"sa.json",
            effort: &Default::default(),
        })
    }

    #[test]
    fn the_key_parses_and_the_account_is_told() {
        let key = pkcs8_rsa().replace('\n', "\\n");
        let plain = document(&key);
        let escaped = plain.replace('"', "\\\"");
        for document in [plain, escaped] {
            let Verdict::Confirmed(facts) = verdict_on(&document, &key) else {
                panic!("{document}")
            };
            assert_eq!(facts["private_key_id"], "0123456789".repeat(4));
            assert_eq!(facts["project"], "acme");
            assert_eq!(facts["user"], "ci@acme.iam.gserviceaccount.com");
            assert_eq!(facts["key_type"], "rsa");
        }
    }

    #[test]
    fn a_document_in_base64_tells_the_same() {
        let plain = document(&pkcs8_rsa().replace('\n', "\\n"));
        let encoded = standard_base64(plain.as_bytes());
        let Verdict::Confirmed(facts) = verdict(in_base64, encoded.as_bytes()) else {
            panic!("{encoded}")
        };
        assert_eq!(facts["project"], "acme");
        assert_eq!(facts["key_type"], "rsa");
        assert_eq!(
            verdict(in_base64, &encoded.as_bytes()[..200]),
            Verdict::Dropped
        );
        assert_eq!(verdict(in_base64, b"-"), Verdict::Dropped);
    }

    #[test]
    fn a_document_without_a_key_is_dropped() {
        assert_eq!(verdict_on(&document("…"), "…"), Verdict::Dropped);
    }
}
