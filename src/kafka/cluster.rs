//! A cluster to ask and to change, in eventctl's own values.
//!
//! Every call has the time limit of the connection's options, and keeps one result per item. A cluster that cannot be
//! reached is told with the reason that the connections gave, and as soon as it is certain that no answer can come.
//! What follows from an answer is decided by the callers; what may be changed at all, by the gate.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::name::TopicName;
use eventctl_core::topics::live::LiveCluster;

use super::connect::{ConnectOptions, rejected};
use super::groups_client::{Connected, GroupsClient};
use super::health::{Explained, Health};
use super::native::code::CallError;
use super::native::config::known_settings;
use super::native::dispatch::Listener;
use super::native::handle::Handle;
use super::reads::PAUSE;
use super::{together, values};
use crate::failure::Failure;

/// librdkafka's word for a connection that was lost while a request was on its way.
pub(super) const LOST: &str = "_TRANSPORT";

/// A connection to a cluster. Cheap to clone; the last clone's end closes it, within a quarter of a second.
#[derive(Clone)]
pub struct Cluster {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) handle: Handle,
    health: Arc<Health>,
    timeout: Duration,
    groups: GroupsClient,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cluster").finish_non_exhaustive()
    }
}

impl Cluster {
    /// Prepares a connection. No network yet.
    ///
    /// # Errors
    /// `Input` for a setting that librdkafka does not take, with the nearest name it knows, and for no address at all.
    pub fn connect(options: &ConnectOptions) -> Result<Cluster, Failure> {
        options.demand_address()?;
        let redactor = options.redactor();
        let health = Arc::new(Health::new(&options.brokers, redactor.clone()));
        let listener: Arc<dyn Listener> = Arc::clone(&health) as _;
        let handle = Handle::start(&options.effective(), listener)
            .map_err(|error| rejected(&error, &known_settings(), &redactor))?;
        Ok(Cluster {
            inner: Arc::new(Inner {
                handle,
                health,
                timeout: options.timeout,
                groups: GroupsClient::new(options),
            }),
        })
    }

    /// Describes the cluster that answers.
    ///
    /// # Errors
    /// `Cluster` when none does in time, with addresses and reasons.
    pub async fn describe(&self) -> Result<LiveCluster, Failure> {
        let deadline = self.deadline();
        self.ask_again(deadline, || self.inner.handle.describe_cluster(deadline))
            .await
            .map(values::cluster)
            .map_err(|error| failure("the cluster could not be described", error))
    }

    /// The names of all topics, as far as this principal may see them: a name that is missing may be a denied one.
    ///
    /// # Errors
    /// `Cluster` when no broker answers in time, with addresses and reasons.
    pub async fn topic_names(&self) -> Result<Vec<TopicName>, Failure> {
        let deadline = self.deadline();
        let names = self.ask_again(deadline, || async {
            if !self.inner.health.has_answered() {
                // Waits for the first connection where the wait can be ended.
                self.inner.handle.describe_cluster(deadline).await?;
            }
            self.inner.handle.topic_names(deadline).await
        });
        let names = names.await.map_err(|error| failure("the topics could not be listed", error))?;
        // A broker has no topic whose name is not a legal one.
        Ok(names.into_iter().filter_map(|name| TopicName::try_from(name).ok()).collect())
    }

    /// The last lines of librdkafka's log, without secrets, for `-vvv`.
    #[must_use]
    pub fn recent_log(&self) -> Vec<String> {
        let mut lines = self.inner.health.recent_log();
        lines.extend(self.inner.groups.recent_log());
        lines
    }

    /// Asks each of the addresses by itself, side by side, and answers how long the first answer took.
    ///
    /// # Errors
    /// As `connect`; an address that cannot be reached is a result like any other.
    pub async fn reach(
        options: &ConnectOptions,
    ) -> Result<Vec<(String, Result<Duration, Failure>)>, Failure> {
        let one = |address: &String| {
            let options = ConnectOptions { brokers: vec![address.clone()], ..options.clone() };
            let cluster = Cluster::connect(&options)?;
            Ok((address.clone(), cluster))
        };
        let clusters = options.brokers.iter().map(one).collect::<Result<Vec<_>, Failure>>()?;
        let ask = |(address, cluster): (String, Cluster)| async move {
            let start = Instant::now();
            let answer = cluster.describe().await.map(|_| start.elapsed());
            (address, answer)
        };
        Ok(together::all(clusters.into_iter().map(ask)).await)
    }

    /// When a call that begins now must have ended.
    pub(super) fn deadline(&self) -> Instant {
        let now = Instant::now();
        // A limit beyond the clock's range is no limit; a year is none either.
        now.checked_add(self.inner.timeout).unwrap_or(now + Duration::from_secs(365 * 24 * 3_600))
    }

    /// Waits for a call, but no longer than it is of any use, and explains why it failed.
    pub(super) async fn ask<T>(
        &self,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, Explained> {
        asked(&self.inner.health, call).await
    }

    /// The same for a call that only reads: one whose connection is lost on the way is made again until the deadline.
    pub(super) async fn ask_again<T, F>(
        &self,
        deadline: Instant,
        call: impl Fn() -> F,
    ) -> Result<T, Explained>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        asked_again(&self.inner.health, deadline, call).await
    }

    /// The client for calls on groups.
    pub(super) fn groups_client(&self) -> Result<Arc<Connected>, Explained> {
        self.inner.groups.get()
    }

    /// Ends the client for calls on groups where it has given up a change.
    pub(super) fn end_if_given_up(&self, client: &Arc<Connected>) {
        self.inner.groups.end(client);
    }
}

/// Waits for a call of this health's client, but no longer than it is of any use, and explains why it failed.
pub(super) async fn asked<T>(
    health: &Health,
    call: impl Future<Output = Result<T, CallError>>,
) -> Result<T, Explained> {
    let start = Instant::now();
    tokio::select! {
        biased;
        answer = call => answer.map_err(|error| health.explain(error, start)),
        hopeless = health.hopeless() => Err(hopeless),
    }
}

/// The same for a call that only reads: one whose connection is lost on the way is made again until the deadline.
pub(super) async fn asked_again<T, F>(
    health: &Health,
    deadline: Instant,
    call: impl Fn() -> F,
) -> Result<T, Explained>
where
    F: Future<Output = Result<T, CallError>>,
{
    let start = Instant::now();
    loop {
        let answer = tokio::select! {
            biased;
            answer = call() => answer,
            hopeless = health.hopeless() => return Err(hopeless),
        };
        match answer {
            Err(error) if error.code == LOST && Instant::now() + PAUSE < deadline => {
                tokio::time::sleep(PAUSE).await;
            }
            answer => return answer.map_err(|error| health.explain(error, start)),
        }
    }
}

/// A failure of a reading call as a whole.
pub(super) fn failure(what: &str, error: Explained) -> Failure {
    let Explained { fault, hint } = error;
    let Fault { kind, code, message } = fault;
    let failure = match kind {
        FaultKind::Unreachable => Failure::cluster(format!("{what}: {message}")),
        _ => Failure::cluster(format!("{what}: {message} ({code})")),
    };
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
