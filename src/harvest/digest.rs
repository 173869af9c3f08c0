//! One answer: read, normalised, judged for completeness, committed with the cursor behind it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::fetch::Fetched;
use crate::fetch::exchange::Request;
use crate::harvest::course;
use crate::harvest::course::Course;
use crate::harvest::job::Job;
use crate::harvest::job::Progress;
use crate::harvest::ledger;
use crate::harvest::ledger::Shown;
use crate::harvest::plan;
use crate::harvest::plan::Tally;
use crate::harvest::plan::Telling;
use crate::harvest::run::Error;
use crate::harvest::run::Harvester;
use crate::harvest::shelf::StoreShelf;
use crate::harvest::wanted;
use crate::model::external_id::ExternalId;
use crate::model::ledger::History;
use crate::model::observation::Observation;
use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::problem::Problem;
use crate::model::signal::Signal;
use crate::model::source::Cursor;
use crate::model::source::ExchangeMemory;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::normalise;
use crate::normalise::Context;
use crate::sources::Batch;
use crate::store::Writer;

/// How many observations one plan holds, so that a commit stays far below the 256 kB that sled takes well.
const PLAN_SIZE: usize = 100;

/// On what occasion an answer was asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Errand {
    /// The source's poll, which began then.
    Poll(Timestamp),
    /// Its harvest of history, which began then: what it brings is never news.
    History(Timestamp),
}

impl Errand {
    /// When it began.
    pub(super) const fn run(self) -> Timestamp {
        match self {
            Self::Poll(run) | Self::History(run) => run,
        }
    }
}

impl Harvester {
    /// Reads an answer, normalises its records and commits them with the cursor behind them. The inner error says why the
    /// answer could not be taken at all.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one step of one harvest, named at the only two calls"
    )]
    pub(super) async fn digest(
        &self,
        job: &Job,
        errand: Errand,
        request: &Request,
        fetched: Fetched,
        state: &SourceState,
        course: &mut Course,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Result<SourceState, String>, Error> {
        let address = course::address(job, request);
        let cursor = cursor_of(state, errand).clone();
        let (this, job, asked) = (self.clone(), job.clone(), request.clone());
        let Fetched { response, memory, manners, .. } = fetched;
        let is_modified = !response.is_not_modified();
        let read_job = job.clone();
        let read = blocking(move || {
            let batch = read_job.source.read(&cursor, errand.run(), &asked, &response);
            let (observations, problems) = this.observe(&read_job, &batch);
            (batch, observations, problems)
        });
        let (batch, observations, problems) = read.await?;
        course.answered(&batch, is_modified, problems, manners.not_before);
        if let Some(why) = batch.unusable {
            return Ok(Err(why));
        }
        progress(Progress::Read(batch.records.len()));
        let memory = if batch.is_broken_off {
            ExchangeMemory { etag: None, last_modified: None, ..memory }
        } else {
            memory
        };
        let state = match errand {
            Errand::Poll(_) => self.behind(&job, state, &batch, &observations)?,
            Errand::History(_) => behind_history(&job, state, &batch),
        };
        let mut readings = self.readings(&job, &batch)?;
        let mut last_ops = vec![Op::Source(state.clone())];
        if request.json.is_none() && !request.is_afresh {
            last_ops.push(Op::Exchange { url: address, memory });
        }
        let mut chunks = chunks(observations).into_iter().peekable();
        while let Some(chunk) = chunks.next() {
            let is_last = chunks.peek().is_none();
            let readings = if is_last { std::mem::take(&mut readings) } else { Vec::new() };
            let ops = if is_last { std::mem::take(&mut last_ops) } else { Vec::new() };
            let (tally, problems) = self.commit(chunk, readings, ops, errand).await?;
            progress(Progress::Committed(tally));
            course.committed(tally, problems);
        }
        Ok(Ok(state))
    }

    /// The state of a polled source behind an answer: its cursor, and its ledger of completeness.
    fn behind(
        &self,
        job: &Job,
        state: &SourceState,
        batch: &Batch,
        observations: &[(Observation, Vec<Signal>)],
    ) -> Result<SourceState, Error> {
        let mut state = SourceState { cursor: batch.next.clone(), ..state.clone() };
        let told: BTreeSet<&ExternalId> = observations.iter().flat_map(|(one, _)| &one.ids).collect();
        let now = self.clock.now();
        for coverage in &batch.coverage {
            let mut unseen = Vec::new();
            for id in &coverage.listed {
                if self.reader.paper_by_external(id)?.is_none() {
                    unseen.push(id.clone());
                }
            }
            let count = unseen.len();
            unseen.retain(|id| !told.contains(id));
            let shown = Shown { coverage, unseen: count, missing: unseen };
            let part = ledger::judge(state.parts.get(&coverage.part), &shown, &job.calendar(now));
            state.parts.insert(coverage.part.clone(), part);
            ledger::compare_days(&mut state.parts, &coverage.part, now.day());
        }
        ledger::prune(&mut state);
        Ok(state)
    }

    /// The counters of papers that the answer names by identifiers alone.
    fn readings(&self, job: &Job, batch: &Batch) -> Result<Vec<(PaperId, Vec<Signal>)>, Error> {
        let mut readings = Vec::new();
        if batch.readings.is_empty() {
            return Ok(readings);
        }
        let codes = wanted::papers_by_code(&self.reader, job, self.clock.now())?;
        for reading in &batch.readings {
            let mut papers: BTreeSet<PaperId> = BTreeSet::new();
            for id in normalise::identify(&reading.ids) {
                papers.extend(self.reader.paper_by_external(&id)?);
            }
            let addresses = reading.ids.iter().map(|id| wanted::code_key(&id.text));
            papers.extend(addresses.filter_map(|key| codes.get(&key)).flatten().cloned());
            for paper in papers {
                let at = self.stamp();
                let signal = |(kind, value): &(_, _)| Signal { kind: *kind, value: *value, at };
                readings.push((paper, reading.signals.iter().map(signal).collect()));
            }
        }
        Ok(readings)
    }

    /// Normalises the records of an answer; those that cannot be papers become problems.
    fn observe(&self, job: &Job, batch: &Batch) -> (Vec<(Observation, Vec<Signal>)>, Vec<Problem>) {
        let mut observations = Vec::with_capacity(batch.records.len());
        let mut problems = Vec::new();
        for record in &batch.records {
            let fetched_at = self.stamp();
            let context =
                Context { source: &job.id, authority: job.kind.authority, fetched_at, language: None };
            match normalise::observe(record, &context) {
                Ok(observation) => {
                    let reading =
                        |(kind, value): &(_, _)| Signal { kind: *kind, value: *value, at: fetched_at };
                    observations.push((observation, record.signals.iter().map(reading).collect()));
                }
                Err(problem) => problems.push(problem),
            }
        }
        (observations, problems)
    }

    /// Decides over observations and readings and commits the plan with further changes at its end.
    async fn commit(
        &self,
        observations: Vec<(Observation, Vec<Signal>)>,
        readings: Vec<(PaperId, Vec<Signal>)>,
        further: Vec<Op>,
        errand: Errand,
    ) -> Result<(Tally, Vec<Problem>), Error> {
        let (pen, topics, now) = (self.pen.clone(), self.topics.clone(), self.clock.now());
        let telling = match errand {
            Errand::Poll(_) => Telling::News,
            Errand::History(_) => Telling::History,
        };
        let work = move |writer: &mut Writer| {
            writer.heal()?;
            // Only now: a reload that came in between has filled its topics without these papers.
            let topics = Arc::clone(&topics.borrow());
            let shelf = StoreShelf(writer.reader());
            let mint = &mut || PaperId::mint(fastrand::u128(..));
            let mut planned = plan::plan(observations, readings, telling, &shelf, &topics, now, mint)?;
            planned.ops.extend(further);
            let left = writer.commit_all(now, &planned.ops)?;
            planned.problems.extend(left.iter().filter_map(course::too_large));
            Ok((planned.tally, planned.problems))
        };
        blocking(move || pen.with(work)).await?
    }
}

