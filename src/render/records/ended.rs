//! The end of a reading, in words: what was read, what was found, why it stopped.

use std::time::Duration;

use eventctl_core::consume::Summary;
use eventctl_core::human;
use eventctl_core::payload::ProblemClass;
use eventctl_core::position::Remark;
use eventctl_core::scan::{PartitionEnd, PartitionScan, ScanCounts, ScanEnd};

use crate::render::page::{Page, Tone};

/// What is told at the end of a reading.
#[derive(Debug, Clone)]
pub struct Ended<'a> {
    /// The topics.
    pub topics: &'a [String],
    /// From where, as it was meant.
    pub from: String,
    /// Until where, as it was meant; none where it followed.
    pub until: Option<String>,
    /// `committed` or `uncommitted`.
    pub isolation: &'static str,
    /// Why it ended.
    pub end: ScanEnd,
    /// How far each partition came.
    pub partitions: &'a [PartitionScan],
    /// How many partitions more cannot be read at all.
    pub unreadable: usize,
    /// What was read.
    pub counts: ScanCounts,
    /// How long it took.
    pub took: Duration,
    /// What was found.
    pub summary: &'a Summary,
    /// By topic: what differed from what was asked for.
    pub remarks: &'a [(String, Remark)],
    /// Where to begin to go on, of a reading that was stopped.
    pub resume: Option<String>,
    /// What else there is to say: how partitions were chosen for a key, what a group committed.
    pub note: Option<String>,
}

impl Ended<'_> {
    /// The partitions that could not be read to their ends: topic, partition, reason.
    fn failed(&self) -> impl Iterator<Item = (&str, i32, String)> {
        self.partitions.iter().filter_map(|scan| match &scan.end {
            PartitionEnd::Failed(fault) => {
                let topic = self.topics.get(scan.topic).map_or("?", String::as_str);
                Some((topic, scan.partition, fault.to_string()))
            }
            _ => None,
        })
    }
}

/// Lays out what must be seen in any case (`warnings`), and the line at the end.
pub fn lay_out(ended: &Ended<'_>, page: &mut Page, warnings: bool) {
    if warnings {
        for (topic, remark) in ended.remarks {
            let words = match remark {
                Remark::Gone { partition, asked, log_start } => format!(
                    "{topic} partition {partition}: {} before the log start {log_start} are gone (asked for {asked})",
                    human::plural(usize::try_from(log_start - asked).unwrap_or(usize::MAX), "offset")
                ),
                Remark::BehindEnd { partition, asked, end } => {
                    format!("{topic} partition {partition}: offset {asked} lies beyond the end {end}")
                }
            };
            page.tone(Tone::Notable, "warning").lit(": ").line(words);
        }
        for (topic, partition, fault) in ended.failed() {
            page.tone(Tone::Bad, "unread").lit(": ").val(topic).lit(" partition ").val(partition);
            page.lit(": ").line(fault);
        }
        for (class, undecodable) in &ended.summary.undecodable {
            let word = if *class == ProblemClass::NotInFile { "left out" } else { "undecodable" };
            page.tone(Tone::Bad, word).lit(": ").val(undecodable.count).lit(" ").val(class);
            page.lit("; the first at ").val(&undecodable.first).lit(": ").line(&undecodable.reason);
        }
        if let Some((at, reason)) = &ended.summary.filter_error {
            page.tone(Tone::Notable, "warning").lit(": the filter failed on ");
            page.val(ended.summary.matched.filter_errors)
                .lit(" records, which count as not matching; the first at ");
            page.val(at).lit(": ").line(reason);
        }
        return;
    }
    line(ended, page);
}

fn line(ended: &Ended<'_>, page: &mut Page) {
    let summary = ended.summary;
    let counted = |count: u64, what| human::plural(usize::try_from(count).unwrap_or(usize::MAX), what);
    page.val(counted(ended.counts.records, "record")).lit(" scanned, ");
    page.val(summary.matched.shown - summary.undecodable_records().min(summary.matched.shown))
        .lit(" matched");
    for (count, word) in [
        (summary.undecodable_records() - summary.left_out(), " undecodable"),
        (summary.left_out(), " left out"),
    ] {
        if count > 0 {
            page.lit(", ").val(count).lit(word);
        }
    }
    if summary.matched.passed_over > 0 {
        page.lit(", ").val(summary.matched.passed_over).lit(" passed over undecoded");
    }
    page.lit("; ")
        .val(counted(ended.partitions.len() as u64, "partition"))
        .lit(" of ")
        .val(ended.topics.join(", "));
    if ended.unreadable > 0 {
        page.lit(", ").tone(Tone::Bad, ended.unreadable).lit(" more cannot be read");
    }
    page.lit(", from ").val(&ended.from);
    match &ended.until {
        Some(until) => page.lit(" until ").val(until),
        None => page.lit(" on"),
    };
    page.lit(", ").val(ended.isolation).lit("; ").val(ended.end.words()).lit("; ");
    let seconds = ended.took.as_secs_f64();
    page.val(format_args!("{seconds:.1} s"));
    if seconds > 0.0 {
        page.val(format_args!(
            ", {:.0} records/s, {:.1} MB/s",
            ended.counts.records as f64 / seconds,
            ended.counts.bytes as f64 / seconds / 1e6
        ));
    }
    page.end();
    if !summary.found.is_empty() {
        let kinds = summary.found.iter().map(|(found, count)| format!("{} {count}", found.as_str()));
        page.lit("values: ").line(kinds.collect::<Vec<_>>().join(", "));
    }
    if let Some(note) = &ended.note {
        page.line(note);
    }
    if let Some(resume) = &ended.resume {
        page.lit("go on with: --from ").line(resume);
    }
}
