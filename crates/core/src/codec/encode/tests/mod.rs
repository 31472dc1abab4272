//! The encoder against tables: what Java wrote, what the rules say, and what is refused with which words.

mod hostile;
mod java;
mod random;
mod records;
mod scalars;
mod unions;

use super::*;
use crate::schema::parse;
use crate::yaml::Source;

/// The schema of a text. A word alone is a primitive type.
pub(in crate::codec) fn schema(text: &str) -> Schema {
    let text = if text.starts_with(['{', '[', '"']) { text.to_owned() } else { format!("\"{text}\"") };
    parse(&Source::new("s.avsc", &text), &[]).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

pub(in crate::codec) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a text becomes: its bytes in hexadecimal digits, or why not.
fn encoded(encoder: &Encoder, json: &str) -> Result<String, String> {
    let mut out = vec![0xee];
    let done = encoder.encode(json, &mut out);
    assert_eq!(out.first(), Some(&0xee), "what was there stays");
    if done.is_err() {
        assert_eq!(out.len(), 1, "nothing is left of what failed: {json}");
    }
    done.map(|()| hex(&out[1..])).map_err(|error| error.to_string())
}

fn plain(schema_text: &str, json: &str) -> Result<String, String> {
    encoded(&Encoder::new(&schema(schema_text), Form::Plain, Bytes::Base64), json)
}

/// Rows of a schema, a text, and its bytes, or the beginning of what is said.
fn check(rows: &[(&str, &str, Result<&str, &str>)]) {
    for (schema, json, expected) in rows {
        let found = plain(schema, json);
        match (expected, &found) {
            (Ok(bytes), Ok(found)) => assert_eq!(found, bytes, "{schema} {json}"),
            (Err(words), Err(found)) => {
                assert!(found.starts_with(words), "{schema} {json}\n   found: {found}\nexpected: {words}");
            }
            _ => panic!("{schema} {json}\n   found: {found:?}\nexpected: {expected:?}"),
        }
    }
}
