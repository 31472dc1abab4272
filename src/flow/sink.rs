//! Where the lines of a reading go: gathered into blocks, and written a block at a time.

use crate::failure::{Failure, Kind};
use crate::files::Stream;

/// How many bytes are gathered before they are written.
const BLOCK: usize = 1 << 20;

/// Gathers and writes.
#[derive(Debug)]
pub struct Sink {
    stream: Stream,
    block: Vec<u8>,
    /// True where what is there is written as soon as nothing else comes.
    eager: bool,
    /// Why nothing more can be written. What was lost once is not made good by what follows.
    broken: Option<(Kind, String)>,
}

impl Sink {
    /// Writes to this place. With `eager`, and on a terminal, nothing is held back while waiting for more.
    #[must_use]
    pub fn new(stream: Stream, eager: bool) -> Sink {
        let eager = eager || stream.is_terminal();
        Sink { stream, block: Vec::with_capacity(BLOCK + (64 << 10)), eager, broken: None }
    }

    /// Where lines are added; [`Sink::added`] has to follow.
    pub fn block(&mut self) -> &mut Vec<u8> {
        &mut self.block
    }

    /// Writes the block where it is full.
    ///
    /// # Errors
    /// As [`Stream::write`].
    #[inline]
    pub fn added(&mut self) -> Result<(), Failure> {
        if self.block.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    /// True where what is there is written as soon as nothing else comes.
    #[must_use]
    pub fn is_eager(&self) -> bool {
        self.eager
    }

    /// Writes what was gathered. Once that has failed, it fails for ever: the lost block is not told by its absence.
    ///
    /// # Errors
    /// As [`Stream::write`]; after an error, the same one each time.
    pub fn flush(&mut self) -> Result<(), Failure> {
        if let Some((kind, story)) = &self.broken {
            return Err(Failure::new(*kind, story.clone()));
        }
        if self.block.is_empty() {
            return Ok(());
        }
        let written = self.stream.write(&self.block);
        if let Err(failure) = &written {
            self.broken = Some((failure.kind(), failure.story()));
        }
        self.block.clear();
        // A record of many megabytes must not keep its room for ever.
        if self.block.capacity() > 4 * BLOCK {
            self.block.shrink_to(BLOCK + (64 << 10));
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lost_once_is_never_taken_for_written() {
        let full = Stream::file(std::path::Path::new("/dev/full")).unwrap();
        let mut sink = Sink::new(full, true);
        sink.flush().unwrap();
        sink.block().extend(b"a line\n");
        assert_eq!(sink.flush().unwrap_err().kind(), Kind::Machine);
        assert!(sink.block().is_empty());
        let again = sink.flush().unwrap_err();
        assert!(again.story().contains("/dev/full"), "{}", again.story());
        assert!(sink.flush().is_err());
    }
}
