//! `eventctl groups peek`

use std::collections::BTreeSet;

use eventctl_core::codec::Style;
use eventctl_core::groups::peek::{self, Choice, Peek};
use eventctl_core::name::{GroupName, TopicName};

use crate::commands::{Context, subjects};
use crate::failure::Failure;
use crate::flow::groups::peek as reading;
use crate::outcome::Outcome;

/// Show the decoded records around each committed offset: what was read last, and what will be read next
///
/// No group is joined, and nothing of it changes. Records of finished transactions are shown. Without --topic and
/// --partition, 20 partitions are looked at.
///
/// A commit outside of the log is a finding (1), as is a group that does not exist; what cannot be read is unknown (3).
///
/// Example: eventctl groups peek analytics-service --topic agent-events -n 5
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The group
    #[arg(value_name = "GROUP", add = crate::commands::completions::group_names())]
    group: GroupName,
    /// Show so many records on each side
    #[arg(short = 'n', long, value_name = "N", default_value_t = 3,
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    number: u16,
    /// Look at this topic only; may be repeated
    #[arg(long = "topic", value_name = "TOPIC", add = crate::commands::completions::topic_names())]
    topics: Vec<TopicName>,
    /// Look at these partitions only; may be repeated
    #[arg(long = "partition", value_name = "P,…", value_delimiter = ',',
        value_parser = clap::value_parser!(i32).range(0..))]
    partitions: Vec<i32>,
}

pub(super) async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    let Args { group, number, topics, partitions } = args;
    let topics: BTreeSet<TopicName> = topics.into_iter().collect();
    let choice =
        Choice { group, topics: topics.into_iter().collect(), partitions: partitions.into_iter().collect() };
    let cluster = cx.cluster()?;
    let (facts, brokers) = cx.stop.or(reading::look(&cluster, &choice)).await?;
    let peek = peek::peek(&choice, facts);
    let (peek, undecided) = cx.stop.or(filled(peek, usize::from(number), brokers, cx)).await?;
    let outcome =
        Outcome::findings(peek.has_findings()).and(Outcome::unknown(peek.has_unknown() || undecided));
    cx.answer(&peek, outcome)
}

/// The same with the records, and whether some of them may be sound and could not be decoded.
async fn filled(mut peek: Peek, most: usize, brokers: usize, cx: &Context) -> Result<(Peek, bool), Failure> {
    let places = peek.places();
    let topics: BTreeSet<TopicName> = places.iter().map(|((topic, _), _)| topic.clone()).collect();
    let topics: Vec<TopicName> = topics.into_iter().collect();
    let catalog = cx.catalog_if_any()?;
    let environment = catalog.as_ref().map(|catalog| cx.environment(catalog)).transpose()?;
    let readings = cx.topic_readings(catalog.as_ref().zip(environment), &topics, None)?;
    let schemas =
        cx.known_schemas(peek.cluster.as_ref(), Style::PLAIN)?.expecting(subjects(&topics, environment));
    let found = reading::read(places, most, brokers, &cx.scan_means()?).await?;
    let (found, summary) = reading::decode(found, readings, schemas).await?;
    for (key, (found, fault)) in found {
        peek.fill(&key, most, found, fault);
    }
    peek.undecodable = summary.undecodable_records();
    Ok((peek, summary.is_undecided()))
}
