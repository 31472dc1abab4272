//! A client's configuration: librdkafka's own names and values, checked by librdkafka.

use std::ffi::{c_char, c_int};

use rdkafka::bindings::{
    RD_KAFKA_EVENT_ERROR, RD_KAFKA_EVENT_LOG, rd_kafka_conf_destroy, rd_kafka_conf_new,
    rd_kafka_conf_properties_show, rd_kafka_conf_res_t, rd_kafka_conf_set, rd_kafka_conf_set_events,
    rd_kafka_conf_set_ssl_cert_verify_cb, rd_kafka_conf_t,
};

use super::certificate;
use super::code::CallError;
use super::object::{Owned, destroyed_by};
use super::raw;
use super::text::{self, Reason};

destroyed_by! { rd_kafka_conf_t => rd_kafka_conf_destroy }

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
        // SAFETY: the configuration is alive, and the function keeps its promises (see there). Without TLS in the library
        // it is not taken, and not missed.
        let _without_tls_not_taken =
            unsafe { rd_kafka_conf_set_ssl_cert_verify_cb(config.0.pointer(), Some(certificate::verdict)) };
        Ok(config)
    }

    /// Also wants events of these kinds, beyond errors and logs.
    pub(super) fn want(&self, events: c_int) {
        let all = RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | events;
        // SAFETY: the configuration is alive.
        unsafe { rd_kafka_conf_set_events(self.0.pointer(), all) };
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
}

/// The names of all settings that this librdkafka takes, sorted, for suggestions. Empty where memory is short.
#[must_use]
pub fn known_settings() -> Vec<String> {
    let mut names = names_in(&table_of_settings());
    names.sort_unstable();
    names.dedup();
    names
}

/// librdkafka's table of its settings, which it can only write to a C stream. Its other list, the dump of a
/// configuration, leaves out texts without a default, `sasl.password` among them.
fn table_of_settings() -> String {
    let mut text: *mut c_char = std::ptr::null_mut();
    let mut length = 0;
    // SAFETY: both places are ours and outlive the stream.
    let stream = unsafe { raw::open_memstream(&raw mut text, &raw mut length) };
    if stream.is_null() {
        return String::new();
    }
    // SAFETY: the stream is open; the pointer's type is C's FILE, under whatever name the bindings have for it.
    unsafe { rd_kafka_conf_properties_show(stream.cast()) };
    // SAFETY: the stream is open, and not used afterwards. Closing it completes text and length.
    unsafe { raw::fclose(stream) };
    // SAFETY: closing has terminated the text, or left it NULL.
    let table = unsafe { text::copied(text) }.unwrap_or_default();
    // SAFETY: the text came from the stream's allocator and was copied.
    unsafe { raw::free(text.cast()) };
    table
}

/// The first column of a table of `name | C/P | range | default | …` rows. Places for functions and objects, which no
/// text can fill, are left out.
fn names_in(table: &str) -> Vec<String> {
    let name = |line: &str| {
        let (name, rest) = line.split_once('|')?;
        let name = name.trim();
        let kind = rest.split('|').next()?.trim();
        let is_row = matches!(kind, "*" | "C" | "P") && !name.is_empty();
        let is_text = !name.ends_with("_cb") && !["opaque", "default_topic_conf"].contains(&name);
        (is_row && is_text).then(|| name.to_owned())
    };
    table.lines().filter_map(name).collect()
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
    fn names_are_the_tables_first_column() {
        let table = "## Global\nProperty | C/P | Range\n---|---|---\nclient.id | * |  | rdkafka\nacks  |  P  | -1\n\
                     error_cb | * | | \nopaque | * | |\ngroup.id | C | |\nno bar\n | C |\n";
        assert_eq!(names_in(table), ["client.id", "acks", "group.id"]);
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
