//! Reads keys, on a thread of its own.
//!
//! The library is asked only when the terminal is surely there: once it is gone, the library reads its end again and
//! again and never returns (crossterm 0.29, `source/unix/mio.rs`).

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ratatui::crossterm::event;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::sync::mpsc::Sender;

use super::keys::Event;

/// How often it is looked whether keys are still wanted, and whether the size is another one.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// Hands on what happens, until nobody wants it or the terminal is gone; the channel's end says so.
pub(super) fn read(sender: &Sender<Event>, closed: &AtomicBool) {
    let Some(terminal) = terminal() else { return };
    while !closed.load(Ordering::SeqCst) && is_there(&terminal) {
        while let Ok(true) = event::poll(Duration::ZERO) {
            let Ok(happened) = event::read() else { return };
            if let Some(event) = Event::of(&happened)
                && sender.blocking_send(event).is_err()
            {
                return;
            }
        }
    }
}

/// The terminal that the library reads: stdin, or the controlling terminal where stdin is data.
fn terminal() -> Option<OwnedFd> {
    let stdin = std::io::stdin();
    if rustix::termios::isatty(&stdin) {
        return stdin.as_fd().try_clone_to_owned().ok();
    }
    File::options().read(true).write(true).open("/dev/tty").ok().map(OwnedFd::from)
}

/// Waits for a moment, or until something was typed; false where the terminal is gone.
fn is_there(terminal: &OwnedFd) -> bool {
    let mut watched = [PollFd::new(terminal, PollFlags::IN)];
    // A signal, such as that of a new size, ends the wait early.
    let _ = poll(&mut watched, Some(&TICK));
    let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
    watched.iter().all(|it| !it.revents().intersects(gone))
}
