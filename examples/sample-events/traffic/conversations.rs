//! Conversations: matched and started, or started and waiting for an agent; messages, what the bot makes of them, the end.

use super::analytics::Outcome;
use super::body::Party;
use super::random::Random;
use super::sessions::{Change, Session};
use super::texts::{AGENT_SAYS, CUSTOMER_SAYS, MATTERS, Matter};
use super::{SCENARIO_AGENT, Task, Topic, Traffic};

/// What comes next.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Arrive,
    Start,
    Sent(Speaker),
    Received(Speaker),
    Delivered(Speaker),
    Intent,
    Entities(usize),
    Answer,
    NeedAgent,
    Joined,
    Hold,
    Resume,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    Customer,
    Bot,
    Agent,
}

/// One conversation.
#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) session: Box<Session>,
    number: u32,
    stage: Stage,
    matter: &'static Matter,
    bot: u32,
    agent: Option<u32>,
    /// Whether the bot will do without an agent.
    bot_only: bool,
    /// Whether the bot has had its turn.
    introduced: bool,
    /// How often the agent, or the bot alone, will still answer.
    answers: i64,
    may_hold: bool,
    started: i64,
    /// How many messages were sent: the number of the last one.
    messages: u32,
    version: i64,
    message_version: i64,
    bot_version: i64,
}

impl Conversation {
    fn is_scenario(&self) -> bool {
        self.number == 1
    }

    fn party(&self, speaker: Speaker) -> Party {
        match (speaker, self.agent) {
            (Speaker::Customer, _) => Party::Customer(self.session.customer),
            (Speaker::Agent, Some(agent)) => Party::Agent(agent),
            (Speaker::Bot | Speaker::Agent, _) => Party::Bot(self.bot),
        }
    }

    /// Who reads what this one writes.
    fn reader(&self, speaker: Speaker) -> Party {
        match speaker {
            Speaker::Customer if self.introduced => self.party(Speaker::Agent),
            Speaker::Customer => Party::Bot(self.bot),
            Speaker::Bot | Speaker::Agent => self.party(Speaker::Customer),
        }
    }

    /// The text of the last message: the same one when it is sent and when it is received.
    fn content(&self, speaker: Speaker, seed: u64) -> &'static str {
        let mut random =
            Random::of(seed, (u64::from(self.number) << 32) | (1 << 31) | u64::from(self.messages));
        match speaker {
            Speaker::Customer if self.messages == 1 => random.pick(self.matter.openings),
            Speaker::Customer => random.pick(CUSTOMER_SAYS),
            Speaker::Bot => self.matter.response,
            Speaker::Agent => random.pick(AGENT_SAYS),
        }
    }
}

impl Traffic {
    /// A conversation that is about to begin.
    pub(crate) fn new_conversation(&mut self, session: Box<Session>) -> Box<Conversation> {
        self.conversations += 1;
        let scenario = self.conversations == 1;
        let bot_only = !scenario && self.random.percent(25);
        let most = if bot_only { 2 } else { 8 };
        Box::new(Conversation {
            session,
            number: self.conversations,
            stage: Stage::Arrive,
            matter: &MATTERS[self.random.below(MATTERS.len())],
            bot: self.random.between(1, 5) as u32,
            agent: None,
            bot_only,
            introduced: false,
            answers: if scenario { 3 } else { self.random.between(most / 3 + 1, most) },
            may_hold: !scenario && self.random.percent(40),
            started: 0,
            messages: 0,
            version: 0,
            message_version: 0,
            bot_version: 0,
        })
    }

    /// One step of a conversation, and when the next one comes.
    pub(crate) fn conversation_goes_on(&mut self, mut conversation: Box<Conversation>, at: i64) {
        let (next, least, most) = match conversation.stage {
            Stage::Arrive => self.arrives(&mut conversation, at),
            Stage::Start => self.started(&mut conversation, at),
            Stage::Sent(speaker) => self.sent(&mut conversation, speaker, at),
            Stage::Received(speaker) => self.received(&mut conversation, speaker, at),
            Stage::Delivered(speaker) => self.delivered(&mut conversation, speaker, at),
            Stage::Intent => self.intent(&mut conversation, at),
            Stage::Entities(left) => self.entity(&mut conversation, left, at),
            Stage::Answer => self.answer(&mut conversation, at),
            Stage::NeedAgent => return self.needs_agent(conversation, at),
            Stage::Joined => {
                self.updated(&mut conversation, "ACTIVE", "agent joined", at);
                (Stage::Sent(Speaker::Agent), 2_000, 10_000)
            }
            Stage::Hold => {
                self.updated(&mut conversation, "WAITING", "agent is looking something up", at);
                (Stage::Resume, 20_000, 90_000)
            }
            Stage::Resume => {
                self.updated(&mut conversation, "ACTIVE", "agent is back", at);
                (Stage::Sent(Speaker::Agent), 1_000, 5_000)
            }
            Stage::End => return self.ended(*conversation, at),
        };
        conversation.stage = next;
        // The reference scenario is quick, so that all of it is among the first events.
        let most = if conversation.is_scenario() { least } else { most };
        let wait = self.random.between(least, most);
        self.schedule(self.clock + wait, Task::Conversation(conversation));
    }

