//! The thread that reads: bytes become blocks of lines, a few of which wait for their turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use eventctl_core::codec::{Decoder, Style};
use eventctl_core::produce::{Block, Blocks};
use eventctl_core::schema::parse;
use eventctl_core::yaml::Source as Text;

use crate::failure::Failure;
use crate::files::{Container, Input};

/// How many blocks are read ahead.
const AHEAD: usize = 3;

/// How many bytes of text are made of a container's data at once.
const MADE: usize = 512 << 10;
/// How many data that take no bytes a block may say it has.
const EMPTY: u64 = 1_000_000;

/// Where lines come from.
#[derive(Debug)]
pub enum Source {
    /// They are read as they are.
    Lines(Input),
    /// They are made of the data of an Avro container file, one of each.
    Container(Container),
}

impl Source {
    /// How many bytes there are, where that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        match self {
            Source::Lines(input) => input.length(),
            Source::Container(container) => container.length(),
        }
    }
}

/// What was read.
pub(super) type Fed = Result<Block, Failure>;

/// Begins to read. The thread ends with the input, with the first failure, or once nobody takes what it reads; where it
/// waits for a byte that never comes, the end of the process is its end.
pub(super) fn start(source: Source, bytes_read: Arc<AtomicU64>) -> Result<Receiver<Fed>, Failure> {
    let (sender, receiver) = sync_channel(AHEAD);
    let read = move || {
        let done = match source {
            Source::Lines(input) => lines(input, &bytes_read, &sender),
            Source::Container(container) => data(container, &sender),
        };
        if let Err(failure) = done {
            // Nobody is left to be told where nobody takes it.
            let _ = sender.send(Err(failure));
        }
    };
    let spawned = std::thread::Builder::new().name("reader".to_owned()).spawn(read);
    spawned.map_err(|error| Failure::machine(format!("cannot read the input: {error}")))?;
    Ok(receiver)
}

fn lines(mut input: Input, bytes_read: &AtomicU64, sender: &SyncSender<Fed>) -> Result<(), Failure> {
    let mut blocks = Blocks::default();
    loop {
        let bytes = input.read(blocks.room())?;
        if bytes == 0 {
            let first = blocks.end();
            hand_over(sender, first, || blocks.end());
            return Ok(());
        }
        bytes_read.fetch_add(bytes as u64, Ordering::Relaxed);
        let first = blocks.read(bytes);
        if !hand_over(sender, first, || blocks.whole()) {
            return Ok(());
        }
    }
}

fn data(mut container: Container, sender: &SyncSender<Fed>) -> Result<(), Failure> {
    let broken = |why: String| Failure::input(format!("the schema in the file cannot be used: {why}"));
    let schema = parse(&Text::new("avro.schema", container.schema()), &[]).map_err(|findings| {
        broken(findings.first().map_or_else(String::new, |finding| finding.message.clone()))
    })?;
    let decoder = Decoder::new(&schema, Style::PLAIN).map_err(|error| broken(error.to_string()))?;
    let mut made = Vec::new();
    while let Some(block) = container.block()? {
        let mut rest = block.data.as_slice();
        for number in 0..block.count {
            if rest.is_empty() && number > EMPTY {
                return Err(Failure::input("a block of the file has more data than bytes"));
            }
            let bytes = decoder.decode_first(rest, &mut made);
            let bytes = bytes.map_err(|error| Failure::input(format!("the file is damaged: {error}")))?;
            made.push(b'\n');
            rest = rest.get(bytes..).unwrap_or_default();
            if made.len() >= MADE && sender.send(Ok(Block::of(std::mem::take(&mut made)))).is_err() {
                return Ok(());
            }
        }
        if !rest.is_empty() {
            return Err(Failure::input("the file is damaged: a block has bytes behind its data"));
        }
    }
    // Nobody is left to be told where nobody takes it.
    let _ = sender.send(Ok(Block::of(made)));
    Ok(())
}

/// False where nobody takes it.
fn hand_over(
    sender: &SyncSender<Fed>,
    first: Option<Block>,
    mut next: impl FnMut() -> Option<Block>,
) -> bool {
    let mut block = first;
    while let Some(whole) = block {
        if sender.send(Ok(whole)).is_err() {
            return false;
        }
        block = next();
    }
    true
}
