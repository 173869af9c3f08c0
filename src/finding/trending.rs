//! What people talk about now: the candidates of the last weeks, read from the index and the store, and their trends.

use std::collections::HashMap;
use std::collections::HashSet;

use chrono::Datelike as _;
use chrono::Days;
use chrono::NaiveDate;
use chrono::TimeDelta;

use crate::finding::Error;
use crate::finding::Library;
use crate::index::listed::Listed;
use crate::index::listed::Which;
use crate::model::paper::PaperId;
use crate::model::period::Period;
use crate::model::period::Span;
use crate::model::signal::Signal;
use crate::model::signal::SignalKind;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::trending;
use crate::trending::Candidate;
use crate::trending::Trend;

/// Papers listed in so many days can trend; a whole number of weeks, and a little over the longest period that is shown.
const DAYS: u64 = 35;

/// So many of a topic's last papers can trend in it.
const MEMBERS: usize = 5_000;

/// A paper of which nothing speaks.
const SILENT: Candidate = Candidate {
    announced: NaiveDate::MIN,
    votes: 0,
    comments: 0,
    stars_won: 0,
    points: 0,
    citations: 0,
    is_picked: false,
};

/// Stars are counted over so many days.
const STAR_DAYS: i64 = 7;

/// The papers of the last weeks of which anything speaks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidates {
    /// When they were gathered.
    pub at: Timestamp,
    papers: Vec<(PaperId, Candidate)>,
}

/// A paper that trends.
#[derive(Clone, PartialEq, Debug)]
pub struct Trending {
    /// Which.
    pub paper: PaperId,
    /// How much, and why.
    pub trend: Trend,
}

/// Gathers the candidates.
pub fn candidates(library: &Library, now: Timestamp) -> Result<Candidates, Error> {
    let today = now.day();
    let from = today.checked_sub_days(Days::new(DAYS)).unwrap_or(today);
    let from = Period::of(Span::Week, from).first();
    let index = library.index.reader().map_err(Error::NotYet)?;
    let days = from..=today;
    let found = index.listed(&days, Which::Counted).inspect_err(|_damaged| library.index.suspect())?;
    let picked: HashSet<PaperId> = library.reader.picks()?.into_iter().map(|pick| pick.paper).collect();
    // A paper that a list takes up again is as young as that list.
    let mut newest: HashMap<(u64, u64), Listed> = HashMap::new();
    for listed in found {
        let known = newest.entry(listed.id).or_insert_with(|| listed.clone());
        if known.day < listed.day {
            *known = listed;
        }
    }
    let mut papers = Vec::new();
    for listed in newest.into_values() {
        let paper = listed.paper();
        let is_picked = picked.contains(&paper);
        let count = |kind| listed.count(kind);
        let stars_won = match count(SignalKind::Stars) {
            0 => 0,
            _some => stars_won(&library.reader.signal_history(&paper)?, now),
        };
        let candidate = Candidate {
            announced: listed.day,
            votes: count(SignalKind::Votes),
            comments: count(SignalKind::Comments),
            stars_won,
            points: count(SignalKind::Points),
            citations: count(SignalKind::Citations),
            is_picked,
        };
        papers.push((paper, candidate));
    }
    let counted: HashSet<&PaperId> = papers.iter().map(|(paper, _candidate)| paper).collect();
    let silent: Vec<&PaperId> = picked.iter().filter(|paper| !counted.contains(paper)).collect();
    let mut picks = Vec::new();
    // Of a pick nothing else need speak.
    for paper in silent {
        let Some(paper) = library.reader.paper(paper)?.filter(|found| found.id == *paper) else { continue };
        if let Some(day) = paper.listed_days().range(days.clone()).next_back() {
            picks.push((paper.id.clone(), Candidate { announced: *day, is_picked: true, ..SILENT }));
        }
    }
    papers.extend(picks);
    papers.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(Candidates { at: now, papers })
}

