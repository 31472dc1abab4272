//! What a registry makes of a subject, in the lines of a check.

use eventctl_core::human;
use eventctl_core::risk::Risk;
use eventctl_core::schemas::register::{
    Agreement, LevelPlan, Online, Opinion, RegistryVerdict, SubjectPlan, Verdict, VersionPlan, VersionState,
};

use crate::render::page::{Page, Tone};

/// How many versions are named in a line.
const NAMED: usize = 10;

/// Puts down what the registry makes of a subject. What is wrong by the files alone was said before, and of it only
/// what the registry says is added.
pub(super) fn write(online: &Online, subject: &SubjectPlan, said_before: bool, page: &mut Page) {
    let added = subject.versions.iter().filter(|planned| matches!(planned.state, VersionState::Added { .. }));
    let added: Vec<String> = added.map(|planned| format!("v{}", planned.file)).collect();
    match (subject.new && !subject.deleted, added.is_empty()) {
        (true, true) => note(page, "the registry has no version of it yet"),
        (true, false) => {
            note(page, format!("new subject: {} not in the registry yet", human::list(&added, NAMED)));
        }
        (false, false) => note(page, format!("not registered yet: {}", human::list(&added, NAMED))),
        (false, true) => {}
    }
    level(&subject.level, page);
    for planned in &subject.versions {
        let opinion = online.of(&subject.subject).find(|opinion| opinion.file == planned.file);
        version(planned, opinion, said_before, page);
    }
    super::planned::unknowns(&subject.unknown, page);
    for text in &subject.notes {
        note(page, text);
    }
}

fn note(page: &mut Page, text: impl std::fmt::Display) {
    page.lit("  ").tone(Tone::Faint, "note").lit(": ").line(text);
}

fn finding(page: &mut Page, text: impl std::fmt::Display) {
    page.lit("  ").tone(Tone::Bad, "finding").lit(": ").line(text);
}

fn unknown(page: &mut Page, text: impl std::fmt::Display) {
    page.lit("  ").tone(Tone::Notable, "?").lit(" ").line(text);
}

fn level(level: &LevelPlan, page: &mut Page) {
    match level {
        LevelPlan::LeftAlone | LevelPlan::InForce | LevelPlan::Unknown { .. } => {}
        LevelPlan::Set(change) => {
            let needs = match &change.loses {
                Some(loses) => format!("; {loses}, so it needs --allow {}", Risk::CompatibilityLower),
                None => String::new(),
            };
            let (from, origin) = (change.from.word(), change.from.origin.words());
            note(page, format!("{from} is in force, {origin}: register would set {}{needs}", change.to));
        }
        LevelPlan::NotGranted { enforced } => {
            finding(page, format!("NONE is not granted: the registry enforces its default, {enforced}"));
        }
    }
}

fn version(planned: &VersionPlan, opinion: Option<&Opinion>, said_before: bool, page: &mut Page) {
    let file = planned.file;
    match &planned.state {
        VersionState::Registered(_) | VersionState::LeftOut | VersionState::Added { .. } => {}
        VersionState::SameAs { file: earlier } => {
            note(page, format!("v{file} says what v{earlier} says: the registry will keep one version"));
        }
        VersionState::Refused { reasons } if !said_before => {
            reasons.iter().for_each(|reason| finding(page, format!("against the registry: {reason}")));
        }
        VersionState::Refused { .. } => {}
        VersionState::HeldBack { reason, .. } => {
            note(page, format!("v{file} would not be registered: {reason}"));
        }
    }
    if let Some(opinion) = opinion {
        self::opinion(opinion, page);
    }
}

fn opinion(opinion: &Opinion, page: &mut Page) {
    let file = opinion.file;
    let reasons = opinion.theirs.reasons();
    let told = if reasons.is_empty() { String::new() } else { format!(": {}", human::list(&reasons, 10)) };
    match (opinion.agreement, &opinion.theirs) {
        (Agreement::Nothing, RegistryVerdict::NotAsked { why }) => {
            note(page, format!("the registry was not asked about v{file}: {why}"));
        }
        (Agreement::Nothing, _) => {}
        (Agreement::Agreed, RegistryVerdict::Compatible) => {
            note(page, format!("the registry would take v{file} under the level in force"));
        }
        (Agreement::Agreed, _) => {
            note(page, format!("the registry would not take v{file} under the level in force{told}"));
        }
        (Agreement::Disagreed, theirs) => {
            let ours = match &opinion.ours {
                Verdict::Incompatible { reasons } => {
                    format!("it does not fit ({})", human::list(reasons, 10))
                }
                Verdict::Unknown { why } => format!("we cannot say ({why})"),
                _ => "it fits".to_owned(),
            };
            let theirs = match theirs {
                RegistryVerdict::Compatible => "compatible".to_owned(),
                RegistryVerdict::Invalid { .. } => format!("not readable{told}"),
                _ => format!("incompatible{told}"),
            };
            finding(
                page,
                format!("verdicts on v{file} disagree. By ours, {ours}. The registry calls it {theirs}"),
            );
        }
        (Agreement::Unknown, RegistryVerdict::Compatible) => {
            unknown(page, format!("the registry would take v{file}, and we cannot say: {}", ours(opinion)));
        }
        (Agreement::Unknown, _) => unknown(page, format!("the registry gave no verdict on v{file}{told}")),
    }
}

fn ours(opinion: &Opinion) -> &str {
    if let Verdict::Unknown { why } = &opinion.ours { why } else { "it fits" }
}
