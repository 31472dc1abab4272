//! The client against small servers that misbehave.

pub(crate) mod stub;

use std::io::Write;
use std::net::TcpStream;

use eventctl_core::secret::Secret;

use super::*;
use crate::failure::Failure;
use stub::{answer, closed, run, server};

const CANARY: &str = "canary-7f3a";

fn options() -> Options {
    let credentials = Credentials::Basic { username: "ops".into(), password: Secret::new(CANARY) };
    Options {
        credentials: Some(credentials),
        proxies: false,
        timeout: Duration::from_secs(10),
        ..Options::default()
    }
}

fn get(url: &str, options: Options) -> Result<Response, HttpError> {
    run(async { Client::new(options).unwrap().get(url).await })
}

fn failure(url: &str, options: Options) -> (HttpErrorKind, String) {
    let error = get(url, options).unwrap_err();
    let kind = error.kind();
    let told = format!("{error:?} {error} {:?}", Failure::from(error.clone()));
    assert!(!told.contains(CANARY), "{told}");
    (kind, error.to_string())
}

#[test]
fn an_answer_is_taken_whole_with_its_status() {
    let (url, asked) = server(vec![
        |stream| answer(stream, "200 OK", "content-type: application/json\r\n", r#"["a"]"#),
        |stream| answer(stream, "404 Not Found", "", r#"{"error_code":40401}"#),
    ]);
    let response = get(&format!("{url}/subjects?token={CANARY}"), options()).unwrap();
    assert_eq!((response.status, response.is_success()), (200, true));
    assert_eq!(response.json().unwrap(), serde_json::json!(["a"]));
    assert_eq!(response.url, format!("{url}/subjects"));
    let head = asked.recv().unwrap().to_lowercase();
    // The base64 of `ops:canary-7f3a`.
    assert!(head.contains("authorization: basic b3bzomnhbmfyes03zjnh"), "{head}");
    assert_eq!(get(&url, options()).unwrap().status, 404);
}

#[test]
fn a_hanging_server_costs_no_more_than_the_timeout() {
    let begun = Instant::now();
    let short = || Options { timeout: Duration::from_millis(300), ..options() };
    let (silent, _asked) = server(vec![|_| std::thread::park_timeout(Duration::from_secs(30))]);
    let (kind, told) = failure(&silent, short());
    assert_eq!(kind, HttpErrorKind::Timeout);
    assert!(told.ends_with("no answer in time (no whole answer within 0.3 s)"), "{told}");
    let (dripping, _asked) = server(vec![|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
        while stream.write_all(b"x").is_ok() {
            std::thread::park_timeout(Duration::from_millis(50));
        }
    }]);
    assert_eq!(failure(&dripping, short()).0, HttpErrorKind::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(10), "took {:?}", begun.elapsed());
}

#[test]
fn a_question_is_repeated_after_5xx_and_429_and_a_change_after_429_only() {
    let scripts: Vec<fn(&mut TcpStream)> = vec![
        |stream| answer(stream, "503 Service Unavailable", "", ""),
        |stream| answer(stream, "429 Too Many Requests", "retry-after: 1\r\n", ""),
        |stream| answer(stream, "200 OK", "", "[]"),
    ];
    let begun = Instant::now();
    let (url, asked) = server(scripts.clone());
    assert_eq!(get(&url, options()).unwrap().status, 200);
    assert_eq!(asked.try_iter().count(), 3);
    assert!(begun.elapsed() >= Duration::from_secs(1), "Retry-After is not honoured: {:?}", begun.elapsed());
    let send = |scripts: Vec<fn(&mut TcpStream)>, changes| {
        let (url, asked) = server(scripts);
        let body = Some(("application/json", b"{}".to_vec()));
        let post = Request { verb: Verb::Post, url, accept: "application/json", body, changes };
        let status = run(async { Client::new(options()).unwrap().send(&post).await.unwrap().status });
        (status, asked.try_iter().filter(|asked| asked.ends_with("\r\n\r\n{}")).count())
    };
    assert_eq!(send(scripts.clone(), false), (200, 3));
    assert_eq!(send(scripts.clone(), true), (503, 1));
    assert_eq!(send(scripts[1..].to_vec(), true), (200, 2));
}

#[test]
fn a_wait_is_asked_for_in_seconds_or_by_a_date() {
    type Pairs = &'static [(&'static str, &'static str)];
    let headers = |pairs: Pairs| {
        let pair = |(name, value): &(&'static str, &'static str)| {
            ((*name).parse::<reqwest::header::HeaderName>().unwrap(), HeaderValue::from_static(value))
        };
        retry_after(&pairs.iter().map(pair).collect())
    };
    const NOW: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    let rows: [(Pairs, Option<u64>); 9] = [
        (&[], None),
        (&[("retry-after", "7")], Some(7)),
        (&[("retry-after", " 0 ")], Some(0)),
        (&[("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"), NOW], Some(3)),
        (&[("retry-after", "Sun, 06 Nov 1994 08:49:00 GMT"), NOW], Some(0)),
        (&[("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT")], None),
        (&[("retry-after", "Thu, 31 Dec 9998 23:59:59 GMT"), NOW], Some(252_586_653_022)),
        (&[("retry-after", "-1"), NOW], None),
        (&[("retry-after", "soon"), NOW], None),
    ];
    for (pairs, expected) in rows {
        let expected = expected.map(Duration::from_secs);
        assert_eq!(headers(pairs), expected, "{pairs:?}");
    }
}

#[test]
fn a_compressed_body_is_taken_as_it_comes() {
    // The beginning of a gzip file; nothing here would undo the rest of it.
    let (url, asked) = server(vec![|stream| {
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n";
        let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(b"\x1f\x8b\x08\x00"));
    }]);
    assert_eq!(get(&url, options()).unwrap().body, b"\x1f\x8b\x08\x00");
    assert!(!asked.recv().unwrap().to_lowercase().contains("accept-encoding"));
}

