//! `config show` and `config trust`.

use crate::transcript;
use crate::world::World;

const REPOSITORY: &str = "\
current: dev
timeout: 4s
contexts:
  dev: { brokers: [\"127.0.0.1:1\"] }
  prod:
    environment: prod
    brokers: [kafka1.example.com:9093]
    protected: true
    cluster_id: nwTjBJZ8QaOe1vT8bTbD3Q
    registry: https://registry.example.com
    registry_auth: { basic: { username: ops, password: { env: REGISTRY_PASSWORD } } }
    kafka:
      security.protocol: SASL_SSL
      sasl.mechanism: SCRAM-SHA-512
      sasl.username: ops
      sasl.password: { env: KAFKA_PASSWORD }
";

const OWN: &str = "\
current: own
contexts:
  own: { brokers: [\"127.0.0.1:2\"], kafka: { client.id: mine } }
";

const RUNS_CODE: &str = "\
current: dev
contexts:
  dev:
    brokers: [\"127.0.0.1:1\"]
    kafka:
      security.protocol: SASL_PLAINTEXT
      sasl.mechanism: PLAIN
      sasl.username: ops
      sasl.password: { command: [sh, -c, \"touch marker; echo secret\"] }
";

/// A world with a repository's file and the user's own.
fn layered() -> World {
    let world = World::empty();
    world.write("eventctl.yaml", REPOSITORY).write("../home/.config/eventctl/config.yaml", OWN);
    world
}

#[test]
fn every_layer_is_named_as_the_origin_of_what_it_says() {
    let world = layered().set("EVENTCTL_TIMEOUT", "3s").set("EVENTCTL_BROKRES", "x:1");
    transcript!("config-show-environment", world.run(&["config", "show"]).ends(0));
    transcript!(
        "config-show-flags",
        world
            .run(&["--context", "prod", "--timeout", "2s", "-X", "client.rack=r1", "config", "show"])
            .ends(0)
    );
    transcript!("config-show-own", world.run(&["config", "show", "--context", "own"]).ends(0));
    transcript!(
        "config-show-json",
        world.run(&["config", "show", "--context", "prod", "-o", "json"]).ends(0)
    );
}

#[test]
fn brokers_named_alone_take_no_credentials_along() {
    let world = layered().set("EVENTCTL_CONTEXT", "prod");
    transcript!(
        "config-show-brokers-alone",
        world.run(&["config", "show", "--brokers", "elsewhere:9092"]).ends(0)
    );
}

#[test]
fn without_any_settings_the_defaults_are_shown() {
    transcript!("config-show-defaults", World::empty().run(&["config", "show"]).ends(0));
}

#[test]
fn every_error_of_a_settings_file_at_once() {
    let world = World::empty();
    world.write(
        "eventctl.yaml",
        "curent: dev\ncontexts:\n  dev: { broker: 'a:1', kafka: { sasl.mechansim: PLAIN } }\n",
    );
    transcript!("config-show-broken", world.run(&["config", "show"]).ends(2));
}

#[test]
fn settings_that_do_not_add_up() {
    let world = layered();
    transcript!("config-no-such-context", world.run(&["config", "show", "--context", "prd"]).ends(2));
    transcript!("config-bad-timeout", world.run(&["config", "show", "--timeout", "soon"]).ends(2));
    transcript!("config-bad-brokers", world.run(&["config", "show", "--brokers", "kafka1"]).ends(2));
    transcript!("config-bad-registry", world.run(&["config", "show", "--registry", "kafka1:8081"]).ends(2));
    transcript!("config-bad-property", world.run(&["config", "show", "-X", "client.idd=x"]).ends(2));
    let named = World::empty().set("EVENTCTL_CONFIG", "none.yaml");
    transcript!("config-own-file-absent", named.run(&["config", "show"]).ends(2));
}

#[test]
fn there_may_be_nothing_to_trust() {
    let hash = |run: crate::world::Transcript| run.hiding(&sha256(REPOSITORY), "[sha256]");
    let world = layered();
    transcript!("trust-nothing", hash(world.run(&["config", "trust"])).ends(0));
    transcript!("trust-nothing-json", hash(world.run(&["config", "trust", "-o", "json"])).ends(0));
    transcript!("trust-no-file", World::empty().run(&["config", "trust"]).ends(2));
}

#[test]
fn trust_is_given_by_a_yes_and_by_nothing_else() {
    let world = World::empty();
    world.write("eventctl.yaml", RUNS_CODE);
    let hash = |run: crate::world::Transcript| run.hiding(&sha256(RUNS_CODE), "[sha256]");
    let untrusted = || {
        let shown = world.run(&["config", "show"]).ends(0);
        assert!(shown.stdout.contains("runs code and is not trusted"), "{shown}");
    };
    untrusted();
    transcript!("trust-no-terminal", hash(world.run(&["config", "trust"])).ends(2));
    untrusted();
    for answer in ["n\n", "\n", "maybe\n", "\u{4}", "yess\n"] {
        let run = world.run_on_terminal(&["config", "trust"], answer).ends(1);
        assert!(run.stdout.contains("sasl.password = sh -c touch marker"), "{run}");
        assert!(run.stdout.contains("Trust this file to run that? [y/N]"), "{run}");
        assert!(run.stdout.contains("declined; nothing was trusted"), "{run}");
    }
    untrusted();
    transcript!("trust-yes-flag", hash(world.run(&["config", "trust", "--yes"])).ends(0));
    transcript!("trust-shown", world.run(&["config", "show"]).ends(0));
    // Another file under that name is another matter.
    world.write("eventctl.yaml", format!("{RUNS_CODE}# changed\n"));
    untrusted();
    world.run_on_terminal(&["config", "trust"], "y\n").ends(0);
    let shown = world.run(&["config", "show"]).ends(0);
    assert!(!shown.stdout.contains("is not trusted"), "{shown}");
    assert!(!world.path("marker").exists(), "looking at settings ran their command");
}

fn sha256(text: &str) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
