//! S-expressions as GnuPG writes them: atoms with their length before them, or as words, quoted
//! texts and hexadecimal digits between `#`, which may be folded into lines.
//!
//! Only lists of a name and a value are of interest, wherever they stand. RFC 9804 has the forms.

/// Lists that are looked at; a key has about a dozen.
const MOST: usize = 64;

/// A name and what it stands for.
pub(super) type Parameter = (Vec<u8>, Vec<u8>);

/// Every list that begins with a name and a value, in order: `(n #00CF…#)`, `(1:n3:…)`.
pub(super) fn parameters(text: &[u8]) -> Vec<Parameter> {
    let mut found = Vec::new();
    let mut rest = text;
    while found.len() < MOST && !rest.is_empty() {
        if let Some(inside) = rest.trim_ascii_start().strip_prefix(b"(") {
            rest = inside;
            if let Some((name, after)) = atom(rest)
                && let Some((value, after)) = atom(after)
            {
                found.push((name, value));
                rest = after;
            }
        } else {
            // An atom may hold a bracket, so it is passed as a whole.
            let after = atom(rest).map(|(_, after)| after);
            rest = after.or(rest.get(1..)).unwrap_or_default();
        }
    }
    found
}

/// The next atom, and what stands behind it.
fn atom(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let text = text.trim_ascii_start();
    match text.split_first()? {
        (b'#', rest) => {
            let end = memchr::memchr(b'#', rest)?;
            Some((hexadecimal(&rest[..end])?, &rest[end + 1..]))
        }
        (b'"', rest) => {
            let end = memchr::memchr(b'"', rest)?;
            Some((rest[..end].to_vec(), &rest[end + 1..]))
        }
        _ => {
            let is_word = |byte: &&u8| byte.is_ascii_graphic() && !b"()#:\"".contains(byte);
            let (word, rest) = text.split_at(text.iter().take_while(is_word).count());
            match rest.strip_prefix(b":") {
                Some(rest) => {
                    let length: usize = std::str::from_utf8(word).ok()?.parse().ok()?;
                    let (atom, rest) = rest.split_at_checked(length)?;
                    Some((atom.to_vec(), rest))
                }
                None => (!word.is_empty()).then(|| (word.to_vec(), rest)),
            }
        }
    }
}

/// Digits that may be folded into lines.
fn hexadecimal(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    let digits: Option<Vec<u8>> = digits.map(|byte| digit(*byte)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    let pairs = digits.chunks_exact(2);
    Some(
        pairs
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect(),
    )
}

fn digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &[u8]) -> Vec<(String, Vec<u8>)> {
        let all = parameters(text).into_iter();
        all.map(|(name, value)| (String::from_utf8(name).unwrap(), value))
            .collect()
    }

    #[test]
    fn lists_are_found_in_either_form() {
        let expected = [
            ("n".to_owned(), b"a)(#".to_vec()),
            ("curve".to_owned(), b"NIST P-256".to_vec()),
            ("flags".to_owned(), b"eddsa".to_vec()),
        ];
        assert_eq!(
            found(b"(1:n4:a)(#)(5:curve10:NIST P-256)(5:flags5:eddsa))"),
            expected
        );
        let named = b"(n #6129\n 2823#)\n (curve \"NIST P-256\")(flags eddsa))\n";
        assert_eq!(found(named), expected);
    }

    #[test]
    fn what_does_not_end_or_lies_about_its_length_is_passed() {
        for text in [
            &b"(1:n9:abc)"[..],
            b"(n #612",
            b"(n #6x#)",
            b"(n \"a",
            b"((((",
            b"",
            b"(n)",
        ] {
            assert_eq!(parameters(text), [], "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(parameters(&b"(a b)".repeat(1_000)).len(), MOST);
    }
}
