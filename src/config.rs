//! Configuration: finds the file, reads it and the folder of topics, and gives either a whole [`Config`] or every fault
//! at once, each with its line.
//!
//! It is read first but imports last: nothing below the daemon knows it. It decides nothing by itself; it hands each
//! part of the program what the operator wrote for it. [`keys`] is the table of everything that may be written.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use url::Url;

use crate::config::diagnostic::Diagnostic;
use crate::config::diagnostic::Faults;
use crate::config::environment::Environment;
use crate::config::outgoing::OutgoingSettings;
use crate::model::secret::Secret;
use crate::model::source::NextPoll;
use crate::model::source::SourceId;
use crate::model::source::SourceState;
use crate::model::topic::TopicId;
use crate::sources::Kind;
use crate::sources::Manners;
use crate::sources::Source;
use crate::topics::Topic;

pub mod diagnostic;

pub mod environment;

mod assemble;

pub mod configured;

mod entries;

mod files;

mod form;

mod forms;

mod keys;

mod listening;

pub mod outgoing;

mod reference;

mod secrets;

mod strings;

mod suggest;

mod topics;

mod walk;

/// The configuration that is used when there is no file.
pub const BUILT_IN: &str = include_str!("../config/offprint.toml");

/// A checked configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where readers reach this instance; its path ends with a slash.
    pub public_url: Url,
    /// Whether it was written, rather than taken from the address listened on.
    pub is_public_url_given: bool,
    /// The name of the instance.
    pub title: String,
    /// Where the operator can be reached: a `mailto:` or `https:` address.
    pub contact: Option<String>,
    /// The authority of permanent identifiers, where one was written; see [`Config::authority`].
    pub tag_authority: Option<String>,
    /// How feeds and pages are served.
    pub server: ServerSettings,
    /// Where papers are kept.
    pub store: StoreSettings,
    /// What is logged.
    pub log: LogSettings,
    /// How sources are asked.
    pub fetch: FetchSettings,
    /// Whom alarms are sent to.
    pub alerts: AlertSettings,
    /// The folder of a sentence encoder.
    pub transformer: Option<PathBuf>,
    /// After how long half is left of what speaks for a paper.
    pub half_life: Duration,
    /// Days on which sources are expected to announce nothing.
    pub quiet_days: Arc<BTreeSet<NaiveDate>>,
    /// The enabled sources, in the order of the file.
    pub sources: Vec<ConfiguredSource>,
    /// The topics: those of the main file, then those of the folder, in the order of file names.
    pub topics: Vec<Topic>,
    /// Letters, and what is pushed.
    pub outgoing: OutgoingSettings,
    /// Topics by the names they had before.
    pub renamed: BTreeMap<TopicId, TopicId>,
    /// Where all this was read.
    pub origin: Origin,
    /// What is allowed but hardly meant.
    pub warnings: Vec<Diagnostic>,
}

impl Config {
    /// Listens elsewhere than the files say; so links lead there, unless they say where readers reach it.
    pub fn listen_on(&mut self, addresses: &[ListenAddress]) {
        self.server.listen = addresses.to_vec();
        if let (false, Some(url)) = (self.is_public_url_given, listening::reached_at(addresses)) {
            self.public_url = url;
        }
    }

    /// The authority that a new store fixes for its permanent identifiers: the one written, or the host of the public
    /// address, or `localhost` where that is a bare IP address (RFC 4151 wants a name).
    pub fn authority(&self) -> String {
        self.tag_authority.clone().unwrap_or_else(|| forms::authority_of(&self.public_url))
    }
}

/// Whom alarms are sent to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AlertSettings {
    /// A program and its arguments; it finds the alarm as JSON on its standard input.
    pub command: Vec<String>,
    /// An address that the same JSON is posted to.
    pub webhook: Option<Url>,
}

