//! Key and value together: is it a secret, and how sure is that.

use super::lexicon::{KeyKind, Strength};
use super::value;
use crate::detect::class::Class;
use crate::detect::phrase;
use crate::detect::shannon::{bits_per_byte, is_spread};
use crate::detect::spelled::is_drawn;
use crate::rules::Confidence;

/// Longest value that is judged.
pub(super) const LONGEST_VALUE: usize = 1024;

/// Where a value stands.
#[derive(Debug, Clone, Copy)]
pub(in crate::detect) struct Place {
    /// Kind of file.
    pub class: Class,
    /// Whether the file came with a package.
    pub stock: bool,
}

/// The confidence of an assignment; `None` when it is no secret.
pub(in crate::detect) fn judge(
    key: &[u8],
    kind: KeyKind,
    value: &[u8],
    place: Place,
) -> Option<Confidence> {
    let least = match (place.class, kind.password) {
        (Class::Env, true) => 4,
        (_, true) => 6,
        (_, false) => 8,
    };
    if !(least..=LONGEST_VALUE).contains(&value.len()) || is_no_secret(key, value) {
        return None;
    }
    // What an environment calls a password may be a phrase, and may end as it likes.
    if !(place.class == Class::Env && kind.password) && is_prose(value) {
        return None;
    }
    let random = looks_random(value) || is_drawn(value);
    let short_hash = value.len() < 20 && value.iter().all(u8::is_ascii_hexdigit);
    if place.stock && short_hash {
        return None;
    }
    if place.stock || kind.strength == Strength::Weak {
        return (random && !value::is_uuid(value)).then_some(match (kind.strength, place.stock) {
            (Strength::Strong, false) => Confidence::Likely,
            _ => Confidence::Possible,
        });
    }
    if value::is_uuid(value) {
        return Some(Confidence::Possible);
    }
    if random {
        return Some(Confidence::Likely);
    }
    if value.iter().all(u8::is_ascii_digit) || value::is_wordlike(value) {
        return judge_plain(kind, value, place.class).or_else(|| judge_number(kind, value));
    }
    judge_mixed(kind, value, place.class)
}

/// Whether a value that is no secret stands where a file of settings should have one.
pub(super) fn is_stand_in(kind: KeyKind, value: &[u8], place: Place) -> bool {
    kind.strength == Strength::Strong
        && !place.stock
        && matches!(place.class, Class::Env | Class::Config | Class::Shell)
        && value::is_stand_in(value)
        && !value::is_reference(value)
}

/// Words or digits only: secrets where people choose passwords, names of things elsewhere.
fn judge_plain(kind: KeyKind, value: &[u8], class: Class) -> Option<Confidence> {
    let one_word = value.iter().all(u8::is_ascii_alphanumeric);
    let plausible = kind.password
        && match class {
            Class::Env => !value.contains(&b' '),
            Class::Shell => one_word,
            Class::Config => one_word && value.len() >= 8,
            Class::Code | Class::Other | Class::Hashes => false,
        };
    plausible.then_some(Confidence::Possible)
}

/// A long number without an order: what some providers call a key.
fn judge_number(kind: KeyKind, value: &[u8]) -> Option<Confidence> {
    let is_drawn = value.len() >= 16 && value.iter().all(u8::is_ascii_digit) && is_spread(value);
    (is_drawn && !kind.password && value::longest_sequence(value) < 6)
        .then_some(Confidence::Possible)
}

/// Letters with digits or symbols among them, but not random ones.
fn judge_mixed(kind: KeyKind, value: &[u8], class: Class) -> Option<Confidence> {
    let has_digit = value.iter().any(u8::is_ascii_digit);
    let has_symbol = value.iter().any(|b| {
        matches!(
            b,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'?' | b'~'
        )
    });
    let has_letter = value.iter().any(u8::is_ascii_alphabetic);
    let bits = bits_per_byte(value);
    match class {
        Class::Env | Class::Config | Class::Shell => {
            let spaced = value.iter().any(u8::is_ascii_whitespace);
            if spaced && !(kind.password && has_digit)
                || !(has_digit || has_symbol)
                || class != Class::Env && looks_like_code(value)
            {
                return None;
            }
            let strong = value.len() >= 8 && bits >= 2.5 && !spaced;
            Some(if strong && !phrase::only_tells(value) {
                Confidence::Likely
            } else {
                Confidence::Possible
            })
        }
        Class::Code | Class::Other => {
            let plausible = has_letter
                && (has_digit || has_symbol && kind.password)
                && bits >= 2.5
                && value.len() >= 8
                && value.iter().all(|b| b.is_ascii_graphic() || !b.is_ascii())
                && !looks_like_code(value)
                && !is_identifier(value)
                && !phrase::only_tells(value);
            plausible.then_some(Confidence::Possible)
        }
        Class::Hashes => None,
    }
}

