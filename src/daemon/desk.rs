//! The desk where commands are answered, by the daemon and by the command line alike: it holds the open store, the
//! polite client and the topics in force.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use anyhow::Context as _;
use anyhow::anyhow;
use anyhow::bail;
use tokio::sync::watch;

use crate::clock::Clock;
use crate::config::Config;
use crate::config::ConfiguredSource;
use crate::daemon::asks::Answer;
use crate::daemon::asks::Ask;
use crate::daemon::asks::PollRow;
use crate::daemon::asks::Step;
use crate::daemon::views;
use crate::fetch;
use crate::fetch::Client;
use crate::harvest::plan::Tally;
use crate::harvest::refill::Refilled;
use crate::harvest::run::Harvester;
use crate::harvest::run::Job;
use crate::harvest::run::Progress;
use crate::harvest::run::Summary;
use crate::http;
use crate::http::Serving;
use crate::http::Site;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::plan::Installation;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::model::source::SourceId;
use crate::normalise;
use crate::pages::opml;
use crate::query;
use crate::query::document::Document;
use crate::store;
use crate::store::OpenReport;
use crate::store::Reader;
use crate::topics::Topics;
use crate::urls::Urls;

/// What a command hears on the way.
pub type OnStep<'a> = &'a (dyn Fn(Step) + Send + Sync);

