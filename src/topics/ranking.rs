//! Ranked topics: which papers their scores let in.
//!
//! A ranking is built of a background, the papers of a trailing window, and of what each topic wants; it stays as it is
//! until it is built anew, so that a paper scores the same at ingest and when it is asked about later. What a budget has
//! left of a day is all that changes meanwhile. Pure: whoever builds it reads the papers.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use chrono::Days;
use chrono::IsoWeek;
use chrono::NaiveDate;

use crate::model::paper::Paper;
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
use crate::relevance::rule::Mark;
use crate::relevance::rule::Past;
use crate::relevance::rule::Rule;
use crate::relevance::rule::Threshold;
use crate::topics::Match;

/// A budget looks back on so many days.
pub const LOOK_BACK: u64 = 7;

/// What a ranking is built of for one topic.
#[derive(Clone, Debug)]
pub struct Course {
    /// The topic.
    pub topic: TopicId,
    /// What decides.
    pub rule: Rule,
    /// What it wants, marks included.
    pub wanted: Wanted,
    /// Those of the examples that are marks, by name, each with whether it is wanted.
    pub marked: Vec<(String, bool)>,
    /// The papers of the background that meet its condition, by name; all where it has none.
    pub eligible: Option<HashSet<String>>,
    /// How many papers entered on each of the last days.
    pub entered: BTreeMap<NaiveDate, u32>,
}

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

/// One ranked topic.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The topic.
    pub topic: TopicId,
    /// What decides.
    pub rule: Rule,
    /// What is known of the scores of papers before.
    pub past: Past,
}

/// Whether what is decided is news.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Occasion {
    /// It is: a budget counts it.
    News,
    /// It is history, or only asked: a budget's day is not looked at.
    History,
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
                scores: scores(course, profile, &background),
                compared: profile.calibration().totals().len(),
                papers_a_day,
                marks: marks(course, &background),
            };
            standings.push(Standing { topic: course.topic.clone(), rule: course.rule, past });
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

    /// What is known of a ranked topic.
    pub fn standing(&self, topic: &TopicId) -> Option<&Standing> {
        self.places.get(topic).and_then(|place| self.standings.get(*place))
    }

    /// Lets the scores decide over topics whose condition a paper meets. What enters as news is counted.
    pub fn decide(
        &self,
        gated: Vec<(usize, Match)>,
        paper: &Paper,
        occasion: Occasion,
        now: Timestamp,
    ) -> Vec<Match> {
        if gated.is_empty() || self.standings.is_empty() {
            return Vec::new();
        }
        let features = features(paper, self.background.embedding());
        let weighed = self.background.weigh(&features);
        let totals = self.profiles.scores_weighed(&weighed);
        let mut chosen = Vec::new();
        for (_place, gate) in gated {
            let Some(place) = self.places.get(&gate.topic).copied() else { continue };
            let Some(total) = totals.get(place).copied() else { continue };
            let (_threshold, decision) = self.judge(place, total, occasion, now);
            if decision == Decision::In {
                if occasion == Occasion::News {
                    self.count(place, now);
                }
                chosen.extend(self.reasoned(place, gate, paper, &features));
            }
        }
        chosen
    }

    /// The topics whose score suffices for a paper that meets their condition, whatever a budget has left: the topic, the
    /// score, what the condition found.
    pub fn sufficient(
        &self,
        gated: Vec<(usize, Match)>,
        paper: &Paper,
        now: Timestamp,
    ) -> Vec<(TopicId, f32, String)> {
        let weighed = self.background.weigh(&features(paper, self.background.embedding()));
        let totals = self.profiles.scores_weighed(&weighed);
        let suffices = |(_place, gate): (usize, Match)| {
            let place = self.places.get(&gate.topic).copied()?;
            let total = totals.get(place).copied()?;
            let (_threshold, decision) = self.judge(place, total, Occasion::History, now);
            (decision == Decision::In).then_some((gate.topic, total, gate.reason))
        };
        gated.into_iter().filter_map(suffices).collect()
    }

    /// A match with the reason behind its score added to what the condition found.
    pub fn reason(&self, gate: Match, paper: &Paper) -> Match {
        let features = features(paper, self.background.embedding());
        let place = self.places.get(&gate.topic).copied();
        place.and_then(|place| self.reasoned(place, gate.clone(), paper, &features)).unwrap_or(gate)
    }

    /// A match with the reason behind its score.
    fn reasoned(&self, place: usize, gate: Match, paper: &Paper, features: &Features) -> Option<Match> {
        let profile = self.profiles.profiles().get(place)?;
        let (title, text) = texts(paper);
        let why = Explanation::of(profile, &self.background, features, title, text).to_string();
        let reason = if gate.reason.is_empty() { why } else { format!("{}; {why}", gate.reason) };
        Some(Match { reason, ..gate })
    }

    /// A paper's score in a topic and why, as it would be decided now.
    pub fn explain(&self, topic: &TopicId, paper: &Paper, now: Timestamp) -> Option<Scored> {
        let place = *self.places.get(topic)?;
        let profile = self.profiles.profiles().get(place)?;
        let features = features(paper, self.background.embedding());
        let (title, text) = texts(paper);
        let explanation = Explanation::of(profile, &self.background, &features, title, text);
        let (threshold, decision) = self.judge(place, explanation.score.total, Occasion::History, now);
        Some(Scored { explanation, threshold, decision })
    }

    /// The scores of a paper in all ranked topics, in the order in which they were given.
    pub fn totals(&self, paper: &Weighed) -> Vec<f32> {
        self.profiles.scores_weighed(paper)
    }

    /// What becomes of a score in the topic at a place.
    pub fn judge(
        &self,
        place: usize,
        total: f32,
        occasion: Occasion,
        now: Timestamp,
    ) -> (Threshold, Decision) {
        let Some(standing) = self.standings.get(place) else {
            let threshold = Rule::default().threshold(&Past::default(), 0.0);
            return (threshold, Decision::Out);
        };
        let (today, before) = self.entered(place, now);
        // History is judged as if the budget had always been kept.
        let before = match (occasion, standing.rule.most_in_days(LOOK_BACK)) {
            (Occasion::History, Some(share)) => share,
            _news => f64::from(before),
        };
        let threshold = standing.rule.threshold(&standing.past, before);
        let decision = match occasion {
            Occasion::News => standing.rule.decide(&threshold, total, today, before),
            Occasion::History => standing.rule.decide(&threshold, total, 0, 0.0),
        };
        (threshold, decision)
    }

    /// How many papers entered today, and on the days before that a budget looks back on.
    fn entered(&self, place: usize, now: Timestamp) -> (u32, u32) {
        let entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(days) = entered.get(place) else { return (0, 0) };
        let today = now.day();
        let since = today.checked_sub_days(Days::new(LOOK_BACK)).unwrap_or(today);
        (days.get(&today).copied().unwrap_or(0), days.range(since..today).map(|(_day, count)| *count).sum())
    }

    fn count(&self, place: usize, now: Timestamp) {
        let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(days) = entered.get_mut(place) {
            *days.entry(now.day()).or_default() += 1;
            while days.len() > 10 {
                days.pop_first();
            }
        }
    }
}

