//! JSON texts as values of jq.

use jaq_core::ValT as _;
use jaq_json::{Map, Num, Val};

use crate::json::{JsonError, Kind, Reader};

/// How many digits a whole number may have to be exact. Reading one of n digits takes n² steps; beyond this it is the
/// nearest float, as numbers with a point are.
const EXACT_DIGITS: usize = 1_000;

/// Reads a whole text. Where a name stands twice in an object the first one counts, as in projections.
pub(super) fn read(text: &str) -> Result<Val, JsonError> {
    let mut reader = Reader::new(text);
    let value = value(&mut reader)?;
    reader.end()?;
    Ok(value)
}

fn value(reader: &mut Reader<'_>) -> Result<Val, JsonError> {
    Ok(match reader.kind()? {
        Kind::Null => reader.null().map(|()| Val::Null)?,
        Kind::Boolean => Val::Bool(reader.boolean()?),
        Kind::Number => number(reader.number()?),
        Kind::String => string(&reader.string()?.decode()),
        Kind::Array => {
            reader.begin_array()?;
            let (mut items, mut first) = (Vec::new(), true);
            while reader.item(&mut first)? {
                items.push(value(reader)?);
            }
            Val::Arr(items.into())
        }
        Kind::Object => {
            reader.begin_object()?;
            let (mut members, mut first) = (Map::default(), true);
            while let Some(name) = reader.name(&mut first)? {
                let name = string(&name.decode());
                let value = value(reader)?;
                members.entry(name).or_insert(value);
            }
            Val::obj(members)
        }
    })
}

/// A string.
pub(super) fn string(text: &str) -> Val {
    Val::utf8_str(text.as_bytes().to_vec())
}

/// A number as JSON writes it.
pub(super) fn number(text: &str) -> Val {
    if let Ok(whole) = text.parse() {
        return Val::Num(Num::Int(whole));
    }
    let float = || Val::Num(Num::Dec(text.to_owned().into()));
    if text.len() > EXACT_DIGITS {
        return float();
    }
    Val::from_num(text).unwrap_or_else(|_| float())
}
