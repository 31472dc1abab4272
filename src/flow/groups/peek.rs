//! Reads what is around the commits of a group, without joining it.

use std::collections::BTreeMap;
use std::sync::mpsc;

use eventctl_core::consume::{Form, Kept, Shown, Summary};
use eventctl_core::fault::{Fault, Seen};
use eventctl_core::groups::live::{Commits, LiveGroup, PartitionKey};
use eventctl_core::groups::peek::{Around, Choice, Found, PeekFacts, Place, Taken};
use eventctl_core::name::TopicName;
use eventctl_core::position::{Frozen, Span};
use eventctl_core::record::{OwnedRecord, Record};
use eventctl_core::scan::{PartitionEnd, ScanEnd};
use eventctl_core::topics::live::LiveTopic;

use super::look::wishes;
use crate::failure::Failure;
use crate::files::Stream;
use crate::flow::consume::{Consume, Parts, TopicReading, Wanted, show_all};
use crate::flow::known_schemas::KnownSchemas;
use crate::flow::lag::ends;
use crate::flow::range::{Ranges, TopicRange, no_such_topic};
use crate::flow::scan::{Means, Next, Scanned, Visitor, scan};
use crate::flow::sink::Sink;
use crate::kafka::cluster::Cluster;
use crate::kafka::groups::CommitsOf;
use crate::kafka::offsets::Isolation;

/// How many bytes of records are kept at once.
const KEPT: usize = 256 << 20;

/// Topics as they were seen.
type Topics = BTreeMap<TopicName, Seen<LiveTopic>>;

/// What was found around places, and why not all of it was.
pub type Surroundings<T> = BTreeMap<PartitionKey, (Found<T>, Option<Fault>)>;

/// Reads where a group stands: commits before ends. Gives the number of brokers as well.
///
/// # Errors
/// `Input` for a chosen topic or partition that is not there, `Cluster` where no broker answers at all.
pub async fn look(cluster: &Cluster, choice: &Choice) -> Result<(PeekFacts, usize), Failure> {
    let group = std::slice::from_ref(&choice.group);
    let (described, mut seen, topics) = tokio::join!(
        cluster.describe(),
        cluster.describe_groups(group),
        topics(cluster, choice.topics.to_vec()),
    );
    let (described, mut topics) = (described?, topics?);
    check(cluster, choice, &topics).await?;
    let live = seen.remove(&choice.group).unwrap_or_else(|| Seen::Unknown(Fault::left_out()));
    let commits = commits(cluster, choice, (&live, &topics)).await;
    let (commits, left) = match commits.map(|commits| choice.of(commits)) {
        Ok((commits, left)) => (Ok(commits), left),
        Err(fault) => (Err(fault), 0),
    };
    let concerned = commits.iter().flatten().map(|((topic, _), _)| topic.clone());
    let missing: Vec<TopicName> = concerned.filter(|topic| !topics.contains_key(topic)).collect();
    topics.extend(self::topics(cluster, missing).await?);
    let is_concerned = |key: &PartitionKey| commits.as_ref().is_ok_and(|commits| commits.contains_key(key));
    let ends = ends(cluster, topics.values().filter_map(Seen::present), is_concerned).await;
    let topics = topics.into_iter().map(|(name, seen)| (name, without(seen))).collect();
    let facts = PeekFacts { cluster: described.id, live, commits, left_out: left, topics, ends };
    Ok((facts, described.brokers.len()))
}

async fn topics(cluster: &Cluster, names: Vec<TopicName>) -> Result<Topics, Failure> {
    if names.is_empty() { Ok(Topics::new()) } else { cluster.topics(&names, false).await }
}

/// Refuses chosen topics and partitions that are not there.
async fn check(cluster: &Cluster, choice: &Choice, topics: &Topics) -> Result<(), Failure> {
    let absent = choice.topics.iter().find(|name| matches!(topics.get(*name), Some(Seen::Absent) | None));
    if let Some(name) = absent {
        return Err(no_such_topic(cluster, name).await);
    }
    let all = choice.topics.iter().map(|name| topics.get(name).and_then(Seen::present));
    // Where one of them cannot be seen, it may have the partition.
    let Some(all) = all.collect::<Option<Vec<_>>>().filter(|all| !all.is_empty()) else { return Ok(()) };
    let has = |partition: &i32| all.iter().any(|topic| topic.partitions.iter().any(|it| it.id == *partition));
    match choice.partitions.iter().find(|partition| !has(partition)) {
        Some(missing) => Err(Failure::usage(format!("no chosen topic has a partition {missing}"))
            .hint("eventctl topics describe TOPIC shows its partitions")),
        None => Ok(()),
    }
}

/// The commits of a group. The partitions of chosen topics are asked for by name: of what may not be seen, brokers leave
/// out the commits otherwise.
async fn commits(
    cluster: &Cluster,
    choice: &Choice,
    (live, topics): (&Seen<LiveGroup>, &Topics),
) -> Result<Commits, Fault> {
    let group = &choice.group;
    let mut asked = match live {
        Seen::Present(live) => wishes(live),
        Seen::Absent => Vec::new(),
        Seen::Unknown(_) => vec![CommitsOf { group: group.clone(), partitions: None }],
    };
    let chosen: Vec<PartitionKey> = topics
        .values()
        .filter_map(Seen::present)
        .flat_map(|topic| topic.partitions.iter().map(|partition| (topic.name.clone(), partition.id)))
        .collect();
    if !asked.is_empty() && !chosen.is_empty() {
        asked.push(CommitsOf { group: group.clone(), partitions: Some(chosen) });
    }
    if asked.is_empty() {
        return Ok(Commits::new());
    }
    cluster.commits_of_groups(&asked).await.remove(group).unwrap_or_else(|| Err(Fault::left_out()))
}

