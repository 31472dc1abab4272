//! Writes sample events of the reference system: one body a line, as `eventctl produce` takes them.
//!
//! ```console
//! $ cargo run --profile ci --example sample-events -- --topic message-events --count 3000 --seed 7
//! ```
//!
//! A part of the repository, not of the program that is shipped. It needs no crate, so that demo and bench compile it
//! with one `rustc` in seconds: an example of cargo would have the dependencies of the tests compiled before.

mod traffic;

use std::io::{self, Write};
use std::process::ExitCode;

use traffic::{Topic, Traffic};

const USAGE: &str = "\
Writes sample events, one body of JSON a line; the same ones for the same options.

Usage: sample-events --topic TOPIC [OPTIONS]

  --topic TOPIC  agent-events, conversation-events, message-events, session-events, bot-events or analytics-events
  --count N      how many (default: 1000)
  --seed N       what the world depends on (default: 1)
  --start TIME   when it begins (default: 2026-11-22T14:00:00Z); brokers refuse times an hour ahead of theirs, and delete
                 what is older than the retention
  --bytes N      how long the lines of sent and received messages are, line breaks not counted
";

struct Options {
    topic: Topic,
    count: u64,
    seed: u64,
    start: i64,
    bytes: Option<usize>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let help = words.iter().any(|word| word == "--help" || word == "-h");
    let written = match options(&words) {
        _ if help => io::stdout().write_all(USAGE.as_bytes()),
        Ok(options) => write(&options),
        Err(trouble) => {
            let _ = write!(io::stderr(), "sample-events: {trouble}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "sample-events: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(words: &[String]) -> Result<Options, String> {
    let mut topic = None;
    let mut options =
        Options { topic: Topic::Agent, count: 1_000, seed: 1, start: 1_795_356_000_000, bytes: None };
    for pair in words.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} needs a value", pair.concat())) };
        let wrong = || format!("not a value of {name}: {value}");
        match name.as_str() {
            "--topic" => {
                topic = Some(Topic::ALL.into_iter().find(|topic| topic.name() == value).ok_or_else(wrong)?);
            }
            "--count" => options.count = value.parse().map_err(|_| wrong())?,
            "--seed" => options.seed = value.parse().map_err(|_| wrong())?,
            "--start" => options.start = traffic::instant(value).ok_or_else(wrong)?,
            "--bytes" => options.bytes = Some(value.parse().map_err(|_| wrong())?),
            _ => return Err(format!("unknown option: {name}")),
        }
    }
    options.topic = topic.ok_or("whose events? --topic")?;
    Ok(options)
}

fn write(options: &Options) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 18, io::stdout().lock());
    let mut traffic = Traffic::new(options.seed, options.start, &[options.topic], options.bytes);
    for _ in 0..options.count {
        out.write_all(traffic.next().body)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
