use super::*;
use crate::record::Header;

fn meta<'a>() -> Meta<'a> {
    Meta {
        topic: "orders",
        partition: 3,
        offset: 42,
        timestamp: 1_763_820_000_123,
        key: Key::Text("agent-7"),
        headers: &[
            Header { name: b"trace", value: Some(b"one") },
            Header { name: b"trace", value: Some(b"two") },
            Header { name: b"none", value: None },
            Header { name: b"raw", value: Some(&[0xff, 0]) },
        ],
    }
}

fn filter(text: &str) -> Filter {
    Filter::compile(text).unwrap_or_else(|error| panic!("{text}: {error}\n{}", error.marked()))
}

/// What a filter says by jq, and by projection where it has that form.
fn verdict(text: &str, value: &str) -> Verdict {
    let filter = filter(text);
    let slow = filter.matches(value, &meta());
    if let Some(fast) = filter.over_json(&[]) {
        assert_eq!(word(&fast.matches(value.as_bytes(), &meta())), word(&slow), "{text} over {value}");
        assert!(fast.may_match(value.as_bytes()) || !slow.is_match(), "{text} over {value}");
    }
    slow
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Match => "match",
        Verdict::NoMatch => "no",
        Verdict::Failed(_) => "failed",
        Verdict::Unreadable(_) => "unreadable",
    }
}

#[test]
fn what_matches() {
    let value = r#"{"type":"MATCHED","n":9007199254740993,"f":1.0,"neg":-0,"s":"\u0041b","nil":null,
        "deep":{"a":{"b":"x"},"list":[1,2,{"id":7}]},"yes":true,"no":false,"dotted.name":1,"":2,"text":"{\"a\":[1]}"}"#;
    let rows = [
        (".type == \"MATCHED\"", "match"),
        ("\"MATCHED\" == .type", "match"),
        ("(.type == \"MATCHED\") and (.deep.a.b == \"x\" and .f == 1)", "match"),
        (".type != \"MATCHED\"", "no"),
        (".s == \"Ab\"", "match"),
        (".s == \"A\\u0062\"", "match"),
        (".n == 9007199254740993", "match"),
        (".n == 9007199254740992", "no"),
        (".n > 9007199254740992", "match"),
        (".n == 9007199254740992.0", "match"),
        (".f == 1", "match"),
        (".neg == 0", "match"),
        (".neg == -0.0", "match"),
        (".f >= -1e0", "match"),
        (".nil == null and .missing == null", "match"),
        (".missing < false and .no < .yes and .no < true", "match"),
        ("1 < .type", "match"),
        (".yes < 0 and .type < [] and .deep > []", "match"),
        (".deep > \"zzz\"", "match"),
        (".deep.list != null", "match"),
        (".nil.x.y == null", "match"),
        (".type.x == null", "failed"),
        (".deep.list.x == null", "failed"),
        (".n.x != 1", "failed"),
        (".missing == 1 and .type.x == null", "no"),
        (".type == \"no\" or .yes", "match"),
        (".yes and (.no | not)", "match"),
        (".[\"deep\"].a[\"b\"] == \"x\"", "match"),
        (".\"dotted.name\" == 1", "match"),
        (".\"\" == 2", "match"),
        ("any(.deep.list[]; .id? == 7)", "match"),
        ("[..] | length > 10", "match"),
        ("any(..; . == \"x\")", "match"),
        ("empty", "no"),
        ("false, null, .yes", "match"),
        ("false, error(\"x\"), true", "failed"),
        (".type | test(\"^match\"; \"i\")", "match"),
        (".type | test(\"^match\")", "no"),
        (".text | fromjson | .a[0] == 1", "match"),
        (
            "$partition == 3 and $offset >= 42 and $topic == \"orders\" and $timestamp > 1763820000000",
            "match",
        ),
        ("$key == \"agent-7\"", "match"),
        ("$headers.trace == \"two\" and $headers.none == null and $headers.raw == \"/wA=\"", "match"),
        ("$headers | length == 3", "match"),
        ("$headers.trace | startswith(\"tw\")", "match"),
        (". as {type: $key} | $key == \"MATCHED\"", "match"),
        ("{$key} == {key: \"agent-7\"}", "match"),
        ("[.type | scan(\"T.\")] == [\"TC\"]", "match"),
        ("[.deep.list[] | numbers] | add == 3", "match"),
        (".type | sub(\"M(?<x>.)\"; \"\\(.x)M\") == \"AMTCHED\"", "match"),
        (
            ".type | [match(\"(T)(C)?\"; \"g\") | .offset, (.captures[] | .string)] == [2, \"T\", \"C\"]",
            "match",
        ),
        ("[.type | splits(\"[CT]+\")] == [\"MA\", \"HED\"]", "match"),
        ("-9223372036854775808 | length == 9223372036854775808", "match"),
        (".n * 2 == 18014398509481986", "match"),
        ("\"2026-01-01T00:00:00Z\" | fromdate == 1767225600", "match"),
        ("[.type, .missing] | map(type) == [\"string\", \"null\"]", "match"),
    ];
    for (text, expected) in rows {
        assert_eq!(word(&verdict(text, value)), expected, "{text}");
    }
}

