//! Who is told, and in which form.

use std::time::Duration;

use eventctl_core::lag::alert::Alert;
use eventctl_core::secret::Secret;
use serde::Serialize;

use crate::failure::Failure;
use crate::http::{self, Client, HttpErrorKind, Options, Request, Verb};
use crate::process::{self, Bounds, Given, ProcessError};

/// Who is told.
#[derive(Debug, Clone)]
pub struct Receiver {
    shown: String,
    way: Way,
}

#[derive(Debug, Clone)]
enum Way {
    /// The URL is secret as a whole: those of chat services hold a token in their path.
    Webhook(Secret, Client),
    Command(Vec<String>),
}

/// Why an alert did not arrive.
#[derive(Debug)]
pub(super) struct Trouble {
    /// True where it may arrive the next time.
    pub(super) is_passing: bool,
    /// In words that show nothing of a URL.
    pub(super) reason: String,
}

/// The most bytes that a receiver may answer; nothing is made of them.
const ANSWER: usize = 1 << 20;

/// What is sent: the alert, and a line for people, under the name that chat services look for.
#[derive(Serialize)]
struct Payload<'a> {
    text: String,
    #[serde(flatten)]
    alert: &'a Alert,
}

impl Receiver {
    /// A URL that is sent a POST with the alert in JSON.
    ///
    /// # Errors
    /// `Usage`, where it is no URL that can be asked; nothing of it is shown. `Cluster`, where the TLS library cannot be
    /// set up.
    pub fn webhook(url: Secret) -> Result<Receiver, Failure> {
        let shown = http::place(url.expose()).map_err(|wrong| {
            Failure::usage(format!("the URL for alerts cannot be used: {wrong}"))
                .hint("write it as https://HOST/PATH: --alert-webhook URL")
        })?;
        // Each try has a client's whole time; how often it is tried is decided here and not there.
        let options = Options { retries: 0, body_limit: ANSWER, ..Options::default() };
        Ok(Receiver { shown, way: Way::Webhook(url, Client::new(options)?) })
    }

    /// A command that is run with the alert in JSON on its standard input, and its fields in variables named
    /// `EVENTCTL_ALERT_…`. It is words, split at blanks, never a script. Its program is told too, for whoever wants to know
    /// whether it is there.
    ///
    /// # Errors
    /// `Usage`, where there are no words.
    pub fn command(text: &str) -> Result<(Receiver, String), Failure> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let program = words.first().cloned().ok_or_else(|| {
            Failure::usage("the command for alerts is empty").hint("name a program: --alert-exec PROGRAM")
        })?;
        // The other words may hold a token.
        Ok((Receiver { shown: format!("`{program}`"), way: Way::Command(words) }, program))
    }

    /// What may be shown of it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Sends an alert once.
    pub(super) async fn send(&self, alert: &Alert, time: Duration) -> Result<(), Trouble> {
        let payload = Payload { text: alert.line(), alert };
        let body = serde_json::to_vec(&payload).map_err(|error| Trouble {
            is_passing: false,
            reason: format!("it cannot be written: {error}"),
        })?;
        match &self.way {
            Way::Webhook(url, client) => post(client, url, body, time).await,
            Way::Command(words) => {
                let (words, given) = (words.clone(), Given { variables: variables(&body), input: body });
                let bounds = Bounds { time, output: ANSWER };
                let run = tokio::task::spawn_blocking(move || process::feed(&words, given, bounds));
                match run.await {
                    Ok(ended) => ended.map_err(|error| of_command(&error)),
                    Err(error) => Err(Trouble { is_passing: false, reason: error.to_string() }),
                }
            }
        }
    }
}

async fn post(client: &Client, url: &Secret, body: Vec<u8>, time: Duration) -> Result<(), Trouble> {
    let request = Request {
        verb: Verb::Post,
        url: url.expose().to_owned(),
        accept: "*/*",
        body: Some(("application/json", body)),
        changes: true,
    };
    let Ok(answer) = tokio::time::timeout(time, client.send(&request)).await else {
        let reason = format!("no answer within {} s", time.as_secs_f32());
        return Err(Trouble { is_passing: true, reason });
    };
    match answer {
        Ok(answer) if answer.is_success() => Ok(()),
        // What the server says beside its status may repeat the URL.
        Ok(answer) => {
            let is_passing = matches!(answer.status, 408 | 425 | 429) || answer.status >= 500;
            Err(Trouble { is_passing, reason: format!("it answered with status {}", answer.status) })
        }
        Err(error) => {
            let for_good = matches!(error.kind(), HttpErrorKind::BadUrl | HttpErrorKind::Redirect);
            Err(Trouble { is_passing: !for_good, reason: error.discreet_reason() })
        }
    }
}

fn of_command(error: &ProcessError) -> Trouble {
    let for_good = matches!(error, ProcessError::Empty | ProcessError::NotStarted { .. });
    Trouble { is_passing: !for_good, reason: error.to_string() }
}

/// The fields of a body as variables; what is null is empty, so that nothing of an outer alert shows through.
fn variables(body: &[u8]) -> Vec<(String, String)> {
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).unwrap_or_default();
    let text = |value: serde_json::Value| match value {
        serde_json::Value::Null => String::new(),
        // The system takes no variable with a zero in it.
        serde_json::Value::String(text) => text.replace('\0', ""),
        other => other.to_string(),
    };
    let named = |(name, value): (String, _)| (format!("EVENTCTL_ALERT_{}", name.to_uppercase()), text(value));
    fields.into_iter().map(named).collect()
}
