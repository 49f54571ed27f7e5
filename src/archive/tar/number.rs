//! Numbers in tar headers: octal text, or base-256 where the first bit is set.

/// Octal digits of which any are a number.
const MOST_DIGITS: usize = 21;

/// A number field. Empty is 0; `Err` says what is wrong.
pub(super) fn number(field: &[u8]) -> Result<i64, &'static str> {
    match field.first() {
        Some(first) if first & 0x80 != 0 => base_256(field),
        _ => octal(field).and_then(|n| i64::try_from(n).map_err(|_| "number too large")),
    }
}

/// A number field that must not be negative.
pub(super) fn unsigned(field: &[u8]) -> Result<u64, &'static str> {
    u64::try_from(number(field)?).map_err(|_| "negative number")
}

/// Whether a number field holds a number or nothing, and no text beside it.
pub(super) fn is_plain(field: &[u8]) -> bool {
    if digits_alone(field).is_some() {
        return true;
    }
    // Or fewer digits and more padding, also nothing but that.
    let digits = field
        .iter()
        .take_while(|byte| matches!(byte, b'0'..=b'7'))
        .count();
    let is_padded = || {
        field
            .iter()
            .skip(digits)
            .all(|byte| matches!(byte, b' ' | 0))
    };
    if digits <= MOST_DIGITS && is_padded() {
        return true;
    }
    let is_octal = |byte: &u8| matches!(byte, b'0'..=b'7' | b' ' | 0);
    let is_binary = field.first().is_some_and(|first| first & 0x80 != 0);
    (is_binary || field.iter().all(is_octal)) && number(field).is_ok()
}

/// The digits of a field as nearly all are written: digits and one byte behind them.
fn digits_alone(field: &[u8]) -> Option<&[u8]> {
    let (0 | b' ', digits) = field.split_last()? else {
        return None;
    };
    let odd = digits
        .iter()
        .fold(0, |odd, byte| odd | ((byte & 0xf8) ^ b'0'));
    (odd == 0 && digits.len() <= MOST_DIGITS).then_some(digits)
}

fn octal(field: &[u8]) -> Result<u64, &'static str> {
    if let Some(digits) = digits_alone(field) {
        let value = digits
            .iter()
            .fold(0, |value, digit| value << 3 | u64::from(digit & 7));
        return Ok(value);
    }
    let is_padding = |byte: &u8| matches!(byte, b' ' | 0);
    let start = field.iter().position(|byte| !is_padding(byte));
    let digits = field
        .get(start.unwrap_or(field.len())..)
        .unwrap_or_default();
    let end = digits.iter().position(is_padding);
    let (digits, rest) = digits.split_at(end.unwrap_or(digits.len()));
    // Bytes after a NUL are no part of the number; after a space only padding may follow.
    let rest = rest.split(|byte| *byte == 0).next().unwrap_or_default();
    if rest.iter().any(|byte| *byte != b' ') {
        return Err("number is not octal");
    }
    digits.iter().try_fold(0u64, |value, digit| match digit {
        b'0'..=b'7' => value
            .checked_mul(8)
            .and_then(|value| value.checked_add(u64::from(digit - b'0')))
            .ok_or("number too large"),
        _ => Err("number is not octal"),
    })
}

/// Two's complement, big-endian; the first bit only says that it is base-256.
fn base_256(field: &[u8]) -> Result<i64, &'static str> {
    let negative = field.first().is_some_and(|first| first & 0x40 != 0);
    let mut value: i128 = if negative { -1 } else { 0 };
    for (at, byte) in field.iter().enumerate() {
        let byte = match (at, negative) {
            (0, true) => byte | 0x80,
            (0, false) => byte & 0x7f,
            _ => *byte,
        };
        value = value
            .checked_mul(256)
            .map(|value| value | i128::from(byte))
            .filter(|value| (-(1 << 100)..1 << 100).contains(value))
            .ok_or("number too large")?;
    }
    i64::try_from(value).map_err(|_| "number too large")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_is_read_with_all_its_paddings() {
        for (field, value) in [
            (&b"0000644\0"[..], 0o644),
            (b"   644 \0", 0o644),
            (b"644\0\0\0\0\0", 0o644),
            (b"\x00\x00644 \0\0", 0o644),
            (b"00000644", 0o644),
            (b"        ", 0),
            (b"\0\0\0\0\0\0\0\0", 0),
            (b"12\0junk!", 0o12),
        ] {
            assert_eq!(number(field), Ok(value), "{field:?}");
        }
        for bad in [&b"0000008\0"[..], b"-1\0", b"12 34 \0", b"abc"] {
            assert!(number(bad).is_err(), "{bad:?}");
        }
        assert_eq!(number(b"777777777777777777777777"), Err("number too large"));
    }

    #[test]
    fn digits_alone_are_read_as_those_with_other_padding() {
        for digits in [
            "",
            "0",
            "7",
            "0000644",
            "17777777777",
            &"7".repeat(MOST_DIGITS),
        ] {
            for end in ["\0", " "] {
                let (alone, padded) = (format!("{digits}{end}"), format!("{digits}{end}\0"));
                assert_eq!(digits_alone(alone.as_bytes()), Some(digits.as_bytes()));
                assert_eq!(digits_alone(padded.as_bytes()), None);
                assert_eq!(
                    octal(alone.as_bytes()),
                    octal(padded.as_bytes()),
                    "{alone:?}"
                );
                assert!(is_plain(alone.as_bytes()) && is_plain(padded.as_bytes()));
            }
        }
        for other in [&b""[..], b"8\0", b"18\0", b"1\xb0\0", b"0000644", b" 644\0"] {
            assert_eq!(digits_alone(other), None, "{other:?}");
        }
        assert_eq!(
            digits_alone(format!("{}\0", "7".repeat(MOST_DIGITS + 1)).as_bytes()),
            None
        );
    }

    #[test]
    fn a_number_with_text_beside_it_is_not_plain() {
        for plain in [&b"0000644\0"[..], b"\0\0\0\0", b"  7 \0\0", b"\x80\0\0\x01"] {
            assert!(is_plain(plain), "{plain:?}");
        }
        for text in [&b"12\0junk!"[..], b"token", b"\0\0token", b"-1\0"] {
            assert!(!is_plain(text), "{text:?}");
        }
    }

    #[test]
    fn base_256_may_be_negative_and_must_not_be_huge() {
        let mut field = [0u8; 12];
        field[0] = 0x80;
        field[11] = 9;
        assert_eq!(number(&field), Ok(9));
        assert_eq!(number(&[0xff; 12]), Ok(-1));
        assert_eq!(unsigned(&[0xff; 12]), Err("negative number"));
        field[1] = 1;
        assert_eq!(number(&field), Err("number too large"));
        let mut most = [0u8; 12];
        most[0] = 0x80;
        most[4..].copy_from_slice(&i64::MAX.to_be_bytes());
        assert_eq!(number(&most), Ok(i64::MAX));
    }
}
