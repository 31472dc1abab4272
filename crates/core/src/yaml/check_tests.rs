use super::super::shape::{ANY_TEXT, Field};
use super::super::{Source, read};
use super::*;

static WORD: TextRule =
    TextRule { what: "a lower-case word", pattern: Some("^[a-z]+$"), check: Some(lower_case) };

fn lower_case(text: &str) -> Result<(), String> {
    let bad = text.chars().find(|c| !c.is_ascii_lowercase());
    bad.map_or(Ok(()), |c| Err(format!("it holds {c:?}")))
}

static INNER: Record = Record {
    name: "inner",
    doc: "",
    fields: &[
        Field::required("must", Shape::Integer { min: 0, max: 9 }, ""),
        Field::optional("may", Shape::Bool, ""),
    ],
};

static OUTER: Record = Record {
    name: "outer",
    doc: "",
    fields: &[
        Field::required("count", Shape::Integer { min: 1, max: 100 }, ""),
        Field::optional("on", Shape::Bool, ""),
        Field::optional("wait", Shape::Duration { forever: false }, ""),
        Field::optional("keep", Shape::Duration { forever: true }, ""),
        Field::optional("size", Shape::Size, ""),
        Field::optional("name", Shape::Text(&ANY_TEXT), ""),
        Field::optional("word", Shape::Text(&WORD), ""),
        Field::optional("kind", Shape::Choice(&[("alpha", ""), ("beta", "")]), ""),
        Field::optional("list", Shape::List(&Shape::Integer { min: 0, max: 5 }), ""),
        Field::optional("inner", Shape::Record(&INNER), ""),
        Field::optional("map", Shape::Map { key: &WORD, value: &Shape::Record(&INNER) }, ""),
        Field::optional("overlay", Shape::Partial(&OUTER), ""),
        Field::optional("switch", Shape::OneOf(&[Shape::False, Shape::Record(&INNER)]), ""),
        Field::optional(
            "factor",
            Shape::OneOf(&[Shape::Integer { min: 1, max: 9 }, Shape::Choice(&[("inherit", "")])]),
            "",
        ),
        Field::optional("secret", Shape::PrivateText(&WORD), ""),
        Field::optional("either", Shape::OneOf(&[Shape::PrivateText(&WORD), Shape::Record(&INNER)]), ""),
        Field::optional("setting", Shape::OneOf(&[Shape::Scalar, Shape::Null]), ""),
    ],
};

fn findings(text: &str) -> Vec<String> {
    let source = Source::new("f", text);
    let mut findings = Diagnostics::new("f");
    if let Some(tree) = read(&source, &mut findings) {
        check(&tree, &OUTER, &mut findings);
    }
    findings.finish().iter().map(|item| item.to_string()[2..].to_owned()).collect()
}

