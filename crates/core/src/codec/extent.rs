//! How many bytes the values of a type take.

use super::set;
use crate::schema::{Content, NodeId, Schema};

/// How many bytes every value of a type takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Always so many.
    Exactly(u64),
    /// Not always as many, and at least one.
    Varying,
}

/// The extents of a schema's types.
#[derive(Debug)]
pub(super) struct Extents(Vec<Extent>);

impl Extents {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut extents = Extents(vec![Extent::Varying; schema.size()]);
        let mut begun = vec![false; schema.size()];
        for (id, _) in schema.nodes() {
            // Records may be nested as deep as there are records, so that the way back is kept here and not on the
            // stack: each with the number of its next field. One that is met again on the way to its own end stays
            // varying: it has no values that end.
            let mut way = vec![(id, 0)];
            while let Some((id, next)) = way.last_mut() {
                let id = *id;
                if *next == 0 && std::mem::replace(begun.get_mut(id.index()).unwrap_or(&mut true), true) {
                    way.pop();
                    continue;
                }
                let field = match schema.content(id) {
                    Content::Record(record) => record.fields.get(*next),
                    _ => None,
                };
                *next += 1;
                if let Some(field) = field {
                    way.push((field.schema, 0));
                    continue;
                }
                let extent = extents.sum(schema, id);
                set(&mut extents.0, id.index(), extent);
                way.pop();
            }
        }
        extents
    }

    /// The extent of a type whose parts are known.
    fn sum(&self, schema: &Schema, id: NodeId) -> Extent {
        match schema.content(id) {
            Content::Null => Extent::Exactly(0),
            Content::Boolean => Extent::Exactly(1),
            Content::Float => Extent::Exactly(4),
            Content::Double => Extent::Exactly(8),
            Content::Fixed(fixed) => Extent::Exactly(u64::from(fixed.size)),
            Content::Record(record) => {
                let extents = record.fields.iter().map(|field| self.of(field.schema));
                let sum =
                    extents.map(Extent::exact).try_fold(0_u64, |sum, size| Some(sum.saturating_add(size?)));
                // No datum is as large as a sum that was cut.
                sum.map_or(Extent::Varying, Extent::Exactly)
            }
            _ => Extent::Varying,
        }
    }

    pub(super) fn of(&self, id: NodeId) -> Extent {
        self.0.get(id.index()).copied().unwrap_or(Extent::Varying)
    }

    /// Tells whether values of this type take no bytes.
    pub(super) fn is_empty(&self, id: NodeId) -> bool {
        self.of(id) == Extent::Exactly(0)
    }
}

impl Extent {
    /// How many bytes, where it is always as many.
    pub(super) fn exact(self) -> Option<u64> {
        if let Extent::Exactly(size) = self { Some(size) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::test_schemas::{chain, schema};

    #[test]
    fn extents_are_added_up() {
        let schema = schema(
            r#"{"type":"record","name":"R","fields":[
                {"name":"nothing","type":{"type":"record","name":"N","fields":[{"name":"n","type":"null"},{"name":"f","type":{"type":"fixed","name":"Z","size":0}}]}},
                {"name":"some","type":{"type":"record","name":"S","fields":[{"name":"n","type":"N"},{"name":"d","type":"double"},{"name":"b","type":"boolean"}]}},
                {"name":"varying","type":{"type":"record","name":"V","fields":[{"name":"s","type":"S"},{"name":"i","type":"int"}]}},
                {"name":"endless","type":{"type":"record","name":"E","fields":[{"name":"e","type":"E"}]}},
                {"name":"ending","type":{"type":"record","name":"L","fields":[{"name":"next","type":["null","L"]}]}}]}"#,
        );
        let extents = Extents::new(&schema);
        let of = |name: &str| extents.of(schema.named(name).unwrap());
        assert_eq!([of("N"), of("S"), of("V")], [Extent::Exactly(0), Extent::Exactly(9), Extent::Varying]);
        assert_eq!([of("E"), of("L"), of("R")], [Extent::Varying; 3]);
        assert!(
            extents.is_empty(schema.named("N").unwrap()) && !extents.is_empty(schema.named("S").unwrap())
        );
    }

    #[test]
    fn a_chain_of_records_needs_no_stack() {
        for last in ["null", "int"] {
            let schema = chain(20_000, last);
            let expected = if last == "null" { Extent::Exactly(0) } else { Extent::Varying };
            assert_eq!(Extents::new(&schema).of(schema.root()), expected);
        }
    }
}
