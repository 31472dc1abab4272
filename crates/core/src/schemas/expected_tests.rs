use super::*;
use crate::catalog;
use crate::schemas::library::{FoundText, FoundVersion, Library};
use crate::yaml::Source;

const V1: &str = r#"{"type": "record", "name": "E", "namespace": "t", "fields": [
  {"name": "id", "type": "string"},
  {"name": "old", "type": ["null", "int"], "default": null},
  {"name": "seen", "type": "long"}
]}"#;

const V2: &str = r#"{"type": "record", "name": "E", "namespace": "t", "fields": [
  {"name": "id", "type": ["null", "string"], "default": null},
  {"name": "number", "type": "int"},
  {"name": "big", "type": "long"},
  {"name": "ratio", "type": "double"},
  {"name": "blob", "type": "bytes"},
  {"name": "uuid", "type": {"type": "fixed", "name": "U", "size": 16, "logicalType": "uuid"}},
  {"name": "day", "type": {"type": "int", "logicalType": "date"}},
  {"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}], "default": null},
  {"name": "clock", "type": {"type": "int", "logicalType": "time-millis"}},
  {"name": "seen", "type": "long"},
  {"name": "either", "type": ["int", "string"]},
  {"name": "tags", "type": {"type": "map", "values": "string"}},
  {"name": "inner", "type": ["null", {"type": "record", "name": "I", "fields": [
    {"name": "deep", "type": "string"}, {"name": "self", "type": ["null", "I"]}
  ]}], "default": null}
]}"#;

/// What is wrong with a catalog whose event `E` has these two versions, one line each, without the file's name.
fn told(catalog: &str) -> Vec<String> {
    let loaded = catalog::load(&Source::new("f", catalog), None);
    let catalog = loaded.catalog.unwrap_or_else(|| panic!("{:#?}", loaded.findings));
    let version = |(number, text): (u32, &str)| FoundVersion {
        subject: "s".parse().unwrap(),
        number,
        schema: FoundText { name: format!("s/v{number}.avsc"), bytes: Ok(text.as_bytes().to_vec()) },
        references: None,
    };
    let library = Library::read("schemas", [(1, V1), (2, V2)].map(version).to_vec());
    let subject = library.read_subject(library.subject("s").unwrap());
    let mut findings = Diagnostics::new("f");
    judge(&subject, &catalog.expectations().items["s"], &mut findings);
    findings.finish().iter().map(|finding| finding.to_string()[2..].to_owned()).collect()
}

fn topic(rest: &str) -> Vec<String> {
    told(&format!("version: 1\ntopics: {{t: {{events: {{E: {{subject: s}}}}, {rest}}}}}\n"))
}

fn state(rest: &str) -> Vec<String> {
    told(&format!(
        "version: 1\ntopics: {{t: {{events: {{E: {{subject: s}}}}}}}}\nstates: {{x: {{topic: t, {rest}}}}}\n"
    ))
}

#[test]
fn keys_are_fields_of_the_newest_version_that_can_be_written() {
    let rows = [
        ("id", ""),
        ("number", ""),
        ("inner.deep", ""),
        ("inner.self.self.deep", ""),
        ("uuid", ""),
        ("{field: big, encoding: long}", ""),
        ("{field: number, encoding: long}", ""),
        ("{field: day, encoding: int}", ""),
        ("{field: blob, encoding: raw}", ""),
        ("{field: uuid, encoding: uuid}", ""),
        ("{field: id, encoding: uuid}", ""),
        ("{field: tags, encoding: json}", ""),
        (
            "old",
            "`E` has no field `old` (s v2)\n  help: it has id, number, big, ratio, blob, uuid, day, at, clock, seen and 3 more",
        ),
        ("idd", "`E` has no field `idd` (s v2)\n  help: did you mean `id`?"),
        ("inner.deap", "`E` has no field `inner.deap` (s v2)\n  help: did you mean `deep`?"),
        ("id.x", "`E` has no field `id.x` (s v2)\n  help: `id` is a string, which has no fields"),
        ("tags.x", "`E` has no field `tags.x` (s v2)\n  help: `tags` is a map, which has no fields"),
        (
            "either.x",
            "`E` has no field `either.x` (s v2)\n  help: `either` is a union of several types, which has no fields",
        ),
        ("tags", "`tags` of `E` is a map (s v2)\n  help: a key is one value"),
        ("inner", "`inner` of `E` is a record (s v2)\n  help: a key is one value"),
        ("either", "`either` of `E` is a union of several types (s v2)\n  help: a key is one value"),
        ("ratio", "`ratio` of `E` is a double (s v2)\n  help: numbers with a fraction"),
        ("blob", "`blob` of `E` is bytes (s v2)\n  help: a key of bytes needs"),
        ("{field: big, encoding: int}", "`big` of `E` is a long (s v2)\n  help: the key's encoding is int"),
        ("{field: id, encoding: long}", "`id` of `E` is a string (s v2)\n  help: the key's encoding is long"),
        (
            "{field: number, encoding: uuid}",
            "`number` of `E` is an int (s v2)\n  help: the key's encoding is uuid",
        ),
        (
            "{field: number, encoding: raw}",
            "`number` of `E` is an int (s v2)\n  help: the key's encoding is raw",
        ),
    ];
    for (key, expected) in rows {
        let told = topic(&format!("key: {key}"));
        assert_eq!(told.len(), usize::from(!expected.is_empty()), "{key}: {told:?}");
        assert!(told.iter().all(|line| line.contains(&format!(": error: {expected}"))), "{key}: {told:?}");
    }
    assert!(topic("key: idd")[0].starts_with("2:46: error: "), "at the field's place in the catalog");
}