#[test]
fn what_does_not_fit_is_said_in_words() {
    let rows: &[(&str, &str)] = &[
        (
            "count: 1e3",
            "1:8: error: `count` must be a whole number from 1 to 100, not `1e3`\n  help: write it in decimal digits only",
        ),
        (
            "count: 0x10",
            "1:8: error: `count` must be a whole number from 1 to 100, not `0x10`\n  help: write it in decimal digits only",
        ),
        (
            "count: 010",
            "1:8: error: `count` must be a whole number from 1 to 100, not `010`\n  help: write it without a leading zero: 10",
        ),
        ("count: -1", "1:8: error: `count` must be a whole number from 1 to 100, not `-1`"),
        ("count: 2147483648", "1:8: error: `count` must be a whole number from 1 to 100, not `2147483648`"),
        (
            "count: 9223372036854775808",
            "1:8: error: `count` must be a whole number from 1 to 100, not `9223372036854775808`",
        ),
        (
            "count: 3.0",
            "1:8: error: `count` must be a whole number from 1 to 100, not `3.0`\n  help: write it without a fraction: 3",
        ),
        (
            "count: \"3\"",
            "1:8: error: `count` must be a whole number from 1 to 100, not the text `3`\n  help: remove the quotes: 3",
        ),
        ("count: []", "1:8: error: `count` must be a whole number from 1 to 100, not a list"),
        ("count:", "1:1: error: `count` must be a whole number from 1 to 100, not null or nothing"),
        ("count: 1\non: no", "2:5: error: `on` must be true or false, not `no`\n  help: write true or false"),
        ("count: 1\non: y", "2:5: error: `on` must be true or false, not `y`\n  help: write true or false"),
        (
            "count: 1\non: 'true'",
            "2:5: error: `on` must be true or false, not the text `true`\n  help: remove the quotes: true",
        ),
        (
            "count: 1\nwait: 7",
            "2:7: error: `wait` must be a duration such as 7d, 12h, 30m, 10s or 500ms, not `7`\n  help: the unit is missing: write one of ms, s, m, h, d, w behind the number, such as 7d or 500ms",
        ),
        (
            "count: 1\nwait: forever",
            "2:7: error: `wait` must be a duration such as 7d, 12h, 30m, 10s or 500ms, not `forever`\n  help: a duration is a whole number and one of the units ms, s, m, h, d, w, such as 7d or 500ms",
        ),
        (
            "count: 1\nsize: 64",
            "2:7: error: `size` must be a size such as 64KiB, not `64`\n  help: the unit is missing: write one of B, kB, KiB, MB, MiB, GB, GiB behind the number, such as 64KiB",
        ),
        (
            "count: 1\nname: 1.10",
            "2:7: error: `name` must be a text, not `1.10`\n  help: write it in quotes: \"1.10\"",
        ),
        ("count: 1\nname: ''", "2:7: error: `` is not a text: it may not be empty"),
        ("count: 1\nword: aB", "2:7: error: `aB` is not a lower-case word: it holds 'B'"),
        (
            "count: 1\nkind: alhpa",
            "2:7: error: `kind` must be alpha or beta, not `alhpa`\n  help: did you mean `alpha`?",
        ),
        ("count: 1\nkind: gamma", "2:7: error: `kind` must be alpha or beta, not `gamma`"),
        (
            "count: 1\nlist: [1, 9, 2]",
            "2:11: error: an item of `list` must be a whole number from 0 to 5, not `9`",
        ),
        ("count: 1\nlist: 1", "2:7: error: `list` must be a list, not `1`"),
        (
            "count: 1\ninner: {may: true}",
            "2:1: error: `inner` lacks the field `must`\n  help: add `must`: a whole number from 0 to 9",
        ),
        (
            "count: 1\ninner:",
            "2:1: error: `inner` must be a mapping, not null or nothing\n  help: write `{}` where nothing is to be said",
        ),
        ("count: 1\nmap: {A: {must: 1}}", "2:7: error: `A` is not a lower-case word: it holds 'A'"),
        ("count: 1\nmap: {a: 5}", "2:10: error: `a` must be a mapping, not `5`"),
        (
            "count: 1\noverlay: {inner: {must: 77}}",
            "2:25: error: `must` must be a whole number from 0 to 9, not `77`",
        ),
        ("count: 1\nswitch: true", "2:9: error: `switch` must be false or a mapping, not `true`"),
        (
            "count: 1\nswitch: no",
            "2:9: error: `switch` must be false or a mapping, not `no`\n  help: write false",
        ),
        ("count: 1\nswitch: {must: x}", "2:16: error: `must` must be a whole number from 0 to 9, not `x`"),
        (
            "count: 1\nfactor: inherited",
            "2:9: error: `factor` must be a whole number from 1 to 9 or inherit, not `inherited`\n  help: did you mean `inherit`?",
        ),
        (
            "count: 1\nsetting: []",
            "2:10: error: `setting` must be a text, a number, true or false or null, not a list",
        ),
        ("cuont: 1\ncount: 1", "1:1: error: `cuont` is not known here\n  help: did you mean `count`?"),
        (
            "on: true",
            "1:1: error: the file lacks the field `count`\n  help: add `count`: a whole number from 1 to 100",
        ),
        ("", "1:1: error: the file is empty"),
        ("just words", "1:1: error: the file must be a mapping, not `just words`"),
        ("- 1", "1:1: error: the file must be a mapping, not a list"),
    ];
    for (text, expected) in rows {
        assert_eq!(findings(text), [*expected], "{text}");
    }
}

#[test]
fn what_fits_is_not_reported() {
    let text = "count: 100\non: false\nwait: 10s\nkeep: forever\nsize: 1MiB\nname: no\nword: abc\nkind: beta\n\
        list: []\ninner: {must: 0}\nmap: {a: {must: 1, may: true}}\noverlay: {inner: {may: true}}\n\
        switch: false\nfactor: inherit\nsetting: 0.5\n";
    assert_eq!(findings(text), Vec::<String>::new());
    assert_eq!(findings("count: 1\nsetting: null\nfactor: 3\nswitch: {must: 1}\n"), Vec::<String>::new());
}

#[test]
fn everything_is_reported_at_once() {
    let found = findings("count: x\non: no\nwiat: 3s\nlist: [7, 8]\ninner: {}\nmap: {B: 1}\nkind: z\n");
    assert_eq!(found.len(), 9, "{found:#?}");
}

#[test]
fn a_secret_is_not_repeated() {
    for value in ["CANARY", "[CANARY]", "'CANARY 1'", "4711", "{CANARY: 1}"] {
        for field in ["secret", "either"] {
            let source = Source::new("f", &format!("count: 1\n{field}: {value}\n"));
            let mut findings = Diagnostics::new("f");
            check(&read(&source, &mut findings).unwrap(), &OUTER, &mut findings);
            let item = &findings.finish()[0];
            if value.starts_with('{') && field == "either" {
                continue; // A key is not a secret, and is shown so that it can be corrected.
            }
            assert!(item.private, "{field}: {value}");
            assert!(!item.to_string().contains("CANARY") && !item.to_string().contains("4711"), "{item}");
        }
    }
}
