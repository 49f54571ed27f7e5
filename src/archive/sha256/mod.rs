//! SHA-256 of one stream, and of two beside each other. The instructions that machines have for it wait for each
//! other: half of what they could do lies idle in one stream, and a second one takes it for little
//! more time.

#[cfg(target_arch = "x86_64")]
mod both;

use sha2::block_api::compress256;

const BLOCK: usize = 64;
type Block = [u8; BLOCK];
type State = [u32; 8];

/// The first 32 bits of the fractional parts of the square roots of the first eight primes (FIPS 180-4, 5.3.3).
const BEGIN: State = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// A hash that is being taken.
#[derive(Clone)]
pub(super) struct Sha256 {
    state: State,
    /// The begin of a block.
    rest: Block,
    /// Bytes so far.
    length: u64,
}

impl Default for Sha256 {
    fn default() -> Self {
        Self {
            state: BEGIN,
            rest: [0; BLOCK],
            length: 0,
        }
    }
}

impl Sha256 {
    /// Bytes of a block that is not whole yet.
    fn waiting(&self) -> usize {
        (self.length % BLOCK as u64) as usize
    }

    /// Takes the next bytes.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let bytes = self.fill(bytes);
        let (blocks, rest) = bytes.as_chunks();
        compress256(&mut self.state, blocks);
        self.rest[..rest.len()].copy_from_slice(rest);
        self.length += bytes.len() as u64;
    }

    /// Takes what belongs to a block that has begun; what is left. If that is something, a block begins there.
    fn fill<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let waiting = self.waiting();
        if waiting == 0 {
            return bytes;
        }
        let (now, later) = bytes.split_at(bytes.len().min(BLOCK - waiting));
        self.rest[waiting..waiting + now.len()].copy_from_slice(now);
        self.length += now.len() as u64;
        if self.waiting() == 0 && !now.is_empty() {
            compress256(&mut self.state, &[self.rest]);
        }
        later
    }

    /// The hash of all bytes.
    pub(super) fn finalize(mut self) -> [u8; 32] {
        let bits = self.length.wrapping_mul(8);
        // A one, and zeros up to the last eight bytes of a block, which tell the length.
        let zeros = (2 * BLOCK - 1 - 8 - self.waiting()) % BLOCK;
        let mut padding = [0; 1 + BLOCK + 8];
        padding[0] = 0x80;
        padding[1 + zeros..][..8].copy_from_slice(&bits.to_be_bytes());
        self.update(&padding[..1 + zeros + 8]);
        let mut hash = [0; 32];
        for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(self.state) {
            *bytes = word.to_be_bytes();
        }
        hash
    }
}

/// Whether two streams beside each other take this machine less time than one after the other.
pub(super) fn is_faster_together() -> bool {
    #[cfg(target_arch = "x86_64")]
    return both::is_possible();
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// Takes the next bytes of both, which are as many.
pub(super) fn update_both(one: &mut Sha256, bytes: &[u8], other: &mut Sha256, beside: &[u8]) {
    let (first, second) = (one.fill(bytes), other.fill(beside));
    let count = first.len().min(second.len()) / BLOCK;
    let (blocks, first) = first.split_at(count * BLOCK);
    let (others, second) = second.split_at(count * BLOCK);
    compress_both(
        [&mut one.state, &mut other.state],
        [blocks.as_chunks().0, others.as_chunks().0],
    );
    for (hasher, rest) in [(one, first), (other, second)] {
        hasher.length += (count * BLOCK) as u64;
        hasher.update(rest);
    }
}

/// Takes two lists of blocks, which are as many.
fn compress_both([one, other]: [&mut State; 2], [blocks, others]: [&[Block]; 2]) {
    #[cfg(target_arch = "x86_64")]
    if both::compress([one, other], [blocks, others]) {
        return;
    }
    compress256(one, blocks);
    compress256(other, others);
}

#[cfg(test)]
mod tests {
    use sha2::Digest as _;

    use super::*;

    fn expected(bytes: &[u8]) -> [u8; 32] {
        sha2::Sha256::digest(bytes).into()
    }

    fn noise(length: usize, seed: u32) -> Vec<u8> {
        let numbers = (seed..).map(|number| number.wrapping_mul(0x9e37_79b1));
        numbers
            .take(length)
            .map(|number| (number >> 24) as u8)
            .collect()
    }

    #[test]
    fn one_stream_is_what_the_library_makes_of_it() {
        let bytes = noise(400, 1);
        for length in 0..bytes.len() {
            for step in [1, 7, 63, 64, 65, 130] {
                let mut hasher = Sha256::default();
                bytes[..length]
                    .chunks(step)
                    .for_each(|piece| hasher.update(piece));
                assert_eq!(
                    hasher.finalize(),
                    expected(&bytes[..length]),
                    "{length} {step}"
                );
            }
        }
    }

    #[test]
    fn two_streams_are_what_each_is_alone_wherever_their_blocks_begin() {
        let (bytes, beside) = (noise(700, 1), noise(700, 77));
        for before in 0..130 {
            for others in [0, 1, 63, 64, 100] {
                for together in [0, 1, 40, 64, 127, 128, 300, 500] {
                    let (mut one, mut other) = (Sha256::default(), Sha256::default());
                    one.update(&bytes[..before]);
                    other.update(&beside[..others]);
                    let until = (before + together, others + together);
                    let (now, then) = (&bytes[before..until.0], &beside[others..until.1]);
                    update_both(&mut one, now, &mut other, then);
                    one.update(&bytes[until.0..]);
                    other.update(&beside[until.1..]);
                    let both = (one.finalize(), other.finalize());
                    assert_eq!(both, (expected(&bytes), expected(&beside)));
                }
            }
        }
    }
}
