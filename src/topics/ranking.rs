//! Ranked topics: which papers their scores let in.
//!
//! A ranking is built of a background, the papers of a trailing window, and of what each topic wants; it stays as it is
//! until it is built anew, so that a paper scores the same at ingest and when it is asked about later. What a budget has
//! left of a day is all that changes meanwhile. Pure: whoever builds it reads the papers.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use chrono::Days;
use chrono::IsoWeek;
use chrono::NaiveDate;

use crate::model::paper::Paper;
use crate::model::text::Abstract;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::relevance::background::Background;
use crate::relevance::background::Weighed;
use crate::relevance::embedding::Embedding;
use crate::relevance::explain::Explanation;
use crate::relevance::features::Features;
use crate::relevance::profile::Example;
use crate::relevance::profile::Profile;
use crate::relevance::profile::Wanted;
use crate::relevance::profiles::Profiles;
use crate::relevance::rule::Decision;
use crate::relevance::rule::Past;
use crate::relevance::rule::Rule;
use crate::relevance::rule::Threshold;
use crate::topics::Match;
use crate::topics::ranking::course::Course;

pub mod course;

/// A budget looks back on so many days.
pub const LOOK_BACK: u64 = 7;

/// All ranked topics, ready to score papers.
#[derive(Debug)]
pub struct Ranking {
    background: Background,
    papers_a_day: f64,
    profiles: Profiles,
    standings: Vec<Standing>,
    places: HashMap<TopicId, usize>,
    entered: Mutex<Vec<BTreeMap<NaiveDate, u32>>>,
}

/// How one ranked topic decides.
#[derive(Clone, Debug)]
struct Standing {
    rule: Rule,
    /// What is known of the scores of papers before.
    past: Past,
}

/// Whether what is decided is news.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Occasion {
    /// It is: a budget counts it.
    News,
    /// It is history, or only asked: a budget's day is not looked at.
    History,
}

/// What becomes of a paper in a topic whose condition it meets.
#[derive(Clone, PartialEq, Debug)]
pub struct Judged {
    /// The topic, and what its condition found.
    pub gate: Match,
    /// The score.
    pub score: f32,
    /// The score that would have sufficed.
    pub threshold: Threshold,
    /// What becomes of it.
    pub decision: Decision,
}

/// A paper's score in a topic, and what becomes of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Scored {
    /// Why it scored so.
    pub explanation: Explanation,
    /// The score that would have sufficed.
    pub threshold: Threshold,
    /// What becomes of it.
    pub decision: Decision,
}

/// Of candidates with scores those that a budget has room for, the best of each week of announcement; the others come
/// second. Where there is no budget all have room.
pub fn best_of_weeks<T>(
    mut candidates: Vec<T>,
    rule: &Rule,
    week: impl Fn(&T) -> IsoWeek,
    score: impl Fn(&T) -> f32,
) -> (Vec<T>, Vec<T>) {
    let Some(most) = rule.most_in_days(LOOK_BACK) else { return (candidates, Vec::new()) };
    candidates.sort_by(|one, other| score(other).total_cmp(&score(one)));
    let mut taken: BTreeMap<IsoWeek, f64> = BTreeMap::new();
    candidates.into_iter().partition(|candidate| {
        let taken = taken.entry(week(candidate)).or_default();
        *taken += 1.0;
        *taken <= most.max(1.0)
    })
}

/// The features of a paper.
pub fn features(paper: &Paper, embedding: &Embedding) -> Features {
    let (title, text) = texts(paper);
    Features::of(title, text, embedding)
}

fn texts(paper: &Paper) -> (&str, &str) {
    (paper.title().text.as_str(), paper.abstract_text().map_or("", |form| form.text.as_str()))
}

/// A paper as an example.
pub fn example(paper: &Paper, embedding: &Embedding) -> Example {
    Example {
        id: paper.id.to_string(),
        title: paper.title().text.to_string(),
        features: Arc::new(features(paper, embedding)),
    }
}

impl Ranking {
    /// Builds profiles over a background into which so many papers came a day.
    pub fn new(background: Background, papers_a_day: f64, courses: Vec<Course>) -> Self {
        let wanted: Vec<Wanted> = courses.iter().map(|course| course.wanted.clone()).collect();
        let profiles: Vec<Arc<Profile>> =
            Profile::build_all(&wanted, &background).into_iter().map(Arc::new).collect();
        let mut standings = Vec::with_capacity(courses.len());
        for (course, profile) in courses.iter().zip(&profiles) {
            let past = Past {
                scores: course.scores(profile, &background),
                compared: profile.calibration().totals().len(),
                papers_a_day,
                marks: course.marks(&background),
            };
            standings.push(Standing { rule: course.rule, past });
        }
        let places =
            courses.iter().enumerate().map(|(place, course)| (course.topic.clone(), place)).collect();
        let entered = Mutex::new(courses.into_iter().map(|course| course.entered).collect());
        Self { background, papers_a_day, profiles: Profiles::new(profiles), standings, places, entered }
    }

    /// What papers are compared with.
    pub fn background(&self) -> &Background {
        &self.background
    }

    /// How many papers came a day.
    pub fn papers_a_day(&self) -> f64 {
        self.papers_a_day
    }

