//! The view, and what is drawn of it.
//!
//! Pictures are in `snapshots/`; to make them anew after a change that was meant:
//! `INSTA_UPDATE=always cargo test --profile ci --lib screen`, then look at the difference.

mod hostile;
mod keys;
mod pictures;

use std::sync::Arc;

use eventctl_core::groups::live::{GroupKind, GroupState};
use eventctl_core::lag::report::{Finding, FindingKind, GroupLag, LagReport, MemberShown, PartitionLag};
use eventctl_core::lag::state::LagState;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::keys::Key;
use super::view::{Change, LagView};

/// 2026-11-27T01:00:00Z.
const AT: i64 = 1_795_741_200_000;

fn partition(topic: &str, number: i32, lag: Option<i64>) -> PartitionLag {
    let state = match lag {
        None => LagState::NoLeader,
        Some(0) => LagState::Ok,
        Some(_) => LagState::Lagging,
    };
    let member = MemberShown {
        id: format!("consumer-{number}-4c1f"),
        client_id: format!("consumer-{number}"),
        host: format!("/10.0.0.{number}"),
        instance_id: None,
    };
    PartitionLag {
        state,
        committed: Some(1_000),
        log_start: Some(0),
        high_watermark: lag.map(|lag| lag.saturating_add(1_000)),
        last_stable_offset: lag.map(|lag| lag.saturating_add(1_000)),
        lag,
        time_lag_ms: lag.map(|lag| lag.saturating_mul(10)),
        member: (number % 3 != 2).then_some(member),
        commit_rate: Some(12.5),
        ..PartitionLag::new(topic, number)
    }
}

fn group(name: &str, state: LagState, lags: &[Option<i64>]) -> GroupLag {
    let known: Vec<i64> = lags.iter().flatten().copied().collect();
    let sum = known.iter().fold(0_i64, |sum, lag| sum.saturating_add(*lag));
    let partitions = lags.iter().zip(0..).map(|(lag, number)| partition("agent-events", number, *lag));
    GroupLag {
        group: name.to_owned(),
        declared: true,
        kind: Some(GroupKind::Classic),
        group_state: Some(GroupState::Stable),
        members: Some(3),
        state,
        remark: None,
        lag: (known.len() == lags.len()).then_some(sum),
        known_lag: sum,
        max_lag: known.iter().max().copied(),
        max_time_lag_ms: known.iter().max().map(|lag| lag.saturating_mul(10)),
        lost: if state == LagState::BelowLogStart { 31 } else { 0 },
        commit_rate: Some(12.5),
        produce_rate: Some(3_400.0),
        catch_up_seconds: (state == LagState::Lagging).then_some(95.0),
        partitions: partitions.collect(),
    }
}

fn report(groups: Vec<GroupLag>) -> Arc<LagReport> {
    let finding = Finding {
        kind: FindingKind::MaxLag,
        group: "analytics-service".to_owned(),
        topic: Some("agent-events".to_owned()),
        partition: Some(1),
        value: Some(12_000),
        limit: Some(10_000),
        text: String::new(),
    };
    let findings = groups.iter().filter(|it| it.group == finding.group).map(|_| finding.clone()).collect();
    Arc::new(LagReport {
        cluster: Some("nwTjBJZ8Qa".to_owned()),
        at: String::new(),
        groups,
        other_groups: None,
        findings,
        unknown: Vec::new(),
        unjudged: Vec::new(),
        notes: Vec::new(),
        advice: None,
    })
}

/// Five groups after twenty samples.
fn five() -> LagView {
    let mut view = LagView::new(AT);
    for sample in 0..20 {
        let groups = vec![
            group("agent-match-service", LagState::Ok, &[Some(0), Some(0)]),
            group("analytics-service", LagState::Lagging, &[Some(40 * sample), Some(600 * sample), Some(7)]),
            group("conversation-service", LagState::NoLeader, &[Some(25), None]),
            group("dlq-processor", LagState::BelowLogStart, &[Some(1_234_567_890_123)]),
            group("message-processor", LagState::Stalled, &[Some(900 - 40 * sample)]),
        ];
        view.sample(report(groups), AT + sample * 10_000, None);
    }
    view.tick(AT + 193_000, Some(AT + 200_000));
    view
}

fn press(view: &mut LagView, keys: &[Key]) -> Change {
    keys.iter().map(|key| view.key(*key)).last().unwrap_or(Change::Nothing)
}

/// Types letters.
fn letters(text: &str) -> Vec<Key> {
    text.chars().map(Key::Letter).collect()
}

fn terminal(width: u16, height: u16) -> Terminal<TestBackend> {
    Terminal::new(TestBackend::new(width, height)).unwrap()
}

fn draw_on(terminal: &mut Terminal<TestBackend>, view: &mut LagView, colour: bool) {
    terminal
        .draw(|frame| {
            view.fit(frame.area().width, frame.area().height);
            super::draw::draw(view, frame, colour);
        })
        .unwrap();
}

/// What is seen, line by line.
fn picture(view: &mut LagView, width: u16, height: u16) -> String {
    let mut terminal = terminal(width, height);
    draw_on(&mut terminal, view, false);
    let buffer = terminal.backend().buffer().clone();
    let line = |y: u16| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..height).map(|y| line(y).trim_end().to_owned() + "\n").collect()
}
