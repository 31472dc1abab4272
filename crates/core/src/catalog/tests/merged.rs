//! Defaults, dead-letter queues and environments.

use super::*;

fn declared(catalog: &Catalog, environment: Option<&str>) -> Vec<crate::topics::declared::Declared> {
    catalog.environment(environment).unwrap().declared()
}

fn names(catalog: &Catalog) -> Vec<String> {
    declared(catalog, None).iter().map(|topic| topic.name.to_string()).collect()
}

#[test]
fn a_topic_has_a_dead_letter_queue_where_it_or_the_defaults_say_so() {
    let rows: &[(&str, &[&str])] = &[
        ("topics: {a: {}}", &["a"]),
        ("topics: {a: {dlq: {}}}", &["a", "a-dlq"]),
        ("topics: {a: {}}\ndefaults: {dlq: {}}", &["a", "a-dlq"]),
        ("topics: {a: {dlq: false}, b: {}}\ndefaults: {dlq: {suffix: .dead}}", &["a", "b", "b.dead"]),
        ("topics: {a: {}, b: {dlq: {}}}\ndefaults: {dlq: false}", &["a", "b", "b-dlq"]),
        ("topics: {a: {dlq: {topic: errors}}}\ndefaults: {dlq: {}}", &["a"]),
        (
            "topics: {a: {dlq: {topic: errors}}, errors: {}, b: {}}\ndefaults: {dlq: {}}",
            &["a", "errors", "b", "b-dlq"],
        ),
        ("topics: {a: {dlq: {topic: a-dlq}}, a-dlq: {}}", &["a", "a-dlq"]),
        ("topics: {a: {dlq: {suffix: -x}}, b: {}}\ndefaults: {dlq: {topic: errors}}", &["a", "a-x", "b"]),
    ];
    for (text, expected) in rows {
        assert_eq!(names(&good(&format!("version: 1\n{text}\n"))), *expected, "{text}");
    }
}

#[test]
fn settings_are_laid_over_each_other() {
    let catalog = good(
        "version: 1
defaults:
  partitions: 4
  replication_factor: 3
  retention: 7d
  config: { min.insync.replicas: 2, max.message.bytes: 5 }
  consumers: { max_lag: 7, start: latest }
  dlq: { retention: forever, config: { max.message.bytes: 9 }, consumers: { d: {}, e: { max_lag: 3 } } }
topics:
  a:
    partitions: 8
    retention: 1d
    config: { max.message.bytes: null, cleanup.policy: 'compact,delete', preallocate: true }
    consumers: { g: { start: earliest } }
    dlq: { partitions: 2, replication_factor: inherit, consumers: { e: { max_lag: 4 } } }
  b: { config: { retention.ms: null } }
",
    );
    let [a, a_dlq, b, b_dlq] = declared(&catalog, None).try_into().unwrap();
    let config = |pairs: &[(&str, Option<&str>)]| -> BTreeMap<String, Option<String>> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect()
    };
    assert_eq!((a.partitions, a.replication_factor), (Some(8), Some(3)));
    let expected = config(&[
        ("cleanup.policy", Some("compact,delete")),
        ("max.message.bytes", None),
        ("min.insync.replicas", Some("2")),
        ("preallocate", Some("true")),
        ("retention.ms", Some("86400000")),
    ]);
    assert_eq!(a.config, expected);
    assert_eq!((a_dlq.partitions, a_dlq.replication_factor), (Some(2), None));
    let expected = config(&[
        ("max.message.bytes", Some("9")),
        ("min.insync.replicas", Some("2")),
        ("retention.ms", Some("-1")),
    ]);
    assert_eq!(a_dlq.config, expected, "a dead-letter topic has nothing of its source's settings");
    assert_eq!(a_dlq.groups, ["e", "d"]);
    assert_eq!((b.partitions, b.config["retention.ms"].clone()), (Some(4), None));
    assert_eq!(b_dlq.partitions, Some(4), "as many as its source");
    let base = catalog.environment(None).unwrap();
    let topic = base.topic("a").unwrap();
    assert_eq!((topic.consumers[0].max_lag, topic.consumers[0].start), (Some(7), Some(Start::Earliest)));
    let of_dlq = &topic.dlq.as_ref().unwrap().consumers;
    assert_eq!((of_dlq[0].max_lag, of_dlq[1].max_lag), (Some(4), Some(7)));
}

#[test]
fn groups_of_a_shared_dead_letter_queue_stand_at_its_topic() {
    let catalog = good(
        "version: 1\ntopics: {a: {dlq: {topic: e, consumers: {d: {}}}}, b: {dlq: {topic: e, consumers: {d: {}, f: {}}}}, \
         e: {consumers: {g: {}}}}\n",
    );
    assert_eq!(declared(&catalog, None)[2].groups, ["g", "d", "f"]);
}

