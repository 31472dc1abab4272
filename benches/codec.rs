//! How fast the codec is, beside apache-avro in the same run, on one thread: decoding to JSON text, projecting two
//! fields, encoding.
//!
//! A figure is taken in rounds, ours and theirs in turn; printed are the median, and the least and the most. Both work
//! on the same data, and what they make of them is compared first, so that nobody is fast by being wrong.
//!
//! apache-avro is a dependency of the root package's tests and benches alone: its tests need it anyway, the core stays
//! without it, and a package of its own for one bench would be one more to build for everybody.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench ends at the first thing that is not as it must be"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value;
use eventctl_core::codec::project::{JsonProjection, Project, Projection, Slot};
use eventctl_core::codec::{Bytes, Decoder, Encoder, Form, Style, Times};
use eventctl_core::schema::{Schema, parse};
use eventctl_core::yaml::Source;

/// How many different records a figure runs over.
const RECORDS: usize = 1_000;
/// How long a round takes at least.
const ROUND: Duration = Duration::from_millis(400);
const ROUNDS: usize = 3;

/// Numbers for times, because that is how apache-avro shows them.
const STYLE: Style = Style { form: Form::Plain, times: Times::Numbers, bytes: Bytes::Base64 };

/// Thirty fields, four levels deep, of the types that both sides show alike.
const ORDER: &str = r#"{"type":"record","name":"shop.OrderPlaced","fields":[
    {"name":"eventId","type":"string"},{"name":"occurredAt","type":{"type":"long","logicalType":"timestamp-millis"}},
    {"name":"sequence","type":"long"},{"name":"source","type":["null","string"],"default":null},
    {"name":"channel","type":{"type":"enum","name":"Channel","symbols":["WEB","APP","STORE","PHONE"]}},
    {"name":"customer","type":{"type":"record","name":"Customer","fields":[
        {"name":"id","type":"string"},{"name":"name","type":"string"},{"name":"email","type":["null","string"]},
        {"name":"score","type":"double"},{"name":"active","type":"boolean"},
        {"name":"address","type":{"type":"record","name":"Address","fields":[
            {"name":"street","type":"string"},{"name":"city","type":"string"},{"name":"zip","type":"string"},
            {"name":"country","type":"string"},{"name":"latitude","type":["null","double"]},
            {"name":"longitude","type":["null","double"]}]}}]}},
    {"name":"lines","type":{"type":"array","items":{"type":"record","name":"Line","fields":[
        {"name":"sku","type":"string"},{"name":"quantity","type":"int"},{"name":"cents","type":"long"}]}}},
    {"name":"labels","type":{"type":"map","values":"string"}},
    {"name":"payment","type":["null",{"type":"record","name":"Payment","fields":[
        {"name":"method","type":"string"},{"name":"cents","type":"long"},{"name":"approved","type":"boolean"},
        {"name":"reference","type":["null","string"]}]}]},
    {"name":"coupon","type":["null","string"],"default":null},{"name":"weight","type":"float"},
    {"name":"totalCents","type":"long"},{"name":"currency","type":"string"},{"name":"status","type":"string"}]}"#;

