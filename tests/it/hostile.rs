//! Files that were made to hurt, and files that went wrong: each ends with 2, at its place, soon, in little memory.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::unreachable::listing;
use crate::world::World;

/// The most address space a run may take, in KiB.
const MEMORY: u32 = 1_500_000;
const TIME: Duration = Duration::from_secs(5);

/// Runs eventctl with bounded memory and asserts that it ends with 2, soon, without a panic, and writes nothing.
#[track_caller]
pub(crate) fn refused(world: &World, arguments: &[&str]) -> String {
    let before = listing(world);
    let started = Instant::now();
    let output = bounded(world, arguments);
    let took = started.elapsed();
    let told = String::from_utf8(output.stderr).expect("text");
    let excerpt: String = told.chars().take(600).collect();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {:?}\n{excerpt}", output.status);
    assert!(!told.contains("panicked"), "{excerpt}");
    assert!(told.starts_with("error: "), "{excerpt}");
    assert!(told.len() < 2_000_000, "{} bytes are told", told.len());
    assert!(took < TIME, "{arguments:?} took {took:?}\n{excerpt}");
    assert_eq!(listing(world), before, "{arguments:?} wrote something");
    told
}

pub(crate) fn bounded(world: &World, arguments: &[&str]) -> Output {
    let inner = world.command(arguments);
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -v {MEMORY}; ulimit -c 0; exec \"$0\" \"$@\""));
    command.arg(inner.get_program()).args(inner.get_args());
    command.current_dir(inner.get_current_dir().expect("a folder")).env_clear();
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null()).output().expect("output")
}

/// What is wrong as YAML, whatever file it stands in: the text, where (`line:column`), and a word of the message.
fn yaml_rows() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        bomb.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    let deep = format!("a: {}", "[".repeat(10_000));
    let deep_blocks = "- ".repeat(10_000);
    let deep_lines: String = (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let rows: Vec<(&str, &[u8], &str, &str)> = vec![
        ("alias bomb", bomb.as_bytes(), "", "repeat more than 100000 values"),
        ("self reference", b"a: &x [*x]\n", "1:8", "inside the value it repeats"),
        ("merge key", b"base: &b {x: 1}\na:\n  <<: *b\n", "3:3", "merge keys"),
        ("duplicate key", b"version: 1\nversion: 1\n", "2:1", "written twice"),
        ("tab", b"a:\n\tb: 1\n", "2:1", "indented with a tab"),
        ("documents", b"version: 1\n---\nversion: 1\n", "2:1", "a second document"),
        ("NUL", b"version: 1\0\n", "1:11", "control character U+0000"),
        ("escape", b"version: \x1b[2J\n", "1:10", "control character U+001B"),
        ("not UTF-8", b"version: 1\ntopics: \xff\xfe\n", "2:9", "not UTF-8"),
        ("UTF-16", b"\xff\xfev\0e\0r\0", "1:1", "not UTF-8"),
        ("tag", b"version: !!int 1\n", "1:10", "tags such as"),
        ("include", b"topics: !include other.yaml\n", "1:9", "tags such as"),
        ("python tag", b"a: !!python/object/apply:os.system ['true']\n", "1:4", "tags such as"),
        ("environment that is YAML", b"topics: ${TOPICS}: x\n", "", "not valid YAML"),
        ("template", b"topics: {{ topics }}\n", "1:10", "a key must be a text"),
        ("unclosed", b"a: [1, 2\n", "2:1", "not valid YAML"),
        ("lone carriage return", b"a: 1\rb: 2\n", "1:5", "carriage return"),
        ("mark inside", b"a: 1\n\xef\xbb\xbfb: 2\n", "2:1", "byte order mark"),
        ("deep", deep.as_bytes(), "", "nested more than 64 levels"),
        ("deep blocks", deep_blocks.as_bytes(), "1:129", "nested more than 64 levels"),
        ("deep lines", deep_lines.as_bytes(), "", "nested more than 64 levels"),
        ("a list", b"- a\n", "1:1", "mapping"),
        ("a text", b"hello\n", "1:1", "mapping"),
    ];
    rows.into_iter().map(|(name, text, place, words)| (name, text.to_vec(), place, words)).collect()
}

