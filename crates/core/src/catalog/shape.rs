//! The tables of `topics.yaml`: every field, what may stand there, and what it is for. They are the source of the
//! check, of the extraction and of `docs/schemas/topics.schema.json`.

use super::words::{Compatibility, DlqFormat, Encoding, KeyEncoding, Partitioner, Start};
use crate::name::{ClusterId, SubjectName, TopicName, check_declared_group};
use crate::partitioner::TenantPattern;
use crate::yaml::shape::{ANY_TEXT, Field, Record, Shape, TextRule};

/// The most partitions a topic may be declared with: more is a slip of the keyboard.
pub const PARTITIONS_LIMIT: i64 = 100_000;
/// The largest replication factor the protocol can carry.
const REPLICATION_LIMIT: i64 = i16::MAX as i64;

static TOPIC_NAME: TextRule = TextRule {
    what: "a topic name",
    pattern: Some("^[a-zA-Z0-9._-]{1,249}$"),
    check: Some(|text| text.parse::<TopicName>().map(|_| ()).map_err(|error| error.to_string())),
};
static GROUP_NAME: TextRule = TextRule {
    what: "a consumer group",
    pattern: Some("^.+$"),
    check: Some(|text| check_declared_group(text).map_err(|error| error.to_string())),
};
static SUBJECT_NAME: TextRule = TextRule {
    what: "a subject",
    pattern: Some("^.+$"),
    check: Some(|text| {
        if text.contains(['/', '\\']) || text.starts_with('.') {
            return Err(
                "it is the name of a folder too, so it may hold no slash and not begin with a dot".to_owned()
            );
        }
        text.parse::<SubjectName>().map(|_| ()).map_err(|error| error.to_string())
    }),
};
static CLUSTER_ID: TextRule = TextRule {
    what: "a cluster id",
    pattern: Some("^.+$"),
    check: Some(|text| text.parse::<ClusterId>().map(|_| ()).map_err(|error| error.to_string())),
};
static ENVIRONMENT_NAME: TextRule =
    TextRule { what: "an environment's name", pattern: Some(LABEL_PATTERN), check: Some(label) };
static STATE_NAME: TextRule =
    TextRule { what: "a state's name", pattern: Some(LABEL_PATTERN), check: Some(label) };
static EVENT_NAME: TextRule =
    TextRule { what: "an event's name", pattern: Some(FIELD_PATTERN), check: Some(field_path) };
static FIELD: TextRule = TextRule { what: "a field", pattern: Some(FIELD_PATTERN), check: Some(field_path) };
static PREFIX: TextRule = TextRule {
    what: "a prefix of topic names",
    pattern: Some("^[a-zA-Z0-9._-]{1,249}$"),
    check: Some(|text| {
        if text.is_empty() {
            return Err("an empty prefix would put every topic of the cluster in scope".to_owned());
        }
        let legal = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        legal.then_some(()).ok_or_else(|| "no topic name begins like this".to_owned())
    }),
};
static SUFFIX: TextRule = TextRule {
    what: "a suffix of topic names",
    pattern: Some("^[a-zA-Z0-9._-]{1,248}$"),
    check: Some(|text| {
        let legal = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
        let right = legal && !text.is_empty();
        right.then_some(()).ok_or_else(|| "write letters, digits, `.`, `_` or `-`, at least one".to_owned())
    }),
};
static URL: TextRule = TextRule {
    what: "a URL",
    pattern: Some("^https?://[^@]+$"),
    check: Some(|text| {
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
        match rest {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => Err("the host is missing".to_owned()),
            Some(rest) if rest.contains('@') => Err("credentials belong into the settings".to_owned()),
            Some(rest) if rest.contains(char::is_whitespace) => Err("it holds a space".to_owned()),
            Some(_) => Ok(()),
            None => Err("it must begin with http:// or https://".to_owned()),
        }
    }),
};
static FOLDER: TextRule = TextRule {
    what: "a folder beside the catalog",
    pattern: Some("^[^/].*$"),
    check: Some(|text| {
        let relative = !text.is_empty() && !text.starts_with(['/', '\\', '~']) && !text.contains('\0');
        relative.then_some(()).ok_or_else(|| "write a path relative to the catalog".to_owned())
    }),
};
static TENANT_PATTERN: TextRule = TextRule {
    what: "a pattern with one group",
    pattern: Some("\\("),
    check: Some(|text| TenantPattern::new(text).map(|_| ()).map_err(|error| error.to_string())),
};

