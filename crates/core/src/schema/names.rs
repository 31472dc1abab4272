//! Which names a schema may give, by the rules of Avro's Java library.

use super::model::Name;

/// The zeros of the decimal digits beyond ASCII that fit 16 bits; nine further digits follow each.
const ZEROS: [u32; 36] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6,
    0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0,
    0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

/// Says what is wrong with an unqualified name of a type, field or symbol; none where it may be given.
///
/// Java takes letters and digits of every script that fit 16 bits, the specification only ASCII; lint tells of the
/// others.
pub(super) fn problem(name: &str) -> Option<String> {
    let mut characters = name.chars();
    let Some(first) = characters.next() else { return Some("a name is not empty".to_owned()) };
    if !(is_letter(first) || first == '_') {
        return Some(format!("a name begins with a letter or `_`, not with {first:?}"));
    }
    let wrong = characters.find(|c| !(is_letter(*c) || is_digit(*c) || *c == '_'))?;
    Some(format!("a name holds letters, digits and `_`, not {wrong:?}"))
}

/// Says what is wrong with the namespace of a name; none where there is none, or where each part may be a name.
pub(super) fn namespace_problem(name: &Name) -> Option<String> {
    if name.namespace().is_empty() {
        return None;
    }
    let wrong = name.namespace().split('.').find_map(problem)?;
    Some(format!("the parts of a namespace are names: {wrong}"))
}

/// Tells whether a name is one by the specification: ASCII letters, digits and `_`.
pub(super) fn is_specified(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_letter(c: char) -> bool {
    u16::try_from(u32::from(c)).is_ok() && c.is_alphabetic() && !c.is_numeric()
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ZEROS.iter().any(|zero| (*zero..zero + 10).contains(&u32::from(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_letters_digits_and_underscores() {
        for good in ["a", "_", "A1_b", "é", "名", "R٣", "R９"] {
            assert_eq!(problem(good), None, "{good}");
        }
        for bad in
            ["", "1a", "a-b", "a b", "a.b", "$a", "a\n", "\u{202e}a", "٣R", "R²", "Rⅷ", "𝒜", "e\u{301}"]
        {
            assert!(problem(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn each_part_of_a_namespace_is_a_name() {
        let rows = [("R", true), (".R", true), ("a.R", true), ("a.b.R", true), ("ä.R", true)];
        let bad = [("..R", false), ("a..R", false), ("1a.R", false), ("a-b.R", false), ("a. .R", false)];
        for (name, expected) in rows.into_iter().chain(bad) {
            assert_eq!(namespace_problem(&Name::resolve(name, "")).is_none(), expected, "{name}");
        }
    }
}
