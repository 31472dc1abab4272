//! All lines or none.
//!
//! Nothing is told before the transaction has ended. A commit without an answer is looked up: another writer takes the
//! transactional id over, which ends what was open one way or the other, and then a reader of committed records sees
//! whether one of ours is there.

use std::sync::Arc;
use std::time::Duration;

use eventctl_core::fault::Fault;
use eventctl_core::name::TopicName;
use eventctl_core::produce::{End, Ledger, ProduceReport, Reason, TransactionEnd};

use super::run::Run;
use super::{Sending, WriteOptions, feed, is_whole};
use crate::failure::Failure;
use crate::gate::Approved;
use crate::kafka::settled;
use crate::kafka::transaction::CommitEnd;
use crate::kafka::writer::{Transactional, WriteTo, Writer};

/// How long an end is looked up at least, whatever one exchange may take.
const LOOK_UP: Duration = Duration::from_secs(30);

pub(super) struct Means<'a> {
    pub(super) topic: &'a TopicName,
    pub(super) transactional: &'a Transactional,
    pub(super) to: &'a Approved<WriteTo>,
    pub(super) write: &'a WriteOptions,
}

pub(super) fn send(writer: &Writer, sending: Sending, means: &Means<'_>) -> Result<ProduceReport, Failure> {
    let not_begun = |fault: Fault| Failure::cluster(format!("no transaction could be begun: {fault}"));
    writer.init_transactions(means.write.timeout.max(LOOK_UP)).map_err(not_begun)?;
    let fed = feed::start(sending.source, Arc::clone(&sending.bytes_read))?;
    writer.begin().map_err(not_begun)?;
    let mut run =
        Run::new(writer, (&sending.maker, sending.world), sending.options, (sending.sink, sending.stop));
    run.limit(Some(means.transactional.timeout));
    let ending = run.lines(&fed);
    let (ending, unread) = run.wind_up(ending, fed);
    let report = run.report(ending, unread);
    let end = if is_whole(&report) {
        match writer.commit(means.transactional.timeout) {
            CommitEnd::Committed => TransactionEnd::Committed,
            CommitEnd::Aborted(fault) => TransactionEnd::TakenBack(Some(fault)),
            CommitEnd::Undecided(fault) => look_up(&run.ledger, fault, means),
        }
    } else {
        // Where this fails too, nobody commits it: the brokers abort it when its time is up.
        TransactionEnd::TakenBack(writer.abort(means.write.timeout).err())
    };
    apply(&mut run.ledger, &end);
    run.settle();
    let mut report = ProduceReport { tally: run.ledger.tally(), ..report };
    report.transaction = Some(end);
    Ok(report)
}

/// What the end of the transaction makes of the ends of its lines.
pub(super) fn apply(ledger: &mut Ledger<Reason>, end: &TransactionEnd) {
    let sent = |end: &End<Reason>| matches!(end, End::Acknowledged { .. } | End::Unknown(_));
    match end {
        TransactionEnd::Committed => {}
        TransactionEnd::TakenBack(_) => ledger.take_back(sent, || End::NotSent),
        TransactionEnd::Undecided(fault) => {
            ledger.take_back(sent, || End::Unknown(fault.clone().into()));
        }
    }
}

/// Finds out how a transaction ended whose commit was not answered.
fn look_up(ledger: &Ledger<Reason>, fault: Fault, means: &Means<'_>) -> TransactionEnd {
    let stored = || {
        ledger.ends().filter_map(|(_, end)| match end {
            Some(End::Acknowledged { partition, offset }) => Some((*partition, *offset)),
            _ => None,
        })
    };
    if stored().next().is_none() {
        // Nothing was in it.
        return TransactionEnd::Committed;
    }
    let Some(place) = stored().find_map(|(partition, offset)| Some((partition, offset?))) else {
        return TransactionEnd::Undecided(fault);
    };
    let limit = means.write.timeout.max(LOOK_UP);
    let successor = Writer::start(&means.write.connect, means.to, &means.write.writer);
    let Ok(successor) = successor else { return TransactionEnd::Undecided(fault) };
    if successor.init_transactions(limit).is_err() {
        return TransactionEnd::Undecided(fault);
    }
    match settled::is_visible(&means.write.connect, means.topic, place, limit) {
        Ok(true) => TransactionEnd::Committed,
        Ok(false) => TransactionEnd::TakenBack(Some(fault)),
        Err(_) => TransactionEnd::Undecided(fault),
    }
}
