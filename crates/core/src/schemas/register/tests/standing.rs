use super::*;
use Compatibility as C;

#[test]
fn files_and_registry_agree_where_they_hold_the_same_in_the_same_order() {
    let world = || World::default().file("s", 1, &record("a")).file("s", 2, &record("a b?"));
    let rows = [
        ("the same", world().held("s", 2, &record("a")).held("s", 9, &record("a b?")), Some(true)),
        ("one is missing there", world().held("s", 1, &record("a")), Some(false)),
        ("nothing is there", world(), Some(false)),
        (
            "one more is there",
            world().held("s", 1, &record("a")).held("s", 2, &record("a b?")).held("s", 3, &record("x")),
            Some(false),
        ),
        ("another order", world().held("s", 1, &record("a b?")).held("s", 2, &record("a")), Some(false)),
        (
            "a deleted one more",
            world().held("s", 1, &record("a")).held("s", 3, &record("a b?")).deleted("s", 2, "\"long\""),
            Some(true),
        ),
        (
            "the first one again in another text",
            world().held("s", 1, &record("a")).held("s", 2, &record("a b?")).held(
                "s",
                3,
                &record("a").replace(',', ", "),
            ),
            Some(true),
        ),
        ("nobody knows", world().denied("s"), None),
    ];
    for (case, world, expected) in rows {
        let met = world.meet();
        assert_eq!(standing(&met.input(), "s").unwrap().agrees, expected, "{case}");
    }
}

#[test]
fn levels_agree_where_the_declared_one_is_in_force() {
    let rows = [
        (Some(C::Backward), Ok(HeldLevel::of_default(C::Backward)), Some(true)),
        (Some(C::Backward), Ok(HeldLevel::behind_none(C::None)), Some(false)),
        (None, Ok(HeldLevel::of_subject(C::Full)), None),
        (Some(C::Backward), Err(fault(FaultKind::Denied)), None),
    ];
    for (declared, level, expected) in rows {
        let mut world = World::default().file("s", 1, &record("a")).level("s", level.clone());
        world.declared = declared.map(|level| ("s".to_owned(), level)).into_iter().collect();
        assert_eq!(standing(&world.meet().input(), "s").unwrap().level_agrees, expected, "{level:?}");
    }
}

#[test]
fn a_subject_without_files_is_all_the_registrys() {
    let met = World::default().file("s", 1, &record("a")).held("stranger", 4, &record("a")).meet();
    let stranger = standing(&met.input(), "stranger").unwrap();
    assert!(stranger.is_strange() && !standing(&met.input(), "s").unwrap().is_strange());
    assert_eq!(stranger.versions.unwrap(), [StandingVersion { version: 4, id: 101, files: Vec::new() }]);
    assert_eq!((stranger.agrees, stranger.notes.len()), (Some(false), 1));
    assert!(standing(&met.input(), "nobody").is_none());
}