struct Case {
    name: &'static str,
    schema: String,
    /// The JSON text of each record.
    texts: Vec<String>,
    /// The two fields that are projected.
    fields: [&'static str; 2],
}

fn main() {
    let mut out = std::io::stdout().lock();
    for case in [agent_matched(), order_placed()] {
        let bench = Bench::new(&case);
        bench.compare();
        let table = bench.measure(&case);
        out.write_all(table.as_bytes()).expect("a standard output");
    }
}

fn agent_matched() -> Case {
    let text = |n: usize| {
        let optional = |name: &str, text: String| {
            if (n + name.len()).is_multiple_of(3) { "null".to_owned() } else { format!("\"{text}\"") }
        };
        format!(
            r#"{{"agentId":"agent-{}","conversationId":"conversation-{n:06x}","timestamp":{},"priority":{},"eventId":{},"version":{},"previousState":{},"newState":{},"routingReason":{}}}"#,
            n % 200,
            1_763_820_000_123 + 977 * n,
            optional("priority", "high".to_owned()),
            optional("eventId", format!("a2b9c1de-0000-4000-8000-{n:012x}")),
            if n.is_multiple_of(5) { "null".to_owned() } else { n.to_string() },
            optional("previousState", "AVAILABLE".to_owned()),
            optional("newState", "BUSY".to_owned()),
            optional("routingReason", format!("longest idle agent of queue {}", n % 7)),
        )
    };
    Case {
        name: "AgentMatchedEvent v3",
        schema: include_str!("../schemas/agent-matched-event/v3.avsc").to_owned(),
        texts: (0..RECORDS).map(text).collect(),
        fields: ["conversationId", "newState"],
    }
}

fn order_placed() -> Case {
    let text = |n: usize| {
        let lines: Vec<String> = (0..n % 4)
            .map(|line| {
                format!(
                    r#"{{"sku":"sku-{:05}","quantity":{},"cents":{}}}"#,
                    n * 7 + line,
                    line + 1,
                    1_999 + n
                )
            })
            .collect();
        let payment = if n.is_multiple_of(6) {
            "null".to_owned()
        } else {
            format!(r#"{{"method":"card","cents":{},"approved":true,"reference":"ref-{n:08x}"}}"#, 5_000 + n)
        };
        format!(
            r#"{{"eventId":"ord-{n:08x}","occurredAt":{},"sequence":{n},"source":{},"channel":"{}","customer":{{"id":"cus-{:06}","name":"Erika Müller {n}","email":"erika{n}@example.com","score":{}.25,"active":{},"address":{{"street":"Hauptstraße {}","city":"Köln","zip":"{:05}","country":"DE","latitude":{},"longitude":6.{n}}}}},"lines":[{}],"labels":{{"region":"eu-{}","tier":"gold"}},"payment":{payment},"coupon":null,"weight":{}.5,"totalCents":{},"currency":"EUR","status":"PLACED"}}"#,
            1_763_820_000_123 + 977 * n,
            if n.is_multiple_of(3) { "null" } else { "\"web-7\"" },
            ["WEB", "APP", "STORE", "PHONE"][n % 4],
            n % 500,
            n % 100,
            n.is_multiple_of(2),
            n % 300,
            50_000 + n,
            if n.is_multiple_of(4) { "null".to_owned() } else { format!("50.{n}") },
            lines.join(","),
            n % 3,
            n % 9,
            10_000 + n,
        )
    };
    Case {
        name: "a nested record of 30 fields",
        schema: ORDER.to_owned(),
        texts: (0..RECORDS).map(text).collect(),
        fields: ["customer.address.city", "status"],
    }
}

struct Bench {
    ours: Schema,
    theirs: apache_avro::Schema,
    datums: Vec<Vec<u8>>,
    encoder: Encoder,
    decoder: Decoder,
    projection: Projection,
    json_projection: JsonProjection,
}

impl Bench {
    fn new(case: &Case) -> Self {
        let ours = parse(&Source::new("bench.avsc", &case.schema), &[]).expect("a schema");
        let encoder = Encoder::new(&ours, Form::Plain, Bytes::Base64);
        let datum = |text: &String| {
            let mut datum = Vec::new();
            encoder.encode(text, &mut datum).expect("a value of the schema");
            datum
        };
        Bench {
            datums: case.texts.iter().map(datum).collect(),
            theirs: apache_avro::Schema::parse_str(&case.schema).expect("a schema"),
            decoder: Decoder::new(&ours, STYLE).expect("a schema"),
            projection: Projection::new(&ours, &case.fields).expect("fields"),
            json_projection: JsonProjection::new(&[], &case.fields).expect("fields"),
            encoder,
            ours,
        }
    }

    fn reader(&self) -> GenericDatumReader<'_> {
        GenericDatumReader::builder(&self.theirs).build().expect("a schema")
    }

    /// Both sides must say the same of every record.
    fn compare(&self) {
        let reader = self.reader();
        assert_eq!(self.ours.fields().len(), self.theirs_fields());
        for datum in &self.datums {
            let mut text = Vec::new();
            self.decoder.decode(datum, &mut text).expect("JSON");
            let ours: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
            let theirs: serde_json::Value = read(&reader, datum).try_into().expect("JSON");
            assert_eq!(ours, theirs);
        }
    }

    fn theirs_fields(&self) -> usize {
        let apache_avro::Schema::Record(record) = &self.theirs else { return 0 };
        record.fields.len()
    }

    fn measure(&self, case: &Case) -> String {
        let reader = self.reader();
        let bytes: usize = self.datums.iter().map(Vec::len).sum();
        let mut table = format!("{}, {} bytes of Avro on average\n", case.name, bytes / self.datums.len());
        let mut room = Vec::new();
        let mut scratch = Vec::new();
        let mut slots = [Slot::Missing; 2];
        let decode = figure(
            || {
                self.each(|datum| {
                    room.clear();
                    self.decoder.decode(datum, &mut room).expect("JSON");
                    black_box(&room);
                });
            },
            || {
                self.each(|datum| {
                    scratch.clear();
                    let json: serde_json::Value = read(&reader, datum).try_into().expect("JSON");
                    serde_json::to_writer(&mut scratch, &json).expect("JSON");
                    black_box(&scratch);
                });
            },
        );
        row(
            &mut table,
            "decode to JSON text",
            "apache-avro to Value, then serde_json's text",
            &decode,
            Some(3.0),
        );
        let (last, steps) = (case.fields[1], case.fields[0].split('.').collect::<Vec<_>>());
        let project = figure(
            || {
                self.each(|datum| {
                    self.projection.project(datum, &mut slots).expect("fields");
                    black_box(&slots);
                });
            },
            || {
                self.each(|datum| {
                    let json: serde_json::Value = read(&reader, datum).try_into().expect("JSON");
                    let first = steps.iter().fold(&json, |json, step| &json[*step]);
                    black_box((first, &json[last]));
                });
            },
        );
        row(
            &mut table,
            "project two fields",
            "apache-avro to Value, then serde_json's Value",
            &project,
            Some(10.0),
        );
        let project = figure(
            || {
                self.each(|datum| {
                    self.projection.project(datum, &mut slots).expect("fields");
                    black_box(&slots);
                });
            },
            || self.each(|datum| drop(black_box(read(&reader, datum)))),
        );
        row(&mut table, "project two fields", "apache-avro to Value alone", &project, None);
        let mut slots = [Slot::Missing; 2];
        let json = figure(
            || {
                case.texts.iter().for_each(|text| {
                    self.json_projection.project(text.as_bytes(), &mut slots).expect("fields");
                    black_box(&slots);
                });
            },
            || {
                case.texts.iter().for_each(|text| {
                    let json: serde_json::Value = serde_json::from_str(text).expect("JSON");
                    let first = steps.iter().fold(&json, |json, step| &json[*step]);
                    black_box((first, &json[last]));
                });
            },
        );
        row(&mut table, "project two fields of the JSON text", "serde_json's Value", &json, None);
        let mut datum = Vec::new();
        let encode = figure(
            || {
                case.texts.iter().for_each(|text| {
                    datum.clear();
                    self.encoder.encode(text, &mut datum).expect("a value");
                    black_box(&datum);
                });
            },
            || {
                case.texts.iter().for_each(|text| {
                    let json: serde_json::Value = serde_json::from_str(text).expect("JSON");
                    black_box(&json);
                });
            },
        );
        row(&mut table, "encode from JSON text", "serde_json's Value, and no encoding", &encode, None);
        table.push('\n');
        table
    }

    fn each<'a>(&'a self, mut work: impl FnMut(&'a [u8])) {
        self.datums.iter().for_each(|datum| work(datum));
    }
}

fn read(reader: &GenericDatumReader<'_>, mut datum: &[u8]) -> Value {
    reader.read_value(&mut datum).expect("a datum")
}

/// Records per second of both sides, one entry per round.
struct Figure {
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

/// Takes the time of both sides in turn. Each call works on all records once.
fn figure(mut ours: impl FnMut(), mut theirs: impl FnMut()) -> Figure {
    ours();
    theirs();
    let mut figure = Figure { ours: Vec::new(), theirs: Vec::new() };
    for _ in 0..ROUNDS {
        figure.ours.push(round(&mut ours));
        figure.theirs.push(round(&mut theirs));
    }
    figure
}

fn round(work: &mut impl FnMut()) -> f64 {
    let begin = Instant::now();
    let mut records = 0_u32;
    while begin.elapsed() < ROUND {
        work();
        records += RECORDS as u32;
    }
    f64::from(records) / begin.elapsed().as_secs_f64()
}

fn row(table: &mut String, work: &str, peer: &str, figure: &Figure, aim: Option<f64>) {
    let ratios: Vec<f64> =
        figure.ours.iter().zip(&figure.theirs).map(|(ours, theirs)| ours / theirs).collect();
    let (low, ratio, high) = spread(&ratios);
    let aim = match aim {
        Some(aim) if ratio < aim => format!("; BELOW THE AIM of {aim}"),
        Some(aim) => format!("; aim {aim}"),
        None => String::new(),
    };
    let line = |name: &str, rates: &[f64]| {
        let (low, median, high) = spread(rates);
        format!("    {name:<48} {median:>12.0} records/s ({low:.0} to {high:.0})\n")
    };
    let _ = write!(
        table,
        "  {work}: {ratio:.1} times as fast ({low:.1} to {high:.1}{aim})\n{}{}",
        line("eventctl", &figure.ours),
        line(peer, &figure.theirs)
    );
}

/// The least, the median and the most.
fn spread(values: &[f64]) -> (f64, f64, f64) {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    (values[0], values[values.len() / 2], values[values.len() - 1])
}
