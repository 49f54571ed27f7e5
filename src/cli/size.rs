//! Numbers of bytes as people type them: `1048576`, `64MiB`, `2G`.

/// Units by what may be typed for them, in lower case. `K` and `KiB` are both 1024, as in `dd`
/// and `docker run --memory`; only `kB` and its like are powers of 1000.
const UNITS: [(&[&str], u64); 9] = [
    (&["", "b"], 1),
    (&["kb"], 1_000),
    (&["mb"], 1_000_000),
    (&["gb"], 1_000_000_000),
    (&["tb"], 1_000_000_000_000),
    (&["k", "kib"], 1 << 10),
    (&["m", "mib"], 1 << 20),
    (&["g", "gib"], 1 << 30),
    (&["t", "tib"], 1 << 40),
];

/// Reads a size; on failure says what was expected.
pub fn parse(text: &str) -> Result<u64, String> {
    let expected =
        || format!("{text:?} is no size; write bytes or a unit, as in 1048576, 64MiB, 2G");
    let trimmed = text.trim();
    let digits = trimmed
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(trimmed.len());
    let (number, unit) = trimmed.split_at(digits);
    let number: u64 = number.parse().map_err(|_| expected())?;
    let unit = unit.trim().to_ascii_lowercase();
    let (_, factor) = UNITS
        .iter()
        .find(|(names, _)| names.contains(&unit.as_str()))
        .ok_or_else(expected)?;
    match number.checked_mul(*factor) {
        Some(0) => Err(format!("{text:?} is zero; a limit must be at least 1 byte")),
        Some(bytes) => Ok(bytes),
        None => Err(format!("{text:?} is more than 2^64 bytes")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_type_them() {
        for (text, bytes) in [
            ("1", 1),
            ("1048576", 1 << 20),
            ("64MiB", 64 << 20),
            ("64 mib", 64 << 20),
            ("2G", 2 << 30),
            ("2GB", 2_000_000_000),
            ("10kB", 10_000),
            ("7k", 7 << 10),
            ("1T", 1 << 40),
            ("512B", 512),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn what_is_no_size_is_refused_with_a_reason() {
        for text in [
            "",
            "MiB",
            "-1",
            "1.5G",
            "5 apples",
            "0",
            "0G",
            "99999999999T",
        ] {
            let reason = parse(text).expect_err(text);
            assert!(reason.contains(text), "{reason}");
        }
    }
}
