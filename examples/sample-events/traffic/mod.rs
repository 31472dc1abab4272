//! Believable traffic of the reference system: one world of customers, sessions, conversations, bots and agents, from
//! which the events of all six topics come.
//!
//! What one topic says, the others agree with: who is matched was available, a summary counts the messages that were
//! sent, `queue.waiting` is how many are waiting. Times increase strictly, over all topics. The first conversation is the
//! reference scenario: agent-123 is matched to conv-001.
//!
//! One seed and one start give the same bytes for ever, whichever topics are asked for: every event has random numbers
//! of its own for what it says. Nothing here knows of files, arguments or Kafka.

#![allow(dead_code, reason = "the example, tests and benches each use their part of it")]
#![allow(
    clippy::indexing_slicing,
    reason = "the numbers of agents are ours, and a choice is below the length of what it chooses from"
)]

mod agents;
mod analytics;
mod body;
mod calendar;
mod conversations;
mod random;
mod sessions;
mod texts;

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use agents::{AGENTS, Agent};
use body::{Output, Stamp};
#[allow(unused_imports, reason = "each target that includes this uses its part of it")]
pub(crate) use calendar::instant;
use conversations::Conversation;
use random::Random;
use sessions::Session;

/// The agent of the reference scenario.
const SCENARIO_AGENT: u32 = 123;

/// The topics of the reference system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    Agent,
    Conversation,
    Message,
    Session,
    Bot,
    Analytics,
}

impl Topic {
    /// Each of them.
    pub(crate) const ALL: [Topic; 6] =
        [Topic::Agent, Topic::Conversation, Topic::Message, Topic::Session, Topic::Bot, Topic::Analytics];

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Topic::Agent => "agent-events",
            Topic::Conversation => "conversation-events",
            Topic::Message => "message-events",
            Topic::Session => "session-events",
            Topic::Bot => "bot-events",
            Topic::Analytics => "analytics-events",
        }
    }
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event<'t> {
    /// Where it belongs.
    pub(crate) topic: Topic,
    /// Its body: an object of JSON with `type`, without a line break.
    pub(crate) body: &'t [u8],
}

/// What happens next to whom.
#[derive(Debug)]
enum Task {
    Arrival,
    AgentReturns(u32),
    AgentDecides(u32),
    Conversation(Box<Conversation>),
    Session(Box<Session>),
    Metric,
    Kpi,
}

#[derive(Debug)]
struct Scheduled {
    at: i64,
    order: u64,
    task: Task,
}

impl Ord for Scheduled {
    /// The earliest is the greatest, as the heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl PartialOrd for Scheduled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Scheduled {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Scheduled {}

/// The world, and how far it has come.
#[derive(Debug)]
pub(crate) struct Traffic {
    random: Random,
    /// When the last event happened.
    clock: i64,
    events: u64,
    tasks: BinaryHeap<Scheduled>,
    scheduled: u64,
    agents: Vec<Agent>,
    /// Agents without a conversation, the one that has waited longest first.
    idle: VecDeque<u32>,
    /// Conversations without an agent that need one.
    waiting: VecDeque<Box<Conversation>>,
    conversations: u32,
    sessions: u32,
    measured: analytics::Measured,
    output: Output,
}

impl Traffic {
    /// Begins at a time in milliseconds since 1970, and gives the events of these topics. With `bytes`, the lines of
    /// messages sent and received have exactly this length, as far as their other members leave room.
    pub(crate) fn new(seed: u64, start: i64, topics: &[Topic], bytes: Option<usize>) -> Self {
        let wanted = Topic::ALL.map(|topic| topics.contains(&topic));
        assert!(!topics.is_empty(), "no topic: there would never be a next event");
        let mut traffic = Traffic {
            random: Random::new(seed),
            clock: start - 1,
            events: 0,
            tasks: BinaryHeap::new(),
            scheduled: 0,
            agents: vec![Agent::NEW; AGENTS],
            idle: VecDeque::new(),
            waiting: VecDeque::new(),
            conversations: 0,
            sessions: 0,
            measured: analytics::Measured::default(),
            output: Output { wanted, bytes, seed, lines: Vec::new(), ready: VecDeque::new() },
        };
        traffic.open(start);
        traffic
    }

    /// The scenario's agent and customer come first, the others in the minutes after.
    fn open(&mut self, start: i64) {
        self.schedule(start, Task::AgentReturns(SCENARIO_AGENT));
        self.schedule(start + 100, Task::Arrival);
        for agent in (1..=AGENTS as u32).filter(|agent| *agent != SCENARIO_AGENT) {
            let at = start + self.random.between(5_000, 300_000);
            self.schedule(at, Task::AgentReturns(agent));
        }
        self.schedule(start + 1_000, Task::Metric);
        self.schedule(start + 60_000, Task::Kpi);
    }

    /// The next event of a topic that is wanted. There is always one.
    pub(crate) fn next(&mut self) -> Event<'_> {
        loop {
            if let Some((topic, range)) = self.output.ready.pop_front() {
                return Event { topic, body: &self.output.lines[range] };
            }
            self.output.lines.clear();
            self.step();
        }
    }

    fn step(&mut self) {
        let Some(Scheduled { at, task, .. }) = self.tasks.pop() else { return };
        match task {
            Task::Arrival => self.customer_arrives(at),
            Task::AgentReturns(agent) => self.agent_returns(agent, at),
            Task::AgentDecides(agent) => self.agent_decides(agent, at),
            Task::Conversation(conversation) => self.conversation_goes_on(conversation, at),
            Task::Session(session) => self.session_goes_on(session, at),
            Task::Metric => self.metric(at),
            Task::Kpi => self.kpi(at),
        }
    }

    fn schedule(&mut self, at: i64, task: Task) {
        self.scheduled += 1;
        self.tasks.push(Scheduled { at, order: self.scheduled, task });
    }

    /// The time of the next event: as planned, but after the one before.
    fn stamp(&mut self, at: i64) -> Stamp {
        self.clock = at.max(self.clock + 1);
        self.events += 1;
        Stamp { at: self.clock, number: self.events }
    }
}
