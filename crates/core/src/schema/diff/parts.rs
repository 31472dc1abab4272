//! The changes of one type or field that is in both schemas, and which parts of it belong together.

use std::collections::{BTreeMap, BTreeSet};

use super::{Difference, DifferenceKind, Next, Pair, Walk};
use crate::json::Json;
use crate::schema::model::{Content, EnumType, Field, Name, NodeId, Order, Property, RecordType};
use crate::schema::same::{same_default, same_json};
use crate::schema::trail::{Place, Step, several};
use crate::schema::words::{Words, bytes, inner_words, json_words, logical_words, type_words};

/// Attributes that a logical type is made of; they are told as one.
const LOGICAL: [&str; 3] = ["logicalType", "precision", "scale"];

impl Walk<'_> {
    pub(super) fn names(&mut self, pair: Pair) {
        let (old, new) = (self.old.content(pair.old), self.new.content(pair.new));
        let (Some(old_name), Some(new_name)) = (old.name(), new.name()) else { return };
        let kind = new.kind();
        if old_name != new_name {
            let message =
                format!("the {kind} of {} was renamed from `{old_name}` to `{new_name}`", self.shown(pair));
            self.changed(DifferenceKind::TypeRenamed, pair, message);
        }
        let words =
            |aliases: &[Name]| aliases.iter().map(|alias| alias.full().to_owned()).collect::<BTreeSet<_>>();
        if let Some(change) = aliases_changed(&words(old.aliases()), &words(new.aliases())) {
            let message = format!("the {kind} `{new_name}` {change}");
            self.changed(DifferenceKind::AliasesChanged, pair, message);
        }
    }

    pub(super) fn doc(&mut self, pair: Pair, old: Option<&String>, new: Option<&String>) {
        if let Some(change) = doc_changed(old, new) {
            let message = format!("the doc of {} {change}", self.type_shown(pair));
            self.changed(DifferenceKind::DocChanged, pair, message);
        }
    }

    pub(super) fn logical(&mut self, pair: Pair) {
        let (old, new) = (self.old.node(pair.old), self.new.node(pair.new));
        if old.logical != new.logical {
            let words = |logical: Option<_>, kind| match logical {
                Some(logical) => logical_words(logical),
                None => format!("plain {kind}"),
            };
            let old = words(old.logical, old.content.kind());
            let new = words(new.logical, new.content.kind());
            let message = format!("{} was {old} and is now {new}", self.shown(pair));
            self.changed(DifferenceKind::LogicalTypeChanged, pair, message);
        }
    }

    pub(super) fn properties(&mut self, pair: Pair) {
        let (old, new) = (self.old.node(pair.old), self.new.node(pair.new));
        let mut names = changed_properties(&old.properties, &new.properties);
        if old.logical != new.logical {
            names.retain(|name| !LOGICAL.contains(&name.as_str()));
        }
        if !names.is_empty() {
            let names = Words::of(names, |name| format!("`{name}`")).joined("and");
            let message = format!("other attributes of {} changed: {names}", self.type_shown(pair));
            self.changed(DifferenceKind::PropertiesChanged, pair, message);
        }
    }

    pub(super) fn size(&mut self, pair: Pair, old: u32, new: u32) {
        if old != new {
            let message = format!("{} had {} and has now {}", self.shown(pair), bytes(old), bytes(new));
            self.changed(DifferenceKind::SizeChanged, pair, message);
        }
    }

    pub(super) fn symbols(&mut self, pair: Pair, old: &EnumType, new: &EnumType) {
        let of = self.type_shown(pair);
        let before: BTreeSet<&str> = old.symbols.iter().map(String::as_str).collect();
        let after: BTreeSet<&str> = new.symbols.iter().map(String::as_str).collect();
        let list = |words: Vec<&str>| Words::of(words, str::to_owned).joined("and");
        let added: Vec<&str> =
            new.symbols.iter().map(String::as_str).filter(|symbol| !before.contains(symbol)).collect();
        let removed: Vec<&str> =
            old.symbols.iter().map(String::as_str).filter(|symbol| !after.contains(symbol)).collect();
        let kept = |symbols: &[String], others: &BTreeSet<&str>| -> Vec<String> {
            symbols.iter().filter(|symbol| others.contains(symbol.as_str())).cloned().collect()
        };
        if !added.is_empty() {
            self.changed(DifferenceKind::SymbolsAdded, pair, format!("{of} got {}", list(added)));
        }
        if !removed.is_empty() {
            self.changed(DifferenceKind::SymbolsRemoved, pair, format!("{of} lost {}", list(removed)));
        }
        if kept(&old.symbols, &after) != kept(&new.symbols, &before) {
            let message = format!("the symbols of {of} are in another order");
            self.changed(DifferenceKind::SymbolsMoved, pair, message);
        }
        let (kind, message) = match (&old.default, &new.default) {
            (None, Some(new)) => (DifferenceKind::DefaultAdded, format!("{of} got the default {new}")),
            (Some(old), None) => (DifferenceKind::DefaultRemoved, format!("{of} lost its default {old}")),
            (Some(old), Some(new)) if old != new => {
                (DifferenceKind::DefaultChanged, format!("the default of {of} was {old} and is now {new}"))
            }
            _ => return,
        };
        self.changed(kind, pair, message);
    }

    /// Pairs the branches of two unions: by their names, then by aliases, then where one of a kind is left on each side.
    pub(super) fn branches(&mut self, pair: Pair, old: &[NodeId], new: &[NodeId]) -> Vec<Next> {
        let mut left: BTreeMap<&str, (usize, NodeId)> = BTreeMap::new();
        for (position, id) in old.iter().enumerate() {
            left.insert(self.old.content(*id).branch_name(), (position, *id));
        }
        let mut pairs: Vec<(usize, NodeId, NodeId)> = Vec::new();
        let mut rest = Vec::new();
        for id in new {
            match left.remove(self.new.content(*id).branch_name()) {
                Some((position, old)) => pairs.push((position, old, *id)),
                None => rest.push(*id),
            }
        }
        let mut added = Vec::new();
        for id in rest {
            let content = self.new.content(id);
            let by_alias = content.aliases().iter().find_map(|alias| left.remove(alias.full()));
            match by_alias {
                Some((position, old)) => pairs.push((position, old, id)),
                None => added.push(id),
            }
        }
        let mut next: Vec<Next> = Vec::new();
        let (old_several, new_several) = (several(self.old, old), several(self.new, new));
        for (_, old_branch, new_branch) in &pairs {
            let old_trail = self.old_trails.branch(pair.old_trail, self.old, *old_branch, old_several);
            let new_trail = self.new_trails.branch(pair.new_trail, self.new, *new_branch, new_several);
            next.push(Next::Pair(Pair { old: *old_branch, new: *new_branch, old_trail, new_trail }));
        }
        let of = self.shown(pair);
        for id in added {
            let message = format!("the union of {of} got the branch {}", inner_words(self.new, id));
            self.changed(DifferenceKind::BranchAdded, pair, message);
        }
        let mut removed: Vec<(usize, NodeId)> = left.into_values().collect();
        removed.sort_unstable();
        for (_, id) in removed {
            let message = format!("the union of {of} lost the branch {}", inner_words(self.old, id));
            self.changed(DifferenceKind::BranchRemoved, pair, message);
        }
        let kept: Vec<usize> = pairs.iter().map(|(position, ..)| *position).collect();
        if !kept.is_sorted() {
            let message = format!("the branches of the union of {of} are in another order");
            self.changed(DifferenceKind::BranchesMoved, pair, message);
        }
        next
    }

    /// Pairs the fields of two records: by their names, then by the aliases of the new ones.
    pub(super) fn fields(&mut self, pair: Pair, old: &RecordType, new: &RecordType) -> Vec<Next> {
        let mut left: BTreeMap<&str, usize> = BTreeMap::new();
        for (position, field) in old.fields.iter().enumerate() {
            left.insert(&field.name, position);
        }
        let mut before: Vec<Option<usize>> =
            new.fields.iter().map(|field| left.remove(field.name.as_str())).collect();
        for (found, field) in before.iter_mut().zip(&new.fields) {
            if found.is_none() {
                *found = field.aliases.iter().find_map(|alias| left.remove(alias.as_str()));
            }
        }
        let moved = moved(&before.iter().flatten().copied().collect::<Vec<_>>());
        let mut next = Vec::with_capacity(new.fields.len());
        for (position, (found, field)) in before.iter().zip(&new.fields).enumerate() {
            match found {
                Some(old_position) => {
                    if moved.contains(old_position) {
                        next.push(self.moved_field(pair, *old_position, position, field));
                    }
                    next.push(Next::Field(pair, *old_position, position));
                }
                None => next.push(self.added_field(pair, position, field)),
            }
        }
        let mut removed: Vec<usize> = left.into_values().collect();
        removed.sort_unstable();
        for position in removed {
            next.extend(old.fields.get(position).map(|field| self.removed_field(pair, position, field)));
        }
        next
    }

    fn moved_field(&mut self, pair: Pair, old: usize, new: usize, field: &Field) -> Next {
        let (from, to) = (self.old_field(pair, old), self.new_field(pair, new, &field.name));
        let message = format!("field {} moved from place {} to {}", to.shown(), old + 1, new + 1);
        told(DifferenceKind::FieldMoved, from, Some(to), message)
    }

    fn added_field(&mut self, pair: Pair, position: usize, field: &Field) -> Next {
        let place = self.new_field(pair, position, &field.name);
        let words = type_words(self.new, field.schema);
        let default = match &field.default {
            Some(default) => format!("default {}", json_words(default)),
            None => "without a default".to_owned(),
        };
        let message = format!("field {} was added: {words}, {default}", place.shown());
        told(DifferenceKind::FieldAdded, None, Some(place), message)
    }

    fn removed_field(&mut self, pair: Pair, position: usize, field: &Field) -> Next {
        let place = self.old_field(pair, position);
        let shown = place.as_ref().map(Place::shown).unwrap_or_default();
        let message = format!("field {shown} was removed: {}", type_words(self.old, field.schema));
        told(DifferenceKind::FieldRemoved, place, None, message)
    }

    /// What changed of a field that is in both records, its type last.
    pub(super) fn field(&mut self, pair: Pair, old_position: usize, new_position: usize) {
        let (Content::Record(old), Content::Record(new)) =
            (self.old.content(pair.old), self.new.content(pair.new))
        else {
            return;
        };
        let (Some(old), Some(new)) = (old.fields.get(old_position), new.fields.get(new_position)) else {
            return;
        };
        let old_trail = self.old_trails.then(pair.old_trail, Step::Field(old.name.clone()));
        let new_trail = self.new_trails.then(pair.new_trail, Step::Field(new.name.clone()));
        let from = Place::of_field(self.old, pair.old, old_position, self.old_trails.text(old_trail));
        let to = Place::of_field(self.new, pair.new, new_position, self.new_trails.text(new_trail));
        let content = self.new.content(new.schema);
        for (kind, message) in field_changes(content, (old, &from.shown()), (new, &to.shown())) {
            self.push(Difference { kind, old: Some(from.clone()), new: Some(to.clone()), message });
        }
        self.next.push(Next::Pair(Pair { old: old.schema, new: new.schema, old_trail, new_trail }));
    }

    fn old_field(&mut self, pair: Pair, position: usize) -> Option<Place> {
        let Content::Record(record) = self.old.content(pair.old) else { return None };
        let name = record.fields.get(position)?.name.clone();
        let trail = self.old_trails.then(pair.old_trail, Step::Field(name));
        Some(Place::of_field(self.old, pair.old, position, self.old_trails.text(trail)))
    }

    fn new_field(&mut self, pair: Pair, position: usize, name: &str) -> Place {
        let trail = self.new_trails.then(pair.new_trail, Step::Field(name.to_owned()));
        Place::of_field(self.new, pair.new, position, self.new_trails.text(trail))
    }

    /// A type by its name, or by its path where it has none.
    fn type_shown(&self, pair: Pair) -> String {
        let content = self.new.content(pair.new);
        match content.name() {
            Some(name) => format!("the {} `{name}`", content.kind()),
            None => self.shown(pair),
        }
    }
}

