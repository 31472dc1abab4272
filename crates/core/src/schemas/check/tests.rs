use super::*;
use crate::catalog::Compatibility;
use crate::schemas::library::{FoundText, FoundVersion};

/// A record whose fields are words as `id`, `count:int`, `note=` (nullable with default null).
fn record(fields: &str) -> String {
    let field = |word: &str| match (word.strip_suffix('='), word.split_once(':')) {
        (Some(name), _) => {
            format!("{{\"name\": \"{name}\", \"type\": [\"null\", \"string\"], \"default\": null}}")
        }
        (None, Some((name, kind))) => format!("{{\"name\": \"{name}\", \"type\": {kind}}}"),
        (None, None) => format!("{{\"name\": \"{word}\", \"type\": \"string\"}}"),
    };
    let fields: Vec<String> = fields.split(' ').filter(|word| !word.is_empty()).map(field).collect();
    format!("{{\"type\": \"record\", \"name\": \"E\", \"fields\": [\n  {}\n]}}", fields.join(",\n  "))
}

fn found(subject: &str, number: u32, text: &str) -> FoundVersion {
    FoundVersion {
        subject: subject.parse().unwrap(),
        number,
        schema: FoundText {
            name: format!("schemas/{subject}/v{number}.avsc"),
            bytes: Ok(text.as_bytes().to_vec()),
        },
        references: None,
    }
}

/// The subject `s` with these records as v1, v2 and so on.
fn library(versions: &[&str]) -> Library {
    let versions = (1..).zip(versions).map(|(number, fields)| found("s", number, &record(fields)));
    Library::read("schemas", versions.collect())
}

/// A lock of these versions as they are.
fn locked(library: &Library, numbers: &[u32]) -> Lock {
    let subject = library.subject("s").unwrap();
    let lines = numbers
        .iter()
        .map(|number| (subject.name.clone(), *number, subject.version(*number).unwrap().hash.unwrap()));
    Lock::default().with(lines)
}

fn desk<'a>(library: &'a Library, lock: Option<&'a Lock>, level: Compatibility) -> Desk<'a> {
    Desk {
        library,
        lock,
        against: None,
        levels: Levels::new(None, Some(level)),
        expectations: None,
        docs: false,
    }
}

fn texts(remarks: &[Remark]) -> Vec<&str> {
    remarks.iter().map(|remark| remark.text.as_str()).collect()
}

fn only(checked: &Checked) -> &Offline {
    assert_eq!(checked.report.subjects.len(), 1);
    &checked.report.subjects[0].offline
}

#[test]
fn each_level_holds_the_newest_version_against_those_it_demands() {
    use Compatibility as C;
    let broken_backward =
        "field `b` was added without a default: a reader of v3 cannot read records written with ";
    let rows: [(C, &[&str], Verdict, Vec<String>); 12] = [
        (C::Backward, &["a", "a b="], Verdict::Compatible, vec![]),
        (C::Backward, &["a"], Verdict::Single, vec![]),
        (C::None, &["a", "b:\"int\""], Verdict::Undemanded, vec![]),
        (
            C::Backward,
            &["a", "a", "a b"],
            Verdict::Incompatible,
            vec![format!("{broken_backward}v2")],
        ),
        (
            C::BackwardTransitive,
            &["a", "a", "a b"],
            Verdict::Incompatible,
            vec![format!("{broken_backward}v1 and v2")],
        ),
        // v3 fits v2 and breaks v1: a required field that v2 had added.
        (C::Backward, &["a", "a b=", "a b"], Verdict::Incompatible, vec!["`b` could be null and is now string: a reader of v3 cannot read records written with v2".to_owned()]),
        (C::Backward, &["a", "a b:\"string\"", "a b:\"string\""], Verdict::Compatible, vec![]),
        (
            C::BackwardTransitive,
            &["a", "a b", "a b"],
            Verdict::Incompatible,
            vec![format!("{broken_backward}v1")],
        ),
        (C::Forward, &["a b", "a b c"], Verdict::Compatible, vec![]),
        (
            C::Forward,
            &["a b", "a b", "a"],
            Verdict::Incompatible,
            vec!["field `b` was removed, and it had no default: a reader of v2 cannot read records written with v3".to_owned()],
        ),
        (
            C::ForwardTransitive,
            &["a b", "a b", "a"],
            Verdict::Incompatible,
            vec!["field `b` was removed, and it had no default: readers of v1 and v2 cannot read records written with v3".to_owned()],
        ),
        (
            C::Full,
            &["a", "b"],
            Verdict::Incompatible,
            vec![
                "field `b` was added without a default: a reader of v2 cannot read records written with v1".to_owned(),
                "field `a` was removed, and it had no default: a reader of v1 cannot read records written with v2".to_owned(),
            ],
        ),
    ];
    for (level, versions, verdict, findings) in rows {
        let library = library(versions);
        let all: Vec<u32> = (1..).take(versions.len()).collect();
        // Everything is locked: the newest version is looked at all the same.
        let lock = locked(&library, &all);
        let checked = desk(&library, Some(&lock), level).check(None);
        let offline = only(&checked);
        assert_eq!(offline.verdict, verdict, "{level} {versions:?}: {:?}", texts(&offline.findings));
        assert_eq!(texts(&offline.findings), findings, "{level} {versions:?}");
        assert_eq!(checked.report.has_findings(), !findings.is_empty());
        assert!(!checked.report.is_unknown() && checked.broken.is_empty());
    }
}

