//! How a cluster is reached: addresses, librdkafka's settings, a time limit.
//!
//! Decides which settings are eventctl's own, which values may never be shown, and how a setting that librdkafka does
//! not take is reported. Where the settings come from is not known here.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use eventctl_core::secret::Opened;

use super::native::code::CallError;
use super::native::config::Rejection;
use super::native::handle::StartError;
use crate::failure::Failure;

/// How a cluster is reached.
#[derive(Clone)]
pub struct ConnectOptions {
    /// The addresses to begin with, `host:port` each.
    pub brokers: Vec<String>,
    /// librdkafka's settings under its own names; a later one of a name wins.
    pub settings: Vec<(String, Opened)>,
    /// How long one call may take.
    pub timeout: Duration,
}

impl fmt::Debug for ConnectOptions {
    // No value at all: a password that was typed into the wrong setting is still a password.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.settings.iter().map(|(name, _)| name.as_str()).collect();
        let mut shown = formatter.debug_struct("ConnectOptions");
        shown
            .field("brokers", &self.brokers)
            .field("settings", &names)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// Settings whose value is a secret whatever place it came from.
#[must_use]
pub fn is_sensitive(name: &str) -> bool {
    let words = ["password", "passphrase", "secret", "jaas", "credential"];
    let named =
        ["ssl_key", "ssl.key.pem", "sasl.oauthbearer.config", "sasl.oauthbearer.assertion.private.key.pem"];
    words.iter().any(|word| name.contains(word)) || named.contains(&name)
}

/// eventctl's own settings for admin work; the user's win over those that may be overridden.
const DEFAULTS: [(&str, &str); 6] = [
    ("client.id", "eventctl"),
    // Requests are small and wait for each other.
    ("socket.nagle.disable", "true"),
    // librdkafka waits up to half of this before it connects to a second broker, such as the controller.
    ("reconnect.backoff.ms", "20"),
    ("reconnect.backoff.max.ms", "500"),
    ("socket.connection.setup.timeout.ms", "5000"),
    // Client metrics pushed to brokers are nothing that an operator's command should leave behind.
    ("enable.metrics.push", "false"),
];

/// Settings that the user cannot change.
const FIXED: [(&str, &str); 1] = [("allow.auto.create.topics", "false")];

impl ConnectOptions {
    /// Looks that there is an address to begin with.
    ///
    /// # Errors
    /// `Usage` where there is none.
    pub(super) fn demand_address(&self) -> Result<(), Failure> {
        if self.brokers.iter().all(|broker| broker.trim().is_empty()) {
            return Err(Failure::usage("no broker's address is given")
                .hint("pass --brokers HOST:PORT, or choose a context with --context"));
        }
        Ok(())
    }

    /// All settings for a client that asks and changes.
    pub(super) fn effective(&self) -> BTreeMap<String, String> {
        self.effective_for([], [])
    }

    /// All settings for a client with settings of its own: the user's win over `defaults`, and `fixed` over the user's.
    pub(super) fn effective_for<'a>(
        &self,
        defaults: impl IntoIterator<Item = (&'a str, &'a str)>,
        fixed: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> BTreeMap<String, String> {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut settings: BTreeMap<String, String> = DEFAULTS.into_iter().map(owned).collect();
        settings.extend(defaults.into_iter().map(owned));
        settings.extend(self.settings.iter().map(|(name, value)| (name.clone(), value.expose().to_owned())));
        // One name for one thing, so that the addresses given here cannot be contradicted by an alias.
        settings.remove("metadata.broker.list");
        settings.insert("bootstrap.servers".into(), self.brokers.join(","));
        settings.extend(FIXED.into_iter().map(owned));
        settings.extend(fixed.into_iter().map(owned));
        settings
    }

    /// What must be cut out of every text that librdkafka says.
    pub(super) fn redactor(&self) -> Redactor {
        let secret = |(name, value): &(String, Opened)| {
            let hidden = is_sensitive(name) || matches!(value, Opened::Secret(_));
            hidden.then(|| value.expose().to_owned())
        };
        Redactor::new(self.settings.iter().filter_map(secret))
    }
}

/// Cuts secrets out of texts.
#[derive(Clone, Default)]
pub(super) struct Redactor(Vec<String>);

impl Redactor {
    /// Texts shorter than this are left alone: cutting every "a" out of a text would tell more than it hides.
    const SHORTEST: usize = 4;

    fn new(secrets: impl Iterator<Item = String>) -> Redactor {
        let mut secrets: Vec<String> = secrets.filter(|secret| secret.len() >= Redactor::SHORTEST).collect();
        // The longest first, so that a secret within another one does not leave the rest of it.
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Redactor(secrets)
    }

    /// The text without the secrets.
    pub(super) fn clean(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "[hidden]"))
    }
}

