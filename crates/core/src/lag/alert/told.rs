//! What is said of an episode. The type is the promised JSON.

use serde::Serialize;

use super::super::report::FindingKind;
use crate::human::span as age;

/// Whether it begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertStatus {
    /// It was found in as many samples as were asked for.
    Firing,
    /// It is over.
    Resolved,
}

/// An alert, to be sent somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alert {
    /// Whether it begins or ends.
    pub status: AlertStatus,
    /// What it is, in a few words that stay the same.
    pub title: &'static str,
    /// The episode: the same in the alert that begins it and in the one that ends it.
    pub id: String,
    /// The cluster, where it gave an id.
    pub cluster: Option<String>,
    /// The group.
    pub group: String,
    /// The topic; none where it concerns the group as a whole.
    pub topic: Option<String>,
    /// The partition.
    pub partition: Option<i32>,
    /// What kind of finding it is.
    pub kind: FindingKind,
    /// The number that is above its limit: records, or milliseconds; at the end what it is then, where that is known.
    pub value: Option<i64>,
    /// The limit.
    pub limit: Option<i64>,
    /// When it was found first, as RFC 3339.
    pub since: String,
    /// When the sample was taken that this follows from, as RFC 3339.
    pub at: String,
    /// In how many samples it was found.
    pub samples: u32,
    /// In words: what was found, or why it is over.
    pub reason: String,
}

/// What it is called.
pub(super) fn title(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::MaxLag | FindingKind::MaxTimeLag => "High consumer lag detected",
        FindingKind::Missing => "Consumer group is missing",
        FindingKind::NoTopic => "Topic of a consumer group missing",
        FindingKind::BelowLogStart => "Unread records were deleted",
        FindingKind::AheadOfEnd => "Committed offset lies beyond the end",
    }
}

impl Alert {
    /// One line for people: what, where, how much. `<`, `>` and `&` are written as Slack asks for, so that a group's name
    /// cannot call a whole channel; characters that a reader cannot see are left out.
    #[must_use]
    pub fn line(&self) -> String {
        let Alert { status, title, group, topic, partition, .. } = self;
        let head = if *status == AlertStatus::Resolved { "Resolved: " } else { "" };
        let topic = topic.as_ref().map(|topic| format!(", topic {topic}")).unwrap_or_default();
        let partition = partition.map(|number| format!(", partition {number}")).unwrap_or_default();
        let line = format!("{head}{title}: group {group}{topic}{partition}{}", self.measured());
        let mut plain = String::with_capacity(line.len());
        for letter in line.chars().filter(|letter| !is_invisible(*letter)) {
            match letter {
                '&' => plain.push_str("&amp;"),
                '<' => plain.push_str("&lt;"),
                '>' => plain.push_str("&gt;"),
                other => plain.push(other),
            }
        }
        plain
    }

    fn measured(&self) -> String {
        let number = |number: i64| match self.kind {
            FindingKind::MaxTimeLag => age(number),
            _ => number.to_string(),
        };
        match (self.status, self.value, self.limit) {
            (AlertStatus::Firing, Some(value), Some(limit)) => {
                format!("; lag {}, limit {}; since {}", number(value), number(limit), self.since)
            }
            (AlertStatus::Resolved, Some(value), Some(limit)) => {
                format!("; lag {}, limit {}; {}", number(value), number(limit), self.reason)
            }
            (AlertStatus::Firing, ..) => format!("; {}; since {}", self.reason, self.since),
            (AlertStatus::Resolved, ..) => format!("; {}", self.reason),
        }
    }
}

/// Controls, and what turns or hides the text beside it.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
