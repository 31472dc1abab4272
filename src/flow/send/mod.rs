//! Sends lines as records: one thread reads, one makes records and submits them in the order of the lines, and what
//! becomes of each is kept until all lines before it are decided.
//!
//! Nothing is reported before it is known: a line is acknowledged by its delivery, refused by its own mistake or the
//! broker's word, and unknown where it may be stored without our hearing of it. Whatever ends the sending early (a wrong
//! line, a signal, a broken client), what was submitted is awaited, so that every line that was read has its end. In a
//! transaction the ends are given out after the commit.

mod clock;
mod feed;
mod pace;
mod rehearse;
mod rejects;
mod run;
mod transaction;
mod world;

#[cfg(test)]
mod tests;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use eventctl_core::fault::Fault;
use eventctl_core::name::TopicName;
use eventctl_core::produce::{Bounds, End, Ending, Maker, OnError, ProduceReport, Reason};

use crate::failure::Failure;
use crate::files::Output;
use crate::gate::Approved;
use crate::kafka::connect::ConnectOptions;
use crate::kafka::writer::{Delivery, Outgoing, SendError, Transactional, WriteTo, Writer, WriterOptions};
use crate::stop::Stop;
pub use feed::Source;
pub use rehearse::{Audience, rehearse_on_thread};
use run::Run;
pub use world::World;

/// What the ends of lines are told to, in the order of the lines.
pub trait Sink: Send {
    /// Takes in how a line ended.
    ///
    /// # Errors
    /// Where it cannot be told.
    fn line(&mut self, line: u64, end: &End<Reason>) -> Result<(), Failure>;

    /// No more is known for now: what was gathered shall be seen.
    ///
    /// # Errors
    /// Where it cannot be told.
    fn flush(&mut self) -> Result<(), Failure>;
}

/// Where records go: a writer, or what stands for one in a test.
pub trait Outlet {
    /// Hands a record over.
    ///
    /// # Errors
    /// As [`Writer::send`].
    fn send(&self, record: &Outgoing<'_>) -> Result<(), SendError>;
    /// Waits for deliveries and adds them.
    fn deliveries(&self, wait: Duration, into: &mut Vec<Delivery>);
    /// How many records have no delivery that was taken.
    fn waiting(&self) -> usize;
    /// What makes going on useless.
    fn fatal(&self) -> Option<Fault>;
    /// Gives up what is on its way.
    fn purge(&self);
}

impl Outlet for Writer {
    fn send(&self, record: &Outgoing<'_>) -> Result<(), SendError> {
        Writer::send(self, record)
    }

    fn deliveries(&self, wait: Duration, into: &mut Vec<Delivery>) {
        Writer::deliveries(self, wait, into);
    }

    fn waiting(&self) -> usize {
        Writer::waiting(self)
    }

    fn fatal(&self) -> Option<Fault> {
        // Brokers that are down may come back within the time that a delivery has.
        self.trouble().filter(|trouble| trouble.code != "_ALL_BROKERS_DOWN")
    }

    fn purge(&self) {
        Writer::purge(self);
    }
}

/// How lines are sent.
#[derive(Debug)]
pub struct SendOptions {
    /// What a wrong line does to those behind it.
    pub on_error: OnError,
    /// Where refused lines are written, with [`OnError::Reject`].
    pub rejects: Option<Output>,
    /// The most records a second.
    pub rate: Option<NonZeroU32>,
    /// The most records on their way.
    pub max_in_flight: usize,
    /// What the topic takes.
    pub bounds: Bounds,
    /// The time, in milliseconds since 1970.
    pub now: i64,
}

/// What is sent, and where it is told.
pub struct Sending {
    /// Where the lines come from.
    pub source: Source,
    /// What is made of them.
    pub maker: Maker,
    /// What records need besides.
    pub world: World,
    /// How.
    pub options: SendOptions,
    /// What their ends are told to.
    pub sink: Box<dyn Sink>,
    /// Heeded between lines.
    pub stop: Stop,
    /// How many bytes were read; others look at it meanwhile.
    pub bytes_read: Arc<AtomicU64>,
}

/// How records are written.
#[derive(Debug)]
pub struct WriteOptions {
    /// How the cluster is reached.
    pub connect: ConnectOptions,
    /// How records are written.
    pub writer: WriterOptions,
    /// How long one exchange may take.
    pub timeout: Duration,
}

/// Sends lines. It waits for the cluster, so it belongs on a thread of its own.
///
/// # Errors
/// Why nothing was tried. Once something was, the report says all.
pub fn send(
    sending: Sending,
    to: &Approved<WriteTo>,
    write: &WriteOptions,
) -> Result<ProduceReport, Failure> {
    let writer = Writer::start(&write.connect, to, &write.writer)?;
    match &write.writer.transactional {
        None => run(&writer, sending, None),
        Some(transactional) => {
            let topic = to.get().topics.first();
            let topic = topic.ok_or_else(|| Failure::usage("no topic is named"))?;
            transaction::send(&writer, sending, &transaction::Means { topic, transactional, to, write })
        }
    }
}

/// The same on a thread of its own.
///
/// # Errors
/// As `send`.
pub async fn on_thread(
    sending: Sending,
    to: Approved<WriteTo>,
    write: WriteOptions,
) -> Result<ProduceReport, Failure> {
    on_a_thread(move || send(sending, &to, &write)).await
}

/// Does work that waits on a thread of its own.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let (ended, end) = tokio::sync::oneshot::channel();
    let work = move || drop(ended.send(work()));
    let spawned = std::thread::Builder::new().name("sender".to_owned()).spawn(work);
    spawned.map_err(|error| Failure::machine(format!("cannot send: {error}")))?;
    // Without an answer the thread has panicked, which is a bug that was told already.
    end.await.unwrap_or_else(|_| Err(Failure::machine("the sending thread broke down")))
}

/// Sends lines through an outlet, without a transaction or within one that is open.
fn run<O: Outlet>(outlet: &O, sending: Sending, limit: Option<Duration>) -> Result<ProduceReport, Failure> {
    let fed = feed::start(sending.source, Arc::clone(&sending.bytes_read))?;
    let mut run =
        Run::new(outlet, (&sending.maker, sending.world), sending.options, (sending.sink, sending.stop));
    run.limit(limit);
    let ending = run.lines(&fed);
    let (ending, unread) = run.wind_up(ending, fed);
    Ok(run.report(ending, unread))
}

/// True where a transaction may be committed: all was read, and nothing was refused or lost.
fn is_whole(report: &ProduceReport) -> bool {
    let tally = &report.tally;
    report.ending == Ending::Input && tally.refused == 0 && tally.unknown == 0 && tally.not_sent == 0
}

/// A transactional writer with a name that no other one has.
#[must_use]
pub fn transactional(topic: &TopicName, timeout: Duration) -> Transactional {
    let id = uuid::Uuid::now_v7();
    Transactional { id: format!("eventctl-produce-{topic}-{id}"), timeout }
}
