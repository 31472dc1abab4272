//! Which topics `--prune` deletes: those of the declared scope that nobody declares, and no others.
//!
//! Each guard stands for an accident of another tool: an empty prefix is every topic, an empty catalog is a mistake,
//! internal topics are somebody's offsets.

use std::collections::BTreeMap;

use super::Context;
use super::diff::{Draft, seen};
use crate::fault::Seen;
use crate::name::TopicName;
use crate::topics::change::{Change, Deletion};
use crate::topics::declared::{Declared, Scope};
use crate::topics::internal::{Reach, reach};
use crate::topics::live::LiveTopic;

/// Lists what the scope holds beside the catalog, and plans its deletion if that was asked for.
pub(super) fn prune(draft: &mut Draft<'_>, declared: &BTreeMap<&TopicName, &Declared>) {
    let input = draft.input;
    let candidates: Vec<&LiveTopic> = draft
        .present
        .iter()
        .filter(|(name, live)| {
            !declared.contains_key(*name)
                && !input.mentioned.contains(name.as_str())
                && may_delete(input.scope, live)
        })
        .map(|(_, live)| *live)
        .collect();
    if !input.prune {
        draft.plan.unmanaged.in_scope = candidates.iter().map(|live| live.name.clone()).collect();
        return;
    }
    if declared.is_empty() {
        draft.note(None, "the catalog declares no topics, so nothing is deleted".to_owned());
        return;
    }
    if input.scope.topics.is_empty() && !input.scope.prefixes.iter().any(|prefix| !prefix.is_empty()) {
        let text = "the catalog's scope names no topics, so --prune deletes nothing: set scope.prefixes or scope.topics";
        draft.note(None, text.to_owned());
    }
    if input.scope.prefixes.iter().any(String::is_empty) {
        draft.note(
            None,
            "an empty prefix in the catalog's scope is ignored: it would mean every topic".to_owned(),
        );
    }
    unanswered(draft, declared);
    for live in candidates {
        let deletion = Deletion { topic: live.name.clone(), id: live.id.clone() };
        let context = Context { partitions: live.partitions.len(), ..Context::default() };
        draft.plan.unmanaged.topics.retain(|name| *name != live.name);
        draft.change(Change::Delete(deletion), context, Vec::new());
    }
}

/// Whether the scope's own topics are still there has to be known, or the plan is not whole.
fn unanswered(draft: &mut Draft<'_>, declared: &BTreeMap<&TopicName, &Declared>) {
    let input = draft.input;
    for name in &input.scope.topics {
        if declared.contains_key(name) || input.scope.exclude.contains(name) || input.mentioned.contains(name)
        {
            continue;
        }
        let text = "it is in the scope, but whether it exists could not be found out: it is not deleted";
        match seen(input.live, name) {
            Some(Seen::Present(_) | Seen::Absent) => {}
            Some(Seen::Unknown(fault)) => draft.unknown(name, text, Some(&fault)),
            None => draft.unknown(name, text, None),
        }
    }
    for (name, answer) in &input.live.named {
        let Seen::Unknown(fault) = answer else { continue };
        let told = declared.contains_key(name)
            || input.scope.topics.contains(name)
            || input.mentioned.contains(name);
        if !told && by_prefix(input.scope, name) && !input.scope.exclude.contains(name) {
            draft.unknown(name, "it is in the scope, but could not be read: it is not deleted", Some(fault));
        }
    }
}

fn by_prefix(scope: &Scope, name: &TopicName) -> bool {
    scope.prefixes.iter().any(|prefix| !prefix.is_empty() && name.as_str().starts_with(prefix.as_str()))
}

fn may_delete(scope: &Scope, live: &LiveTopic) -> bool {
    let outright = scope.topics.contains(&live.name);
    let by_prefix = by_prefix(scope, &live.name);
    let in_reach = match reach(live) {
        Reach::Ordinary => true,
        Reach::Tool => outright,
        Reach::Internal => false,
    };
    in_reach && (outright || by_prefix) && !scope.exclude.contains(&live.name)
}
