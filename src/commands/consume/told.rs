//! What is said at the end.

use eventctl_core::consume::Summary;
use eventctl_core::position::{Bounds, Position};
use eventctl_core::scan::{PartitionEnd, ScanEnd};

use super::Args;
use crate::commands::Context;
use crate::failure::{Failure, Kind};
use crate::flow::consume::member::Consumed;
use crate::flow::range::Ranges;
use crate::flow::scan::Scanned;
use crate::kafka::offsets::Isolation;
use crate::outcome::Outcome;
use crate::render::records::{self, Ended};

pub(super) fn of_member(
    args: &Args,
    consumed: Consumed,
    (ranges, bounds): (&Ranges, &Bounds),
    cx: &Context,
) -> Result<Outcome, Failure> {
    let Consumed { scanned, summary, committed, uncommitted, fault, failure } = consumed;
    for (topic, partition, why) in &uncommitted {
        let name = ranges.topics.get(*topic).map_or("?", |topic| topic.name.as_str());
        cx.ui.warn(format!(
            "{name} partition {partition}: shown and not committed, so it will be read again: {why}"
        ));
    }
    if let Some(fault) = &fault {
        cx.ui.warn(format!("the group's reading broke off: {fault}"));
    }
    let committed: Vec<String> = committed
        .iter()
        .map(|((topic, partition), offset)| {
            let name = ranges.topics.get(*topic).map_or("?", |topic| topic.name.as_str());
            format!("{name}/{partition}:{offset}")
        })
        .collect();
    let note = if committed.is_empty() {
        "nothing was committed".to_owned()
    } else {
        format!("committed {}", committed.join(", "))
    };
    let broken = Outcome::unknown(fault.is_some() || !uncommitted.is_empty());
    let outcome = report(args, Ok((scanned, summary)), ranges, (bounds, Some(note)), cx)?.and(broken);
    match failure {
        // What was committed is a change: a reader who has gone does not make it a success.
        Some(failure) if failure.kind() == Kind::BrokenPipe => Err(Failure::machine(failure.story())
            .hint("what was committed above had been written; how much of it was read is not known here")),
        Some(failure) => Err(failure),
        None => Ok(outcome),
    }
}

pub(super) fn report(
    args: &Args,
    read: Result<(Scanned, Summary), Failure>,
    ranges: &Ranges,
    (bounds, note): (&Bounds, Option<String>),
    cx: &Context,
) -> Result<Outcome, Failure> {
    let (scanned, summary) = match read {
        Ok(read) => read,
        Err(failure) if failure.kind() == Kind::BrokenPipe => return Ok(Outcome::Clean),
        Err(failure) => return Err(failure),
    };
    let names: Vec<String> = ranges.topics.iter().map(|topic| topic.name.to_string()).collect();
    let remarks: Vec<_> = ranges
        .topics
        .iter()
        .flat_map(|topic| topic.frozen.remarks.iter().map(|remark| (topic.name.to_string(), *remark)))
        .collect();
    let ended = Ended {
        topics: &names,
        from: match (&args.group, args.tail) {
            (Some(group), _) => format!("the offsets of {group}"),
            (None, Some(most)) => format!("the last {most}"),
            (None, None) => bounds.from.to_string(),
        },
        until: bounds.until.as_ref().map(until),
        isolation: if ranges.isolation == Isolation::Committed { "committed" } else { "uncommitted" },
        end: scanned.end,
        partitions: &scanned.partitions,
        unreadable: ranges.topics.iter().map(|topic| topic.unreadable.len()).sum(),
        counts: scanned.counts,
        took: scanned.took,
        summary: &summary,
        remarks: &remarks,
        resume: resume(args, &scanned),
        note,
    };
    if bounds.until == Some(Position::End) {
        for topic in ranges.topics.iter().filter(|topic| !topic.undecided.is_empty()) {
            let offsets: u64 = topic.undecided.iter().map(|(_, offsets)| offsets).sum();
            cx.ui.note(format_args!(
                "{}: {offsets} offsets of {} partitions stand behind the last stable offset and were not read: a \
                 transaction is open (--isolation uncommitted shows them)",
                topic.name,
                topic.undecided.len()
            ));
        }
    }
    if args.writes_container() && summary.matched.shown == summary.undecodable_records() {
        cx.ui.warn("no record went into the file: it is empty, and no Avro container file".to_owned());
    }
    for topic in &ranges.topics {
        for (partition, fault) in &topic.unreadable {
            cx.ui.warn(format!("{} partition {partition} cannot be read: {fault}", topic.name));
        }
    }
    cx.ui.say(|page| records::lay_out(&ended, page, true));
    if !cx.ui.style().quiet {
        cx.ui.say(|page| records::lay_out(&ended, page, false));
    }
    Ok(outcome(&scanned, &summary, ranges, cx))
}

/// The brokers find a time by their index: records behind the first one that is as late are not read, although some of
/// them may be older where producers set the times.
fn until(position: &Position) -> String {
    match position.time() {
        Some(_) => format!("{position} (each partition up to the first record as late as that)"),
        None => position.to_string(),
    }
}

/// Where a reading that was stopped goes on. A group knows it by itself; of a merged reading more was read than shown,
/// and with several topics one position would not do.
fn resume(args: &Args, scanned: &Scanned) -> Option<String> {
    let by_offsets = args.group.is_none() && args.order.is_none() && args.tail.is_none();
    let one_topic = scanned.partitions.iter().all(|scan| scan.topic == 0);
    if scanned.end != ScanEnd::Stopped || !by_offsets || !one_topic || scanned.partitions.is_empty() {
        return None;
    }
    let places = scanned.partitions.iter().map(|scan| format!("{}:{}", scan.partition, scan.next));
    Some(places.collect::<Vec<_>>().join(","))
}

fn outcome(scanned: &Scanned, summary: &Summary, ranges: &Ranges, cx: &Context) -> Outcome {
    let failed = scanned.partitions.iter().any(|it| matches!(it.end, PartitionEnd::Failed(_)));
    let unreadable = ranges.topics.iter().any(|topic| !topic.unreadable.is_empty());
    let gone = ranges.topics.iter().any(|topic| !topic.frozen.remarks.is_empty());
    // A filter that fails on records and matches none is no answer to what was asked.
    let matched = summary.matched;
    let failed_filter = matched.filter_errors > 0 && matched.shown == 0;
    let findings = summary.undecodable_records() > 0 || gone || failed_filter;
    let ended =
        Outcome::findings(findings).and(Outcome::unknown(failed || unreadable || summary.is_undecided()));
    match cx.stop.signal() {
        Some(signal) if scanned.end == ScanEnd::Stopped => ended.and(Outcome::Interrupted(signal)),
        _ => ended,
    }
}
