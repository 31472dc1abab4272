use super::*;
use crate::risk::Risk;
use crate::schemas::ContentHash;
use Compatibility as C;

#[test]
fn a_new_subject_gets_its_level_and_then_its_versions_in_order() {
    let plan = World::default()
        .file("s", 1, &record("a"))
        .file("s", 2, &record("a b?"))
        .file("s", 10, &record("a b? c?"))
        .level("s", Ok(HeldLevel::of_default(C::None)))
        .declares("s", C::BackwardTransitive)
        .plan();
    assert_eq!(steps(&plan), ["level s BACKWARD_TRANSITIVE", "s v1", "s v2", "s v10"]);
    assert_eq!(states(&plan, "s"), ["v1 added, first", "v2 added, compatible", "v10 added, compatible"]);
    assert_eq!((plan.findings(), plan.unknown(), plan.risks()), (0, 0, Vec::new()));
    assert_eq!(plan.question(), "Set 1 level and register 3 versions at http://registry?");
}

#[test]
fn none_is_set_behind_the_first_version_of_a_new_subject() {
    let world =
        || World::default().file("s", 1, &record("a")).file("s", 2, &record("b")).declares("s", C::None);
    assert_eq!(steps(&world().plan()), ["s v1", "level s NONE", "s v2"]);
    let known = world().held("s", 1, &record("a")).plan();
    assert_eq!(steps(&known), ["level s NONE", "s v2"]);
    let alone =
        World::default().file("s", 1, &record("a")).file("t", 1, &user_of("n.R")).refers("n.R", "s", 1);
    let held_back = alone.choose(&["t"]).declares("t", C::None).plan();
    assert_eq!(steps(&held_back), ["level t NONE"]);
}

#[test]
fn what_is_registered_is_left_as_it_is() {
    let plan = World::default()
        .file("s", 1, &record("a"))
        .file("s", 2, &record("a b?"))
        .held("s", 3, &record("a"))
        .held("s", 7, &record("a b?"))
        .declares("s", C::Backward)
        .plan();
    assert!(plan.is_empty(), "{plan:?}");
    assert_eq!(states(&plan, "s"), ["v1 is 3", "v2 is 7"]);
    assert!(plan.subject("s").unwrap().notes.is_empty(), "holes and other numbers are nothing to speak of");
}

#[test]
fn levels_are_set_where_they_are_declared_and_differ() {
    let denied = || Err(fault(FaultKind::Denied));
    let word = || Ok(HeldLevel { in_force: Err("STRICT".into()), origin: LevelOrigin::Subject });
    type Held = Result<HeldLevel, Fault>;
    let rows: [(&str, Option<C>, Held, &str); 13] = [
        ("undeclared", None, Ok(HeldLevel::of_subject(C::None)), "left alone"),
        ("in force", Some(C::Full), Ok(HeldLevel::of_subject(C::Full)), "in force"),
        ("in force by default", Some(C::Full), Ok(HeldLevel::of_default(C::Full)), "in force"),
        ("raised", Some(C::Full), Ok(HeldLevel::of_subject(C::Backward)), "set"),
        ("raised from nothing", Some(C::Backward), Ok(HeldLevel::behind_none(C::None)), "set"),
        ("a direction lost", Some(C::Backward), Ok(HeldLevel::of_subject(C::Full)), "set, loses"),
        ("turned", Some(C::Forward), Ok(HeldLevel::of_subject(C::Backward)), "set, loses"),
        (
            "transitivity lost",
            Some(C::Backward),
            Ok(HeldLevel::of_subject(C::BackwardTransitive)),
            "set, loses",
        ),
        ("all lost", Some(C::None), Ok(HeldLevel::of_subject(C::Backward)), "set, loses"),
        ("NONE is in force", Some(C::None), Ok(HeldLevel::behind_none(C::None)), "in force"),
        ("NONE is not granted", Some(C::None), Ok(HeldLevel::behind_none(C::Backward)), "not granted"),
        ("denied", Some(C::Backward), denied(), "unknown"),
        ("a word of another world", Some(C::Backward), word(), "unknown"),
    ];
    for (case, declared, held, expected) in rows {
        let mut world =
            World::default().file("s", 1, &record("a")).held("s", 1, &record("a")).level("s", held);
        world.declared = declared.map(|level| ("s".to_owned(), level)).into_iter().collect();
        let plan = world.plan();
        let subject = plan.subject("s").unwrap();
        let found = match &subject.level {
            LevelPlan::LeftAlone => "left alone",
            LevelPlan::InForce => "in force",
            LevelPlan::Set(change) if change.loses.is_some() => "set, loses",
            LevelPlan::Set(_) => "set",
            LevelPlan::NotGranted { .. } => "not granted",
            LevelPlan::Unknown { .. } => "unknown",
        };
        assert_eq!(found, expected, "{case}");
        assert_eq!(plan.risks().len(), usize::from(expected == "set, loses"), "{case}");
        assert_eq!(plan.findings(), usize::from(expected == "not granted"), "{case}");
        assert_eq!(plan.unknown(), usize::from(expected == "unknown"), "{case}");
        assert_eq!(plan.steps.len(), usize::from(expected.starts_with("set")), "{case}");
    }
}

