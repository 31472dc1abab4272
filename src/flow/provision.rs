//! Carries out an approved topic plan: sends, looks up what had no answer, waits for leaders, reads back.
//!
//! What an answer means is decided in the core (`topics::apply`); here is the waiting. The report begins with every
//! change "not tried", so whatever ends the work early, no change is left out of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use eventctl_core::fault::{Fault, FaultKind, Seen};
use eventctl_core::name::TopicName;
use eventctl_core::risk::Risk;
use eventctl_core::topics::apply::{
    ApplyReport, ItemOutcome, Next, Readiness, Resolution, after_answer, before, give_up, read_back,
    readiness, resolve, without_leaders,
};
use eventctl_core::topics::change::{Action, Change, ChangeKey};
use eventctl_core::topics::live::{LiveCluster, LiveTopic, LiveTopics};
use eventctl_core::topics::plan::Plan;

use crate::gate::{Approved, Consequential};
use crate::kafka::cluster::Cluster;
use crate::stop::Stop;

/// Changes sent together: small enough that a stop signal is heeded soon, large enough to be fast.
const CHANGES_AT_ONCE: usize = 50;

/// How soon a cluster is asked again while something is awaited.
const PAUSE: Duration = Duration::from_millis(100);

impl Consequential for Plan {
    fn risks(&self) -> Vec<(Risk, String)> {
        self.topics_at_risk().into_iter().map(|(risk, topic)| (risk, topic.to_string())).collect()
    }

    fn question(&self) -> String {
        Plan::question(self)
    }
}

/// How far the work has come; others look at it while it runs.
#[derive(Debug, Default)]
pub struct Progress {
    ended: AtomicUsize,
}

impl Progress {
    /// How many changes have ended.
    #[must_use]
    pub fn ended(&self) -> usize {
        self.ended.load(Ordering::Relaxed)
    }

    /// Counts one more.
    pub fn add_one(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
}

/// What carrying out a plan needs besides the plan.
#[derive(Debug, Clone, Copy)]
pub struct Means<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The time that what was sent has to be answered, looked up and led.
    pub timeout: Duration,
    /// Heeded between requests: what was sent is seen through.
    pub stop: &'a Stop,
    /// Told of each ended change.
    pub progress: &'a Progress,
}

/// Carries out a plan and reads back what it made.
pub async fn apply(plan: &Approved<Plan>, means: Means<'_>) -> ApplyReport {
    let mut report = ApplyReport::of(plan.get());
    let changes: Vec<&Change> = plan.get().changes.iter().map(|planned| &planned.change).collect();
    for action in [Action::Create, Action::Grow, Action::Configure, Action::Delete] {
        let some: Vec<&Change> = changes.iter().copied().filter(|change| change.action() == action).collect();
        let (outcomes, ended) = Work::new(plan, &some, means).run().await;
        for (key, outcome) in outcomes {
            report.set(key, outcome);
        }
        if let Some(why) = ended {
            report.not_tried_because(why);
            break;
        }
    }
    finish(report, &changes, means).await
}

/// Why changes were not tried.
const STOPPED: &str = "stopped by a signal before it: run apply again";
const LOST: &str = "the cluster stopped answering before it: run apply again";

