//! The heaviest items of a stream in bounded memory: Space-Saving, by Metwally, Agrawal and El Abbadi (2005), with
//! weights.
//!
//! It keeps so many counters and no more. An item without one takes over the least counter and adds its weight to it, so
//! what a counter says is never too little, and too much by at most what it held before: that is its error. With a total
//! weight of W and C counters, no error is greater than W / C, and every item of more weight than that has a counter.

use super::Measured;

/// How many bytes of a key are kept. Longer keys are told apart by their length and hash.
pub(super) const KEY_LIMIT: usize = 256;

/// One counter.
#[derive(Debug)]
pub(super) struct Counter {
    hash: u64,
    pub(super) partition: i32,
    /// The key's first bytes.
    pub(super) key: Vec<u8>,
    /// How long the key is.
    pub(super) length: usize,
    pub(super) weight: u64,
    pub(super) error: u64,
    /// Where it stands in the heap.
    place: usize,
}

/// Counters of the heaviest pairs of partition and key.
#[derive(Debug)]
pub(super) struct Sketch {
    capacity: usize,
    counters: Vec<Counter>,
    /// Numbers of counters, the least weight first: a binary heap.
    heap: Vec<usize>,
    /// Numbers of counters plus one, by hash; 0 where there is none. Open addressing, at most a quarter full.
    table: Vec<usize>,
    pub(super) total: u64,
}

impl Sketch {
    pub(super) fn new(capacity: usize) -> Sketch {
        let capacity = capacity.clamp(1, 1 << 20);
        Sketch {
            capacity,
            counters: Vec::new(),
            heap: Vec::new(),
            table: vec![0; (capacity * 4).next_power_of_two()],
            total: 0,
        }
    }

    /// The most weight of an item without a counter.
    pub(super) fn error_limit(&self) -> u64 {
        if self.counters.len() < self.capacity { 0 } else { self.weight_at(0).unwrap_or(0) }
    }

    pub(super) fn counters(&self) -> &[Counter] {
        &self.counters
    }

    /// Adds an item. The time it takes does not depend on how many were added.
    pub(super) fn add(&mut self, partition: i32, key: &[u8], weight: u64) {
        self.total = self.total.saturating_add(weight);
        let hash = hash(partition, key);
        if let Some(number) = self.find(hash, partition, key) {
            self.grow(number, weight);
        } else if self.counters.len() < self.capacity {
            self.begin(hash, partition, key, weight);
        } else {
            self.take_over(hash, partition, key, weight);
        }
    }

    fn begin(&mut self, hash: u64, partition: i32, key: &[u8], weight: u64) {
        let number = self.counters.len();
        let kept = kept(key).to_vec();
        let place = self.heap.len();
        self.counters.push(Counter {
            hash,
            partition,
            key: kept,
            length: key.len(),
            weight,
            error: 0,
            place,
        });
        self.heap.push(number);
        self.lift(place);
        self.enter(hash, number);
    }

    fn take_over(&mut self, hash: u64, partition: i32, key: &[u8], weight: u64) {
        let Some(least) = self.heap.first().copied() else { return };
        let old = self.counters.get(least).map_or(0, |counter| counter.hash);
        self.leave(old, least);
        if let Some(counter) = self.counters.get_mut(least) {
            counter.hash = hash;
            counter.partition = partition;
            counter.key.clear();
            counter.key.extend_from_slice(kept(key));
            counter.length = key.len();
            counter.error = counter.weight;
        }
        self.enter(hash, least);
        self.grow(least, weight);
    }

    fn grow(&mut self, number: usize, weight: u64) {
        if let Some(counter) = self.counters.get_mut(number) {
            counter.weight = counter.weight.saturating_add(weight);
            let place = counter.place;
            self.sink(place);
        }
    }

    // --- the table ---

    fn find(&self, hash: u64, partition: i32, key: &[u8]) -> Option<usize> {
        let mut slot = self.slot(hash);
        loop {
            let number = self.table.get(slot)?.checked_sub(1)?;
            let counter = self.counters.get(number)?;
            let same = counter.hash == hash && counter.partition == partition && counter.length == key.len();
            if same && counter.key == kept(key) {
                return Some(number);
            }
            slot = self.next(slot);
        }
    }

    fn enter(&mut self, hash: u64, number: usize) {
        let mut slot = self.slot(hash);
        while self.table.get(slot).is_some_and(|entry| *entry != 0) {
            slot = self.next(slot);
        }
        self.set(slot, number + 1);
    }

    /// Takes a counter out, and moves what stands behind it forward, so that no search ends too early.
    fn leave(&mut self, hash: u64, number: usize) {
        let mut hole = self.slot(hash);
        while self.table.get(hole).is_some_and(|entry| *entry != number + 1) {
            hole = self.next(hole);
        }
        let mut slot = self.next(hole);
        while let Some(other) = self.table.get(slot).and_then(|entry| entry.checked_sub(1)) {
            let home = self.counters.get(other).map_or(slot, |counter| self.slot(counter.hash));
            // What would stand before its home there has to stay.
            let mask = self.table.len() - 1;
            if slot.wrapping_sub(home) & mask >= slot.wrapping_sub(hole) & mask {
                self.set(hole, other + 1);
                hole = slot;
            }
            slot = self.next(slot);
        }
        self.set(hole, 0);
    }

    fn slot(&self, hash: u64) -> usize {
        // The low bits are as good as any.
        (hash & (self.table.len() as u64 - 1)) as usize
    }

    fn next(&self, slot: usize) -> usize {
        (slot + 1) & (self.table.len() - 1)
    }

