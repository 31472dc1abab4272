//! Paths of fields: taken apart, held against a schema, and put together into a tree.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{PathError, PathProblem};
use crate::json::DEPTH_LIMIT;
use crate::schema::{Content, NodeId, Schema};
use crate::yaml::near_miss;

/// How many records an error names.
const RECORDS_LIMIT: usize = 4;

/// What is wanted of a value: itself, or of its fields some.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// The slot that the value itself goes to.
    pub(super) slot: Option<usize>,
    /// What is wanted of its fields, by name.
    pub(super) fields: BTreeMap<Box<str>, Wanted>,
}

/// What is wanted by some paths, all below one prefix.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) root: Wanted,
    /// Slots of paths that stand more than once: the first one's slot, and the other.
    pub(super) copies: Vec<(usize, usize)>,
    /// How many slots there are, those of copies among them.
    pub(super) slots: usize,
}

impl Plan {
    pub(super) fn new(prefix: &[&str], paths: &[&str]) -> Result<Self, Vec<PathError>> {
        let mut plan = Plan { root: Wanted::default(), copies: Vec::new(), slots: paths.len() };
        let mut errors = Vec::new();
        for (slot, path) in paths.iter().enumerate() {
            match steps(path) {
                Ok(steps) => {
                    let wanted = prefix.iter().copied().chain(steps).fold(&mut plan.root, Wanted::field);
                    match wanted.slot {
                        Some(first) => plan.copies.push((first, slot)),
                        None => wanted.slot = Some(slot),
                    }
                }
                Err(problem) => errors.push(PathError { path: (*path).to_owned(), problem }),
            }
        }
        if errors.is_empty() { Ok(plan) } else { Err(errors) }
    }
}

impl Wanted {
    fn field(&mut self, name: &str) -> &mut Wanted {
        self.fields.entry(name.into()).or_default()
    }
}

fn steps(path: &str) -> Result<Vec<&str>, PathProblem> {
    let steps: Vec<&str> = path.split('.').collect();
    if steps.iter().any(|step| step.is_empty()) {
        return Err(PathProblem::Empty);
    }
    if steps.len() > DEPTH_LIMIT { Err(PathProblem::Long) } else { Ok(steps) }
}

/// Says of each path that leads nowhere in a schema where it ends.
pub(super) fn check(schema: &Schema, paths: &[&str]) -> Vec<PathError> {
    let problem = |path: &&str| Some(PathError { path: (*path).to_owned(), problem: lost(schema, path)? });
    paths.iter().filter_map(problem).collect()
}

/// Where a path is lost; none where it leads to a field, be it in one branch of a union alone.
fn lost(schema: &Schema, path: &str) -> Option<PathProblem> {
    let steps: Vec<&str> = path.split('.').collect();
    let mut nodes = vec![schema.root()];
    for (depth, step) in steps.iter().enumerate() {
        let part = |steps: &[&str]| steps.join(".");
        let behind = steps.get(..depth).unwrap_or_default();
        let here = branches(schema, &nodes);
        let contents: Vec<&Content> = here.iter().map(|id| schema.content(*id)).collect();
        let records: Vec<_> = contents
            .iter()
            .filter_map(|content| if let Content::Record(record) = content { Some(record) } else { None })
            .collect();
        if records.is_empty() {
            let other = contents.iter().find(|content| !matches!(content, Content::Null));
            let found = other.map_or_else(|| words(&Content::Null), |content| words(content));
            return Some(PathProblem::NoFields { part: part(behind), found });
        }
        let fields = || records.iter().flat_map(|record| &record.fields);
        nodes = fields().filter(|field| field.name == *step).map(|field| field.schema).collect();
        if nodes.is_empty() {
            let names: BTreeSet<&str> = fields().map(|field| field.name.as_str()).collect();
            let near = near_miss(step, names);
            return Some(PathProblem::Unknown {
                part: part(steps.get(..=depth).unwrap_or_default()),
                near: near.map(|near| part(&[behind, &[near]].concat())),
                records: records
                    .iter()
                    .take(RECORDS_LIMIT)
                    .map(|record| record.name.full().to_owned())
                    .collect(),
            });
        }
    }
    None
}

/// The types that values of these types may have: those of a union are its branches.
fn branches(schema: &Schema, nodes: &[NodeId]) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::new();
    for id in nodes {
        match schema.content(*id) {
            Content::Union(branches) => found.extend(branches),
            _ => found.extend([*id]),
        }
    }
    found
}

fn words(content: &Content) -> String {
    let kind = content.kind().name();
    if matches!(content, Content::Null) {
        return kind.to_owned();
    }
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}
