//! Looking at a record's value: what it is, whether the filter matches, and its text.

use std::sync::Arc;

use eventctl_core::codec::wire::Framing;
use eventctl_core::consume::Value;
use eventctl_core::filter::{self, AvroFilter, Filter, JsonFilter, Key, Meta};
use eventctl_core::payload::{Form, KnownSchema, Payloads, Problem, ProblemClass, Seen};
use eventctl_core::record::Record;
use eventctl_core::record::json::SchemaNote;

use super::container::Datum;
use crate::flow::judged::Ruling;
use crate::flow::known_schemas::KnownSchemas;

/// A value that was looked at.
pub(super) struct Looked<'r> {
    pub(super) value: Value<'r>,
    pub(super) event: Option<&'r str>,
    pub(super) schema: Option<SchemaNote<'r>>,
    /// Of a value in the registry's Avro.
    pub(super) datum: Option<Datum<'r>>,
}

/// What came of it.
pub(super) enum Verdict<'r> {
    /// Its bytes alone rule it out.
    PassOver,
    /// The filter does not match.
    NoMatch,
    /// The filter fails on it.
    FilterFailed(String),
    /// It cannot be decoded.
    Undecodable(Problem),
    /// It is one of those that are looked for.
    Found(Looked<'r>),
}

impl From<Verdict<'_>> for Ruling {
    fn from(verdict: Verdict<'_>) -> Ruling {
        match verdict {
            Verdict::PassOver => Ruling::PassOver,
            Verdict::NoMatch => Ruling::NoMatch,
            Verdict::FilterFailed(reason) => Ruling::FilterFailed(reason),
            Verdict::Undecodable(problem) => Ruling::Undecodable(problem),
            Verdict::Found(_) => Ruling::Match,
        }
    }
}

/// Looks at values.
#[derive(Default)]
pub(super) struct Look {
    topics: Vec<(String, Payloads)>,
    unknown: Payloads,
    schemas: Option<KnownSchemas>,
    filter: Option<Filters>,
    /// True where the event has to be known.
    events: bool,
    /// True where the text has to be known.
    decodes: bool,
    current: Option<Current>,
    text: Vec<u8>,
}

/// The filter in its forms.
struct Filters {
    whole: Filter,
    json: Option<JsonFilter>,
    envelope: Option<JsonFilter>,
}

/// The schema of the last record, which most often is that of the next one too.
struct Current {
    framing: Framing,
    schema: Arc<KnownSchema>,
    filter: Option<AvroFilter>,
}

impl Look {
    /// `events` and `decodes` say whether events and texts have to be known.
    pub(super) fn new(
        topics: Vec<(String, Payloads)>,
        schemas: KnownSchemas,
        filter: Option<Filter>,
        (events, decodes): (bool, bool),
    ) -> Self {
        let filter = filter.map(|whole| Filters {
            json: whole.over_json(&[]),
            envelope: whole.over_json(&["event"]),
            whole,
        });
        Look { topics, schemas: Some(schemas), filter, events, decodes, ..Look::default() }
    }

    /// Others that look as this one does, each on a thread of its own; none where that costs more than it gives: fields
    /// are compared faster than records are handed over.
    pub(super) fn others(&self, most: usize) -> Vec<Look> {
        let (Some(filters), Some(schemas)) = (&self.filter, &self.schemas) else { return Vec::new() };
        if filters.json.is_some() {
            return Vec::new();
        }
        let other = |_| {
            let filter = Some(filters.whole.clone());
            Look::new(self.topics.clone(), schemas.another(), filter, (self.events, self.decodes))
        };
        (0..most).map(other).collect()
    }

    /// Tells whether the headers of a record have to be known: for the filter, and where they may name the schema.
    pub(super) fn wants_headers(&self, topic: &str, value: Option<&[u8]>) -> bool {
        if self.filter.as_ref().is_some_and(|filter| filter.whole.uses().headers) {
            return true;
        }
        let Some(first) = value.map(<[u8]>::first) else { return false };
        match payloads_of(&self.topics, &self.unknown, topic).form() {
            // What begins like the wire format or like JSON is taken for it.
            Form::Any => !matches!(first, Some(0 | b'{' | b'[')),
            Form::Avro => first != Some(&0),
            Form::Json | Form::Envelope(_) | Form::Text | Form::Raw => false,
        }
    }

