//! What is wrong with an environment: facts in, one line per check out, each with a next step.
//!
//! It decides from answers that others gathered; it does not know how they were asked, and never takes a missing
//! answer for a good one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use crate::fault::{Fault, FaultKind};
use crate::human;
use crate::name::TopicName;
use crate::topics::live::{LiveCluster, LiveConfig, LiveTopic};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// As it should be.
    Good,
    /// Something is wrong.
    Finding,
    /// It could not be found out.
    Unknown,
}

/// One line of the diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at, such as `broker 2` or `registry`.
    pub subject: String,
    /// How it came out.
    pub state: State,
    /// One sentence without a full stop. Holds foreign text.
    pub text: String,
    /// What to do about it; none where it is good.
    pub next: Option<String>,
}

impl Check {
    fn new(state: State, subject: impl Into<String>, text: impl Into<String>, next: Option<&str>) -> Self {
        Check { subject: subject.into(), state, text: text.into(), next: next.map(str::to_owned) }
    }
}

/// What one broker answered when it was asked itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerAnswer {
    /// How long its answer took.
    pub took: Duration,
    /// Its settings, or why they are not known.
    pub config: Result<LiveConfig, Fault>,
}

/// What was gathered. `None` is "not asked", because nothing is configured or the cluster is away.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The cluster, or why it could not be reached.
    pub cluster: Option<Result<LiveCluster, String>>,
    /// The cluster id that context or environment expects, with the place it is written at.
    pub expected_cluster: Option<(String, String)>,
    /// Each broker's own answer.
    pub brokers: BTreeMap<i32, BrokerAnswer>,
    /// The topics this principal may see, or why they could not be listed.
    pub topics: Option<Result<Vec<LiveTopic>, String>>,
    /// Declared topics that do not exist.
    pub missing: Vec<TopicName>,
    /// Declared topics about which the brokers told nothing.
    pub unseen: Vec<TopicName>,
    /// Addresses of the settings that did not answer, with the reason.
    pub unreachable: Vec<(String, String)>,
    /// The registry's URL, and how many subjects it has or why it did not answer.
    pub registry: Option<(String, Result<usize, String>)>,
    /// The catalog: its path, and how many topics it declares or what is wrong with it.
    pub catalog: Option<(String, Result<usize, String>)>,
    /// The schema folder: its path, and how many subjects it has or what is wrong with it.
    pub schemas: Option<(String, Result<usize, String>)>,
}

/// A broker that takes longer than this to answer a small question is worth a look.
pub const SLOW: Duration = Duration::from_millis(500);

/// Names every check with its result, the cluster first.
#[must_use]
pub fn diagnose(facts: &Facts) -> Vec<Check> {
    let mut checks = Vec::new();
    match &facts.cluster {
        None => checks.push(Check::new(
            State::Finding,
            "brokers",
            "no brokers are configured",
            Some("pass --brokers, set EVENTCTL_BROKERS, or add a context to eventctl.yaml"),
        )),
        Some(Err(reason)) => checks.push(Check::new(
            State::Unknown,
            "brokers",
            reason,
            Some("check the addresses and credentials: eventctl config show"),
        )),
        Some(Ok(cluster)) => {
            checks.push(identity(cluster, facts.expected_cluster.as_ref()));
            checks.extend(cluster.brokers.iter().map(|broker| {
                let name = format!("broker {} at {}:{}", broker.id, broker.host, broker.port);
                reachable(name, facts.brokers.get(&broker.id))
            }));
            checks.extend(absent_brokers(cluster, facts));
            checks.extend(defaults(cluster, &facts.brokers));
        }
    }
    checks.extend(facts.topics.as_ref().map(|topics| replication(topics.as_deref())).unwrap_or_default());
    checks.extend(declared(facts));
    let counted = |subject: &str,
                   noun: &str,
                   next: &str,
                   (place, answer): &(String, Result<usize, String>)| match answer {
        Ok(count) => {
            Check::new(State::Good, subject, format!("{place}: {}", human::plural(*count, noun)), None)
        }
        // A registry that does not answer is unknown; a file that is wrong is a finding.
        Err(reason) => {
            let state = if subject == "registry" { State::Unknown } else { State::Finding };
            Check::new(state, subject, format!("{place}: {reason}"), Some(next))
        }
    };
    let registry = facts.registry.as_ref();
    checks
        .extend(registry.map(|it| counted("registry", "subject", "check the URL: eventctl config show", it)));
    checks
        .extend(facts.catalog.as_ref().map(|it| counted("catalog", "declared topic", "eventctl check", it)));
    checks.extend(facts.schemas.as_ref().map(|it| counted("schemas", "subject", "eventctl check", it)));
    checks
}

