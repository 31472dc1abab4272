//! Small worlds: files on one side, a registry on the other.

mod agreement;
mod matching;
mod plan;
mod run;
mod standing;

use std::collections::BTreeMap;

use super::*;
use crate::catalog::Compatibility;
use crate::fault::{Fault, FaultKind};
use crate::schemas::{FoundText, FoundVersion, Library, Lock};
use crate::yaml::Source;

/// A record of these fields; `a` alone is a string, `a?` one that may be null and is by default.
pub(in crate::schemas) fn record(fields: &str) -> String {
    let field = |name: &str| match name.strip_suffix('?') {
        Some(name) => format!("{{\"name\":\"{name}\",\"type\":[\"null\",\"string\"],\"default\":null}}"),
        None => format!("{{\"name\":\"{name}\",\"type\":\"string\"}}"),
    };
    let fields: Vec<String> = fields.split_whitespace().map(field).collect();
    format!("{{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"n\",\"fields\":[{}]}}", fields.join(","))
}

/// A record with a field of a type that another subject defines.
pub(in crate::schemas) fn user_of(name: &str) -> String {
    format!(
        "{{\"type\":\"record\",\"name\":\"User\",\"namespace\":\"n\",\"fields\":[{{\"name\":\"x\",\"type\":\"{name}\"}}]}}"
    )
}

/// Files and a registry, made step by step.
#[derive(Default)]
pub(in crate::schemas) struct World {
    files: Vec<FoundVersion>,
    answers: Answers,
    pub(in crate::schemas) declared: BTreeMap<String, Compatibility>,
    chosen: Option<Vec<String>>,
    lock: String,
    next_id: u32,
}

pub(in crate::schemas) fn fault(kind: FaultKind) -> Fault {
    Fault { kind, code: format!("{kind:?}"), message: format!("the registry said {kind:?}") }
}

impl World {
    pub(in crate::schemas) fn file(mut self, subject: &str, number: u32, text: &str) -> Self {
        let name = |file: &str| format!("schemas/{subject}/{file}");
        self.files.push(FoundVersion {
            subject: subject.parse().unwrap(),
            number,
            schema: FoundText { name: name(&format!("v{number}.avsc")), bytes: Ok(text.as_bytes().to_vec()) },
            references: None,
        });
        self
    }

    /// Gives the last file a reference: the type's name, its subject and the number of its file.
    pub(in crate::schemas) fn refers(mut self, name: &str, subject: &str, file: u32) -> Self {
        let text = format!("[{{\"name\":\"{name}\",\"subject\":\"{subject}\",\"version\":{file}}}]");
        let last = self.files.last_mut().unwrap();
        let path = last.schema.name.replace(".avsc", ".references.json");
        last.references = Some(FoundText { name: path, bytes: Ok(text.into_bytes()) });
        self
    }

    /// A version of the registry, with ids from 101 in the order in which they are said.
    pub(in crate::schemas) fn held(mut self, subject: &str, version: u32, text: &str) -> Self {
        let answer = self.answer(version, text);
        self.subject(subject).versions.as_mut().unwrap().push(answer);
        self
    }

    /// Gives the last version of a subject a reference by the registry's numbers.
    pub(in crate::schemas) fn held_refers(
        mut self,
        of: &str,
        name: &str,
        subject: &str,
        version: u32,
    ) -> Self {
        let reference = HeldReference { name: name.into(), subject: subject.into(), version };
        let versions = self.subject(of).versions.as_mut().unwrap();
        versions.last_mut().unwrap().content.references.push(reference);
        self
    }

    pub(in crate::schemas) fn deleted(mut self, subject: &str, version: u32, text: &str) -> Self {
        let answer = self.answer(version, text);
        self.subject(subject).deleted.push(answer);
        self
    }

    pub(in crate::schemas) fn level(mut self, subject: &str, level: Result<HeldLevel, Fault>) -> Self {
        self.subject(subject).level = level;
        self
    }

    pub(in crate::schemas) fn declares(mut self, subject: &str, level: Compatibility) -> Self {
        self.declared.insert(subject.to_owned(), level);
        self
    }

