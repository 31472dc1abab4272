//! `schema register` against a registry that behaves, and one that does not.

use std::time::{Duration, Instant};

use crate::stub_registry::{StubRegistry, Twist};
use crate::transcript;
use crate::world::{Transcript, World};

pub(crate) const ID: &str = r#"{"name": "orderId", "type": "string"}"#;
pub(crate) const NOTE: &str = r#"{"name": "note", "type": ["null", "string"], "default": null}"#;
pub(crate) const MORE: &str = r#"{"name": "more", "type": ["null", "string"], "default": null}"#;
pub(crate) const REQUIRED: &str = r#"{"name": "required", "type": "string"}"#;

pub(crate) fn record(name: &str, fields: &[&str]) -> String {
    format!(
        "{{\n  \"type\": \"record\",\n  \"name\": \"{name}\",\n  \"namespace\": \"shop\",\n  \"fields\": [{}]\n}}\n",
        fields.join(", ")
    )
}

pub(crate) fn catalog(defaults: &str) -> String {
    format!(
        "version: 1\ndefaults: {{ encoding: avro{defaults} }}\ntopics:\n  shop:\n    events:\n      \
         Order: {{ subject: orders, type: ORDER }}\n      Refund: {{ subject: refunds, type: REFUND }}\n"
    )
}

/// A world of two subjects, `orders` with two versions and `refunds` with one, and a registry without any.
pub(crate) fn shop() -> (World, StubRegistry) {
    let (world, stub) = (World::empty(), StubRegistry::start());
    world
        .write("topics.yaml", catalog(", compatibility: BACKWARD"))
        .write("eventctl.yaml", settings(&stub, ""))
        .write("schemas/orders/v1.avsc", record("Order", &[ID]))
        .write("schemas/orders/v2.avsc", record("Order", &[ID, NOTE]))
        .write("schemas/refunds/v1.avsc", record("Refund", &[ID]));
    (world, stub)
}

pub(crate) fn settings(stub: &StubRegistry, more: &str) -> String {
    format!(
        "current: dev\ncontexts:\n  dev:\n    brokers: ['127.0.0.1:1']\n    registry: {}\n{more}",
        stub.url
    )
}

pub(crate) fn run(world: &World, stub: &StubRegistry, line: &[&str]) -> Transcript {
    world.run(&[&["--timeout", "2s"], line].concat()).hiding(&stub.url, "[registry]")
}

pub(crate) const REGISTER: &[&str] = &["schema", "register", "--yes"];

#[test]
fn versions_go_in_order_and_a_second_run_has_nothing_to_do() {
    let (world, stub) = shop();
    transcript!("register-check-new", run(&world, &stub, &["schema", "check"]).ends(0));
    transcript!("register-dry-run", run(&world, &stub, &["schema", "register", "--dry-run"]).ends(0));
    assert_eq!(stub.changes(), [""; 0], "a plan changes nothing");
    transcript!("register-new", run(&world, &stub, REGISTER).ends(0));
    let changes = [
        "POST /subjects/orders/versions",
        "POST /subjects/orders/versions",
        "POST /subjects/refunds/versions",
    ];
    assert_eq!(stub.changes(), changes, "the default level is the declared one, and is left as it is");
    transcript!("register-again", run(&world, &stub, REGISTER).ends(0));
    assert_eq!(stub.changes(), changes);
    transcript!("register-list", run(&world, &stub, &["schema", "list"]).ends(0));
    transcript!("register-check-settled", run(&world, &stub, &["schema", "check"]).ends(0));
    transcript!("register-show", run(&world, &stub, &["schema", "show", "orders@1", "--canonical"]).ends(0));
    let by_id = run(&world, &stub, &["schema", "show", "--id", "2", "--canonical"]).ends(0);
    assert!(
        by_id.stdout.contains("note") && by_id.stderr.contains("version 2 of orders, id 2, is v2"),
        "{by_id}"
    );
}

