//! What the registry says of versions that are to be added, beside what we say of them.
//!
//! Both judge the same thing: the version against what is registered, under the level in force. Where they differ,
//! one of the two is wrong, and that is a finding whoever it is; where one of them cannot say, that is unknown.

use super::held::HeldReference;
use super::plan::{Plan, PlanInput, VersionState};
use super::planning::label;
use super::verdict::{Earlier, Verdict, judge};
use crate::fault::Fault;

/// What the registry is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The subject.
    pub subject: String,
    /// The file's number.
    pub file: u32,
    /// The schema's text.
    pub text: String,
    /// What it refers to, by the registry's numbers.
    pub references: Vec<HeldReference>,
    /// The registry's versions in use, by number.
    pub versions: Vec<u32>,
    /// Whether the level in force counts all of them; none where it is not known.
    pub transitive: Option<bool>,
}

/// What the registry says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryVerdict {
    /// It has no version of the subject: there is nothing to compare with.
    NewSubject,
    /// It would take it.
    Compatible,
    /// It would not.
    Incompatible {
        /// Why, in its words.
        reasons: Vec<String>,
    },
    /// It cannot read the schema.
    Invalid {
        /// Why, in its words.
        reason: String,
    },
    /// It was not asked.
    NotAsked {
        /// Why not, in one sentence.
        why: String,
    },
    /// It did not say.
    Unknown {
        /// What it answered.
        fault: Fault,
    },
}

impl RegistryVerdict {
    /// The verdict as a stable word for programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            RegistryVerdict::NewSubject => "new_subject",
            RegistryVerdict::Compatible => "compatible",
            RegistryVerdict::Incompatible { .. } => "incompatible",
            RegistryVerdict::Invalid { .. } => "invalid",
            RegistryVerdict::NotAsked { .. } => "not_asked",
            RegistryVerdict::Unknown { .. } => "unknown",
        }
    }
}

impl RegistryVerdict {
    /// The sentences that go with it: the registry's own, or ours where it was not asked.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        match self {
            RegistryVerdict::NewSubject | RegistryVerdict::Compatible => Vec::new(),
            RegistryVerdict::Incompatible { reasons } => reasons.clone(),
            RegistryVerdict::Invalid { reason } => vec![reason.clone()],
            RegistryVerdict::NotAsked { why } => vec![why.clone()],
            RegistryVerdict::Unknown { fault } => vec![fault.message.clone()],
        }
    }
}

/// Whether two verdicts on the same thing agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Agreement {
    /// They do.
    Agreed,
    /// There was nothing to compare with, or nothing was asked that had to be.
    Nothing,
    /// They do not: a finding.
    Disagreed,
    /// One of them is not known.
    Unknown,
}

impl Agreement {
    /// The agreement as a stable word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Agreement::Agreed => "agreed",
            Agreement::Nothing => "nothing",
            Agreement::Disagreed => "disagreed",
            Agreement::Unknown => "unknown",
        }
    }
}

/// One version, judged twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// The subject.
    pub subject: String,
    /// The file's number.
    pub file: u32,
    /// What we say of it, against what is registered.
    pub ours: Verdict,
    /// What the registry says.
    pub theirs: RegistryVerdict,
    /// Whether the two agree.
    pub agreement: Agreement,
}

/// What a registry makes of the files: what registering them would do, and its own verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Online {
    /// What registering would do.
    pub plan: Plan,
    /// What the registry says of versions that are not registered yet.
    pub opinions: Vec<Opinion>,
}

impl Online {
    /// What the registry says of the versions of a subject.
    pub fn of(&self, subject: &str) -> impl Iterator<Item = &Opinion> {
        self.opinions.iter().filter(move |opinion| opinion.subject == subject)
    }

    /// How many versions there are on which the registry and we disagree.
    #[must_use]
    pub fn disagreements(&self) -> usize {
        self.opinions.iter().filter(|opinion| opinion.agreement == Agreement::Disagreed).count()
    }

    /// True where a version would not be registered, a level not be granted, or verdicts disagree: a finding (1).
    #[must_use]
    pub fn has_findings(&self) -> bool {
        self.plan.findings() + self.disagreements() > 0
    }

