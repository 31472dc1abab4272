//! The shipped catalog, section by section of the reference system.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::super::shape::CATALOG;
use super::*;

#[test]
fn the_shipped_catalog_declares_the_reference_system() {
    let day = 86_400_000_i64;
    let table = [
        ("agent-events", 10, 7, "snappy", true),
        ("conversation-events", 10, 7, "producer", true),
        ("message-events", 20, 7, "producer", true),
        ("session-events", 10, 7, "producer", true),
        ("bot-events", 10, 7, "producer", true),
        ("analytics-events", 5, 30, "producer", false),
    ];
    let groups: BTreeMap<&str, Vec<&str>> = BTreeMap::from([
        ("agent-events", vec!["agent-match-service", "analytics-service"]),
        ("conversation-events", vec!["conversation-service", "analytics-service", "reporting-service"]),
        ("message-events", vec!["message-processor"]),
    ]);
    let states = BTreeMap::from([("agent-events", "agent"), ("conversation-events", "conversation")]);
    let mut expected = Vec::new();
    for (name, partitions, days, compression, keyed) in table {
        let config = |days: i64, compression: &str| {
            let mut config = BTreeMap::from([
                ("min.insync.replicas".to_owned(), Some("2".to_owned())),
                ("retention.ms".to_owned(), Some((days * day).to_string())),
            ]);
            // Kafka's own default is left to Kafka.
            if compression != "producer" {
                config.insert("compression.type".to_owned(), Some(compression.to_owned()));
            }
            config
        };
        let of_topic = groups.get(name).cloned().unwrap_or_default();
        let topic = crate::topics::declared::Declared {
            name: name.parse().unwrap(),
            partitions: Some(partitions),
            replication_factor: Some(3),
            config: config(days, compression),
            dlq_of: None,
            keyed,
            states: states.get(name).map(|state| (*state).to_owned()).into_iter().collect(),
            groups: of_topic.into_iter().map(str::to_owned).collect(),
        };
        let dlq = crate::topics::declared::Declared {
            name: format!("{name}-dlq").parse().unwrap(),
            config: config(30, "producer"),
            dlq_of: Some(topic.name.clone()),
            states: Vec::new(),
            groups: vec!["dlq-processor".to_owned()],
            ..topic.clone()
        };
        expected.extend([topic, dlq]);
    }
    let catalog = shipped();
    let base = catalog.environment(None).unwrap();
    assert_eq!(base.declared(), expected);
    let in_scope: Vec<&str> = base.scope.topics.iter().map(|name| name.as_str()).collect();
    let declared: Vec<&str> = expected.iter().map(|topic| topic.name.as_str()).collect();
    assert_eq!(in_scope, declared);
}

#[test]
fn the_shipped_events_are_those_of_the_reference_system() {
    let catalog = shipped();
    let base = catalog.environment(None).unwrap();
    let types: Vec<(String, Vec<String>)> = base
        .topics
        .iter()
        .map(|topic| {
            let types = topic.events.iter().map(|event| event.type_.clone().unwrap());
            (topic.key.as_ref().map_or_else(String::new, |key| key.field.clone()), types.collect())
        })
        .collect();
    let expected = [
        ("agentId", ["STATE_CHANGED", "MATCHED", "AVAILABILITY_CHANGED"]),
        ("conversationId", ["STARTED", "ENDED", "UPDATED"]),
        ("conversationId", ["SENT", "RECEIVED", "DELIVERED"]),
        ("sessionId", ["CREATED", "EXPIRED", "UPDATED"]),
        ("conversationId", ["RESPONSE", "INTENT", "ENTITY"]),
        ("", ["METRIC", "KPI", "BUSINESS"]),
    ];
    let expected: Vec<(String, Vec<String>)> = expected
        .into_iter()
        .map(|(key, types)| (key.to_owned(), types.map(str::to_owned).to_vec()))
        .collect();
    assert_eq!(types, expected);
    for event in base.topics.iter().flat_map(|topic| &topic.events) {
        assert_eq!(event.subject.as_str(), kebab(&event.name));
        assert_eq!(event.compatibility, Some(Compatibility::Backward));
    }
    let used: BTreeSet<String> = base
        .topics
        .iter()
        .flat_map(|topic| topic.events.iter().map(|event| event.subject.to_string()))
        .collect();
    assert_eq!(used, shipped_files().subjects.into_keys().collect(), "no schema file lies unused");
    let match_service = &base.topics[0].consumers[0];
    assert_eq!((match_service.max_lag, match_service.max_time_lag), (Some(10_000), Some(300_000)));
}

fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

#[test]
fn the_shipped_agent_state_is_that_of_the_design() {
    let catalog = shipped();
    let agent = &catalog.environment(None).unwrap().states[0];
    assert_eq!(
        (agent.name.as_str(), agent.topic.as_str(), agent.key.as_str()),
        ("agent", "agent-events", "agentId")
    );
    assert_eq!(agent.initial[1], ("available".to_owned(), json!(false)));
    assert_eq!(agent.initial[2], ("currentConversationId".to_owned(), Json::Null));
    let field = |name: &str| Operand::Field(name.to_owned());
    let expected = Reducer::Simple {
        expect: vec![("status".to_owned(), field("previousStatus"))],
        set: vec![("status".to_owned(), field("newStatus"))],
        unset: Vec::new(),
        add: Vec::new(),
    };
    assert_eq!(agent.on[0], ("AgentStateChangedEvent".to_owned(), expected));
    let Reducer::Simple { set, .. } = &agent.on[1].1 else { panic!("a simple reducer") };
    assert_eq!(set[0], ("status".to_owned(), Operand::Literal(json!("BUSY"))));
}

#[test]
fn the_shipped_environments_vary_what_they_say_and_nothing_else() {
    let catalog = shipped();
    let base = catalog.environment(None).unwrap();
    let laptop = catalog.environment(Some("laptop")).unwrap();
    for (topic, below) in laptop.declared().iter().zip(base.declared()) {
        assert_eq!(topic.replication_factor, Some(1));
        assert_eq!(topic.config["min.insync.replicas"].as_deref(), Some("1"));
        assert_eq!(
            (&topic.name, topic.partitions, &topic.groups),
            (&below.name, below.partitions, &below.groups)
        );
    }
    let prod = catalog.environment(Some("prod")).unwrap();
    assert_eq!(prod.topic("message-events").unwrap().partitions, Some(40));
    let raised: Vec<String> = prod
        .declared()
        .iter()
        .zip(base.declared())
        .filter(|(topic, below)| **topic != *below)
        .map(|(topic, _)| topic.name.to_string())
        .collect();
    assert_eq!(raised, ["message-events", "message-events-dlq"], "the dead-letter topic follows its source");
    let error = catalog.environment(Some("labtop")).unwrap_err();
    assert_eq!(error.near.as_deref(), Some("laptop"));
}

#[test]
fn what_was_not_checked_is_counted() {
    assert_eq!(shipped().not_checked(), []);
    let with_jq = good(
        "version: 1\ntopics: {t: {events: {E: {subject: s}}}}\nstates: {x: {topic: t, key: k, on: {E: {jq: '.'}}}}\n",
    );
    let counts: Vec<(&str, usize)> =
        with_jq.not_checked().iter().map(|item| (item.what, item.count)).collect();
    let expected = [
        ("subjects: whether they have a schema file", 1),
        ("jq reducers: their syntax, and the fields they read", 1),
    ];
    assert_eq!(counts, expected);
}

