use super::*;

const VERSION: &str =
    r#"{"subject":"orders","version":2,"id":7,"guid":"g-1","schema":"\"string\"","references":[]}"#;

fn told<T: std::fmt::Debug>(answer: Result<T, Misread>) -> String {
    answer.unwrap_err().to_string()
}

#[test]
fn whole_answers_are_read() {
    assert_eq!(subjects(br#"["b","a/b \u00fc"]"#).unwrap(), ["b", "a/b ü"]);
    assert_eq!(versions(b"[3, 1, 3]").unwrap(), [1, 3]);
    assert_eq!(ids(b"[]").unwrap(), [0; 0]);
    let seen = registered(VERSION.as_bytes(), "orders", VersionName::Number(2)).unwrap();
    assert_eq!((seen.version, seen.id, seen.guid.as_deref()), (2, 7, Some("g-1")));
    assert_eq!(seen.schema, SchemaContent::avro("\"string\""));
    let with = r#"{"schemaType":"PROTOBUF","schema":"s","references":[{"name":"n","subject":"t","version":4}],"maxId":9}"#;
    let seen = schema(with.as_bytes(), 1).unwrap();
    assert_eq!(seen.schema_type, SchemaType::Protobuf);
    assert_eq!(seen.references, [Reference { name: "n".into(), subject: "t".into(), version: 4 }]);
    let used = usages(br#"[{"subject":"b","version":1},{"subject":"a","version":2}]"#).unwrap();
    assert_eq!(
        used.iter().map(|used| (used.subject.as_str(), used.version)).collect::<Vec<_>>(),
        [("a", 2), ("b", 1)]
    );
    assert_eq!(level(br#"{"compatibilityLevel":"FULL"}"#).unwrap(), LevelWord::Known(Compatibility::Full));
    assert_eq!(level(br#"{"compatibilityLevel":"full"}"#).unwrap(), LevelWord::Unknown("full".into()));
    level_set(br#"{"compatibility":"NONE"}"#, Compatibility::None).unwrap();
    assert_eq!(mode(br#"{"mode":"IMPORT"}"#).unwrap(), Mode::Import);
    assert_eq!(receipt(br#"{"id":1}"#).unwrap(), Receipt { id: 1, version: None });
    assert_eq!(receipt(br#"{"id":1,"version":2,"guid":"x"}"#).unwrap(), Receipt { id: 1, version: Some(2) });
    deleted(b"3", 3).unwrap();
}

#[test]
fn reasons_come_as_a_list_or_as_one_text() {
    let rows: [(&str, bool, &[&str]); 5] = [
        (r#"{"is_compatible":true}"#, true, &[]),
        (r#"{"is_compatible":true,"reason":null}"#, true, &[]),
        (r#"{"is_compatible":false,"messages":["a","b \u001b[2J"]}"#, false, &["a", "b \u{1b}[2J"]),
        (r#"{"is_compatible":false,"reason":"c"}"#, false, &["c"]),
        (r#"{"is_compatible":false,"messages":[]}"#, false, &[]),
    ];
    for (body, compatible, reasons) in rows {
        let verdict = verdict(body.as_bytes()).unwrap();
        assert_eq!(
            (verdict.compatible, verdict.reasons),
            (compatible, reasons.iter().map(|r| (*r).into()).collect())
        );
    }
}

#[test]
fn what_is_no_answer_is_told_with_what_came() {
    let version = |body: &str| told(registered(body.as_bytes(), "orders", VersionName::Number(2)));
    let changed = |from: &str, to: &str| version(&VERSION.replace(from, to));
    let rows = [
        (version(""), "not JSON, the text ends too early (byte 0): nothing came"),
        (
            version("<html>log in"),
            "not JSON, expected a value (byte 0): what came begins with `<html>log in`",
        ),
        (version("[]"), "the answer is a list, not an object"),
        (changed("\"id\"", "\"Id\""), "it has no field `id`"),
        (changed("\"schema\"", "\"SCHEMA\""), "it has no field `schema`"),
        (changed("\"id\":7", "\"id\":0"), "`id` is 0, not a positive integer"),
        (changed("\"id\":7", "\"id\":-7"), "`id` is -7, not a positive integer"),
        (changed("\"id\":7", "\"id\":2147483648"), "`id` is 2147483648, not a positive integer"),
        (changed("\"id\":7", "\"id\":7.0"), "`id` is 7.0, not a positive integer"),
        (changed("\"id\":7", "\"id\":\"7\""), "`id` is the string `7`, not a positive integer"),
        (changed("\"id\":7", "\"id\":null"), "it has no field `id`"),
        (
            changed("\"id\":7", "\"id\":7,\"id\":8"),
            "not JSON, this name stands twice in its object (byte 39)",
        ),
        (changed("\"version\":2", "\"version\":3"), "it is about version 3, asked was 2"),
        (changed("\"orders\"", "\"others\""), "it is about subject `others`, asked was `orders`"),
        (changed("\"orders\"", "\"Orders\""), "it is about subject `Orders`, asked was `orders`"),
        (changed("[]", "{}"), "`references` is an object, not a list"),
        (changed("[]", "[{\"name\":\"n\"}]"), "it has no field `subject`"),
        (changed("\"g-1\"", "1"), "`guid` is 1, not a string"),
        (told(schema(br#"{"id":8,"schema":"s"}"#, 7)), "it is about id 8, asked was 7"),
        (told(schema(br#"{"schema":{}}"#, 7)), "`schema` is an object, not a string"),
        (told(schema(br#"{"schema":"\ud800"}"#, 7)), "not JSON, a lone surrogate is no character (byte 11)"),
        (told(schema(b"{\"schema\":\"\xff\"}", 7)), "not UTF-8 text"),
        (told(subjects(b"[1]")), "a subject is 1, not a string"),
        (told(subjects(b"{}")), "the list of subjects is an object, not a list"),
        (told(versions(b"[1,0]")), "version is 0, not a positive integer"),
        (told(level(br#"{"compatibility":"FULL"}"#)), "it has no field `compatibilityLevel`"),
        (
            told(level_set(br#"{"compatibility":"NONE"}"#, Compatibility::Full)),
            "it says that `NONE` was set, asked was FULL",
        ),
        (
            told(verdict(br#"{"is_compatible":"yes"}"#)),
            "`is_compatible` is the string `yes`, not true or false",
        ),
        (told(verdict(b"{}")), "it has no field `is_compatible`"),
        (told(verdict(br#"{"is_compatible":false,"messages":[1]}"#)), "a message is 1, not a string"),
        (told(receipt(br#"{"ID":1}"#)), "it has no field `id`"),
        (told(deleted(b"2", 3)), "it says that version 2 was deleted, asked was 3"),
    ];
    for (told, expected) in rows {
        assert!(told.starts_with(expected), "{told}\n{expected}");
    }
    let long = version(&"x".repeat(100_000));
    assert!(long.len() < 300, "{}", long.len());
}

#[test]
fn the_default_context_may_be_written_out() {
    let version =
        |subject: &str| registered(VERSION.as_bytes(), subject, VersionName::Latest).map(|seen| seen.subject);
    assert_eq!(version(":.:orders").unwrap(), ":.:orders");
    assert!(version(":.other:orders").is_err());
}

#[test]
fn a_refusal_is_known_by_its_code_and_never_by_the_status_alone() {
    use RegistryErrorKind::{Busy, Denied, Failing, Misunderstood, NotOffered, Refused};
    let rows = [
        (404, r#"{"error_code":40401,"message":"m"}"#, Refused(Refusal::NoSubject)),
        (404, r#"{"error_code":40402,"message":"m"}"#, Refused(Refusal::NoVersion)),
        (404, r#"{"error_code":40403,"message":"m"}"#, Refused(Refusal::NoSchema)),
        (404, r#"{"error_code":40408,"message":"m"}"#, Refused(Refusal::NoLevel)),
        (404, r#"{"error_code":40499,"message":"m"}"#, Refused(Refusal::Other)),
        (404, r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#, NotOffered),
        (404, r#"{"error_code":0,"message":"RESTEASY003210"}"#, NotOffered),
        (404, r#"{"Error_Code":40401,"message":"m"}"#, NotOffered),
        (404, r#"{"error_code":"40401","message":"m"}"#, NotOffered),
        (404, "<html>nginx</html>", NotOffered),
        (404, "", NotOffered),
        (405, "", NotOffered),
        (501, "", NotOffered),
        // Apicurio's.
        (409, r#"{"error_code":409,"message":"m"}"#, Refused(Refusal::Incompatible)),
        (409, r#"{"error_code":40406,"message":"m"}"#, Refused(Refusal::VersionDeleted)),
        (400, "Not able to deserialize data provided.", Refused(Refusal::Other)),
        (409, r#"{"error_code":40901,"message":"m"}"#, Refused(Refusal::Incompatible)),
        (409, "", Refused(Refusal::Other)),
        (422, r#"{"error_code":42201,"message":"m"}"#, Refused(Refusal::InvalidSchema)),
        (422, r#"{"error_code":42203,"message":"m"}"#, Refused(Refusal::InvalidLevel)),
        (422, r#"{"error_code":42205,"message":"m"}"#, Refused(Refusal::NotPermitted)),
        (422, r#"{"error_code":42206,"message":"m"}"#, Refused(Refusal::Referenced)),
        (422, r#"{"error_code":42299,"message":"m"}"#, Refused(Refusal::Other)),
        // Whoever may not see something is not told that it is absent, whatever else is said.
        (401, r#"{"error_code":40401,"message":"m"}"#, Denied),
        (403, r#"{"error_code":40301,"message":"m"}"#, Denied),
        (429, "", Busy),
        (500, r#"{"error_code":40401,"message":"m"}"#, Failing),
        (503, "<html>", Failing),
        (302, "", Misunderstood),
        (304, "", Misunderstood),
    ];
    for (status, body, expected) in rows {
        assert_eq!(refused(status, body.as_bytes()).kind, expected, "{status} {body}");
    }
    let seen = refused(409, br#"{"error_code":40901,"message":"why"}"#);
    assert_eq!((seen.code, seen.message.as_str()), (Some(40901), "why"));
    assert_eq!(refused(400, b" plain words ").message, "plain words");
    assert_eq!(refused(400, &[b'x'; 100_000]).message.len(), EXCERPT);
}

#[test]
fn any_bytes_give_an_answer_or_a_reason() {
    let seeds = [
        VERSION,
        r#"{"is_compatible":false,"messages":["a"],"reason":"b"}"#,
        r#"[{"subject":"a","version":1}]"#,
        r#"{"error_code":40401,"message":"m"}"#,
        "[1,2,3]",
    ];
    // xorshift64, Marsaglia 2003.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    for round in 0..20_000 {
        let mut body = seeds[round % seeds.len()].as_bytes().to_vec();
        for _ in 0..=random() % 4 {
            let at = random() % body.len().max(1);
            match random() % 4 {
                0 => body.truncate(at),
                1 => body.insert(at.min(body.len()), b"\0\"[]{},:0-e\\\xff"[random() % 13]),
                _ if body.is_empty() => {}
                2 => body[at] = u8::try_from(random() % 256).unwrap(),
                _ => drop(body.remove(at)),
            }
        }
        let read = registered(&body, "orders", VersionName::Latest);
        assert!(
            read.is_err()
                || read.is_ok_and(|read| read.subject == "orders" && read.id > 0 && read.version > 0)
        );
        let _ =
            (subjects(&body), versions(&body), ids(&body), usages(&body), schema(&body, 7), verdict(&body));
        let _ = (receipt(&body), level(&body), mode(&body), deleted(&body, 1), refused(404, &body));
    }
    let deep = "[".repeat(1_000_000);
    assert!(subjects(deep.as_bytes()).is_err());
}
