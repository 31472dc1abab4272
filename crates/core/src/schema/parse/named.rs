//! Types with names: records, enums and fixed types.

use std::collections::BTreeSet;

use super::{FIELD_ATTRIBUTES, Parser, Path, TYPE_ATTRIBUTES, UncheckedDefault, properties, text_of};
use crate::json::{Json, Kind, Value};
use crate::schema::model::{Content, EnumType, Field, FixedType, Name, NodeId, Order, RecordType, TypeKind};
use crate::schema::names;
use crate::yaml::{Diagnostic, shown};

/// The largest fixed type that Java's library takes, in bytes.
const FIXED_SIZE_LIMIT: u32 = 2_147_483_639;

impl Parser<'_> {
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
        if let Some(problem) = names::problem(name.short()).or_else(|| names::namespace_problem(&name)) {
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
        let aliases = self.type_aliases(json, &name)?;
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

    /// Reads the aliases of a type, qualified by its own namespace. Java looks at their unqualified part only.
    fn type_aliases(&mut self, json: &Json, name: &Name) -> Option<Vec<Name>> {
        let texts = self.aliases(json)?;
        let aliases: Vec<Name> = texts.iter().map(|alias| Name::resolve(alias, name.namespace())).collect();
        if let Some(problem) = aliases.iter().find_map(|alias| names::problem(alias.short())) {
            let at = json.get("aliases").unwrap_or(json);
            self.error(at, &problem, "an alias is a name the type had before");
            return None;
        }
        Some(aliases)
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

    pub(super) fn record(&mut self, json: &Json, namespace: &str, path: &Path) -> Option<NodeId> {
        let (id, name, aliases) = self.naming(json, namespace, path)?;
        let Some(items) = json.get("fields").and_then(Json::items) else {
            self.error(json, "a record needs an array of `fields`", "it may be empty: \"fields\": []");
            return None;
        };
        self.open.push(id);
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
        self.open.pop();
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
            let open = self.open.clone();
            self.defaults.push(UncheckedDefault { schema, default: default.clone(), open });
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

    pub(super) fn enumeration(&mut self, json: &Json, namespace: &str, path: &Path) -> Option<NodeId> {
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

    pub(super) fn fixed(&mut self, json: &Json, namespace: &str, path: &Path) -> Option<NodeId> {
        let (id, name, aliases) = self.naming(json, namespace, path)?;
        let size = match json.get("size").map(|size| &size.value) {
            Some(Value::Number(text)) => match text.as_str() {
                "-0" => Some(0),
                _ => text.parse::<u32>().ok().filter(|size| *size <= FIXED_SIZE_LIMIT),
            },
            _ => None,
        };
        let Some(size) = size else {
            let at = json.get("size").unwrap_or(json);
            self.error(
                at,
                "a fixed type needs a `size` in bytes, from 0 to 2147483639",
                "for example \"size\": 16",
            );
            return None;
        };
        let doc = text_of(json, "doc");
        let content = Content::Fixed(FixedType { name, aliases, doc, size });
        self.fill(id, content, properties(json, &TYPE_ATTRIBUTES));
        Some(id)
    }
}
