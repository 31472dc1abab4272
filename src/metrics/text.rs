//! The text of a snapshot, in OpenMetrics.

use std::fmt;

use eventctl_core::lag::metrics::{Family, Label, MetricKind, Number, Series, Snapshot};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabel, EncodeLabelSet, LabelSetEncoder, MetricEncoder, NoLabelSet,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

/// Writes a snapshot. Label values are escaped by the library.
pub(super) fn write(snapshot: Snapshot) -> String {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Collected(snapshot)));
    let mut text = String::new();
    // Writing to a String does not fail; were it cut off, its end would be missing and no scraper would take it.
    let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
    text
}

#[derive(Debug)]
struct Collected(Snapshot);

impl Collector for Collected {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        self.0.families().try_for_each(|family| self::family(&mut encoder, &family))
    }
}

fn family(encoder: &mut DescriptorEncoder<'_>, family: &Family<'_>) -> Result<(), fmt::Error> {
    let Family { name, help, kind, series } = family;
    let metric = match kind {
        MetricKind::Gauge => MetricType::Gauge,
        MetricKind::Counter => MetricType::Counter,
    };
    let mut encoder = encoder.encode_descriptor(name, help, None, metric)?;
    for Series { labels, value } in series {
        // Braces around nothing are legal, and not every parser knows.
        if labels.is_empty() {
            self::value(&mut encoder, *kind, *value)?;
        } else {
            let labels = Labels(labels);
            self::value(&mut encoder.encode_family(&labels)?, *kind, *value)?;
        }
    }
    Ok(())
}

fn value(encoder: &mut MetricEncoder<'_>, kind: MetricKind, value: Number) -> Result<(), fmt::Error> {
    match (kind, value) {
        (MetricKind::Gauge, Number::Whole(number)) => encoder.encode_gauge(&number),
        (MetricKind::Gauge, Number::Real(number)) => encoder.encode_gauge(&number),
        (MetricKind::Counter, Number::Whole(number)) => {
            encoder.encode_counter::<NoLabelSet, _, u64>(&number.unsigned_abs(), None)
        }
        (MetricKind::Counter, Number::Real(number)) => {
            encoder.encode_counter::<NoLabelSet, _, f64>(&number, None)
        }
    }
}

struct Labels<'a>(&'a [Label<'a>]);

impl EncodeLabelSet for Labels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), fmt::Error> {
        self.0.iter().try_for_each(|label| match label {
            Label::Text(name, text) => (*name, *text).encode(encoder.encode_label()),
            Label::Partition(number) => ("partition", *number).encode(encoder.encode_label()),
        })
    }
}
