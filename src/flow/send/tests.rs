//! The loop against an outlet that does what a test says.
#![allow(clippy::disallowed_methods, reason = "a test prepares files of its own")]

use std::collections::VecDeque;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventctl_core::catalog::{Encoding, Partitioner, TENANT_PATTERN};
use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::partitioner::Placement;
use eventctl_core::produce::{
    Bounds, End, Ending, Ledger, Maker, OnError, ProduceReport, Reason, Recipe, RecipeInput, TransactionEnd,
};

use super::transaction::apply;
use super::{Outlet, SendOptions, Sending, Sink, Source, World, run};
use crate::failure::Failure;
use crate::files::{self, Input};
use crate::kafka::writer::{Delivery, NotStored, Outgoing, SendError, Stored};
use crate::outcome::Signal;
use crate::stop::Stop;

/// Stores what it gets, except for values that say otherwise; a few records fit into it.
#[derive(Default)]
struct Fake {
    room: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    ahead: VecDeque<(u64, Vec<u8>)>,
    stored: Vec<String>,
    fatal: bool,
    purged: bool,
}

fn fault(kind: FaultKind, code: &str) -> Fault {
    Fault { kind, code: code.to_owned(), message: code.to_lowercase() }
}

impl Outlet for Fake {
    fn send(&self, record: &Outgoing<'_>) -> Result<(), SendError> {
        let mut state = self.state.lock().unwrap();
        let value = record.value.unwrap().to_vec();
        if value.starts_with(b"large") {
            return Err(SendError::Refused(fault(FaultKind::Refused, "MSG_SIZE_TOO_LARGE")));
        }
        if state.ahead.len() >= self.room {
            return Err(SendError::Full);
        }
        state.fatal |= value.starts_with(b"fatal");
        state.ahead.push_back((record.ticket, value));
        Ok(())
    }

    fn deliveries(&self, _: Duration, into: &mut Vec<Delivery>) {
        let mut state = self.state.lock().unwrap();
        // The newest first: ends come in any order.
        while let Some((ticket, value)) = state.ahead.pop_back() {
            let text = String::from_utf8(value).unwrap();
            let not = |kind, code, possibly_stored| NotStored { fault: fault(kind, code), possibly_stored };
            let result = match text.as_str() {
                _ if state.purged => Err(not(FaultKind::Other, "_PURGE_QUEUE", false)),
                "lost" => Err(not(FaultKind::TimedOut, "_MSG_TIMED_OUT", true)),
                "late" => Err(not(FaultKind::Refused, "INVALID_TIMESTAMP", false)),
                _ => {
                    state.stored.push(text);
                    Ok(Stored { partition: 1, offset: Some(ticket as i64 + 100), timestamp: 7 })
                }
            };
            into.push(Delivery { ticket, result });
        }
    }

    fn waiting(&self) -> usize {
        self.state.lock().unwrap().ahead.len()
    }

    fn fatal(&self) -> Option<Fault> {
        self.state.lock().unwrap().fatal.then(|| fault(FaultKind::Other, "_FATAL"))
    }

    fn purge(&self) {
        self.state.lock().unwrap().purged = true;
    }
}

/// Lines with their ends.
type Ends = Vec<(u64, End<Reason>)>;

#[derive(Clone, Default)]
struct Told {
    lines: Arc<Mutex<Ends>>,
    breaks_at: Option<u64>,
}

impl Sink for Told {
    fn line(&mut self, line: u64, end: &End<Reason>) -> Result<(), Failure> {
        if self.breaks_at == Some(line) {
            return Err(Failure::machine("stdout is full"));
        }
        self.lines.lock().unwrap().push((line, end.clone()));
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(())
    }
}

struct Test {
    on_error: OnError,
    stop: Stop,
    told: Told,
    outlet: Fake,
    folder: tempfile::TempDir,
    rejects: PathBuf,
}

impl Test {
    fn new(on_error: OnError) -> Test {
        let (stop, told) = (Stop::default(), Told::default());
        let folder = tempfile::tempdir().unwrap();
        Test {
            on_error,
            stop,
            told,
            outlet: Fake { room: 3, ..Fake::default() },
            rejects: folder.path().join("rejects"),
            folder,
        }
    }

    fn run(&self, input: &str) -> ProduceReport {
        let path = self.folder.path().join("input");
        std::fs::File::create(&path).unwrap().write_all(input.as_bytes()).unwrap();
        let recipe = Recipe::new(RecipeInput {
            encoding: Encoding::Text,
            events: Vec::new(),
            chosen: None,
            key: None,
            timestamp: None,
            placement: Placement::new(Partitioner::Murmur2, TENANT_PATTERN).unwrap(),
            partitions: 3,
        });
        let rejects = matches!(self.on_error, OnError::Reject).then(|| files::create(&self.rejects).unwrap());
        let sending = Sending {
            source: Source::Lines(Input::open(&path).unwrap()),
            maker: Maker::Bodies(Box::new(recipe.unwrap())),
            world: World::default(),
            options: SendOptions {
                on_error: self.on_error,
                rejects,
                rate: None,
                max_in_flight: 3,
                bounds: Bounds::default(),
                now: 0,
            },
            sink: Box::new(self.told.clone()),
            stop: self.stop.clone(),
            bytes_read: Arc::default(),
        };
        let report = run(&self.outlet, sending, None).unwrap();
        assert!(report.tally.adds_up(), "{report:?}");
        let told = self.told.lines.lock().unwrap();
        assert!(told.iter().map(|(line, _)| *line).is_sorted(), "{told:?}");
        report
    }

