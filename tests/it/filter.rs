//! Filters against another program: a slow and obvious one in Python, which makes the records and filters too.

use std::process::Command;

use eventctl_core::filter::{Filter, Key, Meta};

const META: Meta<'_> =
    Meta { topic: "t", partition: 0, offset: 0, timestamp: 0, key: Key::Null, headers: &[] };

#[test]
fn filters_find_what_a_slow_and_obvious_program_finds() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/filter_oracle.py");
    let run = Command::new("python3").args([script, "20261126", "6000"]).output();
    let run = run.expect("python3, which dev/setup installs");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let (mut matched, mut passed_over, mut wrong) = (0, 0, Vec::new());
    for line in String::from_utf8(run.stdout).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap();
        let expected = row["match"].as_bool().unwrap();
        let filter = Filter::compile(text("filter")).unwrap_or_else(|error| panic!("{line}: {error}"));
        let value = text("value");
        let slow = filter.matches(value, &META).is_match();
        let fast = filter.over_json(&[]).map(|fast| {
            let may_match = fast.may_match(value.as_bytes());
            passed_over += usize::from(!may_match);
            may_match && fast.matches(value.as_bytes(), &META).is_match()
        });
        matched += usize::from(expected);
        if slow != expected || fast.is_some_and(|fast| fast != expected) {
            wrong.push(format!("slow {slow}, fast {fast:?}: {line}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows, the first of them:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
    // The rows are not all of one kind.
    assert!(matched > 1_000 && passed_over > 200, "{matched} match, {passed_over} are passed over unread");
}
