//! The report: where each commit stands, and what is around it.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::around::{Found, Place, Side};
use crate::consume::Kept;
use crate::fault::{Fault, Seen};
use crate::groups::live::{GroupKind, GroupState, PartitionKey};
use crate::groups::report::UnknownGroup;
use crate::human;
use crate::lag::facts::Ends;
use crate::name::{ClusterId, GroupName, TopicName};

/// The `kind` of the document.
pub const PEEK_KIND: &str = "groups.peek";

/// A group's commits with the records around them.
#[derive(Debug, Clone, Serialize)]
pub struct Peek {
    /// The cluster's id.
    pub cluster: Option<ClusterId>,
    /// The group.
    pub group: GroupName,
    /// Which protocol it speaks; null where that is not known.
    pub group_type: Option<GroupKind>,
    /// What it is doing; null where that is not known.
    pub state: Option<GroupState>,
    /// True where there is no such group.
    pub missing: bool,
    /// The partitions that were looked at.
    pub partitions: Vec<PeekPartition>,
    /// How many partitions with a commit were left out, since nobody chose.
    pub left_out: usize,
    /// How many of the records could not be decoded.
    pub undecodable: u64,
    /// What could not be found out about the group.
    pub unknown: Vec<UnknownGroup>,
}

/// Where a commit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Records follow that are not read yet.
    Unread,
    /// Nothing is unread.
    AtEnd,
    /// What follows belongs to a transaction that is still open, or stands behind one.
    BehindOpenTransaction,
    /// There is none.
    NoCommit,
    /// What was to be read next was deleted.
    BelowLogStart,
    /// It lies beyond the last record.
    AheadOfEnd,
    /// There is no such topic or partition any more.
    Missing,
    /// Nobody can tell where the log begins and ends.
    NoLeader,
    /// It could not be found out.
    Unknown,
}

/// One partition.
#[derive(Debug, Clone, Serialize)]
pub struct PeekPartition {
    /// The topic.
    pub topic: TopicName,
    /// The partition.
    pub partition: i32,
    /// Where the commit stands.
    pub standing: Standing,
    /// The next offset that the group reads; null without a commit.
    pub committed: Option<i64>,
    /// The log start.
    pub log_start: Option<i64>,
    /// The end of the records of finished transactions: what is looked at ends there.
    pub last_stable_offset: Option<i64>,
    /// The end of all records.
    pub high_watermark: Option<i64>,
    /// The first offset that was looked at; null where none was.
    pub looked_from: Option<i64>,
    /// Behind the last offset that was looked at, unless enough records stood before it.
    pub looked_until: Option<i64>,
    /// The records, in the order of their offsets.
    pub records: Vec<PeekedRecord>,
    /// What has to be known, a sentence each.
    pub notes: Vec<String>,
    /// Why it could not be found out.
    pub fault: Option<Fault>,
}

/// A record and the side of the commit that it stands on.
#[derive(Debug, Clone)]
pub struct PeekedRecord {
    /// The side.
    pub side: Side,
    /// The record.
    pub record: Kept,
}

impl Serialize for PeekedRecord {
    /// The line of `consume`, whose numbers stand as they were written, with the side in front.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let side = match self.side {
            Side::Before => "{\"side\":\"before\",",
            Side::After => "{\"side\":\"after\",",
        };
        let line = String::from_utf8(self.record.line()).map_err(serde::ser::Error::custom)?;
        let object = format!("{side}{}", line.strip_prefix('{').unwrap_or_default());
        RawValue::from_string(object).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl Peek {
    pub(super) fn empty(cluster: Option<ClusterId>, group: GroupName) -> Peek {
        let (group_type, state, partitions, unknown) = (None, None, Vec::new(), Vec::new());
        Peek {
            cluster,
            group,
            group_type,
            state,
            missing: false,
            partitions,
            left_out: 0,
            undecodable: 0,
            unknown,
        }
    }

    /// The places whose surroundings can be read.
    #[must_use]
    pub fn places(&self) -> Vec<(PartitionKey, Place)> {
        self.partitions
            .iter()
            .filter_map(|row| Some(((row.topic.clone(), row.partition), row.place()?)))
            .collect()
    }

    /// Fills in what was found around a place, of so many records that were wanted on each side.
    pub fn fill(&mut self, key: &PartitionKey, most: usize, found: Found<Kept>, fault: Option<Fault>) {
        let row = self.partitions.iter_mut().find(|row| row.topic == key.0 && row.partition == key.1);
        if let Some(row) = row {
            row.fill(most, found, fault);
        }
    }

    /// True where something is not as it should be.
    #[must_use]
    pub fn has_findings(&self) -> bool {
        use Standing::{AheadOfEnd, BelowLogStart, Missing};
        let is_off = |row: &PeekPartition| matches!(row.standing, BelowLogStart | AheadOfEnd | Missing);
        self.missing || self.undecodable > 0 || self.partitions.iter().any(is_off)
    }

    /// True where something could not be found out.
    #[must_use]
    pub fn has_unknown(&self) -> bool {
        let is_unknown = |row: &PeekPartition| matches!(row.standing, Standing::NoLeader | Standing::Unknown);
        !self.unknown.is_empty() || self.partitions.iter().any(is_unknown)
    }
}