fn identity(cluster: &LiveCluster, expected: Option<&(String, String)>) -> Check {
    let id = cluster.id.as_ref().map_or("unknown", |id| id.as_str());
    let brokers = human::plural(cluster.brokers.len(), "broker");
    match expected {
        Some((wanted, origin)) if wanted != id => Check::new(
            State::Finding,
            "cluster",
            format!("this is cluster {id}, but {origin} expects {wanted}"),
            Some("choose another --context, or correct the cluster_id"),
        ),
        Some(_) => Check::new(State::Good, "cluster", format!("{id} as expected, {brokers}"), None),
        None => Check::new(State::Good, "cluster", format!("{id}, {brokers}"), None),
    }
}

fn reachable(name: String, answer: Option<&BrokerAnswer>) -> Check {
    let Some(answer) = answer else {
        return Check::new(State::Unknown, name, "it was not asked", Some("run eventctl doctor again"));
    };
    let took = answer.took.as_millis();
    match &answer.config {
        Ok(_) if answer.took > SLOW => {
            let text = format!("it took {took} ms to answer a small question");
            Check::new(State::Finding, name, text, Some("look at its load, and at the network between"))
        }
        Ok(_) => Check::new(State::Good, name, format!("answers in {took} ms"), None),
        Err(fault) if fault.kind == crate::fault::FaultKind::Denied => {
            // It answered, so it is reachable; its settings stay unknown and are reported with the defaults.
            Check::new(State::Good, name, format!("answers in {took} ms"), None)
        }
        Err(fault) => {
            let next = "is the process up, and can its advertised address be reached from here?";
            Check::new(State::Unknown, name, format!("no answer after {took} ms: {fault}"), Some(next))
        }
    }
}

/// Brokers that hold replicas and are not registered, and addresses of the settings that nobody answers at.
fn absent_brokers(cluster: &LiveCluster, facts: &Facts) -> Vec<Check> {
    let live: BTreeSet<i32> = cluster.brokers.iter().map(|broker| broker.id).collect();
    let topics = facts.topics.as_ref().and_then(|topics| topics.as_ref().ok());
    let holders = topics.into_iter().flatten().flat_map(|topic| &topic.partitions);
    let holders: BTreeSet<i32> = holders.flat_map(|partition| partition.replicas.iter().copied()).collect();
    let next = "start it, or find out why it cannot reach the controllers";
    let gone = holders.difference(&live).map(|id| {
        let text = "it holds replicas, and the cluster does not count it as a live broker";
        Check::new(State::Finding, format!("broker {id}"), text, Some(next))
    });
    let silent = facts.unreachable.iter().map(|(address, reason)| {
        let next = "start that broker, or take the address out of the settings";
        Check::new(State::Finding, format!("address {address}"), reason, Some(next))
    });
    gone.chain(silent).collect()
}

/// What the catalog declares against what can be seen of it.
fn declared(facts: &Facts) -> Vec<Check> {
    let mut checks = Vec::new();
    if !facts.unseen.is_empty() {
        let (number, names) =
            (human::plural(facts.unseen.len(), "declared topic"), human::list(&facts.unseen, 5));
        let text = format!("{number} may not be seen or did not answer ({names})");
        checks.push(Check::new(State::Unknown, "topics", text, Some("the principal needs Describe on them")));
    }
    if !facts.missing.is_empty() {
        let (number, names) =
            (human::plural(facts.missing.len(), "declared topic"), human::list(&facts.missing, 5));
        let text = format!("{number} not there ({names})");
        checks.push(Check::new(State::Finding, "topics", text, Some("eventctl topics plan")));
    }
    checks
}

