//! The sample events: valid, consistent over all topics, and the same bytes for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eventctl_core::codec::event::{EventSchemas, Events, Shape};
use eventctl_core::codec::{Bytes, Encoder, Form};
use eventctl_core::schema::parse;
use eventctl_core::yaml::Source;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::world::repository;
use crate::world::traffic::{Topic, Traffic, instant};

/// 2026-11-22T14:00:00Z.
const START: i64 = 1_795_356_000_000;
/// An hour of all topics together, in which everything happens.
const MANY: usize = 100_000;

const EVENTS: &[(Topic, &[(&str, &str)])] = &[
    (
        Topic::Agent,
        &[
            ("STATE_CHANGED", "agent-state-changed-event"),
            ("MATCHED", "agent-matched-event"),
            ("AVAILABILITY_CHANGED", "agent-availability-event"),
        ],
    ),
    (
        Topic::Conversation,
        &[
            ("STARTED", "conversation-started-event"),
            ("ENDED", "conversation-ended-event"),
            ("UPDATED", "conversation-updated-event"),
        ],
    ),
    (
        Topic::Message,
        &[
            ("SENT", "message-sent-event"),
            ("RECEIVED", "message-received-event"),
            ("DELIVERED", "message-delivered-event"),
        ],
    ),
    (
        Topic::Session,
        &[
            ("CREATED", "session-created-event"),
            ("EXPIRED", "session-expired-event"),
            ("UPDATED", "session-updated-event"),
        ],
    ),
    (
        Topic::Bot,
        &[("RESPONSE", "bot-response-event"), ("INTENT", "bot-intent-event"), ("ENTITY", "bot-entity-event")],
    ),
    (Topic::Analytics, &[("METRIC", "metric-event"), ("KPI", "kpi-event"), ("BUSINESS", "business-event")]),
];

fn all(seed: u64) -> Traffic {
    Traffic::new(seed, START, &Topic::ALL, None)
}

/// The newest schemas of a topic's events, from the files.
fn schemas(marks: &[(&str, &str)]) -> Events {
    let events = marks.iter().map(|(mark, subject)| {
        let folder = repository().join("schemas").join(subject);
        let number =
            (1..).take_while(|number| folder.join(format!("v{number}.avsc")).exists()).last().unwrap();
        let text = std::fs::read_to_string(folder.join(format!("v{number}.avsc"))).unwrap();
        let schema = parse(&Source::new(subject, &text), &[]).unwrap();
        let encoder = Arc::new(Encoder::new(&schema, Form::Plain, Bytes::Base64));
        EventSchemas {
            name: (*subject).to_owned(),
            mark: Some((*mark).to_owned()),
            subject: (*subject).to_owned(),
            versions: BTreeMap::from([(number, encoder)]),
        }
    });
    Events::new(Shape::Plain, events.collect())
}

#[test]
fn every_event_is_valid_under_the_newest_schema_and_all_eighteen_occur() {
    let events: BTreeMap<Topic, Events> =
        EVENTS.iter().map(|(topic, marks)| (*topic, schemas(marks))).collect();
    let (mut seen, mut scratch) = (BTreeSet::new(), Vec::new());
    for seed in [1, 7, u64::MAX] {
        let mut traffic = all(seed);
        for number in 0..MANY {
            let event = traffic.next();
            let text = std::str::from_utf8(event.body).unwrap();
            let payload = events[&event.topic].check(text, &mut scratch);
            let payload =
                payload.unwrap_or_else(|error| panic!("event {number} of seed {seed}: {error}\n{text}"));
            seen.insert(payload.event.subject.clone());
            assert!(!text.contains('\n'), "{text}");
        }
    }
    assert_eq!(seen.len(), 18, "{seen:?}");
}

/// What the events so far say, and what must not follow.
#[derive(Default)]
struct World {
    last: i64,
    /// Versions by topic and key.
    versions: BTreeMap<(Topic, String), i64>,
    /// Status and availability.
    agents: BTreeMap<String, (String, bool)>,
    /// Who talks to whom.
    talking: BTreeMap<String, String>,
    conversations: BTreeMap<String, Conversation>,
    /// The last time of something in a session.
    sessions: BTreeMap<String, i64>,
    event_ids: BTreeSet<String>,
}

