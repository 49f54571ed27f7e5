//! Runs as they are looked for: in strides of their length, each byte once at most.

use crate::rules::demand;

/// So many bytes in a row that are all of one class, as they are looked for.
#[derive(Debug)]
pub(super) struct Run {
    class: [bool; 256],
    pub length: usize,
    /// The bytes of the class where one of them is enough and there are few.
    one_of: Vec<u8>,
}

impl From<demand::Run> for Run {
    fn from(run: demand::Run) -> Self {
        let few = (0..=u8::MAX).filter(|byte| run.has(*byte));
        Self {
            class: std::array::from_fn(|byte| run.has(byte as u8)),
            length: run.length,
            one_of: match run.length {
                1 => few.take(4).collect(),
                _ => Vec::new(),
            },
        }
    }
}

impl Run {
    /// Whether one begins where `bytes` do, or may where these end before it.
    pub(super) fn begins(&self, bytes: &[u8]) -> bool {
        let mut first = bytes.iter().take(self.length);
        first.all(|byte| self.class[usize::from(*byte)])
    }

    /// Where the first one begins at `from` or behind it. Each byte is looked at once at most.
    pub(super) fn find(&self, bytes: &[u8], mut from: usize) -> Option<usize> {
        let rest = bytes.get(from..)?;
        match self.one_of[..] {
            [a] => return Some(from + memchr::memchr(a, rest)?),
            [a, b] => return Some(from + memchr::memchr2(a, b, rest)?),
            [a, b, c] => return Some(from + memchr::memchr3(a, b, c, rest)?),
            _ => {}
        }
        // All bytes from `from` up to here are known to be of the class.
        let mut known = from;
        loop {
            let end = from.checked_add(self.length)?;
            let unknown = bytes.get(known..end)?;
            match unknown
                .iter()
                .rposition(|byte| !self.class[usize::from(*byte)])
            {
                Some(at) => {
                    from = known + at + 1;
                    known = end;
                }
                None => return Some(from),
            }
        }
    }
}
