mod merged;
mod refused;
mod shipped;

use super::*;

const SHIPPED: &str = include_str!("../../../../../topics.yaml");

/// The schema files the shipped catalog stands on, as its lock file names them.
fn shipped_files() -> SchemaFiles {
    let lock = include_str!("../../../../../schemas.lock");
    let mut files = SchemaFiles::default();
    for line in lock.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let version = words[1].strip_prefix('v').unwrap().parse().unwrap();
        files.subjects.entry(words[0].to_owned()).or_default().insert(version);
    }
    files
}

fn shipped() -> Catalog {
    let loaded = load(&Source::new("topics.yaml", SHIPPED), Some(&shipped_files()));
    assert_eq!(loaded.findings, [], "the shipped catalog is without findings");
    loaded.catalog.unwrap()
}

/// The findings of a text, one line each, without the file's name. One subject has files: `a-event`.
fn findings(text: &str) -> Vec<String> {
    let subjects = BTreeMap::from([("a-event".to_owned(), BTreeSet::from([1]))]);
    let loaded = load(&Source::new("f", text), Some(&SchemaFiles { subjects }));
    let errors = loaded.findings.iter().any(|item| item.severity == yaml::Severity::Error);
    assert_eq!(loaded.catalog.is_none(), errors, "a catalog is there exactly where no error is");
    loaded.findings.iter().map(|item| item.to_string()[2..].to_owned()).collect()
}

/// A catalog that is right.
fn good(text: &str) -> Catalog {
    let loaded = load(&Source::new("f", text), None);
    let errors: Vec<String> = loaded.findings.iter().map(ToString::to_string).collect();
    loaded.catalog.unwrap_or_else(|| panic!("{errors:#?}"))
}
