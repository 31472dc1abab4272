//! How much librdkafka may hold ready, so that reading stays within a memory budget whatever there is to read.
//!
//! Three things take memory: the queue of what was fetched and not taken yet; one answer in flight for each broker; and
//! the answer's batches after they were decompressed, which may be much more. A record that is larger than any of these
//! limits is still fetched: the brokers send at least one batch.

/// Where fetched records wait until they are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queues {
    /// All in one queue, in which partitions take turns.
    One,
    /// Each partition's in a queue of its own, so that one can be left alone while others are taken from.
    PerPartition,
}

/// librdkafka's settings that decide how much is held ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchSettings {
    /// Which queues the limits of a queue are for.
    pub queues: Queues,
    /// Bytes of keys and values in a queue, beyond which nothing more is fetched.
    pub queued_bytes: usize,
    /// Records in a queue, beyond which nothing more is fetched: each takes some hundred bytes besides its own.
    pub queued_records: usize,
    /// Bytes of one partition in one answer.
    pub partition_bytes: usize,
    /// Bytes of one answer.
    pub answer_bytes: usize,
    /// How long a broker may wait for records before it answers that there are none, in milliseconds.
    pub answer_within: u16,
}

/// What a process needs before it reads anything, with room for a batch that is being worked on.
const BASE: usize = 20 << 20;

/// What a record in the queue takes besides its own bytes.
const RECORD: usize = 512;

/// By how much the batches of an answer may grow when they are decompressed, in the cases that are planned for.
const GROWTH: usize = 5;

/// The settings for reading so many partitions, led by so many brokers, in so much memory (bytes, the whole process's).
#[must_use]
pub fn fetch_settings(partitions: usize, brokers: usize, memory: usize) -> FetchSettings {
    let free = memory.saturating_sub(BASE);
    let answering = brokers.min(partitions).max(1);
    // One quarter for the queue, one for what stands beside each record in it, the rest for answers.
    let queued_bytes = (free / 8).clamp(1 << 20, 8 << 20);
    let queued_records = (free / 4 / RECORD).clamp(4_096, 40_000);
    let answers = free / 2 / GROWTH;
    let answer_bytes = (answers / answering).clamp(64 << 10, 4 << 20);
    // Several partitions share an answer: large pieces of few are cheaper than small ones of many, but one partition
    // alone shall not fill every answer.
    let partition_bytes = (answer_bytes / 2).clamp(32 << 10, 512 << 10);
    let queues = Queues::One;
    FetchSettings { queues, queued_bytes, queued_records, partition_bytes, answer_bytes, answer_within: 500 }
}

/// The settings for reading one record of each of many partitions: small answers, and no waiting at their ends.
#[must_use]
pub fn settings_of_probes() -> FetchSettings {
    FetchSettings {
        queues: Queues::One,
        queued_bytes: 1 << 20,
        // Some of each partition; the queue is emptied all the time.
        queued_records: 1_000,
        // The first batch comes whole, whatever its size.
        partition_bytes: 4 << 10,
        answer_bytes: 512 << 10,
        answer_within: 5,
    }
}

/// The same where each partition has a queue of its own, and as much again of each is at hand beside it.
///
/// A partition holds no less than one fetch and one batch as its producer made it. Where there are more than some 250
/// partitions, their least adds up to more than is planned: with records of 236 bytes, 300 kB for each of them.
#[must_use]
pub fn settings_per_partition(partitions: usize, brokers: usize, memory: usize) -> FetchSettings {
    let free = memory.saturating_sub(BASE);
    let share = free / partitions.max(1);
    let answering = brokers.min(partitions).max(1);
    // Twice an eighth (queue and hand) for bytes, twice a sixth for what stands beside each record, the rest for the
    // fetch that comes on top of a queue that is nearly full: of small records it holds many.
    let queued_bytes = (share / 8).clamp(32 << 10, 8 << 20);
    let queued_records = (share / 6 / RECORD).clamp(128, 4_096);
    // An answer stays as long as one record of it does, and one partition may keep its records for long. So answers are
    // smaller than where all is taken in turn.
    let answer_bytes = (free / 4 / GROWTH / answering).clamp(64 << 10, 2 << 20);
    let partition_bytes = (share / 16).clamp(32 << 10, 512 << 10).min(answer_bytes);
    let queues = Queues::PerPartition;
    // While one request waits, the broker gets no other: of a partition that was left alone and is wanted now, nothing
    // would come until a request for those at their ends has waited.
    FetchSettings { queues, queued_bytes, queued_records, partition_bytes, answer_bytes, answer_within: 5 }
}

