//! Settings, replication, keys and events of topics and of their dead-letter topics.

use std::collections::BTreeMap;

use super::super::SchemaFiles;
use super::super::effective::{Layers, dlq_of, encoding_of, shared_dlqs};
use super::super::kafka::{SETTINGS, Takes, takes};
use super::super::words::{Encoding, Partitioner};
use super::super::written::{Dlq, Event, Replication, Setting, Settings, Topic, Written};
use crate::duration;
use crate::yaml::{Diagnostic, Diagnostics, Span, Spanned, shown};

/// Holds every setting that is written against what Kafka knows.
pub(super) fn settings(written: &Written, findings: &mut Diagnostics) {
    layer(&written.defaults.settings, findings);
    let of_topics = written.topics.iter().map(|topic| topic.dlq.as_ref());
    for topic in &written.topics {
        layer(&topic.settings, findings);
    }
    for dlq in of_topics.chain([written.defaults.dlq.as_ref()]).flatten() {
        if let Dlq::Some(fields) = dlq {
            layer(&fields.settings, findings);
        }
    }
}

fn layer(settings: &Settings, findings: &mut Diagnostics) {
    if let Some(retention) = &settings.retention {
        if retention.value == 0 {
            let help = "write how long records are kept, or `forever`";
            findings.error_with_help(retention.span, "`retention` of 0 keeps nothing", help);
        }
        if let Some(both) = settings.config.iter().find(|setting| setting.name.value == "retention.ms") {
            findings.push(
                Diagnostic::error(
                    findings.source(),
                    both.name.span,
                    "`retention.ms` and `retention` are both written",
                )
                .with_label(retention.span, "`retention` is sugar for `retention.ms`")
                .with_help("keep one of the two"),
            );
        }
    }
    for setting in &settings.config {
        self::setting(setting, findings);
    }
}

fn setting(setting: &Setting, findings: &mut Diagnostics) {
    let name = setting.name.value.as_str();
    let Some(takes) = takes(name) else {
        let message = format!("{} is not a topic setting of Kafka's", shown(name));
        match findings.near_miss(name, SETTINGS.iter().map(|(known, _)| *known)) {
            Some(near) => {
                findings.error_with_help(setting.name.span, &message, &format!("did you mean `{near}`?"));
            }
            None => findings.warning(
                setting.name.span,
                &format!("{message} up to 4.x"),
                "keep it where a newer broker knows it; another one will refuse it",
            ),
        }
        return;
    };
    let Some(value) = &setting.value.value else { return };
    if let Some(wanted) = takes.refuses(value) {
        let message = format!("{} must be {wanted}, not {}", shown(name), shown(value));
        match (takes, duration::parse(value)) {
            (Takes::Number("milliseconds", ..), Ok(milliseconds)) => {
                findings.error_with_help(setting.value.span, &message, &format!("write {milliseconds}"));
            }
            _ => findings.error(setting.value.span, &message),
        }
    } else if name == "retention.ms" && value == "0" {
        let help = "write how long records are kept in milliseconds, or -1";
        findings.error_with_help(setting.value.span, "`retention.ms` of 0 keeps nothing", help);
    }
}

/// Compares the replicas that must be in sync with those there are, and the partitions of dead-letter topics with
/// those of their sources.
pub(super) fn replication(written: &Written, findings: &mut Diagnostics) {
    let shared = shared_dlqs(written);
    for topic in &written.topics {
        in_sync(&Layers::of_topic(written, topic), findings);
        let Some(dlq) = dlq_of(written, topic, &shared).filter(|dlq| dlq.derived) else { continue };
        in_sync(&dlq.layers(written), findings);
        let source = Layers::of_topic(written, topic).partitions();
        if let (Some(own), Some(source)) = (dlq.own_partitions(), source)
            && own.value < source.value
        {
            let message = format!(
                "the dead-letter topic {} has {} partitions, fewer than the {} of {}",
                shown(&dlq.name),
                own.value,
                source.value,
                shown(&topic.name.value)
            );
            let finding = Diagnostic::warning(findings.source(), own.span, &message)
                .with_label(source.span, "its source's partitions")
                .with_help("some tools write to the partition of the same number: leave `partitions` out");
            findings.push(finding);
        }
    }
}

