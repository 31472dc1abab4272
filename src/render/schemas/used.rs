//! How the schemas look that records carry.

use std::collections::BTreeMap;

use eventctl_core::human;
use eventctl_core::scan::Window;
use eventctl_core::usage::{
    GroupCommits, PartitionUsage, SubjectUsage, USAGE_KIND, UsageReport, VersionUsage,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::render::page::{Page, Table, Tone, cell, number};
use crate::render::report::Report;
use crate::render::window;

/// What the records of a topic carry, with what was read for it.
pub struct Used<'a> {
    /// What was found.
    pub report: &'a UsageReport,
    /// What was read of the topic.
    pub window: &'a Window,
    /// Records that did not count, because of their times.
    pub outside: u64,
    /// The dead-letter topic; none where there is none.
    pub dead_letters: Option<DeadLettersShown<'a>>,
    /// The groups that read the topic.
    pub groups: &'a [GroupCommits],
    /// Why there may be further ones.
    pub groups_unknown: Option<&'a str>,
    /// True where each partition is shown.
    pub by_partition: bool,
}

/// What is said of the dead-letter topic.
pub enum DeadLettersShown<'a> {
    /// It is declared and is not there.
    Absent {
        /// Its name.
        topic: &'a str,
    },
    /// It was not read.
    NotRead {
        /// Its name.
        topic: &'a str,
        /// Why.
        reason: &'a str,
    },
    /// It was read.
    Read {
        /// Its name.
        topic: &'a str,
        /// How many records it has there.
        records: u64,
        /// What was read.
        window: &'a Window,
    },
}

#[derive(Serialize)]
struct Wire<'a> {
    #[serde(flatten)]
    report: &'a UsageReport,
    window: &'a Window,
    outside: u64,
    dead_letters: Option<DeadLettersWire<'a>>,
    groups: Vec<GroupWire<'a>>,
    groups_unknown: Option<&'a str>,
}

#[derive(Serialize)]
struct DeadLettersWire<'a> {
    topic: &'a str,
    state: &'static str,
    reason: Option<&'a str>,
    records: Option<u64>,
    window: Option<&'a Window>,
}

#[derive(Serialize)]
struct GroupWire<'a> {
    group: &'a str,
    commits: Option<Vec<CommitWire>>,
    reason: Option<&'a str>,
}

#[derive(Serialize)]
struct CommitWire {
    partition: i32,
    offset: Option<i64>,
}

impl Report for Used<'_> {
    const KIND: &'static str = USAGE_KIND;

    fn wire(&self) -> impl Serialize {
        Wire {
            report: self.report,
            window: self.window,
            outside: self.outside,
            dead_letters: self.dead_letters.as_ref().map(DeadLettersShown::wire),
            groups: self.groups.iter().map(group).collect(),
            groups_unknown: self.groups_unknown,
        }
    }

    fn text(&self, page: &mut Page) {
        let report = self.report;
        page.tone(Tone::Strong, &report.topic).lit(": ").val(records(report.records)).lit(" ");
        page.line(self.window.words());
        if self.outside > 0 {
            page.val(records(self.outside)).lit(" of other times did not count\n");
        }
        if report.null_values > 0 {
            page.val(records(report.null_values)).lit(" without a value carry no schema\n");
        }
        if let Some(dead_letters) = &self.dead_letters {
            dead_letters.text(page);
        }
        self.tell_groups(page);
        for subject in &report.subjects {
            page.end();
            self.subject(subject, page);
        }
        self.rest(page);
        window::unread(&report.topic, self.window, page);
        if let Some(DeadLettersShown::Read { topic, window, .. }) = &self.dead_letters {
            window::unread(topic, window, page);
        }
    }
}

