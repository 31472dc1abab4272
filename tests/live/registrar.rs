//! What `schema register`, `delete` and `pull` do on the real Apicurio when they are interrupted, repeated, run at once or
//! refused. Every subject of the shared registry has the test's own prefix.

use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;

use crate::clusters::{Own, Shared};
use crate::world::{Transcript, World};

fn settings(registry: &str) -> String {
    format!("current: dev\ncontexts:\n  dev:\n    brokers: ['127.0.0.1:1']\n    registry: {registry}\n")
}

/// A catalog of one topic whose events have these subjects, with what `defaults` says besides the encoding.
fn catalog(subjects: &[&str], defaults: &str) -> String {
    let events: Vec<String> = subjects
        .iter()
        .enumerate()
        .map(|(index, subject)| format!("      E{index}: {{ subject: {subject}, type: E{index} }}\n"))
        .collect();
    format!(
        "version: 1\ndefaults: {{ encoding: avro{defaults} }}\ntopics:\n  t:\n    events:\n{}",
        events.concat()
    )
}

/// A record of these fields: `name:type`, and `name?type` for one that may be null and is by default.
fn record(name: &str, fields: &[&str]) -> String {
    let field = |text: &&str| match (text.split_once('?'), text.split_once(':')) {
        (Some((name, of)), _) => {
            format!("{{\"name\": \"{name}\", \"type\": [\"null\", \"{of}\"], \"default\": null}}")
        }
        (None, Some((name, of))) => format!("{{\"name\": \"{name}\", \"type\": \"{of}\"}}"),
        (None, None) => panic!("{text}"),
    };
    let fields: Vec<String> = fields.iter().map(field).collect();
    format!(
        "{{\"type\": \"record\", \"name\": \"{name}\", \"namespace\": \"live\", \"fields\": [{}]}}\n",
        fields.join(", ")
    )
}

/// A world on the shared registry with a subject of the test's own, under this level.
fn one_subject(test: &str, level: &str) -> (World, Shared, String) {
    let shared = Shared::cluster(test);
    let (world, subject) = (World::empty(), shared.name("orders"));
    world
        .write("eventctl.yaml", settings(&shared.registry))
        .write("topics.yaml", catalog(&[&subject], &format!(", compatibility: {level}")));
    (world, shared, subject)
}

const REGISTER: &[&str] = &["schema", "register", "--yes"];

/// The items of a registration as `subject v1 done 1`, the registry's number last, and the ids of its versions.
fn items(run: &Transcript) -> (Vec<String>, Vec<u64>) {
    let json = run.json();
    let items = json["data"]["items"].as_array().expect("items").clone();
    let line = |item: &Value| {
        let what = item["file"].as_u64().map_or("level".to_owned(), |file| format!("v{file}"));
        let version = item["version"].as_u64().map_or(String::new(), |version| format!(" {version}"));
        let text = |name: &str| item[name].as_str().expect(name).to_owned();
        format!("{} {what} {}{version}", text("subject"), text("result"))
    };
    (items.iter().map(line).collect(), items.iter().filter_map(|item| item["id"].as_u64()).collect())
}

/// What a list says of a subject.
fn listed(world: &World, subject: &str) -> Value {
    let list = world.run(&["schema", "list", subject, "-o", "json"]).ends(0).json();
    list["data"]["subjects"][0]["registry"].clone()
}

fn numbers(standing: &Value) -> Vec<u64> {
    let versions = standing["versions"].as_array().expect("versions");
    versions.iter().map(|version| version["version"].as_u64().expect("a number")).collect()
}

