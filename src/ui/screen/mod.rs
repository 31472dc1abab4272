//! The live screen: the terminal as a whole, for as long as it is open.
//!
//! It decides two things: what is on the terminal (the alternate screen, in raw mode) and that nothing of it stays when
//! the screen ends, however it ends. What is drawn, and what a key does, are functions of a `LagView`, which knows no
//! terminal. The loop that samples and draws is the caller's.

mod draw;
mod keys;
mod list;
mod order;
mod view;

#[cfg(test)]
mod tests;

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::{cursor, event, execute};
use tokio::sync::mpsc::{self, Receiver, Sender};

pub use keys::{Event, Key};
pub use view::{Change, LagView};

use crate::failure::{Failure, Kind};
use crate::stop::Stop;

/// How often the thread that reads keys looks whether it is still wanted.
const TICK: Duration = Duration::from_millis(50);
/// The most keys that wait; whoever types faster waits as well.
const KEYS: usize = 64;

/// The terminal, taken over. It is given back when this is dropped, and also where the process ends without that: by a
/// panic, or by a second signal.
pub struct Screen {
    terminal: DefaultTerminal,
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
            Failure::machine(format!("cannot take over the terminal: {error}"))
        };
        stop.at_end(Some(give_back));
        let terminal = ratatui::try_init().map_err(failed)?;
        let (sender, events) = mpsc::channel(KEYS);
        let closed = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&closed);
        let reader =
            std::thread::Builder::new().name("keys".to_owned()).spawn(move || read(&sender, &theirs));
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
        if let Some(reader) = self.reader.take() {
            // It does not panic; and if it did, the terminal is given back all the same.
            let _ = reader.join();
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

fn read(sender: &Sender<Event>, closed: &AtomicBool) {
    while !closed.load(Ordering::SeqCst) {
        let happened = match event::poll(TICK) {
            Ok(true) => event::read(),
            Ok(false) => continue,
            Err(error) => Err(error),
        };
        // The terminal is gone; the channel's end says so.
        let Ok(happened) = happened else { return };
        if let Some(event) = Event::of(&happened)
            && sender.blocking_send(event).is_err()
        {
            return;
        }
    }
}
