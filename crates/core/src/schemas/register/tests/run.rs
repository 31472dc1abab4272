use super::*;
use Compatibility as C;

fn done(version: u32) -> ItemOutcome {
    ItemOutcome::Done(Some(Match { version, id: version + 100 }))
}

fn results(report: &RegisterReport) -> Vec<String> {
    let short = |item: &Item| {
        let what = match &item.key {
            ItemKey::Level { subject } => format!("level {subject}"),
            ItemKey::Version { subject, file } => format!("{subject} v{file}"),
        };
        format!("{what} {}", item.outcome.as_str())
    };
    report.items.iter().map(short).collect()
}

/// Runs a plan with outcomes by what they are outcomes of; what is not named is done with the next number.
fn run(plan: &Plan, outcomes: &[(&str, ItemOutcome)]) -> (RegisterReport, Vec<String>) {
    let mut run = Run::begin(plan);
    let (mut sent, mut number) = (Vec::new(), 0);
    for (step, name) in plan.steps.iter().zip(steps(plan)) {
        let Some(request) = run.request(step) else { continue };
        if let Request::Version { references, .. } = &request {
            let versions: Vec<String> =
                references.iter().map(|found| format!("@{}", found.version)).collect();
            sent.push(format!("{name}{}", versions.concat()));
        } else {
            sent.push(name.clone());
        }
        let outcome = outcomes.iter().find(|(of, _)| *of == name).map(|(_, outcome)| outcome.clone());
        number += 1;
        let usual = if name.starts_with("level") { ItemOutcome::Done(None) } else { done(number) };
        run.settle(step, outcome.unwrap_or(usual));
    }
    (run.end(None), sent)
}

fn refused() -> ItemOutcome {
    ItemOutcome::Refused { by_registry: true, reasons: vec!["no".to_owned()] }
}

fn unresolved() -> ItemOutcome {
    ItemOutcome::Unresolved { reason: "who knows".to_owned(), fault: None }
}

fn two_subjects() -> World {
    World::default()
        .file("type", 1, &record("a"))
        .file("type", 2, &record("a b?"))
        .file("user", 1, &user_of("n.R"))
        .refers("n.R", "type", 2)
        .file("zebra", 1, &record("z"))
}

#[test]
fn references_carry_the_numbers_that_were_given_on_the_way() {
    let (report, sent) = run(&two_subjects().plan(), &[]);
    assert_eq!(sent, ["type v1", "type v2", "user v1@2", "zebra v1"]);
    assert_eq!(results(&report), ["type v1 done", "type v2 done", "user v1 done", "zebra v1 done"]);
    assert!(!report.has_findings() && !report.has_unknown());
    assert_eq!(report.counts().done, 4);
}

#[test]
fn what_is_refused_stops_its_subject_and_its_users_and_nothing_else() {
    let (report, sent) = run(&two_subjects().plan(), &[("type v1", refused())]);
    assert_eq!(sent, ["type v1", "zebra v1"]);
    assert_eq!(
        results(&report),
        ["type v1 refused", "type v2 not_tried", "user v1 not_tried", "zebra v1 done"]
    );
    assert!(
        report.has_findings() && !report.has_unknown(),
        "what hangs on a refusal is a finding, not unknown"
    );
    let (report, _) = run(&two_subjects().plan(), &[("type v1", unresolved())]);
    assert_eq!(
        results(&report),
        ["type v1 unresolved", "type v2 not_tried", "user v1 not_tried", "zebra v1 done"]
    );
    assert!(report.has_unknown() && !report.has_findings());
}

#[test]
fn versions_go_on_without_the_declared_level_only_where_the_one_in_force_is_no_weaker() {
    // In force, declared, what became of setting it, and whether the version is tried.
    let rows = [
        (C::BackwardTransitive, C::Backward, refused(), true),
        (C::Full, C::Backward, refused(), true),
        (C::None, C::Backward, refused(), false),
        (C::Backward, C::BackwardTransitive, refused(), false),
        (C::Forward, C::Backward, refused(), false),
        (C::Forward, C::Backward, unresolved(), false),
        (C::Full, C::Backward, unresolved(), true),
        (C::None, C::Backward, ItemOutcome::Done(None), true),
    ];
    for (in_force, declared, outcome, tried) in rows {
        let plan = World::default()
            .file("s", 1, &record("a"))
            .level("s", Ok(HeldLevel::of_subject(in_force)))
            .declares("s", declared)
            .plan();
        let level = format!("level s {declared}");
        let (report, sent) = run(&plan, &[(&level, outcome.clone())]);
        assert_eq!(sent.contains(&"s v1".to_owned()), tried, "{in_force} in force, {declared} declared");
        let unknown = matches!(outcome, ItemOutcome::Unresolved { .. });
        assert_eq!(report.has_unknown(), unknown, "{in_force} in force, {declared} declared");
        assert_eq!(report.has_findings(), outcome == refused(), "{in_force} in force, {declared} declared");
    }
}

