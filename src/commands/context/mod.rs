//! What every command is handed: the settings, the catalog, the cluster, the terminal and the time, each made when it
//! is first asked for, so that a command without a cluster needs no settings at all.

mod policy;
mod ranges;
mod reading;
mod schemas;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use eventctl_core::catalog::{self, Catalog, Environment, SchemaFiles};
use eventctl_core::risk::Risk;
use eventctl_core::secret::Opened;
use eventctl_core::settings::{BOOTSTRAP_SERVERS, Flags, Origin, Settings};
use eventctl_core::yaml::{Diagnostic, SIZE_LIMIT, Source};
use jiff::Timestamp;

pub use reading::subjects;
pub use schemas::{SchemaDesk, SchemaFolderArgs, check};

use crate::failure::{Failure, Kind};
use crate::files::{self, SchemaFolder};
use crate::http;
use crate::kafka::cluster::Cluster;
use crate::kafka::connect::ConnectOptions;
use crate::outcome::Outcome;
use crate::registry::Registry;
use crate::render::diagnostics;
use crate::render::report::Report;
use crate::settings::{self, LoadError, Loaded, Surroundings};
use crate::stop::Stop;
use crate::ui::{Terminal, Ui};

/// The largest catalog that is read, in bytes; the YAML reader has its own limits on what it expands to.
const CATALOG_LIMIT: u64 = SIZE_LIMIT as u64;

/// Flags of commands that ask before they change something.
#[derive(Debug, clap::Args)]
pub struct ConsentArgs {
    /// Do not ask: the plan was seen. Not enough on a protected context
    #[arg(long)]
    pub yes: bool,
    /// Accept these risks of the plan, by name
    #[arg(long, value_name = "RISK,…", value_delimiter = ',', value_parser = risk())]
    pub allow: Vec<Risk>,
    /// Consent to changes of this protected context
    #[arg(long, value_name = "NAME", add = super::completions::context_names())]
    pub confirm_context: Option<String>,
}

/// Reads a risk by name; help and errors list them all, and so does completion.
fn risk() -> impl TypedValueParser<Value = Risk> {
    PossibleValuesParser::new(Risk::ALL.map(Risk::name)).try_map(|name| name.parse::<Risk>())
}

/// What a command is handed.
pub struct Context {
    /// Where it prints.
    pub ui: Ui,
    /// What stops it.
    pub stop: Stop,
    /// The machine around it: variables, folders.
    pub around: Surroundings,
    flags: Flags,
    loaded: OnceCell<Loaded>,
    cluster: OnceCell<Cluster>,
}

/// A catalog file that was read, with everything that was found about it.
pub struct ReadCatalog {
    /// The catalog; none where there are errors among the findings.
    pub catalog: Option<Catalog>,
    /// Its text, for excerpts, under the name it is shown by.
    pub source: Source,
    /// The schema files it may refer to.
    pub schemas: SchemaFolder,
    /// The path of their folder as it is shown.
    pub schema_folder: String,
    /// The path of their folder.
    pub schema_path: PathBuf,
    /// Errors and warnings by position.
    pub findings: Vec<Diagnostic>,
}

impl Context {
    /// A context for one command.
    #[must_use]
    pub fn new(flags: Flags, around: Surroundings, ui: Ui, stop: Stop) -> Self {
        Context { ui, stop, around, flags, loaded: OnceCell::new(), cluster: OnceCell::new() }
    }

    /// A context with settings that were read before.
    #[must_use]
    pub fn of(loaded: Loaded, around: Surroundings, ui: Ui, stop: Stop) -> Self {
        let loaded = OnceCell::from(loaded);
        Context { ui, stop, around, flags: Flags::default(), loaded, cluster: OnceCell::new() }
    }

