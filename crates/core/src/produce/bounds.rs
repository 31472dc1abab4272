//! What a topic takes: the broker judges whole batches, and one record that it refuses takes its neighbours along. What is
//! known beforehand is therefore refused alone. And how batches are packed, so that the broker need not do it again.

use crate::topics::live::LiveConfig;

/// The times and sizes that a topic takes, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bounds {
    /// How many milliseconds a timestamp may be in the past.
    pub before: Option<i64>,
    /// How many it may be in the future.
    pub after: Option<i64>,
    /// How many bytes a batch may have.
    pub bytes: Option<i64>,
    /// For how many milliseconds the brokers keep records at least, where they delete old ones by their timestamps.
    pub retention: Option<i64>,
    /// True where the brokers put the time of storing in place of every timestamp.
    pub stamps: bool,
    /// The codec that batches shall be packed with, under Kafka's name; none where nothing is known or wanted.
    pub codec: Option<&'static str>,
}

/// What `compression.type` of a topic may be, and what batches are packed with for it. The topic's own codec spares the
/// broker packing them anew. Where the topic keeps whatever comes, the cheapest codec spares network, replication and
/// disk several times what it costs.
const CODECS: [(&str, &str); 5] =
    [("producer", "lz4"), ("lz4", "lz4"), ("snappy", "snappy"), ("zstd", "zstd"), ("gzip", "gzip")];

/// Why a topic takes no record of some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BoundError {
    /// It is too far in the past.
    #[error("the timestamp {stamp} is older than the topic takes (message.timestamp.before.max.ms={limit})")]
    Before {
        /// The timestamp, in milliseconds since 1970.
        stamp: i64,
        /// The setting.
        limit: i64,
    },
    /// It is too far in the future.
    #[error(
        "the timestamp {stamp} is further ahead than the topic takes (message.timestamp.after.max.ms={limit})"
    )]
    After {
        /// The timestamp, in milliseconds since 1970.
        stamp: i64,
        /// The setting.
        limit: i64,
    },
    /// It is too large.
    #[error("the record has {bytes} bytes, and the topic takes {limit} (max.message.bytes)")]
    Size {
        /// Its key, its value and its headers, in bytes.
        bytes: usize,
        /// The setting.
        limit: i64,
    },
}

impl Bounds {
    /// Reads them from a topic's settings. Where the brokers set the time themselves, any will do.
    #[must_use]
    pub fn of(config: &LiveConfig) -> Bounds {
        let number = |key: &str| config.effective(key)?.parse::<i64>().ok();
        let bytes = number("max.message.bytes").filter(|bytes| *bytes > 0);
        let kept = config.effective("compression.type");
        let codec = CODECS.iter().find(|(kind, _)| Some(*kind) == kept).map(|(_, codec)| *codec);
        if config.effective("message.timestamp.type") == Some("LogAppendTime") {
            return Bounds { before: None, after: None, bytes, retention: None, stamps: true, codec };
        }
        let deletes = config.effective("cleanup.policy").is_none_or(|policy| policy.contains("delete"));
        // Servers before 3.6 have one limit for both.
        let both = || number("message.timestamp.difference.max.ms");
        Bounds {
            before: number("message.timestamp.before.max.ms").or_else(both),
            after: number("message.timestamp.after.max.ms").or_else(both),
            bytes,
            retention: number("retention.ms").filter(|time| *time > 0 && deletes),
            stamps: false,
            codec,
        }
    }

    /// The times that are taken now: from the first up to the last.
    #[must_use]
    pub fn times(&self, now: i64) -> (i64, i64) {
        let first = self.before.map_or(i64::MIN, |before| now.saturating_sub(before));
        (first, self.after.map_or(i64::MAX, |after| now.saturating_add(after)))
    }

    /// Tells that a record of so many bytes is not taken as it is. Packed, it may be.
    ///
    /// # Errors
    /// A size beyond the limit.
    pub fn check_size(&self, bytes: usize) -> Result<(), BoundError> {
        match self.bytes {
            Some(limit) if i64::try_from(bytes).unwrap_or(i64::MAX) > limit => {
                Err(BoundError::Size { bytes, limit })
            }
            _ => Ok(()),
        }
    }

