//! Names that are taken for each other, and names that other libraries refuse.

use std::collections::{BTreeMap, BTreeSet};

use super::{LintKind, Linter};
use crate::schema::model::{Content, Field, Name, NodeId};
use crate::schema::names::{is_specified, problem};
use crate::schema::words::Words;
use crate::yaml::shown;

/// Looks at a type's own names: its name, its aliases and the symbols of an enum.
pub(super) fn own(linter: &mut Linter<'_>, id: NodeId) {
    let content = linter.schema.content(id);
    let Some(name) = content.name() else { return };
    let kind = content.kind();
    let names = std::iter::once(name).chain(content.aliases());
    if let Some(odd) = names.into_iter().find(|name| !name.full().split('.').all(is_specified)) {
        let message = format!("the {kind} name {} is not ASCII", shown(odd.full()));
        linter.tell(LintKind::NameOutsideSpecification, linter.place(id), message);
    }
    if let Content::Enum(symbols) = content {
        let odd = symbols.symbols.iter().filter(|symbol| !is_specified(symbol));
        let odd = Words::of(odd, |symbol| shown(symbol));
        if !odd.is_empty() {
            let message = format!("symbols of the enum `{name}` are not ASCII: {}", odd.joined("and"));
            linter.tell(LintKind::NameOutsideSpecification, linter.place(id), message);
        }
    }
}

/// Looks at the names and aliases of a record's fields.
pub(super) fn fields(linter: &mut Linter<'_>, record: NodeId, fields: &[Field]) {
    let by_name: BTreeMap<&str, usize> =
        fields.iter().enumerate().map(|(n, field)| (&field.name[..], n)).collect();
    let mut by_lower: BTreeMap<String, usize> = BTreeMap::new();
    let mut by_alias: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, field) in fields.iter().enumerate() {
        let mut told = Vec::new();
        let other = |number: &usize| fields.get(*number).map(|field| shown(&field.name)).unwrap_or_default();
        if let Some(first) = by_lower.get(&field.name.to_lowercase()) {
            told.push((LintKind::NameCollision, format!("differs from {} by case only", other(first))));
        }
        by_lower.entry(field.name.to_lowercase()).or_insert(number);
        if !is_specified(&field.name) {
            told.push((LintKind::NameOutsideSpecification, "has a name that is not ASCII".to_owned()));
        }
        for alias in field.aliases.iter().collect::<BTreeSet<_>>() {
            let alias_shown = shown(alias);
            if problem(alias).is_some() || !is_specified(alias) {
                let text = format!("has the alias {alias_shown}, which is no name");
                told.push((LintKind::NameOutsideSpecification, text));
            }
            let collision = match (by_name.get(alias.as_str()), by_alias.get(alias.as_str())) {
                (Some(own), _) if *own == number => {
                    Some("has its own name as an alias, which Java refuses to compare".to_owned())
                }
                (Some(field), _) => {
                    Some(format!("has an alias that is the name of the field {}", other(field)))
                }
                (None, Some(field)) => {
                    Some(format!("has the alias {alias_shown}, and so has the field {}", other(field)))
                }
                (None, None) => None,
            };
            told.extend(collision.map(|text| (LintKind::NameCollision, text)));
            by_alias.entry(alias).or_insert(number);
        }
        for (kind, text) in told {
            let place = linter.field_place(record, number, field);
            let message = format!("field {} {text}", place.shown());
            linter.tell(kind, place, message);
        }
    }
}

/// Looks at the names and aliases of all types together, those of referenced documents included.
pub(super) fn types(linter: &mut Linter<'_>) {
    let schema = linter.schema;
    let mut by_short: BTreeMap<String, Vec<&Name>> = BTreeMap::new();
    let mut by_alias: BTreeMap<&str, Vec<&Name>> = BTreeMap::new();
    for (_, id) in schema.names() {
        let content = schema.content(id);
        let Some(name) = content.name() else { continue };
        by_short.entry(name.short().to_lowercase()).or_default().push(name);
        for alias in content.aliases().iter().map(Name::full).collect::<BTreeSet<_>>() {
            by_alias.entry(alias).or_default().push(name);
        }
    }
    for (id, _) in linter.reached.clone() {
        let content = schema.content(id);
        let Some(name) = content.name() else { continue };
        let mut told = Vec::new();
        let alike = by_short.get(&name.short().to_lowercase()).map_or(&[][..], Vec::as_slice);
        told.extend(first_other(alike, name, |other| other.short() == name.short()).map(|other| {
            format!(
                "{} has the unqualified name of {other}, and Java compares no more of it",
                shown(name.full())
            )
        }));
        let by_case = |other: &Name| other.full().to_lowercase() == name.full().to_lowercase();
        told.extend(
            first_other(alike, name, by_case)
                .map(|other| format!("{} differs from {other} by case only", shown(name.full()))),
        );
        for alias in content.aliases().iter().map(Name::full).collect::<BTreeSet<_>>() {
            if alias == name.full() {
                told.push(format!("{} has its own name as an alias", shown(alias)));
            } else if schema.named(alias).is_some() {
                told.push(format!(
                    "{} has the alias {}, which is another type",
                    shown(name.full()),
                    shown(alias)
                ));
            }
            let sharing = by_alias.get(alias).map_or(&[][..], Vec::as_slice);
            told.extend(first_other(sharing, name, |_| true).map(|other| {
                format!("{} has the alias {}, and so has {other}", shown(name.full()), shown(alias))
            }));
        }
        for message in told {
            linter.tell(LintKind::NameCollision, linter.place(id), message);
        }
    }
}

/// The first of some names that is another one and is as it is asked for. Where many are alike, only some are looked at.
fn first_other(names: &[&Name], own: &Name, wanted: impl Fn(&Name) -> bool) -> Option<String> {
    let mut others = names.iter().take(100).filter(|name| **name != own);
    others.find(|name| wanted(name)).map(|name| shown(name.full()))
}
