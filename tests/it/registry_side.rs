//! `schema check`, `list`, `show`, `pull` and `delete` against a registry that behaves, and one that does not.

use std::time::{Duration, Instant};

use crate::registering::{ID, MORE, NOTE, REGISTER, REQUIRED, catalog, record, run, settings, shop};
use crate::stub_registry::{StubRegistry, Twist};
use crate::transcript;
use crate::world::World;

#[test]
fn verdicts_that_differ_are_shown_as_such() {
    let (world, stub) = shop();
    stub.add("orders", &record("Order", &[ID]));
    stub.twist(|method, path, _| {
        let asked = method == "POST" && path.starts_with("/compatibility/subjects/orders");
        let body = r#"{"is_compatible":false,"messages":["I do\u001b[2J not like it"]}"#;
        asked.then(|| Twist::Answer(200, "application/json", body.into()))
    });
    transcript!("check-disagree-they-refuse", run(&world, &stub, &["schema", "check"]).ends(1));
    stub.straighten();
    world.write("schemas/orders/v2.avsc", record("Order", &[ID, REQUIRED]));
    let they_take = run(&world, &stub, &["schema", "check", "orders"]).ends(1);
    assert!(they_take.stdout.contains("The registry calls it compatible"), "{they_take}");
    transcript!(
        "check-disagree-json",
        run(&world, &stub, &["schema", "check", "orders", "-o", "json"]).ends(1)
    );
}

#[test]
fn where_the_call_that_compares_with_all_is_missing_versions_are_asked_one_by_one() {
    for (level, expected) in
        [("BACKWARD", vec!["/versions/latest"]), ("BACKWARD_TRANSITIVE", vec!["/versions/1", "/versions/2"])]
    {
        for missing in [
            Twist::error(405, 405, "HTTP 405 Method Not Allowed"),
            Twist::error(404, 404, "HTTP 404 Not Found"),
        ] {
            let (world, stub) = shop();
            stub.add("orders", &record("Order", &[ID]));
            stub.add("orders", &record("Order", &[ID, NOTE]));
            stub.set_level("orders", level);
            world
                .write("topics.yaml", catalog(""))
                .write("schemas/orders/v3.avsc", record("Order", &[ID, NOTE, MORE]));
            stub.twist(move |_, path, _| path.contains("/orders/versions?verbose").then(|| missing.clone()));
            run(&world, &stub, &["schema", "check", "orders"]).ends(0);
            let asked = stub.log().into_iter().filter(|line| line.starts_with("POST /compatibility"));
            let asked: Vec<String> = asked.skip(1).collect();
            let expected: Vec<String> = expected
                .iter()
                .map(|path| format!("POST /compatibility/subjects/orders{path}?verbose=true"))
                .collect();
            assert_eq!(asked, expected, "{level}");
        }
    }
}

#[test]
fn a_registry_that_is_away_hides_nothing_of_what_the_files_say() {
    let (world, stub) = shop();
    world.write("schemas/orders/v3.avsc", record("Order", &[ID, NOTE, REQUIRED]));
    world.write("eventctl.yaml", settings(&stub, "").replace(&stub.url, "http://127.0.0.1:1"));
    let started = Instant::now();
    transcript!("check-registry-away", run(&world, &stub, &["schema", "check"]).ends(3));
    transcript!("register-registry-away", run(&world, &stub, REGISTER).ends(3));
    transcript!("list-registry-away", run(&world, &stub, &["schema", "list"]).ends(3));
    for line in
        [&["schema", "pull"][..], &["schema", "delete", "orders@1", "--yes"], &["schema", "show", "orders@1"]]
    {
        run(&world, &stub, line).ends(3);
    }
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    run(&world, &stub, &["schema", "check", "--offline"]).ends(1);
    let away = run(&world, &stub, &["schema", "show", "orders"]).ends(3);
    assert!(
        away.stdout.contains("\"shop\"") && away.stderr.contains("registry: could not be asked"),
        "{away}"
    );
    std::fs::remove_file(world.path("eventctl.yaml")).expect("removed");
    let none = run(&world, &stub, &["schema", "check"]).ends(1);
    assert!(none.stdout.ends_with("registry: not asked (none is configured)\n"), "{none}");
    let none = run(&world, &stub, REGISTER).ends(2);
    assert!(none.stderr.starts_with("error: no registry is named\nhint: pass --registry URL"), "{none}");
}

