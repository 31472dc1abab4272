//! Lays one tree over another. Mappings are merged entry by entry; everything else is replaced. Values keep their
//! places, so that an error in a merged tree points at the line where the value was written.

use super::node::{Entry, Node, Value};

/// The base with the overlay upon it: the overlay's values win, its new entries follow those of the base.
#[must_use]
pub fn merge(base: &Node, overlay: &Node) -> Node {
    let (Value::Mapping(below), Value::Mapping(above)) = (&base.value, &overlay.value) else {
        return overlay.clone();
    };
    let above_by_key: std::collections::BTreeMap<&str, &Entry> =
        above.iter().map(|entry| (entry.key.text.as_str(), entry)).collect();
    let mut entries: Vec<Entry> = Vec::with_capacity(below.len());
    let mut known = std::collections::BTreeSet::new();
    for entry in below {
        known.insert(entry.key.text.as_str());
        entries.push(match above_by_key.get(entry.key.text.as_str()) {
            // A mapping that replaces something else, or the reverse, is found under the overlay's key.
            Some(over) if !both_mappings(&entry.value, &over.value) => (*over).clone(),
            Some(over) => Entry { key: entry.key.clone(), value: merge(&entry.value, &over.value) },
            None => entry.clone(),
        });
    }
    entries.extend(above.iter().filter(|entry| !known.contains(entry.key.text.as_str())).cloned());
    Node { value: Value::Mapping(entries), span: base.span }
}

fn both_mappings(a: &Node, b: &Node) -> bool {
    matches!((&a.value, &b.value), (Value::Mapping(_), Value::Mapping(_)))
}

#[cfg(test)]
mod tests {
    use super::super::{Source, parse};
    use super::*;

    fn tree(text: &str) -> Node {
        parse(&Source::new("f", text)).unwrap()
    }

    fn written(node: &Node) -> String {
        match &node.value {
            Value::Null => "null".to_owned(),
            Value::Scalar(scalar) => scalar.text.clone(),
            Value::Mapping(entries) => {
                let inner: Vec<String> = entries
                    .iter()
                    .map(|entry| format!("{}: {}", entry.key.text, written(&entry.value)))
                    .collect();
                format!("{{{}}}", inner.join(", "))
            }
            Value::Sequence(items) => {
                format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", "))
            }
        }
    }

    #[test]
    fn mappings_merge_and_all_else_is_replaced() {
        let rows = [
            ("{a: 1, b: {c: 2}}", "{b: {d: 3}, e: 4}", "{a: 1, b: {c: 2, d: 3}, e: 4}"),
            ("{a: [1, 2]}", "{a: [3]}", "{a: [3]}"),
            ("{a: {b: 1}}", "{a: false}", "{a: false}"),
            ("{a: x}", "{a: {b: 1}}", "{a: {b: 1}}"),
            ("{a: {b: 1}}", "{a: {b: null}}", "{a: {b: null}}"),
            ("{a: 1}", "{}", "{a: 1}"),
        ];
        for (base, overlay, expected) in rows {
            assert_eq!(written(&merge(&tree(base), &tree(overlay))), expected, "{base} with {overlay}");
        }
    }

    #[test]
    fn values_keep_their_places() {
        let source = Source::new("f", "base: {a: {x: 1, y: 2}}\nover: {a: {y: 3}}\n");
        let whole = parse(&source).unwrap();
        let merged = merge(&whole.entry("base").unwrap().value, &whole.entry("over").unwrap().value);
        let inner = &merged.entry("a").unwrap().value;
        assert_eq!(inner.entry("x").unwrap().value.span.line, 1);
        assert_eq!(inner.entry("y").unwrap().value.span.line, 2);
    }
}
