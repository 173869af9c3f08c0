//! Polite HTTP: one guarded client for everything that is fetched.
//!
//! It asks only public hosts and those the operator named, one request at a time for each operator of sources,
//! conditionally where it can, within limits of size and time; and it says of every failure whose fault it is and when
//! to ask again. It keeps no memory of its own beyond the process: what must last is handed in and out as
//! [`ExchangeMemory`] and [`Retry`]. It does not decide when to poll, does not retry and does not read
//! what it fetches.

use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::clock::Clock;
use crate::fetch::bucket::Bucket;
use crate::fetch::bucket::Gates;
use crate::fetch::exchange::Request;
use crate::fetch::exchange::Response;
use crate::fetch::fault::Fault;
use crate::fetch::fault::FetchError;
use crate::fetch::fault::Retry;
use crate::fetch::fault::Scope;
use crate::fetch::guard::Guard;
use crate::fetch::guard::Resolver;
use crate::fetch::guard::Route;
use crate::fetch::outage::Outage;
use crate::fetch::verdict::Asked;
use crate::fetch::walk::HEAD_LIMIT_BYTES;
use crate::fetch::walk::host;
use crate::model::source::ExchangeMemory;
use crate::model::source::NextPoll;
use crate::model::time::Timestamp;

pub mod bucket;

pub mod exchange;

pub mod fault;

mod address;

mod body;

mod caching;

mod guard;

mod moves;

mod outage;

pub mod post;

mod verdict;

mod wall;

mod walk;

mod wire;

/// What an operator may set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Where the operator can be reached (`mailto:…`), sent in the user agent.
    pub user_agent_contact: Option<String>,
    /// The project's page, sent in the user agent.
    pub home_page: &'static str,
    /// Addresses of the operator's own configuration: their hosts, with exactly these ports, may be private.
    pub allowed_hosts: Vec<Url>,
    /// Names that are looked up when a host's name cannot be resolved, to tell a wrong name from a network that is down.
    /// Nothing is asked of them.
    pub probe_names: &'static [&'static str],
    /// For a connection: name, handshake and encryption.
    pub connect_timeout: Duration,
    /// Between two pieces of a body.
    pub idle_timeout: Duration,
    /// For one exchange with its redirects, without the time spent waiting for our turn.
    pub total_timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent_contact: None,
            home_page: env!("CARGO_PKG_HOMEPAGE"),
            allowed_hosts: Vec::new(),
            probe_names: &["arxiv.org", "huggingface.co"],
            connect_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
        }
    }
}

/// A client that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The contact cannot stand in a header.
    #[error("the contact {0:?} cannot be sent in a header: only visible ASCII can")]
    Contact(String),
    /// The operating system gives no root certificates, for instance.
    #[error("making the HTTP client: {0}")]
    Build(String),
}

/// What a fetch gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fetched {
    /// A 200 with its body, or a 304.
    pub response: Response,
    /// What is remembered of the address from now on. To be kept only once the body has been made use of.
    pub memory: ExchangeMemory,
    /// How the answer itself asks to be polled.
    pub manners: Manners,
    /// Bytes of the body as they came.
    pub wire_bytes: u64,
    /// What happened on the way: redirects, a move.
    pub notes: Vec<String>,
}

/// How the headers of an answer ask to be polled.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Manners {
    /// Not before this, by `max-age` or `Expires`.
    pub not_before: Option<NextPoll>,
}

/// The client. Its copies share buckets and connections.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    public: reqwest::Client,
    named: Option<reqwest::Client>,
    guard: Guard,
    gates: Arc<Gates>,
    outage: Arc<Outage>,
    settings: Settings,
}

