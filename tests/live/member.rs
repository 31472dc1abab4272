//! Members of a group against a real cluster, under both protocols.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use eventctl::failure::Failure;
use eventctl::flow::judged::Ruling;
use eventctl::flow::member::{Ended, Handler, MemberReport, Next, Pace, run};
use eventctl::kafka::budget::fetch_settings;
use eventctl::kafka::connect::ConnectOptions;
use eventctl::kafka::member::{Beginning, Commit, GroupProtocol, Member, MemberEvent, MemberOptions, Share};
use eventctl::kafka::offsets::Isolation;
use eventctl::kafka::scan::{Item, Message};
use eventctl::kafka::writer::{Outgoing, Writer};
use eventctl::outcome::Signal;
use eventctl::stop::Stop;
use eventctl_core::name::TopicName;

use crate::clusters::{Shared, until};
use crate::oracle::java;
use crate::streams::{PATIENCE, connect, delivered, outgoing, plain_writer, send, stored, topic, writer};

fn member(options: &ConnectOptions, group: &str, topic: &TopicName, protocol: GroupProtocol) -> Member {
    let wanted = MemberOptions {
        group: &group.parse().unwrap(),
        topics: std::slice::from_ref(topic),
        protocol,
        beginning: Beginning::Earliest,
        isolation: Isolation::Committed,
        budget: fetch_settings(4, 3, 96 << 20),
        longest_pause: Duration::from_secs(30),
    };
    Member::start(options, &wanted).unwrap()
}

/// Writes records 0 to `count` of a round, to all of four partitions.
fn write(writer: &Writer, round: u64, count: u64) {
    for number in 0..count {
        let value = format!("{round}/{number}");
        let partition = Some((number % 4) as i32);
        send(writer, &Outgoing { partition, ..outgoing(value.as_bytes()) }, &mut Vec::new());
    }
    stored(&delivered(writer));
}

/// The group's commits as Kafka's own tool tells them: partition, offset.
fn committed(group: &str) -> BTreeMap<i32, i64> {
    let text = java("dev", "groups", &["--describe", "--offsets", "--group", group]);
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        Some((words.get(2)?.parse().ok()?, words.get(3)?.parse().ok()?))
    };
    text.lines().filter_map(row).collect()
}

/// Notes what was handled, and what of it was flushed.
struct Notes<'a> {
    handled: &'a Mutex<Vec<(i32, i64)>>,
    unflushed: Vec<(i32, i64)>,
    enough: &'a AtomicBool,
}

/// The report of a run whose handler did not fail.
fn whole(report: MemberReport) -> MemberReport {
    assert!(report.failure.is_none(), "{report:?}");
    report
}

impl Handler for Notes<'_> {
    fn record(&mut self, record: &Message<'_>, _ruling: Ruling) -> Result<Next, Failure> {
        self.unflushed.push((record.partition(), record.offset()));
        Ok(Next::More)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.handled.lock().unwrap().append(&mut self.unflushed);
        Ok(())
    }

    fn is_done(&mut self) -> bool {
        self.enough.load(Ordering::SeqCst)
    }
}

const PACE: Pace = Pace { commit_every: Duration::from_millis(100), timeout: Duration::from_secs(20) };

/// Two members, the second comes while the first reads and the first leaves while the second does.
fn each_record_is_handled_once(test: &str, protocol: GroupProtocol) {
    let shared = Shared::cluster(test);
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 4, &[]);
    let group = shared.name("group");
    let writer = writer(&options, &topic, &plain_writer());
    let handled = Mutex::new(Vec::new());
    let [first_enough, second_enough] = [AtomicBool::new(false), AtomicBool::new(false)];
    let count = || handled.lock().unwrap().len();
    let work = |enough| {
        let mut member = member(&options, &group, &topic, protocol);
        let mut notes = Notes { handled: &handled, unflushed: Vec::new(), enough };
        let report = whole(run(&mut member, &mut notes, PACE, &Stop::default()));
        assert!(member.leave(PATIENCE), "the coordinator was told");
        report
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| work(&first_enough));
        write(&writer, 0, 400);
        until("the first reads all", PATIENCE, || count() == 400);
        let second = scope.spawn(|| work(&second_enough));
        for round in 1..6 {
            write(&writer, round, 400);
        }
        until("both read all", PATIENCE, || count() == 2_400);
        // Long enough that the second has its share, under either protocol.
        until("the second reads", PATIENCE, || {
            java("dev", "groups", &["--describe", "--members", "--group", &group])
                .lines()
                .filter(|line| line.contains("eventctl") && line.contains(" 2"))
                .count()
                == 2
        });
        write(&writer, 6, 400);
        until("both read more", PATIENCE, || count() == 2_800);
        first_enough.store(true, Ordering::SeqCst);
        let first = first.join().unwrap();
        write(&writer, 7, 400);
        until("the second takes over", PATIENCE, || count() == 3_200);
        second_enough.store(true, Ordering::SeqCst);
        let second = second.join().unwrap();
        assert_eq!((first.ended, second.ended), (Ended::Enough, Ended::Enough));
        assert_eq!((first.uncommitted.len(), second.uncommitted.len()), (0, 0));
        assert_eq!(first.handled + second.handled, 3_200);
        assert!(first.handled > 0 && second.handled > 0);
    });
    let all = handled.into_inner().unwrap();
    let distinct: BTreeSet<_> = all.iter().copied().collect();
    assert_eq!((all.len(), distinct.len()), (3_200, 3_200), "none twice, none left out");
    assert_eq!(committed(&group), (0..4).map(|partition| (partition, 800)).collect());
}

