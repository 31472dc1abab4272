//! How a diagnosis looks: a line per check, with the next step below what is wrong.

use eventctl_core::doctor::{Check, State};
use serde::Serialize;

use super::page::{Page, Tone};
use super::report::Report;

/// The lines of a diagnosis.
pub struct Diagnosis(pub Vec<Check>);

#[derive(Serialize)]
struct DiagnosisWire<'a> {
    checks: &'a [Check],
}

impl Report for Diagnosis {
    const KIND: &'static str = "doctor";

    fn wire(&self) -> impl Serialize {
        DiagnosisWire { checks: &self.0 }
    }

    fn text(&self, page: &mut Page) {
        for check in &self.0 {
            let (tone, word) = match check.state {
                State::Good => (Tone::Good, "good    "),
                State::Finding => (Tone::Bad, "finding "),
                State::Unknown => (Tone::Notable, "unknown "),
            };
            page.tone(tone, word).tone(Tone::Strong, &check.subject).lit(": ").line(&check.text);
            if let Some(next) = &check.next {
                page.lit("         next: ").line(next);
            }
        }
    }
}
