//! A subject whose schemas were read.

use super::{FileFindings, Library, Subject, Version};
use crate::name::SubjectName;
use crate::schema::{Place, Schema};

/// A subject with its schemas.
#[derive(Debug)]
pub struct ReadSubject<'a> {
    pub(super) library: &'a Library,
    pub(super) subject: &'a Subject,
    pub(super) versions: Vec<ReadVersion<'a>>,
}

/// A version with its schema, or with what is wrong with its files.
#[derive(Debug)]
pub struct ReadVersion<'a> {
    /// Its files.
    pub version: &'a Version,
    /// The schema.
    pub schema: Result<Schema, Vec<FileFindings>>,
}

impl<'a> ReadSubject<'a> {
    /// The subject's name.
    #[must_use]
    pub fn name(&self) -> &'a SubjectName {
        &self.subject.name
    }

    /// Its versions in order.
    #[must_use]
    pub fn versions(&self) -> &[ReadVersion<'a>] {
        &self.versions
    }

    /// The schemas by number, in order; none where one of them cannot be read.
    #[must_use]
    pub fn schemas(&self) -> Option<Vec<(u32, &Schema)>> {
        self.versions.iter().map(|read| Some((read.version.number, read.schema.as_ref().ok()?))).collect()
    }

    /// What is wrong with its files.
    #[must_use]
    pub fn into_findings(self) -> Vec<FileFindings> {
        self.versions.into_iter().filter_map(|read| read.schema.err()).flatten().collect()
    }

    /// The file in which a place of one of its schemas lies: its own, or that of a schema it refers to.
    #[must_use]
    pub fn file_of(&self, version: &Version, place: &Place) -> String {
        match version.closure.get(usize::from(place.document)) {
            None => version.source.name.clone(),
            Some((subject, number)) => {
                let referred = self.library.version(subject.as_str(), *number);
                referred.unwrap_or(version).source.name.clone()
            }
        }
    }
}
