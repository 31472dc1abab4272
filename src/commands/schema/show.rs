//! `eventctl schema show`

use std::collections::BTreeSet;

use eventctl_core::name::SubjectName;
use eventctl_core::schema::parsing_form;
use eventctl_core::schemas::register::{HeldVersion, read_by_id};
use eventctl_core::schemas::{FileFindings, NamedSchema, NamedVersion, State, Version};

use super::{asking, named};
use crate::commands::{Context, SchemaDesk, SchemaFolderArgs};
use crate::failure::Failure;
use crate::flow::registrar::survey::{self, Survey};
use crate::outcome::Outcome;
use crate::registry::{Found, Registry, SubjectVersion};
use crate::render::schemas::{Asked, Shown, ShownFile, ShownHeld, ShownReference, pretty};

/// Print one schema: the newest of a subject, the version that is named, or the one of an id
///
/// `S@v3` is the file v3.avsc, `S@3` the registry's version 3: the two may differ, and both numbers are told on stderr.
/// With -v its fingerprints are told there, too.
///
/// Example: eventctl schema show agent-matched-event@v3
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The subject, and the version: agent-matched-event@v3, agent-matched-event@5
    #[arg(
        value_name = "SUBJECT[@VERSION]",
        required_unless_present = "id",
        add = crate::commands::completions::subject_names()
    )]
    schema: Option<NamedSchema>,
    /// Print the registry's schema of this id
    #[arg(long, value_name = "N", conflicts_with_all = ["schema", "offline"])]
    id: Option<u32>,
    /// Print Avro's parsing canonical form
    #[arg(long)]
    canonical: bool,
    /// Do not ask the registry
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    folder: SchemaFolderArgs,
}

pub(super) async fn run(args: &Args, cx: &Context) -> Result<Outcome, Failure> {
    let desk = cx.bare_desk(&cx.schema_folder(&args.folder)?)?;
    let Some(schema) = &args.schema else {
        let found = by_id(args.id.unwrap_or_default(), &desk, cx).await?;
        return show(&found, args.canonical, cx);
    };
    let subject = &schema.subject;
    let (asked, registry) = asking::registry(cx, args.offline)?;
    let has_files = desk.library().subject(subject.as_str()).is_some_and(|files| files.newest().is_some());
    let found = match (schema.version, &registry) {
        (Some(NamedVersion::Registered(number)), Some(registry)) => {
            registered(subject, Some(number), &desk, (registry, cx)).await?
        }
        // No file has the subject: the registry's newest version may be meant.
        (None, Some(registry)) if !has_files => registered(subject, None, &desk, (registry, cx)).await?,
        (version, registry) => {
            let files = named::subject(desk.library(), subject)?;
            let version = named::version(files, version)?;
            of_file(version, subject, &desk, (asked, registry.as_ref(), cx)).await?
        }
    };
    show(&found, args.canonical, cx)
}

/// A schema, wherever it was found.
struct FoundSchema<'a> {
    subject: Option<String>,
    file: Option<(&'a Version, State)>,
    text: String,
    references: Vec<ShownReference>,
    canonical: Result<String, String>,
    asked: Asked,
    held: Vec<ShownHeld>,
}

fn show(found: &FoundSchema<'_>, canonical: bool, cx: &Context) -> Result<Outcome, Failure> {
    let text = match (&found.canonical, canonical) {
        (Ok(canonical), true) => canonical.clone(),
        (Err(why), true) => return Err(Failure::input(format!("it has no canonical form: {why}"))),
        _ => pretty(&found.text),
    };
    let shown = Shown {
        subject: found.subject.as_deref(),
        file: found.file.map(|(version, state)| ShownFile { version, state }),
        schema: &found.text,
        text: &text,
        references: &found.references,
        canonical: found.canonical.as_deref().ok(),
        asked: &found.asked,
        held: &found.held,
    };
    for note in shown.notes() {
        cx.ui.note(note);
    }
    for detail in shown.details() {
        cx.ui.detail(detail);
    }
    cx.answer(&shown, Outcome::unknown(found.asked.is_unknown()))
}