    /// Some find an agent before they start.
    fn arrives(&mut self, conversation: &mut Conversation, at: i64) -> (Stage, i64, i64) {
        let wanted = !conversation.bot_only && (conversation.is_scenario() || self.random.percent(60));
        if let Some(agent) = if wanted { self.idle.pop_front() } else { None } {
            conversation.agent = Some(agent);
            self.matched(agent, conversation.number, "longest idle", at);
        }
        (Stage::Start, 100, 900)
    }

    /// Asks for an agent: the one that has waited longest, or the next that comes.
    fn needs_agent(&mut self, mut conversation: Box<Conversation>, at: i64) {
        self.updated(&mut conversation, "WAITING", "waiting for an agent", at);
        match self.idle.pop_front() {
            Some(agent) => self.join(conversation, agent, "longest idle", at),
            None => self.waiting.push_back(conversation),
        }
    }

    /// An agent takes a conversation that waits.
    pub(crate) fn join(&mut self, mut conversation: Box<Conversation>, agent: u32, why: &str, at: i64) {
        self.matched(agent, conversation.number, why, at);
        conversation.agent = Some(agent);
        conversation.stage = Stage::Joined;
        let wait = self.random.between(200, 800);
        self.schedule(self.clock + wait, Task::Conversation(conversation));
    }

    fn started(&mut self, conversation: &mut Conversation, at: i64) -> (Stage, i64, i64) {
        let stamp = self.stamp(at);
        conversation.started = stamp.at;
        conversation.version += 1;
        if let Some(mut body) = self.output.begin(Topic::Conversation, "STARTED", stamp) {
            body.event_id();
            body.conversation(conversation.number);
            body.party("customerId", Party::Customer(conversation.session.customer));
            match conversation.agent {
                Some(agent) => body.party("agentId", Party::Agent(agent)),
                None => body.null("agentId"),
            }
            body.text("channel", conversation.session.channel);
            body.timestamp();
            let mut random = body.random();
            let language = ("language", random.pick(super::texts::LANGUAGES));
            let queue = ("queue", random.pick(super::texts::QUEUES));
            if random.percent(70) {
                body.map("metadata", &[language, queue]);
            } else {
                body.map("metadata", &[]);
            }
            body.number("version", conversation.version);
            body.end();
        }
        self.session_updated(&mut conversation.session, &Change::Conversation(conversation.number), at);
        (Stage::Sent(Speaker::Customer), 500, 5_000)
    }

    fn updated(&mut self, conversation: &mut Conversation, status: &str, reason: &str, at: i64) {
        let stamp = self.stamp(at);
        conversation.version += 1;
        if let Some(mut body) = self.output.begin(Topic::Conversation, "UPDATED", stamp) {
            body.event_id();
            body.conversation(conversation.number);
            body.text("status", status);
            body.timestamp();
            let told = body.random().percent(90);
            body.optional("updateReason", told.then_some(reason));
            body.number("version", conversation.version);
            body.end();
        }
    }

    fn sent(&mut self, conversation: &mut Conversation, speaker: Speaker, at: i64) -> (Stage, i64, i64) {
        let stamp = self.stamp(at);
        conversation.messages += 1;
        conversation.message_version += 1;
        self.measured.messages += 1;
        let content = conversation.content(speaker, self.output.seed);
        if let Some(mut body) = self.output.begin(Topic::Message, "SENT", stamp) {
            body.event_id();
            body.conversation(conversation.number);
            body.message(conversation.number, conversation.messages);
            body.party("senderId", conversation.party(speaker));
            body.filling_text("content", content);
            body.timestamp();
            body.number("version", conversation.message_version);
            body.end();
        }
        (Stage::Received(speaker), 20, 200)
    }

    fn received(&mut self, conversation: &mut Conversation, speaker: Speaker, at: i64) -> (Stage, i64, i64) {
        let stamp = self.stamp(at);
        conversation.message_version += 1;
        let content = conversation.content(speaker, self.output.seed);
        if let Some(mut body) = self.output.begin(Topic::Message, "RECEIVED", stamp) {
            body.event_id();
            body.conversation(conversation.number);
            body.message(conversation.number, conversation.messages);
            body.party("senderId", conversation.party(speaker));
            body.filling_text("content", content);
            body.text("channel", conversation.session.channel);
            body.timestamp();
            body.number("version", conversation.message_version);
            body.end();
        }
        (Stage::Delivered(speaker), 50, 1_500)
    }

    fn delivered(&mut self, conversation: &mut Conversation, speaker: Speaker, at: i64) -> (Stage, i64, i64) {
        let stamp = self.stamp(at);
        conversation.message_version += 1;
        if let Some(mut body) = self.output.begin(Topic::Message, "DELIVERED", stamp) {
            body.event_id();
            body.conversation(conversation.number);
            body.message(conversation.number, conversation.messages);
            body.party("senderId", conversation.party(speaker));
            body.party("recipientId", conversation.reader(speaker));
            body.timestamp();
            body.number("version", conversation.message_version);
            body.end();
        }
        self.after(conversation, speaker)
    }