/// Tells why no client could be made of the settings.
pub(super) fn rejected(error: &StartError, known: &[String], redactor: &Redactor) -> Failure {
    match error {
        StartError::Setting { name, rejection: Rejection::Unknown } => {
            let failure = Failure::input(format!("librdkafka has no setting `{name}`"));
            match nearest(name, known) {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("see librdkafka's CONFIGURATION.md for the names"),
            }
        }
        StartError::Setting { name, rejection: Rejection::Value(_) } if is_sensitive(name) => {
            Failure::input(format!("the value of setting `{name}` was not taken (it is not shown)"))
        }
        StartError::Setting { name, rejection: Rejection::Value(reason) } => {
            Failure::input(format!("setting `{name}` was not taken: {}", redactor.clean(reason)))
        }
        StartError::Settings(CallError { message, .. }) => {
            Failure::input(format!("the Kafka settings cannot be used: {}", redactor.clean(message)))
                .hint("look at the settings of the context with `eventctl config show`")
        }
    }
}

/// The known name that differs least, if it differs little.
fn nearest<'a>(name: &str, known: &'a [String]) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).clamp(1, 4);
    let near = known.iter().map(|known| (distance(name, known), known)).min()?;
    (near.0 <= limit).then_some(near.1)
}

/// How many characters have to be changed, added or left out (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, character) in one.chars().enumerate() {
        let mut left = index + 1;
        let mut next = vec![left];
        for ((above, above_left), candidate) in row.iter().skip(1).zip(&row).zip(&other) {
            left = (above + 1).min(left + 1).min(above_left + usize::from(*candidate != character));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use eventctl_core::secret::Secret;

    use super::*;

    fn options(settings: &[(&str, Opened)]) -> ConnectOptions {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        ConnectOptions {
            brokers: vec!["a:1".into(), "b:2".into()],
            settings,
            timeout: Duration::from_secs(1),
        }
    }

    fn plain(text: &str) -> Opened {
        Opened::Plain(text.into())
    }

    #[test]
    fn the_users_settings_win_except_where_they_would_create_topics() {
        let settings = options(&[
            ("client.id", plain("mine")),
            ("allow.auto.create.topics", plain("true")),
            ("metadata.broker.list", plain("elsewhere:1")),
        ])
        .effective();
        assert_eq!(settings["client.id"], "mine");
        assert_eq!(settings["allow.auto.create.topics"], "false");
        assert_eq!(settings["bootstrap.servers"], "a:1,b:2");
        assert!(!settings.contains_key("metadata.broker.list"));
    }

    #[test]
    fn sensitive_settings_are_known_by_name() {
        let rows = [
            ("sasl.password", true),
            ("ssl.key.password", true),
            ("ssl.keystore.password", true),
            ("ssl.key.pem", true),
            ("sasl.oauthbearer.client.secret", true),
            ("sasl.oauthbearer.config", true),
            ("sasl.oauthbearer.assertion.private.key.passphrase", true),
            ("sasl.jaas.config", true),
            ("sasl.username", false),
            ("ssl.key.location", false),
            ("sasl.oauthbearer.token.endpoint.url", false),
            ("bootstrap.servers", false),
        ];
        for (name, expected) in rows {
            assert_eq!(is_sensitive(name), expected, "{name}");
        }
    }

    #[test]
    fn no_value_is_shown_by_debug() {
        let options = options(&[
            ("sasl.password", plain("hunter2")),
            ("other", Opened::Secret(Secret::new("hunter3"))),
        ]);
        let shown = format!("{options:?} {options:#?}");
        assert!(!shown.contains("hunter"), "{shown}");
    }

    #[test]
    fn secrets_are_cut_out_of_texts_the_longest_first() {
        let options = options(&[
            ("sasl.password", plain("word")),
            ("ssl.key.password", plain("password1")),
            ("client.rack", Opened::Secret(Secret::new("rack7"))),
            ("client.id", plain("visible")),
            ("ssl.keystore.password", plain("a")),
        ]);
        let cleaned = options.redactor().clean("word password1 rack7 visible a");
        assert_eq!(cleaned, "[hidden] [hidden] [hidden] visible a");
    }

    #[test]
    fn a_rejected_setting_is_named_and_its_secret_is_not() {
        let known = vec!["socket.timeout.ms".to_owned(), "sasl.password".to_owned()];
        let setting = |name: &str, rejection| StartError::Setting { name: name.into(), rejection };
        let redactor = options(&[("sasl.password", plain("hunter2"))]).redactor();
        let rows = [
            (
                setting("socket.timeout", Rejection::Unknown),
                "librdkafka has no setting `socket.timeout`",
                "did you mean `socket.timeout.ms`?",
            ),
            (
                setting("nonsense", Rejection::Unknown),
                "librdkafka has no setting `nonsense`",
                "see librdkafka's CONFIGURATION.md for the names",
            ),
            (
                setting("sasl.password", Rejection::Value("bad hunter2".into())),
                "the value of setting `sasl.password` was not taken (it is not shown)",
                "",
            ),
            (
                setting("socket.timeout.ms", Rejection::Value("bad hunter2".into())),
                "setting `socket.timeout.ms` was not taken: bad [hidden]",
                "",
            ),
        ];
        for (error, story, hint) in rows {
            let failure = rejected(&error, &known, &redactor);
            assert_eq!(failure.story(), story);
            assert_eq!(failure.hints().join(" "), hint);
            assert_eq!(failure.code(), 2);
        }
    }

    #[test]
    fn distance_counts_edits() {
        let rows = [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("a.b", "a_b", 1)];
        for (one, other, expected) in rows {
            assert_eq!(distance(one, other), expected, "{one:?} {other:?}");
        }
    }
}
