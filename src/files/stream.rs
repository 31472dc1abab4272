//! Where a stream of data goes: stdout or a file, written in large pieces and past the standard library's buffers.

use std::fs::File;
use std::io::{ErrorKind, IsTerminal, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Kind};

/// A place to write a stream to.
#[derive(Debug)]
pub struct Stream {
    file: File,
    path: Option<PathBuf>,
    terminal: bool,
}

impl Stream {
    /// Stdout itself. What was printed before must have been flushed.
    ///
    /// # Errors
    /// `Machine` where there is none.
    pub fn stdout() -> Result<Stream, Failure> {
        let stdout = std::io::stdout();
        let terminal = stdout.is_terminal();
        let descriptor = stdout.as_fd().try_clone_to_owned();
        let descriptor =
            descriptor.map_err(|error| Failure::machine(format!("cannot write to stdout: {error}")))?;
        Ok(Stream { file: File::from(descriptor), path: None, terminal })
    }

    /// A file, which is made, or emptied where it is there.
    ///
    /// # Errors
    /// `Input` where it cannot be made.
    pub fn file(path: &Path) -> Result<Stream, Failure> {
        let file = File::create(path).map_err(|error| super::failed("write", path, &error))?;
        Ok(Stream { file, path: Some(path.to_owned()), terminal: false })
    }

    /// A file for what nobody wants to lose: one that is there, and holds something, is left alone.
    ///
    /// # Errors
    /// `Input` where it cannot be made, or holds something.
    pub fn new_file(path: &Path) -> Result<Stream, Failure> {
        super::demand_nothing(path)?;
        Stream::file(path)
    }

    /// True where somebody watches: nothing may be held back.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Writes all of these bytes.
    ///
    /// # Errors
    /// `BrokenPipe` where the reader has gone, `Machine` where the place is full or gone.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file.write_all(bytes).map_err(|error| match (error.kind(), &self.path) {
            (ErrorKind::BrokenPipe, _) => Failure::new(Kind::BrokenPipe, "the reader of stdout has gone"),
            (_, Some(path)) => Failure::machine(format!("cannot write {}: {error}", path.display())),
            (_, None) => Failure::machine(format!("cannot write to stdout: {error}")),
        })
    }
}
