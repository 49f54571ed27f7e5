//! How common bytes are in text.

use super::Run;

/// A class of bytes, a bit for each.
pub(super) type Bytes = [u64; 4];

/// Bytes of sources and settings, and which part of them each of these is, roughly.
pub(super) const SHARES: [(Bytes, f64); 8] = [
    (bytes(b"etaoinsr"), 0.05),
    (bytes(b"bcdfghjklmpquvwxyz"), 0.012),
    (bytes(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 0.0025),
    (bytes(b"0123456789"), 0.006),
    (bytes(b" "), 0.12),
    (bytes(b"\n"), 0.03),
    (bytes(b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"), 0.0035),
    // Those that text has none of.
    (others(), 0.0001),
];

/// Which part of text a byte is, roughly.
pub(crate) fn share(byte: u8) -> f64 {
    Run::of_bytes(&[byte]).share()
}

const fn bytes(list: &[u8]) -> Bytes {
    let mut all = [0; 4];
    let mut at = 0;
    while at < list.len() {
        all[list[at] as usize / 64] |= 1 << (list[at] % 64);
        at += 1;
    }
    all
}

const fn others() -> Bytes {
    // From the space to `~`, and line breaks.
    let text = [!0 << 32 | 1 << b'\n', !(1 << 63)];
    [!text[0], !text[1], !0, !0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_one_share_and_all_of_them_are_one() {
        for byte in 0..=u8::MAX {
            let run = Run::of_bytes(&[byte]);
            let counts = SHARES.iter().map(|(of, _)| run.count(of));
            assert_eq!(counts.sum::<u32>(), 1, "{byte}");
        }
        let all = SHARES.iter().map(|(of, share)| {
            let count: u32 = of.iter().map(|bits| bits.count_ones()).sum();
            share * f64::from(count)
        });
        assert!((all.sum::<f64>() - 1.0).abs() < 0.05);
    }
}