    pub(in crate::schemas) fn denied(mut self, subject: &str) -> Self {
        self.subject(subject).versions = Err(fault(FaultKind::Denied));
        self
    }

    pub(in crate::schemas) fn choose(mut self, subjects: &[&str]) -> Self {
        self.chosen = Some(subjects.iter().map(|name| (*name).to_owned()).collect());
        self
    }

    pub(in crate::schemas) fn locked(mut self, line: &str) -> Self {
        self.lock.push_str(line);
        self.lock.push('\n');
        self
    }

    fn answer(&mut self, version: u32, text: &str) -> VersionAnswer {
        self.next_id += 1;
        let content = Content { text: text.to_owned(), foreign: None, references: Vec::new() };
        VersionAnswer { version, id: 100 + self.next_id, content }
    }

    pub(in crate::schemas) fn subject(&mut self, name: &str) -> &mut SubjectAnswers {
        self.answers.subjects.entry(name.to_owned()).or_insert_with(|| SubjectAnswers {
            versions: Ok(Vec::new()),
            unread: 0,
            deleted: Vec::new(),
            withheld: Vec::new(),
            level: Ok(HeldLevel::of_default(Compatibility::Backward)),
        })
    }

    pub(in crate::schemas) fn meet(mut self) -> Met {
        let names: Vec<String> = self.files.iter().map(|file| file.subject.to_string()).collect();
        for name in &names {
            self.subject(name);
        }
        let library = Library::read("schemas", self.files);
        let lock = Lock::read(&Source::new("schemas.lock", &self.lock)).unwrap();
        let chosen = self.chosen.unwrap_or(names);
        let chosen = chosen.iter().map(|name| name.parse().unwrap());
        let (wanted, wrong) = Wanted::of(&library, &lock, chosen);
        assert!(wrong.is_empty(), "{wrong:?}");
        let held = Held::read(&self.answers);
        let matches = matching(&wanted, &held);
        Met { wanted, held, matches, library, lock, declared: self.declared }
    }

    pub(in crate::schemas) fn plan(self) -> Plan {
        self.meet().plan()
    }
}

/// Files and a registry that were compared.
pub(in crate::schemas) struct Met {
    pub(in crate::schemas) wanted: Wanted,
    pub(in crate::schemas) held: Held,
    pub(in crate::schemas) matches: Matches,
    pub(in crate::schemas) library: Library,
    pub(in crate::schemas) lock: Lock,
    declared: BTreeMap<String, Compatibility>,
}

impl Met {
    pub(in crate::schemas) fn input(&self) -> PlanInput<'_> {
        PlanInput {
            registry: "http://registry",
            normalize: false,
            wanted: &self.wanted,
            held: &self.held,
            matches: &self.matches,
            declared: &self.declared,
            judged_by: None,
        }
    }

    pub(in crate::schemas) fn plan(&self) -> Plan {
        plan(&self.input())
    }
}

/// The steps of a plan, short: `level orders FULL`, `orders v2`.
pub(in crate::schemas) fn steps(plan: &Plan) -> Vec<String> {
    let short = |step: &Step| match step {
        Step::Level(change) => format!("level {} {}", change.subject, change.to),
        Step::Version(added) => format!("{} v{}", added.subject, added.file),
    };
    plan.steps.iter().map(short).collect()
}

/// The states of a subject's files, short.
pub(in crate::schemas) fn states(plan: &Plan, subject: &str) -> Vec<String> {
    let short = |version: &VersionPlan| {
        let state = match &version.state {
            VersionState::Registered(found) => format!("is {}", found.version),
            VersionState::SameAs { file } => format!("same as v{file}"),
            VersionState::Added { verdict } => format!("added, {}", verdict.as_str()),
            VersionState::Refused { .. } => "refused".to_owned(),
            VersionState::LeftOut => "left out".to_owned(),
            VersionState::HeldBack { because, .. } => format!("held back, {}", because.as_str()),
        };
        format!("v{} {state}", version.file)
    };
    plan.subject(subject).unwrap().versions.iter().map(short).collect()
}
