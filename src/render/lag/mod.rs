//! How lag looks: a table of groups, the partitions that matter, what is wrong and what is unknown.

mod advice;
mod line;

use std::collections::BTreeMap;
use std::fmt::Display;

use eventctl_core::human;
use eventctl_core::lag::catch_up::{self, CatchUp};
use eventctl_core::lag::report::{FindingKind, GroupLag, LAG_KIND, LagReport, PartitionLag, Unknown};
use eventctl_core::lag::state::LagState;
use serde::Serialize;

pub use line::sample_line;

use super::page::{Cell, Page, Table, Tone, cell, number};
use super::report::Report;

/// How many partitions are shown of several groups; the rest is counted.
const PARTITIONS: usize = 40;

/// How many partitions, or runs of them, are named in a line.
const PARTITIONS_NAMED: usize = 20;

/// How many findings and unknown things are told each.
const ITEMS: usize = 50;

/// Lag, and how much of it is shown.
pub struct Shown<'a> {
    /// What was found out.
    pub report: &'a LagReport,
    /// True where every partition is shown.
    pub partitions: bool,
    /// True where limits that could not be judged are told: under `--check`.
    pub check: bool,
}

impl Report for Shown<'_> {
    const KIND: &'static str = LAG_KIND;

    fn wire(&self) -> impl Serialize {
        self.report
    }

    fn text(&self, page: &mut Page) {
        let report = self.report;
        if report.groups.is_empty() {
            page.lit("no consumer group, as far as this principal may see\n");
        } else {
            page.table(&groups(&report.groups));
        }
        let remarked = report.groups.iter().filter_map(|group| Some((group, group.remark.as_ref()?)));
        for (group, remark) in remarked.filter(|(group, _)| is_told_here(group.state)).take(ITEMS) {
            page.tone(Tone::Faint, &group.group).lit(": ").line(remark);
        }
        self.rows(page);
        if let Some(others) = report.other_groups.filter(|others| *others > 0) {
            page.end().val(human::plural(others, "other group"));
            page.lit(" can be seen: eventctl lag --all\n");
        }
        self.told(page);
        if let Some(advice) = &report.advice {
            advice::advice(advice, page);
        }
    }
}

impl Shown<'_> {
    fn rows(&self, page: &mut Page) {
        let all = self.partitions || self.report.groups.len() == 1;
        let shown = |row: &&PartitionLag| all || row.state != LagState::Ok;
        // Of a group that is not there, one line says all.
        let there = |group: &&GroupLag| self.partitions || group.state != LagState::Missing;
        let rows = || {
            self.report
                .groups
                .iter()
                .filter(there)
                .flat_map(|group| group.partitions.iter().filter(shown).map(move |row| (group, row)))
        };
        let limit = if all { usize::MAX } else { PARTITIONS };
        let some: Vec<(&GroupLag, &PartitionLag)> = rows().take(limit).collect();
        if some.is_empty() {
            return;
        }
        page.end().table(&Columns::of(&some, self.report.groups.len() > 1).table(&some));
        let more = rows().count().saturating_sub(some.len());
        if more > 0 {
            page.lit("and ").val(human::plural(more, "partition")).lit(" more: --partitions\n");
        }
        remarks(&some, page);
    }

    /// Notes, findings, and what is unknown.
    fn told(&self, page: &mut Page) {
        let report = self.report;
        let unjudged: &[Unknown] = if self.check { &report.unjudged } else { &[] };
        if report.notes.len() + report.findings.len() + report.unknown.len() + unjudged.len() > 0 {
            page.end();
        }
        for note in &report.notes {
            page.tone(Tone::Faint, "note: ").line(note);
        }
        for finding in report.findings.iter().take(ITEMS) {
            page.tone(Tone::Bad, "! ");
            if matches!(finding.kind, FindingKind::MaxLag | FindingKind::MaxTimeLag) {
                page.lit("High consumer lag detected: ");
            }
            page.line(&finding.text);
        }
        rest(report.findings.len(), page);
        unknowns(report.unknown.iter().chain(unjudged), page);
    }
}

/// Group, topic, and what is said of some of its partitions.
type About<'a> = (Option<&'a str>, Option<&'a str>, &'a str);

