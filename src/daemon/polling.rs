//! One task a source: sleeps until its stored next-poll time, harvests, sleeps again.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::config::ConfiguredSource;
use crate::daemon::backfill;
use crate::daemon::desk::Desk;
use crate::daemon::occasion::Occasion;
use crate::daemon::occasion::Polled;
use crate::daemon::tasks::Tasks;
use crate::daemon::views::counted;
use crate::harvest::history;
use crate::harvest::job::Summary;
use crate::harvest::schedule::words;
use crate::model::source::Health;
use crate::model::time::Timestamp;

/// How soon a source is asked again whose harvest could not be recorded, doubled six times at most.
const LOST_FIRST: Duration = Duration::from_mins(1);

/// Starts a task for every configured source; all end when `stop` is cancelled.
pub fn start(desk: &Arc<Desk>, tasks: &Tasks, stop: &CancellationToken) {
    for source in &desk.config().sources {
        let (desk, source, stop) = (Arc::clone(desk), source.clone(), stop.clone());
        tasks.spawn("source", async move { poll(&desk, &source, &stop).await });
    }
}

/// Polls one source for ever. A time in the store decides when, so that a restart causes no request.
async fn poll(desk: &Desk, source: &ConfiguredSource, stop: &CancellationToken) {
    announce(desk, source);
    let mut urged = desk.urged();
    let mut strikes = 0_u32;
    loop {
        let now = desk.clock().now();
        let until = |at: Timestamp| at.since(now).to_std().unwrap_or(Duration::ZERO);
        let mut history = None;
        let wait = match desk.reader().source(&source.id) {
            Ok(state) => {
                let unfinished = state.as_ref().and_then(|state| state.history.as_deref());
                history = unfinished
                    .filter(|history| history.finished.is_none())
                    .map(|history| until(history.not_before));
                state.and_then(|state| source.due(&state)).map_or(Duration::ZERO, |due| until(due.at))
            }
            Err(error) => {
                tracing::error!(source.id = %source.id, %error, "source {}: its state cannot be read", source.id);
                Duration::from_mins(1)
            }
        };
        // Polls come first; in between, history is harvested a request at a time.
        if !wait.is_zero() && history.is_some_and(|pause| pause.is_zero()) {
            match desk.history_step(source, stop, &|_progress| {}).await {
                Ok(history::Step::Done(done)) => {
                    let words = backfill::in_words(&done, desk.clock().now());
                    if done.left_out.is_empty() {
                        tracing::info!(source.id = %source.id, records = done.records, "source {}: its history of {words}", source.id);
                    } else {
                        tracing::error!(source.id = %source.id, records = done.records, "source {}: its history of {words}", source.id);
                    }
                }
                Ok(history::Step::Interrupted) => return,
                Ok(history::Step::Went(_) | history::Step::Waits(..) | history::Step::Idle) => {}
                Err(error) => {
                    tracing::error!(source.id = %source.id, "source {}: its history: {error:#}", source.id);
                    if stop.run_until_cancelled(tokio::time::sleep(LOST_FIRST)).await.is_none() {
                        return;
                    }
                }
            }
            continue;
        }
        let wait = history.map_or(wait, |pause| wait.min(pause));
        // Looked at again every hour, so that a clock that was set is noticed.
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait.min(Duration::from_hours(1))) => {}
            // Another source's harvest may have made this one due.
            Ok(()) = urged.changed() => continue,
        }
        if !wait.is_zero() {
            continue;
        }
        match desk.harvest(source, Occasion::Due, stop, &|_progress| {}).await {
            Ok(Polled::Done(summary)) => {
                strikes = 0;
                report(source, &summary);
            }
            // Somebody else polled it while this task waited.
            Ok(Polled::NotYet(..)) => {}
            Err(error) => {
                // The store did not take it, so the time of the next try cannot be stored either.
                let pause = LOST_FIRST.saturating_mul(1 << strikes.min(6));
                strikes += 1;
                let error = format!("{error:#}");
                tracing::error!(
                    source.id = %source.id, error, pause = pause.as_secs(),
                    "source {}: a harvest could not be recorded: {error}; tries again in {}", source.id, words(pause)
                );
                if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                    return;
                }
            }
        }
        if stop.is_cancelled() {
            return;
        }
    }
}

/// Says at start when a source is polled, and why then.
fn announce(desk: &Desk, source: &ConfiguredSource) {
    let due = desk.reader().source(&source.id).ok().flatten().and_then(|state| source.due(&state));
    match due.filter(|due| due.at > desk.clock().now()) {
        Some(due) => tracing::info!(
            source.id = %source.id, next_poll = %due.at, reason = due.reason,
            "source {} ({}): next poll {} ({})", source.id, source.kind.name, due.at, due.reason
        ),
        None => {
            tracing::info!(source.id = %source.id, "source {} ({}): polled now", source.id, source.kind.name);
        }
    }
}

/// Says what came of a harvest.
fn report(source: &ConfiguredSource, summary: &Summary) {
    let (id, next) = (&source.id, &summary.next_poll);
    match (&summary.fault, summary.health) {
        (Some(fault), Health::Offline) => tracing::warn!(
            source.id = %id, next_poll = %next.at,
            "source {id}: the network is unreachable ({fault}); tries again {}", next.at
        ),
        (Some(fault), Health::Partial) => tracing::warn!(
            source.id = %id, new = summary.tally.new, next_poll = %next.at, reason = next.reason,
            "source {id}: partial, {} new, {} revised of {} records; {fault}; next poll {} ({})",
            summary.tally.new, summary.tally.revised, summary.records, next.at, next.reason
        ),
        (Some(fault), health) => tracing::warn!(
            source.id = %id, state = health.name(), next_poll = %next.at, reason = next.reason,
            "source {id}: {fault}; tries again {} ({})", next.at, next.reason
        ),
        (None, health) => tracing::info!(
            source.id = %id, state = health.name(), asked = summary.asked, records = summary.records,
            new = summary.tally.new, revised = summary.tally.revised, next_poll = %next.at, reason = next.reason,
            "source {id}: {}, {} new, {} revised of {} records; next poll {} ({})",
            health.name(), summary.tally.new, summary.tally.revised, summary.records, next.at, next.reason
        ),
    }
    for problem in &summary.problems {
        tracing::debug!(source.id = %id, problem = %problem, "source {id}: {problem}");
    }
    if !summary.problems.is_empty() {
        tracing::warn!(source.id = %id, problems = summary.problems.len(), "source {id}: {}, the first: {}",
            counted(summary.problems.len(), "problem"), summary.problems.first().map(ToString::to_string).unwrap_or_default());
    }
}
