use super::*;
use Compatibility as C;

#[test]
fn verdicts_on_the_same_thing_agree_or_are_a_finding() {
    let compatible = || RegistryVerdict::Compatible;
    let incompatible = || RegistryVerdict::Incompatible { reasons: vec!["no".into()] };
    let invalid = || RegistryVerdict::Invalid { reason: "what is this".into() };
    let fits = record("a b?");
    let breaks = record("a req");
    let rows = [
        ("both take it", &fits, C::Backward, compatible(), Agreement::Agreed),
        ("both refuse it", &breaks, C::Backward, incompatible(), Agreement::Agreed),
        ("only we take it", &fits, C::Backward, incompatible(), Agreement::Disagreed),
        ("only the registry takes it", &breaks, C::Backward, compatible(), Agreement::Disagreed),
        ("nothing is demanded", &breaks, C::None, compatible(), Agreement::Agreed),
        ("it cannot read what we can", &fits, C::Backward, invalid(), Agreement::Disagreed),
        (
            "it did not say",
            &fits,
            C::Backward,
            RegistryVerdict::Unknown { fault: fault(FaultKind::TimedOut) },
            Agreement::Unknown,
        ),
        (
            "it was not asked",
            &fits,
            C::Backward,
            RegistryVerdict::NotAsked { why: "no".into() },
            Agreement::Nothing,
        ),
    ];
    for (case, new, level, theirs, expected) in rows {
        let met = World::default()
            .file("s", 1, &record("a"))
            .file("s", 2, new)
            .held("s", 1, &record("a"))
            .level("s", Ok(HeldLevel::of_subject(level)))
            .meet();
        let (asked, unasked) = questions(&met.input(), &met.plan());
        assert_eq!((asked.len(), unasked.len()), (1, 0), "{case}");
        assert_eq!(opinion(&met.input(), &asked[0], theirs).agreement, expected, "{case}");
    }
}

#[test]
fn both_judge_under_the_level_in_force_also_where_another_one_is_declared() {
    let met = World::default()
        .file("s", 1, &record("a"))
        .file("s", 2, &record("a req"))
        .held("s", 1, &record("a"))
        .level("s", Ok(HeldLevel::of_subject(C::None)))
        .declares("s", C::Backward)
        .meet();
    assert_eq!(states(&met.plan(), "s"), ["v1 is 1", "v2 refused"]);
    let (asked, _) = questions(&met.input(), &met.plan());
    let opinion = opinion(&met.input(), &asked[0], RegistryVerdict::Compatible);
    assert_eq!((opinion.ours, opinion.agreement), (Verdict::NotDemanded, Agreement::Agreed));
}

#[test]
fn a_level_that_is_not_known_leaves_the_registry_alone_to_judge() {
    let met = World::default()
        .file("s", 1, &record("a"))
        .file("s", 2, &record("a b?"))
        .held("s", 1, &record("a"))
        .level("s", Err(fault(FaultKind::Denied)))
        .meet();
    let (asked, _) = questions(&met.input(), &met.plan());
    assert_eq!(asked[0].transitive, None);
    let agreement = |theirs| opinion(&met.input(), &asked[0], theirs).agreement;
    assert_eq!(agreement(RegistryVerdict::Compatible), Agreement::Unknown);
    assert_eq!(agreement(RegistryVerdict::Incompatible { reasons: Vec::new() }), Agreement::Disagreed);
}

#[test]
fn only_what_would_be_added_is_asked_and_a_new_subject_is_said() {
    let met = World::default()
        .file("new", 1, &record("a"))
        .file("old", 1, &record("a"))
        .file("old", 2, &record("a b?"))
        .file("user", 1, &user_of("n.R"))
        .refers("n.R", "old", 1)
        .file("user", 2, &user_of("n.R"))
        .refers("n.R", "old", 2)
        .held("old", 5, &record("a"))
        .held("user", 1, &record("z"))
        .level("old", Ok(HeldLevel::of_subject(C::FullTransitive)))
        .level("user", Ok(HeldLevel::of_subject(C::None)))
        .meet();
    let (asked, unasked) = questions(&met.input(), &met.plan());
    let asked: Vec<_> =
        asked.iter().map(|asked| (asked.subject.as_str(), asked.file, asked.transitive)).collect();
    assert_eq!(asked, [("old", 2, Some(true)), ("user", 1, Some(false))]);
    let unasked: Vec<_> =
        unasked.iter().map(|one| (one.subject.as_str(), one.file, one.theirs.as_str())).collect();
    assert_eq!(unasked, [("new", 1, "new_subject"), ("user", 2, "not_asked")]);
}

#[test]
fn a_registry_that_cannot_follow_references_has_not_said_no() {
    let met = World::default()
        .file("old", 1, &record("a"))
        .file("user", 1, &user_of("n.R"))
        .refers("n.R", "old", 1)
        .held("old", 5, &record("a"))
        .held("user", 1, &user_of("string").replace("\"x\"", "\"y\""))
        .level("user", Ok(HeldLevel::of_subject(C::None)))
        .meet();
    let (asked, _) = questions(&met.input(), &met.plan());
    let invalid = RegistryVerdict::Invalid { reason: "Could not execute compatibility rule".into() };
    assert_eq!(opinion(&met.input(), &asked[0], invalid).agreement, Agreement::Unknown);
}