/// The stars won in a week: the last reading less the one a week before it was due, or the first there is.
fn stars_won(history: &[Signal], now: Timestamp) -> u64 {
    let readings = || history.iter().filter(|signal| signal.kind == SignalKind::Stars);
    let since = now.minus(TimeDelta::days(STAR_DAYS));
    let before = readings().take_while(|signal| signal.at <= since).last().or_else(|| readings().next());
    let last = readings().next_back();
    last.zip(before).map_or(0, |(last, before)| last.value.saturating_sub(before.value))
}

impl Candidates {
    /// How much one paper is talked about; nothing of one that is not among the candidates.
    pub fn of(&self, paper: &PaperId, half_life_days: f64) -> Option<Trend> {
        let (_paper, own) = self.papers.get(self.papers.binary_search_by(|(one, _)| one.cmp(paper)).ok()?)?;
        // Only those of its week are compared with it.
        let of_week =
            self.papers.iter().filter(|(_, other)| other.announced.iso_week() == own.announced.iso_week());
        let (papers, candidates): (Vec<&PaperId>, Vec<Candidate>) =
            of_week.map(|(paper, candidate)| (paper, *candidate)).unzip();
        let place = papers.iter().position(|one| *one == paper)?;
        trending::trends(&candidates, self.at.day(), half_life_days).into_iter().nth(place)
    }

    /// The papers listed in the last days that trend, the most talked about first. Within a topic they are compared with
    /// each other alone, so that a small field is not drowned by a large one.
    pub fn trending(
        &self,
        library: &Library,
        topic: Option<&TopicId>,
        span: Span,
        half_life_days: f64,
    ) -> Result<Vec<Trending>, Error> {
        let members = topic.map(|topic| self.members(library, topic)).transpose()?;
        let is_in = |paper: &PaperId| members.as_ref().is_none_or(|members| members.contains(paper));
        let papers: Vec<&(PaperId, Candidate)> =
            self.papers.iter().filter(|(paper, _candidate)| is_in(paper)).collect();
        let today = self.at.day();
        let candidates: Vec<Candidate> = papers.iter().map(|(_paper, candidate)| *candidate).collect();
        let trends = trending::trends(&candidates, today, half_life_days);
        let first = first_day(span, today);
        let mut trending: Vec<Trending> = papers
            .into_iter()
            .zip(trends)
            .filter(|((_paper, candidate), trend)| candidate.announced >= first && trend.score > 0.0)
            .map(|((paper, _candidate), trend)| Trending { paper: paper.clone(), trend })
            .collect();
        trending.sort_by(|one, other| {
            other.trend.score.total_cmp(&one.trend.score).then_with(|| one.paper.cmp(&other.paper))
        });
        Ok(trending)
    }
}

impl Candidates {
    /// The papers that entered a topic lately.
    fn members(&self, library: &Library, topic: &TopicId) -> Result<HashSet<PaperId>, Error> {
        let since = self.at.minus(TimeDelta::days(2 * i64::try_from(DAYS).unwrap_or(0)));
        let entries = library.reader.timeline(topic, None, MEMBERS)?;
        Ok(entries.into_iter().take_while(|entry| entry.at >= since).map(|entry| entry.paper).collect())
    }
}

/// The first day that counts: a day ends with today, and so do the seven or thirty days of a week or a month.
fn first_day(span: Span, today: NaiveDate) -> NaiveDate {
    let days = match span {
        Span::Day => 1,
        Span::Week => 6,
        Span::Month => 29,
    };
    today.checked_sub_days(Days::new(days)).unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_counted_over_a_week() {
        let now = Timestamp::parse_rfc3339("2026-11-26T12:00:00Z").unwrap();
        let at = |days: i64, value: u64| Signal {
            kind: SignalKind::Stars,
            value,
            at: now.minus(TimeDelta::days(days)),
        };
        assert_eq!(stars_won(&[at(20, 5), at(9, 10), at(3, 40), at(1, 90)], now), 80);
        assert_eq!(stars_won(&[at(3, 40), at(1, 90)], now), 50, "known for three days");
        assert_eq!(stars_won(&[at(3, 40)], now), 0, "one reading says nothing of growth");
        assert_eq!(stars_won(&[at(9, 100), at(1, 90)], now), 0);
        assert_eq!(stars_won(&[], now), 0);
    }
}