#[test]
fn a_finding_names_its_place_in_the_newer_schema() {
    let library = library(&["a", "a b", "a b c"]);
    let checked = desk(&library, None, Compatibility::BackwardTransitive).check(None);
    let finding = &only(&checked).findings[1];
    assert_eq!(finding.kind, RemarkKind::Incompatible);
    assert_eq!(
        (finding.cause, finding.version, &finding.others[..]),
        (Some("missing-default"), Some(3), &[1, 2][..])
    );
    let place = finding.place.as_ref().unwrap();
    assert_eq!((place.file.as_str(), place.line, place.column), ("schemas/s/v3.avsc", 4, 3));
    assert_eq!((place.pointer.as_str(), place.path.as_str()), ("/fields/2", "c"));
    let forward = desk(&library, None, Compatibility::Forward).check(None);
    assert_eq!(only(&forward).findings, [], "adding fields is what old readers survive");
}

#[test]
fn new_versions_are_all_held_and_old_ones_are_history() {
    // v2 breaks v1, v4 breaks v3.
    let library = library(&["a", "a b", "a b", "a b c", "a b c"]);
    let rows: [(&[u32], Vec<&str>, Vec<&str>); 3] = [
        (&[1, 2, 3, 4, 5], vec![], vec!["v2 and v1", "v4 and v3"]),
        (&[1, 2, 3, 4], vec![], vec!["v2 and v1", "v4 and v3"]),
        (
            &[1, 2],
            vec!["field `c` was added without a default: a reader of v4 cannot read records written with v3"],
            vec!["v2 and v1"],
        ),
    ];
    for (numbers, findings, history) in rows {
        let lock = locked(&library, numbers);
        let checked = desk(&library, Some(&lock), Compatibility::Backward).check(None);
        let offline = only(&checked);
        assert_eq!(texts(&offline.findings), findings, "{numbers:?}");
        let notes: Vec<&Remark> =
            offline.notes.iter().filter(|note| note.kind == RemarkKind::History).collect();
        assert_eq!(notes.len(), history.len(), "{numbers:?}");
        for (note, pair) in notes.iter().zip(history) {
            assert!(
                note.text
                    .starts_with(&format!("the level does not hold between {pair}, which are locked: field")),
                "{}",
                note.text
            );
        }
        let verdict = if findings.is_empty() { Verdict::Compatible } else { Verdict::Incompatible };
        assert_eq!(offline.verdict, verdict);
    }
    let none = desk(&library, Some(&Lock::default()), Compatibility::Backward).check(None);
    assert_eq!(only(&none).findings.len(), 2, "nothing is locked: everything is new");
    let unlocked = only(&none).notes.iter().find(|note| note.kind == RemarkKind::NotLocked).unwrap();
    assert_eq!(unlocked.text, "v1, v2, v3, v4 and v5 are not locked yet");
}

#[test]
fn a_version_that_is_new_against_another_state_is_new() {
    let library = library(&["a", "a b", "a b"]);
    let lock = locked(&library, &[1, 2, 3]);
    let earlier = locked(&library, &[1]);
    let against = Against::Seen { reference: "main".to_owned(), commit: "c".to_owned(), lock: earlier };
    let desk = Desk { against: Some(&against), ..desk(&library, Some(&lock), Compatibility::Backward) };
    let checked = desk.check(None);
    assert_eq!(
        texts(&only(&checked).findings),
        ["field `b` was added without a default: a reader of v2 cannot read records written with v1"],
        "locking a broken version in the same change does not hide it"
    );
    let expected = Immutability::Checked { reference: "main".to_owned(), commit: "c".to_owned() };
    assert_eq!(checked.report.immutability, expected);
}

