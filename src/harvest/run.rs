//! One harvest of one source, from asking to the committed plan.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio::sync::Semaphore;
use tokio::sync::broadcast;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::fetch::Client;
use crate::harvest::asking::host_of;
use crate::harvest::changes;
use crate::harvest::changes::StateChange;
use crate::harvest::course;
use crate::harvest::course::Course;
use crate::harvest::course::Ended;
use crate::harvest::course::Failure;
use crate::harvest::digest::Errand;
use crate::harvest::indexer;
use crate::harvest::indexer::Caught;
use crate::harvest::indexer::Indexer;
use crate::harvest::job::Job;
use crate::harvest::job::Progress;
use crate::harvest::job::Summary;
use crate::harvest::pen::Pen;
use crate::harvest::refill;
use crate::harvest::refill::Refilled;
use crate::harvest::rename;
use crate::harvest::repair;
use crate::harvest::wanted;
use crate::model::external_id::ExternalId;
use crate::model::plan::Op;
use crate::model::plan::Plan;
use crate::model::source::Pace;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::query::Query;
use crate::store;
use crate::store::Reader;
use crate::store::Writer;
use crate::topics::selector::Selector;

/// How many requests one harvest makes at most; a source that never ends is cut here and goes on with the next poll.
const REQUESTS_AT_MOST: usize = 2_000;

/// In so many harvests in a row a request may fail before it is passed over.
const PATIENCE: u32 = 3;

/// How many answers are asked for and read at one time, over all operators: each may be 8 MiB and several times that while
/// it is read.
const ANSWERS_AT_ONCE: usize = 6;

/// How many changes wait for a listener that is busy.
const CHANGES_KEPT: usize = 1_024;

/// The writing half's tools, shared by all harvests.
#[derive(Clone)]
pub struct Harvester {
    pub(super) client: Arc<Mutex<Client>>,
    pub(super) pen: Pen,
    indexer: Indexer,
    pub(super) reader: Reader,
    pub(super) topics: watch::Receiver<Arc<Selector>>,
    pub(super) clock: Clock,
    stamps: Arc<Mutex<Timestamp>>,
    /// For each operator, who asks it at the moment.
    pub(super) lanes: Arc<Mutex<BTreeMap<String, Arc<tokio::sync::Mutex<()>>>>>,
    pub(super) permits: Arc<Semaphore>,
    jobs: Arc<Mutex<Arc<Vec<Job>>>>,
    /// Papers that somebody wants and no source has told of yet.
    pub(super) wishes: Arc<Mutex<BTreeSet<ExternalId>>>,
    urged: watch::Sender<u64>,
    changes: broadcast::Sender<StateChange>,
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
        indexer: Indexer,
        topics: watch::Receiver<Arc<Selector>>,
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
            indexer,
            reader,
            topics,
            clock,
            stamps: Arc::new(Mutex::new(last)),
            lanes: Arc::default(),
            permits: Arc::new(Semaphore::new(ANSWERS_AT_ONCE)),
            jobs: Arc::default(),
            wishes: Arc::default(),
            urged: watch::Sender::new(0),
            changes: broadcast::Sender::new(CHANGES_KEPT),
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

    /// Brings the timelines in line with `topics`, of which some had other names before, then calls `adopt`, which puts them in force. No harvest commits
    /// meanwhile, so that every paper is placed once: by this, as history, or by its harvest, as news.
    pub async fn refill(
        &self,
        topics: Arc<Selector>,
        renamed: BTreeMap<TopicId, TopicId>,
        adopt: impl FnOnce() + Send + 'static,
    ) -> Result<Vec<Refilled>, store::Error> {
        let (clock, indexer) = (self.clock.clone(), self.indexer.clone());
        // What is edited is looked up in the index, where that has come to the same point.
        if let Err(error) = self.catch_up_if_soon().await {
            tracing::warn!(%error, "search index: {error}; topics are filled without it");
        }
        let refilled = self.pen.write(move |writer| {
            writer.heal()?;
            let reader = writer.reader();
            let now = clock.now();
            rename::rename(writer, &renamed, now)?;
            let matching = |query: &Query| indexer.matching(query, &reader, now);
            let done = refill::refill(writer, &topics, now, &matching)?;
            adopt();
            Ok(done)
        });
        refilled.await
    }

    /// The search index.
    pub fn indexer(&self) -> &Indexer {
        &self.indexer
    }

    /// Brings the search index to where the store is.
    pub async fn catch_up(&self) -> Result<Caught, indexer::Error> {
        let (indexer, reader, pen) = (self.indexer.clone(), self.reader.clone(), self.pen.clone());
        unpanicked(tokio::task::spawn_blocking(move || indexer.catch_up(&reader, &pen)).await)
    }

    async fn catch_up_if_soon(&self) -> Result<bool, indexer::Error> {
        let (indexer, reader, pen) = (self.indexer.clone(), self.reader.clone(), self.pen.clone());
        unpanicked(tokio::task::spawn_blocking(move || indexer.catch_up_if_soon(&reader, &pen)).await)
    }

