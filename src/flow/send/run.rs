//! The loop: lines in, records out, deliveries back.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use eventctl_core::fault::FaultKind;
use eventctl_core::produce::{
    Block, End, Ending, Ledger, Line, Maker, OnError, Prepared, ProduceReport, Reason, Room,
};
use eventctl_core::record::Header;

use super::clock::Clock;
use super::feed::Fed;
use super::pace::Pace;
use super::rejects::Rejects;
use super::{Outlet, SendOptions, Sink, World};
use crate::failure::Failure;
use crate::kafka::writer::{Delivery, Outgoing, SendError};
use crate::stop::Stop;

/// How long one wait is before the stop signal is looked at again.
pub(super) const TICK: Duration = Duration::from_millis(50);
/// After so many lines deliveries are taken, and the stop signal is looked at.
const LOOK_EVERY: u64 = 256;
/// How many lines may be held behind one that is open, as a multiple of those on their way.
const WINDOW: usize = 8;
/// How many blocks are still counted when no more is sent.
const COUNTED: usize = 8;

pub(super) struct Run<'a, O> {
    outlet: &'a O,
    maker: &'a Maker,
    world: World,
    on_error: OnError,
    rejects: Option<Rejects>,
    pace: Option<Pace>,
    clock: Clock,
    window: usize,
    sink: Box<dyn Sink>,
    stop: Stop,
    /// Until when a transaction may last; its ends are not given out before it has ended.
    until: Option<Instant>,
    pub(super) ledger: Ledger<Reason>,
    deliveries: Vec<Delivery>,
    ending: Option<Ending>,
    troubled: bool,
    purged: bool,
}