#[track_caller]
fn assert_told(name: &str, told: &str, file: &str, place: &str, words: &str) {
    let excerpt: String = told.chars().take(600).collect();
    let begins = if place.is_empty() { format!("--> {file}:") } else { format!("--> {file}:{place}\n") };
    assert!(told.contains(&begins), "{name}: no {begins}\n{excerpt}");
    assert!(told.contains(words), "{name}: no {words}\n{excerpt}");
}

#[test]
fn hostile_yaml_as_a_catalog() {
    for (name, text, place, words) in yaml_rows() {
        let world = World::empty();
        world.write("topics.yaml", text);
        assert_told(name, &refused(&world, &["check"]), "topics.yaml", place, words);
        let plan = ["topics", "plan", "--out", "plan.json", "--brokers", "127.0.0.1:1"];
        assert_told(name, &refused(&world, &plan), "topics.yaml", place, words);
    }
}

#[test]
fn hostile_yaml_as_settings() {
    for (name, text, place, words) in yaml_rows() {
        let world = World::empty();
        world.write("eventctl.yaml", text);
        assert_told(name, &refused(&world, &["config", "show"]), "eventctl.yaml", place, words);
        assert_told(name, &refused(&world, &["config", "trust", "--yes"]), "eventctl.yaml", place, words);
    }
}

#[test]
fn values_that_yaml_readers_take_for_something_else() {
    let rows = [
        ("partitions: 1e3", "decimal digits"),
        ("partitions: 0x10", "decimal digits"),
        ("partitions: 010", "leading zero"),
        ("partitions: -1", "not `-1`"),
        ("partitions: 2147483648", "not `2147483648`"),
        ("partitions: 9223372036854775808", "not `9223372036854775808`"),
        ("partitions: 3.0", "without a fraction"),
        ("partitions: \"3\"", "remove the quotes"),
        ("partitions: no", "whole number"),
        ("config: { retention.ms: 7d }", "604800000"),
        ("config: { preallocate: on }", "true or false"),
        ("config: { preallocate: y }", "true or false"),
        ("dlq: no", "write false"),
        ("partitons: 3", "did you mean `partitions`?"),
        ("retention: ${DAYS}", "duration"),
    ];
    for (field, words) in rows {
        let world = World::empty();
        world.write("topics.yaml", format!("version: 1\ntopics:\n  a:\n    {field}\n"));
        assert_told(field, &refused(&world, &["check"]), "topics.yaml", &place_of(field), words);
    }
}

/// An unknown key is told at the key, a wrong value at the value.
fn place_of(field: &str) -> String {
    let column = if field.starts_with("partitons") { 0 } else { field.rfind(": ").expect("a value") + 2 };
    format!("4:{}", column + 5)
}

#[test]
fn hostile_topic_names() {
    let too_long = "x".repeat(250);
    let longest = "x".repeat(249);
    let with_dlq = format!("topics:\n  {longest}: {{ dlq: {{ suffix: -dlq }} }}\n");
    let rows: Vec<(String, &str, &str)> = vec![
        ("topics:\n  '': {}\n".into(), "3:3", "may not be empty"),
        ("topics:\n  .: {}\n".into(), "3:3", "may not be called"),
        ("topics:\n  ..: {}\n".into(), "3:3", "may not be called"),
        (format!("topics:\n  {too_long}: {{}}\n"), "3:3", "249 are allowed"),
        (with_dlq, "3:271", "253 characters"),
        ("topics:\n  a.b: {}\n  a_b: {}\n".into(), "4:3", "collides"),
        ("topics:\n  a b: {}\n".into(), "3:3", "may not contain ' '"),
        ("topics:\n  \u{430}gent-events: {}\n".into(), "3:3", "may not contain"),
        ("topics:\n  \"a\\nb\": {}\n".into(), "3:3", "may not contain '\\n'"),
        ("topics:\n  \"a\\e[2Jb\": {}\n".into(), "3:3", "may not contain"),
        ("topics:\n  \"a\\u202eb\": {}\n".into(), "3:3", "may not contain"),
        ("topics:\n  ../x: {}\n".into(), "3:3", "may not contain '/'"),
        ("topics:\n  a: {}\n  a: {}\n".into(), "4:3", "written twice"),
    ];
    for (topics, place, words) in rows {
        let world = World::empty();
        world.write("topics.yaml", format!("version: 1\n{topics}"));
        assert_told(words, &refused(&world, &["check"]), "topics.yaml", place, words);
    }
}

