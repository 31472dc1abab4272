//! How a plan is made: one walk over all versions in an order in which each follows what it depends on.

use std::collections::BTreeMap;

use super::held::{HeldSubject, name};
use super::level::{self, LevelChange, LevelPlan};
use super::matching::Match;
use super::plan::{
    Addition, AdditionReference, Because, Plan, PlanInput, Step, SubjectPlan, Unknown, VersionPlan,
    VersionState,
};
use super::verdict::{Earlier, Verdict, judge};
use super::wanted::WantedVersion;
use crate::catalog::Compatibility;
use crate::fault::Fault;
use crate::human;
use crate::schema::{Schema, parsing_form, same};
use crate::schemas::State;

/// Makes the plan.
#[must_use]
pub fn plan(input: &PlanInput<'_>) -> Plan {
    let mut planner = Planner { input, steps: Vec::new(), subjects: BTreeMap::new() };
    for (subject, file) in &input.matches.order {
        planner.visit(subject, *file);
    }
    for (subject, file) in &input.matches.circular {
        let reason = format!("v{file} refers to itself through others");
        planner.hold_back(subject, *file, Because::Finding, reason);
    }
    planner.finish()
}

struct Planner<'a> {
    input: &'a PlanInput<'a>,
    steps: Vec<Step>,
    subjects: BTreeMap<&'a str, Subject<'a>>,
}

/// A subject on its way.
struct Subject<'a> {
    held: Option<&'a HeldSubject>,
    plan: SubjectPlan,
    /// The level by which versions are judged; why there is none.
    judged_by: Result<Compatibility, String>,
    /// Versions that will stand before the next one, in the registry's order.
    before: Vec<(String, Result<&'a Schema, &'a str>)>,
    /// Files that are to be added, by their canonical forms.
    added: BTreeMap<String, Vec<&'a WantedVersion>>,
    /// The level that is to be set behind the first version.
    later: Option<LevelChange>,
    /// The file that holds back those behind it.
    stopped: Option<(u32, Because)>,
}

impl<'a> Planner<'a> {
    fn visit(&mut self, subject: &'a str, file: u32) {
        if !self.input.wanted.chosen.contains(subject) {
            return;
        }
        if file == 0 {
            let mut begun = self.begin(subject);
            if let LevelPlan::Set(change) = &begun.plan.level {
                // Apicurio takes NONE only for a subject that it has. Nothing asks for less than NONE, so that the
                // first version may go before it.
                if begun.plan.new && change.to == Compatibility::None {
                    begun.later = Some(change.clone());
                } else {
                    self.steps.push(Step::Level(change.clone()));
                }
            }
            self.subjects.insert(subject, begun);
            return;
        }
        let Some(version) = self.input.wanted.version(subject, file) else { return };
        let state = self.state(subject, version);
        let Some(entry) = self.subjects.get_mut(subject) else { return };
        match &state {
            VersionState::Added { .. } => {
                self.steps.push(Step::Version(addition(self.input, subject, version)));
                self.steps.extend(entry.later.take().map(Step::Level));
                entry.before.push((format!("v{file}"), Ok(&version.schema)));
                entry.added.entry(parsing_form(&version.schema)).or_default().push(version);
            }
            VersionState::Refused { .. } => entry.stopped = Some((file, Because::Finding)),
            VersionState::HeldBack { because, .. } if entry.stopped.is_none() => {
                entry.stopped = Some((file, *because));
            }
            _ => {}
        }
        entry.plan.versions.push(VersionPlan { file, state });
    }

