use super::*;
use crate::schemas::library::{FoundText, FoundVersion};

const A: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const B: &str = "2222222222222222222222222222222222222222222222222222222222222222";

fn lock(text: &str) -> Lock {
    Lock::read(&Source::new("schemas.lock", text)).unwrap()
}

fn name(subject: &str) -> SubjectName {
    subject.parse().unwrap()
}

fn hash(text: &str) -> ContentHash {
    text.parse().unwrap()
}

#[test]
fn the_shipped_lock_is_read_and_written_again() {
    let shipped = include_str!("../../../../../schemas.lock");
    let read = lock(shipped);
    assert_eq!(read.text(), shipped);
    assert_eq!(read.size(), 20);
    let matched = name("agent-matched-event");
    assert_eq!(read.get(&matched, 3).unwrap().number, 3);
    assert_eq!(read.get(&matched, 4), None);
    assert_eq!(read.with([]).text(), shipped);
}

#[test]
fn lines_that_are_wrong_are_told_all_at_once() {
    let rows = [
        (format!("a v1 {A}\n"), ""),
        (format!("\u{feff}# x\n\na v1 {A}\na b v1 {A}"), ""),
        (format!("a v2 {A}\na v10 {A}\n"), ""),
        ("a v1\n".to_owned(), "1:1: error: this is no line of a lock"),
        ("a\n".to_owned(), "1:1: error: this is no line of a lock"),
        (format!("a v1  {A}\n"), "1:6: error: `` is no version of a file"),
        (format!(" v1 {A}\n"), "1:1: error: no subject's folder is called ``"),
        (format!("a v1 {A} \n"), "1:71: error: a SHA-256 is 64 hexadecimal digits in lower case"),
        (format!("é v1 {}\n", &A[1..]), "1:6: error: a SHA-256 is"),
        (format!("a v1 {}\n", B.replacen('2', "F", 1)), "1:6: error: a SHA-256 is"),
        (format!("a v1 {}\n", B.replacen('2', "g", 1)), "1:6: error: a SHA-256 is"),
        (format!("a v0 {A}\n"), "1:3: error: `v0` is no version of a file"),
        (format!("a v01 {A}\n"), "1:3: error: `v01` is no version of a file"),
        (format!("a 1 {A}\n"), "1:3: error: `1` is no version of a file"),
        (format!("a v4294967296 {A}\n"), "1:3: error: `v4294967296` is no version of a file"),
        (format!("a/b v1 {A}\n"), "1:1: error: no subject's folder is called `a/b`"),
        (format!("a v1 {A}\r\n"), "1:1: error: this line ends as on Windows"),
        (format!("a v1 {A}\na v1 {B}\n"), "2:1: error: `a` v1 stands twice"),
        (format!("a v1 {A}\nb v1 {A}\na v1 {A}\n"), "3:1: error: `a` v1 stands twice"),
        (format!("b v1 {A}\na v1 {B}\n"), "2:1: error: `a` v1 stands after `b` v1"),
        (format!("a v10 {A}\na v2 {B}\n"), "2:1: error: `a` v2 stands after `a` v10"),
        ("<<<<<<< HEAD\n".to_owned(), "1:1: error: a merge left its mark here"),
        ("=======\n".to_owned(), "1:1: error: a merge left its mark here"),
        ("\0\n".to_owned(), "1:1: error: this is no line of a lock"),
    ];
    for (text, expected) in rows {
        let told: Vec<String> = match Lock::read(&Source::new("f", &text)) {
            Ok(_) => Vec::new(),
            Err(findings) => findings.iter().map(|finding| finding.to_string()[2..].to_owned()).collect(),
        };
        assert_eq!(told.is_empty(), expected.is_empty(), "{text:?}: {told:?}");
        assert!(
            told.iter().all(|line| line.starts_with(expected) && line.contains("\n  help: ")),
            "{text:?}: {told:?}"
        );
        assert!(told.len() <= 1, "{told:?}");
    }
    let many = format!("x\na v1 {A}\ny\na v1 {A}\n");
    assert_eq!(Lock::read(&Source::new("f", &many)).unwrap_err().len(), 3);
}

#[test]
fn new_versions_go_to_their_place_and_nothing_else_moves() {
    let before = format!("# mine\na v1 {A}\n\n# about c\nc v2 {A}\nc v10 {A}\n# end");
    let new = |subject: &str, number| (name(subject), number, hash(B));
    let grown = lock(&before).with([
        new("d", 1),
        new("c", 9),
        new("c", 11),
        new("b/x", 1),
        new("a", 1),
        new("a", 2),
        new("d", 1),
    ]);
    let expected = format!(
        "# mine\na v1 {A}\na v2 {B}\nb%2Fx v1 {B}\n\n# about c\nc v2 {A}\nc v9 {B}\nc v10 {A}\nc v11 {B}\nd v1 {B}\n# end\n"
    );
    assert_eq!(grown.text(), expected, "a locked line is never written anew");
    assert_eq!(lock(&expected).size(), 8);
    assert_eq!(lock(&expected).get(&name("b/x"), 1).unwrap().hash, hash(B));
    assert_eq!(lock("# only\n").with([new("a", 1)]).text(), format!("# only\na v1 {B}\n"));
    let first = lock(&format!("# head\nb v1 {A}\n")).with([new("a", 1)]).text();
    assert_eq!(first, format!("# head\na v1 {B}\nb v1 {A}\n"));
    let fresh = Lock::default().with([new("a", 1)]).text();
    assert!(
        fresh.starts_with("# Written by `eventctl schema lock`.") && fresh.ends_with(&format!("a v1 {B}\n"))
    );
    assert_eq!(lock(&fresh).size(), 1);
}

#[test]
fn files_are_held_against_the_lock() {
    let found = |number, text: &str| FoundVersion {
        subject: name("a"),
        number,
        schema: FoundText { name: format!("schemas/a/v{number}.avsc"), bytes: Ok(text.as_bytes().to_vec()) },
        references: None,
    };
    let mut broken = found(4, "");
    broken.schema.bytes = Err("gone".to_owned());
    let library = Library::read("schemas", vec![found(1, "one"), found(2, "two"), found(3, "three"), broken]);
    let of = |text: &str| ContentHash::of(&[text]);
    let lock = lock(&format!("a v1 {}\na v2 {A}\na v4 {A}\na v5 {A}\nz v1 {A}\n", of("one")));
    let states: Vec<State> =
        library.subject("a").unwrap().versions().iter().map(|v| lock.state(&name("a"), v)).collect();
    assert_eq!(states, [State::Locked, State::Changed, State::New, State::Unreadable]);
    let missing: Vec<(&str, u32)> =
        lock.missing(&library).iter().map(|m| (m.subject.as_str(), m.number)).collect();
    assert_eq!(missing, [("a", 5), ("z", 1)]);
}

#[test]
fn a_line_that_was_there_must_be_there_still() {
    let earlier = lock(&format!("a v1 {A}\na v2 {A}\nb v1 {A}\n"));
    let now = lock(&format!("a v1 {A}\na v2 {B}\na v3 {A}\n"));
    let lost: Vec<(String, Option<ContentHash>)> = now
        .lost_since(&earlier)
        .iter()
        .map(|lost| (format!("{} v{}", lost.subject, lost.number), lost.is))
        .collect();
    assert_eq!(lost, [("a v2".to_owned(), Some(hash(B))), ("b v1".to_owned(), None)]);
    assert_eq!(earlier.lost_since(&earlier), []);
}
