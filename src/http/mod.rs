//! The door to HTTP: nothing else speaks it.
//!
//! It decides what a caller may rely on: one deadline for an exchange with all its retries, an answer of bounded size
//! (bodies are taken as they come: no compression is asked for and none is undone, so that a small one cannot grow),
//! credentials that never leave for another host, and errors that name the URL without what may be secret in it. What
//! a status or a body means is the caller's affair; a refusal of the server is an answer, not an error.

mod error;

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use jiff::fmt::rfc2822;
use reqwest::header::{ACCEPT, CONTENT_TYPE, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Method, StatusCode, Url};

pub use eventctl_core::secret::{ClientIdentity, Credentials};

pub use error::{HttpError, HttpErrorKind};

/// What a client may do.
#[derive(Debug, Clone)]
pub struct Options {
    /// The time for one exchange: connecting, redirects, retries and the whole body.
    pub timeout: Duration,
    /// More certificates to trust, as the text of a PEM file. The machine's own stay trusted.
    pub extra_ca: Option<Vec<u8>>,
    /// A certificate of ours for servers that ask for one.
    pub identity: Option<ClientIdentity>,
    /// Credentials; they go to the hosts that the caller names and to no other.
    pub credentials: Option<Credentials>,
    /// The most bytes of a body.
    pub body_limit: usize,
    /// How often a question is repeated after 429 or 5xx, and a change after 429.
    pub retries: u32,
    /// Whether the proxies that the environment names are used.
    pub proxies: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            timeout: Duration::from_secs(10),
            extra_ca: None,
            identity: None,
            credentials: None,
            body_limit: 8 * 1024 * 1024,
            retries: 3,
            proxies: true,
        }
    }
}

/// The methods we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Creates, or asks with a body.
    Post,
    /// Sets.
    Put,
    /// Deletes.
    Delete,
}

/// A question to a server.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub verb: Verb,
    /// The URL, without user name and password.
    pub url: String,
    /// What the answer should be, as a media type.
    pub accept: &'static str,
    /// The body, with its media type.
    pub body: Option<(&'static str, Vec<u8>)>,
    /// Whether it changes something. Then it is repeated only after 429, by which the server says that it did not take
    /// the request; after 5xx it may have.
    pub changes: bool,
}

/// A server's answer, a refusal included.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The media type, as the server gave it.
    pub media_type: Option<String>,
    /// The whole body.
    pub body: Vec<u8>,
    /// The URL that answered, as it may be shown.
    pub url: String,
}

impl Response {
    /// Reads the body as JSON.
    ///
    /// # Errors
    /// `NotJson`, where it is HTML or cut short.
    pub fn json(&self) -> Result<serde_json::Value, HttpError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let media_type = self.media_type.as_deref().unwrap_or("no media type");
            let detail = format!("status {}, {media_type}: {error}", self.status);
            HttpError::new(HttpErrorKind::NotJson, &self.url, detail)
        })
    }

    /// True for 200 to 299.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// A client of one or several servers. Cloning it is cheap and shares its connections.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
    options: Options,
}

/// The most redirects that are followed.
const REDIRECTS: usize = 5;
/// The first wait before a request is repeated; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest wait, also where the server asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

