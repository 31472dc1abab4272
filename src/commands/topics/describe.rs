//! `eventctl topics describe`

use eventctl_core::catalog::Environment;
use eventctl_core::name::TopicName;
use eventctl_core::topics::report;

use crate::commands::Context;
use crate::failure::Failure;
use crate::flow::survey;
use crate::outcome::Outcome;

/// Show topics in full: partitions, leaders, offsets, every setting with its source
///
/// Example: eventctl topics describe agent-events
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The topics
    #[arg(value_name = "TOPIC", required = true, add = crate::commands::completions::topic_names())]
    topics: Vec<TopicName>,
}

pub(super) async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    let catalog = cx.catalog_if_any()?;
    let environment = catalog.as_ref().map(|catalog| cx.environment(catalog)).transpose()?;
    let declared = environment.map(Environment::declared);
    let declared = declared.as_deref();
    let cluster = cx.cluster()?;
    let (live, offsets) = cx.stop.or(survey::some(&cluster, &args.topics)).await?;
    let described = report::describe(&live, &offsets, &args.topics, declared);
    let outcome = Outcome::unknown(!described.unknown.is_empty());
    cx.answer(&described, outcome.and(Outcome::findings(!described.absent.is_empty())))
}
