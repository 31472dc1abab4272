use proptest::prelude::*;

use super::*;

/// The findings of a text, one line each, without the file's name.
fn findings(text: &str) -> Vec<String> {
    let mut findings = Diagnostics::new("f");
    let _tree = read(&Source::new("f", text), &mut findings);
    findings.finish().iter().map(|item| item.to_string()[2..].to_owned()).collect()
}

fn tree(text: &str) -> Node {
    parse(&Source::new("f", text)).unwrap_or_else(|errors| panic!("{text:?}: {errors:?}"))
}

#[test]
fn hostile_files_are_refused_with_their_place() {
    let deep = "[".repeat(10_000);
    let deep_blocks = "- ".repeat(10_000);
    let rows: &[(&str, &str, &str)] = &[
        ("a: &x [*x]\n", "1:8", "inside the value it repeats"),
        ("a: *nobody\n", "1:4", "unknown anchor"),
        ("base: &b {x: 1}\na:\n  <<: *b\n", "3:3", "merge keys (`<<`)"),
        ("a: 1\nb: 2\na: 3\n", "3:1", "the key `a` is written twice"),
        ("a: {x: 1, x: 2}\n", "1:11", "the key `x` is written twice"),
        ("a: 1\n'a': 2\n", "2:1", "the key `a` is written twice"),
        ("a:\n\tb: 1\n", "2:1", "indented with a tab"),
        ("a:\n  b: 1\n\tc: 2\n", "3:1", "indented with a tab"),
        ("a: 1\n---\nb: 2\n", "2:1", "a second document"),
        ("a: !!str 3\n", "1:4", "tags such as"),
        ("a: !include other.yaml\n", "1:4", "tags such as"),
        ("a: !!binary |\n  aGk=\n", "1:4", "tags such as"),
        ("!x\na: 1\n", "1:1", "tags such as"),
        ("a: x\0y\n", "1:5", "the control character U+0000"),
        ("a: \u{1b}[2J\n", "1:4", "the control character U+001B"),
        ("é: \u{85}\n", "1:4", "the control character U+0085"),
        ("a: 1\rb: 2\n", "1:5", "a carriage return without a line feed"),
        ("a: 1\n\u{feff}b: 2\n", "2:1", "a byte order mark inside"),
        (": x\n", "1:1", "a key is missing or null"),
        ("~: x\n", "1:1", "a key is missing or null"),
        ("[a, b]: x\n", "1:1", "a key must be a text"),
        ("{a: 1}: x\n", "1:1", "a key must be a text"),
        ("a: ${NAME}: b\n", "1:11", "not valid YAML"),
        ("a: {{ name }}\n", "1:5", "a key must be a text"),
        ("a: b: c\n", "1:5", "not valid YAML"),
        ("a: 'x\n", "1:4", "not valid YAML"),
        ("a: [1, 2\n", "2:1", "not valid YAML"),
        ("a: @x\n", "1:4", "not valid YAML"),
        ("\u{feff}a: @x\n", "1:4", "not valid YAML"),
        (&deep, "1:256", "nested more than 64 levels"),
        (&deep_blocks, "1:129", "nested more than 64 levels"),
    ];
    for (text, place, message) in rows {
        let found = findings(text);
        let shown: String = text.chars().take(40).collect();
        let fits = |line: &String| line.starts_with(&format!("{place}: error: ")) && line.contains(message);
        assert!(found.iter().any(fits), "{shown:?} wants {place} {message}, has {found:#?}");
    }
}

#[test]
fn an_alias_bomb_ends_within_its_budget() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        text.push_str(&format!("a{level}: &a{level} [{below}]\n"));
    }
    let found = findings(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("repeat more than 100000 values"), "{found:?}");
}

#[test]
fn aliases_of_small_values_are_fine_and_depth_counts_through_them() {
    let node = tree("a: &x {b: [1, 2]}\nc: *x\n");
    assert_eq!(node.entry("c").unwrap().value, node.entry("a").unwrap().value);

    let nested = format!("{}x{}", "[".repeat(40), "]".repeat(40));
    let found = findings(&format!("a: &x {nested}\nb: {}*x{}\n", "[".repeat(30), "]".repeat(30)));
    assert!(found[0].contains("with this alias, the file is nested more than 64"), "{found:?}");
}

#[test]
fn harmless_oddities_are_read() {
    let rows = [
        ("\u{feff}a: 1\n", "a", "1", 1, 4),
        ("a: 1\r\nb: 2\r\n", "b", "2", 2, 4),
        ("---\na: 1\n...\n", "a", "1", 2, 4),
        ("2026-11-22: x\n", "2026-11-22", "x", 1, 13),
        ("é: ü\n", "é", "ü", 1, 4),
        ("no: on\n", "no", "on", 1, 5),
        ("a: \"\\e[2J\"\n", "a", "\u{1b}[2J", 1, 4),
        ("a: ${NAME}\n", "a", "${NAME}", 1, 4),
        ("a: |\n  x\n", "a", "x\n", 2, 3),
        ("%é\n---\na: ü\n", "a", "ü", 3, 4),
    ];
    for (text, key, value, line, column) in rows {
        let node = tree(text);
        let entry = node.entry(key).unwrap_or_else(|| panic!("{text:?}"));
        assert_eq!(entry.value.scalar().map(|scalar| scalar.text.as_str()), Some(value), "{text:?}");
        assert_eq!((entry.value.span.line, entry.value.span.column), (line, column), "{text:?}");
    }
    for text in ["", "# nothing\n", "---\n", "\u{feff}", "null\n", "\n\n"] {
        assert!(tree(text).is_null(), "{text:?}");
    }
}

