//! A sample as a line: what `lag --watch` writes into a pipe.

use eventctl_core::human;
use eventctl_core::lag::report::LagReport;
use eventctl_core::lag::state::LagState;

use crate::render::page::{Page, Tone};

/// How many groups are named in a line.
const NAMED: usize = 5;

/// Writes a line of a sample: when, how many groups in which state, and the worst of them.
#[must_use]
pub fn sample_line(report: &LagReport, colour: bool) -> String {
    let mut page = Page::new(colour);
    page.val(&report.at).lit(" ").val(human::plural(report.groups.len(), "group"));
    let known = report.groups.iter().map(|group| group.known_lag).fold(0, i64::saturating_add);
    match (known, report.groups.iter().all(|group| group.lag.is_some())) {
        (known, true) => page.lit(", lag ").val(human::count(known)),
        (0, false) => page.lit(", lag ?"),
        (known, false) => page.lit(", lag ≥ ").val(human::count(known)),
    };
    for state in LagState::ALL {
        let count = report.groups.iter().filter(|group| group.state == state).count();
        if count > 0 && state != LagState::Ok {
            page.lit(", ").tone(super::tone(state), format_args!("{count} {}", state.words()));
        }
    }
    let mut worst: Vec<_> = report.groups.iter().filter(|group| group.state != LagState::Ok).collect();
    worst.sort_by_key(|group| std::cmp::Reverse((group.state, group.known_lag)));
    for (place, group) in worst.iter().take(NAMED).enumerate() {
        page.lit(if place == 0 { ": " } else { "; " });
        page.tone(Tone::Strong, &group.group).lit(" ").val(group.state.words());
        page.lit(" ").val(group.lag.map_or("lag ?".to_owned(), |lag| format!("lag {}", human::count(lag))));
        if let Some(age) = group.max_time_lag_ms.filter(|age| *age > 0) {
            page.lit(" ").val(human::span(age));
        }
    }
    if !report.findings.is_empty() {
        page.lit(", ").tone(Tone::Bad, human::plural(report.findings.len(), "finding"));
    }
    page.end();
    page.into_text()
}