/// The scores of the background's papers that meet the topic's condition, from the lowest.
fn scores(course: &Course, profile: &Profile, background: &Background) -> Vec<f32> {
    let Some(eligible) = &course.eligible else { return profile.calibration().totals().to_vec() };
    let scale = background.scale();
    let kept = background.kept().filter(|(id, _features)| eligible.contains(*id));
    let mut scores: Vec<f32> =
        kept.map(|(_id, features)| profile.score_weighed(&scale.weigh(features)).total).collect();
    scores.sort_unstable_by(f32::total_cmp);
    scores
}

/// The scores that marked papers have without their own mark: each half of the marks is scored by what the other half
/// teaches.
fn marks(course: &Course, background: &Background) -> Vec<Mark> {
    if !Mark::are_enough(course.marked.iter().map(|(_id, is_wanted)| *is_wanted)) {
        return Vec::new();
    }
    let mut marks = Vec::with_capacity(course.marked.len());
    for half in 0..2 {
        let tested: HashMap<&str, bool> = course
            .marked
            .iter()
            .enumerate()
            .filter(|(place, _mark)| place % 2 == half)
            .map(|(_place, (id, is_wanted))| (id.as_str(), *is_wanted))
            .collect();
        let without = |examples: &[Example]| -> Vec<Example> {
            examples.iter().filter(|example| !tested.contains_key(example.id.as_str())).cloned().collect()
        };
        let wanted = Wanted {
            about: course.wanted.about.clone(),
            likes: without(&course.wanted.likes),
            unlikes: without(&course.wanted.unlikes),
        };
        if wanted.about.is_none() && wanted.likes.is_empty() {
            continue;
        }
        let profile = Profile::build(&wanted, background);
        for example in course.wanted.likes.iter().chain(&course.wanted.unlikes) {
            if let Some(is_wanted) = tested.get(example.id.as_str()) {
                let score = profile.score(&example.features, background).total;
                marks.push(Mark { score, is_wanted: *is_wanted });
            }
        }
    }
    marks
}