#[test]
fn values_that_are_no_objects() {
    for (value, expected) in [
        ("null", "match"),
        ("1", "failed"),
        ("\"x\"", "failed"),
        ("[]", "failed"),
        ("true", "failed"),
        (" {}", "match"),
        ("{\"a\":{\"b\":1},\"a\":2}", "no"),
        ("{\"a\":", "unreadable"),
        ("{\"a\":{\"b\":null}}", "match"),
    ] {
        assert_eq!(word(&verdict(".a.b == null", value)), expected, "{value}");
    }
}

#[test]
fn filters_that_are_wrong_say_so() {
    let rows = [
        ("", "the filter is empty", ""),
        (".a = 1", "`=` would change the value, and a filter only asks", "`==` compares"),
        (".a |= 1", "`|=` would change the value", "compare with"),
        (".a && .b", "`&` is no operator", "`and` joins"),
        (".a || .b", "`||` does not belong here", "`or` joins"),
        (".a == 'x'", "`'` begins no string", "double quotes"),
        (".a == \"x", "the filter ends too early: expected a closing quote", ""),
        ("(.a", "the filter ends too early: expected a closing parenthesis", ""),
        (".a)", "this bracket closes none that is open", ""),
        (".a == ", "the filter ends too early: expected a term", ""),
        (".a .b", "", ""),
        ("lenght", "no function is called `lenght`", "did you mean `length`?"),
        ("agentId == 1", "no function is called `agentId`", "a field begins with a point (`.agentId`)"),
        ("$ofset > 1", "no variable is called `$ofset`", "did you mean `$offset`?"),
        ("$ENV.HOME", "`$ENV` is not known here: it reaches outside", "shell"),
        ("test", "`test` takes 1 or 2 arguments, and here it has 0", ""),
        ("now > 1", "`now` is not known here", "`--from` and `--until`"),
        ("def f: f; f", "`def` is not known here", "in place"),
        ("reduce .[] as $x (0; . + $x)", "loops are not known here", "`add("),
        ("label $out | 1", "`label` and `break`", "`first(f)`"),
        ("[recurse(.a)]", "`recurse` is not known here: it need not end", "`..`"),
        ("until(true; .)", "`until` is not known here: it need not end", "`any(f; cond)`"),
        (".a | sort", "`sort` is not known here", "`min`"),
        ("halt", "`halt` is not known here", "`-n`"),
        ("input", "`input` is not known here", "`.`"),
        ("debug", "`debug` is not known here", "-o json"),
        ("$timestamp > \"2026\"", "`$timestamp` is a number", "`--from`"),
        (".a | test(\"(\")", "this is no regular expression: unclosed group", ""),
        (
            ".a | test(\"x\"; \"y\")",
            "this is no regular expression: no regular expression has the flag 'y'",
            "",
        ),
        (".a | test(\"(a{1000}){1000}\")", "this is no regular expression: ", ""),
        ("import \"x\" as x; .", "a filter reads no files", ""),
        ("§", "`§` begins nothing in jq", ""),
        ("\"\\x\"", "expected a string escape sequence", ""),
    ];
    for (text, message, help) in rows {
        let error = match Filter::compile(text) {
            Ok(_) if message.is_empty() => continue,
            Ok(_) => panic!("{text} compiles"),
            Err(error) => error,
        };
        assert!(error.message().contains(message), "{text}: {}", error.message());
        assert!(error.help().unwrap_or_default().contains(help), "{text}: {:?}", error.help());
        let span = error.span();
        assert!(span.start <= span.end && text.get(span).is_some(), "{text}: {:?}", error.span());
    }
}

