use super::*;
use crate::fault::FaultKind;

fn tracker(spans: &[(i32, i64, Option<i64>)]) -> Tracker {
    let spans =
        spans.iter().map(|(partition, from, until)| (*partition, Span { from: *from, until: *until }));
    Tracker::new(&[spans.collect()])
}

fn ends(tracker: &Tracker) -> Vec<(i32, i64, u64, PartitionEnd)> {
    tracker.report().into_iter().map(|scan| (scan.partition, scan.next, scan.taken, scan.end)).collect()
}

#[test]
fn a_partition_is_done_with_the_last_record_of_its_range() {
    let mut tracker = tracker(&[(0, 5, Some(8)), (2, 3, Some(3))]);
    assert_eq!(tracker.open(), 1);
    assert_eq!(tracker.starts().collect::<Vec<_>>(), [(0, 0, 5)]);
    let rows = [
        (4, Verdict::PassOver),
        (5, Verdict::Take),
        (5, Verdict::PassOver),
        (7, Verdict::Take),
        (8, Verdict::PassOver),
    ];
    for (offset, verdict) in rows {
        assert_eq!(tracker.record(0, 0, offset), verdict, "{offset}");
    }
    assert_eq!(tracker.open(), 0);
    assert_eq!(tracker.finished().collect::<Vec<_>>(), [(0, 0)]);
    assert_eq!(tracker.finished().count(), 0);
    assert_eq!(ends(&tracker), [(0, 8, 2, PartitionEnd::Reached), (2, 3, 0, PartitionEnd::Reached)]);
}

#[test]
fn a_record_behind_the_end_ends_a_partition_whose_last_offsets_hold_none() {
    let mut tracker = tracker(&[(0, 0, Some(10))]);
    assert_eq!(tracker.record(0, 0, 6), Verdict::Take);
    assert_eq!(tracker.record(0, 0, 12), Verdict::PassOver);
    assert_eq!(ends(&tracker), [(0, 10, 1, PartitionEnd::Reached)]);
}

#[test]
fn the_brokers_end_counts_by_its_offset() {
    let mut tracker = tracker(&[(0, 0, Some(10)), (1, 0, None)]);
    // Markers alone lie behind offset 6.
    tracker.record(0, 0, 6);
    tracker.end(0, 0, 9);
    assert_eq!(tracker.short().collect::<Vec<_>>(), [(0, 0, 9, 10)]);
    assert_eq!(tracker.open(), 2);
    tracker.end(0, 0, 10);
    assert_eq!(tracker.short().count(), 0);
    // Without an end nothing is over.
    tracker.end(0, 1, 100);
    assert_eq!(tracker.open(), 1);
    assert_eq!(ends(&tracker), [(0, 10, 1, PartitionEnd::Reached), (1, 100, 0, PartitionEnd::Stopped)]);
}

#[test]
fn a_log_that_grows_again_is_not_short() {
    let mut tracker = tracker(&[(0, 0, Some(10))]);
    tracker.end(0, 0, 4);
    assert_eq!(tracker.short().count(), 1);
    assert_eq!(tracker.record(0, 0, 4), Verdict::Take);
    assert_eq!(tracker.short().count(), 0);
}

#[test]
fn partitions_fail_and_are_closed_one_by_one() {
    let mut tracker = tracker(&[(0, 0, Some(9)), (1, 0, Some(9)), (2, 0, Some(9))]);
    let fault = Fault { kind: FaultKind::Denied, code: "X".to_owned(), message: "no".to_owned() };
    tracker.fail(0, 0, fault.clone());
    tracker.close_partition(0, 1);
    assert_eq!(tracker.record(0, 0, 1), Verdict::PassOver);
    assert_eq!(tracker.record(0, 1, 1), Verdict::PassOver);
    assert_eq!(tracker.record(0, 2, 1), Verdict::Take);
    // What is over stays as it ended.
    tracker.close_partition(0, 0);
    assert_eq!(tracker.finished().collect::<Vec<_>>(), [(0, 0), (0, 1)]);
    assert_eq!(
        ends(&tracker),
        [
            (0, 0, 0, PartitionEnd::Failed(fault)),
            (1, 0, 0, PartitionEnd::Enough),
            (2, 2, 1, PartitionEnd::Stopped)
        ]
    );
    assert_eq!(tracker.progress(), Some((9 + 9 + 2, 27)));
}

#[test]
fn what_nobody_asked_for_is_passed_over() {
    let mut tracker = tracker(&[(1, 0, None)]);
    for (topic, partition) in [(0, 0), (0, 2), (0, -1), (1, 1)] {
        assert_eq!(tracker.record(topic, partition, 0), Verdict::PassOver);
        tracker.end(topic, partition, 0);
    }
    assert_eq!(tracker.progress(), None);
}