/// What is to be said of partitions: the same words once, with all the partitions that they are about.
fn remarks(rows: &[(&GroupLag, &PartitionLag)], page: &mut Page) {
    let mut said: BTreeMap<About<'_>, Vec<i32>> = BTreeMap::new();
    for (group, row) in rows.iter().filter(|(_, row)| !row.state.is_unknown()) {
        let Some(remark) = &row.remark else { continue };
        said.entry((Some(&group.group), Some(&row.topic), remark)).or_default().push(row.partition);
    }
    for (about, partitions) in said.iter().take(ITEMS) {
        tell(*about, partitions, Tone::Faint, page);
    }
    rest(said.len(), page);
}

/// What could not be found out, in the same way.
fn unknowns<'a>(items: impl Iterator<Item = &'a Unknown>, page: &mut Page) {
    let mut said: BTreeMap<About<'_>, Vec<i32>> = BTreeMap::new();
    for item in items {
        let about = (item.group.as_deref(), item.topic.as_deref(), item.reason.as_str());
        said.entry(about).or_default().extend(item.partition);
    }
    for (about, partitions) in said.iter().take(ITEMS) {
        page.tone(Tone::Notable, "? ");
        tell(*about, partitions, Tone::Strong, page);
    }
    rest(said.len(), page);
}

fn tell((group, topic, words): About<'_>, partitions: &[i32], tone: Tone, page: &mut Page) {
    let partitions = human::ranges(partitions.iter().copied(), PARTITIONS_NAMED);
    let topic = topic.map(|topic| match partitions.as_str() {
        "" => topic.to_owned(),
        partitions => format!("{topic}/{partitions}"),
    });
    let place: Vec<&str> = group.into_iter().chain(topic.as_deref()).collect();
    if !place.is_empty() {
        page.tone(tone, place.join(" ")).lit(": ");
    }
    page.line(words);
}

/// What is missing or unknown is told at the end.
fn is_told_here(state: LagState) -> bool {
    state != LagState::Missing && !state.is_unknown()
}

fn rest(count: usize, page: &mut Page) {
    let more = count.saturating_sub(ITEMS);
    if more > 0 {
        page.lit("  and ").val(more).lit(" more: -o json has them all\n");
    }
}

/// A number, or that it is not known.
fn known(value: Option<impl Display>) -> Cell {
    match value {
        Some(value) => number(value),
        None => number("?").tone(Tone::Notable),
    }
}

/// A number, or nothing where there is none to be had.
fn some(value: Option<impl Display>) -> Cell {
    number(value.map_or("-".to_owned(), |value| value.to_string()))
}

fn tone(state: LagState) -> Tone {
    match state {
        LagState::Ok => Tone::Good,
        LagState::Lagging => Tone::Plain,
        LagState::Unassigned | LagState::NoMembers | LagState::NoCommit | LagState::NotCatchingUp => {
            Tone::Notable
        }
        LagState::Rewound | LagState::Stalled | LagState::Stopped | LagState::Missing => Tone::Bad,
        LagState::AheadOfEnd | LagState::BelowLogStart => Tone::Bad,
        LagState::UnsupportedType | LagState::NoLeader | LagState::Unauthorised | LagState::Unknown => {
            Tone::Notable
        }
    }
}

fn groups(groups: &[GroupLag]) -> Table {
    let rates = groups.iter().any(|group| group.commit_rate.is_some() || group.produce_rate.is_some());
    let lost = groups.iter().any(|group| group.lost > 0);
    let mut heading = vec!["GROUP", "STATE", "MEMBERS", "LAG", "TIME LAG"];
    heading.extend(rates.then_some(["READ/S", "WRITTEN/S", "CATCH UP"]).into_iter().flatten());
    heading.extend(lost.then_some("LOST"));
    let mut table = Table::new(&heading);
    for group in groups {
        let mut row = vec![
            cell(&group.group).tone(Tone::Strong),
            cell(group.state.words()).tone(tone(group.state)),
            some(group.members),
            match group.lag {
                Some(lag) => number(lag),
                None if group.known_lag > 0 => number(format_args!("≥ {}", group.known_lag)),
                None => known(None::<i64>),
            },
            oldest(group),
        ];
        if rates {
            row.extend(rate_cells(group.commit_rate, group.produce_rate, catch_up::of_group(group)));
        }
        if lost {
            row.push(some((group.lost > 0).then_some(group.lost)).tone(Tone::Bad));
        }
        table.row(row);
    }
    table
}

