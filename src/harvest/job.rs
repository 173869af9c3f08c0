//! A source as its harvest sees it, and what a harvest tells of itself.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;

use crate::harvest::ledger::Calendar;
use crate::harvest::plan::Tally;
use crate::model::problem::Problem;
use crate::model::source::Health;
use crate::model::source::NextPoll;
use crate::model::source::SourceId;
use crate::model::time::Timestamp;
use crate::sources::Kind;
use crate::sources::Manners;
use crate::sources::Source;

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
    /// Days on which nothing is announced.
    pub quiet_days: Arc<BTreeSet<NaiveDate>>,
    /// What makes it another source under the same name when it changes: its kind, address and options.
    pub settings: String,
}

impl Job {
    /// When news is expected of it.
    pub fn calendar(&self, now: Timestamp) -> Calendar<'_> {
        Calendar { rhythm: self.kind.manners.rhythm, quiet_days: &self.quiet_days, now }
    }
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
