//! How `plan` and `apply` come to the same plan: reads, decides, asks for numbers, has it checked.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use eventctl_core::catalog::{Catalog, Environment};
use eventctl_core::name::{ClusterId, TopicName};
use eventctl_core::topics::live::LiveTopics;
use eventctl_core::topics::plan::{self, Facts, Plan, PlanInput};
use jiff::Timestamp;

use crate::commands::Context;
use crate::failure::{Failure, Kind};
use crate::flow::survey;
use crate::gate::{self, Expected};
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
    /// The cluster that is meant, where it is written down: a plan for another one is none.
    pub(super) expected: Vec<Expected>,
    /// The environments that the catalog knows clusters by.
    pub(super) homes: BTreeMap<ClusterId, String>,
    /// How long brokers that do not agree are asked again.
    pub(super) timeout: Duration,
}

impl Request {
    /// The usual request of a command.
    pub(super) fn of(
        cx: &Context,
        catalog: &Catalog,
        environment: &Environment,
        prune: bool,
    ) -> Result<Request, Failure> {
        let (now, timeout, expected) = (cx.now(), cx.timeout()?, cx.expected_clusters(environment)?);
        let homes = catalog.environments().iter();
        let homes = homes.filter_map(|(name, home)| Some((home.cluster_id.clone()?, name.clone()))).collect();
        Ok(Request { prune, also: BTreeSet::new(), now, expected, homes, timeout })
    }

    /// Refuses the cluster of another environment than the plan is for: a cluster reached by its brokers' addresses is
    /// still the one that the catalog knows.
    fn at_home(&self, environment: &Environment, live: Option<&ClusterId>) -> Result<(), Failure> {
        let Some(home) = live.and_then(|id| self.homes.get(id)) else { return Ok(()) };
        if environment.name.as_ref() == Some(home) {
            return Ok(());
        }
        let meant = environment
            .name
            .as_ref()
            .map_or("no environment".to_owned(), |name| format!("environment {name}"));
        let story =
            format!("this is the cluster of environment {home} of the catalog, but the plan is for {meant}");
        Err(Failure::new(Kind::Refused, story)
            .hint("nothing was changed; choose a context of that environment: --context"))
    }
}

/// How soon a cluster is asked again whose brokers do not agree.
const PAUSE: Duration = Duration::from_millis(200);

/// Makes the plan of an environment against the cluster as it is now.
///
/// A broker may tell what was before for a while: that a topic is absent which the controller has. The validation
/// shows it, and the plan is made again until the brokers agree or no time is left.
pub(super) async fn plan(
    environment: &Environment,
    cluster: &Cluster,
    request: &Request,
) -> Result<Planned, Failure> {
    let deadline = Instant::now() + request.timeout;
    loop {
        let planned = once(environment, cluster, request).await?;
        if !planned.plan.contradicted() || Instant::now() + PAUSE >= deadline {
            return Ok(planned);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn once(environment: &Environment, cluster: &Cluster, request: &Request) -> Result<Planned, Failure> {
    let declared = environment.declared();
    let mentioned = environment.mentioned();
    let mut names = plan::names_to_ask(&declared, &environment.scope, request.prune);
    names.extend(mentioned.iter().chain(&request.also).cloned());
    let live = survey::topics(cluster, &names).await?;
    gate::expect_cluster(&request.expected, live.cluster.id.as_ref())?;
    request.at_home(environment, live.cluster.id.as_ref())?;
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
