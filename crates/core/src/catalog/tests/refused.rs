//! What is refused, where, and in which words.

use super::*;

/// A topic's fields in a catalog of one topic, `a`; they begin in line 3.
fn topic(fields: &str) -> String {
    let lines: String = fields.lines().map(|line| format!("    {line}\n")).collect();
    format!("version: 1\ntopics: {{b: {{}}, a: {{\n{lines}    }}}}\n")
}

#[track_caller]
fn assert_finding(text: &str, place: &str, severity: &str, words: &str) {
    let found = findings(text);
    let begins = format!("{place}: {severity}: ");
    let fits = |line: &&String| line.starts_with(&begins) && line.contains(words);
    assert_eq!(found.iter().filter(fits).count(), 1, "{text}\nwants {begins}{words}, has {found:#?}");
    assert_eq!(found.len(), 1, "{text}\nhas further findings: {found:#?}");
}

#[test]
fn what_a_topic_may_not_say() {
    let rows: &[(&str, &str, &str)] = &[
        ("partitions: 1e3", "3:17", "write it in decimal digits only"),
        ("partitions: 0", "3:17", "from 1 to 100000, not `0`"),
        ("partitions: -1", "3:17", "not `-1`"),
        ("partitions: 2147483648", "3:17", "not `2147483648`"),
        ("partitions: 100001", "3:17", "not `100001`"),
        ("replication_factor: 32768", "3:25", "from 1 to 32767 or inherit, not `32768`"),
        ("replication_factor: \"3\"", "3:25", "remove the quotes: 3"),
        ("retention: 7", "3:16", "the unit is missing"),
        ("retention: 0d", "3:16", "`retention` of 0 keeps nothing"),
        ("retention: 99999999999w", "3:16", "the duration is too long"),
        ("retention: 7d, config: {retention.ms: 5}", "3:29", "are both written"),
        ("config: {retention.ms: 7d}", "3:28", "write 604800000"),
        ("config: {retention.ms: 0}", "3:28", "`retention.ms` of 0 keeps nothing"),
        ("config: {retention.ms: -2}", "3:28", "a whole number of milliseconds from -1, not `-2`"),
        ("config: {retension.ms: 5}", "3:14", "did you mean `retention.ms`?"),
        ("config: {cleanup.policy: erase}", "3:30", "compact or delete, with a comma"),
        ("config: {compression.type: snapy}", "3:32", "one of uncompressed, zstd"),
        ("config: {preallocate: no}", "3:27", "`preallocate` must be true or false, not `no`"),
        ("config: {preallocate: []}", "3:27", "not a list"),
        ("key: 5", "3:10", "`key` must be a field or a mapping, not `5`"),
        ("key: a-b", "3:10", "names are letters, digits and `_`, joined by dots"),
        ("key: {encoding: int}", "3:5", "`key` lacks the field `field`"),
        ("key: {field: k, stable: yes}", "3:29", "write true or false"),
        ("key: {field: k, tenant_pattern: x}", "3:37", "what a group `(…)` captures"),
        ("key: {field: k, tenant_pattern: \"(a\"}", "3:37", "unclosed group (character 1)"),
        ("key: {field: k, tenant_pattern: (a)(b)}", "3:37", "captures, and this has 2"),
        ("key: {field: k, tenant_pattern: (?=a)(b)}", "3:37", "look-behind, is not supported"),
        ("partitioner: murmur3", "3:18", "did you mean `murmur2`?"),
        ("encoding: avr0", "3:15", "did you mean `avro`?"),
        ("compatibility: backward", "3:20", "did you mean `BACKWARD`?"),
        ("compatibility: BACKWARDS", "3:20", "did you mean `BACKWARD`?"),
        ("events: {E: {subject: a-evnet}}", "3:27", "did you mean `a-event`?"),
        ("events: {E: {subject: other}}", "3:27", "write the schema into `other/v1.avsc`"),
        ("events: {E: {subject: ../x}}", "3:27", "it is the name of a folder too"),
        ("events: {E: {subjct: a-event, subject: a-event}}", "3:18", "did you mean `subject`?"),
        ("events: {E: {}}", "3:14", "`E` lacks the field `subject`"),
        ("events: {E-x: {subject: a-event}}", "3:14", "`E-x` is not an event's name"),
        ("events: {E: {subject: a-event}, F: {subject: a-event}}", "3:50", "have the subject `a-event`"),
        ("consumers: {g: {max_lag: -1}}", "3:30", "a whole number from 0, not `-1`"),
        ("consumers: {g: {max_time_lag: forever}}", "3:35", "`max_time_lag` must be a duration"),
        ("consumers: {g: {start: begin}}", "3:28", "earliest or latest"),
        ("consumers: {'': {}}", "3:17", "may not be empty"),
        ("consumers: [g]", "3:16", "`consumers` must be a mapping, not a list"),
        ("consumers: {g: }", "3:17", "write `{}` where nothing is to be said"),
        ("dlq: true", "3:10", "`dlq` must be false or a mapping, not `true`"),
        ("dlq: no", "3:10", "write false"),
        ("dlq: {format: header}", "3:19", "did you mean `headers`?"),
        ("dlq: {suffix: ''}", "3:19", "at least one"),
        ("dlq: {topic: a}", "3:18", "`a` is its own dead-letter topic"),
        ("dlq: {topic: x, retention: 1d}", "3:32", "`retention` has no effect on `x`"),
        ("dlq: {topic: a b}", "3:18", "may not contain ' '"),
        ("dlq: {config: {retention.ms: 1}, retention: 1d}", "3:20", "are both written"),
        ("retension: 7d", "3:5", "did you mean `retention`?"),
        ("timestamp: true", "3:16", "write it in quotes"),
    ];
    for (fields, place, words) in rows {
        assert_finding(&topic(fields), place, "error", words);
    }
}

