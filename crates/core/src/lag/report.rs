//! What is said of lag. These types are the promised JSON.

use serde::Serialize;

use super::advice::Advice;
use super::state::LagState;
use crate::groups::live::{GroupKind, GroupState};

/// The kind of the document.
pub const LAG_KIND: &str = "lag.report";

/// The lag of groups at one moment.
#[derive(Debug, Clone, Serialize)]
pub struct LagReport {
    /// The cluster that answered.
    pub cluster: Option<String>,
    /// When it was read, as RFC 3339.
    pub at: String,
    /// The groups, by name.
    pub groups: Vec<GroupLag>,
    /// How many groups can be seen beyond these, where it was found out.
    pub other_groups: Option<usize>,
    /// Limits that are crossed, and what else is wrong.
    pub findings: Vec<Finding>,
    /// What could not be found out.
    pub unknown: Vec<Unknown>,
    /// Limits that could not be judged.
    pub unjudged: Vec<Unknown>,
    /// What may help to read the numbers.
    pub notes: Vec<String>,
    /// How many consumers would catch up, where that was asked.
    pub advice: Option<Vec<Advice>>,
}

/// One group.
#[derive(Debug, Clone, Serialize)]
pub struct GroupLag {
    /// Its name.
    pub group: String,
    /// True where the catalog declares it.
    pub declared: bool,
    /// Its kind; none where it is absent or unknown.
    pub kind: Option<GroupKind>,
    /// What it is doing.
    pub group_state: Option<GroupState>,
    /// How many members it has.
    pub members: Option<usize>,
    /// The gravest state of its partitions, or its own.
    pub state: LagState,
    /// What the state means here, where that is not plain.
    pub remark: Option<String>,
    /// The lag of all partitions together; none where that of one is not known.
    pub lag: Option<i64>,
    /// The sum over the partitions whose lag is known.
    pub known_lag: i64,
    /// The greatest lag of a partition.
    pub max_lag: Option<i64>,
    /// The greatest lag in time, in milliseconds.
    pub max_time_lag_ms: Option<i64>,
    /// Records that were deleted before the group read them, as far as offsets tell.
    pub lost: i64,
    /// Offsets committed in a second, all partitions together, where two samples tell.
    pub commit_rate: Option<f64>,
    /// Offsets written in a second.
    pub produce_rate: Option<f64>,
    /// Seconds until all is read at these rates; none where that is never, or not known.
    pub catch_up_seconds: Option<f64>,
    /// Its partitions, by topic and number.
    pub partitions: Vec<PartitionLag>,
}

/// One partition that a group reads.
#[derive(Debug, Clone, Serialize)]
pub struct PartitionLag {
    /// The topic.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// The group's state here.
    pub state: LagState,
    /// What the state means here, where that is not plain.
    pub remark: Option<String>,
    /// The committed offset: the next that will be read.
    pub committed: Option<i64>,
    /// The log start offset.
    pub log_start: Option<i64>,
    /// The high watermark: the end of all records.
    pub high_watermark: Option<i64>,
    /// The last stable offset: the end of the records of finished transactions.
    pub last_stable_offset: Option<i64>,
    /// The offsets from the first unread record to the high watermark; from the committed offset where that record was
    /// not looked for.
    pub lag: Option<i64>,
    /// How many of them stand behind an open transaction: a reader of committed records cannot have them yet.
    pub behind_open_transaction: Option<i64>,
    /// How many of these offsets may be markers of transactions and no records, where the first unread record was not
    /// looked for.
    pub may_be_no_records: Option<i64>,
    /// Offsets that were deleted before the group read them.
    pub lost: Option<i64>,
    /// The first record that is not read yet.
    pub first_unread: Option<FirstUnread>,
    /// Its age, in milliseconds; 0 where everything is read.
    pub time_lag_ms: Option<i64>,
    /// Why there is no age.
    pub time_lag_unknown: Option<String>,
    /// In how many milliseconds retention may delete the first unread record, at the earliest.
    pub deleted_in_ms: Option<i64>,
    /// The member that reads it.
    pub member: Option<MemberShown>,
    /// Offsets committed in a second, where two samples tell.
    pub commit_rate: Option<f64>,
    /// Offsets written in a second.
    pub produce_rate: Option<f64>,
    /// Seconds until all is read at these rates; none where that is never, or not known.
    pub catch_up_seconds: Option<f64>,
}

impl PartitionLag {
    /// A partition of which nothing is known yet but that nothing is wrong with it.
    #[must_use]
    pub fn new(topic: &str, partition: i32) -> PartitionLag {
        PartitionLag {
            topic: topic.to_owned(),
            partition,
            state: LagState::Ok,
            remark: None,
            committed: None,
            log_start: None,
            high_watermark: None,
            last_stable_offset: None,
            lag: None,
            behind_open_transaction: None,
            may_be_no_records: None,
            lost: None,
            first_unread: None,
            time_lag_ms: None,
            time_lag_unknown: None,
            deleted_in_ms: None,
            member: None,
            commit_rate: None,
            produce_rate: None,
            catch_up_seconds: None,
        }
    }
}

/// The first record that a group has not read yet.
#[derive(Debug, Clone, Serialize)]
pub struct FirstUnread {
    /// Its offset.
    pub offset: i64,
    /// Its timestamp, as RFC 3339; none where the record has none.
    pub timestamp: Option<String>,
    /// `CreateTime` or `LogAppendTime`.
    pub timestamp_type: &'static str,
}

/// A member, as far as lag goes.
#[derive(Debug, Clone, Serialize)]
pub struct MemberShown {
    /// Its id.
    pub id: String,
    /// Its `client.id`.
    pub client_id: String,
    /// The host it speaks from.
    pub host: String,
    /// Its `group.instance.id`.
    pub instance_id: Option<String>,
}

/// What kind of finding it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The lag in records is above its limit.
    MaxLag,
    /// The lag in time is above its limit.
    MaxTimeLag,
    /// A declared group is not there.
    Missing,
    /// A declared group should read a topic that is not there.
    NoTopic,
    /// Records are gone unread.
    BelowLogStart,
    /// The commit lies beyond the end.
    AheadOfEnd,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// The group.
    pub group: String,
    /// The topic; none where it concerns the group as a whole.
    pub topic: Option<String>,
    /// The partition.
    pub partition: Option<i32>,
    /// The number that is above its limit: records, or milliseconds.
    pub value: Option<i64>,
    /// The limit.
    pub limit: Option<i64>,
    /// In words.
    pub text: String,
}

/// Something that could not be found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The group; none where it concerns none in particular.
    pub group: Option<String>,
    /// The topic.
    pub topic: Option<String>,
    /// The partition.
    pub partition: Option<i32>,
    /// Why.
    pub reason: String,
}
