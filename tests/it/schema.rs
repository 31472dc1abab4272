//! `schema`: what it says of schemas that fit, that break somebody, that changed, and that are no schemas.

use std::process::Command;

use crate::transcript;
use crate::world::{World, repository};

/// A record of these fields, a line each.
fn record(name: &str, fields: &[&str]) -> String {
    format!(
        "{{\"type\": \"record\", \"name\": \"{name}\", \"namespace\": \"shop\", \"fields\": [\n  {}\n]}}\n",
        fields.join(",\n  ")
    )
}

const ID: &str = "{\"name\": \"orderId\", \"type\": \"string\"}";
const NOTE: &str = "{\"name\": \"note\", \"type\": [\"null\", \"string\"], \"default\": null}";
const REQUIRED_NOTE: &str = "{\"name\": \"note\", \"type\": \"string\"}";
const TOTAL: &str = "{\"name\": \"total\", \"type\": \"long\"}";

/// What this repository ships, without its settings: no registry is asked, whether one runs or not.
fn shipped() -> World {
    let world = World::shipped();
    std::fs::remove_file(world.path("eventctl.yaml")).expect("removed");
    world
}

/// Orders in two versions that fit, both locked, and a catalog that names them.
fn orders() -> World {
    let world = World::empty();
    world
        .write("schemas/orders/v1.avsc", record("Order", &[ID]))
        .write("schemas/orders/v2.avsc", record("Order", &[ID, NOTE]))
        .write(
            "topics.yaml",
            "version: 1\ndefaults: { compatibility: BACKWARD }\ntopics:\n  orders:\n    partitions: 3\n    \
             key: orderId\n    events: { Order: { subject: orders } }\n",
        );
    world.run(&["schema", "lock"]).ends(0);
    world
}