/// The broker settings that hurt: a value that is wrong on any broker is told with the brokers that have it.
fn defaults(cluster: &LiveCluster, answers: &BTreeMap<i32, BrokerAnswer>) -> Vec<Check> {
    let known: BTreeMap<i32, &LiveConfig> =
        answers.iter().filter_map(|(id, answer)| Some((*id, answer.config.as_ref().ok()?))).collect();
    let mut checks = Vec::new();
    let unknown: Vec<i32> =
        cluster.brokers.iter().map(|broker| broker.id).filter(|id| !known.contains_key(id)).collect();
    if !unknown.is_empty() {
        let text = format!("the settings of {} could not be read", name_brokers(&unknown));
        let denied = |answer: &BrokerAnswer| {
            answer.config.as_ref().is_err_and(|fault| fault.kind == FaultKind::Denied)
        };
        let next = "the principal needs DescribeConfigs on the cluster";
        let next = answers.values().any(denied).then_some(next);
        checks.push(Check::new(State::Unknown, "broker defaults", text, next));
    }
    let mut wrong = |key: &str, is_wrong: &dyn Fn(&LiveConfig) -> bool, text: &str, next: &str| {
        let brokers: Vec<i32> =
            known.iter().filter(|(_, config)| is_wrong(config)).map(|(id, _)| *id).collect();
        if !brokers.is_empty() {
            let text = format!("{key} on {}: {text}", name_brokers(&brokers));
            checks.push(Check::new(State::Finding, "broker defaults", text, Some(next)));
        }
    };
    wrong(
        "auto.create.topics.enable=true",
        &|config| config.effective("auto.create.topics.enable") == Some("true"),
        "a typing error in a topic's name creates a topic, with default settings",
        "set auto.create.topics.enable=false and declare topics in the catalog",
    );
    wrong(
        "unclean.leader.election.enable=true",
        &|config| config.effective("unclean.leader.election.enable") == Some("true"),
        "acknowledged records can be lost when a leader fails",
        "set unclean.leader.election.enable=false",
    );
    let number =
        |config: &LiveConfig, key: &str| config.effective(key).and_then(|value| value.parse::<i64>().ok());
    let replicas = |config: &LiveConfig| number(config, "default.replication.factor").unwrap_or(1);
    wrong(
        "min.insync.replicas=1",
        &|config| replicas(config) > 1 && number(config, "min.insync.replicas") == Some(1),
        "a record that only one broker holds counts as acknowledged by all",
        "set min.insync.replicas=2 on the brokers, or in the catalog's defaults",
    );
    wrong(
        "min.insync.replicas above default.replication.factor",
        &|config| number(config, "min.insync.replicas").is_some_and(|minimum| minimum > replicas(config)),
        "topics with the default replication refuse every write with acks=all",
        "lower min.insync.replicas, or raise default.replication.factor",
    );
    if checks.is_empty() && !known.is_empty() {
        checks.push(Check::new(State::Good, "broker defaults", "no setting that hurts", None));
    }
    checks
}

fn replication(topics: Result<&[LiveTopic], &String>) -> Vec<Check> {
    let topics = match topics {
        Ok(topics) => topics,
        Err(reason) => {
            return vec![Check::new(State::Unknown, "topics", reason, Some("run eventctl doctor again"))];
        }
    };
    let having = |wrong: &dyn Fn(&LiveTopic) -> bool| -> Vec<&str> {
        topics.iter().filter(|topic| wrong(topic)).map(|topic| topic.name.as_str()).collect()
    };
    let offline = having(&|topic| topic.partitions.iter().any(|partition| partition.leader.is_none()));
    let thin = having(&|topic| topic.partitions.iter().any(|partition| partition.under_replicated()));
    let mut checks = Vec::new();
    for (names, what, next) in [
        (
            offline,
            "with partitions that have no leader and can be neither read nor written",
            "start the missing brokers",
        ),
        (
            thin,
            "with partitions that lack replicas in sync",
            "start the missing brokers, or wait until they have caught up",
        ),
    ] {
        if !names.is_empty() {
            let (number, names) = (human::plural(names.len(), "topic"), human::list(&names, 5));
            checks.push(Check::new(
                State::Finding,
                "topics",
                format!("{number} {what} ({names})"),
                Some(next),
            ));
        }
    }
    if checks.is_empty() {
        let text = format!(
            "{}, all replicas in sync, as far as this principal may see",
            human::plural(topics.len(), "topic")
        );
        checks.push(Check::new(State::Good, "topics", text, None));
    }
    checks
}

