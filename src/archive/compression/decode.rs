//! The loop that all compressed formats share: begin a member, run the codec, end the member,
//! look for the next one; and the limits on what comes out.

use std::io::{self, BufRead, ErrorKind, Read};

use super::Hidden;
use crate::archive::peek::Peek;
use crate::archive::{LimitHit, Limits};

/// What one call of a codec did.
pub(super) struct Step {
    pub(super) consumed: usize,
    pub(super) produced: usize,
    pub(super) ended: bool,
    /// What went wrong after these bytes came out.
    pub(super) failure: Option<io::Error>,
}

/// One compressed format.
pub(super) trait Format {
    /// Whether a member begins here; takes its header where the codec does not.
    fn begin(&mut self, input: &mut Peek<'_>, hidden: &Hidden) -> io::Result<bool>;
    /// Decompresses some of `input` into `out`. An empty `input` means that no more will come.
    fn run(&mut self, input: &[u8], out: &mut [u8]) -> io::Result<Step>;
    /// Takes and checks what follows the compressed data of a member.
    fn end(&mut self, _input: &mut Peek<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// An error about bytes that are not what their format wants.
pub(super) fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

/// An error about a stream that ends in the middle.
pub(super) fn cut_off() -> io::Error {
    io::Error::new(ErrorKind::UnexpectedEof, "compressed data ends early")
}

/// All members of a stream, one after the other.
pub(super) struct Decode<'a> {
    input: Peek<'a>,
    format: Box<dyn Format>,
    limits: Limits,
    hidden: Hidden,
    out: u64,
    state: State,
    /// Reported once the bytes before it were delivered.
    failure: Option<io::Error>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    First,
    Inside,
    Between,
    Ended,
}

impl<'a> Decode<'a> {
    pub(super) fn new(
        input: Box<dyn BufRead + 'a>,
        format: Box<dyn Format>,
        limits: &Limits,
        hidden: Hidden,
    ) -> Self {
        Self {
            input: Peek::new(input),
            format,
            limits: limits.clone(),
            hidden,
            out: 0,
            state: State::First,
            failure: None,
        }
    }

    /// Moves on to the next member; at the end notes and takes what follows it.
    fn advance(&mut self) -> io::Result<()> {
        if self.format.begin(&mut self.input, &self.hidden)? {
            self.state = State::Inside;
            return Ok(());
        }
        if self.state == State::First && self.input.position() == 0 {
            return Err(invalid("not a compressed stream"));
        }
        self.state = State::Ended;
        self.hidden.pass(&mut self.input, u64::MAX)?;
        Ok(())
    }

    fn step(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // A bounded slice keeps the hashing of the stored bytes close behind in the cache.
        let input = self.input.fill_buf()?;
        let input = input.get(..input.len().min(1 << 20)).unwrap_or_default();
        let at_end = input.is_empty();
        // And a bounded piece of output keeps what may come out beyond a limit small.
        let most = out.len().min(256 << 10);
        let out = out.get_mut(..most).unwrap_or_default();
        let step = self.format.run(input, out)?;
        self.input.consume(step.consumed);
        self.out = self.out.saturating_add(step.produced as u64);
        let hit = self.limits.check_stream(self.input.position(), self.out);
        self.failure = step.failure.or(hit.map(Into::into));
        if step.ended {
            self.state = State::Between;
            if let Err(error) = self.format.end(&mut self.input) {
                self.failure.get_or_insert(error);
            }
        } else if step.produced == 0 && at_end {
            self.failure.get_or_insert_with(cut_off);
        } else if step.produced == 0 && step.consumed == 0 {
            self.failure
                .get_or_insert_with(|| invalid("compressed data makes no progress"));
        }
        Ok(step.produced)
    }
}

impl Read for Decode<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(error) = self.failure.take() {
                self.state = State::Ended;
                return Err(error);
            }
            match self.state {
                State::Ended => return Ok(0),
                State::Inside => match self.step(out)? {
                    0 => {}
                    produced => return Ok(produced),
                },
                State::First | State::Between => self.advance()?,
            }
        }
    }
}

/// An uncompressed stream, held to the total size.
pub(super) struct Bounded<'a> {
    input: Box<dyn BufRead + 'a>,
    left: u64,
    total: u64,
}

impl<'a> Bounded<'a> {
    pub(super) fn new(input: Box<dyn BufRead + 'a>, limits: &Limits) -> Self {
        Self {
            input,
            left: limits.total_size,
            total: limits.total_size,
        }
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Bounded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let buffer = self.input.fill_buf()?;
        if self.left == 0 && !buffer.is_empty() {
            return Err(LimitHit::TotalSize(self.total).into());
        }
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        Ok(buffer.get(..most).unwrap_or_default())
    }

    fn consume(&mut self, n: usize) {
        self.left = self.left.saturating_sub(n as u64);
        self.input.consume(n);
    }
}
