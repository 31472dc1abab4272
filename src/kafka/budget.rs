//! How much librdkafka may hold ready, so that reading stays within a memory budget whatever there is to read.
//!
//! Three things take memory: the queue of what was fetched and not taken yet; one answer in flight for each broker; and
//! the answer's batches after they were decompressed, which may be much more. A record that is larger than any of these
//! limits is still fetched: the brokers send at least one batch.

/// librdkafka's settings that decide how much is held ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchSettings {
    /// Bytes of keys and values in the queue, beyond which nothing more is fetched.
    pub queued_bytes: usize,
    /// Records in the queue, beyond which nothing more is fetched: each takes some hundred bytes besides its own.
    pub queued_records: usize,
    /// Bytes of one partition in one answer.
    pub partition_bytes: usize,
    /// Bytes of one answer.
    pub answer_bytes: usize,
}

/// What a process needs before it reads anything, with room for a batch that is being worked on.
const BASE: usize = 20 << 20;

/// What a record in the queue takes besides its own bytes.
const RECORD: usize = 512;

/// By how much the batches of an answer may grow when they are decompressed, in the cases that are planned for.
const GROWTH: usize = 3;

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
    FetchSettings { queued_bytes, queued_records, partition_bytes, answer_bytes }
}

impl FetchSettings {
    /// Under librdkafka's names.
    pub(super) fn settings(&self) -> [(&'static str, String); 6] {
        [
            // Its kilobytes are thousands.
            ("queued.max.messages.kbytes", (self.queued_bytes / 1_000).max(1).to_string()),
            ("queued.min.messages", self.queued_records.max(1).to_string()),
            ("fetch.message.max.bytes", self.partition_bytes.to_string()),
            ("fetch.max.bytes", self.answer_bytes.to_string()),
            // Where it is above the size of an answer, librdkafka refuses the two; for reading it means nothing else.
            ("message.max.bytes", self.answer_bytes.clamp(1_000, 1_000_000).to_string()),
            // How soon a partition is looked at again after the queue was full.
            ("fetch.queue.backoff.ms", "5".to_owned()),
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
            ((10, 3), (8 * MIB, 38_912, 512 << 10, 4 * MIB)),
            ((200, 3), (8 * MIB, 38_912, 512 << 10, 4 * MIB)),
            ((1_000, 30), (8 * MIB, 38_912, 221_366, 442_732)),
        ];
        for ((partitions, brokers), (queued_bytes, queued_records, partition_bytes, answer_bytes)) in rows {
            let expected = FetchSettings { queued_bytes, queued_records, partition_bytes, answer_bytes };
            assert_eq!(fetch_settings(partitions, brokers, 96 * MIB), expected, "{partitions}x{brokers}");
        }
    }

    #[test]
    fn no_budget_is_too_small_to_read_at_all() {
        for memory in [0, 1, BASE, BASE + 1] {
            let it = fetch_settings(1_000, 30, memory);
            assert!(
                it.answer_bytes >= 64 << 10 && it.partition_bytes >= 32 << 10 && it.queued_records >= 4_096
            );
        }
    }

    #[test]
    fn librdkafka_is_told_in_its_own_units() {
        let it = FetchSettings {
            queued_bytes: 8_000_000,
            queued_records: 9,
            partition_bytes: 7,
            answer_bytes: 500,
        };
        let settings = it.settings();
        assert_eq!(settings[0], ("queued.max.messages.kbytes", "8000".to_owned()));
        assert_eq!(settings[4], ("message.max.bytes", "1000".to_owned()));
    }
}
