//! Nothing foreign acts on a terminal: escape sequences, controls, bidi and invisible characters are shown, not sent.

use crate::world::{Transcript, World};

/// Clears the screen, retitles the window, fills the clipboard, turns the text round, hides, sounds the bell, goes back.
const EVIL: [&str; 8] = [
    "\u{1b}[2J",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;aGk=\u{1b}\\",
    "\u{202e}gpj",
    "\u{200b}x",
    "\u{9b}31m",
    "\u{8}\u{8}",
    "\r",
];

#[track_caller]
fn assert_harmless(run: &Transcript) {
    for text in [&run.stdout, &run.stderr] {
        let acts = |c: &char| {
            (c.is_control() && *c != '\n')
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        };
        let found: Vec<char> = text.chars().filter(acts).collect();
        assert!(found.is_empty(), "{found:?} in\n{run:?}");
    }
}

#[test]
fn of_the_command_line() {
    let world = World::shipped();
    for evil in EVIL {
        let word = format!("a{evil}b");
        let lines: [&[&str]; 12] = [
            &[&word],
            &["topics", &word],
            &["topics", "describe", &word],
            &["topics", "list", &word, "--brokers", "127.0.0.1:1", "--timeout", "100ms"],
            &["topics", "apply", "--allow", &word],
            &["topics", "apply", &word, "--brokers", "127.0.0.1:1", "--timeout", "100ms"],
            &["topics", "plan", "--brokers", &word],
            &["check", "--catalog", &word],
            &["check", &format!("--{word}")],
            &["config", "show", "--context", &word],
            &["config", "show", "-X", &format!("{word}=1")],
            &["config", "show", "--registry", &word],
        ];
        for line in lines {
            let run = world.run(line);
            // A name that none has may be asked for: the cluster is away.
            assert!(run.code == 2 || (run.code == 3 && line[1] == "list"), "{run}");
            assert_harmless(&run);
            assert!(run.stderr.starts_with("error: "), "{run}");
        }
    }
    let told = world.run(&["a\u{1b}[2Jb"]).ends(2);
    assert!(told.stderr.contains("a\\x1b[2Jb"), "{told}");
}

#[test]
fn of_files_and_their_names() {
    for evil in EVIL {
        let world = World::shipped();
        let quoted = evil.chars().map(|c| format!("\\U{:08x}", u32::from(c))).collect::<String>();
        world.write(
            "topics.yaml",
            format!("version: 1\ntopics:\n  \"a{quoted}\": {{}}\n  b: {{ key: \"x{quoted}\" }}\n"),
        );
        assert_harmless(&world.run(&["check"]).ends(2));
        // Raw in the file's text, where the excerpt shows it.
        world.write("topics.yaml", format!("version: 1\ntopics:\n  a: {{ \"{evil}\": 1 }} # {evil}\n"));
        assert_harmless(&world.run(&["check"]).ends(2));
        let name = format!("t{evil}.yaml").replace('/', "");
        world.write(&name, "version: 1\ntopics: { a: { oops: 1 } }\n");
        assert_harmless(&world.run(&["check", "--catalog", &name]).ends(2));
        world.write(&name, "version: 1\ntopics: { a: {} }\n");
        assert_harmless(&world.run(&["check", "--catalog", &name]).ends(0));
        world.write(&format!("schemas/x{evil}/v1.txt"), "");
        assert_harmless(&world.run(&["check", "--catalog", &name]).ends(0));
        let settings = format!(
            "current: \"c{quoted}\"\ncontexts:\n  \"c{quoted}\": {{ brokers: ['a:1'], kafka: {{ client.id: \"i{quoted}\" }} }}\n"
        );
        world.write("eventctl.yaml", settings);
        assert_harmless(&world.run(&["config", "show"]));
    }
}

#[test]
fn of_the_environment() {
    for evil in EVIL {
        for name in [
            "EVENTCTL_CONTEXT",
            "EVENTCTL_BROKERS",
            "EVENTCTL_REGISTRY",
            "EVENTCTL_TIMEOUT",
            "EVENTCTL_CONFIG",
        ] {
            let world = World::shipped().set(name, &format!("a{evil}"));
            let run = world.run(&["config", "show"]).ends(2);
            assert_harmless(&run);
        }
        let world = World::shipped()
            .set("EVENTCTL_CATALOG", &format!("a{evil}"))
            .set(&format!("EVENTCTL_{evil}X"), "x");
        assert_harmless(&world.run(&["config", "show"]).ends(0));
        assert_harmless(&world.run(&["check"]).ends(2));
    }
}

#[test]
fn of_the_context_in_json_by_the_format() {
    let world = World::shipped().set("EVENTCTL_CATALOG", "a\u{1b}[2J");
    let run = world.run(&["config", "show", "-o", "json"]).ends(0);
    assert_harmless(&run);
    let settings = run.json()["data"]["settings"].clone();
    let found =
        settings.as_array().expect("a list").iter().find(|row| row["name"] == "catalog").expect("a row");
    assert_eq!(found["value"], "a\u{1b}[2J");
}

#[test]
fn colours_are_for_those_who_want_them() {
    let world = World::empty();
    world.write("topics.yaml", "version: 1\ntopics: { a: { oops: 1 } }\n");
    assert!(!world.run(&["check"]).ends(2).stderr.contains('\u{1b}'));
    assert!(world.run(&["check", "--color", "always"]).ends(2).stderr.contains('\u{1b}'));
    assert!(!world.run(&["check", "--color", "never"]).ends(2).stderr.contains('\u{1b}'));
    let quiet = world.run_on_terminal(&["check"], "").ends(2);
    assert!(!quiet.stdout.contains("\u{1b}["), "TERM=dumb is not heeded\n{quiet:?}");
    let colourful = World::empty().set("TERM", "xterm");
    colourful.write("topics.yaml", "version: 1\ntopics: { a: { oops: 1 } }\n");
    assert!(colourful.run_on_terminal(&["check"], "").ends(2).stdout.contains("\u{1b}["));
}
