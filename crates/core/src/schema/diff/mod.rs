//! What changed from one schema to another, as people would tell it.
//!
//! Both schemas are walked side by side. A field is the same one where it has the same name, or where an alias of the
//! new one says what it was called; so are named types inside. Whether a change breaks anything is not said here.

mod parts;

use std::collections::BTreeSet;

use super::model::{Content, NodeId, Schema};
use super::trail::{Place, Step, Trail, Trails};
use super::words::type_words;

/// How many changes are told.
pub const DIFFERENCES_LIMIT: usize = 1_000;

/// How many pairs of types are compared.
const PAIRS_LIMIT: usize = 500_000;

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What kind of change it is.
    pub kind: DifferenceKind,
    /// Where it was; none where it is new.
    pub old: Option<Place>,
    /// Where it is; none where it is gone.
    pub new: Option<Place>,
    /// What changed, as a sentence with the path.
    pub message: String,
}

macro_rules! kinds {
    ($($kind:ident = $word:literal,)+) => {
        /// The kinds of changes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(missing_docs, reason = "the names say it")]
        pub enum DifferenceKind {
            $($kind,)+
        }

        impl DifferenceKind {
            /// The kind as a stable word for programs.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(DifferenceKind::$kind => $word,)+
                }
            }
        }
    };
}

kinds! {
    FieldAdded = "field-added",
    FieldRemoved = "field-removed",
    FieldMoved = "field-moved",
    FieldRenamed = "field-renamed",
    TypeChanged = "type-changed",
    TypeRenamed = "type-renamed",
    LogicalTypeChanged = "logical-type-changed",
    DefaultAdded = "default-added",
    DefaultRemoved = "default-removed",
    DefaultChanged = "default-changed",
    DocChanged = "doc-changed",
    AliasesChanged = "aliases-changed",
    OrderChanged = "order-changed",
    PropertiesChanged = "properties-changed",
    SymbolsAdded = "symbols-added",
    SymbolsRemoved = "symbols-removed",
    SymbolsMoved = "symbols-moved",
    SizeChanged = "size-changed",
    BranchAdded = "branch-added",
    BranchRemoved = "branch-removed",
    BranchesMoved = "branches-moved",
}

/// What changed, and how much of it is not told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Differences {
    /// The changes in the order of the new schema; what is gone follows what is left beside it.
    pub items: Vec<Difference>,
    /// How many changes there are besides, at least.
    pub further: usize,
}

impl Differences {
    /// Tells whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.further == 0
    }
}

/// A type in both schemas and how it was come to.
#[derive(Debug, Clone, Copy)]
struct Pair {
    old: NodeId,
    new: NodeId,
    old_trail: Trail,
    new_trail: Trail,
}

/// What is to be looked at next.
enum Next {
    Pair(Pair),
    /// The field of the old record that is this one of the new record.
    Field(Pair, usize, usize),
    Told(Box<Difference>),
}

struct Walk<'a> {
    old: &'a Schema,
    new: &'a Schema,
    old_trails: Trails,
    new_trails: Trails,
    next: Vec<Next>,
    seen: BTreeSet<(NodeId, NodeId)>,
    found: Differences,
}

/// Tells what changed from one schema to another.
#[must_use]
pub fn diff(old: &Schema, new: &Schema) -> Differences {
    let top = Pair { old: old.root(), new: new.root(), old_trail: Trail::TOP, new_trail: Trail::TOP };
    let mut walk = Walk {
        old,
        new,
        old_trails: Trails::default(),
        new_trails: Trails::default(),
        next: vec![Next::Pair(top)],
        seen: BTreeSet::new(),
        found: Differences::default(),
    };
    let mut looked_at = 0;
    while let Some(next) = walk.next.pop() {
        looked_at += 1;
        if looked_at > PAIRS_LIMIT {
            walk.found.further += 1;
            break;
        }
        match next {
            Next::Pair(pair) => walk.pair(pair),
            Next::Field(pair, old, new) => walk.field(pair, old, new),
            Next::Told(difference) => walk.push(*difference),
        }
    }
    walk.found
}

