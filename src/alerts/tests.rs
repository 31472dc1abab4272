//! Receivers that take alerts, and those that do not.
#![expect(clippy::disallowed_methods, reason = "a test prepares and reads files of its own")]

use std::io::Write;
use std::time::Instant;

use eventctl_core::lag::alert::AlertStatus;
use eventctl_core::lag::report::FindingKind;
use eventctl_core::secret::Secret;

use super::*;
use crate::http::tests::stub::{answer, closed, run, server};

const CANARY: &str = "canary-7f3a";
const RULES: Rules =
    Rules { queue: 10, retries: 2, first_wait: Duration::from_millis(10), attempt: Duration::from_secs(10) };
const LONG: Duration = Duration::from_secs(20);

fn alert(partition: i32) -> Alert {
    Alert {
        status: AlertStatus::Firing,
        title: "High consumer lag detected",
        id: format!("id-{partition}"),
        cluster: None,
        group: "g \"<!channel>\"".to_owned(),
        topic: Some("t".to_owned()),
        partition: Some(partition),
        kind: FindingKind::MaxLag,
        value: Some(12_000),
        limit: Some(10_000),
        since: "2026-11-27T01:00:00Z".to_owned(),
        at: "2026-11-27T01:00:20Z".to_owned(),
        samples: 3,
        reason: "two\nlines".to_owned(),
    }
}

fn webhook(url: &str) -> Receiver {
    Receiver::webhook(Secret::new(format!("{url}/services/{CANARY}?token={CANARY}"))).unwrap()
}

/// Sends these alerts and waits for their end; nothing that is told may show the token.
fn send(
    receivers: Vec<Receiver>,
    rules: Rules,
    numbers: &[i32],
    patience: Duration,
) -> (Counts, Vec<String>) {
    let (counts, told) = run(async {
        let alerts = Alerts::start(receivers, rules);
        numbers.iter().for_each(|number| alerts.push(alert(*number)));
        alerts.finish(patience).await
    });
    assert!(!format!("{told:?}").contains(CANARY), "{told:?}");
    (counts, told)
}