#[test]
fn what_is_lost_is_said_in_words() {
    let rows = [
        (C::Full, C::Backward, "old schemas need no longer read new data"),
        (C::Full, C::Forward, "new schemas need no longer read old data"),
        (C::BackwardTransitive, C::Backward, "only the last version counts, and no longer all"),
        (C::BackwardTransitive, C::None, "new schemas need no longer read old data"),
        (
            C::FullTransitive,
            C::Backward,
            "old schemas need no longer read new data, only the last version counts, and no longer all",
        ),
    ];
    for (from, to, words) in rows {
        assert_eq!(loses(from, to).as_deref(), Some(words), "{from} to {to}");
        assert_eq!(loses(to, from), None, "{to} to {from}");
    }
    let lower = World::default()
        .file("s", 1, &record("a"))
        .level("s", Ok(HeldLevel::of_subject(C::Full)))
        .declares("s", C::Backward)
        .plan();
    assert_eq!(lower.risks(), [(Risk::CompatibilityLower, "s from FULL to BACKWARD".to_owned())]);
}

#[test]
fn versions_are_judged_against_what_the_level_that_will_be_in_force_demands() {
    let world = |level, new: &str| {
        World::default()
            .file("s", 1, &record("a"))
            .file("s", 2, &record("a b?"))
            .file("s", 3, &record("b?"))
            .file("s", 4, new)
            .held("s", 1, &record("a"))
            .held("s", 2, &record("a b?"))
            .held("s", 3, &record("b?"))
            .declares("s", level)
    };
    let reads_all = record("b? c?");
    // It gives `a` another type: whoever reads v1 with it fails, v3 has no `a` at all.
    let turns_a = record("b? c?")
        .replace("\"fields\":[", "\"fields\":[{\"name\":\"a\",\"type\":\"long\",\"default\":0},");
    let required = record("b? req");
    let rows = [
        ("fits all", C::BackwardTransitive, &reads_all, "v4 added, compatible"),
        ("fits v3 only, and only v3 counts", C::Backward, &turns_a, "v4 added, compatible"),
        ("fits v3 only, and all count", C::BackwardTransitive, &turns_a, "v4 refused"),
        ("fits none", C::Backward, &required, "v4 refused"),
        ("fits none, and nothing counts", C::None, &required, "v4 added, not_demanded"),
    ];
    for (case, level, new, expected) in rows {
        let plan = world(level, new).plan();
        assert_eq!(states(&plan, "s").last().unwrap(), expected, "{case}");
        assert_eq!(plan.findings(), usize::from(expected.ends_with("refused")), "{case}");
    }
    let plan = world(C::BackwardTransitive, &required).plan();
    let VersionState::Refused { reasons } = &plan.subject("s").unwrap().versions[3].state else { panic!() };
    let sentence = "field `req` was added without a default: a reader of v4 cannot read records written with v1, v2 and v3";
    assert_eq!(reasons, &[sentence]);
}

#[test]
fn the_registrys_order_counts_and_its_versions_without_a_file() {
    let plan = World::default()
        .file("s", 1, &record("a"))
        .file("s", 2, &record("a b?"))
        .file("s", 3, &record("a b? c"))
        .held("s", 2, &record("a b?"))
        .held("s", 4, &record("a"))
        .held("s", 5, &record("x?"))
        .plan();
    let subject = plan.subject("s").unwrap();
    let VersionState::Refused { reasons } = &subject.versions[2].state else { panic!("{subject:?}") };
    assert!(reasons[0].contains("the registry's version 5"), "{reasons:?}");
    let notes = [
        "not in the files: the registry's version 5",
        "out of order: v2 is the registry's version 2, v1 its version 4",
    ];
    assert_eq!(subject.notes, notes);
}

