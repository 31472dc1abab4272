//! What our encoder writes, as apache-avro reads it: an eye that is neither ours nor Java's.

use apache_avro::Decimal;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value;
use eventctl_core::codec::{Bytes, Encoder, Form};
use eventctl_core::json::{Json, Value as Is};
use eventctl_core::schema::parse;
use eventctl_core::yaml::Source;

#[test]
fn apache_avro_reads_what_we_encode() {
    let lines = include_str!("../../crates/core/fixtures/avro/datums.jsonl");
    let (mut same, mut refused, mut wrong) = (0, Vec::new(), Vec::new());
    for line in lines.lines() {
        let row = Json::read(line).unwrap();
        let part = |name: &str| row.get(name).map(|part| &line[part.start..part.end]).unwrap();
        let ours = parse(&Source::new("s.avsc", part("schema")), &[]).unwrap();
        let mut datum = Vec::new();
        Encoder::new(&ours, Form::Tagged, Bytes::Latin).encode(part("json"), &mut datum).unwrap();
        let name = row.get("name").and_then(Json::text).unwrap().to_owned();
        let mut rest = datum.as_slice();
        let theirs = apache_avro::Schema::parse_str(part("schema"));
        let read =
            theirs.and_then(|theirs| GenericDatumReader::builder(&theirs).build()?.read_value(&mut rest));
        match read {
            // Where the crate does not read a schema or its data as Avro says, it is no oracle.
            Err(error) => refused.push(format!("{name}: {error}")),
            Ok(value) if rest.is_empty() && says(&value, row.get("json").unwrap()) => same += 1,
            Ok(value) => wrong.push(format!("{name}: {value:?}, {} bytes left", rest.len())),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    // What the crate gets wrong: names it does not find in the enclosing namespace, defaults of a union's later branch,
    // and a UUID that is any text to Avro.
    let known = [
        "Unknown primitive type: shop.",
        "`default`'s value type of field",
        "Failed to convert &str to UUID",
    ];
    let new: Vec<_> = refused.iter().filter(|text| !known.iter().any(|known| text.contains(known))).collect();
    assert!(new.is_empty(), "{new:#?}");
    assert_eq!((same, refused.len()), (293, 9), "{refused:#?}");
}

/// Tells whether a value is what Avro's tagged JSON says.
fn says(value: &Value, json: &Json) -> bool {
    let written = if let Is::Number(text) = &json.value { text.as_str() } else { "" };
    let number = |value: i64| written == value.to_string();
    let float = |value: f64| match json.text() {
        Some("NaN") => value.is_nan(),
        Some("Infinity") => value == f64::INFINITY,
        Some("-Infinity") => value == f64::NEG_INFINITY,
        _ => written.parse() == Ok(value),
    };
    let latin = |octets: &[u8]| {
        json.text().is_some_and(|text| text.chars().eq(octets.iter().copied().map(char::from)))
    };
    let members = |fields: &[(&String, &Value)]| {
        json.members().len() == fields.len()
            && fields.iter().all(|(name, value)| json.get(name).is_some_and(|json| says(value, json)))
    };
    match value {
        Value::Null => json.value == Is::Null,
        Value::Boolean(value) => json.value == Is::Boolean(*value),
        Value::Int(value) | Value::Date(value) | Value::TimeMillis(value) => number(i64::from(*value)),
        Value::Long(value)
        | Value::TimeMicros(value)
        | Value::TimestampMillis(value)
        | Value::TimestampMicros(value)
        | Value::TimestampNanos(value)
        | Value::LocalTimestampMillis(value)
        | Value::LocalTimestampMicros(value)
        | Value::LocalTimestampNanos(value) => number(*value),
        // The fixtures show a float as the double it equals.
        Value::Float(value) => float(f64::from(*value)),
        Value::Double(value) => float(*value),
        Value::String(value) | Value::Enum(_, value) => json.text() == Some(value),
        Value::Bytes(octets) | Value::Fixed(_, octets) => latin(octets),
        Value::Uuid(uuid) => json.text() == Some(&uuid.hyphenated().to_string()) || latin(uuid.as_bytes()),
        Value::Duration(duration) => latin(&<[u8; 12]>::from(*duration)),
        // Compared as the crate makes one of the expected bytes: it cannot write all of them back.
        Value::Decimal(decimal) => json.text().is_some_and(|text| {
            let octets = text.chars().map(|c| u8::try_from(c).expect("a byte")).collect::<Vec<u8>>();
            *decimal == Decimal::from(octets)
        }),
        Value::Array(items) => json.items().is_some_and(|json| {
            json.len() == items.len() && items.iter().zip(json).all(|(item, json)| says(item, json))
        }),
        Value::Map(entries) => members(&entries.iter().collect::<Vec<_>>()),
        Value::Record(fields) => {
            members(&fields.iter().map(|(name, value)| (name, value)).collect::<Vec<_>>())
        }
        Value::Union(_, value) if **value == Value::Null => json.value == Is::Null,
        Value::Union(_, value) => match json.members() {
            [tagged] => says(value, &tagged.value),
            _ => false,
        },
        _ => false,
    }
}
