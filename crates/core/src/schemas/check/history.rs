//! What older locked versions do to each other. It cannot be changed any more, and is told for one reason: whoever reads
//! a topic from its start, or raises a level, should know.

use std::collections::BTreeMap;

use super::pairs::{Pair, gather};
use super::remark::{Remark, RemarkKind, versions};
use crate::schemas::library::ReadSubject;

/// The most pairs of older versions that are compared.
const PAIRS_LIMIT: usize = 1_000;

/// Tells which older versions break the level, one note for each.
pub(super) fn notes(subject: &ReadSubject<'_>, pairs: &[&Pair]) -> Vec<Remark> {
    if pairs.len() > PAIRS_LIMIT {
        let text = format!("{} pairs of older versions were not compared", pairs.len());
        return vec![Remark::new(RemarkKind::History, text)];
    }
    let broken = gather(subject, pairs.iter().copied()).incompatible;
    let mut by_version: BTreeMap<u32, Vec<Remark>> = BTreeMap::new();
    for remark in broken {
        by_version.entry(remark.version.unwrap_or_default()).or_default().push(remark);
    }
    let note = |(number, remarks): (u32, Vec<Remark>)| {
        let mut others: Vec<u32> = remarks.iter().flat_map(|remark| remark.others.iter().copied()).collect();
        others.sort_unstable();
        others.dedup();
        let more = match remarks.len() {
            0 | 1 => String::new(),
            several => format!("; and {} more", several - 1),
        };
        let first = remarks.into_iter().next();
        let reason = first.as_ref().map(|first| first.text.clone()).unwrap_or_default();
        let text = format!(
            "the level does not hold between v{number} and {}, which are locked: {reason}{more}",
            versions(&others)
        );
        let place = first.and_then(|first| first.place);
        Remark { others, place, ..Remark::new(RemarkKind::History, text).about(number) }
    };
    by_version.into_iter().map(note).collect()
}
