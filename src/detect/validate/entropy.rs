//! The look of a token that was drawn at random.

use super::super::assignment::value;
use super::super::shannon::{bits_per_byte, is_spread};
use super::super::spelled::is_drawn;
use super::{Candidate, Verdict, facts};

/// For kinds without any prefix of their own: a value with few digits, or with only one or two
/// kinds of characters, is a word, a name or a placeholder and no token. One in forty tokens of 32
/// letters and digits has fewer than two digits, so letters count that nobody spells.
pub(super) fn random_token(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    let digits = secret.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = secret
        .iter()
        .filter(|byte| byte.is_ascii_alphabetic())
        .count();
    if digits < 2 && !is_drawn_with_signs(secret) || letters < 2 || bits_per_byte(secret) < 2.5 {
        return Verdict::Dropped;
    }
    Verdict::Kept(facts([]))
}

/// As above, and what does not look drawn is worth less: short, monotonous, or made of words.
pub(super) fn drawn_token(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    let drawn =
        secret.len() >= 20 && is_spread(secret) && value::spoken(secret) * 5 < secret.len() * 3;
    match random_token(candidate) {
        Verdict::Kept(told) if !drawn => Verdict::Demoted(told),
        verdict => verdict,
    }
}

/// Whether a value is letters that nobody spells so, with as few signs among them as base64 has by chance.
fn is_drawn_with_signs(secret: &[u8]) -> bool {
    let letters = without_signs(secret);
    letters.len() * 8 >= secret.len() * 7 && is_drawn(&letters)
}

/// Letters, in groups or not, that nobody spells so.
pub(super) fn unspelled(candidate: &Candidate<'_>) -> Verdict {
    match is_drawn(&without_signs(candidate.secret)) {
        true => Verdict::Kept(facts([])),
        false => Verdict::Dropped,
    }
}

/// Its letters and digits.
fn without_signs(secret: &[u8]) -> Vec<u8> {
    let letters = secret.iter().copied();
    letters.filter(u8::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::verdict;
    use super::*;

    #[test]
    fn what_does_not_look_drawn_is_demoted() {
        let token = "0123456789abcdef".repeat(2);
        assert_eq!(
            verdict(drawn_token, token.as_bytes()),
            Verdict::Kept(facts([]))
        );
        for text in ["my-access-token-for-staging-12", "a1b2c3d4e5f6"] {
            let demoted = Verdict::Demoted(facts([]));
            assert_eq!(verdict(drawn_token, text.as_bytes()), demoted, "{text}");
        }
    }

    #[test]
    fn words_and_fillers_are_no_tokens() {
        for text in [
            "00000000000000000000",
            "your_datadog_api_key",
            "abababababababab",
            "getUserMediaByContentTypeAndName",
        ] {
            assert_eq!(
                verdict(random_token, text.as_bytes()),
                Verdict::Dropped,
                "{text}"
            );
        }
        for token in [
            "0123456789abcdef0123456789abcdef",
            "QxkRtPzLmwCvbNhjGfdSTrWq",
        ] {
            let kept = Verdict::Kept(facts([]));
            assert_eq!(verdict(random_token, token.as_bytes()), kept, "{token}");
        }
    }
}
