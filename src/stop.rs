//! The one stop signal: Ctrl-C, SIGTERM and the end of the terminal set it, whatever runs looks at it or waits for it.
//!
//! Signals are received on a thread of their own, so that a command that waits for an answer on the terminal, or runs
//! a hot loop, is stopped like any other. The second signal ends the process at once, and so does the first while
//! nobody heeds it yet. SIGHUP is no sign of impatience: shell and kernel both send it, and it comes with others.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::failure::Failure;
use crate::outcome::{Outcome, Signal};

/// A flag that is set once. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    signal: AtomicU8,
    /// True once somebody looks at the signal or waits for it. Before that, nothing was changed and nobody would heed
    /// it: reading a pipe that nobody writes to would go on for ever.
    heeded: AtomicBool,
    notify: Notify,
    /// What must be done before the process ends without unwinding.
    at_end: Mutex<Option<fn()>>,
}

const NONE: u8 = 0;
const INTERRUPT: u8 = 1;
const TERMINATE: u8 = 2;
const HANGUP: u8 = 3;

impl Stop {
    /// Sets the flag and wakes who waits for it.
    pub fn set(&self, signal: Signal) {
        let value = match signal {
            Signal::Interrupt => INTERRUPT,
            Signal::Terminate => TERMINATE,
            Signal::Hangup => HANGUP,
        };
        // The first signal is the one that is reported.
        let _ = self.0.signal.compare_exchange(NONE, value, Ordering::SeqCst, Ordering::SeqCst);
        self.0.notify.notify_waiters();
    }

    /// The signal that came, if one did.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        self.0.heeded.store(true, Ordering::SeqCst);
        self.received()
    }

    fn received(&self) -> Option<Signal> {
        match self.0.signal.load(Ordering::SeqCst) {
            INTERRUPT => Some(Signal::Interrupt),
            TERMINATE => Some(Signal::Terminate),
            HANGUP => Some(Signal::Hangup),
            _ => None,
        }
    }

    /// Says what must be done where a signal ends the process at once: nothing is dropped then. It takes the place of what
    /// was said before.
    pub fn at_end(&self, clean: Option<fn()>) {
        *self.0.at_end.lock().unwrap_or_else(PoisonError::into_inner) = clean;
    }

    /// Waits until a signal comes.
    pub async fn wait(&self) -> Signal {
        loop {
            // Registered before the flag is read, so that a signal between the two is not missed.
            let notified = self.0.notify.notified();
            if let Some(signal) = self.signal() {
                return signal;
            }
            notified.await;
        }
    }

    /// Runs work that may be dropped at any await: reading, never changing.
    ///
    /// # Errors
    /// `Interrupted` if a signal comes first, else the work's own failure.
    pub async fn or<T>(&self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        tokio::select! {
            biased;
            signal = self.wait() => Err(Failure::interrupted(signal)),
            result = work => result,
        }
    }

    /// Listens for Ctrl-C and SIGTERM from now on, and for SIGHUP where `hangups` says so: who began us with `nohup`
    /// wants the end of the terminal to be ignored.
    ///
    /// # Errors
    /// When the machine refuses a thread or a signal handler.
    pub fn listen(&self, hangups: bool) -> Result<(), Failure> {
        let stop = self.clone();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let runtime =
            runtime.map_err(|error| Failure::machine(format!("cannot listen for signals: {error}")))?;
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = move || runtime.block_on(stop.receive(&ready, hangups));
        let spawned = std::thread::Builder::new().name("signals".to_owned()).spawn(thread);
        spawned.map_err(|error| Failure::machine(format!("cannot listen for signals: {error}")))?;
        // Without this wait, a signal in the first microseconds would still kill the process in its default way.
        let _ = is_ready.recv();
        Ok(())
    }

    async fn receive(self, ready: &std::sync::mpsc::Sender<()>, hangups: bool) {
        use tokio::signal::unix::{SignalKind, signal};
        let (Ok(mut interrupt), Ok(mut terminate)) =
            (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
        else {
            return;
        };
        let mut hangup = if hangups { signal(SignalKind::hangup()).ok() } else { None };
        let _ = ready.send(());
        loop {
            let signal = tokio::select! {
                _ = interrupt.recv() => Signal::Interrupt,
                _ = terminate.recv() => Signal::Terminate,
                () = received(hangup.as_mut()) => Signal::Hangup,
            };
            let second = self.received().is_some() && signal != Signal::Hangup;
            if second || !self.0.heeded.load(Ordering::SeqCst) {
                let clean = *self.0.at_end.lock().unwrap_or_else(PoisonError::into_inner);
                clean.into_iter().for_each(|clean| clean());
                end_at_once(signal);
            }
            self.set(signal);
        }
    }
}

/// Waits for a signal; for ever, where it is not listened for.
async fn received(signal: Option<&mut tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => {
            let _ = signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

#[expect(
    clippy::exit,
    reason = "the second Ctrl-C must end a command that no longer looks at its stop signal"
)]
#[expect(clippy::disallowed_methods, reason = "as above")]
fn end_at_once(signal: Signal) -> ! {
    std::process::exit(i32::from(Outcome::Interrupted(signal).code()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_signal_is_kept_and_wakes_who_waits() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let stop = Stop::default();
        assert_eq!(stop.signal(), None);
        let waiting = stop.clone();
        let signal = runtime.block_on(async move {
            let waiter = tokio::spawn(async move { waiting.wait().await });
            tokio::task::yield_now().await;
            stop.set(Signal::Terminate);
            stop.set(Signal::Interrupt);
            waiter.await.unwrap()
        });
        assert_eq!(signal, Signal::Terminate);
    }

    #[test]
    fn stopped_work_is_interrupted_with_its_signal() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let stop = Stop::default();
        stop.set(Signal::Interrupt);
        let result = runtime.block_on(stop.or(std::future::pending::<Result<(), Failure>>()));
        assert_eq!(result.unwrap_err().code(), 130);
    }
}
