//! Counting what records carry.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use crate::codec::wire::Framing;

/// How many identities are told apart; records of further ones are only counted.
pub const IDENTITIES_LIMIT: usize = 1_000;

/// How many pairs of an identity or a reason and a partition are told apart; records of further ones are only counted.
pub const PARTITIONS_LIMIT: usize = 100_000;

/// How many reasons are told apart; records of further ones are only counted.
pub const REASONS_LIMIT: usize = 100;

/// The longest name and reason that is kept, in bytes.
const TEXT_LIMIT: usize = 500;

/// What names the schema of a record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    /// An id of the registry, before the datum or in a header.
    Id(u32),
    /// A GUID of the registry.
    Guid([u8; 16]),
    /// An event and the version that its envelope names.
    Envelope {
        /// The event.
        event: String,
        /// The version.
        version: u32,
    },
    /// An event of plain JSON, which names no version.
    Unversioned {
        /// The event.
        event: String,
    },
}

impl fmt::Display for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Identity::Id(id) => write!(formatter, "id {id}"),
            Identity::Guid(guid) => {
                formatter.write_str("guid ")?;
                guid.iter().try_for_each(|octet| write!(formatter, "{octet:02x}"))
            }
            Identity::Envelope { event, version } => write!(formatter, "{event} version {version}"),
            Identity::Unversioned { event } => formatter.write_str(event),
        }
    }
}

