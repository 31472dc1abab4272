//! Scrapes over sockets.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use eventctl_core::lag::report::{GroupLag, LagReport, PartitionLag};
use eventctl_core::lag::state::LagState;

use super::*;

fn partition(number: i32, lag: Option<i64>) -> PartitionLag {
    PartitionLag {
        topic: "t".to_owned(),
        partition: number,
        state: LagState::Lagging,
        remark: None,
        committed: Some(10),
        log_start: Some(0),
        high_watermark: Some(20),
        last_stable_offset: Some(20),
        lag,
        behind_open_transaction: None,
        may_be_no_records: None,
        lost: None,
        first_unread: None,
        time_lag_ms: lag,
        time_lag_unknown: None,
        deleted_in_ms: None,
        member: None,
        commit_rate: None,
        produce_rate: None,
        catch_up_seconds: None,
    }
}

fn group(name: &str, partitions: i32, lag: Option<i64>) -> GroupLag {
    GroupLag {
        group: name.to_owned(),
        declared: true,
        kind: None,
        group_state: None,
        members: Some(1),
        state: LagState::Lagging,
        remark: None,
        lag,
        known_lag: 0,
        max_lag: lag,
        max_time_lag_ms: lag,
        lost: 0,
        commit_rate: None,
        produce_rate: None,
        catch_up_seconds: None,
        partitions: (0..partitions).map(|number| partition(number, lag)).collect(),
    }
}

fn snapshot(groups: Vec<GroupLag>) -> Snapshot {
    let report = LagReport {
        cluster: None,
        at: String::new(),
        groups,
        other_groups: None,
        findings: Vec::new(),
        unknown: Vec::new(),
        unjudged: Vec::new(),
        notes: Vec::new(),
        advice: None,
    };
    let sampling = Sampling {
        cluster_name: Some("dev".to_owned()),
        version: "1",
        samples: 3,
        errors: 1,
        seconds: Some(0.5),
        last: Some(1_795_000_000_123),
    };
    Snapshot { report: Some(Arc::new(report)), sampling }
}

/// Runs a listener on a thread of its own, and the test beside it.
fn serving(test: impl FnOnce(&Listener)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let listener = runtime.block_on(Listener::bind(":0")).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || runtime.block_on(stopped));
        test(&listener);
        drop(stop);
    });
}

fn ask(address: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(address: &str, path: &str) -> (String, String) {
    let answer = ask(address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n"));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

/// Reads the text as OpenMetrics 1.0 says, and is strict: a family is described once, before its series, in one piece; no
/// series stands twice; the last line is the end.
fn parse(text: &str) -> BTreeMap<String, f64> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    assert_eq!((lines.pop(), lines.pop()), (Some(""), Some("# EOF")), "the end");
    let (mut seen, mut family, mut kind) = (BTreeSet::new(), "", "");
    let mut series = BTreeMap::new();
    for line in lines {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split_once(' ').unwrap().0;
            assert!(seen.insert(family), "{family} is described twice");
        } else if let Some(told) = line.strip_prefix("# TYPE ") {
            let (name, word) = told.split_once(' ').unwrap();
            assert_eq!(name, family);
            assert!(["gauge", "counter"].contains(&word), "{line}");
            kind = word;
        } else {
            let name_end = line.find(['{', ' ']).unwrap();
            let expected = if kind == "counter" { format!("{family}_total") } else { family.to_owned() };
            assert_eq!(&line[..name_end], expected, "{line}");
            let rest = after_labels(&line[name_end..]);
            let value = rest.strip_prefix(' ').unwrap_or_else(|| panic!("{line}"));
            let name = line[..line.len() - rest.len()].to_owned();
            assert!(series.insert(name, value.parse().unwrap()).is_none(), "{line} stands twice");
        }
    }
    series
}

/// What stands behind the labels.
fn after_labels(text: &str) -> &str {
    let Some(mut rest) = text.strip_prefix('{') else { return text };
    while !rest.starts_with('}') {
        let (name, value) = rest.split_once("=\"").unwrap();
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{text}");
        let mut end = None;
        let mut letters = value.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    end = Some(at);
                    break;
                }
                '\\' => assert!(matches!(letters.next(), Some((_, '\\' | '"' | 'n'))), "{text}"),
                _ => {}
            }
        }
        rest = &value[end.unwrap() + 1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    &rest[1..]
}

