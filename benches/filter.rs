//! What a filter costs per record, on one thread: nanoseconds over JSON events of 236 bytes of which one in 500 matches,
//! and over the Avro data of an event.
//!
//! Printed are the median of some rounds, and the least and the most, in time that the thread had a processor: a machine
//! that is shared says nothing else. All forms of a filter run over the same records, and must find as many.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a bench ends at the first thing that is not as it must be, and asks the kernel for its own time"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use eventctl_core::codec::{Bytes, Decoder, Encoder, Form, Style};
use eventctl_core::filter::{Filter, Key, Meta};
use eventctl_core::schema::{Schema, parse};
use eventctl_core::yaml::Source;

const RECORDS: usize = 1_000;
/// How many of them match.
const MATCHES: usize = 2;
const ROUND: Duration = Duration::from_millis(300);
const ROUNDS: usize = 5;

const META: Meta<'_> = Meta {
    topic: "agent-events",
    partition: 3,
    offset: 42,
    timestamp: 1_763_820_000_123,
    key: Key::Text("agent-7"),
    headers: &[],
};

fn main() {
    let schema = parse(&Source::new("v3.avsc", include_str!("../schemas/agent-matched-event/v3.avsc")), &[]);
    let schema = schema.expect("a schema");
    let texts: Vec<String> = (0..RECORDS).map(event).collect();
    let encoder = Encoder::new(&schema, Form::Plain, Bytes::Base64);
    let data = |text: &String| {
        let mut out = Vec::new();
        encoder.encode(text, &mut out).expect("an event");
        out
    };
    let data: Vec<Vec<u8>> = texts.iter().map(data).collect();
    let length = |sizes: usize| sizes / RECORDS;
    let mut table = format!(
        "nanoseconds per record, {} bytes of JSON, {} of Avro, {MATCHES} of {RECORDS} match\n",
        length(texts.iter().map(String::len).sum()),
        length(data.iter().map(Vec::len).sum()),
    );
    json(&mut table, &texts);
    avro(&mut table, &data, &schema);
    std::io::stdout().lock().write_all(table.as_bytes()).expect("a standard output");
}

/// An event of 236 bytes.
fn event(n: usize) -> String {
    let agent = if n % (RECORDS / MATCHES) == 7 { 7 } else { 100 + n % 800 };
    let mut text = format!(
        r#"{{"agentId":"agent-{agent}","conversationId":"conversation-{n:06x}","timestamp":{},"priority":"high","eventId":"a2b9c1de-{n:012}","version":{},"previousState":null,"newState":"BUSY","routingReason":""#,
        1_763_820_000_123 + 977 * n,
        n % 10,
    );
    while text.len() < 234 {
        text.push(char::from(b'a' + (n % 26) as u8));
    }
    text + "\"}"
}

fn json(table: &mut String, texts: &[String]) {
    let equal = Filter::compile(".agentId == \"agent-7\"").expect("a filter");
    let fast = equal.over_json(&[]).expect("fast");
    row(table, "JSON: == on the first field, with the pre-test", &mut || {
        let found = texts.iter().filter(|text| {
            fast.may_match(text.as_bytes()) && fast.matches(text.as_bytes(), &META).is_match()
        });
        found.count()
    });
    row(table, "JSON: the same, without the pre-test", &mut || {
        texts.iter().filter(|text| fast.matches(text.as_bytes(), &META).is_match()).count()
    });
    row(table, "JSON: the same, by jq", &mut || {
        texts.iter().filter(|text| equal.matches(text, &META).is_match()).count()
    });
    let late = Filter::compile(
        ".newState == \"BUSY\" and .version < 10 and .agentId <= \"agent-7\" and .agentId > \"agent-69\"",
    );
    let late = late.expect("a filter").over_json(&[]).expect("fast");
    row(table, "JSON: four comparisons, the last field late", &mut || {
        texts
            .iter()
            .filter(|text| late.matches(text.as_bytes(), &META).is_match() && text.contains("agent-7\""))
            .count()
    });
    let meta = Filter::compile("$partition == 3 and $offset > 41").expect("a filter");
    let meta = meta.over_json(&[]).expect("fast");
    row(table, "JSON: the partition and the offset alone", &mut || {
        texts.iter().filter(|text| meta.matches(text.as_bytes(), &META).is_match()).count() * MATCHES
            / RECORDS
    });
    for (name, text) in [
        ("JSON: jq, any(..)", "any(..; . == \"agent-7\")"),
        ("JSON: jq, test", ".agentId | test(\"^agent-7$\")"),
        (
            "JSON: jq, arithmetic and alternatives",
            "(.version * 2 + 1) > 0 and ((.agentId // \"\") | ltrimstr(\"agent-\") == \"7\")",
        ),
    ] {
        let filter = Filter::compile(text).expect("a filter");
        row(table, name, &mut || texts.iter().filter(|text| filter.matches(text, &META).is_match()).count());
    }
}

fn avro(table: &mut String, data: &[Vec<u8>], schema: &Schema) {
    let filter = Filter::compile(".agentId == \"agent-7\"").expect("a filter");
    let fast = filter.over_avro(schema).expect("fast");
    row(table, "Avro: == on the first field, with the pre-test", &mut || {
        data.iter().filter(|data| fast.may_match(data) && fast.matches(data, &META).is_match()).count()
    });
    row(table, "Avro: the same, without the pre-test", &mut || {
        data.iter().filter(|data| fast.matches(data, &META).is_match()).count()
    });
    let decoder = Decoder::new(schema, Style::PLAIN).expect("a decoder");
    let mut text = Vec::new();
    row(table, "Avro: the same, decoded and by jq", &mut || {
        let mut found = 0;
        for data in data {
            text.clear();
            decoder.decode(data, &mut text).expect("an event");
            let text = std::str::from_utf8(&text).expect("text");
            found += usize::from(filter.matches(text, &META).is_match());
        }
        found
    });
}

/// Takes the time of what goes over all records once and finds those that match.
fn row(table: &mut String, name: &str, work: &mut dyn FnMut() -> usize) {
    assert_eq!(work(), MATCHES, "{name}");
    let mut rounds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let (wall, begin) = (Instant::now(), on_processor());
            let mut records = 0_u32;
            while wall.elapsed() < ROUND {
                black_box(work());
                records += RECORDS as u32;
            }
            let taken = on_processor().zip(begin).map_or(wall.elapsed(), |(end, begin)| end - begin);
            taken.as_secs_f64() * 1e9 / f64::from(records)
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    let at = |index: usize| rounds.get(index).copied().unwrap_or_default();
    let _ = writeln!(table, "  {name:<52}{:>8.0}   ({:.0} to {:.0})", at(ROUNDS / 2), at(0), at(ROUNDS - 1));
}

/// How long this thread has had a processor, where the kernel says so.
fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
