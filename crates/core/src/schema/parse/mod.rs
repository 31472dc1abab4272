//! From a schema's text to a [`Schema`], with everything that is wrong in it at once.
//!
//! The rules are those of Avro's Java library 1.12 (`Schema.Parser`, defaults validated), comments of `//` and `/* */`
//! included, with these exceptions:
//!
//! - A name that stands twice in a JSON object is an error, where Java takes the last one; so is half of a surrogate
//!   pair, which is no character, and anything but white space behind the schema, where Java takes control characters.
//! - A type must be defined before it is referred to, and only once, as the specification says and older libraries
//!   demand. Java 1.12 takes references to what follows, and definitions that repeat one.
//! - Nesting is bounded, and so is the work that checking defaults takes.
//! - A byte order mark is passed over, as Java does in files.
//! - In names of other scripts we take letters that Unicode counts among the marks, and Java does not. Lint tells of
//!   all names that are not ASCII.

mod comments;
mod named;

use std::collections::{BTreeMap, BTreeSet};

use super::defaults::Checker;
use super::logical::logical_type;
use super::model::{Content, Name, Node, NodeId, Property, Schema, TypeKind};
use super::places::Places;
use crate::json::{Json, JsonErrorKind, Value};
use crate::yaml::{Diagnostic, Diagnostics, Source, Span, shown};

/// How many documents a schema may refer to, directly and through others.
pub const DOCUMENTS_LIMIT: usize = 1_000;

/// The attributes of a type that Avro itself gives a meaning.
const TYPE_ATTRIBUTES: [&str; 10] =
    ["aliases", "doc", "fields", "items", "name", "namespace", "size", "symbols", "type", "values"];
/// The attributes of a field that Avro itself gives a meaning.
const FIELD_ATTRIBUTES: [&str; 6] = ["aliases", "default", "doc", "name", "order", "type"];

/// Reads a schema and the documents it refers to; those come first and in an order in which each refers only to ones
/// before it.
///
/// # Errors
/// Everything that is wrong in the first document that has errors, by place.
pub fn parse(source: &Source, references: &[Source]) -> Result<Schema, Vec<Diagnostic>> {
    parse_with(source, references, &|_| None)
}

/// Reads a schema as [`parse`] does; where it names a type that is not defined, `elsewhere` is asked by the type's full
/// name for what to do next.
///
/// # Errors
/// As `parse`.
pub fn parse_with(
    source: &Source,
    references: &[Source],
    elsewhere: &dyn Fn(&str) -> Option<String>,
) -> Result<Schema, Vec<Diagnostic>> {
    let mut schema = Schema { nodes: Vec::new(), root: NodeId(0), names: BTreeMap::new(), document: 0 };
    if references.len() > DOCUMENTS_LIMIT {
        let message = format!("it refers to {} documents; {DOCUMENTS_LIMIT} are allowed", references.len());
        return Err(vec![Diagnostic::error(&source.name, Span::start(), &message)]);
    }
    for (number, document) in (0..).zip(references.iter().chain(std::iter::once(source))) {
        schema.document = number;
        schema.root = read(document, &mut schema, elsewhere)?;
    }
    Ok(schema)
}

fn read(
    source: &Source,
    schema: &mut Schema,
    elsewhere: &dyn Fn(&str) -> Option<String>,
) -> Result<NodeId, Vec<Diagnostic>> {
    let places = Places::new(&source.text);
    let refused = |at: usize, kind: JsonErrorKind| {
        let message = match kind {
            // These are JSON, and not taken all the same.
            JsonErrorKind::Deep(_) => format!("this schema is {kind}; deeper ones are not read"),
            JsonErrorKind::Twice => kind.to_string(),
            _ => format!("this is not JSON: {kind}"),
        };
        vec![Diagnostic::error(&source.name, places.span(at, at), &message)]
    };
    let json = Json::read(&comments::blanked(&source.text)).map_err(|error| refused(error.at, error.kind))?;
    // Java takes comments before the end of the schema only.
    let behind = source.text.get(json.end..).unwrap_or_default();
    if !behind.trim().is_empty() {
        return Err(refused(json.end + behind.len() - behind.trim_start().len(), JsonErrorKind::Trailing));
    }
    let findings = Diagnostics::new(&source.name);
    let mut parser = Parser { schema, places, findings, open: Vec::new(), defaults: Vec::new(), elsewhere };
    let root = parser.any(&json, "", &Path::root());
    if parser.findings.is_free_of_errors() {
        parser.check_defaults();
    }
    let Parser { findings, .. } = parser;
    match root {
        Some(root) if findings.is_free_of_errors() => Ok(root),
        _ => Err(findings.finish()),
    }
}