    /// Looks at a record. What is found is borrowed from the record and from here.
    ///
    /// With `matched` it is known that the filter matches.
    pub(super) fn at<'r>(&'r mut self, record: &Record<'r>, matched: bool) -> Verdict<'r> {
        let payloads = payloads_of(&self.topics, &self.unknown, record.topic);
        let filter = if matched { None } else { self.filter.as_ref() };
        if let (Some(filters), Some(value)) = (filter, record.value)
            && !filters.may_match(payloads.form(), value)
        {
            return Verdict::PassOver;
        }
        if !self.decodes && !self.events && self.filter.is_none() {
            let value = record.value.map_or(Value::Null, Value::Bytes);
            return Verdict::Found(Looked { value, event: None, schema: None, datum: None });
        }
        let any = matches!(payloads.form(), Form::Any);
        match payloads.see(record, self.events) {
            Seen::Wire { framing, datum } => {
                if let Err(problem) = select(&mut self.current, &mut self.schemas, &self.filter, framing) {
                    // Without a registry no id is known to it.
                    let unknown = problem.class == ProblemClass::SchemaUnknown
                        || !self.schemas.as_ref().is_some_and(KnownSchemas::has_source);
                    return match (any && unknown, record.value) {
                        // What only looked like the wire format.
                        (true, Some(value)) => plain(payloads.see_plain(value, self.events), record, filter),
                        _ => Verdict::Undecodable(problem),
                    };
                }
                match &self.current {
                    Some(current) => avro(current, datum, record, filter, &mut self.text),
                    None => Verdict::NoMatch,
                }
            }
            seen => plain(seen, record, filter),
        }
    }
}

/// How the values of a topic are read.
fn payloads_of<'t>(topics: &'t [(String, Payloads)], unknown: &'t Payloads, topic: &str) -> &'t Payloads {
    topics.iter().find(|(name, _)| name == topic).map_or(unknown, |(_, payloads)| payloads)
}

/// Makes the schema that a value names the current one.
fn select(
    current: &mut Option<Current>,
    schemas: &mut Option<KnownSchemas>,
    filter: &Option<Filters>,
    framing: Framing,
) -> Result<(), Problem> {
    if current.as_ref().is_some_and(|current| current.framing == framing) {
        return Ok(());
    }
    let schema = match schemas {
        Some(schemas) => schemas.get(framing)?,
        None => {
            return Err(Problem::new(ProblemClass::SchemaUnavailable, "there is nobody to ask for schemas"));
        }
    };
    let filter = filter.as_ref().and_then(|filter| filter.whole.over_avro(&schema.schema));
    *current = Some(Current { framing, schema, filter });
    Ok(())
}

fn avro<'r>(
    current: &'r Current,
    datum: &'r [u8],
    record: &Record<'r>,
    filters: Option<&Filters>,
    text: &'r mut Vec<u8>,
) -> Verdict<'r> {
    let mut matched = filters.is_none();
    if let (Some(filter), false) = (&current.filter, matched) {
        if !filter.may_match(datum) {
            return Verdict::PassOver;
        }
        match filter.matches(datum, &meta(record)) {
            filter::Verdict::Match => matched = true,
            other => return not_matched(other, ProblemClass::Avro),
        }
    }
    text.clear();
    if let Err(problem) = current.schema.decode(datum, text) {
        return Verdict::Undecodable(problem);
    }
    let Ok(json) = std::str::from_utf8(text) else {
        return Verdict::Undecodable(Problem::new(ProblemClass::Text, "the decoded text is not UTF-8"));
    };
    if let (false, Some(filters)) = (matched, filters) {
        match filters.whole.matches(json, &meta(record)) {
            filter::Verdict::Match => {}
            other => return not_matched(other, ProblemClass::Avro),
        }
    }
    let schema = &current.schema;
    Verdict::Found(Looked {
        value: Value::Avro(json),
        event: schema.event(),
        schema: Some(SchemaNote {
            id: Some(schema.id),
            subject: schema.subject.as_deref(),
            version: schema.version,
        }),
        datum: Some(Datum { schema, bytes: datum }),
    })
}