#[derive(Default)]
struct Conversation {
    started: Option<i64>,
    status: String,
    /// The message that is under way, and how far it is.
    message: (i64, &'static str),
    sent: i64,
    intents: i64,
    ended: bool,
}

impl World {
    fn takes(&mut self, topic: Topic, body: &Value) {
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        let kind = text("type");
        let at = body["timestamp"].as_i64().unwrap();
        assert!(at > self.last, "times increase");
        self.last = at;
        assert!(self.event_ids.insert(text("eventId")), "an id of its own");
        let key = match topic {
            Topic::Agent => text("agentId"),
            Topic::Session => text("sessionId"),
            Topic::Analytics if kind == "BUSINESS" => kind.clone(),
            Topic::Analytics => text("name"),
            _ => text("conversationId"),
        };
        let version = self.versions.entry((topic, key.clone())).or_default();
        *version += 1;
        assert_eq!(body["version"].as_i64(), Some(*version), "versions grow by one");
        match topic {
            Topic::Agent => self.agent(&kind, key, body),
            Topic::Conversation => self.conversation(&kind, &key, body, at),
            Topic::Message => self.message(&kind, &key, body),
            Topic::Bot => {
                let conversation = self.conversations.get_mut(&key).expect("started");
                assert!(conversation.started.is_some() && !conversation.ended);
                conversation.intents += i64::from(kind == "INTENT");
                assert!(conversation.intents > 0, "an intent comes first");
            }
            Topic::Session => self.session(&kind, key, body, at),
            Topic::Analytics => {}
        }
    }

    fn agent(&mut self, kind: &str, key: String, body: &Value) {
        let (status, available) =
            self.agents.entry(key.clone()).or_insert_with(|| ("OFFLINE".to_owned(), false));
        match kind {
            "STATE_CHANGED" => {
                assert_eq!(body["previousStatus"], status.as_str());
                assert_ne!(body["newStatus"], status.as_str());
                *status = body["newStatus"].as_str().unwrap().to_owned();
                if let Some(conversation) = self.talking.remove(&key) {
                    assert!(self.conversations[&conversation].ended, "left in the middle");
                }
            }
            "MATCHED" => {
                assert!(*available && status == "AVAILABLE", "matched only when available");
                assert_eq!(
                    (&body["previousState"], &body["newState"]),
                    (&"AVAILABLE".into(), &"BUSY".into())
                );
                "BUSY".clone_into(status);
                let conversation = body["conversationId"].as_str().unwrap().to_owned();
                assert!(!self.talking.values().any(|other| *other == conversation), "one agent only");
                self.talking.insert(key, conversation);
            }
            _ => {
                assert_ne!(body["available"], *available, "it changed");
                *available = body["available"].as_bool().unwrap();
                assert_eq!(*available, status == "AVAILABLE");
            }
        }
    }

    fn conversation(&mut self, kind: &str, key: &str, body: &Value, at: i64) {
        let agent = self.talking.iter().find(|(_, other)| *other == key).map(|(agent, _)| agent.clone());
        let conversation = self.conversations.entry(key.to_owned()).or_default();
        assert_eq!(conversation.started.is_none(), kind == "STARTED", "started once, and first");
        assert!(!conversation.ended);
        match kind {
            "STARTED" => {
                conversation.started = Some(at);
                "ACTIVE".clone_into(&mut conversation.status);
                assert_eq!(body["agentId"].as_str(), agent.as_deref(), "the one that was matched");
            }
            "UPDATED" => {
                assert_ne!(body["status"], conversation.status.as_str());
                body["status"].as_str().unwrap().clone_into(&mut conversation.status);
            }
            _ => {
                conversation.ended = true;
                assert_eq!(conversation.status, "ACTIVE");
                assert_eq!(body["duration"].as_i64(), conversation.started.map(|started| at - started));
                if let Some(count) = body["summary"]["messageCount"].as_i64() {
                    assert_eq!(count, conversation.sent, "the summary adds up");
                }
            }
        }
    }

