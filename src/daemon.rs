//! The daemon: starts everything, waits, drains. It reads like a list.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::control::Control;
use crate::daemon::desk::Desk;
use crate::daemon::reload::Whence;
use crate::daemon::tasks::Tasks;
use crate::harvest::archives;
use crate::http;
use crate::http::Serving;
use crate::http::serve::Listener;
use crate::store::Cared;
use crate::store::OpenReport;

pub mod alerts;

pub mod asks;

pub mod backfill;

pub mod control;

pub mod desk;

#[cfg(feature = "transformer")]
mod encoding;

mod fetching;

pub mod jobs;

pub mod letters;

pub mod logging;

pub mod lookup;

pub mod notify;

pub mod occasion;

pub mod outgoing;

pub mod papers;

pub mod polling;

pub mod ranking;

pub mod readers;

pub mod reload;

pub mod rulings;

pub mod sockets;

pub mod tasks;

pub mod teaching;

pub mod tried;

pub mod views;

/// How long the tasks may take to end after a stop.
const DRAIN_LIMIT: Duration = Duration::from_secs(30);

/// How often the store is flushed when it has gathered writes.
const CARE: Duration = Duration::from_secs(30);

/// The same after it failed: with a full disk nobody is served until there is room again.
const CARE_IN_TROUBLE: Duration = Duration::from_secs(5);

/// The search index follows the store after this long.
const INDEX_PAUSE: Duration = Duration::from_secs(1);

/// Documents are closed no oftener than this; what is open is listed meanwhile.
const DOCUMENTS_PAUSE: Duration = Duration::from_secs(5);

/// Between two rounds of closing, when there is much to close.
const DOCUMENTS_BREATH: Duration = Duration::from_millis(50);

/// How often the use of private addresses is written down.
const USAGE: Duration = Duration::from_mins(10);

/// How often the sizes of the store's files are looked at.
const SIZES: Duration = Duration::from_hours(1);

/// Rebuilding, verifying and filling topics hold the writer longest: a minute per 100,000 papers at worst. What holds it
/// longer than this hangs.
const LONGEST_WRITE: Duration = Duration::from_mins(15);

/// How the daemon ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// All tasks ended and the store was flushed.
    Drained,
    /// Some tasks did not end within the limit.
    Late,
    /// One of the tasks panicked; the others were drained.
    Broken,
}

/// Opens everything and binds the sockets; nothing runs yet.
///
/// `inherited` are sockets that the caller or systemd opened; those of the configuration are bound beside them.
pub async fn prepare(
    config: Config,
    whence: Whence,
    clock: Clock,
    inherited: Vec<Listener>,
) -> anyhow::Result<Daemon> {
    let (desk, report) = tokio::task::spawn_blocking(move || Desk::open(config, clock)).await??;
    log_opening(&desk, &report);
    let desk = Arc::new(desk);
    let config = desk.config();
    // Before anyone is served: a new topic that is still empty would be kept by readers as it is.
    for refilled in &desk.refill().await? {
        tracing::info!(topic.id = %refilled.topic, "{}", reload::plan_line(refilled));
    }
    let listeners = sockets::bind(&config.server.listen, inherited).await?;
    if listeners.is_empty() {
        anyhow::bail!("nothing to listen on: server.listen is empty and systemd handed no socket over");
    }
    let control = Control::bind(&config.store.path, whence.environment.runtime_directory.as_deref())?;
    Ok(Daemon { desk, whence, listeners, control })
}

/// A daemon that is ready to run.
pub struct Daemon {
    desk: Arc<Desk>,
    whence: Whence,
    listeners: Vec<Listener>,
    control: Control,
}

impl Daemon {
    /// The desk, for tests and the demonstration.
    pub fn desk(&self) -> &Arc<Desk> {
        &self.desk
    }

    /// The addresses listened on, as a person would type them.
    pub fn addresses(&self) -> Vec<String> {
        self.listeners.iter().map(sockets::describe).collect()
    }

