//! Customers' sessions: created, updated, and expired when nothing has happened for a while.

use super::body::Party;
use super::conversations::Conversation;
use super::{Task, Topic, Traffic, texts};

/// After how long without anything a session expires.
const IDLE: i64 = 900_000;
/// With more customers waiting than this, new ones only look around.
const QUEUE: usize = 50;

/// One session.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) customer: u32,
    pub(crate) channel: &'static str,
    number: u32,
    version: i64,
    /// When something happened in it last.
    active: i64,
    /// How many pages its customer will still look at.
    pages: i64,
}

/// What changed in a session.
pub(crate) enum Change {
    Page,
    Conversation(u32),
    Resolution(&'static str),
}

impl Traffic {
    /// A customer arrives, and wants to talk or only looks around.
    pub(crate) fn customer_arrives(&mut self, at: i64) {
        self.sessions += 1;
        let scenario = self.sessions == 1;
        let customer = if scenario { 456 } else { self.random.between(1, 20_000) as u32 };
        let channel = if scenario { "chat" } else { self.random.pick(texts::CHANNELS) };
        let mut session =
            Box::new(Session { customer, channel, number: self.sessions, version: 0, active: at, pages: 0 });
        self.session_created(&mut session, at);
        if scenario || (self.waiting.len() < QUEUE && self.random.percent(75)) {
            let wait = if scenario { 900 } else { self.random.between(2_000, 20_000) };
            let conversation = self.new_conversation(session);
            self.schedule(at + wait, Task::Conversation(conversation));
        } else {
            session.pages = self.random.between(1, 5);
            self.schedule(at + 5_000, Task::Session(session));
        }
        // The scenario has the first seconds for itself.
        let next = if scenario { 20_000 } else { self.random.between(200, 1_800) };
        self.schedule(at + next, Task::Arrival);
    }

    /// Another page, or the end.
    pub(crate) fn session_goes_on(&mut self, mut session: Box<Session>, at: i64) {
        if session.pages == 0 {
            return self.session_expired(&session, at);
        }
        session.pages -= 1;
        self.session_updated(&mut session, &Change::Page, at);
        let wait = if session.pages == 0 { IDLE } else { self.random.between(3_000, 60_000) };
        self.schedule(self.clock + wait, Task::Session(session));
    }

    /// A conversation is over; nothing more will happen in its session.
    pub(crate) fn session_after(&mut self, conversation: Conversation, resolution: &'static str, at: i64) {
        let mut session = conversation.session;
        self.session_updated(&mut session, &Change::Resolution(resolution), at);
        self.schedule(self.clock + IDLE, Task::Session(session));
    }

    fn session_created(&mut self, session: &mut Session, at: i64) {
        let stamp = self.stamp(at);
        session.active = stamp.at;
        session.version += 1;
        if let Some(mut body) = self.output.begin(Topic::Session, "CREATED", stamp) {
            body.event_id();
            body.session(session.number);
            body.party("customerId", Party::Customer(session.customer));
            body.text("channel", session.channel);
            let mut random = body.random();
            let device = ("device", random.pick(texts::DEVICES));
            let language = ("language", random.pick(texts::LANGUAGES));
            match random.below(3) {
                0 => body.map("attributes", &[]),
                1 => body.map("attributes", &[device]),
                _ => body.map("attributes", &[device, language]),
            }
            body.timestamp();
            body.number("version", session.version);
            body.end();
        }
    }

    /// `UPDATED`.
    pub(crate) fn session_updated(&mut self, session: &mut Session, change: &Change, at: i64) {
        let stamp = self.stamp(at);
        session.active = stamp.at;
        session.version += 1;
        if let Some(mut body) = self.output.begin(Topic::Session, "UPDATED", stamp) {
            body.event_id();
            body.session(session.number);
            body.party("customerId", Party::Customer(session.customer));
            match change {
                Change::Page => {
                    let page = body.random().pick(texts::PAGES);
                    body.map("attributes", &[("page", page)]);
                }
                Change::Conversation(number) => {
                    body.map("attributes", &[("conversationId", &format!("conv-{number:03}"))]);
                }
                Change::Resolution(resolution) => body.map("attributes", &[("resolution", resolution)]),
            }
            body.timestamp();
            body.number("version", session.version);
            body.end();
        }
    }

    fn session_expired(&mut self, session: &Session, at: i64) {
        let stamp = self.stamp(at);
        if let Some(mut body) = self.output.begin(Topic::Session, "EXPIRED", stamp) {
            body.event_id();
            body.session(session.number);
            body.party("customerId", Party::Customer(session.customer));
            body.number("idleTime", stamp.at - session.active);
            body.timestamp();
            body.number("version", session.version + 1);
            body.end();
        }
    }
}
