//! How many records still carry a version that is to be deleted. It is counted as far as that can be done: a registry is
//! changed without any broker, too.

use std::collections::BTreeSet;

use eventctl_core::catalog::{Catalog, Encoding, Environment, Topic};
use eventctl_core::scan::Window;
use eventctl_core::schemas::delete::{Carriers, Target, TopicCarriers};
use eventctl_core::usage::{Identity, Moment};
use jiff::Timestamp;

use crate::commands::Context;
use crate::failure::{Failure, Kind};
use crate::flow::usage::reach::{self, DeadLetters};
use crate::flow::usage::{Counted, Counting};
use crate::flow::window::{self, Times};
use crate::kafka::cluster::Cluster;

/// Counts them in the topics whose events use the subject, and in their dead-letter topics.
///
/// # Errors
/// A signal. Whatever else keeps it from counting is part of the answer.
pub(super) async fn count(
    subject: &str,
    target: &Target,
    catalog: Option<(&Catalog, &Environment)>,
    cx: &Context,
) -> Result<Carriers, Failure> {
    let Some((catalog, environment)) = catalog else {
        return Ok(Carriers::NotCounted("there is no catalog that names its topics".to_owned()));
    };
    let uses = |topic: &&Topic| topic.events.iter().any(|event| event.subject.as_str() == subject);
    let topics: Vec<&Topic> = environment.topics.iter().filter(uses).collect();
    if topics.is_empty() {
        return Ok(Carriers::NotCounted("no topic of the catalog has events of this subject".to_owned()));
    }
    let reached = async {
        let cluster = cx.cluster()?;
        cluster.describe().await.map(|_| cluster)
    };
    let cluster = match cx.stop.or(reached).await {
        Ok(cluster) => cluster,
        Err(failure) => return unless_stopped(failure).map(Carriers::NotCounted),
    };
    let mut counted = Vec::new();
    for topic in topics {
        let one = One { topic, identities: identities(subject, target, topic) };
        match one.count(&cluster, (catalog, environment), cx).await {
            Ok(mut topics) => counted.append(&mut topics),
            Err(failure) => counted.push(not_counted(topic.name.as_str(), unless_stopped(failure)?)),
        }
    }
    Ok(Carriers::Counted(counted))
}

/// What kept it from counting; a signal is no such thing.
fn unless_stopped(failure: Failure) -> Result<String, Failure> {
    if matches!(failure.kind(), Kind::Interrupted(_)) { Err(failure) } else { Ok(failure.story()) }
}

/// What names the version in records of a topic.
fn identities(subject: &str, target: &Target, topic: &Topic) -> BTreeSet<Identity> {
    let events = topic.events.iter().filter(|event| event.subject.as_str() == subject);
    let envelope = |event: &str| {
        let event = event.to_owned();
        target.files.iter().map(move |file| Identity::Envelope { event: event.clone(), version: *file })
    };
    let envelopes = events.flat_map(|event| envelope(&event.name));
    envelopes.chain([Identity::Id(target.id)]).collect()
}

/// One topic, with what names the version in it.
struct One<'a> {
    topic: &'a Topic,
    identities: BTreeSet<Identity>,
}

impl One<'_> {
    async fn count(
        &self,
        cluster: &Cluster,
        catalog: (&Catalog, &Environment),
        cx: &Context,
    ) -> Result<Vec<TopicCarriers>, Failure> {
        let name = &self.topic.name;
        if matches!(self.topic.encoding, Some(Encoding::Json | Encoding::Text | Encoding::Raw)) {
            return Ok(vec![not_counted(name.as_str(), "its records name no version".to_owned())]);
        }
        let reach = cx.stop.or(reach::resolve(cluster, name, None, Some(self.topic))).await?;
        let mut readings = cx.topic_readings(Some(catalog), &reach.ranges.names(), None)?;
        let counted = reach.ranges.names().into_iter().map(|name| {
            let payloads = readings.remove(name.as_str()).unwrap_or_default().payloads;
            Counted::new(name.to_string(), payloads, Times::default())
        });
        let counting = Counting::new(counted.collect(), None);
        let (scanned, counting) = cx.watch(&reach.ranges, counting).await?;
        if let Some(signal) = cx.stop.signal() {
            return Err(Failure::interrupted(signal));
        }
        let counted = counting.finish();
        let mut all: Vec<TopicCarriers> = counted
            .iter()
            .enumerate()
            .filter_map(|(number, counted)| {
                let window = window::of(&reach.ranges, number, &reach.bounds, &scanned)?;
                Some(self.carriers(counted, &window))
            })
            .collect();
        if let DeadLetters::NotRead { topic, reason, .. } = &reach.dead_letters {
            all.push(not_counted(topic, reason.clone()));
        }
        Ok(all)
    }

    fn carriers(&self, counted: &Counted, window: &Window) -> TopicCarriers {
        let carried = counted.usage.carried().filter(|(identity, _)| self.identities.contains(identity));
        let (mut records, mut last): (u64, Option<Moment>) = (0, None);
        for run in carried.flat_map(|(_, runs)| runs.values()) {
            records += run.records;
            last = last.max(Some(run.latest));
        }
        TopicCarriers {
            topic: counted.topic.clone(),
            records: Some(records),
            among: counted.usage.records(),
            whole: window.is_whole(),
            last_seen: last.and_then(|last| Timestamp::from_millisecond(last.timestamp).ok()),
            reason: window
                .unread
                .iter()
                .find(|unread| unread.is_unknown)
                .map(|unread| format!("partition {}: {}", unread.partition, unread.reason)),
        }
    }
}

fn not_counted(topic: &str, reason: String) -> TopicCarriers {
    TopicCarriers {
        topic: topic.to_owned(),
        records: None,
        among: 0,
        whole: false,
        last_seen: None,
        reason: Some(reason),
    }
}
