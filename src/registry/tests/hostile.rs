//! Servers that misbehave (F32): bounded tries, no wrong id taken for a right one, no secret shown or sent elsewhere.

use std::io::Write;
use std::time::Instant;

use super::*;

const SCHEMA: (&str, &str) = (OK, r#"{"schema":"\"string\""}"#);
const BUSY: &str = "429 Too Many Requests";

fn by_id(registry: &Registry) -> Result<Found<SchemaContent>, RegistryError> {
    let answer = run(registry.schema_by_id(7));
    if let Err(error) = &answer {
        let told = format!("{error} {error:?} {:?} {registry:?}", Failure::from(error.clone()));
        assert!(!told.contains(CANARY), "{told}");
    }
    answer
}

#[test]
fn a_burst_of_failures_is_outlived_and_a_long_one_is_not() {
    let down = ("500 Internal Server Error", "");
    let (registry, asked) = replay(vec![down, ("502 Bad Gateway", "<html>"), down, SCHEMA]);
    assert!(by_id(&registry).unwrap().here().is_some());
    assert_eq!(asked.try_iter().count(), 4);
    let (registry, asked) = replay(vec![down]);
    let error = by_id(&registry).unwrap_err();
    assert_eq!((error.kind(), error.status()), (RegistryErrorKind::Failing, Some(500)));
    assert_eq!(asked.try_iter().count(), 4, "one try and three more");
}

#[test]
fn a_question_with_a_body_is_repeated_too() {
    let down = ("503 Service Unavailable", "");
    let (registry, asked) = replay(vec![down, (OK, REGISTERED)]);
    let schema = SchemaContent::avro("\"string\"");
    assert!(run(registry.lookup("a/b c", &schema, false)).unwrap().here().is_some());
    assert_eq!(asked.try_iter().count(), 2);
}

#[test]
fn a_server_that_asks_for_patience_gets_it() {
    let later = with(
        BUSY,
        "retry-after: Sun, 06 Nov 1994 08:49:38 GMT\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
        "",
    );
    let (registry, asked) =
        scripted(vec![with(BUSY, "retry-after: 1\r\n", ""), later, says(SCHEMA.0, SCHEMA.1)]);
    let begun = Instant::now();
    assert!(by_id(&registry).unwrap().here().is_some());
    assert!(begun.elapsed() >= Duration::from_secs(2), "took {:?}", begun.elapsed());
    assert_eq!(asked.try_iter().count(), 3);
}

#[test]
fn what_comes_with_200_is_an_answer_only_if_it_is_one() {
    let rows = [
        ("text/html", "<!DOCTYPE html><title>Log in</title>"),
        ("application/json", r#"{"schema":"\"str"#),
        ("application/json", ""),
        ("application/json", "null"),
        ("application/json", r#"{"Schema":"\"string\""}"#),
        ("application/json", r#"{"schema":["string"]}"#),
        ("application/json", r#"{"schema":"\"string\"","id":8}"#),
        ("application/json", r#"{"error_code":40403,"message":"Schema not found"}"#),
    ];
    for (media_type, body) in rows {
        let headers = if media_type == "text/html" {
            "content-type: text/html\r\n"
        } else {
            "content-type: application/json\r\n"
        };
        let (registry, _asked) = scripted(vec![with(OK, headers, body)]);
        let error = by_id(&registry).unwrap_err();
        assert_eq!((error.kind(), error.status()), (RegistryErrorKind::Misunderstood, Some(200)), "{body}");
        assert!(error.to_string().contains(media_type), "{error}");
        assert_eq!(Failure::from(error).code(), 3);
    }
    // What an answer calls itself does not matter.
    let (registry, _asked) = scripted(vec![with(OK, "content-type: text/plain\r\n", SCHEMA.1)]);
    assert!(by_id(&registry).unwrap().here().is_some());
}

#[test]
fn an_absent_id_may_come_later() {
    let (registry, _asked) = replay(vec![NO_SCHEMA, SCHEMA]);
    assert_eq!(by_id(&registry).unwrap(), Found::NoSchema);
    assert!(by_id(&registry).unwrap().here().is_some());
}

#[test]
fn credentials_stay_with_the_server_they_are_for() {
    let (thief, stolen) = serve(vec![says(SCHEMA.0, SCHEMA.1)]);
    let location = format!("location: {}/steal\r\n", thief.replace("127.0.0.1", "localhost"));
    let (registry, _asked) =
        scripted(vec![Box::new(move |_, stream| answer(stream, "302 Found", &location, ""))]);
    let error = by_id(&registry).unwrap_err();
    assert_eq!(error.kind(), RegistryErrorKind::Misunderstood);
    assert!(error.to_string().contains("to another server: http://localhost"), "{error}");
    assert_eq!(stolen.try_iter().count(), 0);
    let (registry, asked) = scripted(vec![with("302 Found", "location: /api/schemas/ids/7\r\n", "")]);
    assert!(by_id(&registry).unwrap_err().to_string().contains("more than 5 times"));
    assert_eq!(asked.try_iter().count(), 6);
    let (registry, _asked) = scripted(vec![with("302 Found", "", "")]);
    assert_eq!(by_id(&registry).unwrap_err().status(), Some(302));
}

#[test]
fn huge_and_slow_bodies_cost_a_bounded_amount() {
    let (url, _asked) = serve(vec![Box::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"schema\":\"");
        while stream.write_all(&[b'x'; 65_536]).is_ok() {}
    })]);
    let small = Options { body_limit: 1_000_000, ..options() };
    let error = by_id(&registry(&[&url], small)).unwrap_err();
    assert_eq!(error.kind(), RegistryErrorKind::Misunderstood);
    assert!(error.to_string().contains("the answer is too large (more than 1000000 bytes)"), "{error}");
    let (url, _asked) = serve(vec![Box::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::park_timeout(Duration::from_millis(50));
        }
    })]);
    let begun = Instant::now();
    let error =
        by_id(&registry(&[&url], Options { timeout: Duration::from_millis(300), ..options() })).unwrap_err();
    assert_eq!(error.kind(), RegistryErrorKind::TimedOut);
    assert!(begun.elapsed() < Duration::from_secs(5), "took {:?}", begun.elapsed());
}

#[test]
fn a_message_is_passed_on_as_it_came_but_not_without_end() {
    let body = format!(r#"{{"error_code":42201,"message":"\u001b[2J{}"}}"#, "x".repeat(1_000_000));
    let body: &'static str = body.leak();
    let (registry, _asked) = replay(vec![("422 Unprocessable", body)]);
    let error = by_id(&registry).unwrap_err();
    assert_eq!(error.refusal(), Some(Refusal::InvalidSchema));
    assert!(error.message().starts_with("\u{1b}[2Jxxx") && error.message().len() <= 2_000);
}