    fn begin(&self, subject: &'a str) -> Subject<'a> {
        let input = self.input;
        let declared = input.declared.get(subject).copied();
        let held = input.held.subject(subject);
        let readable = held.filter(|held| held.versions.is_ok());
        let level = readable.map_or(LevelPlan::LeftAlone, |held| level::plan(subject, declared, &held.level));
        let judged_by = match (input.judged_by, held) {
            (Some(tried), _) => Ok(tried),
            (None, Some(held)) => judged_by(&level, held),
            (None, None) => Err("the registry was not asked".to_owned()),
        };
        let plan = SubjectPlan {
            subject: subject.to_owned(),
            declared,
            in_force: held.and_then(|held| held.level.clone().ok()),
            new: readable.is_some_and(|held| held.known().is_empty()),
            deleted: readable.is_some_and(is_deleted),
            unknown: unknown(held, &level).into_iter().collect(),
            level,
            versions: Vec::new(),
            notes: held.map(|held| notes(input, subject, held)).unwrap_or_default(),
        };
        Subject {
            held,
            plan,
            judged_by,
            before: held
                .map(|held| held.earlier(|version| label(input, subject, version)))
                .unwrap_or_default(),
            added: BTreeMap::new(),
            later: None,
            stopped: None,
        }
    }

    fn state(&self, subject: &str, version: &WantedVersion) -> VersionState {
        let held_back = |because, reason| VersionState::HeldBack { because, reason };
        let Some(entry) = self.subjects.get(subject) else {
            return held_back(Because::Unknown, "the registry was not asked about its subject".to_owned());
        };
        let file = version.number;
        if entry.held.is_none_or(|held| held.versions.is_err()) {
            return held_back(Because::Unknown, "the subject's versions could not be read".to_owned());
        }
        if let Some(found) = self.input.matches.registered(subject, file) {
            return VersionState::Registered(found);
        }
        if let Some(earlier) = entry.same_as(version) {
            return VersionState::SameAs { file: earlier };
        }
        if overtaken(self.input, subject, file).is_some() {
            return VersionState::LeftOut;
        }
        if let Some(changed) = self.changed(subject) {
            let reason = if changed == file {
                "its file is not what schemas.lock says: a locked version never changes".to_owned()
            } else {
                // What the changed file was is registered perhaps, and would be overtaken unseen.
                format!("v{changed} is not what schemas.lock says: until it is, nothing goes to this subject")
            };
            return held_back(Because::Finding, reason);
        }
        if let Some((before, because)) = entry.stopped {
            let reason = match because {
                Because::Finding => format!("v{before} before it is not registered"),
                Because::Unknown => format!("it is not known what becomes of v{before} before it"),
            };
            return held_back(because, reason);
        }
        if let Some(state) = self.missing_reference(version) {
            return state;
        }
        if matches!(entry.plan.level, LevelPlan::Unknown { .. }) {
            let reason = "the declared level cannot be compared with the one in force".to_owned();
            return held_back(Because::Unknown, reason);
        }
        match entry.verdict(version) {
            Verdict::Incompatible { reasons } => VersionState::Refused { reasons },
            verdict => VersionState::Added { verdict },
        }
    }

    /// The first version of a subject whose file is not what the lock says.
    fn changed(&self, subject: &str) -> Option<u32> {
        let versions = self.input.wanted.subjects.get(subject)?;
        versions.iter().find(|version| version.state == State::Changed).map(|version| version.number)
    }

    /// What holds a version back that refers to something which is not registered and is not going to be.
    fn missing_reference(&self, version: &WantedVersion) -> Option<VersionState> {
        version.references.iter().find_map(|reference| {
            let (subject, file) = (reference.subject.as_str(), reference.file);
            if self.input.matches.registered(subject, file).is_some() {
                return None;
            }
            let target = format!("{subject} v{file}");
            let held = self.input.held.subject(subject);
            if held.is_none_or(|held| held.versions.is_err()) {
                let reason = format!("it refers to {target}, and that subject's versions could not be read");
                return Some(VersionState::HeldBack { because: Because::Unknown, reason });
            }
            if !self.input.wanted.chosen.contains(subject) {
                let reason = format!("it refers to {target}, which is not registered: name {subject} too");
                return Some(VersionState::HeldBack { because: Because::Finding, reason });
            }
            let planned = self.subjects.get(subject).map_or(&[][..], |entry| &entry.plan.versions);
            let because = match planned.iter().find(|planned| planned.file == file).map(|found| &found.state)
            {
                Some(
                    VersionState::Registered(_) | VersionState::SameAs { .. } | VersionState::Added { .. },
                ) => {
                    return None;
                }
                Some(VersionState::HeldBack { because, .. }) => *because,
                Some(VersionState::Refused { .. } | VersionState::LeftOut) | None => Because::Finding,
            };
            let reason = format!("it refers to {target}, which is not registered");
            Some(VersionState::HeldBack { because, reason })
        })
    }

    fn hold_back(&mut self, subject: &'a str, file: u32, because: Because, reason: String) {
        if let Some(entry) = self.subjects.get_mut(subject) {
            entry.plan.versions.push(VersionPlan { file, state: VersionState::HeldBack { because, reason } });
        }
    }

    fn finish(mut self) -> Plan {
        let later = self.subjects.values_mut().filter_map(|entry| entry.later.take());
        self.steps.extend(later.map(Step::Level));
        let mut subjects: Vec<SubjectPlan> = self.subjects.into_values().map(|entry| entry.plan).collect();
        for subject in &mut subjects {
            subject.versions.sort_by_key(|version| version.file);
        }
        let PlanInput { registry, normalize, .. } = *self.input;
        Plan { registry: registry.to_owned(), normalize, subjects, steps: self.steps }
    }
}

impl Subject<'_> {
    /// The file to be added that says what this one says.
    fn same_as(&self, version: &WantedVersion) -> Option<u32> {
        let candidates = self.added.get(&parsing_form(&version.schema))?;
        let is = |added: &&&WantedVersion| {
            added.references == version.references && same(&added.schema, &version.schema)
        };
        candidates.iter().find(is).map(|added| added.number)
    }

