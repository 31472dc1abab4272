//! How saved offsets look.

use eventctl_core::groups::saved::{SavedOffset, SavedSet, SetState};
use eventctl_core::human;
use serde::Serialize;

use crate::render::page::{Page, Table, Tone, cell, number};
use crate::render::report::Report;

/// How many partitions of a set are shown; JSON has all of them.
const SHOWN: usize = 100;

/// Saved sets, the newest first.
pub struct History<'a> {
    /// The sets.
    pub sets: &'a [SavedSet],
    /// True where the offsets of each are shown.
    pub offsets: bool,
}

#[derive(Serialize)]
struct SetLine<'a> {
    set: i64,
    cluster: Option<&'a str>,
    group: &'a str,
    cause: &'static str,
    at: String,
    operator: &'a str,
    command: &'a str,
    undoes: Option<i64>,
    state: &'static str,
    undone_by: Option<i64>,
    offsets: Vec<OffsetLine<'a>>,
}

#[derive(Serialize)]
struct OffsetLine<'a> {
    topic: &'a str,
    partition: i32,
    before: Option<i64>,
    after: Option<i64>,
}

impl Report for History<'_> {
    const KIND: &'static str = "groups.history";

    fn wire(&self) -> impl Serialize {
        self.sets.iter().map(line).collect::<Vec<_>>()
    }

    fn text(&self, page: &mut Page) {
        if self.sets.is_empty() {
            page.lit("nothing that was asked for is saved on this machine for this cluster\n");
            return;
        }
        let mut table = Table::new(&["SET", "TIME", "GROUP", "CAUSE", "STATE", "PARTITIONS", "BY"]);
        for saved in self.sets {
            let set = &saved.set;
            table.row(vec![
                number(saved.number),
                cell(human::instant(set.at)),
                cell(&set.group).tone(Tone::Strong),
                cell(match set.undoes {
                    Some(other) => format!("{} of {other}", set.cause.as_str()),
                    None => set.cause.as_str().to_owned(),
                }),
                match saved.undone_by {
                    Some(other) => cell(format_args!("undone by {other}")).tone(Tone::Faint),
                    None => cell(state(saved.state)).tone(tone(saved.state)),
                },
                number(set.offsets.len()),
                cell(&set.operator),
            ]);
        }
        page.table(&table);
        for saved in self.sets.iter().filter(|_| self.offsets) {
            page.end().lit("set ").tone(Tone::Strong, saved.number).lit(": ").line(&saved.set.command);
            page.table(&offsets(&saved.set.offsets));
        }
    }
}

fn line(saved: &SavedSet) -> SetLine<'_> {
    let set = &saved.set;
    let offset = |saved: &'_ SavedOffset| (saved.before.as_ref().map(|commit| commit.offset), saved.after);
    SetLine {
        set: saved.number,
        cluster: set.cluster.as_ref().map(AsRef::as_ref),
        group: set.group.as_str(),
        cause: set.cause.as_str(),
        at: human::instant(set.at),
        operator: &set.operator,
        command: &set.command,
        undoes: set.undoes,
        state: saved.state.as_str(),
        undone_by: saved.undone_by,
        offsets: set
            .offsets
            .iter()
            .map(|saved| {
                let (before, after) = offset(saved);
                OffsetLine { topic: saved.topic.as_str(), partition: saved.partition, before, after }
            })
            .collect(),
    }
}

fn state(state: SetState) -> &'static str {
    match state {
        SetState::Begun => "unknown whether done",
        SetState::Done => "done",
        SetState::Partly => "done in part",
        SetState::Failed => "nothing was changed",
    }
}

fn tone(state: SetState) -> Tone {
    match state {
        SetState::Begun => Tone::Bad,
        SetState::Partly => Tone::Notable,
        SetState::Done => Tone::Plain,
        SetState::Failed => Tone::Faint,
    }
}

fn offsets(saved: &[SavedOffset]) -> Table {
    let mut table = Table::new(&["PARTITION", "BEFORE", "AFTER"]);
    let shown = |offset: Option<i64>| offset.map_or_else(|| number("none"), number);
    for one in saved.iter().take(SHOWN) {
        table.row(vec![
            cell(format_args!("{}/{}", one.topic, one.partition)),
            shown(one.before.as_ref().map(|commit| commit.offset)),
            shown(one.after),
        ]);
    }
    let more = saved.len().saturating_sub(SHOWN);
    if more > 0 {
        table.row(vec![cell(format_args!("and {} more", human::plural(more, "partition")))]);
    }
    table
}