#[test]
fn timestamps_are_times() {
    let rows = [
        ("seen", ""),
        ("at", ""),
        ("day", ""),
        ("clock", "`clock` of `E` is a time-millis (s v2)\n  help: a time is a long in milliseconds"),
        ("number", "`number` of `E` is an int (s v2)"),
        ("id", "`id` of `E` is a string (s v2)"),
        ("sen", "`E` has no field `sen` (s v2)\n  help: did you mean `seen`?"),
    ];
    for (field, expected) in rows {
        let told = topic(&format!("timestamp: {field}"));
        assert_eq!(told.len(), usize::from(!expected.is_empty()), "{field}: {told:?}");
        assert!(told.iter().all(|line| line.contains(&format!(": error: {expected}"))), "{field}: {told:?}");
    }
}

#[test]
fn states_may_read_what_any_version_has() {
    let rows = [
        ("key: id, on: {E: {set: {a: $number, b: $inner.deep, c: 1, d: $$x}}}", ""),
        ("key: id, version: big, updated: at, on: {E: {add: {a: $ratio}, expect: {b: $tags}}}", ""),
        (
            "key: id, on: {E: {set: {a: $old}}}",
            "warning: the state reads `old`, which was in v1 and is no more in s v2",
        ),
        (
            "key: id, on: {E: {set: {a: $numbr}}}",
            "error: no version of `E` has a field `numbr` (subject s)\n  help: did you mean `number`?",
        ),
        ("key: id, on: {E: {expect: {a: $zzz}}}", "error: no version of `E` has a field `zzz`"),
        ("key: id, on: {E: {add: {a: $zzz}}}", "error: no version of `E` has a field `zzz`"),
        ("key: ident, on: {E: {jq: .}}", "error: no version of `E` has a field `ident`"),
        (
            "key: inner, on: {E: {jq: .}}",
            "error: `inner` of `E` is a record (s v2)\n  help: a state's key is one value",
        ),
        (
            "key: id, version: id, on: {E: {jq: .}}",
            "error: `id` of `E` is a string (s v2)\n  help: a version orders",
        ),
        (
            "key: id, updated: number, on: {E: {jq: .}}",
            "error: `number` of `E` is an int (s v2)\n  help: a time is",
        ),
    ];
    for (rest, expected) in rows {
        let told = state(rest);
        assert_eq!(told.len(), usize::from(!expected.is_empty()), "{rest}: {told:?}");
        assert!(told.iter().all(|line| line.contains(expected)), "{rest}: {told:?}");
    }
}

#[test]
fn events_and_records_have_one_name_and_environments_say_theirs() {
    let other = told("version: 1\ntopics: {t: {events: {Event: {subject: s}}}}\n");
    assert_eq!(
        other,
        [
            "2:23: warning: the event is called `Event`, and the record of `s` v2 `E`\n  help: give them one name, or correct the subject"
        ]
    );
    let environment = told(
        "version: 1\ntopics: {t: {key: id, events: {E: {subject: s}}}}\nenvironments: {p: {topics: {t: {key: x}}}}\n",
    );
    assert_eq!(environment.len(), 1);
    assert!(
        environment[0].starts_with("3:38: error: in environment `p`: `E` has no field `x`"),
        "{environment:?}"
    );
}
