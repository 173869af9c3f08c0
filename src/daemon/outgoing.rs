//! The tasks behind what goes out: letters are cut and sent, entries are pushed, hubs of sources are followed.

use std::collections::HashMap;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::daemon::desk::Desk;
use crate::daemon::occasion::Occasion;
use crate::daemon::occasion::Polled;
use crate::daemon::tasks::Tasks;
use crate::model::source::SourceId;
use crate::outbox::cut::Cut;

/// Digests are looked at so often: none is later than this.
const CUT: Duration = Duration::from_secs(15);

/// Messages that came back are looked for so often.
const RETURNED: Duration = Duration::from_mins(1);

/// What a hub tells of is polled no oftener than this, whatever the schedule does.
const TOLD_AGAIN: Duration = Duration::from_mins(1);

/// Starts them; all end when `stop` is cancelled.
pub fn start(desk: &Arc<Desk>, tasks: &Tasks, stop: &CancellationToken) {
    let outbox = desk.outbox();
    for fault in &outbox.settings().faults {
        tracing::error!("{fault}");
    }
    tasks.spawn("push", outbox.clone().push(stop.clone()));
    let store = desk.started_with().store.path.clone();
    // The file may have been replaced by a newer version meanwhile; this one is still there for us.
    let program = std::env::current_exe().ok().filter(|program| program.exists());
    outbox.send_by(program.unwrap_or_else(|| PathBuf::from("/proc/self/exe")), &store);
    let (sending, halt) = (outbox.clone(), stop.clone());
    tasks.spawn("mail", async move { sending.send_letters(&store, halt).await });
    tasks.spawn("digests", digests(Arc::clone(desk), stop.clone()));
    let of = Arc::clone(desk);
    let sources = move || {
        let config = of.config();
        let feeds = config.sources.iter().filter(|source| source.kind.name == FEED);
        feeds.filter_map(|source| Some((source.id.clone(), source.named_urls.first()?.clone()))).collect()
    };
    tasks.spawn("hubs", outbox.clone().follow(sources, stop.clone()));
    tasks.spawn("notices", notices(Arc::clone(desk), stop.clone()));
}

/// The kind of source whose feeds may name a hub.
const FEED: &str = "feed";

/// Cuts the digests that are due, and reads what came back.
async fn digests(desk: Arc<Desk>, stop: CancellationToken) {
    let outbox = desk.outbox().clone();
    let mut settings = outbox.watch();
    let (mut is_configured, mut since_returned, mut rests) = (false, RETURNED, None);
    loop {
        if !is_configured {
            match outbox.configure_subscribers().await {
                Ok(()) => is_configured = true,
                Err(error) => tracing::error!(%error, "mail: {error}; tried again"),
            }
        }
        // Looked at again when something about subscribers or letters moves, or the next hour comes.
        let moved = desk.reader().outgoing_moved();
        if rests.is_none_or(|(at, next)| at != moved || desk.clock().now() >= next) {
            rests = None;
            match outbox.cut().await {
                Ok(Cut { letters, subscribers, next }) => {
                    rests = Some((moved, next));
                    if letters > 0 {
                        let words = format!("mail: {letters} digests for {subscribers} subscribers");
                        tracing::info!(letters, subscribers, "{words}");
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "mail: digests could not be made: {error}; tried again");
                }
            }
        }
        since_returned += CUT;
        if since_returned >= RETURNED {
            since_returned = Duration::ZERO;
            if let Err(error) = outbox.read_maildir().await {
                tracing::error!(%error, "mail: bounces_maildir cannot be read: {error}");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(CUT) => {}
            changed = settings.changed() => {
                if changed.is_err() {
                    return;
                }
                for fault in &outbox.settings().faults {
                    tracing::error!("{fault}");
                }
                (is_configured, rests) = (false, None);
            }
        }
    }
}

/// Polls what hubs tell of: each source at once, and then for a while no more, however often its hub says so.
async fn notices(desk: Arc<Desk>, stop: CancellationToken) {
    let Some(mut notices) = desk.outbox().notices() else { return };
    let mut polled: HashMap<SourceId, Instant> = HashMap::new();
    let (mut waiting, mut polls) = (JoinSet::new(), JoinSet::new());
    let mut told: HashSet<SourceId> = HashSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            notice = notices.recv() => {
                let Some(id) = notice else { break };
                if told.insert(id.clone()) {
                    let last = polled.get(&id).map_or(TOLD_AGAIN, Instant::elapsed);
                    let wait = TOLD_AGAIN.saturating_sub(last);
                    waiting.spawn(async move {
                        tokio::time::sleep(wait).await;
                        id
                    });
                }
            }
            Some(Ok(id)) = waiting.join_next() => {
                told.remove(&id);
                polled.insert(id.clone(), Instant::now());
                let (desk, stop) = (Arc::clone(&desk), stop.clone());
                polls.spawn(async move { poll(&desk, &id, &stop).await });
            }
            Some(_done) = polls.join_next() => {}
        }
    }
    // A harvest ends by itself once it is told to stop.
    while polls.join_next().await.is_some() {}
}

/// Polls a source, once a hub told of it.
async fn poll(desk: &Desk, id: &SourceId, stop: &CancellationToken) {
    let config = desk.config();
    let Some(source) = config.sources.iter().find(|source| source.id == *id) else { return };
    match desk.harvest(source, Occasion::Told, stop, &|_progress| {}).await {
        Ok(Polled::Done(summary)) => {
            tracing::info!(source.id = %id, new = summary.tally.new, "source {id}: polled, since its hub told of something new");
        }
        Ok(Polled::NotYet(..)) => {}
        Err(error) => {
            tracing::warn!(source.id = %id, "source {id}: its hub told of something new: {error:#}");
        }
    }
}
