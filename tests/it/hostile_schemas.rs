//! Schemas that were made to hurt, and schemas that went wrong: each with its exit code, soon and in little memory.

use std::time::{Duration, Instant};

use crate::hostile::{bounded, refused};
use crate::world::World;

const TIME: Duration = Duration::from_secs(5);

/// A record `R` of these fields.
fn record(fields: &str) -> String {
    format!("{{\"type\": \"record\", \"name\": \"R\", \"fields\": [{fields}]}}")
}

fn field(kind: &str) -> String {
    record(&format!("{{\"name\": \"f\", \"type\": {kind}}}"))
}

/// Runs `schema check` on one schema and gives the exit code with all that was said.
fn checked(world: &World) -> (i32, String) {
    let started = Instant::now();
    let output = bounded(world, &["schema", "check"]);
    let took = started.elapsed();
    let told = [output.stdout, output.stderr].concat();
    let told = String::from_utf8(told).expect("text");
    let excerpt: String = told.chars().take(800).collect();
    assert!(took < TIME, "took {took:?}\n{excerpt}");
    assert!(!told.contains("panicked") && told.len() < 2_000_000, "{excerpt}");
    (output.status.code().unwrap_or(-1), told)
}

/// What is wrong with a schema: the text, the exit code, where (`line:column`) and a word of what is said.
fn rows() -> Vec<(&'static str, String, i32, &'static str, &'static str)> {
    let named = |number: usize| format!("{{\"type\": \"fixed\", \"name\": \"F{number}\", \"size\": 4}}");
    let wide: Vec<String> = (0..10_000).map(named).collect();
    let deep = format!("{}\"int\"{}", "{\"type\": \"array\", \"items\": ".repeat(5_000), "}".repeat(5_000));
    let chain = format!("{}\"int\"{}", "{\"type\": ".repeat(100), "}".repeat(100));
    let logical =
        |rest: &str| field(&format!("{{\"type\": \"bytes\", \"logicalType\": \"decimal\", {rest}}}"));
    let union = |default: &str| {
        record(&format!("{{\"name\": \"f\", \"type\": [\"string\", \"null\"], \"default\": {default}}}"))
    };
    let mutual = "{\"type\": \"record\", \"name\": \"A\", \"fields\": [{\"name\": \"b\", \"type\": [\"null\", \
                  {\"type\": \"record\", \"name\": \"B\", \"fields\": [{\"name\": \"a\", \"type\": [\"null\", \"A\"]}]}]}]}";
    let aliases = "[{\"type\": \"record\", \"name\": \"A\", \"aliases\": [\"B\"], \"fields\": []}, \
                   {\"type\": \"record\", \"name\": \"B\", \"aliases\": [\"A\"], \"fields\": []}]";
    let enumeration =
        |rest: &str| format!("{{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"A\"]{rest}}}");
    vec![
        ("recursive", field("[\"null\", \"R\"]"), 0, "", "one version"),
        ("mutually recursive", mutual.to_owned(), 0, "", "one version"),
        ("union of 10,000 branches", format!("[{}]", wide.join(", ")), 0, "", "one version"),
        ("union in union", field("[\"null\", [\"int\"]]"), 2, "1:75", "may not be a branch of a union"),
        ("type twice in a union", field("[\"int\", \"int\"]"), 2, "1:74", "stands twice in this union"),
        ("default of a wrong type", union("5"), 2, "1:97", "this default is the number 5"),
        ("default of a later branch", union("null"), 0, "", "warning: v1: "),
        ("enum without a default", enumeration(""), 0, "", "warning: v1: the enum `E` has no default"),
        (
            "enum with a wrong default",
            enumeration(", \"default\": \"B\""),
            2,
            "1:60",
            "is none of the symbols",
        ),
        ("name in another script", field("\"int\"").replace("\"f\"", "\"名\""), 0, "", "warning: v1: "),
        (
            "name with a leading digit",
            field("\"int\"").replace("\"f\"", "\"1f\""),
            2,
            "1:53",
            "a name begins with",
        ),
        ("empty name", field("\"int\"").replace("\"f\"", "\"\""), 2, "1:53", "a name is not empty"),
        (
            "empty namespace",
            field("\"int\"").replace("\"name\": \"R\"", "\"name\": \"R\", \"namespace\": \"\""),
            0,
            "",
            "one version",
        ),
        ("circle of aliases", aliases.to_owned(), 0, "", "warning: v1: "),
        ("decimal of precision 0", logical("\"precision\": 0"), 0, "", "warning: v1: "),
        ("scale above precision", logical("\"precision\": 2, \"scale\": 3"), 0, "", "warning: v1: "),
        (
            "logical type on a wrong type",
            field("{\"type\": \"string\", \"logicalType\": \"date\"}"),
            0,
            "",
            "warning: v1: ",
        ),
        (
            "fixed of 2^31 bytes",
            "{\"type\": \"fixed\", \"name\": \"F\", \"size\": 2147483648}".to_owned(),
            2,
            "1:40",
            "from 0 to 2147483639",
        ),
        ("5,000 arrays", deep, 2, "", "nested deeper than 128 levels"),
        ("types of types", chain, 2, "1:1", "`type` is a word here"),
        ("10 MB", format!("\"{}\"", "x".repeat(10_000_000)), 2, "1:1", "larger than 4194304 bytes"),
        ("4 MB in one line", format!("[{}", "\"int\", ".repeat(590_000)), 2, "", "is not JSON"),
        (
            "10,000 errors",
            format!("[{}\"int\"]", "\"int\", ".repeat(10_000)),
            2,
            "",
            "stands twice in this union",
        ),
        (
            "name that stands twice",
            field("\"int\", \"type\": \"long\""),
            2,
            "1:73",
            "stands twice in its object",
        ),
        ("unknown type", field("\"strnig\""), 2, "1:66", "did you mean `string`?"),
        ("no JSON", "{a: 1}".to_owned(), 2, "1:2", "this is not JSON"),
        ("empty", String::new(), 2, "1:1", "this is not JSON"),
        ("two schemas", "\"int\" \"int\"".to_owned(), 2, "1:7", "something follows"),
        ("byte order mark", "\u{feff}\"int\"".to_owned(), 0, "", "one version"),
        ("windows lines", record("").replace(' ', "\r\n"), 0, "", "one version"),
        ("NUL", "\"int\"\0".to_owned(), 2, "1:6", "something follows"),
        ("lone surrogate", "{\"type\": \"int\", \"doc\": \"\\ud800\"}".to_owned(), 2, "1:25", "surrogate"),
        ("a list of nothing", "[]".to_owned(), 0, "", "one version"),
        ("a number", "1e400".to_owned(), 2, "1:1", "a type is a name"),
    ]
}

