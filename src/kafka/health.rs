//! What is known about a handle's connections: the last trouble of each address, and whether waiting is useless.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind};
use tokio::sync::watch;

use super::connect::Redactor;
use super::faults;
use super::native::code::CallError;
use super::native::dispatch::Listener;
use super::trouble::{CERTIFICATE_REFUSED, Cause, Trouble, Verdict, certificate_fault};

/// How long a trouble that is most likely final may be contradicted by an answer. A broker that goes down while we
/// connect looks like one that expects TLS, and then another broker answers.
const BENEFIT_OF_DOUBT: Duration = Duration::from_secs(1);

/// Addresses and log lines that are remembered.
const REMEMBERED: usize = 20;

/// Addresses that are named in a message.
const NAMED: usize = 3;

/// A fault, and the next step where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Explained {
    pub(super) fault: Fault,
    pub(super) hint: Option<&'static str>,
}

/// The connections' health, written by the dispatcher's thread.
pub(super) struct Health {
    redactor: Redactor,
    addresses: String,
    state: Mutex<State>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    answered: bool,
    troubles: BTreeMap<Option<String>, (Instant, Trouble)>,
    last: Option<(Instant, Trouble)>,
    end: Option<(Verdict, Instant, Trouble)>,
    certificates: BTreeMap<String, Cause>,
    log: VecDeque<String>,
}

impl Health {
    /// The health of a handle that begins with these addresses.
    pub(super) fn new(addresses: &[String], redactor: Redactor) -> Health {
        let addresses = addresses.join(", ");
        Health { redactor, addresses, state: Mutex::default(), changed: watch::channel(()).0 }
    }

    /// True once any broker has answered any call.
    pub(super) fn answered(&self) -> bool {
        self.state().answered
    }

    /// The last lines of librdkafka's log, without secrets.
    pub(super) fn log(&self) -> Vec<String> {
        self.state().log.iter().cloned().collect()
    }

    /// Ends when waiting is useless, and says why.
    pub(super) async fn hopeless(&self) -> Explained {
        let mut changed = self.changed.subscribe();
        loop {
            // Bound to a name, so that the lock is not held while waiting.
            let verdict = self.verdict();
            match verdict {
                Some((trouble, until)) if until <= Instant::now() => return explained(&trouble),
                Some((_, until)) => {
                    let until = tokio::time::Instant::from_std(until);
                    let _either_way_look_again = tokio::time::timeout_at(until, changed.changed()).await;
                }
                None => {
                    if changed.changed().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
            }
        }
    }

    /// The trouble that ends all waiting, and when it does.
    fn verdict(&self) -> Option<(Trouble, Instant)> {
        let state = self.state();
        let (verdict, since, trouble) = state.end.as_ref()?;
        match verdict {
            Verdict::Final => Some((trouble.clone(), *since)),
            Verdict::Likely if !state.answered => Some((trouble.clone(), *since + BENEFIT_OF_DOUBT)),
            Verdict::Likely | Verdict::Open => None,
        }
    }

    /// Explains the failure of a call that began then: instead of a bare timeout, what the brokers' connections said.
    pub(super) fn explain(&self, error: CallError, since: Instant) -> Explained {
        let error = CallError { message: self.redactor.clean(&error.message), ..error };
        let fault = faults::fault(error);
        if !matches!(fault.kind, FaultKind::TimedOut | FaultKind::Unreachable) {
            return Explained { fault, hint: None };
        }
        let state = self.state();
        // Before the first answer an old trouble still counts: librdkafka reports the same one only every 30 s.
        let recent = |at: Instant| !state.answered || at >= since;
        let named: Vec<&Trouble> =
            state.troubles.values().filter(|(at, _)| recent(*at)).map(|(_, trouble)| trouble).collect();
        let Some(last) = state.last.as_ref().filter(|(at, _)| recent(*at)).map(|(_, trouble)| trouble) else {
            return if state.answered { Explained { fault, hint: None } } else { self.silence(fault) };
        };
        let kind = if state.answered { fault.kind } else { FaultKind::Unreachable };
        let mut message =
            if state.answered { fault.message } else { "no broker could be reached".to_owned() };
        for (index, trouble) in named.iter().take(NAMED).enumerate() {
            let _infallible = write!(message, "{} {trouble}", if index == 0 { ":" } else { ";" });
        }
        if named.len() > NAMED {
            let _infallible = write!(message, "; and {} more", named.len() - NAMED);
        }
        Explained { fault: Fault { kind, code: fault.code, message }, hint: last.cause.hint() }
    }

    /// Nobody answered, and no connection failed either.
    fn silence(&self, fault: Fault) -> Explained {
        let message = format!("no broker answered in time at {}", self.addresses);
        let fault = Fault { kind: FaultKind::Unreachable, message, ..fault };
        Explained { fault, hint: Cause::Silent.hint() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change leaves the state whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn explained(trouble: &Trouble) -> Explained {
    let fault =
        Fault { kind: FaultKind::Unreachable, code: "_CONNECTION".to_owned(), message: trouble.to_string() };
    Explained { fault, hint: trouble.cause.hint() }
}

impl Listener for Health {
    fn error(&self, error: &CallError) {
        // Says only how many are down; the reasons came before it, one for each.
        if error.code == "_ALL_BROKERS_DOWN" {
            return;
        }
        let mut trouble = Trouble::new(&error.code, &self.redactor.clean(&error.message));
        if trouble.words.contains(CERTIFICATE_REFUSED) {
            let known = trouble.address.as_ref().and_then(|it| self.state().certificates.get(it).copied());
            trouble.cause = known.unwrap_or(trouble.cause);
        }
        self.note(trouble);
    }

    fn log(&self, line: &str) {
        let line = self.redactor.clean(line);
        if let Some(trouble) = Trouble::of_log(&line) {
            self.note(trouble);
        }
        let mut state = self.state();
        if let Some((address, cause)) = certificate_fault(&line)
            && state.certificates.len() < REMEMBERED
        {
            state.certificates.insert(address, cause);
        }
        if state.log.len() == REMEMBERED {
            state.log.pop_front();
        }
        state.log.push_back(line);
    }

    fn answered(&self) {
        let mut state = self.state();
        let first = !std::mem::replace(&mut state.answered, true);
        drop(state);
        if first {
            self.changed.send_replace(());
        }
    }
}

impl Health {
    fn note(&self, trouble: Trouble) {
        let now = Instant::now();
        let mut state = self.state();
        let verdict = trouble.cause.verdict();
        let graver = match &state.end {
            None => verdict != Verdict::Open,
            Some((Verdict::Likely, ..)) => verdict == Verdict::Final,
            Some(_) => false,
        };
        if graver {
            state.end = Some((verdict, now, trouble.clone()));
        }
        if state.troubles.len() < REMEMBERED || state.troubles.contains_key(&trouble.address) {
            state.troubles.insert(trouble.address.clone(), (now, trouble.clone()));
        }
        state.last = Some((now, trouble));
        drop(state);
        self.changed.send_replace(());
    }
}
