//! Topic names, dead-letter topics included: legal, and each once.

use std::collections::BTreeMap;

use super::super::effective::{EffectiveDlq, dlq_of, shared_dlqs};
use super::super::written::{Dlq, DlqFields, Topic, Written};
use crate::name::TopicName;
use crate::topics::internal::{Reach, reach_by_name};
use crate::yaml::{Diagnostic, Diagnostics, Span, shown};

/// A name that the catalog lays claim to.
struct Claim<'a> {
    name: String,
    span: Span,
    /// For a dead-letter topic: its source.
    dlq_of: Option<&'a str>,
}

impl Claim<'_> {
    fn what(&self) -> String {
        match self.dlq_of {
            None => format!("the topic {}", shown(&self.name)),
            Some(source) => format!("the dead-letter topic {} of {}", shown(&self.name), shown(source)),
        }
    }
}

pub(super) fn check(written: &Written, findings: &mut Diagnostics) {
    let shared = shared_dlqs(written);
    // Declared topics first, so that a dead-letter topic is the one that is in the way.
    let mut claims: Vec<Claim<'_>> = Vec::new();
    for topic in &written.topics {
        claims.push(Claim { name: topic.name.value.clone(), span: topic.name.span, dlq_of: None });
    }
    internal(written, findings);
    for topic in &written.topics {
        if let Some(dlq) = dlq_of(written, topic, &shared) {
            claims.extend(dlq_claim(topic, &dlq, findings));
        }
    }
    collisions(&claims, findings);
    let of_topics = written.topics.iter().map(|topic| topic.dlq.as_ref());
    for dlq in of_topics.chain([written.defaults.dlq.as_ref()]).flatten() {
        if let Dlq::Some(fields) = dlq {
            idle_fields(fields, findings);
        }
    }
}

/// What begins with two underscores belongs to the brokers: no plan ever touches it.
fn internal(written: &Written, findings: &mut Diagnostics) {
    for topic in &written.topics {
        if reach_by_name(&topic.name.value) == Reach::Internal {
            let message = format!("{} belongs to the brokers and is never touched", shown(&topic.name.value));
            findings.error_with_help(topic.name.span, &message, "take it out of the catalog");
        }
    }
}

fn dlq_claim<'a>(topic: &'a Topic, dlq: &EffectiveDlq<'_>, findings: &mut Diagnostics) -> Option<Claim<'a>> {
    let source = topic.name.value.as_str();
    if !dlq.derived {
        if dlq.name == source {
            let message = format!("{} is its own dead-letter topic", shown(source));
            findings.error_with_help(dlq.span, &message, "name another topic, or write `dlq: false`");
        }
        return None;
    }
    // An illegal source is reported where it is written; its dead-letter topic would only repeat that.
    source.parse::<TopicName>().ok()?;
    if let Err(error) = dlq.name.parse::<TopicName>() {
        let message = format!("the dead-letter topic of {} would be illegal: {error}", shown(source));
        findings.error_with_help(
            dlq.span,
            &message,
            "shorten the name or the suffix, or write `dlq: { topic: … }`",
        );
        return None;
    }
    Some(Claim { name: dlq.name.clone(), span: dlq.span, dlq_of: Some(source) })
}

fn collisions(claims: &[Claim<'_>], findings: &mut Diagnostics) {
    let mut taken: BTreeMap<String, &Claim<'_>> = BTreeMap::new();
    for claim in claims {
        let folded = claim.name.replace('.', "_");
        let Some(earlier) = taken.get(&folded) else {
            taken.insert(folded, claim);
            continue;
        };
        let (message, help) = if earlier.name == claim.name {
            let help =
                format!("write `dlq: {{ topic: {} }}` where that is meant, or change the suffix", claim.name);
            (format!("{} is {} too", claim.what(), earlier.what()), help)
        } else {
            let message = format!("{} collides with {}", claim.what(), earlier.what());
            (message, "brokers take `.` and `_` for the same in metric names: rename one".to_owned())
        };
        findings.push(
            Diagnostic::error(findings.source(), claim.span, &message)
                .with_label(earlier.span, "declared here")
                .with_help(&help),
        );
    }
}

/// What is said of a dead-letter topic that is not made from here has no effect.
fn idle_fields(fields: &DlqFields, findings: &mut Diagnostics) {
    let Some(topic) = &fields.topic else { return };
    let settings = &fields.settings;
    let said = [
        ("suffix", fields.suffix.as_ref().map(|value| value.span)),
        ("partitions", settings.partitions.as_ref().map(|value| value.span)),
        ("replication_factor", settings.replication.as_ref().map(|value| value.span)),
        ("retention", settings.retention.as_ref().map(|value| value.span)),
        ("config", settings.config.first().map(|setting| setting.name.span)),
    ];
    for (name, span) in said {
        let Some(span) = span else { continue };
        let message = format!(
            "`{name}` has no effect on {}, which is not provisioned as a dead-letter topic",
            shown(&topic.value)
        );
        let help =
            format!("remove `{name}`, or declare {} among the topics and say it there", shown(&topic.value));
        findings.error_with_help(span, &message, &help);
    }
}
