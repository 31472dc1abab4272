//! How a plan of partitions looks.

use eventctl_core::partitioner::{PLAN_KIND, PartitionPlan, Spread};
use serde::Serialize;

use crate::render::page::{Page, Table, Tone, cell, number};
use crate::render::report::Report;

impl Report for PartitionPlan {
    const KIND: &'static str = PLAN_KIND;

    fn wire(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page) {
        let mut table = Table::new(&["STEP", "PARTITIONS"]);
        let mut step = |text: String, partitions: u64| table.row(vec![cell(text), number(partitions)]);
        let (rate, each) = (self.events_per_second, self.events_per_partition);
        step(format!("{rate} events/s, {each} for each partition, rounded up"), self.needed);
        step("half as many more, rounded up".to_owned(), self.with_reserve);
        if let Some(consumers) = self.consumers {
            step(format!("at least one for each of {consumers} consumers of a group"), self.with_consumers);
        }
        step("the next power of two".to_owned(), self.partitions);
        page.table(&table).end();
        page.lit("declare ").tone(Tone::Strong, format_args!("partitions: {}", self.partitions)).end();
        if let Some(Spread { fewest, most, .. }) = self.spread {
            page.lit("each consumer has ").val(fewest);
            if fewest != most {
                page.lit(" or ").val(most);
            }
            page.end();
        }
        page.lit("rounded down in the second step it would be ").val(self.rounded_down.with_reserve);
        page.lit(", and ").val(self.rounded_down.partitions).lit(" in the end\n");
        for note in &self.notes {
            page.tone(Tone::Notable, "note: ").line(note);
        }
    }
}
