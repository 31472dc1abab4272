//! Which topics are somebody's machinery rather than an application's, and so are never in a plan.
//!
//! Three degrees, by DESIGN.md section 3: what the brokers mark and `__*` are out of reach whatever a catalog says;
//! the topics of well-known tools are out of reach unless they are named outright; all others are in reach.

use super::live::LiveTopic;

/// How far a topic is out of reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// An application's topic.
    Ordinary,
    /// A well-known tool's own: only a catalog or scope that names it outright reaches it.
    Tool,
    /// The brokers' own: never.
    Internal,
}

/// Tells a topic's reach from what the brokers say of it and from its name.
#[must_use]
pub fn reach(topic: &LiveTopic) -> Reach {
    if topic.internal { Reach::Internal } else { reach_by_name(topic.name.as_str()) }
}

/// Tells a topic's reach from its name alone, for topics that do not exist yet.
#[must_use]
pub fn reach_by_name(name: &str) -> Reach {
    const PREFIXES: [&str; 4] = ["_confluent", "_redpanda", "connect-", "mm2-"];
    const SUFFIXES: [&str; 4] = ["-changelog", "-repartition", ".checkpoints.internal", ".heartbeats"];
    const NAMES: [&str; 2] = ["_schemas", "heartbeats"];
    if name.starts_with("__") {
        Reach::Internal
    } else if NAMES.contains(&name)
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || SUFFIXES.iter().any(|suffix| name.ends_with(suffix))
    {
        Reach::Tool
    } else {
        Reach::Ordinary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_how_far_a_topic_is_out_of_reach() {
        let rows = [
            ("agent-events", Reach::Ordinary),
            ("agent-events-dlq", Reach::Ordinary),
            ("_private", Reach::Ordinary),
            ("connector-events", Reach::Ordinary),
            ("__consumer_offsets", Reach::Internal),
            ("__anything", Reach::Internal),
            ("_schemas", Reach::Tool),
            ("_confluent-metrics", Reach::Tool),
            ("_redpanda.audit_log", Reach::Tool),
            ("connect-offsets", Reach::Tool),
            ("app-KSTREAM-AGGREGATE-STATE-STORE-0000000003-changelog", Reach::Tool),
            ("app-store-repartition", Reach::Tool),
            ("heartbeats", Reach::Tool),
            ("mm2-offset-syncs.b.internal", Reach::Tool),
            ("a.checkpoints.internal", Reach::Tool),
            ("a.heartbeats", Reach::Tool),
        ];
        for (name, expected) in rows {
            assert_eq!(reach_by_name(name), expected, "{name}");
        }
    }
}
