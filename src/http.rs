//! The reading half: answers readers over HTTP/1.1 and cleartext HTTP/2, from the store alone.
//!
//! [`router::router`] is a table of routes with one file per resource below it; most requests are answered before it from
//! what is ready (`bodies`), and most of these before hyper (`shortcut`). `caching` decides 200 or 304; `feed` makes a feed of a
//! list, whole or only what is new, of a topic out of papers as entries that are kept for all topics (`shelf`);
//! [`serve::serve`] accepts, limits, times out and drains connections. Nothing here changes the store, fetches or knows the harvest; only what a reader
//! must get again as it was is kept in files ([`cabinet`]). Absolute addresses come from the configuration: neither `Host` nor
//! any forwarded header is believed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::clock::Clock;
use crate::finding::Library;
use crate::finding::rows::RankingRows;
use crate::http::cabinet::Cabinet;
use crate::http::errands::Errands;
use crate::http::private::Private;
use crate::http::shelf::Shelf;
use crate::http::trends::Trends;
use crate::index::handle::Handle;
use crate::model::secret::Secret;
use crate::model::source::SourceId;
use crate::model::topic::TopicId;
use crate::pages::TopicLine;
use crate::store::Reader;
use crate::topics::Topics;
use crate::topics::selector::Selector;
use crate::urls::Place;
use crate::urls::Urls;

mod caching;

pub mod cabinet;

pub mod private;

pub mod router;

pub mod serve;

pub mod shelf;

pub mod trends;

mod accept;

mod answers;

mod api;

mod archives;

mod asked;

mod beside;

mod assets;

mod bodies;

mod boards;

mod catalogue;

mod crowd;

mod days;

mod views;

mod encoding;

pub mod errands;

mod feed;

mod freshness;

mod guard;

mod headers;

mod health;

mod listings;

mod opml;

mod outlook;

mod paced;

mod mailing;

mod papers;

mod push;

mod rates;

mod refusals;

mod shortcut;

mod tokens;

mod topics;

mod updates;

/// Limits of the server. The defaults suit a daemon that faces the open network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Connections at one time; more wait in the kernel's queue.
    pub max_connections: usize,
    /// Connections at one time from one address (IPv4) or /64 (IPv6); more are closed at once. Unix sockets, which
    /// have no address, and this machine have no such limit: a proxy stands there.
    pub max_connections_per_address: usize,
    /// The most bytes of a request's head.
    pub max_head_bytes: usize,
    /// Streams at one time on one HTTP/2 connection.
    pub max_streams: u32,
    /// The time from the first byte of a request's head to its end.
    pub head_timeout: Duration,
    /// How long a connection may stay open without a request.
    pub keep_alive: Duration,
    /// How long a reader may take nothing of an answer.
    pub write_timeout: Duration,
    /// How long an answer may take to make.
    pub answer_timeout: Duration,
    /// How long, after it no longer accepts, the server still serves as before: requests on connections that were
    /// accepted at the last moment are on their way.
    pub linger: Duration,
    /// How long requests in flight may take to finish once the server stops.
    pub drain: Duration,
    /// The most bytes that are kept of what was rendered: half of it bodies, half papers as entries.
    pub cache_bytes: usize,
    /// Requests in a minute from one address (see above) or one private reader; 0 sets no limit.
    pub requests_per_minute: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_connections: 4_096,
            max_connections_per_address: 256,
            max_head_bytes: 16 * 1_024,
            max_streams: 64,
            head_timeout: Duration::from_secs(5),
            keep_alive: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            answer_timeout: Duration::from_secs(30),
            linger: Duration::from_millis(300),
            drain: Duration::from_secs(20),
            cache_bytes: 128 * 1_024 * 1_024,
            requests_per_minute: 1_200,
        }
    }
}

/// What the operator configured to be served; replaced as a whole on reload.
#[derive(Debug)]
pub struct Site {
    /// The name of the site.
    pub title: String,
    /// The topics.
    pub topics: Arc<Topics>,
    /// The sources that are asked.
    pub sources: Vec<SiteSource>,
    /// Topics by the names they had before.
    pub renamed: BTreeMap<TopicId, TopicId>,
    /// What an editor proves to be one with.
    pub editor_token: Option<Secret>,
    /// Where the operator can be reached.
    pub contact: Option<String>,
    /// After so many days half is left of what speaks for a paper.
    pub half_life_days: f64,
    /// Whether this is a hub for its own feeds.
    pub is_hub: bool,
    /// Other hubs that are told of what is new.
    pub hubs: Vec<url::Url>,
    /// Whether anybody may subscribe by mail.
    pub takes_subscribers: bool,
}

