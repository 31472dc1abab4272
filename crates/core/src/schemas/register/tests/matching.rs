use super::*;

#[test]
fn files_are_found_by_all_they_say_and_never_by_number() {
    let spaced = record("a").replace(',', " ,\n ");
    let documented = record("a").replace("\"name\":\"a\"", "\"doc\":\"x\",\"name\":\"a\"");
    let defaulted = record("a").replace("\"name\":\"a\"", "\"default\":\"x\",\"name\":\"a\"");
    let rows: [(&str, String, Vec<u32>); 6] = [
        ("itself", record("a"), vec![7]),
        ("written otherwise", spaced, vec![7]),
        ("another field", record("b"), vec![]),
        ("a doc more", documented, vec![]),
        ("a default more", defaulted, vec![]),
        ("two fields", record("a b"), vec![]),
    ];
    for (case, held, expected) in rows {
        let met = World::default().file("s", 1, &record("a")).held("s", 7, &held).meet();
        let found: Vec<u32> =
            met.matches.file("s", 1).unwrap().held.iter().map(|found| found.version).collect();
        assert_eq!(found, expected, "{case}");
        assert_eq!(met.matches.files_of("s", 7).is_empty(), expected.is_empty(), "{case}");
    }
}

#[test]
fn one_file_may_be_several_versions_and_softly_deleted_ones_are_apart() {
    let met = World::default()
        .file("s", 1, &record("a"))
        .held("s", 3, &record("a"))
        .held("s", 5, &record("a").replace(',', ", "))
        .deleted("s", 2, &record("a"))
        .meet();
    let found = met.matches.file("s", 1).unwrap();
    let versions = |matches: &[Match]| matches.iter().map(|found| found.version).collect::<Vec<_>>();
    assert_eq!((versions(&found.held), versions(&found.deleted)), (vec![3, 5], vec![2]));
    assert_eq!(met.matches.registered("s", 1), Some(Match { version: 3, id: 101 }));
}

#[test]
fn references_are_part_of_what_a_version_is() {
    let world = || {
        World::default()
            .file("type", 1, &record("a"))
            .file("type", 2, &record("a b?"))
            .file("user", 1, &user_of("n.R"))
            .refers("n.R", "type", 2)
            .held("type", 4, &record("a"))
            .held("type", 6, &record("a b?"))
    };
    // The same text that refers to the other version is another schema.
    let rows = [(4, None), (6, Some(9))];
    for (referred, expected) in rows {
        let met =
            world().held("user", 9, &user_of("n.R")).held_refers("user", "n.R", "type", referred).meet();
        let found = met.matches.registered("user", 1).map(|found| found.version);
        assert_eq!(found, expected, "refers to version {referred}");
    }
    // One that defines the type itself says the same and refers to nothing.
    let inline = user_of("n.R").replace("\"n.R\"", &record("a b?"));
    assert_eq!(world().held("user", 9, &inline).meet().matches.registered("user", 1), None);
    // Another subject that defines the same type is another reference.
    let twins = world().held("twin", 6, &record("a b?")).held("user", 9, &user_of("n.R"));
    let twins = twins.held_refers("user", "n.R", "twin", 6).meet();
    assert!(twins.held.subject("user").unwrap().known()[0].schema.is_ok());
    assert_eq!(twins.matches.registered("user", 1), None);
    // A reference that leads nowhere makes a version unreadable, not equal.
    let met = world().held("user", 9, &user_of("n.R")).held_refers("user", "n.R", "type", 99).meet();
    assert!(
        met.held.subject("user").unwrap().known()[0].schema.as_ref().unwrap_err().contains("type version 99")
    );
    assert_eq!(met.matches.registered("user", 1), None);
}

#[test]
fn what_is_no_avro_schema_keeps_its_place() {
    let mut world = World::default().file("s", 1, &record("a")).held("s", 1, "syntax = \"proto3\";");
    world.subject("s").versions.as_mut().unwrap()[0].content.foreign = Some("PROTOBUF".to_owned());
    let met = world.held("s", 2, "{").held("s", 3, &record("a")).meet();
    let held = met.held.subject("s").unwrap().known();
    assert_eq!(held[0].schema.as_ref().unwrap_err(), "it is no Avro schema but PROTOBUF");
    assert!(held[1].schema.as_ref().unwrap_err().starts_with("it cannot be read as an Avro schema"));
    assert_eq!(met.matches.registered("s", 1).map(|found| found.version), Some(3));
}

#[test]
fn the_registry_may_take_a_file_for_a_version_that_says_it_otherwise() {
    let mut met = World::default()
        .file("s", 1, &record("a"))
        .file("s", 2, &record("a b?"))
        .file("new", 1, &record("a"))
        .file("user", 1, &user_of("n.R"))
        .refers("n.R", "new", 1)
        .held("s", 1, &record("a"))
        .held("s", 2, &record("a c?"))
        .held("user", 1, &record("z"))
        .meet();
    // Only what may be there, and what can be asked for: not what a new subject defines.
    let open: Vec<(&str, u32)> = met
        .matches
        .open(&met.wanted, &met.held)
        .iter()
        .map(|(name, version)| (*name, version.number))
        .collect();
    assert_eq!(open, [("s", 2)]);
    met.matches.found_by_lookup("s", 2, Match { version: 2, id: 102 });
    assert!(met.matches.open(&met.wanted, &met.held).is_empty());
    assert_eq!(states(&met.plan(), "s"), ["v1 is 1", "v2 is 2"]);
    assert!(met.plan().subject("s").unwrap().notes[0].contains("takes v2 for its version 2"));
}

#[test]
fn what_is_read_back_must_say_the_same_and_refer_to_what_was_sent() {
    let met = World::default()
        .file("type", 1, &record("a"))
        .file("user", 1, &user_of("n.R"))
        .refers("n.R", "type", 1)
        .meet();
    let sent = [HeldReference { name: "n.R".into(), subject: "type".into(), version: 8 }];
    let reads_back = |text: &str, references: &[HeldReference], foreign: Option<&str>| {
        let received = Content {
            text: text.to_owned(),
            foreign: foreign.map(str::to_owned),
            references: references.to_vec(),
        };
        met.wanted.reads_back(("user", 1), &sent, &received)
    };
    let other = [HeldReference { version: 9, ..sent[0].clone() }];
    assert!(reads_back(&user_of("n.R"), &sent, None));
    assert!(reads_back(&user_of("n.R").replace(':', " : "), &sent, None));
    assert!(!reads_back(&user_of("n.R").replace("\"x\"", "\"y\""), &sent, None));
    assert!(!reads_back(&user_of("n.R"), &other, None));
    assert!(!reads_back(&user_of("n.R"), &[], None));
    assert!(!reads_back(&user_of("n.R"), &sent, Some("JSON")));
    assert!(!reads_back("{", &sent, None));
}