const FIELD_PATTERN: &str = "^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$";

const LABEL_PATTERN: &str = "^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$";

/// Accepts a name that is also fit for a file or a flag.
fn label(text: &str) -> Result<(), String> {
    let legal = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'));
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    let right = legal && begins && text.len() <= 63;
    right.then_some(()).ok_or_else(|| "write 1 to 63 letters, digits, `.`, `_` or `-`".to_owned())
}

/// Accepts a field's name, or a path of names with dots between them.
pub(super) fn field_path(text: &str) -> Result<(), String> {
    let name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    let right = text.split('.').all(name);
    right.then_some(()).ok_or_else(|| "names are letters, digits and `_`, joined by dots".to_owned())
}

const PARTITIONS: Shape = Shape::Integer { min: 1, max: PARTITIONS_LIMIT };
const REPLICATION: Shape = Shape::OneOf(&[
    Shape::Integer { min: 1, max: REPLICATION_LIMIT },
    Shape::Choice(&[("inherit", "Left to the broker.")]),
]);
const RETENTION: Shape = Shape::Duration { forever: true };
const CONFIG: Shape = Shape::Map { key: &CONFIG_NAME, value: &Shape::OneOf(&[Shape::Scalar, Shape::Null]) };
static CONFIG_NAME: TextRule =
    TextRule { what: "a setting of Kafka's", pattern: Some("^[a-z0-9._-]+$"), check: None };
const CONSUMERS: Shape = Shape::Map { key: &GROUP_NAME, value: &Shape::Record(&CONSUMER) };
const LITERALS: Shape = Shape::Map { key: &FIELD, value: &Shape::Any };
const SUMMANDS: Shape = Shape::Map { key: &FIELD, value: &Shape::Scalar };

const PARTITIONS_DOC: &str =
    "How many partitions; more can be added, none taken away. Left out: the broker's default.";
const REPLICATION_DOC: &str = "How many brokers hold each partition; `inherit` leaves it to the broker.";
const RETENTION_DOC: &str = "How long records are kept; sugar for `retention.ms`. `forever` is -1.";
const CONFIG_DOC: &str = "Settings by Kafka's own names; `null` resets one to the broker's default. What is not named is \
    never touched.";
const MAX_LAG_DOC: &str = "Records behind the end of a partition from which `lag` reports a finding.";
const MAX_TIME_LAG_DOC: &str = "Age of the oldest unread record from which `lag` reports a finding.";
const START_DOC: &str = "Where a group without a commit begins.";

/// The whole file.
pub(super) static CATALOG: Record = Record {
    name: "catalog",
    doc: "The topics, dead-letter queues, events, consumers and states of an event-driven system on Apache Kafka.",
    fields: &[
        Field::required("version", Shape::Integer { min: 1, max: 1 }, "The version of this file's form: 1."),
        Field::optional("scope", Shape::Record(&SCOPE), "What `topics apply --prune` may ever consider."),
        Field::optional(
            "defaults",
            Shape::Record(&DEFAULTS),
            "What holds for every topic that says nothing else.",
        ),
        Field::optional(
            "schemas",
            Shape::Text(&FOLDER),
            "The folder of the schema files, `<subject>/v<N>.avsc`, beside this file.",
        )
        .default("schemas"),
        Field::required(
            "topics",
            Shape::Map { key: &TOPIC_NAME, value: &Shape::Record(&TOPIC) },
            "The topics by name. Dead-letter topics are derived from them.",
        ),
        Field::optional(
            "states",
            Shape::Map { key: &STATE_NAME, value: &Shape::Record(&STATE) },
            "The states folded from topics, by name.",
        ),
        Field::optional(
            "environments",
            Shape::Map { key: &ENVIRONMENT_NAME, value: &Shape::Partial(&ENVIRONMENT) },
            "Overlays by name, chosen by the context's `environment`: only what differs.",
        ),
    ],
};