    /// Tells why a timestamp is not taken now.
    ///
    /// # Errors
    /// A time beyond the limits.
    pub fn check(&self, stamp: i64, now: i64) -> Result<(), BoundError> {
        let (first, last) = self.times(now);
        match (self.before, self.after) {
            (Some(limit), _) if stamp < first => Err(BoundError::Before { stamp, limit }),
            (_, Some(limit)) if stamp > last => Err(BoundError::After { stamp, limit }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topics::live::{ConfigSource, ConfigValue};

    fn bounds(settings: &[(&str, &str)]) -> Bounds {
        let value = |value: &str| ConfigValue {
            value: Some(value.to_owned()),
            source: ConfigSource::Default,
            inherited: None,
            sensitive: false,
        };
        Bounds::of(&LiveConfig(settings.iter().map(|(key, text)| ((*key).to_owned(), value(text))).collect()))
    }

    #[test]
    fn times_beyond_the_topics_limits_are_refused_by_name() {
        let (before, after) = ("message.timestamp.before.max.ms", "message.timestamp.after.max.ms");
        let endless = i64::MAX.to_string();
        let usual = bounds(&[(before, &endless), (after, "3600000"), ("max.message.bytes", "1048588")]);
        assert_eq!(usual.bytes, Some(1_048_588));
        let now = 1_795_356_120_000;
        assert_eq!(usual.check(1, now), Ok(()));
        assert_eq!(usual.check(now + 3_600_000, now), Ok(()));
        let limit = 3_600_000;
        assert_eq!(
            usual.check(now + 3_600_001, now),
            Err(BoundError::After { stamp: now + 3_600_001, limit })
        );
        assert_eq!(usual.check(i64::MAX, now), Err(BoundError::After { stamp: i64::MAX, limit }));
        let narrow = bounds(&[(before, "1000"), (after, "1000")]);
        assert_eq!(narrow.check(now - 1_000, now), Ok(()));
        let early = BoundError::Before { stamp: now - 1_001, limit: 1_000 };
        assert_eq!(narrow.check(now - 1_001, now), Err(early));
        let old = bounds(&[("message.timestamp.difference.max.ms", "1000")]);
        assert!(old.check(now + 1_001, now).is_err() && old.check(now - 1_001, now).is_err());
        let appended = bounds(&[("message.timestamp.type", "LogAppendTime"), (after, "1000")]);
        assert_eq!(appended.check(i64::MAX, now), Ok(()));
        assert_eq!(Bounds::default().check(i64::MIN, now), Ok(()));
    }

    #[test]
    fn what_is_too_large_is_refused_and_what_is_not_kept_is_known() {
        let large = bounds(&[("max.message.bytes", "1000")]);
        assert_eq!(large.check_size(1_000), Ok(()));
        assert_eq!(large.check_size(1_001), Err(BoundError::Size { bytes: 1_001, limit: 1_000 }));
        assert_eq!(Bounds::default().check_size(usize::MAX), Ok(()));
        let week = ("retention.ms", "604800000");
        type Row<'a> = (&'a [(&'a str, &'a str)], Option<i64>);
        let rows: [Row<'_>; 5] = [
            (&[week], Some(604_800_000)),
            (&[week, ("cleanup.policy", "compact,delete")], Some(604_800_000)),
            (&[week, ("cleanup.policy", "compact")], None),
            (&[("retention.ms", "-1")], None),
            (&[week, ("message.timestamp.type", "LogAppendTime")], None),
        ];
        for (settings, retention) in rows {
            assert_eq!(bounds(settings).retention, retention, "{settings:?}");
        }
    }

    #[test]
    fn batches_are_packed_as_the_topic_keeps_them() {
        let rows = [
            ("producer", Some("lz4")),
            ("zstd", Some("zstd")),
            ("gzip", Some("gzip")),
            ("uncompressed", None),
            ("of-the-future", None),
        ];
        for (kept, codec) in rows {
            assert_eq!(bounds(&[("compression.type", kept)]).codec, codec, "{kept}");
        }
        assert_eq!(bounds(&[]).codec, None);
    }
}
