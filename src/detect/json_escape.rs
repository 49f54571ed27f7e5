//! Escapes in the strings of JSON.

/// What was undone, as reports call it.
pub(super) const HOW: &str = "json";

/// The text of a string with escapes; those that mean nothing stand for themselves.
pub(super) fn unescape(raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let Some((first, tail)) = rest.split_first() else {
            break;
        };
        rest = tail;
        match first {
            b'n' => text.push(b'\n'),
            b't' => text.push(b'\t'),
            b'r' => text.push(b'\r'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'u' => rest = unescape_unicode(rest, &mut text),
            other => text.push(*other),
        }
    }
    text.extend_from_slice(rest);
    text
}

/// How many bytes the escape takes that `rest` begins with, and how many it means: as `unescape` has it.
pub(super) fn escape(rest: &[u8]) -> (usize, usize) {
    match rest {
        [_, b'u', tail @ ..] => match unicode(tail) {
            Some((c, length)) => (2 + length, c.len_utf8()),
            None => (2, 1),
        },
        [_, _, ..] => (2, 1),
        _ => (1, 0),
    }
}

/// Adds the character of what follows `\u`, or the `u` where that is none; what is left of `rest`.
pub(super) fn unescape_unicode<'a>(rest: &'a [u8], text: &mut Vec<u8>) -> &'a [u8] {
    let Some((c, length)) = unicode(rest) else {
        text.push(b'u');
        return rest;
    };
    text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    &rest[length..]
}

/// The character of `XXXX`, or of `XXXX\uXXXX` where it takes two; and the bytes that it takes.
pub(super) fn unicode(rest: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| -> Option<u32> {
        let digits = rest.get(at..at + 4)?;
        let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
        let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let first = unit(0)?;
    if (0xd800..0xdc00).contains(&first) && rest.get(4..6) == Some(b"\\u") {
        let second = unit(6).filter(|low| (0xdc00..0xe000).contains(low))?;
        let c = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return Some((char::from_u32(c)?, 10));
    }
    Some((
        char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER),
        4,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_takes_and_means_as_many_bytes_as_it_does_when_it_is_undone() {
        for text in [
            "\\n",
            "\\\"",
            "\\x",
            "\\u0041",
            "\\u00e4",
            "\\u20ac",
            "\\ud83d\\ude00",
            "\\ud83d",
            "\\u12",
            "\\",
        ] {
            let (mut at, mut said) = (0, 0);
            while at < text.len() {
                match text.as_bytes()[at] {
                    b'\\' => {
                        let (takes, means) = escape(&text.as_bytes()[at..]);
                        at += takes;
                        said += means;
                    }
                    _ => (at, said) = (at + 1, said + 1),
                }
            }
            assert_eq!(at, text.len(), "{text}");
            assert_eq!(said, unescape(text.as_bytes()).len(), "{text}");
        }
    }
}
