//! Numbers and strings as Java's `DataOutputStream` writes them, which is what its keystores are
//! made of.

/// What is left to read.
#[derive(Clone, Copy)]
pub(super) struct Data<'a>(pub &'a [u8]);

impl<'a> Data<'a> {
    pub(super) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.bytes(1).map(|bytes| bytes[0])
    }

    pub(super) fn int(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    /// A time, which nobody asks for.
    pub(super) fn date(&mut self) -> Option<()> {
        self.bytes(8).map(drop)
    }

    /// Bytes with their number before them.
    pub(super) fn block(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.int()?).ok()?;
        self.bytes(length)
    }

    /// A string in Java's UTF-8.
    pub(super) fn text(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<2>()?;
        self.0 = rest;
        self.bytes(usize::from(u16::from_be_bytes(*length)))
    }
}
