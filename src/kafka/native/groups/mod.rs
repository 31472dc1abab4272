//! Calls on consumer groups: list and describe them, read, write and delete what they committed, delete them. Nothing
//! here joins a group.
//!
//! All of these belong on a handle that was started for groups (see [`Handle::of_groups`]): on any other one librdkafka
//! follows a NULL pointer when a coordinator says that it is none (confluentinc/librdkafka#5040). All that goes to
//! coordinators is called by `call_each`, which says why.
//!
//! [`Handle::of_groups`]: super::handle::Handle::of_groups

mod changes;
mod commits;
mod description;
mod listing;
mod old_list;

pub(in crate::kafka) use changes::{NewCommit, PartitionItems};
pub(in crate::kafka) use commits::{Commit, ListCommits};
pub(in crate::kafka) use description::{Description, Member};
pub(in crate::kafka) use listing::{Listing, Listings};
pub(in crate::kafka) use old_list::OldListing;
