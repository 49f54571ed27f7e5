//! Ansible Vault: the text is hexadecimal of three lines, which are hexadecimal again: salt, HMAC and
//! ciphertext. What fits is certainly one, and useless without its password.

use super::{Candidate, Verdict, facts, text};

/// Digits of the salt, and of the HMAC behind it.
const DIGITS: usize = 64;

/// `$ANSIBLE_VAULT;1.2;AES256;label`, a line break, lines of digits. Line breaks may be escaped.
pub(super) fn vault(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    let end = (secret.iter()).position(|byte| matches!(byte, b'\r' | b'\n' | b'\\'));
    let (header, body) = secret.split_at(end.unwrap_or(secret.len()));
    let label = header.split(|byte| *byte == b';').nth(3);
    let told = facts([
        ("encrypted", Some(true.into())),
        ("name", label.and_then(text)),
    ]);
    match is_vault(body) {
        true => Verdict::Confirmed(told),
        false => Verdict::Demoted(told),
    }
}

/// Whether the digits are those of a salt and an HMAC, each with a line break behind it.
fn is_vault(body: &[u8]) -> bool {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    // An escape that breaks a line holds no digit but its own letter, which is none.
    let digits: Vec<u32> = body.iter().filter_map(digit).collect();
    let mut plain = digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .take(2 * (DIGITS + 1));
    let mut line = || {
        let is_hex = |byte: u32| char::from_u32(byte).is_some_and(|c| c.is_ascii_hexdigit());
        plain
            .by_ref()
            .take(DIGITS)
            .filter(|byte| is_hex(*byte))
            .count()
            == DIGITS
            && plain.next() == Some(u32::from(b'\n'))
    };
    line() && line()
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;

    /// A vault text of that salt's digit and line break.
    fn vault_text(header: &str, digit: char, line_break: &str) -> String {
        let line = digit.to_string().repeat(DIGITS);
        let inner = format!("{line}\n{line}\n{}", "ab".repeat(16));
        let digits: String = inner.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut text = format!("{}{header}", concat!("$ANSIBLE", "_VAULT;"));
        for row in digits.as_bytes().chunks(80) {
            text.push_str(line_break);
            text.push_str(std::str::from_utf8(row).unwrap());
        }
        text
    }

    #[test]
    fn salt_and_hmac_prove_a_vault_whatever_breaks_its_lines() {
        for line_break in ["\n", "\r\n      ", "\\n"] {
            let text = vault_text("1.1;AES256", '7', line_break);
            let told = facts([("encrypted", Some(true.into()))]);
            assert_eq!(verdict(vault, text.as_bytes()), Verdict::Confirmed(told));
        }
        let Verdict::Confirmed(told) =
            verdict(vault, vault_text("1.2;AES256;prod", 'f', "\n").as_bytes())
        else {
            panic!("a labelled vault is one")
        };
        assert_eq!(told["name"], "prod");
    }

    #[test]
    fn other_digits_and_short_ones_are_demoted() {
        let whole = vault_text("1.1;AES256", '7', "\n");
        for wrong in [vault_text("1.1;AES256", 'x', "\n"), whole[..200].to_owned()] {
            let verdict = verdict(vault, wrong.as_bytes());
            assert!(matches!(verdict, Verdict::Demoted(_)), "{wrong}");
        }
    }
}
