//! Makes records of all lines and sends none.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::RecvTimeoutError;

use eventctl_core::produce::{
    Bounds, End, Ending, Ledger, LineError, Maker, Prepared, ProduceReport, Reason, Room,
};

use super::clock::Clock;
use super::run::TICK;
use super::{Source, World, feed};
use crate::failure::Failure;
use crate::stop::Stop;

/// Who sees what would be sent.
pub trait Audience: Send {
    /// What is made of a line, with the name of its event, or why nothing is.
    ///
    /// # Errors
    /// Where it cannot be told.
    fn line(
        &mut self,
        line: u64,
        made: Result<(&Prepared<'_>, Option<&str>), LineError>,
    ) -> Result<(), Failure>;

    /// What was gathered shall be seen.
    ///
    /// # Errors
    /// Where it cannot be told.
    fn flush(&mut self) -> Result<(), Failure>;
}

/// Makes a record of each line, wrong ones notwithstanding, on a thread of its own. Those that would be sent are
/// counted as not sent.
///
/// # Errors
/// Where the input cannot be read, or what was made not be told.
pub async fn rehearse_on_thread(
    source: Source,
    (maker, world, times): (Maker, World, (Bounds, i64)),
    stop: Stop,
    mut audience: Box<dyn Audience>,
) -> Result<ProduceReport, Failure> {
    super::on_a_thread(move || rehearse(source, (&maker, world, times), &stop, audience.as_mut())).await
}

fn rehearse(
    source: Source,
    (maker, mut world, (bounds, now)): (&Maker, World, (Bounds, i64)),
    stop: &Stop,
    audience: &mut dyn Audience,
) -> Result<ProduceReport, Failure> {
    let fed = feed::start(source, Arc::new(AtomicU64::new(0)))?;
    let mut ledger: Ledger<Reason> = Ledger::default();
    let mut room = Room::default();
    let mut clock = Clock::new(bounds, now);
    let ending = loop {
        if stop.signal().is_some() {
            break Ending::Signal;
        }
        let block = match fed.recv_timeout(TICK) {
            Ok(block) => block?,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => break Ending::Input,
        };
        for line in block.lines(ledger.tally().lines + 1) {
            let number = ledger.begin();
            let end = if line.is_blank() {
                End::Blank
            } else {
                let made = maker.prepare(&line, &mut room, &mut world);
                let taken = made.and_then(|made| {
                    clock.check(made.timestamp)?;
                    bounds.check_size(made.size()).map_err(LineError::of_bound)?;
                    Ok(made)
                });
                match taken {
                    Ok(prepared) => {
                        let event = prepared.event.and_then(|event| maker.event(event));
                        audience.line(number, Ok((&prepared, event)))?;
                        End::NotSent
                    }
                    Err(error) => {
                        audience.line(number, Err(error.clone()))?;
                        End::Refused(Reason::Line(Box::new(error)))
                    }
                }
            };
            ledger.end(number, end);
            while ledger.take().is_some() {}
        }
    };
    audience.flush()?;
    Ok(ProduceReport {
        tally: ledger.tally(),
        unread: ending != Ending::Input,
        ending,
        troubled: false,
        transaction: None,
        not_kept: 0,
        expired: clock.expired,
    })
}
