//! The desk where commands are answered, by the daemon and by the command line alike: it holds the open store, the
//! polite client and the topics in force.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use anyhow::Context as _;
use anyhow::anyhow;
use tokio::sync::broadcast;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::config::ConfiguredSource;
use crate::daemon::asks::Answer;
use crate::daemon::asks::Ask;
use crate::daemon::asks::Step;
use crate::daemon::backfill;
use crate::daemon::backfill::Days;
use crate::daemon::jobs::fetch_settings;
use crate::daemon::jobs::jobs;
use crate::daemon::letters;
use crate::daemon::letters::OutboxAsk;
use crate::daemon::lookup::Looker;
use crate::daemon::occasion::Occasion;
use crate::daemon::ranking::Ranked;
use crate::daemon::readers;
use crate::daemon::rulings;
use crate::daemon::teaching;
use crate::daemon::views;
use crate::fetch::Client;
use crate::harvest::changes::StateChange;
use crate::harvest::indexer::Indexer;
use crate::harvest::pen::Pen;
use crate::harvest::refill;
use crate::harvest::refill::Refilled;
use crate::harvest::run::Harvester;
use crate::http::Serving;
use crate::http::Site;
use crate::http::Teacher;
use crate::http::cabinet::Cabinet;
use crate::http::errands::Errands;
use crate::http::private::Private;
use crate::http::shelf::Shelf;
use crate::http::trends::Trends;
use crate::index;
use crate::model::plan::Installation;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::source::SourceId;
use crate::outbox;
use crate::outbox::Outbox;
use crate::store;
use crate::store::OpenReport;
use crate::store::Reader;
use crate::topics::Topics;
use crate::topics::selector::Selector;
use crate::urls::Urls;

mod harvesting;

/// What a command hears on the way.
pub type OnStep<'a> = &'a (dyn Fn(Step) + Send + Sync);

/// Everything that commands need, opened once.
pub struct Desk {
    config: watch::Sender<Arc<Config>>,
    pub(super) topics: watch::Sender<Arc<Selector>>,
    pub(super) embedding: teaching::InUse,
    pub(super) ranked: Mutex<Ranked>,
    site: watch::Sender<Arc<Site>>,
    harvester: Harvester,
    urls: Arc<Urls>,
    clock: Clock,
    started_with: Arc<Config>,
    pub(super) private: Private,
    outgoing: watch::Sender<Arc<outbox::settings::Settings>>,
    outbox: OnceLock<Outbox>,
    busy: Mutex<BTreeMap<SourceId, Arc<tokio::sync::Mutex<()>>>>,
}

impl Desk {
    /// Opens the store and sets everything up. The store's permanent facts are written at the first opening.
    pub fn open(config: Config, clock: Clock) -> anyhow::Result<(Self, OpenReport)> {
        let mut opened = store::open(&Self::store_settings(&config))?;
        let installation = if let Some(installation) = opened.reader.installation()? {
            installation
        } else {
            let now = clock.now();
            let installation = Installation {
                tag_authority: config.authority(),
                tag_date: now.day().to_string(),
                created: now,
            };
            opened.writer.commit(&[Plan { at: now, ops: vec![Op::Installation(installation.clone())] }])?;
            installation
        };
        let urls = Arc::new(Urls::new(config.public_url.clone(), &installation)?);
        let client = Client::timed_by(&fetch_settings(&config), &clock)?;
        let all = Arc::new(Topics::new(config.topics.clone()));
        let site = watch::Sender::new(Arc::new(views::site(&config, Arc::clone(&all))));
        let (topics, in_force) = watch::channel(Arc::new(Selector::new(all, None)));
        let indexer = Indexer::new(index::Settings::beside(&config.store.path));
        let harvester = Harvester::new(client, opened.writer, indexer, in_force, clock.clone())?;
        harvester.replace_jobs(jobs(&config));
        let embedding = teaching::InUse::beside(&config.store.path);
        let outgoing = outbox::settings::Settings::new(&config, fetch_settings(&config))?;
        let config = Arc::new(config);
        let desk = Self {
            started_with: Arc::clone(&config),
            config: watch::Sender::new(config),
            topics,
            embedding,
            ranked: Mutex::default(),
            site,
            harvester,
            urls,
            clock,
            private: Private::default(),
            outgoing: watch::Sender::new(Arc::new(outgoing)),
            outbox: OnceLock::new(),
            busy: Mutex::new(BTreeMap::new()),
        };
        Ok((desk, opened.report))
    }

