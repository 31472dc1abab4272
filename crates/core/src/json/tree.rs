//! A JSON text as a tree in which every value knows its place.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{JsonError, JsonErrorKind};
use super::reader::{Kind, Reader};

/// A value and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json {
    /// The value.
    pub value: Value,
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last.
    pub end: usize,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number as it is written.
    Number(String),
    /// A string, escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object, its members in the order of the text; no name stands twice.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The first byte of the name's quotes.
    pub start: usize,
    /// Its value.
    pub value: Json,
}

impl Json {
    /// Reads a whole text. A byte order mark before it is passed over.
    ///
    /// # Errors
    /// The first thing that is not JSON, and a name that stands twice in its object.
    pub fn read(text: &str) -> Result<Json, JsonError> {
        let mark = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut reader = Reader::new(text.get(mark..).unwrap_or_default());
        let moved = |error: JsonError| JsonError { at: error.at + mark, ..error };
        let json = read(&mut reader, mark).map_err(moved)?;
        reader.end().map_err(moved)?;
        Ok(json)
    }

    /// What kind of value it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match &self.value {
            Value::Null => Kind::Null,
            Value::Boolean(_) => Kind::Boolean,
            Value::Number(_) => Kind::Number,
            Value::String(_) => Kind::String,
            Value::Array(_) => Kind::Array,
            Value::Object(_) => Kind::Object,
        }
    }

    /// The members of an object; none where it is something else.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        if let Value::Object(members) = &self.value { members } else { &[] }
    }

    /// The member of this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members().iter().find(|member| member.name == name)
    }

    /// The value of the member of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.member(name).map(|member| &member.value)
    }

    /// The characters of a string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Value::String(text) = &self.value { Some(text) } else { None }
    }

    /// The items of an array.
    #[must_use]
    pub fn items(&self) -> Option<&[Json]> {
        if let Value::Array(items) = &self.value { Some(items) } else { None }
    }

    /// Tells whether two values say the same, wherever they stand: the order of members does not matter, and numbers
    /// are compared as they are written.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Json) -> bool {
        match (&self.value, &other.value) {
            (Value::Array(these), Value::Array(those)) => {
                these.len() == those.len()
                    && these.iter().zip(those).all(|(this, that)| this.says_the_same_as(that))
            }
            (Value::Object(these), Value::Object(those)) => {
                let those: BTreeMap<&str, &Json> =
                    those.iter().map(|member| (member.name.as_str(), &member.value)).collect();
                these.len() == those.len()
                    && these.iter().all(|this| {
                        let that = those.get(this.name.as_str());
                        that.is_some_and(|that| this.value.says_the_same_as(that))
                    })
            }
            (this, that) => this == that,
        }
    }
}

fn read(reader: &mut Reader<'_>, mark: usize) -> Result<Json, JsonError> {
    let kind = reader.kind()?;
    let start = reader.at();
    let value = match kind {
        Kind::Null => reader.null().map(|()| Value::Null)?,
        Kind::Boolean => Value::Boolean(reader.boolean()?),
        Kind::Number => Value::Number(reader.number()?.to_owned()),
        Kind::String => Value::String(reader.string()?.decode().into_owned()),
        Kind::Array => {
            reader.begin_array()?;
            let (mut items, mut first) = (Vec::new(), true);
            while reader.item(&mut first)? {
                items.push(read(reader, mark)?);
            }
            Value::Array(items)
        }
        Kind::Object => Value::Object(members(reader, mark)?),
    };
    Ok(Json { value, start: start + mark, end: reader.at() + mark })
}

/// How many names of an object are compared one by one.
const FEW: usize = 16;

fn members(reader: &mut Reader<'_>, mark: usize) -> Result<Vec<Member>, JsonError> {
    reader.begin_object()?;
    let (mut members, mut first) = (Vec::new(), true);
    // Few names are compared with each other; many are kept in a set.
    let mut names: Option<BTreeSet<String>> = None;
    loop {
        reader.skip_to_token();
        let before = reader.at();
        let Some(name) = reader.name(&mut first)? else { return Ok(members) };
        let name = name.decode().into_owned();
        // Where a comma came first, the name begins behind it.
        let skipped = reader.slice(before, reader.at()).find('"').unwrap_or(0);
        let start = before + skipped;
        let twice = match &mut names {
            Some(names) => !names.insert(name.clone()),
            None => members.iter().any(|member: &Member| member.name == name),
        };
        if twice {
            return Err(JsonError { kind: JsonErrorKind::Twice, at: start });
        }
        members.push(Member { name, start: start + mark, value: read(reader, mark)? });
        if names.is_none() && members.len() == FEW {
            names = Some(members.iter().map(|member| member.name.clone()).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_places() {
        let text = "\u{feff}{ \"a\" : [1, \"é\"],\n  \"b\":null }";
        let json = Json::read(text).unwrap();
        let places = |json: &Json| text.get(json.start..json.end).unwrap().to_owned();
        assert_eq!(places(json.get("a").unwrap()), "[1, \"é\"]");
        assert_eq!(places(&json.get("a").unwrap().items().unwrap()[1]), "\"é\"");
        let member = json.member("b").unwrap();
        assert_eq!(text.get(member.start..member.start + 3), Some("\"b\""));
        assert_eq!(places(&member.value), "null");
    }

    #[test]
    fn a_name_stands_once() {
        let error = Json::read("{\"a\":{\"b\":1, \"\\u0062\":2}}").unwrap_err();
        assert_eq!(error, JsonError { kind: JsonErrorKind::Twice, at: 13 });
        for count in [1, FEW - 1, FEW, FEW + 1, 3 * FEW] {
            let names: Vec<String> = (0..count).map(|number| format!("\"n{number}\":0")).collect();
            let object = |more: &str| format!("{{{},{more}}}", names.join(","));
            assert_eq!(Json::read(&object("\"x\":0")).unwrap().members().len(), count + 1);
            for again in [0, count / 2, count - 1] {
                let error = Json::read(&object(&format!("\"n{again}\":0"))).unwrap_err();
                assert_eq!(error.kind, JsonErrorKind::Twice, "{again} of {count}");
            }
        }
    }

    #[test]
    fn order_of_members_does_not_matter_and_numbers_stay_as_written() {
        let same = |a: &str, b: &str| Json::read(a).unwrap().says_the_same_as(&Json::read(b).unwrap());
        assert!(same("{\"a\":1,\"b\":[2]}", " {\"b\":[2], \"a\":1}"));
        assert!(!same("{\"a\":1}", "{\"a\":1,\"b\":2}"));
        assert!(!same("{\"a\":1,\"b\":2}", "{\"a\":1}"));
        assert!(!same("[1,2]", "[2,1]"));
        assert!(!same("1", "1.0"));
    }
}
