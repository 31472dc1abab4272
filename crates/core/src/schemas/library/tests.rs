use super::*;

fn text(name: &str, bytes: &[u8]) -> FoundText {
    FoundText { name: name.to_owned(), bytes: Ok(bytes.to_vec()) }
}

/// A version with its schema and, where it is not empty, its references.
fn found(subject: &str, number: u32, schema: &str, references: &str) -> FoundVersion {
    let path = |file: String| format!("schemas/{subject}/{file}");
    FoundVersion {
        subject: subject.parse().unwrap(),
        number,
        schema: text(&path(schema_file(number)), schema.as_bytes()),
        references: (!references.is_empty())
            .then(|| text(&path(references_file(number)), references.as_bytes())),
    }
}

/// A record in the namespace `t` with fields of these types, named `a`, `b` and so on.
fn record(name: &str, types: &[&str]) -> String {
    let names = 'a'..='z';
    let fields = names.zip(types).map(|(name, kind)| format!("{{\"name\": \"{name}\", \"type\": {kind}}}"));
    let fields: Vec<String> = fields.collect();
    format!(
        "{{\"type\": \"record\", \"name\": \"{name}\", \"namespace\": \"t\", \"fields\": [{}]}}",
        fields.join(", ")
    )
}

fn to(name: &str, subject: &str, version: u32) -> String {
    format!("[{{\"name\": \"{name}\", \"subject\": \"{subject}\", \"version\": {version}}}]")
}

/// What is wrong with a version, one line for each finding and each help.
fn wrong(library: &Library, subject: &str, number: u32) -> Vec<String> {
    match library.schema(library.version(subject, number).unwrap()) {
        Ok(_) => Vec::new(),
        Err(files) => {
            for file in &files {
                assert!(!file.findings.is_empty());
                assert!(file.findings.iter().all(|finding| finding.source == file.source.name));
            }
            files.iter().flat_map(|file| &file.findings).map(ToString::to_string).collect()
        }
    }
}

#[test]
fn versions_are_in_order_and_readable() {
    let library = Library::read(
        "schemas",
        vec![
            found("b", 10, &record("B", &["\"int\""]), ""),
            found("b", 2, &record("B", &[]), ""),
            found("a", 1, "\"string\"", ""),
        ],
    );
    let numbers: Vec<u32> =
        library.subject("b").unwrap().versions().iter().map(|version| version.number).collect();
    assert_eq!(numbers, [2, 10]);
    assert_eq!(library.subject("b").unwrap().newest().unwrap().number, 10);
    assert_eq!((library.size(), library.subjects().len()), (3, 2));
    assert!(library.version("b", 3).is_none() && library.version("c", 1).is_none());
    let schema = library.schema(library.version("b", 10).unwrap()).unwrap();
    assert_eq!(schema.fields().len(), 1);
    assert_eq!(library.path("a/b", 3), "schemas/a%2Fb/v3.avsc");
}

#[test]
fn types_of_other_subjects_are_found_through_references() {
    let library = Library::read(
        "schemas",
        vec![
            found(
                "order",
                1,
                &record("Order", &["\"t.Address\"", "\"Country\""]),
                "[{\"name\": \"t.Address\", \"subject\": \"address\", \"version\": 2}, {\"name\": \"t.Country\", \"subject\": \"country\", \"version\": 1}]",
            ),
            found("address", 1, "\"string\"", ""),
            found("address", 2, &record("Address", &["\"t.Country\""]), &to("t.Country", "country", 1)),
            found("country", 1, &record("Country", &["\"string\""]), ""),
        ],
    );
    let order = library.version("order", 1).unwrap();
    let closure: Vec<String> =
        order.closure().iter().map(|(subject, number)| called(subject, *number)).collect();
    assert_eq!(closure, ["`country` v1", "`address` v2"], "each once, after what it refers to");
    let schema = library.schema(order).unwrap();
    assert_eq!(schema.document(), 2);
    assert!(schema.named("t.Country").is_some());
}

