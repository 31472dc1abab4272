//! The client against servers that replay what registries answer: Confluent's as its documentation gives it (and
//! Karapace's, where it differs), Apicurio's as it was seen.

mod hostile;
mod several;

use std::collections::BTreeSet;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use eventctl_core::catalog::Compatibility;
use eventctl_core::risk::Risk;
use eventctl_core::secret::{Credentials, Secret};

use super::*;
use crate::failure::Failure;
use crate::gate::{self, Approved, Ask, ConsentRule, Consequential, Policy};
use crate::http::tests::stub::{Script, answer, run, serve};

/// A status and a body.
type Answer = (&'static str, &'static str);

const CANARY: &str = "canary-7f3a";

fn options() -> Options {
    let credentials = Some(Credentials::Bearer(Secret::new(CANARY)));
    Options { credentials, proxies: false, timeout: Duration::from_secs(10), ..Options::default() }
}

fn registry(urls: &[&str], options: Options) -> Registry {
    let urls: Vec<RegistryUrl> = urls.iter().map(|url| RegistryUrl::parse(url).unwrap()).collect();
    Registry::new(&urls, options).unwrap()
}

/// A script that answers with a status and a body.
fn says(status: &'static str, body: &'static str) -> Script {
    with(status, "content-type: application/vnd.schemaregistry.v1+json\r\n", body)
}

fn with(status: &'static str, headers: &'static str, body: &'static str) -> Script {
    Box::new(move |_, stream| answer(stream, status, headers, body))
}

/// A registry below a path that gives these answers in turn, and what it was asked.
fn replay(answers: Vec<Answer>) -> (Registry, Receiver<String>) {
    scripted(answers.into_iter().map(|(status, body)| says(status, body)).collect())
}

fn scripted(scripts: Vec<Script>) -> (Registry, Receiver<String>) {
    let (url, asked) = serve(scripts);
    (registry(&[&format!("{url}/api/")], options()), asked)
}

/// The first line and the body of a request.
fn line_and_body(asked: &Receiver<String>) -> (String, String) {
    let request = asked.recv().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1");
    (line.to_owned(), body.to_owned())
}

struct Anything;

impl Consequential for Anything {
    fn risks(&self) -> Vec<(Risk, String)> {
        Vec::new()
    }

    fn question(&self) -> String {
        String::new()
    }
}

impl Ask for Anything {
    fn yes(&mut self, _question: &str) -> Result<Option<bool>, Failure> {
        Ok(None)
    }

    fn word(&mut self, _question: &str) -> Result<Option<String>, Failure> {
        Ok(None)
    }
}

fn approved() -> Approved<impl Consequential> {
    let (expected, allowed) = (Vec::new(), BTreeSet::new());
    let rule = ConsentRule::Typed;
    let policy = Policy {
        rule,
        allowed,
        yes: true,
        confirmed_context: None,
        protected: None,
        expected,
        registries: Vec::new(),
    };
    gate::pass(Anything, &policy, gate::Live::Registry(&[]), &mut Anything).unwrap()
}

