//! The live screen: the terminal as a whole, for as long as it is open.
//!
//! It decides two things: what is on the terminal (the alternate screen, in raw mode) and that nothing of it stays when
//! the screen ends, however it ends. What is drawn, and what a key does, are functions of a `LagView`, which knows no
//! terminal. The loop that samples and draws is the caller's.

mod draw;
mod keys;
mod list;
mod order;
mod reader;
mod view;

#[cfg(test)]
mod tests;

use std::io::IsTerminal;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ratatui::DefaultTerminal;
use ratatui::crossterm::{cursor, execute};
use tokio::sync::mpsc::{self, Receiver};

pub use keys::{Event, Key};
pub use view::{Change, LagView};

use crate::failure::{Failure, Kind};
use crate::stop::Stop;

/// How long the thread that reads keys is waited for, so that it takes no key that is meant for the shell.
const PATIENCE: Duration = Duration::from_millis(300);
/// The most keys that wait; whoever types faster waits as well.
const KEYS: usize = 64;

/// The terminal, taken over. It is given back when this is dropped, and also where the process ends without that: by a
/// panic, or by a second signal.
pub struct Screen {
    /// Never dropped: ratatui would say on stderr that it cannot show the cursor of a terminal that is gone, and to say
    /// something there panics. `give_back` shows the cursor.
    terminal: ManuallyDrop<DefaultTerminal>,
    events: Receiver<Event>,
    closed: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
    stop: Stop,
    colour: bool,
}

impl Screen {
    /// Takes the terminal over; colours are used where `colour` says so.
    ///
    /// # Errors
    /// `Usage` where stdout is no terminal; `Machine` where it cannot be taken over. Then it is as it was.
    pub fn open(stop: &Stop, colour: bool) -> Result<Screen, Failure> {
        if !std::io::stdout().is_terminal() {
            return Err(Failure::usage("a live screen needs a terminal, and stdout is none")
                .hint("take a line a sample instead: eventctl lag --watch | cat"));
        }
        let failed = |error: std::io::Error| {
            give_back();
            stop.at_end(None);
            Failure::machine(format!("cannot take over the terminal: {error}"))
        };
        stop.at_end(Some(give_back));
        let terminal = ManuallyDrop::new(ratatui::try_init().map_err(failed)?);
        let (sender, events) = mpsc::channel(KEYS);
        let closed = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&closed);
        let reader =
            std::thread::Builder::new().name("keys".to_owned()).spawn(move || reader::read(&sender, &theirs));
        let reader = Some(reader.map_err(failed)?);
        Ok(Screen { terminal, events, closed, reader, stop: stop.clone(), colour })
    }

    /// Draws the view, at the terminal's size.
    ///
    /// # Errors
    /// `BrokenPipe` or `Machine` where the terminal is gone.
    pub fn draw(&mut self, view: &mut LagView) -> Result<(), Failure> {
        let colour = self.colour;
        let drawn = self.terminal.draw(|frame| {
            view.fit(frame.area().width, frame.area().height);
            draw::draw(view, frame, colour);
        });
        drawn.map(drop).map_err(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::new(Kind::BrokenPipe, "the terminal has gone"),
            _ => Failure::machine(format!("cannot write to the terminal: {error}")),
        })
    }

    /// Waits for a key or a new size; none when the terminal can no longer be read. May be dropped at any time without
    /// losing one, as `select!` does.
    pub async fn next_event(&mut self) -> Option<Event> {
        self.events.recv().await
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // A reader that waits for room is woken by this.
        self.events.close();
        let begun = Instant::now();
        // It is not joined: half a sequence of a key makes the library wait for the other half.
        while self.reader.as_ref().is_some_and(|it| !it.is_finished()) && begun.elapsed() < PATIENCE {
            std::thread::park_timeout(Duration::from_millis(5));
        }
        give_back();
        self.stop.at_end(None);
    }
}

/// Gives the terminal back: the screen that was there, its modes, its cursor. What fails is not told: the terminal is
/// gone, or it is as it was.
fn give_back() {
    let _ = ratatui::try_restore();
    let _ = execute!(std::io::stdout(), cursor::Show);
}