#[test]
fn each_record_is_handled_once_by_members_of_a_classic_group() {
    each_record_is_handled_once("member-classic", GroupProtocol::Classic);
}

#[test]
fn each_record_is_handled_once_by_members_of_a_new_group() {
    each_record_is_handled_once("member-new", GroupProtocol::Consumer);
}

/// Steps until an event is of interest.
fn stepped<T>(member: &mut Member, mut of_interest: impl FnMut(MemberEvent) -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        assert!(Instant::now() < deadline, "not in time");
        if let Some(found) = of_interest(member.next(Duration::from_millis(50))) {
            return found;
        }
    }
}

#[test]
fn a_partition_is_committed_until_it_goes_and_never_after() {
    let shared = Shared::cluster("member-revoke");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 4, &[]);
    let group = shared.name("group");
    let writer = writer(&options, &topic, &plain_writer());
    write(&writer, 0, 40);
    let mut first = member(&options, &group, &topic, GroupProtocol::Classic);
    let assigned = stepped(&mut first, |event| match event {
        MemberEvent::Assigned(assigned) => Some(assigned),
        _ => None,
    });
    assert_eq!(assigned.len(), 4);
    assert!(assigned.iter().all(|it| it.committed.is_none()));
    let mut read = 0;
    stepped(&mut first, |event| {
        if let MemberEvent::Records(batch) = event {
            read += batch.items().filter(|item| matches!(item, Item::Message(_))).count();
        }
        (read == 40).then_some(())
    });
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut second = member(&options, &group, &topic, GroupProtocol::Classic);
            while !ended.load(Ordering::SeqCst) {
                drop(second.next(Duration::from_millis(50)));
            }
            assert!(second.leave(PATIENCE));
        });
        let going = stepped(&mut first, |event| match event {
            MemberEvent::Revoking(shares) => Some(shares),
            _ => None,
        });
        assert_eq!(going.len(), 2, "cooperative: only what goes is taken away");
        let commit = |share: &Share, offset| Commit { share: *share, offset };
        let before: Vec<_> = going.iter().map(|share| commit(share, 7)).collect();
        assert_eq!(first.commit(&before, PATIENCE), [Ok(()), Ok(())]);
        drop(first.next(Duration::from_millis(50)));
        let after: Vec<_> = going.iter().map(|share| commit(share, 9)).collect();
        for result in first.commit(&after, PATIENCE) {
            assert_eq!(result.unwrap_err().code, "_ASSIGNMENT_LOST");
        }
        assert_eq!(first.owned().len(), 2);
        ended.store(true, Ordering::SeqCst);
    });
}

#[test]
fn a_signal_ends_the_work_and_everything_handled_is_committed() {
    let shared = Shared::cluster("member-stop");
    let options = connect(&shared.brokers);
    let topic = topic(&shared, "a", 4, &[]);
    let group = shared.name("group");
    let writer = writer(&options, &topic, &plain_writer());
    write(&writer, 0, 100);
    struct Some90<'a>(u64, &'a Stop);
    impl Handler for Some90<'_> {
        fn record(&mut self, _: &Message<'_>, _: Ruling) -> Result<Next, Failure> {
            self.0 += 1;
            if self.0 == 90 {
                self.1.set(Signal::Interrupt);
                return Ok(Next::Enough);
            }
            Ok(Next::More)
        }
        fn flush(&mut self) -> Result<(), Failure> {
            Ok(())
        }
    }
    let stop = Stop::default();
    let mut first = member(&options, &group, &topic, GroupProtocol::Classic);
    let pace = Pace { commit_every: Duration::from_secs(3_600), ..PACE };
    let report = whole(run(&mut first, &mut Some90(0, &stop), pace, &stop));
    assert_eq!((report.ended, report.handled, report.uncommitted.len()), (Ended::Enough, 90, 0));
    assert_eq!(report.committed.values().sum::<i64>(), 90);
    let at_once = whole(run(&mut first, &mut Some90(0, &stop), pace, &stop));
    assert_eq!((at_once.ended, at_once.handled), (Ended::Stopped(Signal::Interrupt), 0));
    assert!(first.leave(PATIENCE));
    assert_eq!(committed(&group).values().sum::<i64>(), 90);
}
