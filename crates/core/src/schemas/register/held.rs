//! What a registry holds of the subjects that are looked at.
//!
//! The caller asks and hands over the answers as [`Answers`]; here the texts become schemas, each with the ones it
//! refers to. A version that is no Avro schema, or that cannot be read, stays in its place: it has a number and an id,
//! and nothing is known of what it says.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Compatibility;
use crate::fault::Fault;
use crate::schema::{DOCUMENTS_LIMIT, Schema, parse};
use crate::yaml::Source;

/// A reference as a registry holds it: the version is the registry's number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldReference {
    /// The full name of the type.
    pub name: String,
    /// The subject that defines it.
    pub subject: String,
    /// That subject's version.
    pub version: u32,
}

/// What a version says, as the registry gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Its text.
    pub text: String,
    /// The language, where it is another one than Avro.
    pub foreign: Option<String>,
    /// The versions it refers to.
    pub references: Vec<HeldReference>,
}

/// A version with its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionAnswer {
    /// Its number in the registry.
    pub version: u32,
    /// Its schema's id.
    pub id: u32,
    /// What it says.
    pub content: Content,
}

/// What was answered about one subject. A subject without versions is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectAnswers {
    /// The versions in use, in the order of their numbers.
    pub versions: Result<Vec<VersionAnswer>, Fault>,
    /// How many older versions in use there are, which were not read because they are too many.
    pub unread: usize,
    /// Those that were softly deleted; empty where they could not be told, which changes no decision.
    pub deleted: Vec<VersionAnswer>,
    /// The numbers of further ones, which are told but not given: Apicurio does so once no version is left in use.
    pub withheld: Vec<u32>,
    /// The level.
    pub level: Result<HeldLevel, Fault>,
}

/// Everything that was answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// The subjects that were asked for.
    pub subjects: BTreeMap<String, SubjectAnswers>,
    /// Versions that others refer to and that are not among the subjects' own.
    pub referenced: BTreeMap<(String, u32), Content>,
}

/// The level of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldLevel {
    /// The level by which the next version will be judged; the registry's word where we do not know it.
    pub in_force: Result<Compatibility, String>,
    /// Where it comes from.
    pub origin: LevelOrigin,
}

/// Where a level comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LevelOrigin {
    /// It was set for the subject.
    Subject,
    /// None was set for the subject: it is the registry's default.
    Default,
    /// The registry says NONE, as it does whether or not NONE was set, and enforces its default.
    DefaultBehindNone,
}

impl HeldLevel {
    /// A level that was set for the subject.
    #[must_use]
    pub fn of_subject(level: Compatibility) -> Self {
        HeldLevel { in_force: Ok(level), origin: LevelOrigin::Subject }
    }

    /// The registry's default.
    #[must_use]
    pub fn of_default(level: Compatibility) -> Self {
        HeldLevel { in_force: Ok(level), origin: LevelOrigin::Default }
    }

    /// The registry's default, where the subject reads NONE.
    #[must_use]
    pub fn behind_none(default: Compatibility) -> Self {
        HeldLevel { in_force: Ok(default), origin: LevelOrigin::DefaultBehindNone }
    }

    /// The level in force as the registry names it.
    #[must_use]
    pub fn word(&self) -> &str {
        match &self.in_force {
            Ok(level) => level.as_str(),
            Err(word) => word,
        }
    }
}

impl LevelOrigin {
    /// The origin as a stable word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            LevelOrigin::Subject => "subject",
            LevelOrigin::Default => "default",
            LevelOrigin::DefaultBehindNone => "default_behind_none",
        }
    }

    /// The origin in words that follow a level.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            LevelOrigin::Subject => "set for the subject",
            LevelOrigin::Default => "the registry's default",
            LevelOrigin::DefaultBehindNone => {
                "the registry's default; of the subject itself it only reads NONE"
            }
        }
    }
}

/// A version that the registry holds.
#[derive(Debug, Clone)]
pub struct HeldVersion {
    /// Its number in the registry.
    pub version: u32,
    /// Its schema's id.
    pub id: u32,
    /// Its text, as the registry gave it.
    pub text: String,
    /// The versions it refers to.
    pub references: Vec<HeldReference>,
    /// What it says; why it cannot be read where that is so.
    pub schema: Result<Schema, String>,
}

/// One subject.
#[derive(Debug, Clone)]
pub struct HeldSubject {
    /// The versions in use by number; empty where the subject is new.
    pub versions: Result<Vec<HeldVersion>, Fault>,
    /// How many older versions in use there are, of which nothing is known.
    pub unread: usize,
    /// Those that were softly deleted, by number.
    pub deleted: Vec<HeldVersion>,
    /// The numbers of further ones, of which nothing is known.
    pub withheld: Vec<u32>,
    /// The level.
    pub level: Result<HeldLevel, Fault>,
}

impl HeldSubject {
    /// The versions in use; none where they are unknown.
    #[must_use]
    pub fn known(&self) -> &[HeldVersion] {
        self.versions.as_deref().unwrap_or_default()
    }