/// The greatest age, as far as it is known.
fn oldest(group: &GroupLag) -> Cell {
    let unread = |row: &&PartitionLag| row.lag != Some(0) && row.time_lag_ms.is_none();
    match (group.max_time_lag_ms, group.partitions.iter().any(|row| unread(&row))) {
        (Some(age), true) => number(format_args!("≥ {}", human::span(age))),
        (Some(0), false) => number("-"),
        (Some(age), false) => number(human::span(age)),
        (None, true) => known(None::<i64>),
        (None, false) => number("-"),
    }
}

fn rate_cells(commit: Option<f64>, produce: Option<f64>, catch_up: CatchUp) -> [Cell; 3] {
    let rate = |rate: Option<f64>| some(rate.map(eventctl_core::lag::advice::rate));
    let catch_up = match catch_up {
        CatchUp::In(seconds) => number(human::span((seconds * 1_000.0).min(1e15) as i64)),
        CatchUp::Never => number("never").tone(Tone::Notable),
        CatchUp::Unknown => known(None::<i64>),
        CatchUp::Unasked => number("-"),
    };
    [rate(commit), rate(produce), catch_up]
}

/// Which columns the rows need: those that say nothing are left out.
struct Columns {
    group: bool,
    log_start: bool,
    stable: bool,
    rates: bool,
    deleted: bool,
    member: bool,
}

impl Columns {
    fn of(rows: &[(&GroupLag, &PartitionLag)], group: bool) -> Columns {
        let any = |says: fn(&PartitionLag) -> bool| rows.iter().any(|(_, row)| says(row));
        Columns {
            group,
            log_start: any(|row| row.lost.is_some() || row.state == LagState::NoCommit),
            stable: any(|row| row.behind_open_transaction.is_some()),
            rates: any(|row| row.commit_rate.is_some() || row.produce_rate.is_some()),
            deleted: any(|row| row.deleted_in_ms.is_some()),
            member: any(|row| row.member.is_some()),
        }
    }

    fn heading(&self) -> Vec<&'static str> {
        let wanted = [
            (self.group, "GROUP"),
            (true, "PARTITION"),
            (true, "STATE"),
            (self.log_start, "LOG START"),
            (true, "COMMITTED"),
            (self.stable, "LAST STABLE"),
            (true, "HIGH WATERMARK"),
            (true, "LAG"),
            (true, "TIME LAG"),
            (self.rates, "READ/S"),
            (self.rates, "WRITTEN/S"),
            (self.rates, "CATCH UP"),
            (self.deleted, "DELETED IN"),
            (self.member, "CLIENT"),
            (self.member, "HOST"),
        ];
        wanted.into_iter().filter(|(wanted, _)| *wanted).map(|(_, title)| title).collect()
    }

    fn table(&self, rows: &[(&GroupLag, &PartitionLag)]) -> Table {
        let mut table = Table::new(&self.heading());
        for (group, row) in rows {
            table.row(self.row(group, row));
        }
        table
    }

    fn row(&self, group: &GroupLag, row: &PartitionLag) -> Vec<Cell> {
        let mut cells = Vec::new();
        cells.extend(self.group.then(|| cell(&group.group)));
        cells.push(cell(format_args!("{}/{}", row.topic, row.partition)));
        cells.push(cell(row.state.words()).tone(tone(row.state)));
        cells.extend(self.log_start.then(|| known(row.log_start)));
        cells.push(some(row.committed));
        cells.extend(self.stable.then(|| known(row.last_stable_offset)));
        cells.push(known(row.high_watermark));
        cells.push(known(row.lag));
        cells.push(match row.time_lag_ms {
            Some(0) if row.lag == Some(0) => number("-"),
            Some(age) => number(human::span(age)),
            None if row.lag.is_some_and(|lag| lag > 0) => known(None::<i64>),
            None => number("-"),
        });
        if self.rates {
            cells.extend(rate_cells(row.commit_rate, row.produce_rate, catch_up::of_partition(row)));
        }
        cells.extend(self.deleted.then(|| some(row.deleted_in_ms.map(human::span))));
        if self.member {
            let member = row.member.as_ref();
            let name = member.map(|member| member.instance_id.as_ref().unwrap_or(&member.client_id).as_str());
            cells.push(cell(name.unwrap_or("-")));
            cells.push(cell(member.map_or("-", |member| member.host.as_str())));
        }
        cells
    }
}
