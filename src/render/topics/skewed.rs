//! How the distribution of a topic's records looks.

use eventctl_core::human;
use eventctl_core::scan::Window;
use eventctl_core::skew::{Advice, HeavyKey, IMBALANCE, Measure, PartitionLoad, SKEW_KIND, SkewReport};
use serde::Serialize;

use crate::render::page::{Cell, Page, Table, Tone, cell, number};
use crate::render::report::Report;
use crate::render::window;

/// How many characters the longest bar has.
const BAR: usize = 40;

/// How many characters of a key are shown in a table.
const WIDTH: usize = 40;

/// How records lie on partitions, with what was read.
pub struct Skewed<'a> {
    /// The topic.
    pub topic: &'a str,
    /// What was counted.
    pub report: &'a SkewReport,
    /// What to make of it.
    pub advice: &'a [Advice],
    /// What was read.
    pub window: &'a Window,
}

#[derive(Serialize)]
struct Wire<'a> {
    topic: &'a str,
    #[serde(flatten)]
    report: &'a SkewReport,
    advice: &'a [Advice],
    window: &'a Window,
}

impl Report for Skewed<'_> {
    const KIND: &'static str = SKEW_KIND;

    fn wire(&self) -> impl Serialize {
        Wire { topic: self.topic, report: self.report, advice: self.advice, window: self.window }
    }

    fn text(&self, page: &mut Page) {
        let report = self.report;
        page.tone(Tone::Strong, self.topic).lit(": ").val(records(report.records)).lit(" ");
        page.line(self.window.words());
        page.val(human::bytes(signed(report.bytes))).lit(" of keys and values");
        if report.null_keys > 0 {
            page.lit(", ").val(records(report.null_keys)).lit(" without a key");
        }
        page.lit("\n\n").table(&self.partitions());
        if let Some(imbalance) = report.imbalance {
            page.lit("the heaviest has ").line(format_args!("{imbalance:.1} times the mean"));
        }
        if !report.heaviest.is_empty() {
            page.end().table(&self.keys());
            if report.error_limit > 0 {
                page.lit("a key that is not among those counted has at most ");
                page.line(self.weight(report.error_limit));
            }
        }
        if !self.advice.is_empty() || !self.window.unread.is_empty() {
            page.end();
        }
        for advice in self.advice {
            let (tone, word) =
                if advice.is_finding() { (Tone::Bad, "! ") } else { (Tone::Notable, "note: ") };
            page.tone(tone, word).line(&advice.text);
            page.lit("  ").tone(Tone::Faint, &advice.help).end();
        }
        window::unread(self.topic, self.window, page);
    }
}

impl Skewed<'_> {
    fn partitions(&self) -> Table {
        let mut table = Table::new(&["PARTITION", "RECORDS", "BYTES", "SHARE", ""]);
        let loads = &self.report.partitions;
        let most = loads.iter().map(|load| load.share).fold(0.0, f64::max);
        for load in loads {
            table.row(vec![
                number(load.partition),
                number(load.records),
                number(load.bytes),
                number(percent(load.share)),
                bar(load, most, loads.len()),
            ]);
        }
        table
    }

    fn keys(&self) -> Table {
        let weight = match self.report.measure {
            Measure::Records => "RECORDS",
            Measure::Bytes => "BYTES",
        };
        let mut table = Table::new(&["KEY", "PARTITION", weight, "ERROR", "OF PARTITION"]);
        for key in &self.report.heaviest {
            table.row(vec![
                name(key),
                number(key.partition),
                number(key.weight.at_most),
                number(error(key)),
                number(percent(key.share_at_least)),
            ]);
        }
        table
    }

    fn weight(&self, weight: u64) -> String {
        match self.report.measure {
            Measure::Records => records(weight),
            Measure::Bytes => human::bytes(signed(weight)),
        }
    }
}

/// A bar as long as its part of the heaviest; what is there at all has a mark.
fn bar(load: &PartitionLoad, most: f64, partitions: usize) -> Cell {
    let parts = if most > 0.0 { load.share / most * BAR as f64 } else { 0.0 };
    let parts = parts.round().clamp(0.0, BAR as f64) as usize;
    let least = usize::from(load.records > 0);
    let heavy = load.share * partitions as f64 >= IMBALANCE;
    cell("█".repeat(parts.max(least))).tone(if heavy { Tone::Notable } else { Tone::Good })
}

/// The key; one that was cut says so.
fn name(key: &HeavyKey) -> Cell {
    let shown = match key.key_shown_as {
        "base64" => format!("base64:{}", key.key),
        _ if key.key.is_empty() => "(empty)".to_owned(),
        _ => key.key.clone(),
    };
    match shown.char_indices().nth(WIDTH) {
        None => cell(shown),
        Some((end, _)) => {
            cell(format_args!("{}… ({} bytes)", shown.get(..end).unwrap_or_default(), key.key_length))
        }
    }
}

/// By how much the shown weight may be too great.
fn error(key: &HeavyKey) -> String {
    match key.weight.at_most - key.weight.at_least {
        0 => "0".to_owned(),
        error => format!("-{error}"),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn records(count: u64) -> String {
    human::plural(usize::try_from(count).unwrap_or(usize::MAX), "record")
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}
