//! What became of all lines, in words.

use std::time::Duration;

use eventctl_core::produce::{Ending, ProduceReport, Tally, TransactionEnd};

use crate::render::page::{Page, Tone};

/// What became of an input.
#[derive(Debug, Clone, Copy)]
pub struct Summary<'a> {
    /// The topic.
    pub topic: &'a str,
    /// Where the lines came from, as a shell takes it; none is stdin.
    pub file: Option<&'a str>,
    /// The same command that reads them from stdin.
    pub command: &'a str,
    /// What became of them.
    pub report: &'a ProduceReport,
    /// How long it took.
    pub took: Duration,
    /// True where nothing was sent on purpose.
    pub dry_run: bool,
}

impl Summary<'_> {
    /// The text.
    pub fn text(&self, page: &mut Page) {
        self.counts(page);
        self.transaction(page);
        self.ending(page);
        if self.report.expired > 0 {
            page.tone(Tone::Notable, "warning").lit(": ").val(self.report.expired);
            page.lit(
                " records are older than the topic keeps them (retention.ms): the brokers will delete them\n",
            );
        }
        if self.report.not_kept > 0 {
            page.val(self.report.not_kept).lit(
                " refused lines are not in the reject file: it could not be written, or they are too long\n",
            );
        }
    }

    fn counts(&self, page: &mut Page) {
        let Tally { lines, blank, acknowledged, refused, unknown, not_sent, .. } = self.report.tally;
        page.tone(Tone::Strong, self.topic).lit(": ").val(lines).lit(if lines == 1 {
            " line"
        } else {
            " lines"
        });
        if self.dry_run {
            page.lit(", ").tone(Tone::Good, not_sent).lit(" would be sent");
        } else {
            page.lit(", ").tone(good(acknowledged), acknowledged).lit(" acknowledged");
        }
        page.lit(", ").tone(bad(refused), refused).lit(" refused");
        if !self.dry_run {
            page.lit(", ").tone(bad(unknown), unknown).lit(" unknown");
            page.lit(", ").tone(bad(not_sent), not_sent).lit(" not sent");
        }
        if blank > 0 {
            page.lit(", ").val(blank).lit(" blank");
        }
        let seconds = self.took.as_secs_f64();
        page.lit("; ").val(format_args!("{seconds:.1} s"));
        if acknowledged > 0 && seconds > 0.0 {
            page.lit(", ").val(format_args!("{:.0} a second", acknowledged as f64 / seconds));
        }
        page.end();
    }

    fn transaction(&self, page: &mut Page) {
        match &self.report.transaction {
            None => {}
            Some(TransactionEnd::Committed) => {
                page.lit("the transaction is committed: all of it is there\n");
            }
            Some(TransactionEnd::TakenBack(None)) => {
                page.lit("the transaction was taken back: none of it is there\n");
            }
            Some(TransactionEnd::TakenBack(Some(fault))) => {
                page.lit("the transaction was taken back, none of it is there: ").line(fault);
            }
            Some(TransactionEnd::Undecided(fault)) => {
                page.tone(Tone::Bad, "nobody knows whether the transaction is committed")
                    .lit(": ")
                    .line(fault);
                page.lit(
                    "look with `eventctl consume --isolation committed` before anything is sent again\n",
                );
            }
        }
    }

    fn ending(&self, page: &mut Page) {
        match &self.report.ending {
            Ending::Input => {}
            Ending::Line(line) => {
                page.lit("stopped because of line ").line(line);
            }
            Ending::Signal => {
                page.lit("stopped by a signal; what was on its way was awaited\n");
            }
            Ending::Fatal(fault) => {
                page.tone(Tone::Bad, "the client could not go on").lit(": ").line(fault);
            }
            Ending::TimeLimit => {
                page.lit("the transaction took longer than it may: --transaction-timeout\n");
            }
            Ending::Machine(story) => {
                page.tone(Tone::Bad, "stopped").lit(": ").line(story);
            }
        }
        let Some(line) = self.report.resume().filter(|_| !self.dry_run) else { return };
        if self.report.transaction.is_some() {
            page.lit("go on with the same command: nothing of the input is there\n");
            return;
        }
        page.lit("not sent: line ").val(line).lit(" and all that follow");
        match self.file {
            Some(file) => {
                page.lit("; go on with: tail -n +").val(line).lit(" ").val(file);
                page.lit(" | ").line(self.command);
            }
            None => {
                page.lit("; go on from there with the same command\n");
            }
        }
    }
}

fn good(count: u64) -> Tone {
    if count > 0 { Tone::Good } else { Tone::Plain }
}

fn bad(count: u64) -> Tone {
    if count > 0 { Tone::Bad } else { Tone::Plain }
}
