//! How consumer groups look: lists, descriptions, deletions, what was moved, and what stands around commits.

mod deleted;
mod described;
mod history;
mod listed;
mod moved;
mod peeked;

use eventctl_core::fault::Fault;
use eventctl_core::groups::live::GroupKind;
use eventctl_core::groups::report::{BrokerRow, CommittedTopic, GroupRow, TopicShare, UnknownGroup};
use eventctl_core::human;

pub use history::History;

use super::page::{Page, Tone};

/// Partitions of a topic that are named.
const PARTITIONS_NAMED: usize = 20;

/// The kind, with the broker's own word for one that is not supported.
fn group_type(row: &GroupRow) -> String {
    match (&row.protocol_type, row.group_type) {
        (Some(protocol), GroupKind::Unsupported) => format!("unsupported ({protocol})"),
        (_, kind) => kind.as_str().to_owned(),
    }
}

fn address(broker: Option<&BrokerRow>) -> String {
    broker.map_or("?".to_owned(), |broker| format!("{} ({}:{})", broker.id, broker.host, broker.port))
}

/// Partitions as people write them: `orders: 0-3, 7`.
fn share(share: &TopicShare) -> String {
    let partitions = human::ranges(share.partitions.iter().copied(), PARTITIONS_NAMED);
    format!("{}: {partitions}", share.topic)
}

fn shares(shares: &[TopicShare]) -> String {
    let shares: Vec<String> = shares.iter().map(share).collect();
    if shares.is_empty() { "-".to_owned() } else { shares.join("; ") }
}

/// What was committed in a topic: `0 @ 5, 1 @ 7`.
fn offsets(topic: &CommittedTopic) -> String {
    let offset = topic.partitions.iter().map(|at| format!("{} @ {}", at.partition, at.offset));
    human::list(&offset.collect::<Vec<String>>(), PARTITIONS_NAMED)
}

fn unknowns(unknown: &[UnknownGroup], page: &mut Page) {
    for one in unknown {
        page.tone(Tone::Notable, "? ").tone(Tone::Strong, &one.group).lit(": ").val(&one.text);
        page.lit(" (").val(&one.fault).lit(")\n");
    }
}

fn unlisted(faults: &[Fault], page: &mut Page) {
    for fault in faults {
        page.tone(Tone::Notable, "? ").lit("a broker did not list its groups, there may be more (");
        page.val(fault).lit(")\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_in_a_row_are_a_range() {
        let rows: [(&[i32], &str); 4] = [
            (&[], "orders: "),
            (&[3], "orders: 3"),
            (&[0, 1, 2, 7, 9, 10], "orders: 0-2, 7, 9-10"),
            (&[i32::MAX], "orders: 2147483647"),
        ];
        for (partitions, expected) in rows {
            let topic = "orders".parse().unwrap();
            assert_eq!(share(&TopicShare { topic, partitions: partitions.to_vec() }), expected);
        }
    }
}