static SCOPE: Record = Record {
    name: "scope",
    doc: "What `topics apply --prune` may ever consider, and nothing else.",
    fields: &[
        Field::optional(
            "prefixes",
            Shape::List(&Shape::Text(&PREFIX)),
            "Topics whose names begin like this.",
        ),
        Field::optional("topics", Shape::List(&Shape::Text(&TOPIC_NAME)), "Topics named outright."),
        Field::optional("exclude", Shape::List(&Shape::Text(&TOPIC_NAME)), "Topics never considered."),
    ],
};

static DEFAULTS: Record = Record {
    name: "defaults",
    doc: "What holds for every topic that says nothing else.",
    fields: &[
        Field::optional("partitions", PARTITIONS, PARTITIONS_DOC),
        Field::optional("replication_factor", REPLICATION, REPLICATION_DOC),
        Field::optional("retention", RETENTION, RETENTION_DOC),
        Field::optional("config", CONFIG, CONFIG_DOC),
        Field::optional("partitioner", Shape::Choice(Partitioner::WORDS), "How keys find their partitions.")
            .default("murmur2"),
        Field::optional("encoding", Shape::Choice(Encoding::WORDS), "How values are written."),
        Field::optional(
            "compatibility",
            Shape::Choice(Compatibility::WORDS),
            "The level set on subjects; left out, a subject's level is left alone.",
        ),
        Field::optional(
            "require_docs",
            Shape::Bool,
            "True where every field of a schema shall have a `doc`; one without is a warning of `check`.",
        )
        .default("false"),
        Field::optional("consumers", Shape::Record(&CONSUMER), "What holds for every consumer group."),
        Field::optional(
            "dlq",
            Shape::OneOf(&[Shape::False, Shape::Record(&DLQ)]),
            "The dead-letter queue of every topic; left out, only topics that say `dlq` have one.",
        ),
    ],
};

static TOPIC: Record = Record {
    name: "topic",
    doc: "One topic.",
    fields: &[
        Field::optional("partitions", PARTITIONS, PARTITIONS_DOC),
        Field::optional("replication_factor", REPLICATION, REPLICATION_DOC),
        Field::optional("retention", RETENTION, RETENTION_DOC),
        Field::optional("config", CONFIG, CONFIG_DOC),
        Field::optional(
            "key",
            Shape::OneOf(&[Shape::Text(&FIELD), Shape::Record(&KEY)]),
            "The event's field that becomes the record's key, or a mapping that says more.",
        ),
        Field::optional("partitioner", Shape::Choice(Partitioner::WORDS), "How keys find their partitions."),
        Field::optional("encoding", Shape::Choice(Encoding::WORDS), "How values are written."),
        Field::optional(
            "compatibility",
            Shape::Choice(Compatibility::WORDS),
            "The level set on its subjects.",
        ),
        Field::optional(
            "timestamp",
            Shape::Text(&FIELD),
            "The event's field that becomes the record's timestamp.",
        ),
        Field::optional(
            "events",
            Shape::Map { key: &EVENT_NAME, value: &Shape::Record(&EVENT) },
            "The events by name, as in their schemas.",
        ),
        Field::optional("consumers", CONSUMERS, "The consumer groups that read it, by name."),
        Field::optional(
            "dlq",
            Shape::OneOf(&[Shape::False, Shape::Record(&DLQ)]),
            "Its dead-letter queue; `false` for none.",
        ),
    ],
};

static KEY: Record = Record {
    name: "key",
    doc: "How records get their keys.",
    fields: &[
        Field::required("field", Shape::Text(&FIELD), "The event's field that becomes the key."),
        Field::optional("encoding", Shape::Choice(KeyEncoding::WORDS), "How keys are written.").default("string"),
        Field::optional(
            "stable",
            Shape::Bool,
            "True where the partition count never grew and every producer used this partitioner: a key then is in \
             one partition only.",
        )
        .default("false"),
        Field::optional(
            "tenant_pattern",
            Shape::Text(&TENANT_PATTERN),
            "For the partitioner java-hash: what its group captures is placed instead of the whole key.",
        )
        .default("^tenant-([^:/-]+)"),
    ],
};

static EVENT: Record = Record {
    name: "event",
    doc: "One kind of event.",
    fields: &[
        Field::required(
            "subject",
            Shape::Text(&SUBJECT_NAME),
            "Its subject in the registry, and its schema folder.",
        ),
        Field::optional("type", Shape::Text(&ANY_TEXT), "The value of `type` that marks it in JSON."),
        Field::optional(
            "compatibility",
            Shape::Choice(Compatibility::WORDS),
            "The level set on its subject.",
        ),
    ],
};

