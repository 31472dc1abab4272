//! Takes secrets out of a settings file's text and tree before anything looks at them, so that no message and no
//! excerpt can show one: neither the shape tables nor whoever lays out a finding ever sees them.

use std::collections::BTreeMap;

use super::property::{is_secret, may_be_secret};
use crate::secret::Secret;
use crate::yaml::{Node, Source, Span, Value};

/// What stands in the tree in place of a secret.
const PLACE_HOLDER: &str = "(hidden)";

/// The secrets that stood in a tree, by the first byte of their place, and what else is covered in excerpts because a
/// misspelt name may have hidden one from us.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    secrets: BTreeMap<usize, (Secret, Span)>,
    suspects: Vec<Span>,
}

impl Hidden {
    /// The secret that stood here.
    pub(super) fn at(&self, span: Span) -> Option<&Secret> {
        self.secrets.get(&span.start).map(|(secret, _)| secret)
    }

    /// The source with every secret of it covered, each byte by one, so that spans still fit.
    pub(super) fn cover(&self, source: &Source) -> Source {
        let mut covered = String::with_capacity(source.text.len());
        let mut spans: Vec<Span> = self.secrets.values().map(|(_, span)| *span).collect();
        spans.extend(&self.suspects);
        spans.sort();
        let mut spans = spans.into_iter().peekable();
        for (at, character) in source.text.char_indices() {
            while spans.next_if(|span| span.end <= at).is_some() {}
            let inside = spans.peek().is_some_and(|span| span.start <= at);
            push(&mut covered, character, inside);
        }
        Source { name: source.name.clone(), text: covered }
    }
}

fn push(covered: &mut String, character: char, inside: bool) {
    if inside && !character.is_whitespace() {
        covered.extend(std::iter::repeat_n('*', character.len_utf8()));
    } else {
        covered.push(character);
    }
}

/// Takes the secrets out of a tree: whatever stands under a secret's name, unless it says where to find it, and user
/// name and password of an address. What stands under a name that may be a secret's misspelt, or under `kafka:` and
/// none that is `known`, is only suspected: it stays in the tree.
pub(super) fn hide(tree: &mut Node, known: Option<&[String]>) -> Hidden {
    let mut hidden = Hidden::default();
    walk(tree, false, &mut hidden);
    suspect(tree, known, Suspicion::default(), &mut hidden.suspects);
    hidden
}

/// What the names above a value say about it.
#[derive(Clone, Copy, Default)]
struct Suspicion {
    suspected: bool,
    in_kafka: bool,
}

fn suspect(node: &Node, known: Option<&[String]>, above: Suspicion, suspects: &mut Vec<Span>) {
    match &node.value {
        Value::Null => {}
        Value::Scalar(_) if above.suspected => suspects.push(node.span),
        Value::Scalar(_) => {}
        Value::Sequence(items) => items.iter().for_each(|item| suspect(item, known, above, suspects)),
        Value::Mapping(entries) => {
            for entry in entries {
                let key = entry.key.text.as_str();
                let unknown =
                    above.in_kafka && known.is_some_and(|known| !known.iter().any(|name| name == key));
                let place = matches!(key, "env" | "file" | "command");
                let suspected = !place && (above.suspected || unknown || may_be_secret(key));
                let below = Suspicion { suspected, in_kafka: key == "kafka" };
                suspect(&entry.value, known, below, suspects);
            }
        }
    }
}

