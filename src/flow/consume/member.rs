//! Consuming as a member of a group: what was written to the output is committed, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use eventctl_core::consume::Summary;
use eventctl_core::fault::Fault;
use eventctl_core::name::{GroupName, TopicName};
use eventctl_core::position::Span;
use eventctl_core::risk::Risk;
use eventctl_core::scan::{PartitionEnd, PartitionScan, ScanCounts, ScanEnd};

use super::Consume;
use crate::failure::Failure;
use crate::flow::judged::{Judged, Panel, Ruling, memory};
use crate::flow::member::{self, Ended, Handler, MemberReport, Pace};
use crate::flow::range::Ranges;
use crate::flow::scan::{Means, Next, Scanned, Visitor as _, on_a_thread, show};
use crate::gate::{Approved, Consequential};
use crate::kafka::budget::fetch_settings;
use crate::kafka::member::{Assigned, Beginning, GroupProtocol, Member, MemberOptions, Share};
use crate::kafka::offsets::Isolation;
use crate::kafka::scan::{Batch, Message};
use crate::stop::Stop;

/// How long what was written waits for its commit at most.
const COMMIT_EVERY: Duration = Duration::from_secs(5);

/// How long nothing may come, after which a reading with an end is over although markers keep it from its last offset.
const QUIET_FOR: Duration = Duration::from_secs(5);

/// How long a step may take before the group goes on without this member.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Joining a group: others get fewer partitions, and its offsets move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The group.
    pub group: GroupName,
    /// The topics it reads.
    pub topics: Vec<TopicName>,
    /// How the group is organised.
    pub protocol: GroupProtocol,
    /// Where partitions begin that it never committed.
    pub beginning: Beginning,
    /// Whose records count.
    pub isolation: Isolation,
}

impl Consequential for Join {
    fn risks(&self) -> Vec<(Risk, String)> {
        Vec::new()
    }

    fn question(&self) -> String {
        format!("Read as a member of group {} and commit its offsets?", self.group)
    }
}

/// What a member brought back.
pub struct Consumed {
    /// How the reading ended.
    pub scanned: Scanned,
    /// What was found.
    pub summary: Summary,
    /// Which offsets were committed, by topic and partition: those of the next records.
    pub committed: BTreeMap<(usize, i32), i64>,
    /// Partitions in which more was written than committed, with the reason: it will be read again.
    pub uncommitted: Vec<(usize, i32, Fault)>,
    /// What broke the membership.
    pub fault: Option<Fault>,
    /// Why no more could be written. What was committed had been.
    pub failure: Option<Failure>,
}

/// Reads as a member until the ends that were fixed, or for ever.
///
/// # Errors
/// Where the client cannot be made. That the output cannot be written stands beside what was committed before.
pub async fn consume(
    join: Approved<Join>,
    ranges: &Ranges,
    means: &Means,
    consume: Consume,
) -> Result<Consumed, Failure> {
    let (ranges, means) = (ranges.clone(), means.clone());
    on_a_thread("member", move || {
        let began = Instant::now();
        let mut handler = Writing::new(&ranges, consume, &means.stop)?;
        let mut member = start(join.get(), &ranges, &means)?;
        let pace = Pace { commit_every: COMMIT_EVERY, timeout: means.options.timeout };
        let report = member::run(&mut member, &mut handler, pace, &means.stop);
        // Leaving tells the others at once; that it failed costs them a session's time.
        let _left_or_timed_out = member.leave(means.options.timeout);
        Ok(handler.finish(report, began.elapsed()))
    })
    .await
}

fn start(join: &Join, ranges: &Ranges, means: &Means) -> Result<Member, Failure> {
    let wanted = MemberOptions {
        group: &join.group,
        topics: &join.topics,
        protocol: join.protocol,
        beginning: join.beginning,
        isolation: join.isolation,
        budget: fetch_settings(ranges.partitions(), ranges.brokers, memory(0)),
        longest_pause: LONGEST_PAUSE,
    };
    Member::start(&means.options, &wanted)
}

/// Writes what a member reads.
struct Writing {
    consume: Consume,
    panel: Panel,
    topics: Vec<String>,
    /// The ends of partitions, where reading shall end.
    ends: BTreeMap<Share, i64>,
    follows: bool,
    read: BTreeMap<Share, Place>,
    mine: BTreeSet<Share>,
    counts: ScanCounts,
    heard: Instant,
    end: Option<ScanEnd>,
}

/// How far a partition was read.
#[derive(Debug, Clone, Copy)]
struct Place {
    from: i64,
    next: i64,
    taken: u64,
}

