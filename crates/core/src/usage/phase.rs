//! How far a subject's migration to its newest version has come.
//!
//! Three phases have a number. *1, consumers first*: only older versions are in use. *2, mixed*: older ones and the
//! newest. *3, old version gone* is said only where all of the topic and of its dead-letter topic was read and holds no
//! older version, and every committed offset of every group stands behind the last older record there may have been.
//! Whatever of that was not read, not told or not so is named, and the phase then is "not proven".

use std::collections::BTreeMap;
use std::fmt;

use super::fold::Moment;
use crate::human;
use crate::scan::{Window, WindowPart};

/// What of one partition was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionRange {
    /// The partition.
    pub partition: i32,
    /// Its first offset that is still there.
    pub log_start: i64,
    /// Where reading began.
    pub from: i64,
    /// Where reading ended, exclusive.
    pub until: i64,
    /// Its end when reading began: every record below it was there.
    pub end: i64,
}

impl PartitionRange {
    /// How many offsets were left unread.
    fn unread(&self) -> i64 {
        let before = self.from.saturating_sub(self.log_start).max(0);
        before.saturating_add(self.end.saturating_sub(self.until.max(self.from)).max(0))
    }
}

/// What of a topic was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// By partition.
    pub ranges: Vec<PartitionRange>,
    /// Why more is not known: partitions that could not be read.
    pub unknown: Option<String>,
}

impl Coverage {
    /// What a window covers; `outside` records in it did not count, since their times were not asked for.
    #[must_use]
    pub fn of(window: &Window, outside: u64) -> Coverage {
        let range = |part: &WindowPart| {
            let WindowPart { partition, from, until, log_start, end } = *part;
            PartitionRange { partition, log_start, from, until, end }
        };
        let mut reasons: Vec<String> = window
            .unread
            .iter()
            .filter(|unread| unread.is_unknown)
            .map(|unread| format!("partition {}: {}", unread.partition, unread.reason))
            .collect();
        if outside > 0 {
            reasons.push(format!("{} outside the times asked for", plural(outside, "record")));
        }
        Coverage {
            ranges: window.parts.iter().map(range).collect(),
            unknown: (!reasons.is_empty()).then(|| human::list(&reasons, 3)),
        }
    }
}

/// Records of older versions that were seen in a topic.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// How many.
    pub records: u64,
    /// The last of them by time.
    pub last: Option<Moment>,
    /// The greatest offset of them in each partition that has some.
    pub last_offsets: BTreeMap<i32, i64>,
}

/// What a topic was found to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock<'a> {
    /// The topic.
    pub topic: &'a str,
    /// What was read of it.
    pub coverage: &'a Coverage,
    /// The subject's older versions in it.
    pub old: Seen,
    /// Records that may be of any version: their schema is not known, or they were not told apart.
    pub unresolved: u64,
}

/// The dead-letter topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach<'a> {
    /// There is none.
    None,
    /// It was not read, and why.
    NotRead {
        /// Its name.
        topic: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// It was read.
    Read(Stock<'a>),
}

/// The committed offsets of a group in the topic: by partition, none where it has no commit.
pub type Commits = BTreeMap<i32, Option<i64>>;

/// A group that reads the topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupCommits {
    /// Its name.
    pub group: String,
    /// Where it stands, or why that is not known.
    pub commits: Result<Commits, String>,
}

/// Everything that a phase rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence<'a> {
    /// Records of the newest version in the topic.
    pub newest_records: u64,
    /// True where the subject never had another version, registered or seen.
    pub only_version: bool,
    /// The topic.
    pub topic: Stock<'a>,
    /// Its dead-letter topic.
    pub dlq: Reach<'a>,
    /// The groups that read the topic.
    pub groups: &'a [GroupCommits],
    /// Why these may not be all groups.
    pub groups_unknown: Option<&'a str>,
}

