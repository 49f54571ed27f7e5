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
    if digits < 2 && !is_drawn(secret) && !is_drawn_from_letters(secret)
        || letters < 2
        || bits_per_byte(secret) < 2.5
    {
        return Verdict::Dropped;
    }
    Verdict::Kept(facts([]))
}

/// Whether a long value without digits has both cases and the spread of something drawn at random.
fn is_drawn_from_letters(secret: &[u8]) -> bool {
    secret.len() >= 20
        && secret.iter().any(u8::is_ascii_lowercase)
        && secret.iter().any(u8::is_ascii_uppercase)
        && is_spread(secret)
        && value::longest_word(secret) < 6
        && value::spoken(secret) * 5 < secret.len() * 2
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

/// Letters, in groups or not, that nobody spells so.
pub(super) fn unspelled(candidate: &Candidate<'_>) -> Verdict {
    let letters: Vec<u8> = candidate
        .secret
        .iter()
        .copied()
        .filter(|byte| *byte != b' ')
        .collect();
    match is_drawn(&letters) {
        true => Verdict::Kept(facts([])),
        false => Verdict::Dropped,
    }
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
