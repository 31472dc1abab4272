//! Gathers what `doctor` decides from: each broker by itself, the topics, the registry. Changes nothing.

use std::collections::BTreeMap;

use eventctl_core::doctor::BrokerAnswer;
use eventctl_core::fault::Seen;
use eventctl_core::topics::live::{LiveCluster, LiveTopic};

use crate::failure::Failure;
use crate::http;
use crate::kafka::cluster::Cluster;

/// What a cluster said of itself.
#[derive(Debug)]
pub struct Answers {
    /// The cluster, or why it could not be reached.
    pub cluster: Result<LiveCluster, String>,
    /// Each broker's own answer.
    pub brokers: BTreeMap<i32, BrokerAnswer>,
    /// The topics this principal may see, where the cluster was reached.
    pub topics: Option<Result<Vec<LiveTopic>, String>>,
}

/// Asks the cluster about itself, its brokers and its topics.
pub async fn cluster(cluster: &Cluster) -> Answers {
    let live = match cluster.describe().await {
        Ok(live) => live,
        Err(failure) => {
            return Answers { cluster: Err(failure.story()), brokers: BTreeMap::new(), topics: None };
        }
    };
    let ids: Vec<i32> = live.brokers.iter().map(|broker| broker.id).collect();
    let (answers, topics) = tokio::join!(cluster.broker_configs(&ids), topics(cluster));
    let brokers = answers.into_iter();
    let brokers = brokers.map(|(id, answer)| (id, BrokerAnswer { took: answer.took, config: answer.config }));
    let topics = Some(topics.map_err(|failure| failure.story()));
    Answers { cluster: Ok(live), brokers: brokers.collect(), topics }
}

async fn topics(cluster: &Cluster) -> Result<Vec<LiveTopic>, Failure> {
    let names = cluster.topic_names().await?;
    let seen = cluster.topics(&names, false).await?;
    Ok(seen
        .into_values()
        .filter_map(|seen| match seen {
            Seen::Present(topic) => Some(topic),
            Seen::Absent | Seen::Unknown(_) => None,
        })
        .collect())
}

/// Asks a registry for its subjects and counts them.
///
/// # Errors
/// Why it did not answer, or not as a registry does.
pub async fn registry(client: &http::Client, url: &str) -> Result<usize, String> {
    let response = client.get(&format!("{url}/subjects")).await.map_err(|error| error.to_string())?;
    if !response.is_success() {
        return Err(format!("it answered with status {}", response.status));
    }
    let subjects = response.json().map_err(|error| error.to_string())?;
    subjects.as_array().map(Vec::len).ok_or_else(|| "what it answered is no list of subjects".to_owned())
}
