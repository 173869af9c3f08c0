//! The command line: one file a command. Nothing but data goes to standard output; messages go to standard error.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::CommandFactory as _;
use clap::Parser;

use crate::cli::arguments::Arguments;
use crate::cli::arguments::Colour;
use crate::cli::arguments::Command;
use crate::cli::arguments::DigestAction;
use crate::cli::arguments::EncoderAction;
use crate::cli::arguments::OpmlAction;
use crate::cli::arguments::Order;
use crate::cli::arguments::OutboxAction;
use crate::cli::arguments::ReaderAction;
use crate::config;
use crate::config::Config;
use crate::config::LogLevel;
use crate::config::environment::Environment;
use crate::daemon::asks::Ask;
use crate::daemon::letters::OutboxAsk;
use crate::daemon::readers::ReaderAsk;
use crate::daemon::tried;
use crate::daemon::tried::Trial;
use crate::outbox::courier;

pub mod answer;

pub mod arguments;

pub mod demo;

pub mod digest;

pub mod doctor;

pub mod encoder;

pub mod export;

pub mod finding;

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
        Command::Search { query, limit, offset, sort } => {
            let (query, by_relevance) = (query.join(" "), sort == Order::Relevance);
            answer::run(load()?, Ask::Search { query, limit, offset, by_relevance }, style, verbose)
        }
        Command::Similar { paper, limit } => {
            answer::run(load()?, Ask::Similar { paper, limit }, style, verbose)
        }
        Command::Try { query, days, about, like, unlike, breadth, per_day } => {
            let config = load()?;
            let trial = Trial { about, like, unlike, breadth, per_day, days, ..Trial::default() };
            let ask = Ask::Try(trial_of(&config, &query.join(" "), trial));
            answer::run(config, ask, style, verbose)
        }
        Command::Explain { topic, paper } => {
            answer::run(load()?, Ask::Explain { topic, paper }, style, verbose)
        }
        Command::Mark { topic, paper, sign } => {
            answer::run(load()?, Ask::Mark { topic, paper, sign }, style, verbose)
        }
        Command::Pick { paper, note } => answer::run(load()?, Ask::Pick { paper, note }, style, verbose),
        Command::Unpick { paper } => answer::run(load()?, Ask::Unpick(paper), style, verbose),
        Command::Reader { action } => {
            let ask = match action {
                ReaderAction::Add { name } => ReaderAsk::Add(name),
                ReaderAction::List => ReaderAsk::List,
                ReaderAction::Revoke { name } => ReaderAsk::Revoke(name),
            };
            answer::run(load()?, Ask::Reader(ask), style, verbose)
        }
        Command::Outbox { action } => {
            let ask = match action {
                None | Some(OutboxAction::List) => OutboxAsk::List,
                Some(OutboxAction::Retry { name }) => OutboxAsk::Retry(name),
                Some(OutboxAction::Drop { name }) => OutboxAsk::Drop(name),
            };
            answer::run(load()?, Ask::Outbox(ask), style, verbose)
        }
        Command::Bounce { recipient } => digest::bounce(load()?, recipient, style, verbose),
        Command::Digest { action: DigestAction::Preview { name, days, folder } } => {
            digest::preview(load()?, &name, days, folder.as_deref(), style, verbose)
        }
        Command::Digest { action: DigestAction::Send { name, to, days } } => {
            let ask = Ask::Outbox(OutboxAsk::Send { name, days, to });
            answer::run(load()?, ask, style, verbose)
        }
        Command::Courier => {
            runtime()?.block_on(courier::run())?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Doctor => doctor::run(&load()?, style),
        Command::Encoder { action: EncoderAction::Fetch { url, sha256, folder } } => {
            encoder::run(&url, &sha256, &folder).map_err(Stop::Other)
        }
        Command::Train => answer::run(load()?, Ask::Train, style, verbose),
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

/// What is tried: a topic as the configuration has it, with what the command line says of it in its place, or a query.
fn trial_of(config: &Config, words: &str, trial: Trial) -> Trial {
    let Some(topic) = config.topics.iter().find(|topic| topic.id.as_str() == words.trim()) else {
        let query = Some(words.trim().to_owned()).filter(|query| !query.is_empty());
        return Trial { query, ..trial };
    };
    let configured = tried::of_topic(topic, trial.days);
    let or = |given: Vec<String>, known: Vec<String>| if given.is_empty() { known } else { given };
    let is_ruled = trial.breadth.is_some() || trial.per_day.is_some();
    Trial {
        about: trial.about.or(configured.about),
        like: or(trial.like, configured.like),
        unlike: or(trial.unlike, configured.unlike),
        breadth: if is_ruled { trial.breadth } else { configured.breadth },
        per_day: if is_ruled { trial.per_day } else { configured.per_day },
        ..configured
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
