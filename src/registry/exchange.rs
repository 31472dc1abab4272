//! One exchange with a registry that may have several URLs.
//!
//! A question goes to the next URL where one cannot be reached, gives no answer in time or fails. A change goes to the
//! next one only where the request surely did not arrive: it would otherwise be made twice, or told as not made although
//! it was. The URL that answered last is asked first from then on, so that a dead one costs its time once.

use std::sync::atomic::Ordering;

use super::Registry;
use super::answers::{self, Misread};
use super::error::{Effect, RegistryError, RegistryErrorKind};
use crate::http::{HttpError, HttpErrorKind, Request, Response, Verb};

/// What is asked of a registry.
#[derive(Debug)]
pub(super) struct Call {
    verb: Verb,
    path: String,
    body: Option<String>,
    changes: bool,
}

/// The media types that a registry may answer with. What the answer calls itself does not matter: its bytes do.
const ACCEPT: &str = "application/vnd.schemaregistry.v1+json, application/json; q=0.5";
const CONTENT: &str = "application/vnd.schemaregistry.v1+json";

impl Call {
    /// A question without a body.
    pub(super) fn get(path: String) -> Call {
        Call { verb: Verb::Get, path, body: None, changes: false }
    }

    /// A question with a body.
    pub(super) fn ask(path: String, body: String) -> Call {
        Call { verb: Verb::Post, path, body: Some(body), changes: false }
    }

    /// A change.
    pub(super) fn change(verb: Verb, path: String, body: Option<String>) -> Call {
        Call { verb, path, body, changes: true }
    }

    fn request(&self, base: &str) -> Request {
        Request {
            verb: self.verb,
            url: format!("{base}{}", self.path),
            accept: ACCEPT,
            body: self.body.as_ref().map(|body| (CONTENT, body.clone().into_bytes())),
            changes: self.changes,
        }
    }
}

impl Registry {
    /// Asks, and reads the body of a success with `read`.
    ///
    /// # Errors
    /// Everything else, a refusal included.
    pub(super) async fn ask<T>(
        &self,
        call: Call,
        read: impl FnOnce(&[u8]) -> Result<T, Misread>,
    ) -> Result<T, RegistryError> {
        let mut failed: Vec<RegistryError> = Vec::new();
        let first = self.preferred.load(Ordering::Relaxed);
        for turn in 0..self.urls.len() {
            let index = (first + turn) % self.urls.len();
            let Some(base) = self.urls.get(index) else { break };
            match self.ask_one(&call, base.as_str()).await {
                Ok(response) => {
                    self.preferred.store(index, Ordering::Relaxed);
                    return understand(&call, &response, read);
                }
                Err(Next::Tried(error)) => failed.push(error),
                Err(Next::Ended(error)) => return Err(error.after(&failed)),
            }
        }
        Err(match failed.pop() {
            Some(last) => last.after(&failed),
            None => RegistryError::new(RegistryErrorKind::Unaskable, "", "no registry is named"),
        })
    }

    async fn ask_one(&self, call: &Call, base: &str) -> Result<Response, Next> {
        match self.client.send(&call.request(base)).await {
            Ok(response) if response.status < 500 => Ok(response),
            Ok(response) => {
                let error = refusal(call, &response);
                Err(if call.changes { Next::Ended(error) } else { Next::Tried(error) })
            }
            Err(error) => Err(not_answered(call, error)),
        }
    }
}

/// Why one URL gave no answer, and whether the next one may be asked.
enum Next {
    Tried(RegistryError),
    Ended(RegistryError),
}

fn not_answered(call: &Call, error: HttpError) -> Next {
    let kind = error.kind();
    let error = RegistryError::from(error);
    if !call.changes {
        return if error.passes_to_the_next() { Next::Tried(error) } else { Next::Ended(error) };
    }
    match kind {
        HttpErrorKind::UnknownHost | HttpErrorKind::Refused => {
            Next::Tried(error.of_a_change(Effect::NotMade))
        }
        // Nothing was sent, or what was sent was answered with the way to somewhere else.
        HttpErrorKind::BadUrl | HttpErrorKind::Tls | HttpErrorKind::Redirect => {
            Next::Ended(error.of_a_change(Effect::NotMade))
        }
        HttpErrorKind::Timeout | HttpErrorKind::Broken | HttpErrorKind::TooLarge | HttpErrorKind::NotJson => {
            Next::Ended(error.of_a_change(Effect::Unknown))
        }
    }
}

fn refusal(call: &Call, response: &Response) -> RegistryError {
    let answers::Refused { kind, code, message } = answers::refused(response.status, &response.body);
    let error = RegistryError::new(kind, &response.url, message).answered(response.status, code);
    match (call.changes, kind) {
        (false, _) => error,
        // A server that fails may do so after the change.
        (true, RegistryErrorKind::Failing) => error.of_a_change(Effect::Unknown),
        (true, _) => error.of_a_change(Effect::NotMade),
    }
}

fn understand<T>(
    call: &Call,
    response: &Response,
    read: impl FnOnce(&[u8]) -> Result<T, Misread>,
) -> Result<T, RegistryError> {
    if !response.is_success() {
        return Err(refusal(call, response));
    }
    read(&response.body).map_err(|misread| {
        let media_type = response.media_type.as_deref().unwrap_or("no media type");
        let message = format!("{media_type}: {misread}");
        let error = RegistryError::new(RegistryErrorKind::Misunderstood, &response.url, message);
        let error = error.answered(response.status, None);
        if call.changes { error.of_a_change(Effect::Unknown) } else { error }
    })
}
