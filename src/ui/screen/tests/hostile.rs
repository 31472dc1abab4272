//! Names that would act on a terminal, and everything that somebody may type at any size.

use super::*;
use crate::render::escape::is_dangerous;

const EVIL: [&str; 9] = [
    "\u{1b}[2J",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;aGk=\u{1b}\\",
    "\u{202e}gpj",
    "\u{200b}x",
    "\u{9b}31m",
    "\u{8}\u{8}",
    "\r\n\t",
    "\u{6f22}\u{5b57}e\u{301}\u{1f469}\u{200d}\u{1f4bb}",
];

fn evil() -> LagReport {
    let groups = EVIL.iter().map(|evil| {
        let mut group = group(&format!("a{evil}b"), LagState::Unknown, &[Some(1), None]);
        group.remark = Some((*evil).to_owned());
        for partition in &mut group.partitions {
            partition.topic = format!("t{evil}");
            let (id, client_id, host) = (evil.to_string(), format!("c{evil}"), format!("h{evil}"));
            partition.member = Some(MemberShown { id, client_id, host, instance_id: None });
        }
        group
    });
    let mut whole = Arc::unwrap_or_clone(report(groups.collect()));
    whole.cluster = Some(EVIL.concat());
    whole
}

#[test]
fn nothing_foreign_reaches_the_terminal_as_it_is() {
    for width in [20, 80, 200] {
        for down in 0..EVIL.len() {
            let mut view = LagView::new(AT);
            view.sample(Arc::new(evil()), AT, Some(EVIL.concat()));
            press(&mut view, &letters(&format!("/{}", EVIL.concat())));
            let mut all = picture(&mut view, width, 30);
            press(&mut view, &[Key::Escape]);
            press(&mut view, &vec![Key::Down; down]);
            all += &picture(&mut view, width, 30);
            press(&mut view, &[Key::Enter]);
            all += &picture(&mut view, width, 30);
            let found: Vec<char> = all.chars().filter(|c| *c != '\n' && is_dangerous(*c)).collect();
            assert!(found.is_empty(), "{found:?} at {width}, row {down}:\n{all}");
        }
    }
    let mut view = LagView::new(AT);
    view.sample(Arc::new(evil()), AT, None);
    assert!(picture(&mut view, 80, 30).contains("a\\x1b[2Jb"));
}

/// A source of numbers that is the same each time (Knuth's constants).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn key(chance: &mut Chance) -> Key {
    use Key::{Backspace, Down, End, Enter, Escape, Home, Interrupt, Letter, PageDown, PageUp, Up};
    let keys = [Up, Down, PageUp, PageDown, Home, End, Enter, Escape, Backspace, Interrupt];
    let letters = ['j', 'k', 's', 'r', '/', '?', 'q', 'g', 'G', 'a', '\u{202e}', '\u{6f22}', '\0'];
    let at = chance.below(23) as usize;
    keys.get(at).copied().unwrap_or_else(|| Letter(letters[at - keys.len()]))
}

fn any_lag(chance: &mut Chance) -> Option<i64> {
    match chance.below(6) {
        0 => None,
        1 => Some(i64::MAX),
        2 => Some(i64::MIN),
        _ => Some(chance.below(1_000_000) as i64),
    }
}

#[test]
fn no_keys_samples_and_sizes_break_it() {
    for seed in 0..60 {
        let mut chance = Chance(seed);
        let mut view = LagView::new(AT);
        for step in 0..60 {
            if chance.below(4) == 0 {
                let mut groups = evil().groups;
                groups.truncate(chance.below(10) as usize);
                groups.extend((0..chance.below(30)).map(|number| {
                    let lags: Vec<_> = (0..chance.below(5)).map(|_| any_lag(&mut chance)).collect();
                    let states = LagState::ALL;
                    let mut group = group(
                        &format!("g{number}"),
                        states[chance.below(states.len() as u64) as usize],
                        &lags,
                    );
                    let rates = [None, Some(f64::NAN), Some(f64::INFINITY), Some(-1.5)];
                    group.commit_rate = rates[chance.below(4) as usize];
                    group.catch_up_seconds = rates[chance.below(4) as usize];
                    group.lost = any_lag(&mut chance).unwrap_or(0);
                    group
                }));
                view.sample(report(groups), AT + step, None);
            }
            if chance.below(10) == 0 {
                view.failed(EVIL.concat());
            }
            view.tick(any_lag(&mut chance).unwrap_or(AT), any_lag(&mut chance));
            let pressed = key(&mut chance);
            view.key(pressed);
            let (width, height) = (chance.below(120) as u16, chance.below(40) as u16);
            picture(&mut view, width, height);
        }
    }
}