#[test]
fn every_document_is_documented() {
    let (world, stub) = shop();
    stub.set_level("orders", "FULL");
    stub.add("refunds", &record("Refund", &[MORE]));
    world.write("schemas/refunds/v2.avsc", record("Refund", &[ID, NOTE]));
    for line in [
        &["schema", "register", "--dry-run", "-o", "json"][..],
        &["schema", "check", "-o", "json"],
        &["schema", "register", "--yes", "--allow", "compatibility-lower", "-o", "json"],
        &["schema", "register", "--yes", "-o", "json"],
        &["schema", "list", "-o", "json"],
        &["schema", "show", "orders", "-o", "json"],
        &["schema", "show", "orders@1", "-o", "json"],
        &["schema", "delete", "orders@1", "--yes", "--allow", "delete", "-o", "json"],
        &["schema", "pull", "--out", "pulled", "-o", "json"],
    ] {
        run(&world, &stub, line).documented();
    }
}

#[test]
fn without_consent_nothing_is_changed() {
    let (world, stub) = shop();
    let silent = run(&world, &stub, &["schema", "register"]).ends(2);
    assert!(silent.stderr.contains("no terminal to ask on"), "{silent}");
    let no = world.run_on_terminal(&["schema", "register"], "n\n").ends(1);
    assert!(no.stdout.contains("declined; nothing was changed"), "{no}");
    world.write("eventctl.yaml", settings(&stub, "    protected: true\n"));
    let protected = run(&world, &stub, REGISTER).ends(2);
    assert!(protected.stderr.contains("--yes does not do here: add --confirm-context dev"), "{protected}");
    assert_eq!(stub.changes(), [""; 0]);
    run(&world, &stub, &["schema", "register", "--confirm-context", "dev"]).ends(0);
    assert_eq!(stub.versions("orders"), [1, 2]);
}

