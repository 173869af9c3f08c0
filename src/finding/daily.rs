//! What was listed on a day, in a week or a month: each paper once, what readers elsewhere liked most first.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::HashSet;

use chrono::Days;
use chrono::NaiveDate;

use crate::finding::Error;
use crate::finding::Library;
use crate::index::listed::Listed;
use crate::index::listed::Which;
use crate::model::period::Period;
use crate::model::signal::SignalKind;

/// How far around a period it is looked for others with papers. Longer silence is rare, and every day can be asked for.
const NEIGHBOURHOOD: u64 = 45;

/// The papers of a period, and the days around it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Daily {
    /// The papers in order, each once.
    pub papers: Vec<Listed>,
    /// How many papers each day has, of those days in it and around it that have any.
    pub counts: BTreeMap<NaiveDate, usize>,
}

/// The papers of a period.
pub fn daily(library: &Library, period: Period) -> Result<Daily, Error> {
    let around = Days::new(NEIGHBOURHOOD);
    let from = period.first().checked_sub_days(around).unwrap_or(period.first());
    let to = period.last().checked_add_days(around).unwrap_or(period.last());
    let index = library.index.reader().map_err(Error::NotYet)?;
    let counts = index.listed_counts(&(from..=to)).inspect_err(|_damaged| library.index.suspect())?;
    let days = period.first()..=period.last();
    let mut papers = index.listed(&days, Which::All).inspect_err(|_damaged| library.index.suspect())?;
    papers.sort_by_cached_key(rank);
    // In a week a paper may have been on several lists.
    let mut known = HashSet::new();
    papers.retain(|listed| known.insert(listed.id));
    Ok(Daily { papers, counts })
}

/// The newest day up to a day on which anything was listed.
pub fn newest_day(library: &Library, today: NaiveDate) -> Result<Option<NaiveDate>, Error> {
    let index = library.index.reader().map_err(Error::NotYet)?;
    Ok(index.newest_listed(today).inspect_err(|_damaged| library.index.suspect())?)
}

/// Votes first, since that is what daily lists are ordered by where they come from; then what else people said, then what
/// came last.
fn rank(listed: &Listed) -> impl Ord + use<> {
    let count = |kind| listed.count(kind);
    let voted = (count(SignalKind::Votes), count(SignalKind::Points), count(SignalKind::Comments));
    (Reverse(voted), Reverse(listed.day), Reverse(listed.first_seen), listed.id)
}
