//! A dry run: what a topic would have shown over the last days, what it would nearly have shown, and against what it shows
//! now. Nothing is changed.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::Datelike as _;
use chrono::Days;
use chrono::NaiveDate;

use crate::finding::Error;
use crate::finding::Library;
use crate::finding::rows::Hit;
use crate::finding::rows::TrialRows;
use crate::model::external_id::ExternalId;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::time::Timestamp;
use crate::model::topic::Revisions;
use crate::model::topic::TopicId;
use crate::query::Query;
use crate::query::ast::Clause;
use crate::query::ast::Node;
use crate::query::dates::DateRange;
use crate::query::dates::Day;
use crate::query::document;
use crate::relevance::background::Background;
use crate::relevance::embedding::Embedding;
use crate::relevance::rule::Decision;
use crate::topics::Match;
use crate::topics::Matched;
use crate::topics::Ranked;
use crate::topics::Topic;
use crate::topics::Topics;
use crate::topics::Window;
use crate::topics::ranking;
use crate::topics::ranking::Judged;
use crate::topics::ranking::Ranking;
use crate::topics::ranking::course::Course;

/// So many papers are listed of each kind.
const LISTED: usize = 20;

/// A paper of the days that are tried, as far as it is decided about.
struct Candidate {
    paper: Paper,
    day: NaiveDate,
    reason: String,
    score: Option<f32>,
}

/// Tries a topic over the papers announced within so many days; `live` is the topic that it is compared with.
pub fn trial(
    library: &Library,
    topic: &Topic,
    live: Option<&TopicId>,
    days: u32,
    now: Timestamp,
) -> Result<TrialRows, Error> {
    let first = now.day().checked_sub_days(Days::new(u64::from(days))).unwrap_or(NaiveDate::MIN);
    let recent = Node::Clause(Clause::Date(DateRange { from: Some(Day::On(first)), to: None }));
    let gate = topic.query.as_ref().filter(|_| topic.ranked.as_ref().is_none_or(|one| one.follow.is_empty()));
    let root = match gate {
        Some(query) => Node::And(vec![query.root().clone(), recent]),
        None => recent,
    };
    let index = library.index.reader().map_err(Error::NotYet)?;
    let mut rows = TrialRows { topic: topic.in_words(), days, ..TrialRows::default() };
    let ids = index.matching(&Query::of(root), now)?;
    let alone = Topics::new(vec![topic.clone()]);
    let mut papers = Vec::with_capacity(ids.len());
    for id in ids {
        papers.extend(library.reader.paper(&id)?);
    }
    papers.sort_by(|one, other| one.id.cmp(&other.id));
    papers.dedup_by(|one, other| one.id == other.id);
    let ranking = match &topic.ranked {
        Some(ranked) => {
            let mut course = course(library, topic, ranked, live, &mut rows.notes)?;
            if let Some(query) = &topic.query {
                let ids = index.matching(query, now)?.into_iter();
                course.eligible = Some(ids.map(|id| id.to_string()).collect());
            }
            Some(rank(library, course, &papers, days))
        }
        None => None,
    };
    let (mut shown, mut near) = (Vec::new(), Vec::new());
    for paper in papers {
        let beside = library.reader.beside(&paper.id)?;
        let Matched { certain, gated } = alone.of_paper(&paper, &beside, now);
        let day = document::day_of(&paper);
        if let Some(Match { reason, .. }) = certain.into_iter().next() {
            shown.push(Candidate { paper, day, reason, score: None });
        } else if let Some(ranking) = &ranking
            && let Some(judged) = ranking.judge(gated, &paper, now).pop()
        {
            let Judged { gate, score, threshold, decision } = judged;
            rows.threshold = Some(threshold.score);
            let candidate = Candidate { paper, day, reason: gate.reason, score: Some(score) };
            match decision {
                Decision::In | Decision::Full => shown.push(candidate),
                Decision::Near => near.push(candidate),
                Decision::Out => {}
            }
        }
    }
    let by_score = |one: &Candidate, other: &Candidate| {
        other.score.unwrap_or(f32::MAX).total_cmp(&one.score.unwrap_or(f32::MAX))
    };
    near.sort_by(by_score);
    if let Some(ranked) = &topic.ranked {
        let (scored, certain): (Vec<Candidate>, Vec<Candidate>) =
            shown.into_iter().partition(|candidate| candidate.score.is_some());
        let week = |one: &Candidate| one.day.iso_week();
        // What a budget has no room for is what would nearly have been shown.
        let (kept, full) =
            ranking::best_of_weeks(scored, &ranked.rule, week, |one| one.score.unwrap_or(f32::NAN));
        shown = kept;
        shown.extend(certain);
        near.splice(0..0, full);
    }
    shown.sort_by(|one, other| other.day.cmp(&one.day).then_with(|| other.paper.id.cmp(&one.paper.id)));
    count_days(&shown, first, now.day(), &mut rows);
    compare(library, live, &shown, first, &mut rows)?;
    rows.hits = shown.iter().take(LISTED).map(|one| hit(one, ranking.as_ref(), topic)).collect();
    rows.near = near.iter().take(LISTED).map(|one| hit(one, ranking.as_ref(), topic)).collect();
    Ok(rows)
}

