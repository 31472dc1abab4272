//! Which schemas the records of a topic really carry, and how far each subject's migration has come.
//!
//! A [`Usage`] takes records one by one and keeps, in bounded memory, how many carried what: by identity (an id, a GUID,
//! a version named in an envelope) and partition, with the first and the last of them. What an identity means, the
//! registry knows; [`UsageReport::of`] is handed that and sums up by subject. [`phase()`] decides what may be said of a
//! migration, and is strict: that an old version is gone is said only where nothing that is left unread could hold it.

mod fold;
mod phase;
mod report;

#[cfg(test)]
mod tests;

pub use fold::{Carried, IDENTITIES_LIMIT, Identity, Moment, PARTITIONS_LIMIT, REASONS_LIMIT, Run, Usage};
pub use phase::{
    Commits, Coverage, Evidence, GroupCommits, Missing, PartitionRange, Phase, Reach, Seen, Stock, phase,
};
pub use report::{
    DlqReading, Meaning, Named, PartitionUsage, ReasonUsage, SubjectUsage, SubjectVersions, USAGE_KIND,
    Unresolved, UsageInput, UsageReport, VersionUsage, meant,
};
