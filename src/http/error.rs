//! What can go wrong on the way to an answer, in words that name the URL and never a secret.

use std::error::Error;

use crate::failure::{Failure, Kind};

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HttpErrorKind {
    /// The URL cannot be asked.
    BadUrl,
    /// The host's name is not known.
    UnknownHost,
    /// Nobody listens there.
    Refused,
    /// No whole answer in time.
    Timeout,
    /// No secure connection: certificate, host name, protocol.
    Tls,
    /// The connection broke, or what came was not HTTP.
    Broken,
    /// The server sends us elsewhere, and we do not go.
    Redirect,
    /// The body is larger than is taken in.
    TooLarge,
    /// The body is not JSON.
    NotJson,
}

/// Why there is no answer, from which URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url}: {} ({detail})", self.kind.words())]
pub struct HttpError {
    kind: HttpErrorKind,
    url: String,
    detail: String,
}

impl HttpErrorKind {
    fn words(self) -> &'static str {
        match self {
            HttpErrorKind::BadUrl => "cannot be asked",
            HttpErrorKind::UnknownHost => "the host is not known",
            HttpErrorKind::Refused => "connection refused",
            HttpErrorKind::Timeout => "no answer in time",
            HttpErrorKind::Tls => "no secure connection",
            HttpErrorKind::Broken => "the connection broke",
            HttpErrorKind::Redirect => "redirects where we do not follow",
            HttpErrorKind::TooLarge => "the answer is too large",
            HttpErrorKind::NotJson => "the answer is not JSON",
        }
    }

    fn next_step(self) -> &'static str {
        match self {
            HttpErrorKind::BadUrl => "write it as http://HOST:PORT/PATH",
            HttpErrorKind::UnknownHost => "check the name in the URL: eventctl config show",
            HttpErrorKind::Refused => "check host and port, and whether it runs: eventctl config show",
            HttpErrorKind::Timeout => "give it more time with --timeout, or check the way to it",
            HttpErrorKind::Tls => "check http against https, the host's name, and the CA file of the context",
            HttpErrorKind::Broken => "check that this port speaks HTTP, and try again",
            HttpErrorKind::Redirect => "name the URL that it redirects to, if you trust it",
            HttpErrorKind::TooLarge | HttpErrorKind::NotJson => {
                "check the path of the URL: eventctl config show"
            }
        }
    }
}

impl HttpError {
    pub(super) fn new(kind: HttpErrorKind, url: &str, detail: String) -> Self {
        HttpError { kind, url: url.to_owned(), detail }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> HttpErrorKind {
        self.kind
    }

    /// The URL, as it may be shown.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What went wrong, without the URL.
    #[must_use]
    pub fn reason(&self) -> String {
        format!("{} ({})", self.kind.words(), self.detail)
    }

    /// What went wrong, without anything that a server may have made of the URL.
    #[must_use]
    pub fn discreet_reason(&self) -> String {
        match self.kind {
            HttpErrorKind::Redirect => self.kind.words().to_owned(),
            _ => self.reason(),
        }
    }

    /// Tells reqwest's errors apart. It does not name its causes by type, so its chain is read.
    pub(super) fn classify(url: &str, error: &reqwest::Error) -> Self {
        let chain = chain(error);
        let text = chain.join(": ").to_lowercase();
        let refused = causes(error)
            .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
            .any(|cause| cause.kind() == std::io::ErrorKind::ConnectionRefused);
        let kind = if error.is_timeout() {
            HttpErrorKind::Timeout
        } else if refused {
            HttpErrorKind::Refused
        } else if text.contains("dns error") {
            HttpErrorKind::UnknownHost
        } else if ["certificate", "ssl", "tls"].iter().any(|word| text.contains(word)) {
            HttpErrorKind::Tls
        } else {
            HttpErrorKind::Broken
        };
        HttpError::new(kind, url, innermost(error))
    }
}

/// An error and its causes, outermost first.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    // reqwest's own text holds the URL, query included; it is skipped.
    std::iter::successors(error.source(), |cause: &&(dyn Error + 'static)| (*cause).source())
}

fn chain(error: &reqwest::Error) -> Vec<String> {
    causes(error).map(ToString::to_string).collect()
}

/// The innermost cause, where the reason stands.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    chain(error).pop().unwrap_or_else(|| "no further reason is given".to_owned())
}

impl From<HttpError> for Failure {
    fn from(error: HttpError) -> Failure {
        let kind = if error.kind == HttpErrorKind::BadUrl { Kind::Input } else { Kind::Cluster };
        let next_step = error.kind.next_step();
        Failure::new(kind, error.to_string()).hint(next_step)
    }
}
