//! Bytes that are read as a stream: a file, or what comes in on stdin.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::{failed, reason};
use crate::failure::Failure;

/// An input that is read once, from its beginning to its end.
#[derive(Debug)]
pub struct Input {
    from: From,
    length: Option<u64>,
}

#[derive(Debug)]
enum From {
    Stdin(io::Stdin),
    File(File, PathBuf),
}

impl Input {
    /// What comes in on stdin.
    #[must_use]
    pub fn stdin() -> Input {
        Input { from: From::Stdin(io::stdin()), length: None }
    }

    /// A file.
    ///
    /// # Errors
    /// `Input` where it is absent, may not be read or is a folder.
    pub fn open(path: &Path) -> Result<Input, Failure> {
        let file = File::open(path).map_err(|error| failed("read", path, &error))?;
        let about = file.metadata().map_err(|error| failed("read", path, &error))?;
        if about.is_dir() {
            return Err(Failure::input(format!("{} is a folder, not a file", path.display())));
        }
        let length = about.is_file().then_some(about.len());
        Ok(Input { from: From::File(file, path.to_owned()), length })
    }

    /// How many bytes there are, where that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Reads some bytes into the room: none at the end. It waits for at least one.
    ///
    /// # Errors
    /// `Machine` where the machine cannot read on.
    pub fn read(&mut self, room: &mut [u8]) -> Result<usize, Failure> {
        loop {
            let read = match &mut self.from {
                From::Stdin(stdin) => stdin.lock().read(room),
                From::File(file, _) => file.read(room),
            };
            return match read {
                Ok(bytes) => Ok(bytes),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => Err(match &self.from {
                    From::Stdin(_) => Failure::machine(format!("cannot read stdin: {}", reason(&error))),
                    From::File(_, path) => failed("read", path, &error),
                }),
            };
        }
    }
}