    /// Lets the scores decide over topics whose condition a paper meets. What enters as news is counted.
    pub fn decide(&self, gated: Vec<Match>, paper: &Paper, occasion: Occasion, now: Timestamp) -> Vec<Match> {
        if gated.is_empty() {
            return Vec::new();
        }
        let features = features(paper, self.background.embedding());
        let mut chosen = Vec::new();
        for Judged { gate, decision, .. } in self.judged(gated, &features, occasion, now) {
            if decision == Decision::In {
                if occasion == Occasion::News {
                    self.count(&gate.topic, now);
                }
                chosen.push(self.reasoned(gate, paper, &features));
            }
        }
        chosen
    }

    /// What becomes of a paper in the topics whose condition it meets, whatever a budget has left.
    pub fn judge(&self, gated: Vec<Match>, paper: &Paper, now: Timestamp) -> Vec<Judged> {
        if gated.is_empty() {
            return Vec::new();
        }
        let features = features(paper, self.background.embedding());
        self.judged(gated, &features, Occasion::History, now).collect()
    }

    /// One after the other: what is let in meanwhile counts.
    fn judged(
        &self,
        gated: Vec<Match>,
        features: &Features,
        occasion: Occasion,
        now: Timestamp,
    ) -> impl Iterator<Item = Judged> {
        let totals = self.totals(&self.background.weigh(features));
        gated.into_iter().filter_map(move |gate| {
            let place = *self.places.get(&gate.topic)?;
            let score = *totals.get(place)?;
            let (threshold, decision) = self.judge_at(place, score, occasion, now)?;
            Some(Judged { gate, score, threshold, decision })
        })
    }

    /// A match with the reason behind its score added to what the condition found.
    pub fn reason(&self, gate: Match, paper: &Paper) -> Match {
        let features = features(paper, self.background.embedding());
        self.reasoned(gate, paper, &features)
    }

    fn reasoned(&self, gate: Match, paper: &Paper, features: &Features) -> Match {
        let Some(why) = self.why(&gate.topic, paper, features) else { return gate };
        let reason = if gate.reason.is_empty() { why.to_string() } else { format!("{}; {why}", gate.reason) };
        Match { reason, ..gate }
    }

    /// What a paper's score in a topic is made of.
    fn why(&self, topic: &TopicId, paper: &Paper, features: &Features) -> Option<Explanation> {
        let profile = self.profiles.profiles().get(*self.places.get(topic)?)?;
        // Only words are named, never what stands in a formula.
        let (title, text) =
            (paper.title().prose(), paper.abstract_text().map(Abstract::prose).unwrap_or_default());
        Some(Explanation::of(profile, &self.background, features, &title, &text))
    }

    /// The scores of papers in a topic, in their order; nothing where it is not ranked.
    pub fn scores(&self, topic: &TopicId, papers: &[Paper]) -> Option<Vec<f32>> {
        let profile = self.profiles.profiles().get(*self.places.get(topic)?)?;
        let scale = self.background.scale();
        let score = |paper: &Paper| {
            let features = features(paper, self.background.embedding());
            profile.score_weighed(&scale.weigh(&features)).total
        };
        Some(papers.iter().map(score).collect())
    }

    /// A paper's score in a topic and why, as it would be decided now.
    pub fn explain(&self, topic: &TopicId, paper: &Paper, now: Timestamp) -> Option<Scored> {
        let explanation = self.why(topic, paper, &features(paper, self.background.embedding()))?;
        let (place, score) = (*self.places.get(topic)?, explanation.score.total);
        let (threshold, decision) = self.judge_at(place, score, Occasion::History, now)?;
        Some(Scored { explanation, threshold, decision })
    }

    /// The scores of a paper in all ranked topics, in the order in which they were given.
    pub fn totals(&self, paper: &Weighed) -> Vec<f32> {
        self.profiles.scores_weighed(paper)
    }

    /// What becomes of a score in the topic at a place.
    fn judge_at(
        &self,
        place: usize,
        score: f32,
        occasion: Occasion,
        now: Timestamp,
    ) -> Option<(Threshold, Decision)> {
        let Standing { rule, past } = self.standings.get(place)?;
        let (today, entered) = self.entered(place, now);
        Some(match (occasion, rule.most_in_days(LOOK_BACK)) {
            (Occasion::News, _) => {
                let threshold = rule.threshold(past, f64::from(entered));
                (threshold, rule.decide(&threshold, score, today, f64::from(entered)))
            }
            // History is judged as if the budget had always been kept.
            (Occasion::History, share) => {
                let threshold = rule.threshold(past, share.unwrap_or(0.0));
                (threshold, rule.decide(&threshold, score, 0, 0.0))
            }
        })
    }

    /// How many papers entered today, and on the days before that a budget looks back on.
    fn entered(&self, place: usize, now: Timestamp) -> (u32, u32) {
        let entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(days) = entered.get(place) else { return (0, 0) };
        let today = now.day();
        let since = today.checked_sub_days(Days::new(LOOK_BACK)).unwrap_or(today);
        (days.get(&today).copied().unwrap_or(0), days.range(since..today).map(|(_day, count)| *count).sum())
    }

    fn count(&self, topic: &TopicId, now: Timestamp) {
        let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(days) = self.places.get(topic).and_then(|place| entered.get_mut(*place)) {
            *days.entry(now.day()).or_default() += 1;
            while days.len() > 10 {
                days.pop_first();
            }
        }
    }
}
