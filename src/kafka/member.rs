//! A member of a consumer group, in steps: records come, partitions come and go, offsets are committed.
//!
//! A partition that the group takes away is announced before it goes. Whoever reads has until its next step to finish
//! what it began and to commit; then the partition is let go, and a commit for it is refused here, whatever the
//! coordinator would say. Nothing is ever committed but what the caller names.
//!
//! librdkafka's end-of-partition messages are off: with them, a pause in the middle of a rebalance would skip a record,
//! because taking such a message moves the position past the record that will be written there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use eventctl_core::fault::{Fault, FaultKind};
use eventctl_core::name::{GroupName, TopicName};

use super::budget::FetchSettings;
use super::connect::{ConnectOptions, rejected};
use super::health::Health;
use super::native::config::known_settings;
use super::native::dispatch::Listener;
use super::native::member::{self, Rebalance};
use super::offsets::Isolation;
use super::scan::Batch;
use crate::failure::Failure;

/// How members agree on who reads what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupProtocol {
    /// The members decide, cooperatively unless the settings choose another strategy.
    Classic,
    /// The coordinator decides (Kafka 4.0).
    Consumer,
}

/// Where a partition is read from that the group has never committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beginning {
    /// The first record there is.
    Earliest,
    /// What is written from now on.
    Latest,
}

/// What is read, and as whom.
#[derive(Debug, Clone, Copy)]
pub struct MemberOptions<'a> {
    /// The group.
    pub group: &'a GroupName,
    /// The topics; messages name them by their place here.
    pub topics: &'a [TopicName],
    /// How the group is organised.
    pub protocol: GroupProtocol,
    /// Where to begin without a commit.
    pub beginning: Beginning,
    /// Whether records of open and aborted transactions are read too.
    pub isolation: Isolation,
    /// How much is held ready.
    pub budget: FetchSettings,
    /// How long the caller may take from one step to the next before the group goes on without it.
    pub longest_pause: Duration,
}

/// A partition of one of the topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share {
    /// A place in the list of topics.
    pub topic: usize,
    /// The partition.
    pub partition: i32,
}

/// A partition that came, and where its reading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assigned {
    /// The partition.
    pub share: Share,
    /// The offset that the group had committed; none where it had none.
    pub committed: Option<i64>,
}

/// What a step brought.
pub enum MemberEvent {
    /// Records, or faults of partitions. After a fault of a partition leave the group: its reading has ended, and what
    /// follows a rebalance could begin past it.
    Records(Batch),
    /// These partitions came.
    Assigned(Vec<Assigned>),
    /// These partitions go with the next step: finish what was begun, and commit it now.
    Revoking(Vec<Share>),
    /// These partitions are gone: others may read them by now, and nothing can be committed for them.
    Lost(Vec<Share>),
    /// The membership is in trouble.
    Fault(Fault),
    /// Nothing came in time.
    Nothing,
}

/// An offset to commit: that of the next record to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commit {
    /// The partition.
    pub share: Share,
    /// The offset.
    pub offset: i64,
}

/// A member of a group. One thread uses it. Dropping it leaves the group, within a second or so.
pub struct Member {
    member: member::Member,
    health: Arc<Health>,
    beginning: Beginning,
    timeout: Duration,
    owned: BTreeSet<Share>,
    going: Vec<Share>,
    left: bool,
}

/// The user's settings win over these.
const DEFAULTS: [(&str, &str); 3] = [
    ("check.crcs", "true"),
    ("fetch.error.backoff.ms", "100"),
    ("topic.metadata.propagation.max.ms", "10000"),
];

/// And not over these: nothing is committed or skipped but by the caller.
const FIXED: [(&str, &str); 5] = [
    ("enable.auto.commit", "false"),
    ("enable.auto.offset.store", "false"),
    ("enable.partition.eof", "false"),
    ("auto.offset.reset", "error"),
    ("statistics.interval.ms", "0"),
];

/// librdkafka's numbers for offsets that are no offsets.
const FIRST: i64 = -2;
const END: i64 = -1;
const UNKNOWN: i64 = -1001;

/// How long a member that is dropped waits for the coordinator.
const FAREWELL: Duration = Duration::from_secs(1);

impl Member {
    /// Joins the group. No network yet: what goes wrong is told by [`Member::next`].
    ///
    /// # Errors
    /// `Input` for a setting that librdkafka does not take, `Usage` for no address at all.
    pub fn start(options: &ConnectOptions, wanted: &MemberOptions<'_>) -> Result<Member, Failure> {
        options.demand_address()?;
        let redactor = options.redactor();
        let isolation = match wanted.isolation {
            Isolation::Committed => "read_committed",
            Isolation::Uncommitted => "read_uncommitted",
        };
        // Brokers take no session below six seconds, and librdkafka no pause below the session.
        let pause = wanted.longest_pause.as_millis().clamp(6_000, 86_400_000);
        let (session, pause) = (pause.min(45_000).to_string(), pause.to_string());
        let classic = [
            ("partition.assignment.strategy", "cooperative-sticky"),
            ("session.timeout.ms", session.as_str()),
        ];
        let (protocol, of_protocol) = match wanted.protocol {
            GroupProtocol::Classic => ("classic", &classic[..]),
            // There the coordinator decides both.
            GroupProtocol::Consumer => ("consumer", &[][..]),
        };
        let budget = wanted.budget.settings();
        let defaults = DEFAULTS
            .into_iter()
            .chain(of_protocol.iter().copied())
            .chain(budget.iter().map(|(name, value)| (*name, value.as_str())));
        let own = [
            ("group.id", wanted.group.as_str()),
            ("group.protocol", protocol),
            ("isolation.level", isolation),
            ("max.poll.interval.ms", pause.as_str()),
        ];
        let settings = options.effective_for(defaults, FIXED.into_iter().chain(own));
        let health = Arc::new(Health::new(&options.brokers, redactor.clone()));
        let listener: Arc<dyn Listener> = Arc::clone(&health) as _;
        let topics = wanted.topics.iter().map(TopicName::as_str);
        let member = member::Member::start(&settings, topics, listener)
            .map_err(|error| rejected(&error, &known_settings(), &redactor))?;
        Ok(Member {
            member,
            health,
            beginning: wanted.beginning,
            timeout: options.timeout,
            owned: BTreeSet::new(),
            going: Vec::new(),
            left: false,
        })
    }