#[test]
fn a_refused_version_stops_its_subject_and_what_refers_to_it() {
    let plan = World::default()
        .file("a", 1, &record("a"))
        .file("a", 2, &record("a req"))
        .file("a", 3, &record("a c?"))
        .file("b", 1, &record("a"))
        .file("user", 1, &user_of("n.R"))
        .refers("n.R", "a", 2)
        .file("other", 1, &user_of("n.R"))
        .refers("n.R", "a", 1)
        .held("a", 1, &record("a"))
        .plan();
    assert_eq!(steps(&plan), ["b v1", "other v1"]);
    assert_eq!(states(&plan, "a"), ["v1 is 1", "v2 refused", "v3 held back, finding"]);
    assert_eq!(states(&plan, "user"), ["v1 held back, finding"]);
    assert_eq!(plan.findings(), 2, "what follows from another one of the same subject is not counted");
}

#[test]
fn references_go_before_their_users_whatever_their_names() {
    let plan = World::default()
        .file("a", 1, &user_of("n.R"))
        .refers("n.R", "z", 2)
        .file("m", 1, &record("m"))
        .file("z", 1, &record("a"))
        .file("z", 2, &record("a b?"))
        .file("z", 3, &record("a b? c?"))
        .plan();
    assert_eq!(steps(&plan), ["m v1", "z v1", "z v2", "z v3", "a v1"]);
    let references = &plan.additions().last().unwrap().references;
    let expected = AdditionReference { name: "n.R".into(), subject: "z".into(), file: 2, registered: None };
    assert_eq!(references, &[expected]);
}

#[test]
fn what_is_referred_to_and_not_chosen_must_be_registered() {
    let world = || {
        World::default()
            .file("type", 1, &record("a"))
            .file("user", 1, &user_of("n.R"))
            .refers("n.R", "type", 1)
    };
    let plan = world().choose(&["user"]).plan();
    let VersionState::HeldBack { because: Because::Finding, reason } =
        &plan.subject("user").unwrap().versions[0].state
    else {
        panic!("{plan:?}")
    };
    assert_eq!(reason, "it refers to type v1, which is not registered: name type too");
    assert!(plan.subject("type").is_none());
    let plan = world().held("type", 5, &record("a")).choose(&["user"]).plan();
    assert_eq!(plan.additions().next().unwrap().references[0].registered, Some(5));
    let plan = world().denied("type").choose(&["user"]).plan();
    assert_eq!(states(&plan, "user"), ["v1 held back, unknown"]);
}

#[test]
fn what_cannot_be_read_is_unknown_and_never_nothing_to_do() {
    let plan = World::default().file("s", 1, &record("a")).file("t", 1, &record("a")).denied("s").plan();
    assert_eq!((steps(&plan), plan.unknown(), plan.findings()), (vec!["t v1".to_owned()], 1, 0));
    assert_eq!(states(&plan, "s"), ["v1 held back, unknown"]);
}

#[test]
fn without_its_level_a_subject_gets_versions_only_where_nobody_declared_one() {
    let world = || {
        World::default()
            .file("s", 1, &record("a"))
            .file("s", 2, &record("a req"))
            .held("s", 1, &record("a"))
            .level("s", Err(fault(FaultKind::Denied)))
    };
    let plan = world().plan();
    assert_eq!(states(&plan, "s"), ["v1 is 1", "v2 added, unknown"]);
    assert_eq!(plan.unknown(), 1);
    let plan = world().declares("s", C::Backward).plan();
    assert_eq!(states(&plan, "s"), ["v1 is 1", "v2 held back, unknown"]);
    assert_eq!(plan.unknown(), 1);
}

#[test]
fn what_cannot_be_compared_with_is_no_verdict() {
    let mut world = World::default().file("s", 1, &record("a")).held("s", 1, "message M {}");
    world.subject("s").versions.as_mut().unwrap()[0].content.foreign = Some("PROTOBUF".to_owned());
    let plan = world.plan();
    assert_eq!(states(&plan, "s"), ["v1 added, unknown"]);
    let notes = &plan.subject("s").unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("no Avro schema but PROTOBUF")), "{notes:?}");
}

