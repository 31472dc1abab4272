//! Small servers that answer as they are told, for the tests of everything that speaks HTTP.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};

/// What a server does with one request: its text and the connection to answer on.
pub(crate) type Script = Box<dyn Fn(&str, &mut TcpStream) + Send + Sync>;

/// A server that hands each connection, its request read, to one of the scripts in turn (the last one again and
/// again), and tells what it was asked: the head, an empty line, the body.
pub(crate) fn server(scripts: Vec<fn(&mut TcpStream)>) -> (String, Receiver<String>) {
    let script = |script: fn(&mut TcpStream)| -> Script { Box::new(move |_, stream| script(stream)) };
    serve(scripts.into_iter().map(script).collect())
}

/// As `server`, of scripts that know something.
pub(crate) fn serve(scripts: Vec<Script>) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = mpsc::channel();
    let scripts = Arc::new(scripts);
    std::thread::spawn(move || {
        for (turn, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let request = request(&stream);
            sender.send(request.clone()).ok();
            let scripts = Arc::clone(&scripts);
            std::thread::spawn(move || scripts[turn.min(scripts.len() - 1)](&request, &mut stream));
        }
    });
    (url, asked)
}

const ABSENT: &str = r#"{"error_code":40403,"message":"Schema not found"}"#;

/// A server that answers each path with its body, and everything else with a 404 of a registry.
pub(crate) fn routes(routes: Vec<(String, String)>) -> (String, Receiver<String>) {
    serve(vec![Box::new(move |request, stream| {
        let path = request.split(' ').nth(1).unwrap_or_default();
        match routes.iter().find(|(known, _)| known == path) {
            Some((_, body)) => answer(stream, "200 OK", "", body),
            None => answer(stream, "404 Not Found", "", ABSENT),
        }
    })])
}

fn request(stream: &TcpStream) -> String {
    let mut head = String::new();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    // What begins a TLS handshake is no head that could be read.
    let plain = reader.fill_buf().unwrap().first().is_some_and(u8::is_ascii_uppercase);
    while plain && reader.read_line(&mut head).unwrap() > 2 {}
    let lower = head.to_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    reader.take(length.unwrap_or(0)).read_to_string(&mut head).unwrap();
    head
}

/// Answers with a status line, further headers (each with its line break) and a body.
pub(crate) fn answer(stream: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    // The client may be gone already, which is what some tests are about.
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}"
    );
}

/// A URL at which nobody listens.
pub(crate) fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Waits for a future.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