#[test]
fn errors_point_at_the_place() {
    let marked = |text: &str| Filter::compile(text).unwrap_err().marked();
    assert_eq!(marked(".a == 1 and lenght > 2"), ".a == 1 and lenght > 2\n            ^^^^^^");
    assert_eq!(marked(".\"é\" == 1 and\n\tlenght > 2"), " lenght > 2\n ^^^^^^");
    assert_eq!(marked(".a =="), ".a ==\n     ^");
    assert_eq!(marked(".a == \u{1b}"), ".a == �\n      ^");
    let long = format!("{} and lenght and {}", vec![".a"; 60].join(" and "), vec![".b"; 60].join(" and "));
    let marked = marked(&long);
    let lines: Vec<&str> = marked.lines().collect();
    assert!(
        lines[0].starts_with('…') && lines[0].ends_with('…') && lines[0].chars().count() <= 102,
        "{marked}"
    );
    let at = lines[1].find('^').unwrap();
    assert_eq!(lines[0].chars().skip(at).take(6).collect::<String>(), "lenght");
    let error = Filter::compile(".a and\n  foo").unwrap_err();
    assert_eq!(error.to_string(), "no function is called `foo` (line 2, character 3 of the filter)");
}

#[test]
fn every_function_of_the_list_is_known_to_jaq() {
    for (name, counts) in words::FUNCTIONS {
        for count in *counts {
            let arguments = vec!["\"i\""; *count].join(";");
            let text = if *count == 0 { (*name).to_owned() } else { format!("{name}({arguments})") };
            drop(filter(&text));
            assert!(words::refused(name).is_none(), "{name}");
        }
    }
}

