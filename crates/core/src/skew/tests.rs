//! Reports and advice, over records that are made for them.

use super::*;
use crate::catalog::KeyEncoding;

/// Counts records of 10 bytes: so many of a key in a partition.
fn counted(partitions: i32, records: &[(i32, Option<&str>, u64)]) -> SkewReport {
    let all: Vec<i32> = (0..partitions).collect();
    let mut skew = Skew::new(&all, Measure::Records, 64);
    for (partition, key, count) in records {
        for _ in 0..*count {
            skew.add(*partition, key.map(str::as_bytes), 10);
        }
    }
    SkewReport::of(&[skew], 20, KeyEncoding::Text)
}

fn kinds(report: &SkewReport) -> Vec<AdviceKind> {
    advise(report).into_iter().map(|advice| advice.kind).collect()
}

#[test]
fn partitions_are_counted_each_for_itself() {
    let report = counted(3, &[(2, Some("a"), 3), (0, None, 1), (2, Some("b"), 1), (0, Some("a"), 1)]);
    let loads: Vec<(i32, u64, u64, u64)> = report
        .partitions
        .iter()
        .map(|load| (load.partition, load.records, load.bytes, load.null_keys))
        .collect();
    assert_eq!(loads, [(0, 2, 20, 1), (1, 0, 0, 0), (2, 4, 40, 0)]);
    assert_eq!((report.records, report.bytes, report.null_keys), (6, 60, 1));
    assert_eq!(report.imbalance, Some(2.0));
    let heavy: Vec<(i32, &str, u64, usize)> = report
        .heaviest
        .iter()
        .map(|key| (key.partition, key.key.as_str(), key.weight.at_least, key.in_partitions))
        .collect();
    assert_eq!(heavy, [(2, "a", 3, 2), (0, "a", 1, 2), (2, "b", 1, 1)]);
    assert_eq!(report.error_limit, 0);
    assert_eq!(counted(2, &[]).imbalance, None);
}

#[test]
fn lanes_are_joined_without_loss() {
    let (mut one, mut other) = (Skew::new(&[0], Measure::Bytes, 4), Skew::new(&[1], Measure::Bytes, 4));
    for number in 0..20_u8 {
        one.add(0, Some(&[number]), 1);
        other.add(1, Some(b"hot"), 5);
    }
    let report = SkewReport::of(&[one, other], 2, KeyEncoding::Raw);
    assert_eq!(report.measure, Measure::Bytes);
    assert_eq!((report.records, report.bytes), (40, 120));
    let hot = &report.heaviest[0];
    assert_eq!((hot.key.as_str(), hot.weight), ("hot", Measured { at_least: 100, at_most: 100 }));
    assert_eq!(report.error_limit, 5);
    assert_eq!(report.heaviest.len(), 2);
}

#[test]
fn what_is_noticed_follows_from_the_numbers() {
    let even: Vec<String> = (0..40).map(|number| format!("k{number}")).collect();
    let spread = |extra: &[(i32, Option<&str>, u64)]| {
        let mut records: Vec<(i32, Option<&str>, u64)> =
            even.iter().zip(0..).map(|(key, number)| (number % 4, Some(key.as_str()), 40)).collect();
        records.extend(extra);
        counted(4, &records)
    };
    use AdviceKind::{Empty, HotKey, Imbalance, SomeWithoutKey, SplitKey, TooFew};
    assert_eq!(kinds(&spread(&[])), []);
    assert_eq!(kinds(&counted(4, &[(0, Some("a"), 399)])), [TooFew]);
    assert_eq!(kinds(&spread(&[(1, Some("hot"), 4000)])), [HotKey]);
    assert_eq!(kinds(&spread(&[(1, None, 4000)])), [Imbalance, SomeWithoutKey]);
    assert_eq!(kinds(&spread(&[(0, None, 100), (1, None, 100)])), [SomeWithoutKey]);
    assert_eq!(kinds(&spread(&[(1, Some("twice"), 300), (2, Some("twice"), 300)])), [SplitKey]);
    assert_eq!(kinds(&counted(4, &[(0, Some("a"), 200), (1, Some("b"), 200), (2, Some("c"), 200)])), [Empty]);
    // A single partition is its own mean, whatever is in it.
    assert_eq!(kinds(&counted(1, &[(0, Some("a"), 1000)])), []);
    let advice = advise(&spread(&[(1, Some("hot"), 4000)]));
    assert_eq!(advice[0].text, "the key `hot` is at least 90 % of partition 1, which has 3.1 times the mean");
    assert!(advice[0].is_finding());
}