impl Used<'_> {
    fn tell_groups(&self, page: &mut Page) {
        let names: Vec<&str> = self.groups.iter().map(|group| group.group.as_str()).collect();
        if names.is_empty() {
            page.lit("no group reads it, as far as this principal may see\n");
        } else {
            page.lit("read by ").val(human::list(&names, 10)).lit(", as far as this principal may see\n");
        }
        for group in self.groups {
            if let Err(reason) = &group.commits {
                page.tone(Tone::Notable, "? ").lit("group ").val(&group.group).lit(": ").line(reason);
            }
        }
        if let Some(reason) = self.groups_unknown {
            page.tone(Tone::Notable, "? ").lit("not all groups could be listed: ").line(reason);
        }
    }

    fn subject(&self, subject: &SubjectUsage, page: &mut Page) {
        let (tone, words) = phase(subject);
        page.tone(Tone::Strong, &subject.subject).lit(": ").tone(tone, words).end();
        if !subject.versions.is_empty() {
            page.table(&self.versions(subject));
        }
        let heading = if subject.phase_name == "not_proven" { "  missing: " } else { "  before phase 3: " };
        for missing in &subject.missing {
            page.tone(Tone::Faint, heading).line(missing);
        }
    }

    fn versions(&self, subject: &SubjectUsage) -> Table {
        let mut table =
            Table::new(&["VERSION", "ID", "RECORDS", "SHARE", "FIRST SEEN", "LAST SEEN", "PARTITIONS"]);
        for version in &subject.versions {
            let ids: Vec<String> = version.ids.iter().map(ToString::to_string).collect();
            table.row(vec![
                number(version.version.map_or("none".to_owned(), |number| number.to_string()))
                    .tone(age(subject, version)),
                number(ids.join(", ")),
                number(version.records),
                number(format_args!("{:.1} %", version.share * 100.0)),
                cell(time(version.first_seen)),
                cell(time(version.last_seen)),
                number(version.partitions.len()),
            ]);
            for one in version.partitions.iter().filter(|_| self.by_partition) {
                table.row(vec![
                    number(""),
                    number(""),
                    number(one.records),
                    number(""),
                    cell(time(one.first_seen)),
                    cell(time(one.last_seen)),
                    number(one.partition).tone(Tone::Faint),
                ]);
            }
        }
        table
    }

    /// What belongs to no subject.
    fn rest(&self, page: &mut Page) {
        let report = self.report;
        if !report.unresolved.is_empty() || !report.undecodable.is_empty() {
            page.end();
        }
        for one in &report.unresolved {
            page.tone(Tone::Bad, "! ").val(&one.identity).lit(": ").val(records(one.records));
            page.lit(places(&one.partitions)).val(partitions(&one.partitions)).lit(": ").line(&one.reason);
        }
        for one in &report.undecodable {
            page.tone(Tone::Bad, "! ").lit("undecodable: ").val(records(one.records));
            page.lit(places(&one.partitions)).val(partitions(&one.partitions)).lit(": ").line(&one.reason);
        }
        let more = [
            (
                report.not_told_apart,
                " with a schema were not told apart: there are too many different ones\n",
            ),
            (report.undecodable_not_told_apart, " that cannot be decoded were not told apart\n"),
        ];
        for (count, words) in more {
            if count > 0 {
                page.tone(Tone::Notable, "note: ").val(records(count)).lit(words);
            }
        }
    }
}

impl DeadLettersShown<'_> {
    fn wire(&self) -> DeadLettersWire<'_> {
        let of = |topic, state| DeadLettersWire { topic, state, reason: None, records: None, window: None };
        match self {
            DeadLettersShown::Absent { topic } => of(topic, "absent"),
            DeadLettersShown::NotRead { topic, reason } => {
                DeadLettersWire { reason: Some(reason), ..of(topic, "not_read") }
            }
            DeadLettersShown::Read { topic, records, window } => {
                DeadLettersWire { records: Some(*records), window: Some(window), ..of(topic, "read") }
            }
        }
    }

    fn text(&self, page: &mut Page) {
        match self {
            DeadLettersShown::Absent { topic } => {
                page.tone(Tone::Strong, topic).lit(": there is no such topic, and nothing in it\n")
            }
            DeadLettersShown::NotRead { topic, reason } => {
                page.tone(Tone::Strong, topic).lit(": not read: ").line(reason)
            }
            DeadLettersShown::Read { topic, records: count, window } => {
                page.tone(Tone::Strong, topic).lit(": ").val(records(*count)).lit(" ").line(window.words())
            }
        };
    }
}

fn group(group: &GroupCommits) -> GroupWire<'_> {
    let commits = |commits: &BTreeMap<i32, Option<i64>>| {
        let commit =
            |(partition, offset): (&i32, &Option<i64>)| CommitWire { partition: *partition, offset: *offset };
        commits.iter().map(commit).collect()
    };
    GroupWire {
        group: &group.group,
        commits: group.commits.as_ref().ok().map(commits),
        reason: group.commits.as_ref().err().map(String::as_str),
    }
}

/// The phase in words.
fn phase(subject: &SubjectUsage) -> (Tone, String) {
    let newest = subject.newest.map_or(String::new(), |newest| newest.to_string());
    match subject.phase_name {
        "unseen" => (Tone::Faint, "no record of it was seen".to_owned()),
        "one_version" => (Tone::Good, format!("there is one version, {newest}, and nothing to migrate")),
        "consumers_first" => {
            (Tone::Notable, format!("phase 1, consumers first: only versions before {newest} were seen"))
        }
        "mixed" => {
            let old = subject.versions.iter().filter(|version| version.version != subject.newest);
            let share: f64 = old.map(|version| version.share).sum();
            let last = time(subject.last_old);
            (
                Tone::Notable,
                format!("phase 2, mixed: {:.1} % older than {newest}, the last at {last}", share * 100.0),
            )
        }
        "old_version_gone" => (Tone::Good, format!("phase 3, old version gone: only {newest} is left")),
        "not_proven" => {
            (Tone::Notable, format!("only {newest} was seen; that older versions are gone is not proven"))
        }
        _ => (Tone::Plain, "its records name no version".to_owned()),
    }
}

fn age(subject: &SubjectUsage, version: &VersionUsage) -> Tone {
    if version.version == subject.newest { Tone::Good } else { Tone::Notable }
}

fn time(at: Option<Timestamp>) -> String {
    at.map_or("unknown".to_owned(), human::moment)
}

fn places(of: &[PartitionUsage]) -> &'static str {
    if of.len() == 1 { " in partition " } else { " in partitions " }
}

fn partitions(of: &[PartitionUsage]) -> String {
    let numbers: Vec<i32> = of.iter().map(|one| one.partition).collect();
    human::list(&numbers, 20)
}

fn records(count: u64) -> String {
    human::plural(usize::try_from(count).unwrap_or(usize::MAX), "record")
}
