//! Why a question to a registry has no answer, or a change was not made, in words that name the URL.
//!
//! Three things are kept apart: what the registry refuses with a code of its API (a fact about its contents), what may
//! not be seen or done (which is no fact about them), and what is no answer at all. A change that ended without a usable
//! answer may have happened, and says so.

use std::fmt;

use eventctl_core::fault::{Fault, FaultKind};

use super::path::SubjectError;
use crate::failure::{Failure, Kind};
use crate::http::{HttpError, HttpErrorKind};

/// What the registry says with an error code of its API. Confluent's `Errors.java` is the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// 40401: there is no such subject.
    NoSubject,
    /// 40402: the subject has no such version.
    NoVersion,
    /// 40403: there is no such schema.
    NoSchema,
    /// 40404: the subject was softly deleted already.
    SubjectDeleted,
    /// 40405: the subject must be softly deleted first.
    SubjectNotDeleted,
    /// 40406: the version was softly deleted already.
    VersionDeleted,
    /// 40407: the version must be softly deleted first.
    VersionNotDeleted,
    /// 40408: no level was set for the subject.
    NoLevel,
    /// 40409: no mode was set for the subject.
    NoMode,
    /// 40901, or 409 of older servers and of Apicurio: the schema is not compatible.
    Incompatible,
    /// 42201: the schema cannot be read, or a reference of it leads nowhere.
    InvalidSchema,
    /// 42202: this is no version.
    InvalidVersion,
    /// 42203: this is no level.
    InvalidLevel,
    /// 42204: this is no mode.
    InvalidMode,
    /// 42205: the registry's mode forbids it.
    NotPermitted,
    /// 42206: another schema refers to it.
    Referenced,
    /// 42207: the schema has another id already.
    OtherId,
    /// 42208: this is no name of a subject.
    InvalidSubject,
    /// 42209: the schema is too large.
    SchemaTooLarge,
    /// Another 4xx, in the server's words.
    Other,
}

impl Refusal {
    /// What an error code says; none where the API does not know it.
    #[must_use]
    pub fn of(code: i64) -> Option<Refusal> {
        let refusal = match code {
            40401 => Refusal::NoSubject,
            40402 => Refusal::NoVersion,
            40403 => Refusal::NoSchema,
            40404 => Refusal::SubjectDeleted,
            40405 => Refusal::SubjectNotDeleted,
            40406 => Refusal::VersionDeleted,
            40407 => Refusal::VersionNotDeleted,
            40408 => Refusal::NoLevel,
            40409 => Refusal::NoMode,
            409 | 40901 => Refusal::Incompatible,
            42201 => Refusal::InvalidSchema,
            42202 => Refusal::InvalidVersion,
            42203 => Refusal::InvalidLevel,
            42204 => Refusal::InvalidMode,
            42205 => Refusal::NotPermitted,
            42206 => Refusal::Referenced,
            42207 => Refusal::OtherId,
            42208 => Refusal::InvalidSubject,
            42209 => Refusal::SchemaTooLarge,
            _ => return None,
        };
        Some(refusal)
    }
}

/// What kind of trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RegistryErrorKind {
    /// The question itself cannot be asked: the subject's name, the URL.
    Unaskable,
    /// No registry could be reached, or the connection broke.
    Unreachable,
    /// No whole answer came in time.
    TimedOut,
    /// No secure connection.
    Untrusted,
    /// We may not see or do this (401, 403): it says nothing about whether the thing exists.
    Denied,
    /// The registry answered and refused.
    Refused(Refusal),
    /// The server does not know this call, or the URL's path is not that of a registry.
    NotOffered,
    /// Too many requests (429), after all tries.
    Busy,
    /// The server failed (5xx), after all tries.
    Failing,
    /// What came is not what the API promises: HTML, cut short, too large, about something else, a redirect.
    Misunderstood,
}

/// Why a call to the registry brought nothing that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryError {
    kind: RegistryErrorKind,
    url: String,
    status: Option<u16>,
    code: Option<i64>,
    message: String,
    others: Vec<String>,
    effect: Effect,
}

/// What a call that ended without a usable answer may have done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// Nothing was to be changed.
    Question,
    /// The change was surely not made.
    NotMade,
    /// The change may have been made.
    Unknown,
}

/// The most characters of a server's message that are kept.
const MESSAGE_LIMIT: usize = 2_000;

impl RegistryError {
    pub(super) fn new(kind: RegistryErrorKind, url: &str, message: impl Into<String>) -> RegistryError {
        let message = message.into().chars().take(MESSAGE_LIMIT).collect();
        let (status, code, others) = (None, None, Vec::new());
        RegistryError { kind, url: url.to_owned(), status, code, message, others, effect: Effect::Question }
    }

    /// Adds what the server answered with.
    pub(super) fn answered(mut self, status: u16, code: Option<i64>) -> RegistryError {
        (self.status, self.code) = (Some(status), code);
        self
    }

    /// Says what became of the change that was asked for.
    pub(super) fn of_a_change(mut self, effect: Effect) -> RegistryError {
        self.effect = effect;
        self
    }

    /// Adds what the URLs that were tried before said.
    pub(super) fn after(mut self, others: &[RegistryError]) -> RegistryError {
        self.others = others.iter().map(ToString::to_string).collect();
        self
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> RegistryErrorKind {
        self.kind
    }

    /// What the registry refused with, if it did.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self.kind {
            RegistryErrorKind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The HTTP status, where there was an answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// The API's error code, where the answer held one.
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        self.code
    }