    /// Runs until `stop`, then drains.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<Ended> {
        let addresses = self.addresses();
        let Self { desk, whence, listeners, control } = self;
        let tasks = Tasks::new(stop.clone());
        let server = desk.config().server.clone();
        let settings = http::Settings {
            max_connections: server.max_connections,
            cache_bytes: server.cache_bytes,
            requests_per_minute: server.requests_per_minute,
            ..Default::default()
        };
        let teacher = teaching::teacher(&desk);
        let errands = desk.outbox().errands();
        let router = http::router::router(Serving { teacher, errands, ..desk.serving() }, &settings);
        desk.outbox().ask_of(router.clone());
        let serving = http::serve::on_thread(listeners, router, settings, stop.clone());
        let serving = serving.context("http: starting its thread")?;
        let halt = stop.clone();
        tasks.spawn("http", async move {
            match serving.await {
                Ok(drained) => {
                    let cut: usize = drained.into_iter().map(|drained| drained.cut).sum();
                    if cut > 0 {
                        tracing::warn!(connections = cut, "http: connections cut at the drain limit");
                    }
                }
                Err(error) => {
                    tracing::error!("http: {error}; stopping");
                    halt.cancel();
                }
            }
        });
        tasks.spawn("control", control.serve(Arc::clone(&desk), tasks.clone(), stop.clone()));
        tasks.spawn("care", care(Arc::clone(&desk), stop.clone()));
        tasks.spawn("index", index(Arc::clone(&desk), stop.clone()));
        #[cfg(feature = "transformer")]
        tasks.spawn("encoder", encoding::encode(Arc::clone(&desk), stop.clone()));
        outgoing::start(&desk, &tasks, &stop);
        tasks.spawn("documents", documents(Arc::clone(&desk), stop.clone()));
        tasks.spawn("watchdog", watchdog(Arc::clone(&desk), stop.clone()));
        let polls = stop.child_token();
        alerts::start(&desk, &tasks, &stop);
        let (ranked, mine, first) = (Arc::clone(&desk), tasks.clone(), polls.clone());
        tasks.spawn("ranking", async move {
            // Served at once, polled only then: what comes is scored when it comes.
            if let Err(error) = ranked.rank_first().await {
                tracing::error!("topics: {error:#}; ranked topics take no papers until that is mended");
            }
            polling::start(&ranked, &mine, &first);
        });
        let watching = reload::watch(Arc::clone(&desk), whence, tasks.clone(), stop.clone(), polls);
        tasks.spawn("reload", watching);
        for address in &addresses {
            tracing::info!("serving on {address}");
        }
        notify::ready(&format!("serving on {}", addresses.join(", ")));
        stop.cancelled().await;
        notify::stopping();
        tracing::info!("stopping: draining for at most {} s", DRAIN_LIMIT.as_secs());
        let has_drained = tasks.drain(DRAIN_LIMIT).await;
        desk.outbox().ask_nobody();
        write_usage(&desk).await;
        desk.pen().write(crate::store::Writer::checkpoint).await.context("store: last flush")?;
        tracing::info!("stopped");
        Ok(match (tasks.has_panicked(), has_drained) {
            (true, _) => Ended::Broken,
            (false, true) => Ended::Drained,
            (false, false) => Ended::Late,
        })
    }
}

/// Looks after the store: flushes what the last harvests left, and now and then the sizes of its files.
async fn care(desk: Arc<Desk>, stop: CancellationToken) {
    let (mut since_sizes, mut since_usage, mut pause) = (Duration::ZERO, Duration::ZERO, CARE);
    while stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
        rerank(&desk).await;
        since_usage += pause;
        if since_usage >= USAGE {
            since_usage = Duration::ZERO;
            write_usage(&desk).await;
        }
        since_sizes += pause;
        let is_whole = since_sizes >= SIZES;
        if is_whole {
            since_sizes = Duration::ZERO;
            retrain(&desk).await;
        }
        let done = desk.pen().write(move |writer| {
            writer.heal()?;
            if is_whole { writer.care() } else { writer.checkpoint().map(|()| Cared::default()) }
        });
        let done = done.await;
        pause = if done.is_ok() { CARE } else { CARE_IN_TROUBLE };
        match done {
            Ok(Cared { log_bytes_saved: 0, index_bytes_saved: 0 }) => {}
            Ok(Cared { log_bytes_saved: log, index_bytes_saved: index }) => {
                tracing::info!(
                    log,
                    index,
                    "store: {log} bytes of the log and {index} of the database given back"
                );
            }
            Err(error) => tracing::error!(%error, "store: {error}"),
        }
    }
}