/// How far a migration has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// No record of the subject was seen.
    Unseen,
    /// There is one version and nothing to migrate.
    OneVersion,
    /// 1: only older versions were seen.
    ConsumersFirst,
    /// 2: older versions and the newest.
    Mixed {
        /// The part of the subject's records that are of older versions, from 0 to 1.
        old_share: f64,
        /// The last record of an older version, by time.
        last_old: Option<Moment>,
        /// What stands between this and phase 3.
        missing: Vec<Missing>,
    },
    /// 3: no older version is left, and nobody will read one.
    OldGone,
    /// Only the newest version was seen, and that is no proof.
    NotProven {
        /// What is missing.
        missing: Vec<Missing>,
    },
}

/// What a proof lacks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// A topic holds older versions.
    OldRecords {
        /// The topic.
        topic: String,
        /// How many were seen.
        records: u64,
    },
    /// Part of a topic was not read.
    Unread {
        /// The topic.
        topic: String,
        /// How many offsets.
        offsets: i64,
        /// In how many partitions.
        partitions: usize,
    },
    /// A topic could not be read, or parts of it.
    Unreadable {
        /// The topic.
        topic: String,
        /// Why.
        reason: String,
    },
    /// Records that may be of any version.
    Unresolved {
        /// The topic.
        topic: String,
        /// How many.
        records: u64,
    },
    /// A group may still read what is older.
    Behind {
        /// The group.
        group: String,
        /// A partition where it stands so; the first.
        partition: i32,
        /// Its commit there.
        committed: i64,
        /// What the commit must reach.
        needed: i64,
        /// In how many partitions it stands so.
        partitions: usize,
    },
    /// Where a group stands is not known.
    GroupUnknown {
        /// The group.
        group: String,
        /// Why.
        reason: String,
    },
    /// There may be groups that are not known.
    GroupsUnknown {
        /// Why.
        reason: String,
    },
}

impl Phase {
    /// Its number; none where it has none, or is not proven.
    #[must_use]
    pub fn number(&self) -> Option<u8> {
        match self {
            Phase::ConsumersFirst => Some(1),
            Phase::Mixed { .. } => Some(2),
            Phase::OldGone => Some(3),
            Phase::Unseen | Phase::OneVersion | Phase::NotProven { .. } => None,
        }
    }

    /// The word that outputs use.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Phase::Unseen => "unseen",
            Phase::OneVersion => "one_version",
            Phase::ConsumersFirst => "consumers_first",
            Phase::Mixed { .. } => "mixed",
            Phase::OldGone => "old_version_gone",
            Phase::NotProven { .. } => "not_proven",
        }
    }

    /// What stands between this and phase 3, as far as it is looked for.
    #[must_use]
    pub fn missing(&self) -> &[Missing] {
        match self {
            Phase::Mixed { missing, .. } | Phase::NotProven { missing } => missing,
            _ => &[],
        }
    }
}

/// Decides how far a migration has come.
#[must_use]
pub fn phase(evidence: &Evidence<'_>) -> Phase {
    let (old, newest) = (evidence.topic.old.records, evidence.newest_records);
    match (old, newest) {
        (0, 0) => Phase::Unseen,
        _ if evidence.only_version => Phase::OneVersion,
        (_, 0) => Phase::ConsumersFirst,
        (0, _) => {
            let missing = missing(evidence);
            if missing.is_empty() { Phase::OldGone } else { Phase::NotProven { missing } }
        }
        (old, newest) => Phase::Mixed {
            old_share: old as f64 / (old as f64 + newest as f64),
            last_old: evidence.topic.old.last,
            missing: missing(evidence),
        },
    }
}

