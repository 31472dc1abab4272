//! The words a catalog chooses from, each with what it means. One list per choice feeds the check, the JSON Schema
//! and the typed value.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal: $meaning:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $meaning] $variant,)+
        }

        impl $name {
            /// Every word with what it means.
            pub const WORDS: &'static [(&'static str, &'static str)] = &[$(($word, $meaning)),+];

            /// The word as the catalog writes it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value of a word; none where the catalog does not know it.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How a key finds its partition.
    Partitioner {
        Murmur2 = "murmur2": "Java's default; records without a key go anywhere.",
        Crc32 = "crc32": "librdkafka's default; records with a null or empty key go anywhere.",
        JavaHash = "java-hash": "`abs(String.hashCode(key)) % n`, with the tenant's id alone where the key names one.",
    }
}

words! {
    /// How a record's value is written.
    Encoding {
        Avro = "avro": "The registry's wire format: a zero byte, the schema's id in four bytes, the datum.",
        Json = "json": "A plain JSON object, known by its field `type`.",
        Envelope = "envelope": "`{\"schemaVersion\": N, \"event\": {…}}`, valid under that version of its subject.",
        Text = "string": "Text; not validated.",
        Raw = "raw": "Bytes; not validated.",
    }
}

words! {
    /// How a record's key is written.
    KeyEncoding {
        Text = "string": "Text in UTF-8.",
        Int = "int": "Four bytes, the highest first.",
        Long = "long": "Eight bytes, the highest first.",
        Uuid = "uuid": "A UUID as text.",
        Json = "json": "A JSON value.",
        Avro = "avro": "The registry's wire format.",
        Raw = "raw": "Bytes.",
    }
}

words! {
    /// What a new version of a subject has to be compatible with.
    Compatibility {
        None = "NONE": "Anything may follow anything.",
        Backward = "BACKWARD": "The new schema reads data of the last one: consumers first.",
        BackwardTransitive = "BACKWARD_TRANSITIVE": "The new schema reads data of all earlier ones: consumers first.",
        Forward = "FORWARD": "The last schema reads data of the new one: producers first.",
        ForwardTransitive = "FORWARD_TRANSITIVE": "All earlier schemas read data of the new one: producers first.",
        Full = "FULL": "Both, with the last one.",
        FullTransitive = "FULL_TRANSITIVE": "Both, with all earlier ones.",
    }
}

words! {
    /// What a dead-letter record looks like.
    DlqFormat {
        Headers = "headers": "The original key, value and headers unchanged; the failure in headers `eventctl.dlq.*`.",
        FailedEvent = "failed-event": "A JSON value that holds the original event and the failure.",
    }
}

words! {
    /// Where a consumer group begins that has no commit yet.
    Start {
        Earliest = "earliest": "At the oldest record there is.",
        Latest = "latest": "Behind the newest one.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_read_back_as_itself() {
        fn holds<T: Copy + std::fmt::Display>(words: &[(&str, &str)], of: fn(&str) -> Option<T>) {
            for (word, _) in words {
                assert_eq!(of(word).map(|value| value.to_string()).as_deref(), Some(*word));
            }
        }
        holds(Partitioner::WORDS, Partitioner::of);
        holds(Encoding::WORDS, Encoding::of);
        holds(KeyEncoding::WORDS, KeyEncoding::of);
        holds(Compatibility::WORDS, Compatibility::of);
        holds(DlqFormat::WORDS, DlqFormat::of);
        holds(Start::WORDS, Start::of);
        assert_eq!(Compatibility::WORDS.len(), 7);
        assert_eq!(Compatibility::of("backward"), None);
    }
}
