//! How an exported catalog looks: the YAML itself, or a document around it.

use eventctl_core::name::TopicName;
use eventctl_core::topics::export::Export;
use eventctl_core::topics::plan::Unknown;
use serde::Serialize;

use crate::render::page::Page;
use crate::render::report::Report;

#[derive(Serialize)]
struct ExportWire<'a> {
    catalog: &'a str,
    topics: usize,
    notes: &'a [String],
    unknown: &'a [Unknown],
    absent: &'a [TopicName],
}

impl Report for Export {
    const KIND: &'static str = "topics.export";

    fn wire(&self) -> impl Serialize {
        let Export { yaml, topics, notes, unknown, absent } = self;
        ExportWire { catalog: yaml, topics: *topics, notes, unknown, absent }
    }

    fn text(&self, page: &mut Page) {
        // The catalog's own line ends are kept, everything else is escaped; legal YAML of ours holds nothing to escape.
        for line in self.yaml.lines() {
            page.line(line);
        }
    }
}