static CONSUMER: Record = Record {
    name: "consumer",
    doc: "What is expected of a consumer group.",
    fields: &[
        Field::optional("max_lag", Shape::Integer { min: 0, max: i64::MAX }, MAX_LAG_DOC),
        Field::optional("max_time_lag", Shape::Duration { forever: false }, MAX_TIME_LAG_DOC),
        Field::optional("start", Shape::Choice(Start::WORDS), START_DOC),
    ],
};

static DLQ: Record = Record {
    name: "dlq",
    doc: "A dead-letter queue.",
    fields: &[
        Field::optional(
            "topic",
            Shape::Text(&TOPIC_NAME),
            "A dead-letter topic that is shared or made by another tool; it is not provisioned from here.",
        ),
        Field::optional("suffix", Shape::Text(&SUFFIX), "What is added to the topic's name.").default("-dlq"),
        Field::optional("retention", RETENTION, RETENTION_DOC),
        Field::optional(
            "partitions",
            PARTITIONS,
            "How many partitions. Left out: as many as the topic has, because some tools write to the same number.",
        ),
        Field::optional("replication_factor", REPLICATION, REPLICATION_DOC),
        Field::optional("config", CONFIG, CONFIG_DOC),
        Field::optional("format", Shape::Choice(DlqFormat::WORDS), "What its records look like.")
            .default("headers"),
        Field::optional("consumers", CONSUMERS, "The consumer groups that read it, by name."),
    ],
};

static STATE: Record = Record {
    name: "state",
    doc: "A state per key, folded from the events of a topic.",
    fields: &[
        Field::required("topic", Shape::Text(&TOPIC_NAME), "The topic it is folded from."),
        Field::required("key", Shape::Text(&FIELD), "The event's field that says whose state it is."),
        Field::optional(
            "version",
            Shape::Text(&FIELD),
            "The field that orders and de-duplicates a key's events.",
        ),
        Field::optional("updated", Shape::Text(&FIELD), "The field that says when an event happened."),
        Field::optional("initial", LITERALS, "What a state holds before its first event."),
        Field::required(
            "on",
            Shape::Map { key: &EVENT_NAME, value: &Shape::Record(&REDUCER) },
            "What each event does to the state.",
        ),
    ],
};

static REDUCER: Record = Record {
    name: "reducer",
    doc: "What one kind of event does to a state: literals, or `$field` for a field of the event.",
    fields: &[
        Field::optional(
            "expect",
            LITERALS,
            "What must hold before; a miss is reported, and the event applied.",
        ),
        Field::optional("set", LITERALS, "Fields to set. `$$` begins a text that begins with `$`."),
        Field::optional("unset", Shape::List(&Shape::Text(&FIELD)), "Fields to take away."),
        Field::optional("add", SUMMANDS, "Numbers to add to fields."),
        Field::optional("jq", Shape::Text(&ANY_TEXT), "A jq program for what the others cannot say."),
    ],
};

/// One overlay.
pub(super) static ENVIRONMENT: Record = Record {
    name: "environment",
    doc: "What differs in one environment. Mappings are merged, all else is replaced; topics and states that stand \
          only here exist only here.",
    fields: &[
        Field::optional(
            "cluster_id",
            Shape::Text(&CLUSTER_ID),
            "The cluster it belongs to; writes elsewhere are refused.",
        ),
        Field::optional("registry", Shape::PrivateText(&URL), "The schema registry it belongs to."),
        Field::optional("scope", Shape::Record(&SCOPE), "What `topics apply --prune` may ever consider."),
        Field::optional(
            "defaults",
            Shape::Record(&DEFAULTS),
            "What holds for every topic that says nothing else.",
        ),
        Field::optional(
            "topics",
            Shape::Map { key: &TOPIC_NAME, value: &Shape::Record(&TOPIC) },
            "Topics by name.",
        ),
        Field::optional(
            "states",
            Shape::Map { key: &STATE_NAME, value: &Shape::Record(&STATE) },
            "States by name.",
        ),
    ],
};
