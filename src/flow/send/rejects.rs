//! Refused lines, written into a file as they were read, in their order.
//!
//! A line may be refused long after it was sent: the blocks that lines came in are kept until all their lines are
//! decided.

use std::collections::VecDeque;
use std::sync::Arc;

use eventctl_core::produce::Block;

use crate::failure::Failure;
use crate::files::Output;

pub(super) struct Rejects {
    file: Output,
    /// Blocks, and the number of the first line of each.
    blocks: VecDeque<(u64, u64, Arc<Block>)>,
    /// How many lines are not in the file: they were too long to be kept, or it could not be written.
    pub(super) not_kept: u64,
    /// True once the file could not be written: what follows would stand behind half a line.
    broken: bool,
}

impl Rejects {
    pub(super) fn new(file: Output) -> Rejects {
        Rejects { file, blocks: VecDeque::new(), not_kept: 0, broken: false }
    }

    /// Keeps a block whose first line has this number.
    pub(super) fn keep(&mut self, first: u64, block: Arc<Block>) {
        self.blocks.push_back((first, block.count(), block));
    }

    /// The last line that is at hand; the one before where there is none.
    pub(super) fn reach(&self, first: u64) -> u64 {
        self.blocks.back().map_or(first.saturating_sub(1), |(begin, count, _)| begin + count - 1)
    }

    /// Lets go of blocks whose lines are all before this one.
    pub(super) fn let_go(&mut self, line: u64) {
        while self.blocks.front().is_some_and(|(first, count, _)| first + count <= line) {
            self.blocks.pop_front();
        }
    }

    /// Writes a line. After the first error no more is written, and only counted.
    pub(super) fn write(&mut self, line: u64) -> Result<(), Failure> {
        if self.broken {
            self.not_kept += 1;
            return Ok(());
        }
        let inside = |(first, count, _): &&(u64, u64, Arc<Block>)| (*first..first + count).contains(&line);
        let Some((first, _, block)) = self.blocks.iter().find(inside) else { return Ok(()) };
        let place = usize::try_from(line - first).unwrap_or(usize::MAX);
        let Some(bytes) = block.lines(*first).nth(place).and_then(|line| line.bytes()) else {
            self.not_kept += 1;
            return Ok(());
        };
        let written = self.file.line(bytes);
        if written.is_err() {
            self.broken = true;
            self.not_kept += 1;
        }
        written.map_err(|failure| Failure::machine(format!("the reject file: {}", failure.story())))
    }

    /// Sees that all is on the disk.
    pub(super) fn sync(&self) -> Result<(), Failure> {
        self.file.settle()
    }
}
