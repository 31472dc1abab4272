//! Compares the versions that levels demand, and gathers what was found: what is wrong with a version in the same way
//! against several others is told once.

use std::collections::{BTreeMap, BTreeSet};

use super::remark::{Remark, RemarkKind, RemarkPlace, versions};
use crate::schema::compatibility::{Cause, Comparison, Incompatibility, compare};
use crate::schema::{Direction, Place, demands};
use crate::schemas::levels::Level;
use crate::schemas::library::{ReadSubject, ReadVersion};

/// Two versions by their places in the order of versions, and who of them has to read whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) newer: usize,
    pub(super) older: usize,
    pub(super) direction: Direction,
}

/// The pairs that all levels together demand of so many versions.
pub(super) fn demanded(levels: &[Level], count: usize) -> BTreeSet<Pair> {
    let mut pairs = BTreeSet::new();
    for level in levels {
        for newer in 0..count {
            let demands = demands(level.level, newer);
            for older in demands.earlier {
                let directions = demands.directions.iter();
                pairs.extend(directions.map(|direction| Pair { newer, older, direction: *direction }));
            }
        }
    }
    pairs
}

/// What comparing pairs brought.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) incompatible: Vec<Remark>,
    pub(super) undecided: Vec<Remark>,
    pub(super) meanings: Vec<Remark>,
    pub(super) further: Vec<Remark>,
    /// How many pairs were compared.
    pub(super) compared: usize,
}

/// Compares these pairs; those with a version that cannot be read are left out.
pub(super) fn gather<'p>(subject: &ReadSubject<'_>, pairs: impl Iterator<Item = &'p Pair>) -> Gathered {
    let mut gathering = Gathering { subject, groups: BTreeMap::new(), further: Vec::new(), compared: 0 };
    for pair in pairs {
        gathering.pair(*pair);
    }
    gathering.finish()
}

#[derive(Debug)]
struct Group<'a> {
    version: &'a ReadVersion<'a>,
    found: Found,
    others: Vec<u32>,
}

#[derive(Debug)]
enum Found {
    Incompatible(Incompatibility),
    Meaning { cause: &'static str, change: String, place: Place },
}

struct Gathering<'a> {
    subject: &'a ReadSubject<'a>,
    groups: BTreeMap<(usize, Direction), Groups<'a>>,
    further: Vec<Remark>,
    compared: usize,
}

/// The groups of one version and direction, found again by what they say and where.
#[derive(Debug, Default)]
struct Groups<'a> {
    items: Vec<Group<'a>>,
    index: BTreeMap<(String, u16, String), usize>,
}

impl<'a> Gathering<'a> {
    fn pair(&mut self, pair: Pair) {
        let versions = self.subject.versions();
        let (Some(newer), Some(older)) = (versions.get(pair.newer), versions.get(pair.older)) else { return };
        let (Ok(new), Ok(old)) = (&newer.schema, &older.schema) else { return };
        let Comparison { incompatibilities, meanings, further } = match pair.direction {
            Direction::NewReadsOld => compare(new, old),
            Direction::OldReadsNew => compare(old, new),
        };
        self.compared += 1;
        let groups = self.groups.entry((pair.newer, pair.direction)).or_default();
        for incompatibility in incompatibilities {
            let change = incompatibility.change(pair.direction);
            let place = new_side(pair.direction, &incompatibility.reader, &incompatibility.writer);
            let at = (change, place.document, place.pointer.clone());
            groups.add(at, newer, older.version.number, || Found::Incompatible(incompatibility));
        }
        for meaning in meanings {
            let change = meaning.change(pair.direction);
            let place = new_side(pair.direction, &meaning.reader, &meaning.writer).clone();
            let at = (change.clone(), place.document, place.pointer.clone());
            let cause = meaning.kind().as_str();
            groups.add(at, newer, older.version.number, || Found::Meaning { cause, change, place });
        }
        if further > 0 {
            let text = format!(
                "v{} and v{}: {further} more are not told",
                newer.version.number, older.version.number
            );
            self.further.push(Remark::new(RemarkKind::Further, text).about(newer.version.number));
        }
    }

    fn finish(self) -> Gathered {
        let mut gathered = Gathered { further: self.further, compared: self.compared, ..Gathered::default() };
        for ((_, direction), groups) in self.groups {
            for group in groups.items {
                let remark = group.remark(self.subject, direction);
                match remark.kind {
                    RemarkKind::Undecided => gathered.undecided.push(remark),
                    RemarkKind::Meaning => gathered.meanings.push(remark),
                    _ => gathered.incompatible.push(remark),
                }
            }
        }
        gathered
    }
}

impl<'a> Groups<'a> {
    fn add(
        &mut self,
        at: (String, u16, String),
        version: &'a ReadVersion<'a>,
        other: u32,
        found: impl FnOnce() -> Found,
    ) {
        let known = self.index.get(&at).and_then(|index| self.items.get_mut(*index));
        match known {
            Some(group) => group.others.push(other),
            None => {
                self.index.insert(at, self.items.len());
                self.items.push(Group { version, found: found(), others: vec![other] });
            }
        }
    }
}

impl Group<'_> {
    fn remark(self, subject: &ReadSubject<'_>, direction: Direction) -> Remark {
        let number = self.version.version.number;
        let labels = |numbers: &[u32]| numbers.iter().map(|number| format!("v{number}")).collect::<Vec<_>>();
        let (own, others) = (labels(&[number]), labels(&self.others));
        let (kind, cause, text, place) = match &self.found {
            Found::Incompatible(found) => {
                let text = match direction {
                    Direction::NewReadsOld => found.sentence(direction, &own, &others),
                    Direction::OldReadsNew => found.sentence(direction, &others, &own),
                };
                let undecided = matches!(found.cause, Cause::TooLarge { .. });
                let kind = if undecided { RemarkKind::Undecided } else { RemarkKind::Incompatible };
                (kind, found.kind().as_str(), text, new_side(direction, &found.reader, &found.writer))
            }
            Found::Meaning { cause, change, place } => {
                let text = match direction {
                    Direction::NewReadsOld => {
                        format!("{change} (v{number} reads {})", versions(&self.others))
                    }
                    Direction::OldReadsNew => {
                        let verb = if self.others.len() == 1 { "reads" } else { "read" };
                        format!("{change} ({} {verb} v{number})", versions(&self.others))
                    }
                };
                (RemarkKind::Meaning, *cause, text, place)
            }
        };
        let place = Some(located(subject, self.version, place));
        Remark {
            kind,
            cause: Some(cause),
            text,
            version: Some(number),
            others: self.others,
            place,
            help: None,
        }
    }
}

/// The place in the newer schema, which is the one that can still be changed.
fn new_side<'p>(direction: Direction, reader: &'p Place, writer: &'p Place) -> &'p Place {
    match direction {
        Direction::NewReadsOld => reader,
        Direction::OldReadsNew => writer,
    }
}

/// A place of a version's schema as a place in a file.
pub(super) fn located(subject: &ReadSubject<'_>, version: &ReadVersion<'_>, place: &Place) -> RemarkPlace {
    RemarkPlace {
        file: subject.file_of(version.version, place),
        line: place.span.line,
        column: place.span.column,
        pointer: place.pointer.clone(),
        path: place.path.clone(),
    }
}
