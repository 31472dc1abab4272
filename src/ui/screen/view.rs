//! What the live screen shows, as a value: samples and keys go in, and what is drawn follows from it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use eventctl_core::lag::report::{GroupLag, LagReport, PartitionLag};

use super::keys::Key;
use super::list::List;
use super::order::{By, Sorting};

/// How many samples of a group's lag are kept.
pub(super) const HISTORY: usize = 120;
/// The longest text that is searched for.
const FILTER: usize = 200;

/// What a key asks of whoever draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Nothing,
    /// To draw again.
    Redraw,
    /// To end.
    Quit,
    /// To end as a signal would: Ctrl-C was typed.
    Interrupt,
}

/// What is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Pane {
    /// The groups.
    #[default]
    Groups,
    /// The partitions of one of them.
    Partitions,
}

/// Lag as it is looked at.
#[derive(Debug, Clone)]
pub struct LagView {
    pub(super) report: Option<Arc<LagReport>>,
    pub(super) at: Option<i64>,
    pub(super) now: i64,
    pub(super) next: Option<i64>,
    pub(super) trouble: Option<String>,
    pub(super) pane: Pane,
    pub(super) help: bool,
    pub(super) typing: bool,
    pub(super) filter: String,
    pub(super) groups: List,
    pub(super) partitions: List,
    /// The group whose partitions are seen.
    pub(super) group: Option<String>,
    history: BTreeMap<String, VecDeque<Option<i64>>>,
}

impl LagView {
    /// A view of nothing, at this time in milliseconds since 1970.
    #[must_use]
    pub fn new(now: i64) -> LagView {
        let by_name = Sorting { by: By::Name, reversed: false };
        LagView {
            report: None,
            at: None,
            now,
            next: None,
            trouble: None,
            pane: Pane::Groups,
            help: false,
            typing: false,
            filter: String::new(),
            groups: List::default(),
            partitions: List::sorted(by_name),
            group: None,
            history: BTreeMap::new(),
        }
    }

    /// Takes in a sample of this time; `trouble` says what could not be found out, beyond what the report says.
    pub fn sample(&mut self, report: Arc<LagReport>, at: i64, trouble: Option<String>) {
        let mut history = BTreeMap::new();
        for group in &report.groups {
            let mut ring = self.history.remove(&group.group).unwrap_or_default();
            if ring.len() >= HISTORY {
                ring.pop_front();
            }
            ring.push_back(group.lag);
            history.insert(group.group.clone(), ring);
        }
        // What is not in the sample is gone, and so is its history.
        self.history = history;
        (self.report, self.at, self.trouble) = (Some(report), Some(at), trouble);
        self.refresh();
    }

    /// A sample failed: what was seen before stays, and grows old.
    pub fn failed(&mut self, reason: String) {
        self.trouble = Some(reason);
    }

    /// Time passes; `next` is when the next sample is due.
    pub fn tick(&mut self, now: i64, next: Option<i64>) {
        (self.now, self.next) = (now, next);
    }

    /// Takes in a key.
    pub fn key(&mut self, key: Key) -> Change {
        if key == Key::Interrupt {
            return Change::Interrupt;
        }
        if self.help {
            self.help = false;
            return Change::Redraw;
        }
        if self.typing {
            return self.typed(key);
        }
        match key {
            Key::Letter('q') => return Change::Quit,
            Key::Letter('?') => self.help = true,
            Key::Letter('/') if self.pane == Pane::Groups => self.typing = true,
            Key::Letter('s') => {
                let sorting = &mut self.list().sorting;
                *sorting = Sorting { by: sorting.by.next(), reversed: false };
                self.refresh();
            }
            Key::Letter('r') => {
                let sorting = &mut self.list().sorting;
                sorting.reversed = !sorting.reversed;
                self.refresh();
            }
            Key::Enter => return self.drill_down(),
            Key::Escape => return self.back(),
            other => return self.moved(other),
        }
        Change::Redraw
    }

    /// The screen has this size now.
    pub fn fit(&mut self, _width: u16, height: u16) {
        let rows = usize::from(super::draw::rows(height));
        self.groups.fit(rows);
        self.partitions.fit(rows);
    }

    /// The lag of a group over the last samples, the oldest first; none where it was not known.
    pub(super) fn history(&self, group: &str) -> impl DoubleEndedIterator<Item = Option<i64>> {
        self.history.get(group).into_iter().flatten().copied()
    }