/// Writes down how private addresses were used.
async fn write_usage(desk: &Desk) {
    if let Err(error) = readers::write_usage(desk).await {
        tracing::warn!(%error, "the use of private addresses is not written down yet: {error}");
    }
}

/// Keeps the search index in step with the store.
async fn index(desk: Arc<Desk>, stop: CancellationToken) {
    let mut revision = desk.reader().watch();
    let mut told = String::new();
    loop {
        revision.mark_unchanged();
        let pause = match desk.harvester().catch_up().await {
            Ok(caught) => {
                if caught.is_anew && caught.put > 0 {
                    tracing::info!(papers = caught.put, "search index: made of {} papers", caught.put);
                }
                told.clear();
                INDEX_PAUSE
            }
            Err(error) => {
                let words = error.to_string();
                if words != told {
                    tracing::error!("search index: {words}; feeds go on without it");
                    told = words;
                }
                CARE
            }
        };
        // Plans come in groups: one commit of the index serves all of a moment.
        if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
            return;
        }
        if told.is_empty() {
            tokio::select! {
                () = stop.cancelled() => return,
                // A search that met damage waits no longer than this for the index to be looked at.
                () = tokio::time::sleep(CARE) => {}
                moved = revision.changed() => if moved.is_err() { return },
            }
        }
    }
}

/// Closes documents of feeds when enough has gathered.
async fn documents(desk: Arc<Desk>, stop: CancellationToken) {
    let mut revision = desk.reader().watch();
    loop {
        revision.mark_unchanged();
        let now = desk.clock().now();
        match desk.pen().write(move |writer| writer.heal().and_then(|()| archives::close(writer, now))).await
        {
            Ok(0) => {}
            Ok(closed) => {
                tracing::debug!(closed, "feeds: {closed} documents closed");
                // There may be more to close; others write meanwhile.
                if stop.run_until_cancelled(tokio::time::sleep(DOCUMENTS_BREATH)).await.is_none() {
                    return;
                }
                continue;
            }
            Err(error) => tracing::error!(%error, "feeds: closing documents: {error}; tried again later"),
        }
        if stop.run_until_cancelled(tokio::time::sleep(DOCUMENTS_PAUSE)).await.is_none() {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            moved = revision.changed() => if moved.is_err() { return },
        }
    }
}

/// Trains the embedding over the store where that has grown enough.
async fn retrain(desk: &Desk) {
    if !desk.is_training_due() {
        return;
    }
    tracing::info!("training the term embedding: the store has grown");
    match teaching::train(desk, &|_step| {}).await {
        Ok(_answer) => tracing::info!("the term embedding is trained anew"),
        Err(error) => tracing::error!("training the term embedding: {error:#}; the old one stays in use"),
    }
}

/// Ranks anew where that is due.
async fn rerank(desk: &Desk) {
    let ranked = match desk.is_ranking_due() {
        Ok(false) => return,
        Ok(true) => desk.rerank().await,
        Err(error) => Err(error.into()),
    };
    match ranked {
        Ok(()) => tracing::debug!("topics: ranked anew"),
        Err(error) => tracing::error!("topics: {error:#}; the old ranking stays in force"),
    }
}

/// Tells systemd that the daemon lives, each time after the store has answered a read and the writer is free or at work
/// for no longer than the longest work takes.
async fn watchdog(desk: Arc<Desk>, stop: CancellationToken) {
    let Some(interval) = notify::watchdog_interval() else { return };
    loop {
        let reader = desk.reader().clone();
        let answered = tokio::task::spawn_blocking(move || reader.installation());
        let answered = tokio::time::timeout(interval, answered).await;
        let has_answered = matches!(answered, Ok(Ok(Ok(Some(_)))));
        let writing = desk.pen().held_for();
        if has_answered && writing < LONGEST_WRITE {
            notify::alive();
        } else {
            tracing::error!(has_answered, writing = writing.as_secs(), "watchdog: the store does not answer");
        }
        if stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_none() {
            return;
        }
    }
}

/// Says what opening the store found.
fn log_opening(desk: &Desk, report: &OpenReport) {
    let (path, papers) = (desk.config().store.path.clone(), desk.reader().paper_count());
    tracing::info!(papers, "store {}: {papers} papers", path.display());
    for line in report.lines() {
        tracing::warn!("store: {line}");
    }
}