#[test]
fn what_is_locked_may_neither_change_nor_go() {
    let before = library(&["a", "a b=", "a b= c=", "a"]);
    let lock = locked(&before, &[1, 2, 3, 4]);
    let text = record("a");
    let windows = text.replace('\n', "\r\n");
    let now = Library::read(
        "schemas",
        vec![found("s", 1, &windows), found("s", 2, &record("a x=")), found("s", 3, &record("a b= c="))],
    );
    let other =
        Lock::default().with([("gone".parse().unwrap(), 7, before.version("s", 1).unwrap().hash.unwrap())]);
    let lock = lock.with(other.versions().map(|it| (it.subject.clone(), it.number, it.hash)));
    let checked = desk(&now, Some(&lock), Compatibility::Backward).check(None);
    let told: Vec<(&str, Vec<(RemarkKind, &str)>)> = checked
        .report
        .subjects
        .iter()
        .map(|it| {
            let findings = it.offline.findings.iter().map(|finding| (finding.kind, finding.text.as_str()));
            (it.subject.as_str(), findings.collect())
        })
        .collect();
    let expected = [
        ("gone", vec![(RemarkKind::MissingFile, "v7 is locked, and its file is missing")]),
        (
            "s",
            vec![
                (RemarkKind::Changed, "the lines of v1 end otherwise than when it was locked"),
                (RemarkKind::Changed, "v2 was changed after it was locked"),
                (RemarkKind::MissingFile, "v4 is locked, and its file is missing"),
            ],
        ),
    ];
    assert_eq!(told, expected);
    assert_eq!(checked.report.subject("gone").unwrap().offline.verdict, Verdict::NoFiles);
    let help = checked.report.subject("s").unwrap().offline.findings[1].help.as_deref();
    assert_eq!(help, Some("restore it, and write the change as v4"));
    assert!(checked.report.has_findings());
}

#[test]
fn a_line_that_another_state_of_the_lock_had_is_missed() {
    let library = library(&["a", "a b="]);
    let lock = locked(&library, &[2]);
    let other = library.version("s", 1).unwrap().hash.unwrap();
    let earlier = Lock::default().with([("s".parse().unwrap(), 1, other), ("s".parse().unwrap(), 2, other)]);
    let against = Against::Seen { reference: "v1.0".to_owned(), commit: "c".to_owned(), lock: earlier };
    let desk = Desk { against: Some(&against), ..desk(&library, Some(&lock), Compatibility::Backward) };
    let checked = desk.check(None);
    let findings: Vec<&str> = texts(&only(&checked).findings);
    assert_eq!(
        findings,
        ["v1 was locked at v1.0 and is not any more", "the lock says otherwise of v2 than at v1.0"]
    );
    let unseen = Against::NotSeen { reference: "x".to_owned(), reason: "no git".to_owned() };
    let checked = Desk { against: Some(&unseen), ..desk }.check(None);
    assert!(checked.report.is_unknown() && !checked.report.has_findings());
}

#[test]
fn a_new_version_before_locked_ones_is_doubted() {
    let library = library(&["a", "a b=", "a b= c="]);
    let lock = locked(&library, &[1, 3]);
    let checked = desk(&library, Some(&lock), Compatibility::Backward).check(None);
    let warning = &only(&checked).warnings[0];
    assert_eq!(warning.text, "v2 is new, and v3 is locked already: versions are registered in order");
    assert_eq!(warning.help.as_deref(), Some("call it v4"));
    // A locked version that changed is no new one.
    let text = lock.text().replace("s v1 ", &format!("s v1 {}\ns v2 ", "0".repeat(64)));
    let lock = Lock::read(&crate::yaml::Source::new("f", &text));
    assert!(lock.is_ok());
    let checked = desk(&library, lock.as_ref().ok(), Compatibility::Backward).check(None);
    assert_eq!(only(&checked).warnings, []);
    assert_eq!(only(&checked).findings.len(), 2);
}