#[test]
fn a_file_that_others_have_overtaken_is_left_out() {
    let world = || {
        World::default()
            .file("s", 1, &record("a"))
            .file("s", 2, &record("a b?"))
            .file("s", 3, &record("a b? c?"))
            .held("s", 1, &record("a b?"))
    };
    let plan = world().plan();
    assert_eq!(states(&plan, "s"), ["v1 left out", "v2 is 1", "v3 added, compatible"]);
    assert!(plan.subject("s").unwrap().notes[0].starts_with("v1 is left out: v2 behind it is registered"));
    assert_eq!((plan.findings(), plan.unknown()), (0, 0));
    // One that was softly deleted behind all others comes back as a new version.
    let plan = world().held("s", 2, &record("a")).deleted("s", 3, &record("a b? c?")).plan();
    assert_eq!(states(&plan, "s"), ["v1 is 2", "v2 is 1", "v3 added, compatible"]);
    assert!(plan.subject("s").unwrap().notes.iter().any(|note| note.starts_with("v3 was softly deleted")));
}

#[test]
fn a_byte_order_mark_is_not_sent_to_a_registry() {
    let plan = World::default().file("s", 1, &format!("\u{feff}{}", record("a"))).plan();
    let [Step::Version(addition)] = plan.steps.as_slice() else { panic!("{:?}", plan.steps) };
    assert_eq!(addition.text, record("a"));
}

#[test]
fn a_subject_all_of_which_was_deleted_is_not_called_a_new_one() {
    let mut world = World::default().file("s", 1, &record("a"));
    world.subject("s").withheld = vec![1, 2];
    let plan = world.plan();
    let subject = plan.subject("s").unwrap();
    assert!(subject.new && subject.deleted, "nothing of it is in use, so that nothing is compared");
    assert_eq!(states(&plan, "s"), ["v1 added, first"]);
    let note = "all that the registry had was softly deleted: the registry's versions 1, 2; what is added follows it";
    assert_eq!(subject.notes, [note]);
    assert!(!World::default().file("s", 1, &record("a")).plan().subject("s").unwrap().deleted);
    let one_left =
        World::default().file("s", 1, &record("a")).held("s", 2, &record("a")).deleted("s", 1, "\"int\"");
    assert!(!one_left.plan().subject("s").unwrap().deleted);
}

#[test]
fn what_was_deleted_does_not_come_back_on_top_of_what_came_after_it() {
    // The registry's version 3 is none of the files any more: v3 was edited. Yet it came after the deleted version 2.
    let world = || {
        World::default()
            .file("s", 1, &record("a"))
            .file("s", 2, &record("a b?"))
            .file("s", 3, &record("a b? d?"))
            .held("s", 1, &record("a"))
            .held("s", 3, &record("a b? c?"))
            .deleted("s", 2, &record("a b?"))
    };
    let plan = world().plan();
    assert_eq!(states(&plan, "s"), ["v1 is 1", "v2 left out", "v3 added, compatible"]);
    let notes = &plan.subject("s").unwrap().notes;
    assert!(
        notes.iter().any(|note| note.starts_with("v2 is left out: the registry's version 3 behind it")),
        "{notes:?}"
    );
    // The same where the lock says that v3 was edited: then nothing at all goes to the subject.
    let hash = ContentHash::of(&[record("other")]);
    let plan = world().file("s", 4, &record("a b? d? e?")).locked(&format!("s v3 {hash}")).plan();
    assert!(plan.is_empty(), "{plan:?}");
    assert_eq!(
        states(&plan, "s"),
        ["v1 is 1", "v2 left out", "v3 held back, finding", "v4 held back, finding"]
    );
}

#[test]
fn nothing_goes_to_a_subject_with_a_changed_file_whatever_its_number() {
    let hash = ContentHash::of(&[record("other")]);
    let world =
        World::default().file("s", 1, &record("a")).file("s", 2, &record("a b?")).file("t", 1, &record("a"));
    let plan = world.locked(&format!("s v2 {hash}")).plan();
    assert_eq!(steps(&plan), ["t v1"]);
    assert_eq!(states(&plan, "s"), ["v1 held back, finding", "v2 held back, finding"]);
    let reason = |index: usize| match &plan.subject("s").unwrap().versions[index].state {
        VersionState::HeldBack { reason, .. } => reason.clone(),
        other => panic!("{other:?}"),
    };
    assert!(reason(0).starts_with("v2 is not what schemas.lock says"), "{}", reason(0));
    assert!(reason(1).starts_with("its file is not what schemas.lock says"), "{}", reason(1));
}

