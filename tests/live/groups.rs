//! The door to consumer groups against a real cluster, each kind of group. Kafka's own tools and kcat are the members.
#![expect(
    clippy::disallowed_methods,
    reason = "a test makes names that no other run has, from environment and clock"
)]

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use eventctl::failure::Failure;
use eventctl::gate::{Approved, Ask, ConsentRule, Consequential, Live, Policy, pass};
use eventctl::kafka::cluster::Cluster;
use eventctl::kafka::connect::ConnectOptions;
use eventctl_core::name::TopicName;
use eventctl_core::risk::Risk;

use crate::clusters::Shared;
use crate::oracle::java;

/// Approves parts of no plan: only for tests, and by the gate's own rules.
pub(crate) struct Parts<T>(pub(crate) Vec<T>);

impl<T> Consequential for Parts<T> {
    fn risks(&self) -> Vec<(Risk, String)> {
        Vec::new()
    }

    fn question(&self) -> String {
        String::new()
    }
}

struct Nobody;

impl Ask for Nobody {
    fn yes(&mut self, _: &str) -> Result<Option<bool>, Failure> {
        Ok(None)
    }

    fn word(&mut self, _: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}

pub(crate) fn approved<T>(parts: Vec<T>) -> Approved<Parts<T>> {
    let policy = Policy {
        rule: ConsentRule::Question,
        allowed: BTreeSet::new(),
        yes: true,
        confirmed_context: None,
        protected: None,
        expected: Vec::new(),
        registries: Vec::new(),
    };
    pass(Parts(parts), &policy, Live::Cluster(None), &mut Nobody).unwrap()
}

pub(crate) fn cluster_of(brokers: &str, seconds: u64) -> Cluster {
    let brokers = brokers.split(',').map(str::to_owned).collect();
    let options = ConnectOptions { brokers, settings: Vec::new(), timeout: Duration::from_secs(seconds) };
    Cluster::connect(&options).unwrap()
}

/// A topic of a test's own on the shared cluster.
pub(crate) struct Topic {
    pub(crate) shared: Shared,
    pub(crate) name: TopicName,
}

pub(crate) fn topic(test: &str, partitions: i32) -> Topic {
    let mut shared = Shared::cluster(test);
    shared.prefix = format!("ga-{}", shared.prefix);
    let name = shared.name("t");
    let partitions = partitions.to_string();
    java("dev", "topics", &["--create", "--topic", &name, "--partitions", &partitions]);
    Topic { name: name.parse().unwrap(), shared }
}