/// The way from the top of the document to a value, as a JSON pointer.
struct Path(String);

impl Path {
    fn root() -> Self {
        Path(String::new())
    }

    fn then(&self, step: impl std::fmt::Display) -> Path {
        Path(format!("{}/{step}", self.0))
    }
}

struct Parser<'a> {
    schema: &'a mut Schema,
    places: Places<'a>,
    findings: Diagnostics,
    /// The records whose fields are being read, outermost first.
    open: Vec<NodeId>,
    /// Defaults to check once everything else is known to be sound.
    defaults: Vec<UncheckedDefault>,
    /// What to do about a type that is not defined, by its full name.
    elsewhere: &'a dyn Fn(&str) -> Option<String>,
}

struct UncheckedDefault {
    /// The field's type.
    schema: NodeId,
    default: Json,
    /// The records around the field: Java checks a default where it reads it, and does not know their fields there.
    open: Vec<NodeId>,
}

impl Parser<'_> {
    fn span(&self, json: &Json) -> Span {
        self.places.span(json.start, json.end)
    }

    fn error(&mut self, at: &Json, message: &str, help: &str) {
        let span = self.span(at);
        self.findings.error_with_help(span, message, help);
    }

    fn add(&mut self, at: &Json, path: &Path, content: Content, properties: Vec<Property>) -> NodeId {
        let id = self.reserve(at, path);
        self.fill(id, content, properties);
        id
    }

    fn reserve(&mut self, at: &Json, path: &Path) -> NodeId {
        // A document is smaller than 2^32 bytes, and so is the count of its nodes.
        let id = NodeId(u32::try_from(self.schema.nodes.len()).unwrap_or(u32::MAX));
        self.schema.nodes.push(Node {
            content: Content::Null,
            logical: None,
            logical_problem: None,
            properties: Vec::new(),
            document: self.schema.document,
            pointer: path.0.clone(),
            span: self.places.span(at.start, at.end),
        });
        id
    }

    fn fill(&mut self, id: NodeId, content: Content, properties: Vec<Property>) {
        let Some(node) = self.schema.nodes.get_mut(id.index()) else { return };
        match logical_type(&content, &properties) {
            Ok(logical) => node.logical = logical,
            Err(problem) => node.logical_problem = Some(problem),
        }
        node.content = content;
        node.properties = properties;
    }

    /// Reads a type in any of its three forms. None where it has an error.
    fn any(&mut self, json: &Json, namespace: &str, path: &Path) -> Option<NodeId> {
        match &json.value {
            Value::String(name) => self.referred(json, name, namespace, path),
            Value::Array(branches) => self.union(json, branches, namespace, path),
            Value::Object(_) => self.object(json, namespace, path),
            _ => {
                let found = json.kind().words();
                let message = format!("a type is a name, an object or an array of branches, not {found}");
                self.error(json, &message, "write for example \"string\"");
                None
            }
        }
    }

    fn referred(&mut self, json: &Json, name: &str, namespace: &str, path: &Path) -> Option<NodeId> {
        if let Some(kind) = TypeKind::primitive(name) {
            return Some(self.add(json, path, primitive(kind), Vec::new()));
        }
        let full = Name::resolve(name, namespace);
        // Where the enclosing namespace has no such type, the name without one is tried, as Java does.
        let found = self.schema.named(full.full()).or_else(|| self.schema.named(name));
        if found.is_none() {
            let message = format!("the type {} is not defined before this place", shown(full.full()));
            let known = ["array", "map"].into_iter().chain(TypeKind::PRIMITIVE.map(TypeKind::name));
            let known = known.chain(self.schema.names.keys().map(String::as_str));
            let near = self.findings.near_miss(name, known);
            let elsewhere = (self.elsewhere)(full.full()).or_else(|| (self.elsewhere)(name));
            let help = match (elsewhere, near) {
                (Some(help), _) => help,
                (None, Some(near)) => format!("did you mean `{near}`?"),
                (None, None) => {
                    "define it where it is first used, or name the schema that defines it as a reference"
                        .to_owned()
                }
            };
            self.error(json, &message, &help);
        }
        found
    }

    fn union(&mut self, json: &Json, branches: &[Json], namespace: &str, path: &Path) -> Option<NodeId> {
        let id = self.reserve(json, path);
        let mut ids = Vec::with_capacity(branches.len());
        let mut names = BTreeSet::new();
        for (index, branch) in branches.iter().enumerate() {
            let Some(branch_id) = self.any(branch, namespace, &path.then(index)) else { continue };
            let (kind, branch_name) = {
                let content = self.schema.content(branch_id);
                (content.kind(), content.branch_name().to_owned())
            };
            if kind == TypeKind::Union {
                let help = "list its branches here instead";
                self.error(branch, "a union may not be a branch of a union", help);
                continue;
            }
            if names.contains(&branch_name) {
                let message = format!("{} stands twice in this union", shown(&branch_name));
                let help = "a union has each type once; only named types may repeat their kind";
                self.error(branch, &message, help);
                continue;
            }
            names.insert(branch_name);
            ids.push(branch_id);
        }
        let whole = ids.len() == branches.len();
        self.fill(id, Content::Union(ids), Vec::new());
        whole.then_some(id)
    }

    fn object(&mut self, json: &Json, namespace: &str, path: &Path) -> Option<NodeId> {
        let Some(kind) = json.get("type") else {
            self.error(
                json,
                "a type written as an object needs `type`",
                "for example {\"type\": \"string\"}",
            );
            return None;
        };
        let Some(word) = kind.text() else {
            let message = format!("`type` is a word here, not {}", kind.kind().words());
            self.error(json, &message, "write the inner type in place of this object");
            return None;
        };
        if let Some(kind) = TypeKind::primitive(word) {
            let properties = properties(json, &TYPE_ATTRIBUTES);
            return Some(self.add(json, path, primitive(kind), properties));
        }
        match word {
            "array" => {
                let (id, items) = self.container(json, "items", namespace, path)?;
                self.fill(id, Content::Array(items), properties(json, &TYPE_ATTRIBUTES));
                Some(id)
            }
            "map" => {
                let (id, values) = self.container(json, "values", namespace, path)?;
                self.fill(id, Content::Map(values), properties(json, &TYPE_ATTRIBUTES));
                Some(id)
            }
            "record" | "error" => self.record(json, namespace, path),
            "enum" => self.enumeration(json, namespace, path),
            "fixed" => self.fixed(json, namespace, path),
            _ => self.referred(kind, word, namespace, path),
        }
    }

    /// Reads the type inside an array or a map; the node itself is left to be filled.
    fn container(
        &mut self,
        json: &Json,
        part: &'static str,
        namespace: &str,
        path: &Path,
    ) -> Option<(NodeId, NodeId)> {
        let Some(inner) = json.get(part) else {
            let message = format!("this type needs `{part}`");
            self.error(json, &message, "it says what type the values have");
            return None;
        };
        let id = self.reserve(json, path);
        let inner = self.any(inner, namespace, &path.then(part))?;
        Some((id, inner))
    }

    fn check_defaults(&mut self) {
        let mut checker = Checker::new(self.schema);
        for UncheckedDefault { schema, default, open } in std::mem::take(&mut self.defaults) {
            if let Some(misfit) = checker.misfit(schema, &default, &open) {
                let span = self.places.span(misfit.start, misfit.end);
                let help = "a default must fit the type of its field";
                self.findings.error_with_help(span, &misfit.message, help);
            }
        }
    }
}

fn primitive(kind: TypeKind) -> Content {
    match kind {
        TypeKind::Boolean => Content::Boolean,
        TypeKind::Int => Content::Int,
        TypeKind::Long => Content::Long,
        TypeKind::Float => Content::Float,
        TypeKind::Double => Content::Double,
        TypeKind::Bytes => Content::Bytes,
        TypeKind::String => Content::String,
        _ => Content::Null,
    }
}

/// The text of an attribute; Java passes over one that is not a string, and so do we.
fn text_of(json: &Json, name: &str) -> Option<String> {
    json.get(name).and_then(Json::text).map(str::to_owned)
}

fn properties(json: &Json, known: &[&str]) -> Vec<Property> {
    let unknown = json.members().iter().filter(|member| !known.contains(&member.name.as_str()));
    unknown.map(|member| Property { name: member.name.clone(), value: member.value.clone() }).collect()
}