#[test]
fn meanings_and_lint_are_warnings_of_new_versions() {
    let timestamp = |unit: &str| format!("t:{{\"type\":\"long\",\"logicalType\":\"timestamp-{unit}\"}}");
    let (millis, micros) = (timestamp("millis"), timestamp("micros"));
    let versions = [millis.as_str(), &millis, &micros];
    let library = library(&versions);
    let checked = desk(&library, None, Compatibility::FullTransitive).check(None);
    let offline = only(&checked);
    assert_eq!((offline.verdict, offline.findings.len()), (Verdict::Compatible, 0));
    assert_eq!(offline.warnings.len(), 2, "{:?}", offline.warnings);
    let rows = [("v3 reads v1 and v2", 0), ("v1 and v2 read v3", 1)];
    for (who, at) in rows {
        let warning = &offline.warnings[at];
        assert_eq!((warning.kind, warning.cause), (RemarkKind::Meaning, Some("time-unit")));
        assert!(warning.text.ends_with(&format!("({who})")), "{}", warning.text);
    }
    assert!(checked.report.has_warnings() && !checked.report.has_findings());

    let enumeration = "{\"type\": \"enum\", \"name\": \"E\", \"symbols\": [\"A\"]}";
    let library = Library::read("schemas", (1..=3).map(|number| found("s", number, enumeration)).collect());
    let lock = locked(&library, &[1, 2]);
    let checked = desk(&library, Some(&lock), Compatibility::Backward).check(None);
    let warnings = &only(&checked).warnings;
    assert_eq!(warnings.len(), 1, "locked versions cannot be mended: {warnings:?}");
    assert_eq!((warnings[0].cause, warnings[0].version), (Some("enum-without-default"), Some(3)));
    let docs = Desk { docs: true, ..desk(&library, None, Compatibility::None) };
    let records = library_of_one();
    let checked = Desk { library: &records, ..docs }.check(None);
    assert_eq!(only(&checked).warnings[0].cause, Some("field-without-doc"));
}

fn library_of_one() -> Library {
    library(&["a"])
}

#[test]
fn broken_files_are_told_and_the_others_compared_all_the_same() {
    let library = Library::read(
        "schemas",
        vec![
            found("bad", 1, &record("a")),
            found("bad", 2, "{"),
            found("bad", 3, &record("a b")),
            found("good", 1, &record("a")),
            found("good", 2, &record("a b")),
        ],
    );
    let checked = desk(&library, None, Compatibility::BackwardTransitive).check(None);
    assert_eq!(checked.broken.len(), 1);
    assert_eq!(checked.broken[0].source.name, "schemas/bad/v2.avsc");
    let bad = &checked.report.subject("bad").unwrap().offline;
    assert_eq!((bad.verdict, bad.findings.len()), (Verdict::Incompatible, 1), "v3 is held against v1");
    assert_eq!(checked.report.subject("good").unwrap().offline.verdict, Verdict::Incompatible);
    let backward = desk(&library, None, Compatibility::Backward).check(None);
    assert_eq!(backward.report.subject("bad").unwrap().offline.verdict, Verdict::Unreadable);
    let one: BTreeSet<SubjectName> = ["good".parse().unwrap()].into();
    let narrow = desk(&library, None, Compatibility::Backward).check(Some(&one));
    assert_eq!((narrow.report.subjects.len(), narrow.broken.len()), (1, 0));
}

#[test]
fn too_many_versions_are_undecided() {
    let library = Library::read("schemas", (1..=1_001).map(|n| found("s", n, "\"int\"")).collect());
    let checked = desk(&library, None, Compatibility::BackwardTransitive).check(None);
    assert_eq!(only(&checked).verdict, Verdict::Undecided);
    assert!(checked.report.is_unknown());
    let library = Library::read("schemas", (1..=1_000).map(|n| found("s", n, "\"int\"")).collect());
    let lock = locked(&library, &(1..=1_000).collect::<Vec<u32>>());
    let checked = desk(&library, Some(&lock), Compatibility::BackwardTransitive).check(None);
    let offline = only(&checked);
    assert_eq!((offline.verdict, offline.compared), (Verdict::Compatible, 999));
    assert_eq!(offline.notes[0].text, "498501 pairs of older versions were not compared");
}

#[test]
fn a_reference_that_names_another_type_is_doubted() {
    let user = "{\"type\": \"record\", \"name\": \"U\", \"fields\": [{\"name\": \"e\", \"type\": \"E\"}]}";
    let references = |name: &str| format!("[{{\"name\": \"{name}\", \"subject\": \"e\", \"version\": 1}}]");
    for (name, warnings) in [("E", 0), ("F", 1)] {
        let mut version = found("u", 1, user);
        let bytes = Ok(references(name).into_bytes());
        version.references = Some(FoundText { name: "schemas/u/v1.references.json".to_owned(), bytes });
        let library = Library::read("schemas", vec![version, found("e", 1, &record("a"))]);
        let checked = desk(&library, None, Compatibility::Backward).check(None);
        let offline = &checked.report.subject("u").unwrap().offline;
        assert_eq!(offline.warnings.len(), warnings, "{name}: {:?}", offline.warnings);
        assert!(offline.warnings.iter().all(|it| it.text == "v1 refers to `F`, which e v1 does not define"));
        assert!(checked.broken.is_empty());
    }
}