impl<'a, O: Outlet> Run<'a, O> {
    pub(super) fn new(
        outlet: &'a O,
        (maker, world): (&'a Maker, World),
        options: SendOptions,
        (sink, stop): (Box<dyn Sink>, Stop),
    ) -> Self {
        Run {
            outlet,
            maker,
            world,
            on_error: options.on_error,
            rejects: options.rejects.map(Rejects::new),
            pace: options.rate.map(Pace::new),
            clock: Clock::new(options.bounds, options.now),
            window: options.max_in_flight.saturating_mul(WINDOW).max(1 << 16),
            sink,
            stop,
            until: None,
            ledger: Ledger::default(),
            deliveries: Vec::new(),
            ending: None,
            troubled: false,
            purged: false,
        }
    }

    /// Says that all belongs to a transaction, which may last so long.
    pub(super) fn limit(&mut self, limit: Option<Duration>) {
        self.until = limit.map(|limit| Instant::now() + limit);
    }

    /// Sends all lines, or as many as there are until something ends it.
    pub(super) fn lines(&mut self, fed: &Receiver<Fed>) -> Ending {
        let mut room = Room::default();
        loop {
            match fed.recv_timeout(TICK) {
                Ok(Ok(block)) => self.block(block, &mut room),
                Ok(Err(failure)) => self.end(Ending::Machine(failure.story())),
                Err(RecvTimeoutError::Timeout) => self.collect(Duration::ZERO),
                Err(RecvTimeoutError::Disconnected) => self.end(Ending::Input),
            }
            self.look();
            if let Some(ending) = &self.ending {
                return ending.clone();
            }
        }
    }

    /// Waits for what is on its way, and gives every line its end.
    pub(super) fn wind_up(&mut self, ending: Ending, fed: Receiver<Fed>) -> (Ending, bool) {
        let unread = ending != Ending::Input && self.count_rest(&fed);
        drop(fed);
        while self.outlet.waiting() > 0 {
            if self.ending_is_fatal() && !self.purged {
                self.outlet.purge();
                self.purged = true;
            }
            self.collect(TICK);
            // A client that breaks now is of no more use either.
            if let Some(fault) = self.outlet.fatal() {
                self.end(Ending::Fatal(fault));
                if !self.purged {
                    self.outlet.purge();
                    self.purged = true;
                }
            }
        }
        self.collect(Duration::ZERO);
        let lost = || eventctl_core::fault::Fault {
            kind: FaultKind::Other,
            code: "NO_REPORT".to_owned(),
            message: "the client gave no report".to_owned(),
        };
        self.ledger.close(|| End::Unknown(lost().into()));
        self.drain();
        // A line that was refused late ends the input no less.
        let ending = match (ending, self.ending.take()) {
            (Ending::Input, Some(later)) => later,
            (ending, _) => ending,
        };
        (ending, unread)
    }

    /// What became of all.
    pub(super) fn report(&mut self, mut ending: Ending, unread: bool) -> ProduceReport {
        if let Some(Err(failure)) = self.rejects.as_ref().map(Rejects::sync) {
            ending = Ending::Machine(failure.story());
        }
        ProduceReport {
            tally: self.ledger.tally(),
            ending,
            unread,
            troubled: self.troubled,
            transaction: None,
            expired: self.clock.expired,
            not_kept: self.rejects.as_ref().map_or(0, |rejects| rejects.not_kept),
        }
    }

    /// Gives out what became of the lines of a transaction that has ended.
    pub(super) fn settle(&mut self) {
        self.until = None;
        self.drain();
    }

    fn ending_is_fatal(&self) -> bool {
        matches!(self.ending, Some(Ending::Fatal(_)))
    }

    /// The first reason to end is the one that is told; that the input is over is none where something else comes.
    fn end(&mut self, ending: Ending) {
        if matches!(self.ending, None | Some(Ending::Input)) {
            self.ending = Some(ending);
        }
    }

    fn look(&mut self) {
        if self.ending.is_some() {
            return;
        }
        if self.stop.signal().is_some() {
            self.end(Ending::Signal);
        } else if self.until.is_some_and(|until| Instant::now() >= until) {
            self.end(Ending::TimeLimit);
        } else if let Some(fault) = self.outlet.fatal() {
            self.end(Ending::Fatal(fault));
        }
    }

    fn block(&mut self, block: Block, room: &mut Room) {
        let first = self.ledger.tally().lines + 1;
        // Before what is refused is given out, its line must be at hand; and nothing waits for the end of the block.
        let block = Arc::new(block);
        if let Some(rejects) = &mut self.rejects {
            rejects.keep(first, Arc::clone(&block));
        }
        for line in block.lines(first) {
            let number = self.ledger.begin();
            if self.ending.is_some() {
                self.ledger.end(number, End::NotSent);
                continue;
            }
            if line.is_blank() {
                self.ledger.end(number, End::Blank);
            } else {
                self.line(&line, room);
            }
            if number.is_multiple_of(LOOK_EVERY) {
                self.collect(Duration::ZERO);
                self.look();
            }
        }
        self.collect(Duration::ZERO);
        while self.ledger.held() > self.window && self.until.is_none() && self.ledger.open() > 0 {
            self.collect(TICK);
            self.look();
        }
    }

    fn line(&mut self, line: &Line<'_>, room: &mut Room) {
        let maker = self.maker;
        match maker.prepare(line, room, &mut self.world) {
            Err(error) => self.refuse(line.number, Reason::Line(Box::new(error))),
            Ok(prepared) => {
                if let Err(error) = self.clock.check(prepared.timestamp) {
                    return self.refuse(line.number, Reason::Line(Box::new(error)));
                }
                if !self.wait_for_its_turn() {
                    self.ledger.end(line.number, End::NotSent);
                    return;
                }
                self.submit(line.number, &prepared);
            }
        }
    }

    /// False where the sending has ended meanwhile.
    fn wait_for_its_turn(&mut self) -> bool {
        loop {
            let wait = self.pace.as_ref().map_or(Duration::ZERO, Pace::wait);
            if wait.is_zero() {
                return true;
            }
            self.rest(wait);
            if self.ending.is_some() {
                return false;
            }
        }
    }

    /// Takes deliveries until the time is over, or the sending has ended.
    fn rest(&mut self, wait: Duration) {
        let until = Instant::now() + wait;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            self.collect(left.min(TICK));
            self.look();
            if self.ending.is_some() || Instant::now() >= until {
                return;
            }
        }
    }