/// A value that needs no schema of the registry.
fn plain<'r>(seen: Seen<'r>, record: &Record<'r>, filters: Option<&Filters>) -> Verdict<'r> {
    let (value, event, schema) = match seen {
        Seen::Null => (Value::Null, None, None),
        Seen::Json { text, whole, event } => (Value::Json { text, whole }, event, None),
        Seen::Envelope { text, whole, event, subject, version } => {
            let note = SchemaNote { id: None, subject: Some(subject), version: Some(version) };
            (Value::Envelope { text, whole }, Some(event), Some(note))
        }
        Seen::Text(text) => (Value::Text(text), None, None),
        Seen::Bytes(bytes) => (Value::Bytes(bytes), None, None),
        Seen::Broken(problem) => return Verdict::Undecodable(problem),
        Seen::Wire { .. } => return Verdict::NoMatch,
    };
    if let Some(filters) = filters {
        match filters.run(&value, record) {
            filter::Verdict::Match => {}
            other => return not_matched(other, ProblemClass::Json),
        }
    }
    Verdict::Found(Looked { value, event, schema, datum: None })
}

fn not_matched<'r>(verdict: filter::Verdict, class: ProblemClass) -> Verdict<'r> {
    match verdict {
        filter::Verdict::Failed(error) => Verdict::FilterFailed(error.to_string()),
        filter::Verdict::Unreadable(error) => Verdict::Undecodable(Problem::new(class, error.to_string())),
        filter::Verdict::Match | filter::Verdict::NoMatch => Verdict::NoMatch,
    }
}

impl Filters {
    /// Tells whether the bytes of a value may match, as far as that can be told of the form.
    fn may_match(&self, form: &Form, value: &[u8]) -> bool {
        let filter = match form {
            Form::Json => &self.json,
            Form::Envelope(_) => &self.envelope,
            // An object, or no JSON: text is a string, which has no fields.
            Form::Any if value.first() == Some(&b'{') => &self.json,
            Form::Any | Form::Avro | Form::Text | Form::Raw => return true,
        };
        filter.as_ref().is_none_or(|filter| filter.may_match(value))
    }

    /// Holds a value against the filter. Text and bytes are strings, and envelopes are their events.
    fn run(&self, value: &Value<'_>, record: &Record<'_>) -> filter::Verdict {
        let meta = meta(record);
        match value {
            Value::Envelope { text, .. } => match &self.envelope {
                Some(filter) => filter.matches(text.as_bytes(), &meta),
                None => self.whole.matches(event_of(text), &meta),
            },
            Value::Json { text, .. } => match &self.json {
                Some(filter) => filter.matches(text.as_bytes(), &meta),
                None => self.whole.matches(text, &meta),
            },
            Value::Avro(text) => self.whole.matches(text, &meta),
            Value::Null => self.whole.matches("null", &meta),
            Value::Text(text) => self.whole.matches(&quoted(text), &meta),
            Value::Bytes(bytes) => self.whole.matches(&in_base64(bytes), &meta),
        }
    }
}

/// The event within an envelope that is known to be one.
fn event_of(text: &str) -> &str {
    let mut reader = eventctl_core::json::Reader::new(text);
    let mut first = true;
    if reader.begin_object().is_err() {
        return "null";
    }
    while let Ok(Some(name)) = reader.name(&mut first) {
        match reader.skip() {
            Ok(value) if name.is("event") => return value,
            Ok(_) => {}
            Err(_) => break,
        }
    }
    "null"
}

fn quoted(text: &str) -> String {
    let mut out = Vec::new();
    eventctl_core::json::write_string(text, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

fn in_base64(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    eventctl_core::codec::texts::write_base64(bytes, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

fn meta<'r>(record: &Record<'r>) -> Meta<'r> {
    let key = match record.key.map(|key| (key, std::str::from_utf8(key))) {
        None => Key::Null,
        Some((_, Ok(text))) => Key::Text(text),
        Some((bytes, Err(_))) => Key::Bytes(bytes),
    };
    let Record { topic, partition, offset, timestamp, headers, .. } = *record;
    Meta { topic, partition, offset, timestamp, key, headers }
}
