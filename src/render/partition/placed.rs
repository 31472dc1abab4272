//! How keys with their partitions look.

use eventctl_core::human;
use eventctl_core::partitioner::{CountOrigin, OF_KIND, Place, PlacedKeys};
use serde::Serialize;

use crate::render::page::{Cell, Page, Table, Tone, cell, number};
use crate::render::report::Report;
use crate::render::window;

impl Report for PlacedKeys {
    const KIND: &'static str = OF_KIND;

    fn wire(&self) -> impl Serialize {
        self
    }

    fn text(&self, page: &mut Page) {
        let partitions = usize::try_from(self.partitions).unwrap_or_default();
        page.tone(Tone::Strong, &self.topic).lit(": ").val(human::plural(partitions, "partition"));
        match self.partitions_from {
            CountOrigin::Cluster => page.lit(" on the cluster"),
            CountOrigin::Flag => page.lit(" as asked for"),
        };
        page.lit(", keys as ").val(self.key_encoding);
        match self.partitioner {
            Some(partitioner) => page.lit(", placed by ").val(partitioner).lit(" (marked *)\n\n"),
            None => page.lit("\n\n"),
        };
        let heading: Vec<&'static str> = std::iter::once("KEY").chain(headings(self)).collect();
        let mut table = Table::new(&heading);
        for key in &self.keys {
            let places = key.places.iter().map(place);
            table.row(std::iter::once(cell(&key.key).tone(Tone::Strong)).chain(places).collect());
        }
        page.table(&table);
        for key in &self.keys {
            for error in key.places.iter().filter_map(|place| place.error.as_ref()) {
                page.tone(Tone::Notable, "note: ").val(&key.key).lit(": ").line(error);
            }
        }
        if let Some(window) = &self.window {
            page.end().lit("seen in what was read ").line(window.words());
            for key in &self.keys {
                let Some(observed) = &key.observed else { continue };
                let tone = if observed.is_finding() { Tone::Bad } else { Tone::Good };
                page.tone(Tone::Strong, &key.key).lit(": ").tone(tone, observed).end();
            }
            window::unread(&self.topic, window, page);
        }
        for note in &self.notes {
            page.tone(Tone::Notable, "note: ").line(note);
        }
    }
}

fn headings(placed: &PlacedKeys) -> Vec<&'static str> {
    let heading = |place: &Place| match (place.partitioner, place.declared) {
        ("murmur2", true) => "MURMUR2 *",
        ("murmur2", false) => "MURMUR2",
        ("crc32", true) => "CRC32 *",
        ("crc32", false) => "CRC32",
        (_, true) => "JAVA-HASH *",
        (_, false) => "JAVA-HASH",
    };
    placed.keys.first().map(|key| key.places.iter().map(heading).collect()).unwrap_or_default()
}

fn place(place: &Place) -> Cell {
    let tone = if place.declared { Tone::Good } else { Tone::Plain };
    match place.partition {
        Some(partition) => number(partition).tone(tone),
        None if place.anywhere => number("anywhere").tone(Tone::Notable),
        None => number("none").tone(Tone::Bad),
    }
}