#[test]
fn what_is_wrong_with_references_is_told_at_their_place() {
    let rows = [
        ("{", "1:2: error: this is not JSON: the text ends too early"),
        ("{}", "1:1: error: references are an array, not an object"),
        ("[1]", "1:2: error: a reference is an object, not a number"),
        ("[{\"subject\": \"b\", \"version\": 1}]", "1:2: error: a reference needs `name`"),
        ("[{\"name\": \"t.B\", \"version\": 1}]", "1:2: error: a reference needs `subject`"),
        ("[{\"name\": \"t.B\", \"subject\": \"b\"}]", "1:2: error: a reference needs `version`"),
        (
            "[{\"name\": 3, \"subject\": \"b\", \"version\": 1}]",
            "1:11: error: `name` is a text that is not empty",
        ),
        (
            "[{\"name\": \"t.B\", \"subject\": \"b\", \"version\": \"1\"}]",
            "1:45: error: `version` is the number of a schema file",
        ),
        ("[{\"name\": \"t.B\", \"subject\": \"b\", \"version\": 0}]", "1:45: error: `version` is the number"),
        (
            "[{\"name\": \"t.B\", \"subject\": \"b\", \"version\": 1.0}]",
            "1:45: error: `version` is the number",
        ),
        (
            "[{\"name\": \"t.B\", \"subject\": \"b\", \"version\": -1}]",
            "1:45: error: `version` is the number",
        ),
        (
            "[{\"name\": \"t.B\", \"subject\": \"\\u0007\", \"version\": 1}]",
            "1:29: error: this is no subject",
        ),
        (
            "[{\"name\": \"t.B\", \"subjekt\": \"b\", \"subject\": \"b\", \"version\": 1}]",
            "1:18: error: `subjekt` is not known here\n  help: did you mean `subject`?",
        ),
        (
            "[{\"name\": \"t.B\", \"name\": \"t.B\", \"subject\": \"b\", \"version\": 1}]",
            "1:18: error: this is not JSON: this name stands twice",
        ),
        (
            "[{\"name\": \"t.B\", \"subject\": \"b\", \"version\": 1},\n {\"name\": \"t.B\", \"subject\": \"b\", \"version\": 1}]",
            "2:2: error: the type `t.B` is referred to twice",
        ),
        (
            "[{\"name\": \"t.B\", \"subject\": \"fish\", \"version\": 1}]",
            "1:2: error: there is no subject `fish` in schemas\n  help: its schema belongs into schemas/fish/v1.avsc",
        ),
        (
            "[{\"name\": \"t.B\", \"subject\": \"../../etc/passwd\", \"version\": 1}]",
            "1:2: error: there is no subject `../../etc/passwd` in schemas\n  help: its schema belongs into schemas/%2E.%2F..%2Fetc%2Fpasswd/v1.avsc",
        ),
        ("[{\"name\": \"t.B\", \"subject\": \"birds\", \"version\": 1}]", "help: did you mean `birdz`?"),
        (
            "[{\"name\": \"t.B\", \"subject\": \"b\", \"version\": 9}]",
            "1:2: error: `b` has no v9\n  help: it has v1",
        ),
    ];
    for (references, expected) in rows {
        let library = Library::read(
            "schemas",
            vec![
                found("a", 1, &record("A", &["\"t.B\""]), references),
                found("b", 1, &record("B", &[]), ""),
                found("birdz", 1, &record("Z", &[]), ""),
            ],
        );
        let told = wrong(&library, "a", 1);
        assert!(
            told.iter()
                .any(|line| line.starts_with("schemas/a/v1.references.json:") && line.contains(expected)),
            "{references}: {told:?}"
        );
        assert_eq!(wrong(&library, "b", 1), [""; 0], "b has nothing to do with it");
    }
}

#[test]
fn circles_of_references_are_told() {
    let of = |name: &str, other: &str| record(name, &[&format!("\"t.{other}\"")]);
    let library = Library::read(
        "schemas",
        vec![
            found("a", 1, &of("A", "B"), &to("t.B", "b", 1)),
            found("b", 1, &of("B", "C"), &to("t.C", "c", 1)),
            found("c", 1, &of("C", "A"), &to("t.A", "a", 1)),
            found("d", 1, &of("D", "A"), &to("t.A", "a", 1)),
            found("self", 1, &of("S", "S2"), &to("t.S2", "self", 1)),
        ],
    );
    let a = &wrong(&library, "a", 1)[0];
    assert!(
        a.contains(":1:2: error: these references form a circle: `a` v1 → `b` v1 → `c` v1 → `a` v1"),
        "{a}"
    );
    let d = &wrong(&library, "d", 1)[0];
    assert!(d.contains("form a circle: `d` v1 → `a` v1 → `b` v1 → `c` v1 → `a` v1"), "{d}");
    assert!(wrong(&library, "self", 1)[0].contains("form a circle: `self` v1 → `self` v1"));
}

#[test]
fn chains_are_bounded_and_their_good_part_is_read() {
    let link = |number: u32| {
        let own = format!("N{number}");
        match number {
            1 => found("n1", 1, &record(&own, &[]), ""),
            _ => {
                let before = number - 1;
                let (name, subject) = (format!("t.N{before}"), format!("n{before}"));
                found(
                    &format!("n{number}"),
                    1,
                    &record(&own, &[&format!("\"{name}\"")]),
                    &to(&name, &subject, 1),
                )
            }
        }
    };
    let library = Library::read("schemas", (1..=1_000).map(link).collect());
    assert_eq!(wrong(&library, "n65", 1), [""; 0], "64 references follow one another");
    let told = wrong(&library, "n66", 1);
    assert!(told[0].contains("more than 64 references follow one another: `n66` v1 → "), "{told:?}");
    let last = &wrong(&library, "n1000", 1)[0];
    assert!(last.starts_with("schemas/n1000/v1.references.json:1:2: error:") && last.len() < 400, "{last}");
}