impl Walk<'_> {
    fn pair(&mut self, pair: Pair) {
        if !self.seen.insert((pair.old, pair.new)) {
            return;
        }
        let (old, new) = (self.old.content(pair.old), self.new.content(pair.new));
        if old.kind() != new.kind() {
            self.type_changed(pair);
            return;
        }
        self.names(pair);
        self.logical(pair);
        let mut inside = Vec::new();
        match (old, new) {
            (Content::Array(old), Content::Array(new)) => {
                inside.push(self.step(pair, (*old, *new), &Step::Items));
            }
            (Content::Map(old), Content::Map(new)) => {
                inside.push(self.step(pair, (*old, *new), &Step::Values));
            }
            (Content::Union(old), Content::Union(new)) => inside = self.branches(pair, old, new),
            (Content::Record(old), Content::Record(new)) => {
                self.doc(pair, old.doc.as_ref(), new.doc.as_ref());
                if old.error != new.error {
                    let words = |error| if error { "an error" } else { "a record" };
                    let message = format!(
                        "{} was {} and is now {}",
                        self.shown(pair),
                        words(old.error),
                        words(new.error)
                    );
                    self.changed(DifferenceKind::TypeChanged, pair, message);
                }
                inside = self.fields(pair, old, new);
            }
            (Content::Enum(old), Content::Enum(new)) => {
                self.doc(pair, old.doc.as_ref(), new.doc.as_ref());
                self.symbols(pair, old, new);
            }
            (Content::Fixed(old), Content::Fixed(new)) => {
                self.doc(pair, old.doc.as_ref(), new.doc.as_ref());
                self.size(pair, old.size, new.size);
            }
            _ => {}
        }
        self.properties(pair);
        self.next.extend(inside.into_iter().rev());
    }

    fn type_changed(&mut self, pair: Pair) {
        let (old, new) = (type_words(self.old, pair.old), type_words(self.new, pair.new));
        let message = format!("{} was {old} and is now {new}", self.shown(pair));
        self.changed(DifferenceKind::TypeChanged, pair, message);
        // Where a type became nullable, or ceased to be, the rest is compared with the branch that is the same type.
        let inner = |schema: &Schema, union: NodeId, kind| match schema.content(union) {
            Content::Union(branches) => {
                branches.iter().copied().find(|branch| schema.content(*branch).kind() == kind)
            }
            _ => None,
        };
        let old_inner = inner(self.old, pair.old, self.new.content(pair.new).kind());
        let new_inner = inner(self.new, pair.new, self.old.content(pair.old).kind());
        let inside = match (old_inner, new_inner) {
            (Some(old), None) => Pair { old, ..pair },
            (None, Some(new)) => Pair { new, ..pair },
            _ => return,
        };
        self.next.push(Next::Pair(inside));
    }

    fn step(&mut self, pair: Pair, (old, new): (NodeId, NodeId), step: &Step) -> Next {
        let old_trail = self.old_trails.then(pair.old_trail, step.clone());
        let new_trail = self.new_trails.then(pair.new_trail, step.clone());
        Next::Pair(Pair { old, new, old_trail, new_trail })
    }

    /// The path of a type in the new schema.
    fn shown(&self, pair: Pair) -> String {
        Place::of_node(self.new, pair.new, self.new_trails.text(pair.new_trail)).shown()
    }

    /// Tells of a change of a type that is in both schemas.
    fn changed(&mut self, kind: DifferenceKind, pair: Pair, message: String) {
        let old = Place::of_node(self.old, pair.old, self.old_trails.text(pair.old_trail));
        let new = Place::of_node(self.new, pair.new, self.new_trails.text(pair.new_trail));
        self.push(Difference { kind, old: Some(old), new: Some(new), message });
    }

    fn push(&mut self, difference: Difference) {
        if self.found.items.len() < DIFFERENCES_LIMIT {
            self.found.items.push(difference);
        } else {
            self.found.further += 1;
        }
    }
}

#[cfg(test)]
mod tests;