/// Tries a query alone.
pub fn trial_of_query(
    library: &Library,
    query: Query,
    days: u32,
    now: Timestamp,
) -> Result<TrialRows, Error> {
    let id = TopicId::parse("tried").ok_or_else(|| Error::Unknown("the topic has no name".to_owned()))?;
    let topic = Topic {
        id,
        title: String::new(),
        description: None,
        query: Some(query),
        ranked: None,
        revisions: Revisions::default(),
        window: Window::default(),
    };
    trial(library, &topic, None, days, now)
}

fn as_number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// What the topic learns, as the live one would; what that does without is noted.
fn course(
    library: &Library,
    topic: &Topic,
    ranked: &Ranked,
    live: Option<&TopicId>,
    notes: &mut Vec<String>,
) -> Result<Course, Error> {
    let marked = live.map(|id| library.reader.marked(id)).transpose()?.unwrap_or_default();
    let embedding = embedding(library);
    let find = |id: &ExternalId| library.reader.paper_known_as(id);
    let (course, missing) = Course::new(&topic.id, ranked, &marked, &embedding, find)?;
    let note = |id| format!("{id} is not in the store yet, so that nothing is learnt from it");
    notes.extend(missing.iter().map(note));
    if course.wanted.about.is_none() && course.wanted.likes.is_empty() {
        notes.push("without any example the scores say nothing".to_owned());
    }
    Ok(course)
}

/// A ranking of this topic alone, over the papers that the ranking in force compares with, else over those that are tried.
fn rank(library: &Library, course: Course, papers: &[Paper], days: u32) -> Ranking {
    let (background, a_day) = if let Some(ranking) = library.selector.ranking() {
        (ranking.background().clone(), ranking.papers_a_day())
    } else {
        let embedding = embedding(library);
        let mut background = Background::new(Arc::clone(&embedding));
        for paper in papers {
            let features = Arc::new(ranking::features(paper, &embedding));
            background.add(paper.id.as_str(), features);
        }
        (background, as_number(papers.len()) / f64::from(days.max(1)))
    };
    Ranking::new(background, a_day, vec![course])
}

/// That of the ranking in force, else the one that comes with the program.
fn embedding(library: &Library) -> Arc<Embedding> {
    library.selector.ranking().map_or_else(Embedding::shipped, |one| Arc::clone(one.background().embedding()))
}

fn hit(candidate: &Candidate, ranking: Option<&Ranking>, topic: &Topic) -> Hit {
    let gate = Match { topic: topic.id.clone(), reason: candidate.reason.clone() };
    let reason = match ranking.filter(|_| candidate.score.is_some()) {
        Some(ranking) => ranking.reason(gate, &candidate.paper).reason,
        None => gate.reason,
    };
    Hit { score: candidate.score, ..Hit::of(&candidate.paper, reason) }
}

fn count_days(shown: &[Candidate], first: NaiveDate, last: NaiveDate, rows: &mut TrialRows) {
    let mut counts: BTreeMap<NaiveDate, u64> =
        first.iter_days().skip(1).take_while(|day| *day <= last).map(|day| (day, 0)).collect();
    for candidate in shown {
        *counts.entry(candidate.day).or_default() += 1;
    }
    rows.total = u64::try_from(shown.len()).unwrap_or(u64::MAX);
    rows.per_day = counts.into_iter().map(|(day, count)| (day.to_string(), count)).collect();
}

/// What would enter and leave the topic that is live, of the days that are tried.
fn compare(
    library: &Library,
    live: Option<&TopicId>,
    shown: &[Candidate],
    first: NaiveDate,
    rows: &mut TrialRows,
) -> Result<(), Error> {
    let Some(live) = live else { return Ok(()) };
    rows.is_compared = true;
    let mut present: BTreeSet<PaperId> = BTreeSet::new();
    let would: BTreeSet<&PaperId> = shown.iter().map(|candidate| &candidate.paper.id).collect();
    for entry in library.reader.timeline(live, None, usize::MAX)? {
        if !would.contains(&entry.paper)
            && let Some(paper) = library.reader.paper(&entry.paper)?
            && document::day_of(&paper) >= first
        {
            rows.leaving.push(Hit::of(&paper, entry.reason));
        }
        present.insert(entry.paper);
    }
    let entering = shown.iter().filter(|candidate| !present.contains(&candidate.paper.id));
    rows.entering = entering.map(|candidate| Hit::of(&candidate.paper, candidate.reason.clone())).collect();
    Ok(())
}
