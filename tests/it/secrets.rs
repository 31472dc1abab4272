//! A planted password reaches no output of any command, and nothing that is not trusted is run.

use crate::transcript;
use crate::world::{Transcript, World};

const CANARY: &str = "c4n4ry-Pa55";

const COMMANDS: [&[&str]; 7] = [
    &["config", "show"],
    &["config", "show", "-o", "json"],
    &["config", "trust"],
    &["doctor"],
    &["doctor", "-o", "json"],
    &["topics", "list"],
    &["topics", "plan"],
];

/// Runs every command with all there is to say, and looks for the password in it.
#[track_caller]
fn assert_silent(world: &World, extra: &[&str]) -> Vec<Transcript> {
    let mut runs = Vec::new();
    for command in COMMANDS {
        let line = [extra, &["-vvv", "--timeout", "100ms"], command].concat();
        let run = world.run(&line);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains(CANARY), "the password is shown\n{run}");
            assert!(!text.contains("c4n4ry"), "a part of the password is shown\n{run}");
        }
        assert!((0..=3).contains(&run.code), "{run}");
        runs.push(run);
    }
    runs
}

fn context(body: &str) -> String {
    format!("current: dev\ncontexts:\n  dev:\n    brokers: ['127.0.0.1:1']\n{body}")
}

fn kafka(password: &str) -> String {
    context(&format!(
        "    kafka:\n      security.protocol: SASL_PLAINTEXT\n      sasl.mechanism: PLAIN\n      sasl.username: ops\n      sasl.password: {password}\n"
    ))
}

#[test]
fn a_password_from_a_variable_a_file_or_the_own_file() {
    let variable = World::shipped().set("KAFKA_PASSWORD", CANARY);
    variable.write("eventctl.yaml", kafka("{ env: KAFKA_PASSWORD }"));
    let file = World::shipped();
    file.write("eventctl.yaml", kafka("{ file: password }")).write("password", format!("{CANARY}\n"));
    let literal = World::shipped();
    std::fs::remove_file(literal.path("eventctl.yaml")).expect("removed");
    literal.write("../home/.config/eventctl/config.yaml", kafka(CANARY));
    private(&literal, "../home/.config/eventctl/config.yaml");
    let command = World::shipped();
    std::fs::remove_file(command.path("eventctl.yaml")).expect("removed");
    let printed = format!("{{ command: [printf, '%s', {CANARY}] }}");
    command.write("../home/.config/eventctl/config.yaml", kafka(&printed));
    private(&command, "../home/.config/eventctl/config.yaml");
    for world in [variable, file, literal, command] {
        let runs = assert_silent(&world, &[]);
        // The password was found and used: the cluster was asked, and is away.
        assert_eq!(runs[5].code, 3, "{}", runs[5]);
        assert!(runs[0].stdout.contains("sasl.password"), "{}", runs[0]);
    }
}

fn private(world: &World, name: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(world.path(name), std::fs::Permissions::from_mode(0o600)).expect("permissions");
}

#[test]
fn a_password_where_none_may_stand() {
    let rows = [
        ("repository's file", kafka(CANARY)),
        ("broken file", format!("{}    oops: [\n", kafka(CANARY))),
        ("a tab", format!("{}\tx: 1\n", kafka(CANARY))),
        ("a second key", format!("{}      sasl.password: {CANARY}\n", kafka("{ env: A }"))),
        ("one line", context(&format!("    kafka: {{ sasl.password: {CANARY}, sasl.mechansim: PLAIN }}\n"))),
        ("misspelt", context(&format!("    kafka: {{ sasl.pasword: {CANARY} }}\n"))),
        ("misspelt, lines", context(&format!("    kafka:\n      sasl.passwrd: {CANARY}\n"))),
        ("unknown", context(&format!("    kafka: {{ my.own.thing: {CANARY} }}\n"))),
        ("unknown, list", context(&format!("    kafka: {{ my.own.thing: [{CANARY}] }}\n"))),
        ("beside kafka", context(&format!("    sasl.password: {CANARY}\n"))),
        ("above contexts", format!("password: {CANARY}\n{}", context(""))),
        ("misspelt above", format!("pasword: {CANARY}\n{}", context(""))),
        ("short", context(&format!("    kafka: {{ sasl.pass: {CANARY} }}\n"))),
        ("jaas", context(&format!("    kafka: {{ sasl.jaas.config: 'x password=\"{CANARY}\";' }}\n"))),
        (
            "jaas misspelt",
            context(&format!("    kafka: {{ sasl.jaas.confg: 'x password=\"{CANARY}\";' }}\n")),
        ),
        ("a text for kafka", context(&format!("    kafka: 'sasl.password={CANARY}'\n"))),
        ("a list for kafka", context(&format!("    kafka: ['sasl.password={CANARY}']\n"))),
        ("registry", context(&format!("    registry: http://ops:{CANARY}@127.0.0.1:1/\n"))),
        ("registries", context(&format!("    registry: ['http://a:1', 'http://{CANARY}@127.0.0.1:1/']\n"))),
        (
            "registry auth",
            context(&format!(
                "    registry: http://a:1\n    registry_auth: {{ basic: {{ username: u, pasword: {CANARY} }} }}\n"
            )),
        ),
        (
            "bearer",
            context(&format!("    registry: http://a:1\n    registry_auth: {{ baerer: {CANARY} }}\n")),
        ),
        ("auth as text", context(&format!("    registry: http://a:1\n    registry_auth: 'u:{CANARY}'\n"))),
        ("broker", context("").replace("127.0.0.1:1", &format!("ops:{CANARY}@127.0.0.1:1"))),
        ("misspelt place", kafka(&format!("{{ evn: {CANARY} }}"))),
        ("two places", kafka(&format!("{{ env: A, literal: {CANARY} }}"))),
        (
            "pem",
            context(&format!("    kafka:\n      ssl.key.pem: |\n        -----BEGIN\n        {CANARY}\n")),
        ),
    ];
    for (name, text) in rows {
        let world = World::shipped();
        world.write("eventctl.yaml", &text);
        let runs = assert_silent(&world, &[]);
        assert_eq!(runs[0].code, 2, "{name}: {}", runs[0]);
        assert!(runs[0].stderr.contains("eventctl.yaml:"), "{name}: {}", runs[0]);
    }
}

