//! Reading calls that any broker can answer.
//!
//! librdkafka sends them to the controller. With KRaft that is a broker the metadata picked at random, and one that hangs
//! is picked like any other as long as its session lasts (9 s), while its connection is never refused: the call would
//! wait for it until its deadline, although all other brokers answer at once. So after a while another broker is asked
//! beside it, then one more, and the first answer counts.

use std::ffi::c_int;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::bindings::rd_kafka_admin_op_t;

use super::code::CallError;
use super::handle::{Handle, Request, Target};
use super::options::Wishes;
use super::queue::Event;
use crate::kafka::together;

/// How long the brokers that were asked may keep silent before one more is asked. A first connection with TLS and a
/// token over a slow line takes less.
pub(in crate::kafka) const PATIENCE: Duration = Duration::from_secs(1);

/// How long one question for the brokers' ids may block its thread, which keeps the client alive.
const IDS_WITHIN: Duration = Duration::from_millis(500);

/// What is known of the brokers that may be asked.
#[derive(Default)]
pub(in crate::kafka) struct Brokers {
    /// The one that answered when the one that was asked first did not.
    preferred: Mutex<Option<i32>>,
    /// Those of the last description of the cluster. While one of them hangs, there may be nobody to ask for them again:
    /// librdkafka asks any broker that is connected, and a connection to one that hangs stays.
    described: Mutex<Vec<i32>>,
}

impl Brokers {
    /// The id of the broker that reading calls go to; none for the controller.
    pub(in crate::kafka) fn preferred(&self) -> Option<i32> {
        *self.preferred.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prefer(&self, broker: Option<i32>) {
        *self.preferred.lock().unwrap_or_else(PoisonError::into_inner) = broker;
    }

    /// Remembers the brokers of a description.
    pub(super) fn describe(&self, ids: Vec<i32>) {
        *self.described.lock().unwrap_or_else(PoisonError::into_inner) = ids;
    }

    fn described_but(&self, asked: &[i32]) -> Option<i32> {
        let described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        described.iter().copied().find(|id| !asked.contains(id))
    }
}

impl Handle {
    /// Makes a reading call that any broker can answer, and waits for the first answer until `deadline`.
    ///
    /// # Errors
    /// As `Handle::call`; where several brokers failed, what was said last.
    pub(super) async fn call_any<R: Request + Sync>(
        &self,
        request: &R,
        deadline: Instant,
    ) -> Result<R::Answer, CallError> {
        self.race(request, self.brokers.preferred(), deadline).await
    }

    /// Makes a change, which only the controller is asked for and only once; or where it wishes a check only, lets any
    /// broker check it.
    ///
    /// # Errors
    /// As `Handle::call_any`.
    pub(super) async fn change<R: Request + Sync>(
        &self,
        request: &R,
        deadline: Instant,
    ) -> Result<R::Answer, CallError> {
        if request.wishes().validate_only {
            // First the controller: without KRaft no other broker checks anything.
            self.race(request, None, deadline).await
        } else {
            self.call(request, deadline).await
        }
    }

    async fn race<R: Request + Sync>(
        &self,
        request: &R,
        first: Option<i32>,
        deadline: Instant,
    ) -> Result<R::Answer, CallError> {
        let ask = |broker: Option<i32>| {
            let addressed = Addressed { request, broker };
            Box::pin(async move { (broker, self.call(&addressed, deadline).await) })
        };
        let mut asked: Vec<i32> = first.into_iter().collect();
        let mut running = vec![ask(first)];
        let mut more = Box::pin(self.another(asked.clone(), deadline));
        loop {
            let (broker, answer) = tokio::select! {
                biased;
                answered = together::next(&mut running) => answered,
                broker = &mut more => {
                    asked.push(broker);
                    running.push(ask(Some(broker)));
                    more.set(self.another(asked.clone(), deadline));
                    continue;
                }
            };
            match answer {
                Err(error) if keeps_silent(&error) && !running.is_empty() => {}
                Err(error) => {
                    // The controller may do by now.
                    self.brokers.prefer(None);
                    return Err(error);
                }
                Ok(answer) => {
                    self.brokers.prefer(broker);
                    return Ok(answer);
                }
            }
        }
    }

    /// A broker that was not asked yet, after a while; never where there is none.
    async fn another(&self, asked: Vec<i32>, deadline: Instant) -> i32 {
        loop {
            tokio::time::sleep(PATIENCE).await;
            if let Some(broker) = self.brokers.described_but(&asked) {
                return broker;
            }
            let ids = self.broker_ids(deadline.min(Instant::now() + IDS_WITHIN)).await;
            // Where no broker is connected there is nobody to tell them; the next time there may be.
            let other = ids.unwrap_or_default().into_iter().find(|id| !asked.contains(id));
            if let Some(broker) = other {
                return broker;
            }
        }
    }
}

/// True where one broker did not answer, which says nothing of the others.
fn keeps_silent(error: &CallError) -> bool {
    matches!(error.code.as_str(), "_TRANSPORT" | "_TIMED_OUT" | "_TIMED_OUT_QUEUE" | "REQUEST_TIMED_OUT")
}

/// A call to one broker.
struct Addressed<'a, R> {
    request: &'a R,
    broker: Option<i32>,
}

impl<R: Request + Sync> Request for Addressed<'_, R> {
    type Answer = R::Answer;
    const OPERATION: rd_kafka_admin_op_t = R::OPERATION;
    const EVENT: c_int = R::EVENT;

    fn wishes(&self) -> Wishes {
        let wishes = self.request.wishes();
        Wishes { broker: self.broker.or(wishes.broker), ..wishes }
    }

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        self.request.submit(target)
    }

    fn read(event: &Event) -> R::Answer {
        R::read(event)
    }
}