fn git(world: &World, arguments: &[&str]) {
    let run = Command::new("git")
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(world.path(""))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", world.path("../home"))
        .output()
        .expect("git");
    assert!(run.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
}

fn commit(world: &World) {
    git(world, &["add", "-A"]);
    git(world, &["commit", "-q", "-m", "x"]);
}

/// Orders in a repository of git's, committed.
fn repository_of_orders() -> World {
    let world = orders();
    std::fs::remove_dir(world.path(".git")).expect("the folder that marks a repository");
    git(&world, &["init", "-q"]);
    commit(&world);
    world
}

#[test]
fn the_shipped_schemas() {
    let world = shipped();
    transcript!("schema-check-shipped", world.run(&["schema", "check"]).ends(0));
    world.run(&["schema", "check", "--strict"]).ends(0);
    transcript!("schema-list-shipped", world.run(&["schema", "list"]).ends(0));
    transcript!(
        "schema-check-one-json",
        world.run(&["schema", "check", "agent-matched-event", "-o", "json"]).ends(0)
    );
    assert_eq!(
        world.run(&["schemas", "list"]).stdout,
        world.run(&["schema", "list"]).stdout,
        "the plural works"
    );
}

#[test]
fn the_shipped_lock_is_that_of_the_shipped_files() {
    let world = shipped();
    let run = world.run(&["schema", "list", "-o", "json"]).ends(0);
    let list = run.json();
    let subjects = list["data"]["subjects"].as_array().expect("subjects").clone();
    assert_eq!(subjects.len(), 18);
    for subject in subjects {
        for version in subject["versions"].as_array().expect("versions") {
            assert_eq!(version["state"], "locked", "{version}: eventctl schema lock");
            let file = repository().join(version["file"].as_str().expect("a file"));
            let output = Command::new("sha256sum").arg(file).output().expect("sha256sum");
            let expected = String::from_utf8_lossy(&output.stdout);
            assert!(expected.starts_with(version["sha256"].as_str().expect("a hash")), "{version}");
        }
    }
    // Nothing is added, so that nothing is written.
    let before = world.read("schemas.lock");
    let lock = world.run(&["schema", "lock"]).ends(0);
    assert_eq!(lock.stdout, "nothing to add: 20 versions locked in schemas.lock\n");
    assert_eq!(world.read("schemas.lock"), before);
}

#[test]
fn a_version_that_breaks_its_readers() {
    let world = orders();
    world.write("schemas/orders/v3.avsc", record("Order", &[ID, REQUIRED_NOTE, TOTAL]));
    transcript!("schema-check-incompatible", world.run(&["schema", "check"]).ends(1));
    transcript!("schema-check-incompatible-json", world.run(&["schema", "check", "-o", "json"]).ends(1));
    transcript!("check-incompatible", world.run(&["check"]).ends(1));
    world.run(&["check", "-o", "json"]).ends(1).documented();
    // Old readers do not mind what is added.
    world.run(&["schema", "check", "--level", "FORWARD"]).ends(0);
    world.run(&["schema", "check", "--level", "none"]).ends(0);
    let full = world.run(&["schema", "check", "--level", "full_transitive"]).ends(1);
    assert!(full.stdout.contains("a reader of v3 cannot read records written with v1 and v2"), "{full}");
}

#[test]
fn a_version_that_fits_the_last_and_breaks_the_first() {
    let world = World::empty();
    world
        .write("schemas/orders/v1.avsc", record("Order", &[ID]))
        .write("schemas/orders/v2.avsc", record("Order", &[ID, NOTE]))
        .write(
            "schemas/orders/v3.avsc",
            record("Order", &[ID, NOTE, TOTAL.replace("long\"", "long\", \"default\": 0").as_str()]),
        )
        .write("schemas/orders/v4.avsc", record("Order", &[ID, NOTE, TOTAL]));
    world.run(&["schema", "lock"]).ends(0);
    world.run(&["schema", "check", "--level", "BACKWARD"]).ends(0);
    transcript!(
        "schema-check-transitive",
        world.run(&["schema", "check", "--level", "BACKWARD_TRANSITIVE"]).ends(1)
    );
    // The catalog's level counts, and an environment's.
    let catalog = |level: &str| {
        format!(
            "version: 1\ntopics:\n  orders: {{ partitions: 3, events: {{ Order: {{ subject: orders }} }} }}\n\
             environments:\n  prod: {{ topics: {{ orders: {{ compatibility: {level} }} }} }}\n"
        )
    };
    world.write("topics.yaml", catalog("BACKWARD"));
    world.run(&["check"]).ends(0);
    world.write("topics.yaml", catalog("BACKWARD_TRANSITIVE"));
    let run = world.run(&["check"]).ends(1);
    assert!(run.stdout.contains("BACKWARD_TRANSITIVE (topic in prod)"), "{run}");
}

#[test]
fn what_is_locked_and_what_is_not() {
    let world = orders();
    let lock = world.read("schemas.lock");
    world.write("schemas/orders/v3.avsc", record("Order", &[ID, NOTE]));
    world.write("schemas/refunds/v1.avsc", record("Refund", &[ID]));
    transcript!("schema-check-unlocked", world.run(&["schema", "check"]).ends(0));
    transcript!("schema-lock-adds", world.run(&["schema", "lock", "orders"]).ends(0));
    let json = world.run(&["schema", "lock", "-o", "json"]).ends(0);
    json.documented();
    assert_eq!(json.json()["data"]["added"][0]["subject"], "refunds");
    let grown = world.read("schemas.lock");
    assert!(lock.lines().all(|line| grown.lines().any(|other| other == line)), "a line was lost:\n{grown}");
    assert_eq!(grown.lines().count(), lock.lines().count() + 2);

    world
        .write("schemas/orders/v2.avsc", record("Order", &[ID, NOTE, NOTE.replace("note", "more").as_str()]));
    transcript!("schema-check-changed", world.run(&["schema", "check"]).ends(1));
    world.write("schemas/orders/v4.avsc", record("Order", &[ID, NOTE]));
    transcript!("schema-lock-refused", world.run(&["schema", "lock"]).ends(2));
    assert_eq!(world.read("schemas.lock"), grown, "a refused lock is not written");
    transcript!("schema-list-changed", world.run(&["schema", "list"]).ends(0));
    std::fs::remove_file(world.path("schemas/orders/v1.avsc")).expect("v1");
    let gone = world.run(&["schema", "check", "orders"]).ends(1);
    assert!(gone.stdout.contains("finding: v1 is locked, and its file is missing"), "{gone}");
    assert!(gone.stdout.contains("help: restore schemas/orders/v1.avsc"), "{gone}");
    let list = world.run(&["schema", "list", "-o", "json"]).ends(0);
    list.documented();
    assert_eq!(list.json()["data"]["subjects"][0]["versions"][0]["state"], "missing");
}

#[test]
fn line_ends_that_git_changed_are_named() {
    let world = orders();
    let text = world.read("schemas/orders/v2.avsc").replace('\n', "\r\n");
    world.write("schemas/orders/v2.avsc", text);
    let run = world.run(&["schema", "check"]).ends(1);
    assert!(run.stdout.contains("the lines of v2 end otherwise than when it was locked"), "{run}");
    assert!(run.stdout.contains("`*.avsc -text` into .gitattributes"), "{run}");
}

#[test]
fn a_lock_that_is_wrong_is_told_line_by_line() {
    let world = orders();
    let lock = world.read("schemas.lock");
    let (first, second) = lock.trim_end().rsplit_once('\n').expect("two lines");
    let wrong = format!("{first}\n<<<<<<< HEAD\n{second}\n{second}\norders v1x abc\n");
    world.write("schemas.lock", wrong);
    transcript!("schema-lock-broken", world.run(&["schema", "check"]).ends(2));
    world.run(&["check"]).ends(2);
    world.run(&["schema", "lock"]).ends(2);
    world.run(&["schema", "list"]).ends(2);
    let json = world.run(&["schema", "check", "-o", "json"]).ends(2);
    assert_eq!(json.json()["data"]["file_findings"].as_array().map(Vec::len), Some(3));
    assert!(json.json()["data"]["locked"].is_null());
    json.documented();
}

#[test]
fn the_lock_of_another_commit_is_held_against() {
    let world = repository_of_orders();
    git(&world, &["tag", "before"]);
    let head = |run: &str| run.lines().find(|line| line.starts_with("locked versions")).map(str::to_owned);
    let good = world.run(&["schema", "check", "--against", "HEAD"]).ends(0);
    assert!(
        head(&good.stdout).is_some_and(|line| line.starts_with("locked versions were held against HEAD ("))
    );

    // A file and its line are changed together: only the other commit knows.
    world.write("schemas/orders/v2.avsc", record("Order", &[ID]));
    let mut lines: Vec<String> = world.read("schemas.lock").lines().map(str::to_owned).collect();
    lines.pop();
    world.write("schemas.lock", lines.join("\n"));
    world.run(&["schema", "lock"]).ends(0);
    world.run(&["schema", "check"]).ends(0);
    transcript!(
        "schema-check-against",
        with_commit(&world, &["schema", "check", "--against", "before"]).ends(1)
    );
    let json = with_commit(&world, &["check", "--against", "before", "-o", "json"]).ends(1);
    json.documented();
    assert_eq!(json.json()["data"]["schemas"]["immutability"]["state"], "checked");
    commit(&world);
    world.run(&["check", "--against", "HEAD"]).ends(0);
    world.run(&["check", "--against", "HEAD~1"]).ends(1);

    // A broken version that was locked in the same change is new against the other commit.
    world.write("schemas/orders/v3.avsc", record("Order", &[ID, TOTAL]));
    world.write("schemas/orders/v4.avsc", record("Order", &[ID, TOTAL]));
    world.run(&["schema", "lock"]).ends(0);
    world.run(&["check"]).ends(0);
    let run = world.run(&["check", "--against", "HEAD"]).ends(1);
    assert!(run.stdout.contains("a reader of v3 cannot read records written with v2"), "{run}");
}

/// Runs eventctl; the commits that it names are hidden.
fn with_commit(world: &World, arguments: &[&str]) -> crate::world::Transcript {
    let output =
        Command::new("git").args(["rev-parse", "before"]).current_dir(world.path("")).output().expect("git");
    let commit = String::from_utf8(output.stdout).expect("text");
    world.run(arguments).hiding(commit.trim(), "[commit]")
}

#[test]
fn immutability_that_cannot_be_checked_is_unknown() {
    let world = repository_of_orders();
    transcript!("schema-against-unknown", world.run(&["schema", "check", "--against", "nowhere"]).ends(3));
    let json = world.run(&["check", "--against", "nowhere", "-o", "json"]).ends(3);
    assert_eq!(json.json()["data"]["schemas"]["immutability"]["state"], "not_checked");
    json.documented();
    for wrong in ["--upload-pack=x", "", "a\nb"] {
        let flag = format!("--against={wrong}");
        world.run(&["schema", "check", &flag]).ends(2);
    }
    // A finding does not hide what is not known, and the other way round.
    world.write("schemas/orders/v3.avsc", record("Order", &[ID, TOTAL]));
    let both = world.run(&["schema", "check", "--against", "nowhere"]).ends(3);
    assert!(both.stdout.contains("finding: field `total`"), "{both}");

    let reason = |world: &World, arguments: &[&str]| {
        let run = world.run(arguments).ends(3);
        let line = run.stdout.lines().find(|line| line.starts_with("immutability not checked"));
        line.unwrap_or_else(|| panic!("{run}")).to_owned()
    };
    let world = repository_of_orders();
    git(&world, &["rm", "-q", "--cached", "schemas.lock"]);
    git(&world, &["commit", "-q", "-m", "y"]);
    assert_eq!(
        reason(&world, &["check", "--against", "HEAD"]),
        "immutability not checked against HEAD: there is no schemas.lock at HEAD"
    );
    let world = repository_of_orders();
    world.write("schemas.lock", "nonsense\n");
    commit(&world);
    world.write("schemas.lock", "");
    let told = reason(&world, &["check", "--against", "HEAD"]);
    assert!(
        told.contains("the lock there cannot be read: HEAD:schemas.lock:1:1: error: this is no line"),
        "{told}"
    );
    // The folder that marks a repository in these tests is none of git's.
    let told = reason(&orders(), &["check", "--against", "HEAD"]);
    assert!(told.contains("this is no git repository, or git cannot use it"), "{told}");
    let told = reason(&orders().set("PATH", "/nonexistent"), &["check", "--against", "HEAD"]);
    assert!(told.contains("cannot start `git`"), "{told}");
}

#[test]
fn warnings_count_only_when_strict() {
    let world = orders();
    let enumeration = "{\"name\": \"state\", \"type\": {\"type\": \"enum\", \"name\": \"State\", \"symbols\": [\"OPEN\"]}, \"default\": \"OPEN\"}";
    world.write("schemas/orders/v3.avsc", record("Order", &[ID, NOTE, enumeration]));
    transcript!("schema-check-warnings", world.run(&["schema", "check"]).ends(0));
    world.run(&["schema", "check", "--strict"]).ends(1);
    world.run(&["check"]).ends(0);
    world.run(&["check", "--strict"]).ends(1);
    // A doc is asked for where the catalog says so.
    let world = orders();
    world.write("schemas/orders/v3.avsc", record("Order", &[ID, NOTE]));
    world.run(&["check", "--strict"]).ends(0);
    let catalog = world.read("topics.yaml").replace("compatibility: BACKWARD", "require_docs: true");
    world.write("topics.yaml", catalog);
    let run = world.run(&["check", "--strict"]).ends(1);
    assert!(run.stdout.contains("warning: v3: field `note` has no doc"), "{run}");
    assert!(run.stdout.contains("BACKWARD (none is declared, this one is assumed)"), "{run}");
}

#[test]
fn a_catalog_that_reads_what_events_lack() {
    let world = orders();
    world.write(
        "topics.yaml",
        "version: 1\ntopics:\n  orders:\n    partitions: 3\n    key: orderid\n    timestamp: note\n    \
         events: { Ordered: { subject: orders } }\nstates:\n  order:\n    topic: orders\n    key: orderId\n    \
         on: { Ordered: { set: { text: $notes } } }\n",
    );
    transcript!("check-unmet", world.run(&["check"]).ends(2));
    let json = world.run(&["check", "-o", "json"]).ends(2);
    assert_eq!(json.json()["data"]["valid"], false);
    json.documented();
    // What a plan needs is not concerned.
    world.run(&["schema", "check"]).ends(0);
}

#[test]
fn schemas_without_a_catalog() {
    let world = orders();
    std::fs::remove_file(world.path("topics.yaml")).expect("the catalog");
    transcript!("schema-check-no-catalog", world.run(&["schema", "check"]).ends(0));
    std::fs::rename(world.path("schemas"), world.path("avro")).expect("the folder");
    transcript!("schema-no-folder", world.run(&["schema", "check"]).ends(2));
    // The lock goes with its folder.
    std::fs::rename(world.path("schemas.lock"), world.path("avro.lock")).expect("the lock");
    for command in [
        ["schema", "check"].as_slice(),
        &["schema", "list"],
        &["schema", "show", "orders"],
        &["schema", "lock"],
    ] {
        let mut line = command.to_vec();
        line.extend(["--schemas", "avro"]);
        let run = world.run(&line).ends(0);
        assert!(!run.stdout.contains("not locked"), "{run}");
    }
    world.run(&["schema", "diff", "orders", "v1", "v2", "--schemas", "avro/"]).ends(0);
    world.run(&["schema", "list", "--catalog", "none.yaml"]).ends(2);
}

#[test]
fn one_schema() {
    let world = shipped();
    let shown = world.run(&["schema", "show", "agent-matched-event"]).ends(0);
    assert_eq!(shown.stdout, world.read("schemas/agent-matched-event/v3.avsc"), "the newest, laid out");
    transcript!(
        "schema-show-canonical",
        world.run(&["schema", "show", "agent-matched-event@v1", "--canonical", "-v"]).ends(0)
    );
    let json = world.run(&["schema", "show", "agent-matched-event@v1", "-o", "json"]).ends(0);
    json.documented();
    transcript!("schema-show-json", json);
    transcript!("schema-show-unknown", world.run(&["schema", "show", "agent-mached-event"]).ends(2));
    transcript!("schema-show-no-version", world.run(&["schema", "show", "agent-matched-event@v4"]).ends(2));
    transcript!("schema-show-registered", world.run(&["schema", "show", "agent-matched-event@3"]).ends(2));
    world.run(&["schema", "show", "agent-matched-event@x"]).ends(2);
    world.run(&["schema", "check", "agent-mached-event"]).ends(2);
    world.run(&["schema", "list", "agent-mached-event"]).ends(2);
    world.run(&["schema", "check", "--level", "SIDEWAYS"]).ends(2);
}

#[test]
fn the_difference_of_two_versions() {
    let world = shipped();
    transcript!("schema-diff", world.run(&["schema", "diff", "agent-matched-event", "v2", "v3"]).ends(0));
    let world = orders();
    world.write("schemas/orders/v3.avsc", record("Order", &[REQUIRED_NOTE, TOTAL]));
    transcript!("schema-diff-breaking", world.run(&["schema", "diff", "orders", "v2", "v3"]).ends(0));
    let json = world.run(&["schema", "diff", "orders", "v2", "v3", "-o", "json"]).ends(0);
    json.documented();
    assert_eq!(json.json()["data"]["readings"][0]["compatible"], false);
    transcript!("schema-diff-same", world.run(&["schema", "diff", "orders", "v1", "v1"]).ends(0));
    // The registry's numbers need a registry.
    world.run(&["schema", "diff", "orders", "1", "2"]).ends(2);
    world.run(&["schema", "diff", "orders", "v1", "v9"]).ends(2);
}

#[test]
fn types_of_other_subjects() {
    let world = World::empty();
    let address = record("Address", &["{\"name\": \"street\", \"type\": \"string\"}"]);
    let reference = "[{\"name\": \"shop.Address\", \"subject\": \"address\", \"version\": 1}]\n";
    let home = "{\"name\": \"home\", \"type\": \"shop.Address\"}";
    world
        .write("schemas/address/v1.avsc", &address)
        .write("schemas/customer/v1.avsc", record("Customer", &[ID, home]))
        .write("schemas/customer/v1.references.json", reference);
    world.run(&["schema", "check"]).ends(0);
    world.run(&["schema", "lock"]).ends(0);
    // The references are part of the version.
    world.write("schemas/address/v2.avsc", &address);
    world.write("schemas/customer/v1.references.json", reference.replace('1', "2"));
    let changed = world.run(&["schema", "check"]).ends(1);
    assert!(changed.stdout.contains("finding: v1 was changed after it was locked"), "{changed}");
    let output = Command::new("sh")
        .args(["-c", "cat v1.avsc v1.references.json | sha256sum"])
        .current_dir(world.path("schemas/customer"))
        .output()
        .expect("sha256sum");
    let list = world.run(&["schema", "list", "customer", "-o", "json"]).ends(0);
    let hash =
        list.json()["data"]["subjects"][0]["versions"][0]["sha256"].as_str().expect("a hash").to_owned();
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(&hash));
    assert_eq!(list.json()["data"]["subjects"][0]["versions"][0]["references"][0]["version"], 2);
    list.documented();
    // A reference that is missing is told with the line to write.
    std::fs::remove_file(world.path("schemas/customer/v1.references.json")).expect("the references");
    transcript!("schema-reference-missing", world.run(&["schema", "check", "customer"]).ends(2));
}

#[test]
fn a_subject_that_no_file_name_can_hold() {
    let world = World::empty();
    world.write("schemas/team%2Forders value/v1.avsc", "\"string\"");
    world.run(&["schema", "lock"]).ends(0);
    assert!(
        world.read("schemas.lock").contains("\nteam%2Forders value v1 "),
        "{}",
        world.read("schemas.lock")
    );
    let run = world.run(&["schema", "check", "team/orders value"]).ends(0);
    assert!(run.stdout.starts_with("team/orders value: one version"), "{run}");
    assert_eq!(world.run(&["schema", "show", "team/orders value@v1"]).ends(0).stdout, "\"string\"\n");
    world.write("schemas/100%/v1.avsc", "\"string\"");
    let list = world.run(&["schema", "list"]).ends(0);
    assert!(list.stderr.contains("schemas/100% is no schema file"), "{list}");
}