#[test]
fn a_password_on_the_command_line_or_in_a_variable_of_ours() {
    let plain = World::shipped();
    let lines: [&[&str]; 7] = [
        &["-X", &format!("sasl.password={CANARY}")],
        &["-X", &format!("sasl.pasword={CANARY}")],
        &["-X", &format!("my.thing={CANARY}")],
        &["-X", CANARY],
        &["--brokers", &format!("ops:{CANARY}@h:1")],
        &["--registry", &format!("http://ops:{CANARY}@h")],
        &["--registry", &format!("http://{CANARY}@h")],
    ];
    for line in lines {
        for run in assert_silent(&plain, line) {
            // `config trust` looks at the file alone.
            assert!(run.code == 2 || run.stdout.contains("nothing to trust"), "{run}");
        }
    }
    for (name, value) in [
        ("EVENTCTL_BROKERS", format!("ops:{CANARY}@h:1")),
        ("EVENTCTL_REGISTRY", format!("http://ops:{CANARY}@h")),
        ("EVENTCTL_TIMEOUT", CANARY.to_owned()),
        ("EVENTCTL_PASSWORD", CANARY.to_owned()),
        ("EVENTCTL_BROKRES", CANARY.to_owned()),
    ] {
        assert_silent(&World::shipped().set(name, &value), &[]);
    }
}

#[test]
fn what_is_told_of_a_password_that_is_misspelt_or_missing() {
    let world = World::shipped();
    world.write(
        "eventctl.yaml",
        context("    kafka:\n      sasl.pasword: hunter2\n      client.id: shown\n      client.idd: x\n"),
    );
    transcript!("secret-misspelt", world.run(&["config", "show"]).ends(2));
    world.write("eventctl.yaml", kafka("{ env: KAFKA_PASSWORD }"));
    transcript!("secret-variable-absent", world.run(&["topics", "list"]).ends(2));
    world.write("eventctl.yaml", kafka("{ file: none }"));
    transcript!("secret-file-absent", world.run(&["topics", "list"]).ends(2));
    world.write("eventctl.yaml", kafka("hunter2"));
    transcript!("secret-in-the-repository", world.run(&["topics", "list"]).ends(2));
    transcript!("secret-on-the-line", world.run(&["topics", "list", "-X", "sasl.password=hunter2"]).ends(2));
}

#[test]
fn nothing_is_run_that_is_not_trusted() {
    let rows = [
        "sasl.password: { command: [touch, marker] }",
        "sasl.kerberos.kinit.cmd: touch marker",
        "plugin.library.paths: ./marker.so",
        "ssl.engine.location: ./marker.so",
    ];
    for row in rows {
        let world = World::shipped();
        world.write(
            "eventctl.yaml",
            context(&format!("    kafka:\n      security.protocol: SASL_SSL\n      {row}\n")),
        );
        for command in
            [&["topics", "list"][..], &["topics", "plan"], &["topics", "apply", "--yes"], &["doctor"]]
        {
            let run = world.run(&[&["--timeout", "100ms"], command].concat()).ends(2);
            assert!(run.stderr.contains("eventctl.yaml:"), "{run}");
            assert!(
                run.stderr.contains("not trusted") || run.stderr.contains("librdkafka has no setting"),
                "{run}"
            );
        }
        world.run(&["config", "show"]);
        world.run(&["check"]);
        assert!(!world.path("marker").exists(), "{row} was run");
    }
    let world = World::shipped();
    world.write("eventctl.yaml", kafka("{ command: [sh, -c, 'touch marker; echo x'] }"));
    transcript!("untrusted", world.run(&["topics", "list"]).ends(2));
    // A context that is not in use harms nobody.
    world.run(&["topics", "list", "--brokers", "127.0.0.1:1", "--timeout", "100ms"]).ends(3);
    assert!(!world.path("marker").exists(), "the command of a context that is not in use was run");
    world.run(&["config", "trust", "--yes"]).ends(0);
    world.run(&["topics", "list", "--timeout", "300ms"]).ends(3);
    assert!(world.path("marker").exists(), "what is trusted was not run");
}