    fn submit(&mut self, number: u64, prepared: &Prepared<'_>) {
        let headers: Vec<Header<'_>> = prepared
            .headers
            .iter()
            .map(|header| Header { name: &header.name, value: header.value.as_deref() })
            .collect();
        let record = Outgoing {
            topic: 0,
            partition: prepared.partition,
            key: prepared.key.as_deref(),
            value: prepared.value.as_deref(),
            headers: &headers,
            timestamp: prepared.timestamp,
            ticket: number,
        };
        loop {
            match self.outlet.send(&record) {
                Ok(()) => return,
                Err(SendError::Refused(fault)) => return self.refuse(number, fault.into()),
                Err(SendError::Full) => {
                    self.collect(TICK);
                    self.look();
                    if self.ending.is_some() {
                        self.ledger.end(number, End::NotSent);
                        return;
                    }
                }
            }
        }
    }

    fn refuse(&mut self, number: u64, reason: Reason) {
        self.ledger.end(number, End::Refused(reason));
        if self.on_error == OnError::Stop {
            self.end(Ending::Line(number));
        }
    }

    /// Takes the deliveries that there are, or that come within a time.
    fn collect(&mut self, wait: Duration) {
        let mut deliveries = std::mem::take(&mut self.deliveries);
        self.outlet.deliveries(wait, &mut deliveries);
        for Delivery { ticket, result } in deliveries.drain(..) {
            let end = match result {
                Ok(stored) => End::Acknowledged { partition: stored.partition, offset: stored.offset },
                Err(not) => {
                    let reason = Reason::from(not.fault);
                    self.troubled |= reason.is_passing();
                    if self.on_error == OnError::Stop {
                        self.end(Ending::Line(ticket));
                    }
                    if not.possibly_stored { End::Unknown(reason) } else { End::Refused(reason) }
                }
            };
            self.ledger.end(ticket, end);
        }
        self.deliveries = deliveries;
        self.drain();
    }

    /// Gives out the ends of lines that are decided, with all before them.
    fn drain(&mut self) {
        if self.until.is_some() {
            return;
        }
        let held = self.rejects.as_ref().map(|rejects| rejects.reach(self.ledger.first()));
        let mut told = Ok(());
        while held.is_none_or(|reach| self.ledger.first() <= reach)
            && let Some((line, end)) = self.ledger.take()
        {
            told = told.and(self.tell(line, &end));
        }
        if let Err(failure) = told.and(self.sink.flush()) {
            self.end(Ending::Machine(failure.story()));
        }
        if let Some(rejects) = &mut self.rejects {
            rejects.let_go(self.ledger.first());
        }
    }

    fn tell(&mut self, line: u64, end: &End<Reason>) -> Result<(), Failure> {
        if let (End::Refused(_), Some(rejects)) = (end, &mut self.rejects) {
            rejects.write(line)?;
        }
        self.sink.line(line, end)
    }

    /// Counts lines that were read and are not sent any more, as far as they come at once. True where more follow.
    fn count_rest(&mut self, fed: &Receiver<Fed>) -> bool {
        for _ in 0..COUNTED {
            match fed.recv_timeout(TICK) {
                Ok(Ok(block)) => {
                    for _ in 0..block.count() {
                        let number = self.ledger.begin();
                        self.ledger.end(number, End::NotSent);
                    }
                    let first = self.ledger.tally().lines + 1 - block.count();
                    if let Some(rejects) = &mut self.rejects {
                        rejects.keep(first, Arc::new(block));
                    }
                }
                Ok(Err(_)) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
                Err(RecvTimeoutError::Timeout) => return true,
            }
        }
        true
    }
}