    /// One step: lets go what was announced to go, then waits until something comes.
    pub fn next(&mut self, wait: Duration) -> MemberEvent {
        if !self.going.is_empty() {
            let going = std::mem::take(&mut self.going);
            if let Err(fault) = self.let_go(&going) {
                return MemberEvent::Fault(fault);
            }
        }
        // A change that was noted while the last batch was taken comes after that batch.
        if let Some(change) = self.member.change() {
            return self.changed(&change);
        }
        let batch = self.member.next(wait);
        if batch.len() > 0 {
            if batch.has_answer() {
                self.health.answered();
            }
            return MemberEvent::Records(Batch::of_member(batch, Arc::clone(&self.health)));
        }
        match self.member.change() {
            Some(change) => self.changed(&change),
            None => MemberEvent::Nothing,
        }
    }

    fn changed(&mut self, change: &Rebalance) -> MemberEvent {
        self.health.answered();
        let shares: Vec<Share> = change
            .partitions
            .iter()
            .map(|(topic, partition)| Share { topic: *topic, partition: *partition })
            .collect();
        if change.coming {
            return match self.take_on(&shares) {
                Ok(assigned) => MemberEvent::Assigned(assigned),
                Err(fault) => MemberEvent::Fault(fault),
            };
        }
        if !change.lost {
            self.going.clone_from(&shares);
            return MemberEvent::Revoking(shares);
        }
        match self.let_go(&shares) {
            Ok(()) => MemberEvent::Lost(shares),
            Err(fault) => MemberEvent::Fault(fault),
        }
    }

    /// Begins to read partitions that came.
    fn take_on(&mut self, shares: &[Share]) -> Result<Vec<Assigned>, Fault> {
        let names: Vec<_> = shares.iter().map(|share| (share.topic, share.partition)).collect();
        let without = match self.beginning {
            Beginning::Earliest => FIRST,
            Beginning::Latest => END,
        };
        // Where the coordinator does not tell now, librdkafka asks on by itself, and a missing commit becomes a fault.
        let committed = match self.member.committed(&names, self.timeout) {
            Ok(committed) => {
                committed.into_iter().map(|offset| (offset, offset.unwrap_or(without))).collect()
            }
            Err(_) => vec![(None, UNKNOWN); shares.len()],
        };
        let places: Vec<_> = shares
            .iter()
            .zip(&committed)
            .map(|(share, (_, from))| (share.topic, share.partition, *from))
            .collect();
        self.member.carry_out(true, &places).map_err(|error| self.health.fault(error))?;
        self.owned.extend(shares);
        let assigned = |(share, (committed, _)): (&Share, &(Option<i64>, i64))| Assigned {
            share: *share,
            committed: *committed,
        };
        Ok(shares.iter().zip(&committed).map(assigned).collect())
    }

    fn let_go(&mut self, shares: &[Share]) -> Result<(), Fault> {
        for share in shares {
            self.owned.remove(share);
        }
        let places: Vec<_> = shares.iter().map(|share| (share.topic, share.partition, UNKNOWN)).collect();
        self.member.carry_out(false, &places).map_err(|error| self.health.fault(error))
    }

    /// The partitions that are this member's, those that were announced to go among them.
    #[must_use]
    pub fn owned(&self) -> &BTreeSet<Share> {
        &self.owned
    }

    /// Commits offsets and waits for the answer: one result for each, in the same order. For a partition that is not
    /// this member's (any more), nothing is sent.
    ///
    /// # Errors
    /// Per partition.
    pub fn commit(&mut self, commits: &[Commit], limit: Duration) -> Vec<Result<(), Fault>> {
        let mine = |commit: &&Commit| self.owned.contains(&commit.share);
        let places: Vec<_> = commits
            .iter()
            .filter(mine)
            .map(|commit| (commit.share.topic, commit.share.partition, commit.offset))
            .collect();
        let answers = if places.is_empty() { Vec::new() } else { self.member.commit(&places, limit) };
        let mut answers = answers.into_iter();
        let one = |commit: &Commit| {
            if !self.owned.contains(&commit.share) {
                return Err(Fault {
                    kind: FaultKind::Refused,
                    code: "_ASSIGNMENT_LOST".to_owned(),
                    message: "the partition is not this member's any more; nothing was committed".to_owned(),
                });
            }
            answers.next().unwrap_or(Ok(())).map_err(|error| self.health.fault(error))
        };
        commits.iter().map(one).collect()
    }

    /// The trouble of the client as a whole; see [`super::scan::Scanner::trouble`].
    #[must_use]
    pub fn trouble(&self) -> Option<Fault> {
        self.health.trouble()
    }

    /// Leaves the group, so that others take over at once. False where the coordinator did not hear of it in time: then
    /// they take over when the session times out. Commit before.
    pub fn leave(mut self, limit: Duration) -> bool {
        self.left = true;
        self.member.leave(limit)
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if !self.left {
            let _the_session_times_out_otherwise = self.member.leave(FAREWELL);
        }
    }
}
