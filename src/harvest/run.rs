//! One harvest of one source, from asking to the committed plan.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::OwnedMutexGuard;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::fetch::Client;
use crate::fetch::Fetched;
use crate::fetch::exchange::Request;
use crate::fetch::fault::Fault;
use crate::fetch::fault::FetchError;
use crate::fetch::fault::Retry;
use crate::fetch::fault::Scope;
use crate::harvest::course;
use crate::harvest::course::Course;
use crate::harvest::course::Ended;
use crate::harvest::course::Failure;
use crate::harvest::job::Job;
use crate::harvest::job::Progress;
use crate::harvest::job::Summary;
use crate::harvest::pen::Pen;
use crate::harvest::plan;
use crate::harvest::plan::Tally;
use crate::harvest::refill;
use crate::harvest::refill::Refilled;
use crate::harvest::shelf::StoreShelf;
use crate::model::observation::Observation;
use crate::model::paper::PaperId;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::model::signal::Signal;
use crate::model::source::ExchangeMemory;
use crate::model::source::Pace;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::normalise;
use crate::normalise::Context;
use crate::sources::Batch;
use crate::store;
use crate::store::Reader;
use crate::store::Writer;
use crate::topics::Topics;

/// How many observations one plan holds, so that a commit stays far below the 256 kB that sled takes well.
const PLAN_SIZE: usize = 100;

/// How many requests one harvest makes at most; a source that never ends is cut here and goes on with the next poll.
const REQUESTS_AT_MOST: usize = 2_000;

/// How many answers are asked for and read at one time, over all operators: each may be 8 MiB and several times that while
/// it is read.
const ANSWERS_AT_ONCE: usize = 6;

/// The writing half's tools, shared by all harvests.
#[derive(Clone)]
pub struct Harvester {
    client: Arc<Mutex<Client>>,
    pen: Pen,
    reader: Reader,
    topics: watch::Receiver<Arc<Topics>>,
    clock: Clock,
    stamps: Arc<Mutex<Timestamp>>,
    /// For each operator, who asks it at the moment.
    lanes: Arc<Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>>,
    permits: Arc<Semaphore>,
}

/// Held while an answer is asked for and read.
struct Lane {
    _alone: OwnedMutexGuard<()>,
    _permit: OwnedSemaphorePermit,
}

/// Why the course of a harvest could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store refused.
    #[error("store: {0}")]
    Store(#[from] store::Error),
    /// The code that read or committed an answer panicked; nothing of that answer was kept.
    #[error("reading the answer panicked: {0}")]
    Panicked(String),
}

impl Harvester {
    /// Joins the tools. `topics` is asked anew for every plan, so that a reload takes effect at once.
    pub fn new(
        client: Client,
        writer: Writer,
        topics: watch::Receiver<Arc<Topics>>,
        clock: Clock,
    ) -> Result<Self, store::Error> {
        let reader = writer.reader();
        // A clock that was set back meanwhile must not make what is heard from now on older than what is stored.
        let newest = reader.newest(None).next().transpose()?.map(|paper| paper.first_seen);
        let attempts =
            reader.sources()?.into_iter().filter_map(|state| state.last_attempt.max(state.last_success));
        let last = attempts.chain(newest).max().unwrap_or(Timestamp::from_micros(0));
        Ok(Self {
            client: Arc::new(Mutex::new(client)),
            pen: Pen::new(writer),
            reader,
            topics,
            clock,
            stamps: Arc::new(Mutex::new(last)),
            lanes: Arc::default(),
            permits: Arc::new(Semaphore::new(ANSWERS_AT_ONCE)),
        })
    }