#[test]
fn what_is_no_registry_is_said() {
    let answers = [
        ("html", Twist::Answer(200, "text/html", "<html>Sign in</html>".into())),
        ("cut", Twist::Answer(200, "application/json", "[1,".into())),
        ("other", Twist::Answer(200, "application/json", "{\"a\":1}".into())),
        ("denied", Twist::error(401, 40101, "who are you")),
        ("failing", Twist::Answer(500, "text/plain", "boom".into())),
        ("closed", Twist::Closed),
    ];
    for (case, twist) in answers {
        let (world, stub) = shop();
        stub.twist(move |_, _, _| Some(twist.clone()));
        for line in
            [&["schema", "check"][..], REGISTER, &["schema", "list"], &["schema", "pull", "--out", "p"]]
        {
            let answer = run(&world, &stub, line).ends(3);
            if case == "html" && line != REGISTER {
                assert!(format!("{answer}").contains("this is no answer of a schema registry"), "{answer}");
            }
        }
        assert!(!world.path("p").exists() && stub.changes().is_empty(), "{case}");
    }
}

#[test]
fn pull_stays_in_its_folder_and_overwrites_nothing() {
    let (world, stub) = (World::empty(), StubRegistry::start());
    world.write("eventctl.yaml", settings(&stub, ""));
    for subject in ["../x", "a/b", ".git", "plain", "%2F"] {
        stub.add(subject, &record("R", &[ID]));
    }
    stub.add("plain", &record("R", &[ID, NOTE]));
    stub.twist(|method, path, _| {
        let list = r#"["../x","a/b",".git","plain","%2F","..","a\u0000b"]"#;
        (method == "GET" && path == "/subjects").then(|| Twist::Answer(200, "application/json", list.into()))
    });
    // `..` cannot be asked for, and no folder can be called by a control character; neither hides the others.
    transcript!("pull-hostile-names", run(&world, &stub, &["schema", "pull", "--out", "hostile"]).ends(3));
    stub.straighten();
    transcript!("pull-odd-names", run(&world, &stub, &["schema", "pull"]).ends(0));
    assert!(!world.path("x").exists() && !world.path("a").exists());
    for folder in ["%2E.%2Fx", "a%2Fb", "%2Egit", "plain", "%252F"] {
        assert!(world.path(&format!("schemas/{folder}/v1.avsc")).exists(), "{folder}");
    }
    let lock = world.read("schemas.lock");
    assert_eq!(lock.lines().filter(|line| !line.starts_with('#')).count(), 6, "{lock}");
    run(&world, &stub, &["schema", "check", "--offline"]).ends(0);
    assert_eq!(run(&world, &stub, &["schema", "pull"]).ends(0).stdout.lines().count(), 1);

    let other = record("R", &[REQUIRED]);
    world.write("schemas/plain/v1.avsc", &other);
    std::fs::remove_file(world.path("schemas/plain/v2.avsc")).expect("removed");
    transcript!("pull-conflict", run(&world, &stub, &["schema", "pull", "--match", "pl*"]).ends(1));
    assert_eq!(world.read("schemas/plain/v1.avsc"), other);
    assert_eq!(world.read("schemas.lock"), lock);
    let unknown = run(&world, &stub, &["schema", "pull", "nobody"]).ends(1);
    assert!(unknown.stdout.contains("the registry has no such subject"), "{unknown}");
    run(&world, &stub, &["schema", "pull", "--match", "["]).ends(2);
    let none = run(&world, &stub, &["schema", "pull", "--match", "zzz*"]).ends(1);
    assert!(none.stderr.contains("no subject matches zzz*"), "{none}");
}

#[test]
fn a_version_is_deleted_by_the_registrys_number_and_by_name_of_the_risk() {
    let (world, stub) = shop();
    stub.add("orders", &record("Order", &[ID, MORE]));
    run(&world, &stub, REGISTER).ends(0);
    let file = run(&world, &stub, &["schema", "delete", "orders@v1", "--yes"]).ends(2);
    assert!(file.stderr.contains("v1 is a file"), "{file}");
    run(&world, &stub, &["schema", "delete", "orders", "--yes"]).ends(2);
    let risk = run(&world, &stub, &["schema", "delete", "orders@2", "--yes"]).ends(2);
    assert!(risk.stderr.contains("--allow delete"), "{risk}");
    let consent = run(&world, &stub, &["schema", "delete", "orders@2", "--allow", "delete"]).ends(2);
    assert!(consent.stderr.contains("no terminal"), "{consent}");
    assert_eq!(stub.versions("orders"), [1, 2, 3]);
    let delete = &["schema", "delete", "orders@2", "--yes", "--allow", "delete"];
    transcript!("delete-version", run(&world, &stub, delete).ends(0));
    assert_eq!(stub.versions("orders"), [1, 3]);
    let again = run(&world, &stub, delete).ends(0);
    assert!(again.stdout.contains("was deleted already"), "{again}");
    let absent = run(&world, &stub, &["schema", "delete", "orders@9", "--yes", "--allow", "delete"]).ends(1);
    assert!(absent.stderr.contains("there is none; there are 1, 3"), "{absent}");
    // Its file is left out from now on: it would become the newest.
    let left = run(&world, &stub, REGISTER).ends(0);
    assert!(left.stderr.contains("v1 is left out: v2 behind it is registered"), "{left}");
    // Refused, with the registry's words.
    stub.twist(|method, _, _| {
        (method == "DELETE").then(|| Twist::error(422, 42206, "One or more references exist"))
    });
    let refused = run(&world, &stub, &["schema", "delete", "orders@3", "--yes", "--allow", "delete"]).ends(1);
    assert!(refused.stdout.contains("refused by the registry: One or more references exist"), "{refused}");
}