fn told(kind: DifferenceKind, old: Option<Place>, new: Option<Place>, message: String) -> Next {
    Next::Told(Box::new(Difference { kind, old, new, message }))
}

/// What changed of a field itself; each with its path.
fn field_changes(
    content: &Content,
    (old, from): (&Field, &str),
    (new, to): (&Field, &str),
) -> Vec<(DifferenceKind, String)> {
    let mut changes = Vec::new();
    if old.name != new.name {
        changes.push((DifferenceKind::FieldRenamed, format!("field {from} was renamed {to}")));
    }
    changes.extend(match (&old.default, &new.default) {
        (None, Some(new)) => {
            Some((DifferenceKind::DefaultAdded, format!("field {to} got the default {}", json_words(new))))
        }
        (Some(old), None) => {
            Some((DifferenceKind::DefaultRemoved, format!("field {to} lost its default {}", json_words(old))))
        }
        (Some(old), Some(new)) if !same_default(content, old, new) => {
            let (old, new) = (json_words(old), json_words(new));
            Some((DifferenceKind::DefaultChanged, format!("the default of {to} was {old} and is now {new}")))
        }
        _ => None,
    });
    if let Some(change) = doc_changed(old.doc.as_ref(), new.doc.as_ref()) {
        changes.push((DifferenceKind::DocChanged, format!("the doc of {to} {change}")));
    }
    let words = |field: &Field| field.aliases.iter().cloned().collect::<BTreeSet<_>>();
    if let Some(change) = aliases_changed(&words(old), &words(new)) {
        changes.push((DifferenceKind::AliasesChanged, format!("field {to} {change}")));
    }
    if old.order != new.order {
        let message =
            format!("the sort order of {to} was {} and is now {}", order(old.order), order(new.order));
        changes.push((DifferenceKind::OrderChanged, message));
    }
    let names = changed_properties(&old.properties, &new.properties);
    if !names.is_empty() {
        let names = Words::of(names, |name| format!("`{name}`")).joined("and");
        changes
            .push((DifferenceKind::PropertiesChanged, format!("other attributes of {to} changed: {names}")));
    }
    changes
}