    /// The settings and what they were read from.
    ///
    /// # Errors
    /// Every file that cannot be used, laid out with its excerpts, or what does not add up (2).
    pub fn loaded(&self) -> Result<&Loaded, Failure> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        let known = crate::kafka::known_settings();
        let loaded = settings::load(self.flags.clone(), &self.around, Some(known));
        let loaded = loaded.map_err(|error| self.explain(error))?;
        Ok(self.loaded.get_or_init(|| loaded))
    }

    /// The settings.
    ///
    /// # Errors
    /// As `loaded`.
    pub fn settings(&self) -> Result<&Settings, Failure> {
        Ok(&self.loaded()?.settings)
    }

    /// Lays out why there are no settings.
    #[must_use]
    pub fn explain(&self, error: LoadError) -> Failure {
        match error {
            LoadError::Failure(failure) => failure,
            LoadError::Files(files) => {
                let colour = self.ui.colours_stderr();
                let text = files.iter().map(|file| diagnostics::layout(&file.source, &file.findings, colour));
                Failure::rendered(text.collect())
            }
        }
    }

    /// The time. Commands take it once and pass it down.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Context::clock()
    }

    /// The time, for what goes on and looks at it again and again.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    pub fn clock() -> Timestamp {
        Timestamp::now()
    }

    /// How long one exchange with a cluster or registry may take.
    ///
    /// # Errors
    /// As `loaded`.
    pub fn timeout(&self) -> Result<Duration, Failure> {
        Ok(self.settings()?.timeout.value)
    }

    /// The catalog's path as the settings have it, and whether somebody named it.
    ///
    /// # Errors
    /// As `loaded`.
    pub fn catalog_path(&self) -> Result<(PathBuf, bool), Failure> {
        let catalog = &self.settings()?.catalog;
        let named = !matches!(catalog.origin, Origin::Default);
        Ok((self.around.directory().join(&catalog.value), named))
    }

    /// The catalog's path, where there is a file.
    ///
    /// # Errors
    /// `Input` where there is none.
    pub fn existing_catalog(&self) -> Result<PathBuf, Failure> {
        let (path, _) = self.catalog_path()?;
        if files::exists(&path) {
            return Ok(path);
        }
        Err(Failure::input(format!("there is no catalog at {}", self.shown(&path)))
            .hint("pass --catalog FILE, or begin with `eventctl topics export > topics.yaml`"))
    }

    /// Reads the catalog, which must be there and without errors; warnings are shown.
    ///
    /// # Errors
    /// All its errors at once, laid out (2).
    pub fn catalog(&self) -> Result<Catalog, Failure> {
        let read = self.read_catalog(&self.existing_catalog()?)?;
        match read.catalog {
            Some(catalog) => {
                self.ui.findings(&read.source, &read.findings);
                Ok(catalog)
            }
            None => Err(Failure::rendered(diagnostics::layout(
                &read.source,
                &read.findings,
                self.ui.colours_stderr(),
            ))
            .hint("see all of it with `eventctl check`")),
        }
    }

    /// Reads the catalog if there is one, for commands that can do without; a catalog that was named must be there and
    /// without errors, one that was found may be neither.
    ///
    /// # Errors
    /// As `catalog`, for a catalog that was named.
    pub fn catalog_if_any(&self) -> Result<Option<Catalog>, Failure> {
        let (path, named) = self.catalog_path()?;
        if named {
            return self.catalog().map(Some);
        }
        if !files::exists(&path) {
            return Ok(None);
        }
        let read = self.read_catalog(&path)?;
        if read.catalog.is_none() {
            self.ui.warn(format!("{} has errors and is left aside: eventctl check", read.source.name));
        }
        Ok(read.catalog)
    }

    /// Reads the catalog if there is one, for commands that rely on what it says: its limits, and which cluster is meant.
    /// One that cannot be read is no catalog that may be left aside then.
    ///
    /// # Errors
    /// As `catalog`, for a catalog that is there or was named.
    pub fn catalog_if_there(&self) -> Result<Option<Catalog>, Failure> {
        let (path, named) = self.catalog_path()?;
        if named || files::exists(&path) { self.catalog().map(Some) } else { Ok(None) }
    }

    /// Reads a catalog file with everything that is found about it; what to make of that is the caller's.
    ///
    /// # Errors
    /// `Input` where the file or its schema folder cannot be read.
    pub fn read_catalog(&self, path: &Path) -> Result<ReadCatalog, Failure> {
        self.read_catalog_with(path, None)
    }

    /// The same, with the schema files of a folder that the catalog does not name.
    ///
    /// # Errors
    /// As `read_catalog`.
    pub fn read_catalog_with(&self, path: &Path, folder: Option<&Path>) -> Result<ReadCatalog, Failure> {
        let name = self.shown(path);
        let bytes = files::read(path, CATALOG_LIMIT)?;
        let source = match Source::from_bytes(&name, &bytes) {
            Ok(source) => source,
            Err(finding) => {
                let source = Source::new(&name, &String::from_utf8_lossy(&bytes));
                return Ok(ReadCatalog::unreadable(source, finding));
            }
        };
        let schema_path = match folder {
            Some(folder) => self.around.directory().join(folder),
            None => path.parent().unwrap_or(Path::new(".")).join(catalog::schema_folder(&source)),
        };
        // A catalog without events needs no folder; one with events is told which of its files are missing.
        let schemas = if files::exists(&schema_path) {
            files::list_schemas(&schema_path)?
        } else {
            SchemaFolder::default()
        };
        let known = SchemaFiles { subjects: schemas.subjects.clone() };
        let schema_folder = self.shown(&schema_path);
        self.ui.detail(format!("catalog {name}, schemas in {schema_folder}"));
        let catalog::Loaded { catalog, findings } = catalog::load(&source, Some(&known));
        Ok(ReadCatalog { catalog, source, schemas, schema_folder, schema_path, findings })
    }

    /// A path as it is shown: below the working directory without it.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(self.around.directory()).unwrap_or(path).to_string_lossy().into_owned()
    }

    /// The catalog's environment that the context chooses.
    ///
    /// # Errors
    /// `Input` where the catalog has no environment of that name.
    pub fn environment<'a>(&self, catalog: &'a Catalog) -> Result<&'a Environment, Failure> {
        let chosen = self.settings()?.environment.as_ref();
        catalog.environment(chosen.map(|chosen| chosen.value.as_str())).map_err(|error| {
            let origin = chosen.map_or(String::new(), |chosen| format!(", which {} chooses", chosen.origin));
            let failure = Failure::input(format!("{error}{origin}"));
            match &error.near {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure.hint("correct `environment` of the context, or add it to the catalog"),
            }
        })
    }

    /// How the cluster is reached, with every secret looked up.
    ///
    /// # Errors
    /// `Input` where no brokers are named or a secret cannot be found.
    pub fn connect_options(&self) -> Result<ConnectOptions, Failure> {
        let settings = self.settings()?;
        let found = settings::client_settings(settings, &self.around)?;
        let brokers = settings.brokers.iter().flat_map(|brokers| brokers.value.addresses());
        let mut options = ConnectOptions {
            brokers: brokers.map(ToString::to_string).collect(),
            settings: found.into_iter().filter(|(name, _)| name != BOOTSTRAP_SERVERS).collect(),
            timeout: settings.timeout.value,
        };
        if self.ui.style().verbose > 2 && !settings.kafka.contains_key("debug") {
            options.settings.push(("debug".to_owned(), Opened::Plain("broker,security,admin".to_owned())));
        }
        Ok(options)
    }

    /// The registry, if one is named. Nothing is asked of it yet.
    ///
    /// # Errors
    /// `Input` where a secret or a certificate cannot be used.
    pub fn registry(&self) -> Result<Option<Registry>, Failure> {
        let settings = self.settings()?;
        let Some(access) = settings::registry_access(settings, &self.around)? else { return Ok(None) };
        let options = http::Options {
            timeout: settings.timeout.value,
            extra_ca: access.extra_ca.clone(),
            credentials: access.credentials.clone(),
            identity: access.identity.clone(),
            ..http::Options::default()
        };
        let registry = Registry::new(&access.urls, options);
        registry.map(Some).map_err(|error| Failure::input(error.to_string()))
    }

    /// The cluster. Nothing is asked of it yet.
    ///
    /// # Errors
    /// `Input` for settings that cannot be used.
    pub fn cluster(&self) -> Result<Cluster, Failure> {
        if let Some(cluster) = self.cluster.get() {
            return Ok(cluster.clone());
        }
        let options = self.connect_options()?;
        if let Some(brokers) = &self.settings()?.brokers {
            self.ui.detail(format!("brokers {} ({})", brokers.value, brokers.origin));
        }
        let cluster = Cluster::connect(&options)?;
        Ok(self.cluster.get_or_init(|| cluster).clone())
    }

    /// Shows what the client logged, where `-vv` asks for it; when a command has ended.
    pub fn show_log(&self) {
        if let (Some(cluster), 2..) = (self.cluster.get(), self.ui.style().verbose) {
            for line in cluster.recent_log() {
                self.ui.detail(line);
            }
        }
    }

    /// Prints the answer of a command that only reads, and ends with what it found out: a reader who has gone does not
    /// turn drift or an error into 0.
    ///
    /// # Errors
    /// `Machine` where stdout cannot be written.
    pub fn answer<R: Report>(&self, report: &R, outcome: Outcome) -> Result<Outcome, Failure> {
        match self.ui.show(report) {
            Err(failure) if failure.kind() != Kind::BrokenPipe => Err(failure),
            _ => Ok(outcome),
        }
    }

    /// The terminal, to be asked on.
    #[must_use]
    pub fn terminal(&self) -> Terminal {
        Terminal::new(self.stop.clone())
    }
}