#[test]
fn a_registry_that_moves_while_the_question_is_open_is_refused() {
    let (world, stub) = shop();
    let yes = world.run_on_terminal(&["schema", "register", "refunds"], "y\n").ends(0);
    assert!(yes.stdout.contains("Register 1 version at"), "{yes}");
    let mut asked = 0;
    stub.twist(move |method, path, _| {
        asked += usize::from(method == "GET" && path == "/config/orders");
        (asked == 2)
            .then(|| Twist::Answer(200, "application/json", r#"{"compatibilityLevel":"FULL"}"#.into()))
    });
    let before = stub.changes();
    let moved = world.run_on_terminal(&["schema", "register", "orders"], "y\n").ends(2);
    assert!(moved.stdout.contains("the registry has moved since the plan was shown"), "{moved}");
    assert_eq!(stub.changes(), before);
}

#[test]
fn another_registry_than_the_one_that_was_written_down_is_refused() {
    let (world, stub) = shop();
    let other = StubRegistry::start();
    let said = world.run(&["--registry", &other.url, "schema", "register", "--yes"]).ends(2);
    assert!(said.stderr.contains("the registry in use is"), "{said}");
    let catalog =
        format!("{}environments:\n  prod: {{ registry: 'http://prod.example.com' }}\n", catalog(""));
    world.write("topics.yaml", &catalog).write("eventctl.yaml", settings(&stub, "    environment: prod\n"));
    let environment = run(&world, &stub, REGISTER).ends(2);
    transcript!("register-other-registry", environment);
    // The registry of another environment is not taken for that of none.
    let catalog = catalog.replace("http://prod.example.com", &stub.url);
    world.write("topics.yaml", &catalog).write("eventctl.yaml", settings(&stub, ""));
    let home = run(&world, &stub, REGISTER).ends(2);
    assert!(
        home.stderr.contains("the registry of environment prod of the catalog, but none is chosen"),
        "{home}"
    );
    run(&world, &stub, &["schema", "delete", "orders@1", "--yes", "--allow", "delete"]).ends(2);
    assert_eq!(
        (stub.log(), other.log()),
        (Vec::new(), Vec::new()),
        "a registry that is not meant is not asked"
    );
    world.write("eventctl.yaml", settings(&stub, "    environment: prod\n"));
    run(&world, &stub, REGISTER).ends(0);
}

#[test]
fn what_the_registry_refuses_stops_its_subject_only() {
    let (world, stub) = shop();
    world.write("schemas/orders/v3.avsc", record("Order", &[ID, NOTE, MORE]));
    stub.twist(|method, path, body| {
        let refused = method == "POST"
            && path == "/subjects/orders/versions"
            && body["schema"].as_str()?.contains("note");
        refused.then(|| {
            let message = "Schema being registered is incompatible; details: \u{1b}[2J[{errorType:'X'}]";
            Twist::error(409, 40901, message)
        })
    });
    transcript!("register-refused", run(&world, &stub, REGISTER).ends(1));
    transcript!("register-refused-json", run(&world, &stub, &[REGISTER, &["-o", "json"]].concat()).ends(1));
    assert_eq!((stub.versions("orders"), stub.versions("refunds")), (vec![1], vec![1]));
    stub.straighten();
    run(&world, &stub, REGISTER).ends(0);
    assert_eq!(stub.versions("orders"), [1, 2, 3]);
}

#[test]
fn what_another_run_registered_meanwhile_is_there() {
    let (world, stub) = shop();
    stub.twist(|method, path, _| {
        (method == "POST" && path.starts_with("/subjects/orders/versions"))
            .then_some(Twist::DoneAndFailed(409))
    });
    let run = run(&world, &stub, REGISTER).ends(0);
    assert!(run.stdout.contains("1 done, 2 there before"), "{run}");
    assert_eq!((stub.versions("orders"), stub.versions("refunds")), (vec![1, 2], vec![1]));
}

#[test]
fn what_we_refuse_is_not_tried() {
    let (world, stub) = shop();
    run(&world, &stub, REGISTER).ends(0);
    world
        .write("schemas/orders/v3.avsc", record("Order", &[ID, NOTE, REQUIRED]))
        .write("schemas/orders/v4.avsc", record("Order", &[ID, NOTE, MORE]))
        .write("schemas/refunds/v2.avsc", record("Refund", &[ID, NOTE]));
    let before = stub.changes();
    transcript!("register-broken", run(&world, &stub, REGISTER).ends(1));
    let after = stub.changes();
    assert_eq!(after.get(before.len()..), Some(&["POST /subjects/refunds/versions".to_owned()][..]));
    // Offline and against the registry alike.
    let offline = run(&world, &stub, &["schema", "check", "--offline"]).ends(1);
    assert!(offline.stdout.contains("field `required` was added without a default"), "{offline}");
    run(&world, &stub, &["schema", "check"]).ends(1);
    // A changed file of a locked version is not registered either.
    world.run(&["schema", "lock"]).ends(0);
    world.write("schemas/refunds/v2.avsc", record("Refund", &[ID, MORE]));
    let changed = run(&world, &stub, &["schema", "register", "refunds", "--yes"]).ends(1);
    assert!(changed.stdout.contains("its file is not what schemas.lock says"), "{changed}");
}

#[test]
fn a_level_is_set_before_the_versions_and_lowered_only_by_name() {
    let (world, stub) = shop();
    stub.set_default("NONE");
    stub.set_level("orders", "FULL");
    transcript!("register-lowers", run(&world, &stub, REGISTER).ends(2));
    assert_eq!(stub.changes(), [""; 0]);
    transcript!(
        "register-lowers-allowed",
        run(&world, &stub, &[REGISTER, &["--allow", "compatibility-lower"]].concat()).ends(0)
    );
    assert_eq!(
        (stub.level("orders"), stub.level("refunds")),
        (Some("BACKWARD".into()), Some("BACKWARD".into()))
    );
    assert_eq!(stub.changes()[0], "PUT /config/orders");
    // What nobody declares is left alone, also where the registry asks for less.
    let (world, stub) = shop();
    world.write("topics.yaml", catalog(""));
    stub.set_default("NONE");
    run(&world, &stub, REGISTER).ends(0);
    assert_eq!(stub.level("orders"), None);
}

#[test]
fn levels_that_may_not_be_read_or_set_are_said() {
    let (world, stub) = shop();
    stub.twist(|_, path, _| path.starts_with("/config").then(|| Twist::error(403, 40301, "not you")));
    transcript!("register-levels-denied", run(&world, &stub, REGISTER).ends(3));
    assert_eq!(stub.changes(), [""; 0]);
    // Only setting is denied: versions go on where the level in force is no weaker.
    let deny_put = |method: &str, path: &str, _: &serde_json::Value| {
        (method == "PUT" && path.starts_with("/config")).then(|| Twist::error(403, 40301, "not you"))
    };
    stub.twist(deny_put);
    stub.set_level("orders", "NONE");
    stub.set_level("refunds", "BACKWARD_TRANSITIVE");
    let allowed = [REGISTER, &["--allow", "compatibility-lower"]].concat();
    transcript!("register-level-not-set", run(&world, &stub, &allowed).ends(1));
    assert_eq!((stub.versions("orders"), stub.versions("refunds")), (Vec::<usize>::new(), vec![1]));
}

#[test]
fn a_declared_none_that_is_not_granted_is_a_finding() {
    let (world, stub) = shop();
    world.write("topics.yaml", catalog(", compatibility: NONE"));
    // As Apicurio: every subject reads NONE, and the default is enforced all the same.
    stub.twist(|method, path, _| {
        let own = method == "GET" && path.starts_with("/config/");
        own.then(|| Twist::Answer(200, "application/json", r#"{"compatibilityLevel":"NONE"}"#.into()))
    });
    transcript!(
        "register-none-not-granted",
        run(&world, &stub, &["schema", "register", "refunds", "--yes"]).ends(1)
    );
    assert_eq!(stub.versions("refunds"), [1], "the versions go on: the level in force asks for more");
}

#[test]
fn a_subject_that_may_not_be_read_hides_no_other() {
    let (world, stub) = shop();
    stub.twist(|_, path, _| {
        path.starts_with("/subjects/orders").then(|| Twist::error(403, 40301, "not you"))
    });
    transcript!("register-one-denied", run(&world, &stub, REGISTER).ends(3));
    assert_eq!(stub.versions("refunds"), [1]);
    run(&world, &stub, &["schema", "list"]).ends(3);
    run(&world, &stub, &["schema", "check"]).ends(3);
}

#[test]
fn what_had_no_answer_is_looked_up_before_it_is_repeated() {
    let posts = |stub: &StubRegistry| {
        stub.changes().iter().filter(|line| **line == "POST /subjects/refunds/versions").count()
    };
    // Done, and answered with a failure: not sent again.
    let (world, stub) = shop();
    stub.twist(|method, path, _| {
        (method == "POST" && path == "/subjects/refunds/versions").then_some(Twist::DoneAndFailed(502))
    });
    let done = run(&world, &stub, &["schema", "register", "refunds", "--yes"]).ends(0);
    assert!(done.stdout.contains("refunds v1: done, version 1, id 1"), "{done}");
    assert_eq!(posts(&stub), 1);
    // Not done, and answered with a failure: sent again after a look.
    let (world, stub) = shop();
    let mut left = 1;
    stub.twist(move |method, path, _| {
        let first = method == "POST" && path == "/subjects/refunds/versions" && left > 0;
        first.then(|| {
            left -= 1;
            Twist::Answer(500, "text/plain", "boom".into())
        })
    });
    run(&world, &stub, &["schema", "register", "refunds", "--yes"]).ends(0);
    assert_eq!((posts(&stub), stub.versions("refunds")), (2, vec![1]));
    // No answer in time, and none to the look either: unresolved, and nothing else is tried.
    let (world, stub) = shop();
    let mut gone = false;
    stub.twist(move |method, path, _| {
        gone |= method == "POST" && path == "/subjects/orders/versions";
        gone.then(|| Twist::Slow(Duration::from_millis(900)))
    });
    let unresolved = world.run(&["--timeout", "300ms", "schema", "register", "--yes"]).ends(3);
    assert!(unresolved.stdout.contains("orders v1: unresolved"), "{unresolved}");
    assert!(
        unresolved.stdout.contains("refunds v1: not tried: the registry stopped answering"),
        "{unresolved}"
    );
    stub.straighten();
    run(&world, &stub, REGISTER).ends(0);
    assert_eq!((stub.versions("orders"), stub.versions("refunds")), (vec![1, 2], vec![1]));
}

#[test]
fn what_is_accepted_and_reads_back_otherwise_has_failed() {
    let (world, stub) = shop();
    stub.twist(|method, path, _| {
        (method == "GET" && path == "/subjects/refunds/versions/1").then(|| {
            let body = r#"{"subject":"refunds","version":1,"id":1,"schema":"\"long\""}"#;
            Twist::Answer(200, "application/json", body.into())
        })
    });
    let failed = run(&world, &stub, &["schema", "register", "refunds", "--yes"]).ends(1);
    assert!(failed.stdout.contains("says something else than the file"), "{failed}");
}

/// Runs `register`, waits for a request, and sends the process a signal. Answers its exit code and its stdout.
fn signalled(world: &World, stub: &StubRegistry, awaited: &str, signal: &str) -> (Option<i32>, String) {
    let mut command = world.command(&["--timeout", "5s", "schema", "register", "--yes"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = command.spawn().expect("a process");
    let deadline = Instant::now() + Duration::from_secs(10);
    while !stub.log().iter().any(|line| line == awaited) {
        assert!(Instant::now() < deadline, "no {awaited}");
        std::thread::sleep(Duration::from_millis(10));
    }
    let killed = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(killed.expect("kill").success());
    let output = child.wait_with_output().expect("its output");
    (output.status.code(), String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn a_signal_ends_between_steps_and_says_how_to_go_on() {
    let (world, stub) = shop();
    stub.twist(|method, path, _| {
        (method == "POST" && path == "/subjects/orders/versions")
            .then(|| Twist::Slow(Duration::from_millis(500)))
    });
    let (code, stdout) = signalled(&world, &stub, "POST /subjects/orders/versions", "-INT");
    assert_eq!(code, Some(130), "{stdout}");
    assert!(stdout.contains("orders v1: done, version 1"), "what was sent is seen through\n{stdout}");
    assert!(
        stdout.contains("orders v2: not tried: stopped by a signal before it: run register again"),
        "{stdout}"
    );
    assert_eq!((stub.versions("orders"), stub.versions("refunds")), (vec![1], vec![]));
    stub.straighten();
    run(&world, &stub, REGISTER).ends(0);
    assert_eq!((stub.versions("orders"), stub.versions("refunds")), (vec![1, 2], vec![1]));
}

#[test]
fn killed_at_any_step_it_converges() {
    let steps = [
        "PUT /config/orders",
        "POST /subjects/orders/versions",
        "PUT /config/refunds",
        "POST /subjects/refunds/versions",
    ];
    for step in steps {
        let (world, stub) = shop();
        stub.set_default("NONE");
        stub.twist(move |method, path, _| {
            (format!("{method} {path}") == step).then(|| Twist::Slow(Duration::from_millis(300)))
        });
        let (code, _) = signalled(&world, &stub, step, "-KILL");
        assert_eq!(code, None, "killed at {step}");
        // What was under way is made after its sender is gone.
        std::thread::sleep(Duration::from_millis(400));
        stub.straighten();
        run(&world, &stub, REGISTER).ends(0);
        assert_eq!(
            (stub.versions("orders"), stub.versions("refunds")),
            (vec![1, 2], vec![1]),
            "killed at {step}"
        );
        assert_eq!(stub.level("orders").as_deref(), Some("BACKWARD"));
        let before = stub.changes();
        run(&world, &stub, REGISTER).ends(0);
        assert_eq!(stub.changes(), before, "killed at {step}");
    }
}

#[test]
fn references_go_first_and_are_sent_by_the_registrys_numbers() {
    let (world, stub) = shop();
    let user = r#"{"type":"record","name":"Basket","namespace":"shop","fields":[{"name":"order","type":"shop.Order"}]}"#;
    world.write("schemas/baskets/v1.avsc", user).write(
        "schemas/baskets/v1.references.json",
        r#"[{"name":"shop.Order","subject":"orders","version":2}]"#,
    );
    stub.add("orders", &record("Order", &[MORE]));
    stub.set_level("orders", "NONE");
    world.write("topics.yaml", catalog(""));
    let alone = run(&world, &stub, &["schema", "register", "baskets", "--yes"]).ends(1);
    assert!(
        alone.stdout.contains("it refers to orders v2, which is not registered: name orders too"),
        "{alone}"
    );
    transcript!("register-references", run(&world, &stub, REGISTER).ends(0));
    assert_eq!(stub.versions("orders"), [1, 2, 3]);
    run(&world, &stub, REGISTER).ends(0);
    // Pulled into an empty folder, files and registry agree.
    let away = World::empty();
    away.write("eventctl.yaml", settings(&stub, ""));
    // A file that only part of a version is left of is not written over either.
    away.write("schemas/baskets/v1.references.json", "[]");
    let partly = run(&away, &stub, &["schema", "pull", "baskets", "--out", "schemas"]).ends(1);
    assert!(partly.stdout.contains("v1.references.json is there and says something else"), "{partly}");
    assert_eq!(away.read("schemas/baskets/v1.references.json"), "[]");
    std::fs::remove_dir_all(away.path("schemas")).expect("removed");
    std::fs::remove_file(away.path("schemas.lock")).expect("removed");
    transcript!("pull-references", run(&away, &stub, &["schema", "pull"]).ends(0));
    let references = away.read("schemas/baskets/v1.references.json");
    assert_eq!(references, "[{\"name\": \"shop.Order\", \"subject\": \"orders\", \"version\": 3}]\n");
    let list = run(&away, &stub, &["schema", "list", "-o", "json"]).ends(0).json();
    for subject in list["data"]["subjects"].as_array().unwrap() {
        assert_eq!(subject["registry"]["agrees"], true, "{subject}");
    }
    let checked = run(&away, &stub, &["schema", "check", "--level", "NONE"]).ends(0);
    assert!(!checked.stdout.contains("note"), "{checked}");
}

#[test]
fn the_registrys_normal_form_is_what_was_asked_for() {
    let (world, stub) = shop();
    // It drops a doc when it brings a schema into its form, and finds the schema again only when asked to do so.
    let documented = record("Refund", &[r#"{"name": "orderId", "type": "string", "doc": "Which."}"#]);
    world.write("schemas/refunds/v1.avsc", documented);
    stub.add("refunds", &record("Refund", &[ID]));
    stub.twist(|method, path, _| {
        let lookup = method == "POST" && path == "/subjects/refunds?normalize=true";
        let body = serde_json::json!({ "subject": "refunds", "version": 1, "id": 1, "schema": "\"long\"" });
        lookup.then(|| Twist::Answer(200, "application/json", body.to_string()))
    });
    let line = ["schema", "register", "refunds", "--yes", "--normalize"];
    let normal = run(&world, &stub, &line).ends(0);
    assert!(
        normal.stderr.contains("the registry takes v1 for its version 1, which says it otherwise"),
        "{normal}"
    );
    assert!(normal.stdout.contains("Nothing to register: 1 registered"), "{normal}");
    assert_eq!(stub.changes(), [""; 0]);
    // As it stands, it is another schema.
    run(&world, &stub, &["schema", "register", "refunds", "--yes"]).ends(0);
    assert_eq!(stub.versions("refunds"), [1, 2]);
}
