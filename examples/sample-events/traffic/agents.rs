//! Agents: what they are doing, and who takes the next conversation.

use super::body::Party;
use super::{SCENARIO_AGENT, Task, Topic, Traffic, texts};

/// How many there are. Four in ten messages are an agent's, so that each agent is the sender in about 0.2 % of them.
pub(crate) const AGENTS: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Offline,
    Available,
    Busy,
    Away,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::Offline => "OFFLINE",
            Status::Available => "AVAILABLE",
            Status::Busy => "BUSY",
            Status::Away => "AWAY",
        }
    }
}

/// One agent, as the events so far say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agent {
    status: Status,
    available: bool,
    version: i64,
}

impl Agent {
    /// Before the first event.
    pub(crate) const NEW: Agent = Agent { status: Status::Offline, available: false, version: 0 };
}

impl Traffic {
    fn agent(&mut self, number: u32) -> &mut Agent {
        &mut self.agents[number as usize - 1]
    }

    /// An agent comes back: from home, from a break, or from a conversation. Takes whoever waits, or waits.
    pub(crate) fn agent_returns(&mut self, number: u32, at: i64) {
        let reason = match self.agent(number).status {
            Status::Offline => "shift began",
            Status::Away => "break ended",
            _ => "conversation ended",
        };
        self.state_changed(number, Status::Available, reason, at);
        match self.waiting.pop_front() {
            Some(conversation) => self.join(conversation, number, "first in the queue", at),
            None => self.idle.push_back(number),
        }
    }

    /// An agent has done what follows a conversation: goes home, takes a break, or is there for the next one.
    pub(crate) fn agent_decides(&mut self, number: u32, at: i64) {
        // The one of the reference scenario stays.
        let choice = if number == SCENARIO_AGENT { 99 } else { self.random.below(100) };
        let away = match choice {
            0 => {
                self.state_changed(number, Status::Offline, "shift ended", at);
                self.random.between(600_000, 3_600_000)
            }
            1..5 => {
                self.state_changed(number, Status::Away, "break", at);
                self.random.between(120_000, 900_000)
            }
            _ => return self.agent_returns(number, at),
        };
        self.schedule(at + away, Task::AgentReturns(number));
    }

    /// `STATE_CHANGED`, and what follows for being available.
    fn state_changed(&mut self, number: u32, status: Status, reason: &str, at: i64) {
        let agent = self.agent(number);
        let before = agent.status;
        agent.status = status;
        agent.version += 1;
        let version = agent.version;
        let stamp = self.stamp(at);
        if let Some(mut body) = self.output.begin(Topic::Agent, "STATE_CHANGED", stamp) {
            body.event_id();
            body.party("agentId", Party::Agent(number));
            body.text("previousStatus", before.word());
            body.text("newStatus", status.word());
            body.timestamp();
            let told = body.random().percent(80);
            body.optional("reason", told.then_some(reason));
            body.number("version", version);
            body.end();
        }
        self.availability(number, status == Status::Available, reason, at);
    }

    /// `AVAILABILITY_CHANGED`, where it does change.
    fn availability(&mut self, number: u32, available: bool, reason: &str, at: i64) {
        let agent = self.agent(number);
        if agent.available == available {
            return;
        }
        agent.available = available;
        agent.version += 1;
        let version = agent.version;
        let stamp = self.stamp(at);
        if let Some(mut body) = self.output.begin(Topic::Agent, "AVAILABILITY_CHANGED", stamp) {
            body.event_id();
            body.party("agentId", Party::Agent(number));
            body.boolean("available", available);
            body.timestamp();
            let told = body.random().percent(80);
            body.optional("reason", told.then_some(reason));
            body.number("version", version);
            body.end();
        }
    }

    /// `MATCHED`: an available agent takes a conversation.
    pub(crate) fn matched(&mut self, number: u32, conversation: u32, why: &str, at: i64) {
        let agent = self.agent(number);
        let before = agent.status;
        agent.status = Status::Busy;
        agent.version += 1;
        let version = agent.version;
        let stamp = self.stamp(at);
        if let Some(mut body) = self.output.begin(Topic::Agent, "MATCHED", stamp) {
            body.party("agentId", Party::Agent(number));
            body.conversation(conversation);
            body.timestamp();
            let mut random = body.random();
            body.optional("priority", random.pick(texts::PRIORITIES));
            body.event_id();
            body.number("version", version);
            body.text("previousState", before.word());
            body.text("newState", Status::Busy.word());
            body.optional("routingReason", random.percent(80).then_some(why));
            body.end();
        }
        self.availability(number, false, "in a conversation", at);
    }
}
