//! The schema desk against the real Apicurio of the development cluster, read back with curl.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::clusters::{Shared, settings};
use crate::world::World;

/// A world with the shipped catalog and schemas, every subject's name prefixed, and a registry.
fn shipped(shared: &Shared) -> World {
    let world = World::shipped();
    let mut catalog = world.read("topics.yaml");
    for subject in subjects(&world) {
        catalog =
            catalog.replace(&format!("subject: {subject}"), &format!("subject: {}", shared.name(&subject)));
        let (from, to) = (format!("schemas/{subject}"), format!("schemas/{}", shared.name(&subject)));
        std::fs::rename(world.path(&from), world.path(&to)).expect("renamed");
    }
    world.write("topics.yaml", catalog);
    world.write("eventctl.yaml", with_registry(shared));
    std::fs::remove_file(world.path("schemas.lock")).expect("removed");
    world.run(&["schema", "lock"]).ends(0);
    world
}

fn with_registry(shared: &Shared) -> String {
    format!("{}    registry: {}\n", settings(&shared.brokers), shared.registry)
}

fn subjects(world: &World) -> BTreeSet<String> {
    let entries = std::fs::read_dir(world.path("schemas")).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect()
}

/// One event whose schemas are these fields, and nothing in the registry yet.
fn orders(shared: &Shared, level: &str, versions: &[&str]) -> World {
    let (world, subject) = (World::empty(), shared.name("orders"));
    world.write("eventctl.yaml", with_registry(shared)).write(
        "topics.yaml",
        format!(
            "version: 1\ndefaults: {{ compatibility: {level} }}\ntopics:\n  orders:\n    partitions: 1\n    events:\n      \
             Order: {{ subject: {subject} }}\n"
        ),
    );
    for (number, fields) in (1..).zip(versions) {
        add(&world, shared, number, fields);
    }
    world
}

fn add(world: &World, shared: &Shared, number: u32, fields: &str) {
    let path = format!("schemas/{}/v{number}.avsc", shared.name("orders"));
    world.write(
        &path,
        format!(
            "{{\"type\": \"record\", \"name\": \"Order\", \"namespace\": \"{}\", \"fields\": [{fields}]}}\n",
            shared.prefix.replace('-', "_")
        ),
    );
}

const ID: &str = r#"{"name": "id", "type": "string"}"#;
const NOTE: &str = r#"{"name": "note", "type": "string"}"#;
const OPTIONAL_NOTE: &str = r#"{"name": "note", "type": "string", "default": ""}"#;

