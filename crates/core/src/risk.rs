//! The closed list of risks that a plan can carry and that `--allow` takes by name.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What can be lost or broken by a change. Never stored in a plan file: it is allowed anew at each apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// More partitions: keys move to other partitions, and the order of a key's records breaks there.
    PartitionIncrease,
    /// Records become deletable earlier than they are now.
    RetentionCut,
    /// Another cleanup policy: records may be compacted away or deleted.
    CleanupPolicy,
    /// Fewer guarantees on acknowledged records: min ISR, unclean leader election.
    DurabilityLower,
    /// Records that were accepted are refused.
    MessageSizeCut,
    /// A subject's compatibility level loses a direction or transitivity.
    CompatibilityLower,
    /// A topic that holds no records, or a schema version, is deleted.
    Delete,
    /// A topic that holds records, or may hold some, is deleted.
    DeleteNonempty,
    /// Null values are written: on a compacted topic they delete a key.
    Tombstones,
    /// Incomplete input is accepted.
    Partial,
}

impl Risk {
    /// Every risk, in the order in which help texts list them.
    pub const ALL: [Risk; 10] = [
        Risk::PartitionIncrease,
        Risk::RetentionCut,
        Risk::CleanupPolicy,
        Risk::DurabilityLower,
        Risk::MessageSizeCut,
        Risk::CompatibilityLower,
        Risk::Delete,
        Risk::DeleteNonempty,
        Risk::Tombstones,
        Risk::Partial,
    ];

    /// The name that `--allow` takes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Risk::PartitionIncrease => "partition-increase",
            Risk::RetentionCut => "retention-cut",
            Risk::CleanupPolicy => "cleanup-policy",
            Risk::DurabilityLower => "durability-lower",
            Risk::MessageSizeCut => "message-size-cut",
            Risk::CompatibilityLower => "compatibility-lower",
            Risk::Delete => "delete",
            Risk::DeleteNonempty => "delete-nonempty",
            Risk::Tombstones => "tombstones",
            Risk::Partial => "partial",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A text that names no risk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no risk is called `{0}`")]
pub struct UnknownRisk(pub String);

impl FromStr for Risk {
    type Err = UnknownRisk;

    fn from_str(text: &str) -> Result<Self, UnknownRisk> {
        Risk::ALL.into_iter().find(|risk| risk.name() == text).ok_or_else(|| UnknownRisk(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_risk_are_one_to_one_and_equal_to_the_wire_name() {
        for risk in Risk::ALL {
            assert_eq!(risk.name().parse(), Ok(risk));
            assert_eq!(serde_json::to_string(&risk).unwrap(), format!("\"{risk}\""));
        }
        assert_eq!("everything".parse::<Risk>(), Err(UnknownRisk("everything".into())));
    }
}
