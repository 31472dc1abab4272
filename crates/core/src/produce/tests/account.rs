use crate::produce::{End, Ledger, Tally};

fn acknowledged(offset: i64) -> End<&'static str> {
    End::Acknowledged { partition: 0, offset: Some(offset) }
}

#[test]
fn lines_are_given_out_in_their_order_whatever_order_they_end_in() {
    let mut ledger = Ledger::default();
    for number in 1..=5 {
        assert_eq!(ledger.begin(), number);
    }
    assert_eq!(ledger.take(), None);
    assert!(ledger.end(3, acknowledged(30)));
    assert!(ledger.end(2, End::Blank));
    assert_eq!(ledger.take(), None);
    assert!(ledger.end(1, End::Refused("bad")));
    assert_eq!(ledger.take(), Some((1, End::Refused("bad"))));
    assert_eq!(ledger.take(), Some((2, End::Blank)));
    assert_eq!(ledger.take(), Some((3, acknowledged(30))));
    assert_eq!(ledger.take(), None);
    assert_eq!((ledger.first(), ledger.held(), ledger.open()), (4, 2, 2));
    assert!(ledger.end(5, End::Unknown("time")));
    ledger.close(|| End::NotSent);
    assert_eq!(ledger.take(), Some((4, End::NotSent)));
    assert_eq!(ledger.take(), Some((5, End::Unknown("time"))));
    let tally = ledger.tally();
    assert!(tally.adds_up());
    let expected = Tally {
        lines: 5,
        blank: 1,
        acknowledged: 1,
        refused: 1,
        unknown: 1,
        not_sent: 1,
        first_not_sent: Some(4),
    };
    assert_eq!(tally, expected);
}

#[test]
fn a_line_ends_once() {
    let mut ledger = Ledger::default();
    ledger.begin();
    ledger.begin();
    assert!(ledger.end(1, acknowledged(1)));
    assert!(!ledger.end(1, End::Unknown("again")));
    assert_eq!(ledger.take(), Some((1, acknowledged(1))));
    for line in [0, 1, 3, u64::MAX] {
        assert!(!ledger.end(line, End::NotSent), "{line}");
    }
    assert_eq!(ledger.tally().acknowledged, 1);
    assert_eq!(ledger.tally().unknown, 0);
    assert!(!ledger.tally().adds_up());
    ledger.close(|| End::NotSent);
    assert!(ledger.tally().adds_up());
}

#[test]
fn what_is_taken_back_was_not_sent() {
    let mut ledger = Ledger::default();
    for _ in 0..4 {
        ledger.begin();
    }
    ledger.end(1, End::Blank);
    ledger.end(2, acknowledged(1));
    ledger.end(3, End::Refused("bad"));
    ledger.close(|| End::NotSent);
    ledger.take_back(|end| matches!(end, End::Acknowledged { .. }), || End::NotSent);
    let tally = ledger.tally();
    assert!(tally.adds_up());
    assert_eq!((tally.acknowledged, tally.refused, tally.not_sent, tally.blank), (0, 1, 2, 1));
    assert_eq!(tally.first_not_sent, Some(2));
}