#[test]
fn an_empty_catalog_is_refused_and_empty_settings_say_nothing() {
    for text in ["", "# nothing\n", "---\n", "\u{feff}", "null\n"] {
        let world = World::empty();
        world.write("topics.yaml", text).write("eventctl.yaml", text);
        assert_told(text, &refused(&world, &["check"]), "topics.yaml", "", "empty");
        world.run(&["config", "show"]).ends(0);
    }
}

#[test]
fn files_of_any_size_are_refused_before_they_are_held() {
    let world = World::empty();
    let huge = std::fs::File::create(world.path("huge.yaml")).expect("a file");
    huge.set_len(100 * 1024 * 1024).expect("a sparse file");
    for (path, words) in [("huge.yaml", "4194304"), ("/dev/zero", "4194304"), ("..", "is a folder")] {
        let told = refused(&world, &["check", "--catalog", path]);
        assert!(told.contains(words) && told.contains(path), "{told}");
    }
    std::fs::rename(world.path("huge.yaml"), world.path("eventctl.yaml")).expect("renamed");
    for command in [&["config", "show"][..], &["config", "trust", "--yes"], &["check"]] {
        let told = refused(&world, command);
        assert!(told.contains("eventctl.yaml") && told.contains("4194304"), "{told}");
    }
}

#[test]
fn as_much_as_is_read_at_all_is_read_in_bounded_time_and_memory() {
    let limit = 4 * 1024 * 1024;
    let fill = |line: &str| line.repeat(limit / line.len());
    let numbered: String = (0..)
        .map(|n| format!("  t{n}: {{}}\n"))
        .scan(0, |length, line| {
            *length += line.len();
            (*length < limit - 100).then_some(line)
        })
        .collect();
    let rows = [
        fill("a: b\n"),
        fill("[a],\n"),
        fill("? "),
        fill("\"\\"),
        fill("&a "),
        fill("a"),
        fill("- - - - -\n"),
        fill("x: y: z\n"),
        format!("version: 1\ntopics:\n{numbered}"),
        format!("kafka:\n{numbered}"),
    ];
    for text in rows {
        let world = World::empty();
        world.write("topics.yaml", &text);
        refused(&world, &["check"]);
        world.write("eventctl.yaml", &text);
        refused(&world, &["config", "show"]);
    }
}

#[test]
fn catalogs_that_are_no_files() {
    let world = World::empty();
    for (path, words) in
        [("/dev/null", "the file is empty"), ("none.yaml", "there is no catalog"), ("", "empty")]
    {
        for command in [&["check"][..], &["topics", "plan", "--brokers", "127.0.0.1:1"]] {
            let told = refused(&world, &[command, &["--catalog", path]].concat());
            assert!(told.contains(words), "{told}");
        }
    }
}

#[test]
fn plan_files_that_are_none() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let rows: [(&str, &[u8], &str); 9] = [
        ("empty", b"", "plan.json"),
        ("garbage", b"\x00\x01\x02", "plan.json"),
        ("not UTF-8", b"\"\xff\"", "not UTF-8"),
        ("another document", b"{\"kind\":\"check\",\"version\":1,\"data\":{}}", "not a plan of topics"),
        ("another version", b"{\"kind\":\"topics.plan\",\"version\":99,\"data\":{}}", "version"),
        ("no data", b"{\"kind\":\"topics.plan\",\"version\":1}", "plan.json"),
        ("a list", b"[]", "plan.json"),
        ("deep", deep.as_bytes(), "plan.json"),
        ("cut", b"{\"kind\":\"topics.plan\",\"version\":1,\"da", "plan.json"),
    ];
    for (name, text, words) in rows {
        let world = World::shipped();
        world.write("plan.json", text);
        let told = refused(&world, &["topics", "apply", "plan.json", "--yes", "--brokers", "127.0.0.1:1"]);
        assert!(told.contains(words), "{name}: {told}");
    }
    let world = World::shipped();
    let huge = std::fs::File::create(world.path("huge.json")).expect("a file");
    huge.set_len(100 * 1024 * 1024).expect("a sparse file");
    for (path, words) in
        [("huge.json", "larger than"), ("/dev/zero", "larger than"), ("none.json", "does not exist")]
    {
        let told = refused(&world, &["topics", "apply", path, "--yes", "--brokers", "127.0.0.1:1"]);
        assert!(told.contains(words) && told.contains(path), "{told}");
    }
}
