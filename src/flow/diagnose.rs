//! Gathers what `doctor` decides from: each broker by itself, the topics. Changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use eventctl_core::doctor::BrokerAnswer;
use eventctl_core::fault::Seen;
use eventctl_core::name::TopicName;
use eventctl_core::topics::live::{LiveCluster, LiveTopic};

use crate::failure::Failure;
use crate::kafka::cluster::Cluster;
use crate::kafka::connect::ConnectOptions;

/// What a cluster said of itself.
#[derive(Debug)]
pub struct Answers {
    /// The cluster, or why it could not be reached.
    pub cluster: Result<LiveCluster, String>,
    /// Each broker's own answer.
    pub brokers: BTreeMap<i32, BrokerAnswer>,
    /// The topics this principal may see, where the cluster was reached.
    pub topics: Option<Result<Vec<LiveTopic>, String>>,
    /// Declared topics that do not exist.
    pub missing: Vec<TopicName>,
    /// Declared topics about which nothing was told.
    pub unseen: Vec<TopicName>,
}

/// Asks the cluster about itself, its brokers, the topics it lists, and by name those that the catalog declares.
pub async fn cluster(cluster: &Cluster, declared: &[TopicName]) -> Answers {
    let live = match cluster.describe().await {
        Ok(live) => live,
        Err(failure) => {
            // One line for the cluster says it all.
            let (missing, unseen) = (Vec::new(), Vec::new());
            return Answers {
                cluster: Err(failure.story()),
                brokers: BTreeMap::new(),
                topics: None,
                missing,
                unseen,
            };
        }
    };
    let ids: Vec<i32> = live.brokers.iter().map(|broker| broker.id).collect();
    let (answers, seen) = tokio::join!(cluster.broker_configs(&ids), topics(cluster, declared));
    let brokers = answers.into_iter();
    let brokers = brokers.map(|(id, answer)| (id, BrokerAnswer { took: answer.took, config: answer.config }));
    let brokers = brokers.collect();
    let seen = match seen {
        Ok(seen) => seen,
        Err(failure) => {
            let (topics, missing, unseen) = (Some(Err(failure.story())), Vec::new(), declared.to_vec());
            return Answers { cluster: Ok(live), brokers, topics, missing, unseen };
        }
    };
    let (mut present, mut missing, mut unseen) = (Vec::new(), Vec::new(), Vec::new());
    for (name, seen) in seen {
        match seen {
            Seen::Present(topic) => present.push(topic),
            // Of those that were only listed, one may have been deleted since.
            Seen::Absent if declared.contains(&name) => missing.push(name),
            Seen::Unknown(_) if declared.contains(&name) => unseen.push(name),
            Seen::Absent | Seen::Unknown(_) => {}
        }
    }
    Answers { cluster: Ok(live), brokers, topics: Some(Ok(present)), missing, unseen }
}

async fn topics(
    cluster: &Cluster,
    declared: &[TopicName],
) -> Result<BTreeMap<TopicName, Seen<LiveTopic>>, Failure> {
    let mut names = cluster.topic_names().await?;
    names.extend(declared.iter().cloned());
    cluster.topics(&names, false).await
}

/// Asks every address of the settings by itself and returns those that do not answer, each with the reason.
///
/// # Errors
/// `Input` for settings that cannot be used.
pub async fn unreachable(options: &ConnectOptions) -> Result<Vec<(String, String)>, Failure> {
    let options = ConnectOptions { timeout: options.timeout.min(ADDRESS_PATIENCE), ..options.clone() };
    let answers = Cluster::reach(&options).await?;
    let silent = answers.into_iter().filter_map(|(address, answer)| Some((address, answer.err()?.story())));
    Ok(silent.collect())
}

/// How long one address may take to answer while others do.
const ADDRESS_PATIENCE: Duration = Duration::from_secs(3);
