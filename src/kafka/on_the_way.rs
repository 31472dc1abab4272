//! Records that were handed over and have no report yet, in the order in which they were handed over.

use std::collections::VecDeque;
use std::time::Instant;

/// What is on its way. Each record has a number of its own here, whatever its caller calls it.
#[derive(Debug, Default)]
pub(super) struct OnTheWay {
    /// The number of the first record that is held. It has no report, or there is none.
    first: u64,
    held: VecDeque<Option<(u64, Instant)>>,
}

impl OnTheWay {
    /// Takes in a record with its caller's ticket; gives the number that [`OnTheWay::end`] wants.
    pub(super) fn begin(&mut self, ticket: u64, now: Instant) -> u64 {
        self.held.push_back(Some((ticket, now)));
        self.first + self.held.len() as u64 - 1
    }

    /// The record has its report, or was not taken: gives its ticket back, once.
    pub(super) fn end(&mut self, number: u64) -> Option<u64> {
        let place = number.checked_sub(self.first).and_then(|place| usize::try_from(place).ok());
        let ticket = place.and_then(|place| self.held.get_mut(place)).and_then(Option::take);
        while let Some(None) = self.held.front() {
            self.held.pop_front();
            self.first += 1;
        }
        ticket.map(|(ticket, _)| ticket)
    }

    /// Since when the oldest of them is on its way.
    pub(super) fn oldest(&self) -> Option<Instant> {
        self.held.front().copied().flatten().map(|(_, since)| since)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_oldest_is_the_first_without_a_report_and_tickets_come_back_once() {
        let (mut way, begin) = (OnTheWay::default(), Instant::now());
        let at = |seconds| begin + Duration::from_secs(seconds);
        let numbers: Vec<u64> = (0..4).map(|it| way.begin(7 + it % 2, at(it))).collect();
        assert_eq!((numbers.as_slice(), way.oldest()), (&[0, 1, 2, 3][..], Some(at(0))));
        assert_eq!((way.end(1), way.oldest()), (Some(8), Some(at(0))));
        assert_eq!((way.end(1), way.end(9)), (None, None));
        assert_eq!((way.end(0), way.oldest()), (Some(7), Some(at(2))));
        assert_eq!((way.end(3), way.end(2), way.oldest()), (Some(8), Some(7), None));
        assert_eq!((way.begin(5, at(9)), way.oldest(), way.end(4)), (4, Some(at(9)), Some(5)));
    }
}