    /// How much could not be found out: where there is something, the whole is unknown (3).
    #[must_use]
    pub fn unknown(&self) -> usize {
        let unknown = self.opinions.iter().filter(|one| one.agreement == Agreement::Unknown).count();
        self.plan.unknown() + unknown
    }
}

/// What the registry is to be asked about the versions that a plan would add or refuse; and what it need not be asked.
#[must_use]
pub fn questions(input: &PlanInput<'_>, plan: &Plan) -> (Vec<Question>, Vec<Opinion>) {
    let (mut questions, mut unasked) = (Vec::new(), Vec::new());
    for subject in &plan.subjects {
        let Some(held) = input.held.subject(&subject.subject).filter(|held| held.versions.is_ok()) else {
            continue;
        };
        for planned in &subject.versions {
            let wanted = input.wanted.version(&subject.subject, planned.file);
            let (Some(version), true) = (wanted, is_asked(&planned.state)) else { continue };
            let not_asked = |theirs| Opinion {
                subject: subject.subject.clone(),
                file: planned.file,
                ours: Verdict::First,
                theirs,
                agreement: Agreement::Nothing,
            };
            if subject.new {
                unasked.push(not_asked(RegistryVerdict::NewSubject));
                continue;
            }
            let Some(references) = input.matches.references(version) else {
                let why = "it refers to a version that is not registered yet".to_owned();
                unasked.push(not_asked(RegistryVerdict::NotAsked { why }));
                continue;
            };
            let in_force = held.level.as_ref().ok().and_then(|level| level.in_force.as_ref().ok());
            questions.push(Question {
                subject: subject.subject.clone(),
                file: planned.file,
                text: version.text.clone(),
                references,
                versions: held.known().iter().map(|held| held.version).collect(),
                transitive: in_force.map(|level| level.is_transitive()),
            });
        }
    }
    (questions, unasked)
}

fn is_asked(state: &VersionState) -> bool {
    matches!(state, VersionState::Added { .. } | VersionState::Refused { .. } | VersionState::HeldBack { .. })
}

/// Puts the registry's verdict beside ours.
#[must_use]
pub fn opinion(input: &PlanInput<'_>, question: &Question, theirs: RegistryVerdict) -> Opinion {
    let ours = ours(input, question);
    let agreement = agreement(&ours, &theirs, !question.references.is_empty());
    let Question { subject, file, .. } = question;
    Opinion { subject: subject.clone(), file: *file, ours, theirs, agreement }
}

/// Our verdict on what the registry is asked: against what is registered, under the level in force.
fn ours(input: &PlanInput<'_>, question: &Question) -> Verdict {
    let unknown = |why: &str| Verdict::Unknown { why: why.to_owned() };
    let Some(held) = input.held.subject(&question.subject) else {
        return unknown("the registry was not asked");
    };
    let Some(version) = input.wanted.version(&question.subject, question.file) else {
        return unknown("there is no such file");
    };
    let level = match &held.level {
        Ok(level) => match &level.in_force {
            Ok(level) => *level,
            Err(word) => return unknown(&format!("the level in force, {word}, is none that we know")),
        },
        Err(_) => return unknown("the level in force is not known"),
    };
    let before = held.earlier(|version| label(input, &question.subject, version));
    let before: Vec<Earlier<'_>> =
        before.iter().map(|(label, schema)| Earlier { label, schema: *schema }).collect();
    judge(level, &format!("v{}", question.file), &version.schema, &before)
}

fn agreement(ours: &Verdict, theirs: &RegistryVerdict, refers: bool) -> Agreement {
    let they = match theirs {
        RegistryVerdict::NewSubject | RegistryVerdict::NotAsked { .. } => return Agreement::Nothing,
        RegistryVerdict::Unknown { .. } => return Agreement::Unknown,
        // Apicurio 2 says so of every schema that refers to others, and takes it when it is registered.
        RegistryVerdict::Invalid { .. } if refers => return Agreement::Unknown,
        RegistryVerdict::Compatible => true,
        RegistryVerdict::Incompatible { .. } | RegistryVerdict::Invalid { .. } => false,
    };
    match ours.fits() {
        // The registry's word holds, and ours is missing: what it refuses is a finding, what it takes is taken.
        None if they => Agreement::Unknown,
        None => Agreement::Disagreed,
        Some(we) if we == they => Agreement::Agreed,
        Some(_) => Agreement::Disagreed,
    }
}