/// A version of a file, and what it is in the registry.
async fn of_file<'a>(
    version: &'a Version,
    subject: &SubjectName,
    desk: &SchemaDesk,
    (asked, registry, cx): (Asked, Option<&Registry>, &Context),
) -> Result<FoundSchema<'a>, Failure> {
    let schema = desk.library().schema(version).map_err(|broken: Vec<FileFindings>| {
        cx.lay_out(&broken);
        Failure::rendered(String::new())
    })?;
    let (mut asked, mut held) = (asked, Vec::new());
    if let Some(registry) = registry {
        match asking::survey(desk, BTreeSet::from([subject.to_string()]), (registry, cx)).await? {
            Ok(survey) => held = of_matches(&survey, subject.as_str(), version.number),
            Err(reason) => asked = Asked::Failed { url: asking::url(registry), reason },
        }
    }
    let references = version.references.iter().map(|reference| ShownReference {
        name: reference.name.clone(),
        subject: reference.subject.to_string(),
        version: reference.version,
    });
    Ok(FoundSchema {
        subject: Some(subject.to_string()),
        file: Some((version, desk.lock().map_or(State::Unreadable, |lock| lock.state(subject, version)))),
        text: version.source.text.clone(),
        references: references.collect(),
        canonical: Ok(parsing_form(&schema)),
        asked,
        held,
    })
}

fn of_matches(survey: &Survey, subject: &str, file: u32) -> Vec<ShownHeld> {
    let Some(found) = survey.matches.file(subject, file) else { return Vec::new() };
    let all =
        found.held.iter().map(|held| (held, false)).chain(found.deleted.iter().map(|held| (held, true)));
    all.map(|(held, deleted)| ShownHeld {
        subject: subject.to_owned(),
        version: held.version,
        id: held.id,
        deleted,
        files: survey.matches.files_of(subject, held.version),
    })
    .collect()
}

/// A version of the registry's; the newest where none is named.
async fn registered(
    subject: &SubjectName,
    number: Option<u32>,
    desk: &SchemaDesk,
    (registry, cx): (&Registry, &Context),
) -> Result<FoundSchema<'static>, Failure> {
    let (survey, version) = asking::held_version(subject, number, desk, (registry, cx)).await?;
    let in_use = survey
        .held
        .subject(subject.as_str())
        .is_some_and(|held| held.known().iter().any(|known| known.version == version.version));
    let (name, number) = (subject.to_string(), version.version);
    let shown = ShownHeld {
        subject: name.clone(),
        version: number,
        id: version.id,
        deleted: !in_use,
        files: survey.matches.files_of(&name, number),
    };
    Ok(FoundSchema {
        subject: Some(name),
        file: None,
        references: references(&version),
        canonical: version.schema.as_ref().map(parsing_form).map_err(Clone::clone),
        text: version.text,
        asked: Asked::Yes { url: asking::url(registry) },
        held: vec![shown],
    })
}

fn references(version: &HeldVersion) -> Vec<ShownReference> {
    let shown = version.references.iter().map(|reference| ShownReference {
        name: reference.name.clone(),
        subject: reference.subject.clone(),
        version: reference.version,
    });
    shown.collect()
}

/// The schema of an id, with the versions that have it.
async fn by_id(id: u32, desk: &SchemaDesk, cx: &Context) -> Result<FoundSchema<'static>, Failure> {
    let registry = asking::needed_registry(cx)?;
    let read = async { Ok((registry.schema_by_id(id).await?, registry.versions_of_id(id).await)) };
    let (schema, versions) = cx.stop.or(read).await?;
    let Found::Here(schema) = schema else {
        return Err(Failure::input(format!("the registry has no schema of id {id}")));
    };
    // Old servers cannot tell who has an id.
    let versions: Vec<SubjectVersion> = versions.ok().and_then(Found::here).unwrap_or_default();
    let subjects: BTreeSet<String> = versions.iter().map(|version| version.subject.clone()).collect();
    let survey =
        if subjects.is_empty() { None } else { asking::survey(desk, subjects, (&registry, cx)).await?.ok() };
    let held = versions.iter().map(|version| ShownHeld {
        subject: version.subject.clone(),
        version: version.version,
        id,
        deleted: false,
        files: survey
            .as_ref()
            .map(|survey| survey.matches.files_of(&version.subject, version.version))
            .unwrap_or_default(),
    });
    let content = survey::received(&schema);
    let needed = survey::needed(&registry, &content);
    let read = read_by_id(id, &content, &cx.stop.or(async { Ok(needed.await) }).await?);
    Ok(FoundSchema {
        subject: None,
        file: None,
        references: references(&read),
        canonical: read.schema.as_ref().map(parsing_form).map_err(Clone::clone),
        text: read.text,
        asked: Asked::Yes { url: asking::url(&registry) },
        held: held.collect(),
    })
}