    fn message(&mut self, kind: &str, key: &str, body: &Value) {
        let agent = body["senderId"].as_str().unwrap();
        if agent.starts_with("agent-") {
            assert_eq!(self.talking.get(agent).map(String::as_str), Some(key), "only who was matched writes");
        }
        let conversation = self.conversations.get_mut(key).expect("started");
        assert!(conversation.started.is_some() && !conversation.ended);
        let number: i64 = body["messageId"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
        let next = match (kind, conversation.message.1) {
            ("SENT", "" | "DELIVERED") => (number, "SENT"),
            ("RECEIVED", "SENT") => (conversation.message.0, "RECEIVED"),
            ("DELIVERED", "RECEIVED") => (conversation.message.0, "DELIVERED"),
            other => panic!("{other:?}"),
        };
        conversation.sent += i64::from(kind == "SENT");
        assert_eq!(number, conversation.sent);
        conversation.message = next;
    }

    fn session(&mut self, kind: &str, key: String, body: &Value, at: i64) {
        match kind {
            "CREATED" => assert_eq!(self.sessions.insert(key, at), None),
            "UPDATED" => *self.sessions.get_mut(&key).expect("created before") = at,
            _ => {
                let active = self.sessions.remove(&key).expect("created before, expired once");
                assert_eq!(body["idleTime"].as_i64(), Some(at - active));
            }
        }
    }
}

#[test]
fn what_one_event_says_the_others_agree_with() {
    for seed in [1, 7] {
        let (mut traffic, mut world) = (all(seed), World::default());
        for _ in 0..MANY {
            let event = traffic.next();
            let body = serde_json::from_slice(event.body).unwrap();
            world.takes(event.topic, &body);
        }
        assert_eq!(world.agents.len(), 200);
        let ended = world.conversations.values().filter(|conversation| conversation.ended).count();
        assert!(ended > 1_500, "{ended} conversations ended");
    }
}

#[test]
fn the_reference_scenario_is_among_the_first_events_of_every_seed() {
    for seed in 0..50 {
        let mut traffic = all(seed);
        let mut story = Vec::new();
        for _ in 0..80 {
            let event = traffic.next();
            let body: Value = serde_json::from_slice(event.body).unwrap();
            if body["conversationId"] == "conv-001" {
                let who = if body["type"] == "MATCHED" { &body["agentId"] } else { &Value::Null };
                story.push(format!("{} {}", body["type"].as_str().unwrap(), who.as_str().unwrap_or("")));
            }
        }
        assert_eq!(&story[..2], ["MATCHED agent-123", "STARTED "], "seed {seed}");
        assert_eq!(story.last().unwrap(), "ENDED ", "seed {seed}");
        for kind in ["SENT ", "RECEIVED ", "DELIVERED ", "INTENT ", "ENTITY ", "RESPONSE "] {
            assert!(story.iter().any(|event| event == kind), "seed {seed}: no {kind}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_ever() {
    let mut hashes = String::new();
    for topic in Topic::ALL {
        let (mut alone, mut together) = (Traffic::new(7, START, &[topic], None), all(7));
        let mut hash = Sha256::new();
        for _ in 0..2_000 {
            let body = alone.next().body;
            hash.update(body);
            hash.update(b"\n");
            while together.next().topic != topic {}
        }
        // Whichever topics are asked for, the next one is the same too.
        let next = loop {
            let event = together.next();
            if event.topic == topic {
                break event.body.to_vec();
            }
        };
        assert_eq!(alone.next().body, next);
        let short: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        hashes.push_str(&format!("{} {short}\n", topic.name()));
    }
    insta::assert_snapshot!(hashes, @r"
    agent-events 9dae431628f2c8a2
    conversation-events 74c43f46b7c29568
    message-events db5664be63c87e8f
    session-events ce0c519f2aa8c99b
    bot-events d8759829b0e904a7
    analytics-events 8e4b151d42450b49
    ");
    assert_ne!(all(1).next().body, all(2).next().body);
}

#[test]
fn a_start_is_the_instant_that_jiff_reads() {
    let rows =
        ["1970-01-01T00:00:00Z", "2026-11-22T14:00:00Z", "2024-02-29T23:59:59Z", "2000-12-31T00:00:01Z"];
    for text in rows {
        let theirs: jiff::Timestamp = text.parse().unwrap();
        assert_eq!(instant(text), Some(theirs.as_millisecond()), "{text}");
    }
    assert_eq!(instant("2026-11-22T14:00:00Z"), Some(START));
    for text in ["", "2026-11-22", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z"] {
        assert_eq!(instant(text), None, "{text}");
    }
}

#[test]
fn periods_are_those_of_the_calendar() {
    // Over the end of a year, and over that of its last week.
    for start in ["2026-12-31T23:00:00Z", "2027-01-03T23:00:00Z", "2024-02-29T23:00:00Z"] {
        let mut traffic = Traffic::new(7, instant(start).unwrap(), &[Topic::Analytics], None);
        let mut periods = BTreeSet::new();
        for _ in 0..8_000 {
            let event: Value = serde_json::from_slice(traffic.next().body).unwrap();
            if let Some(period) = event["period"].as_str() {
                let time = jiff::Timestamp::from_millisecond(event["timestamp"].as_i64().unwrap()).unwrap();
                let format = if period.contains('W') { "%G-W%V" } else { "%Y-%m" };
                assert_eq!(period, time.strftime(format).to_string());
                periods.insert(period.to_owned());
            }
        }
        assert!(periods.len() > 2, "{periods:?}");
    }
}

#[test]
fn messages_fill_their_lines_up_to_a_size() {
    let events = schemas(EVENTS[2].1);
    let mut traffic = Traffic::new(7, START, &[Topic::Message], Some(236));
    let mut lengths = BTreeMap::<(String, usize), usize>::new();
    for _ in 0..30_000 {
        let body = traffic.next().body;
        let text = std::str::from_utf8(body).unwrap();
        events.check(text, &mut Vec::new()).unwrap();
        let kind = text[9..].split('"').next().unwrap().to_owned();
        *lengths.entry((kind, body.len())).or_default() += 1;
    }
    let sized: Vec<_> = lengths.keys().filter(|(kind, _)| kind != "DELIVERED").collect();
    assert_eq!(sized, [&("RECEIVED".to_owned(), 236), &("SENT".to_owned(), 236)]);
    assert!(lengths.keys().all(|(_, length)| (205..=236).contains(length)), "{lengths:?}");
}
