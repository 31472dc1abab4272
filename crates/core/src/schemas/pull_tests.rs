use super::*;
use crate::schemas::ContentHash;
use crate::schemas::register::tests::{Met, World, record, user_of};

fn pulled(met: &Met) -> Pull {
    let (held, matches, library, lock) = (&met.held, &met.matches, &met.library, &met.lock);
    pull(&PullInput { registry: "http://registry", held, matches, library, lock })
}

/// What became of each version, short.
fn results(pull: &Pull) -> Vec<String> {
    let short = |(subject, version): (&str, &PulledVersion)| {
        let file = version.file.map_or("-".to_owned(), |file| format!("v{file}"));
        let state = match &version.state {
            PullState::Written { .. } => "written",
            PullState::Existing => "existing",
            PullState::SameAs { .. } => "same",
            PullState::Refused { .. } => "refused",
            PullState::Failed { .. } => "failed",
        };
        format!("{subject}@{} {file} {state}", version.version)
    };
    let all = pull.subjects.iter();
    all.flat_map(|subject| subject.versions.iter().map(|version| (subject.subject.as_str(), version)))
        .map(short)
        .collect()
}

#[test]
fn an_empty_folder_gets_all_versions_from_1_in_the_registrys_order() {
    let met = World::default()
        .held("s", 3, &record("a"))
        .held("s", 7, &record("a b?"))
        .held("t", 1, &record("a"))
        .meet();
    let pull = pulled(&met);
    assert_eq!(results(&pull), ["s@3 v1 written", "s@7 v2 written", "t@1 v1 written"]);
    let files: Vec<NewFile> = pull.files().collect();
    assert_eq!((files[1].folder.as_str(), files[1].schema.0.as_str()), ("s", "v2.avsc"));
    // What is written says what the registry says, over lines.
    assert!(files[0].schema.1.starts_with("{\n  \"type\": \"record\",\n"), "{}", files[0].schema.1);
    assert_eq!(files[0].hash, ContentHash::of(&[&files[0].schema.1]));
    let again = World::default()
        .file("s", 1, &files[0].schema.1)
        .file("s", 2, &files[1].schema.1)
        .held("s", 3, &record("a"))
        .held("s", 7, &record("a b?"))
        .meet();
    assert_eq!(results(&pulled(&again)), ["s@3 v1 existing", "s@7 v2 existing"]);
}

#[test]
fn what_is_there_stays_and_new_versions_come_behind_it() {
    let world = || World::default().file("s", 1, &record("a")).file("s", 2, &record("a b?"));
    let rows = [
        (
            "one more there",
            world().held("s", 1, &record("a")).held("s", 2, &record("a b?")).held("s", 3, &record("a c?")),
            vec!["s@1 v1 existing", "s@2 v2 existing", "s@3 v3 written"],
        ),
        (
            "the one between was deleted",
            world().held("s", 2, &record("a b?")).held("s", 3, &record("a c?")),
            vec!["s@2 v2 existing", "s@3 v3 written"],
        ),
        (
            "another one of that number",
            world().held("s", 1, &record("a")).held("s", 2, &record("a c?")).held("s", 3, &record("a d?")),
            vec!["s@1 v1 existing", "s@2 - refused", "s@3 - refused"],
        ),
        ("another first one", world().held("s", 1, &record("x")), vec!["s@1 - refused"]),
        (
            "two texts that say the same",
            World::default().held("s", 1, &record("a")).held("s", 2, &record("a").replace(',', ", ")),
            vec!["s@1 v1 written", "s@2 v1 same"],
        ),
    ];
    for (case, world, expected) in rows {
        assert_eq!(results(&pulled(&world.meet())), expected, "{case}");
    }
    let conflict = pulled(&world().held("s", 1, &record("x")).meet());
    assert!(conflict.has_findings() && !conflict.has_unknown());
    let PullState::Refused { reason } = &conflict.subjects[0].versions[0].state else { panic!() };
    assert_eq!(reason, "schemas/s/v1.avsc is there and says something else");
}

