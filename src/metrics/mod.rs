//! The Prometheus listener.
//!
//! It decides what a scrape costs: nothing but its bytes. The text is written once a sample and served as it is until the
//! next one; connections are few, short and never waited for by whoever samples. Which series there are is the core's
//! affair.

mod address;
mod text;

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use eventctl_core::lag::metrics::{Sampling, Snapshot};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::failure::Failure;

/// The most connections at a time; one more waits in the system's queue.
const CONNECTIONS: usize = 32;
/// The time in which a client must have asked.
const ASKING: Duration = Duration::from_secs(5);
/// The time in which a client must have taken the answer.
const WHOLE: Duration = Duration::from_secs(30);
/// The pause after a connection could not be accepted, because the process has too many files open.
const PAUSE: Duration = Duration::from_millis(200);

/// What is served.
type Served = Arc<Mutex<Bytes>>;

/// Serves metrics until it is dropped.
#[derive(Debug)]
pub struct Listener {
    address: String,
    loopback: bool,
    served: Served,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on an address: `:9308` or `9308` on the loopback device only, `0.0.0.0:9308` on all of them. Port 0 takes
    /// one that is free. What is served at first says that there was no sample yet.
    ///
    /// # Errors
    /// `Usage`, where it is no address; `Machine`, where it cannot be listened on.
    pub async fn bind(address: &str) -> Result<Listener, Failure> {
        let asked = address::read(address)?;
        let told = |error: &dyn std::fmt::Display| {
            Failure::machine(format!("cannot serve metrics on {asked}: {error}"))
                .hint("choose another port, or stop what listens there: --metrics ADDRESS")
        };
        let listener = TcpListener::bind(&asked).await.map_err(|error| told(&error))?;
        let bound = listener.local_addr().map_err(|error| told(&error))?;
        let served: Served = Arc::default();
        let task = tokio::spawn(accept(listener, Arc::clone(&served)));
        let listener =
            Listener { address: bound.to_string(), loopback: bound.ip().is_loopback(), served, task };
        let sampling = Sampling { version: env!("CARGO_PKG_VERSION"), ..Sampling::default() };
        listener.publish(Snapshot { report: None, sampling });
        Ok(listener)
    }

    /// The address that it listens on, with its port.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// True where other machines cannot ask.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Serves this from now on, and nothing of what was served before.
    pub fn publish(&self, snapshot: Snapshot) {
        let text = Bytes::from(text::write(snapshot));
        *self.served.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, served: Served) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    // The connections end with this task.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let served = Arc::clone(&served);
        connections.spawn(async move {
            // A client that is too slow is cut off; there is nobody to be told.
            let _ = tokio::time::timeout(WHOLE, serve(stream, served)).await;
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, served: Served) {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = answer(request.method(), request.uri().path(), &served);
        async move { Ok::<_, Infallible>(answer) }
    });
    let mut http = http1::Builder::new();
    // One question a connection: an idle one would keep a place from somebody who asks.
    http.timer(TokioTimer::new()).header_read_timeout(ASKING).keep_alive(false).max_buf_size(16 * 1_024);
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

/// OpenMetrics 1.0, which is what the text is.
const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

fn answer(method: &Method, path: &str, served: &Served) -> Response<Full<Bytes>> {
    if method != Method::GET && method != Method::HEAD {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "ask with GET\n");
        refused.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    match path {
        "/metrics" => {
            let text = served.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let mut whole = Response::new(Full::new(text));
            whole.headers_mut().insert(CONTENT_TYPE, OPEN_METRICS);
            whole
        }
        "/" => plain(StatusCode::OK, "eventctl lag: metrics are at /metrics\n"),
        "/-/healthy" => plain(StatusCode::OK, "ok\n"),
        _ => plain(StatusCode::NOT_FOUND, "not found; metrics are at /metrics\n"),
    }
}

fn plain(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, PLAIN);
    response
}