fn name_brokers(ids: &[i32]) -> String {
    let noun = if ids.len() == 1 { "broker" } else { "brokers" };
    format!("{noun} {}", human::list(ids, 8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::live::{Broker, ConfigSource, ConfigValue, LivePartition};

    fn config(pairs: &[(&str, &str)]) -> LiveConfig {
        let value = |value: &str| ConfigValue {
            value: Some(value.to_owned()),
            source: ConfigSource::StaticBroker,
            inherited: None,
            sensitive: false,
        };
        LiveConfig(pairs.iter().map(|(key, text)| ((*key).to_owned(), value(text))).collect())
    }

    fn facts(pairs: &[(&str, &str)]) -> Facts {
        let broker = |id| Broker { id, host: "h".into(), port: 9092, rack: None };
        let cluster = LiveCluster {
            id: Some("abc".parse().unwrap()),
            brokers: vec![broker(1), broker(2)],
            controller: None,
        };
        let answer = |_| BrokerAnswer { took: Duration::from_millis(3), config: Ok(config(pairs)) };
        let brokers = [1, 2].into_iter().map(|id| (id, answer(id))).collect();
        Facts { cluster: Some(Ok(cluster)), brokers, ..Facts::default() }
    }

    const SOUND: [(&str, &str); 4] = [
        ("auto.create.topics.enable", "false"),
        ("unclean.leader.election.enable", "false"),
        ("min.insync.replicas", "2"),
        ("default.replication.factor", "3"),
    ];

    fn states(facts: &Facts) -> Vec<(String, State)> {
        diagnose(facts).into_iter().map(|check| (check.subject, check.state)).collect()
    }

    #[test]
    fn a_sound_environment_has_good_lines_only() {
        let checks = diagnose(&facts(&SOUND));
        assert_eq!(checks.len(), 4, "{checks:?}");
        assert!(checks.iter().all(|check| check.state == State::Good && check.next.is_none()), "{checks:?}");
    }

    #[test]
    fn each_default_that_hurts_is_named_with_its_brokers_and_a_next_step() {
        let rows = [
            ("auto.create.topics.enable", "true", "typing error"),
            ("unclean.leader.election.enable", "true", "lost"),
            ("min.insync.replicas", "1", "only one broker"),
            ("min.insync.replicas", "4", "refuse every write"),
        ];
        for (key, value, words) in rows {
            let mut pairs = SOUND.to_vec();
            pairs.retain(|(name, _)| *name != key);
            pairs.push((key, value));
            let mut facts = facts(&SOUND);
            facts.brokers.get_mut(&2).unwrap().config = Ok(config(&pairs));
            let found: Vec<Check> =
                diagnose(&facts).into_iter().filter(|check| check.state == State::Finding).collect();
            assert_eq!(found.len(), 1, "{key}={value}: {found:?}");
            assert!(found[0].text.contains(words) && found[0].text.contains("broker 2"), "{found:?}");
            assert!(found[0].next.is_some());
        }
    }

    #[test]
    fn what_did_not_answer_is_unknown_never_good() {
        let fault = |kind| Fault { kind, code: "C".into(), message: "m".into() };
        let mut away = facts(&SOUND);
        away.brokers.get_mut(&2).unwrap().config = Err(fault(FaultKind::TimedOut));
        let found = states(&away);
        assert!(found.contains(&("broker 2 at h:9092".into(), State::Unknown)), "{found:?}");
        assert!(found.contains(&("broker defaults".into(), State::Unknown)), "{found:?}");
        let advice = |facts: &Facts| {
            diagnose(facts).into_iter().find(|check| check.subject == "broker defaults").unwrap().next
        };
        assert_eq!(advice(&away), None);
        let mut denied = facts(&SOUND);
        denied.brokers.get_mut(&2).unwrap().config = Err(fault(FaultKind::Denied));
        assert!(advice(&denied).unwrap().contains("DescribeConfigs"));
        let found = states(&denied);
        assert!(found.contains(&("broker 2 at h:9092".into(), State::Good)), "{found:?}");
        assert!(found.contains(&("broker defaults".into(), State::Unknown)), "{found:?}");
        let mut unasked = facts(&SOUND);
        unasked.brokers.remove(&1);
        assert!(states(&unasked).contains(&("broker 1 at h:9092".into(), State::Unknown)));
        let unreachable = Facts { cluster: Some(Err("refused".into())), ..Facts::default() };
        assert_eq!(states(&unreachable), [("brokers".into(), State::Unknown)]);
    }

    #[test]
    fn topics_out_of_sync_and_offline_are_counted_and_named() {
        let topic = |name: &str, leader, in_sync: &[i32]| LiveTopic {
            name: name.parse().unwrap(),
            id: None,
            internal: false,
            partitions: vec![LivePartition {
                id: 0,
                leader,
                replicas: vec![1, 2],
                in_sync: in_sync.to_vec(),
            }],
            config: Ok(LiveConfig::default()),
        };
        let topics = vec![topic("a", Some(1), &[1, 2]), topic("b", Some(1), &[1]), topic("c", None, &[])];
        let facts = Facts { topics: Some(Ok(topics)), ..facts(&SOUND) };
        let found: Vec<String> = diagnose(&facts)
            .into_iter()
            .filter(|check| check.state == State::Finding)
            .map(|check| check.text)
            .collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].contains("1 topic with partitions that have no leader") && found[0].contains("(c)"),
            "{found:?}"
        );
        assert!(found[1].contains("2 topics with partitions that lack replicas in sync (b, c)"), "{found:?}");
    }

    #[test]
    fn a_broker_that_is_gone_is_named_by_its_replicas_and_its_address() {
        let partition = LivePartition { id: 0, leader: Some(1), replicas: vec![1, 3], in_sync: vec![1, 3] };
        let (name, config) = ("a".parse().unwrap(), Ok(LiveConfig::default()));
        let topic = LiveTopic { name, id: None, internal: false, partitions: vec![partition], config };
        let unreachable = vec![("h:9094".to_owned(), "connection refused".to_owned())];
        let facts = Facts { topics: Some(Ok(vec![topic])), unreachable, ..facts(&SOUND) };
        let found = states(&facts);
        for subject in ["broker 3", "address h:9094"] {
            assert!(found.contains(&(subject.to_owned(), State::Finding)), "{found:?}");
        }
    }

    #[test]
    fn declared_topics_that_may_not_be_seen_are_unknown_and_absent_ones_a_finding() {
        let names = |name: &str| vec![name.parse().unwrap()];
        let facts =
            Facts { topics: Some(Ok(Vec::new())), missing: names("a"), unseen: names("b"), ..facts(&SOUND) };
        let found: Vec<State> = diagnose(&facts)
            .into_iter()
            .filter(|check| check.subject == "topics")
            .map(|check| check.state)
            .collect();
        assert_eq!(found, [State::Good, State::Unknown, State::Finding]);
    }

    #[test]
    fn another_cluster_than_expected_is_a_finding() {
        let with = |wanted: &str| Facts {
            expected_cluster: Some((wanted.into(), "context dev".into())),
            ..facts(&SOUND)
        };
        assert_eq!(states(&with("abc"))[0], ("cluster".into(), State::Good));
        assert_eq!(states(&with("other"))[0], ("cluster".into(), State::Finding));
    }
}