fn body(request: &str) -> serde_json::Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn a_webhook_is_sent_the_alert_and_a_line_for_people() {
    let (url, asked) = server(vec![|stream| answer(stream, "200 OK", "", "ok")]);
    let (counts, told) = send(vec![webhook(&url)], RULES, &[0, 1, 2], LONG);
    assert_eq!((counts, told), (Counts { sent: 3, ..Counts::default() }, Vec::new()));
    let requests: Vec<String> = asked.try_iter().collect();
    let head = requests[0].to_lowercase();
    assert!(head.starts_with(&format!("post /services/{CANARY}?token={CANARY} http/1.1")), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    let numbers: Vec<_> = requests.iter().map(|request| body(request)["partition"].clone()).collect();
    assert_eq!(numbers, [0, 1, 2], "in order");
    let expected = serde_json::json!({
        "text": "High consumer lag detected: group g \"&lt;!channel&gt;\", topic t, partition 0; lag 12000, \
                 limit 10000; since 2026-11-27T01:00:00Z",
        "status": "firing", "title": "High consumer lag detected", "id": "id-0", "cluster": null,
        "group": "g \"<!channel>\"", "topic": "t", "partition": 0, "kind": "max_lag", "value": 12_000,
        "limit": 10_000, "since": "2026-11-27T01:00:00Z", "at": "2026-11-27T01:00:20Z", "samples": 3,
        "reason": "two\nlines",
    });
    assert_eq!(body(&requests[0]), expected);
}

#[test]
fn what_may_pass_is_tried_again_and_what_may_not_is_not() {
    type Scripts = Vec<fn(&mut std::net::TcpStream)>;
    let rows: [(&str, Scripts, usize, Option<&str>); 7] = [
        (
            "well the third time",
            vec![
                |it| answer(it, "503 Service Unavailable", "", "canary-7f3a"),
                |it| answer(it, "429 Too Many Requests", "", ""),
                |it| answer(it, "204 No Content", "", ""),
            ],
            3,
            None,
        ),
        (
            "never well",
            vec![|it| answer(it, "500 Internal Server Error", "", "canary-7f3a")],
            3,
            Some("tried 3 times: it answered with status 500"),
        ),
        (
            "refused",
            vec![|it| answer(it, "404 Not Found", "", "no canary-7f3a")],
            1,
            Some("tried once: it answered with status 404"),
        ),
        (
            "elsewhere on this server",
            vec![|it| answer(it, "302 Found", "location: /canary-7f3a\r\n", "")],
            1,
            Some("tried once: it answered with status 302"),
        ),
        (
            "elsewhere",
            vec![|it| {
                answer(it, "307 Temporary Redirect", "location: http://other.test/canary-7f3a\r\n", "");
            }],
            1,
            Some("tried once: redirects where we do not follow"),
        ),
        ("no HTTP", vec![|it| drop(it.write_all(b"canary-7f3a\r\n\r\n"))], 3, Some("the connection broke")),
        ("cut off", vec![|it| drop(it.write_all(b"HTTP/1.1 200 OK\r\n"))], 3, Some("the connection broke")),
    ];
    for (what, scripts, requests, trouble) in rows {
        let (url, asked) = server(scripts);
        let (counts, told) = send(vec![webhook(&url)], RULES, &[7], LONG);
        assert_eq!(asked.try_iter().count(), requests, "{what}");
        assert_eq!(counts.failed, u64::from(trouble.is_some()), "{what}");
        assert_eq!(told.len(), usize::from(trouble.is_some()), "{what}: {told:?}");
        let head = format!("the alert id-7 of group g \"<!channel>\" did not reach {url}, tried ");
        assert!(told.iter().all(|line| line.starts_with(&head)), "{what}: {told:?}");
        assert!(told.iter().all(|line| line.contains(trouble.unwrap())), "{what}: {told:?}");
    }
}

#[test]
fn a_place_where_nobody_listens_is_told_once_an_episode() {
    let (counts, told) = send(vec![webhook(&closed())], RULES, &[1, 1, 1, 2], LONG);
    assert_eq!(counts, Counts { failed: 4, ..Counts::default() });
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("connection refused"), "{told:?}");
}

#[test]
fn a_hanging_receiver_holds_up_neither_the_caller_nor_the_others_nor_the_end() {
    let (hanging, _asked) = server(vec![|_| std::thread::park_timeout(Duration::from_secs(60))]);
    let (quick, asked) = server(vec![|stream| answer(stream, "200 OK", "", "")]);
    let begun = Instant::now();
    let rules = Rules { queue: 3, ..RULES };
    let numbers: Vec<i32> = (0..3).collect();
    let (counts, told) =
        send(vec![webhook(&hanging), webhook(&quick)], rules, &numbers, Duration::from_millis(700));
    assert!(begun.elapsed() < Duration::from_secs(10), "took {:?}", begun.elapsed());
    assert_eq!(asked.try_iter().count(), 3);
    assert_eq!(counts, Counts { sent: 3, waiting: 3, ..Counts::default() });
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn a_try_takes_no_longer_than_it_may() {
    let (hanging, asked) = server(vec![|_| std::thread::park_timeout(Duration::from_secs(60))]);
    let rules = Rules { attempt: Duration::from_millis(100), ..RULES };
    let (counts, told) = send(vec![webhook(&hanging)], rules, &[0], LONG);
    assert_eq!((counts.failed, asked.try_iter().count()), (1, 3));
    assert!(told[0].ends_with("tried 3 times: no answer within 0.1 s"), "{told:?}");
}

#[test]
fn what_does_not_fit_is_dropped_and_counted() {
    let (url, _asked) = server(vec![|stream| answer(stream, "200 OK", "", "")]);
    let numbers: Vec<i32> = (0..25).collect();
    // Nothing is sent before the first await: the queue takes ten.
    let (counts, told) = send(vec![webhook(&url)], RULES, &numbers, LONG);
    assert_eq!(counts, Counts { sent: 10, dropped: 15, ..Counts::default() });
    assert_eq!(told, [format!("alerts come faster than {url} takes them: some are dropped")]);
}

#[test]
fn a_command_is_given_the_alert_without_a_shell() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let script = format!(
        "cat > {}; env | grep -a ^EVENTCTL_ALERT_ | sort > {}; echo \"$1\" > {}; printf '\\377'",
        path("in"),
        path("env"),
        path("word")
    );
    std::fs::write(path("notify"), script).unwrap();
    let receiver = Receiver::command(&format!("sh {} $HOME;x", path("notify"))).unwrap().0;
    let quiet = Alert { reason: "one\0".to_owned(), ..alert(0) };
    let (counts, told) = run(async {
        let alerts = Alerts::start(vec![receiver], RULES);
        alerts.push(quiet);
        alerts.finish(LONG).await
    });
    assert_eq!((counts.sent, told), (1, Vec::new()));
    let read = |name: &str| std::fs::read_to_string(path(name)).unwrap();
    assert_eq!(read("word"), "$HOME;x\n");
    let input: serde_json::Value = serde_json::from_str(&read("in")).unwrap();
    assert_eq!((&input["kind"], &input["limit"]), (&"max_lag".into(), &10_000.into()));
    let variables = read("env");
    for line in
        ["STATUS=firing", "GROUP=g \"<!channel>\"", "PARTITION=0", "VALUE=12000", "CLUSTER=", "REASON=one"]
    {
        assert!(variables.lines().any(|it| it == format!("EVENTCTL_ALERT_{line}")), "{line}: {variables}");
    }
}

