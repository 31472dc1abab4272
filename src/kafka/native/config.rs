//! A client's configuration: librdkafka's own names and values, checked by librdkafka.

use rdkafka::bindings::{
    RD_KAFKA_EVENT_ERROR, RD_KAFKA_EVENT_LOG, rd_kafka_conf_destroy, rd_kafka_conf_dump,
    rd_kafka_conf_dump_free, rd_kafka_conf_get_default_topic_conf, rd_kafka_conf_new, rd_kafka_conf_res_t,
    rd_kafka_conf_set, rd_kafka_conf_set_events, rd_kafka_conf_t, rd_kafka_topic_conf_dump,
};

use super::code::CallError;
use super::object::{Owned, destroyed_by};
use super::text::{self, Reason};

destroyed_by! { rd_kafka_conf_t => rd_kafka_conf_destroy }

/// Other names of settings, which librdkafka takes but leaves out of its list.
const ALIASES: [&str; 11] = [
    "acks",
    "bootstrap.servers",
    "compression.type",
    "delivery.timeout.ms",
    "linger.ms",
    "max.in.flight",
    "max.partition.fetch.bytes",
    "retries",
    "sasl.mechanism",
    "sasl.oauthbearer.client.credentials.client.id",
    "sasl.oauthbearer.client.credentials.client.secret",
];

/// Why librdkafka does not take a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) enum Rejection {
    /// It knows no setting of this name.
    Unknown,
    /// The value does not fit, in librdkafka's words. They may quote the value.
    Value(String),
}

/// A configuration under construction.
pub(super) struct Config(Owned<rd_kafka_conf_t>);

impl Config {
    /// librdkafka's defaults, with errors and logs sent to the handle's queue instead of to stderr.
    pub(super) fn new() -> Result<Config, CallError> {
        // SAFETY: the constructor takes nothing.
        let conf = unsafe { rd_kafka_conf_new() };
        // SAFETY: just made, and ours.
        let conf = unsafe { Owned::new(conf) };
        let config = Config(conf.ok_or_else(|| CallError::local("_FAIL", "no configuration could be made"))?);
        // SAFETY: the configuration is alive.
        unsafe { rd_kafka_conf_set_events(config.0.pointer(), RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG) };
        Ok(config)
    }

    /// Sets one setting.
    pub(super) fn set(&self, name: &str, value: &str) -> Result<(), Rejection> {
        let terminated = |text| text::terminated(text).map_err(|error| Rejection::Value(error.message));
        let (name, value) = (terminated(name)?, terminated(value)?);
        let mut reason = Reason::new();
        let length = reason.len();
        // SAFETY: the configuration and both texts are alive, the buffer has the length that is given.
        let result = unsafe {
            rd_kafka_conf_set(self.0.pointer(), name.as_ptr(), value.as_ptr(), reason.buffer(), length)
        };
        match result {
            rd_kafka_conf_res_t::RD_KAFKA_CONF_OK => Ok(()),
            rd_kafka_conf_res_t::RD_KAFKA_CONF_UNKNOWN => Err(Rejection::Unknown),
            rd_kafka_conf_res_t::RD_KAFKA_CONF_INVALID => Err(Rejection::Value(reason.text())),
        }
    }

    /// The configuration, for `rd_kafka_new`.
    pub(super) fn pointer(&self) -> *mut rd_kafka_conf_t {
        self.0.pointer()
    }

    /// Forgets the configuration, because a client has taken it over.
    pub(super) fn given_away(self) {
        let _the_clients_now = self.0.release();
    }

    fn names(&self) -> Vec<String> {
        let mut count = 0;
        // SAFETY: the configuration is alive; the array is copied and freed by `first_of_pairs`.
        let pairs = unsafe { rd_kafka_conf_dump(self.0.pointer(), &raw mut count) };
        // SAFETY: array and count came from the call above.
        let mut names = unsafe { first_of_pairs(pairs, count) };
        // SAFETY: the configuration is alive, and the topic's part of it belongs to it.
        let topic = unsafe { rd_kafka_conf_get_default_topic_conf(self.0.pointer()) };
        if !topic.is_null() {
            // SAFETY: not NULL, and alive with the configuration.
            let pairs = unsafe { rd_kafka_topic_conf_dump(topic, &raw mut count) };
            // SAFETY: array and count came from the call above.
            names.extend(unsafe { first_of_pairs(pairs, count) });
        }
        names
    }
}

/// Copies the names of a dump's (name, value) pairs, and frees the dump.
///
/// # Safety
/// Both arguments come from one call of a dump function.
unsafe fn first_of_pairs(pairs: *mut *const std::ffi::c_char, count: usize) -> Vec<String> {
    if pairs.is_null() {
        return Vec::new();
    }
    // SAFETY: the dump has `count` entries, names and values in turn.
    let entries = unsafe { std::slice::from_raw_parts(pairs, count) };
    let name = |entry: &*const std::ffi::c_char| {
        // SAFETY: each entry is NULL or a terminated string that lives until the dump is freed.
        unsafe { text::copied(*entry) }
    };
    let names = entries.iter().step_by(2).filter_map(name).collect();
    // SAFETY: nothing refers to the dump any more.
    unsafe { rd_kafka_conf_dump_free(pairs, count) };
    names
}

/// The names of all settings that this librdkafka takes, sorted, for suggestions.
#[must_use]
pub fn known_settings() -> Vec<String> {
    let mut names: Vec<String> = ALIASES.iter().map(|alias| (*alias).to_owned()).collect();
    if let Ok(config) = Config::new() {
        // Some setting of a topic has to be set before the configuration has a topic's part.
        let _made_only_for_its_names = config.set("request.required.acks", "-1");
        names.extend(config.names());
    }
    names.sort_unstable();
    names.dedup();
    // Places for functions, which no text can fill.
    names.retain(|name| !name.ends_with("_cb") && name != "opaque" && name != "default_topic_conf");
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_both_kinds_and_their_other_names_are_known() {
        let known = known_settings();
        let expected = [
            "bootstrap.servers",
            "sasl.password",
            "sasl.mechanism",
            "ssl.ca.location",
            "acks",
            "compression.type",
        ];
        for name in expected {
            assert!(known.iter().any(|known| known == name), "{name} is missing");
        }
        assert!(known.len() > 150, "only {}", known.len());
        assert!(known.is_sorted());
    }

    #[test]
    fn every_other_name_is_taken() {
        let config = Config::new().unwrap();
        for alias in ALIASES {
            assert_ne!(config.set(alias, "1"), Err(Rejection::Unknown), "{alias}");
        }
    }

    #[test]
    fn a_setting_is_taken_unknown_or_wrong() {
        let config = Config::new().unwrap();
        assert_eq!(config.set("socket.timeout.ms", "1000"), Ok(()));
        assert_eq!(config.set("socket.timeout", "1000"), Err(Rejection::Unknown));
        assert!(matches!(config.set("socket.timeout.ms", "soon"), Err(Rejection::Value(_))));
        assert!(matches!(config.set("client.id", "a\0b"), Err(Rejection::Value(_))));
    }
}