#[test]
fn files_that_say_the_same_are_one_version() {
    let world = || {
        World::default().file("s", 1, &record("a")).file("s", 2, &record("a b?")).file(
            "s",
            3,
            &record("a").replace(',', ", "),
        )
    };
    let plan = world().plan();
    assert_eq!(steps(&plan), ["s v1", "s v2"]);
    assert_eq!(states(&plan, "s"), ["v1 added, first", "v2 added, compatible", "v3 same as v1"]);
    // Killed behind v1: v3 is there already, and v2 still has to come.
    let plan = world().held("s", 1, &record("a")).plan();
    assert_eq!(states(&plan, "s"), ["v1 is 1", "v2 added, compatible", "v3 is 1"]);
    assert_eq!(plan.subject("s").unwrap().notes, ["v3 says what v1 says: both are the registry's version 1"]);
    let plan = world().held("s", 1, &record("a")).held("s", 2, &record("a b?")).plan();
    assert!(plan.is_empty());
}

#[test]
fn a_locked_version_whose_file_was_changed_is_not_registered() {
    let hash = ContentHash::of(&[record("other")]);
    let world = || World::default().file("s", 1, &record("a")).locked(&format!("s v1 {hash}"));
    let plan = world().plan();
    assert_eq!(states(&plan, "s"), ["v1 held back, finding"]);
    // What is registered is registered; that the file was changed is for `schema check` to say.
    assert_eq!(states(&world().held("s", 1, &record("a")).plan(), "s"), ["v1 is 1"]);
    let hash = ContentHash::of(&[record("a")]);
    let plan = World::default().file("s", 1, &record("a")).locked(&format!("s v1 {hash}")).plan();
    assert_eq!(states(&plan, "s"), ["v1 added, first"]);
}

#[test]
fn another_level_can_be_tried() {
    let met = World::default()
        .file("s", 1, &record("a"))
        .file("s", 2, &record("a req"))
        .held("s", 1, &record("a"))
        .meet();
    let tried = |level| states(&plan(&PlanInput { judged_by: level, ..met.input() }), "s");
    assert_eq!(tried(Some(C::Full)), ["v1 is 1", "v2 refused"]);
    assert_eq!(tried(None), ["v1 is 1", "v2 refused"]);
    assert_eq!(tried(Some(C::Forward)), ["v1 is 1", "v2 added, compatible"]);
    assert_eq!(tried(Some(C::None)), ["v1 is 1", "v2 added, not_demanded"]);
}

#[test]
fn both_directions_count_where_the_level_says_so() {
    // Whoever has the old schema misses a field without a default; whoever has the new one does not.
    let rows = [(C::Backward, "added, compatible"), (C::Forward, "refused"), (C::Full, "refused")];
    for (level, expected) in rows {
        let world = World::default().file("s", 1, &record("a b")).file("s", 2, &record("a"));
        let plan = world.held("s", 1, &record("a b")).level("s", Ok(HeldLevel::of_subject(level))).plan();
        assert_eq!(states(&plan, "s")[1], format!("v2 {expected}"), "{level}");
    }
}

#[test]
fn more_versions_than_can_be_compared_are_no_verdict() {
    let mut world = World::default().file("s", 2_000, &record("a b?")).declares("s", C::BackwardTransitive);
    for number in 1..=crate::schemas::check::VERSIONS_LIMIT as u32 + 1 {
        world = world.held("s", number, &record("a"));
    }
    assert_eq!(states(&world.plan(), "s"), ["v2000 added, unknown"]);
}

#[test]
fn killed_at_any_step_the_next_plan_goes_on_from_there() {
    let files = [record("a"), record("a b?"), record("a b? c?"), record("a b? c? d?")];
    for done in 0..=files.len() {
        let mut world = World::default().declares("s", C::Backward);
        for (file, text) in (1..).zip(&files) {
            world = world.file("s", file, text);
            if file as usize <= done {
                world = world.held("s", file, text);
            }
        }
        let expected: Vec<String> = (done + 1..=files.len()).map(|file| format!("s v{file}")).collect();
        assert_eq!(steps(&world.plan()), expected, "{done} done");
    }
}

#[test]
fn older_versions_that_were_not_read_are_no_verdict_where_they_count() {
    let world = |level| {
        let mut world = World::default()
            .file("s", 1, &record("a"))
            .file("s", 2, &record("a b?"))
            .held("s", 9_001, &record("a"))
            .declares("s", level);
        world.subject("s").unread = 9_000;
        world.plan()
    };
    assert_eq!(states(&world(C::Backward), "s"), ["v1 is 9001", "v2 added, compatible"]);
    let plan = world(C::BackwardTransitive);
    assert_eq!(states(&plan, "s"), ["v1 is 9001", "v2 added, unknown"]);
    assert!(plan.subject("s").unwrap().notes[0].starts_with("9000 older versions"));
}
