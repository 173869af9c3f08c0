//! One harvest of one source, from asking to the committed plan.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use tokio::sync::watch;

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
use crate::model::source::Health;
use crate::model::source::NextPoll;
use crate::model::source::SourceId;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::normalise;
use crate::normalise::Context;
use crate::sources::Batch;
use crate::sources::Kind;
use crate::sources::Manners;
use crate::sources::Source;
use crate::store;
use crate::store::Reader;
use crate::store::Writer;
use crate::topics::Topics;

/// How many observations one plan holds, so that a commit stays far below the 256 kB that sled takes well.
const PLAN_SIZE: usize = 100;

/// How many requests one harvest makes at most; a source that never ends is cut here and goes on with the next poll.
const REQUESTS_AT_MOST: usize = 2_000;

/// A source as the harvest sees it.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name.
    pub id: SourceId,
    /// Its kind.
    pub kind: &'static Kind,
    /// How it is asked: its kind's manners, or none for a host of the operator's own.
    pub manners: Manners,
    /// The interval the operator wishes.
    pub every: Duration,
    /// What to ask and how to read.
    pub source: Arc<dyn Source>,
}

/// Something that happened during a harvest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Progress {
    /// A request is about to be made.
    Asking(String),
    /// Records were read from an answer.
    Read(usize),
    /// A plan was committed.
    Committed(Tally),
}

/// What came of a harvest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Requests made.
    pub asked: u64,
    /// Records read.
    pub records: u64,
    /// What became of them.
    pub tally: Tally,
    /// Problems, those of single records among them.
    pub problems: Vec<Problem>,
    /// Why the harvest failed or is not whole, if so.
    pub fault: Option<String>,
    /// The source's state now.
    pub health: Health,
    /// When it is polled next, and why.
    pub next_poll: NextPoll,
}

/// The writing half's tools, shared by all harvests.
#[derive(Clone)]
pub struct Harvester {
    client: Arc<Mutex<Client>>,
    writer: Arc<Mutex<Writer>>,
    reader: Reader,
    topics: watch::Receiver<Arc<Topics>>,
    clock: Clock,
    stamps: Arc<Mutex<Timestamp>>,
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
    pub fn new(client: Client, writer: Writer, topics: watch::Receiver<Arc<Topics>>, clock: Clock) -> Self {
        let reader = writer.reader();
        Self {
            client: Arc::new(Mutex::new(client)),
            writer: Arc::new(Mutex::new(writer)),
            reader,
            topics,
            clock,
            stamps: Arc::new(Mutex::new(Timestamp::from_micros(0))),
        }
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

    /// Runs work on the writer, off the async threads, one at a time. Waits for every commit that is under way.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, store::Error> + Send + 'static,
    ) -> Result<T, store::Error> {
        let writer = Arc::clone(&self.writer);
        let done = tokio::task::spawn_blocking(move || {
            // A panic while writing leaves the log ahead of the store at worst, and the next open replays it.
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut writer)
        });
        match done.await {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
    }

    /// Brings the timelines in line with the topics in force. No harvest commits meanwhile, so that every paper is
    /// placed once: by this, as history, or by its harvest, as news.
    pub async fn refill(&self) -> Result<Vec<Refilled>, store::Error> {
        let (topics, clock) = (self.topics.clone(), self.clock.clone());
        self.write(move |writer| {
            let topics = Arc::clone(&topics.borrow());
            let (plans, done) = refill::refill(&writer.reader(), &topics, clock.now())?;
            for plan in plans {
                writer.commit(&[plan])?;
            }
            Ok(done)
        })
        .await
    }

    /// The present time, a microsecond later than any given before: observations of one store never share a time.
    fn stamp(&self) -> Timestamp {
        let mut last = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        *last = self.clock.now().max(Timestamp::from_micros(last.micros().saturating_add(1)));
        *last
    }

