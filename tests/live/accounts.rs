//! What runs of `produce` told, held against what kcat reads of the whole log: every line that was acknowledged is there
//! as it was told, none is there twice, each key is in the order of the input, and the summary adds up.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::oracle::checked;
use crate::world::World;

/// A record as kcat sees it: partition, offset, timestamp, key and value.
pub(crate) type Found = (i32, i64, i64, String, String);

/// A catalog of these topics, with what else is said of each.
pub(crate) fn catalog(topics: &[(&str, &str)]) -> String {
    let topic = |(name, rest): &(&str, &str)| format!("  {name}: {{ partitions: 6, {rest} }}\n");
    let topics: String = topics.iter().map(topic).collect();
    format!(
        "version: 1\ndefaults: {{ replication_factor: 3, config: {{ min.insync.replicas: 2 }} }}\ntopics:\n{topics}"
    )
}

/// Every record of a topic as kcat sees it: partition, offset, timestamp, key and value.
pub(crate) fn records(brokers: &str, topic: &str) -> Vec<Found> {
    let mut kcat = Command::new("kcat");
    kcat.args(["-C", "-q", "-e", "-b", brokers, "-t", topic, "-f", "%p\t%o\t%T\t%k\t%s\n"]);
    kcat.args(["-X", "isolation.level=read_committed"]);
    let text = checked(&mut kcat);
    let mut records: Vec<_> = text
        .lines()
        .map(|line| {
            let parts: Vec<&str> = line.splitn(5, '\t').collect();
            let number = |at: usize| parts[at].parse::<i64>().expect("a number");
            (number(0) as i32, number(1), number(2), parts[3].to_owned(), parts[4].to_owned())
        })
        .collect();
    records.sort();
    records
}

/// The objects of a stream.
pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Runs with these bytes on stdin.
pub(crate) fn feed(world: &World, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut command = world.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("a process");
    let mut stdin = child.stdin.take().expect("stdin");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("its output");
    writer.join().expect("the input");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("a code"), text(&output.stdout), text(&output.stderr))
}

/// Acknowledged coordinates by line; each stands once, in the order of the lines.
pub(crate) fn acknowledged(text: &str) -> BTreeMap<u64, (i32, i64)> {
    let told = lines(text);
    let numbers: Vec<u64> = told.iter().map(|line| line["line"].as_u64().expect("a line")).collect();
    assert!(numbers.is_sorted_by(|one, other| one < other), "not in order: {numbers:?}");
    let stored = told.iter().filter(|line| line["status"] == "acknowledged");
    let place = |line: &Value| (line["partition"].as_i64().unwrap() as i32, line["offset"].as_i64().unwrap());
    stored.map(|line| (line["line"].as_u64().unwrap(), place(line))).collect()
}

/// Events with these numbers, a line each: a hundred keys take turns.
pub(crate) fn numbered(numbers: std::ops::RangeInclusive<u64>) -> String {
    numbers.map(|number| format!("{{\"orderId\":\"k{}\",\"n\":{number}}}\n", number % 100)).collect()
}

/// The number of such an event.
pub(crate) fn number(value: &str) -> u64 {
    let event: Value = serde_json::from_str(value).unwrap_or_else(|error| panic!("{error}: {value}"));
    event["n"].as_u64().expect("a number")
}

/// The numbers of all that is there, in the order of the numbers.
pub(crate) fn numbers(found: &[Found]) -> Vec<u64> {
    let mut numbers: Vec<u64> = found.iter().map(|record| number(&record.4)).collect();
    numbers.sort_unstable();
    numbers
}

/// Asserts that no event is there twice and that each key has its events in one partition, in their order.
pub(crate) fn once_and_in_order(found: &[Found]) {
    let (mut seen, mut last) = (BTreeSet::new(), BTreeMap::new());
    for (partition, offset, _, key, value) in found {
        let number = number(value);
        assert!(seen.insert(number), "{value} is there twice, the second at {partition}:{offset}");
        if let Some((place, before)) = last.insert(key, (partition, number)) {
            assert_eq!(place, partition, "{key} is in two partitions");
            assert!(before < number, "{key} has {before} before {number} at {partition}:{offset}");
        }
    }
}

/// What a run told of its lines with `-o json`.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) acknowledged: BTreeMap<u64, (i32, i64)>,
    pub(crate) refused: BTreeSet<u64>,
    pub(crate) unknown: BTreeSet<u64>,
    pub(crate) not_sent: BTreeSet<u64>,
    stderr: String,
}

impl Told {
    /// Takes it in, and asserts that each line stands once and that the summary has the same counts.
    pub(crate) fn of(stdout: &str, stderr: &str) -> Told {
        let with = |status: &str| -> BTreeSet<u64> {
            let told = lines(stdout).into_iter().filter(|line| line["status"] == status);
            told.map(|line| line["line"].as_u64().expect("a line")).collect()
        };
        let (acknowledged, stderr) = (acknowledged(stdout), stderr.to_owned());
        let (refused, unknown, not_sent) = (with("refused"), with("unknown"), with("not_sent"));
        let counts = format!(
            "{} acknowledged, {} refused, {} unknown, {} not sent",
            acknowledged.len(),
            refused.len(),
            unknown.len(),
            not_sent.len()
        );
        assert!(stderr.contains(&counts), "not {counts}: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
        Told { acknowledged, refused, unknown, not_sent, stderr }
    }

    /// Asserts that the log agrees, where line 1 was the event with the number `before` + 1: what was acknowledged is
    /// where it was told, and nothing is there that was said not to be.
    pub(crate) fn agrees_with(&self, found: &[Found], before: u64) {
        once_and_in_order(found);
        let places: BTreeMap<u64, (i32, i64)> =
            found.iter().map(|record| (number(&record.4), (record.0, record.1))).collect();
        for (line, told) in &self.acknowledged {
            assert_eq!(places.get(&(line + before)), Some(told), "line {line}: {}", self.stderr);
        }
        for line in self.refused.iter().chain(&self.not_sent) {
            assert!(!places.contains_key(&(line + before)), "line {line} is there: {}", self.stderr);
        }
    }
}

/// The line that a run says to go on from.
pub(crate) fn next_line(stderr: &str) -> u64 {
    let told = stderr.split_once("go on with: tail -n +").map(|(_, rest)| rest);
    let line = told.and_then(|rest| rest.split_whitespace().next()).and_then(|line| line.parse().ok());
    line.unwrap_or_else(|| panic!("no line to go on from: {stderr}"))
}
