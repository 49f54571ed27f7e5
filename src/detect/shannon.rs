//! The entropy of a value, and how much of it a value that was drawn at random has at least.
//!
//! A threshold that is the same for all would be wrong for most: sixteen letters and digits hold at
//! most four bits a byte, and drawn ones 3.75 at the median, sixty-four hold 5.2. So the floor
//! depends on what a value is made of and how long it is: all but one in a hundred values that were
//! drawn reach it.

/// Shannon entropy in bits per byte.
pub(crate) fn bits_per_byte(bytes: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let total = bytes.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}

/// Whether a value has the entropy of one that was drawn from letters like its own.
pub(crate) fn is_spread(value: &[u8]) -> bool {
    bits_per_byte(value) >= least_bits(value)
}

/// Lengths that the floors are known for; between them they are interpolated.
const LENGTHS: [usize; 11] = [8, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128];

/// Size of an alphabet, and its floors. The 0.01 quantile of 40,000 to 100,000 values drawn evenly.
const FLOORS: [(u32, [f64; 11]); 7] = [
    (
        10,
        [
            1.75, 2.05, 2.31, 2.50, 2.62, 2.80, 2.90, 2.97, 3.07, 3.16, 3.20,
        ],
    ),
    (
        16,
        [
            1.91, 2.36, 2.66, 2.90, 3.04, 3.26, 3.41, 3.50, 3.63, 3.76, 3.82,
        ],
    ),
    (
        26,
        [
            2.16, 2.63, 2.95, 3.22, 3.40, 3.67, 3.85, 3.98, 4.16, 4.34, 4.44,
        ],
    ),
    (
        36,
        [
            2.16, 2.75, 3.15, 3.41, 3.61, 3.90, 4.11, 4.26, 4.47, 4.70, 4.82,
        ],
    ),
    (
        52,
        [
            2.41, 2.92, 3.33, 3.58, 3.80, 4.12, 4.35, 4.53, 4.77, 5.06, 5.22,
        ],
    ),
    (
        62,
        [
            2.41, 3.02, 3.33, 3.65, 3.86, 4.20, 4.45, 4.64, 4.90, 5.22, 5.40,
        ],
    ),
    (
        94,
        [
            2.50, 3.08, 3.45, 3.78, 4.02, 4.39, 4.65, 4.86, 5.16, 5.54, 5.77,
        ],
    ),
];

/// The floor for a value; below eight bytes there is none.
fn least_bits(value: &[u8]) -> f64 {
    let size = alphabet(value);
    // Of alphabets in between the smaller one counts, so that nothing drawn is lost.
    let known = FLOORS.iter().rev().find(|(known, _)| *known <= size);
    let Some((_, floors)) = known else { return 0.0 };
    let length = value.len();
    let at = LENGTHS.partition_point(|known| *known <= length);
    let (Some(before), after) = (at.checked_sub(1), at) else {
        return 0.0;
    };
    let (low, high) = (floors[before], floors[after.min(LENGTHS.len() - 1)]);
    let gap = LENGTHS.get(after).map_or(1, |next| next - LENGTHS[before]);
    let share = (length - LENGTHS[before]).min(gap) as f64 / gap as f64;
    low + (high - low) * share
}

/// How many letters a value could have been drawn from.
fn alphabet(value: &[u8]) -> u32 {
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let digits = has(u8::is_ascii_digit);
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    if value.iter().all(u8::is_ascii_hexdigit) && digits && lower != upper {
        return 16;
    }
    // `-` and `_`, or `+`, `/` and `=`, make no larger alphabet worth the name.
    let is_symbol = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"-_.+/=~".contains(byte);
    if value.iter().any(is_symbol) {
        return 94;
    }
    10 * u32::from(digits) + 26 * (u32::from(lower) + u32::from(upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_of_even_spreads_is_exact() {
        assert_eq!(bits_per_byte(b""), 0.0);
        assert_eq!(bits_per_byte(b"aaaa"), 0.0);
        assert_eq!(bits_per_byte(b"abab"), 1.0);
        assert_eq!(bits_per_byte(b"0123456789abcdef"), 4.0);
        let all: Vec<u8> = (0..=255).collect();
        assert!((bits_per_byte(&all) - 8.0).abs() < 1e-9);
    }

    #[test]
    fn the_alphabet_is_the_smallest_that_holds_all() {
        for (value, size) in [
            ("12345678", 10),
            ("0123abcd", 16),
            ("0123ABCD", 16),
            ("0123abCD", 62),
            ("abcdef", 26),
            ("abcdez0-", 36),
            ("AbcZ/+=", 52),
            ("aB3!", 94),
            ("", 0),
        ] {
            assert_eq!(alphabet(value.as_bytes()), size, "{value}");
        }
    }

    #[test]
    fn between_known_lengths_the_floor_rises() {
        let floor =
            |length: usize| least_bits("a1".repeat(64)[..length].replace('a', "z").as_bytes());
        assert_eq!((floor(7), floor(16), floor(128)), (0.0, 3.15, 4.82));
        assert!((floor(18) - 3.28).abs() < 1e-9, "{}", floor(18));
        assert!((9..128).all(|length| floor(length) >= floor(length - 1)));
        assert_eq!(least_bits("z1".repeat(999).as_bytes()), 4.82);
    }

    /// The table is measured: values are drawn anew, and one in a hundred stays below.
    #[test]
    fn all_but_one_in_a_hundred_drawn_values_reach_the_floor() {
        const LETTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let mut state = 27_182_818u64;
        let mut draw = |below: usize| {
            // Knuth's constants for a linear congruential generator.
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((state >> 33) as usize) % below
        };
        for (size, floors) in FLOORS
            .iter()
            .filter(|(size, _)| [10, 16, 36, 62].contains(size))
        {
            for (length, floor) in LENGTHS
                .iter()
                .zip(floors)
                .filter(|(length, _)| **length < 64)
            {
                let drawn = (0..2_000).map(|_| -> Vec<u8> {
                    (0..*length)
                        .map(|_| LETTERS[draw(*size as usize)])
                        .collect()
                });
                let below = drawn.filter(|value| bits_per_byte(value) < *floor).count();
                assert!(
                    (2..60).contains(&below),
                    "{size} {length}: {below} of 2,000"
                );
            }
        }
    }
}