/// What the registry answers to curl.
fn curl(shared: &Shared, path: &str) -> Value {
    let url = format!("{}{path}", shared.registry);
    let output = Command::new("curl").args(["-sS", &url]).output().expect("curl");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

#[test]
fn all_shipped_subjects_are_registered_in_order_and_only_once() {
    let shared = Shared::cluster("shipped-schemas");
    let world = shipped(&shared);
    let new = world.run(&["schema", "check"]).ends(0);
    assert!(new.stdout.contains("new subject"), "{new}");
    world.run(&["schema", "register"]).ends(2);
    let names = subjects(&world);
    assert_eq!(names.len(), 18);
    let before = curl(&shared, "/subjects");
    let known = |all: &Value| {
        let all = all.as_array().expect("subjects").iter().filter_map(Value::as_str);
        all.filter(|name| names.contains(*name)).count()
    };
    assert_eq!(known(&before), 0, "without consent nothing is registered");

    let done = world.run(&["schema", "register", "--yes", "-o", "json"]).ends(0);
    let versions = || {
        let items = done.json()["data"]["items"].as_array().expect("items").clone();
        items.into_iter().filter(|item| item["item"] == "version").collect::<Vec<_>>()
    };
    let ids: BTreeSet<u64> = versions().iter().map(|item| item["id"].as_u64().expect("an id")).collect();
    assert_eq!((versions().len(), ids.len()), (20, 20), "an id each: {done}");
    let matched = shared.name("agent-matched-event");
    assert_eq!(curl(&shared, &format!("/subjects/{matched}/versions")), serde_json::json!([1, 2, 3]));
    for item in versions() {
        let (subject, file) = (item["subject"].as_str().expect("a subject"), &item["file"]);
        let held = curl(&shared, &format!("/subjects/{subject}/versions/{}", item["version"]));
        assert_eq!(held["id"], item["id"], "{subject}");
        let text = held["schema"].as_str().expect("a schema");
        let ours = world.read(&format!("schemas/{subject}/v{file}.avsc"));
        let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(parse(text), parse(&ours), "{subject} v{file}");
        assert_eq!(curl(&shared, &format!("/config/{subject}"))["compatibilityLevel"], "BACKWARD");
    }
    let again = world.run(&["schema", "register", "--yes"]).ends(0);
    assert!(again.stdout.contains("Nothing to register: 20 registered"), "{again}");
    assert_eq!(curl(&shared, &format!("/subjects/{matched}/versions")), serde_json::json!([1, 2, 3]));
    let settled = world.run(&["schema", "check"]).ends(0);
    assert!(settled.stdout.contains("0 findings, 0 disagreements, 0 unknown"), "{settled}");
}

#[test]
fn a_version_that_breaks_the_first_and_fits_the_last_is_caught_by_us_and_by_the_registry() {
    let shared = Shared::cluster("transitive");
    let middle = format!("{ID}, {OPTIONAL_NOTE}");
    // v1 has no note, v2 has one with a default, v3 asks for it: v2's readers are fine, v1's data are not.
    let world = orders(&shared, "BACKWARD_TRANSITIVE", &[ID, &middle]);
    world.run(&["schema", "register", "--yes"]).ends(0);
    add(&world, &shared, 3, &format!("{ID}, {NOTE}"));
    for offline in [&["schema", "check", "--offline"][..], &["check"], &["schema", "check"]] {
        let run = world.run(offline).ends(1);
        assert!(run.stdout.contains("a reader of v3 cannot read records written with v1"), "{run}");
    }
    world.run(&["schema", "check", "--offline", "--level", "BACKWARD"]).ends(0);
    let online = world.run(&["schema", "check", "-o", "json"]).ends(1).json();
    let version = &online["data"]["subjects"][0]["registry"]["versions"][2];
    assert_eq!(version["registry_verdict"], "incompatible", "{online:#}");
    assert_eq!(version["agreement"], "agreed", "{online:#}");
    let refused = world.run(&["schema", "register", "--yes"]).ends(1);
    assert!(refused.stdout.contains("v3: refused"), "{refused}");
    let versions = format!("/subjects/{}/versions", shared.name("orders"));
    assert_eq!(curl(&shared, &versions), serde_json::json!([1, 2]));
}

#[test]
fn what_is_pulled_agrees_with_the_registry_and_what_is_deleted_is_gone() {
    let shared = Shared::cluster("pulled");
    let world = orders(&shared, "BACKWARD", &[ID, &format!("{ID}, {OPTIONAL_NOTE}")]);
    world.run(&["schema", "register", "--yes"]).ends(0);
    let subject = shared.name("orders");

    let other = World::empty();
    other.write("eventctl.yaml", with_registry(&shared));
    other.run(&["schema", "pull", &subject, "--out", "schemas"]).ends(0);
    let listed = other.run(&["schema", "list", &subject, "-o", "json"]).ends(0).json();
    let row = &listed["data"]["subjects"][0];
    assert_eq!(
        (&row["registry"]["agrees"], row["versions"].as_array().map(Vec::len)),
        (&Value::Bool(true), Some(2))
    );
    other.run(&["schema", "pull", &subject, "--out", "schemas"]).ends(0);

    let name = format!("{subject}@2");
    world.run(&["schema", "delete", &name, "--yes"]).ends(2);
    world.run(&["schema", "delete", &name, "--yes", "--allow", "delete"]).ends(0);
    assert_eq!(curl(&shared, &format!("/subjects/{subject}/versions")), serde_json::json!([1]));
}

#[test]
fn a_level_is_lowered_only_by_name() {
    let shared = Shared::cluster("lowered");
    let world = orders(&shared, "FULL", &[ID]);
    world.run(&["schema", "register", "--yes"]).ends(0);
    let level = || curl(&shared, &format!("/config/{}", shared.name("orders")))["compatibilityLevel"].clone();
    assert_eq!(level(), "FULL");
    let catalog = world.read("topics.yaml").replace("FULL", "BACKWARD");
    world.write("topics.yaml", catalog);
    let refused = world.run(&["schema", "register", "--yes"]).ends(2);
    assert!(refused.stderr.contains("--allow compatibility-lower"), "{refused}");
    assert_eq!(level(), "FULL");
    world.run(&["schema", "register", "--yes", "--allow", "compatibility-lower"]).ends(0);
    assert_eq!(level(), "BACKWARD");
}
