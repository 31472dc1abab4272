//! How settings and their origins look.

use eventctl_core::settings::{ConfigReport, FileState, TrustReport};
use serde::Serialize;

use super::page::{Page, Table, Tone, cell};
use super::report::Report;

impl Report for ConfigReport {
    const KIND: &'static str = "config.show";

    fn wire(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page) {
        let mut settings = Table::new(&["SETTING", "VALUE", "ORIGIN"]);
        for row in &self.settings {
            settings.row(vec![
                cell(&row.name),
                cell(&row.value).tone(Tone::Strong),
                cell(&row.origin).tone(Tone::Faint),
            ]);
        }
        page.table(&settings);
        if !self.contexts.is_empty() {
            let mut contexts = Table::new(&["CONTEXT", "BROKERS", "ENVIRONMENT", "PROTECTED", "ORIGIN"]);
            for row in &self.contexts {
                let tone = if row.in_use { Tone::Good } else { Tone::Plain };
                let name = if row.in_use { format!("{} (in use)", row.name) } else { row.name.clone() };
                contexts.row(vec![
                    cell(name).tone(tone),
                    cell(row.brokers.as_deref().unwrap_or("-")),
                    cell(row.environment.as_deref().unwrap_or("-")),
                    cell(if row.protected { "yes" } else { "no" }),
                    cell(&row.origin).tone(Tone::Faint),
                ]);
            }
            page.end().table(&contexts);
        }
        page.end();
        for file in &self.files {
            let state = match file.state {
                FileState::Found => "found",
                FileState::Absent => "absent",
                FileState::Untrusted => "runs code and is not trusted: eventctl config trust",
            };
            page.lit("looked at ").val(&file.path).lit(" (").val(file.role).lit("): ").line(state);
        }
        for note in &self.notes {
            page.tone(Tone::Notable, "note").lit(": ").line(note);
        }
    }
}

impl Report for TrustReport {
    const KIND: &'static str = "config.trust";

    fn wire(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page) {
        page.tone(Tone::Strong, &self.path).end();
        page.lit("SHA-256 ").line(&self.sha256);
        if self.code.is_empty() {
            page.lit("nothing in it runs or loads code: there is nothing to trust\n");
        }
        for row in &self.code {
            page.lit("  ").val(&row.name).lit(" = ").tone(Tone::Strong, &row.value).lit("  ");
            page.tone(Tone::Faint, &row.origin).end();
        }
        if self.trusted {
            page.lit("it is trusted, as it is now\n");
        }
    }
}
