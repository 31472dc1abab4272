//! `eventctl topics export`

use std::path::PathBuf;

use eventctl_core::pattern::Patterns;
use eventctl_core::topics::export::{self, export};

use crate::commands::Context;
use crate::failure::Failure;
use crate::files::{self, Access};
use crate::flow::survey;
use crate::outcome::Outcome;

/// Write a catalog of the live cluster, against which plan finds nothing to do
///
/// Example: eventctl topics export --match 'orders-*' > topics.yaml
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only topics that match this pattern; may be repeated
    #[arg(long = "match", value_name = "PATTERN")]
    patterns: Vec<String>,
    /// Write to this file instead of stdout
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
}

pub(super) async fn run(args: Args, cx: &Context) -> Result<Outcome, Failure> {
    let patterns = Patterns::new(&args.patterns).map_err(|error| Failure::usage(error.to_string()))?;
    let cluster = cx.cluster()?;
    let wanted = |name: &_| export::lists(&patterns, name, true);
    let (live, _) = cx.stop.or(survey::everything(&cluster, &export::named(&patterns), wanted)).await?;
    let export = export(&live, &patterns);
    for note in &export.notes {
        cx.ui.warn(note);
    }
    for unknown in &export.unknown {
        cx.ui.warn(format!("{}: {}", unknown.topic, unknown.text));
    }
    for absent in &export.absent {
        cx.ui.warn(format!("{absent}: there is no such topic"));
    }
    if export.topics == 0 {
        cx.ui.note("no topic matches among those that this principal may see");
    }
    match &args.out {
        Some(path) => {
            files::write_whole(path, export.yaml.as_bytes(), Access::Ordinary)?;
            cx.ui.note(format!("{} topics written to {}", export.topics, path.display()));
        }
        None => cx.ui.show(&export)?,
    }
    Ok(Outcome::unknown(!export.unknown.is_empty()).and(Outcome::findings(!export.absent.is_empty())))
}
