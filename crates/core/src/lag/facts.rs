//! What was read of a cluster to tell lag. Commits are read before ends, so that no lag is negative by race.

use std::collections::BTreeMap;

use crate::catalog::Start;
use crate::fault::{Fault, Seen};
use crate::groups::live::{Commits, LiveGroup, PartitionKey};
use crate::name::{ClusterId, GroupName, TopicName};
use crate::topics::live::LiveConfig;

/// One sample of a cluster.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The cluster that answered.
    pub cluster: Option<ClusterId>,
    /// When it was read, in milliseconds since 1970.
    pub at: i64,
    /// The groups.
    pub groups: Vec<GroupFacts>,
    /// The partitions that groups read or should read.
    pub partitions: BTreeMap<PartitionKey, Ends>,
    /// Topics that groups should read and that are not there, or cannot be seen.
    pub topics: BTreeMap<TopicName, Seen<()>>,
    /// How long the records of topics are kept, where it could be read.
    pub retention: BTreeMap<TopicName, Result<Retention, Fault>>,
    /// First unread records, by partition and committed offset, where they were looked for.
    pub points: BTreeMap<(PartitionKey, i64), Point>,
    /// What brokers said that did not list their groups: while there is any, there may be further groups.
    pub unlisted: Vec<Fault>,
    /// Groups that can be seen and were not asked for.
    pub others: Option<usize>,
}

/// One group.
#[derive(Debug, Clone)]
pub struct GroupFacts {
    /// Its name.
    pub name: GroupName,
    /// What its coordinator says.
    pub live: Seen<LiveGroup>,
    /// Its commits.
    pub commits: Result<Commits, Fault>,
    /// What the catalog or the command line expects of it.
    pub expected: Vec<Expectation>,
}

/// What is expected of a group in a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// The topic; none for all that the group reads.
    pub topic: Option<TopicName>,
    /// The lag of a partition in records above which there is a finding.
    pub max_lag: Option<i64>,
    /// The same in time, in milliseconds.
    pub max_time_lag: Option<i64>,
    /// Where it begins without a commit.
    pub start: Option<Start>,
    /// True where the catalog declares it: a group that is not there is a finding then.
    pub declared: bool,
}

/// Offsets of a partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ends {
    /// The partition has no leader.
    NoLeader,
    /// What the leader says.
    Known {
        /// The log start.
        log_start: i64,
        /// The end of all records.
        high_watermark: i64,
        /// The end of the records of finished transactions.
        last_stable: i64,
    },
    /// It could not be found out.
    Unknown(Fault),
}

/// How long a topic keeps its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// `retention.ms` where records are deleted by age; none for ever, or where they are only compacted.
    pub milliseconds: Option<i64>,
    /// True where records may also be deleted by size: then no time can be told.
    pub by_size: bool,
    /// True where older records of a key are removed: offsets are no count of records then.
    pub compacted: bool,
}

impl Retention {
    /// As a topic's settings say. Records of a topic that is both compacted and deleted from go by age too.
    #[must_use]
    pub fn of(config: &LiveConfig) -> Retention {
        let has = |policy: &str| {
            let policies = config.effective("cleanup.policy").unwrap_or("delete");
            policies.split(',').any(|word| word.trim() == policy)
        };
        let limit = |key: &str| config.effective(key)?.parse::<i64>().ok().filter(|limit| *limit >= 0);
        let deletes = has("delete");
        Retention {
            milliseconds: limit("retention.ms").filter(|_| deletes),
            by_size: deletes && limit("retention.bytes").is_some(),
            compacted: has("compact"),
        }
    }
}

/// The first record that a group has not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Point {
    /// It is this one.
    Record {
        /// Its offset.
        offset: i64,
        /// Its timestamp, in milliseconds since 1970; none where the record has none.
        timestamp: Option<i64>,
        /// True for `LogAppendTime`, false for `CreateTime`.
        log_append_time: bool,
    },
    /// There is none before the end: what lies there are markers of transactions, aborted records, or nothing any more.
    None,
    /// It was not found in the time that there was.
    Budget,
    /// It could not be read.
    Unknown(Fault),
}
