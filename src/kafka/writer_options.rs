//! How records are written, in librdkafka's words.

use std::time::Duration;

use eventctl_core::catalog::Partitioner;

use super::connect::ConnectOptions;

/// A transactional producer's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transactional {
    /// The transactional id. Whoever uses it next ends what this one leaves open.
    pub id: String,
    /// How long a transaction may take before the brokers abort it.
    pub timeout: Duration,
}

/// How records are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriterOptions {
    /// Write in transactions.
    pub transactional: Option<Transactional>,
    /// After how long a record that is not acknowledged is given up, and with it, outside of a transaction, everything
    /// else on its way: going on after such a gap, librdkafka sends under a new identity what a broker may have already.
    pub delivery_timeout: Duration,
    /// How long a record may wait for others to go with it: longer is faster for many, and slower for one.
    pub linger: Duration,
    /// How many records may be without a report that was taken.
    pub max_in_flight: usize,
    /// How records without a partition are placed: `Murmur2` and `Crc32` place keys as they say, `JavaHash` places
    /// none (its keys are placed by the caller), and records without a key go anywhere.
    pub partitioner: Partitioner,
    /// How many bytes a batch may have at its topics, where that is known: what is larger is refused before it is sent,
    /// for the broker would refuse its whole batch.
    pub batch_bytes: Option<i64>,
    /// The codec that batches are packed with, where the user's settings name none.
    pub codec: Option<&'static str>,
}

/// The user's settings win over these.
pub(super) const DEFAULTS: [(&str, &str); 5] = [
    // The broker decides what is too large, and says so; this is only what fits into the queue.
    ("message.max.bytes", "40000000"),
    ("queue.buffering.max.kbytes", "49152"),
    // Everything is sent again until it is acknowledged or its time is up.
    ("retry.backoff.max.ms", "500"),
    // For how long a topic that is not there may still appear.
    ("topic.metadata.propagation.max.ms", "10000"),
    ("statistics.interval.ms", "0"),
];

/// And not over these: with others a record could be lost or doubled.
pub(super) const FIXED: [(&str, &str); 3] =
    [("enable.idempotence", "true"), ("acks", "all"), ("enable.gapless.guarantee", "false")];

impl WriterOptions {
    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        let milliseconds = |time: Duration| time.as_millis().clamp(1, 86_400_000).to_string();
        let partitioner = match self.partitioner {
            Partitioner::Murmur2 => "murmur2_random",
            Partitioner::Crc32 => "consistent_random",
            Partitioner::JavaHash => "random",
        };
        let mut settings = vec![
            ("partitioner", partitioner.to_owned()),
            // Ours is the limit that counts. librdkafka also counts records whose reports are just being read.
            (
                "queue.buffering.max.messages",
                self.max_in_flight.saturating_mul(2).clamp(1, 10_000_000).to_string(),
            ),
        ];
        if let Some(Transactional { id, timeout }) = &self.transactional {
            settings.push(("transactional.id", id.clone()));
            settings.push(("transaction.timeout.ms", milliseconds(*timeout)));
            settings.push(("message.timeout.ms", milliseconds(self.delivery_timeout.min(*timeout))));
        } else {
            // Never, as good as: the writer looks at the time itself.
            settings.push(("message.timeout.ms", i32::MAX.to_string()));
        }
        settings
    }
}

impl WriterOptions {
    /// How batches are packed and how large they may become, where that is known; the user's settings win.
    pub(super) fn batch(&self, options: &ConnectOptions) -> Vec<(&'static str, String)> {
        let codecs = ["compression.codec", "compression.type"];
        let packed = options.settings.iter().any(|(name, _)| codecs.contains(&name.as_str()));
        let mut settings = Vec::new();
        // A codec under one of its names would stand beside the user's under the other.
        if let (Some(codec), false) = (self.codec, packed) {
            settings.push(("compression.type", codec.to_owned()));
        }
        if let Some(bytes) = self.batch_bytes {
            settings.push(("batch.size", bytes.clamp(1_000, 1_000_000).to_string()));
            // Whoever asks for a codec may mean a record that is too large without it, and only the broker can tell. Ours
            // is never asked for: what is refused does not hang on how well a record happens to pack.
            if !packed {
                settings.push(("message.max.bytes", bytes.clamp(1_000, 40_000_000).to_string()));
            }
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> WriterOptions {
        WriterOptions {
            transactional: None,
            delivery_timeout: Duration::from_secs(30),
            linger: Duration::from_millis(5),
            max_in_flight: 1_000,
            partitioner: Partitioner::Murmur2,
            batch_bytes: None,
            codec: None,
        }
    }

    fn setting<'a>(settings: &'a [(&'static str, String)], name: &str) -> Option<&'a str> {
        settings.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn records_never_outlive_their_transaction_and_otherwise_the_writer_decides() {
        let plain = options().settings();
        assert_eq!(setting(&plain, "message.timeout.ms"), Some("2147483647"));
        assert_eq!(setting(&plain, "transactional.id"), None);
        let transactional = Some(Transactional { id: "x".into(), timeout: Duration::from_secs(10) });
        let settings = WriterOptions { transactional, ..options() }.settings();
        assert_eq!(setting(&settings, "message.timeout.ms"), Some("10000"));
        assert_eq!(setting(&settings, "transaction.timeout.ms"), Some("10000"));
    }
}
