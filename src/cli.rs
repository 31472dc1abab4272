//! The command line: what may be typed, and the one place where a command is chosen.

use clap::{Args, Parser, Subcommand, ValueEnum};

use eventctl_core::settings::Flags;

use crate::commands::{self, Context};
use crate::failure::Failure;
use crate::outcome::Outcome;
use crate::settings::Surroundings;
use crate::ui::{ColourChoice, Format, Style};

/// The operator's command line for event-driven systems on Apache Kafka
#[derive(Debug, Parser)]
#[command(
    name = "eventctl",
    version,
    max_term_width = 110,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 done · 1 done, and there is a finding · 2 wrong input or no consent, nothing was tried · \
                  3 something could not be found out · 129/130/143 stopped by a signal"
)]
pub struct Cli {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Command,
}

/// Flags that every command takes. None has a default here: absence means that a variable or a file may set it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
struct GlobalArgs {
    /// Use this context of eventctl.yaml [default: its `current`]
    #[arg(long, global = true, value_name = "NAME", add = commands::completions::context_names())]
    context: Option<String>,
    /// Connect to these brokers, as host:port,host:port
    #[arg(long, global = true, value_name = "LIST")]
    brokers: Option<String>,
    /// Use this schema registry
    #[arg(long, global = true, value_name = "URL")]
    registry: Option<String>,
    /// Set one of librdkafka's properties; secrets come from environment, file or command instead
    #[arg(short = 'X', long = "property", global = true, value_name = "KEY=VALUE")]
    properties: Vec<String>,
    /// Read this catalog [default: topics.yaml]
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    catalog: Option<String>,
    /// Give up on a cluster or registry that does not answer after this time [default: 10s]
    #[arg(long, global = true, value_name = "DURATION")]
    timeout: Option<String>,
    /// Print this format [default: text]
    #[arg(short = 'o', long, global = true, value_name = "FORMAT")]
    output: Option<FormatName>,
    /// Use colours [default: auto]
    #[arg(long, global = true, value_name = "WHEN")]
    color: Option<ColourName>,
    /// Leave out notes and progress; reports, warnings and errors stay
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more: -v for steps, -vv for the client's log, -vvv for its debug log
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    Text,
    Json,
    /// Of consume: the decoded values alone
    Value,
    /// Of consume: keys and values
    KeyValue,
    /// Of consume: bytes between separators
    Raw,
    /// Of consume: as json, Avro data in Avro's own JSON
    AvroJson,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ColourName {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(commands::check::Args),
    #[command(alias = "topic")]
    Topics(commands::topics::Args),
    #[command(alias = "schemas")]
    Schema(commands::schema::Args),
    Consume(Box<commands::consume::Args>),
    Produce(Box<commands::produce::Args>),
    #[command(alias = "group")]
    Groups(commands::groups::Args),
    #[command(alias = "partitions")]
    Partition(commands::partition::Args),
    Config(commands::config::Args),
    Doctor(commands::doctor::Args),
    Completions(commands::completions::Args),
}

impl Cli {
    /// How the user wants output to look; known before anything can fail.
    #[must_use]
    pub fn style(&self, around: &Surroundings) -> Style {
        let global = &self.global;
        Style {
            format: match global.output {
                None | Some(FormatName::Text) => Format::Text,
                Some(FormatName::Json) => Format::Json,
                Some(FormatName::Value) => Format::Value,
                Some(FormatName::KeyValue) => Format::KeyValue,
                Some(FormatName::Raw) => Format::Raw,
                Some(FormatName::AvroJson) => Format::AvroJson,
            },
            colour: match global.color {
                None | Some(ColourName::Auto) => ColourChoice::Auto,
                Some(ColourName::Always) => ColourChoice::Always,
                Some(ColourName::Never) => ColourChoice::Never,
            },
            colourless_environment: around.variable("NO_COLOR").is_some()
                || around.variable("TERM") == Some("dumb"),
            quiet: global.quiet,
            verbose: global.verbose,
        }
    }

    /// What was said on the command line about settings.
    #[must_use]
    pub fn flags(&self) -> Flags {
        let GlobalArgs { context, brokers, registry, properties, catalog, timeout, .. } = &self.global;
        Flags {
            context: context.clone(),
            brokers: brokers.clone(),
            registry: registry.clone(),
            properties: properties.clone(),
            catalog: catalog.clone(),
            timeout: timeout.clone(),
        }
    }

    /// Runs the chosen command.
    ///
    /// # Errors
    /// Whatever kept the command from its work.
    pub async fn run(self, cx: &Context) -> Result<Outcome, Failure> {
        let of_records = !matches!(cx.ui.style().format, Format::Text | Format::Json);
        if of_records && !matches!(self.command, Command::Consume(_)) {
            return Err(Failure::usage("this command prints -o text or -o json"));
        }
        match self.command {
            Command::Check(args) => commands::check::run(&args, cx),
            Command::Topics(args) => commands::topics::run(args, cx).await,
            Command::Schema(args) => commands::schema::run(&args, cx).await,
            Command::Consume(args) => commands::consume::run(args, cx).await,
            Command::Produce(args) => commands::produce::run(*args, cx).await,
            Command::Groups(args) => commands::groups::run(&args, cx).await,
            Command::Partition(args) => commands::partition::run(&args, cx).await,
            Command::Config(args) => commands::config::run(&args, cx),
            Command::Doctor(args) => commands::doctor::run(&args, cx).await,
            Command::Completions(args) => commands::completions::run(&args, cx),
        }
    }
}