fn walk(node: &mut Node, secret: bool, hidden: &mut Hidden) {
    let span = node.span;
    match &mut node.value {
        Value::Null => {}
        Value::Scalar(scalar) if secret => {
            let text = std::mem::replace(&mut scalar.text, PLACE_HOLDER.to_owned());
            hidden.secrets.insert(span.start, (Secret::new(text), span));
        }
        Value::Scalar(scalar) => {
            if let Some(clean) = without_user_info(&scalar.text) {
                let text = std::mem::replace(&mut scalar.text, clean);
                hidden.secrets.insert(span.start, (Secret::new(text), span));
            }
        }
        Value::Sequence(items) => items.iter_mut().for_each(|item| walk(item, secret, hidden)),
        Value::Mapping(entries) => {
            for entry in entries {
                let key = entry.key.text.as_str();
                let place = matches!(key, "env" | "file" | "command");
                // Where a mapping of settings belongs, a text may be a whole one: `sasl.password=…`.
                let misplaced = matches!(key, "kafka" | "registry_auth")
                    && !matches!(entry.value.value, Value::Mapping(_));
                let below = !place && (secret || misplaced || key == "bearer" || is_secret(key));
                walk(&mut entry.value, below, hidden);
            }
        }
    }
}

/// An address whose user name and password are covered; none where it has none.
fn without_user_info(text: &str) -> Option<String> {
    let (before, after) = text.rsplit_once('@')?;
    let (scheme, user_info) = before.split_once("://").map_or(("", before), |(scheme, rest)| (scheme, rest));
    if scheme.is_empty() && !user_info.contains(':') {
        return None;
    }
    let separator = if scheme.is_empty() { "" } else { "://" };
    Some(format!("{scheme}{separator}{PLACE_HOLDER}@{after}"))
}

/// Covers what may be a secret in a text that could not be read as YAML: the rest of each line behind a secret's name
/// and a colon, the indented lines below one, and what stands before an `@`. Rather too much than too little: it is
/// only for excerpts. Each byte is covered by one, so that spans still fit.
pub(super) fn cover_lines(source: &Source) -> Source {
    let mut covered = String::with_capacity(source.text.len());
    let mut below: Option<usize> = None;
    for line in source.text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let blank = line.trim().is_empty();
        if !blank && below.is_some_and(|outer| indent <= outer) {
            below = None;
        }
        let from = if below.is_some() { Some(0) } else { secret_part(line) };
        if from.is_some() && below.is_none() {
            below = Some(indent);
        }
        let to = line.rfind('@').unwrap_or(0);
        for (at, character) in line.char_indices() {
            let inside = from.is_some_and(|from| at >= from) || at < to;
            push(&mut covered, character, inside);
        }
    }
    Source { name: source.name.clone(), text: covered }
}

/// Where in a line the value of a secret may begin.
fn secret_part(line: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(colon) = line.get(from..)?.find(':').map(|at| from + at) {
        let key = line.get(..colon)?.rsplit([' ', ',', '{', '"', '\'', '\t']).find(|word| !word.is_empty());
        if key.is_some_and(|key| key == "bearer" || may_be_secret(key)) {
            return Some(colon + 1);
        }
        from = colon + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_covered_where_a_secret_may_stand() {
        let rows = [
            ("sasl.password: canary", "sasl.password: ******"),
            ("sasl.pasword: canary", "sasl.pasword: ******"),
            ("{ a: b, sasl.password: 'can ary' }", "{ a: b, sasl.password: **** **** *"),
            ("\"ssl.key.password\" : canary", "\"ssl.key.password\" : ******"),
            ("  bearer: canary", "  bearer: ******"),
            (
                "ssl.key.pem: |\n  canary\n\n  canary\nnext: x",
                "ssl.key.pem: *\n  ******\n\n  ******\nnext: x",
            ),
            ("registry: http://ops:canary@host", "********* *****************@host"),
            ("brokers: [a:1]", "brokers: [a:1]"),
            ("sasl.username: ops", "sasl.username: ops"),
        ];
        for (text, expected) in rows {
            assert_eq!(cover_lines(&Source::new("f", text)).text, expected, "{text}");
        }
    }

    #[test]
    fn addresses_lose_their_user_info() {
        let rows = [
            ("https://ops:canary@host/a", Some("https://(hidden)@host/a")),
            ("https://canary@host", Some("https://(hidden)@host")),
            ("ops:canary@host:1", Some("(hidden)@host:1")),
            ("ops@REALM", None),
            ("https://host/a", None),
        ];
        for (text, expected) in rows {
            assert_eq!(without_user_info(text).as_deref(), expected, "{text}");
        }
    }
}