/// What is certainly something else, whatever the key.
fn is_no_secret(key: &[u8], value: &[u8]) -> bool {
    let squeeze = |text: &[u8]| -> Vec<u8> {
        let letters = text.iter().filter(|b| b.is_ascii_alphanumeric());
        letters.map(u8::to_ascii_lowercase).collect()
    };
    let url = memchr::memmem::find(value, b"://");
    value.iter().any(u8::is_ascii_control)
        || value::is_placeholder(value)
        || value::is_reference(value)
        || value::is_path(value)
        || value::is_version(value)
        || url.is_some_and(|at| !has_credentials(&value[at + 3..]))
        || squeeze(key).ends_with(&squeeze(value))
}

/// Whether what follows `://` has `user:password@`.
fn has_credentials(rest: &[u8]) -> bool {
    let host = rest
        .split(|b| matches!(b, b'/' | b'?' | b'#'))
        .next()
        .unwrap_or(rest);
    memchr::memrchr(b'@', host)
        .is_some_and(|at| memchr::memchr(b':', &host[..at]).is_some_and(|colon| colon + 1 < at))
}

/// Whether a value reads as text: three words or more, or what separates words.
fn is_prose(value: &[u8]) -> bool {
    let spaces = value.iter().filter(|b| **b == b' ').count();
    let holds = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    spaces >= 3
        || spaces > 0 && (holds(b", ") || holds(b". ") || holds(b": "))
        || holds(b"</")
        || matches!(value, [.., b':' | b',' | b'('])
        || matches!(value, [.., b'=']) && (spaces > 0 || !is_padded(value))
}

/// Whether a value that ends with `=` is base64 with its padding.
fn is_padded(value: &[u8]) -> bool {
    // Frameworks write `base64:` before it.
    let value = value.rsplit(|b| *b == b':').next().unwrap_or(value);
    let digits = value.iter().rev().skip_while(|b| **b == b'=').count();
    value.len().is_multiple_of(4) && digits + 2 >= value.len() && value.len() >= 16
}

/// Whether a quoted string is a piece of a program: a pattern, a name with dots, an escape.
fn looks_like_code(value: &[u8]) -> bool {
    let holds = |part: &[u8]| memchr::memmem::find(value, part).is_some();
    let symbols = value
        .iter()
        .filter(|b| {
            matches!(
                b,
                b'(' | b')'
                    | b'['
                    | b']'
                    | b'{'
                    | b'}'
                    | b'\\'
                    | b'|'
                    | b'<'
                    | b'>'
                    | b';'
                    | b','
                    | b'"'
                    | b'\''
            )
        })
        .count();
    symbols >= 2 || holds(b"\\") || holds(b"->") || holds(b"::") || holds(b"=>")
}

/// Whether a value is a long word with a digit in it, as names of types are: `V1SecretSource`.
fn is_identifier(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    digits <= 2
        && value.iter().all(u8::is_ascii_alphanumeric)
        && (value::longest_word(value) >= 8 || value::spoken(value) * 5 >= value.len() * 4)
}

/// Whether a value is words with separators, such as `0003_alter_user_email` or
/// `import-token-5ott6ho5`.
fn is_phrase(value: &[u8]) -> bool {
    let separators = value.iter().filter(|b| b"_-.:/%@".contains(b)).count();
    separators >= 2 && value::spoken(value) * 5 >= value.len() * 2
}

/// Whether a value has the looks of generated letters and digits.
fn looks_random(value: &[u8]) -> bool {
    let in_set = |b: &u8| {
        b.is_ascii_graphic()
            && !matches!(
                b,
                b'(' | b')' | b'{' | b'}' | b'<' | b'>' | b'"' | b'\'' | b'\\' | b';' | b','
            )
    };
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    if value.len() < 16 || digits < 2 || letters < 2 || !value.iter().all(in_set) {
        return false;
    }
    is_spread(value) && !value::has_long_word(value) && !is_phrase(value)
}
