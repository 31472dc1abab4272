//! A cluster's second client, for calls on groups: started when the first of them is made, since most commands make none.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use eventctl_core::fault::Fault;

use super::cluster::{asked, asked_again};
use super::connect::ConnectOptions;
use super::faults::fault;
use super::health::{Explained, Health};
use super::native::code::CallError;
use super::native::dispatch::Listener;
use super::native::handle::{Handle, StartError};

/// What the user cannot change: this client belongs to a group by its settings and joins none.
const FIXED: [(&str, &str); 6] = [
    ("group.id", "eventctl-asks-about-groups"),
    ("group.protocol", "classic"),
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("statistics.interval.ms", "0"),
    // For how long librdkafka goes on asking the coordinator it knows of a group when it was not asked for a while: it
    // does not look for another one when that says that it is none any more. What has aged is dropped once a second.
    ("metadata.max.age.ms", "500"),
];

/// The client, or what it will be made of.
pub(super) struct GroupsClient {
    options: ConnectOptions,
    current: Mutex<Option<Arc<Connected>>>,
}

/// A client and what is known of its connections.
pub(super) struct Connected {
    pub(super) handle: Handle,
    health: Arc<Health>,
}

impl GroupsClient {
    pub(super) fn new(options: &ConnectOptions) -> GroupsClient {
        GroupsClient { options: options.clone(), current: Mutex::default() }
    }

    /// The client: a new one where the one before has given calls up, which it may make whenever it can.
    ///
    /// # Errors
    /// For settings that do for the first client and not for a consumer.
    pub(super) fn get(&self) -> Result<Arc<Connected>, Explained> {
        // The place is whole at every point where a panic could leave the lock.
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = current.as_ref().filter(|client| !client.handle.has_given_up()) {
            return Ok(Arc::clone(client));
        }
        *current = None;
        match self.start() {
            Ok(client) => Ok(Arc::clone(current.insert(Arc::new(client)))),
            Err(error) => Err(Explained { fault: fault(error), hint: None }),
        }
    }

    /// Ends a client that has given calls up, so that what it was to change it does not change later.
    pub(super) fn end(&self, client: &Arc<Connected>) {
        if client.handle.has_given_up() {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, client)) {
                *current = None;
            }
        }
    }

    /// The last lines of its log; none before it was needed.
    pub(super) fn recent_log(&self) -> Vec<String> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.as_ref().map(|client| client.health.recent_log()).unwrap_or_default()
    }

    fn start(&self) -> Result<Connected, CallError> {
        let redactor = self.options.redactor();
        let health = Arc::new(Health::new(&self.options.brokers, redactor.clone()));
        let listener: Arc<dyn Listener> = Arc::clone(&health) as _;
        let handle = Handle::of_groups(&self.options.effective_for([], FIXED), listener);
        let handle = handle.map_err(|error| {
            // The values themselves were taken by the first client.
            let reason = match error {
                StartError::Setting { name, .. } => format!("setting `{name}` was not taken"),
                StartError::Settings(error) => redactor.clean(&error.message),
            };
            CallError::local("_INVALID_ARG", format!("no client could be made for groups: {reason}"))
        })?;
        Ok(Connected { handle, health })
    }
}

impl Connected {
    /// Waits for calls that are answered one by one, but no longer than it is of any use, and explains each failure.
    pub(super) async fn ask_each<T>(
        &self,
        calls: impl Future<Output = Vec<Result<T, CallError>>>,
    ) -> Result<Vec<Result<T, Fault>>, Fault> {
        let start = Instant::now();
        let answers = self.ask(async { Ok(calls.await) }).await.map_err(|error| error.fault)?;
        let explained = |answer: Result<T, CallError>| answer.map_err(|error| self.fault(error, start));
        Ok(answers.into_iter().map(explained).collect())
    }

    /// Waits for a call, but no longer than it is of any use, and explains why it failed.
    pub(super) async fn ask<T>(
        &self,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, Explained> {
        asked(&self.health, call).await
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
        asked_again(&self.health, deadline, call).await
    }

    /// The fault of one item of an answer to a call that began then.
    pub(super) fn fault(&self, error: CallError, since: Instant) -> Fault {
        self.health.explain(error, since).fault
    }

    /// True once any broker has answered any call.
    pub(super) fn has_answered(&self) -> bool {
        self.health.has_answered()
    }
}
