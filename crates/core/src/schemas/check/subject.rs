//! What the files of one subject say.

use std::collections::BTreeMap;

use super::remark::{Remark, RemarkKind, versions};
use super::{Against, Desk, VERSIONS_LIMIT, history, pairs};
use crate::name::SubjectName;
use crate::schema::lint::{LintOptions, lint};
use crate::schemas::levels::Level;
use crate::schemas::library::{ReadSubject, ReadVersion, Version};
use crate::schemas::lock::{Lock, LockedVersion, Lost, State};

/// What the files of a subject say.
#[derive(Debug)]
pub struct Offline {
    /// Whether its versions fit each other.
    pub verdict: Verdict,
    /// How many pairs of versions were compared for it.
    pub compared: usize,
    /// What is wrong.
    pub findings: Vec<Remark>,
    /// What is doubtful.
    pub warnings: Vec<Remark>,
    /// What is worth knowing.
    pub notes: Vec<Remark>,
}

/// Whether the versions of a subject fit each other as its levels demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They do.
    Compatible,
    /// They do not.
    Incompatible,
    /// There is one version, and nothing to compare it with.
    Single,
    /// The level demands nothing.
    Undemanded,
    /// It could not be decided.
    Undecided,
    /// A version that had to be compared cannot be read.
    Unreadable,
    /// There are no files.
    NoFiles,
}

impl Verdict {
    /// The verdict as a stable word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Compatible => "compatible",
            Verdict::Incompatible => "incompatible",
            Verdict::Single => "single",
            Verdict::Undemanded => "undemanded",
            Verdict::Undecided => "undecided",
            Verdict::Unreadable => "unreadable",
            Verdict::NoFiles => "no_files",
        }
    }
}

impl Offline {
    /// What is said of a subject that only the lock knows.
    pub(super) fn without_files(findings: Vec<Remark>) -> Offline {
        let (warnings, notes) = (Vec::new(), Vec::new());
        Offline { verdict: Verdict::NoFiles, compared: 0, findings, warnings, notes }
    }
}

/// What the locks say that no file answers, by subject.
pub(super) struct LockFindings<'a> {
    missing: BTreeMap<&'a SubjectName, Vec<&'a LockedVersion>>,
    lost: BTreeMap<SubjectName, Vec<Lost>>,
    reference: &'a str,
}