#[test]
fn schemas_that_hurt() {
    let mut wrong = Vec::new();
    for (name, text, code, place, words) in rows() {
        let world = World::empty();
        world.write("schemas/s/v1.avsc", &text);
        let (ended, told) = checked(&world);
        let at = format!("--> schemas/s/v1.avsc:{place}\n");
        if ended != code || !told.contains(words) || !(place.is_empty() || told.contains(&at)) {
            let excerpt: String = told.chars().take(600).collect();
            wrong.push(format!(
                "{name}: {ended} instead of {code}, or not `{words}`, or not at {place}\n{excerpt}"
            ));
            continue;
        }
        if code == 2 {
            let lines = [
                ["schema", "lock"].as_slice(),
                &["schema", "show", "s"],
                &["schema", "diff", "s", "v1", "v1"],
            ];
            for line in lines {
                refused(&world, line);
            }
        }
        if words.starts_with("warning") {
            world.run(&["schema", "check", "--strict"]).ends(1);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn bytes_that_are_no_text() {
    for (bytes, place, words) in [
        (b"\"\xff\"".as_slice(), "1:2", "not UTF-8: byte 0xff"),
        (b"\xff\xfe\"\0", "1:1", "not UTF-8"),
        (b"\x1f\x8b\x08", "1:2", "not UTF-8"),
    ] {
        let world = World::empty();
        world.write("schemas/s/v1.avsc", bytes);
        let told = refused(&world, &["schema", "check"]);
        assert!(told.contains(&format!("--> schemas/s/v1.avsc:{place}\n")) && told.contains(words), "{told}");
        world.write("schemas/s/v1.avsc", "\"int\"").write("schemas/s/v1.references.json", bytes);
        let told = refused(&world, &["schema", "check"]);
        assert!(told.contains(&format!("--> schemas/s/v1.references.json:{place}\n")), "{told}");
    }
}

#[test]
fn references_that_hurt() {
    let to = |name: &str, subject: &str| {
        format!("[{{\"name\": \"{name}\", \"subject\": \"{subject}\", \"version\": 1}}]")
    };
    let record = |name: &str, other: &str| {
        let field = if other.is_empty() {
            String::new()
        } else {
            format!("{{\"name\": \"f\", \"type\": \"{other}\"}}")
        };
        format!("{{\"type\": \"record\", \"name\": \"{name}\", \"fields\": [{field}]}}")
    };
    let world = World::empty();
    world.write("schemas/a/v1.avsc", record("A", "B"));
    for (references, words) in [
        (to("B", "b"), "there is no subject `b`"),
        (to("B", "../../etc/passwd"), "there is no subject `../../etc/passwd`"),
        (to("B", "a"), "form a circle: `a` v1 → `a` v1"),
        (to("B", "\\u001b[2J"), "this is no subject"),
        (format!("[{}]", vec!["{}"; 2_000].join(",")), "these are 2000 references; 1000 are allowed"),
        ("[[[[".to_owned(), "this is not JSON"),
    ] {
        world.write("schemas/a/v1.references.json", &references);
        let told = refused(&world, &["schema", "check"]);
        assert!(
            told.contains(words) && told.contains("--> schemas/a/v1.references.json:1:"),
            "{words}\n{told}"
        );
    }

    let world = World::empty();
    world.write("schemas/n0/v1.avsc", record("N0", ""));
    for number in 1..=1_000 {
        let (own, other) = (format!("N{number}"), format!("N{}", number - 1));
        world.write(&format!("schemas/n{number}/v1.avsc"), record(&own, &other));
        world.write(&format!("schemas/n{number}/v1.references.json"), to(&other, &other.to_lowercase()));
    }
    let told = refused(&world, &["schema", "check"]);
    assert!(told.contains("more than 64 references follow one another"), "{}", &told[..400]);
    let short = world.run(&["schema", "check", "n64"]).ends(0);
    assert!(short.stdout.starts_with("n64: one version"), "{short}");
}

#[test]
fn subjects_of_any_characters() {
    let world = World::empty();
    for (folder, subject) in [
        ("a%2Fb", "a/b"),
        ("a?b#c d", "a?b#c d"),
        ("%2E.", ".."),
        ("100%25", "100%"),
        ("%2E.%2F..%2Fetc%2Fpasswd", "../../etc/passwd"),
        ("\u{202e}gpj", "\u{202e}gpj"),
    ] {
        world.write(&format!("schemas/{folder}/v1.avsc"), "\"int\"");
        world.run(&["schema", "lock"]).ends(0);
        let run = world.run(&["schema", "check", subject]).ends(0);
        assert!(run.stdout.contains("1 subject, 1 version"), "{run}");
        world.run(&["schema", "show", subject]).ends(0);
    }
    assert_eq!(world.run(&["schema", "list", "-o", "json"]).json()["data"]["summary"]["locked"], 6);
    for nobody in ["", "a\u{1b}[2Jb"] {
        world.run(&["schema", "check", nobody]).ends(2);
    }
}

#[test]
fn nothing_of_a_schema_reaches_the_terminal_unescaped() {
    let hostile = "\u{1b}[2J\u{9b}31m\u{202e}\u{200b}";
    let escaped = "\\u001b]0;t\\u0007\u{202e}";
    let of = |doc: &str, kind: &str| {
        format!(
            "{{\"type\": \"record\", \"name\": \"R\", \"fields\": [{{\"name\": \"f\", \"type\": {kind}, \"doc\": \"{doc}\", \"x{doc}\": 1, \
             \"default\": \"{doc}\"}}]}}"
        )
    };
    let world = World::empty();
    world.write("schemas/s/v1.avsc", of(escaped, "\"string\""));
    world.write("schemas/s/v2.avsc", of(&escaped.replace('t', "u"), "\"string\""));
    world.write("schemas/s/v3.avsc", of(hostile, "\"string\""));
    world.write("schemas/s/v4.avsc", of(escaped, "\"int\""));
    world.write(&format!("schemas/t/{}.avsc", "\u{202e}v1"), "\"int\"");
    world.write("schemas.lock", format!("# {hostile}\n"));
    let lines: [&[&str]; 8] = [
        &["schema", "check"],
        &["schema", "check", "-o", "json"],
        &["schema", "list"],
        &["schema", "show", "s@v1"],
        &["schema", "show", "s@v3"],
        &["schema", "show", "s@v1", "--canonical", "-v"],
        &["schema", "diff", "s", "v1", "v2"],
        &["schema", "diff", "s", "v2", "v4"],
    ];
    for line in lines {
        let run = world.run(line);
        let json = line.contains(&"json");
        for text in [&run.stdout, &run.stderr] {
            let dangerous = |c: char| {
                (c.is_control() && c != '\n')
                    || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}'..='\u{200f}')
            };
            assert!(json || !text.contains(dangerous), "{run:?}");
        }
    }
    world.write("schemas.lock", format!("{hostile}\n"));
    let run = world.run(&["schema", "check"]).ends(2);
    assert!(!run.stderr.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{run:?}");
}

#[test]
fn a_folder_of_many_broken_files_is_told_within_bounds() {
    let world = World::empty();
    for number in 1..=1_500 {
        world.write(&format!("schemas/s{number}/v1.avsc"), "{\"type\": \"nothing\"}");
    }
    let told = refused(&world, &["schema", "check"]);
    assert!(
        told.contains("500 further errors of schema files are not shown"),
        "{}",
        &told[told.len() - 300..]
    );
}
