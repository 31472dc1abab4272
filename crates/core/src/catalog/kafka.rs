//! Kafka's own topic settings: their names and what values they take. Knows Kafka up to 4.x; a newer broker may know
//! more, so an unknown name that resembles none of these is a warning only.

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A whole number, of this unit and between these.
    Number(&'static str, i64, i64),
    /// `true` or `false`.
    Bool,
    /// A number from 0 to 1.
    Ratio,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Some of these words, with commas between them.
    Words(&'static [&'static str]),
    /// Anything.
    Text,
}

const ANY: i64 = i64::MAX;
const INT: i64 = i32::MAX as i64;

/// The settings by name, in order.
pub(super) const SETTINGS: &[(&str, Takes)] = &[
    ("cleanup.policy", Takes::Words(&["compact", "delete"])),
    ("compression.gzip.level", Takes::Number("", -1, 9)),
    ("compression.lz4.level", Takes::Number("", 1, 17)),
    ("compression.type", Takes::Word(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"])),
    ("compression.zstd.level", Takes::Number("", -131_072, 22)),
    ("delete.retention.ms", Takes::Number("milliseconds", 0, ANY)),
    ("errors.deadletterqueue.group.enable", Takes::Bool),
    ("file.delete.delay.ms", Takes::Number("milliseconds", 0, ANY)),
    ("flush.messages", Takes::Number("records", 1, ANY)),
    ("flush.ms", Takes::Number("milliseconds", 0, ANY)),
    ("follower.replication.throttled.replicas", Takes::Text),
    ("index.interval.bytes", Takes::Number("bytes", 0, INT)),
    ("leader.replication.throttled.replicas", Takes::Text),
    ("local.retention.bytes", Takes::Number("bytes", -2, ANY)),
    ("local.retention.ms", Takes::Number("milliseconds", -2, ANY)),
    ("max.compaction.lag.ms", Takes::Number("milliseconds", 1, ANY)),
    ("max.message.bytes", Takes::Number("bytes", 0, INT)),
    ("message.downconversion.enable", Takes::Bool),
    ("message.format.version", Takes::Text),
    ("message.timestamp.after.max.ms", Takes::Number("milliseconds", 0, ANY)),
    ("message.timestamp.before.max.ms", Takes::Number("milliseconds", 0, ANY)),
    ("message.timestamp.difference.max.ms", Takes::Number("milliseconds", 0, ANY)),
    ("message.timestamp.type", Takes::Word(&["CreateTime", "LogAppendTime"])),
    ("min.cleanable.dirty.ratio", Takes::Ratio),
    ("min.compaction.lag.ms", Takes::Number("milliseconds", 0, ANY)),
    ("min.insync.replicas", Takes::Number("", 1, INT)),
    ("preallocate", Takes::Bool),
    ("remote.log.copy.disable", Takes::Bool),
    ("remote.log.delete.on.disable", Takes::Bool),
    ("remote.storage.enable", Takes::Bool),
    ("retention.bytes", Takes::Number("bytes", -1, ANY)),
    ("retention.ms", Takes::Number("milliseconds", -1, ANY)),
    ("segment.bytes", Takes::Number("bytes", 14, INT)),
    ("segment.index.bytes", Takes::Number("bytes", 4, INT)),
    ("segment.jitter.ms", Takes::Number("milliseconds", 0, ANY)),
    ("segment.ms", Takes::Number("milliseconds", 1, ANY)),
    ("unclean.leader.election.enable", Takes::Bool),
];

/// What a setting takes; none where it is not known.
pub(super) fn takes(name: &str) -> Option<Takes> {
    let index = SETTINGS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    SETTINGS.get(index).map(|(_, takes)| *takes)
}

impl Takes {
    /// What is wanted, in words that follow "must be"; none where the value will do.
    pub(super) fn refuses(self, value: &str) -> Option<String> {
        match self {
            Takes::Number(unit, min, max) => {
                let fits = value.parse::<i64>().is_ok_and(|number| (min..=max).contains(&number));
                let range = if max == ANY { format!("from {min}") } else { format!("from {min} to {max}") };
                let of = if unit.is_empty() { String::new() } else { format!(" of {unit}") };
                (!fits).then(|| format!("a whole number{of} {range}"))
            }
            Takes::Bool => (!matches!(value, "true" | "false")).then(|| "true or false".to_owned()),
            Takes::Ratio => {
                let fits = value.parse::<f64>().is_ok_and(|number| (0.0..=1.0).contains(&number));
                (!fits).then(|| "a number from 0 to 1".to_owned())
            }
            Takes::Word(words) => (!words.contains(&value)).then(|| format!("one of {}", words.join(", "))),
            Takes::Words(words) => {
                let fits = value.split(',').all(|word| words.contains(&word.trim()));
                (!fits).then(|| {
                    format!("{}, with a comma between them where it is more than one", words.join(" or "))
                })
            }
            Takes::Text => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order_so_that_it_can_be_searched() {
        assert!(SETTINGS.is_sorted_by(|(a, _), (b, _)| a < b));
        assert_eq!(takes("preallocate"), Some(Takes::Bool));
        assert_eq!(takes("colour"), None);
    }

    #[test]
    fn values_are_held_against_what_a_setting_takes() {
        let rows = [
            ("retention.ms", "604800000", true),
            ("retention.ms", "-1", true),
            ("retention.ms", "-2", false),
            ("retention.ms", "7d", false),
            ("retention.ms", "1e3", false),
            ("min.insync.replicas", "0", false),
            ("cleanup.policy", "compact,delete", true),
            ("cleanup.policy", "compact, delete", true),
            ("cleanup.policy", "compact,", false),
            ("cleanup.policy", "none", false),
            ("compression.type", "snappy", true),
            ("compression.type", "Snappy", false),
            ("min.cleanable.dirty.ratio", "0.5", true),
            ("min.cleanable.dirty.ratio", "NaN", false),
            ("preallocate", "yes", false),
            ("message.format.version", "3.0", true),
        ];
        for (name, value, fits) in rows {
            assert_eq!(takes(name).and_then(|takes| takes.refuses(value)).is_none(), fits, "{name}: {value}");
        }
    }
}