impl Writing {
    fn new(ranges: &Ranges, mut consume: Consume, stop: &Stop) -> Result<Self, Failure> {
        let spans = ranges.topics.iter().enumerate().flat_map(|(topic, range)| {
            range
                .frozen
                .spans
                .iter()
                .map(move |(partition, span)| (Share { topic, partition: *partition }, *span))
        });
        let spans: Vec<(Share, Span)> = spans.collect();
        let topics: Vec<String> = ranges.topics.iter().map(|topic| topic.name.to_string()).collect();
        Ok(Writing {
            panel: Panel::start(consume.judges(), &topics, stop)?,
            consume,
            topics,
            follows: spans.iter().any(|(_, span)| span.until.is_none()),
            ends: spans.into_iter().filter_map(|(share, span)| Some((share, span.until?))).collect(),
            read: BTreeMap::new(),
            mine: BTreeSet::new(),
            counts: ScanCounts::default(),
            heard: Instant::now(),
            end: None,
        })
    }

    /// True where every partition that is ours has been read to its end.
    fn has_reached_the_ends(&self) -> bool {
        !self.mine.is_empty()
            && self.mine.iter().all(|share| {
                let next = self.read.get(share).map_or(0, |place| place.next);
                self.ends.get(share).is_none_or(|end| next >= *end)
            })
    }

    fn finish(self, report: MemberReport, took: Duration) -> Consumed {
        let partition = |(share, place): (&Share, &Place)| PartitionScan {
            topic: share.topic,
            partition: share.partition,
            span: Span { from: place.from, until: self.ends.get(share).copied() },
            next: place.next,
            taken: place.taken,
            end: if self.ends.get(share).is_some_and(|end| place.next >= *end) {
                PartitionEnd::Reached
            } else {
                PartitionEnd::Stopped
            },
        };
        let partitions = self.read.iter().map(partition).collect();
        let end = match &report.ended {
            Ended::Stopped(_) => ScanEnd::Stopped,
            Ended::Enough | Ended::Fault(_) => self.end.unwrap_or(ScanEnd::Ends),
        };
        let fault = if let Ended::Fault(fault) = report.ended { Some(fault) } else { None };
        let counts = self.counts;
        let (summary, flushed) = self.consume.ended();
        Consumed {
            scanned: Scanned { end, partitions, counts, took },
            summary,
            failure: report.failure.or(flushed.err()),
            committed: report
                .committed
                .iter()
                .map(|(it, offset)| ((it.topic, it.partition), *offset))
                .collect(),
            uncommitted: report
                .uncommitted
                .into_iter()
                .map(|(it, why)| (it.topic, it.partition, why))
                .collect(),
            fault,
        }
    }
}

impl Handler for Writing {
    fn record(&mut self, record: &Message<'_>, ruling: Ruling) -> Result<member::Next, Failure> {
        self.heard = Instant::now();
        let share = Share { topic: record.topic(), partition: record.partition() };
        self.counts.records += 1;
        let size = record.key().map_or(0, <[u8]>::len) + record.value().map_or(0, <[u8]>::len);
        self.counts.bytes = self.counts.bytes.saturating_add(size as u64);
        let topic = self.topics.get(share.topic).map_or("", String::as_str);
        let next = show(record, topic, ruling, &mut self.consume)?;
        let next = next.map_err(|fault| Failure::cluster(format!("the headers cannot be read: {fault}")))?;
        let place = self.read.entry(share).or_insert(Place { from: record.offset(), next: 0, taken: 0 });
        (place.next, place.taken) = (record.offset().saturating_add(1), place.taken + 1);
        if let Next::End(why) = next {
            self.end = Some(why);
            return Ok(member::Next::Enough);
        }
        Ok(member::Next::More)
    }

    fn judge(&mut self, batch: Batch) -> Result<Option<Vec<Judged>>, Failure> {
        self.panel.judge(batch)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.consume.flush()
    }

    fn assigned(&mut self, assigned: &[Assigned]) {
        self.heard = Instant::now();
        for Assigned { share, committed } in assigned {
            self.mine.insert(*share);
            if let Some(next) = *committed {
                self.read.entry(*share).or_insert(Place { from: next, next, taken: 0 });
            }
        }
    }

    fn gone(&mut self, gone: &[Share], _lost: bool) {
        for share in gone {
            self.mine.remove(share);
        }
    }

    fn is_done(&mut self) -> bool {
        // A follower's lines are seen as they come.
        if self.consume.waits().is_err() {
            self.end = Some(ScanEnd::Closed);
            return true;
        }
        !self.follows
            && (self.has_reached_the_ends() || (!self.mine.is_empty() && self.heard.elapsed() >= QUIET_FOR))
    }
}