impl FetchSettings {
    /// Under librdkafka's names.
    pub(super) fn settings(&self) -> [(&'static str, String); 7] {
        // How soon a partition is looked at again after its queue was full.
        let look_again = match self.queues {
            Queues::One => "5",
            Queues::PerPartition => "1",
        };
        [
            // Its kilobytes are thousands.
            ("queued.max.messages.kbytes", (self.queued_bytes / 1_000).max(1).to_string()),
            ("queued.min.messages", self.queued_records.max(1).to_string()),
            ("fetch.message.max.bytes", self.partition_bytes.to_string()),
            ("fetch.max.bytes", self.answer_bytes.to_string()),
            // Where it is above the size of an answer, librdkafka refuses the two; for reading it means nothing else.
            ("message.max.bytes", self.answer_bytes.clamp(1_000, 1_000_000).to_string()),
            ("fetch.queue.backoff.ms", look_again.to_owned()),
            ("fetch.wait.max.ms", self.answer_within.to_string()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    #[test]
    fn all_that_may_be_held_stays_within_the_budget() {
        let budgets = [48 * MIB, 96 * MIB, 256 * MIB];
        let clusters = [(1, 1), (10, 3), (200, 3), (1_000, 30), (5, 50), (0, 0)];
        for (partitions, brokers) in clusters {
            for memory in budgets {
                let it = fetch_settings(partitions, brokers, memory);
                let answering = brokers.min(partitions).max(1);
                let held = BASE
                    + it.queued_bytes
                    + it.queued_records * RECORD
                    + it.answer_bytes * answering * GROWTH;
                assert!(held <= memory, "{partitions}x{brokers} in {memory}: {it:?} may hold {held}");
                assert!(it.partition_bytes <= it.answer_bytes, "{it:?}");
            }
        }
    }

    #[test]
    fn the_settings_are_known_by_heart() {
        let rows = [
            ((1, 1), (8 * MIB, 38_912, 512 << 10, 4 * MIB)),
            ((10, 3), (8 * MIB, 38_912, 512 << 10, 2_656_392)),
            ((200, 3), (8 * MIB, 38_912, 512 << 10, 2_656_392)),
            ((1_000, 30), (8 * MIB, 38_912, 132_819, 265_639)),
        ];
        for ((partitions, brokers), (queued_bytes, queued_records, partition_bytes, answer_bytes)) in rows {
            let queues = Queues::One;
            let answer_within = 500;
            let expected = FetchSettings {
                queues,
                queued_bytes,
                queued_records,
                partition_bytes,
                answer_bytes,
                answer_within,
            };
            assert_eq!(fetch_settings(partitions, brokers, 96 * MIB), expected, "{partitions}x{brokers}");
        }
    }

    #[test]
    fn no_budget_is_too_small_to_read_at_all() {
        for memory in [0, 1, BASE, BASE + 1] {
            let one = fetch_settings(1_000, 30, memory);
            let apart = settings_per_partition(1_000, 30, memory);
            for it in [one, apart] {
                assert!(it.answer_bytes >= 64 << 10 && it.partition_bytes >= 32 << 10, "{it:?}");
            }
            assert!(one.queued_records >= 4_096 && apart.queued_records >= 128);
        }
    }

    /// What is held for records of this size where every partition's queue is full, and as much of it at hand.
    fn held_apart(it: &FetchSettings, partitions: usize, size: usize) -> usize {
        let queued = it.queued_records.min(it.queued_bytes / size);
        let records = 2 * queued + it.partition_bytes / size;
        partitions * records * (size + RECORD)
    }

    #[test]
    fn queues_of_partitions_share_the_budget_as_long_as_there_is_a_sane_share() {
        for memory in [96 * MIB, 256 * MIB] {
            for (partitions, brokers) in [(1, 1), (10, 3), (50, 5), (200, 3)] {
                let it = settings_per_partition(partitions, brokers, memory);
                for size in [100, 236, 1_000, 10_000] {
                    let held = BASE + held_apart(&it, partitions, size);
                    assert!(held <= memory, "{partitions}x{size} in {memory}: {it:?} may hold {held}");
                }
                assert!(it.partition_bytes <= it.answer_bytes, "{it:?}");
            }
        }
        // Beyond that the least of each adds up.
        for partitions in [500, 1_000, 5_000] {
            let held = held_apart(&settings_per_partition(partitions, 3, 96 * MIB), partitions, 236);
            assert_eq!(held / partitions, 294_712, "{partitions}");
        }
    }

    #[test]
    fn librdkafka_is_told_in_its_own_units() {
        let it = FetchSettings {
            queues: Queues::One,
            queued_bytes: 8_000_000,
            queued_records: 9,
            partition_bytes: 7,
            answer_bytes: 500,
            answer_within: 5,
        };
        let settings = it.settings();
        assert_eq!(settings[0], ("queued.max.messages.kbytes", "8000".to_owned()));
        assert_eq!(settings[4], ("message.max.bytes", "1000".to_owned()));
    }
}
