//! Why a group may not be moved, or not any more: members, commits and topics change while a plan is looked at.

use std::collections::BTreeSet;

use super::super::live::{Commits, GroupKind, LiveGroup, Member, PartitionKey};
use super::{SeekRow, Standing};
use crate::human;
use crate::name::TopicName;

/// Why a group may not be moved now; none where it may.
#[must_use]
pub fn refusal(live: &LiveGroup) -> Option<String> {
    if live.kind == GroupKind::Unsupported {
        let kind = live.protocol_type.as_deref().unwrap_or("unsupported");
        return Some(format!(
            "group {} is of the type {kind}: it has no committed offsets to move",
            live.name
        ));
    }
    if live.members.is_empty() {
        return None;
    }
    let member = |member: &Member| {
        let name = member.instance_id.as_ref().unwrap_or(&member.client_id);
        format!("{name} on {} ({})", member.host, member.id)
    };
    let members: Vec<String> = live.members.iter().map(member).collect();
    Some(format!(
        "group {} has {} ({}), which would write over it: {}",
        live.name,
        human::plural(members.len(), "member"),
        live.state.as_str(),
        human::list(&members, 10)
    ))
}

/// The partitions whose commit is another one than before, with both: somebody else commits.
#[must_use]
pub fn moved(before: &Commits, now: &Commits, keys: impl Iterator<Item = PartitionKey>) -> Vec<String> {
    let offset = |commits: &Commits, key: &PartitionKey| {
        commits.get(key).and_then(|commit| commit.as_ref().ok()?.as_ref().map(|commit| commit.offset))
    };
    let words = |offset: Option<i64>| offset.map_or("none".to_owned(), |offset| offset.to_string());
    keys.filter_map(|key| {
        let (then, now) = (offset(before, &key), offset(now, &key));
        (then != now).then(|| format!("{}/{} from {} to {}", key.0, key.1, words(then), words(now)))
    })
    .collect()
}

/// What has changed of the logs since a plan was made for these partitions, so that its offsets mean something else now:
/// topics that are gone or were made anew, and offsets that lie outside of their log by now.
#[must_use]
pub fn stale(before: &Standing, now: &Standing, rows: &[SeekRow]) -> Vec<String> {
    let topics: BTreeSet<&TopicName> = rows.iter().map(|row| &row.change.topic).collect();
    let mut stale = Vec::new();
    for topic in topics {
        if now.absent.contains(topic) {
            stale.push(format!("topic {topic} was deleted"));
        } else if before.topic_ids.get(topic) != now.topic_ids.get(topic) {
            stale.push(format!("topic {topic} was deleted and made anew"));
        }
    }
    if stale.is_empty() {
        stale.extend(rows.iter().filter_map(|row| outside(now, row)));
    }
    stale
}

fn outside(now: &Standing, row: &SeekRow) -> Option<String> {
    let (offset, log) = (row.change.after.as_ref()?.offset, now.logs.get(&row.change.key())?);
    let place = match offset {
        offset if offset < log.start => format!("before the log start {}", log.start),
        offset if offset > log.high_watermark => format!("beyond the high watermark {}", log.high_watermark),
        _ => return None,
    };
    Some(format!("{}/{}: {offset} lies {place} by now", row.change.topic, row.change.partition))
}
