//! Writes sample events of the reference system: one body a line, as `eventctl produce` takes them.
//!
//! ```console
//! $ cargo run --profile ci --example sample-events -- --topic message-events --count 3000 --seed 7
//! ```
//!
//! A part of the repository, not of the program that is shipped.

mod traffic;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use jiff::Timestamp;

use traffic::{Topic, Traffic};

/// Write sample events, one body a line; the same ones for the same options
#[derive(Debug, Parser)]
struct Args {
    /// Whose events to write
    #[arg(long, value_parser = topic)]
    topic: Topic,
    /// How many
    #[arg(long, default_value_t = 1_000)]
    count: u64,
    /// What the world depends on
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// When it begins. Brokers refuse times that are an hour ahead of them, and delete what is older than the retention
    #[arg(long, default_value = "2026-11-22T14:00:00Z")]
    start: Timestamp,
    /// How long the lines of sent and received messages are, line breaks not counted
    #[arg(long)]
    bytes: Option<usize>,
}

fn topic(name: &str) -> Result<Topic, String> {
    let names = Topic::ALL.map(Topic::name);
    let found = Topic::ALL.into_iter().find(|topic| topic.name() == name);
    found.ok_or_else(|| format!("one of {}", names.join(", ")))
}

fn main() -> ExitCode {
    match write(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "sample-events: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(args: &Args) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 18, io::stdout().lock());
    let mut traffic = Traffic::new(args.seed, args.start.as_millisecond(), &[args.topic], args.bytes);
    for _ in 0..args.count {
        out.write_all(traffic.next().body)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
