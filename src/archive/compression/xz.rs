//! xz: streams in a row with padding between them, and a bound on the decoder's memory.

use std::io::{self, BufRead};

use liblzma::stream::{Action, Error, Status, Stream};

use super::decode::{Format, Step, invalid};
use super::{Hidden, XZ};
use crate::archive::LimitHit;
use crate::archive::peek::Peek;

/// `xz -9` needs 65 MiB.
const MEMORY: u64 = 192 << 20;

#[derive(Default)]
pub(super) struct Xz(Option<Stream>);

impl Format for Xz {
    fn begin(&mut self, input: &mut Peek<'_>, _hidden: &Hidden) -> io::Result<bool> {
        if self.0.is_some() {
            while input.peek(4)? == [0; 4] {
                input.consume(4);
            }
        }
        if !input.peek(XZ.len())?.starts_with(XZ) {
            return Ok(false);
        }
        self.0 = Some(Stream::new_stream_decoder(MEMORY, 0)?);
        Ok(true)
    }

    fn run(&mut self, input: &[u8], out: &mut [u8]) -> io::Result<Step> {
        let stream = self.0.as_mut().ok_or_else(|| invalid("no xz stream"))?;
        let (total_in, total_out) = (stream.total_in(), stream.total_out());
        let status = stream.process(input, out, Action::Run);
        // What came out before the break counts.
        Ok(Step {
            consumed: (stream.total_in() - total_in) as usize,
            produced: (stream.total_out() - total_out) as usize,
            ended: matches!(status, Ok(Status::StreamEnd)),
            failure: status.err().map(|error| match error {
                Error::MemLimit => LimitHit::Memory(MEMORY).into(),
                error => invalid(&format!("broken xz data: {error}")),
            }),
        })
    }
}