#[test]
fn what_only_deserves_a_warning() {
    let rows: &[(&str, &str, &str)] = &[
        ("config: {some.new.thing: 1}", "3:14", "up to 4.x"),
        ("replication_factor: 3, config: {min.insync.replicas: 3}", "3:58", "one broker down stops"),
        ("key: {field: k, tenant_pattern: ^(x)}", "3:37", "no effect with the partitioner murmur2"),
        ("encoding: raw, events: {E: {subject: a-event}}", "3:29", "are not validated"),
        ("partitions: 10, dlq: {partitions: 5}", "3:39", "fewer than the 10 of `a`"),
    ];
    for (fields, place, words) in rows {
        assert_finding(&topic(fields), place, "warning", words);
    }
}

#[test]
fn replicas_in_sync_are_compared_with_the_replicas_there_are() {
    let rows = [
        (
            "{replication_factor: 2, config: {min.insync.replicas: 3}}",
            "3:60",
            "above the replication factor 2",
        ),
        ("{config: {min.insync.replicas: 5}}", "3:37", "above the replication factor 4"),
        ("{replication_factor: 1}", "3:27", "`min.insync.replicas` is 2, above the replication factor 1"),
        (
            "{dlq: {replication_factor: 1}}",
            "3:33",
            "`min.insync.replicas` is 2, above the replication factor 1",
        ),
    ];
    for (topic, place, words) in rows {
        let text = format!(
            "version: 1\ntopics:\n  a: {topic}\ndefaults: {{replication_factor: 4, config: {{min.insync.replicas: 2}}}}\n"
        );
        assert_finding(&text, place, "error", words);
    }
    let quiet = [
        "{replication_factor: 1, config: {min.insync.replicas: 1}}",
        "{replication_factor: inherit, config: {min.insync.replicas: 9}}",
        "{replication_factor: 1, config: {min.insync.replicas: null}}",
        "{replication_factor: 3, config: {min.insync.replicas: 2}}",
    ];
    for topic in quiet {
        assert_eq!(
            findings(&format!("version: 1\ntopics:\n  a: {topic}\n")),
            Vec::<String>::new(),
            "{topic}"
        );
    }
}