    /// The present time, a microsecond later than any given before: observations of one store never share a time.
    pub(super) fn stamp(&self) -> Timestamp {
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
        let before = known.clone();
        let mut state = known.unwrap_or_else(|| SourceState::untouched(job.id.clone()));
        if state.settings != job.settings {
            // Another address or other categories: what was said of the old ones holds no more.
            state.settings.clone_from(&job.settings);
            state.failures = 0;
            state.parts.clear();
            state.pace = Pace::default();
        }
        let wanted = match job.source.wants() {
            Some(wants) => {
                let mut examples = self.wishes();
                examples.extend(self.topics.borrow().topics().examples());
                let wanted = wanted::wanted(&self.reader, &state, wants, &examples, run)?;
                state.cursor = job.source.aim(&state.cursor, run, &wanted.targets);
                Some(wanted)
            }
            None => None,
        };
        let (mut course, mut has_passed) = (Course::default(), false);
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
                    match self
                        .digest(job, Errand::Poll(run), &request, fetched, &state, &mut course, progress)
                        .await
                    {
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
            // What has failed in run after run is passed over once, so that one page holds back no others.
            let is_stuck = state.failures >= PATIENCE && !has_passed && failure.may_be_of_the_request();
            has_passed |= is_stuck;
            let is_passable = is_stuck || failure.is_of_the_request();
            let passed = if is_passable { job.source.skip(&state.cursor, run) } else { None };
            let Some(cursor) = passed else { break Ended::Failed(failure) };
            state.cursor = cursor;
            if failure.is_absence(job) {
                course.absences += 1;
            } else {
                course.passed_over.push((request.url.path().to_owned(), failure));
            }
        };
        if let (Ended::Complete, Some(wanted)) = (&ended, &wanted) {
            wanted::note(&mut state, wanted, run);
        }
        let mut ops = std::mem::take(&mut course.ops);
        let is_idle = course.asked == 0 && matches!(ended, Ended::Interrupted { .. });
        let (state, summary) =
            course::conclude(job, state, course, ended, run, self.clock.now(), fastrand::f64());
        if !is_idle {
            let own = changes::between(before.as_ref(), &state);
            ops.push(Op::Source(state));
            self.settle(ops, run, own).await?;
        }
        Ok(summary)
    }

    /// Commits the end of a harvest together with what it means for other sources, and wakes those that are due by it.
    async fn settle(&self, mut ops: Vec<Op>, run: Timestamp, own: Vec<StateChange>) -> Result<(), Error> {
        let (jobs, now) = (self.jobs(), self.clock.now());
        let work = move |writer: &mut Writer| {
            let reader = writer.reader();
            let mut states = BTreeMap::new();
            for state in reader.sources()? {
                states.insert(state.source.clone(), state);
            }
            for op in &ops {
                if let Op::Source(state) = op {
                    states.insert(state.source.clone(), state.clone());
                }
            }
            let before = states.clone();
            let is_known = |id: &ExternalId| reader.paper_by_external(id).is_ok_and(|paper| paper.is_some());
            let changed = repair::settle(&mut states, &jobs, run, now, &is_known);
            let changed: Vec<(SourceState, SourceState)> = changed
                .iter()
                .filter_map(|id| Some((before.get(id)?.clone(), states.get(id)?.clone())))
                .collect();
            ops.extend(changed.iter().map(|(_, state)| Op::Source(state.clone())));
            writer.commit(&[Plan { at: now, ops }])?;
            Ok(changed)
        };
        let changed = self.pen.write(work).await?;
        let further: Vec<StateChange> =
            changed.iter().flat_map(|(before, after)| changes::between(Some(before), after)).collect();
        for mut change in own {
            // What was repaired in the same moment is no alarm any more.
            change.is_alarm &=
                !further.iter().any(|later| later.source == change.source && later.part == change.part);
            self.tell(change);
        }
        for change in further {
            self.tell(change);
        }
        if !changed.is_empty() {
            self.urge();
        }
        Ok(())
    }

    /// Has whoever waits for the next poll of a source look again.
    pub(super) fn urge(&self) {
        self.urged.send_modify(|times| *times = times.wrapping_add(1));
    }

    /// The configured sources, as far as one's harvest concerns another.
    pub fn jobs(&self) -> Arc<Vec<Job>> {
        Arc::clone(&self.jobs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes others for the configured sources from now on.
    pub fn replace_jobs(&self, jobs: Vec<Job>) {
        *self.jobs.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(jobs);
    }

    /// Every change in the state of a source or a part of it.
    pub fn changes(&self) -> broadcast::Receiver<StateChange> {
        self.changes.subscribe()
    }

    fn tell(&self, change: StateChange) {
        // Where nobody listens nobody is told.
        let _is_heard = self.changes.send(change);
    }

    /// Changes whenever the harvest of one source moves the next poll of another, and when one of history begins.
    pub fn urged(&self) -> watch::Receiver<u64> {
        self.urged.subscribe()
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
}

/// What a task gave; its panic goes on.
fn unpanicked<T>(joined: Result<T, tokio::task::JoinError>) -> T {
    joined.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}