#[test]
fn references_are_written_by_the_numbers_of_files() {
    let met = World::default()
        .held("a-user", 5, &user_of("n.R"))
        .held_refers("a-user", "n.R", "type", 9)
        .held("type", 4, &record("a"))
        .held("type", 9, &record("a b?"))
        .meet();
    let pull = pulled(&met);
    assert_eq!(results(&pull), ["a-user@5 v1 written", "type@4 v1 written", "type@9 v2 written"]);
    let user = pull.files().next().unwrap();
    let (name, text) = user.references.unwrap();
    let line = "[{\"name\": \"n.R\", \"subject\": \"type\", \"version\": 2}]\n";
    assert_eq!((name.as_str(), text.as_str()), ("v1.references.json", line));
    assert_eq!(user.hash, ContentHash::of(&[user.schema.1.as_str(), line]));
    // What it refers to is a file already, under another number.
    let met = World::default()
        .file("type", 1, &record("z"))
        .file("type", 2, &record("a b?"))
        .held("a-user", 5, &user_of("n.R"))
        .held_refers("a-user", "n.R", "type", 9)
        .held("type", 9, &record("a b?"))
        .meet();
    assert_eq!(results(&pulled(&met)), ["a-user@5 v1 written", "type@9 v2 existing"]);
    assert!(pulled(&met).files().next().unwrap().references.unwrap().1.contains("\"version\": 2"));
    // It leads nowhere: the version cannot be read at all.
    let met = World::default()
        .held("a-user", 5, &user_of("n.R"))
        .held_refers("a-user", "n.R", "type", 9)
        .held("type", 4, &record("a"))
        .meet();
    assert_eq!(results(&pulled(&met)), ["a-user@5 - refused", "type@4 v1 written"]);
}

#[test]
fn odd_subjects_stay_in_the_folder_or_are_refused() {
    let rows = [("a/b c", "a%2Fb c"), ("../x", "%2E.%2Fx"), (".git", "%2Egit"), ("..", "%2E.")];
    for (subject, folder) in rows {
        let pull = pulled(&World::default().held(subject, 1, &record("a")).meet());
        assert_eq!(pull.files().next().unwrap().folder, folder);
    }
    let pull = pulled(&World::default().held("a\nb", 1, &record("a")).meet());
    assert_eq!(results(&pull), ["a\nb@1 - refused"]);
    let mut foreign = World::default().held("s", 1, "syntax").held("s", 2, &record("a"));
    foreign.subject("s").versions.as_mut().unwrap()[0].content.foreign = Some("PROTOBUF".to_owned());
    assert_eq!(results(&pulled(&foreign.meet())), ["s@1 - refused", "s@2 - refused"]);
}

#[test]
fn a_lock_that_says_otherwise_is_never_contradicted() {
    let world = |text: &str| {
        let hash = ContentHash::of(&[text]);
        World::default().held("s", 1, "\"long\"").locked(&format!("s v1 {hash}")).meet()
    };
    assert_eq!(results(&pulled(&world("\"long\"\n"))), ["s@1 v1 written"]);
    assert_eq!(results(&pulled(&world("\"int\"\n"))), ["s@1 - refused"]);
}

#[test]
fn a_subject_that_is_not_there_is_a_finding() {
    let mut world = World::default().held("s", 1, &record("a"));
    world.subject("t");
    let pull = pulled(&world.meet());
    assert!(pull.has_findings() && pull.subjects[1].absent && !pull.subjects[0].absent);
}

#[test]
fn what_cannot_be_read_or_written_is_unknown() {
    let pull = pulled(&World::default().held("s", 1, &record("a")).denied("t").meet());
    assert!(pull.has_unknown() && !pull.has_findings());
    let mut pull = pulled(&World::default().held("s", 1, &record("a")).meet());
    pull.failed("s", 1, "the disk is full", false);
    assert!(pull.has_unknown() && pull.files().next().is_none());
    let wire = serde_json::to_value(&pull).unwrap();
    assert_eq!(wire["subjects"][0]["versions"][0]["result"], "failed");
    assert_eq!(wire["subjects"][0]["versions"][0]["reason"], "the disk is full");
}