    /// The client in use.
    pub fn client(&self) -> Client {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches with another client from now on: a reload may name other hosts and another contact.
    pub fn replace_client(&self, client: Client) {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = client;
    }

    /// The store's reading side.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The store's writing side.
    pub fn pen(&self) -> &Pen {
        &self.pen
    }

    /// Brings the timelines in line with `topics`, then calls `adopt`, which puts them in force. No harvest commits
    /// meanwhile, so that every paper is placed once: by this, as history, or by its harvest, as news.
    pub async fn refill(
        &self,
        topics: Arc<Topics>,
        adopt: impl FnOnce() + Send + 'static,
    ) -> Result<Vec<Refilled>, store::Error> {
        let clock = self.clock.clone();
        let refilled = self.pen.write(move |writer| {
            writer.heal()?;
            let done = refill::refill(writer, &topics, clock.now())?;
            adopt();
            Ok(done)
        });
        refilled.await
    }

    /// The present time, a microsecond later than any given before: observations of one store never share a time.
    fn stamp(&self) -> Timestamp {
        let mut last = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        *last = self.clock.now().max(Timestamp::from_micros(last.micros().saturating_add(1)));
        *last
    }

    /// Harvests a source until it has nothing more to ask, fails, or `stop` is cancelled; a request under way is then given
    /// up, an answer that is being read is read to its end.
    ///
    /// Whatever happened is recorded in the source's state together with the time of the next poll. A request that
    /// fails for a reason of its own (a category that does not exist) is passed over, where the source can go on.
    pub async fn harvest(
        &self,
        job: &Job,
        stop: &CancellationToken,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Summary, Error> {
        let run = self.stamp();
        let known = self.reader.source(&job.id)?;
        let mut state = known.unwrap_or_else(|| SourceState::untouched(job.id.clone()));
        if state.settings != job.settings {
            // Another address or other categories: what was said of the old ones holds no more.
            state.settings.clone_from(&job.settings);
            state.failures = 0;
            state.pace = Pace::default();
        }
        let mut course = Course::default();
        let ended = loop {
            if stop.is_cancelled() {
                break Ended::Interrupted { run };
            }
            let request = job.source.ask(&state.cursor, run).filter(|_| course.asked < REQUESTS_AT_MOST);
            let Some(request) = request else { break Ended::Complete };
            if course.asked == 0 {
                self.note_beginning(job, run, &mut state).await?;
            }
            progress(Progress::Asking(request.url.to_string()));
            course.asked += 1;
            // One answer of an operator is asked for and read at a time, and few in all: so many lie in memory.
            let Some(_lane) = self.lane(job, &request, stop).await else { break Ended::Interrupted { run } };
            let Some(fetched) = stop.run_until_cancelled(self.exchange(job, &request)).await else {
                break Ended::Interrupted { run };
            };
            let failure = match fetched? {
                Ok(fetched) => {
                    match self.digest(job, run, &request, fetched, &state, &mut course, progress).await {
                        Ok(Ok(read)) => {
                            state = read;
                            continue;
                        }
                        Ok(Err(why)) => Failure::Unusable { host: host_of(&request), why },
                        Err(Error::Panicked(words)) => break Ended::Panicked(words),
                        Err(Error::Store(error)) => break Ended::Unkept(error.to_string()),
                    }
                }
                Err(error) => {
                    course.ops.extend(course::remembered(job, &request, &error));
                    Failure::Fetch(error)
                }
            };
            let passed = if failure.is_of_the_request() { job.source.skip(&state.cursor, run) } else { None };
            let Some(cursor) = passed else { break Ended::Failed(failure) };
            state.cursor = cursor;
            course.passed_over.push((request.url.path().to_owned(), failure));
        };
        let mut ops = std::mem::take(&mut course.ops);
        let is_idle = course.asked == 0 && matches!(ended, Ended::Interrupted { .. });
        let (state, summary) = course::conclude(job, state, course, ended, self.clock.now(), fastrand::f64());
        if !is_idle {
            ops.push(Op::Source(state));
            let at = self.clock.now();
            self.pen.write(move |writer| writer.commit(&[Plan { at, ops }])).await?;
        }
        Ok(summary)
    }

    /// Writes down that a harvest begins, and when the next one is due should this one never end: so a crash, again and
    /// again, asks no host more often than its manners allow.
    async fn note_beginning(&self, job: &Job, run: Timestamp, state: &mut SourceState) -> Result<(), Error> {
        state.last_attempt = Some(run);
        state.next_poll = Some(course::after_a_crash(job, run));
        let state = state.clone();
        self.pen
            .write(move |writer| writer.commit(&[Plan { at: run, ops: vec![Op::Source(state)] }]))
            .await?;
        Ok(())
    }

    /// The right to ask an operator and to hold an answer in memory; `None` when stopped.
    async fn lane(&self, job: &Job, request: &Request, stop: &CancellationToken) -> Option<Lane> {
        let lane = {
            let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(lanes.entry(course::bucket(job, request).operator).or_default())
        };
        let alone = stop.run_until_cancelled(lane.lock_owned()).await?;
        let permit = stop.run_until_cancelled(Arc::clone(&self.permits).acquire_owned()).await?;
        Some(Lane { _alone: alone, _permit: permit.ok()? })
    }

    /// One request, unless its operator asked us to wait.
    async fn exchange(
        &self,
        job: &Job,
        request: &Request,
    ) -> Result<Result<Fetched, Box<FetchError>>, Error> {
        let bucket = course::bucket(job, request);
        let now = self.clock.now();
        if let Some(wait) = self.reader.operator(&bucket.operator)?.filter(|wait| wait.at > now) {
            return Ok(Err(Box::new(FetchError {
                host: host_of(request),
                fault: Fault::Held { operator: bucket.operator, until: wait.at },
                retry: Retry::At { not_before: wait.at, scope: Scope::Operator },
                memory: None,
                response: None,
            })));
        }
        let memory = self.reader.exchange(&course::address(job, request))?;
        Ok(self.client().fetch(request, &bucket, &memory, now).await)
    }

    /// Reads an answer, normalises its records and commits them with the cursor behind them. The inner error says why the
    /// answer could not be taken at all.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one step of one harvest, named at the only call"
    )]
    async fn digest(
        &self,
        job: &Job,
        run: Timestamp,
        request: &Request,
        fetched: Fetched,
        state: &SourceState,
        course: &mut Course,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Result<SourceState, String>, Error> {
        let address = course::address(job, request);
        let (this, job, cursor, asked) = (self.clone(), job.clone(), state.cursor.clone(), request.clone());
        let Fetched { response, memory, manners, .. } = fetched;
        let is_modified = !response.is_not_modified();
        let read = blocking(move || {
            let batch = job.source.read(&cursor, run, &asked, &response);
            let (observations, problems) = this.observe(&job, &batch);
            (batch, observations, problems)
        });
        let (batch, observations, problems) = read.await?;
        course.answered(&batch, is_modified, problems, manners.not_before);
        if let Some(why) = batch.unusable {
            return Ok(Err(why));
        }
        progress(Progress::Read(batch.records.len()));
        // What was cut is asked for again in full, not whether it changed.
        let memory = if batch.is_partial {
            ExchangeMemory { etag: None, last_modified: None, ..memory }
        } else {
            memory
        };
        let state = SourceState { cursor: batch.next, ..state.clone() };
        let mut last_ops = vec![Op::Source(state.clone()), Op::Exchange { url: address, memory }];
        let mut chunks = chunks(observations).into_iter().peekable();
        while let Some(chunk) = chunks.next() {
            let ops = if chunks.peek().is_none() { std::mem::take(&mut last_ops) } else { Vec::new() };
            let (tally, problems) = self.commit(chunk, ops).await?;
            progress(Progress::Committed(tally));
            course.committed(tally, problems);
        }
        Ok(Ok(state))
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

    /// Decides over observations and commits the plan with further changes at its end.
    async fn commit(
        &self,
        observations: Vec<(Observation, Vec<Signal>)>,
        further: Vec<Op>,
    ) -> Result<(Tally, Vec<Problem>), Error> {
        let (pen, topics, now) = (self.pen.clone(), self.topics.clone(), self.clock.now());
        let work = move |writer: &mut Writer| {
            writer.heal()?;
            // Only now: a reload that came in between has filled its topics without these papers.
            let topics = Arc::clone(&topics.borrow());
            let shelf = StoreShelf(writer.reader());
            let mint = &mut || PaperId::mint(fastrand::u128(..));
            let mut planned = plan::plan(observations, &shelf, &topics, now, mint)?;
            planned.ops.extend(further);
            let left = writer.commit_all(now, &planned.ops)?;
            planned.problems.extend(left.iter().filter_map(course::too_large));
            Ok((planned.tally, planned.problems))
        };
        blocking(move || pen.with(work)).await?
    }
}

/// Runs work that may block off the async threads; a panic in it becomes an error of this harvest alone.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        let panic = error.into_panic();
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word");
        Error::Panicked(words.to_owned())
    })
}

fn host_of(request: &Request) -> String {
    request.url.host_str().unwrap_or_default().to_owned()
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