#[test]
fn names_are_legal_and_each_once() {
    let longest = "x".repeat(249);
    let too_long = "x".repeat(250);
    let rows: Vec<(String, &str, &str)> = vec![
        ("topics:\n  '': {}".to_owned(), "3:3", "a topic name may not be empty"),
        ("topics:\n  .: {}".to_owned(), "3:3", "may not be called"),
        ("topics:\n  ..: {}".to_owned(), "3:3", "may not be called"),
        (format!("topics:\n  {too_long}: {{}}"), "3:3", "has 250 characters; 249 are allowed"),
        (format!("topics:\n  {longest}: {{dlq: {{}}}}"), "3:3", "has 253 characters; 249 are allowed"),
        ("topics:\n  a b: {}".to_owned(), "3:3", "may not contain ' ' (character 2)"),
        ("topics:\n  \u{430}gent-events: {}".to_owned(), "3:3", "may not contain '\u{430}' (character 1)"),
        ("topics:\n  \"a\\nb\": {}".to_owned(), "3:3", "may not contain '\\n' (character 2)"),
        ("topics:\n  ../x: {}".to_owned(), "3:3", "may not contain '/'"),
        ("topics:\n  a.b: {}\n  a_b: {}".to_owned(), "4:3", "the topic `a_b` collides with the topic `a.b`"),
        ("topics:\n  a: {}\n  a: {}".to_owned(), "4:3", "the key `a` is written twice"),
        ("topics:\n  a: {dlq: {}}\n  a-dlq: {}".to_owned(), "3:3", "is the topic `a-dlq` too"),
        ("topics:\n  a: {dlq: {suffix: .x}}\n  a_x: {}".to_owned(), "3:21", "collides with the topic `a_x`"),
        (
            "topics:\n  a: {dlq: {suffix: -b-dlq}}\n  a-b: {dlq: {}}".to_owned(),
            "4:3",
            "of `a-b` is the dead-letter topic `a-b-dlq` of `a` too",
        ),
        ("topics:\n  a: null".to_owned(), "3:6", "must be a mapping, not null"),
        (
            "topics: {}\nscope: {prefixes: ['']}".to_owned(),
            "3:20",
            "would put every topic of the cluster in scope",
        ),
        ("topics: {}\nscope: {topics: [a/b]}".to_owned(), "3:18", "may not contain '/'"),
        ("topics: {}\nschemas: /etc".to_owned(), "3:10", "a path relative to the catalog"),
        ("topics: {}\nenvironments: {'a b': {}}".to_owned(), "3:16", "is not an environment's name"),
        (
            "topics: {}\nenvironments: {e: {registry: 'https://u:p@h'}}".to_owned(),
            "3:30",
            "credentials belong",
        ),
        (
            "topics: {}\nenvironments: {e: {topics: {x: null}}}".to_owned(),
            "3:32",
            "must be a mapping, not null",
        ),
    ];
    for (rest, place, words) in rows {
        assert_finding(&format!("version: 1\n{rest}\n"), place, "error", words);
    }
    assert_finding("version: 2\ntopics: {}\n", "1:10", "error", "`version` must be 1");
    assert_finding("version: 1\n", "1:1", "error", "the file lacks the field `topics`");
    assert_finding("", "1:1", "error", "the file is empty");
    assert_finding("# only words\n", "1:1", "error", "the file is empty");
    assert_eq!(findings("version: 1\ntopics: {2026-11-22: {}, '5': {}}\n"), Vec::<String>::new());
    let internal = "version: 1\ntopics:\n  __consumer_offsets: {}\n";
    assert_finding(internal, "3:3", "error", "`__consumer_offsets` belongs to the brokers");
}