#[test]
fn a_subject_has_one_level_or_none() {
    let levels = |topics: &str| {
        let text = format!("version: 1\ndefaults: {{compatibility: FULL}}\ntopics: {{{topics}}}\n");
        let catalog = good(&text);
        let levels = catalog.environment(None).unwrap().declared_levels();
        levels.map(|levels| format!("{levels:?}")).map_err(|conflict| conflict.to_string())
    };
    let rows = [
        ("t: {events: {E: {subject: s}}}", Ok("{\"s\": Full}")),
        (
            "t: {events: {E: {subject: s, compatibility: NONE}, F: {subject: r}}}",
            Ok("{\"r\": Full, \"s\": None}"),
        ),
        (
            "t: {events: {E: {subject: s}}}, u: {events: {F: {subject: s, compatibility: FULL}}}",
            Ok("{\"s\": Full}"),
        ),
        (
            "t: {events: {E: {subject: s}}}, u: {events: {F: {subject: s, compatibility: NONE}}}",
            Err("the catalog gives subject s two levels: FULL by E, NONE by F"),
        ),
    ];
    for (topics, expected) in rows {
        assert_eq!(levels(topics), expected.map(str::to_owned).map_err(str::to_owned), "{topics}");
    }
    let undeclared = good("version: 1\ntopics: {t: {events: {E: {subject: s}}}}\n");
    assert!(undeclared.environment(None).unwrap().declared_levels().unwrap().is_empty());
}

#[test]
fn a_registry_belongs_to_the_environments_that_name_it() {
    let catalog = good(
        "version: 1
topics: {}
environments:
  one: { registry: 'https://registry.example.com/x' }
  two: { registry: 'https://Registry.example.com:443/x' }
  three: { registry: 'https://other.example.com' }
  four: {}
",
    );
    let of = |urls: &[&str]| {
        let urls: Vec<_> = urls.iter().map(|url| crate::settings::RegistryUrl::parse(url).unwrap()).collect();
        catalog.environments_of_registry(&urls).join(",")
    };
    assert_eq!(of(&["https://registry.example.com/x/"]), "one,two");
    assert_eq!(of(&["http://nobody", "https://other.example.com"]), "three");
    assert_eq!(of(&["https://registry.example.com/y"]), "");
}

