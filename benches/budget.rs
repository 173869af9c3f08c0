//! Whether a budget is kept: 200 topics that want eight papers a day, over 60 simulated days of real papers, and whether
//! those that enter are as good as what a fixed threshold lets in.
//!
//! `OFFPRINT_DATA=… cargo bench --bench budget`. The recorded papers of arXiv are shuffled with a fixed seed. The first
//! of them are the past; the others arrive in one batch a weekday, none at weekends, as arXiv lists them. A topic is a
//! category and five papers of it out of the past; a paper is a hit if it carries the category, which is a weak label: a
//! category holds more than five papers show. Each day [`Ranking`] is built anew of the trailing window and of what
//! entered on the days before, and decides paper after paper; nothing of the rule is written here a second time. The
//! fixed thresholds are applied to the same scores and are chosen afterwards, which no running service could.
//!
//! Not shown: how a budget follows what is published as it changes, for the papers are shuffled. Speed is only printed.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use chrono::Datelike as _;
use chrono::Days;
use chrono::NaiveDate;
use chrono::TimeDelta;
use chrono::Weekday;
use offprint::model::beside::Beside;
use offprint::model::paper::Paper;
use offprint::model::time::Timestamp;
use offprint::model::topic::Revisions;
use offprint::model::topic::TopicId;
use offprint::relevance::background::Background;
use offprint::relevance::embedding::Embedding;
use offprint::relevance::features::Features;
use offprint::relevance::profile::Example;
use offprint::relevance::profile::Wanted;
use offprint::relevance::rule::Rule;
use offprint::topics::Ranked;
use offprint::topics::Topic;
use offprint::topics::Topics;
use offprint::topics::Window;
use offprint::topics::ranking;
use offprint::topics::ranking::LOOK_BACK;
use offprint::topics::ranking::Occasion;
use offprint::topics::ranking::Ranking;
use offprint::topics::ranking::course::Course;

#[path = "shared/clocks.rs"]
#[expect(dead_code, reason = "what the other benches need besides")]
mod clocks;

#[path = "shared/papers.rs"]
mod papers;

#[path = "budget/report.rs"]
mod report;

use clocks::cpu;
use papers::Recorded;

const FILES: [&str; 4] =
    ["arxiv-listed-2025-2026", "arxiv-archive-1993-2019", "arxiv-math-2007-2026", "arxiv-api-dated"];

const SEED: u64 = 60;

const TOPICS: usize = 200;

const EXAMPLES: usize = 5;

const PER_DAY: u32 = 8;

const RULE: Rule = Rule::Budget { per_day: 8.0 };

/// Papers a week, and how far from them a week may be.
const BUDGET: u32 = 7 * PER_DAY;
const APART: f64 = 0.3;

/// So many days are simulated, from a Monday on.
const DAYS: usize = 60;

/// The whole weeks among them.
const WEEKS: usize = DAYS / 7;

/// The papers of a batch.
const BATCH: std::ops::Range<usize> = 850..1_150;

/// The papers that are there at the start, and how few of them a category may have.
const PAST: usize = 16_000;
const ENOUGH: usize = 20;

/// The trailing window and the days over which the rate of arrival is counted are those of the daemon.
const WINDOW: u64 = 60;
const FEWEST: usize = 20_000;
const RATE_DAYS: u64 = 30;

/// A paper and the day on which it comes.
struct Arrival {
    day: NaiveDate,
    paper: Paper,
    features: Arc<Features>,
    /// The categories it carries, by number.
    labels: Vec<usize>,
}

/// A topic, the category it stands for and what became of it.
struct Subject {
    id: TopicId,
    label: usize,
    likes: Vec<Example>,
    entered: BTreeMap<NaiveDate, u32>,
    /// The papers that came in whole weeks.
    scores: Vec<Scored>,
    /// How many of them entered, by week, and how many of these were hits.
    weeks: Vec<u32>,
    hits: usize,
}

/// A paper as a topic sees it.
#[derive(Clone, Copy)]
struct Scored {
    score: f32,
    week: u8,
    is_hit: bool,
}

struct Simulation {
    first: NaiveDate,
    embedding: Arc<Embedding>,
    arrivals: Vec<Arrival>,
    topics: Topics,
    subjects: Vec<Subject>,
    /// CPU milliseconds of each day: background, profiles, deciding.
    costs: [Vec<f64>; 3],
    walls: Vec<f64>,
}