#[test]
fn json_events_are_told_apart_by_their_type() {
    let catalog =
        |events: &str| format!("version: 1\ntopics:\n  a: {{encoding: json, events: {{{events}}}}}\n");
    let loaded = |events: &str| -> Vec<String> {
        let loaded = load(&Source::new("f", &catalog(events)), None);
        loaded.findings.iter().map(ToString::to_string).collect()
    };
    let found = loaded("E: {subject: e, type: X}, F: {subject: f}");
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("f:3:58: error: `F` lacks the field `type`"), "{found:?}");
    let found = loaded("E: {subject: e, type: X}, F: {subject: f, type: X}");
    assert!(found[0].starts_with("f:3:80: error: two events of `a` have the type `X`"), "{found:?}");
    assert_eq!(loaded("E: {subject: e}"), Vec::<String>::new(), "the only event needs no type");
}

#[test]
fn what_a_state_may_not_say() {
    let state = |fields: &str| {
        format!(
            "version: 1\ntopics:\n  agents: {{events: {{Event: {{subject: a-event}}}}}}\n  raw: {{encoding: raw}}\n\
             states:\n  s: {{{fields}}}\n"
        )
    };
    let rows = [
        ("topic: agnets, key: k, on: {}", "6:14", "did you mean `agents`?"),
        ("topic: other, key: k, on: {}", "6:14", "declare it among the topics"),
        ("topic: agents, on: {}", "6:3", "`s` lacks the field `key`"),
        ("topic: agents, key: k, on: {Evnet: {set: {x: 1}}}", "6:35", "did you mean `Event`?"),
        ("topic: agents, key: k, on: {Event: {}}", "6:35", "`Event` does nothing to the state"),
        ("topic: agents, key: k, on: {Event: {set: {x: 1}, jq: .}}", "6:60", "`jq` stands alone"),
        ("topic: agents, key: k, on: {Event: {set: {x: $9}}}", "6:52", "`$9` is not a reference to a field"),
        ("topic: agents, key: k, on: {Event: {set: {x: $}}}", "6:52", "`$` is not a reference to a field"),
        ("topic: agents, key: k, on: {Event: {set: {x: [$a]}}}", "6:53", "references stand alone"),
        ("topic: agents, key: k, on: {Event: {set: {x: 0x1}}}", "6:52", "no exact form in JSON"),
        ("topic: agents, key: k, on: {Event: {add: {x: y}}}", "6:52", "only a number can be added"),
        ("topic: agents, key: k, on: {Event: {unset: [a-b]}}", "6:51", "`a-b` is not a field"),
        (
            "topic: agents, key: k, initial: {x: $a}, on: {}",
            "6:43",
            "a reference to an event's field is not read here",
        ),
        ("topic: raw, key: k, on: {}", "6:14", "its encoding is raw"),
    ];
    for (fields, place, words) in rows {
        assert_finding(&state(fields), place, "error", words);
    }
    let fine =
        "topic: agents, key: a.b, on: {Event: {set: {x: $$a, y: '$b.c', z: {q: [1]}}, add: {n: -1, m: $d}}}";
    assert_eq!(findings(&state(fine)), Vec::<String>::new());
    let catalog = good(&state(fine));
    let Reducer::Simple { set, add, .. } = &catalog.environment(None).unwrap().states[0].on[0].1 else {
        panic!("a simple reducer")
    };
    assert_eq!(set[0].1, Operand::Literal(serde_json::json!("$a")));
    assert_eq!(set[1].1, Operand::Field("b.c".to_owned()));
    assert_eq!(add[0].1, Operand::Literal(serde_json::json!(-1)));
}

#[test]
fn ten_errors_are_ten_findings() {
    let text = "\
version: 2
topics:
  a: { partitions: 0, retension: 7d }
  a.b: {}
  a_b: { retention: 1d, config: { retention.ms: 5 } }
  c: { events: { E: { subject: a-evnt } }, dlq: yes }
  c: {}
states:
  s: { topic: aa, key: k, on: { E: {} } }
";
    let found = findings(text);
    let errors = found.iter().filter(|line| line.contains(": error: ")).count();
    assert_eq!((found.len(), errors), (10, 10), "{found:#?}");
}