#[test]
fn a_bad_key_or_tag_does_not_hide_what_follows() {
    let found = findings("a: 1\na: 2\nb: !x y\n[c]: d\n<<: {}\ne: 5\ne: 6\n");
    assert_eq!(found.len(), 5, "{found:#?}");
}

#[test]
fn spans_cover_what_was_written() {
    let text = "\u{feff}top:\n  é: [ü, \"q\"]  # note\n  d:\n    e: f g  \nlast: {h: 1}\n";
    let source = Source::new("f", text);
    let node = parse(&source).unwrap();
    let cut = |span: Span| &text[span.start..span.end];
    let top = &node.entry("top").unwrap().value;
    assert_eq!(cut(top.entry("é").unwrap().key.span), "é");
    assert_eq!(cut(top.entry("é").unwrap().value.span), "[ü, \"q\"]");
    assert_eq!(cut(top.entry("é").unwrap().value.items()[0].span), "ü");
    assert_eq!(cut(top.entry("d").unwrap().value.span), "e: f g");
    assert_eq!(cut(top.span), "é: [ü, \"q\"]  # note\n  d:\n    e: f g");
    assert_eq!(cut(node.entry("last").unwrap().value.span), "{h: 1}");
}

#[test]
fn bytes_that_are_no_text_are_placed() {
    let error = Source::from_bytes("f", b"a: 1\nb\xc3\xa9: \xff\n").unwrap_err();
    assert_eq!((error.span().line, error.span().column), (2, 5));
    assert!(error.message.contains("0xff at offset 10"), "{}", error.message);
    let error = Source::from_bytes("f", &vec![b'#'; SIZE_LIMIT + 1]).unwrap_err();
    assert!(error.message.contains("4194304 are allowed"), "{}", error.message);
    assert!(Source::from_bytes("f", &vec![b'#'; SIZE_LIMIT]).is_ok());
}

#[test]
fn the_largest_files_are_read_or_refused_in_time() {
    let limit = SIZE_LIMIT;
    let texts = [
        "a,".repeat(limit / 2 - 1),
        format!("[{}]", "a,".repeat(limit / 2 - 1)),
        "a: 1\n".repeat(limit / 5),
        (0..limit / 16).map(|n| format!("key{n}: 1\n")).collect(),
        "[".repeat(limit),
        format!("\"{}", "a".repeat(limit - 1)),
        format!("a: {}", "é".repeat(limit / 2 - 3)),
        "\n".repeat(limit),
        "&a ".repeat(limit / 3),
        "{? a, ".repeat(limit / 6),
        format!("a: &x {}", "[".repeat(60)),
    ];
    for text in texts {
        let mut findings = Diagnostics::new("f");
        let _tree = read(&Source::new("f", &text), &mut findings);
        assert!(findings.items().len() <= super::super::FINDINGS_LIMIT);
    }
}

/// The line and column of a byte, counted the slow way.
fn counted(text: &str, at: usize) -> (usize, usize) {
    let before = text[..at].trim_start_matches('\u{feff}');
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

fn assert_places(text: &str, node: &Node) {
    let Span { start, end, line, column } = node.span;
    assert!(start <= end && end <= text.len(), "{text:?} {:?}", node.span);
    assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
    assert_eq!(counted(text, start), (line, column), "{text:?} {:?}", node.span);
    for entry in node.entries() {
        assert_eq!(counted(text, entry.key.span.start), (entry.key.span.line, entry.key.span.column));
        assert_places(text, &entry.value);
    }
    for item in node.items() {
        assert_places(text, item);
    }
}

/// Pieces that make YAML, or nearly.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "b: ", "- ", "\n", "\n  ", "\r\n", "\t", "[", "]", "{", "}", ",", ": ", "? ", "&x ", "*x",
        "!t ", "'", "\"", "|\n", ">-\n", "# c", "é", "💡", "---\n", "...\n", "~", "0x1", "<<", "%", "\\",
        " ",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|list| list.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_pieces_end_in_a_tree_with_true_places_or_in_findings(text in pieces()) {
        match parse(&Source::new("f", &text)) {
            Ok(node) => assert_places(&text, &node),
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    let span = error.span();
                    prop_assert!(span.line >= 1 && span.column >= 1 && span.end <= text.len());
                }
            }
        }
    }

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(source) = Source::from_bytes("f", &bytes) {
            let _tree = parse(&source);
        }
    }

    #[test]
    fn any_text_ends(text in "\\PC{0,100}") {
        let _tree = parse(&Source::new("f", &text));
    }
}