fn in_sync(layers: &Layers<'_>, findings: &mut Diagnostics) {
    let Some(Spanned { value: Replication::Factor(factor), span: factor_span }) = layers.replication() else {
        return;
    };
    let config = layers.config();
    let Some(minimum) = config.get("min.insync.replicas") else { return };
    let Some(number) = minimum.value.as_deref().and_then(|text| text.parse::<i64>().ok()) else { return };
    let factor = i64::from(factor);
    let specific = |span: Span| layers.0.first().is_some_and(|own| says(own, span));
    // The place that was written for this topic is the one to change; the other explains it.
    let (place, other) = if specific(factor_span) && !specific(minimum.span) {
        (factor_span, minimum.span)
    } else {
        (minimum.span, factor_span)
    };
    if number > factor {
        let message = format!("`min.insync.replicas` is {number}, above the replication factor {factor}");
        let finding = Diagnostic::error(findings.source(), place, &message)
            .with_label(other, "together with this")
            .with_help("no write with acks=all would succeed: lower one or raise the other");
        findings.push(finding);
    } else if number == factor && factor > 1 {
        let message = format!("`min.insync.replicas` is {number}, and so is the replication factor");
        let finding = Diagnostic::warning(findings.source(), place, &message)
            .with_label(other, "together with this")
            .with_help("one broker down stops every write with acks=all: lower one or raise the other");
        findings.push(finding);
    }
}

fn says(layer: &Settings, span: Span) -> bool {
    layer.replication.as_ref().is_some_and(|said| said.span == span)
        || layer.config.iter().any(|said| said.value.span == span)
}

/// A tenant's pattern has an effect with one partitioner only.
pub(super) fn keys(written: &Written, findings: &mut Diagnostics) {
    for topic in &written.topics {
        let said = topic.values.partitioner.as_ref().or(written.defaults.values.partitioner.as_ref());
        let partitioner = said.map_or(Partitioner::Murmur2, |said| said.value);
        let pattern = topic.key.as_ref().and_then(|key| key.tenant_pattern.as_ref());
        if let Some(pattern) = pattern.filter(|_| partitioner != Partitioner::JavaHash) {
            let message = format!("`tenant_pattern` has no effect with the partitioner {partitioner}");
            findings.warning(pattern.span, &message, "remove it, or write `partitioner: java-hash`");
        }
    }
}

/// Holds events against the schema files and against each other.
pub(super) fn events(written: &Written, schemas: Option<&SchemaFiles>, findings: &mut Diagnostics) {
    for topic in &written.topics {
        let encoding = encoding_of(written, topic);
        if let (Some(encoding @ (Encoding::Text | Encoding::Raw)), Some(event)) =
            (encoding, topic.events.first())
        {
            let message = format!(
                "events of {} are not validated: its encoding is {encoding}",
                shown(&topic.name.value)
            );
            findings.warning(event.name.span, &message, "remove `events`, or name another encoding");
        }
        if let Some(encoding @ (Encoding::Json | Encoding::Envelope)) = encoding
            && topic.events.len() > 1
        {
            types_present(topic, encoding, findings);
        }
        each_once(topic, "type", |event| event.type_.as_ref(), findings);
        each_once(topic, "subject", |event| event.subject.as_ref(), findings);
        if let Some(schemas) = schemas {
            let subjects = topic.events.iter().filter_map(|event| event.subject.as_ref());
            subjects.for_each(|subject| schema_file(subject, schemas, findings));
        }
    }
}

fn types_present(topic: &Topic, encoding: Encoding, findings: &mut Diagnostics) {
    for event in topic.events.iter().filter(|event| event.type_.is_none()) {
        let message = format!("{} lacks the field `type`", shown(&event.name.value));
        let help = format!("with several events and the encoding {encoding}, `type` tells them apart");
        findings.error_with_help(event.name.span, &message, &help);
    }
}

fn each_once(
    topic: &Topic,
    field: &str,
    of: fn(&Event) -> Option<&Spanned<String>>,
    findings: &mut Diagnostics,
) {
    let mut taken: BTreeMap<&str, Span> = BTreeMap::new();
    for value in topic.events.iter().filter_map(of) {
        let Some(earlier) = taken.get(value.value.as_str()) else {
            taken.insert(&value.value, value.span);
            continue;
        };
        let message =
            format!("two events of {} have the {field} {}", shown(&topic.name.value), shown(&value.value));
        let finding = Diagnostic::error(findings.source(), value.span, &message)
            .with_label(*earlier, "the first one")
            .with_help("a record could be either: give each its own");
        findings.push(finding);
    }
}

fn schema_file(subject: &Spanned<String>, schemas: &SchemaFiles, findings: &mut Diagnostics) {
    if schemas.subjects.get(&subject.value).is_some_and(|versions| !versions.is_empty()) {
        return;
    }
    let message = format!("the subject {} has no schema file", shown(&subject.value));
    let help = match findings.near_miss(&subject.value, schemas.subjects.keys().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write the schema into `{}/v1.avsc` of the schema folder", subject.value),
    };
    findings.error_with_help(subject.span, &message, &help);
}