    /// The group of a row.
    pub(super) fn group_at(&self, row: usize) -> Option<&GroupLag> {
        self.report.as_ref()?.groups.get(row)
    }

    /// The group whose partitions are seen, if the last sample has it.
    pub(super) fn opened(&self) -> Option<&GroupLag> {
        let name = self.group.as_ref()?;
        self.report.as_ref()?.groups.iter().find(|group| group.group == *name)
    }

    fn list(&mut self) -> &mut List {
        match self.pane {
            Pane::Groups => &mut self.groups,
            Pane::Partitions => &mut self.partitions,
        }
    }

    fn typed(&mut self, key: Key) -> Change {
        match key {
            Key::Letter(letter) if self.filter.len() < FILTER => self.filter.push(letter),
            Key::Backspace => drop(self.filter.pop()),
            Key::Enter => self.typing = false,
            Key::Escape => {
                self.typing = false;
                self.filter.clear();
            }
            _ => return Change::Nothing,
        }
        self.refresh();
        Change::Redraw
    }

    fn drill_down(&mut self) -> Change {
        let chosen = self.groups.chosen().and_then(|row| self.group_at(row)).map(|group| group.group.clone());
        let (Pane::Groups, Some(group)) = (self.pane, chosen) else { return Change::Nothing };
        (self.pane, self.group) = (Pane::Partitions, Some(group));
        self.partitions.renew();
        self.refresh();
        Change::Redraw
    }

    fn back(&mut self) -> Change {
        if self.pane == Pane::Partitions {
            (self.pane, self.group) = (Pane::Groups, None);
        } else if self.filter.is_empty() {
            return Change::Nothing;
        } else {
            self.filter.clear();
            self.refresh();
        }
        Change::Redraw
    }

    fn moved(&mut self, key: Key) -> Change {
        let far = isize::MAX / 2;
        let report = self.report.clone();
        let group = self.group.clone();
        let pane = self.pane;
        let name = move |row: usize| match pane {
            Pane::Groups => group_name(report.as_deref(), row),
            Pane::Partitions => partition_name(opened(report.as_deref(), group.as_deref()), row),
        };
        let list = self.list();
        match key {
            Key::Letter('k') | Key::Up => list.step(-1, name),
            Key::Letter('j') | Key::Down => list.step(1, name),
            Key::PageUp => list.page(-1, name),
            Key::PageDown => list.page(1, name),
            Key::Letter('g') | Key::Home => list.step(-far, name),
            Key::Letter('G') | Key::End => list.step(far, name),
            _ => return Change::Nothing,
        }
        Change::Redraw
    }

    /// Chooses and sorts the rows anew.
    fn refresh(&mut self) {
        let Some(report) = self.report.clone() else { return };
        let wanted = self.filter.to_lowercase();
        let matches = |group: &GroupLag| wanted.is_empty() || group.group.to_lowercase().contains(&wanted);
        let sorting = self.groups.sorting;
        let mut rows: Vec<(usize, &GroupLag)> =
            report.groups.iter().enumerate().filter(|(_, group)| matches(group)).collect();
        rows.sort_by(|(_, one), (_, other)| sorting.groups(one, other));
        let rows = rows.into_iter().map(|(row, _)| row).collect();
        self.groups.fill(rows, |row| group_name(Some(&report), row));
        let opened = opened(Some(&report), self.group.as_deref());
        let sorting = self.partitions.sorting;
        let mut rows: Vec<(usize, &PartitionLag)> =
            opened.into_iter().flat_map(|group| group.partitions.iter().enumerate()).collect();
        rows.sort_by(|(_, one), (_, other)| sorting.partitions(one, other));
        let rows = rows.into_iter().map(|(row, _)| row).collect();
        self.partitions.fill(rows, |row| partition_name(opened, row));
    }
}

fn opened<'a>(report: Option<&'a LagReport>, name: Option<&str>) -> Option<&'a GroupLag> {
    report?.groups.iter().find(|group| Some(group.group.as_str()) == name)
}

fn group_name(report: Option<&LagReport>, row: usize) -> String {
    report.and_then(|report| report.groups.get(row)).map(|group| group.group.clone()).unwrap_or_default()
}

fn partition_name(group: Option<&GroupLag>, row: usize) -> String {
    let partition = group.and_then(|group| group.partitions.get(row));
    partition.map(|it| format!("{}/{}", it.topic, it.partition)).unwrap_or_default()
}
