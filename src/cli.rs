//! The command line: one file a command. Nothing but data goes to standard output; messages go to standard error.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;

use crate::config;
use crate::config::Config;
use crate::config::LogLevel;
use crate::config::environment::Environment;
use crate::daemon::asks::Ask;

pub mod answer;

pub mod demo;

pub mod export;

pub mod import;

pub mod opml;

pub mod serve;

pub mod table;

/// Wrong usage (sysexits' `EX_USAGE`).
const USAGE: u8 = 64;

/// A fault in the configuration (sysexits' `EX_CONFIG`).
const CONFIGURATION: u8 = 78;

/// The limit for draining passed (sysexits' `EX_TEMPFAIL`).
pub(crate) const LATE: u8 = 75;

/// Watches where research papers appear and serves your topics as Atom feeds.
#[derive(Parser, Debug)]
#[command(name = "offprint", version, max_term_width = 100, arg_required_else_help = false)]
struct Arguments {
    /// The configuration file [default: $`OFFPRINT_CONFIG`, ./config/offprint.toml, /etc/offprint/offprint.toml, built in]
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Print machine-readable JSON
    #[arg(long, global = true)]
    json: bool,

    /// Say more; twice for everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,

    /// Colour the output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Colour,

    #[command(subcommand)]
    command: Option<Command>,
}

/// When output is coloured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Colour {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the daemon: poll the sources, serve the feeds
    Serve {
        /// Show the product without a network: invented papers from a loopback internet, in a throw-away store
        #[arg(long)]
        demo: bool,
        /// Listen here instead of where the configuration says (ADDRESS:PORT or unix:PATH); may be repeated
        #[arg(long, value_name = "ADDRESS")]
        listen: Vec<String>,
    },
    /// Validate the configuration; exit 78 and every fault at once when it is wrong
    Check,
    /// Harvest now: all sources or those named
    Poll {
        /// Names of sources
        #[arg(value_name = "SOURCE")]
        sources: Vec<String>,
    },
    /// Harvest the history of a source; it goes on where it was broken off, here or in the running daemon
    Backfill {
        /// The name of the source
        source: String,
        /// The first day, like 2026-08-12
        #[arg(long, value_name = "DATE")]
        since: String,
        /// The last day [default: today]
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
        /// Give up the back-fill of other days that this source is at
        #[arg(long)]
        instead: bool,
    },
    /// How each source is doing, when it is polled next, and why then
    Sources {
        /// Print for each source the rules behind its next poll, its budget and every part of it
        #[arg(long)]
        why: bool,
    },
    /// How each topic is doing
    Topics,
    /// Everything known of one paper, with the source of each field
    Show {
        /// Our identifier, an arXiv identifier, a DOI, or an address that holds one
        paper: String,
    },
    /// Make two papers one for good; the older identifier stays, the other one leads to it
    Merge {
        /// A paper, by any name that `show` takes
        one: String,
        /// The other paper
        other: String,
    },
    /// Make records of a paper a paper of their own for good: what was joined wrongly
    Split {
        /// The paper, by any name that `show` takes
        paper: String,
        /// Which records go: all of a SOURCE, one as SOURCE/KEY, or those that name an outside identifier (`show` lists them)
        #[arg(required = true, num_args = 1.., value_name = "SOURCE|ID")]
        parts: Vec<String>,
    },
    /// Papers that match a query, newest first
    Search {
        /// The query, in the language of the topics
        #[arg(required = true, num_args = 1.., allow_hyphen_values = true)]
        query: Vec<String>,
        /// At most so many
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Write everything into a file of compressed JSON lines, while the daemon runs if it does
    Export {
        /// The file, customarily *.jsonl.zst
        file: PathBuf,
    },
    /// Read an export into an empty store
    Import {
        /// The file
        file: PathBuf,
    },
    /// Compare the write-ahead log, the store and their counts
    Verify,
    /// Subscription lists: the feeds for feed readers, and the feeds of a reader as sources
    Opml {
        /// What to do
        #[command(subcommand)]
        action: OpmlAction,
    },
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Subcommand, Debug)]
enum OpmlAction {
    /// Print the list
    Export,
    /// Print the feeds of another reader's list as sources for the configuration; nothing is written
    Import {
        /// The list
        file: PathBuf,
    },
}

/// How results are printed.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// As JSON.
    pub json: bool,
    /// When in colour.
    pub colour: Colour,
    /// With the reasons behind what is shown.
    pub why: bool,
}

