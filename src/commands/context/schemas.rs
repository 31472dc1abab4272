//! The schema desk as commands are handed it: the folder, its lock, and what the catalog says about subjects.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use eventctl_core::catalog::{self, Expectations};
use eventctl_core::name::SubjectName;
use eventctl_core::schemas::check::{Against, Checked, Desk};
use eventctl_core::schemas::{FileFindings, Levels, Library, Lock};
use eventctl_core::yaml::{FINDINGS_LIMIT, Source};

use super::{CATALOG_LIMIT, Context, ReadCatalog};
use crate::failure::Failure;
use crate::files::{self, SchemaFolder};
use crate::flow::schemas::{self, DeskFiles};
use crate::render::diagnostics;

/// Which folder of schemas is meant.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SchemaFolderArgs {
    /// Read the schema files of this folder [default: the catalog's, else schemas/]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub schemas: Option<PathBuf>,
}

/// A folder of schemas, with what the catalog says about it.
pub struct SchemaDesk {
    /// The folder and its lock.
    pub files: DeskFiles,
    /// What in the folder is no schema file.
    pub stray: Vec<String>,
    /// The catalog, where there is one.
    pub catalog: Option<ReadCatalog>,
}

impl SchemaDesk {
    /// The schema files.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.files.library
    }

    /// The lock; none where it cannot be used.
    #[must_use]
    pub fn lock(&self) -> Option<&Lock> {
        self.files.lock.as_ref().ok()
    }

    /// What the catalog expects of schemas.
    #[must_use]
    pub fn expectations(&self) -> Option<&Expectations> {
        self.catalog.as_ref()?.catalog.as_ref().map(catalog::Catalog::expectations)
    }
}

impl Context {
    /// The folder of schemas, its lock and the catalog. There may be no catalog; one that is there has no errors.
    ///
    /// # Errors
    /// All errors of the catalog, laid out; `Input` where there is no folder.
    pub fn schema_desk(&self, args: &SchemaFolderArgs) -> Result<SchemaDesk, Failure> {
        let (path, named) = self.catalog_path()?;
        if !named && !files::exists(&path) {
            return self.desk_without_catalog(args);
        }
        let read = self.read_catalog_with(&self.existing_catalog()?, args.schemas.as_deref())?;
        if read.catalog.is_none() {
            let text = diagnostics::layout(&read.source, &read.findings, self.ui.colours_stderr());
            return Err(Failure::rendered(text).hint("see all of it with `eventctl check`"));
        }
        if !files::exists(&read.schema_path) {
            return Err(no_folder(&read.schema_folder));
        }
        self.desk_of(read)
    }

    /// The same, also where there is no folder: then there are no files.
    ///
    /// # Errors
    /// As `schema_desk`, but for the folder.
    pub fn schema_desk_if_any(&self, args: &SchemaFolderArgs) -> Result<SchemaDesk, Failure> {
        let folder = self.schema_folder(args)?;
        if files::exists(&folder) {
            return self.schema_desk(args);
        }
        let (path, named) = self.catalog_path()?;
        if named || files::exists(&path) {
            let read = self.read_catalog_with(&self.existing_catalog()?, args.schemas.as_deref())?;
            if read.catalog.is_some() {
                return self.desk_of(read);
            }
            let text = diagnostics::layout(&read.source, &read.findings, self.ui.colours_stderr());
            return Err(Failure::rendered(text).hint("see all of it with `eventctl check`"));
        }
        self.bare_desk(&folder)
    }

    /// The same without the catalog: only the name of the folder is read from it, whatever else is wrong there.
    ///
    /// # Errors
    /// `Input` where there is no folder.
    pub fn desk_without_catalog(&self, args: &SchemaFolderArgs) -> Result<SchemaDesk, Failure> {
        let folder = self.schema_folder(args)?;
        if !files::exists(&folder) {
            return Err(no_folder(&self.shown(&folder)));
        }
        self.bare_desk(&folder)
    }

