//! `eventctl topics skew`

use std::collections::BTreeSet;

use clap::ValueEnum;
use eventctl_core::catalog::{Environment, KeyEncoding};
use eventctl_core::name::TopicName;
use eventctl_core::position::Position;
use eventctl_core::skew::{Measure, SkewReport, advise};

use crate::commands::Context;
use crate::failure::Failure;
use crate::flow::range::{self, RangeRequest};
use crate::flow::skew::Counting;
use crate::flow::window::{self, Times};
use crate::kafka::offsets::Isolation;
use crate::outcome::Outcome;
use crate::render::topics::Skewed;

/// Show how records lie on partitions: how many, how large, and the heaviest keys
///
/// Reads the range once, in bounded memory: the weight of a key is known between two bounds, and both are shown.
///
/// Example: eventctl topics skew message-events --from @-1h
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The topic
    #[arg(value_name = "TOPIC", add = crate::commands::completions::topic_names())]
    topic: TopicName,
    /// Read these partitions only
    #[arg(long, value_name = "P,…", value_delimiter = ',')]
    partitions: Vec<i32>,
    /// Begin here [default: start]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    from: Option<String>,
    /// End before this [default: end]
    #[arg(long, value_name = "POSITION", allow_hyphen_values = true)]
    until: Option<String>,
    /// What makes keys and partitions heavy [default: records]
    #[arg(long, value_name = "MEASURE")]
    by: Option<MeasureName>,
    /// Name so many of the heaviest keys
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(0..=1_000))]
    keys: u16,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum MeasureName {
    Records,
    Bytes,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let catalog = cx.catalog_if_any()?;
    let environment = catalog.as_ref().map(|catalog| cx.environment(catalog)).transpose()?;
    let bounds = cx.bounds(args.from.as_deref(), args.until.as_deref(), Position::Start)?;
    let partitions: BTreeSet<i32> = args.partitions.iter().copied().collect();
    let request = RangeRequest {
        topics: std::slice::from_ref(&args.topic),
        partitions: (!partitions.is_empty()).then_some(&partitions),
        bounds: &bounds,
        isolation: Isolation::Committed,
    };
    let cluster = cx.cluster()?;
    let ranges = cx.stop.or(range::resolve(&cluster, &request)).await?;
    let read: Vec<i32> = ranges.topics.iter().flat_map(|topic| topic.frozen.spans.keys().copied()).collect();
    let measure = match args.by {
        None | Some(MeasureName::Records) => Measure::Records,
        Some(MeasureName::Bytes) => Measure::Bytes,
    };
    let counting = Counting::new(&read, measure, Times::of(&bounds));
    let (scanned, counting) = cx.watch(&ranges, counting).await?;
    let Some(window) = window::of(&ranges, 0, &bounds, &scanned) else {
        return Err(Failure::cluster(format!("topic {}: the brokers told nothing of it", args.topic)));
    };
    let encoding = environment.and_then(|environment| key_encoding(environment, &args.topic));
    let encoding = encoding.unwrap_or(KeyEncoding::Text);
    let report = SkewReport::of(&[counting.finish()], usize::from(args.keys), encoding);
    let advice = advise(&report);
    let findings = Outcome::findings(advice.iter().any(eventctl_core::skew::Advice::is_finding));
    let outcome = findings.and(cx.outcome_of(&window));
    cx.answer(
        &Skewed { topic: args.topic.as_str(), report: &report, advice: &advice, window: &window },
        outcome,
    )
}

/// How the keys of a topic are written, where the catalog says so.
fn key_encoding(environment: &Environment, topic: &TopicName) -> Option<KeyEncoding> {
    environment.topic(topic.as_str())?.key.as_ref().map(|key| key.encoding)
}