/// A partition before anything of its log was read.
pub(super) fn partition(
    (topic, partition): PartitionKey,
    committed: Result<Option<i64>, Fault>,
    ends: Option<&Ends>,
    seen: Option<&Seen<()>>,
) -> PeekPartition {
    let mut row = PeekPartition {
        topic,
        partition,
        standing: Standing::NoCommit,
        committed: None,
        log_start: None,
        last_stable_offset: None,
        high_watermark: None,
        looked_from: None,
        looked_until: None,
        records: Vec::new(),
        notes: Vec::new(),
        fault: None,
    };
    if let Some(Ends::Known { log_start, high_watermark, last_stable }) = ends {
        (row.log_start, row.high_watermark) = (Some(*log_start), Some(*high_watermark));
        row.last_stable_offset = Some(*last_stable);
    }
    match committed {
        Ok(Some(offset)) => {
            row.committed = Some(offset);
            row.stand(offset, ends, seen);
        }
        Ok(None) => {}
        Err(fault) => row.untold("what is committed could not be found out", fault),
    }
    row
}

impl PeekPartition {
    fn stand(&mut self, offset: i64, ends: Option<&Ends>, seen: Option<&Seen<()>>) {
        match (ends, seen) {
            (Some(Ends::Known { log_start, high_watermark, last_stable }), _) => {
                self.standing = standing(offset, *log_start, (*last_stable, *high_watermark));
                self.explain(offset, *log_start, (*last_stable, *high_watermark));
            }
            (Some(Ends::NoLeader), _) => {
                self.standing = Standing::NoLeader;
                self.note("the partition has no leader: nobody can be asked for its records");
            }
            (Some(Ends::Unknown(fault)), _) | (None, Some(Seen::Unknown(fault))) => {
                self.untold("where its log begins and ends could not be found out", fault.clone());
            }
            (None, Some(Seen::Present(()))) => {
                self.standing = Standing::Missing;
                self.note("the topic has no such partition now");
            }
            (None, Some(Seen::Absent) | None) => {
                self.standing = Standing::Missing;
                self.note("there is no such topic any more");
            }
        }
    }

    fn explain(&mut self, offset: i64, log_start: i64, (last_stable, high_watermark): (i64, i64)) {
        match self.standing {
            Standing::BelowLogStart => {
                let lost = log_start.saturating_sub(offset);
                let words =
                    if lost == 1 { "was deleted before it was" } else { "were deleted before they were" };
                self.note(&format!("{} {words} read: the log starts at {log_start}", offsets(lost)));
            }
            Standing::AheadOfEnd => {
                let beyond = offsets(offset.saturating_sub(high_watermark));
                self.note(&format!("it lies {beyond} beyond the end {high_watermark}"));
            }
            _ if last_stable < high_watermark => self.note(&format!(
                "{} from {last_stable} on: a transaction that is still open, and what stands behind it",
                offsets(high_watermark.saturating_sub(last_stable))
            )),
            _ => {}
        }
    }

    fn place(&self) -> Option<Place> {
        let place =
            Place { offset: self.committed?, log_start: self.log_start?, end: self.last_stable_offset? };
        (self.standing != Standing::Unknown).then_some(place)
    }

    fn fill(&mut self, most: usize, found: Found<Kept>, fault: Option<Fault>) {
        let Some(Place { offset, log_start, end }) = self.place() else { return };
        let (before, after) = (found.count(Side::Before), found.count(Side::After));
        (self.looked_from, self.looked_until) = (Some(found.from), Some(found.until));
        let records = found.records.into_iter();
        self.records = records.map(|(side, record)| PeekedRecord { side, record }).collect();
        if let Some(fault) = fault {
            self.untold("not all records around it could be read", fault);
            return;
        }
        if before < most && found.from > log_start {
            let back = offsets(offset.min(end).saturating_sub(found.from));
            self.note(&format!("no more records were found before it, as far as {back} back"));
        }
        if after < most && found.until < end {
            let on = offsets(found.until.saturating_sub(offset.max(log_start)));
            self.note(&format!("no more records were found behind it, as far as {on} on"));
        } else if after == 0 && self.standing == Standing::Unread {
            let is_open = self.high_watermark.is_some_and(|high_watermark| high_watermark > end);
            self.standing = if is_open { Standing::BehindOpenTransaction } else { Standing::AtEnd };
            let none = offsets(end.saturating_sub(offset));
            self.note(&format!("{none} from it on hold no record, such as markers of transactions"));
        }
    }

    fn untold(&mut self, what: &str, fault: Fault) {
        self.standing = Standing::Unknown;
        self.note(what);
        self.fault = Some(fault);
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }
}

fn offsets(number: i64) -> String {
    human::plural(usize::try_from(number).unwrap_or(0), "offset")
}

fn standing(offset: i64, log_start: i64, (last_stable, high_watermark): (i64, i64)) -> Standing {
    if offset < log_start {
        Standing::BelowLogStart
    } else if offset > high_watermark {
        Standing::AheadOfEnd
    } else if offset == high_watermark {
        Standing::AtEnd
    } else if offset >= last_stable {
        Standing::BehindOpenTransaction
    } else {
        Standing::Unread
    }
}
