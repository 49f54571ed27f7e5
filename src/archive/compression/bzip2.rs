//! bzip2: streams in a row (as parallel compressors write them).

use std::io;

use bzip2::{Decompress, Status};

use super::Hidden;
use super::decode::{Format, Step, invalid};
use crate::archive::peek::Peek;

/// The signature and that of a first block, or of the end where there is no block.
pub(super) fn is_stream(bytes: &[u8]) -> bool {
    let [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] = bytes else {
        return false;
    };
    rest.starts_with(&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
        || rest.starts_with(&[0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
}

#[derive(Default)]
pub(super) struct Bzip2(Option<Decompress>);

impl Format for Bzip2 {
    fn begin(&mut self, input: &mut Peek<'_>, _hidden: &Hidden) -> io::Result<bool> {
        if !is_stream(input.peek(10)?) {
            return Ok(false);
        }
        self.0 = Some(Decompress::new(false));
        Ok(true)
    }

    fn run(&mut self, input: &[u8], out: &mut [u8]) -> io::Result<Step> {
        let stream = self.0.as_mut().ok_or_else(|| invalid("no bzip2 stream"))?;
        let (total_in, total_out) = (stream.total_in(), stream.total_out());
        let status = stream.decompress(input, out);
        // What came out before the break counts.
        Ok(Step {
            consumed: (stream.total_in() - total_in) as usize,
            produced: (stream.total_out() - total_out) as usize,
            ended: matches!(status, Ok(Status::StreamEnd)),
            failure: status
                .err()
                .map(|error| invalid(&format!("broken bzip2 data: {error}"))),
        })
    }
}