/// What a record carries, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried<'a> {
    /// A null value: no schema at all.
    Nothing,
    /// A schema that the wire format names.
    Framed(Framing),
    /// An event and the version that its envelope names.
    Envelope(&'a str, u32),
    /// An event of plain JSON.
    Unversioned(&'a str),
    /// A schema that the wire format names, and data that are no value of it: the reason, as of `Undecodable`. It counts
    /// as both: whoever asks what names a schema wants to know of it too.
    Broken(Framing, &'a str),
    /// Bytes that name no schema: the reason, without what differs from record to record.
    Undecodable(&'a str),
}

/// The place and time of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Its timestamp, in milliseconds since 1970.
    pub timestamp: i64,
    /// Its partition.
    pub partition: i32,
    /// Its offset.
    pub offset: i64,
}

/// Records of one kind in one partition: how many, and the ends of where they were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// How many.
    pub records: u64,
    /// The least offset.
    pub first_offset: i64,
    /// The greatest offset.
    pub last_offset: i64,
    /// The earliest by timestamp.
    pub earliest: Moment,
    /// The latest by timestamp.
    pub latest: Moment,
}

impl Run {
    fn begin(moment: Moment) -> Run {
        Run {
            records: 1,
            first_offset: moment.offset,
            last_offset: moment.offset,
            earliest: moment,
            latest: moment,
        }
    }

    fn add(&mut self, moment: Moment) {
        self.records += 1;
        self.first_offset = self.first_offset.min(moment.offset);
        self.last_offset = self.last_offset.max(moment.offset);
        self.earliest = self.earliest.min(moment);
        self.latest = self.latest.max(moment);
    }

    fn join(&mut self, other: &Run) {
        self.records += other.records;
        self.first_offset = self.first_offset.min(other.first_offset);
        self.last_offset = self.last_offset.max(other.last_offset);
        self.earliest = self.earliest.min(other.earliest);
        self.latest = self.latest.max(other.latest);
    }
}

/// What the records of a topic carry.
#[derive(Debug, Default)]
pub struct Usage {
    /// In ascending order of the identities.
    carried: Vec<(Identity, BTreeMap<i32, Run>)>,
    /// How many runs there are.
    pairs: usize,
    undecodable: BTreeMap<String, BTreeMap<i32, Run>>,
    nothing: u64,
    records: u64,
    uncounted: u64,
    uncounted_undecodable: u64,
}

impl Usage {
    /// Nothing counted yet.
    #[must_use]
    pub fn new() -> Usage {
        Usage::default()
    }

    /// Counts a record.
    pub fn add(&mut self, moment: Moment, carried: Carried<'_>) {
        self.records += 1;
        match carried {
            Carried::Nothing => self.nothing += 1,
            Carried::Undecodable(reason) => self.undecodable(reason, moment),
            Carried::Broken(framing, reason) => {
                self.identified(Carried::Framed(framing), moment);
                self.undecodable(reason, moment);
            }
            other => self.identified(other, moment),
        }
    }

    fn identified(&mut self, carried: Carried<'_>, moment: Moment) {
        let found = self.carried.binary_search_by(|(identity, _)| order(identity, carried));
        let at = match found {
            Ok(at) => at,
            Err(_) if self.carried.len() >= IDENTITIES_LIMIT => return self.uncounted += 1,
            Err(at) => {
                let Some(identity) = owned(carried) else { return };
                self.carried.insert(at, (identity, BTreeMap::new()));
                at
            }
        };
        let Some((_, runs)) = self.carried.get_mut(at) else { return };
        self.uncounted += u64::from(!grow(runs, moment, &mut self.pairs));
    }

    fn undecodable(&mut self, reason: &str, moment: Moment) {
        let reason = cut(reason);
        if !self.undecodable.contains_key(reason) {
            if self.undecodable.len() >= REASONS_LIMIT {
                self.uncounted_undecodable += 1;
                return;
            }
            self.undecodable.insert(reason.to_owned(), BTreeMap::new());
        }
        let Some(runs) = self.undecodable.get_mut(reason) else { return };
        self.uncounted_undecodable += u64::from(!grow(runs, moment, &mut self.pairs));
    }

    /// Adds what another lane counted. The limits are each lane's own.
    pub fn join(&mut self, other: Usage) {
        self.records += other.records;
        self.nothing += other.nothing;
        self.uncounted += other.uncounted;
        self.uncounted_undecodable += other.uncounted_undecodable;
        for (identity, runs) in other.carried {
            let at = match self.carried.binary_search_by(|(own, _)| own.cmp(&identity)) {
                Ok(at) => at,
                Err(at) => {
                    self.carried.insert(at, (identity, BTreeMap::new()));
                    at
                }
            };
            if let Some((_, own)) = self.carried.get_mut(at) {
                self.pairs += join_runs(own, runs);
            }
        }
        for (reason, runs) in other.undecodable {
            self.pairs += join_runs(self.undecodable.entry(reason).or_default(), runs);
        }
    }

    /// The identities that were seen, for whoever asks the registry what they mean.
    pub fn identities(&self) -> impl Iterator<Item = &Identity> {
        self.carried.iter().map(|(identity, _)| identity)
    }

    /// What was seen, with its partitions.
    pub fn carried(&self) -> impl Iterator<Item = (&Identity, &BTreeMap<i32, Run>)> {
        self.carried.iter().map(|(identity, runs)| (identity, runs))
    }

    /// What could not be decoded, by reason.
    #[must_use]
    pub fn reasons(&self) -> &BTreeMap<String, BTreeMap<i32, Run>> {
        &self.undecodable
    }

    /// How many records were counted in all.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// How many of them have a null value.
    #[must_use]
    pub fn null_values(&self) -> u64 {
        self.nothing
    }

    /// Records with a schema that were not told apart, because there were too many different ones before them.
    #[must_use]
    pub fn not_told_apart(&self) -> u64 {
        self.uncounted
    }

    /// The same of records that could not be decoded.
    #[must_use]
    pub fn undecodable_not_told_apart(&self) -> u64 {
        self.uncounted_undecodable
    }
}

/// Adds a record to its partition's run; false where there is none and no room for one.
fn grow(runs: &mut BTreeMap<i32, Run>, moment: Moment, pairs: &mut usize) -> bool {
    match runs.get_mut(&moment.partition) {
        Some(run) => run.add(moment),
        None if *pairs >= PARTITIONS_LIMIT => return false,
        None => {
            runs.insert(moment.partition, Run::begin(moment));
            *pairs += 1;
        }
    }
    true
}

/// Adds runs to runs; gives how many partitions are new.
pub(super) fn join_runs(own: &mut BTreeMap<i32, Run>, other: BTreeMap<i32, Run>) -> usize {
    let before = own.len();
    for (partition, run) in other {
        own.entry(partition).and_modify(|own| own.join(&run)).or_insert(run);
    }
    own.len() - before
}

/// An identity's place beside what a record carries.
fn order(identity: &Identity, carried: Carried<'_>) -> Ordering {
    match (identity, carried) {
        (Identity::Id(own), Carried::Framed(Framing::Id(id) | Framing::HeaderId(id))) => own.cmp(&id),
        (Identity::Guid(own), Carried::Framed(Framing::Guid(guid) | Framing::HeaderGuid(guid))) => {
            own.cmp(&guid)
        }
        (Identity::Envelope { event, version }, Carried::Envelope(other, number)) => {
            (event.as_str(), *version).cmp(&(cut(other), number))
        }
        (Identity::Unversioned { event }, Carried::Unversioned(other)) => event.as_str().cmp(cut(other)),
        (identity, carried) => rank(identity).cmp(&rank_of(carried)),
    }
}

fn rank(identity: &Identity) -> u8 {
    match identity {
        Identity::Id(_) => 0,
        Identity::Guid(_) => 1,
        Identity::Envelope { .. } => 2,
        Identity::Unversioned { .. } => 3,
    }
}

fn rank_of(carried: Carried<'_>) -> u8 {
    match carried {
        Carried::Framed(Framing::Id(_) | Framing::HeaderId(_)) => 0,
        Carried::Framed(Framing::Guid(_) | Framing::HeaderGuid(_)) => 1,
        Carried::Envelope(..) => 2,
        Carried::Unversioned(_) => 3,
        Carried::Nothing | Carried::Broken(..) | Carried::Undecodable(_) => 4,
    }
}

fn owned(carried: Carried<'_>) -> Option<Identity> {
    match carried {
        Carried::Framed(Framing::Id(id) | Framing::HeaderId(id)) => Some(Identity::Id(id)),
        Carried::Framed(Framing::Guid(guid) | Framing::HeaderGuid(guid)) => Some(Identity::Guid(guid)),
        Carried::Envelope(event, version) => {
            Some(Identity::Envelope { event: cut(event).to_owned(), version })
        }
        Carried::Unversioned(event) => Some(Identity::Unversioned { event: cut(event).to_owned() }),
        Carried::Nothing | Carried::Broken(..) | Carried::Undecodable(_) => None,
    }
}

/// The beginning of a text, as long as texts are kept.
fn cut(text: &str) -> &str {
    let end = (0..=TEXT_LIMIT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or(0)).unwrap_or(text)
}
