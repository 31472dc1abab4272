//! A schema registry of a test's own, in memory, that answers as Confluent's does, and whatever else a test tells it to.
//!
//! It compares nothing: what it refuses, and what it says of a candidate, is the test's to script.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// What a request is answered with instead.
#[derive(Clone)]
pub(crate) enum Twist {
    /// This status, media type and body.
    Answer(u16, &'static str, String),
    /// It is done as asked, and answered with this status.
    DoneAndFailed(u16),
    /// It is done as asked, after this time.
    Slow(Duration),
    /// The connection is closed without an answer, and nothing is done.
    Closed,
}

impl Twist {
    /// An error as the API has it.
    pub(crate) fn error(status: u16, code: u32, message: &str) -> Twist {
        Twist::Answer(
            status,
            "application/json",
            json!({ "error_code": code, "message": message }).to_string(),
        )
    }
}

type Rule = Box<dyn FnMut(&str, &str, &Value) -> Option<Twist> + Send>;

#[derive(Default)]
struct State {
    subjects: BTreeMap<String, Vec<Version>>,
    ids: Vec<(String, Value)>,
    levels: BTreeMap<String, String>,
    default_level: String,
    rule: Option<Rule>,
    log: Vec<String>,
}

struct Version {
    version: usize,
    id: usize,
    deleted: bool,
}

/// The registry.
pub(crate) struct StubRegistry {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl StubRegistry {
    /// An empty registry whose default level is BACKWARD.
    pub(crate) fn start() -> StubRegistry {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State { default_level: "BACKWARD".into(), ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &state));
            }
        });
        StubRegistry { url, state }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("the stub's state")
    }

    /// Answers some requests otherwise: the rule sees method, path with query, and body.
    pub(crate) fn twist(&self, rule: impl FnMut(&str, &str, &Value) -> Option<Twist> + Send + 'static) {
        self.state().rule = Some(Box::new(rule));
    }

    /// Answers as it should from now on.
    pub(crate) fn straighten(&self) {
        self.state().rule = None;
    }

    pub(crate) fn set_default(&self, level: &str) {
        self.state().default_level = level.to_owned();
    }

    pub(crate) fn set_level(&self, subject: &str, level: &str) {
        self.state().levels.insert(subject.to_owned(), level.to_owned());
    }

    pub(crate) fn level(&self, subject: &str) -> Option<String> {
        self.state().levels.get(subject).cloned()
    }

    /// Adds a version as if somebody else had.
    pub(crate) fn add(&self, subject: &str, schema: &str) {
        register(&mut self.state(), subject, &json!({ "schema": schema }));
    }

    /// The requests so far, as `POST /subjects/orders/versions`.
    pub(crate) fn log(&self) -> Vec<String> {
        self.state().log.clone()
    }

    /// The requests that change something.
    pub(crate) fn changes(&self) -> Vec<String> {
        let changes = |line: &String| {
            let lookup = line.starts_with("POST /subjects/") && !line.contains("/versions");
            !(line.starts_with("GET") || line.starts_with("POST /compatibility") || lookup)
        };
        self.log().into_iter().filter(changes).collect()
    }

    /// The numbers of a subject's versions in use.
    pub(crate) fn versions(&self, subject: &str) -> Vec<usize> {
        let state = self.state();
        let versions = state.subjects.get(subject).into_iter().flatten();
        versions.filter(|version| !version.deleted).map(|version| version.version).collect()
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or("").to_owned(), words.next().unwrap_or("").to_owned());
    let mut length = 0;
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).unwrap_or(0) == 0 || header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let twist = {
        let mut state = state.lock().expect("the state");
        state.log.push(format!("{method} {path}"));
        let mut rule = state.rule.take();
        let twist = rule.as_mut().and_then(|rule| rule(&method, &path, &body));
        state.rule = rule;
        twist
    };
    let answer = |state: &Mutex<State>| {
        let (status, body) = answer(&mut state.lock().expect("the state"), &method, &path, &body);
        (status, "application/vnd.schemaregistry.v1+json", body.to_string())
    };
    let (status, kind, text) = match twist {
        None => answer(state),
        Some(Twist::Answer(status, kind, text)) => (status, kind, text),
        Some(Twist::DoneAndFailed(status)) => {
            answer(state);
            (status, "text/plain", "something broke".to_owned())
        }
        Some(Twist::Slow(time)) => {
            std::thread::sleep(time);
            answer(state)
        }
        Some(Twist::Closed) => return,
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        text.len()
    );
    // A client that has gone needs no answer.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(text.as_bytes()));
}

fn error(status: u16, code: u32, message: &str) -> (u16, Value) {
    (status, json!({ "error_code": code, "message": message }))
}

