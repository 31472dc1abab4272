//! Calls on settings: describe those of topics and brokers, change some of a topic's and leave the rest alone.
//!
//! The old call that replaces all settings at once is not used anywhere.

use std::collections::BTreeMap;
use std::ffi::{c_char, c_int};
use std::time::Instant;

use eventctl_core::topics::change::Alteration;
use rdkafka::bindings::{
    RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT, RD_KAFKA_EVENT_INCREMENTALALTERCONFIGS_RESULT,
    rd_kafka_AlterConfigOpType_t, rd_kafka_ConfigEntry_is_sensitive, rd_kafka_ConfigEntry_name,
    rd_kafka_ConfigEntry_synonyms, rd_kafka_ConfigEntry_t, rd_kafka_ConfigEntry_value,
    rd_kafka_ConfigResource_add_incremental_config, rd_kafka_ConfigResource_configs,
    rd_kafka_ConfigResource_destroy, rd_kafka_ConfigResource_error_string, rd_kafka_ConfigResource_name,
    rd_kafka_ConfigResource_new, rd_kafka_ConfigResource_t, rd_kafka_DescribeConfigs,
    rd_kafka_DescribeConfigs_result_resources, rd_kafka_IncrementalAlterConfigs,
    rd_kafka_IncrementalAlterConfigs_result_resources, rd_kafka_ResourceType_t, rd_kafka_admin_op_t,
    rd_kafka_event_t,
};

use super::code::{CallError, Code};
use super::handle::{Handle, Request, Target};
use super::object::{Owned, View, accessors, destroyed_by, pointers};
use super::options::{Wishes, result_of};
use super::queue::Event;
use super::raw;
use super::text::terminated;
use super::topics::{Items, merged, sort_out};

destroyed_by! { rd_kafka_ConfigResource_t => rd_kafka_ConfigResource_destroy }

accessors! {
    DESCRIBED: List<rd_kafka_event_t, rd_kafka_ConfigResource_t> = rd_kafka_DescribeConfigs_result_resources;
    ALTERED: List<rd_kafka_event_t, rd_kafka_ConfigResource_t> =
        rd_kafka_IncrementalAlterConfigs_result_resources;
    NAME: Value<rd_kafka_ConfigResource_t, *const c_char> = rd_kafka_ConfigResource_name;
    ERROR: Value<rd_kafka_ConfigResource_t, c_int> = raw::rd_kafka_ConfigResource_error;
    ERROR_TEXT: Value<rd_kafka_ConfigResource_t, *const c_char> = rd_kafka_ConfigResource_error_string;
    ENTRIES: List<rd_kafka_ConfigResource_t, rd_kafka_ConfigEntry_t> = rd_kafka_ConfigResource_configs;
    KEY: Value<rd_kafka_ConfigEntry_t, *const c_char> = rd_kafka_ConfigEntry_name;
    VALUE: Value<rd_kafka_ConfigEntry_t, *const c_char> = rd_kafka_ConfigEntry_value;
    SOURCE: Value<rd_kafka_ConfigEntry_t, c_int> = raw::rd_kafka_ConfigEntry_source;
    SENSITIVE: Value<rd_kafka_ConfigEntry_t, c_int> = rd_kafka_ConfigEntry_is_sensitive;
    SYNONYMS: List<rd_kafka_ConfigEntry_t, rd_kafka_ConfigEntry_t> = rd_kafka_ConfigEntry_synonyms;
}

/// The protocol's number of "set on the topic".
pub(in crate::kafka) const SOURCE_TOPIC: i32 = 1;

/// One setting as the broker reports it, not yet understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kafka) struct Entry {
    pub(in crate::kafka) key: String,
    pub(in crate::kafka) value: Option<String>,
    /// The protocol's number of the source.
    pub(in crate::kafka) source: i32,
    pub(in crate::kafka) sensitive: bool,
    /// For a setting of the topic's own: the broker's setting that would count without it, by the broker's name.
    pub(in crate::kafka) next: Option<(String, Option<String>)>,
}

/// Settings by topic or broker, each with its own error.
pub(in crate::kafka) type Configs = BTreeMap<String, Result<Vec<Entry>, CallError>>;

impl Handle {
    /// Describes the settings of topics.
    pub(in crate::kafka) async fn describe_topic_configs(
        &self,
        topics: &[&str],
        deadline: Instant,
    ) -> Result<Configs, CallError> {
        let resources = topics.iter().map(|topic| (*topic).to_owned()).collect();
        let kind = rd_kafka_ResourceType_t::RD_KAFKA_RESOURCE_TOPIC;
        self.call_any(&DescribeConfigs { kind, resources }, deadline).await
    }

    /// Describes the settings of one broker; the broker itself is asked.
    pub(in crate::kafka) async fn describe_broker_config(
        &self,
        broker: i32,
        deadline: Instant,
    ) -> Result<Vec<Entry>, CallError> {
        let kind = rd_kafka_ResourceType_t::RD_KAFKA_RESOURCE_BROKER;
        let request = DescribeConfigs { kind, resources: vec![broker.to_string()] };
        let answer = self.call(&request, deadline).await?.into_values().next();
        answer.unwrap_or_else(|| Err(CallError::local("_BAD_MSG", "the broker left its settings out")))
    }

