//! How groups in full look.

use eventctl_core::groups::live::{GroupKind, GroupState};
use eventctl_core::groups::report::{DESCRIBE_KIND, GroupDescription, GroupDescriptions, MemberRow};
use eventctl_core::human;
use serde::Serialize;

use super::{address, group_type, offsets, shares, unknowns};
use crate::render::page::{Page, Table, Tone, cell};
use crate::render::report::Report;

impl Report for GroupDescriptions {
    const KIND: &'static str = DESCRIBE_KIND;

    fn wire(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page) {
        for group in &self.groups {
            describe(group, page);
        }
        for missing in &self.missing {
            page.tone(Tone::Bad, "- ").tone(Tone::Strong, missing).lit(": there is no such group\n");
        }
        unknowns(&self.unknown, page);
    }
}

fn describe(group: &GroupDescription, page: &mut Page) {
    let row = &group.row;
    page.tone(Tone::Strong, &row.group).lit(": ").val(group_type(row));
    if row.group_type == GroupKind::Unsupported {
        page.lit("\nnothing more is known of a group of this kind: use Kafka's own tools\n\n");
        return;
    }
    match row.state {
        GroupState::Unknown => page.lit(", in a state that the client library has no name for"),
        state => page.lit(", ").val(state.as_str()),
    };
    page.lit(", ").val(human::plural(group.member_details.len(), "member"));
    page.lit("\ncoordinator ").line(address(row.coordinator.as_ref()));
    if let Some(assignor) = &group.assignor {
        page.lit("assignor ").line(assignor);
    }
    if !group.member_details.is_empty() {
        page.end();
        members(&group.member_details, page);
    }
    page.end();
    match group.commits.as_deref() {
        None => {}
        Some([]) => drop(page.lit("no commits that this principal may see\n\n")),
        Some(topics) => {
            let mut table = Table::new(&["TOPIC", "COMMITTED (PARTITION @ NEXT OFFSET)"]);
            for topic in topics {
                table.row(vec![cell(&topic.topic), cell(offsets(topic))]);
            }
            page.table(&table).end();
        }
    }
}

fn members(members: &[MemberRow], page: &mut Page) {
    let moving = members.iter().any(|member| member.target.as_ref().is_some_and(|it| *it != member.assigned));
    let heading: &[&'static str] = if moving {
        &["CLIENT", "INSTANCE", "HOST", "READS", "SHALL READ", "MEMBER"]
    } else {
        &["CLIENT", "INSTANCE", "HOST", "READS", "MEMBER"]
    };
    let mut table = Table::new(heading);
    for member in members {
        let mut cells = vec![
            cell(&member.client_id),
            cell(member.instance_id.as_deref().unwrap_or("-")),
            cell(member.host.trim_start_matches('/')),
            cell(shares(&member.assigned)),
        ];
        if moving {
            let target = member.target.as_deref().map_or("-".to_owned(), shares);
            cells.push(cell(target).tone(Tone::Notable));
        }
        cells.push(cell(&member.member).tone(Tone::Faint));
        table.row(cells);
    }
    page.table(&table);
}
