//! What became of each line.
//!
//! Lines are submitted in their order and end in any: a [`Ledger`] holds the ends of those behind the first one that is
//! still open, gives them out in the order of the lines, and counts them. Each line ends exactly once, as what it is
//! first said to be, so that the counts add up to the lines that were read.

use std::collections::VecDeque;

/// How a line ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End<R> {
    /// It is stored, acknowledged by all replicas that were in sync.
    Acknowledged {
        /// Its partition.
        partition: i32,
        /// Its offset, where the broker told it.
        offset: Option<i64>,
    },
    /// It is not stored: it is wrong, or the broker refused it.
    Refused(R),
    /// Nobody knows whether it is stored.
    Unknown(R),
    /// It was not sent, or taken back as a whole.
    NotSent,
    /// There was nothing in it.
    Blank,
}

/// How many lines ended how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Lines that were read.
    pub lines: u64,
    /// Those with nothing in them.
    pub blank: u64,
    /// Those that are stored.
    pub acknowledged: u64,
    /// Those that are not, and why is known.
    pub refused: u64,
    /// Those of which nobody knows.
    pub unknown: u64,
    /// Those that were not sent.
    pub not_sent: u64,
    /// The first line that was not sent.
    pub first_not_sent: Option<u64>,
}

impl Tally {
    /// True where each line that was read is counted once.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let Tally { lines, blank, acknowledged, refused, unknown, not_sent, first_not_sent: _ } = self;
        *lines == blank + acknowledged + refused + unknown + not_sent
    }

    fn count<R>(&mut self, line: u64, end: &End<R>) {
        match end {
            End::Acknowledged { .. } => self.acknowledged += 1,
            End::Refused(_) => self.refused += 1,
            End::Unknown(_) => self.unknown += 1,
            End::Blank => self.blank += 1,
            End::NotSent => {
                self.not_sent += 1;
                self.first_not_sent = Some(self.first_not_sent.map_or(line, |first| first.min(line)));
            }
        }
    }
}

/// The lines from the first open one on.
#[derive(Debug)]
pub struct Ledger<R> {
    /// The number of the first line that is held.
    first: u64,
    held: VecDeque<Option<End<R>>>,
    tally: Tally,
    /// How many of those held have no end.
    open: usize,
}

impl<R> Default for Ledger<R> {
    fn default() -> Self {
        Ledger { first: 1, held: VecDeque::new(), tally: Tally::default(), open: 0 }
    }
}

impl<R> Ledger<R> {
    /// Takes in the next line and gives its number, from 1.
    pub fn begin(&mut self) -> u64 {
        self.held.push_back(None);
        self.open += 1;
        self.tally.lines += 1;
        self.tally.lines
    }

    /// Takes note of how a line ended. A line that has ended, or was never begun, keeps what it is: false is the answer
    /// then.
    pub fn end(&mut self, line: u64, end: End<R>) -> bool {
        let place = line.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        let Some(held @ None) = place.and_then(|place| self.held.get_mut(place)) else { return false };
        self.tally.count(line, &end);
        self.open -= 1;
        *held = Some(end);
        true
    }

    /// The next line of which all before it are given out, where it has ended.
    pub fn take(&mut self) -> Option<(u64, End<R>)> {
        let Some(Some(_)) = self.held.front() else { return None };
        let end = self.held.pop_front().flatten()?;
        let line = self.first;
        self.first += 1;
        Some((line, end))
    }

    /// Turns every end that is held and fits into another one: a transaction that was taken back.
    pub fn take_back(&mut self, fits: impl Fn(&End<R>) -> bool, with: impl Fn() -> End<R>) {
        for (line, held) in (self.first..).zip(&mut self.held) {
            let Some(end) = held.as_mut().filter(|end| fits(end)) else { continue };
            match end {
                End::Acknowledged { .. } => self.tally.acknowledged -= 1,
                End::Refused(_) => self.tally.refused -= 1,
                End::Unknown(_) => self.tally.unknown -= 1,
                End::Blank => self.tally.blank -= 1,
                End::NotSent => self.tally.not_sent -= 1,
            }
            *end = with();
            self.tally.count(line, end);
        }
    }

    /// The lines that are held, with their ends.
    pub fn ends(&self) -> impl Iterator<Item = (u64, Option<&End<R>>)> {
        (self.first..).zip(self.held.iter().map(Option::as_ref))
    }

    /// The number of the first line that is not given out.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// How many lines are held, ended or not.
    #[must_use]
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// How many of them have no end.
    #[must_use]
    pub fn open(&self) -> usize {
        self.open
    }

    /// The counts so far.
    #[must_use]
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Gives every line an end that has none.
    pub fn close(&mut self, with: impl Fn() -> End<R>) {
        for line in self.first..self.first + self.held.len() as u64 {
            self.end(line, with());
        }
    }
}
