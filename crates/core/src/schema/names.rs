//! Which names a schema may give, by the rules of Avro's Java library.

/// Says what is wrong with an unqualified name of a type, field or symbol; none where it may be given.
///
/// Java takes letters and digits of every script, the specification only ASCII; lint tells of the others.
pub(super) fn problem(name: &str) -> Option<String> {
    let mut characters = name.chars();
    let Some(first) = characters.next() else { return Some("a name is not empty".to_owned()) };
    if !(first.is_alphabetic() || first == '_') {
        return Some(format!("a name begins with a letter or `_`, not with {first:?}"));
    }
    let wrong = characters.find(|c| !(c.is_alphanumeric() || *c == '_'))?;
    Some(format!("a name holds letters, digits and `_`, not {wrong:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_letters_digits_and_underscores() {
        for good in ["a", "_", "A1_b", "é", "名"] {
            assert_eq!(problem(good), None, "{good}");
        }
        for bad in ["", "1a", "a-b", "a b", "a.b", "$a", "a\n", "\u{202e}a"] {
            assert!(problem(bad).is_some(), "{bad:?}");
        }
    }
}