    /// Where the store of a configuration is.
    pub fn store_settings(config: &Config) -> store::Settings {
        store::Settings { path: config.store.path.clone(), cache_bytes: config.store.cache_bytes }
    }

    /// The configuration that the process was started with: what cannot be changed later is as it says.
    pub fn started_with(&self) -> Arc<Config> {
        Arc::clone(&self.started_with)
    }

    /// The configuration in force.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.config.borrow())
    }

    /// What the reading half serves from.
    pub fn serving(&self) -> Serving {
        Serving {
            reader: self.reader().clone(),
            site: self.site.subscribe(),
            urls: Arc::clone(&self.urls),
            clock: self.clock.clone(),
            index: self.harvester.indexer().handle().clone(),
            selector: self.topics.subscribe(),
            teacher: Teacher::default(),
            errands: Errands::default(),
            cabinet: Cabinet::beside(&self.started_with.store.path),
            private: self.private.clone(),
            trends: Trends::default(),
            // The server makes one as large as its cache may be.
            shelf: Shelf::new(0),
        }
    }

    /// What goes out by itself.
    pub fn outbox(&self) -> &Outbox {
        let make = || Outbox::new(self.pen().clone(), self.serving(), self.outgoing.subscribe());
        self.outbox.get_or_init(make)
    }

    /// The store's reading side.
    pub fn reader(&self) -> &Reader {
        self.harvester.reader()
    }

    /// The store's writing side.
    pub fn pen(&self) -> &Pen {
        self.harvester.pen()
    }

    /// Harvests; what writes the store goes through it.
    pub fn harvester(&self) -> &Harvester {
        &self.harvester
    }

    /// Every change in the state of a source or a part of it.
    pub fn changes(&self) -> broadcast::Receiver<StateChange> {
        self.harvester.changes()
    }

    /// The polite client.
    pub fn client(&self) -> Client {
        self.harvester.client()
    }

    /// Changes whenever the harvest of one source moves the next poll of another.
    pub fn urged(&self) -> watch::Receiver<u64> {
        self.harvester.urged()
    }

    /// Builds addresses and identifiers.
    pub fn urls(&self) -> &Urls {
        &self.urls
    }

    /// The clock in use.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Puts another configuration in force, whole or, when the store refuses, not at all. What a running process cannot
    /// change stays as in [`Desk::started_with`].
    pub async fn adopt(&self, config: Config) -> anyhow::Result<Vec<Refilled>> {
        let client = self.harvester.client().with(&fetch_settings(&config))?;
        let topics = Arc::new(Topics::new(config.topics.clone()));
        let site = Arc::new(views::site(&config, Arc::clone(&topics)));
        let outgoing = Arc::new(outbox::settings::Settings::new(&config, fetch_settings(&config))?);
        let (selector, ranked) = self.rank(topics).await?;
        let (topics_in_force, site_in_force, config_in_force) =
            (self.topics.clone(), self.site.clone(), self.config.clone());
        let outgoing_in_force = self.outgoing.clone();
        let (harvester, renamed) = (self.harvester.clone(), config.renamed.clone());
        let adopt = {
            let selector = Arc::clone(&selector);
            move || {
                harvester.replace_client(client);
                harvester.replace_jobs(jobs(&config));
                topics_in_force.send_replace(selector);
                config_in_force.send_replace(Arc::new(config));
                // Served only now, so that no reader sees a new topic before it is filled.
                site_in_force.send_replace(site);
                outgoing_in_force.send_replace(outgoing);
            }
        };
        let refilled = self.harvester.refill(selector, renamed, adopt).await;
        *self.ranked.lock().unwrap_or_else(PoisonError::into_inner) = ranked;
        refilled.context("topics: filling them from the stored papers")
    }

    /// Brings the timelines in line with the topics in force.
    pub async fn refill(&self) -> anyhow::Result<Vec<Refilled>> {
        if refill::edits_ranked(self.reader(), self.topics.borrow().topics())? {
            self.rank_first().await?;
        }
        let selector = Arc::clone(&self.topics.borrow());
        let renamed = self.config().renamed.clone();
        let refilled = self.harvester.refill(selector, renamed, || {}).await;
        refilled.context("topics: filling them from the stored papers")
    }

    /// The topics in force with their ranking.
    pub fn selector(&self) -> Arc<Selector> {
        Arc::clone(&self.topics.borrow())
    }

    /// Answers a command. `stop` ends a poll; of what is asked for at that moment nothing is kept.
    pub async fn answer(
        &self,
        ask: Ask,
        on_step: OnStep<'_>,
        stop: &CancellationToken,
    ) -> anyhow::Result<Answer> {
        if ask.needs_ranking() {
            self.rank_first().await?;
        }
        match ask {
            Ask::Poll(names) => self.poll(&names, on_step, stop).await,
            Ask::Backfill { source, since, until, instead } => {
                let config = self.config();
                let found = config.sources.iter().find(|known| known.id.as_str() == source);
                let found = found.ok_or_else(|| no_such_source(&config, &source))?;
                let days = Days::read(&since, until.as_deref(), self.clock.now().day())?;
                backfill::run(self, found, days, instead, on_step, stop).await
            }
            Ask::Verify => {
                let report = self.pen().write(|writer| writer.verify()).await?;
                Ok(views::verification(&report))
            }
            Ask::Merge { one, other } => rulings::merge(&self.harvester, one, other).await,
            Ask::Mark { topic, paper, sign } => teaching::mark(self, &topic, &paper, &sign).await,
            Ask::Pick { paper, note } => teaching::pick(self, &paper, note).await,
            Ask::Unpick(paper) => teaching::unpick(self, &paper).await,
            Ask::Reader(ask) => readers::answer(self, ask).await,
            Ask::Outbox(ask) => {
                if let OutboxAsk::Preview { .. } | OutboxAsk::Send { .. } = &ask {
                    self.harvester.catch_up().await.context("search index")?;
                }
                letters::answer(self, ask).await
            }
            Ask::Train => teaching::train(self, on_step).await,
            Ask::Split { paper, parts } => rulings::split(&self.harvester, paper, parts).await,
            ask @ (Ask::Sources
            | Ask::Topics
            | Ask::Show(_)
            | Ask::Search { .. }
            | Ask::Similar { .. }
            | Ask::Try(_)
            | Ask::Explain { .. }
            | Ask::Export
            | Ask::Opml) => {
                if ask.needs_index() {
                    // The daemon's task does it by itself; a command that opened the store alone has none.
                    self.harvester.catch_up().await.context("search index")?;
                }
                let store = self.started_with.store.path.clone();
                let looker = Looker { serving: self.serving(), config: self.config(), store };
                tokio::task::spawn_blocking(move || looker.answer(ask)).await?
            }
        }
    }

    /// Harvests the named sources, or all, one operator's sources after the other and operators side by side.
    async fn poll(
        &self,
        names: &[String],
        on_step: OnStep<'_>,
        stop: &CancellationToken,
    ) -> anyhow::Result<Answer> {
        let config = self.config();
        let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let known: Vec<&str> = config.sources.iter().map(|source| source.id.as_str()).collect();
        if let Some(unknown) = wanted.iter().find(|name| !known.contains(name)) {
            return Err(no_such_source(&config, unknown));
        }
        let is_wanted = |source: &&ConfiguredSource| wanted.is_empty() || wanted.contains(source.id.as_str());
        let chosen: Vec<&ConfiguredSource> = config.sources.iter().filter(is_wanted).collect();
        let total = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
        let done = AtomicU64::new(0);
        let polls = chosen.into_iter().map(|source| {
            let done = &done;
            async move {
                let say = |progress| {
                    let message = views::progress(&progress);
                    on_step(Step {
                        subject: source.id.to_string(),
                        message,
                        done: done.load(Relaxed),
                        total,
                        is_waiting: false,
                    });
                };
                let polled = self.harvest(source, Occasion::Asked, stop, &say).await;
                let done = done.fetch_add(1, Relaxed) + 1;
                let (subject, message) = (source.id.to_string(), "done".to_owned());
                on_step(Step { subject, message, done, total, is_waiting: false });
                polled.map(|polled| views::polled(source, &polled))
            }
        });
        let polled = futures_util::future::join_all(polls).await;
        Ok(Answer::Poll { polled: polled.into_iter().collect::<anyhow::Result<Vec<_>>>()? })
    }
}

/// What is said of a name that no source has.
fn no_such_source(config: &Config, name: &str) -> anyhow::Error {
    let known: Vec<&str> = config.sources.iter().map(|source| source.id.as_str()).collect();
    let there_are =
        if known.is_empty() { "are none".to_owned() } else { format!("are {}", known.join(", ")) };
    anyhow!("no source is called \"{name}\"; there {there_are}")
}
