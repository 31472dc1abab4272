//! JSON texts as values of jq.

use std::collections::BTreeSet;

use jaq_core::ValT as _;
use jaq_json::{Map, Num, Val};

use crate::json::{JsonError, Kind, Reader};

/// How many digits a whole number may have to be exact. Reading one of n digits takes n² steps; beyond this it is the
/// nearest float, as numbers with a point are.
const EXACT_DIGITS: usize = 1_000;

/// Reads a whole text. Where a name stands twice in an object the first one counts, as in projections. With `members`,
/// others of the object that the text is are passed over.
pub(super) fn read(text: &str, members: Option<&BTreeSet<Box<str>>>) -> Result<Val, JsonError> {
    let mut reader = Reader::new(text);
    let value = match reader.kind()? {
        Kind::Object => object(&mut reader, members)?,
        _ => value(&mut reader)?,
    };
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
        Kind::Object => object(reader, None)?,
    })
}

fn object(reader: &mut Reader<'_>, wanted: Option<&BTreeSet<Box<str>>>) -> Result<Val, JsonError> {
    reader.begin_object()?;
    let (mut members, mut first) = (Map::default(), true);
    while let Some(name) = reader.name(&mut first)? {
        let name = name.decode();
        if wanted.is_some_and(|wanted| !wanted.contains(&*name)) {
            reader.skip()?;
            continue;
        }
        let value = value(reader)?;
        members.entry(string(&name)).or_insert(value);
    }
    Ok(Val::obj(members))
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