/// Everything that commands need, opened once.
pub struct Desk {
    config: watch::Sender<Arc<Config>>,
    topics: watch::Sender<Arc<Topics>>,
    site: watch::Sender<Arc<Site>>,
    harvester: Harvester,
    urls: Arc<Urls>,
    clock: Clock,
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
        let client = Client::new(&fetch_settings(&config))?;
        let all = Arc::new(Topics::new(config.topics.clone()));
        let site =
            watch::Sender::new(Arc::new(Site { title: config.title.clone(), topics: Arc::clone(&all) }));
        let (topics, in_force) = watch::channel(all);
        let harvester = Harvester::new(client, opened.writer, in_force, clock.clone());
        let desk = Self {
            config: watch::Sender::new(Arc::new(config)),
            topics,
            site,
            harvester,
            urls,
            clock,
            busy: Mutex::new(BTreeMap::new()),
        };
        Ok((desk, opened.report))
    }

    /// Where the store of a configuration is.
    pub fn store_settings(config: &Config) -> store::Settings {
        store::Settings { path: config.store.path.clone(), cache_bytes: config.store.cache_bytes }
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
        }
    }

    /// The store's reading side.
    pub fn reader(&self) -> &Reader {
        self.harvester.reader()
    }

    /// The writing half.
    pub fn harvester(&self) -> &Harvester {
        &self.harvester
    }

    /// Every public address.
    pub fn urls(&self) -> &Arc<Urls> {
        &self.urls
    }

    /// The clock in use.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Puts another configuration in force. What a running process cannot change keeps its old value.
    pub async fn adopt(&self, config: Config) -> anyhow::Result<Vec<Refilled>> {
        self.harvester.replace_client(self.harvester.client().with(&fetch_settings(&config))?);
        let topics = Arc::new(Topics::new(config.topics.clone()));
        let site = Site { title: config.title.clone(), topics: Arc::clone(&topics) };
        self.topics.send_replace(topics);
        self.config.send_replace(Arc::new(config));
        let done = self.refill().await;
        // Served only now, so that no reader sees a new topic before it is filled.
        self.site.send_replace(Arc::new(site));
        done
    }

    /// Brings the timelines in line with the topics in force.
    pub async fn refill(&self) -> anyhow::Result<Vec<Refilled>> {
        self.harvester.refill().await.context("topics: filling them from the stored papers")
    }

    /// Answers a command.
    pub async fn answer(&self, ask: Ask, on_step: OnStep<'_>) -> anyhow::Result<Answer> {
        match ask {
            Ask::Poll(names) => self.poll(&names, on_step).await,
            Ask::Verify => {
                let report = self.harvester.write(|writer| writer.verify()).await?;
                Ok(views::verification(&report, self.reader().paper_count()))
            }
            ask @ (Ask::Sources
            | Ask::Topics
            | Ask::Show(_)
            | Ask::Search { .. }
            | Ask::Export(_)
            | Ask::Import(_)
            | Ask::Opml) => self.look_up(ask),
        }
    }

    /// Answers the commands that only read.
    fn look_up(&self, ask: Ask) -> anyhow::Result<Answer> {
        let (reader, config, now) = (self.reader(), self.config(), self.clock.now());
        let topics = Arc::clone(&self.topics.borrow());
        match ask {
            Ask::Poll(_) | Ask::Verify => bail!("this is answered elsewhere"),
            Ask::Sources => Ok(Answer::Sources { sources: views::sources(reader, &config, now)? }),
            Ask::Topics => Ok(Answer::Topics { topics: views::topics(reader, &topics, &self.urls, now)? }),
            Ask::Show(text) => {
                let paper = find(reader, &text)?;
                let paper = paper.ok_or_else(|| anyhow!("no paper is known as \"{}\"", text.trim()))?;
                Ok(Answer::Show { paper: Box::new(views::paper(reader, &paper, &self.urls)?) })
            }
            Ask::Search { query, limit } => search(reader, &query, limit, now),
            Ask::Opml => {
                let serving = self.serving();
                let lines = http::topic_lines(&serving)?;
                let list = opml::render(&config.title, &lines, &self.urls)?;
                Ok(Answer::Opml { opml: String::from_utf8(list)? })
            }
            Ask::Export(path) => {
                let manifest = store::export(reader, std::path::Path::new(&path))?;
                Ok(Answer::Done { done: format!("exported to {path}"), papers: manifest.papers })
            }
            Ask::Import(_) => {
                bail!("an import needs the store to itself: stop the daemon, import, start it again")
            }
        }
    }

    /// Harvests the named sources, or all, one operator's sources after the other and operators side by side.
    async fn poll(&self, names: &[String], on_step: OnStep<'_>) -> anyhow::Result<Answer> {
        let config = self.config();
        let wanted: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let known: Vec<&str> = config.sources.iter().map(|source| source.id.as_str()).collect();
        if let Some(unknown) = wanted.iter().find(|name| !known.contains(name)) {
            bail!("no source is called \"{unknown}\"; there {}", all_of(&known));
        }
        let chosen: Vec<&ConfiguredSource> = config
            .sources
            .iter()
            .filter(|source| wanted.is_empty() || wanted.contains(source.id.as_str()))
            .collect();
        let total = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
        let done = std::sync::atomic::AtomicU64::new(0);
        let polls = chosen.into_iter().map(|source| {
            let done = &done;
            async move {
                let say = |message| {
                    let done = done.load(std::sync::atomic::Ordering::Relaxed);
                    on_step(Step { subject: source.id.to_string(), message, done, total });
                };
                let row = self.poll_one(source, &say).await;
                let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                on_step(Step { subject: source.id.to_string(), message: "done".to_owned(), done, total });
                row
            }
        });
        let polled =
            futures_util::future::join_all(polls).await.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Answer::Poll { polled })
    }

    async fn poll_one(
        &self,
        source: &ConfiguredSource,
        say: &(dyn Fn(String) + Send + Sync),
    ) -> anyhow::Result<PollRow> {
        let state = self.reader().source(&source.id)?;
        let floor = chrono::TimeDelta::from_std(source.manners().every_at_least).unwrap_or_default();
        let last = state.as_ref().and_then(|state| state.last_attempt.filter(|_| state.failures == 0));
        let allowed = last.map(|last| last.plus(floor)).filter(|at| *at > self.clock.now());
        if let Some(at) = allowed {
            let why = format!(
                "its manners allow a poll every {}",
                crate::harvest::schedule::words(source.kind.manners.every_at_least)
            );
            let state_name = state.map(|state| state.health.name()).unwrap_or_default();
            return Ok(untouched(source, state_name, Some((at.to_rfc3339(), why))));
        }
        let summary = self
            .harvest(source, &|| false, &|progress| match progress {
                Progress::Asking(url) => say(format!("asking {url}")),
                Progress::Read(records) => say(format!("read {records} records")),
                Progress::Committed(tally) => say(format!("{} new, {} revised", tally.new, tally.revised)),
            })
            .await?;
        Ok(row(source, &summary))
    }

    /// Harvests one source unless it is being harvested at this moment; then waits for that to end first.
    pub async fn harvest(
        &self,
        source: &ConfiguredSource,
        is_stopping: &(dyn Fn() -> bool + Sync),
        progress: &(dyn Fn(Progress) + Sync),
    ) -> anyhow::Result<Summary> {
        let guard = {
            let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(busy.entry(source.id.clone()).or_default())
        };
        let _alone = guard.lock().await;
        let job = Job {
            id: source.id.clone(),
            kind: source.kind,
            manners: source.manners(),
            every: source.every,
            source: Arc::clone(&source.source),
        };
        Ok(self.harvester.harvest(&job, is_stopping, progress).await?)
    }
}