#[test]
fn a_scrape_has_what_was_published_last_and_what_is_gone_is_gone() {
    serving(|listener| {
        let address = listener.address();
        assert!(listener.is_loopback() && address.starts_with("127.0.0.1:"), "{address}");
        let (_, text) = get(address, "/metrics");
        assert_eq!(parse(&text)["eventctl_samples_total"], 0.0);
        listener.publish(snapshot(vec![group("g", 2, Some(7)), group("h", 1, None)]));
        let (head, text) = get(address, "/metrics");
        assert!(head.starts_with("http/1.1 200 ok\r\n"), "{head}");
        assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"));
        let series = parse(&text);
        assert_eq!(series[r#"kafka_consumer_lag{group="g",topic="t",partition="1"}"#], 7.0);
        assert_eq!(
            series[r#"kafka_consumergroup_group_lag_seconds{cluster_name="dev",group="g",topic="t",partition="0"}"#],
            0.007
        );
        assert_eq!(series["eventctl_last_sample_timestamp_seconds"], 1_795_000_000.123);
        assert!(!series.keys().any(|name| name.starts_with("kafka_consumer_lag{group=\"h\"")), "{text}");
        assert_eq!(series[r#"eventctl_lag_unknown{cluster_name="dev",group="h"}"#], 1.0);
        listener.publish(snapshot(vec![group("h", 1, Some(0))]));
        let (_, text) = get(address, "/metrics");
        assert!(!text.contains("group=\"g\""), "{text}");
        assert_eq!(parse(&text)[r#"kafka_consumer_lag{group="h",topic="t",partition="0"}"#], 0.0);
    });
}

#[test]
fn label_values_are_escaped_and_numbers_exact() {
    let name = "a \"quoted\" \\ \u{202e}group, {x=\"y\"}";
    let text = text::write(snapshot(vec![group(name, 1, Some(9_007_199_254_740_993))]));
    let series = parse(&text);
    let escaped = "a \\\"quoted\\\" \\\\ \u{202e}group, {x=\\\"y\\\"}";
    let key = format!("kafka_consumer_lag{{group=\"{escaped}\",topic=\"t\",partition=\"0\"}}");
    assert!(series.contains_key(&key), "{text}");
    assert!(text.contains(&format!("{key} 9007199254740993\n")), "{text}");
}

#[test]
fn other_paths_and_methods_are_answered_plainly() {
    serving(|listener| {
        let address = listener.address();
        let rows = [
            ("GET / HTTP/1.1", "200 OK", "eventctl lag: metrics are at /metrics\n"),
            ("GET /-/healthy HTTP/1.1", "200 OK", "ok\n"),
            ("GET /metric HTTP/1.1", "404 Not Found", "not found; metrics are at /metrics\n"),
            ("POST /metrics HTTP/1.1", "405 Method Not Allowed", "ask with GET\n"),
            ("HEAD /metrics HTTP/1.1", "200 OK", ""),
        ];
        for (line, status, body) in rows {
            let answer = ask(address, &format!("{line}\r\nhost: x\r\n\r\n"));
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{line}: {answer}");
            assert_eq!(answer.split_once("\r\n\r\n").unwrap().1, body, "{line}");
        }
        assert!(ask(address, "no HTTP\r\n\r\n").starts_with("HTTP/1.1 400"));
    });
}

#[test]
fn clients_that_say_nothing_cost_no_more_than_their_time() {
    serving(|listener| {
        let begun = Instant::now();
        let idle: Vec<TcpStream> =
            (0..CONNECTIONS).map(|_| TcpStream::connect(listener.address()).unwrap()).collect();
        // All places are taken by those who do not ask; publishing goes on.
        listener.publish(snapshot(vec![group("g", 1, Some(7))]));
        assert!(begun.elapsed() < ASKING, "took {:?}", begun.elapsed());
        let (_, text) = get(listener.address(), "/metrics");
        assert!(text.contains("group=\"g\""));
        assert!(begun.elapsed() < ASKING * 3, "took {:?}", begun.elapsed());
        drop(idle);
    });
}

#[test]
fn a_client_that_does_not_read_holds_nobody_up() {
    serving(|listener| {
        let groups = (0..1_000).map(|number| group(&format!("g{number}"), 10, Some(7))).collect();
        listener.publish(snapshot(groups));
        let mut lazy = TcpStream::connect(listener.address()).unwrap();
        lazy.write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let (_, text) = get(listener.address(), "/metrics");
        let lags = parse(&text).into_keys().filter(|name| name.starts_with("kafka_consumer_lag{")).count();
        assert_eq!(lags, 10_000);
        drop(lazy);
    });
}

#[test]
fn an_address_that_is_taken_is_told() {
    serving(|listener| {
        let again = crate::http::tests::stub::run(Listener::bind(listener.address())).unwrap_err();
        assert_eq!(again.code(), 3);
        let head = format!("cannot serve metrics on {}: ", listener.address());
        assert!(again.story().starts_with(&head), "{again:?}");
    });
}

#[test]
fn a_listener_that_is_dropped_serves_no_more() {
    let address = crate::http::tests::stub::run(async {
        let listener = Listener::bind("127.0.0.1:0").await.unwrap();
        listener.address().to_owned()
    });
    assert!(TcpStream::connect(&address).is_err());
}
