//! `eventctl topics list`

use std::collections::BTreeSet;

use eventctl_core::catalog::Environment;
use eventctl_core::fault::Seen;
use eventctl_core::name::TopicName;
use eventctl_core::pattern::Patterns;
use eventctl_core::topics::export;
use eventctl_core::topics::report;

use crate::commands::Context;
use crate::failure::Failure;
use crate::flow::survey;
use crate::outcome::Outcome;

/// List topics: partitions, replicas, what is out of sync, retention, overrides
///
/// Example: eventctl topics list 'agent-*'
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only topics that match one of these patterns
    #[arg(value_name = "PATTERN", add = crate::commands::completions::topic_names())]
    patterns: Vec<String>,
    /// Also those of brokers and tools, such as __consumer_offsets
    #[arg(long)]
    internal: bool,
}

pub(super) async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    let patterns = Patterns::new(&args.patterns).map_err(|error| Failure::usage(error.to_string()))?;
    let catalog = cx.catalog_if_any()?;
    let environment = catalog.as_ref().map(|catalog| cx.environment(catalog)).transpose()?;
    let declared = environment.map(Environment::declared);
    let declared = declared.as_deref();
    let cluster = cx.cluster()?;
    let wanted = |name: &TopicName| export::lists(&patterns, name, args.internal);
    let also: BTreeSet<TopicName> = declared.into_iter().flatten().map(|topic| topic.name.clone()).collect();
    let named = export::named(&patterns);
    let also = also.into_iter().chain(named.iter().cloned()).collect();
    let (live, offsets) = cx.stop.or(survey::everything(&cluster, &also, wanted)).await?;
    let list = report::list(&live, &offsets, declared);
    let absent: Vec<&TopicName> =
        named.iter().filter(|name| live.named.get(*name) == Some(&Seen::Absent)).collect();
    for name in &absent {
        cx.ui.warn(format!("{name}: there is no such topic"));
    }
    let outcome = Outcome::unknown(!list.unknown.is_empty()).and(Outcome::findings(!absent.is_empty()));
    cx.answer(&list, outcome)
}
