//! What a schema is, once it was read.

use std::collections::BTreeMap;
use std::fmt;

use super::logical::{LogicalProblem, LogicalType};
use crate::json::Json;
use crate::yaml::Span;

/// A schema and everything it refers to, by name or from other documents.
#[derive(Debug, Clone)]
pub struct Schema {
    pub(super) nodes: Vec<Node>,
    pub(super) root: NodeId,
    pub(super) names: BTreeMap<String, NodeId>,
    pub(super) document: u16,
}

/// A node of one schema; it means nothing in another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

/// A type where it is defined. A named type has one node however often it is referred to.
#[derive(Debug, Clone)]
pub struct Node {
    /// What type it is.
    pub content: Content,
    /// Its logical type, where it has one that is known and fits.
    pub logical: Option<LogicalType>,
    /// Why its `logicalType` counts for nothing, where that is so: readers then see the plain type.
    pub logical_problem: Option<LogicalProblem>,
    /// All attributes that Avro gives no meaning here, `logicalType` and its like among them, in the order of the text.
    pub properties: Vec<Property>,
    /// Which of the documents defines it, from 0 in the order they were given; the schema's own is the last.
    pub document: u16,
    /// Where, as a JSON pointer (RFC 6901) into that document.
    pub pointer: String,
    /// Where, in that document's text.
    pub span: Span,
}

/// An attribute without a meaning to Avro.
#[derive(Debug, Clone)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Json,
}

/// What a type is made of.
#[derive(Debug, Clone)]
pub enum Content {
    /// No value.
    Null,
    /// True or false.
    Boolean,
    /// 32 bits, signed.
    Int,
    /// 64 bits, signed.
    Long,
    /// 32 bits, IEEE 754.
    Float,
    /// 64 bits, IEEE 754.
    Double,
    /// Bytes.
    Bytes,
    /// Characters.
    String,
    /// Items of one type.
    Array(NodeId),
    /// Values of one type by string.
    Map(NodeId),
    /// One of several types. No union is a direct branch, and no unnamed type stands twice.
    Union(Vec<NodeId>),
    /// Fields.
    Record(RecordType),
    /// One of several symbols.
    Enum(EnumType),
    /// A given number of bytes.
    Fixed(FixedType),
}

/// The kinds of types, without what they are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are Avro's own")]
pub enum TypeKind {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Array,
    Map,
    Union,
    Record,
    Enum,
    Fixed,
}

/// The name of a record, enum or fixed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    full: String,
    /// Where the unqualified part begins.
    short: usize,
}

/// A record.
#[derive(Debug, Clone)]
pub struct RecordType {
    /// Its name.
    pub name: Name,
    /// Other names it goes by, qualified.
    pub aliases: Vec<Name>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its fields in order; no name stands twice.
    pub fields: Vec<Field>,
    /// True where its type was written as `error`.
    pub error: bool,
}

/// A field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Other names it goes by.
    pub aliases: Vec<String>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its type.
    pub schema: NodeId,
    /// What a reader takes where a writer has no such field. It fits the type; in a union it fits some branch.
    pub default: Option<Json>,
    /// How it counts in Avro's sort order.
    pub order: Order,
    /// All attributes that Avro gives no meaning here.
    pub properties: Vec<Property>,
    /// Where it is, as a JSON pointer into the document of its record.
    pub pointer: String,
    /// Where it is, in that document's text.
    pub span: Span,
}

/// How a field counts in Avro's sort order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names are Avro's own")]
pub enum Order {
    #[default]
    Ascending,
    Descending,
    Ignore,
}

/// An enum.
#[derive(Debug, Clone)]
pub struct EnumType {
    /// Its name.
    pub name: Name,
    /// Other names it goes by, qualified.
    pub aliases: Vec<Name>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its symbols in order; none stands twice.
    pub symbols: Vec<String>,
    /// What a reader takes for a symbol it does not have; it is one of the symbols.
    pub default: Option<String>,
}

/// A given number of bytes.
#[derive(Debug, Clone)]
pub struct FixedType {
    /// Its name.
    pub name: Name,
    /// Other names it goes by, qualified.
    pub aliases: Vec<Name>,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its size in bytes, at most 2^31 - 9, as Java has it.
    pub size: u32,
}

impl Schema {
    /// The node of the whole schema.
    #[must_use]
    pub fn root(&self) -> NodeId {
        self.root
    }

    /// The same schema with another of its nodes as the whole.
    #[must_use]
    pub fn narrowed_to(&self, root: NodeId) -> Schema {
        Schema { root, ..self.clone() }
    }

