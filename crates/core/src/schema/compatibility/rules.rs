//! The rules for one pair of types, without what is inside of them.

use std::collections::BTreeSet;

use crate::schema::model::{Content, EnumType, Field, Name, NodeId, Schema, TypeKind};

/// A type of the reader's schema and one of the writer's.
pub(super) type Pair = (NodeId, NodeId);

/// Tells whether a primitive type is read from another one: equal, or promoted.
pub(super) fn promotes(writer: TypeKind, reader: TypeKind) -> bool {
    use TypeKind as K;
    match reader {
        K::Long => writer == K::Int,
        K::Float => matches!(writer, K::Int | K::Long),
        K::Double => matches!(writer, K::Int | K::Long | K::Float),
        K::Bytes => writer == K::String,
        K::String => writer == K::Bytes,
        _ => false,
    }
}

/// Tells whether two named types are the same to a reader: by their unqualified names, or by a qualified alias.
pub(super) fn same_name(reader: &Content, writer: &Content) -> bool {
    let (Some(read), Some(written)) = (reader.name(), writer.name()) else { return true };
    read.short() == written.short() || aliases_of(reader).any(|alias| alias == written.full())
}

/// The full names that a named type of the reader's also goes by. Java puts a dot before an alias without a namespace of
/// a type that has one, and so finds nothing by it.
pub(super) fn aliases_of(reader: &Content) -> impl Iterator<Item = &str> {
    let qualified = reader.name().is_some_and(|name| !name.namespace().is_empty());
    let counts = move |alias: &&Name| !(qualified && alias.namespace().is_empty());
    reader.aliases().iter().filter(counts).map(Name::full)
}

/// The writer's symbols that the reader's enum does not have, in the writer's order.
pub(super) fn missing_symbols<'a>(reader: &EnumType, writer: &'a EnumType) -> Vec<&'a str> {
    if reader.symbols == writer.symbols {
        return Vec::new();
    }
    let known: BTreeSet<&str> = reader.symbols.iter().map(String::as_str).collect();
    writer.symbols.iter().map(String::as_str).filter(|symbol| !known.contains(symbol)).collect()
}

/// Decides on a pair of types with nothing inside; none where the answer hangs on what is inside.
pub(super) fn plain_verdict(reader: &Content, writer: &Content) -> Option<bool> {
    match (reader, writer) {
        (Content::Union(_), _)
        | (_, Content::Union(_))
        | (Content::Array(_), Content::Array(_))
        | (Content::Map(_), Content::Map(_))
        | (Content::Record(_), Content::Record(_)) => None,
        (Content::Fixed(read), Content::Fixed(written)) => {
            Some(same_name(reader, writer) && read.size == written.size)
        }
        (Content::Enum(read), Content::Enum(written)) => {
            let symbols = read.default.is_some() || missing_symbols(read, written).is_empty();
            Some(same_name(reader, writer) && symbols)
        }
        _ => {
            let (read, written) = (reader.kind(), writer.kind());
            Some(read == written || promotes(written, read))
        }
    }
}

/// The names under which a field of the reader's looks for one of the writer's. An alias that repeats another one
/// counts once; one that repeats the field's name counts as Java counts it, which then finds the field twice.
pub(super) fn names_of(field: &Field) -> impl Iterator<Item = &str> {
    let mut seen = BTreeSet::new();
    let aliases = field.aliases.iter().map(String::as_str).filter(move |alias| seen.insert(*alias));
    std::iter::once(field.name.as_str()).chain(aliases)
}

/// Tells whether some type contains itself.
pub(super) fn is_recursive(schema: &Schema) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let mut marks = vec![Mark::New; schema.size()];
    let mut stack = vec![(schema.root(), false)];
    while let Some((id, leave)) = stack.pop() {
        let Some(mark) = marks.get_mut(id.index()) else { continue };
        match (*mark, leave) {
            (_, true) => *mark = Mark::Done,
            (Mark::Open, false) => return true,
            (Mark::Done, false) => {}
            (Mark::New, false) => {
                *mark = Mark::Open;
                stack.push((id, true));
                stack.extend(parts(schema.content(id)).map(|part| (part, false)));
            }
        }
    }
    false
}

/// The types directly inside of a type.
pub(super) fn parts(content: &Content) -> impl DoubleEndedIterator<Item = NodeId> {
    let (fields, branches, inner): (&[Field], &[NodeId], Option<NodeId>) = match content {
        Content::Record(record) => (&record.fields, &[], None),
        Content::Union(branches) => (&[], branches, None),
        Content::Array(inner) | Content::Map(inner) => (&[], &[], Some(*inner)),
        _ => (&[], &[], None),
    };
    fields.iter().map(|field| field.schema).chain(branches.iter().copied()).chain(inner)
}
