//! How a harvest went, and what follows: the source's new state and the time of its next poll. Pure.

use crate::fetch::bucket::Bucket;
use crate::fetch::exchange::Request;
use crate::fetch::fault::FetchError;
use crate::fetch::fault::Retry;
use crate::fetch::fault::Scope;
use crate::harvest::plan::Tally;
use crate::harvest::run::Job;
use crate::harvest::run::Summary;
use crate::harvest::schedule;
use crate::harvest::schedule::Ending;
use crate::model::plan::Op;
use crate::model::problem::Problem;
use crate::model::source::Health;
use crate::model::source::NextPoll;
use crate::model::source::SourceState;
use crate::model::time::Timestamp;
use crate::sources::Batch;
use crate::sources::Pace;

/// What has happened in a harvest so far.
#[derive(Debug, Default)]
pub struct Course {
    /// Requests made.
    pub asked: usize,
    /// What failed requests leave to be remembered.
    pub ops: Vec<Op>,
    /// Requests that failed for reasons of their own while the harvest went on.
    pub passed_over: Vec<Box<FetchError>>,
    answers: usize,
    records: usize,
    tally: Tally,
    problems: Vec<Problem>,
    is_partial: bool,
    pace: Pace,
    not_before: Option<NextPoll>,
}

/// How a harvest ended.
#[derive(Debug)]
pub enum Ended {
    /// There was nothing more to ask.
    Complete,
    /// The program is stopping.
    Interrupted,
    /// A request failed, and the source cannot go on without its answer.
    Failed(Box<FetchError>),
    /// Our own code panicked over an answer.
    Panicked(String),
}

impl Course {
    /// An answer was read.
    pub fn answered(&mut self, batch: &Batch, problems: Vec<Problem>, not_before: Option<NextPoll>) {
        self.answers += 1;
        self.records += batch.records.len();
        self.problems.extend(problems);
        self.problems.extend(batch.problems.iter().cloned());
        self.is_partial |= batch.is_partial;
        // An answer of 304 has no body to say a pace with; what an earlier one said stands.
        if batch.pace != Pace::default() {
            self.pace = batch.pace.clone();
        }
        self.not_before =
            [self.not_before.take(), not_before].into_iter().flatten().max_by_key(|wish| wish.at);
    }

    /// A plan was committed.
    pub fn committed(&mut self, tally: Tally, problems: Vec<Problem>) {
        self.tally = self.tally.plus(tally);
        self.problems.extend(problems);
    }
}

/// The bucket that a request draws from.
pub fn bucket(job: &Job, request: &Request) -> Bucket {
    let port = request.url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let host = || format!("{}{port}", request.url.host_str().unwrap_or_default());
    let operator = job.manners.operator.map_or_else(host, str::to_owned);
    Bucket { operator, spacing: job.manners.spacing }
}

/// What a failed request leaves to be remembered: of its address, and of an operator that wants to be left alone.
pub fn remembered(job: &Job, request: &Request, error: &FetchError) -> Vec<Op> {
    let memory = error.memory.clone().map(|memory| Op::Exchange { url: request.url.to_string(), memory });
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

/// What follows from a harvest that ended. `jitter` lies in 0..1.
pub fn conclude(
    job: &Job,
    mut state: SourceState,
    course: Course,
    ended: Ended,
    now: Timestamp,
    jitter: f64,
) -> (SourceState, Summary) {
    let Course {
        asked, passed_over, answers, records, tally, problems, is_partial, pace, not_before, ..
    } = course;
    let mut faults: Vec<String> = passed_over.iter().map(|error| in_words(job, error)).collect();
    // A harvest of which nothing was answered has failed, even if each request alone could be passed over.
    let ended = match (ended, answers, passed_over.into_iter().next_back()) {
        (Ended::Complete, 0, Some(error)) => {
            faults.pop();
            Ended::Failed(error)
        }
        (ended, ..) => ended,
    };
    let (every, floor) = (job.every, job.manners.every_at_least);
    let poll = |ending: &Ending<'_>| schedule::next_poll(now, every, floor, ending, jitter);
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
            let not_before =
                not_before.map(|wish| schedule::at_most(now, wish, job.manners.believes_max_age));
            poll(&Ending::Complete { pace: &pace, not_before: not_before.as_ref() })
        }
        Ended::Interrupted => {
            NextPoll { at: now, reason: "the last harvest was interrupted by a stop".to_owned() }
        }
        Ended::Panicked(words) => {
            state.failures = state.failures.saturating_add(1);
            state.health = Health::Failing;
            faults.push(format!("reading its answer panicked ({words}); please report this"));
            poll(&Ending::Failed { failures: state.failures, not_before: None })
        }
        Ended::Failed(error) => {
            state.failures = state.failures.saturating_add(1);
            state.health = error.fault.health();
            faults.push(in_words(job, error));
            match error.retry {
                Retry::Never => poll(&Ending::Gone),
                _ if state.health == Health::Offline => poll(&Ending::Offline { failures: state.failures }),
                Retry::At { not_before, .. } => {
                    let wish = NextPoll { at: not_before, reason: error.to_string() };
                    poll(&Ending::Failed { failures: state.failures, not_before: Some(&wish) })
                }
                Retry::Backoff => poll(&Ending::Failed { failures: state.failures, not_before: None }),
            }
        }
    };
    if tally.new > 0 {
        state.last_new = Some(now);
    }
    let fault = (!faults.is_empty()).then(|| faults.join("; "));
    state.fault.clone_from(&fault);
    state.problems = problems.iter().take(SourceState::PROBLEMS_KEPT).cloned().collect();
    state.next_poll = Some(next_poll.clone());
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

/// A failure in one sentence, with the source's own words where its refusal has some.
fn in_words(job: &Job, error: &FetchError) -> String {
    match error.response.as_ref().and_then(|response| job.source.explain(response)) {
        Some(words) => format!("{error} ({words})"),
        None => error.to_string(),
    }
}
