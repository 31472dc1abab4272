use crate::codec::project::{JsonProjection, Project, Slot};
use crate::produce::Stamp;
use crate::schema::{LogicalType, parse};
use crate::yaml::Source;

#[test]
fn the_schema_says_how_a_field_tells_the_time() {
    let rows = [
        (r#""long""#, Some(Stamp::Millis)),
        (r#"["null","long"]"#, Some(Stamp::Millis)),
        (r#""string""#, Some(Stamp::Text)),
        (
            r#"{"type":"long","logicalType":"timestamp-millis"}"#,
            Some(Stamp::Logical(LogicalType::TimestampMillis)),
        ),
        (
            r#"["null",{"type":"long","logicalType":"timestamp-micros"}]"#,
            Some(Stamp::Logical(LogicalType::TimestampMicros)),
        ),
        (
            r#"{"type":"long","logicalType":"timestamp-nanos"}"#,
            Some(Stamp::Logical(LogicalType::TimestampNanos)),
        ),
        (r#"{"type":"long","logicalType":"local-timestamp-millis"}"#, None),
        (r#"{"type":"int","logicalType":"date"}"#, None),
        (r#""int""#, None),
        (r#"["long","string"]"#, None),
        (r#"{"type":"array","items":"long"}"#, None),
    ];
    for (field, expected) in rows {
        let text = format!(
            r#"{{"type":"record","name":"R","fields":[{{"name":"at","type":{field}}},
            {{"name":"in","type":{{"type":"record","name":"I","fields":[{{"name":"at","type":{field}}}]}}}}]}}"#
        );
        let schema = parse(&Source::new("v1.avsc", &text), &[]).unwrap();
        assert_eq!(Stamp::of_field(&schema, "at"), expected, "{field}");
        assert_eq!(Stamp::of_field(&schema, "in.at"), expected, "{field}");
        assert_eq!(Stamp::of_field(&schema, "nowhere"), None);
        assert_eq!(Stamp::of_field(&schema, "in"), None);
        assert_eq!(Stamp::of_field(&schema, "at.in"), None);
    }
}

#[test]
fn a_timestamp_is_read_or_refused_by_name() {
    let (millis, micros) = (LogicalType::TimestampMillis, LogicalType::TimestampMicros);
    let nanos = LogicalType::TimestampNanos;
    let kind = "must be a time in milliseconds or a text such as 2026-11-22T14:02:00.123Z, not ";
    let early =
        |number: i64| format!("is {number}, and a record's timestamp must be after 1970-01-01T00:00:00Z");
    type Row = (&'static str, Stamp, Result<Option<i64>, String>);
    let rows: Vec<Row> = vec![
        ("1795356120123", Stamp::Millis, Ok(Some(1_795_356_120_123))),
        ("1795356120123", Stamp::Logical(millis), Ok(Some(1_795_356_120_123))),
        ("1795356120123456", Stamp::Logical(micros), Ok(Some(1_795_356_120_123))),
        ("1795356120123456789", Stamp::Logical(nanos), Ok(Some(1_795_356_120_123))),
        ("\"2026-11-22T14:02:00.123Z\"", Stamp::Logical(millis), Ok(Some(1_795_356_120_123))),
        ("\"2026-11-22T15:02:00.123456+01:00\"", Stamp::Logical(micros), Ok(Some(1_795_356_120_123))),
        ("\"2026-11-22T14:02:00Z\"", Stamp::Text, Ok(Some(1_795_356_120_000))),
        ("\"2026-11-22T14:02:00.1Z\"", Stamp::Millis, Ok(Some(1_795_356_120_100))),
        ("null", Stamp::Millis, Ok(None)),
        ("0", Stamp::Millis, Err(early(0))),
        ("999", Stamp::Logical(micros), Err(early(0))),
        ("-1", Stamp::Millis, Err(early(-1))),
        ("\"1970-01-01T00:00:00Z\"", Stamp::Text, Err(early(0))),
        ("9223372036854775807", Stamp::Millis, Ok(Some(i64::MAX))),
        ("9223372036854775808", Stamp::Millis, Err(format!("{kind}such a number"))),
        ("1.5", Stamp::Millis, Err(format!("{kind}such a number"))),
        ("1795356120123", Stamp::Text, Err(format!("{kind}such a number"))),
        ("true", Stamp::Millis, Err(format!("{kind}a boolean"))),
        ("{}", Stamp::Logical(millis), Err(format!("{kind}an object or an array"))),
    ];
    for (value, stamp, expected) in rows {
        let projection = JsonProjection::new(&[], &["at"]).unwrap();
        let text = format!("{{\"at\":{value}}}");
        let mut slots = [Slot::Missing];
        projection.project(text.as_bytes(), &mut slots).unwrap();
        assert_eq!(stamp.read(&slots[0]).map_err(|error| error.to_string()), expected, "{value} {stamp:?}");
    }
    assert_eq!(Stamp::Millis.read(&Slot::Missing), Ok(None));
    for text in ["yesterday", "2026-11-22", "2026-02-30T00:00:00Z", "2026-11-22T14:02:00"] {
        let quoted = format!("{{\"at\":\"{text}\"}}");
        let projection = JsonProjection::new(&[], &["at"]).unwrap();
        let mut slots = [Slot::Missing];
        projection.project(quoted.as_bytes(), &mut slots).unwrap();
        for stamp in [Stamp::Millis, Stamp::Text, Stamp::Logical(millis)] {
            assert!(stamp.read(&slots[0]).unwrap_err().to_string().starts_with("is no time: "), "{text}");
        }
    }
}
