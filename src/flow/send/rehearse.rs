//! Makes records of all lines and sends none.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::RecvTimeoutError;

use eventctl_core::produce::{End, Ending, Ledger, LineError, Prepared, ProduceReport, Reason, Recipe, Room};

use super::feed;
use super::run::{TICK, new_id};
use crate::failure::Failure;
use crate::files::Input;
use crate::stop::Stop;

/// What is made of a line, or why nothing is.
pub type Tell<'a> = dyn FnMut(u64, Result<&Prepared<'_>, LineError>) -> Result<(), Failure> + 'a;

/// Makes a record of each line, wrong ones notwithstanding. Those that would be sent are counted as not sent.
///
/// # Errors
/// Where the input cannot be read, or what was made not be told.
pub fn rehearse(
    input: Input,
    recipe: &Recipe,
    stop: &Stop,
    tell: &mut Tell<'_>,
) -> Result<ProduceReport, Failure> {
    let fed = feed::start(input, Arc::new(AtomicU64::new(0)))?;
    let mut ledger: Ledger<Reason> = Ledger::default();
    let mut room = Room::default();
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
                match recipe.prepare(&line, &mut room, &mut new_id) {
                    Ok(prepared) => {
                        tell(number, Ok(&prepared))?;
                        End::NotSent
                    }
                    Err(error) => {
                        tell(number, Err(error.clone()))?;
                        End::Refused(Reason::Line(Box::new(error)))
                    }
                }
            };
            ledger.end(number, end);
            while ledger.next().is_some() {}
        }
    };
    Ok(ProduceReport {
        tally: ledger.tally(),
        unread: ending != Ending::Input,
        ending,
        troubled: false,
        transaction: None,
        not_kept: 0,
    })
}