fn main() {
    let Some(folder) = std::env::var_os("OFFPRINT_DATA").map(PathBuf::from) else {
        println!("OFFPRINT_DATA is not set: nothing is measured");
        return;
    };
    let mut simulation = Simulation::new(&folder);
    let batches: Vec<usize> =
        simulation.first.iter_days().take(DAYS).map(|day| simulation.live(day)).collect();
    let weekdays: Vec<usize> = batches.into_iter().filter(|papers| *papers > 0).collect();
    println!(
        "{PAST} papers before; {DAYS} days with {} batches of {} to {} papers, {} in all; {WEEKS} whole weeks",
        weekdays.len(),
        weekdays.iter().min().unwrap(),
        weekdays.iter().max().unwrap(),
        weekdays.iter().sum::<usize>(),
    );
    report::report(&simulation.subjects);
    let median = |mut costs: Vec<f64>| {
        costs.sort_by(f64::total_cmp);
        costs[costs.len() / 2]
    };
    let [background, profiles, deciding] = simulation.costs.map(median);
    println!(
        "\na day of {TOPICS} topics, median CPU ms of one thread: {background:.0} background (features at hand), \
         {profiles:.0} profiles, {deciding:.0} deciding over the batch; {:.0} ms by the clock",
        median(simulation.walls)
    );
}

impl Simulation {
    fn new(folder: &Path) -> Self {
        let mut random = fastrand::Rng::with_seed(SEED);
        let mut recorded = papers::recorded(folder, &FILES);
        random.shuffle(&mut recorded);
        let first: NaiveDate = "2026-03-02".parse().unwrap();
        let embedding = Embedding::shipped();
        let labels = labels(&recorded);
        let days = days(first, recorded.len(), &mut random);
        let arrivals: Vec<Arrival> = (0..)
            .zip(recorded.iter().zip(days))
            .map(|(number, (one, day))| {
                let paper = papers::paper(one, number);
                let features = Arc::new(ranking::features(&paper, &embedding));
                let labels = one.categories.iter().filter_map(|label| labels.get(label.as_str()).copied());
                Arrival { day, paper, features, labels: labels.collect() }
            })
            .collect();
        let subjects = subjects(&arrivals[..PAST], labels.len(), first, &embedding, &mut random);
        println!("{} papers, {} categories, {} topics", arrivals.len(), labels.len(), subjects.len());
        let topics = Topics::new(subjects.iter().map(topic).collect());
        let (costs, walls) = (Default::default(), Vec::new());
        Self { first, embedding, arrivals, topics, subjects, costs, walls }
    }

    /// Builds the day's ranking and lets it decide over the day's papers; how many these are.
    fn live(&mut self, day: NaiveDate) -> usize {
        let begin = self.arrivals.partition_point(|one| one.day < day);
        let end = self.arrivals.partition_point(|one| one.day <= day);
        let (before, batch) = (&self.arrivals[..begin], &self.arrivals[begin..end]);
        if batch.is_empty() {
            return 0;
        }
        let now = Timestamp::midnight(day).plus(TimeDelta::hours(6));
        let since = day.checked_sub_days(Days::new(WINDOW)).unwrap();
        let (clock, begun) = (Instant::now(), cpu());
        let mut background = Background::new(Arc::clone(&self.embedding));
        for (place, one) in before.iter().rev().enumerate() {
            if place >= FEWEST && one.day < since {
                break;
            }
            background.add(one.paper.id.as_str(), Arc::clone(&one.features));
        }
        self.costs[0].push((cpu() - begun) * 1e3);
        let begun = cpu();
        let courses = self.subjects.iter().map(|subject| subject.course(day)).collect();
        let ranking = Ranking::new(background, rate(before, day), courses);
        self.costs[1].push((cpu() - begun) * 1e3);
        let begun = cpu();
        let mut entered = Vec::with_capacity(batch.len());
        for one in batch {
            let gated = self.topics.of_paper(&one.paper, &Beside::default(), now).gated;
            entered.push(ranking.decide(gated, &one.paper, Occasion::News, now));
        }
        self.costs[2].push((cpu() - begun) * 1e3);
        self.walls.push(clock.elapsed().as_secs_f64() * 1e3);
        let week = usize::try_from((day - self.first).num_days() / 7).unwrap();
        let places: HashMap<TopicId, usize> =
            self.subjects.iter().enumerate().map(|(place, subject)| (subject.id.clone(), place)).collect();
        let scale = ranking.background().scale();
        for (one, entered) in batch.iter().zip(entered) {
            let entered = entered.into_iter().map(|found| places[&found.topic]);
            for subject in entered {
                self.subjects[subject].enter(one, week);
            }
            if week < WEEKS {
                let scores = ranking.totals(&scale.weigh(&one.features));
                for (subject, score) in self.subjects.iter_mut().zip(scores) {
                    let is_hit = one.labels.contains(&subject.label);
                    subject.scores.push(Scored { score, week: week as u8, is_hit });
                }
            }
        }
        batch.len()
    }
}