    fn verdict(&self, version: &WantedVersion) -> Verdict {
        let level = match &self.judged_by {
            Ok(level) => *level,
            Err(why) => return Verdict::Unknown { why: why.clone() },
        };
        let before: Vec<Earlier<'_>> =
            self.before.iter().map(|(label, schema)| Earlier { label, schema: *schema }).collect();
        judge(level, &format!("v{}", version.number), &version.schema, &before)
    }
}

/// What could not be found out about a subject.
fn unknown(held: Option<&HeldSubject>, level: &LevelPlan) -> Option<Unknown> {
    let of =
        |text: &str, fault: Option<&Fault>| Some(Unknown { text: text.to_owned(), fault: fault.cloned() });
    let Some(held) = held else { return of("the registry was not asked about it", None) };
    match (&held.versions, level, &held.level) {
        (Err(fault), ..) => of("its versions could not be read", Some(fault)),
        (Ok(_), LevelPlan::Unknown { why, fault }, _) => of(why, fault.as_ref()),
        (Ok(_), LevelPlan::LeftAlone, Err(fault)) => {
            of("its level could not be read, so that only the registry judges", Some(fault))
        }
        _ => None,
    }
}

/// The level that will be in force once the plan was carried out.
fn judged_by(plan: &LevelPlan, held: &HeldSubject) -> Result<Compatibility, String> {
    match (plan, &held.level) {
        (LevelPlan::Set(change), _) => Ok(change.to),
        (_, Ok(level)) => {
            level.in_force.clone().map_err(|word| format!("the level in force, {word}, is none that we know"))
        }
        (_, Err(_)) => Err("the level in force is not known".to_owned()),
    }
}

/// What people call a version of the registry: the file that it is, where there is one.
pub(super) fn label(input: &PlanInput<'_>, subject: &str, version: u32) -> String {
    match input.matches.files_of(subject, version).first() {
        Some(file) => format!("v{file}"),
        None => format!("the registry's version {version}"),
    }
}

/// What is registered and came after this file, which is not: added now, it would become the registry's newest. That is
/// a later file, or a version that the registry took after the one this file once was, whatever its file says by now.
fn overtaken(input: &PlanInput<'_>, subject: &str, file: u32) -> Option<String> {
    let versions = input.wanted.subjects.get(subject)?;
    let registered = |version: &WantedVersion| input.matches.registered(subject, version.number);
    // A file that says what one before this one says overtakes nobody.
    let before: Vec<_> =
        versions.iter().filter(|version| version.number < file).filter_map(registered).collect();
    let behind = versions.iter().filter(|version| version.number > file);
    let mut behind =
        behind.filter(|version| registered(version).is_some_and(|found| !before.contains(&found)));
    if let Some(behind) = behind.next() {
        return Some(format!("v{}", behind.number));
    }
    let deleted = input.matches.file(subject, file)?.deleted.last()?.version;
    let mut later = input.held.subject(subject)?.known().iter().map(|held| held.version);
    let later = later.find(|later| *later > deleted && before.iter().all(|found| found.version != *later))?;
    Some(label(input, subject, later))
}