fn missing(evidence: &Evidence<'_>) -> Vec<Missing> {
    let mut all = of_stock(&evidence.topic);
    match &evidence.dlq {
        Reach::None => {}
        Reach::NotRead { topic, reason } => {
            all.push(Missing::Unreadable { topic: (*topic).to_owned(), reason: (*reason).to_owned() });
        }
        Reach::Read(stock) => all.extend(of_stock(stock)),
    }
    all.extend(evidence.groups.iter().filter_map(|group| of_group(group, &evidence.topic)));
    all.extend(evidence.groups_unknown.map(|reason| Missing::GroupsUnknown { reason: reason.to_owned() }));
    all
}

fn of_stock(stock: &Stock<'_>) -> Vec<Missing> {
    let topic = || stock.topic.to_owned();
    let mut all = Vec::new();
    if stock.old.records > 0 {
        all.push(Missing::OldRecords { topic: topic(), records: stock.old.records });
    }
    let unread: Vec<i64> =
        stock.coverage.ranges.iter().map(PartitionRange::unread).filter(|offsets| *offsets > 0).collect();
    if !unread.is_empty() {
        let offsets = unread.iter().fold(0_i64, |sum, offsets| sum.saturating_add(*offsets));
        all.push(Missing::Unread { topic: topic(), offsets, partitions: unread.len() });
    }
    if let Some(reason) = &stock.coverage.unknown {
        all.push(Missing::Unreadable { topic: topic(), reason: reason.clone() });
    }
    if stock.unresolved > 0 {
        all.push(Missing::Unresolved { topic: topic(), records: stock.unresolved });
    }
    all
}

/// A group must have committed past the last older record of each partition. Where none was seen, it must have come to
/// where reading began: below that nobody knows what there was. Without a commit it begins at one end of what is there,
/// which says nothing that the topic does not say.
fn of_group(group: &GroupCommits, topic: &Stock<'_>) -> Option<Missing> {
    let commits = match &group.commits {
        Ok(commits) => commits,
        Err(reason) => {
            return Some(Missing::GroupUnknown { group: group.group.clone(), reason: reason.clone() });
        }
    };
    let needed = |range: &PartitionRange| {
        let last = topic.old.last_offsets.get(&range.partition);
        last.map_or(range.from, |last| last.saturating_add(1))
    };
    let behind = topic.coverage.ranges.iter().filter_map(|range| {
        let committed = commits.get(&range.partition).copied().flatten()?;
        let needed = needed(range);
        (committed < needed).then_some((range.partition, committed, needed))
    });
    let behind: Vec<(i32, i64, i64)> = behind.collect();
    let (partition, committed, needed) = *behind.first()?;
    Some(Missing::Behind {
        group: group.group.clone(),
        partition,
        committed,
        needed,
        partitions: behind.len(),
    })
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::OldRecords { topic, records } => {
                write!(formatter, "{topic} holds {} of older versions", plural(*records, "record"))
            }
            Missing::Unread { topic, offsets, partitions } => {
                let (offsets, partitions) = (plural(*offsets, "offset"), plural(*partitions, "partition"));
                write!(formatter, "{offsets} in {partitions} of {topic} were not read")
            }
            Missing::Unreadable { topic, reason } => {
                write!(formatter, "{topic} was not read in full: {reason}")
            }
            Missing::Unresolved { topic, records } => {
                write!(formatter, "{} of {topic} with a schema that is not known", plural(*records, "record"))
            }
            Missing::Behind { group, partition, committed, needed, partitions } => {
                write!(
                    formatter,
                    "group {group} stands at {committed} in partition {partition}, before {needed}"
                )?;
                if *partitions > 1 {
                    write!(formatter, " (and so in {} more)", partitions - 1)
                } else {
                    Ok(())
                }
            }
            Missing::GroupUnknown { group, reason } => {
                write!(formatter, "where group {group} stands is not known: {reason}")
            }
            Missing::GroupsUnknown { reason } => write!(formatter, "there may be further groups: {reason}"),
        }
    }
}

fn plural<N: fmt::Display + PartialEq + From<u8> + Copy>(number: N, noun: &str) -> String {
    if number == N::from(1) { format!("{number} {noun}") } else { format!("{number} {noun}s") }
}
