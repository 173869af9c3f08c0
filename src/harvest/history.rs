//! The harvest of a source's history: one request at a time, so that polls come first, and with everything that is needed
//! to go on kept in the store behind every answer.

use std::time::Duration;

use chrono::NaiveDate;
use tokio_util::sync::CancellationToken;

use crate::fetch::fault::Retry;
use crate::harvest::asking::host_of;
use crate::harvest::course;
use crate::harvest::course::Course;
use crate::harvest::course::Failure;
use crate::harvest::digest::Errand;
use crate::harvest::digest::history_at;
use crate::harvest::job::Job;
use crate::harvest::job::Progress;
use crate::harvest::run::Error;
use crate::harvest::run::Harvester;
use crate::harvest::schedule;
use crate::model::ledger::History;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;

/// How soon a harvest of history goes on after a failure, doubled up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(30);

/// What fails so often for a reason of its own is passed over.
const PATIENCE: u32 = 3;

/// What fails so often for a reason that may be its own is passed over: an error of the host's that it meets for a quarter
/// of an hour. Should the host be down for longer, what was left out is told and can be asked for again.
const LONG_PATIENCE: u32 = 6;

/// What counts of that when one has just been passed over: a bad day is found in less time than a bad month.
const STUCK_AGAIN: u32 = 2;

/// The longest wait after failures.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// What came of the wish for a harvest of history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Begun {
    /// The source keeps no history.
    KeepsNone,
    /// One of other days is under way.
    Another(History),
    /// It goes on from here.
    At(History),
}

/// What came of one step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// There is no harvest of history under way.
    Idle,
    /// An answer was read, or a request failed that is passed over; it goes on.
    Went(History),
    /// It stands still until then, and why.
    Waits(History, Timestamp),
    /// There is nothing more to ask.
    Done(History),
    /// The program is stopping.
    Interrupted,
}

impl Harvester {
    /// Begins a harvest of history, or goes on with the one of the same days: with the whole of it, or where it is done with
    /// what it left out. One of other days stays as it is unless it is to be given up.
    pub async fn begin_history(
        &self,
        job: &Job,
        since: NaiveDate,
        until: NaiveDate,
        gives_up_another: bool,
    ) -> Result<Begun, Error> {
        let Some(cursor) = job.source.history(since, until) else { return Ok(Begun::KeepsNone) };
        let mut state =
            self.reader.source(&job.id)?.unwrap_or_else(|| SourceState::untouched(job.id.clone()));
        let is_same = |history: &History| history.since == since && history.until == until;
        let known = state.history.as_deref().cloned();
        if let Some(another) = known.clone().filter(|known| known.finished.is_none() && !is_same(known))
            && !gives_up_another
        {
            return Ok(Begun::Another(another));
        }
        let same = known.filter(|known| is_same(known) && is_of(known, job));
        let left_out = same.as_ref().filter(|same| same.finished.is_some());
        let cursor =
            left_out.and_then(|same| job.source.left_out(&same.cursor)).map_or(cursor, |left| left.again);
        let going_on = same.filter(|same| same.finished.is_none());
        let now = self.clock.now();
        let history = going_on.unwrap_or(History {
            since,
            until,
            cursor,
            settings: job.settings.clone(),
            begun: now,
            not_before: now,
            failures: 0,
            stuck: 0,
            asked: 0,
            records: 0,
            covered: 0,
            finished: None,
            fault: None,
            left_out: Vec::new(),
        });
        state.history = Some(Box::new(History { not_before: now, ..history.clone() }));
        self.keep(state, Vec::new()).await?;
        tracing::info!(source.id = %job.id, "source {}: its history of {since} to {until} is asked for", job.id);
        // The daemon goes on with it by itself, whoever asked for it and goes away.
        self.urge();
        Ok(Begun::At(history))
    }