#[test]
fn a_command_that_fails_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let script = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("sh {} {CANARY}", path.display())
    };
    let quick = Rules { attempt: Duration::from_millis(200), ..RULES };
    let rows = [
        (
            script("a", "echo no way >&2; exit 7"),
            "did not reach `sh`, tried 3 times: `sh` ended with exit status: 7",
        ),
        (script("b", "exec sleep 60"), "tried 3 times: `sh` was stopped: it took longer than 0.2 s"),
        (format!("eventctl-no-such-program {CANARY}"), "tried once: cannot start `eventctl-no-such-program`"),
    ];
    for (command, words) in rows {
        let (counts, told) = send(vec![Receiver::command(&command).unwrap().0], quick, &[0], LONG);
        assert_eq!((counts.failed, told.len()), (1, 1), "{command}");
        assert!(told[0].contains(words), "{told:?}");
    }
}

#[test]
fn receivers_that_are_none_are_refused_and_show_nothing() {
    let urls =
        ["canary-7f3a", "ftp://canary-7f3a", "https://canary-7f3a@host/x", "https://u:canary-7f3a@host/x"];
    for url in urls {
        let refused = Receiver::webhook(Secret::new(url)).unwrap_err();
        assert_eq!(refused.code(), 2);
        assert!(!format!("{refused:?} {:?}", refused.hints()).contains(CANARY), "{refused:?}");
    }
    assert_eq!(Receiver::command(" ").unwrap_err().code(), 2);
    let receiver = webhook("https://hooks.example:8443");
    assert_eq!(receiver.shown(), "https://hooks.example:8443");
    assert!(!format!("{receiver:?}").contains(CANARY), "{receiver:?}");
}

#[test]
fn the_end_of_an_episode_forgets_that_it_was_told() {
    let told = Told::default();
    let trouble = Trouble { is_passing: true, reason: "x".to_owned() };
    let over = Alert { status: AlertStatus::Resolved, ..alert(0) };
    let mut lines = 0;
    for (alert, expected) in [(&alert(0), 1), (&alert(0), 1), (&over, 1), (&alert(0), 2)] {
        told.failed("p", alert, 1, &trouble);
        lines += told.troubles().len();
        assert_eq!(lines, expected);
    }
}

#[test]
fn waits_double_up_to_a_minute_and_half_of_them_is_chance() {
    let first = Duration::from_secs(1);
    let rows = [(1, 500, 1_000), (2, 1_000, 2_000), (6, 16_000, 32_000), (60, 30_000, 60_000)];
    for (tries, least, most) in rows {
        let waited = |chance| wait(first, tries, chance).as_millis();
        assert_eq!(waited(0), least, "{tries}");
        assert!((most * 9 / 10..most).contains(&waited(999)), "{tries}");
    }
}
