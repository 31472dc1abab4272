//! What a schema refers to, through others too, in an order in which each comes after what it refers to itself.
//!
//! Bounded on any input: in depth, in documents for one schema, in bytes for one schema and for the whole folder.

use std::collections::BTreeSet;

use super::{FileFindings, Library, REFERENCE_DEPTH_LIMIT, Version, called};
use crate::human;
use crate::name::SubjectName;
use crate::schema::DOCUMENTS_LIMIT;
use crate::yaml::{Diagnostic, Span, near_miss};

/// The most bytes that the documents of one schema may have together.
const SCHEMA_BYTES: usize = 16 * 1024 * 1024;
/// The most bytes that are read through references for all schemas of a folder together.
const FOLDER_BYTES: usize = 256 * 1024 * 1024;
/// How much of a chain of references a message shows.
const SHOWN: usize = 8;

type Key = (SubjectName, u32);
/// What a version refers to, or why that cannot be told.
type Closure = Result<Vec<Key>, Vec<Diagnostic>>;

/// Fills in what each version refers to, or says at its references file why it cannot be told.
pub(super) fn resolve(library: &mut Library) {
    let mut outcomes: Vec<(Key, Closure)> = Vec::new();
    let mut left = FOLDER_BYTES;
    for subject in library.subjects.values() {
        for version in subject.versions.iter().filter(|version| !version.references.is_empty()) {
            let key = (subject.name.clone(), version.number);
            let outcome = one(library, version, &key, &mut left);
            outcomes.push((key, outcome));
        }
    }
    for ((subject, number), outcome) in outcomes {
        let found = library.subjects.get_mut(subject.as_str());
        let Some(found) =
            found.and_then(|subject| subject.versions.iter_mut().find(|version| version.number == number))
        else {
            continue;
        };
        match outcome {
            Ok(closure) => found.closure = closure,
            Err(findings) => {
                let source = found.references_source.clone().unwrap_or_else(|| found.source.clone());
                found.findings.push(FileFindings { source, findings });
            }
        }
    }
}

fn one(
    library: &Library,
    version: &Version,
    key: &Key,
    left: &mut usize,
) -> Result<Vec<Key>, Vec<Diagnostic>> {
    let name = version.references_source.as_ref().map_or(&version.source.name, |source| &source.name);
    let unknown: Vec<Diagnostic> =
        version.references.iter().filter_map(|reference| missing(library, reference, name)).collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let mut walk = Walk {
        library,
        path: vec![key.clone()],
        done: BTreeSet::new(),
        order: Vec::new(),
        bytes: 0,
        left: *left,
    };
    let result = walk.below(version);
    *left = left.saturating_sub(walk.bytes);
    let Walk { path, order, .. } = walk;
    result.map(|()| order).map_err(|problem| {
        // The way to the trouble begins with one of the version's own references: there it is told.
        let first = path.get(1);
        let direct = version.references.iter().find(|reference| {
            first.is_some_and(|(subject, number)| {
                *subject == reference.subject && *number == reference.version
            })
        });
        let span = direct.or(version.references.first()).map_or(Span::start(), |reference| reference.span);
        let (message, help) = problem.told(&path);
        vec![Diagnostic::error(name, span, &message).with_help(&help)]
    })
}

/// Says that a reference leads nowhere, and where it may have been meant to lead.
fn missing(library: &Library, reference: &super::Reference, source: &str) -> Option<Diagnostic> {
    let Some(subject) = library.subject(reference.subject.as_str()) else {
        let message = format!("there is no subject `{}` in {}", reference.subject, library.folder);
        let names = library.subjects.keys().map(SubjectName::as_str);
        let help = match near_miss(reference.subject.as_str(), names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "its schema belongs into {}",
                library.path(reference.subject.as_str(), reference.version)
            ),
        };
        return Some(Diagnostic::error(source, reference.span, &message).with_help(&help));
    };
    if subject.version(reference.version).is_some() {
        return None;
    }
    let message = format!("`{}` has no v{}", reference.subject, reference.version);
    let known: Vec<String> =
        subject.versions().iter().map(|version| format!("v{}", version.number)).collect();
    let help = format!("it has {}", human::list(&known, 10));
    Some(Diagnostic::error(source, reference.span, &message).with_help(&help))
}

