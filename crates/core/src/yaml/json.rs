//! A tree as a JSON value, for literals that a file carries.

use serde_json::{Map, Number, Value as Json};

use super::node::{Node, Scalar, Style, Value};
use super::scalar;
use super::source::Span;

impl Node {
    /// The tree as JSON. Plain texts are read as YAML 1.2 reads them, as far as JSON can write the same thing.
    ///
    /// # Errors
    /// The place of a plain number that has no exact JSON form (`0x1F`, `.inf`, `010`, an integer of more than 63
    /// bits), and what to write instead.
    pub fn to_json(&self) -> Result<Json, (Span, String)> {
        match &self.value {
            Value::Null => Ok(Json::Null),
            Value::Scalar(scalar) => scalar_json(scalar).map_err(|message| (self.span, message)),
            Value::Sequence(items) => {
                Ok(Json::Array(items.iter().map(Node::to_json).collect::<Result<_, _>>()?))
            }
            Value::Mapping(entries) => {
                let mut map = Map::new();
                for entry in entries {
                    map.insert(entry.key.text.clone(), entry.value.to_json()?);
                }
                Ok(Json::Object(map))
            }
        }
    }
}

fn scalar_json(scalar: &Scalar) -> Result<Json, String> {
    let text = scalar.text.as_str();
    if scalar.style == Style::Quoted {
        return Ok(Json::String(text.to_owned()));
    }
    if let Ok(flag) = scalar::boolean(scalar) {
        return Ok(Json::Bool(flag));
    }
    if let Ok(number) = scalar::integer(scalar) {
        return Ok(Json::Number(number.into()));
    }
    if scalar::text(scalar).is_ok() {
        return Ok(Json::String(text.to_owned()));
    }
    let fraction =
        text.contains(['.', 'e', 'E']).then(|| serde_json::from_str::<Number>(text).ok()).flatten();
    fraction
        .map(Json::Number)
        .ok_or_else(|| "write it in decimal digits, or in quotes where a text is meant".to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Source, parse};

    #[test]
    fn literals_become_json_or_are_refused_with_their_place() {
        let read = |text: &str| parse(&Source::new("f", text)).unwrap().to_json();
        assert_eq!(
            read("{a: 1, b: true, c: no, d: '5', e: null, f: [0.5, x], g: {h: -1}, i: 2026-11-22, j: 1e3}"),
            Ok(json!({"a": 1, "b": true, "c": "no", "d": "5", "e": null, "f": [0.5, "x"], "g": {"h": -1},
                "i": "2026-11-22", "j": 1e3})),
        );
        for text in ["0x1F", ".inf", "010", "True", "9223372036854775808", "+1", ".5", "1e999"] {
            let (span, _) = read(&format!("a: [{text}]")).unwrap_err();
            assert_eq!(span.column, 5, "{text}");
        }
    }
}