/// What stops a command.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The configuration has faults.
    #[error("{0}")]
    Configuration(#[from] config::diagnostic::Faults),
    /// The command line is wrong in a way that the parser cannot see.
    #[error("{0}")]
    Usage(String),
    /// Anything else.
    #[error("{}", chain(.0))]
    Other(#[from] anyhow::Error),
}

/// An error with its causes, none of which is told twice.
fn chain(error: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

/// Runs the program and gives its exit code: 0, 64 for wrong usage, 75 when draining took too long, 78 for a faulty
/// configuration, 1 otherwise.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let is_help = !error.use_stderr();
            // A closed pipe is no reason to fail while failing.
            let _is_printed = error.print();
            return if is_help { ExitCode::SUCCESS } else { ExitCode::from(USAGE) };
        }
    };
    match perform(arguments) {
        Ok(code) => code,
        Err(stop) => {
            say(&format!("offprint: {stop}"));
            ExitCode::from(match stop {
                Stop::Configuration(_) => CONFIGURATION,
                Stop::Usage(_) => USAGE,
                Stop::Other(_) => 1,
            })
        }
    }
}

fn perform(arguments: Arguments) -> Result<ExitCode, Stop> {
    let Arguments { config: file, json, verbose, color, command } = arguments;
    let style = Style { json, colour: color, why: false };
    let environment = Environment::from_process();
    let load = || config::load(file.as_deref(), &environment).map_err(Stop::Configuration);
    match command.unwrap_or(Command::Serve { demo: false, listen: Vec::new() }) {
        Command::Serve { demo: true, listen } => demo::run(&environment, &listen, verbose),
        Command::Serve { demo: false, listen } => {
            serve::run(load()?, file.clone(), environment, &listen, verbose)
        }
        Command::Check => check(&told(load()?), style),
        Command::Poll { sources } => answer::run(told(load()?), Ask::Poll(sources), style, verbose),
        Command::Backfill { source, since, until, instead } => {
            answer::run(told(load()?), Ask::Backfill { source, since, until, instead }, style, verbose)
        }
        Command::Sources { why } => answer::run(load()?, Ask::Sources, Style { why, ..style }, verbose),
        Command::Topics => answer::run(load()?, Ask::Topics, style, verbose),
        Command::Show { paper } => answer::run(load()?, Ask::Show(paper), style, verbose),
        Command::Search { query, limit } => {
            answer::run(load()?, Ask::Search { query: query.join(" "), limit }, style, verbose)
        }
        Command::Export { file } => export::run(load()?, &file, style, verbose),
        Command::Import { file } => import::run(&load()?, &file, style),
        Command::Merge { one, other } => answer::run(load()?, Ask::Merge { one, other }, style, verbose),
        Command::Split { paper, parts } => answer::run(load()?, Ask::Split { paper, parts }, style, verbose),
        Command::Verify => answer::run(load()?, Ask::Verify, style, verbose),
        Command::Opml { action: OpmlAction::Export } => answer::run(load()?, Ask::Opml, style, verbose),
        Command::Opml { action: OpmlAction::Import { file } } => opml::import(&load()?, &file, style),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "offprint", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Arguments::command()).render(&mut page).map_err(anyhow::Error::from)?;
            print(&String::from_utf8_lossy(&page))
        }
    }
}

/// Says on standard error what is worth knowing about a configuration.
fn told(config: Config) -> Config {
    for warning in &config.warnings {
        say(&format!("offprint: {warning}"));
    }
    config
}

fn check(config: &Config, style: Style) -> Result<ExitCode, Stop> {
    let (sources, topics) = (config.sources.len(), config.topics.len());
    if style.json {
        let json = serde_json::json!({ "ok": true, "origin": config.origin.to_string(), "sources": sources, "topics": topics });
        return print(&format!("{json}\n"));
    }
    print(&format!("{}: {sources} sources, {topics} topics, no faults\n", config.origin))
}

/// Prints data to standard output. A reader that went away (`| head`) is no error.
pub(crate) fn print(text: &str) -> Result<ExitCode, Stop> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Stop::Other(error.into())),
        _printed => Ok(ExitCode::SUCCESS),
    }
}

/// Prints a message to standard error.
pub(crate) fn say(message: &str) {
    // Where standard error is closed there is nobody to tell.
    let _is_heard = writeln!(std::io::stderr().lock(), "{message}");
}

/// The level of the log: the configuration's, raised by `-v`.
pub(crate) fn level(configured: LogLevel, verbose: u8) -> &'static str {
    match verbose {
        0 => configured.name(),
        1 => LogLevel::Debug.name(),
        _more => LogLevel::Trace.name(),
    }
}

/// A runtime for commands.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::Other(error.into()))
}