    /// Changes the settings that are named, and no other, or with `validate_only` lets the brokers check them.
    pub(in crate::kafka) async fn alter_topics(
        &self,
        topics: &[&Alteration],
        validate_only: bool,
        deadline: Instant,
    ) -> Result<Items, CallError> {
        let (topics, items) = sort_out(topics, |change| (change.topic.as_str(), alteration(change)));
        if topics.is_empty() {
            return Ok(items);
        }
        merged(items, self.change(&AlterConfigs { topics, validate_only }, deadline).await)
    }
}

struct DescribeConfigs {
    kind: rd_kafka_ResourceType_t,
    resources: Vec<String>,
}

impl Request for DescribeConfigs {
    type Answer = Configs;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS;
    const EVENT: c_int = RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT;

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let resources =
            self.resources.iter().map(|name| resource(self.kind, name)).collect::<Result<Vec<_>, _>>()?;
        let (mut list, options) = (pointers(&resources), target.options.pointer());
        // SAFETY: client, queue, options and every resource are alive; the library copies them before it returns.
        unsafe {
            rd_kafka_DescribeConfigs(target.client(), list.as_mut_ptr(), list.len(), options, target.queue());
        }
        Ok(())
    }

    fn read(event: &Event) -> Configs {
        let config = |resource: View<'_, rd_kafka_ConfigResource_t>| {
            let entries = || resource.parts(ENTRIES).into_iter().filter_map(entry).collect();
            Some((resource.text(NAME)?, error(resource).map_or_else(|| Ok(entries()), Err)))
        };
        event.view().parts(DESCRIBED).into_iter().filter_map(config).collect()
    }
}

struct AlterConfigs<'a> {
    topics: Vec<&'a Alteration>,
    validate_only: bool,
}

impl Request for AlterConfigs<'_> {
    type Answer = Items;
    const OPERATION: rd_kafka_admin_op_t = rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_INCREMENTALALTERCONFIGS;
    const EVENT: c_int = RD_KAFKA_EVENT_INCREMENTALALTERCONFIGS_RESULT;

    fn wishes(&self) -> Wishes {
        Wishes { validate_only: self.validate_only, ..Wishes::default() }
    }

    fn submit(&self, target: &Target<'_>) -> Result<(), CallError> {
        let resources = self.topics.iter().map(|change| alteration(change)).collect::<Result<Vec<_>, _>>()?;
        let (mut list, options) = (pointers(&resources), target.options.pointer());
        // SAFETY: client, queue, options and every resource are alive; the library copies them before it returns.
        unsafe {
            rd_kafka_IncrementalAlterConfigs(
                target.client(),
                list.as_mut_ptr(),
                list.len(),
                options,
                target.queue(),
            );
        }
        Ok(())
    }

    fn read(event: &Event) -> Items {
        let result = |resource: View<'_, rd_kafka_ConfigResource_t>| {
            Some((resource.text(NAME)?, error(resource).map_or(Ok(()), Err)))
        };
        event.view().parts(ALTERED).into_iter().filter_map(result).collect()
    }
}

fn resource(
    kind: rd_kafka_ResourceType_t,
    name: &str,
) -> Result<Owned<rd_kafka_ConfigResource_t>, CallError> {
    let name = terminated(name)?;
    // SAFETY: the name is alive and is copied.
    let made = unsafe { rd_kafka_ConfigResource_new(kind, name.as_ptr()) };
    // SAFETY: just made, and ours.
    unsafe { Owned::new(made) }.ok_or_else(|| CallError::local("_INVALID_ARG", "not a name to configure"))
}

fn alteration(change: &Alteration) -> Result<Owned<rd_kafka_ConfigResource_t>, CallError> {
    let made = resource(rd_kafka_ResourceType_t::RD_KAFKA_RESOURCE_TOPIC, change.topic.as_str())?;
    if change.settings.is_empty() {
        return Err(CallError::local("_INVALID_ARG", "no setting is named"));
    }
    for (key, setting) in &change.settings {
        let key = terminated(key)?;
        let value = setting.to.as_deref().map(terminated).transpose()?;
        let (operation, value) = value.as_ref().map_or(
            (rd_kafka_AlterConfigOpType_t::RD_KAFKA_ALTER_CONFIG_OP_TYPE_DELETE, std::ptr::null()),
            |value| (rd_kafka_AlterConfigOpType_t::RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET, value.as_ptr()),
        );
        // SAFETY: the resource and both texts are alive; the texts are copied; a delete takes NULL.
        let error = unsafe {
            rd_kafka_ConfigResource_add_incremental_config(made.pointer(), key.as_ptr(), operation, value)
        };
        // SAFETY: a returned error object is the caller's.
        unsafe { result_of(error) }?;
    }
    Ok(made)
}

fn error(resource: View<'_, rd_kafka_ConfigResource_t>) -> Option<CallError> {
    Code(resource.get(ERROR)).error(resource.text(ERROR_TEXT))
}

fn entry(entry: View<'_, rd_kafka_ConfigEntry_t>) -> Option<Entry> {
    let source = entry.get(SOURCE);
    let next = || {
        // Synonyms come nearest first; the topic's own is the first of them.
        let mut synonyms = entry.parts(SYNONYMS).into_iter();
        let next = synonyms.find(|synonym| synonym.get(SOURCE) != SOURCE_TOPIC)?;
        Some((next.text(KEY)?, next.text(VALUE)))
    };
    Some(Entry {
        key: entry.text(KEY)?,
        value: entry.text(VALUE),
        source,
        sensitive: entry.get(SENSITIVE) != 0,
        next: if source == SOURCE_TOPIC { next() } else { None },
    })
}
