//! Whether a sample can tell that something is over.

use std::collections::BTreeMap;

use super::super::report::{FindingKind, GroupLag, LagReport, PartitionLag, Unknown};
use super::Place;

/// What a sample in which something was not found says of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It cannot tell.
    Untold,
    /// It is over.
    Over {
        /// The number as it is now, where there is one.
        value: Option<i64>,
        /// How that is known.
        reason: String,
    },
}

/// A sample, made ready to be asked.
pub(super) struct Judge<'a> {
    groups: BTreeMap<&'a str, &'a GroupLag>,
    unknown: BTreeMap<Option<&'a str>, Vec<&'a Unknown>>,
}

impl<'a> Judge<'a> {
    pub(super) fn of(report: &'a LagReport) -> Judge<'a> {
        let groups = report.groups.iter().map(|group| (group.group.as_str(), group)).collect();
        let mut unknown: BTreeMap<Option<&str>, Vec<&Unknown>> = BTreeMap::new();
        for item in report.unknown.iter().chain(&report.unjudged) {
            unknown.entry(item.group.as_deref()).or_default().push(item);
        }
        Judge { groups, unknown }
    }

    /// Judges something that was not found; `limit` is the one that was crossed last.
    pub(super) fn verdict(&self, place: &Place, limit: Option<i64>) -> Verdict {
        let Some(group) = self.groups.get(place.group.as_str()) else {
            // While anything is unknown that concerns no group in particular, there may be groups that nobody listed.
            let may_be_there = self.unknown.contains_key(&None) || self.covers(place);
            return if may_be_there { Verdict::Untold } else { over(None, "the group is gone") };
        };
        let partition = group.partitions.iter().find(|row| is(place, row));
        let value = match place.kind {
            FindingKind::MaxLag => partition.map_or(group.max_lag, |row| row.lag),
            FindingKind::MaxTimeLag => partition.map_or(group.max_time_lag_ms, |row| row.time_lag_ms),
            _ => None,
        };
        // A number within the limit is good news, whatever else could not be found out about the place.
        if let (Some(value), Some(limit)) = (value, limit)
            && value <= limit
        {
            return over(Some(value), "it is within the limit again");
        }
        let state = partition.map_or(group.state, |row| row.state);
        if self.covers(place) || state.is_unknown() {
            return Verdict::Untold;
        }
        let numbered = matches!(place.kind, FindingKind::MaxLag | FindingKind::MaxTimeLag);
        match (place.partition, partition) {
            (Some(_), None) => over(None, "the group does not read this partition any more"),
            // The number is not known although nothing was said of it: no news.
            (_, Some(_)) if numbered && value.is_none() => Verdict::Untold,
            _ => over(value, ended(place.kind)),
        }
    }

    /// True where something could not be found out that concerns this place.
    fn covers(&self, place: &Place) -> bool {
        let of_group = self.unknown.get(&Some(place.group.as_str())).into_iter().flatten();
        // What concerns no group and no topic is about the list of groups, not about those that are on it.
        let of_topic = self.unknown.get(&None).into_iter().flatten().filter(|item| item.topic.is_some());
        of_group.chain(of_topic).any(|item| {
            let topic = item.topic.is_none() || place.topic.is_none() || item.topic == place.topic;
            let partition =
                item.partition.is_none() || place.partition.is_none() || item.partition == place.partition;
            topic && partition
        })
    }
}

fn is(place: &Place, row: &PartitionLag) -> bool {
    place.topic.as_deref() == Some(row.topic.as_str()) && place.partition == Some(row.partition)
}

/// Why something is over that has no number, or none that tells: the opposite of what its title says.
fn ended(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Missing => "it is there again",
        FindingKind::NoTopic => "the topic is there, or is not expected any more",
        FindingKind::BelowLogStart => "the group has gone on behind the log start",
        FindingKind::AheadOfEnd => "the commit lies within the log again",
        FindingKind::MaxLag | FindingKind::MaxTimeLag => "it is above no limit any more",
    }
}

fn over(value: Option<i64>, reason: &str) -> Verdict {
    Verdict::Over { value, reason: reason.to_owned() }
}