    fn counts(report: &ProduceReport) -> [u64; 6] {
        let tally = &report.tally;
        [tally.lines, tally.blank, tally.acknowledged, tally.refused, tally.unknown, tally.not_sent]
    }
}

#[test]
fn every_line_is_told_in_its_order_and_the_counts_add_up() {
    let test = Test::new(OnError::Skip);
    let report = test.run("a\nlarge\n\nb\nlate\nlost\nc");
    assert_eq!(Test::counts(&report), [7, 1, 3, 2, 1, 0]);
    assert_eq!((report.ending.clone(), report.unread, report.resume()), (Ending::Input, false, None));
    assert!(report.has_findings() && report.has_unknown());
    let told = test.told.lines.lock().unwrap();
    assert_eq!(told.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(told[3].1, End::Acknowledged { partition: 1, offset: Some(104) });
    let mut stored = test.outlet.state.lock().unwrap().stored.clone();
    stored.sort();
    assert_eq!(stored, ["a", "b", "c"]);
}

#[test]
fn the_first_wrong_line_stops_and_what_was_on_its_way_is_awaited() {
    let test = Test::new(OnError::Stop);
    let report = test.run("a\nb\nlarge\nc\n\nd\n");
    assert_eq!(Test::counts(&report), [6, 0, 2, 1, 0, 3]);
    assert_eq!((report.ending.clone(), report.resume()), (Ending::Line(3), Some(4)));
    assert!(report.has_findings() && !report.has_unknown());
}

#[test]
fn a_line_that_is_lost_late_is_told_though_all_were_sent() {
    let test = Test::new(OnError::Stop);
    let report = test.run("a\nlost\n");
    assert_eq!(Test::counts(&report), [2, 0, 1, 0, 1, 0]);
    assert_eq!((report.ending.clone(), report.resume()), (Ending::Line(2), None));
    assert!(report.has_unknown());
}

#[test]
fn refused_lines_are_kept_as_they_were_and_unknown_ones_never() {
    let test = Test::new(OnError::Reject);
    let mut input = String::from("a\nlarge 1 \r\nlost\nlate\n");
    for number in 0..300_000 {
        input.push_str(&format!("line {number}\n"));
    }
    input.push_str("large 2");
    let report = test.run(&input);
    assert_eq!(Test::counts(&report), [300_005, 0, 300_001, 3, 1, 0]);
    let rejects = std::fs::read_to_string(test.folder.path().join("rejects")).unwrap();
    assert_eq!(rejects, "large 1 \nlate\nlarge 2\n");
}

#[test]
fn a_signal_leaves_lines_that_were_not_sent_and_names_the_first() {
    let test = Test::new(OnError::Skip);
    test.stop.set(Signal::Interrupt);
    let lines: String = (0..2_000).map(|number| format!("{number}\n")).collect();
    let report = test.run(&lines);
    let [all, _, acknowledged, _, _, not_sent] = Test::counts(&report);
    assert_eq!((all, acknowledged + not_sent), (2_000, 2_000));
    assert!(not_sent > 0);
    assert_eq!((report.ending.clone(), report.resume()), (Ending::Signal, Some(acknowledged + 1)));
    assert_eq!(test.outlet.state.lock().unwrap().stored.len() as u64, acknowledged);
}

#[test]
fn a_broken_client_gives_up_what_is_on_its_way() {
    let test = Test::new(OnError::Skip);
    let report = test.run("a\nb\nfatal\nc\nd\ne\nf\n");
    assert!(matches!(report.ending, Ending::Fatal(_)), "{report:?}");
    assert!(report.has_unknown());
    assert!(report.tally.not_sent > 0, "{report:?}");
}

#[test]
fn where_nothing_can_be_told_nothing_more_is_sent() {
    let test = Test::new(OnError::Skip);
    let test = Test { told: Told { breaks_at: Some(2), ..test.told.clone() }, ..test };
    let lines: String = (0..200_000).map(|number| format!("{number}\n")).collect();
    let report = test.run(&lines);
    assert!(matches!(&report.ending, Ending::Machine(story) if story == "stdout is full"), "{report:?}");
    assert!(report.tally.not_sent > 0 && report.has_unknown());
}

#[test]
fn the_end_of_a_transaction_is_the_end_of_its_lines() {
    let ledger = || {
        let mut ledger = Ledger::default();
        for line in 1..=3 {
            ledger.begin();
            ledger.end(line, End::Acknowledged { partition: 0, offset: Some(line as i64) });
        }
        ledger
    };
    let rows = [
        (TransactionEnd::Committed, [3, 0, 0]),
        (TransactionEnd::TakenBack(None), [0, 0, 3]),
        (TransactionEnd::Undecided(fault(FaultKind::TimedOut, "_TIMED_OUT")), [0, 3, 0]),
    ];
    for (end, expected) in rows {
        let mut ledger = ledger();
        apply(&mut ledger, &end);
        let tally = ledger.tally();
        assert_eq!([tally.acknowledged, tally.unknown, tally.not_sent], expected, "{end:?}");
        assert!(tally.adds_up());
    }
}

#[test]
fn refused_lines_that_cannot_be_kept_are_counted_and_end_it() {
    let mut test = Test::new(OnError::Reject);
    test.rejects = PathBuf::from("/dev/full");
    // Refused late, by the broker: the input is over by then.
    let report = test.run("a\nlarge 1\nlarge 2\nb\n");
    assert!(matches!(&report.ending, Ending::Machine(story) if story.contains("reject file")), "{report:?}");
    assert_eq!((report.tally.refused, report.not_kept), (2, 2));
    assert!(report.has_unknown());
}
