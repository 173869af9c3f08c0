//! Reading the configuration again: on SIGHUP and when one of its files changes. A bad file changes nothing and says
//! why; a good one is put in force whole and prints its plan.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use notify::RecursiveMode;
use notify::Watcher as _;
use tokio::signal::unix::SignalKind;
use tokio::sync::mpsc;
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;

use crate::config;
use crate::config::Config;
use crate::config::ListenAddress;
use crate::config::diagnostic::Faults;
use crate::config::environment::Environment;
use crate::daemon::desk::Desk;
use crate::daemon::notify as systemd;
use crate::daemon::polling;
use crate::daemon::tasks::Tasks;
use crate::daemon::views::counted;
use crate::harvest::refill::Edit;
use crate::harvest::refill::Refilled;

/// How long files must be at rest before they are read: editors and `git pull` write several at once.
const SETTLING: Duration = Duration::from_millis(300);

/// Where the configuration was found, to find it again.
#[derive(Clone, Debug)]
pub struct Whence {
    /// The file named on the command line.
    pub explicit: Option<PathBuf>,
    /// The environment at start.
    pub environment: Environment,
    /// The addresses named on the command line, in place of the configuration's.
    pub listen: Vec<ListenAddress>,
    /// Whether the configuration is read again when it changes; the demonstration's stands in no file.
    pub reloads: bool,
}

impl Whence {
    /// Reads the configuration anew.
    fn load(&self) -> Result<Config, Faults> {
        let mut config = config::load(self.explicit.as_deref(), &self.environment)?;
        if !self.listen.is_empty() {
            config.listen_on(&self.listen);
        }
        Ok(config)
    }

    /// The same beside the async threads.
    async fn read(&self) -> Result<Result<Config, Faults>, JoinError> {
        let whence = self.clone();
        tokio::task::spawn_blocking(move || whence.load()).await
    }
}

/// Reloads until `stop`. `polls` is the token of the running source tasks; a reload replaces them.
pub async fn watch(
    desk: Arc<Desk>,
    whence: Whence,
    tasks: Tasks,
    stop: CancellationToken,
    mut polls: CancellationToken,
) {
    if !whence.reloads {
        return;
    }
    let Ok(mut hangup) = tokio::signal::unix::signal(SignalKind::hangup()) else {
        tracing::error!("reload: SIGHUP cannot be listened to; restart to change the configuration");
        return;
    };
    let (touched, mut touches) = mpsc::unbounded_channel();
    let mut watcher = watch_files(&desk, &whence, &touched).await;
    loop {
        let is_asked = tokio::select! {
            () = stop.cancelled() => return,
            _ = hangup.recv() => true,
            _ = touches.recv() => false,
        };
        if !is_asked {
            // Further touches within the settling time belong to the same edit.
            while tokio::time::timeout(SETTLING, touches.recv()).await.is_ok_and(|touch| touch.is_some()) {}
        }
        systemd::reloading();
        if reload(&desk, &whence, is_asked).await {
            polls.cancel();
            polls = stop.child_token();
            polling::start(&desk, &tasks, &polls);
            watcher = watch_files(&desk, &whence, &touched).await;
        }
        systemd::reloaded();
        let _keeps_watching = &watcher;
    }
}

/// Reads the configuration and puts it in force; says whether it did.
async fn reload(desk: &Desk, whence: &Whence, is_asked: bool) -> bool {
    let config = match whence.read().await {
        Ok(Ok(config)) => config,
        Ok(Err(faults)) => {
            tracing::error!("reload: the configuration has faults, the old one stays in force\n{faults}");
            return false;
        }
        Err(error) => {
            tracing::error!(%error, "reload: reading the configuration panicked, the old one stays in force");
            return false;
        }
    };
    let old = desk.config();
    if !is_asked && config.origin.digest == old.origin.digest {
        tracing::info!("reload: the configuration is the one in force");
        return false;
    }
    let is_emptied = config.sources.is_empty() && config.topics.is_empty();
    if !is_asked && is_emptied && !(old.sources.is_empty() && old.topics.is_empty()) {
        tracing::error!(
            "reload: the file has neither sources nor topics any more, so it may be half written; the old configuration \
             stays in force (SIGHUP takes it as it is)"
        );
        return false;
    }
    for what in needs_restart(&desk.started_with(), &config) {
        tracing::warn!("reload: {what} takes effect after a restart");
    }
    for warning in &config.warnings {
        tracing::warn!("reload: {warning}");
    }
    match desk.adopt(config).await {
        Ok(done) => {
            tracing::info!(
                "reload: {} and {} in force",
                counted(desk.config().sources.len(), "source"),
                counted(desk.config().topics.len(), "topic")
            );
            for refilled in &done {
                tracing::info!(topic.id = %refilled.topic, added = refilled.added, removed = refilled.removed, "{}", plan_line(refilled));
            }
            true
        }
        Err(error) => {
            tracing::error!("reload: {error:#}; the old configuration stays in force");
            false
        }
    }
}

