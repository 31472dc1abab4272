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

/// For how long librdkafka may keep silent about a trouble that repeats itself.
const SILENT_REPEATS: Duration = Duration::from_secs(35);

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
    down: bool,
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
    pub(super) fn has_answered(&self) -> bool {
        self.state().answered
    }

    /// The last lines of librdkafka's log, without secrets.
    pub(super) fn recent_log(&self) -> Vec<String> {
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
            // What one broker's certificate or listener lacks says nothing of the others, once one of them answered.
            Verdict::Final if !state.answered || trouble.cause == Cause::Credentials => {
                Some((trouble.clone(), *since))
            }
            Verdict::Likely if !state.answered => Some((trouble.clone(), *since + BENEFIT_OF_DOUBT)),
            Verdict::Final | Verdict::Likely | Verdict::Open => None,
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
        // An old trouble still counts: librdkafka reports one that stays the same only every 30 s. Before the first answer
        // nothing has contradicted it.
        let recent = |at: Instant| !state.answered || at + SILENT_REPEATS >= since;
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

    /// The fault of one item of an answer, without secrets.
    pub(super) fn fault(&self, error: CallError) -> Fault {
        faults::fault(CallError { message: self.redactor.clean(&error.message), ..error })
    }

    /// The trouble that a stream has now: one that ends all waiting (`_CONNECTION`), or that all brokers are down
    /// (`_ALL_BROKERS_DOWN`), which an answer ends.
    pub(super) fn trouble(&self) -> Option<Fault> {
        let over = self.verdict().filter(|(_, until)| *until <= Instant::now());
        if let Some((trouble, _)) = over {
            return Some(explained(&trouble).fault);
        }
        let down = self.state().down;
        down.then(|| {
            let error = CallError::local("_ALL_BROKERS_DOWN", "no broker can be reached");
            self.explain(error, Instant::now()).fault
        })
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
            self.state().down = true;
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
        state.down = false;
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

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &str =
        "a:1/bootstrap: Connect to ipv4#a:1 failed: Connection refused (after 0ms in state CONNECT)";
    const PASSWORD: &str =
        "sasl_ssl://a:1/bootstrap: SASL authentication error: bad (after 1ms in state AUTH_REQ)";
    const UNTRUSTED: &str = "ssl://a:1/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: x (after 1ms in state SSL_HANDSHAKE)";
    const HUNG_UP: &str = "FAIL: [thrd:a:1/bootstrap]: a:1/bootstrap: Disconnected: closed (after 1ms in state APIVERSION_QUERY)";

    fn health() -> Health {
        Health::new(&["a:1".to_owned(), "b:2".to_owned()], Redactor::default())
    }

    fn timed_out() -> CallError {
        CallError::local("_TIMED_OUT", "waiting for controller")
    }

    #[test]
    fn a_timeout_quotes_what_the_connections_said() {
        let health = health();
        let start = Instant::now();
        let silent = health.explain(timed_out(), start).fault;
        assert_eq!(silent.message, "no broker answered in time at a:1, b:2");
        health.error(&CallError::local("_TRANSPORT", REFUSED));
        health.error(&CallError::local("_ALL_BROKERS_DOWN", "1/1 brokers are down"));
        let explained = health.explain(timed_out(), start);
        assert_eq!(explained.fault.kind, FaultKind::Unreachable);
        assert_eq!(explained.fault.message, "no broker could be reached: a:1: connection refused");
        assert_eq!(explained.hint, Some("check the address, and that the broker runs"));
        health.answered();
        let explained = health.explain(timed_out(), start).fault;
        assert_eq!(explained.kind, FaultKind::TimedOut);
        assert_eq!(explained.message, "waiting for controller: a:1: connection refused");
        let denied = CallError::local("TOPIC_AUTHORIZATION_FAILED", "no");
        assert_eq!(health.explain(denied, start).fault.message, "no", "an answer needs no explanation");
    }

    #[test]
    fn only_what_is_certain_ends_all_waiting() {
        type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], bool, Option<Cause>);
        let rows: [Row<'_>; 6] = [
            ("refused", &[("_TRANSPORT", REFUSED)], false, None),
            ("password", &[("_AUTHENTICATION", PASSWORD)], false, Some(Cause::Credentials)),
            ("password, later", &[("_AUTHENTICATION", PASSWORD)], true, Some(Cause::Credentials)),
            ("hung up", &[("log", HUNG_UP)], false, Some(Cause::PlaintextToTls)),
            ("hung up, but another answers", &[("log", HUNG_UP)], true, None),
            (
                "a final one outweighs a likely one",
                &[("log", HUNG_UP), ("_AUTHENTICATION", PASSWORD)],
                false,
                Some(Cause::Credentials),
            ),
        ];
        for (case, events, answered, expected) in rows {
            let health = health();
            for (code, text) in events {
                match *code {
                    "log" => health.log(text),
                    code => health.error(&CallError::local(code, *text)),
                }
            }
            if answered {
                health.answered();
            }
            assert_eq!(health.verdict().map(|(trouble, _)| trouble.cause), expected, "{case}");
        }
    }

    #[test]
    fn a_refused_certificate_has_the_reason_that_was_logged_before() {
        let health = health();
        let line = "SSLCERTVRFY: [thrd:ssl://a:1/bootstrap]: ssl://a:1/bootstrap: Certificate (subject=/CN=x, issuer=/CN=y) verification callback failed: x509 error 62";
        health.log(line);
        assert!(health.verdict().is_none(), "where verification is off, the line alone means nothing");
        health.error(&CallError::local("_SSL", UNTRUSTED));
        assert_eq!(health.verdict().map(|(trouble, _)| trouble.cause), Some(Cause::HostMismatch));
    }

    #[test]
    fn the_log_is_bounded() {
        let health = health();
        for number in 0..100 {
            health.log(&format!("line {number}"));
        }
        assert_eq!(health.recent_log().len(), REMEMBERED);
        assert_eq!(health.recent_log().last().map(String::as_str), Some("line 99"));
    }

    #[tokio::test]
    async fn waiting_ends_when_hope_does() {
        let health = std::sync::Arc::new(health());
        let telling = std::sync::Arc::clone(&health);
        let (hopeless, ()) = tokio::join!(health.hopeless(), async move {
            tokio::task::yield_now().await;
            telling.error(&CallError::local("_AUTHENTICATION", PASSWORD));
        });
        assert_eq!(hopeless.fault.kind, FaultKind::Unreachable);
        assert!(hopeless.hint.is_some());
    }
}