/// The cursor from which an errand goes on.
pub(super) fn cursor_of(state: &SourceState, errand: Errand) -> &Cursor {
    match (errand, &state.history) {
        (Errand::History(_), Some(history)) => &history.cursor,
        (Errand::History(_) | Errand::Poll(_), _) => &state.cursor,
    }
}

/// The state of a source behind an answer of its harvest of history.
fn behind_history(job: &Job, state: &SourceState, batch: &Batch) -> SourceState {
    let mut state = state.clone();
    if let Some(history) = &mut state.history {
        **history = history_at(job, (**history).clone(), batch.next.clone());
        history.asked += 1;
        history.records += u64::try_from(batch.records.len()).unwrap_or(u64::MAX);
        history.failures = 0;
        history.stuck = 0;
        history.fault = None;
        let covered = job.source.covered(&batch.next).unwrap_or(0.0).clamp(0.0, 1.0);
        let thousandths = std::time::Duration::from_secs_f64(covered).as_millis();
        history.covered = u32::try_from(thousandths).unwrap_or(0).max(history.covered);
    }
    state
}

/// A harvest of history that goes on from a cursor.
pub(super) fn history_at(job: &Job, history: History, cursor: Cursor) -> History {
    let mut left_out = job.source.left_out(&cursor).map(|left_out| left_out.what).unwrap_or_default();
    left_out.truncate(History::LEFT_OUT_KEPT);
    History { cursor, left_out, ..history }
}

/// Runs work that may block off the async threads; a panic in it becomes an error of this harvest alone.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        let panic = error.into_panic();
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word");
        Error::Panicked(words.to_owned())
    })
}

/// Splits observations into plans of a size that the store takes well; at least one, perhaps empty.
fn chunks(observations: Vec<(Observation, Vec<Signal>)>) -> Vec<Vec<(Observation, Vec<Signal>)>> {
    let mut chunks = Vec::with_capacity(observations.len() / PLAN_SIZE + 1);
    let mut observations = observations.into_iter().peekable();
    loop {
        // Collected anew: splitting would leave each part the room of all that came after it.
        chunks.push(observations.by_ref().take(PLAN_SIZE).collect());
        if observations.peek().is_none() {
            return chunks;
        }
    }
}