#[test]
fn an_environment_says_only_what_differs() {
    let catalog = good(
        "version: 1
defaults: { replication_factor: 3 }
topics:
  a: { partitions: 1, config: { preallocate: true }, key: k, dlq: {} }
environments:
  one:
    cluster_id: abc
    registry: https://registry.example.com
    defaults: { replication_factor: 1 }
    topics:
      a: { partitions: 2, config: { preallocate: null }, dlq: false }
      only-here: { partitions: 3 }
    scope: { prefixes: [x] }
  two: {}
",
    );
    let one = catalog.environment(Some("one")).unwrap();
    assert_eq!(one.cluster_id.as_ref().map(|id| id.as_str()), Some("abc"));
    assert_eq!(one.registry.as_deref(), Some("https://registry.example.com"));
    assert_eq!(one.scope.prefixes, ["x"]);
    let topics = one.declared();
    let shown: Vec<(&str, Option<i32>, Option<i16>)> = topics
        .iter()
        .map(|topic| (topic.name.as_str(), topic.partitions, topic.replication_factor))
        .collect();
    assert_eq!(shown, [("a", Some(2), Some(1)), ("only-here", Some(3), Some(1))]);
    assert_eq!(topics[0].config["preallocate"], None);
    assert!(topics[0].keyed);
    let two = catalog.environment(Some("two")).unwrap();
    assert_eq!(two.declared(), declared(&catalog, None));
    assert_eq!(catalog.environments().keys().collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn an_error_of_the_merge_names_its_environment_and_the_line_that_was_written() {
    let text = "\
version: 1
defaults: { replication_factor: 3, config: { min.insync.replicas: 2 } }
topics:
  a: { retention: 7d }
  b: { partitions: x }
environments:
  laptop:
    defaults: { replication_factor: 1 }
    topics:
      a: { config: { retention.ms: 5 } }
      new: { events: { E: { type: X } } }
  other:
    topics: { a-dlq: {}, a: { dlq: {} } }
";
    let found = findings(text);
    let expected = [
        "5:20: error: `partitions`",
        "2:67: error: in environment `laptop`: `min.insync.replicas` is 2, above the replication factor 1",
        "10:22: error: in environment `laptop`: `retention.ms` and `retention` are both written",
        "11:24: error: in environment `laptop`: `E` lacks the field `subject`",
        "4:3: error: in environment `other`: the dead-letter topic `a-dlq` of `a` is the topic `a-dlq` too",
    ];
    for words in expected {
        assert_eq!(found.iter().filter(|line| line.starts_with(words)).count(), 1, "{words} in {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn a_topic_of_one_environment_that_looks_like_another_is_pointed_out() {
    let found = findings(
        "version: 1\ntopics: {message-events: {}}\nenvironments: {e: {topics: {mesage-events: {}}}}\n",
    );
    let expected = "3:29: warning: `mesage-events` is a topic of the environment `e` only\n  help: did you mean `message-events`?";
    assert_eq!(found, [expected]);
}

#[test]
fn the_hash_is_of_what_is_declared_and_of_nothing_else() {
    let hash = |text: &str| good(text).environment(None).unwrap().part_hash();
    let plain = hash("version: 1\ntopics: {a: {partitions: 2, config: {preallocate: true}}, b: {}}\n");
    let same = [
        "# a comment\nversion: 1\ntopics:\n  b: {}\n  a:\n    config: {preallocate: 'true'}\n    partitions: 2\n",
        "version: 1\ntopics: {a: {partitions: 2, config: {preallocate: true}}, b: {consumers: {g: {}}}}\n",
        "version: 1\ndefaults: {partitions: 2}\ntopics: {a: {config: {preallocate: true}}, b: {}}\n",
    ];
    assert_eq!(hash(same[0]), plain);
    assert_eq!(hash(same[1]), plain);
    assert_ne!(hash(same[2]), plain, "the default holds for b too");
    for text in [
        "version: 1\ntopics: {a: {partitions: 3, config: {preallocate: true}}, b: {}}\n",
        "version: 1\ntopics: {a: {partitions: 2, config: {preallocate: null}}, b: {}}\n",
        "version: 1\ntopics: {a: {partitions: 2, config: {preallocate: true}}, c: {}}\n",
        "version: 1\ntopics: {a: {partitions: 2, config: {preallocate: true}}, b: {dlq: {}}}\n",
    ] {
        assert_ne!(hash(text), plain, "{text}");
    }
    assert_eq!(plain.len(), 64);
}

#[test]
fn the_schema_folder_is_known_before_the_catalog_is_checked() {
    assert_eq!(schema_folder(&Source::new("f", "schemas: ../avro\ntopics: 5\n")), "../avro");
    assert_eq!(schema_folder(&Source::new("f", "version: 1\n")), "schemas");
    assert_eq!(schema_folder(&Source::new("f", "a: [")), "schemas");
}

/// A catalog of many topics in five environments.
fn large(topics: usize) -> String {
    let mut text = "version: 1\ndefaults: { replication_factor: 3, config: { min.insync.replicas: 2 }, dlq: {} }\ntopics:\n".to_owned();
    for n in 0..topics {
        text.push_str(&format!(
            "  topic-{n}:\n    partitions: 10\n    retention: 7d\n    key: id\n    config: {{ compression.type: zstd }}\n    \
             events:\n      First: {{ subject: first-{n}, type: F }}\n      Second: {{ subject: second-{n}, type: S }}\n    \
             consumers: {{ g-{n}: {{ max_lag: 5 }}, all: {{}} }}\n"
        ));
    }
    text.push_str("environments:\n");
    for environment in ["dev", "test", "stage", "load", "prod"] {
        text.push_str(&format!("  {environment}: {{ defaults: {{ replication_factor: 4 }} }}\n"));
    }
    text
}

#[test]
fn a_large_catalog_takes_time_in_proportion() {
    let source = Source::new("f", &large(1_000));
    let subjects =
        |prefix: &'static str| (0..1_000).map(move |n| (format!("{prefix}-{n}"), BTreeSet::from([1])));
    let files = SchemaFiles {
        subjects: subjects("first")
            .collect::<BTreeMap<_, _>>()
            .into_iter()
            .chain(subjects("second"))
            .collect(),
    };
    let begun = std::time::Instant::now();
    let loaded = load(&source, Some(&files));
    let taken = begun.elapsed();
    assert_eq!(loaded.findings, []);
    assert_eq!(loaded.catalog.unwrap().environment(Some("prod")).unwrap().declared().len(), 2_000);
    assert!(taken.as_millis() < 3_000, "1,000 topics in 5 environments took {taken:?}");

    // Every subject is missing: suggestions must not make it quadratic.
    let begun = std::time::Instant::now();
    let wrong = SchemaFiles { subjects: subjects("frist").collect() };
    assert!(load(&source, Some(&wrong)).catalog.is_none());
    assert!(begun.elapsed().as_millis() < 5_000, "with suggestions it took {:?}", begun.elapsed());
}