#[test]
fn a_schema_that_refers_to_a_broken_one_says_so_and_not_what_is_broken_there() {
    let library = Library::read(
        "schemas",
        vec![
            found("a", 1, &record("A", &["\"t.B\""]), &to("t.B", "b", 1)),
            found("b", 1, "{\"type\": \"record\"}", ""),
            found("c", 1, &record("C", &["\"t.D\""]), &to("t.D", "d", 1)),
            found("d", 1, &record("D", &["\"t.X\""]), "[{]"),
        ],
    );
    let told = wrong(&library, "a", 1);
    assert_eq!(told.len(), 1);
    assert!(
        told[0]
            .starts_with("schemas/a/v1.references.json:1:2: error: a schema it refers to cannot be read: ")
            && told[0].contains("(schemas/b/v1.avsc:1:1)"),
        "{told:?}"
    );
    assert!(wrong(&library, "c", 1)[0].contains("it refers to `d` v1, which cannot be used"));
}

#[test]
fn a_type_of_another_subject_without_a_reference_is_told_with_the_line_to_write() {
    let library = Library::read(
        "schemas",
        vec![
            found("order", 1, &record("Order", &["\"Address\""]), ""),
            found("order", 2, &record("Order", &["\"t.Address\"", "\"t.Item\""]), &to("t.Item", "item", 1)),
            found("address", 1, &record("Address", &[]), ""),
            found("address", 2, &record("Address", &[]), ""),
            found("item", 1, &record("Item", &[]), ""),
            found("loop", 1, &record("Loop", &["\"t.Lopo\""]), ""),
        ],
    );
    let entry = "{\"name\": \"t.Address\", \"subject\": \"address\", \"version\": 2}";
    let first = &wrong(&library, "order", 1)[0];
    assert!(
        first.ends_with(&format!("help: write into schemas/order/v1.references.json: [{entry}]")),
        "{first}"
    );
    let second = &wrong(&library, "order", 2)[0];
    assert!(second.ends_with(&format!("help: add to schemas/order/v2.references.json: {entry}")), "{second}");
    assert!(wrong(&library, "loop", 1)[0].ends_with("help: did you mean `t.Loop`?"));
}

#[test]
fn files_that_cannot_be_read_are_findings() {
    let mut large = vec![b' '; crate::yaml::SIZE_LIMIT + 1];
    large[0] = b'1';
    let odd = |number, bytes| FoundVersion {
        subject: "a".parse().unwrap(),
        number,
        schema: FoundText { name: format!("schemas/a/v{number}.avsc"), bytes },
        references: None,
    };
    let library = Library::read(
        "schemas",
        vec![
            odd(1, Ok(b"\"string\"".to_vec())),
            odd(2, Ok(b"{\n\"a\": \"\xff\"}".to_vec())),
            odd(3, Ok(large)),
            odd(4, Err("cannot read schemas/a/v4.avsc: permission denied".to_owned())),
            odd(5, Ok(Vec::new())),
        ],
    );
    assert_eq!(wrong(&library, "a", 1), [""; 0]);
    assert!(wrong(&library, "a", 2)[0].starts_with("schemas/a/v2.avsc:2:7: error: the file is not UTF-8"));
    assert!(wrong(&library, "a", 3)[0].contains("bytes; 4194304 are allowed"));
    assert!(wrong(&library, "a", 4)[0].ends_with("permission denied"));
    assert!(wrong(&library, "a", 5)[0].contains("the text ends too early"));
    assert!(library.version("a", 4).unwrap().hash.is_none());
}

#[test]
fn the_hash_is_over_schema_and_references_and_knows_line_ends() {
    let bytes = |schema: &str, references: &str| {
        let library = Library::read("schemas", vec![found("a", 1, schema, references)]);
        library.version("a", 1).unwrap().hash.unwrap()
    };
    // printf '"string"' | sha256sum, and the same with [] behind it.
    let rows = [
        ("", "e9e5c1c9e4f6277339d1bcde0733a59bd42f8731f449da6dc13010a916930d48"),
        ("[]", "dd50aed383105a7b6a252db508a2908767c8629ba10ea1f5b2be7f878b1e6752"),
    ];
    for (references, expected) in rows {
        assert_eq!(bytes("\"string\"", references).to_string(), expected);
    }
    assert_ne!(bytes("\"string\"", "[]"), bytes("\"string\"", ""));
    let library = Library::read("schemas", vec![found("a", 1, "{\r\n}\r\n", "")]);
    let version = library.version("a", 1).unwrap();
    assert!(version.differs_in_line_ends(ContentHash::of(&["{\n}\n"])));
    assert!(!version.differs_in_line_ends(ContentHash::of(&["{}\n"])));
}
