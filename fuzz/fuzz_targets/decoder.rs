//! Any bytes are values of any schema, or an error, for the decoder, its resolution, and the encoder behind it.
//!
//! The input is a schema, a NUL byte, which no schema holds, another schema, a NUL byte, and a datum. The seeded tests
//! of `crates/core/src/codec/decode/tests/random.rs` check the same on a stable compiler, with schemas they make up.

#![no_main]

use eventctl_core::codec::{Bytes, Decoder, Encoder, Form, Style, Times};
use eventctl_core::json::Json;
use eventctl_core::schema::{Schema, parse};
use eventctl_core::yaml::Source;
use libfuzzer_sys::fuzz_target;

/// Long texts only slow the search down.
const OUTPUT_LIMIT: usize = 1 << 20;

fn read(bytes: &[u8]) -> Option<Schema> {
    let source = Source::from_bytes("fuzz", bytes).ok()?;
    parse(&source, &[]).ok()
}

fn decoded(decoder: &Decoder, datum: &[u8]) -> Option<String> {
    let mut out = Vec::new();
    match decoder.decode(datum, &mut out) {
        Ok(()) => {
            let text = String::from_utf8(out).expect("UTF-8");
            Json::read(&text).expect("JSON");
            Some(text)
        }
        Err(error) => {
            assert!(out.is_empty() && error.at <= datum.len() && !error.to_string().is_empty());
            None
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |byte| *byte == 0);
    let (Some(writer), Some(reader), Some(datum)) = (parts.next(), parts.next(), parts.next()) else { return };
    let Some(writer) = read(writer) else { return };
    let numbers = Style { form: Form::Plain, times: Times::Numbers, bytes: Bytes::Latin };
    for style in [Style::PLAIN, Style::TAGGED, numbers] {
        let Ok(decoder) = Decoder::new(&writer, style) else { continue };
        let decoder = decoder.with_output_limit(OUTPUT_LIMIT);
        if let Some(text) = decoded(&decoder, datum) {
            // A decimal may have more digits than its schema allows; then its text is refused.
            let mut again = Vec::new();
            if Encoder::new(&writer, style.form, style.bytes).encode(&text, &mut again).is_ok() {
                assert_eq!(decoded(&decoder, &again), Some(text));
            }
        }
        let Some(reader) = read(reader) else { continue };
        if let Ok(decoder) = Decoder::resolving(&writer, &reader, style) {
            decoded(&decoder.with_output_limit(OUTPUT_LIMIT), datum);
        }
    }
});
