//! Tests of the decoder: what values become, what is said of bytes that are none, and what Java makes of the same.

mod faults;
mod java;
mod random;
mod resolving;
mod values;

use crate::codec::test_schemas::schema;
use crate::codec::{Decoder, Style};

/// The text of a datum, or what is said of it.
fn text_of(decoder: &Decoder, datum: &[u8]) -> String {
    let mut out = b"before".to_vec();
    let done = decoder.decode(datum, &mut out);
    let text = String::from_utf8(out.split_off(6)).unwrap();
    done.map_or_else(
        |error| {
            assert_eq!(text, "", "nothing is left of what failed");
            error.to_string()
        },
        |()| text.clone(),
    )
}

fn decoded(schema_text: &str, style: Style, datum: &[u8]) -> String {
    text_of(&Decoder::new(&schema(schema_text), style).unwrap(), datum)
}

fn resolved(writer: &str, reader: &str, datum: &[u8]) -> String {
    text_of(&Decoder::resolving(&schema(writer), &schema(reader), Style::PLAIN).unwrap(), datum)
}
