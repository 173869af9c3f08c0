//! What is known of the completeness of one part of a source: a category, a day's list, a set.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::source::Cursor;
use crate::model::source::Health;
use crate::model::time::Timestamp;

/// One part of a source in the ledger of completeness.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// How it is doing.
    pub health: Health,
    /// Since when.
    pub since: Timestamp,
    /// Why, in words.
    pub why: String,
    /// When an answer last showed it.
    pub seen_at: Timestamp,
    /// The last day whose papers are all here, as far as this source can tell.
    pub fresh_day: Option<NaiveDate>,
    /// The largest identifier that was ever listed, printed: identifiers are given out in order, so a list without a larger
    /// one has nothing new.
    pub largest: Option<String>,
    /// Papers that the last list held.
    pub listed: u64,
    /// Papers that the source said there are.
    pub stated: Option<u64>,
    /// Days that were missed, first and last.
    pub gap: Option<(NaiveDate, NaiveDate)>,
    /// Papers that were announced and that no source has told of yet, printed, with the day that announced them.
    pub missing: BTreeMap<String, NaiveDate>,
}

impl Part {
    /// How many missing papers of one part are remembered.
    pub const MISSING_KEPT: usize = 5_000;
}

/// A harvest of history that is under way or was done last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct History {
    /// The first day that is asked for.
    pub since: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
    /// How far it got.
    pub cursor: Cursor,
    /// The settings of the source that its cursor is of.
    pub settings: String,
    /// When it began.
    pub begun: Timestamp,
    /// When it goes on after a failure.
    pub not_before: Timestamp,
    /// Failures in a row.
    pub failures: u32,
    /// So many of them, the last ones, that may be of the request at hand alone.
    pub stuck: u32,
    /// Requests made.
    pub asked: u64,
    /// Records read.
    pub records: u64,
    /// How much is done, in thousandths, as far as the source can tell.
    pub covered: u32,
    /// When it was complete.
    pub finished: Option<Timestamp>,
    /// Why it stands still, while it does.
    pub fault: Option<String>,
    /// What it had to leave out so far, in words; of very much the first [`History::LEFT_OUT_KEPT`].
    pub left_out: Vec<String>,
}

impl History {
    /// How much of what was left out is told.
    pub const LEFT_OUT_KEPT: usize = 100;
}