impl Subject {
    fn course(&self, day: NaiveDate) -> Course {
        let since = day.checked_sub_days(Days::new(LOOK_BACK + 1)).unwrap();
        Course {
            topic: self.id.clone(),
            rule: RULE,
            wanted: Wanted { likes: self.likes.clone(), ..Wanted::default() },
            marked: Vec::new(),
            eligible: None,
            entered: self.entered.range(since..).map(|(day, count)| (*day, *count)).collect(),
        }
    }

    fn enter(&mut self, one: &Arrival, week: usize) {
        *self.entered.entry(one.day).or_default() += 1;
        if let Some(count) = self.weeks.get_mut(week) {
            *count += 1;
            self.hits += usize::from(one.labels.contains(&self.label));
        }
    }

    /// The papers of its category that came in whole weeks.
    fn came(&self) -> usize {
        self.scores.iter().filter(|paper| paper.is_hit).count()
    }

    fn took(&self) -> usize {
        self.weeks.iter().map(|count| *count as usize).sum()
    }

    /// The threshold that as many papers reach as entered.
    fn same(&self) -> f32 {
        report::at_volume(&report::pooled(&[self]), self.took())
    }
}

/// The day of each paper: the past on the weekdays before the first, the others from it on.
fn days(first: NaiveDate, papers: usize, random: &mut fastrand::Rng) -> Vec<NaiveDate> {
    let mut days = Vec::with_capacity(papers);
    let back = std::iter::successors(first.pred_opt(), NaiveDate::pred_opt).filter(|day| is_weekday(*day));
    for day in back {
        days.extend(vec![day; random.usize(BATCH)]);
        if days.len() >= PAST {
            break;
        }
    }
    days.truncate(PAST);
    days.reverse();
    let mut to_come: Vec<NaiveDate> = first.iter_days().take(DAYS).filter(|day| is_weekday(*day)).collect();
    let last = to_come.pop().unwrap();
    for day in to_come {
        days.extend(vec![day; random.usize(BATCH)]);
    }
    days.resize(papers, last);
    days
}

fn is_weekday(day: NaiveDate) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The categories that enough papers of the past carry, by name, with their numbers.
fn labels(recorded: &[Recorded]) -> BTreeMap<&str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for label in recorded[..PAST].iter().flat_map(|one| &one.categories) {
        *counts.entry(label).or_default() += 1;
    }
    // Numbers of mathematical and computing classifications stand among the categories; these start with a small letter.
    let enough = counts.into_iter().filter(|(label, count)| {
        *count >= ENOUGH && label.starts_with(|first: char| first.is_ascii_lowercase())
    });
    enough.enumerate().map(|(number, (label, _count))| (label, number)).collect()
}

/// A topic for each category, the largest first, and again from the largest on until there are enough.
fn subjects(
    past: &[Arrival],
    labels: usize,
    first: NaiveDate,
    embedding: &Embedding,
    random: &mut fastrand::Rng,
) -> Vec<Subject> {
    let mut papers: Vec<(usize, Vec<&Arrival>)> = (0..labels)
        .map(|label| (label, past.iter().filter(|one| one.labels.contains(&label)).collect()))
        .collect();
    papers.sort_by_key(|(_label, papers)| std::cmp::Reverse(papers.len()));
    for (_label, papers) in &mut papers {
        random.shuffle(papers);
    }
    let mut subjects = Vec::with_capacity(TOPICS);
    for number in 0..TOPICS {
        let (label, papers) = &papers[number % labels];
        let examples = papers.chunks_exact(EXAMPLES).nth(number / labels).unwrap();
        let kept = (1..=LOOK_BACK).map(|back| (first.checked_sub_days(Days::new(back)).unwrap(), PER_DAY));
        subjects.push(Subject {
            id: TopicId::parse(&format!("topic-{number}")).unwrap(),
            label: *label,
            likes: examples.iter().map(|one| ranking::example(&one.paper, embedding)).collect(),
            entered: kept.collect(),
            scores: Vec::new(),
            weeks: vec![0; WEEKS],
            hits: 0,
        });
    }
    subjects
}

fn topic(subject: &Subject) -> Topic {
    Topic {
        id: subject.id.clone(),
        title: String::new(),
        description: None,
        query: None,
        ranked: Some(Ranked {
            about: None,
            like: Vec::new(),
            unlike: Vec::new(),
            follow: Vec::new(),
            rule: RULE,
        }),
        revisions: Revisions::default(),
        window: Window::default(),
    }
}

/// How many papers came a day, weekends included, as the daemon counts it.
fn rate(before: &[Arrival], day: NaiveDate) -> f64 {
    let since = day.checked_sub_days(Days::new(RATE_DAYS)).unwrap();
    let recent = &before[before.partition_point(|one| one.day < since)..];
    let (first, last) = (recent.first().unwrap().day, recent.last().unwrap().day);
    recent.len() as f64 / ((last - first).num_days() + 1) as f64
}