    /// What people call the versions in use, and what they say, in the registry's order.
    pub(super) fn earlier(&self, label: impl Fn(u32) -> String) -> Vec<(String, Result<&Schema, &str>)> {
        let unread = (self.unread > 0)
            .then(|| (format!("{} older versions", self.unread), Err("they are too many to be read")));
        let known = self.known().iter();
        let known = known.map(|held| (label(held.version), held.schema.as_ref().map_err(String::as_str)));
        unread.into_iter().chain(known).collect()
    }

    /// The numbers of the softly deleted versions.
    #[must_use]
    pub fn deleted_numbers(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = self.deleted.iter().map(|held| held.version).collect();
        numbers.extend(&self.withheld);
        numbers.sort_unstable();
        numbers
    }

    /// The version of this number, softly deleted or not.
    #[must_use]
    pub fn version(&self, number: u32) -> Option<&HeldVersion> {
        self.known().iter().chain(&self.deleted).find(|held| held.version == number)
    }
}

/// The subjects by name.
#[derive(Debug, Clone, Default)]
pub struct Held {
    /// The subjects that were asked for.
    pub subjects: BTreeMap<String, HeldSubject>,
}

impl Held {
    /// Reads the answers.
    #[must_use]
    pub fn read(answers: &Answers) -> Held {
        let texts = Texts::of(answers);
        let version = |subject: &str, answer: &VersionAnswer| HeldVersion {
            version: answer.version,
            id: answer.id,
            text: answer.content.text.clone(),
            references: answer.content.references.clone(),
            schema: texts.schema(subject, answer.version, &answer.content),
        };
        let subject = |(name, answers): (&String, &SubjectAnswers)| {
            let all = |versions: &[VersionAnswer]| {
                let mut held: Vec<HeldVersion> =
                    versions.iter().map(|answer| version(name, answer)).collect();
                held.sort_by_key(|held| held.version);
                held
            };
            let held = HeldSubject {
                versions: answers.versions.as_deref().map(all).map_err(Clone::clone),
                unread: answers.unread,
                deleted: all(&answers.deleted),
                withheld: answers.withheld.clone(),
                level: answers.level.clone(),
            };
            (name.clone(), held)
        };
        Held { subjects: answers.subjects.iter().map(subject).collect() }
    }

    /// A subject that was asked for.
    #[must_use]
    pub fn subject(&self, name: &str) -> Option<&HeldSubject> {
        self.subjects.get(name)
    }
}

/// Reads a schema that was asked for by its id, with what it refers to.
#[must_use]
pub fn read_by_id(id: u32, content: &Content, referenced: &BTreeMap<(String, u32), Content>) -> HeldVersion {
    let answers = Answers { subjects: BTreeMap::new(), referenced: referenced.clone() };
    HeldVersion {
        version: 0,
        id,
        text: content.text.clone(),
        references: content.references.clone(),
        schema: Texts::of(&answers).schema("", 0, content),
    }
}

/// All texts by subject and number, for references.
struct Texts<'a>(BTreeMap<(&'a str, u32), &'a Content>);

impl<'a> Texts<'a> {
    fn of(answers: &'a Answers) -> Self {
        let mut texts: BTreeMap<(&str, u32), &Content> = answers
            .referenced
            .iter()
            .map(|((subject, version), content)| ((subject.as_str(), *version), content))
            .collect();
        for (subject, answers) in &answers.subjects {
            let versions = answers.versions.as_deref().unwrap_or_default();
            for answer in versions.iter().chain(&answers.deleted) {
                texts.insert((subject, answer.version), &answer.content);
            }
        }
        Texts(texts)
    }

    fn schema(&self, subject: &str, version: u32, content: &Content) -> Result<Schema, String> {
        if let Some(language) = &content.foreign {
            return Err(format!("it is no Avro schema but {language}"));
        }
        let documents = self.documents(content)?;
        let source = Source::new(&name(subject, version), &content.text);
        parse(&source, &documents).map_err(|findings| match findings.first() {
            Some(first) => format!("it cannot be read as an Avro schema: {}", first.message),
            None => "it cannot be read as an Avro schema".to_owned(),
        })
    }

    /// What a version refers to, directly and through others, each behind everything that it refers to itself.
    fn documents(&self, content: &Content) -> Result<Vec<Source>, String> {
        let mut documents = Vec::new();
        let mut begun: BTreeSet<(&str, u32)> = BTreeSet::new();
        // A way down and back up: true says that everything below has been put down.
        let mut way: Vec<(bool, &HeldReference)> = Vec::new();
        way.extend(content.references.iter().rev().map(|reference| (false, reference)));
        while let Some((finished, reference)) = way.pop() {
            let key = (reference.subject.as_str(), reference.version);
            let Some(text) = self.0.get(&key).copied() else {
                return Err(format!("what it refers to could not be read: {}", name(key.0, key.1)));
            };
            if finished {
                documents.push(Source::new(&name(key.0, key.1), &text.text));
                continue;
            }
            if !begun.insert(key) {
                continue;
            }
            if begun.len() > DOCUMENTS_LIMIT {
                return Err(format!("it refers to more than {DOCUMENTS_LIMIT} versions"));
            }
            way.push((true, reference));
            way.extend(text.references.iter().rev().map(|reference| (false, reference)));
        }
        Ok(documents)
    }
}

/// A version as messages name it.
pub(super) fn name(subject: &str, version: u32) -> String {
    format!("{subject} version {version} of the registry")
}
