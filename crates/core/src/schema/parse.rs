//! From a schema's text to a [`Schema`], with everything that is wrong in it at once.
//!
//! The rules are those of Avro's Java library (`Schema.Parser`, defaults validated), with three exceptions: a name
//! that stands twice in a JSON object is an error, a type must be defined before it is referred to, as the
//! specification says and older libraries demand, and nesting is bounded.

use std::collections::{BTreeMap, BTreeSet};

use super::defaults;
use super::logical::logical_type;
use super::model::{
    Content, EnumType, Field, FixedType, Name, Node, NodeId, Order, Property, RecordType, Schema, TypeKind,
};
use super::names;
use super::places::Places;
use crate::json::{Json, Kind, Value};
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
    let json = Json::read(&source.text).map_err(|error| {
        let span = places.span(error.at, error.at);
        vec![Diagnostic::error(&source.name, span, &format!("this is not JSON: {}", error.kind))]
    })?;
    let findings = Diagnostics::new(&source.name);
    let mut parser = Parser { schema, places, findings, defaults: Vec::new(), elsewhere };
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
    /// Defaults to check once all types are known: the field's type and the default.
    defaults: Vec<(NodeId, Json)>,
    /// What to do about a type that is not defined, by its full name.
    elsewhere: &'a dyn Fn(&str) -> Option<String>,
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
            let mut known: Vec<&str> = vec!["array", "map"];
            known.extend(TypeKind::PRIMITIVE.map(TypeKind::name));
            known.extend(self.schema.names.keys().map(String::as_str));
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

    /// Reads name and aliases of a named type, and makes its node known before its parts are read.
    fn naming(&mut self, json: &Json, namespace: &str, path: &Path) -> Option<(NodeId, Name, Vec<Name>)> {
        let Some(name_json) = json.get("name") else {
            self.error(json, "this type needs a `name`", "records, enums and fixed types have names");
            return None;
        };
        let Some(written) = name_json.text() else {
            self.error(name_json, "a name is a string", "for example \"name\": \"Order\"");
            return None;
        };
        let space = json.get("namespace").and_then(Json::text).unwrap_or(namespace);
        let name = Name::resolve(written, space);
        if let Some(problem) = names::problem(name.short()) {
            self.error(name_json, &problem, "for example \"name\": \"Order\"");
            return None;
        }
        if TypeKind::primitive(name.full()).is_some() {
            self.error(name_json, "a type may not be named like a primitive type", "choose another name");
            return None;
        }
        if let Some(first) = self.schema.named(name.full()) {
            let message = format!("the type {} is defined twice", shown(name.full()));
            let span = self.span(name_json);
            let first = self.schema.node(first);
            let mut finding = Diagnostic::error(self.findings.source(), span, &message)
                .with_help("refer to the first definition by its name");
            if first.document == self.schema.document {
                finding = finding.with_label(first.span, "first here");
            }
            self.findings.push(finding);
            return None;
        }
        let aliases = self.aliases(json)?;
        let aliases = aliases.iter().map(|alias| Name::resolve(alias, name.namespace())).collect();
        let id = self.reserve(json, path);
        self.schema.names.insert(name.full().to_owned(), id);
        // What refers to a type inside of itself needs its name already.
        let record = RecordType {
            name: name.clone(),
            aliases: Vec::new(),
            doc: None,
            fields: Vec::new(),
            error: false,
        };
        self.fill(id, Content::Record(record), Vec::new());
        Some((id, name, aliases))
    }

    fn aliases(&mut self, json: &Json) -> Option<Vec<String>> {
        let Some(aliases) = json.get("aliases") else { return Some(Vec::new()) };
        let texts =
            aliases.items().map(|items| items.iter().map(|item| item.text().map(str::to_owned)).collect());
        match texts {
            Some(Some(texts)) => Some(texts),
            _ => {
                self.error(
                    aliases,
                    "`aliases` is an array of names",
                    "for example \"aliases\": [\"OldName\"]",
                );
                None
            }
        }
    }

    fn record(&mut self, json: &Json, namespace: &str, path: &Path) -> Option<NodeId> {
        let (id, name, aliases) = self.naming(json, namespace, path)?;
        let Some(items) = json.get("fields").and_then(Json::items) else {
            self.error(json, "a record needs an array of `fields`", "it may be empty: \"fields\": []");
            return None;
        };
        let mut fields: Vec<Field> = Vec::with_capacity(items.len());
        let mut seen = BTreeSet::new();
        for (index, item) in items.iter().enumerate() {
            let Some(field) = self.field(item, name.namespace(), &path.then("fields").then(index)) else {
                continue;
            };
            if !seen.insert(field.name.clone()) {
                let message = format!("the field {} stands twice in this record", shown(&field.name));
                self.error(item, &message, "give one of them another name");
                continue;
            }
            fields.push(field);
        }
        let whole = fields.len() == items.len();
        let doc = text_of(json, "doc");
        let error = json.get("type").and_then(Json::text) == Some("error");
        let record = RecordType { name, aliases, doc, fields, error };
        self.fill(id, Content::Record(record), properties(json, &TYPE_ATTRIBUTES));
        whole.then_some(id)
    }

    fn field(&mut self, json: &Json, namespace: &str, path: &Path) -> Option<Field> {
        if json.kind() != Kind::Object {
            let message = format!("a field is an object, not {}", json.kind().words());
            self.error(json, &message, "for example {\"name\": \"id\", \"type\": \"string\"}");
            return None;
        }
        let Some(name) = json.get("name").and_then(Json::text) else {
            self.error(
                json,
                "a field needs a `name`",
                "for example {\"name\": \"id\", \"type\": \"string\"}",
            );
            return None;
        };
        if let Some(problem) = names::problem(name) {
            let at = json.get("name").unwrap_or(json);
            self.error(at, &problem, "give the field another name");
            return None;
        }
        let Some(type_json) = json.get("type") else {
            let message = format!("the field {} needs a `type`", shown(name));
            self.error(json, &message, "for example \"type\": \"string\"");
            return None;
        };
        let aliases = self.aliases(json)?;
        let order = self.order(json)?;
        let schema = self.any(type_json, namespace, &path.then("type"))?;
        let default = json.get("default").cloned();
        if let Some(default) = &default {
            self.defaults.push((schema, default.clone()));
        }
        Some(Field {
            name: name.to_owned(),
            aliases,
            doc: text_of(json, "doc"),
            schema,
            default,
            order,
            properties: properties(json, &FIELD_ATTRIBUTES),
            pointer: path.0.clone(),
            span: self.span(json),
        })
    }

    fn order(&mut self, json: &Json) -> Option<Order> {
        let Some(order) = json.get("order") else { return Some(Order::Ascending) };
        match order.text().map(str::to_ascii_lowercase).as_deref() {
            Some("ascending") => Some(Order::Ascending),
            Some("descending") => Some(Order::Descending),
            Some("ignore") => Some(Order::Ignore),
            _ => {
                self.error(order, "`order` is ascending, descending or ignore", "leave it out for ascending");
                None
            }
        }
    }

    fn enumeration(&mut self, json: &Json, namespace: &str, path: &Path) -> Option<NodeId> {
        let (id, name, aliases) = self.naming(json, namespace, path)?;
        let Some(items) = json.get("symbols").and_then(Json::items) else {
            self.error(
                json,
                "an enum needs an array of `symbols`",
                "for example \"symbols\": [\"A\", \"B\"]",
            );
            return None;
        };
        let mut symbols = Vec::with_capacity(items.len());
        let mut seen = BTreeSet::new();
        for item in items {
            let problem = match item.text() {
                None => Some("a symbol is a string".to_owned()),
                Some(symbol) => names::problem(symbol).or_else(|| {
                    (!seen.insert(symbol)).then(|| format!("the symbol {} stands twice", shown(symbol)))
                }),
            };
            match (problem, item.text()) {
                (None, Some(symbol)) => symbols.push(symbol.to_owned()),
                (problem, _) => {
                    self.error(item, &problem.unwrap_or_default(), "give each symbol a name of its own");
                }
            }
        }
        let default = text_of(json, "default");
        if let (Some(default), Some(at)) = (&default, json.get("default"))
            && !seen.contains(default.as_str())
        {
            let message = format!("the default {} is none of the symbols", shown(default));
            self.error(
                at,
                &message,
                "readers take it for symbols they do not know; it must be a symbol itself",
            );
        }
        let whole = symbols.len() == items.len();
        let doc = text_of(json, "doc");
        // `default` means something to an enum only.
        let mut rest = properties(json, &TYPE_ATTRIBUTES);
        rest.retain(|property| property.name != "default");
        self.fill(id, Content::Enum(EnumType { name, aliases, doc, symbols, default }), rest);
        whole.then_some(id)
    }

    fn fixed(&mut self, json: &Json, namespace: &str, path: &Path) -> Option<NodeId> {
        let (id, name, aliases) = self.naming(json, namespace, path)?;
        let size = match json.get("size").map(|size| &size.value) {
            Some(Value::Number(text)) => text.parse::<i32>().ok().and_then(|size| u32::try_from(size).ok()),
            _ => None,
        };
        let Some(size) = size else {
            let at = json.get("size").unwrap_or(json);
            self.error(
                at,
                "a fixed type needs a `size` in bytes, from 0 to 2147483647",
                "for example \"size\": 16",
            );
            return None;
        };
        let doc = text_of(json, "doc");
        let content = Content::Fixed(FixedType { name, aliases, doc, size });
        self.fill(id, content, properties(json, &TYPE_ATTRIBUTES));
        Some(id)
    }

    fn check_defaults(&mut self) {
        for (schema, default) in std::mem::take(&mut self.defaults) {
            if let Some(misfit) = defaults::misfit(self.schema, schema, &default) {
                let span = misfit
                    .place
                    .map_or_else(|| self.span(&default), |(start, end)| self.places.span(start, end));
                self.findings.error_with_help(
                    span,
                    &misfit.message,
                    "a default must fit the type of its field",
                );
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