/// One line of the plan, such as `topic peft: +12 −3 papers, none re-announced`.
pub fn plan_line(refilled: &Refilled) -> String {
    let Refilled { topic, edit, added, removed } = refilled;
    match edit {
        Edit::Added => format!("topic {topic}: new, {added} papers from history"),
        Edit::Changed => format!("topic {topic}: +{added} −{removed} papers, none re-announced"),
        Edit::Renamed => format!("topic {topic}: title, description or delivery changed, its papers stay"),
        Edit::Removed => format!("topic {topic}: removed with its {removed} places; the papers stay"),
    }
}

/// What a running process keeps until it is started again.
fn needs_restart(old: &Config, new: &Config) -> Vec<&'static str> {
    let mut changed = Vec::new();
    if old.server.listen != new.server.listen {
        changed.push("server.listen");
    }
    if old.store.path != new.store.path {
        changed.push("store.path");
    }
    if old.public_url != new.public_url {
        changed.push("public_url");
    }
    if old.server.max_connections != new.server.max_connections {
        changed.push("server.max_connections");
    }
    if old.server.requests_per_minute != new.server.requests_per_minute {
        changed.push("server.requests_per_minute");
    }
    if old.server.cache_bytes != new.server.cache_bytes {
        changed.push("server.cache");
    }
    if old.store.cache_bytes != new.store.cache_bytes {
        changed.push("store.cache");
    }
    if old.log != new.log {
        changed.push("log");
    }
    changed
}

/// Watches the files of the configuration in force. What was edited since they were read and before they were watched has
/// touched nothing, so that they are read once more.
async fn watch_files(
    desk: &Desk,
    whence: &Whence,
    touched: &mpsc::UnboundedSender<()>,
) -> Option<notify::RecommendedWatcher> {
    let in_force = desk.config();
    let watcher = watch_folders(&in_force, touched.clone());
    if !matches!(whence.read().await, Ok(Ok(config)) if config.origin.digest == in_force.origin.digest) {
        // The receiver lives as long as the daemon.
        let _is_heard = touched.send(());
    }
    watcher
}

/// Watches the folders of the configuration's files, since editors replace files rather than write into them.
fn watch_folders(config: &Config, touched: mpsc::UnboundedSender<()>) -> Option<notify::RecommendedWatcher> {
    let files = config.origin.watched.clone();
    let mine = files.clone();
    let on_event = move |event: notify::Result<notify::Event>| {
        let is_mine =
            |path: &PathBuf| mine.iter().any(|file| path == file || path.parent() == Some(file.as_path()));
        if event.is_ok_and(|event| !event.kind.is_access() && event.paths.iter().any(is_mine)) {
            // The receiver lives as long as the daemon.
            let _is_heard = touched.send(());
        }
    };
    let mut watcher = notify::recommended_watcher(on_event)
        .inspect_err(|error| tracing::warn!(%error, "reload: files cannot be watched; use SIGHUP"))
        .ok()?;
    for file in &files {
        let folder = if file.is_dir() { file.as_path() } else { file.parent().unwrap_or(Path::new(".")) };
        if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
            tracing::warn!(%error, "reload: {} cannot be watched; use SIGHUP", folder.display());
        }
    }
    Some(watcher)
}
