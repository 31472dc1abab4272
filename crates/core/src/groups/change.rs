//! One change of a committed offset.

use super::live::{Commit, PartitionKey};
use crate::name::{GroupName, TopicName};

/// A committed offset that is to become another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OffsetChange {
    /// The group.
    pub group: GroupName,
    /// The topic.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// The commit that is there now; none where there is none.
    pub before: Option<Commit>,
    /// The commit to be written; none where the commit is to be deleted.
    pub after: Option<Commit>,
}

impl OffsetChange {
    /// The partition with its topic.
    #[must_use]
    pub fn key(&self) -> PartitionKey {
        (self.topic.clone(), self.partition)
    }
}