#[test]
fn a_broken_version_is_refused_with_its_reason_whoever_is_asked() {
    let (world, _shared, subject) = one_subject("broken", "BACKWARD");
    let write = |file: u32, fields: &[&str]| {
        world.write(&format!("schemas/{subject}/v{file}.avsc"), record("Order", fields));
    };
    write(1, &["id:string"]);
    write(2, &["id:string", "a?string"]);
    let first = world.run(&["schema", "register", "--yes", "-o", "json"]).ends(0);
    first.documented();
    let (lines, ids) = items(&first);
    let done = ["level done".to_owned(), "v1 done 1".to_owned(), "v2 done 2".to_owned()];
    assert_eq!(lines, done.map(|line| format!("{subject} {line}")), "{first}");
    let again = world.run(&["schema", "register", "--yes", "-o", "json"]).ends(0);
    assert_eq!(items(&again).1, ids, "the same ids");
    let standing = listed(&world, &subject);
    assert_eq!((numbers(&standing), &standing["agrees"]), (vec![1, 2], &Value::from(true)));
    assert_eq!(
        (&standing["level"], &standing["level_origin"]),
        (&Value::from("BACKWARD"), &Value::from("subject"))
    );

    write(3, &["id:string", "a?string", "req:string"]);
    let reason =
        "field `req` was added without a default: a reader of v3 cannot read records written with v2";
    let offline = world.run(&["schema", "check", "--offline"]).ends(1);
    let online = world.run(&["schema", "check"]).ends(1);
    let register = world.run(REGISTER).ends(1);
    for run in [&offline, &online, &register] {
        assert!(run.stdout.contains(reason), "{run}");
    }
    assert!(online.stdout.contains("the registry would not take v3"), "{online}");
    assert!(online.stdout.ends_with("1 finding, 0 disagreements, 0 unknown\n"), "{online}");
    assert_eq!(numbers(&listed(&world, &subject)), [1, 2]);
}

#[test]
fn references_go_first_and_come_back() {
    let shared = Shared::cluster("references");
    let (address, basket) = (shared.name("z-address"), shared.name("a-basket"));
    let world = World::empty();
    world
        .write("eventctl.yaml", settings(&shared.registry))
        .write("topics.yaml", catalog(&[&address, &basket], ", compatibility: BACKWARD"))
        .write(&format!("schemas/{address}/v1.avsc"), record("Address", &["street:string"]))
        .write(&format!("schemas/{address}/v2.avsc"), record("Address", &["street:string", "town?string"]))
        .write(&format!("schemas/{basket}/v1.avsc"), record("Basket", &["to:live.Address"]))
        .write(
            &format!("schemas/{basket}/v1.references.json"),
            format!("[{{\"name\": \"live.Address\", \"subject\": \"{address}\", \"version\": 2}}]"),
        );
    let first = world.run(&["schema", "register", "--yes", "-o", "json"]).ends(0);
    let (lines, _) = items(&first);
    assert!(lines.contains(&format!("{basket} v1 done 1")), "{first}");
    assert!(world.run(REGISTER).ends(0).stdout.contains("Nothing to register: 3 registered"));

    // Apicurio 2 gives no verdict on what refers to others, and takes it when it is registered.
    world
        .write(&format!("schemas/{basket}/v2.avsc"), record("Basket", &["to:live.Address", "note?string"]))
        .write(
            &format!("schemas/{basket}/v2.references.json"),
            format!("[{{\"name\": \"live.Address\", \"subject\": \"{address}\", \"version\": 1}}]"),
        );
    let check = world.run(&["schema", "check", &basket]).ends(3);
    assert!(check.stdout.contains("the registry gave no verdict on v2"), "{check}");
    world.run(REGISTER).ends(0);
    world.run(&["schema", "check"]).ends(0);

    // Pulled elsewhere, the user alone brings along what it refers to, and everything agrees.
    let away = World::empty();
    away.write("eventctl.yaml", settings(&shared.registry));
    away.run(&["schema", "pull", &basket]).ends(0);
    assert!(away.read(&format!("schemas/{basket}/v1.references.json")).contains("\"version\": 2"));
    for subject in [&address, &basket] {
        assert_eq!(listed(&away, subject)["agrees"], true, "{subject}");
    }
    away.run(&["schema", "check"]).ends(0);
}

