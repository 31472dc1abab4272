//! Records that contain themselves without a way out: Java takes such a schema, and no value of it ever ends.

use super::{LintKind, Linter};
use crate::schema::model::{Content, NodeId, Schema};

/// Tells of the records that contain themselves; not of those that merely lead to one, which end once it does.
pub(super) fn records(linter: &mut Linter<'_>) {
    let schema = linter.schema;
    let circles = Endless::of(schema).circles();
    for (id, _) in linter.reached.clone() {
        if let Content::Record(record) = schema.content(id)
            && circles.get(id.0 as usize).is_some_and(|circle| *circle)
        {
            let message =
                format!("the record `{}` always contains itself: no value of it ever ends", record.name);
            linter.tell(LintKind::EndlessRecord, linter.place(id), message);
        }
    }
}

/// Which nodes have no value that ends.
struct Endless<'a> {
    schema: &'a Schema,
    /// By node: how many of its parts must still be found to end before it ends itself.
    open: Vec<usize>,
}

impl<'a> Endless<'a> {
    /// Goes from what ends by itself to whatever is made of it, each part once.
    fn of(schema: &'a Schema) -> Self {
        let mut open: Vec<usize> = Vec::with_capacity(schema.nodes.len());
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); schema.nodes.len()];
        let mut ends = Vec::new();
        for (index, node) in schema.nodes.iter().enumerate() {
            let mut parts = 0;
            for part in self::parts(&node.content) {
                parts += 1;
                if let Some(users) = users.get_mut(part.0 as usize) {
                    users.push(index);
                }
            }
            // One branch is enough for a union.
            open.push(if matches!(node.content, Content::Union(_)) { parts.min(1) } else { parts });
            if parts == 0 {
                ends.push(index);
            }
        }
        while let Some(ended) = ends.pop() {
            for user in users.get(ended).into_iter().flatten() {
                let Some(left) = open.get_mut(*user).filter(|left| **left > 0) else { continue };
                *left -= 1;
                if *left == 0 {
                    ends.push(*user);
                }
            }
        }
        Endless { schema, open }
    }

    fn is_endless(&self, node: usize) -> bool {
        self.open.get(node).is_some_and(|left| *left > 0)
    }

    /// The first part of a node that does not end.
    fn next(&self, node: usize) -> Option<usize> {
        let content = &self.schema.nodes.get(node)?.content;
        parts(content).map(|part| part.0 as usize).find(|part| self.is_endless(*part))
    }

    /// By node: whether it comes back to itself by the first part that does not end. Each node is passed once.
    fn circles(&self) -> Vec<bool> {
        let mut circles = vec![false; self.open.len()];
        let mut passed = vec![false; self.open.len()];
        for start in (0..self.open.len()).filter(|node| self.is_endless(*node)) {
            let mut way = Vec::new();
            let mut at = Some(start);
            while let Some(node) = at
                && let Some(passed) = passed.get_mut(node).filter(|passed| !**passed)
            {
                *passed = true;
                way.push(node);
                at = self.next(node);
            }
            let circle = way.iter().skip_while(|node| Some(**node) != at);
            for node in circle {
                if let Some(circle) = circles.get_mut(*node) {
                    *circle = true;
                }
            }
        }
        circles
    }
}

/// What a value cannot be without: all fields of a record, one of a union's branches.
fn parts(content: &Content) -> impl Iterator<Item = NodeId> {
    let (fields, branches) = match content {
        Content::Record(record) => (record.fields.as_slice(), &[][..]),
        Content::Union(branches) => (&[][..], branches.as_slice()),
        _ => (&[][..], &[][..]),
    };
    fields.iter().map(|field| field.schema).chain(branches.iter().copied())
}
