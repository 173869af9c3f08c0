//! A whole Offprint in the test's own process: the desk over a store on disk, the reading half on a loopback socket, and a
//! clock that is set by hand.
//!
//! ```ignore
//! let site = Site::start(&config).await;             // the text of a configuration; its store is a folder of its own
//! site.harvest("arxiv").await;                       // one harvest, as far as the stored state asks for
//! site.feed("flags").await.titles();                 // what a reader sees
//! site.later(TimeDelta::hours(1));                   // the clock moves
//! let site = site.restart().await;                   // the same store, everything else anew
//! ```

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use offprint::clock::Clock;
use offprint::config;
use offprint::config::environment::Environment;
use offprint::config::environment::Variables;
use offprint::daemon::asks::Answer;
use offprint::daemon::asks::Ask;
use offprint::daemon::asks::PollRow;
use offprint::daemon::asks::SourceRow;
use offprint::daemon::desk::Desk;
use offprint::daemon::occasion::Occasion;
use offprint::daemon::occasion::Polled;
use offprint::daemon::teaching;
use offprint::harvest::job::Summary;
use offprint::http;
use offprint::http::serve::Listener;
use offprint::model::time::Timestamp;
use offprint::store;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// When tests begin unless they say otherwise: a Wednesday at six in the morning, after arXiv's announcement.
pub(crate) fn wednesday() -> Timestamp {
    Timestamp::parse_rfc3339("2026-08-12T06:00:00Z").unwrap()
}

/// An environment in which nothing is set, as of a program started in `folder`.
pub(crate) fn environment(folder: PathBuf) -> Environment {
    Environment {
        config: None,
        state_directory: Some(folder.join("store").into()),
        xdg_state_home: None,
        home: None,
        runtime_directory: None,
        credentials_directory: Some(folder.join("credentials")),
        variables: Variables::default(),
        is_journal: false,
        system_file: folder.join("etc/offprint.toml"),
        working_directory: folder,
    }
}

/// Everything, running.
pub(crate) struct Site {
    /// Whether hosts of this machine are asked by the manners of their kinds, as if they were the real ones.
    is_polite: bool,
    folder: TempDir,
    config: String,
    clock: Clock,
    desk: Arc<Desk>,
    address: SocketAddr,
    client: reqwest::Client,
    stop: CancellationToken,
    served: JoinSet<()>,
}

impl Site {
    /// Starts with an empty store on a [`wednesday`].
    pub(crate) async fn start(config: &str) -> Self {
        Self::start_at(config, wednesday()).await
    }

    /// Starts with an empty store at a time.
    pub(crate) async fn start_at(config: &str, at: Timestamp) -> Self {
        Self::open(tempfile::tempdir().unwrap(), config, Clock::standing(at), false).await
    }

    /// Starts at a time of this clock; sources keep the manners of their kinds.
    pub(crate) async fn start_politely(config: &str, clock: Clock) -> Self {
        Self::open(tempfile::tempdir().unwrap(), config, clock, true).await
    }

    async fn open(folder: TempDir, config: &str, clock: Clock, is_polite: bool) -> Self {
        let environment = environment(folder.path().to_owned());
        let mut parsed =
            config::parse(config, "the test", &environment).unwrap_or_else(|faults| panic!("{faults}"));
        for source in &mut parsed.sources {
            if is_polite {
                source.manners = source.kind.manners;
                source.every = source.every.max(source.manners.every_at_least);
            }
        }
        let (desk, _report) = Desk::open(parsed, clock.clone()).unwrap();
        let desk = Arc::new(desk);
        desk.refill().await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let settings = http::Settings {
            linger: std::time::Duration::ZERO,
            requests_per_minute: desk.config().server.requests_per_minute,
            ..http::Settings::default()
        };
        let (teacher, errands) = (teaching::teacher(&desk), desk.outbox().errands());
        let serving = http::Serving { teacher, errands, ..desk.serving() };
        let router = http::router::router(serving, &settings);
        desk.outbox().ask_of(router.clone());
        let (stop, stopped) = (CancellationToken::new(), CancellationToken::new());
        let mut served = JoinSet::new();
        served.spawn({
            let stop = stop.clone();
            async move {
                http::serve::serve(Listener::Tcp(listener), router, &settings, stop).await;
                stopped.cancel();
            }
        });
        // Another client of the process may have installed it before.
        let _installed_before = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self { is_polite, folder, config: config.to_owned(), clock, desk, address, client, stop, served }
    }

    /// Stops, and starts again over the same store.
    pub(crate) async fn restart(self) -> Self {
        let is_polite = self.is_polite;
        let (folder, config, clock) = self.close().await;
        Self::open(folder, &config, clock, is_polite).await
    }

    /// Stops, lets `change` work on the folder that holds `store`, and starts again.
    pub(crate) async fn restart_after(self, change: impl FnOnce(&std::path::Path)) -> Self {
        let is_polite = self.is_polite;
        let (folder, config, clock) = self.close().await;
        change(folder.path());
        Self::open(folder, &config, clock, is_polite).await
    }

