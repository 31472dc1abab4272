//! What holds for a topic once the defaults are laid below it, each value still with its place. The rules and the
//! resolved catalog read it here, so that they cannot disagree.

use std::collections::{BTreeMap, BTreeSet};

use super::words::Encoding;
use super::written::{Dlq, DlqFields, Replication, Settings, Topic, Written};
use crate::yaml::{Span, Spanned};

/// The suffix of dead-letter topics where the catalog names none.
pub(super) const DLQ_SUFFIX: &str = "-dlq";

/// Settings over settings, the most specific first.
pub(super) struct Layers<'a>(pub(super) Vec<&'a Settings>);

impl<'a> Layers<'a> {
    /// Those of a topic.
    pub(super) fn of_topic(written: &'a Written, topic: &'a Topic) -> Self {
        Self(vec![&topic.settings, &written.defaults.settings])
    }

    pub(super) fn partitions(&self) -> Option<Spanned<i32>> {
        self.0.iter().find_map(|layer| layer.partitions.clone())
    }

    pub(super) fn replication(&self) -> Option<Spanned<Replication>> {
        self.0.iter().find_map(|layer| layer.replication.clone())
    }

    /// The settings by Kafka's names, `retention` among them as `retention.ms`.
    pub(super) fn config(&self) -> BTreeMap<&'a str, Spanned<Option<String>>> {
        let mut config = BTreeMap::new();
        for layer in self.0.iter().rev() {
            if let Some(Spanned { value, span }) = &layer.retention {
                config.insert("retention.ms", Spanned::new(Some(value.to_string()), *span));
            }
            for setting in &layer.config {
                config.insert(setting.name.value.as_str(), setting.value.clone());
            }
        }
        config
    }
}

/// A topic's dead-letter queue.
pub(super) struct EffectiveDlq<'a> {
    /// The dead-letter topic.
    pub(super) name: String,
    /// Where that name comes from.
    pub(super) span: Span,
    /// True where it is made from the catalog; false where it is shared or another tool's.
    pub(super) derived: bool,
    /// What the topic itself says, then what the defaults say.
    pub(super) said: Vec<&'a DlqFields>,
}

impl<'a> EffectiveDlq<'a> {
    /// Its replication and settings.
    pub(super) fn layers(&self, written: &'a Written) -> Layers<'a> {
        let own = self.said.iter().map(|fields| &fields.settings);
        Layers(own.chain([&written.defaults.settings]).collect())
    }

    /// The number of partitions that was written for it.
    pub(super) fn own_partitions(&self) -> Option<Spanned<i32>> {
        self.said.iter().find_map(|fields| fields.settings.partitions.clone())
    }
}

/// The topics that some other one uses as its dead-letter topic: they get none of their own from the defaults.
pub(super) fn shared_dlqs(written: &Written) -> BTreeSet<&str> {
    let own = written.topics.iter().map(|topic| topic.dlq.as_ref());
    own.chain([written.defaults.dlq.as_ref()])
        .filter_map(|dlq| match dlq {
            Some(Dlq::Some(fields)) => fields.topic.as_ref(),
            _ => None,
        })
        .map(|name| name.value.as_str())
        .collect()
}

/// A topic's dead-letter queue. There is one where the topic or the defaults say `dlq`, unless the topic says `false`.
pub(super) fn dlq_of<'a>(
    written: &'a Written,
    topic: &'a Topic,
    shared: &BTreeSet<&str>,
) -> Option<EffectiveDlq<'a>> {
    let default = match &written.defaults.dlq {
        Some(Dlq::Some(fields)) => Some(fields.as_ref()),
        Some(Dlq::None) | None => None,
    };
    let own = match &topic.dlq {
        Some(Dlq::None) => return None,
        Some(Dlq::Some(fields)) => Some(fields.as_ref()),
        None if default.is_none() || shared.contains(topic.name.value.as_str()) => return None,
        None => None,
    };
    let said: Vec<&DlqFields> = own.into_iter().chain(default).collect();
    let named = said.iter().find(|fields| fields.topic.is_some() || fields.suffix.is_some());
    if let Some(name) = named.and_then(|fields| fields.topic.as_ref()) {
        return Some(EffectiveDlq { name: name.value.clone(), span: name.span, derived: false, said });
    }
    let suffix = named.and_then(|fields| fields.suffix.as_ref());
    let text = suffix.map_or(DLQ_SUFFIX, |suffix| suffix.value.as_str());
    let own_suffix = own.and_then(|fields| fields.suffix.as_ref());
    let span = own_suffix.map_or(topic.name.span, |suffix| suffix.span);
    Some(EffectiveDlq { name: format!("{}{text}", topic.name.value), span, derived: true, said })
}

/// How a topic's values are written, where the catalog says so.
pub(super) fn encoding_of(written: &Written, topic: &Topic) -> Option<Encoding> {
    let said = topic.values.encoding.as_ref().or(written.defaults.values.encoding.as_ref());
    said.map(|encoding| encoding.value)
}