/// True where no version is in use, and some were softly deleted.
fn is_deleted(held: &HeldSubject) -> bool {
    held.known().is_empty() && !held.deleted_numbers().is_empty()
}

/// What is worth knowing about what the registry holds of a subject.
pub(super) fn notes(input: &PlanInput<'_>, subject: &str, held: &HeldSubject) -> Vec<String> {
    let mut notes = Vec::new();
    if held.unread > 0 {
        notes.push(format!("{} older versions of the registry are too many to be read", held.unread));
    }
    if is_deleted(held) {
        let deleted = versions_of_registry(&held.deleted_numbers());
        notes.push(format!(
            "all that the registry had was softly deleted: {deleted}; what is added follows it"
        ));
    }
    let strangers: Vec<u32> = held
        .known()
        .iter()
        .map(|held| held.version)
        .filter(|version| input.matches.files_of(subject, *version).is_empty())
        .collect();
    if !strangers.is_empty() {
        notes.push(format!("not in the files: {}", versions_of_registry(&strangers)));
    }
    for held in held.known() {
        if let Err(why) = &held.schema {
            notes.push(format!("{}: {why}", name(subject, held.version)));
        }
    }
    // The file with the registry's highest number so far, and that number.
    let mut highest: Option<(u32, u32)> = None;
    for version in input.wanted.subjects.get(subject).map(Vec::as_slice).unwrap_or_default() {
        let file = version.number;
        let Some(found) = input.matches.file(subject, file) else { continue };
        match found.held.first() {
            None => notes.extend(unregistered(input, (subject, file), found.deleted.last())),
            Some(first) => notes.extend(registered(input, (subject, file), first.version, &mut highest)),
        }
        if let (Some(first), true) = (found.held.first(), found.by_lookup) {
            let number = first.version;
            notes.push(format!(
                "the registry takes v{file} for its version {number}, which says it otherwise"
            ));
        }
    }
    notes
}

/// What is worth knowing about a file that is no version in use.
fn unregistered(
    input: &PlanInput<'_>,
    (subject, file): (&str, u32),
    deleted: Option<&Match>,
) -> Option<String> {
    if let Some(behind) = overtaken(input, subject, file) {
        return Some(format!(
            "v{file} is left out: {behind} behind it is registered, and it would become the registry's newest; to have \
             it all the same, write it as the next file"
        ));
    }
    let number = deleted?.version;
    Some(format!(
        "v{file} was softly deleted as the registry's version {number}: adding it makes a new version"
    ))
}

/// What is worth knowing about a file that is a version in use.
fn registered(
    input: &PlanInput<'_>,
    (subject, file): (&str, u32),
    number: u32,
    highest: &mut Option<(u32, u32)>,
) -> Option<String> {
    let twin = input.matches.files_of(subject, number).into_iter().find(|other| *other < file);
    if let Some(twin) = twin {
        return Some(format!("v{file} says what v{twin} says: both are the registry's version {number}"));
    }
    if let Some((other, version)) = highest.filter(|(_, version)| number < *version) {
        let text = format!("v{file} is the registry's version {number}, v{other} its version {version}");
        return Some(format!("out of order: {text}"));
    }
    *highest = Some((file, number));
    None
}

fn versions_of_registry(versions: &[u32]) -> String {
    let noun = if versions.len() == 1 { "version" } else { "versions" };
    format!("the registry's {noun} {}", human::list(versions, 10))
}

fn addition(input: &PlanInput<'_>, subject: &str, version: &WantedVersion) -> Addition {
    let references = version.references.iter().map(|reference| AdditionReference {
        name: reference.name.clone(),
        subject: reference.subject.clone(),
        file: reference.file,
        registered: input.matches.registered(&reference.subject, reference.file).map(|found| found.version),
    });
    Addition {
        subject: subject.to_owned(),
        file: version.number,
        text: version.text.clone(),
        references: references.collect(),
    }
}
