//! How a harvest went, and what follows: the source's new state and the time of its next poll. Pure.

use std::time::Duration;

use crate::fetch::bucket::Bucket;
use crate::fetch::exchange::Request;
use crate::fetch::fault::Fault;
use crate::fetch::fault::FetchError;
use crate::fetch::fault::Retry;
use crate::fetch::fault::Scope;
use crate::harvest::job::Job;
use crate::harvest::job::Summary;
use crate::harvest::ledger;
use crate::harvest::ledger::Calendar;
use crate::harvest::plan::Tally;
use crate::harvest::repair;
use crate::harvest::schedule;
use crate::harvest::schedule::Ending;
use crate::model::plan::Op;
use crate::model::problem::Problem;
use crate::model::source::Health;
use crate::model::source::NextPoll;
use crate::model::source::Pace;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::Rhythm;

/// How soon a source is asked again at most whose harvest ends in a crash each time.
const SHORTEST_CRASH_WAIT: Duration = Duration::from_mins(1);

/// Hosts that belong to an operator whatever the kind of source that asks them: by the end of their name.
const OPERATORS: &[(&str, &str, Duration)] = &[
    ("arxiv.org", "arxiv", Duration::from_secs(3)),
    ("biorxiv.org", "openrxiv", Duration::from_secs(1)),
    ("crossref.org", "crossref", Duration::from_secs(1)),
    ("datacite.org", "datacite", Duration::from_secs(1)),
    ("huggingface.co", "huggingface", Duration::from_secs(1)),
    ("medrxiv.org", "openrxiv", Duration::from_secs(1)),
    ("ncbi.nlm.nih.gov", "ncbi", Duration::from_millis(500)),
    ("openreview.net", "openreview", Duration::from_secs(20)),
];

/// More problems of one harvest are not kept.
const PROBLEMS_AT_MOST: usize = 1_000;

/// So many papers of which not one is known make an address doubtful.
const DOUBTFUL_ABSENCES: usize = 10;

/// What has happened in a harvest so far.
#[derive(Debug, Default)]
pub struct Course {
    /// Requests made.
    pub asked: usize,
    /// What failed requests leave to be remembered.
    pub ops: Vec<Op>,
    /// Requests that failed for reasons of their own while the harvest went on.
    pub passed_over: Vec<(String, Failure)>,
    /// Requests for a paper by name that was not known there.
    pub absences: usize,
    answers: usize,
    records: usize,
    tally: Tally,
    problems: Vec<Problem>,
    is_partial: bool,
    /// What the answers said of their rhythm; nothing when all were 304.
    pace: Option<Pace>,
    not_before: Option<NextPoll>,
}

/// How a harvest ended.
#[derive(Debug)]
pub enum Ended {
    /// There was nothing more to ask.
    Complete,
    /// The program is stopping.
    Interrupted {
        /// When the harvest began.
        run: Timestamp,
    },
    /// A request failed, and the source cannot go on without its answer.
    Failed(Failure),
    /// The store could not keep what an answer said.
    Unkept(String),
    /// Our own code panicked over an answer.
    Panicked(String),
}

/// Why one request gave nothing.
#[derive(Debug)]
pub enum Failure {
    /// Nothing came that could be read.
    Fetch(Box<FetchError>),
    /// An answer came, and the source could make nothing of it.
    Unusable {
        /// Who answered.
        host: String,
        /// In the source's words.
        why: String,
    },
}

impl Failure {
    /// Whether only this request is at fault, so that others of the same source may still be answered.
    pub fn is_of_the_request(&self) -> bool {
        match self {
            Self::Fetch(error) => error.fault.is_of_the_request(),
            Self::Unusable { .. } => true,
        }
    }

    /// Whether it may be of this request alone, should it fail again and again.
    pub fn may_be_of_the_request(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.fault.may_be_of_the_request())
    }

    /// Whether it only says that what was asked for by name is not known there.
    pub fn is_absence(&self, job: &Job) -> bool {
        match self {
            Self::Fetch(error) => {
                error.response.as_ref().is_some_and(|refusal| job.source.is_absence(refusal))
            }
            Self::Unusable { .. } => false,
        }
    }

    /// The failure in one sentence, with the source's own words where its refusal has some.
    pub(super) fn in_words(&self, job: &Job) -> String {
        match self {
            Self::Unusable { host, why } => format!("{host} sent an answer that cannot be used: {why}"),
            Self::Fetch(error) => {
                match error.response.as_ref().and_then(|response| job.source.explain(response)) {
                    Some(words) => format!("{error} ({words})"),
                    None => error.to_string(),
                }
            }
        }
    }
}