fn fetch_settings(config: &Config) -> fetch::Settings {
    fetch::Settings {
        user_agent_contact: config.contact.clone(),
        connect_timeout: config.fetch.connect_timeout,
        idle_timeout: config.fetch.idle_timeout,
        total_timeout: config.fetch.total_timeout,
        allowed_hosts: config.sources.iter().flat_map(|source| source.named_urls.clone()).collect(),
        ..fetch::Settings::default()
    }
}

fn all_of(names: &[&str]) -> String {
    if names.is_empty() { "are none".to_owned() } else { format!("are {}", names.join(", ")) }
}

/// A row for a source that was not asked.
fn untouched(source: &ConfiguredSource, state: &str, allowed: Option<(String, String)>) -> PollRow {
    let (next_poll, reason) = allowed.unzip();
    PollRow {
        source: source.id.to_string(),
        state: state.to_owned(),
        asked: 0,
        records: 0,
        new: 0,
        revised: 0,
        merged: 0,
        unchanged: 0,
        entered: 0,
        problems: Vec::new(),
        fault: None,
        next_poll,
        reason,
    }
}

fn row(source: &ConfiguredSource, summary: &Summary) -> PollRow {
    let Tally { new, revised, merged, unchanged, entered } = summary.tally;
    PollRow {
        source: source.id.to_string(),
        state: summary.health.name().to_owned(),
        asked: summary.asked,
        records: summary.records,
        new,
        revised,
        merged,
        unchanged,
        entered,
        problems: summary.problems.iter().map(Problem::to_string).collect(),
        fault: summary.fault.clone(),
        next_poll: Some(summary.next_poll.at.to_rfc3339()),
        reason: Some(summary.next_poll.reason.clone()),
    }
}

/// The paper that a person means: by our identifier, an outside one, or an address that holds one.
fn find(reader: &Reader, text: &str) -> Result<Option<Paper>, store::Error> {
    let text = text.trim();
    if let Some(id) = PaperId::parse(text) {
        return reader.paper(&id);
    }
    let outside = normalise::ids::lookup(text).or_else(|| ExternalId::parse(text));
    let Some(outside) = outside else { return Ok(None) };
    match reader.paper_by_external(&outside)? {
        Some(id) => reader.paper(&id),
        None => Ok(None),
    }
}

/// A plain scan: every paper, newest first, through the query.
fn search(
    reader: &Reader,
    text: &str,
    limit: usize,
    now: crate::model::time::Timestamp,
) -> anyhow::Result<Answer> {
    let parsed = query::parse(text);
    if let Some(problem) = parsed.problems.first() {
        bail!("the query is not understood\n{}", query::render_problem(text, problem));
    }
    let Some(query) = parsed.query else { bail!("the query is empty") };
    let (mut hits, mut total) = (Vec::new(), 0);
    for paper in reader.newest(None) {
        let paper = paper?;
        let document = Document::new(&paper, &reader.signals(&paper.id)?);
        let verdict = query.evaluate(&document, now);
        if verdict.is_match() {
            total += 1;
            if hits.len() < limit {
                hits.push(views::hit(&paper, verdict.reason()));
            }
        }
    }
    Ok(Answer::Search { hits, total })
}
