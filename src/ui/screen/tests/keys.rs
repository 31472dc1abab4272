//! What keys do.

use super::*;

/// The groups that are seen, from top to bottom; the one that is meant in brackets.
fn seen(view: &LagView) -> Vec<String> {
    let name = |row: usize| view.group_at(row).map(|group| group.group.clone()).unwrap_or_default();
    let shown = |(row, is_meant)| if is_meant { format!("[{}]", name(row)) } else { name(row) };
    view.groups.seen().map(shown).collect()
}

fn small() -> LagView {
    let mut view = LagView::new(AT);
    let mut groups = vec![
        group("a", LagState::Ok, &[Some(5)]),
        group("b", LagState::Stalled, &[Some(9), None]),
        group("C", LagState::Lagging, &[Some(7)]),
    ];
    groups[0].max_time_lag_ms = Some(1_000);
    groups[1].max_time_lag_ms = None;
    groups[0].commit_rate = Some(1.0);
    groups[1].commit_rate = None;
    view.sample(report(groups), AT, None);
    view.fit(80, 24);
    view
}

#[test]
fn each_key_does_what_the_help_says() {
    let typed = |text: &str| {
        let mut keys = vec![Key::Letter('/')];
        keys.extend(letters(text));
        keys
    };
    let with = |mut keys: Vec<Key>, more: &[Key]| {
        keys.extend_from_slice(more);
        keys
    };
    let rows: [(Vec<Key>, &[&str]); 17] = [
        (vec![], &["[b]", "C", "a"]),
        (letters("j"), &["b", "[C]", "a"]),
        (vec![Key::Down, Key::Down, Key::Down], &["b", "C", "[a]"]),
        (letters("jk"), &["[b]", "C", "a"]),
        (letters("G"), &["b", "C", "[a]"]),
        (vec![Key::End, Key::Home], &["[b]", "C", "a"]),
        (vec![Key::PageDown], &["b", "C", "[a]"]),
        (vec![Key::PageDown, Key::PageUp], &["[b]", "C", "a"]),
        (letters("r"), &["a", "C", "[b]"]),
        (letters("s"), &["a", "C", "[b]"]),
        (letters("ss"), &["C", "a", "[b]"]),
        (letters("ssr"), &["[b]", "a", "C"]),
        (letters("sss"), &["[b]", "C", "a"]),
        (letters("ssss"), &["C", "a", "[b]"]),
        (typed("c"), &["[C]"]),
        (with(typed("cx"), &[Key::Backspace, Key::Enter]), &["[C]"]),
        (with(typed("c"), &[Key::Escape]), &["b", "[C]", "a"]),
    ];
    for (keys, expected) in rows {
        let mut view = small();
        press(&mut view, &keys);
        assert_eq!(seen(&view), expected, "{keys:?}");
    }
}

#[test]
fn what_is_typed_is_text_and_no_command() {
    let mut view = small();
    press(&mut view, &letters("/q?sr/"));
    assert_eq!((view.filter.as_str(), view.typing, view.help), ("q?sr/", true, false));
    press(&mut view, &[Key::Enter]);
    assert_eq!(view.key(Key::Letter('q')), Change::Quit);
    press(&mut view, &[Key::Escape]);
    assert_eq!((view.filter.as_str(), seen(&view).len()), ("", 3), "Esc shows all again");
    press(&mut view, &letters(&format!("/{}", "x".repeat(1_000))));
    assert!(view.filter.len() <= 200);
}

#[test]
fn a_group_is_opened_and_closed() {
    let mut view = small();
    let changes = press(&mut view, &[Key::Letter('j'), Key::Enter]);
    assert_eq!((changes, view.group.as_deref()), (Change::Redraw, Some("C")));
    assert_eq!(view.key(Key::Letter('/')), Change::Nothing, "partitions have no filter");
    assert_eq!(view.key(Key::Enter), Change::Nothing);
    press(&mut view, &[Key::Escape]);
    assert_eq!((view.group.as_deref(), seen(&view)[1].as_str()), (None, "[C]"));
    assert_eq!(view.key(Key::Escape), Change::Nothing);
    let mut nothing = LagView::new(AT);
    assert_eq!(nothing.key(Key::Enter), Change::Nothing);
}

#[test]
fn partitions_are_sorted_by_themselves() {
    let mut view = LagView::new(AT);
    view.sample(report(vec![group("g", LagState::Ok, &[Some(3), None, Some(9)])]), AT, None);
    view.fit(80, 24);
    press(&mut view, &[Key::Enter]);
    let order = |view: &LagView| view.partitions.seen().map(|(row, _)| row).collect::<Vec<_>>();
    assert_eq!(order(&view), [0, 1, 2]);
    press(&mut view, &letters("r"));
    assert_eq!(order(&view), [2, 1, 0]);
    // State, rate, lag: what is not known comes last.
    press(&mut view, &letters("sss"));
    assert_eq!(order(&view), [2, 0, 1]);
    press(&mut view, &letters("r"));
    assert_eq!(order(&view), [1, 0, 2]);
}

#[test]
fn quitting_and_interrupting_work_everywhere() {
    let places: [&[Key]; 4] = [&[], &[Key::Enter], &[Key::Letter('?')], &[Key::Letter('/')]];
    for keys in places {
        let mut view = small();
        press(&mut view, keys);
        assert_eq!(view.key(Key::Interrupt), Change::Interrupt, "{keys:?}");
    }
    assert_eq!(small().key(Key::Letter('q')), Change::Quit);
    assert_eq!(small().key(Key::Letter('x')), Change::Nothing);
}

#[test]
fn what_is_meant_stays_over_samples_and_history_ends_with_its_group() {
    let mut view = small();
    press(&mut view, &letters("j"));
    let later = vec![group("a", LagState::Ok, &[Some(500)]), group("C", LagState::Lagging, &[Some(0)])];
    view.sample(report(later), AT + 10_000, Some("one group is unknown".to_owned()));
    assert_eq!(seen(&view), ["a", "[C]"]);
    assert_eq!(view.history("C").collect::<Vec<_>>(), [Some(7), Some(0)]);
    assert_eq!(view.history("b").count(), 0);
    for sample in 0..300 {
        view.sample(report(vec![group("a", LagState::Ok, &[Some(sample)])]), AT + sample, None);
    }
    assert_eq!(view.history("a").count(), super::super::view::HISTORY);
    assert_eq!(view.history("a").next_back(), Some(Some(299)));
}