#[test]
fn a_password_is_shown_by_no_command() {
    const CANARY: &str = "c4n4ry-Pa55";
    let (world, stub) = shop();
    let auth = "    registry_auth: { basic: { username: ops, password: { env: PASSWORD } } }\n";
    world.write("eventctl.yaml", settings(&stub, auth));
    let world = world.set("PASSWORD", CANARY);
    let twists = [
        Twist::error(401, 40101, "who are you"),
        Twist::Answer(200, "text/html", "<html>Sign in</html>".into()),
        Twist::Answer(500, "text/plain", "boom".into()),
    ];
    for twist in [None].into_iter().chain(twists.map(Some)) {
        match twist {
            None => stub.straighten(),
            Some(twist) => stub.twist(move |_, _, _| Some(twist.clone())),
        }
        for line in [
            REGISTER,
            &["schema", "check"],
            &["schema", "list", "-o", "json"],
            &["schema", "show", "orders@1"],
            &["schema", "pull", "--out", "pulled"],
            &["schema", "delete", "orders@1", "--yes", "--allow", "delete"],
        ] {
            let said = run(&world, &stub, &[&["-vvv"], line].concat());
            assert!(!format!("{said}").contains("c4n4ry"), "{said}");
        }
    }
}

#[test]
fn a_subject_all_of_which_was_deleted_is_not_called_a_new_one() {
    let (world, stub) = shop();
    run(&world, &stub, REGISTER).ends(0);
    run(&world, &stub, &["schema", "delete", "refunds@1", "--yes", "--allow", "delete"]).ends(0);
    // As Apicurio does: it tells the number, and nothing of the version itself.
    stub.twist(|_, path, _| {
        let asked = path.starts_with("/subjects/refunds/versions/1");
        asked.then(|| Twist::error(404, 40401, "Subject not found."))
    });
    let check = run(&world, &stub, &["schema", "check", "refunds"]).ends(0);
    assert!(!check.stdout.contains("new subject"), "{check}");
    assert!(check.stdout.contains("was softly deleted: the registry's version 1; what is added"), "{check}");
    let plan = run(&world, &stub, &["schema", "register", "refunds", "--dry-run"]).ends(0);
    assert!(plan.stdout.contains("refunds (deleted before)\n  + v1"), "{plan}");
    let show = run(&world, &stub, &["schema", "show", "refunds@1"]).ends(2);
    assert!(show.stderr.contains("its version 1 was deleted; schemas stay readable by id: --id N"), "{show}");
    let delete = &["schema", "delete", "refunds@1", "--yes", "--allow", "delete"];
    let again = run(&world, &stub, delete).ends(0);
    assert!(again.stdout.contains("was deleted already"), "{again}");
}

#[test]
fn versions_of_the_registry_are_told_apart_from_files() {
    let (world, stub) = shop();
    stub.add("orders", &record("Order", &[ID, MORE]));
    stub.add("orders", "\"nothing that Avro knows\"");
    let diff = |from: &str, to: &str| run(&world, &stub, &["schema", "diff", "orders", from, to]);
    let mixed = diff("1", "v2").ends(0);
    assert!(mixed.stdout.starts_with("orders: the registry's version 1 to v2\n"), "{mixed}");
    assert!(mixed.stdout.contains("\n  - field `more` was removed"), "{mixed}");
    assert!(
        mixed.stdout.contains("a reader of v2 reads records written with the registry's version 1"),
        "{mixed}"
    );
    assert!(diff("1", "1").ends(0).stdout.contains("nothing changed"));
    let json = run(&world, &stub, &["schema", "diff", "orders", "v1", "1", "-o", "json"]).ends(0);
    json.documented();
    let to = &json.json()["data"]["to"];
    assert_eq!(*to, serde_json::json!({ "version": 1, "source": "registry", "file": null }));
    let absent = diff("v1", "7").ends(2);
    assert!(absent.stderr.contains("the registry has no version 7 of `orders`"), "{absent}");
    let foreign = diff("v1", "2").ends(3);
    assert!(foreign.stderr.contains("the registry's version 2 of `orders` cannot be compared"), "{foreign}");
    // Files alone ask nobody.
    let asked = stub.log().len();
    diff("v1", "v2").ends(0);
    assert_eq!(stub.log().len(), asked);
}