    /// Who does what when a message has been read.
    fn after(&mut self, conversation: &mut Conversation, speaker: Speaker) -> (Stage, i64, i64) {
        match speaker {
            Speaker::Customer if conversation.introduced => (Stage::Sent(Speaker::Agent), 2_000, 25_000),
            Speaker::Customer => (Stage::Intent, 30, 120),
            Speaker::Bot if conversation.bot_only => {
                conversation.answers -= 1;
                match conversation.answers {
                    0 => (Stage::End, 1_000, 10_000),
                    _ => (Stage::Sent(Speaker::Customer), 2_000, 20_000),
                }
            }
            Speaker::Bot => {
                conversation.introduced = true;
                match conversation.agent {
                    Some(_) => (Stage::Sent(Speaker::Agent), 1_000, 15_000),
                    None => (Stage::NeedAgent, 100, 500),
                }
            }
            Speaker::Agent => {
                conversation.answers -= 1;
                if conversation.answers <= 0 {
                    (Stage::End, 1_000, 15_000)
                } else if conversation.may_hold {
                    conversation.may_hold = false;
                    (Stage::Hold, 500, 5_000)
                } else {
                    (Stage::Sent(Speaker::Customer), 1_000, 20_000)
                }
            }
        }
    }

    fn intent(&mut self, conversation: &mut Conversation, at: i64) -> (Stage, i64, i64) {
        let stamp = self.stamp(at);
        conversation.bot_version += 1;
        if let Some(mut body) = self.output.begin(Topic::Bot, "INTENT", stamp) {
            body.event_id();
            body.conversation(conversation.number);
            body.party("botId", Party::Bot(conversation.bot));
            body.text("intent", conversation.matter.intent);
            let confidence = body.random().between(55, 99);
            body.hundredths("confidence", confidence);
            body.timestamp();
            body.number("version", conversation.bot_version);
            body.end();
        }
        let entities = conversation.matter.entities.len();
        let found = if conversation.is_scenario() { entities } else { self.random.below(entities + 1) };
        (if found == 0 { Stage::Answer } else { Stage::Entities(found) }, 1, 10)
    }

    fn entity(&mut self, conversation: &mut Conversation, left: usize, at: i64) -> (Stage, i64, i64) {
        let stamp = self.stamp(at);
        conversation.bot_version += 1;
        if let Some(mut body) = self.output.begin(Topic::Bot, "ENTITY", stamp) {
            let (kind, value) = conversation.matter.entities[left - 1];
            body.event_id();
            body.conversation(conversation.number);
            body.party("botId", Party::Bot(conversation.bot));
            body.text("entityType", kind);
            body.text("entityValue", value);
            let confidence = body.random().between(50, 100);
            body.hundredths("confidence", confidence);
            body.timestamp();
            body.number("version", conversation.bot_version);
            body.end();
        }
        if left > 1 { (Stage::Entities(left - 1), 1, 10) } else { (Stage::Answer, 100, 400) }
    }

    fn answer(&mut self, conversation: &mut Conversation, at: i64) -> (Stage, i64, i64) {
        let stamp = self.stamp(at);
        conversation.bot_version += 1;
        if let Some(mut body) = self.output.begin(Topic::Bot, "RESPONSE", stamp) {
            body.event_id();
            body.conversation(conversation.number);
            body.party("botId", Party::Bot(conversation.bot));
            body.text("response", conversation.matter.response);
            let confidence = body.random().between(60, 99);
            body.hundredths("confidence", confidence);
            body.timestamp();
            body.number("version", conversation.bot_version);
            body.end();
        }
        (Stage::Sent(Speaker::Bot), 20, 60)
    }

    fn ended(&mut self, mut conversation: Conversation, at: i64) {
        let outcome = Outcome::of(conversation.is_scenario(), conversation.bot_only, &mut self.random);
        let stamp = self.stamp(at);
        let duration = stamp.at - conversation.started;
        conversation.version += 1;
        if let Some(mut body) = self.output.begin(Topic::Conversation, "ENDED", stamp) {
            body.event_id();
            body.conversation(conversation.number);
            body.optional("reason", outcome.reason);
            body.number("duration", duration);
            body.timestamp();
            if outcome.summarized {
                body.summary(conversation.messages, Some(outcome.resolution), outcome.satisfaction);
            } else {
                body.null("summary");
            }
            body.number("version", conversation.version);
            body.end();
        }
        self.measured.ended(duration, &outcome);
        if outcome.counts {
            let (name, category) = conversation.matter.business;
            self.business(name, category, conversation.session.channel, at);
        }
        if let Some(agent) = conversation.agent {
            let wait = if agent == SCENARIO_AGENT { 3_000 } else { self.random.between(3_000, 20_000) };
            self.schedule(self.clock + wait, Task::AgentDecides(agent));
        }
        self.session_after(conversation, outcome.resolution, at);
    }
}
