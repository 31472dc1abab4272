//! Keeps offsets as they were before they are changed, so that the change can be taken back.

use eventctl_core::groups::saved::{Cause, NewSet, SavedOffset};
use eventctl_core::name::{ClusterId, GroupName};

use crate::failure::Failure;
use crate::stores::undo::Undo;

/// The store, and what is noted beside each set.
pub struct Saving<'a> {
    /// Where sets are kept.
    pub store: &'a mut Undo,
    /// When it happens, in milliseconds since 1970.
    pub at: i64,
    /// Who does it.
    pub operator: String,
    /// The command as it was typed.
    pub command: String,
}

/// What is about to change.
pub struct Change<'a> {
    /// The cluster that answered.
    pub cluster: Option<&'a ClusterId>,
    /// The group.
    pub group: &'a GroupName,
    /// What for.
    pub cause: Cause,
    /// For an undo: the set that it puts back.
    pub undoes: Option<i64>,
    /// The partitions.
    pub offsets: Vec<SavedOffset>,
}

impl Saving<'_> {
    /// Saves what is about to change, and returns the number of the set. It is on the disk when this returns.
    ///
    /// # Errors
    /// `Machine` where it could not be saved.
    pub fn save(&mut self, change: Change<'_>) -> Result<i64, Failure> {
        self.store.save(&NewSet {
            cluster: change.cluster.cloned(),
            group: change.group.clone(),
            cause: change.cause,
            at: self.at,
            operator: self.operator.clone(),
            command: self.command.clone(),
            undoes: change.undoes,
            offsets: change.offsets,
        })
    }
}
