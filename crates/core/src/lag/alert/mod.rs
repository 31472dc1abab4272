//! Episodes: when something that samples find again and again is worth waking somebody, and when it is over.
//!
//! A finding of the same kind in the same place that stands in a number of samples in a row fires once, and resolves
//! once, in the first sample that could tell that it is over. A sample that could not tell neither fires nor resolves
//! nor begins the count anew: a coordinator that does not answer is no good news and no bad news. What is done with an
//! alert is not known here.

mod judged;
#[cfg(test)]
pub(super) mod tests;
mod told;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::report::{Finding, FindingKind, LagReport};
use crate::human::instant;
use judged::{Judge, Verdict};

pub use told::{Alert, AlertStatus};

/// In how many samples in a row something is found before it fires, where nothing else is said.
pub const SAMPLES: u32 = 3;

/// The most findings that are followed: two kinds of them in ten partitions of each of 5,000 groups. A finding beyond
/// that is counted and not followed.
const MOST: usize = 100_000;

/// What is wrong and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    kind: FindingKind,
    group: String,
    topic: Option<String>,
    partition: Option<i32>,
}

impl Place {
    fn of(finding: &Finding) -> Place {
        let Finding { kind, group, topic, partition, .. } = finding;
        Place { kind: *kind, group: group.clone(), topic: topic.clone(), partition: *partition }
    }
}

/// Something that was found in the last sample that could tell.
#[derive(Debug, Clone)]
struct Episode {
    since: i64,
    samples: u32,
    limit: Option<i64>,
    fired: bool,
}

/// All that is followed.
#[derive(Debug, Clone)]
pub struct Episodes {
    needed: u32,
    most: usize,
    open: BTreeMap<Place, Episode>,
    not_followed: u64,
}

impl Episodes {
    /// Fires after so many samples in a row; one at least.
    #[must_use]
    pub fn new(samples: u32) -> Episodes {
        Episodes { needed: samples.max(1), most: MOST, open: BTreeMap::new(), not_followed: 0 }
    }

    /// Takes in a sample of this time, in milliseconds since 1970, and tells what fires and what is over.
    pub fn sample(&mut self, report: &LagReport, at: i64) -> Vec<Alert> {
        let mut found = BTreeSet::new();
        let mut alerts = Vec::new();
        for finding in &report.findings {
            let place = Place::of(finding);
            // The same thing said twice in a sample is found once.
            if found.contains(&place) {
                continue;
            }
            alerts.extend(self.found(report, finding, at));
            found.insert(place);
        }
        let judge = Judge::of(report);
        self.open.retain(|place, episode| {
            if found.contains(place) {
                return true;
            }
            let Verdict::Over { value, reason } = judge.verdict(place, episode.limit) else { return true };
            if episode.fired {
                let mut alert = alert(report, place, episode, at);
                (alert.status, alert.value, alert.reason) = (AlertStatus::Resolved, value, reason);
                alerts.push(alert);
            }
            false
        });
        alerts
    }

    /// How many alerts have fired and are not over.
    #[must_use]
    pub fn firing(&self) -> usize {
        self.open.values().filter(|episode| episode.fired).count()
    }

    /// How many times a finding was not followed, because there were too many of them.
    #[must_use]
    pub fn not_followed(&self) -> u64 {
        self.not_followed
    }

    fn found(&mut self, report: &LagReport, finding: &Finding, at: i64) -> Option<Alert> {
        let room = self.open.len() < self.most;
        let place = Place::of(finding);
        let episode = match self.open.entry(place.clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) if room => {
                new.insert(Episode { since: at, samples: 0, limit: None, fired: false })
            }
            Entry::Vacant(_) => {
                self.not_followed = self.not_followed.saturating_add(1);
                return None;
            }
        };
        episode.samples = episode.samples.saturating_add(1);
        episode.limit = finding.limit;
        if episode.fired || episode.samples < self.needed {
            return None;
        }
        episode.fired = true;
        let mut alert = alert(report, &place, episode, at);
        alert.value = finding.value;
        alert.reason.clone_from(&finding.text);
        Some(alert)
    }
}

fn alert(report: &LagReport, place: &Place, episode: &Episode, at: i64) -> Alert {
    Alert {
        status: AlertStatus::Firing,
        title: told::title(place.kind),
        id: id(report.cluster.as_deref(), place, episode.since),
        cluster: report.cluster.clone(),
        group: place.group.clone(),
        topic: place.topic.clone(),
        partition: place.partition,
        kind: place.kind,
        value: None,
        limit: episode.limit,
        since: instant(episode.since),
        at: instant(at),
        samples: episode.samples,
        reason: String::new(),
    }
}

/// The same for everything that is said of an episode, and of no other: receivers know a repeated message by it.
fn id(cluster: Option<&str>, place: &Place, since: i64) -> String {
    let Place { kind, group, topic, partition } = place;
    // Texts are quoted and escaped, so that no two places write the same.
    let whole = format!("{cluster:?} {kind:?} {group:?} {topic:?} {partition:?} {since}");
    Sha256::digest(whole.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