enum Problem {
    Circle,
    Deep,
    Broken,
    Documents,
    Bytes,
    Folder,
}

impl Problem {
    /// A sentence and a next step, for the way that led here.
    fn told(&self, path: &[Key]) -> (String, String) {
        let way = || {
            let names: Vec<String> = path.iter().map(|(subject, number)| called(subject, *number)).collect();
            match names.len().checked_sub(SHOWN) {
                None | Some(0) => names.join(" → "),
                Some(more) => {
                    let (begin, end) = (names.get(..SHOWN / 2), names.get(SHOWN / 2 + more..));
                    let (begin, end) = (begin.unwrap_or_default(), end.unwrap_or_default());
                    format!("{} → … {more} more → {}", begin.join(" → "), end.join(" → "))
                }
            }
        };
        let last = || path.last().map(|(subject, number)| called(subject, *number)).unwrap_or_default();
        match self {
            Problem::Circle => (
                format!("these references form a circle: {}", way()),
                "define the types in one schema, or refer in one direction only".to_owned(),
            ),
            Problem::Deep => (
                format!("more than {REFERENCE_DEPTH_LIMIT} references follow one another: {}", way()),
                "refer to fewer schemas through others".to_owned(),
            ),
            Problem::Broken => (
                format!("it refers to {}, which cannot be used", last()),
                format!("correct {} first", last()),
            ),
            Problem::Documents => (
                format!("it refers to more than {DOCUMENTS_LIMIT} schemas, directly and through others"),
                "refer to fewer schemas".to_owned(),
            ),
            Problem::Bytes => (
                format!("the schemas it refers to have more than {SCHEMA_BYTES} bytes together"),
                "refer to fewer schemas".to_owned(),
            ),
            Problem::Folder => (
                format!("the references of this folder lead to more than {FOLDER_BYTES} bytes together"),
                "keep fewer schemas in one folder".to_owned(),
            ),
        }
    }
}

struct Walk<'a> {
    library: &'a Library,
    /// The way from the version that is resolved to where the walk is.
    path: Vec<Key>,
    done: BTreeSet<Key>,
    order: Vec<Key>,
    bytes: usize,
    left: usize,
}

impl Walk<'_> {
    /// Visits what a version refers to. Where that fails, the path leads to the place of the trouble.
    fn below(&mut self, version: &Version) -> Result<(), Problem> {
        for reference in &version.references {
            let key = (reference.subject.clone(), reference.version);
            if self.done.contains(&key) {
                continue;
            }
            let circle = self.path.contains(&key);
            self.path.push(key.clone());
            if circle {
                return Err(Problem::Circle);
            }
            if self.path.len() > REFERENCE_DEPTH_LIMIT + 1 {
                return Err(Problem::Deep);
            }
            let referred = self.library.version(key.0.as_str(), key.1).ok_or(Problem::Broken)?;
            if !referred.findings.is_empty() {
                return Err(Problem::Broken);
            }
            self.below(referred)?;
            self.path.pop();
            self.count(referred)?;
            self.done.insert(key.clone());
            self.order.push(key);
        }
        Ok(())
    }

    fn count(&mut self, version: &Version) -> Result<(), Problem> {
        // A document costs something even where it is nearly empty.
        self.bytes += version.source.text.len() + 256;
        if self.order.len() >= DOCUMENTS_LIMIT {
            return Err(Problem::Documents);
        }
        if self.bytes > SCHEMA_BYTES {
            return Err(Problem::Bytes);
        }
        if self.bytes > self.left {
            return Err(Problem::Folder);
        }
        Ok(())
    }
}
