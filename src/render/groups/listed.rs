//! How a list of groups looks.

use eventctl_core::groups::live::GroupState;
use eventctl_core::groups::report::{GroupList, GroupRow, LIST_KIND};
use eventctl_core::human;
use serde::Serialize;

use super::{address, group_type, unknowns, unlisted};
use crate::render::page::{Cell, Page, Table, Tone, cell, number};
use crate::render::report::Report;

impl Report for GroupList {
    const KIND: &'static str = LIST_KIND;

    fn wire(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page) {
        let mut table = Table::new(&["GROUP", "TYPE", "STATE", "MEMBERS", "COORDINATOR"]);
        for row in &self.groups {
            table.row(cells(row));
        }
        if !self.groups.is_empty() {
            page.table(&table).end();
        }
        for missing in &self.missing {
            page.tone(Tone::Bad, "- ").tone(Tone::Strong, missing).lit(": there is no such group\n");
        }
        unknowns(&self.unknown, page);
        unlisted(&self.unlisted, page);
        page.val(human::plural(self.groups.len(), "group")).lit(", as far as this principal may see\n");
    }
}

fn cells(row: &GroupRow) -> Vec<Cell> {
    let (state, tone) = match row.state {
        GroupState::Unknown => ("?", Tone::Faint),
        state if state.is_passing() => (state.as_str(), Tone::Notable),
        state => (state.as_str(), Tone::Plain),
    };
    vec![
        cell(&row.group),
        cell(group_type(row)),
        cell(state).tone(tone),
        number(row.members.map_or("?".to_owned(), |members| members.to_string())),
        cell(address(row.coordinator.as_ref())).tone(Tone::Faint),
    ]
}
