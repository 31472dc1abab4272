//! Telling whether a text is sound JSON, names that stand twice included, without keeping anything of it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::error::{JsonError, JsonErrorKind};
use super::reader::{Kind, Reader};

/// Up to this many names of an object are compared one by one.
const FEW: usize = 16;

/// Reads a whole text: one value in which no object names a member twice. Tells what kind of value it is.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(text: &str) -> Result<Kind, JsonError> {
    let mut reader = Reader::new(text);
    let kind = reader.kind()?;
    let mut names = Vec::new();
    value(&mut reader, &mut names)?;
    reader.end()?;
    Ok(kind)
}

fn value<'t>(reader: &mut Reader<'t>, names: &mut Vec<Cow<'t, str>>) -> Result<(), JsonError> {
    let mut first = true;
    match reader.kind()? {
        Kind::Array => {
            reader.begin_array()?;
            while reader.item(&mut first)? {
                value(reader, names)?;
            }
        }
        Kind::Object => {
            reader.begin_object()?;
            let begin = names.len();
            let mut many = BTreeSet::new();
            loop {
                let before = reader.at();
                let Some(name) = reader.name(&mut first)? else { break };
                let name = name.decode();
                let own = names.get(begin..).unwrap_or_default();
                let twice = if own.len() < FEW {
                    own.contains(&name)
                } else {
                    if many.is_empty() {
                        many.extend(own.iter().cloned());
                    }
                    !many.insert(name.clone())
                };
                if twice {
                    let at = before + reader.slice(before, reader.at()).find('"').unwrap_or(0);
                    return Err(JsonError { kind: JsonErrorKind::Twice, at });
                }
                if own.len() < FEW {
                    names.push(name);
                }
                value(reader, names)?;
            }
            names.truncate(begin);
        }
        _ => drop(reader.skip()?),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_once_in_their_object() {
        let many = |last: &str| {
            let members: Vec<String> = (0..40).map(|number| format!("\"m{number}\":{number}")).collect();
            format!("{{{},\"{last}\":0}}", members.join(","))
        };
        let good = [
            "{}".to_owned(),
            r#"{"a":{"a":1},"b":[{"a":1},{"a":2}],"c":{"a":1}}"#.to_owned(),
            many("m40"),
            " [1, \"a\", null, 9007199254740993] ".to_owned(),
        ];
        for text in &good {
            assert!(check(text).is_ok(), "{text}");
        }
        let bad = [
            (r#"{"a":1,"a":1}"#.to_owned(), 7),
            (r#"{"a":1,"b":{"c":1,  "\u0063":1}}"#.to_owned(), 20),
            (r#"[{"a":1},{"a":1,"b":2,"a":3}]"#.to_owned(), 22),
            (many("m39"), many("m39").len() - 8),
            (many("m3"), many("m3").len() - 7),
        ];
        for (text, at) in bad {
            assert_eq!(check(&text), Err(JsonError { kind: JsonErrorKind::Twice, at }), "{text}");
        }
        assert_eq!(check("{} {}").unwrap_err().kind, JsonErrorKind::Trailing);
        assert_eq!(check("NaN").unwrap_err().kind, JsonErrorKind::Expected("a value"));
        assert_eq!(check("7"), Ok(Kind::Number));
        assert!(matches!(check(&"[".repeat(1_000_000)).unwrap_err().kind, JsonErrorKind::Deep(_)));
    }
}
