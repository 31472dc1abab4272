//! Offsets of a group that were saved before they were changed, so that they can be put back.

use serde::{Deserialize, Serialize};

use super::live::{Commit, PartitionKey};
use crate::name::{ClusterId, GroupName, TopicName};
use crate::topics::live::TopicId;

/// What changed the offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// `groups seek`.
    Seek,
    /// `groups undo`.
    Undo,
    /// `groups delete`.
    Delete,
}

impl Cause {
    /// The word that outputs and the store use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Cause::Seek => "seek",
            Cause::Undo => "undo",
            Cause::Delete => "delete",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn of(word: &str) -> Option<Cause> {
        [Cause::Seek, Cause::Undo, Cause::Delete].into_iter().find(|cause| cause.as_str() == word)
    }
}

/// One partition of a saved set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedOffset {
    /// The topic.
    pub topic: TopicName,
    /// The topic's id, where the server gave one: in a topic that was made anew the offsets mean nothing.
    pub topic_id: Option<TopicId>,
    /// The partition.
    pub partition: i32,
    /// The commit that was there; none where there was none.
    pub before: Option<Commit>,
    /// The offset that was to be written; none where the commit was to be deleted.
    pub after: Option<i64>,
}

impl SavedOffset {
    /// The partition with its topic.
    #[must_use]
    pub fn key(&self) -> PartitionKey {
        (self.topic.clone(), self.partition)
    }
}

/// A set of offsets that is to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSet {
    /// The cluster; none where it gave no id.
    pub cluster: Option<ClusterId>,
    /// The group.
    pub group: GroupName,
    /// What is about to change them.
    pub cause: Cause,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who: user and host, as far as the machine tells.
    pub operator: String,
    /// The command as it was typed, without secrets.
    pub command: String,
    /// For an undo: the set that it puts back.
    pub undoes: Option<i64>,
    /// The partitions.
    pub offsets: Vec<SavedOffset>,
}

/// What became of the change that a set was saved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetState {
    /// The set was saved and nothing is known of the change: it may have happened or not.
    Begun,
    /// All partitions were changed and read back.
    Done,
    /// Some partitions were changed.
    Partly,
    /// Nothing was changed.
    Failed,
}

impl SetState {
    /// The word that outputs and the store use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            SetState::Begun => "begun",
            SetState::Done => "done",
            SetState::Partly => "partly",
            SetState::Failed => "failed",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn of(word: &str) -> Option<SetState> {
        use SetState::{Begun, Done, Failed, Partly};
        [Begun, Done, Partly, Failed].into_iter().find(|state| state.as_str() == word)
    }
}

/// A saved set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSet {
    /// Its number in the store, rising.
    pub number: i64,
    /// What was saved.
    pub set: NewSet,
    /// What became of the change.
    pub state: SetState,
    /// The set that put it back, where one did.
    pub undone_by: Option<i64>,
}