    /// Stops for good; the folder that holds `store`, the configuration and the clock.
    pub(crate) async fn close(self) -> (TempDir, String, Clock) {
        let Self { folder, config, clock, desk, stop, mut served, .. } = self;
        stop.cancel();
        while served.join_next().await.is_some() {}
        desk.outbox().ask_nobody();
        desk.pen().write(store::Writer::checkpoint).await.unwrap();
        drop(desk);
        (folder, config, clock)
    }

    /// The desk.
    pub(crate) fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The text of the configuration in force.
    pub(crate) fn config(&self) -> &str {
        &self.config
    }

    /// The folder that holds `store`.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Moves the clock on.
    pub(crate) fn later(&self, span: TimeDelta) {
        self.clock.set(self.clock.now().plus(span));
    }

    /// Sets the clock.
    pub(crate) fn at(&self, time: &str) {
        self.clock.set(Timestamp::parse_rfc3339(time).unwrap());
    }

    /// Harvests a source now, whatever its schedule says.
    pub(crate) async fn harvest(&self, source: &str) -> Summary {
        let config = self.desk.config();
        let source = config.sources.iter().find(|known| known.id.as_str() == source).unwrap();
        match self
            .desk
            .harvest(source, Occasion::Always, &CancellationToken::new(), &|_progress| {})
            .await
            .unwrap()
        {
            Polled::Done(summary) => summary,
            Polled::NotYet(_health, wait) => panic!("not yet: {wait:?}"),
        }
    }

    /// Cuts the digests that are due: how many letters that makes, and for how many subscribers.
    pub(crate) async fn cut(&self) -> (usize, usize) {
        let cut = self.desk.outbox().cut().await.unwrap();
        (cut.letters, cut.subscribers)
    }

    /// `offprint poll` for all sources.
    pub(crate) async fn poll(&self) -> Vec<PollRow> {
        match self.desk.answer(Ask::Poll(Vec::new()), &|_step| {}, &CancellationToken::new()).await.unwrap() {
            Answer::Poll { polled } => polled,
            other => panic!("{other:?}"),
        }
    }

    /// `offprint sources`, one row.
    pub(crate) async fn source(&self, name: &str) -> SourceRow {
        match self.desk.answer(Ask::Sources, &|_step| {}, &CancellationToken::new()).await.unwrap() {
            Answer::Sources { sources } => sources.into_iter().find(|row| row.source == name).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// Puts another configuration in force, as a reload does.
    pub(crate) async fn adopt(&mut self, config: &str) {
        let environment = environment(self.folder.path().to_owned());
        let parsed =
            config::parse(config, "the test", &environment).unwrap_or_else(|faults| panic!("{faults}"));
        self.desk.adopt(parsed).await.unwrap();
        config.clone_into(&mut self.config);
    }

    /// The address of the server.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks for a path.
    pub(crate) async fn get(&self, path: &str) -> Got {
        self.get_with(path, &[]).await
    }

    /// Sends a body to a path, with a token.
    pub(crate) async fn post(&self, path: &str, token: Option<&str>, body: &str) -> Got {
        let request = self.client.post(format!("http://{}{path}", self.address)).body(body.to_owned());
        let request = match token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Got { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    /// Asks for a path with headers.
    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Got {
        self.ask(reqwest::Method::GET, path, headers).await
    }

    /// Makes a request.
    pub(crate) async fn ask(&self, method: reqwest::Method, path: &str, headers: &[(&str, &str)]) -> Got {
        let mut request = self.client.request(method, format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Got { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    /// A topic's feed as a reader sees it.
    pub(crate) async fn feed(&self, topic: &str) -> Feed {
        self.feed_at(&format!("/topics/{topic}.atom")).await
    }

    /// The feed at a path, as a reader sees it.
    pub(crate) async fn feed_at(&self, path: &str) -> Feed {
        let got = self.get(path).await;
        assert_eq!(got.status, 200, "{path}");
        let parsed = feed_rs::parser::parse(got.body.as_slice()).unwrap();
        Feed { bytes: got.body, parsed }
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Got {
    /// The status.
    pub(crate) status: u16,
    /// The headers.
    pub(crate) headers: reqwest::header::HeaderMap,
    /// The body, as it came.
    pub(crate) body: Vec<u8>,
}

impl Got {
    /// A header's value; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A feed: its bytes and what feed-rs reads from them.
pub(crate) struct Feed {
    /// As it was served.
    pub(crate) bytes: Vec<u8>,
    /// As it is read.
    pub(crate) parsed: feed_rs::model::Feed,
}

impl Feed {
    /// The titles, in order.
    pub(crate) fn titles(&self) -> Vec<&str> {
        self.parsed.entries.iter().map(|entry| entry.title.as_ref().unwrap().content.as_str()).collect()
    }

    /// The identifiers, in order.
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.parsed.entries.iter().map(|entry| entry.id.as_str()).collect()
    }

    /// The entry of that title.
    pub(crate) fn entry(&self, title: &str) -> &feed_rs::model::Entry {
        let found = self.parsed.entries.iter().find(|entry| entry.title.as_ref().unwrap().content == title);
        found.unwrap_or_else(|| panic!("no entry is called {title:?}; there are {:?}", self.titles()))
    }
}