impl Client {
    /// Makes a client.
    ///
    /// # Errors
    /// `Tls`, where the extra certificates are none, our own and its key cannot be used, or the TLS library cannot be
    /// set up.
    pub fn new(options: Options) -> Result<Client, HttpError> {
        let wrong = |error: &reqwest::Error| {
            HttpError::new(HttpErrorKind::Tls, "the client's own set-up", error::innermost(error))
        };
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("eventctl/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.timeout);
        if !options.proxies {
            builder = builder.no_proxy();
        }
        if let Some(pem) = &options.extra_ca {
            let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(|error| wrong(&error))?;
            if certificates.is_empty() {
                let detail = "the CA file holds no PEM certificate".to_owned();
                return Err(HttpError::new(HttpErrorKind::Tls, "the client's own set-up", detail));
            }
            builder = builder.tls_certs_merge(certificates);
        }
        if let Some(identity) = &options.identity {
            builder = builder.identity(opened(identity)?);
        }
        let inner = builder.build().map_err(|error| wrong(&error))?;
        Ok(Client { inner, options })
    }

    /// Asks for a JSON document.
    ///
    /// # Errors
    /// As `send`.
    pub async fn get(&self, url: &str) -> Result<Response, HttpError> {
        let request = Request {
            verb: Verb::Get,
            url: url.to_owned(),
            accept: "application/json",
            body: None,
            changes: false,
        };
        self.send(&request).await
    }

    /// Sends a request and takes in the answer. A question is repeated after 429 and 5xx, a change after 429, as long as
    /// there is time; the last answer is returned. Dropping the future ends the exchange.
    ///
    /// # Errors
    /// See `HttpErrorKind`; a refusal of the server is an answer.
    pub async fn send(&self, request: &Request) -> Result<Response, HttpError> {
        let shown = shown(&request.url);
        let url = checked(&request.url)
            .map_err(|detail| HttpError::new(HttpErrorKind::BadUrl, &shown, detail.to_owned()))?;
        let deadline = Instant::now() + self.options.timeout;
        // Boxed: the exchange's future is large, and its callers' need not be.
        match tokio::time::timeout(self.options.timeout, Box::pin(self.persist(request, url, deadline))).await
        {
            Ok(answer) => answer,
            Err(_) => {
                let detail = format!("no whole answer within {} s", self.options.timeout.as_secs_f32());
                Err(HttpError::new(HttpErrorKind::Timeout, &shown, detail))
            }
        }
    }

    async fn persist(&self, request: &Request, url: Url, deadline: Instant) -> Result<Response, HttpError> {
        let mut tries = 0;
        loop {
            let (response, retry_after) = self.follow(request, url.clone()).await?;
            let passing = response.status == 429 || response.status >= 500 && !request.changes;
            if !passing || tries >= self.options.retries {
                return Ok(response);
            }
            let wait = wait(tries, retry_after, RandomState::new().hash_one(tries));
            if Instant::now() + wait >= deadline {
                return Ok(response);
            }
            tokio::time::sleep(wait).await;
            tries += 1;
        }
    }

    /// Sends, and follows redirects that stay on the same server. Another server would receive the request, and with
    /// it perhaps the credentials, that were meant for this one.
    async fn follow(
        &self,
        request: &Request,
        mut url: Url,
    ) -> Result<(Response, Option<Duration>), HttpError> {
        for _ in 0..=REDIRECTS {
            let answer = self
                .build(request, url.clone())
                .send()
                .await
                .map_err(|error| HttpError::classify(&shown(url.as_str()), &error))?;
            let Some(next) = redirect(request.verb, &answer) else {
                let retry_after = retry_after(answer.headers());
                return self.take(answer, &url).await.map(|response| (response, retry_after));
            };
            let to_other =
                |detail: String| HttpError::new(HttpErrorKind::Redirect, &shown(url.as_str()), detail);
            let next = url.join(&next).map_err(|error| to_other(format!("to no URL: {error}")))?;
            if next.origin() != url.origin() || !next.username().is_empty() || next.password().is_some() {
                return Err(to_other(format!("to another server: {}", shown(next.as_str()))));
            }
            url = next;
        }
        let detail = format!("more than {REDIRECTS} times");
        Err(HttpError::new(HttpErrorKind::Redirect, &shown(&request.url), detail))
    }

    fn build(&self, request: &Request, url: Url) -> reqwest::RequestBuilder {
        let method = match request.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
            Verb::Delete => Method::DELETE,
        };
        let builder = self.inner.request(method, url).header(ACCEPT, request.accept);
        let builder = match &self.options.credentials {
            None => builder,
            Some(Credentials::Basic { username, password }) => {
                builder.basic_auth(username, Some(password.expose()))
            }
            Some(Credentials::Bearer(token)) => builder.bearer_auth(token.expose()),
        };
        match &request.body {
            None => builder,
            Some((media_type, bytes)) => builder.header(CONTENT_TYPE, *media_type).body(bytes.clone()),
        }
    }