    /// Makes one request of a harvest of history.
    pub async fn history_step(
        &self,
        job: &Job,
        stop: &CancellationToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Step, Error> {
        let Some(state) = self.reader.source(&job.id)? else { return Ok(Step::Idle) };
        let Some(history) = state.history.as_deref().cloned().filter(|history| history.finished.is_none())
        else {
            return Ok(Step::Idle);
        };
        // A cursor may count the sets or sites that there were: with others it begins anew.
        if !is_of(&history, job)
            && let Some(cursor) = job.source.history(history.since, history.until)
        {
            let settings = job.settings.clone();
            let anew = History { cursor, settings, covered: 0, left_out: Vec::new(), ..history };
            tracing::warn!(
                source.id = %job.id,
                "source {}: its settings changed, so that its history begins anew at {}", job.id, anew.since
            );
            self.keep(SourceState { history: Some(Box::new(anew.clone())), ..state }, Vec::new()).await?;
            return Ok(Step::Went(anew));
        }
        let now = self.clock.now();
        if history.not_before > now {
            let until = history.not_before;
            return Ok(Step::Waits(history, until));
        }
        let Some(request) = job.source.ask(&history.cursor, history.begun) else {
            let done = History { covered: 1_000, finished: Some(now), fault: None, ..history };
            self.keep(SourceState { history: Some(Box::new(done.clone())), ..state }, Vec::new()).await?;
            return Ok(Step::Done(done));
        };
        progress(Progress::Asking(request.url.to_string()));
        let Some(_lane) = self.lane(job, &request, stop).await else { return Ok(Step::Interrupted) };
        let Some(fetched) = stop.run_until_cancelled(self.exchange(job, &request)).await else {
            return Ok(Step::Interrupted);
        };
        let mut course = Course::default();
        let errand = Errand::History(history.begun);
        let (failure, ops) = match fetched? {
            Ok(fetched) => {
                match self.digest(job, errand, &request, fetched, &state, &mut course, progress).await? {
                    Ok(state) => return Ok(state.history.map_or(Step::Idle, |history| Step::Went(*history))),
                    Err(why) => (Failure::Unusable { host: host_of(&request), why }, Vec::new()),
                }
            }
            Err(error) => {
                let ops = course::remembered(job, &request, &error);
                (Failure::Fetch(error), ops)
            }
        };
        let failed = self.after_failure(job, history, &failure);
        self.keep(SourceState { history: Some(Box::new(failed.clone())), ..state }, ops).await?;
        let until = failed.not_before;
        Ok(if until > self.clock.now() { Step::Waits(failed, until) } else { Step::Went(failed) })
    }

    /// What is remembered of a failed request: it is passed over where it alone is at fault three times, or may be for a
    /// quarter of an hour, else tried again.
    fn after_failure(&self, job: &Job, history: History, failure: &Failure) -> History {
        let failures = history.failures.saturating_add(1);
        let fault = Some(failure.in_words(job));
        let now = self.clock.now();
        // A host that could not be reached meanwhile has said nothing of the request.
        let may_be_its_own = failure.is_of_the_request() || failure.may_be_of_the_request();
        let stuck = if may_be_its_own { history.stuck.saturating_add(1) } else { 0 };
        let is_passable =
            stuck >= LONG_PATIENCE || stuck.min(failures) >= PATIENCE && failure.is_of_the_request();
        if is_passable && let Some(cursor) = job.source.skip(&history.cursor, history.begun) {
            tracing::warn!(
                source.id = %job.id, "source {}: its history goes on without what failed {failures} times: {}", job.id,
                fault.as_deref().unwrap_or_default()
            );
            let passed = history_at(job, history, cursor);
            return History { failures: 0, stuck: STUCK_AGAIN, fault, not_before: now, ..passed };
        }
        if failures == 1 {
            tracing::warn!(
                source.id = %job.id, "source {}: its history waits: {}", job.id, fault.as_deref().unwrap_or_default()
            );
        }
        let doubled = FIRST_WAIT.saturating_mul(1_u32.checked_shl(failures.min(16) - 1).unwrap_or(u32::MAX));
        let own = schedule::after(now, doubled.min(LONGEST_WAIT));
        let asked_for = match failure {
            Failure::Fetch(error) => match error.retry {
                Retry::At { not_before, .. } => not_before,
                Retry::Backoff | Retry::Never => own,
            },
            Failure::Unusable { .. } => own,
        };
        History { failures, stuck, fault, not_before: own.max(asked_for), ..history }
    }

    async fn keep(&self, state: SourceState, mut ops: Vec<Op>) -> Result<(), Error> {
        ops.push(Op::Source(state));
        let at = self.clock.now();
        self.pen.write(move |writer| writer.commit(&[Plan { at, ops }])).await?;
        Ok(())
    }
}

/// Whether a harvest of history is of the source as it is configured now.
fn is_of(history: &History, job: &Job) -> bool {
    history.settings.is_empty() || history.settings == job.settings
}

/// How long a harvest of history will go on at its pace so far, where that can be told.
pub fn time_left(history: &History, now: Timestamp) -> Option<Duration> {
    let elapsed = now.since(history.begun).to_std().ok()?;
    if !(10..1_000).contains(&history.covered) {
        return None;
    }
    elapsed.checked_mul(1_000 - history.covered).map(|whole| whole / history.covered)
}