#[test]
fn what_is_expected_of_schemas_is_collected_once() {
    let shipped = shipped();
    let expectations = shipped.expectations();
    assert_eq!(expectations.items.len(), 18);
    // 18 events' names; 15 events with key and timestamp, 3 with timestamp; 6 reducers with key, version and time, and
    // 4 + 6 references.
    assert_eq!(expectations.items.values().map(Vec::len).sum::<usize>(), 18 + 33 + 28);
    assert!(expectations.levels.values().all(|levels| {
        levels.len() == 1
            && levels[0].level == Some(Compatibility::Backward)
            && levels[0].layer == Layer::Defaults
    }));
    let catalog = good(
        "version: 1\ndefaults: {compatibility: FULL, require_docs: true}\n\
         topics:\n  a: {key: id, compatibility: FORWARD, events: {E: {subject: s}, F: {subject: t, compatibility: NONE}}}\n  \
         b: {encoding: raw, key: id, events: {G: {subject: u}}}\n\
         environments:\n  p: {topics: {a: {key: other, compatibility: FULL}}}\n  q: {defaults: {replication_factor: 1}}\n",
    );
    let expectations = catalog.expectations();
    let told = |subject: &str| -> Vec<String> {
        let items = &expectations.items[subject];
        items
            .iter()
            .map(|item| format!("{} {:?} {:?}", item.span.line, item.expected, item.environment))
            .collect()
    };
    assert_eq!(
        told("s"),
        ["4 Name None", "4 Field(\"id\", Key(Text)) None", "7 Field(\"other\", Key(Text)) Some(\"p\")",]
    );
    assert_eq!(told("u"), ["5 Name None"], "a raw record has no fields");
    let levels = |subject: &str| -> Vec<String> {
        let levels = &expectations.levels[subject];
        levels.iter().map(|it| format!("{:?} {} {:?}", it.level, it.layer.name(), it.environment)).collect()
    };
    assert_eq!(levels("s"), ["Some(Forward) topic None", "Some(Full) topic Some(\"p\")"]);
    assert_eq!(levels("t"), ["Some(None) event None"]);
    assert_eq!(levels("u"), ["Some(Full) defaults None"]);
    assert!(expectations.docs);
}

#[test]
fn every_field_of_the_tables_is_read() {
    let tree = yaml::parse(&Source::new(
        "f",
        "version: 1\nscope: {}\ndefaults: {consumers: {}, dlq: {}}\n\
         topics: {a: {key: {field: k}, events: {E: {subject: a-event}}, consumers: {g: {}}, dlq: {}}}\n\
         states: {s: {topic: a, key: k, on: {E: {set: {x: 1}}}}}\nenvironments: {e: {}}\n",
    ))
    .unwrap();
    let unread = yaml::unread(&CATALOG, || assert!(written::extract(&tree).is_some()));
    assert_eq!(unread, Vec::<String>::new());
}

#[test]
fn the_committed_json_schema_is_current() {
    let written = format!("{}\n", serde_json::to_string_pretty(&json_schema()).unwrap());
    let committed = include_str!("../../../../../docs/schemas/topics.schema.json");
    assert!(
        written == committed,
        "docs/schemas/topics.schema.json is not what the tables say; the right content is:\n{written}"
    );
}

