//! Error codes, Kafka's and librdkafka's own (those begin with an underscore), and the errors made of them.

use std::ffi::c_int;

use super::{raw, text};

/// An error code as the library or a broker gave it; any number is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::kafka) struct Code(pub(super) c_int);

impl Code {
    /// No error.
    pub(super) const NONE: Code = Code(0);
    /// A partition's end was reached.
    pub(super) const PARTITION_EOF: Code = Code(-191);

    /// The protocol's name, such as `TOPIC_AUTHORIZATION_FAILED`, librdkafka's own, such as `_TIMED_OUT`, or
    /// `ERR_<number>?` for a number this librdkafka does not know.
    pub(super) fn name(self) -> String {
        // SAFETY: the function takes any integer; for unknown ones it writes to a buffer of this thread.
        let name = unsafe { raw::rd_kafka_err2name(self.0) };
        // SAFETY: `name` is NULL or a terminated string that stays until this thread asks for another name.
        unsafe { text::copied(name) }.unwrap_or_else(|| format!("ERR_{}?", self.0))
    }

    /// librdkafka's description in English.
    pub(super) fn description(self) -> String {
        // SAFETY: the function takes any integer; for unknown ones it writes to a buffer of this thread.
        let description = unsafe { raw::rd_kafka_err2str(self.0) };
        // SAFETY: `description` is NULL or a terminated string that stays until this thread asks for another one.
        unsafe { text::copied(description) }.unwrap_or_else(|| self.name())
    }

    /// The error of this code, or nothing for `NONE`. Without words of the broker, librdkafka's description.
    pub(super) fn error(self, message: Option<String>) -> Option<CallError> {
        (self != Code::NONE).then(|| {
            let message = message.filter(|text| !text.is_empty()).unwrap_or_else(|| self.description());
            CallError { code: self.name(), message }
        })
    }
}

/// What librdkafka said about a call, or about one item of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct CallError {
    /// The code's name, see [`Code::name`].
    pub(in crate::kafka) code: String,
    /// Words, foreign ones.
    pub(in crate::kafka) message: String,
}

impl CallError {
    /// An error of this client, under one of librdkafka's names.
    pub(in crate::kafka) fn local(code: &str, message: impl Into<String>) -> CallError {
        CallError { code: code.to_owned(), message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_has_a_name_and_a_description() {
        let rows = [
            (0, "NO_ERROR"),
            (3, "UNKNOWN_TOPIC_OR_PART"),
            (29, "TOPIC_AUTHORIZATION_FAILED"),
            (-185, "_TIMED_OUT"),
            (-195, "_TRANSPORT"),
            (-169, "_AUTHENTICATION"),
            (32_000, "ERR_32000?"),
            (-32_000, "ERR_-32000?"),
            (i32::MAX, "ERR_2147483647?"),
        ];
        for (number, name) in rows {
            assert_eq!(Code(number).name(), name);
            assert!(!Code(number).description().is_empty());
        }
    }

    #[test]
    fn names_are_those_that_consequences_are_decided_by() {
        use crate::kafka::faults::kind_of;
        use eventctl_core::fault::FaultKind as Kind;
        let rows: [(Kind, &[c_int]); 7] = [
            (Kind::Absent, &[3, 69, 100, -188, -190]),
            (Kind::Denied, &[29, 30, 31, 53]),
            (Kind::Exists, &[36]),
            (Kind::Refused, &[17, 37, 38, 39, 40, 42, 44, 68, 73, -186]),
            (Kind::Unsupported, &[35, 43, 54, -165]),
            (Kind::TimedOut, &[7, -185, -166]),
            (Kind::Unavailable, &[5, 6, 8, 9, 14, 15, 16, 41, 56, 74, 75, 88, 89, -156]),
        ];
        for (kind, codes) in rows {
            for code in codes {
                let name = Code(*code).name();
                assert_eq!(kind_of(&name), kind, "{code} is {name}");
            }
        }
        for code in [13, 33, 34, 58, -195, -187, -193, -181, -169, -197] {
            let name = Code(code).name();
            assert_eq!(kind_of(&name), Kind::Unreachable, "{code} is {name}");
        }
    }

    #[test]
    fn an_error_has_the_brokers_words_or_the_librarys() {
        assert_eq!(Code::NONE.error(Some("ignored".into())), None);
        let policy = Code(44).error(Some("too many partitions".into())).unwrap();
        assert_eq!(
            (policy.code.as_str(), policy.message.as_str()),
            ("POLICY_VIOLATION", "too many partitions")
        );
        assert!(Code(44).error(Some(String::new())).unwrap().message.contains("olicy"));
    }
}