#[test]
fn killed_again_and_again_it_converges() {
    let (world, _shared, subject) = one_subject("killed", "BACKWARD");
    let mut fields = vec!["id:string".to_owned()];
    for file in 1..=25 {
        let borrowed: Vec<&str> = fields.iter().map(String::as_str).collect();
        world.write(&format!("schemas/{subject}/v{file}.avsc"), record("Order", &borrowed));
        fields.push(format!("f{file}?string"));
    }
    for turn in 0..40 {
        let mut command = world.command(REGISTER);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("a process");
        std::thread::sleep(Duration::from_millis(15 + 7 * (turn % 11)));
        child.kill().expect("killed");
        child.wait().expect("its end");
    }
    let last = world.run(REGISTER).ends(0);
    let standing = listed(&world, &subject);
    assert_eq!(numbers(&standing), (1..=25).collect::<Vec<u64>>(), "{last}");
    assert_eq!(standing["agrees"], true);
    assert!(world.run(REGISTER).ends(0).stdout.contains("Nothing to register: 25 registered"));
}

#[test]
fn two_at_once_do_no_harm() {
    let (world, _shared, subject) = one_subject("two", "BACKWARD");
    for (file, fields) in
        [(1, &["id:string"][..]), (2, &["id:string", "a?string"]), (3, &["id:string", "b?string"])]
    {
        world.write(&format!("schemas/{subject}/v{file}.avsc"), record("Order", fields));
    }
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..3).map(|_| scope.spawn(|| world.run(REGISTER))).collect();
        for run in runs {
            run.join().expect("a run").ends(0);
        }
    });
    // Where a registry looks for a schema and adds it in two steps, two who register one at the same moment may get a
    // version each; that does no harm as long as it is the same schema, under the same id.
    let listed = listed(&world, &subject);
    let versions = listed["versions"].as_array().expect("versions");
    let ids: std::collections::BTreeSet<u64> =
        versions.iter().map(|version| version["id"].as_u64().expect("an id")).collect();
    assert_eq!(ids.len(), 3, "{listed}");
    assert_eq!(numbers(&listed)[..3], [1, 2, 3]);
}

#[test]
fn what_is_deleted_and_pulled_agrees() {
    let (world, shared, subject) = one_subject("deleted", "BACKWARD");
    for (file, fields) in
        [(1, &["id:string"][..]), (2, &["id:string", "a?string"]), (3, &["id:string", "b?string"])]
    {
        world.write(&format!("schemas/{subject}/v{file}.avsc"), record("Order", fields));
    }
    world.run(REGISTER).ends(0);
    let second = format!("{subject}@2");
    let delete = ["schema", "delete", &second, "--yes", "--allow", "delete"];
    let risk = world.run(&delete[..4]).ends(2);
    assert!(risk.stderr.contains("--allow delete"), "{risk}");
    let deleted = world.run(&delete).ends(0);
    assert!(deleted.stderr.contains("it is v2") && deleted.stderr.contains("not counted"), "{deleted}");
    world.run(&delete).ends(0);
    assert_eq!(numbers(&listed(&world, &subject)), [1, 3]);
    // Records that carry its id are still read.
    let shown = world.run(&["schema", "show", &second, "-o", "json"]).ends(0).json();
    assert_eq!(shown["data"]["registered"][0]["deleted"], true, "{shown}");
    let id = shown["data"]["registered"][0]["id"].to_string();
    world.run(&["schema", "show", "--id", &id]).ends(0);
    // It stays out, because it would come back as the newest.
    let left = world.run(REGISTER).ends(0);
    assert!(left.stderr.contains("v2 is left out"), "{left}");
    assert_eq!(numbers(&listed(&world, &subject)), [1, 3]);

    let away = World::empty();
    away.write("eventctl.yaml", settings(&shared.registry));
    away.run(&["schema", "pull", "--match", &format!("{}*", shared.prefix)]).ends(0);
    assert_eq!(listed(&away, &subject)["agrees"], true);
    away.run(&["schema", "check", &subject]).ends(0);
    assert_eq!(away.read("schemas.lock").lines().filter(|line| !line.starts_with('#')).count(), 2);
    let again = away.run(&["schema", "pull", &subject]).ends(0);
    assert!(again.stdout.starts_with("Pulled: 0 new files, 2 there before"), "{again}");
}