    /// The server's words, or our own where it had none. Foreign text.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The URL that was asked, as it may be shown.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// True where a change was asked for and may have been made: it has to be looked up before it is asked for again.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        self.effect == Effect::Unknown
    }

    /// True where a question may be put to the next URL.
    pub(super) fn passes_to_the_next(&self) -> bool {
        use RegistryErrorKind::{Failing, TimedOut, Unreachable};
        matches!(self.kind, Unreachable | TimedOut | Failing)
    }

    /// As the core knows faults of one item.
    #[must_use]
    pub fn fault(&self) -> Fault {
        let code = match (self.code, self.status) {
            (Some(code), _) => code.to_string(),
            (None, Some(status)) => format!("HTTP {status}"),
            (None, None) => format!("{:?}", self.kind),
        };
        Fault { kind: self.fault_kind(), code, message: self.to_string() }
    }

    fn fault_kind(&self) -> FaultKind {
        match (self.effect, self.kind) {
            (Effect::Unknown, _) => return FaultKind::TimedOut,
            // These kinds leave the outcome of a change unknown, which it is not.
            (Effect::NotMade, RegistryErrorKind::TimedOut | RegistryErrorKind::Unreachable) => {
                return FaultKind::Unavailable;
            }
            _ => {}
        }
        match self.kind {
            RegistryErrorKind::TimedOut => FaultKind::TimedOut,
            RegistryErrorKind::Unreachable => FaultKind::Unreachable,
            RegistryErrorKind::Denied => FaultKind::Denied,
            RegistryErrorKind::NotOffered => FaultKind::Unsupported,
            RegistryErrorKind::Busy | RegistryErrorKind::Failing => FaultKind::Unavailable,
            RegistryErrorKind::Refused(Refusal::NoSubject | Refusal::NoVersion | Refusal::NoSchema) => {
                FaultKind::Absent
            }
            RegistryErrorKind::Refused(_) => FaultKind::Refused,
            RegistryErrorKind::Unaskable
            | RegistryErrorKind::Untrusted
            | RegistryErrorKind::Misunderstood => FaultKind::Other,
        }
    }

    fn next_step(&self) -> &'static str {
        match self.kind {
            RegistryErrorKind::Unaskable => {
                "check the subject's name, and the registry's URL: eventctl config show"
            }
            RegistryErrorKind::Unreachable => {
                "check host and port of the registry, and whether it runs: eventctl config show"
            }
            RegistryErrorKind::TimedOut => "give it more time with --timeout, or check the way to it",
            RegistryErrorKind::Untrusted => {
                "check http against https, the host's name, and registry_ca of the context"
            }
            RegistryErrorKind::Denied if self.status == Some(401) => {
                "check registry_auth of the context: eventctl config show"
            }
            RegistryErrorKind::Denied => "ask for the right to do this, or use another user",
            RegistryErrorKind::Refused(_) => "see what it holds: eventctl schema list",
            RegistryErrorKind::NotOffered => {
                "check the path of the registry's URL (Apicurio's ends in /apis/ccompat/v7): eventctl config show"
            }
            RegistryErrorKind::Busy => "it takes no more requests now: try again later",
            RegistryErrorKind::Failing => "look at the registry's own log, and try again",
            RegistryErrorKind::Misunderstood => {
                "check that the registry's URL leads to it, and to no proxy or login page: eventctl config show"
            }
        }
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RegistryError { kind, url, status, code, message, others, .. } = self;
        if !url.is_empty() {
            write!(formatter, "{url}: ")?;
        }
        let what = match kind {
            RegistryErrorKind::Denied => "denied",
            RegistryErrorKind::NotOffered => "not offered by this server",
            RegistryErrorKind::Refused(_) => "refused",
            RegistryErrorKind::Busy => "too many requests",
            RegistryErrorKind::Failing => "the registry failed",
            RegistryErrorKind::Misunderstood => "this is no answer of a schema registry",
            RegistryErrorKind::Unaskable
            | RegistryErrorKind::Unreachable
            | RegistryErrorKind::TimedOut
            | RegistryErrorKind::Untrusted => "",
        };
        formatter.write_str(what)?;
        match (status, code) {
            (Some(status), Some(code)) => write!(formatter, " (status {status}, code {code})")?,
            (Some(status), None) => write!(formatter, " (status {status})")?,
            _ => {}
        }
        if !message.is_empty() {
            let separator = if what.is_empty() { "" } else { ": " };
            write!(formatter, "{separator}{message}")?;
        }
        others.iter().try_for_each(|other| write!(formatter, "; before that, {other}"))
    }
}

impl std::error::Error for RegistryError {}

impl From<SubjectError> for RegistryError {
    fn from(error: SubjectError) -> RegistryError {
        RegistryError::new(RegistryErrorKind::Unaskable, "", error.to_string())
    }
}

impl From<HttpError> for RegistryError {
    fn from(error: HttpError) -> RegistryError {
        let kind = match error.kind() {
            HttpErrorKind::BadUrl => RegistryErrorKind::Unaskable,
            HttpErrorKind::UnknownHost | HttpErrorKind::Refused | HttpErrorKind::Broken => {
                RegistryErrorKind::Unreachable
            }
            HttpErrorKind::Timeout => RegistryErrorKind::TimedOut,
            HttpErrorKind::Tls => RegistryErrorKind::Untrusted,
            HttpErrorKind::Redirect | HttpErrorKind::TooLarge | HttpErrorKind::NotJson => {
                RegistryErrorKind::Misunderstood
            }
        };
        RegistryError::new(kind, error.url(), error.reason())
    }
}

/// For questions: what became of a change belongs into a report, as `fault` tells it.
impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Failure {
        let kind = if error.kind == RegistryErrorKind::Unaskable { Kind::Input } else { Kind::Cluster };
        let next_step = error.next_step();
        let failure = Failure::new(kind, error.to_string()).hint(next_step);
        if error.may_have_happened() {
            return failure.hint("the change may have been made: look at it before you repeat it");
        }
        failure
    }
}
