//! `eventctl partition of`

use clap::builder::{PossibleValuesParser, TypedValueParser};
use eventctl_core::catalog::{Environment, KeyEncoding};
use eventctl_core::fault::Seen;
use eventctl_core::key::KeyEncoder;
use eventctl_core::name::TopicName;
use eventctl_core::partitioner::{CountOrigin, PlaceRequest, Sightings, key_encoding, place_keys};
use eventctl_core::position::Position;
use eventctl_core::scan::Window;

use crate::commands::Context;
use crate::failure::Failure;
use crate::flow::range::{self, RangeRequest};
use crate::flow::sightings::Looking;
use crate::flow::window::{self, Times};
use crate::kafka::cluster::Cluster;
use crate::kafka::offsets::Isolation;
use crate::outcome::Outcome;

/// Show the partition that each partitioner gives a key; the catalog's is marked
///
/// murmur2 is Java's default, crc32 librdkafka's, java-hash `abs(String.hashCode(key)) % n` with a tenant's id alone where
/// the key names one. Which one a topic's producers use is recorded nowhere in Kafka.
///
/// --observed reads the topic, all of it or from --from until --until, and says where records with these keys really are
/// and which partitioners put them there; where none does, or a key is in several partitions, that is a finding.
///
/// Example: eventctl partition of agent-events agent-123 agent-124
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The topic
    #[arg(value_name = "TOPIC", add = crate::commands::completions::topic_names())]
    topic: TopicName,
    /// The keys; raw ones may be base64:…
    #[arg(value_name = "KEY", required = true, allow_negative_numbers = true)]
    keys: Vec<String>,
    /// Take this number of partitions, and ask no cluster
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    partitions: Option<i32>,
    /// Write keys in this encoding [default: the catalog's, else string]
    #[arg(long, value_name = "ENCODING", value_parser = encoding())]
    key_encoding: Option<KeyEncoding>,
    /// Look where records with these keys really are
    #[arg(long, conflicts_with = "partitions")]
    observed: bool,
    /// With --observed: begin here [default: start]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true, requires = "observed")]
    from: Option<String>,
    /// With --observed: end before this [default: end]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true, requires = "observed")]
    until: Option<String>,
}

/// Reads an encoding of keys by its name; help and errors list them all.
fn encoding() -> impl TypedValueParser<Value = KeyEncoding> {
    let words = KeyEncoding::WORDS.iter().map(|(word, _)| *word);
    PossibleValuesParser::new(words).try_map(|word| KeyEncoding::of(&word).ok_or("no encoding of keys"))
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let catalog = cx.catalog_if_any()?;
    let environment = catalog.as_ref().map(|catalog| cx.environment(catalog)).transpose()?;
    let declared = environment.and_then(|environment: &Environment| environment.topic(args.topic.as_str()));
    let encoder = cx.key_encoder(&args.topic, key_encoding(args.key_encoding, declared)).await?;
    let keys = encoded(&args.keys, &encoder)?;
    let (partitions, origin) = match args.partitions {
        Some(partitions) => (partitions, CountOrigin::Flag),
        None => (cx.stop.or(count(&cx.cluster()?, &args.topic)).await?, CountOrigin::Cluster),
    };
    let placed = place_keys(&PlaceRequest {
        topic: args.topic.as_str(),
        declared,
        partitions,
        origin,
        encoder: &encoder,
        keys: &args.keys,
    });
    let placed = placed.map_err(Failure::input)?;
    if !args.observed {
        return cx.answer(&placed, Outcome::Clean);
    }
    let (found, window) = look(args, keys, cx).await?;
    let outcome = cx.outcome_of(&window);
    let placed = placed.observed(&found, window);
    let outcome = outcome.and(Outcome::findings(placed.has_findings()));
    cx.answer(&placed, outcome)
}

/// The bytes of keys that were typed; a wrong one is told before anything is asked.
fn encoded(keys: &[String], encoder: &KeyEncoder) -> Result<Vec<Vec<u8>>, Failure> {
    let encoded = |key: &String| {
        let mut bytes = Vec::new();
        encoder.encode_text(key, &mut bytes).map(|()| bytes).map_err(Failure::input)
    };
    keys.iter().map(encoded).collect()
}

/// Reads the topic for records with the keys.
async fn look(args: &Args, keys: Vec<Vec<u8>>, cx: &Context) -> Result<(Vec<Sightings>, Window), Failure> {
    let bounds = cx.bounds(args.from.as_deref(), args.until.as_deref(), Position::Start)?;
    let request = RangeRequest {
        topics: std::slice::from_ref(&args.topic),
        partitions: None,
        bounds: &bounds,
        isolation: Isolation::Committed,
    };
    let ranges = cx.stop.or(range::resolve(&cx.cluster()?, &request)).await?;
    let (scanned, looking) = cx.watch(&ranges, Looking::new(keys, Times::of(&bounds))).await?;
    match window::of(&ranges, 0, &bounds, &scanned) {
        Some(window) => Ok((looking.finish(), window)),
        None => Err(Failure::cluster(format!("topic {}: the brokers told nothing of it", args.topic))),
    }
}

/// How many partitions the topic has.
async fn count(cluster: &Cluster, topic: &TopicName) -> Result<i32, Failure> {
    match cluster.topics(std::slice::from_ref(topic), false).await?.remove(topic) {
        Some(Seen::Present(live)) => i32::try_from(live.partitions.len())
            .map_err(|_| Failure::cluster(format!("topic {topic} has more partitions than Kafka can count"))),
        Some(Seen::Absent) => Err(Failure::input(format!("there is no topic {topic}"))
            .hint("pass --partitions N to place keys among a number of partitions")),
        Some(Seen::Unknown(fault)) => Err(Failure::cluster(format!("topic {topic}: {fault}"))
            .hint("pass --partitions N to place keys among a number of partitions")),
        None => Err(Failure::cluster(format!("topic {topic}: the brokers told nothing of it"))),
    }
}