#[test]
fn what_multiplies_values_ends() {
    let many = "(1,2,3,4,5,6,7,8)|".repeat(20);
    let rows = [
        "range(1e12) | empty".to_owned(),
        "[range(1e9)]".to_owned(),
        "range(0; 1; 0) | false".to_owned(),
        "[limit(1e12; range(1e12))] | length".to_owned(),
        "first(range(1; infinite) | select(. < 0))".to_owned(),
        "any(range(1e12); false)".to_owned(),
        "last(range(1e12))".to_owned(),
        "isempty(range(1e12) | select(false))".to_owned(),
        "range(1e12) | try error catch false".to_owned(),
        "[range(1e12)?]".to_owned(),
        "(range(1e12) | false) // false".to_owned(),
        "skip(1e12; range(1e12))".to_owned(),
        "nth(1e12; range(1e12))".to_owned(),
        "{a: range(1e12)} | false".to_owned(),
        "\"\\(range(1e12))\" | empty".to_owned(),
        "add(range(1e12))".to_owned(),
        "range(1e12) as $x | empty".to_owned(),
        "if range(1e12) > -1 then false else true end".to_owned(),
        "[.[] as $a | .[] as $b | .[] as $c | .[] as $d | .[] as $e | 1]".to_owned(),
        "map(.[]?) | map_values(range(1e12)) | length".to_owned(),
        format!("{many} false"),
    ];
    let value = format!("[{}]", vec!["1"; 100].join(","));
    for text in rows {
        match filter(&text).matches(&value, &meta()) {
            Verdict::Failed(error) => {
                assert!(error.to_string().starts_with("the filter takes more than 203"), "{text}: {error}");
            }
            // Of these jq looks at the first value only.
            Verdict::Match if text.starts_with("{a") || text.starts_with("map(") => {}
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn values_of_a_payload_ask_for_no_memory() {
    let long = "9".repeat(100_000);
    let rows = [
        (".s * .n", r#"{"s":"xyz","n":1000000000000}"#.to_owned(), "failed"),
        (".n * .s", r#"{"s":"xyz","n":9223372036854775807}"#.to_owned(), "failed"),
        (".n * .s", r#"{"s":"xyz","n":99999999999999999999999}"#.to_owned(), "failed"),
        (".n * .s", r#"{"s":"","n":9223372036854775807}"#.to_owned(), "failed"),
        (".s * .n == null", r#"{"s":"xyz","n":-1}"#.to_owned(), "match"),
        (".s * .n == \"xyzxyz\"", r#"{"s":"xyz","n":2}"#.to_owned(), "match"),
        (".n == 1", format!("{{\"n\":{long}}}"), "no"),
        (".n > 1", format!("{{\"n\":{long}}}"), "match"),
        (".n * .n > 1", format!("{{\"n\":{long}}}"), "match"),
        (".s | fromjson", format!("{{\"s\":\"{}\"}}", "[".repeat(1_000_000)), "failed"),
        (".s | tonumber", format!("{{\"s\":\"{}\"}}", "[".repeat(1_000_000)), "failed"),
        (".n | abs > 0", r#"{"n":-9223372036854775808}"#.to_owned(), "match"),
        ("-.n > 0", r#"{"n":-9223372036854775808}"#.to_owned(), "match"),
        ("(.n | todate) == null", r#"{"n":9223372036854775807}"#.to_owned(), "failed"),
        (".n / .m | isnan", r#"{"n":0,"m":0}"#.to_owned(), "match"),
        (".n % .m", r#"{"n":-9223372036854775808,"m":-1}"#.to_owned(), "match"),
        (".n % .m", r#"{"n":1,"m":0}"#.to_owned(), "failed"),
        (".s[.n:]", r#"{"s":"é","n":-99999999999999999999}"#.to_owned(), "failed"),
        (".s[-1:] == \"é\"", r#"{"s":"xé"}"#.to_owned(), "match"),
        ("[.n] | .[0:.[0]]", r#"{"n":1e999}"#.to_owned(), "failed"),
        (".s | test(.s)", format!("{{\"s\":\"{}\"}}", "(a{1000})".repeat(100)), "failed"),
        (".s | @base64d | test(\"a\")", r#"{"s":"/w=="}"#.to_owned(), "no"),
    ];
    for (text, value, expected) in rows {
        let found = filter(text).matches(&value, &meta());
        let shown = format!("{found:.0?}");
        assert_eq!(word(&found), expected, "{text}: {}", shown.get(..200).unwrap_or(&shown));
        if let Verdict::Failed(error) = found {
            assert!(error.to_string().chars().count() < 200);
        }
    }
}

/// The deepest value that is read, with an array in an object in turn.
fn deepest() -> String {
    let half = crate::json::DEPTH_LIMIT / 2;
    format!("{}1{}", "{\"a\":[".repeat(half), "]}".repeat(half))
}

#[test]
fn deep_values_and_deep_filters_fit_a_small_stack() {
    let small = |run: fn()| {
        std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
    };
    small(|| {
        let value = deepest();
        let brackets = "[".repeat(127) + &"]".repeat(127);
        let rows = [
            "[..] | length > 100".to_owned(),
            "any(..; . == 2)".to_owned(),
            "tojson | fromjson | [..] | flatten | length".to_owned(),
            ". == . and . <= . and ([.] | min) == . and ([., .] | contains([.]))".to_owned(),
            "[paths] | length".to_owned(),
            "to_entries | ".repeat(61) + "flatten | tojson | length",
            "map_values([.]) | ".repeat(63) + "[..] | length",
            format!("[..] | {brackets} | tojson"),
            "[".repeat(127) + "." + &"]".repeat(127) + " | tojson",
            "-".repeat(700) + " 1",
            "-".repeat(700) + " .a",
            ".a | ".repeat(390) + "1",
            ". as $x | ".repeat(190) + "$x",
            ".a == 1 or ".repeat(190) + "false",
            ".b == 1 or ".repeat(190) + "empty",
            ".b == 1 and ".repeat(190) + "empty",
            ". + ".repeat(390) + "1",
            ".a // ".repeat(390) + "1",
            "1, ".repeat(390) + "1",
            "try ".repeat(700) + ".a",
            "if .b then 1 ".to_owned() + &"elif .b then 1 ".repeat(180) + "end",
            "if ".repeat(190) + "." + &" then 1 end".repeat(190),
            format!("{}.{}", "(".repeat(128), ")".repeat(128)),
            format!("{}.{}", "\"\\(".repeat(128), ")\"".repeat(128)),
            ".a?".repeat(390),
            ".[]?".repeat(120),
        ];
        for text in rows {
            let name = text.get(..40).unwrap_or(&text).to_owned();
            match Filter::compile(&text) {
                Ok(filter) => {
                    for value in ["{\"a\":1}", value.as_str()] {
                        drop(filter.matches(value, &meta()));
                    }
                    if let Some(fast) = filter.over_json(&[]) {
                        drop(fast.matches(value.as_bytes(), &meta()));
                    }
                }
                Err(error) => panic!("{name}: {error}"),
            }
        }
    });
    small(|| {
        for text in [
            "(".repeat(100_000),
            "[".repeat(129),
            "-".repeat(16_000),
            "\"\\(".repeat(5_000),
            ".|".repeat(8_000),
            "not|".repeat(65) + "not",
            "x".repeat(17_000),
            "try ".repeat(4_000),
            "if ".repeat(4_000),
            "reduce ".repeat(2_000),
        ] {
            assert!(Filter::compile(&text).is_err());
        }
    });
}

#[test]
fn a_filter_serves_all_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Filter>();
    shared::<JsonFilter>();
    shared::<AvroFilter>();
    shared::<Verdict>();
}

#[test]
fn what_a_filter_uses() {
    assert_eq!(filter(".a == 1").uses(), Uses { key: false, headers: false });
    assert_eq!(filter("$key == 1").uses(), Uses { key: true, headers: false });
    assert_eq!(filter("$headers.a").uses(), Uses { key: false, headers: true });
}

#[test]
fn the_page_lists_the_functions() {
    let page = include_str!("../../../../docs/filter.md").split("These functions are known:").nth(1).unwrap();
    let listed: Vec<&str> = page.split_whitespace().map(|word| word.trim_matches('`')).collect();
    let known: Vec<&str> = words::FUNCTIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, known);
}

#[test]
fn which_members_jq_looks_at() {
    let needs = |text: &str| {
        let term = parse::parse(text).unwrap();
        needs::members(&term).map(|members| members.into_iter().collect::<Vec<_>>().join(" "))
    };
    let rows = [
        (".a == 1", Some("a")),
        (".a.b[0].c == .d", Some("a d")),
        (".a | test(\"x\") and .b", Some("a")),
        ("(.a | test(\"x\")) and .b", Some("a b")),
        ("any(.a[]; .b == 1)", Some("a")),
        (".a[.i] == .[\"j\"]", Some("a i j")),
        ("{a, b: .c, (.d): 1, $key} | .x", Some("a c d")),
        (".a as $x | .b == $x", Some("a b")),
        (".a as {(.k): $x} | .b", Some("a b k")),
        ("if .a then .b else .c end", Some("a b c")),
        ("try .a catch .", Some("a")),
        ("\"\\(.a) \\(.b | .c)\" == \"x\"", Some("a b")),
        ("[range(.n)] | length", Some("n")),
        ("-.a < .b?", Some("a b")),
        ("$key == \"x\"", Some("")),
        ("if .a then .b end", None),
        (".", None),
        ("..", None),
        (". as $x | $x.a", None),
        (".[]", None),
        (".[.a]", None),
        ("length", None),
        ("select(.a)", None),
        ("any(.a)", None),
        ("has(\"a\")", None),
        (".a, .", None),
        ("@json \"\\(.a)\"", None),
    ];
    for (text, expected) in rows {
        assert_eq!(needs(text).as_deref(), expected, "{text}");
    }
    // What is passed over must be JSON all the same.
    assert_eq!(word(&filter(".a | length > 0").matches("{\"a\":\"x\",\"b\":[1,}", &meta())), "unreadable");
}

#[test]
fn a_filter_says_the_same_of_all_members_and_of_those_it_looks_at() {
    let value = r#"{"a":{"k":[1,{"x":2}],"s":"text"},"b":null,"i":1,"i":2,"k":"s","c":false}"#;
    let rows = [
        ".a.k[.i].x",
        ".a[.k] | test(\"^te\")",
        "any(.a.k[]; . == 1)",
        "{b, c} == {b: null, c: false}",
        ".a as {(\"s\"): $x} | $x == \"text\" and .k == \"s\"",
        "if .c then .b else .a end | .s",
        "[.i, .a.s, .b] | length == 3",
        "first(.a[]) | length == 2",
        "(.a | keys) == [\"k\", \"s\"]",
        "try .k.x catch (length > 0)",
        "isempty(.a.k[] | strings)",
        ".i == 1",
    ];
    for text in rows {
        let parts = filter(text);
        assert!(parts.members.is_some(), "{text}");
        let all = Filter { members: None, ..parts.clone() };
        assert_eq!(word(&parts.matches(value, &meta())), "match", "{text}");
        assert_eq!(word(&all.matches(value, &meta())), "match", "{text}");
    }
}