/// How feeds and pages are served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerSettings {
    /// The addresses to listen on beside the sockets that systemd hands over.
    pub listen: Vec<ListenAddress>,
    /// How many connections are open at once.
    pub max_connections: usize,
    /// How many requests one network or one private reader may send in a minute; 0 sets no limit.
    pub requests_per_minute: u32,
    /// How much memory may hold what is ready to be sent, in bytes.
    pub cache_bytes: usize,
    /// What an editor sends to mark papers over HTTP.
    pub editor_token: Option<Secret>,
}

/// An address to listen on.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ListenAddress {
    /// An IP address and a port.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(PathBuf),
}

/// Where papers are kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoreSettings {
    /// The folder of the write-ahead log and the store.
    pub path: PathBuf,
    /// How much memory the store may use as a cache.
    pub cache_bytes: u64,
}

/// What is logged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogSettings {
    /// In which form.
    pub format: LogFormat,
    /// From which level on.
    pub level: LogLevel,
}

/// The form of log lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// Text on a terminal, the journal when started by systemd, JSON otherwise.
    Auto,
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
    /// systemd's journal with its fields.
    Journald,
}

/// The least grave kind of message that is logged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LogLevel {
    /// Someone must act.
    Error,
    /// Something is not as it should be.
    Warn,
    /// What the service does.
    Info,
    /// Every item.
    Debug,
    /// Every step.
    Trace,
}

impl LogLevel {
    /// The word in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// How sources are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FetchSettings {
    /// For a connection: name, handshake and encryption.
    pub connect_timeout: Duration,
    /// Between two pieces of a body.
    pub idle_timeout: Duration,
    /// For one exchange with its redirects.
    pub total_timeout: Duration,
}

/// A source as the operator configured it.
#[derive(Clone, Debug)]
pub struct ConfiguredSource {
    /// Its name.
    pub id: SourceId,
    /// What it is.
    pub kind: &'static Kind,
    /// How often it is wished to be asked, never below what the kind demands.
    pub every: Duration,
    /// The addresses that the operator wrote: for these, private hosts are allowed.
    pub named_urls: Vec<Url>,
    /// How it is asked: as its kind wants to be; without spacing and floor where the operator's own address names this
    /// machine or a private network, since such a host is the operator's own to ask.
    pub manners: Manners,
    /// What makes it another source when it changes: its kind, address and options, as one short text.
    pub settings: String,
    /// The source itself.
    pub source: Arc<dyn Source>,
}

impl ConfiguredSource {
    /// When it is polled by its schedule, or nothing when that is at once: it never was, or it is another one now.
    pub fn due(&self, state: &SourceState) -> Option<NextPoll> {
        state.next_poll.clone().filter(|_| state.settings == self.settings)
    }
}

impl ListenAddress {
    /// Reads `127.0.0.1:4287`, `[::1]:4287` or `unix:/path`; says what is wrong and what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        listening::listen(text).map_err(forms::Flaw::in_words)
    }
}

/// Where a configuration was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The main file; none for the built-in configuration.
    pub file: Option<PathBuf>,
    /// The same in words, with the rule that chose it.
    pub told: String,
    /// Files and folders whose change means that the configuration should be read again.
    pub watched: Vec<PathBuf>,
    /// SHA-256 of everything that was read: the same text means the same configuration.
    pub digest: [u8; 32],
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.told)
    }
}

/// Reads the configuration: the file `explicit`, or the first one that the search order finds, or the built-in one.
///
/// # Errors
///
/// Every fault that could be found, over all files.
pub fn load(explicit: Option<&Path>, environment: &Environment) -> Result<Config, Faults> {
    let chosen = files::choose(explicit, environment).map_err(|diagnostic| Faults(vec![*diagnostic]))?;
    assemble::config(chosen, environment)
}

/// Reads a configuration that stands in no file; `name` says what it is. Relative paths start where the program was
/// started.
pub fn parse(text: &str, name: &str, environment: &Environment) -> Result<Config, Faults> {
    assemble::config(files::Chosen::unfiled(text, name, environment), environment)
}

/// The reference page of every key, as `config/reference.md` holds it.
pub fn reference() -> String {
    reference::page()
}
