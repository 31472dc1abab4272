//! Which branches of a reader's union may take a type of a writer's, without trying all of them: of two unions of
//! 10,000 branches there are a hundred million pairs.

use std::collections::BTreeMap;

use super::rules::{aliases_of, promotes};
use crate::schema::model::{Content, NodeId, Schema, TypeKind};

/// The branches of one union of the reader's, found by kind and name. Positions are those in the union.
pub(super) struct Branches<'a> {
    ids: &'a [NodeId],
    unnamed: Vec<(TypeKind, usize)>,
    by_name: BTreeMap<(TypeKind, &'a str), Vec<usize>>,
    by_alias: BTreeMap<(TypeKind, &'a str), Vec<usize>>,
    records: Vec<usize>,
}

impl<'a> Branches<'a> {
    pub(super) fn new(schema: &'a Schema, ids: &'a [NodeId]) -> Self {
        let mut all = Branches {
            ids,
            unnamed: Vec::new(),
            by_name: BTreeMap::new(),
            by_alias: BTreeMap::new(),
            records: Vec::new(),
        };
        for (position, id) in ids.iter().enumerate() {
            let content = schema.content(*id);
            let kind = content.kind();
            let Some(name) = content.name() else {
                all.unnamed.push((kind, position));
                continue;
            };
            all.by_name.entry((kind, name.short())).or_default().push(position);
            for alias in aliases_of(content) {
                all.by_alias.entry((kind, alias)).or_default().push(position);
            }
            if kind == TypeKind::Record {
                all.records.push(position);
            }
        }
        all
    }

    /// The branches that may take a type, in the union's order: those of its kind and name, and those it is promoted to.
    pub(super) fn near(&self, writer: &Content) -> Vec<NodeId> {
        let kind = writer.kind();
        let Some(name) = writer.name() else {
            let fits = self.unnamed.iter().filter(|(branch, _)| *branch == kind || promotes(kind, *branch));
            return self.at(fits.map(|(_, position)| *position));
        };
        let named = self.by_name.get(&(kind, name.short())).into_iter().flatten();
        let mut positions: Vec<usize> =
            named.chain(self.by_alias.get(&(kind, name.full())).into_iter().flatten()).copied().collect();
        positions.sort_unstable();
        positions.dedup();
        self.at(positions)
    }

    /// The branches that Java tries on a type with more than a glance at the kind and the name.
    ///
    /// A record of another name never fits, but Java looks inside of it all the same, and keeps what it believed while
    /// it looked. Where that can change a verdict, it has to be done as Java does.
    pub(super) fn tried(&self, writer: &Content) -> Vec<NodeId> {
        if writer.kind() == TypeKind::Record {
            self.at(self.records.iter().copied())
        } else {
            self.near(writer)
        }
    }

    fn at(&self, positions: impl IntoIterator<Item = usize>) -> Vec<NodeId> {
        positions.into_iter().filter_map(|position| self.ids.get(position).copied()).collect()
    }
}