    /// Harvests a source until it has nothing more to ask, fails, or `is_stopping` says so between two requests.
    ///
    /// Whatever happened is recorded in the source's state together with the time of the next poll. A request that
    /// fails for a reason of its own (a category that does not exist) is passed over, where the source can go on.
    pub async fn harvest(
        &self,
        job: &Job,
        is_stopping: &(dyn Fn() -> bool + Sync),
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Summary, Error> {
        let run = self.stamp();
        let known = self.reader.source(&job.id)?;
        let mut state = known.unwrap_or_else(|| SourceState::untouched(job.id.clone()));
        state.last_attempt = Some(run);
        let mut course = Course::default();
        let ended = loop {
            if is_stopping() {
                break Ended::Interrupted;
            }
            let request = job.source.ask(&state.cursor, run).filter(|_| course.asked < REQUESTS_AT_MOST);
            let Some(request) = request else { break Ended::Complete };
            progress(Progress::Asking(request.url.to_string()));
            course.asked += 1;
            match self.exchange(job, &request).await? {
                Ok(fetched) => {
                    match self.digest(job, run, request, fetched, &state, &mut course, progress).await {
                        Ok(read) => state = read,
                        Err(Error::Panicked(words)) => break Ended::Panicked(words),
                        Err(error) => return Err(error),
                    }
                }
                Err(error) => {
                    course.ops.extend(course::remembered(job, &request, &error));
                    let passed = if error.fault.is_of_the_request() {
                        job.source.skip(&state.cursor, run)
                    } else {
                        None
                    };
                    let Some(cursor) = passed else { break Ended::Failed(error) };
                    state.cursor = cursor;
                    course.passed_over.push(error);
                }
            }
        };
        let mut ops = std::mem::take(&mut course.ops);
        let (state, summary) = course::conclude(job, state, course, ended, self.clock.now(), fastrand::f64());
        ops.push(Op::Source(state));
        let at = self.clock.now();
        self.write(move |writer| writer.commit(&[Plan { at, ops }])).await?;
        Ok(summary)
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
                host: request.url.host_str().unwrap_or_default().to_owned(),
                fault: Fault::Held { operator: bucket.operator, until: wait.at },
                retry: Retry::At { not_before: wait.at, scope: Scope::Operator },
                memory: None,
                response: None,
            })));
        }
        let memory = self.reader.exchange(request.url.as_str())?;
        Ok(self.client().fetch(request, &bucket, &memory, now).await)
    }

    /// Reads an answer, normalises its records and commits them with the cursor behind them.
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts of one step of one harvest, named at the only call"
    )]
    async fn digest(
        &self,
        job: &Job,
        run: Timestamp,
        request: Request,
        fetched: Fetched,
        state: &SourceState,
        course: &mut Course,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<SourceState, Error> {
        let (this, job, cursor) = (self.clone(), job.clone(), state.cursor.clone());
        let read = blocking(move || {
            let batch = job.source.read(&cursor, run, &request, &fetched.response);
            let (observations, problems) = this.observe(&job, &batch);
            (batch, observations, problems, request, fetched)
        });
        let (batch, observations, problems, request, fetched) = read.await?;
        progress(Progress::Read(batch.records.len()));
        let state = SourceState { cursor: batch.next.clone(), ..state.clone() };
        let mut last_ops = vec![
            Op::Source(state.clone()),
            Op::Exchange { url: request.url.to_string(), memory: fetched.memory },
        ];
        course.answered(&batch, problems, fetched.manners.not_before);
        let mut chunks = chunks(observations).into_iter().peekable();
        while let Some(chunk) = chunks.next() {
            let ops = if chunks.peek().is_none() { std::mem::take(&mut last_ops) } else { Vec::new() };
            let (tally, problems) = self.commit(chunk, ops).await?;
            progress(Progress::Committed(tally));
            course.committed(tally, problems);
        }
        Ok(state)
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
        let (writer, topics, now) = (Arc::clone(&self.writer), self.topics.clone(), self.clock.now());
        let committed = blocking(move || {
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            // Only now: a reload that came in between has filled its topics without these papers.
            let topics = Arc::clone(&topics.borrow());
            let shelf = StoreShelf(writer.reader());
            let mint = &mut || PaperId::mint(fastrand::u128(..));
            let mut planned = plan::plan(observations, &shelf, &topics, now, mint)?;
            planned.ops.extend(further);
            writer.commit(&[Plan { at: now, ops: planned.ops }])?;
            Ok((planned.tally, planned.problems))
        });
        committed.await?
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

/// Splits observations into plans of a size that the store takes well; at least one, perhaps empty.
fn chunks(mut observations: Vec<(Observation, Vec<Signal>)>) -> Vec<Vec<(Observation, Vec<Signal>)>> {
    let mut chunks = Vec::new();
    while observations.len() > PLAN_SIZE {
        let rest = observations.split_off(PLAN_SIZE);
        chunks.push(std::mem::replace(&mut observations, rest));
    }
    chunks.push(observations);
    chunks
}