#[test]
fn retries_are_bounded_in_number_and_by_the_time_left() {
    let (url, asked) = server(vec![|stream| answer(stream, "500 Internal Server Error", "", "broken")]);
    let response = get(&url, Options { retries: 2, ..options() }).unwrap();
    assert_eq!(
        (response.status, response.body.as_slice(), asked.try_iter().count()),
        (500, &b"broken"[..], 3)
    );
    let begun = Instant::now();
    let (url, _asked) =
        server(vec![|stream| answer(stream, "429 Too Many Requests", "retry-after: 86400\r\n", "")]);
    let short = Options { timeout: Duration::from_secs(2), ..options() };
    assert_eq!(get(&url, short).unwrap().status, 429, "the last answer is better than a timeout");
    assert!(begun.elapsed() < Duration::from_secs(2), "took {:?}", begun.elapsed());
}

#[test]
fn waits_double_and_are_capped() {
    let second = Duration::from_secs(1);
    let rows = [
        (0, None, 0, Duration::from_millis(100)),
        (0, None, 999, Duration::from_micros(199_900)),
        (1, None, 0, Duration::from_millis(200)),
        (30, None, 0, Duration::from_millis(2_500)),
        (0, Some(second), 0, second),
        (0, Some(Duration::ZERO), 0, Duration::from_millis(100)),
        (0, Some(second * 3_600), 0, LONGEST_WAIT),
    ];
    for (tries, asked, chance, expected) in rows {
        assert_eq!(wait(tries, asked, chance), expected, "try {tries}, asked {asked:?}");
    }
}

#[test]
fn a_huge_body_is_cut_off() {
    let (url, _asked) = server(vec![|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 65_536]).is_ok() {}
    }]);
    let (kind, told) = failure(&url, Options { body_limit: 1_000_000, ..options() });
    assert_eq!(kind, HttpErrorKind::TooLarge);
    assert!(told.contains("more than 1000000 bytes"), "{told}");
}

