//! Telling what becomes of lines while they are sent: as JSON all of them, for people those to look at.

use eventctl_core::produce::{End, LineError, Prepared, Reason};

use crate::failure::Failure;
use crate::flow::send::{Audience, Sink};
use crate::render::produce::{Planned, TOLD, line_json, line_text, planned_json, planned_text};
use crate::ui::{Format, Ui};

/// How much is gathered before it is written.
const GATHERED: usize = 64 << 10;

/// Tells the ends of lines.
pub(super) struct Ends {
    ui: Ui,
    topic: String,
    gathered: String,
    told: usize,
}

pub(super) fn sink(ui: Ui, topic: String) -> Box<dyn Sink> {
    Box::new(Ends { ui, topic, gathered: String::new(), told: 0 })
}

impl Sink for Ends {
    fn line(&mut self, line: u64, end: &End<Reason>) -> Result<(), Failure> {
        if self.ui.style().format == Format::Json {
            line_json(&self.topic, line, end, &mut self.gathered);
            return if self.gathered.len() >= GATHERED { self.flush() } else { Ok(()) };
        }
        if let Some(text) = line_text(line, end) {
            self.told += 1;
            if self.told <= TOLD {
                self.ui.warn(text);
            } else if self.told == TOLD + 1 {
                self.ui.warn("further lines are only counted; -o json tells all");
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Failure> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let told = self.ui.data(&self.gathered).map_err(Failure::of_a_change);
        self.gathered.clear();
        told
    }
}

/// Tells the lines of a dry run.
pub(super) struct Rehearsal {
    ui: Ui,
    topic: String,
    gathered: String,
}

impl Rehearsal {
    pub(super) fn new(ui: Ui, topic: String) -> Self {
        Rehearsal { ui, topic, gathered: String::new() }
    }
}

impl Audience for Rehearsal {
    fn line(
        &mut self,
        line: u64,
        made: Result<(&Prepared<'_>, Option<&str>), LineError>,
    ) -> Result<(), Failure> {
        let json = self.ui.style().format == Format::Json;
        match made {
            Ok((record, event)) => {
                let planned = Planned { line, topic: &self.topic, event, record };
                if json {
                    planned_json(&planned, &mut self.gathered);
                } else {
                    planned_text(&planned, &mut self.gathered);
                }
            }
            Err(error) => {
                let end = End::Refused(Reason::Line(Box::new(error)));
                if json {
                    line_json(&self.topic, line, &end, &mut self.gathered);
                } else if let Some(text) = line_text(line, &end) {
                    // What was prepared before it stands before it, also where both go to one terminal.
                    self.flush()?;
                    self.ui.warn(text);
                }
            }
        }
        if self.gathered.len() >= GATHERED { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let told = self.ui.data(&self.gathered);
        self.gathered.clear();
        told
    }
}