/// Reads the records around places, so many on each side.
///
/// # Errors
/// As of a reading; `Machine` where the records are too many to be kept.
pub async fn read(
    places: Vec<(PartitionKey, Place)>,
    most: usize,
    brokers: usize,
    means: &Means,
) -> Result<Surroundings<OwnedRecord>, Failure> {
    let mut gather = Gather::default();
    for ((topic, partition), place) in places {
        let of_topic = gather.topics.entry(topic.to_string()).or_insert_with(|| (topic, BTreeMap::new()));
        of_topic.1.insert(partition, (Around::new(place, most), None));
    }
    loop {
        let ranges = Ranges {
            cluster: None,
            brokers,
            isolation: Isolation::Committed,
            topics: gather.topics.values_mut().filter_map(next).collect(),
        };
        if ranges.topics.is_empty() {
            return Ok(gather.finish());
        }
        let (scanned, back) = scan(&ranges, means, gather).await?;
        gather = back;
        if scanned.end == ScanEnd::Stopped {
            return Ok(gather.finish());
        }
        gather.heed(&scanned, &ranges);
    }
}

/// The places in one topic.
type Places = (TopicName, BTreeMap<i32, (Around<OwnedRecord>, Option<Fault>)>);

/// What is read next of a topic.
fn next((name, places): &mut Places) -> Option<TopicRange> {
    let open = places.iter_mut().filter(|(_, (_, fault))| fault.is_none());
    let spans: BTreeMap<i32, Span> =
        open.filter_map(|(partition, (around, _))| Some((*partition, around.step()?))).collect();
    (!spans.is_empty()).then(|| TopicRange {
        name: name.clone(),
        id: None,
        partitions: spans.len(),
        frozen: Frozen { spans, remarks: Vec::new() },
        facts: BTreeMap::new(),
        unreadable: Vec::new(),
        undecided: Vec::new(),
    })
}

/// Gathers records around places.
#[derive(Default)]
struct Gather {
    topics: BTreeMap<String, Places>,
    kept: usize,
}

impl Gather {
    /// Keeps in mind which partitions can be read no further.
    fn heed(&mut self, scanned: &Scanned, ranges: &Ranges) {
        for partition in &scanned.partitions {
            let PartitionEnd::Failed(fault) = &partition.end else { continue };
            let Some(topic) = ranges.topics.get(partition.topic) else { continue };
            let places = self.topics.get_mut(topic.name.as_str());
            if let Some((_, failed)) = places.and_then(|(_, places)| places.get_mut(&partition.partition)) {
                *failed = Some(fault.clone());
            }
        }
    }

    fn finish(self) -> Surroundings<OwnedRecord> {
        let places = self.topics.into_values().flat_map(|(name, places)| {
            places.into_iter().map(move |(partition, it)| ((name.clone(), partition), it))
        });
        places.map(|(key, (around, fault))| (key, (around.finish(), fault))).collect()
    }
}

impl Visitor for Gather {
    fn record(&mut self, record: &Record<'_>) -> Result<Next, Failure> {
        let places = self.topics.get_mut(record.topic);
        let Some((around, _)) = places.and_then(|(_, places)| places.get_mut(&record.partition)) else {
            return Ok(Next::ClosePartition);
        };
        let owned = OwnedRecord::of(record);
        self.kept += owned.size();
        let Taken { more, dropped } = around.take(record.offset, owned);
        self.kept = self.kept.saturating_sub(dropped.as_ref().map_or(0, OwnedRecord::size));
        if self.kept > KEPT {
            return Err(Failure::machine(format!("the records take more than {} MiB", KEPT >> 20))
                .hint("ask for fewer with -n, or choose partitions with --topic and --partition"));
        }
        Ok(if more { Next::Go } else { Next::ClosePartition })
    }
}

/// Decodes what was found as `consume` does, and counts what could not be decoded.
///
/// # Errors
/// As of a reading.
pub async fn decode(
    found: Surroundings<OwnedRecord>,
    topics: BTreeMap<String, TopicReading>,
    schemas: KnownSchemas,
) -> Result<(Surroundings<Kept>, Summary), Failure> {
    let (keeper, kept) = mpsc::channel();
    let parts = Parts {
        wanted: Wanted::default(),
        topics,
        schemas,
        form: Box::new(Keeper(keeper)),
        // Nothing is ever written to it: the form keeps what it is shown.
        sink: Sink::new(Stream::stdout()?, false),
        container: false,
    };
    let records =
        found.values().flat_map(|(found, _)| found.records.iter().map(|(_, record)| record.clone()));
    let summary = show_all(records.collect(), Consume::new(parts)).await?;
    let mut kept = kept.into_iter();
    let decoded = found.into_iter().map(|(key, (found, fault))| (key, (found.map(|_| kept.next()), fault)));
    Ok((decoded.collect(), summary))
}

/// Keeps what it is shown.
struct Keeper(mpsc::Sender<Kept>);

impl Form for Keeper {
    fn write(&mut self, shown: &Shown<'_>, _: &mut Vec<u8>) {
        // Whoever receives waits for the end of this.
        let _ = self.0.send(Kept::of(shown));
    }

    fn names_events(&self) -> bool {
        true
    }

    fn shows_headers(&self) -> bool {
        true
    }
}

fn without(seen: Seen<LiveTopic>) -> Seen<()> {
    match seen {
        Seen::Present(_) => Seen::Present(()),
        Seen::Absent => Seen::Absent,
        Seen::Unknown(fault) => Seen::Unknown(fault),
    }
}