fn answer(state: &mut State, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<String> = path.split('/').skip(1).map(decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let deleted = query.contains("deleted=true");
    match (method, parts.as_slice()) {
        ("GET", ["subjects"]) => {
            let live = |versions: &Vec<Version>| deleted || versions.iter().any(|version| !version.deleted);
            let names: Vec<&String> =
                state.subjects.iter().filter(|(_, versions)| live(versions)).map(|(name, _)| name).collect();
            (200, json!(names))
        }
        ("GET", ["subjects", subject, "versions"]) => {
            let versions = state.subjects.get(*subject).into_iter().flatten();
            let numbers: Vec<usize> = versions
                .filter(|version| deleted || !version.deleted)
                .map(|version| version.version)
                .collect();
            if numbers.is_empty() { error(404, 40401, "Subject not found.") } else { (200, json!(numbers)) }
        }
        ("GET", ["subjects", subject, "versions", number]) => one(state, subject, number, deleted),
        ("GET", ["subjects", _, "versions", _, "referencedby"]) => (200, json!([])),
        ("POST", ["subjects", subject, "versions"]) => (200, register(state, subject, body)),
        ("POST", ["subjects", subject]) => lookup(state, subject, body),
        ("DELETE", ["subjects", subject, "versions", number]) => {
            let number: usize = number.parse().unwrap_or(0);
            let versions = state.subjects.entry((*subject).to_owned()).or_default();
            match versions.iter_mut().find(|version| version.version == number && !version.deleted) {
                Some(version) => {
                    version.deleted = true;
                    (200, json!(number))
                }
                None => error(404, 40402, "Version not found."),
            }
        }
        ("GET", ["schemas", "ids", id]) => {
            match id.parse().ok().and_then(|id: usize| state.ids.get(id - 1)) {
                Some((schema, references)) => (200, json!({ "schema": schema, "references": references })),
                None => error(404, 40403, "Schema not found"),
            }
        }
        ("GET", ["schemas", "ids", id, "versions"]) => {
            let id: usize = id.parse().unwrap_or(0);
            let all = state
                .subjects
                .iter()
                .flat_map(|(name, versions)| versions.iter().map(move |one| (name, one)));
            let found: Vec<Value> = all
                .filter(|(_, version)| version.id == id)
                .map(|(name, version)| json!({ "subject": name, "version": version.version }))
                .collect();
            (200, json!(found))
        }
        ("GET", ["config"]) => (200, json!({ "compatibilityLevel": state.default_level })),
        ("GET", ["config", subject]) => match state.levels.get(*subject) {
            Some(level) => (200, json!({ "compatibilityLevel": level })),
            None if query.contains("defaultToGlobal=true") => {
                (200, json!({ "compatibilityLevel": state.default_level }))
            }
            None => error(404, 40408, "Subject does not have subject-level compatibility configured"),
        },
        ("PUT", ["config", subject]) => {
            let level = body["compatibility"].as_str().unwrap_or("").to_owned();
            state.levels.insert((*subject).to_owned(), level);
            (200, body.clone())
        }
        ("POST", ["compatibility", "subjects", ..]) => {
            (200, json!({ "is_compatible": true, "messages": [] }))
        }
        _ => error(404, 404, "HTTP 404 Not Found"),
    }
}

fn one(state: &State, subject: &str, number: &str, deleted: bool) -> (u16, Value) {
    let Some(versions) = state.subjects.get(subject) else { return error(404, 40401, "Subject not found.") };
    let mut known = versions.iter().filter(|version| deleted || !version.deleted);
    let found = known.find(|version| version.version.to_string() == number);
    match found {
        Some(version) => (200, shown(state, subject, version)),
        None => error(404, 40402, "Version not found."),
    }
}

fn shown(state: &State, subject: &str, version: &Version) -> Value {
    let (schema, references) = &state.ids[version.id - 1];
    json!({
        "subject": subject,
        "version": version.version,
        "id": version.id,
        "schema": schema,
        "references": references,
    })
}

fn lookup(state: &State, subject: &str, body: &Value) -> (u16, Value) {
    let Some(versions) = state.subjects.get(subject) else { return error(404, 40401, "Subject not found.") };
    let wanted = content(body);
    let mut live = versions.iter().filter(|version| !version.deleted);
    match live.find(|version| state.ids[version.id - 1] == wanted) {
        Some(version) => (200, shown(state, subject, version)),
        None => error(404, 40403, "Schema not found"),
    }
}

fn register(state: &mut State, subject: &str, body: &Value) -> Value {
    let wanted = content(body);
    let id = state.ids.iter().position(|known| *known == wanted).map_or_else(
        || {
            state.ids.push(wanted);
            state.ids.len()
        },
        |at| at + 1,
    );
    let versions = state.subjects.entry(subject.to_owned()).or_default();
    if !versions.iter().any(|version| version.id == id && !version.deleted) {
        let version = versions.last().map_or(1, |last| last.version + 1);
        versions.push(Version { version, id, deleted: false });
    }
    json!({ "id": id })
}

/// What makes a schema this one: its text without white space, and its references.
fn content(body: &Value) -> (String, Value) {
    let text = body["schema"].as_str().unwrap_or("");
    let text = serde_json::from_str::<Value>(text).map_or(text.to_owned(), |json| json.to_string());
    let references = body.get("references").cloned().unwrap_or(json!([]));
    (text, references)
}

fn decoded(part: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%').then(|| std::str::from_utf8(&after[..2]).ok()).flatten();
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}
