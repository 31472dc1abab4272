//! The decoder beside Avro's Java library: the fixtures that `dev/avro-oracle` wrote.
//!
//! Texts are compared as JSON: the order of members does not matter, strings and integers are the same character by
//! character, and numbers with a point or an exponent have the same value. Java shows a float with the digits of the
//! double it equals, so that a number is also the same where the float that ours reads as is Java's double. NaN and
//! the infinities are strings on both sides.

use crate::codec::test_schemas::schema;
use crate::codec::{Decoder, Style};
use crate::json::{Json, Value};

fn fixtures(text: &str) -> Vec<Json> {
    let rows: Vec<Json> = text.lines().map(|line| Json::read(line).unwrap()).collect();
    assert!(rows.len() > 100, "the fixtures are there");
    rows
}

fn part<'a>(text: &'a str, row: &Json, name: &str) -> Option<&'a str> {
    row.get(name).map(|value| &text[value.start..value.end])
}

fn octets(row: &Json, name: &str) -> Vec<u8> {
    let text = row.get(name).and_then(Json::text).unwrap();
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Tells whether our text says what Java's does.
fn same(ours: &Json, javas: &Json) -> bool {
    match (&ours.value, &javas.value) {
        (Value::Number(ours), Value::Number(javas)) => {
            let point = |text: &str| text.contains(['.', 'e', 'E']);
            if !point(ours) && !point(javas) {
                return ours == javas;
            }
            let javas: f64 = javas.parse().unwrap();
            ours.parse::<f64>().unwrap() == javas || f64::from(ours.parse::<f32>().unwrap()) == javas
        }
        (Value::Array(ours), Value::Array(javas)) => {
            ours.len() == javas.len() && ours.iter().zip(javas).all(|(ours, javas)| same(ours, javas))
        }
        (Value::Object(members), Value::Object(others)) => {
            members.len() == others.len()
                && members
                    .iter()
                    .all(|member| javas.get(&member.name).is_some_and(|other| same(&member.value, other)))
        }
        (ours, javas) => ours == javas,
    }
}

fn decoded(decoder: &Decoder, datum: &[u8]) -> Result<String, String> {
    let mut out = Vec::new();
    decoder.decode(datum, &mut out).map_err(|error| error.to_string())?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn data_written_by_java_decode_to_javas_json() {
    let text = include_str!("../../../../fixtures/avro/datums.jsonl");
    let mut wrong = Vec::new();
    for (line, row) in text.lines().zip(fixtures(text)) {
        let decoder = Decoder::new(&schema(part(line, &row, "schema").unwrap()), Style::TAGGED).unwrap();
        let javas = row.get("json").unwrap();
        for form in ["bytes", "blocking"] {
            let ours = decoded(&decoder, &octets(&row, form));
            if !ours.as_ref().is_ok_and(|ours| same(&Json::read(ours).unwrap(), javas)) {
                wrong.push(format!("{form}: {ours:?}\n  {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn another_schema_reads_what_java_reads_with_it() {
    let text = include_str!("../../../../fixtures/avro/resolution.jsonl");
    let mut wrong = Vec::new();
    for (line, row) in text.lines().zip(fixtures(text)) {
        let (writer, reader) =
            (schema(part(line, &row, "writer").unwrap()), schema(part(line, &row, "reader").unwrap()));
        let decoder = Decoder::resolving(&writer, &reader, Style::TAGGED).unwrap();
        let ours = decoded(&decoder, &octets(&row, "bytes"));
        let agrees = match (&ours, row.get("json")) {
            // Where bytes that are no text are read as a string, Java puts U+FFFD for them; we tell of it.
            (Err(error), Some(_)) if error.contains("not UTF-8") => line.contains('\u{fffd}'),
            (Ok(ours), Some(javas)) => same(&Json::read(ours).unwrap(), javas),
            (Err(_), None) => true,
            _ => false,
        };
        if !agrees {
            wrong.push(format!("{ours:?}\n  {line}"));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