#[test]
fn files_that_say_the_same_share_their_numbers() {
    let plan = World::default()
        .file("s", 1, &record("a"))
        .file("s", 2, &record("a").replace(',', ", "))
        .file("user", 1, &user_of("n.R"))
        .refers("n.R", "s", 2)
        .plan();
    let (report, sent) = run(&plan, &[]);
    assert_eq!(sent, ["s v1", "user v1@1"]);
    assert_eq!(results(&report), ["s v1 done", "s v2 existing", "user v1 done"]);
}

#[test]
fn whatever_ends_the_work_no_step_is_missing_from_the_report() {
    let plan = two_subjects().plan();
    let mut run = Run::begin(&plan);
    assert!(run.request(&plan.steps[0]).is_some());
    run.settle(&plan.steps[0], done(1));
    let report = run.end(Some("stopped"));
    assert_eq!(
        results(&report),
        ["type v1 done", "type v2 not_tried", "user v1 not_tried", "zebra v1 not_tried"]
    );
    assert!(report.has_unknown());
    assert_eq!(
        report.get(&ItemKey::of(&plan.steps[3])),
        Some(&ItemOutcome::NotTried { because: Because::Unknown, reason: "stopped".to_owned() })
    );
}

#[test]
fn what_the_plan_held_back_stays_in_the_report() {
    let plan = World::default()
        .file("a", 1, &record("a"))
        .file("a", 2, &record("a req"))
        .held("a", 1, &record("a"))
        .file("b", 1, &record("a"))
        .denied("b")
        .level("c", Ok(HeldLevel::behind_none(C::Backward)))
        .file("c", 1, &record("a"))
        .declares("c", C::None)
        .plan();
    let (report, _) = run(&plan, &[]);
    assert_eq!(
        results(&report),
        ["a v1 existing", "a v2 refused", "b v1 not_tried", "level c failed", "c v1 done"]
    );
    assert!(report.has_findings() && report.has_unknown());
}

#[test]
fn answers_are_read_back_looked_up_or_final() {
    let rows = [
        (Ok(()), "read back"),
        (Err(FaultKind::TimedOut), "look up"),
        (Err(FaultKind::Unreachable), "lost"),
        (Err(FaultKind::Unavailable), "lost"),
        (Err(FaultKind::Refused), "refused, look"),
        (Err(FaultKind::Exists), "refused, look"),
        (Err(FaultKind::Denied), "refused"),
        (Err(FaultKind::Unsupported), "refused"),
        (Err(FaultKind::Absent), "refused"),
        (Err(FaultKind::Other), "failed"),
    ];
    for (answer, expected) in rows {
        let found = match after_answer(answer.map_err(fault)) {
            Next::ReadBack => "read back",
            Next::LookUp(_) => "look up",
            Next::Lost(_) => "lost",
            Next::Refused(outcome) => {
                assert_eq!(outcome.as_str(), "refused");
                "refused, look"
            }
            Next::Settled(outcome) => outcome.as_str(),
        };
        assert_eq!(found, expected, "{answer:?}");
    }
}

#[test]
fn what_was_refused_is_there_where_another_run_came_first() {
    let refused = || ItemOutcome::Refused { by_registry: true, reasons: vec!["it exists".to_owned()] };
    let found = Match { version: 3, id: 7 };
    let rows = [
        (
            "another run came first",
            false,
            Ok(Some(Seen { found, same: true })),
            ItemOutcome::Existing(Some(found)),
        ),
        ("something like it", false, Ok(Some(Seen { found, same: false })), refused()),
        (
            "the same in its normal form",
            true,
            Ok(Some(Seen { found, same: false })),
            ItemOutcome::Existing(Some(found)),
        ),
        ("not there", false, Ok(None), refused()),
        ("cannot be asked", false, Err(fault(FaultKind::TimedOut)), refused()),
    ];
    for (case, normalize, look, expected) in rows {
        assert_eq!(after_refusal(refused(), normalize, &look), expected, "{case}");
    }
}

