//! How a plan to move offsets looks, and what became of it.

use eventctl_core::groups::moved::{Fate, SEEK_KIND, SeekPart, SeekReport};
use eventctl_core::groups::saved::Cause;
use eventctl_core::groups::seek::Effect;
use eventctl_core::human;
use serde::Serialize;

use crate::render::page::{Cell, Page, Table, Tone, cell, number};
use crate::render::report::Report;

impl Report for SeekReport {
    const KIND: &'static str = SEEK_KIND;

    fn wire(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page) {
        page.lit("group ").tone(Tone::Strong, &self.group);
        if let Some(cluster) = &self.cluster {
            page.lit(" on cluster ").val(cluster);
        }
        page.lit(": ").val(human::plural(self.partitions.len(), "offset"));
        page.lit(if self.is_planned() { " to change" } else { ", and what became of them" });
        if self.unchanged > 0 {
            page.lit(", ").val(self.unchanged).lit(" as it should be");
        }
        if let (Cause::Undo, Some(set)) = (self.cause, self.undoes) {
            page.lit(", back to what was saved as set ").val(set);
        }
        page.end();
        if !self.partitions.is_empty() {
            page.end().table(&rows(self)).end();
            sums(self, page);
        }
        for part in &self.partitions {
            if let Some(reason) = &part.reason {
                let tone = if part.outcome == Fate::Done { Tone::Notable } else { Tone::Bad };
                page.tone(tone, "! ").val(format_args!("{}/{}", part.topic, part.partition));
                page.lit(": ").line(reason);
            }
        }
        for note in &self.notes {
            page.tone(Tone::Notable, "note: ").line(note);
        }
        way_back(self, page);
    }
}

fn rows(report: &SeekReport) -> Table {
    let mut heading = vec!["PARTITION", "BEFORE", "AFTER", "EFFECT", "FROM", "UNTIL"];
    heading.extend((!report.is_planned()).then_some("OUTCOME"));
    let mut table = Table::new(&heading);
    for part in &report.partitions {
        let mut row = vec![
            cell(format_args!("{}/{}", part.topic, part.partition)),
            offset(part.before),
            offset(part.after),
            effect(part),
            cell(part.from_time.as_deref().unwrap_or("-")),
            cell(part.until_time.as_deref().unwrap_or("-")),
        ];
        row.extend((!report.is_planned()).then(|| outcome(part.outcome)));
        table.row(row);
    }
    table
}

/// What all of it skips and repeats.
fn sums(report: &SeekReport, page: &mut Page) {
    let (mut skipped, mut repeated) = (0_i64, 0_i64);
    for part in report.partitions.iter().filter(|part| part.outcome != Fate::Failed) {
        match part.effect {
            Effect::Skips(offsets) => skipped = skipped.saturating_add(offsets),
            Effect::Repeats(offsets) => repeated = repeated.saturating_add(offsets),
            Effect::Begins | Effect::Forgets | Effect::Nothing => {}
        }
    }
    let offsets = |count: i64| human::plural(usize::try_from(count).unwrap_or(usize::MAX), "offset");
    if skipped > 0 {
        page.tone(Tone::Bad, format_args!("{} skipped", offsets(skipped)));
        page.lit(": the group never reads what stands there\n");
    }
    if repeated > 0 {
        page.tone(Tone::Notable, format_args!("{} repeated", offsets(repeated)));
        page.lit(": the group reads what stands there once more\n");
    }
}

fn way_back(report: &SeekReport, page: &mut Page) {
    if report.partitions.is_empty() {
        return;
    }
    let is_nothing = report.partitions.iter().all(|part| part.outcome == Fate::Failed);
    if is_nothing {
        page.lit("nothing was changed\n");
        return;
    }
    if let (Some(set), Some(undo)) = (report.saved_as, &report.undo) {
        page.lit("saved as set ").val(set).lit(": ").line(undo);
    }
    page.lit(match report.is_planned() {
        true => "the way back would be",
        false => "the way back from another machine",
    });
    if let Some(cluster) = report.cluster.as_ref().filter(|_| !report.is_planned()) {
        page.lit(", where this leads to cluster ").val(cluster);
    }
    page.lit(":\n");
    for command in &report.inverse {
        page.lit("  ").line(command);
    }
}

fn offset(offset: Option<i64>) -> Cell {
    offset.map_or_else(|| number("none"), number)
}

fn effect(part: &SeekPart) -> Cell {
    match part.effect {
        Effect::Skips(offsets) => cell(format_args!("skips {offsets}")).tone(Tone::Bad),
        Effect::Repeats(offsets) => cell(format_args!("repeats {offsets}")).tone(Tone::Notable),
        Effect::Begins => cell("first commit"),
        Effect::Forgets => cell("commit is deleted").tone(Tone::Notable),
        Effect::Nothing => cell("nothing there"),
    }
}

fn outcome(fate: Fate) -> Cell {
    match fate {
        Fate::Planned => cell("not tried"),
        Fate::Done => cell("done").tone(Tone::Good),
        Fate::Failed => cell("failed").tone(Tone::Bad),
        Fate::Unknown => cell("unknown").tone(Tone::Bad),
        Fate::Overwritten => cell("overwritten").tone(Tone::Bad),
    }
}