fn order(order: Order) -> &'static str {
    match order {
        Order::Ascending => "ascending",
        Order::Descending => "descending",
        Order::Ignore => "ignore",
    }
}

fn doc_changed(old: Option<&String>, new: Option<&String>) -> Option<&'static str> {
    match (old, new) {
        (None, Some(_)) => Some("was added"),
        (Some(_), None) => Some("was removed"),
        (Some(old), Some(new)) if old != new => Some("changed"),
        _ => None,
    }
}

fn aliases_changed(old: &BTreeSet<String>, new: &BTreeSet<String>) -> Option<String> {
    let list = |one: &BTreeSet<String>, other: &BTreeSet<String>| -> Option<String> {
        let words = Words::of(one.difference(other), |alias| format!("`{alias}`"));
        (!words.is_empty()).then(|| words.joined("and"))
    };
    match (list(new, old), list(old, new)) {
        (Some(added), Some(removed)) => Some(format!("got the alias {added} and lost {removed}")),
        (Some(added), None) => Some(format!("got the alias {added}")),
        (None, Some(removed)) => Some(format!("lost the alias {removed}")),
        (None, None) => None,
    }
}

/// The names of attributes that only one side has, or that differ.
fn changed_properties(old: &[Property], new: &[Property]) -> Vec<String> {
    let table = |properties: &[Property]| -> BTreeMap<String, Json> {
        properties.iter().map(|property| (property.name.clone(), property.value.clone())).collect()
    };
    if old.is_empty() && new.is_empty() {
        return Vec::new();
    }
    let (old, new) = (table(old), table(new));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differs = |name: &&&String| match (old.get(**name), new.get(**name)) {
        (Some(old), Some(new)) => !same_json(old, new),
        _ => true,
    };
    names.iter().filter(differs).map(|name| (*name).clone()).collect()
}

/// Of old positions in their new order, the fewest that have to move: those beside a longest increasing subsequence
/// (patience sorting).
fn moved(positions: &[usize]) -> BTreeSet<usize> {
    // The last index of the best subsequence of each length, and what comes before each index.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(positions.len());
    let at = |index: usize| positions.get(index).copied().unwrap_or_default();
    for (index, position) in positions.iter().enumerate() {
        let length = ends.partition_point(|end| at(*end) < *position);
        before.push(length.checked_sub(1).and_then(|last| ends.get(last).copied()));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut moved: BTreeSet<usize> = positions.iter().copied().collect();
    let mut kept = ends.last().copied();
    while let Some(index) = kept {
        moved.remove(&at(index));
        kept = before.get(index).copied().flatten();
    }
    moved
}