    fn set(&mut self, slot: usize, entry: usize) {
        if let Some(place) = self.table.get_mut(slot) {
            *place = entry;
        }
    }

    // --- the heap ---

    fn weight_at(&self, place: usize) -> Option<u64> {
        self.counters.get(*self.heap.get(place)?).map(|counter| counter.weight)
    }

    fn lift(&mut self, mut place: usize) {
        while place > 0 {
            let above = (place - 1) / 2;
            if self.weight_at(above) <= self.weight_at(place) {
                return;
            }
            self.swap(above, place);
            place = above;
        }
    }

    fn sink(&mut self, mut place: usize) {
        loop {
            let children = [2 * place + 1, 2 * place + 2];
            let lighter = children.into_iter().filter(|child| *child < self.heap.len());
            let Some(child) = lighter.min_by_key(|child| self.weight_at(*child)) else { return };
            if self.weight_at(child) >= self.weight_at(place) {
                return;
            }
            self.swap(child, place);
            place = child;
        }
    }

    fn swap(&mut self, one: usize, other: usize) {
        self.heap.swap(one, other);
        for place in [one, other] {
            if let Some(counter) = self.heap.get(place).and_then(|number| self.counters.get_mut(*number)) {
                counter.place = place;
            }
        }
    }
}

impl Counter {
    /// The counter as it is reported.
    pub(super) fn measured(&self) -> Measured {
        Measured { at_most: self.weight, at_least: self.weight - self.error }
    }
}

fn kept(key: &[u8]) -> &[u8] {
    key.get(..KEY_LIMIT).unwrap_or(key)
}

/// A hash of the whole key, eight bytes in a step. Who knows it can make keys collide, and a search then takes as many
/// steps as there are counters; what is counted stays right, except that long keys of one length, one beginning and one
/// hash are taken for one.
fn hash(partition: i32, key: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| {
        let mixed = (hash ^ word).wrapping_mul(FACTOR);
        mixed ^ mixed >> 32
    };
    let (words, rest) = key.as_chunks::<8>();
    let begin = mix(u64::from(partition.cast_unsigned()), key.len() as u64);
    let hash = words.iter().fold(begin, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    mix(mix(hash, last), FACTOR)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The state that everything else rests on.
    fn check(sketch: &Sketch) {
        for (place, number) in sketch.heap.iter().enumerate() {
            let counter = &sketch.counters[*number];
            assert_eq!(counter.place, place);
            assert!(place == 0 || sketch.weight_at((place - 1) / 2) <= sketch.weight_at(place));
            let kept = &counter.key;
            if counter.length == kept.len() {
                assert_eq!(sketch.find(counter.hash, counter.partition, kept), Some(*number), "{kept:?}");
            }
        }
        assert_eq!(sketch.table.iter().filter(|entry| **entry != 0).count(), sketch.counters.len());
    }

    proptest::proptest! {
        #[test]
        fn no_counter_says_too_little_nor_too_much_by_more_than_its_error(
            items in proptest::collection::vec((0..3_i32, 0..40_u16, 0..5_u64), 0..600),
            capacity in 1..30_usize,
        ) {
            let mut sketch = Sketch::new(capacity);
            let mut exact: BTreeMap<(i32, Vec<u8>), u64> = BTreeMap::new();
            for (partition, key, weight) in &items {
                let key = key.to_string().into_bytes();
                sketch.add(*partition, &key, *weight);
                *exact.entry((*partition, key)).or_default() += weight;
            }
            check(&sketch);
            let total: u64 = exact.values().sum();
            assert_eq!(sketch.total, total);
            assert!(sketch.counters.len() <= capacity);
            let mut counted = BTreeMap::new();
            for counter in sketch.counters() {
                let item = (counter.partition, counter.key.clone());
                let truth = exact.get(&item).copied().unwrap_or(0);
                let Measured { at_least, at_most } = counter.measured();
                assert!((at_least..=at_most).contains(&truth), "{item:?}: {truth} is not in {at_least} to {at_most}");
                assert!(counter.error <= total / capacity as u64);
                assert!(counted.insert(item, ()).is_none(), "two counters for one item");
            }
            for (item, weight) in exact {
                assert!(weight <= total / capacity as u64 || counted.contains_key(&item), "{item:?} {weight} of {total}");
            }
        }
    }

    #[test]
    fn long_keys_are_told_apart_and_take_little_room() {
        let mut sketch = Sketch::new(10);
        let (mut one, mut other) = (vec![b'k'; 10_000], vec![b'k'; 10_000]);
        one.push(b'1');
        other.push(b'2');
        for _ in 0..3 {
            sketch.add(0, &one, 1);
        }
        sketch.add(0, &other, 1);
        let mut weights: Vec<u64> = sketch.counters().iter().map(|counter| counter.weight).collect();
        weights.sort_unstable();
        assert_eq!(weights, [1, 3]);
        assert!(
            sketch
                .counters()
                .iter()
                .all(|counter| counter.key.len() == KEY_LIMIT && counter.length == 10_001)
        );
    }

    #[test]
    fn a_million_different_keys_take_a_bounded_room() {
        let mut sketch = Sketch::new(64);
        for number in 0..1_000_000_u32 {
            sketch.add(0, &number.to_be_bytes(), 1);
            if number % 10 == 0 {
                sketch.add(1, b"hot", 1);
            }
        }
        check(&sketch);
        let hot = sketch.counters().iter().find(|counter| counter.key == b"hot").expect("the heaviest key");
        let Measured { at_least, at_most } = hot.measured();
        assert!(at_least <= 100_000 && at_most >= 100_000 && hot.error <= 1_100_000 / 64, "{hot:?}");
    }
}
