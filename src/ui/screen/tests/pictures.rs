//! What is seen, as pictures.

use std::time::{Duration, Instant};

use ratatui::style::{Color, Modifier};

use super::*;

macro_rules! picture {
    ($name:expr, $view:expr, $width:expr, $height:expr) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, picture($view, $width, $height));
        })
    };
}

const SIZES: [(u16, u16); 3] = [(80, 24), (200, 60), (20, 5)];

#[test]
fn groups_partitions_help_and_typing() {
    for (width, height) in SIZES {
        let name = |what: &str| format!("{what}-{width}x{height}");
        let mut view = five();
        picture!(name("groups"), &mut view, width, height);
        press(&mut view, &[Key::Down, Key::Enter]);
        picture!(name("partitions"), &mut view, width, height);
        press(&mut view, &[Key::Letter('?')]);
        picture!(name("help"), &mut view, width, height);
        press(&mut view, &[Key::Letter('?'), Key::Escape, Key::Letter('/')]);
        press(&mut view, &letters("SERV"));
        view.failed("no broker could be reached (connection refused)".to_owned());
        picture!(name("typing"), &mut view, width, height);
    }
}

#[test]
fn nothing_is_said_in_words() {
    let mut view = LagView::new(AT);
    assert!(picture(&mut view, 80, 24).contains("waiting for the first sample"));
    view.failed("denied".to_owned());
    assert!(picture(&mut view, 80, 24).contains("no sample yet  denied"));
    view.sample(report(vec![]), AT, None);
    assert!(picture(&mut view, 80, 24).contains("no groups"));
    let mut view = five();
    press(&mut view, &[Key::Letter('/')]);
    press(&mut view, &letters("zzz"));
    assert!(picture(&mut view, 80, 24).contains("no group has such a name: Esc shows all"));
    let mut view = five();
    press(&mut view, &[Key::Enter]);
    view.sample(report(vec![]), AT, None);
    assert!(picture(&mut view, 80, 24).contains("the group is not in the last sample: Esc goes back"));
}

#[test]
fn colours_are_used_where_they_are_wanted_and_never_carry_meaning_alone() {
    let seen = |colour| {
        let (mut view, mut terminal) = (five(), terminal(120, 24));
        draw_on(&mut terminal, &mut view, colour);
        terminal.backend().buffer().clone()
    };
    let (plain, coloured) = (seen(false), seen(true));
    let colours = |buffer: &ratatui::buffer::Buffer| {
        buffer.content.iter().filter(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset).count()
    };
    assert_eq!(colours(&plain), 0);
    assert!(colours(&coloured) > 0);
    let symbols = |buffer: &ratatui::buffer::Buffer| -> String {
        buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    };
    assert_eq!(symbols(&plain), symbols(&coloured));
    let marked = plain.content.iter().filter(|cell| cell.modifier.contains(Modifier::REVERSED)).count();
    assert_eq!(marked, 120, "one row is marked, and not by the mark alone");
}

#[test]
fn numbers_are_whole_at_every_width() {
    for width in 20..=220 {
        let mut view = five();
        let seen = picture(&mut view, width, 24);
        let row = seen.lines().find(|line| line.contains("dlq-")).unwrap_or_default();
        assert!(row.contains("1234567890123") || row.contains("1234 bn"), "{width}: {seen}");
        // A row has a name, a state, and numbers that are whole: nothing else is cut.
        let cut: Vec<&str> = row.split_whitespace().filter(|word| word.contains('\u{2026}')).collect();
        assert!(cut.is_empty() || cut[0].starts_with("dlq-"), "{width}: {seen}");
        assert!(cut.len() <= 1, "{width}: {seen}");
    }
}

#[test]
fn thousands_of_groups_are_drawn_at_once() {
    let mut view = LagView::new(AT);
    let groups = |sample: i64| -> Vec<GroupLag> {
        (0..5_000)
            .map(|number| {
                group(
                    &format!("group-{number}"),
                    LagState::Lagging,
                    &[Some((number * 7_919 + sample) % 5_003); 10],
                )
            })
            .collect()
    };
    for sample in 0..3 {
        view.sample(report(groups(sample)), AT + sample, None);
    }
    let mut terminal = terminal(200, 60);
    let begun = Instant::now();
    for _ in 0..100 {
        press(&mut view, &[Key::PageDown, Key::Letter('j'), Key::Letter('s')]);
        draw_on(&mut terminal, &mut view, true);
    }
    let each = begun.elapsed() / 100;
    assert!(each < Duration::from_millis(100), "a key and its picture take {each:?}");
}