/// Holds a value against the parts of JSON Schema that the tables use; the patterns are left to editors.
fn valid(schema: &Json, root: &Json, value: &Json) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let definition = root.pointer(reference.trim_start_matches('#')).ok_or("a dangling reference")?;
        return valid(definition, root, value);
    }
    if let Some(all) = schema["allOf"].as_array() {
        all.iter().try_for_each(|schema| valid(schema, root, value))?;
    }
    if let Some(any) = schema["anyOf"].as_array()
        && !any.iter().any(|schema| valid(schema, root, value).is_ok())
    {
        return Err(format!("{value} fits none of {any:?}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Err(format!("{value} is none of {words:?}"));
    }
    if schema.get("const").is_some_and(|wanted| wanted != value) {
        return Err(format!("{value} is not the constant"));
    }
    let kind = match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_i64() => "integer",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    let allows = |name: &Json| name == kind || (name == "number" && kind == "integer");
    match &schema["type"] {
        Json::Array(kinds) if !kinds.iter().any(allows) => return Err(format!("{value} is no {kinds:?}")),
        name @ Json::String(_) if !allows(name) => return Err(format!("{value} is no {name}")),
        _ => {}
    }
    if let (Some(number), Some(least)) = (value.as_i64(), schema["minimum"].as_i64())
        && number < least
    {
        return Err(format!("{number} is below {least}"));
    }
    for item in value.as_array().into_iter().flatten() {
        valid(&schema["items"], root, item)?;
    }
    let Some(object) = value.as_object() else { return Ok(()) };
    for name in schema["required"].as_array().into_iter().flatten() {
        object.get(name.as_str().unwrap()).ok_or_else(|| format!("{name} is missing"))?;
    }
    for (name, value) in object {
        match (schema["properties"].get(name), &schema["additionalProperties"]) {
            (Some(schema), _) => valid(schema, root, value)?,
            (None, Json::Bool(false)) => return Err(format!("{name} is not known")),
            (None, schema) => valid(schema, root, value)?,
        }
    }
    Ok(())
}

#[test]
fn the_json_schema_agrees_with_the_check() {
    let schema = json_schema();
    let json = |text: &str| yaml::parse(&Source::new("f", text)).unwrap().to_json().unwrap();
    assert_eq!(valid(&schema, &schema, &json(SHIPPED)), Ok(()));
    let rows = [
        ("version: 1\ntopics: {}\n", true),
        ("version: 2\ntopics: {}\n", true),
        ("topics: {}\n", false),
        ("version: 1\ntopics: {a: {partitions: x}}\n", false),
        ("version: 1\ntopics: {a: {partitions: 0}}\n", false),
        ("version: 1\ntopics: {a: {colour: red}}\n", false),
        (
            "version: 1\ntopics: {a: {dlq: false, replication_factor: inherit, config: {x: null, y: 1}}}\n",
            true,
        ),
        ("version: 1\ntopics: {a: {dlq: true}}\n", false),
        ("version: 1\ntopics: {a: {events: {E: {}}}}\n", false),
        ("version: 1\ntopics: {}\nenvironments: {e: {topics: {a: {events: {E: {type: X}}}}}}\n", true),
        ("version: 1\ntopics: {}\nenvironments: {e: {topics: {a: {events: {E: {tpye: X}}}}}}\n", false),
        ("version: 1\ntopics: {a: null}\n", false),
    ];
    for (text, fits) in rows {
        assert_eq!(valid(&schema, &schema, &json(text)).is_ok(), fits, "{text}");
    }
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_catalog_is_read_or_refused(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..30, "\\PC{0,6}|[ \n:{}\\[\\]$&*!-]{0,6}"), 1..6)
    ) {
        let mut text: Vec<char> = SHIPPED.chars().collect();
        for (at, removed, inserted) in edits {
            let start = at.index(text.len());
            let end = (start + removed).min(text.len());
            text.splice(start..end, inserted.chars());
        }
        let text: String = text.into_iter().collect();
        let loaded = load(&Source::new("topics.yaml", &text), Some(&shipped_files()));
        for item in &loaded.findings {
            for label in &item.labels {
                prop_assert!(text.get(label.span.start..label.span.end).is_some(), "{item:?}");
            }
        }
        if let Some(catalog) = loaded.catalog {
            prop_assert_eq!(catalog.environment(None).unwrap().part_hash().len(), 64);
        }
    }

    #[test]
    fn moved_lines_are_read_or_refused(from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let mut lines: Vec<&str> = SHIPPED.lines().collect();
        let line = lines.remove(from.index(lines.len()));
        lines.insert(to.index(lines.len()), line);
        let loaded = load(&Source::new("topics.yaml", &lines.join("\n")), Some(&shipped_files()));
        prop_assert!(loaded.catalog.is_some() || !loaded.findings.is_empty());
    }
}
