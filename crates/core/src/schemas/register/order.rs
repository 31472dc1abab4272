//! In which order versions go to a registry: each behind the versions before it, and behind what it refers to.

use std::collections::{BTreeMap, BTreeSet};

use super::wanted::Wanted;

/// A version of a file; number 0 stands for the subject's level, which comes before its versions.
pub(super) type Key = (String, u32);

/// All versions in an order in which each follows those it depends on, by subject and number where nothing else
/// decides; and those that depend on themselves through others, which have no place in any order.
pub(super) fn order(wanted: &Wanted) -> (Vec<Key>, BTreeSet<Key>) {
    let mut waits_for: BTreeMap<Key, BTreeSet<Key>> = BTreeMap::new();
    let mut awaited_by: BTreeMap<Key, Vec<Key>> = BTreeMap::new();
    for (subject, versions) in &wanted.subjects {
        let mut before = (subject.clone(), 0);
        waits_for.insert(before.clone(), BTreeSet::new());
        for version in versions {
            let key = (subject.clone(), version.number);
            let referred =
                version.references.iter().map(|reference| (reference.subject.clone(), reference.file));
            let referred = referred.filter(|(subject, file)| wanted.version(subject, *file).is_some());
            let dependencies: BTreeSet<Key> = referred.chain([before]).collect();
            for dependency in &dependencies {
                awaited_by.entry(dependency.clone()).or_default().push(key.clone());
            }
            waits_for.insert(key.clone(), dependencies);
            before = key;
        }
    }
    let mut ready: BTreeSet<Key> =
        waits_for.iter().filter(|(_, waits)| waits.is_empty()).map(|(key, _)| key.clone()).collect();
    let mut ordered = Vec::with_capacity(waits_for.len());
    let mut last: Option<String> = None;
    while let Some(key) = next(&ready, last.as_deref()) {
        ready.remove(&key);
        waits_for.remove(&key);
        for waiting in awaited_by.remove(&key).unwrap_or_default() {
            if let Some(waits) = waits_for.get_mut(&waiting) {
                waits.remove(&key);
                if waits.is_empty() {
                    ready.insert(waiting);
                }
            }
        }
        last = Some(key.0.clone());
        ordered.push(key);
    }
    (ordered, waits_for.into_keys().collect())
}

/// The next one that may go: of the subject that went last where there is one, so that a subject stays together.
fn next(ready: &BTreeSet<Key>, last: Option<&str>) -> Option<Key> {
    let same = last.and_then(|last| ready.range((last.to_owned(), 0)..).next().filter(|key| key.0 == last));
    same.or_else(|| ready.first()).cloned()
}
