//! What is measured: true figures of this world.

use super::random::Random;
use super::{Task, Topic, Traffic, calendar, texts};

/// How often something is measured, in milliseconds, and how often a key figure is told.
const METRIC: i64 = 1_000;
const KPI: i64 = 60_000;

/// Names and units of what is measured, in turn.
const METRICS: &[(&str, Option<&str>)] = &[
    ("agents.idle", None),
    ("queue.waiting", Some("conversations")),
    ("messages.sent", Some("messages")),
    ("conversations.started", Some("conversations")),
];

/// Names and aims in hundredths of the key figures, in turn.
const KPIS: &[(&str, Option<i64>)] =
    &[("conversation.duration", Some(18_000)), ("resolution.share", Some(8_000)), ("satisfaction", None)];

/// What has been counted since the start.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) messages: i64,
    ended: i64,
    seconds: i64,
    resolved: i64,
    marks: i64,
    satisfaction: i64,
    /// How often each was told: the versions of events that have no key count per name.
    metrics: [i64; METRICS.len()],
    kpis: [i64; KPIS.len()],
    businesses: i64,
}

impl Measured {
    pub(crate) fn ended(&mut self, duration: i64, outcome: &Outcome) {
        self.ended += 1;
        self.seconds += duration / 1_000;
        self.resolved += i64::from(outcome.resolution == "resolved");
        if let (true, Some(mark)) = (outcome.summarized, outcome.satisfaction) {
            self.marks += 1;
            self.satisfaction += mark;
        }
    }
}

/// What a conversation came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) reason: Option<&'static str>,
    pub(crate) resolution: &'static str,
    pub(crate) satisfaction: Option<i64>,
    pub(crate) summarized: bool,
    /// Whether it is worth a business event.
    pub(crate) counts: bool,
}

impl Outcome {
    pub(crate) fn of(scenario: bool, bot_only: bool, random: &mut Random) -> Self {
        if scenario {
            let (reason, resolution) = (Some("resolved"), "resolved");
            return Outcome { reason, resolution, satisfaction: Some(5), summarized: true, counts: true };
        }
        let resolved = random.percent(80);
        let reason = match (resolved, bot_only) {
            (true, true) => "resolved by bot",
            (true, false) => "resolved",
            (false, _) => "customer left",
        };
        Outcome {
            reason: random.percent(90).then_some(reason),
            resolution: if resolved { "resolved" } else { "unresolved" },
            satisfaction: random.percent(60).then(|| random.between(if resolved { 3 } else { 1 }, 5)),
            summarized: !bot_only || random.percent(50),
            counts: resolved && random.percent(25),
        }
    }
}

impl Traffic {
    /// `METRIC`.
    pub(crate) fn metric(&mut self, at: i64) {
        let stamp = self.stamp(at);
        let which = (self.measured.metrics.iter().sum::<i64>() as usize) % METRICS.len();
        self.measured.metrics[which] += 1;
        let value = match which {
            0 => self.idle.len() as i64,
            1 => self.waiting.len() as i64,
            2 => self.measured.messages,
            _ => i64::from(self.conversations),
        };
        if let Some(mut body) = self.output.begin(Topic::Analytics, "METRIC", stamp) {
            let (name, unit) = METRICS[which];
            body.event_id();
            body.text("name", name);
            body.hundredths("value", value * 100);
            body.optional("unit", unit);
            body.map("dimensions", &[("site", "cologne")]);
            body.timestamp();
            body.number("version", self.measured.metrics[which]);
            body.end();
        }
        self.schedule(at + METRIC, Task::Metric);
    }

    /// `KPI`.
    pub(crate) fn kpi(&mut self, at: i64) {
        let stamp = self.stamp(at);
        let measured = &mut self.measured;
        let which = (measured.kpis.iter().sum::<i64>() as usize) % KPIS.len();
        measured.kpis[which] += 1;
        let value = match which {
            0 => measured.seconds * 100 / measured.ended.max(1),
            1 => measured.resolved * 10_000 / measured.ended.max(1),
            _ => measured.satisfaction * 100 / measured.marks.max(1),
        };
        if let Some(mut body) = self.output.begin(Topic::Analytics, "KPI", stamp) {
            let (name, target) = KPIS[which];
            body.event_id();
            body.text("name", name);
            body.hundredths("value", value);
            match target {
                Some(target) => body.hundredths("target", target),
                None => body.null("target"),
            }
            let monthly = body.random().percent(50);
            body.text("period", &if monthly { calendar::month(stamp.at) } else { calendar::week(stamp.at) });
            body.map("dimensions", &[]);
            body.timestamp();
            body.number("version", measured.kpis[which]);
            body.end();
        }
        self.schedule(at + KPI, Task::Kpi);
    }

    /// `BUSINESS`.
    pub(crate) fn business(&mut self, name: &str, category: &str, channel: &str, at: i64) {
        let stamp = self.stamp(at);
        self.measured.businesses += 1;
        if let Some(mut body) = self.output.begin(Topic::Analytics, "BUSINESS", stamp) {
            let mut random = body.random();
            body.event_id();
            body.text("name", name);
            body.hundredths("value", random.between(100, 20_000));
            body.optional("category", random.percent(90).then_some(category));
            let queue = random.pick(texts::QUEUES);
            body.map("dimensions", &[("channel", channel), ("queue", queue)]);
            body.timestamp();
            body.number("version", self.measured.businesses);
            body.end();
        }
    }
}