/// Compares what ended well with the cluster, once for all. A broker may tell what was before for a while after a
/// change, so what differs is read again until there is no time left.
async fn finish(report: ApplyReport, changes: &[&Change], means: Means<'_>) -> ApplyReport {
    let good = |change: &&&Change| report.get(&change.key()).is_some_and(ItemOutcome::is_good);
    let names: BTreeSet<TopicName> =
        changes.iter().filter(good).map(|change| change.topic().clone()).collect();
    if names.is_empty() {
        return report;
    }
    let names: Vec<TopicName> = names.into_iter().collect();
    let deadline = Instant::now() + means.timeout;
    loop {
        let named = look_up(means, &names, true).await;
        let cluster = LiveCluster { id: None, brokers: Vec::new(), controller: None };
        let read = read_back(report.clone(), changes, &LiveTopics { cluster, named, others: Vec::new() });
        if read == report || Instant::now() >= deadline {
            return read;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// How often a question is put anew within the time limit: a broker that hangs must not use up all of it, since the
/// client may choose another one the next time.
const LOOK_UPS: u32 = 3;

/// Topics by name; where the whole question fails, each is unknown for that reason.
async fn look_up(
    means: Means<'_>,
    names: &[TopicName],
    with_config: bool,
) -> BTreeMap<TopicName, Seen<LiveTopic>> {
    let mut fault = None;
    for _ in 0..LOOK_UPS {
        match means.cluster.topics_within(names, with_config, means.timeout / LOOK_UPS).await {
            Ok(seen) => return seen,
            Err(failure) => fault = Some(unanswered(failure.story())),
        }
    }
    let fault = fault.unwrap_or_else(|| unanswered("no broker answered in time".to_owned()));
    names.iter().map(|name| (name.clone(), Seen::Unknown(fault.clone()))).collect()
}

fn unanswered(message: String) -> Fault {
    Fault { kind: FaultKind::Unreachable, code: "_UNREACHABLE".to_owned(), message }
}

/// The changes of one kind, on their way.
struct Work<'a> {
    plan: &'a Approved<Plan>,
    means: Means<'a>,
    order: Vec<ChangeKey>,
    changes: BTreeMap<ChangeKey, &'a Change>,
    /// Accepted, and what it is once its partitions have leaders.
    leaderless: BTreeMap<ChangeKey, ItemOutcome>,
    /// Without an answer that settles it.
    open: BTreeMap<ChangeKey, Fault>,
    settled: BTreeMap<ChangeKey, ItemOutcome>,
    /// Not sent, because nobody answered when their topic was looked up.
    unanswered: BTreeSet<ChangeKey>,
}

impl<'a> Work<'a> {
    fn new(plan: &'a Approved<Plan>, changes: &[&'a Change], means: Means<'a>) -> Self {
        Work {
            plan,
            means,
            order: changes.iter().map(|change| change.key()).collect(),
            changes: changes.iter().map(|change| (change.key(), *change)).collect(),
            leaderless: BTreeMap::new(),
            open: BTreeMap::new(),
            settled: BTreeMap::new(),
            unanswered: BTreeSet::new(),
        }
    }

    /// Sends the changes some at a time and sees them all through. Returns how they ended, and why the work ended
    /// early if it did.
    async fn run(mut self) -> (BTreeMap<ChangeKey, ItemOutcome>, Option<&'static str>) {
        let ready = self.check_beforehand().await;
        // In the plan's order: a dead-letter topic goes before its source.
        let ready: Vec<ChangeKey> = self.order.iter().filter(|key| ready.contains(key)).cloned().collect();
        let mut ended = None;
        for some in ready.chunks(CHANGES_AT_ONCE) {
            if self.means.stop.signal().is_some() {
                ended = Some(STOPPED);
                break;
            }
            self.send(&some.iter().cloned().collect()).await;
            // Nobody answered: there is no sense in sending more before this is resolved.
            if some.iter().all(|key| self.open.contains_key(key)) {
                self.see_through().await;
                if self.lost(some) {
                    ended = Some(LOST);
                    break;
                }
            }
        }
        self.see_through().await;
        if !self.order.is_empty() && self.lost(&self.order) {
            ended = Some(LOST);
        }
        (self.settled, ended)
    }

    /// Looks after what was sent until all of it is settled or no time is left.
    async fn see_through(&mut self) {
        let deadline = Instant::now() + self.means.timeout;
        while !self.open.is_empty() || !self.leaderless.is_empty() {
            let again = self.look_after().await;
            if Instant::now() >= deadline {
                break;
            }
            if !again.is_empty() {
                self.send(&again).await;
            } else if !self.open.is_empty() || !self.leaderless.is_empty() {
                tokio::time::sleep(PAUSE).await;
            }
        }
        self.give_up().await;
    }

    /// True where nobody answered about any of these changes.
    fn lost(&self, keys: &[ChangeKey]) -> bool {
        keys.iter().all(|key| match self.settled.get(key) {
            Some(ItemOutcome::Unresolved { fault: Some(fault), .. }) => fault.kind.leaves_outcome_unknown(),
            Some(ItemOutcome::NotTried { .. }) => self.unanswered.contains(key),
            _ => false,
        })
    }

    fn settle(&mut self, key: &ChangeKey, outcome: ItemOutcome) {
        self.open.remove(key);
        self.leaderless.remove(key);
        self.settled.insert(key.clone(), outcome);
        self.means.progress.add_one();
    }

    /// Keeps back what no longer means the topic it was planned for.
    async fn check_beforehand(&mut self) -> BTreeSet<ChangeKey> {
        let changes = self.changes.clone();
        let existing = changes.values().filter(|change| change.action() != Action::Create);
        let names: Vec<TopicName> = existing.map(|change| change.topic().clone()).collect();
        let seen = if names.is_empty() { BTreeMap::new() } else { look_up(self.means, &names, false).await };
        let mut ready = BTreeSet::new();
        for (key, change) in changes {
            let lookup = seen.get(change.topic()).unwrap_or(&Seen::Absent);
            if matches!(lookup, Seen::Unknown(fault) if fault.kind.leaves_outcome_unknown()) {
                self.unanswered.insert(key.clone());
            }
            match before(change, lookup) {
                Ok(()) => {
                    ready.insert(key);
                }
                Err(outcome) => self.settle(&key, outcome),
            }
        }
        ready
    }

    async fn send(&mut self, keys: &BTreeSet<ChangeKey>) {
        let Some(action) = keys.first().map(|key| key.action) else { return };
        let wanted = |topic: &TopicName| keys.contains(&ChangeKey { action, topic: topic.clone() });
        let (cluster, plan) = (self.means.cluster, self.plan);
        let answers = match action {
            Action::Create => {
                cluster.create_topics(&plan.select(Plan::creations).only(|it| wanted(&it.topic))).await
            }
            Action::Grow => {
                cluster.grow_topics(&plan.select(Plan::growths).only(|it| wanted(&it.topic))).await
            }
            Action::Configure => {
                cluster.alter_topics(&plan.select(Plan::alterations).only(|it| wanted(&it.topic))).await
            }
            Action::Delete => {
                cluster.delete_topics(&plan.select(Plan::deletions).only(|it| wanted(&it.topic))).await
            }
        };
        for (topic, answer) in answers {
            let key = ChangeKey { action, topic };
            let Some(change) = self.changes.get(&key).copied() else { continue };
            match after_answer(change, answer) {
                Next::Settled(outcome) => self.settle(&key, outcome),
                Next::AwaitLeaders => {
                    self.open.remove(&key);
                    self.leaderless.insert(key, ItemOutcome::Done);
                }
                Next::LookUp(fault) => {
                    self.open.insert(key, fault);
                }
            }
        }
    }

    /// Looks at the cluster once: what is open may be resolved, what was accepted may have leaders. Returns what has to
    /// be sent again.
    async fn look_after(&mut self) -> BTreeSet<ChangeKey> {
        let names: BTreeSet<&TopicName> =
            self.open.keys().chain(self.leaderless.keys()).map(|key| &key.topic).collect();
        let names: Vec<TopicName> = names.into_iter().cloned().collect();
        let seen = look_up(self.means, &names, !self.open.is_empty()).await;
        let mut again = BTreeSet::new();
        for (key, fault) in self.open.clone() {
            let (Some(change), Some(seen)) = (self.changes.get(&key).copied(), seen.get(&key.topic)) else {
                continue;
            };
            // Not known yet: looked at again while there is time.
            if matches!(seen, Seen::Unknown(_)) {
                continue;
            }
            match resolve(change, &fault, seen) {
                Resolution::Settled(outcome) => self.settle(&key, outcome),
                Resolution::AwaitLeaders(outcome) => {
                    self.open.remove(&key);
                    self.leaderless.insert(key, outcome);
                }
                Resolution::TryAgain => {
                    again.insert(key);
                }
            }
        }
        for (key, outcome) in self.leaderless.clone() {
            let (Some(change), Some(seen)) = (self.changes.get(&key).copied(), seen.get(&key.topic)) else {
                continue;
            };
            if readiness(change, seen) == Readiness::Ready {
                self.settle(&key, outcome);
            }
        }
        again
    }

    /// No time is left: what is still open is unresolved.
    async fn give_up(&mut self) {
        for (key, fault) in self.open.clone() {
            self.settle(&key, give_up(&fault));
        }
        if self.leaderless.is_empty() {
            return;
        }
        let names: Vec<TopicName> = self.leaderless.keys().map(|key| key.topic.clone()).collect();
        let seen = look_up(self.means, &names, false).await;
        for (key, outcome) in self.leaderless.clone() {
            let (Some(change), Some(seen)) = (self.changes.get(&key).copied(), seen.get(&key.topic)) else {
                continue;
            };
            self.settle(&key, without_leaders(&readiness(change, seen), outcome));
        }
    }
}
