//! The thread that reads: bytes become blocks of lines, a few of which wait for their turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use eventctl_core::produce::{Block, Blocks};

use crate::failure::Failure;
use crate::files::Input;

/// How many blocks are read ahead.
const AHEAD: usize = 3;

/// What was read.
pub(super) type Fed = Result<Block, Failure>;

/// Begins to read. The thread ends with the input, with the first failure, or once nobody takes what it reads; where it
/// waits for a byte that never comes, the end of the process is its end.
pub(super) fn start(mut input: Input, bytes_read: Arc<AtomicU64>) -> Result<Receiver<Fed>, Failure> {
    let (sender, receiver) = sync_channel(AHEAD);
    let read = move || {
        let mut blocks = Blocks::default();
        loop {
            match input.read(blocks.room()) {
                Ok(0) => break,
                Ok(bytes) => {
                    bytes_read.fetch_add(bytes as u64, Ordering::Relaxed);
                    let first = blocks.read(bytes);
                    if !hand_over(&sender, first, || blocks.next()) {
                        return;
                    }
                }
                Err(failure) => return drop(sender.send(Err(failure))),
            }
        }
        let first = blocks.end();
        hand_over(&sender, first, || blocks.end());
    };
    let spawned = std::thread::Builder::new().name("reader".to_owned()).spawn(read);
    spawned.map_err(|error| Failure::machine(format!("cannot read the input: {error}")))?;
    Ok(receiver)
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
