//! How `plan` and `apply` come to the same plan: reads, decides, asks for numbers, has it checked.

use std::collections::{BTreeMap, BTreeSet};

use eventctl_core::catalog::Environment;
use eventctl_core::name::TopicName;
use eventctl_core::topics::live::LiveTopics;
use eventctl_core::topics::plan::{self, Facts, Plan, PlanInput};
use jiff::Timestamp;

use crate::failure::Failure;
use crate::flow::survey;
use crate::kafka::cluster::Cluster;

/// A plan and what it was made from.
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) live: LiveTopics,
    pub(super) facts: Facts,
}

/// What kind of plan is wanted.
pub(super) struct Request {
    /// Topics of the scope that nobody declares are deleted.
    pub(super) prune: bool,
    /// Topics to be read besides those that the catalog names.
    pub(super) also: BTreeSet<TopicName>,
    /// The time.
    pub(super) now: Timestamp,
}

/// Makes the plan of an environment against the cluster as it is now.
pub(super) async fn plan(
    environment: &Environment,
    cluster: &Cluster,
    request: &Request,
) -> Result<Planned, Failure> {
    let declared = environment.declared();
    let mentioned = environment.mentioned();
    let mut names = plan::names_to_ask(&declared, &environment.scope, request.prune);
    names.extend(request.also.iter().cloned());
    let live = survey::topics(cluster, &names).await?;
    let defaults: Option<BTreeMap<String, String>> = survey::broker_defaults(cluster, &live).await;
    let made = plan::diff(&PlanInput {
        declared: &declared,
        mentioned: &mentioned,
        scope: &environment.scope,
        environment: environment.name.as_deref(),
        catalog_hash: &environment.part_hash(),
        live: &live,
        broker_defaults: defaults.as_ref(),
        prune: request.prune,
        now: request.now,
    });
    let facts = survey::facts(cluster, &made, &live).await;
    let validations = survey::validations(cluster, &made).await;
    let plan = made.with_facts(&facts).with_validation(&validations);
    Ok(Planned { plan, live, facts })
}