impl<'a> LockFindings<'a> {
    pub(super) fn collect(desk: &Desk<'a>) -> LockFindings<'a> {
        let mut missing: BTreeMap<&SubjectName, Vec<&LockedVersion>> = BTreeMap::new();
        let mut lost: BTreeMap<SubjectName, Vec<Lost>> = BTreeMap::new();
        for locked in desk.lock.map(|lock| lock.missing(desk.library)).unwrap_or_default() {
            missing.entry(&locked.subject).or_default().push(locked);
        }
        let mut reference = "";
        if let (Some(now), Some(Against::Seen { lock, reference: named, .. })) = (desk.lock, desk.against) {
            reference = named;
            for line in now.lost_since(lock) {
                lost.entry(line.subject.clone()).or_default().push(line);
            }
        }
        LockFindings { missing, lost, reference }
    }

    /// What is wrong with the locked versions of a subject.
    pub(super) fn of(
        &self,
        desk: &Desk<'_>,
        subject: &SubjectName,
        files: &[ReadVersion<'_>],
    ) -> Vec<Remark> {
        let changed = files.iter().filter_map(|read| changed(desk.lock?, subject, files, read.version));
        let missing = self.missing.get(subject).into_iter().flatten().map(|locked| {
            let path = desk.library.path(subject.as_str(), locked.number);
            let text = format!("v{} is locked, and its file is missing", locked.number);
            Remark::new(RemarkKind::MissingFile, text)
                .about(locked.number)
                .with_help(format!("restore {path}"))
        });
        let lost = self.lost.get(subject).into_iter().flatten().map(|lost| {
            let number = lost.number;
            let text = match lost.is {
                None => format!("v{number} was locked at {} and is not any more", self.reference),
                Some(_) => format!("the lock says otherwise of v{number} than at {}", self.reference),
            };
            let help =
                "a line of the lock never changes: restore it, and write the change as a version of its own";
            Remark::new(RemarkKind::LockLost, text).about(number).with_help(help)
        });
        let mut findings: Vec<Remark> = changed.chain(missing).chain(lost).collect();
        findings.sort_by_key(|finding| finding.version);
        findings
    }
}

fn changed(
    lock: &Lock,
    subject: &SubjectName,
    files: &[ReadVersion<'_>],
    version: &Version,
) -> Option<Remark> {
    if lock.state(subject, version) != State::Changed {
        return None;
    }
    let number = version.number;
    let locked = lock.get(subject, number)?;
    let (text, help) = if version.differs_in_line_ends(locked.hash) {
        (
            format!("the lines of v{number} end otherwise than when it was locked"),
            "keep git from changing line ends: write `*.avsc -text` into .gitattributes".to_owned(),
        )
    } else {
        let next = files.last().map_or(number, |last| last.version.number).saturating_add(1);
        (
            format!("v{number} was changed after it was locked"),
            format!("restore it, and write the change as v{next}"),
        )
    };
    Some(Remark::new(RemarkKind::Changed, text).about(number).with_help(help))
}

/// Judges one subject by its files.
pub(super) fn judge(
    desk: &Desk<'_>,
    subject: &ReadSubject<'_>,
    levels: &[Level],
    lost: &LockFindings<'_>,
) -> Offline {
    let files = subject.versions();
    let fresh: Vec<bool> = files.iter().map(|read| is_fresh(desk, subject.name(), read.version)).collect();
    let mut findings = lost.of(desk, subject.name(), files);
    let (mut warnings, mut notes) = (misnumbered(desk, subject), Vec::new());
    let unlocked: Vec<u32> = unlocked(desk, subject);
    if !unlocked.is_empty() {
        let verb = if unlocked.len() == 1 { "is" } else { "are" };
        let text = format!("{} {verb} not locked yet", versions(&unlocked));
        let note = Remark::new(RemarkKind::NotLocked, text).with_help("eventctl schema lock");
        notes.push(Remark { others: unlocked, ..note });
    }
    if files.len() > VERSIONS_LIMIT {
        let text =
            format!("{} versions are too many to be compared: {VERSIONS_LIMIT} are allowed", files.len());
        findings.push(Remark::new(RemarkKind::Undecided, text));
        return Offline { verdict: Verdict::Undecided, compared: 0, findings, warnings, notes };
    }
    let all = pairs::demanded(levels, files.len());
    let last = files.len().saturating_sub(1);
    let is_new = |at: usize| at == last || fresh.get(at).copied().unwrap_or(true);
    let fresh_at = |at: usize| fresh.get(at).copied().unwrap_or(true);
    let (demanded, older): (Vec<_>, Vec<_>) =
        all.iter().partition(|pair| is_new(pair.newer) || fresh_at(pair.older));
    let gathered = pairs::gather(subject, demanded.iter().copied());
    let unreadable = files.iter().any(|read| read.schema.is_err());
    let verdict = match () {
        () if !gathered.incompatible.is_empty() => Verdict::Incompatible,
        () if !gathered.undecided.is_empty() => Verdict::Undecided,
        () if unreadable => Verdict::Unreadable,
        () if files.is_empty() => Verdict::NoFiles,
        () if files.len() == 1 => Verdict::Single,
        () if demanded.is_empty() => Verdict::Undemanded,
        () => Verdict::Compatible,
    };
    findings.extend(gathered.incompatible);
    findings.extend(gathered.undecided);
    warnings.extend(gathered.meanings);
    for (_, read) in files.iter().enumerate().filter(|(at, _)| is_new(*at)) {
        warnings.extend(doubts(desk, subject, read));
    }
    if verdict == Verdict::Single {
        notes.push(Remark::new(
            RemarkKind::Single,
            "one version: there is nothing to compare it with".to_owned(),
        ));
    }
    notes.extend(history::notes(subject, &older));
    notes.extend(gathered.further);
    Offline { verdict, compared: gathered.compared, findings, warnings, notes }
}

/// Tells whether a version counts as new: not locked as it is, or not locked at the other state of the repository.
fn is_fresh(desk: &Desk<'_>, subject: &SubjectName, version: &Version) -> bool {
    let by = |lock: &Lock| lock.state(subject, version) != State::Locked;
    let (now, earlier) = (desk.lock.is_some_and(by), desk.earlier().is_some_and(by));
    now || earlier
}

fn unlocked(desk: &Desk<'_>, subject: &ReadSubject<'_>) -> Vec<u32> {
    let new = |lock: &Lock, version: &Version| lock.state(subject.name(), version) == State::New;
    let files = subject.versions().iter().map(|read| read.version);
    files
        .filter(|version| desk.lock.is_some_and(|lock| new(lock, version)))
        .map(|version| version.number)
        .collect()
}

/// Warns of a new version that stands before locked ones: no registry would take them in this order.
fn misnumbered(desk: &Desk<'_>, subject: &ReadSubject<'_>) -> Vec<Remark> {
    let locks: Vec<&Lock> = [desk.lock, desk.earlier()].into_iter().flatten().collect();
    let is_locked = |number: &u32| locks.iter().all(|lock| lock.get(subject.name(), *number).is_some());
    let numbers = || subject.versions().iter().map(|read| read.version.number);
    let (Some(locked), Some(last)) = (numbers().rfind(is_locked), numbers().next_back()) else {
        return Vec::new();
    };
    if locks.is_empty() {
        return Vec::new();
    }
    let next = last.saturating_add(1);
    let warning = |number: u32| {
        let text =
            format!("v{number} is new, and v{locked} is locked already: versions are registered in order");
        Remark::new(RemarkKind::Misnumbered, text).about(number).with_help(format!("call it v{next}"))
    };
    numbers().filter(|number| *number < locked && !is_locked(number)).map(warning).collect()
}

/// What is doubtful about one version by itself.
fn doubts(desk: &Desk<'_>, subject: &ReadSubject<'_>, read: &ReadVersion<'_>) -> Vec<Remark> {
    let Ok(schema) = &read.schema else { return Vec::new() };
    let number = read.version.number;
    let lints = lint(schema, LintOptions { docs: desk.docs });
    let lints = lints.into_iter().map(|lint| Remark {
        cause: Some(lint.kind.as_str()),
        place: Some(pairs::located(subject, read, &lint.place)),
        ..Remark::new(RemarkKind::Lint, format!("v{number}: {}", lint.message))
            .about(number)
            .with_help(lint.kind.help())
    });
    let names = read.version.references.iter().filter_map(|reference| {
        let document =
            read.version.closure().iter().position(|(subject, version)| {
                *subject == reference.subject && *version == reference.version
            })?;
        let defined = schema.named(&reference.name).map(|id| usize::from(schema.node(id).document));
        if defined == Some(document) {
            return None;
        }
        let text = format!(
            "v{number} refers to `{}`, which {} v{} does not define",
            reference.name, reference.subject, reference.version
        );
        Some(Remark::new(RemarkKind::ReferenceName, text).about(number))
    });
    lints.chain(names).collect()
}