    async fn take(&self, mut answer: reqwest::Response, url: &Url) -> Result<Response, HttpError> {
        let shown = shown(url.as_str());
        let status = answer.status().as_u16();
        let media_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = media_type.map(|text| text.chars().take(100).collect());
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|error| HttpError::classify(&shown, &error))? {
            body.extend_from_slice(&part);
            if body.len() > self.options.body_limit {
                let detail = format!("more than {} bytes", self.options.body_limit);
                return Err(HttpError::new(HttpErrorKind::TooLarge, &shown, detail));
            }
        }
        Ok(Response { status, media_type, body, url: shown })
    }
}

/// Hands our certificate and its key to the TLS library, which takes one kind of key only.
fn opened(identity: &ClientIdentity) -> Result<reqwest::Identity, HttpError> {
    const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
    let wrong = |detail: String| HttpError::new(HttpErrorKind::Tls, "the client's own certificate", detail);
    let text = identity.key.expose();
    // A file may hold more than the key.
    let Some(key) = text.find(BEGIN).and_then(|at| text.get(at..)) else {
        let detail = if text.contains("PRIVATE KEY-----") {
            "its key must be PKCS#8 without a password; make it so: openssl pkcs8 -topk8 -nocrypt -in KEY"
        } else {
            "its key is no PEM text"
        };
        return Err(wrong(detail.to_owned()));
    };
    reqwest::Identity::from_pkcs8_pem(&identity.certificate, key.as_bytes())
        .map_err(|error| wrong(error::innermost(&error)))
}

/// Where an answer sends us, if this verb may be sent there: a change is repeated elsewhere only where the server says
/// that it is to be the same request (307, 308).
fn redirect(verb: Verb, answer: &reqwest::Response) -> Option<String> {
    let same = matches!(answer.status(), StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    let other =
        matches!(answer.status(), StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER);
    if !(same || other && verb == Verb::Get) {
        return None;
    }
    answer.headers().get(LOCATION)?.to_str().ok().map(str::to_owned)
}

/// How long the server asks us to wait: a number of seconds, or a date (RFC 9110, section 10.2.3). A date is compared
/// with the answer's own, so that neither clock needs to be right.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| rfc2822::parse(text).ok().map(|date| date.timestamp());
    let wait = date(asked)?.duration_since(date(text(DATE)?)?);
    // A date in the past: at once.
    Some(Duration::try_from(wait).unwrap_or_default())
}

/// The wait before the next try: doubling from 200 ms, and at least what the server asks for; at most 5 s. Half of our
/// own waits is left to chance, so that clients that failed together do not come back together.
fn wait(tries: u32, retry_after: Option<Duration>, chance: u64) -> Duration {
    let full = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(tries)).min(LONGEST_WAIT);
    let share = u32::try_from(chance % 1_000).unwrap_or(0);
    let own = full / 2 + full / 2 * share / 1_000;
    own.max(retry_after.unwrap_or_default().min(LONGEST_WAIT))
}

/// Reads a URL that may be asked: http or https, a host, no user name or password.
fn checked(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).map_err(|_| "this is no URL")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("only http and https are spoken");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL may hold no user name and no password");
    }
    Ok(url)
}

/// Reads a URL that may be asked and of which even the path is secret, and returns what may be shown of it: scheme, host
/// and port.
///
/// # Errors
/// Why it cannot be asked, in words that show nothing of it.
pub fn place(text: &str) -> Result<String, &'static str> {
    checked(text).map(|url| url.origin().ascii_serialization())
}

/// A URL as it may be shown: without user name, password, query and fragment.
#[must_use]
pub fn shown(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else {
        return "(not a URL)".to_owned();
    };
    // These fail only for URLs that cannot have such parts.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

#[cfg(test)]
pub(crate) mod tests;