impl Client {
    /// Makes the client; nothing is contacted.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        Self::made(settings, Arc::new(Gates::new(Clock::system())), Arc::default())
    }

    /// Makes the client of a daemon, with a clock by which it spaces its requests: the first of each operator too, since
    /// the process before this one may just have asked. A clock that stands is moved on instead of waited for.
    pub fn timed_by(settings: &Settings, clock: &Clock) -> Result<Self, Error> {
        Self::made(settings, Arc::new(Gates::after_a_restart(clock.clone())), Arc::default())
    }

    /// Makes a client with other settings that keeps to the buckets of this one, so that a reload never asks an
    /// operator twice in a row.
    pub fn with(&self, settings: &Settings) -> Result<Self, Error> {
        Self::made(settings, Arc::clone(&self.shared.gates), Arc::clone(&self.shared.outage))
    }

    fn made(settings: &Settings, gates: Arc<Gates>, outage: Arc<Outage>) -> Result<Self, Error> {
        // Another part of the process may have installed the provider before us: it is the same one.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let guard = Guard::new(&settings.allowed_hosts);
        let public = build(settings, Resolver::new(Route::Public), 1)?;
        let named = guard.names_any().then(|| build(settings, Resolver::new(Route::Named), 1)).transpose()?;
        Ok(Self {
            shared: Arc::new(Shared { public, named, guard, gates, outage, settings: settings.clone() }),
        })
    }

    /// Asks once, when it is the bucket's turn. `memory` is what the last fetch of this address gave.
    pub async fn fetch(
        &self,
        request: &Request,
        bucket: &Bucket,
        memory: &ExchangeMemory,
        now: Timestamp,
    ) -> Result<Fetched, Box<FetchError>> {
        let mut turn = self.shared.gates.turn(bucket).await;
        let now = caching::later(now, Duration::from_secs(turn.waited_seconds()));
        let believed = moves::believed(memory.moved.as_ref(), now);
        let was_moved = believed.is_some();
        let start = believed.unwrap_or_else(|| request.url.clone());
        let mut asked = Asked { memory, expects: request.expects, hops: Vec::new(), was_moved, now };
        if let Some(until) = turn.closed_until(now) {
            let operator = bucket.operator.clone();
            return Err(asked.fail(&host(&start), Fault::Held { operator, until }));
        }
        let result = self.shared.walk(request, start, &mut asked, &mut turn).await;
        let result = match result {
            Ok(answer) => asked.judge(answer),
            Err((url, fault)) => Err(asked.fail(&host(&url), fault)),
        };
        if let Err(FetchError { retry: Retry::At { not_before, scope: Scope::Operator }, .. }) =
            result.as_ref().map_err(AsRef::as_ref)
        {
            turn.close(*not_before);
        }
        note(bucket, memory, &result);
        result
    }

    /// Whether no host at all could be reached lately: then a failure says nothing about a source.
    pub fn network_is_down(&self, now: Timestamp) -> bool {
        self.shared.outage.is_total(now)
    }
}

/// A client that looks names up in one way; `idle` connections to a host are kept for a while.
fn build(settings: &Settings, resolver: Resolver, idle: usize) -> Result<reqwest::Client, Error> {
    let about = match &settings.user_agent_contact {
        Some(contact) => format!("(+{}; {contact})", settings.home_page),
        None => format!("(+{})", settings.home_page),
    };
    let user_agent = format!("offprint/{} {about}", env!("CARGO_PKG_VERSION"));
    let visible = user_agent.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !visible {
        return Err(Error::Contact(settings.user_agent_contact.clone().unwrap_or_default()));
    }
    reqwest::Client::builder()
        .user_agent(user_agent)
        .dns_resolver(resolver)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(idle)
        .pool_idle_timeout(Duration::from_secs(30))
        .http2_max_header_list_size(u32::try_from(HEAD_LIMIT_BYTES).unwrap_or(u32::MAX))
        .build()
        .map_err(|error| Error::Build(wire::innermost(&error)))
}

fn note(bucket: &Bucket, memory: &ExchangeMemory, result: &Result<Fetched, Box<FetchError>>) {
    let operator = bucket.operator.as_str();
    let is_conditional = memory.etag.is_some() || memory.last_modified.is_some();
    match result {
        Ok(Fetched { response, wire_bytes, .. }) => {
            let (status, bytes) = (response.status, response.body.len());
            tracing::debug!(operator, status, wire_bytes, bytes, is_conditional, "fetched");
        }
        Err(error) => tracing::debug!(operator, %error, is_conditional, "not fetched"),
    }
}
