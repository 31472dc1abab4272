//! How advice on consumers looks.

use eventctl_core::human;
use eventctl_core::lag::advice::{Advice, rate};

use crate::render::page::{Page, Tone};

pub(super) fn advice(all: &[Advice], page: &mut Page) {
    for advice in all {
        page.end().tone(Tone::Strong, &advice.group).lit(" in ").tone(Tone::Strong, &advice.topic).lit(": ");
        page.val(human::plural(advice.consumers, "consumer")).lit(", ");
        page.val(human::plural(advice.partitions, "partition"));
        if let Some(lag) = advice.lag {
            page.lit(", lag ").val(human::count(lag));
        }
        if let (Some(read), Some(written)) = (advice.commit_rate, advice.produce_rate) {
            page.lit(", ").val(rate(read)).lit("/s read, ").val(rate(written)).lit("/s written");
        }
        page.end();
        for line in &advice.text {
            page.lit("  ").line(line);
        }
    }
}
