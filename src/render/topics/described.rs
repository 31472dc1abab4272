//! How topics in full look.

use eventctl_core::human;
use eventctl_core::topics::live::ConfigSource;
use eventctl_core::topics::report::{DESCRIBE_KIND, PartitionRow, TopicDescription, TopicDescriptions};
use serde::Serialize;

use super::{shown_value, unknowns};
use crate::render::page::{Page, Table, Tone, cell, number};
use crate::render::report::Report;

impl Report for TopicDescriptions {
    const KIND: &'static str = DESCRIBE_KIND;

    fn wire(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page) {
        for topic in &self.topics {
            describe(topic, page);
        }
        for absent in &self.absent {
            page.tone(Tone::Bad, "- ").tone(Tone::Strong, absent).lit(": there is no such topic\n");
        }
        unknowns(&self.unknown, page);
    }
}

fn describe(topic: &TopicDescription, page: &mut Page) {
    let row = &topic.row;
    page.tone(Tone::Strong, &row.topic).lit(": ").val(human::plural(row.partitions, "partition"));
    match row.replication_factor {
        Some(factor) => page.lit(", ").val(human::plural(factor, "replica")),
        None => page.lit(", different numbers of replicas"),
    };
    match row.record_estimate {
        Some(records) => page.lit(", at most ").val(human::count(records)).lit(" records\n"),
        None => page.lit(", number of records unknown\n"),
    };
    if let Some(id) = &row.id {
        page.lit("topic id ").line(&id.0);
    }
    if let Some(source) = &row.dlq_of {
        page.lit("dead letters of ").line(source);
    }
    for note in &topic.notes {
        page.tone(Tone::Notable, "note: ").line(note);
    }
    page.end();
    partitions(&topic.partition_details, page);
    page.end();
    let mut settings = Table::new(&["SETTING", "VALUE", "SOURCE"]);
    for setting in &topic.settings {
        let own = setting.source == ConfigSource::Topic;
        let value =
            setting.value.as_deref().map_or("(hidden)".to_owned(), |value| shown_value(&setting.key, value));
        let tone = if own { Tone::Strong } else { Tone::Faint };
        settings.row(vec![
            cell(&setting.key).tone(tone),
            cell(value).tone(tone),
            cell(source(setting.source)).tone(tone),
        ]);
    }
    if !topic.settings.is_empty() {
        page.table(&settings).end();
    }
}

fn partitions(rows: &[PartitionRow], page: &mut Page) {
    let heading = ["PARTITION", "LEADER", "REPLICAS", "IN SYNC", "LOG START", "HIGH WATERMARK"];
    let mut table = Table::new(&heading);
    for row in rows {
        let offset = |offset: Option<i64>| number(offset.map_or("?".to_owned(), |offset| offset.to_string()));
        let list = |ids: &[i32]| ids.iter().map(i32::to_string).collect::<Vec<_>>().join(",");
        let behind = row.in_sync.len() < row.replicas.len();
        table.row(vec![
            number(row.partition),
            match row.leader {
                Some(leader) => number(leader),
                None => number("none").tone(Tone::Bad),
            },
            cell(list(&row.replicas)),
            cell(list(&row.in_sync)).tone(if behind { Tone::Bad } else { Tone::Plain }),
            offset(row.log_start),
            offset(row.high_watermark),
        ]);
    }
    page.table(&table);
}

fn source(source: ConfigSource) -> &'static str {
    match source {
        ConfigSource::Topic => "topic",
        ConfigSource::DynamicBroker => "broker, at run time",
        ConfigSource::DynamicDefaultBroker => "all brokers, at run time",
        ConfigSource::StaticBroker => "broker's file",
        ConfigSource::Default => "default",
        ConfigSource::Other => "other",
    }
}
