//! How commits and the records around them look.

use eventctl_core::groups::peek::{PEEK_KIND, Peek, PeekPartition, Side, Standing};
use eventctl_core::groups::report::TopicShare;
use eventctl_core::human;
use serde::Serialize;

use super::{shares, unknowns};
use crate::render::page::{Page, Tone};
use crate::render::records;
use crate::render::report::Report;

impl Report for Peek {
    const KIND: &'static str = PEEK_KIND;

    fn wire(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page) {
        if self.missing {
            page.tone(Tone::Bad, "- ").tone(Tone::Strong, &self.group).lit(": there is no such group\n");
            return;
        }
        for part in self.partitions.iter().filter(|part| part.standing != Standing::NoCommit) {
            partition(part, page);
        }
        let without = without_commit(&self.partitions);
        if !without.is_empty() {
            page.lit("no commit in ").line(shares(&without));
        }
        if self.partitions.is_empty() && self.unknown.is_empty() {
            page.tone(Tone::Strong, &self.group).lit(": no commits that this principal may see\n");
        }
        if self.left_out > 0 {
            let others = human::plural(self.left_out, "further partition");
            page.val(others).lit(" with a commit not shown: choose with --topic and --partition\n");
        }
        unknowns(&self.unknown, page);
    }
}

fn partition(part: &PeekPartition, page: &mut Page) {
    page.tone(Tone::Strong, format_args!("{}/{}", part.topic, part.partition));
    if let (Some(start), Some(end)) = (part.log_start, part.last_stable_offset) {
        page.lit(" (offsets ").val(start).lit(" to ").val(end).lit(")");
    }
    page.end();
    let side = |side: Side| part.records.iter().filter(move |record| record.side == side);
    for before in side(Side::Before) {
        page.lit("    ");
        before.record.with(|shown| records::line(shown, page));
    }
    commit(part, page);
    for after in side(Side::After) {
        page.lit("    ");
        after.record.with(|shown| records::line(shown, page));
    }
    for note in &part.notes {
        page.tone(Tone::Notable, "  note: ").line(note);
    }
    page.end();
}

/// The line between what was read and what will be.
fn commit(part: &PeekPartition, page: &mut Page) {
    let (tone, words) = match part.standing {
        Standing::Unread => (Tone::Good, "read next"),
        Standing::AtEnd => (Tone::Good, "nothing is unread"),
        Standing::BehindOpenTransaction => (Tone::Notable, "nothing that can be read yet"),
        Standing::BelowLogStart => (Tone::Bad, "deleted before it was read"),
        Standing::AheadOfEnd => (Tone::Bad, "ahead of the end"),
        Standing::Missing => (Tone::Bad, "gone"),
        Standing::NoLeader => (Tone::Bad, "unknown: no leader"),
        Standing::Unknown | Standing::NoCommit => (Tone::Bad, "unknown"),
    };
    let offset = part.committed.map_or("?".to_owned(), |offset| offset.to_string());
    page.tone(tone, format_args!("--> committed {offset}: {words}"));
    if let Some(fault) = &part.fault {
        page.lit(" (").val(fault).lit(")");
    }
    page.end();
}

fn without_commit(parts: &[PeekPartition]) -> Vec<TopicShare> {
    let mut topics: Vec<TopicShare> = Vec::new();
    for part in parts.iter().filter(|part| part.standing == Standing::NoCommit) {
        match topics.last_mut() {
            Some(share) if share.topic == part.topic => share.partitions.push(part.partition),
            _ => topics.push(TopicShare { topic: part.topic.clone(), partitions: vec![part.partition] }),
        }
    }
    topics
}
