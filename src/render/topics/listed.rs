//! How a list of topics looks.

use eventctl_core::human;
use eventctl_core::topics::report::{LIST_KIND, TopicList, TopicRow};
use serde::Serialize;

use super::unknowns;
use crate::render::page::{Cell, Page, Table, Tone, cell, number};
use crate::render::report::Report;

impl Report for TopicList {
    const KIND: &'static str = LIST_KIND;

    fn wire(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page) {
        let heading = [
            "TOPIC",
            "PARTITIONS",
            "REPLICAS",
            "OUT OF SYNC",
            "OFFLINE",
            "RETENTION",
            "RECORDS AT MOST",
            "OVERRIDES",
            "CATALOG",
        ];
        let mut table = Table::new(&heading);
        for row in &self.topics {
            table.row(cells(row));
        }
        if !self.topics.is_empty() {
            page.table(&table).end();
        }
        for missing in &self.missing {
            page.tone(Tone::Bad, "- ")
                .tone(Tone::Strong, missing)
                .lit(": declared, but not there: eventctl topics plan\n");
        }
        unknowns(&self.unknown, page);
        page.val(human::plural(self.summary.topics, "topic")).lit(", ");
        page.val(human::plural(self.summary.partitions, "partition")).lit(", ");
        page.val(human::plural(self.summary.brokers, "broker")).lit(", as far as this principal may see\n");
    }
}

fn cells(row: &TopicRow) -> Vec<Cell> {
    let overrides: Vec<String> = row
        .overrides
        .iter()
        .map(|setting| format!("{}={}", setting.key, setting.value.as_deref().unwrap_or("?")))
        .collect();
    let catalog = match (row.declared, &row.dlq_of) {
        (Some(true), Some(source)) => format!("dead letters of {source}"),
        (Some(true), None) => "declared".to_owned(),
        (Some(false), _) if row.internal => "internal".to_owned(),
        (Some(false), _) => "not declared".to_owned(),
        (None, _) => "-".to_owned(),
    };
    let count = |count: usize| {
        let tone = if count > 0 { Tone::Bad } else { Tone::Plain };
        number(count).tone(tone)
    };
    vec![
        cell(&row.topic),
        number(row.partitions),
        number(row.replication_factor.map_or("mixed".to_owned(), |factor| factor.to_string())),
        count(row.under_replicated),
        count(row.offline),
        number(row.retention_ms.map_or("?".to_owned(), human::duration)),
        number(row.record_estimate.map_or("?".to_owned(), human::count)),
        cell(if overrides.is_empty() { "-".to_owned() } else { overrides.join(" ") }).tone(Tone::Faint),
        cell(catalog).tone(Tone::Faint),
    ]
}