impl Site {
    /// A topic that somebody chose, by the name that it has now.
    pub fn now_called<'a>(&'a self, chosen: &'a TopicId) -> &'a TopicId {
        self.renamed.get(chosen).unwrap_or(chosen)
    }

    /// The addresses of the hubs that push what is new in public feeds.
    pub fn hub_urls(&self, urls: &Urls) -> Vec<String> {
        let own = self.is_hub.then(|| urls.absolute(Place::Hub));
        own.into_iter().chain(self.hubs.iter().map(ToString::to_string)).collect()
    }
}

/// A source as pages show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SiteSource {
    /// Its name.
    pub id: SourceId,
    /// The name of its kind.
    pub kind: &'static str,
    /// What the kind is.
    pub about: &'static str,
    /// How it is asked, in words.
    pub manners: String,
}

/// What the server reads from.
#[derive(Clone, Debug)]
pub struct Serving {
    /// The store.
    pub reader: Reader,
    /// The site, as configured now.
    pub site: tokio::sync::watch::Receiver<Arc<Site>>,
    /// Builds addresses and identifiers.
    pub urls: Arc<Urls>,
    /// The present time.
    pub clock: Clock,
    /// The search index.
    pub index: Handle,
    /// The topics in force with their ranking.
    pub selector: tokio::sync::watch::Receiver<Arc<Selector>>,
    /// Where marks go.
    pub teacher: Teacher,
    /// Where those go who want to be told what is new.
    pub errands: Errands,
    /// What readers must get again as it was.
    pub cabinet: Cabinet,
    /// Where the use of private addresses is noted.
    pub private: Private,
    /// What is talked about, kept for a minute.
    pub trends: Trends,
    /// Papers as entries.
    pub shelf: Shelf,
}

/// What an editor asks for over HTTP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lesson {
    /// A paper is marked in a topic.
    Mark {
        /// The topic's name.
        topic: String,
        /// The paper, by any name.
        paper: String,
        /// `+`, `-` or `0`.
        sign: String,
    },
    /// A paper is picked.
    Pick {
        /// The paper, by any name.
        paper: String,
        /// Why, in Markdown.
        note: Option<String>,
    },
    /// A pick is taken back.
    Unpick {
        /// The paper, by any name.
        paper: String,
    },
}

/// Where marks go: the reading half writes nothing itself.
#[derive(Clone, Default)]
pub struct Teacher(Option<Arc<Teach>>);

/// What was done.
#[derive(Clone, PartialEq, Debug)]
pub struct Taught {
    /// In words.
    pub done: String,
    /// How a mark moved the ranking.
    pub ranking: Option<RankingRows>,
}

/// Takes a lesson, and says what was done or why not.
type Teach = dyn Fn(Lesson) -> BoxFuture<'static, Result<Taught, String>> + Send + Sync;

impl Teacher {
    /// Sends lessons there.
    pub fn new(
        teach: impl Fn(Lesson) -> BoxFuture<'static, Result<Taught, String>> + Send + Sync + 'static,
    ) -> Self {
        Self(Some(Arc::new(teach)))
    }

    async fn teach(&self, lesson: Lesson) -> Result<Taught, String> {
        match &self.0 {
            Some(teach) => teach(lesson).await,
            None => Err("this server takes no marks".to_owned()),
        }
    }
}

impl std::fmt::Debug for Teacher {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Teacher").finish_non_exhaustive()
    }
}

impl Serving {
    /// What is looked things up in, as it is now.
    pub fn library(&self) -> Library {
        let selector = Arc::clone(&self.selector.borrow());
        Library { reader: self.reader.clone(), index: self.index.clone(), selector }
    }
}

/// Every topic as lists show it, in the order of the configuration.
pub fn topic_lines(serving: &Serving) -> Result<Vec<TopicLine>, crate::store::Error> {
    let site = Arc::clone(&serving.site.borrow());
    catalogue::lines(serving, &site)
}