#[test]
fn what_was_accepted_counts_once_it_reads_back_the_same() {
    let seen = |version, id, same| Ok(Some(Seen { found: Match { version, id }, same }));
    let away = || Err(fault(FaultKind::TimedOut));
    let with_version = Receipt { id: 7, version: Some(3) };
    let without = Receipt { id: 7, version: None };
    let rows = [
        ("as it should be", with_version, false, seen(3, 7, true), "settled done"),
        ("the answer told no version", without, false, seen(3, 7, true), "settled done"),
        ("another id", with_version, false, seen(3, 8, true), "settled failed"),
        ("another version", with_version, false, seen(4, 7, true), "settled failed"),
        ("another content", with_version, false, seen(3, 7, false), "settled failed"),
        ("another content in its normal form", with_version, true, seen(3, 7, false), "settled done"),
        ("not there yet", with_version, false, Ok(None), "again unresolved"),
        ("cannot be asked", with_version, false, away(), "again unresolved"),
    ];
    let short = |look: Look| match look {
        Look::Settled(outcome) => format!("settled {}", outcome.as_str()),
        Look::Again(outcome) => format!("again {}", outcome.as_str()),
        Look::Repeat => "repeat".to_owned(),
    };
    for (case, receipt, normalize, look, expected) in rows {
        assert_eq!(short(read_back(receipt, normalize, &look)), expected, "{case}");
    }
    let timed_out = fault(FaultKind::TimedOut);
    let rows = [
        ("it was made", false, seen(3, 7, true), "settled done"),
        ("something else was made", false, seen(3, 7, false), "settled failed"),
        ("its normal form was made", true, seen(3, 7, false), "settled done"),
        ("it was not made", false, Ok(None), "repeat"),
        ("nobody answers", false, away(), "again unresolved"),
    ];
    for (case, normalize, look, expected) in rows {
        assert_eq!(short(look_up(&timed_out, normalize, &look)), expected, "{case}");
    }
}

#[test]
fn a_level_counts_once_it_is_in_force() {
    let change =
        |to| LevelChange { subject: "s".into(), from: HeldLevel::of_default(C::Backward), to, loses: None };
    let rows = [
        ("in force", C::Full, true, Ok(HeldLevel::of_subject(C::Full)), "settled done"),
        (
            "in force although no answer came",
            C::Full,
            false,
            Ok(HeldLevel::of_subject(C::Full)),
            "settled done",
        ),
        ("not yet", C::Full, true, Ok(HeldLevel::of_subject(C::Backward)), "again failed"),
        ("not made", C::Full, false, Ok(HeldLevel::of_subject(C::Backward)), "repeat"),
        ("NONE is not granted", C::None, true, Ok(HeldLevel::behind_none(C::Backward)), "settled failed"),
        ("NONE is granted", C::None, true, Ok(HeldLevel::behind_none(C::None)), "settled done"),
        ("cannot be read", C::Full, true, Err(fault(FaultKind::Denied)), "again unresolved"),
    ];
    for (case, to, accepted, look, expected) in rows {
        let found = match level_look(&change(to), accepted, &look) {
            Look::Settled(outcome) => format!("settled {}", outcome.as_str()),
            Look::Again(outcome) => format!("again {}", outcome.as_str()),
            Look::Repeat => "repeat".to_owned(),
        };
        assert_eq!(found, expected, "{case}");
    }
}

#[test]
fn documents_hold_every_item_with_its_numbers() {
    let plan = two_subjects().held("type", 4, &record("a")).plan();
    let (report, _) = run(&plan, &[("user v1", refused())]);
    let wire = serde_json::to_value(report.wire()).unwrap();
    let item = |index: usize| &wire["items"][index];
    assert_eq!((item(0)["result"].as_str(), item(0)["version"].as_u64()), (Some("existing"), Some(4)));
    assert_eq!((item(1)["result"].as_str(), item(1)["id"].as_u64()), (Some("done"), Some(101)));
    assert_eq!(
        (item(2)["refused_by"].as_str(), item(2)["reasons"][0].as_str()),
        (Some("registry"), Some("no"))
    );
    assert_eq!(wire["summary"]["refused"], 1);
    let wire = serde_json::to_value(plan.wire()).unwrap();
    assert_eq!(wire["subjects"][0]["versions"][1]["state"], "added");
    assert_eq!(wire["summary"]["versions"], 3);
}
