//! `completions`, and what a shell gets for a TAB.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::unreachable::listing;
use crate::world::World;

/// The candidates for the last of these words, as bash asks for them.
fn candidates(world: &World, words: &[&str]) -> Vec<String> {
    let mut command = world.command(&["--", "eventctl"]);
    command.args(words).env("EVENTCTL_COMPLETE", "bash").env("_CLAP_IFS", "\n");
    let output = command.env("_CLAP_COMPLETE_INDEX", words.len().to_string()).output().expect("output");
    assert_eq!(output.status.code(), Some(0), "{words:?}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    String::from_utf8(output.stdout).expect("text").lines().map(str::to_owned).collect()
}

fn settings(brokers: &str) -> String {
    format!("current: dev\ncontexts:\n  dev: {{ brokers: ['{brokers}'] }}\n  prod: {{ brokers: ['p:1'] }}\n")
}

#[test]
fn each_shell_has_a_script() {
    let world = World::empty();
    for shell in ["bash", "zsh", "fish"] {
        let script = world.run(&["completions", shell]).ends(0);
        assert_eq!(script.stderr, "");
        assert!(
            script.stdout.contains("EVENTCTL_COMPLETE") && script.stdout.contains("eventctl"),
            "{script}"
        );
        world.write(shell, &script.stdout);
        // Only bash is sure to be installed; the others are checked where they are.
        let checked = Command::new(shell).arg("-n").arg(world.path(shell)).output();
        match checked {
            Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
            Err(error) => assert!(shell != "bash", "{error}"),
        }
    }
}

#[test]
fn bash_completes_through_the_script() {
    let world = World::empty();
    world.write("eventctl.yaml", settings("127.0.0.1:1"));
    let binary = world.command(&[]).get_program().to_owned();
    let folder = std::path::Path::new(&binary).parent().expect("a folder").to_owned();
    let line = "source <(eventctl completions bash); COMP_WORDS=(eventctl config sh); COMP_CWORD=2; \
                _clap_complete_eventctl eventctl sh config; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let mut command = Command::new("bash");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").expect("a path"));
    let output =
        command.args(["-c", line]).current_dir(world.path("")).env("PATH", path).output().expect("bash");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "show");
}

#[test]
fn commands_flags_and_their_values() {
    let world = World::empty();
    assert_eq!(candidates(&world, &["top"]), ["topics"]);
    assert_eq!(candidates(&world, &["topics", "ex"]), ["export"]);
    assert_eq!(candidates(&world, &["topics", "apply", "--conf"]), ["--confirm-context"]);
    assert_eq!(candidates(&world, &["topics", "apply", "--allow", "ret"]), ["retention-cut"]);
    assert_eq!(
        candidates(&world, &["check", "-o", ""]),
        ["text", "json", "value", "key-value", "raw", "avro-json"]
    );
}

#[test]
fn names_of_contexts() {
    let world = World::empty();
    world.write("eventctl.yaml", settings("127.0.0.1:1"));
    assert_eq!(candidates(&world, &["--context", ""]), ["dev", "prod"]);
    assert_eq!(candidates(&world, &["--context", "pr"]), ["prod"]);
    assert_eq!(candidates(&world, &["topics", "list", "--context", "d"]), ["dev"]);
    world.write("eventctl.yaml", "contexts: [\n");
    assert_eq!(candidates(&world, &["--context", ""]), [""; 0]);
}

#[test]
fn topics_of_a_cluster_that_is_away_are_silence_and_soon() {
    // 192.0.2.1 belongs to nobody: packets to it are lost, or the machine has no way there. Both must be soon.
    for brokers in ["127.0.0.1:1", "192.0.2.1:9092", "nowhere.invalid:9092"] {
        let world = World::empty();
        world.write("eventctl.yaml", settings(brokers));
        let before = listing(&world);
        let started = Instant::now();
        let found = candidates(&world, &["topics", "describe", "a"]);
        let took = started.elapsed();
        assert_eq!(found, [""; 0], "{brokers}");
        assert!(took < Duration::from_secs(1), "{brokers}: {took:?}");
        assert_eq!(listing(&world), before, "{brokers}: an answer that never came was kept");
    }
}

#[test]
fn no_command_is_run_for_a_tab() {
    let world = World::empty();
    let own = "current: dev\ncontexts:\n  dev:\n    brokers: ['127.0.0.1:1']\n    kafka: { security.protocol: SASL_PLAINTEXT, \
               sasl.username: u, sasl.password: { command: [touch, marker] } }\n";
    world.write("../home/.config/eventctl/config.yaml", own);
    assert_eq!(candidates(&world, &["topics", "describe", "a"]), [""; 0]);
    assert!(!world.path("marker").exists(), "the command of a secret was run");
}