    /// The node of this id.
    ///
    /// An id of another schema gives some other node, or one of type null.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        static NONE: Node = Node {
            content: Content::Null,
            logical: None,
            logical_problem: None,
            properties: Vec::new(),
            document: 0,
            pointer: String::new(),
            span: Span { start: 0, end: 0, line: 1, column: 1 },
        };
        self.nodes.get(id.index()).unwrap_or(&NONE)
    }

    /// What the type of this id is made of.
    #[must_use]
    pub fn content(&self, id: NodeId) -> &Content {
        &self.node(id).content
    }

    /// All nodes, those of referenced documents included, in the order they were read.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        (0..).map(NodeId).zip(&self.nodes)
    }

    /// How many nodes there are: ids are below this number, so that a table by [`NodeId::index`] can be made.
    #[must_use]
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The named type of this full name.
    #[must_use]
    pub fn named(&self, full: &str) -> Option<NodeId> {
        self.names.get(full).copied()
    }

    /// The full names of all named types, in order.
    pub fn names(&self) -> impl Iterator<Item = (&str, NodeId)> {
        self.names.iter().map(|(name, id)| (name.as_str(), *id))
    }

    /// The number of the schema's own document; those it refers to come before.
    #[must_use]
    pub fn document(&self) -> u16 {
        self.document
    }

    /// The fields where the whole schema is a record.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        if let Content::Record(record) = self.content(self.root) { &record.fields } else { &[] }
    }
}

impl NodeId {
    /// Its place in a table of [`Schema::size`] entries.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl Content {
    /// The kind of this type.
    #[must_use]
    pub fn kind(&self) -> TypeKind {
        match self {
            Content::Null => TypeKind::Null,
            Content::Boolean => TypeKind::Boolean,
            Content::Int => TypeKind::Int,
            Content::Long => TypeKind::Long,
            Content::Float => TypeKind::Float,
            Content::Double => TypeKind::Double,
            Content::Bytes => TypeKind::Bytes,
            Content::String => TypeKind::String,
            Content::Array(_) => TypeKind::Array,
            Content::Map(_) => TypeKind::Map,
            Content::Union(_) => TypeKind::Union,
            Content::Record(_) => TypeKind::Record,
            Content::Enum(_) => TypeKind::Enum,
            Content::Fixed(_) => TypeKind::Fixed,
        }
    }

    /// The name of a named type.
    #[must_use]
    pub fn name(&self) -> Option<&Name> {
        match self {
            Content::Record(RecordType { name, .. })
            | Content::Enum(EnumType { name, .. })
            | Content::Fixed(FixedType { name, .. }) => Some(name),
            _ => None,
        }
    }

    /// The other names of a named type.
    #[must_use]
    pub fn aliases(&self) -> &[Name] {
        match self {
            Content::Record(RecordType { aliases, .. })
            | Content::Enum(EnumType { aliases, .. })
            | Content::Fixed(FixedType { aliases, .. }) => aliases,
            _ => &[],
        }
    }

    /// What tells branches of a union apart: the full name of a named type, the kind's name otherwise.
    #[must_use]
    pub fn branch_name(&self) -> &str {
        self.name().map_or_else(|| self.kind().name(), Name::full)
    }
}

impl TypeKind {
    /// The types that have neither a name nor parts.
    pub const PRIMITIVE: [TypeKind; 8] = [
        TypeKind::Null,
        TypeKind::Boolean,
        TypeKind::Int,
        TypeKind::Long,
        TypeKind::Float,
        TypeKind::Double,
        TypeKind::Bytes,
        TypeKind::String,
    ];

    /// The name as it stands in schemas.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TypeKind::Null => "null",
            TypeKind::Boolean => "boolean",
            TypeKind::Int => "int",
            TypeKind::Long => "long",
            TypeKind::Float => "float",
            TypeKind::Double => "double",
            TypeKind::Bytes => "bytes",
            TypeKind::String => "string",
            TypeKind::Array => "array",
            TypeKind::Map => "map",
            TypeKind::Union => "union",
            TypeKind::Record => "record",
            TypeKind::Enum => "enum",
            TypeKind::Fixed => "fixed",
        }
    }

    /// The primitive type of this name.
    #[must_use]
    pub fn primitive(name: &str) -> Option<TypeKind> {
        TypeKind::PRIMITIVE.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for TypeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Name {
    /// Joins an unqualified name and a namespace, which may be empty.
    #[must_use]
    pub fn new(short: &str, namespace: &str) -> Self {
        if namespace.is_empty() {
            return Name { full: short.to_owned(), short: 0 };
        }
        Name { full: format!("{namespace}.{short}"), short: namespace.len() + 1 }
    }

    /// Reads a name as it stands in a schema: where it has a dot it is qualified, otherwise the namespace holds.
    #[must_use]
    pub fn resolve(written: &str, namespace: &str) -> Self {
        match written.rsplit_once('.') {
            Some((own, short)) => Name::new(short, own),
            None => Name::new(written, namespace),
        }
    }

    /// The whole name, namespace included.
    #[must_use]
    pub fn full(&self) -> &str {
        &self.full
    }

    /// The name without its namespace.
    #[must_use]
    pub fn short(&self) -> &str {
        self.full.get(self.short..).unwrap_or_default()
    }

    /// The namespace; empty where there is none.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.full.get(..self.short.saturating_sub(1)).unwrap_or_default()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.full)
    }
}
