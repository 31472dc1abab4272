//! Several URLs: a question goes on to the next one, a change only where it surely did not arrive.

use super::*;
use crate::http::tests::stub::closed;

/// A URL that gives one answer for ever, and what it was asked.
fn one(status: &'static str, body: &'static str) -> (String, Receiver<String>) {
    serve(vec![says(status, body)])
}

fn quick() -> Options {
    Options { retries: 0, timeout: Duration::from_millis(500), ..options() }
}

fn silent() -> (String, Receiver<String>) {
    serve(vec![Box::new(|_, _| std::thread::park_timeout(Duration::from_secs(5)))])
}

#[test]
fn a_question_goes_on_where_a_url_is_dead_silent_or_failing() {
    let (good, asked) = one(OK, "[]");
    let (failing, failures) = one("503 Service Unavailable", "");
    let (silent, _asked) = silent();
    for dead in [closed(), "http://eventctl.invalid".to_owned(), failing, silent] {
        let registry = registry(&[&dead, &good], quick());
        assert_eq!(run(registry.subjects(Scope::Live)).unwrap(), Vec::<String>::new(), "{dead}");
        assert_eq!(asked.try_iter().count(), 1, "{dead}");
        // From then on the one that answered comes first.
        run(registry.clone().subjects(Scope::Live)).unwrap();
        assert_eq!(asked.try_iter().count(), 1, "{dead}");
    }
    assert_eq!(failures.try_iter().count(), 1);
}

#[test]
fn a_question_stays_where_it_was_answered() {
    let (good, asked) = one(OK, "[]");
    let rows = [
        ("401 Unauthorized", "", RegistryErrorKind::Denied),
        ("200 OK", "<html>log in</html>", RegistryErrorKind::Misunderstood),
        ("404 Not Found", "", RegistryErrorKind::NotOffered),
        ("429 Too Many Requests", "", RegistryErrorKind::Busy),
    ];
    for (status, body, expected) in rows {
        let (first, _asked) = one(status, body);
        let error = run(registry(&[&first, &good], quick()).subjects(Scope::Live)).unwrap_err();
        assert_eq!(error.kind(), expected, "{error}");
    }
    assert_eq!(asked.try_iter().count(), 0);
}

#[test]
fn when_all_are_dead_each_is_told() {
    let (failing, _asked) = one("500 Internal Server Error", r#"{"error_code":50001,"message":"store"}"#);
    let dead = closed();
    let error = run(registry(&[&dead, &failing], quick()).subjects(Scope::Live)).unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.code()),
        (RegistryErrorKind::Failing, Some(500), Some(50001))
    );
    let told = error.to_string();
    assert!(
        told.starts_with(&format!("{failing}/subjects: the registry failed (status 500, code 50001): store")),
        "{told}"
    );
    assert!(told.contains(&format!("; before that, {dead}/subjects: connection refused")), "{told}");
    let failure = Failure::from(error);
    assert_eq!((failure.code(), failure.hints().len()), (3, 1));
}

#[test]
fn a_change_goes_on_only_where_it_surely_did_not_arrive() {
    let approved = approved();
    let deletion = Deletion { subject: "s".into(), version: 1 };
    let delete = |first: &str, second: &str| {
        run(registry(&[first, second], quick()).changes(&approved).delete_version(&deletion))
    };
    let (good, asked) = one(OK, "1");
    for dead in [closed(), "http://eventctl.invalid".to_owned()] {
        delete(&dead, &good).unwrap();
        assert_eq!(asked.try_iter().count(), 1);
    }
    let (silent, _asked) = silent();
    let (failing, failures) = one("503 Service Unavailable", "");
    let (broken, _asked) = serve(vec![Box::new(|_, stream| {
        use std::io::Write;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n1");
    })]);
    let (html, _asked) = one(OK, "<html>");
    let (other, _asked) = one(OK, "2");
    for first in [silent, failing, broken, html, other] {
        let error = delete(&first, &good).unwrap_err();
        assert!(error.may_have_happened(), "{error}");
        assert!(error.fault().kind.leaves_outcome_unknown(), "{error}");
    }
    assert_eq!(failures.try_iter().count(), 1, "a change that may have happened was repeated");
    let (denied, _asked) = one("403 Forbidden", "");
    let (busy, busy_asked) = one("429 Too Many Requests", "");
    let (away, _asked) = serve(vec![with("307 Temporary Redirect", "location: http://localhost:1/\r\n", "")]);
    for first in [denied, busy, away] {
        let error = delete(&first, &good).unwrap_err();
        assert!(!error.may_have_happened(), "{error}");
        assert!(!error.fault().kind.leaves_outcome_unknown(), "{error}");
    }
    assert_eq!(busy_asked.try_iter().count(), 1);
    assert_eq!(asked.try_iter().count(), 0, "the change was sent to the next URL all the same");
    let error = delete(&closed(), &closed()).unwrap_err();
    assert_eq!((error.kind(), error.may_have_happened()), (RegistryErrorKind::Unreachable, false));
    assert!(!error.fault().kind.leaves_outcome_unknown(), "{error}");
}