#[test]
fn a_level_is_raised_freely_and_lowered_by_name() {
    let (world, _shared, subject) = one_subject("levels", "FULL");
    world.write(&format!("schemas/{subject}/v1.avsc"), record("Order", &["id:string"]));
    world.run(REGISTER).ends(0);
    assert_eq!(listed(&world, &subject)["level"], "FULL");
    for (level, lowers) in
        [("FULL_TRANSITIVE", false), ("BACKWARD_TRANSITIVE", true), ("BACKWARD", true), ("NONE", true)]
    {
        world.write("topics.yaml", catalog(&[&subject], &format!(", compatibility: {level}")));
        if lowers {
            let refused = world.run(REGISTER).ends(2);
            assert!(refused.stderr.contains("to accept them: --allow compatibility-lower"), "{refused}");
        }
        let allowed = world.run(&[REGISTER, &["--allow", "compatibility-lower"]].concat()).ends(0);
        assert!(allowed.stdout.contains(&format!("level {level}: done")), "{allowed}");
        assert_eq!(listed(&world, &subject)["level"], level);
        assert!(world.run(REGISTER).ends(0).stdout.contains("Nothing to register"), "{level}");
    }
    // Nobody declares one: it stays as it is.
    world.write("topics.yaml", catalog(&[&subject], ""));
    world.run(REGISTER).ends(0);
    assert_eq!(listed(&world, &subject)["level"], "NONE");
}

#[test]
fn a_registry_that_hangs_or_enforces_its_default_is_told() {
    let own = Own::start("schemas", &["--brokers", "1"]);
    let registry = own.get("REGISTRY").to_owned();
    let world = World::empty();
    world
        .write("eventctl.yaml", settings(&registry))
        .write("topics.yaml", catalog(&["orders"], ", compatibility: NONE"))
        .write("schemas/orders/v1.avsc", record("Order", &["id:string"]));
    // Its default becomes stricter than the NONE that is declared.
    let put = std::process::Command::new("curl")
        .args(["-sf", "-X", "PUT", "-H", "content-type: application/json", "-d"])
        .arg("{\"compatibility\": \"BACKWARD\"}")
        .arg(format!("{registry}/config"))
        .output();
    assert!(put.expect("curl").status.success());
    let allowed = [REGISTER, &["--allow", "compatibility-lower"]].concat();
    let none = world.run(&allowed).ends(1);
    assert!(
        none.stdout.contains("NONE is not granted: the registry enforces its default, BACKWARD"),
        "{none}"
    );
    assert!(none.stdout.contains("orders v1: done, version 1"), "{none}");
    let again = world.run(&allowed).ends(1);
    assert!(again.stdout.contains("NONE is not granted"), "{again}");

    world
        .write("topics.yaml", catalog(&["orders"], ", compatibility: BACKWARD"))
        .write("schemas/orders/v2.avsc", record("Order", &["id:string", "a?string"]));
    own.cluster(&["pause", "registry"]);
    let hung = world.run(&["--timeout", "500ms", "schema", "register", "--yes"]).ends(3);
    assert!(hung.stderr.contains("no answer in time"), "{hung}");
    let check = world.run(&["--timeout", "500ms", "schema", "check"]).ends(3);
    assert!(
        check.stdout.contains("orders: compatible under BACKWARD"),
        "what the files say is told\n{check}"
    );
    own.cluster(&["resume", "registry"]);
    world.run(REGISTER).ends(0);
    assert_eq!(numbers(&listed(&world, "orders")), [1, 2]);
}