#[test]
fn redirects_stay_on_the_server_and_end() {
    let (url, asked) =
        server(vec![|stream| answer(stream, "302 Found", "location: /moved?x=1\r\n", ""), |stream| {
            answer(stream, "200 OK", "", "[]");
        }]);
    assert_eq!(get(&url, options()).unwrap().url, format!("{url}/moved"));
    assert!(asked.iter().take(2).last().unwrap().starts_with("GET /moved?x=1 "));
    let (looping, asked) = server(vec![|stream| answer(stream, "302 Found", "location: /\r\n", "")]);
    assert_eq!(failure(&looping, options()).0, HttpErrorKind::Redirect);
    assert_eq!(asked.try_iter().count(), 1 + REDIRECTS);
    let (away, _asked) = server(vec![|stream| {
        answer(stream, "302 Found", "location: http://localhost:1/steal?canary-7f3a\r\n", "");
    }]);
    let (kind, told) = failure(&away, options());
    assert_eq!(kind, HttpErrorKind::Redirect);
    assert!(told.contains("to another server: http://localhost:1/steal"), "{told}");
}

#[test]
fn html_and_cut_json_are_not_taken_for_an_answer() {
    for (media_type, body) in [("text/html", "<html>log in</html>"), ("application/json", r#"["a","#)] {
        let response =
            Response { status: 200, media_type: Some(media_type.into()), body: body.into(), url: "u".into() };
        let error = response.json().unwrap_err();
        assert_eq!(error.kind(), HttpErrorKind::NotJson);
        assert!(error.to_string().contains(media_type), "{error}");
    }
    let (url, _asked) = server(vec![|stream| drop(stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\n"))]);
    assert_eq!(failure(&url, options()).0, HttpErrorKind::Broken);
}

#[test]
fn unreachable_servers_are_told_apart() {
    assert_eq!(failure(&closed(), options()).0, HttpErrorKind::Refused);
    let (plain, _asked) = server(vec![|stream| answer(stream, "400 Bad Request", "", "")]);
    assert_eq!(failure(&plain.replace("http:", "https:"), options()).0, HttpErrorKind::Tls);
    let nowhere = failure("http://eventctl.invalid/", options());
    assert!(matches!(nowhere.0, HttpErrorKind::UnknownHost), "{nowhere:?}");
}

#[test]
fn urls_that_cannot_be_asked_are_input_and_show_no_secret() {
    for url in ["ftp://h/", "not a url", "http://ops:canary-7f3a@h:1/", "http://canary-7f3a@h/", "http://"] {
        let (kind, told) = failure(url, options());
        assert_eq!(kind, HttpErrorKind::BadUrl, "{told}");
        assert_eq!(Failure::from(get(url, options()).unwrap_err()).code(), 2);
    }
    assert_eq!(shown("https://u:p@h:8/a?token=t#f"), "https://h:8/a");
}

#[test]
fn a_key_that_cannot_be_used_is_told_with_what_to_do_and_not_shown() {
    let with = |key: &str| {
        let certificate = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec();
        let identity = Some(ClientIdentity { certificate, key: Secret::new(key) });
        let error = Client::new(Options { identity, ..options() }).unwrap_err();
        let told = format!("{error} {error:?}");
        assert!(error.kind() == HttpErrorKind::Tls && !told.contains(CANARY), "{told}");
        told
    };
    for kind in ["RSA", "EC", "ENCRYPTED"] {
        let told = with(&format!("-----BEGIN {kind} PRIVATE KEY-----\n{CANARY}"));
        assert!(told.contains("openssl pkcs8 -topk8 -nocrypt"), "{told}");
    }
    assert!(with(CANARY).contains("no PEM text"));
    with(&format!("-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----\n"));
}

#[test]
fn a_ca_file_without_certificates_is_an_error() {
    let with = |pem: &str| Client::new(Options { extra_ca: Some(pem.into()), ..options() });
    assert_eq!(with("nothing").unwrap_err().kind(), HttpErrorKind::Tls);
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert_eq!(with(broken).unwrap_err().kind(), HttpErrorKind::Tls);
    assert!(!format!("{:?}", Client::new(options()).unwrap()).contains(CANARY));
}