const OK: &str = "200 OK";
const NOT_FOUND: &str = "404 Not Found";
const NO_SUBJECT: Answer = (NOT_FOUND, r#"{"error_code":40401,"message":"Subject 'a/b c' not found."}"#);
const NO_VERSION: Answer = (NOT_FOUND, r#"{"error_code":40402,"message":"Version 3 not found."}"#);
const NO_SCHEMA: Answer = (NOT_FOUND, r#"{"error_code":40403,"message":"Schema not found"}"#);
const NO_LEVEL: Answer = (
    NOT_FOUND,
    r#"{"error_code":40408,"message":"Subject 'a/b c' does not have subject-level compatibility configured"}"#,
);
const NO_CALL: Answer = (NOT_FOUND, r#"{"error_code":404,"message":"HTTP 404 Not Found"}"#);
const FORBIDDEN: Answer =
    ("403 Forbidden", r#"{"error_code":40301,"message":"User is denied operation Read on Subject: a/b c"}"#);
const REGISTERED: &str = r#"{"subject":"a/b c","version":3,"id":7,"guid":"1ad9a4d2","schemaType":"AVRO","schema":"\"string\"","references":[]}"#;

#[test]
fn questions_are_asked_as_the_api_documents_them() {
    let (registry, asked) = replay(vec![
        (OK, r#"["a/b c","orders"]"#),
        (OK, "[1,3]"),
        (OK, REGISTERED),
        (OK, REGISTERED),
        (OK, r#"{"schema":"\"string\"","guid":"1ad9a4d2"}"#),
        (OK, r#"[{"subject":"a/b c","version":3}]"#),
        (OK, "[9]"),
        (OK, r#"{"mode":"READWRITE"}"#),
        (OK, r#"{"compatibilityLevel":"BACKWARD"}"#),
    ]);
    run(async {
        assert_eq!(registry.subjects(Scope::Live).await.unwrap(), ["a/b c", "orders"]);
        assert_eq!(registry.versions("a/b c", Scope::WithDeleted).await.unwrap(), Found::Here(vec![1, 3]));
        let seen = registry.version("a/b c", VersionName::Latest).await.unwrap().here().unwrap();
        assert_eq!((seen.version, seen.id, seen.guid.as_deref()), (3, 7, Some("1ad9a4d2")));
        assert_eq!(registry.version("a/b c", VersionName::Number(3)).await.unwrap().here().unwrap(), seen);
        assert_eq!(
            registry.schema_by_id(7).await.unwrap().here().unwrap(),
            SchemaContent::avro("\"string\"")
        );
        let used = registry.versions_of_id(7).await.unwrap().here().unwrap();
        assert_eq!(used, [SubjectVersion { subject: "a/b c".into(), version: 3 }]);
        assert_eq!(registry.referenced_by("a/b c", 3).await.unwrap(), Found::Here(vec![9]));
        assert_eq!(registry.mode().await.unwrap(), Mode::ReadWrite);
        let level = registry.global_level().await.unwrap();
        assert_eq!(level, LevelWord::Known(Compatibility::Backward));
    });
    let lines = [
        "GET /api/subjects",
        "GET /api/subjects/a%2Fb%20c/versions?deleted=true",
        "GET /api/subjects/a%2Fb%20c/versions/latest",
        "GET /api/subjects/a%2Fb%20c/versions/3",
        "GET /api/schemas/ids/7",
        "GET /api/schemas/ids/7/versions",
        "GET /api/subjects/a%2Fb%20c/versions/3/referencedby",
        "GET /api/mode",
        "GET /api/config",
    ];
    for expected in lines {
        let request = asked.recv().unwrap();
        assert!(request.starts_with(&format!("{expected} HTTP/1.1\r\n")), "{request}\n{expected}");
        assert!(
            request.to_lowercase().contains("accept: application/vnd.schemaregistry.v1+json"),
            "{request}"
        );
        assert!(request.to_lowercase().contains("authorization: bearer canary-7f3a"), "{request}");
    }
}

#[test]
fn odd_subjects_arrive_encoded_once() {
    let rows = [
        ("%", "%25"),
        ("%2F", "%252F"),
        ("?x#y", "%3Fx%23y"),
        (":.ctx:a", "%3A.ctx%3Aa"),
        ("ü", "%C3%BC"),
        ("../../x", "..%2F..%2Fx"),
        ("...", "..."),
        ("a;b=c", "a%3Bb%3Dc"),
    ];
    for (subject, encoded) in rows {
        let (registry, asked) = replay(vec![(OK, "[1]")]);
        run(registry.versions(subject, Scope::Live)).unwrap();
        assert_eq!(line_and_body(&asked).0, format!("GET /api/subjects/{encoded}/versions"));
    }
    let (registry, asked) = replay(vec![(OK, "[1]")]);
    for subject in ["", ".", ".."] {
        let error = run(registry.versions(subject, Scope::Live)).unwrap_err();
        assert_eq!((error.kind(), Failure::from(error).code()), (RegistryErrorKind::Unaskable, 2));
    }
    assert_eq!(asked.try_iter().count(), 0, "something else was asked");
}

#[test]
fn absence_is_what_a_code_says_and_a_denial_is_none() {
    let version = |answer| run(replay(vec![answer]).0.version("a/b c", VersionName::Number(3)));
    assert_eq!(version(NO_SUBJECT).unwrap(), Found::NoSubject);
    assert_eq!(version(NO_VERSION).unwrap(), Found::NoVersion);
    assert_eq!(version(NO_CALL).unwrap_err().kind(), RegistryErrorKind::NotOffered);
    let denied = version(FORBIDDEN).unwrap_err();
    assert_eq!(
        (denied.kind(), denied.status(), denied.code()),
        (RegistryErrorKind::Denied, Some(403), Some(40301))
    );
    assert_eq!(denied.message(), "User is denied operation Read on Subject: a/b c");
    assert_eq!(denied.fault().kind, eventctl_core::fault::FaultKind::Denied);
    assert_eq!(Failure::from(denied).code(), 3);
    let unknown = version(("401 Unauthorized", "")).unwrap_err();
    assert_eq!(unknown.kind(), RegistryErrorKind::Denied);
    let by_id = |answer| run(replay(vec![answer]).0.schema_by_id(7));
    assert_eq!(by_id(NO_SCHEMA).unwrap(), Found::NoSchema);
    assert_eq!(by_id(FORBIDDEN).unwrap_err().kind(), RegistryErrorKind::Denied);
}

#[test]
fn a_schema_is_looked_up_whole() {
    let (registry, asked) = replay(vec![(OK, REGISTERED), NO_SCHEMA, NO_SUBJECT]);
    let references = vec![Reference { name: "n.R".into(), subject: "r".into(), version: 2 }];
    let schema = SchemaContent { references, ..SchemaContent::avro("\"string\"") };
    let json = SchemaContent { schema_type: SchemaType::Json, ..SchemaContent::avro("{}") };
    run(async {
        let seen = registry.lookup("a/b c", &schema, false).await.unwrap().here().unwrap();
        assert_eq!((seen.version, seen.id), (3, 7));
        assert_eq!(registry.lookup("a/b c", &schema, true).await.unwrap(), Found::NoSchema);
        assert_eq!(registry.lookup("a/b c", &json, false).await.unwrap(), Found::NoSubject);
    });
    let whole = r#"{"schema":"\"string\"","references":[{"name":"n.R","subject":"r","version":2}]}"#;
    assert_eq!(line_and_body(&asked), ("POST /api/subjects/a%2Fb%20c".into(), whole.into()));
    assert_eq!(line_and_body(&asked), ("POST /api/subjects/a%2Fb%20c?normalize=true".into(), whole.into()));
    assert_eq!(line_and_body(&asked).1, r#"{"schema":"{}","schemaType":"JSON"}"#);
}

#[test]
fn a_comparison_tells_a_verdict_from_what_is_none() {
    let no = Verdict {
        compatible: false,
        reasons: vec!["{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE'}".into()],
    };
    let confluent =
        r#"{"is_compatible":false,"messages":["{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE'}"]}"#;
    let apicurio = r#"{"is_compatible":false,"reason":"{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE'}"}"#;
    let yes = Verdict { compatible: true, reasons: Vec::new() };
    let rows = [
        (Against::All, (OK, confluent), Comparison::Verdict(no.clone()), "versions?verbose=true"),
        (Against::All, (OK, apicurio), Comparison::Verdict(no), "versions?verbose=true"),
        (
            Against::Latest,
            (OK, r#"{"is_compatible":true}"#),
            Comparison::Verdict(yes),
            "versions/latest?verbose=true",
        ),
        (Against::All, NO_SUBJECT, Comparison::NewSubject, "versions?verbose=true"),
        (Against::Latest, NO_VERSION, Comparison::NewSubject, "versions/latest?verbose=true"),
        (Against::Version(3), NO_VERSION, Comparison::NoVersion, "versions/3?verbose=true"),
        (Against::Version(3), NO_SUBJECT, Comparison::NewSubject, "versions/3?verbose=true"),
        (Against::All, NO_CALL, Comparison::NotOffered, "versions?verbose=true"),
        (Against::All, ("405 Method Not Allowed", ""), Comparison::NotOffered, "versions?verbose=true"),
    ];
    for (against, answer, expected, path) in rows {
        let (registry, asked) = replay(vec![answer]);
        let schema = SchemaContent::avro("\"int\"");
        assert_eq!(run(registry.compatibility("a/b c", &schema, against)).unwrap(), expected, "{answer:?}");
        let line = format!("POST /api/compatibility/subjects/a%2Fb%20c/{path}");
        assert_eq!(line_and_body(&asked), (line, r#"{"schema":"\"int\""}"#.into()));
    }
    let compare = |answer| {
        run(replay(vec![answer]).0.compatibility("s", &SchemaContent::avro("{"), Against::All)).unwrap_err()
    };
    let invalid =
        compare(("422 Unprocessable", r#"{"error_code":42201,"message":"Input schema is invalid"}"#));
    assert_eq!(invalid.refusal(), Some(Refusal::InvalidSchema));
    assert_eq!(compare(FORBIDDEN).kind(), RegistryErrorKind::Denied);
}

#[test]
fn a_level_is_told_with_its_origin() {
    const NONE: Answer = (OK, r#"{"compatibilityLevel":"NONE"}"#);
    const FULL: Answer = (OK, r#"{"compatibilityLevel":"FULL"}"#);
    const ODD: Answer = (OK, r#"{"compatibilityLevel":"SIDEWAYS"}"#);
    let known = |level| LevelWord::Known(level);
    let odd = LevelWord::Unknown("SIDEWAYS".into());
    let (own, whole, nobodys) =
        ("/a%2Fb%20c", "/a%2Fb%20c?defaultToGlobal=true", "/eventctl.no-such-subject");
    type Row = (&'static str, Vec<Answer>, SubjectLevel, Vec<&'static str>);
    let rows: [Row; 9] = [
        ("set", vec![FULL], SubjectLevel::Own(known(Compatibility::Full)), vec![own]),
        ("set to a word of tomorrow", vec![ODD], SubjectLevel::Own(odd.clone()), vec![own]),
        (
            "not set",
            vec![NO_LEVEL, FULL],
            SubjectLevel::Default(known(Compatibility::Full)),
            vec![own, whole],
        ),
        ("an unknown default", vec![NO_LEVEL, ODD], SubjectLevel::Default(odd), vec![own, whole]),
        (
            "no defaultToGlobal",
            vec![NO_LEVEL, NO_LEVEL, FULL],
            SubjectLevel::Default(known(Compatibility::Full)),
            vec![own, whole, ""],
        ),
        (
            "Confluent, set to NONE",
            vec![NONE, NO_LEVEL],
            SubjectLevel::Own(known(Compatibility::None)),
            vec![own, nobodys],
        ),
        (
            "Apicurio, new subject",
            vec![NO_SUBJECT, FULL],
            SubjectLevel::Default(known(Compatibility::Full)),
            vec![own, ""],
        ),
        (
            "Apicurio, set to NONE or not set",
            vec![NONE, NO_SUBJECT, FULL],
            SubjectLevel::NoneOrUnset { default: known(Compatibility::Full) },
            vec![own, nobodys, ""],
        ),
        (
            "nobody's level may not be seen",
            vec![NONE, FORBIDDEN, FULL],
            SubjectLevel::NoneOrUnset { default: known(Compatibility::Full) },
            vec![own, nobodys, ""],
        ),
    ];
    for (case, answers, expected, paths) in rows {
        let (registry, asked) = replay(answers);
        assert_eq!(run(registry.level("a/b c")).unwrap(), expected, "{case}");
        let lines: Vec<String> = paths.iter().map(|path| format!("GET /api/config{path}")).collect();
        assert_eq!(lines, paths.iter().map(|_| line_and_body(&asked).0).collect::<Vec<_>>(), "{case}");
        assert_eq!(asked.try_iter().count(), 0, "{case}");
    }
    let rows = [
        (vec![FORBIDDEN], RegistryErrorKind::Denied),
        (vec![NO_LEVEL, FORBIDDEN], RegistryErrorKind::Denied),
        (vec![NONE, NO_SUBJECT, FORBIDDEN], RegistryErrorKind::Denied),
        (vec![NO_CALL], RegistryErrorKind::NotOffered),
        (vec![(OK, r#"{"compatibility":"FULL"}"#)], RegistryErrorKind::Misunderstood),
    ];
    for (answers, expected) in rows {
        assert_eq!(
            run(replay(answers.clone()).0.level("a/b c")).unwrap_err().kind(),
            expected,
            "{answers:?}"
        );
    }
    // What was learnt about the server is not asked again.
    let (registry, asked) = replay(vec![NONE, NO_LEVEL, NONE]);
    let other = registry.clone();
    run(registry.level("a")).unwrap();
    assert_eq!(run(other.level("b")).unwrap(), SubjectLevel::Own(known(Compatibility::None)));
    assert_eq!(asked.try_iter().count(), 3);
}

#[test]
fn changes_are_sent_as_the_api_documents_them() {
    let (registry, asked) = replay(vec![
        (OK, r#"{"id":7}"#),
        (OK, REGISTERED),
        (OK, r#"{"id":7,"version":3,"guid":"1ad9a4d2","schema":"\"string\""}"#),
        (OK, r#"{"compatibility":"FULL"}"#),
        (OK, r#"{"compatibility":"NONE"}"#),
        (OK, r#"{"compatibilityLevel":"FULL"}"#),
        (OK, "3"),
    ]);
    let approved = approved();
    let changes = registry.changes(&approved);
    let registration = |normalize| Registration {
        subject: "a/b c".into(),
        schema: SchemaContent::avro("\"string\""),
        normalize,
    };
    let level = |subject: Option<&str>, level| LevelChange { subject: subject.map(str::to_owned), level };
    run(async {
        let receipt = Receipt { id: 7, version: Some(3) };
        assert_eq!(changes.register(&registration(false)).await.unwrap(), receipt);
        assert_eq!(changes.register(&registration(true)).await.unwrap(), receipt);
        changes.set_level(&level(Some("a/b c"), Compatibility::Full)).await.unwrap();
        changes.set_level(&level(None, Compatibility::None)).await.unwrap();
        changes.delete_level("a/b c").await.unwrap();
        changes.delete_version(&Deletion { subject: "a/b c".into(), version: 3 }).await.unwrap();
    });
    let body = r#"{"schema":"\"string\""}"#;
    let expected = [
        ("POST /api/subjects/a%2Fb%20c/versions", body),
        ("POST /api/subjects/a%2Fb%20c", body),
        ("POST /api/subjects/a%2Fb%20c/versions?normalize=true", body),
        ("PUT /api/config/a%2Fb%20c", r#"{"compatibility":"FULL"}"#),
        ("PUT /api/config", r#"{"compatibility":"NONE"}"#),
        ("DELETE /api/config/a%2Fb%20c", ""),
        ("DELETE /api/subjects/a%2Fb%20c/versions/3", ""),
    ];
    for (line, body) in expected {
        assert_eq!(line_and_body(&asked), (line.into(), body.into()));
    }
    assert_eq!(asked.try_iter().count(), 0);
}

#[test]
fn a_version_that_cannot_be_looked_up_is_left_open() {
    let registration =
        Registration { subject: "a/b c".into(), schema: SchemaContent::avro("s"), normalize: false };
    // Denied, absent, and another id than the one just given.
    for then in [FORBIDDEN, NO_SCHEMA, (OK, REGISTERED)] {
        let (registry, _asked) = replay(vec![(OK, r#"{"id":8}"#), then]);
        let receipt = run(registry.changes(&approved()).register(&registration)).unwrap();
        assert_eq!(receipt, Receipt { id: 8, version: None });
    }
}

#[test]
fn a_refused_change_was_not_made() {
    let rows = [
        ("409 Conflict", r#"{"error_code":40901,"message":"not compatible"}"#, Refusal::Incompatible),
        (
            "409 Conflict",
            r#"{"error_code":409,"message":"io.apicurio: not compatible"}"#,
            Refusal::Incompatible,
        ),
        (
            "422 Unprocessable",
            r#"{"error_code":42201,"message":"Unresolved reference"}"#,
            Refusal::InvalidSchema,
        ),
        ("422 Unprocessable", r#"{"error_code":42205,"message":"in read-only mode"}"#, Refusal::NotPermitted),
    ];
    let approved = approved();
    for (status, body, expected) in rows {
        let (registry, asked) = replay(vec![(status, body)]);
        let registration =
            Registration { subject: "s".into(), schema: SchemaContent::avro("{}"), normalize: false };
        let error = run(registry.changes(&approved).register(&registration)).unwrap_err();
        assert_eq!((error.refusal(), error.may_have_happened()), (Some(expected), false), "{error}");
        assert_eq!(error.fault().kind, eventctl_core::fault::FaultKind::Refused);
        assert_eq!(asked.try_iter().count(), 1);
    }
    let (registry, _asked) = replay(vec![(
        "422 Unprocessable",
        r#"{"error_code":42206,"message":"One or more references exist"}"#,
    )]);
    let deletion = Deletion { subject: "s".into(), version: 1 };
    let error = run(registry.changes(&approved).delete_version(&deletion)).unwrap_err();
    assert_eq!(error.refusal(), Some(Refusal::Referenced));
    let (registry, _asked) = replay(vec![("400 Bad Request", "Not able to deserialize data provided.")]);
    let change = LevelChange { subject: Some("s".into()), level: Compatibility::Full };
    let error = run(registry.changes(&approved).set_level(&change)).unwrap_err();
    assert_eq!((error.refusal(), error.may_have_happened()), (Some(Refusal::Other), false));
    assert!(
        error.to_string().ends_with("refused (status 400): Not able to deserialize data provided."),
        "{error}"
    );
}