    /// A folder and its lock, without any catalog; the folder may be absent, and then there are no files.
    ///
    /// # Errors
    /// `Input` where a file that is there cannot be used at all.
    pub fn bare_desk(&self, folder: &Path) -> Result<SchemaDesk, Failure> {
        let shown = self.shown(folder);
        let listing =
            if files::exists(folder) { files::list_schemas(folder)? } else { SchemaFolder::default() };
        let files = schemas::read(folder, &shown, &listing)?;
        self.ui.detail(format!("schemas in {shown}, without the catalog"));
        Ok(SchemaDesk { files, stray: listing.stray, catalog: None })
    }

    /// The folder that is named, else the catalog's, else the one beside where a catalog would be. It may be absent.
    ///
    /// # Errors
    /// `Input` where a catalog that is named cannot be read.
    pub fn schema_folder(&self, args: &SchemaFolderArgs) -> Result<PathBuf, Failure> {
        if let Some(folder) = &args.schemas {
            return Ok(self.around.directory().join(folder));
        }
        let (path, named) = self.catalog_path()?;
        let beside = path.parent().unwrap_or(Path::new(".")).to_owned();
        if !named && !files::exists(&path) {
            return Ok(beside.join(catalog::SCHEMA_FOLDER));
        }
        let bytes = files::read(&self.existing_catalog()?, CATALOG_LIMIT)?;
        let source = Source::from_bytes(&self.shown(&path), &bytes);
        let folder = source
            .map_or_else(|_| catalog::SCHEMA_FOLDER.to_owned(), |source| catalog::schema_folder(&source));
        Ok(beside.join(folder))
    }

    /// The desk of a catalog that was read; its folder may be absent.
    ///
    /// # Errors
    /// `Input` where a file that is there cannot be used at all.
    pub fn desk_of(&self, read: ReadCatalog) -> Result<SchemaDesk, Failure> {
        let files = schemas::read(&read.schema_path, &read.schema_folder, &read.schemas)?;
        Ok(SchemaDesk { files, stray: read.schemas.stray.clone(), catalog: Some(read) })
    }

    /// The lock as git has it at another commit, where one is named.
    ///
    /// # Errors
    /// `Usage` where the name can be none.
    pub fn lock_at(&self, desk: &SchemaDesk, reference: Option<&str>) -> Result<Option<Against>, Failure> {
        reference.map(|reference| schemas::lock_at(&desk.files.lock_path, reference)).transpose()
    }

    /// Lays out on stderr what is wrong with schema files and the lock, up to a bound.
    pub fn lay_out(&self, broken: &[FileFindings]) {
        let mut left = FINDINGS_LIMIT;
        for file in broken {
            let some = file.findings.get(..left).unwrap_or(&file.findings);
            self.ui.findings(&file.source, some);
            left -= some.len();
        }
        let all: usize = broken.iter().map(|file| file.findings.len()).sum();
        if all > FINDINGS_LIMIT {
            self.ui.warn(format!("{} further errors of schema files are not shown", all - FINDINGS_LIMIT));
        }
    }
}

/// Holds the subjects of a desk against their levels, their lock and the catalog; the lock's own errors come last.
#[must_use]
pub fn check(
    desk: &SchemaDesk,
    levels: Levels<'_>,
    against: Option<&Against>,
    only: Option<&BTreeSet<SubjectName>>,
) -> Checked {
    let expectations = desk.expectations();
    let source = desk.catalog.as_ref().map_or("", |read| read.source.name.as_str());
    let judged = Desk {
        library: desk.library(),
        lock: desk.lock(),
        against,
        levels,
        expectations: expectations.map(|expectations| (expectations, source)),
        docs: expectations.is_some_and(|expectations| expectations.docs),
    };
    let mut checked = schemas::check(&judged, only);
    checked.broken.extend(desk.files.lock.as_ref().err().cloned());
    checked
}

fn no_folder(shown: &str) -> Failure {
    Failure::input(format!("there is no folder {shown}"))
        .hint("pass --schemas DIR, or write a schema into schemas/<subject>/v1.avsc")
}

impl ReadCatalog {
    /// A catalog whose text could not be read: it has no schemas either.
    pub(super) fn unreadable(source: Source, finding: eventctl_core::yaml::Diagnostic) -> ReadCatalog {
        ReadCatalog {
            catalog: None,
            source,
            schemas: SchemaFolder::default(),
            schema_folder: String::new(),
            schema_path: PathBuf::new(),
            findings: vec![finding],
        }
    }
}