impl Course {
    /// An answer was read.
    pub fn answered(
        &mut self,
        batch: &Batch,
        is_modified: bool,
        problems: Vec<Problem>,
        not_before: Option<NextPoll>,
    ) {
        self.answers += usize::from(batch.unusable.is_none());
        self.records += batch.records.len();
        self.note(problems);
        self.note(batch.problems.iter().cloned());
        self.is_partial |= batch.is_partial;
        if is_modified && batch.unusable.is_none() {
            let is_silent = batch.pace == Pace::default();
            self.pace = self.pace.take().filter(|_| is_silent).or_else(|| Some(batch.pace.clone()));
        }
        self.not_before =
            [self.not_before.take(), not_before].into_iter().flatten().max_by_key(|wish| wish.at);
    }

    /// A plan was committed.
    pub fn committed(&mut self, tally: Tally, problems: Vec<Problem>) {
        self.tally = self.tally.plus(tally);
        self.note(problems);
    }

    /// Keeps problems, as many as anyone will read.
    fn note(&mut self, problems: impl IntoIterator<Item = Problem>) {
        let room = PROBLEMS_AT_MOST.saturating_sub(self.problems.len());
        self.problems.extend(problems.into_iter().take(room));
    }
}

/// The bucket that a request draws from: that of the host's operator, else of the source's, else of the host alone.
pub fn bucket(job: &Job, request: &Request) -> Bucket {
    let host = request.url.host_str().unwrap_or_default();
    let is_of = |domain: &str| {
        host.strip_suffix(domain).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    if let Some((_domain, operator, spacing)) = OPERATORS.iter().find(|(domain, ..)| is_of(domain)) {
        let spacing = (*spacing).max(job.manners.spacing);
        return Bucket { operator: (*operator).to_owned(), spacing };
    }
    let port = request.url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let operator = job.manners.operator.map_or_else(|| format!("{host}{port}"), str::to_owned);
    Bucket { operator, spacing: job.manners.spacing }
}

/// Under what the store remembers an exchange: what one source has read of an address says nothing of what another has.
pub fn address(job: &Job, request: &Request) -> String {
    format!("{} {}", job.id, request.url)
}

/// What a failed request leaves to be remembered: of its address, and of an operator that wants to be left alone.
pub fn remembered(job: &Job, request: &Request, error: &FetchError) -> Vec<Op> {
    let memory = error.memory.clone().map(|memory| Op::Exchange { url: address(job, request), memory });
    let wait = match error.retry {
        Retry::At { not_before, scope: Scope::Operator } => {
            let operator = bucket(job, request).operator;
            Some(Op::Operator {
                operator,
                not_before: NextPoll { at: not_before, reason: error.to_string() },
            })
        }
        Retry::At { scope: Scope::Url, .. } | Retry::Backoff | Retry::Never => None,
    };
    memory.into_iter().chain(wait).collect()
}

/// Counts a failure. What our own network did is counted apart from what the source did.
fn fail(state: &mut SourceState, health: Health) {
    let is_of_the_same_kind = (state.health == Health::Offline) == (health == Health::Offline);
    state.failures = if is_of_the_same_kind { state.failures.saturating_add(1) } else { 1 };
    state.health = health;
}

/// When a source is polled should the harvest that begins at `run` never end.
pub fn after_a_crash(job: &Job, run: Timestamp) -> NextPoll {
    let wait = job.manners.every_at_least.max(SHORTEST_CRASH_WAIT);
    NextPoll { at: schedule::after(run, wait), reason: "the last harvest began and did not end".to_owned() }
}

/// What is said of a change that the store cannot take.
pub fn too_large(op: &Op) -> Option<Problem> {
    let Op::Paper(paper) = op else { return None };
    let title = paper.title().text.to_string();
    Some(Problem::new(title, "it is too large to be kept"))
}

/// What a complete run says of parts that no answer showed: those of which nothing changed, and the days through which a
/// source with history has everything now.
fn complete_parts(job: &Job, state: &mut SourceState, run: Timestamp, calendar: &Calendar<'_>) {
    let has_history = repair::keeps_history(job, calendar.now);
    for part in state.parts.values_mut() {
        if part.seen_at < run && calendar.rhythm == Rhythm::Announcements {
            *part = ledger::unchanged(part, calendar);
        }
        if has_history && calendar.rhythm != Rhythm::Announcements && part.seen_at >= run {
            part.fresh_day = Some(repair::complete_through(run));
        }
    }
}

/// What follows from a harvest that began at `run` and ended. `jitter` lies in 0..1.
pub fn conclude(
    job: &Job,
    mut state: SourceState,
    course: Course,
    ended: Ended,
    run: Timestamp,
    now: Timestamp,
    jitter: f64,
) -> (SourceState, Summary) {
    let Course {
        asked,
        passed_over,
        absences,
        answers,
        records,
        tally,
        mut problems,
        is_partial,
        pace,
        not_before,
        ..
    } = course;
    if answers == 0 && absences >= DOUBTFUL_ABSENCES {
        let message = format!("not one of {absences} papers is known there; is its `url` right?");
        problems.push(Problem::new("answers", message));
    }
    let told = |(path, failure): &(String, Failure)| format!("{path}: {}", failure.in_words(job));
    let mut faults: Vec<String> = passed_over.iter().map(told).collect();
    // A harvest of which nothing was answered has failed, even if each request alone could be passed over.
    let ended = match (ended, answers, passed_over.into_iter().next_back()) {
        (Ended::Complete, 0, Some((_path, failure))) => {
            faults.pop();
            Ended::Failed(failure)
        }
        (ended, ..) => ended,
    };
    let (every, floor) = (job.every, job.manners.every_at_least);
    let rhythm = job.kind.manners.rhythm;
    let retry = schedule::retry_base(rhythm, every, floor);
    let poll = |ending: &Ending<'_>| {
        let every = if matches!(ending, Ending::Failed { .. }) { retry } else { every };
        schedule::next_poll(now, every, floor, ending, jitter)
    };
    let calendar = job.calendar(now);
    let was_interrupted = matches!(ended, Ended::Interrupted { .. });
    let next_poll = match &ended {
        Ended::Complete => {
            state.failures = 0;
            state.last_success = Some(now);
            let is_whole = faults.is_empty() && !is_partial;
            state.health = match (is_whole, tally.new) {
                (false, _) => Health::Partial,
                (true, 0) => Health::Quiet,
                (true, _) => Health::Fresh,
            };
            complete_parts(job, &mut state, run, &calendar);
            let in_parts = ledger::overall(&state.parts, now).filter(|_| is_whole);
            // Parts without lists of their own (OAI-PMH's sets) tell nothing of news; the papers do.
            let is_news = in_parts == Some(Health::Quiet) && tally.new > 0;
            state.health = in_parts.filter(|_| !is_news).unwrap_or(state.health);
            let not_before =
                not_before.map(|wish| schedule::at_most(now, wish, job.manners.believes_max_age));
            state.pace = pace.unwrap_or(state.pace);
            let usual = poll(&Ending::Complete { pace: &state.pace, not_before: not_before.as_ref() });
            let is_settled = ledger::is_settled(&state.parts, &calendar);
            schedule::by_rhythm(usual, &calendar, is_settled, every, jitter)
        }
        Ended::Interrupted { run } => {
            let reason = "the last harvest was interrupted by a stop".to_owned();
            NextPoll { at: now.max(schedule::after(*run, floor)), reason }
        }
        Ended::Panicked(words) => {
            fail(&mut state, Health::Failing);
            faults.push(format!("reading its answer panicked ({words}); please report this"));
            poll(&Ending::Failed { failures: state.failures, not_before: None })
        }
        Ended::Unkept(why) => {
            fail(&mut state, Health::Failing);
            faults.push(format!("its papers cannot be kept: {why}"));
            poll(&Ending::Failed { failures: state.failures, not_before: None })
        }
        Ended::Failed(Failure::Fetch(error)) if matches!(error.fault, Fault::Held { .. }) => {
            // Nobody was asked: what another source was told holds for this one, and it has failed in nothing.
            faults.push(error.to_string());
            state.health = Health::Limited;
            let at = if let Retry::At { not_before, .. } = error.retry { not_before } else { now };
            NextPoll {
                at: schedule::after(at, SHORTEST_CRASH_WAIT.mul_f64(jitter)),
                reason: error.to_string(),
            }
        }
        Ended::Failed(failure) => {
            faults.push(failure.in_words(job));
            let (health, retry) = match failure {
                Failure::Fetch(error) => (error.fault.health(), error.retry),
                Failure::Unusable { .. } => (Health::Failing, Retry::Backoff),
            };
            fail(&mut state, health);
            match retry {
                Retry::Never => poll(&Ending::Gone),
                _ if health == Health::Offline => poll(&Ending::Offline { failures: state.failures }),
                Retry::At { not_before, .. } => {
                    let wish =
                        NextPoll { at: not_before, reason: faults.last().cloned().unwrap_or_default() };
                    poll(&Ending::Failed { failures: state.failures, not_before: Some(&wish) })
                }
                Retry::Backoff => poll(&Ending::Failed { failures: state.failures, not_before: None }),
            }
        }
    };
    let next_poll = schedule::off_weekends(next_poll, rhythm);
    if tally.new > 0 {
        state.last_new = Some(now);
    }
    let fault = (!faults.is_empty()).then(|| faults.join("; "));
    state.fault.clone_from(&fault);
    state.problems = problems.iter().take(SourceState::PROBLEMS_KEPT).cloned().collect();
    state.next_poll = Some(next_poll.clone());
    if !was_interrupted {
        state.note_day(now.day(), fault.is_some(), tally.new);
    }
    let summary = Summary {
        asked: u64::try_from(asked).unwrap_or(u64::MAX),
        records: u64::try_from(records).unwrap_or(u64::MAX),
        tally,
        problems,
        fault,
        health: state.health,
        next_poll,
    };
    (state, summary)
}
