//! Properties of the codec over schemas and data made of any bytes. The fuzz target `decoder` looks for the same.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::codec::generate::{Entropy, datum, schema_text};
use crate::codec::test_schemas::schema;
use crate::codec::{Bytes, DEPTH_LIMIT, Decoder, Encoder, Form, Style, Times};
use crate::json::Json;
use crate::schema::Schema;

const STYLES: [Style; 3] =
    [Style::PLAIN, Style::TAGGED, Style { form: Form::Plain, times: Times::Numbers, bytes: Bytes::Latin }];

/// Decodes, and checks what holds for any bytes.
fn decoded(decoder: &Decoder, bytes: &[u8]) -> Option<String> {
    let mut out = b"before".to_vec();
    let done = decoder.decode(bytes, &mut out);
    assert!(out.starts_with(b"before"));
    match done {
        Ok(()) => {
            let text = String::from_utf8(out.split_off(6)).unwrap();
            Json::read(&text).unwrap();
            Some(text)
        }
        Err(error) => {
            assert_eq!(out.len(), 6, "nothing is left of what failed");
            assert!(error.at <= bytes.len());
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

fn encoder(schema: &Schema, style: Style) -> Encoder {
    Encoder::new(schema, style.form, style.bytes)
}

fn made(entropy: &[u8], blocks: bool) -> (String, Schema, Vec<u8>) {
    let mut entropy = Entropy(entropy);
    let text = schema_text(&mut entropy);
    let schema = schema(&text);
    let mut bytes = Vec::new();
    datum(&schema, schema.root(), blocks, &mut entropy, &mut bytes);
    (text, schema, bytes)
}

fn entropy() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..400)
}

/// The same cases in every run, unless others are asked for by `PROPTEST_RNG_SEED`.
fn configuration() -> ProptestConfig {
    let rng_seed = match ProptestConfig::default().rng_seed {
        RngSeed::Random => RngSeed::Fixed(4),
        given => given,
    };
    ProptestConfig { cases: 2_000, failure_persistence: None, rng_seed, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(configuration())]

    #[test]
    fn what_is_decoded_is_encoded_as_the_same_bytes(entropy in entropy()) {
        let (text, schema, bytes) = made(&entropy, false);
        for style in STYLES {
            let decoder = Decoder::new(&schema, style).unwrap();
            let json = decoded(&decoder, &bytes);
            let Some(json) = json else { panic!("{text} of {bytes:x?}: {:?}", decoder.decode(&bytes, &mut Vec::new())) };
            let mut again = Vec::new();
            let done = encoder(&schema, style).encode(&json, &mut again);
            prop_assert!(done.is_ok() && again == bytes, "{} of {:?}: {:?}", text, json, done);
        }
    }

    #[test]
    fn a_datum_ends_where_it_ends(entropy in entropy(), more in any::<u8>()) {
        let (text, schema, bytes) = made(&entropy, true);
        let decoder = Decoder::new(&schema, Style::PLAIN).unwrap();
        prop_assert!(decoded(&decoder, &bytes).is_some(), "{} of {:x?}", text, bytes);
        for length in 0..bytes.len() {
            prop_assert!(decoded(&decoder, &bytes[..length]).is_none(), "{} of {} of {:x?}", text, length, bytes);
        }
        prop_assert!(decoded(&decoder, &[bytes, vec![more]].concat()).is_none());
    }

    #[test]
    fn blocks_of_all_forms_say_the_same(entropy in entropy()) {
        let (text, schema, bytes) = made(&entropy, true);
        for style in STYLES {
            let json = decoded(&Decoder::new(&schema, style).unwrap(), &bytes).unwrap();
            let mut again = Vec::new();
            encoder(&schema, style).encode(&json, &mut again).unwrap();
            prop_assert_eq!(decoded(&Decoder::new(&schema, style).unwrap(), &again), Some(json), "{}", text);
        }
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(entropy in entropy(), bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let (text, schema, valid) = made(&entropy, true);
        let mut broken = valid;
        for (index, byte) in bytes.iter().enumerate().take(3) {
            let length = broken.len().max(1);
            if let Some(place) = broken.get_mut(usize::from(*byte) * (index + 1) % length) {
                *place ^= byte.rotate_left(3);
            }
        }
        for style in STYLES {
            let decoder = Decoder::new(&schema, style).unwrap();
            for bytes in [&broken, &bytes] {
                let Some(json) = decoded(&decoder, bytes) else { continue };
                let mut again = Vec::new();
                match encoder(&schema, style).encode(&json, &mut again) {
                    Ok(()) => prop_assert_eq!(decoded(&decoder, &again), Some(json), "{}", text),
                    // Data may hold more digits than their schema allows.
                    Err(error) => prop_assert!(error.to_string().contains("digits"), "{} of {}: {}", text, json, error),
                }
            }
        }
    }

    #[test]
    fn a_schema_reads_itself(entropy in entropy()) {
        let (text, schema, bytes) = made(&entropy, true);
        for style in STYLES {
            let own = decoded(&Decoder::new(&schema, style).unwrap(), &bytes);
            let resolved = decoded(&Decoder::resolving(&schema, &schema, style).unwrap(), &bytes);
            prop_assert_eq!(own, resolved, "{}", text);
        }
    }

    #[test]
    fn what_is_not_read_is_passed_over(entropy in entropy(), last in any::<i32>()) {
        let (text, _, mut bytes) = made(&entropy, true);
        let of = |fields: &str| schema(&format!(r#"{{"type":"record","name":"Outer","fields":[{fields}{{"name":"last","type":"int"}}]}}"#));
        let writer = of(&format!(r#"{{"name":"first","type":{text}}},"#));
        crate::codec::output::write_long(i64::from(last), &mut bytes);
        let decoder = Decoder::resolving(&writer, &of(""), Style::PLAIN).unwrap();
        prop_assert_eq!(decoded(&decoder, &bytes), Some(format!("{{\"last\":{last}}}")), "{}", text);
        for length in 0..bytes.len() {
            prop_assert!(decoded(&decoder, &bytes[..length]).is_none(), "{} of {} of {:x?}", text, length, bytes);
        }
    }

    #[test]
    fn any_schema_reads_any_other_or_tells_why_not(one in entropy(), other in entropy(), bytes in entropy()) {
        let (_, writer, valid) = made(&one, true);
        let (_, reader, _) = made(&other, true);
        for style in STYLES {
            let decoder = Decoder::resolving(&writer, &reader, style).unwrap();
            let read = decoded(&decoder, &valid);
            let _ = decoded(&decoder, &bytes);
            if let (Some(json), Form::Plain) = (read, style.form) {
                let done = encoder(&reader, style).encode(&json, &mut Vec::new());
                prop_assert!(done.is_ok() || done.as_ref().is_err_and(|error| error.to_string().contains("digits")), "{:?}", done);
            }
        }
    }
}

#[test]
fn nesting_that_is_written_is_read() {
    let schema = schema(
        r#"{"type":"record","name":"L","fields":[{"name":"next","type":["null","L",{"type":"map","values":"L"}]}]}"#,
    );
    for style in STYLES {
        let decoder = Decoder::new(&schema, style).unwrap();
        let deepest = (1..=DEPTH_LIMIT + 1).filter(|depth| {
            let bytes = [vec![2; depth - 1], vec![0]].concat();
            decoded(&decoder, &bytes)
                .is_some_and(|json| encoder(&schema, style).encode(&json, &mut Vec::new()).is_ok())
        });
        assert_eq!(deepest.max(), Some(DEPTH_LIMIT.div_ceil(2)), "each value is tagged");
    }
}
