//! Builds the ranking of the ranked topics from the store: the papers of the trailing window, the examples, the marks.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use chrono::NaiveDate;
use chrono::TimeDelta;

use crate::model::external_id::ExternalId;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::query::document;
use crate::relevance::background::Background;
use crate::relevance::embedding::Embedding;
use crate::store::Error;
use crate::store::Reader;
use crate::topics::Ranked;
use crate::topics::Topic;
use crate::topics::Topics;
use crate::topics::ranking;
use crate::topics::ranking::LOOK_BACK;
use crate::topics::ranking::Ranking;
use crate::topics::ranking::course::Course;

/// The window holds the papers of so many days, and no fewer than so many papers, nor more than so many.
const WINDOW: TimeDelta = TimeDelta::days(60);
const FEWEST: usize = 20_000;
const MOST: usize = 60_000;

/// With an encoder, which reads ten papers a second, the newest papers alone: as many as statistics need.
pub const ENCODED: usize = 2_000;

/// The rate of arrival is that of the last so many days.
const RATE_DAYS: i64 = 30;

/// How many of a topic's last entries are looked at for its budget.
const ENTRIES: usize = 10_000;

/// A ranking, and the examples that it had to do without since no source has told of them yet.
#[derive(Debug)]
pub struct Ranker {
    /// The ranking.
    pub ranking: Ranking,
    /// The examples that are not stored.
    pub missing: BTreeSet<ExternalId>,
    /// How many papers the store had.
    pub papers: u64,
}

/// The ranking of those topics that are ranked.
pub fn build(
    reader: &Reader,
    topics: &Topics,
    embedding: &Arc<Embedding>,
    now: Timestamp,
) -> Result<Ranker, Error> {
    let ranked: Vec<(&Topic, &Ranked)> =
        topics.iter().filter_map(|topic| Some((topic, topic.ranked.as_ref()?))).collect();
    let conditions = ranked.iter().filter(|(topic, _)| topic.query.is_some());
    let conditions = Topics::new(conditions.map(|(topic, _)| (*topic).clone()).collect());
    let mut window = window(reader, &conditions, embedding, now)?;
    let mut missing = BTreeSet::new();
    let mut courses = Vec::with_capacity(ranked.len());
    for (topic, ranked) in ranked {
        let (course, unknown) =
            Course::new(&topic.id, ranked, &reader.marked(&topic.id)?, embedding, |id| {
                reader.paper_known_as(id)
            })?;
        missing.extend(unknown);
        let eligible =
            topic.query.as_ref().map(|_query| window.eligible.remove(&topic.id).unwrap_or_default());
        courses.push(Course { eligible, entered: entered(reader, &topic.id, now)?, ..course });
    }
    let ranking = Ranking::new(window.background, window.papers_a_day, courses);
    Ok(Ranker { ranking, missing, papers: reader.paper_count() })
}

/// The papers of the trailing window.
struct Window {
    background: Background,
    papers_a_day: f64,
    /// Topic → the papers that meet its condition.
    eligible: HashMap<TopicId, HashSet<String>>,
}

fn window(
    reader: &Reader,
    conditions: &Topics,
    embedding: &Arc<Embedding>,
    now: Timestamp,
) -> Result<Window, Error> {
    let mut background = Background::new(Arc::clone(embedding));
    let mut eligible: HashMap<TopicId, HashSet<String>> = HashMap::new();
    let mut days: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    let has_conditions = conditions.iter().next().is_some();
    let since = now.minus(WINDOW);
    let (fewest, most) = if embedding.is_encoded() { (ENCODED, ENCODED) } else { (FEWEST, MOST) };
    for (place, paper) in reader.newest(None).take(most).enumerate() {
        let paper = paper?;
        if place >= fewest && paper.first_seen < since {
            break;
        }
        *days.entry(document::day_of(&paper)).or_default() += 1;
        background.add(paper.id.as_str(), Arc::new(ranking::features(&paper, embedding)));
        if has_conditions {
            for gate in conditions.of_paper(&paper, &reader.beside(&paper.id)?, now).gated {
                eligible.entry(gate.topic).or_default().insert(paper.id.to_string());
            }
        }
    }
    Ok(Window { background, papers_a_day: rate(&days, now), eligible })
}

/// How many papers came a day: over the last month, or over the days there are.
fn rate(days: &BTreeMap<NaiveDate, usize>, now: Timestamp) -> f64 {
    let counted = |days: usize| u32::try_from(days).map_or(f64::MAX, f64::from);
    let since = now.minus(TimeDelta::days(RATE_DAYS)).day();
    let recent: Vec<(NaiveDate, usize)> = days.range(since..).map(|(day, count)| (*day, *count)).collect();
    let Some((first, _)) = recent.first() else {
        let all: usize = days.values().sum();
        return counted(all) / counted(days.len().max(1));
    };
    // A store that is younger than a month is counted from its first day on, weekends included.
    let span = now.day().signed_duration_since(*first).num_days() + 1;
    let span = u32::try_from(span).map_or(1.0, f64::from).max(1.0);
    counted(recent.iter().map(|(_day, count)| count).sum()) / span
}

/// How many papers entered a topic on each of the last days.
fn entered(reader: &Reader, topic: &TopicId, now: Timestamp) -> Result<BTreeMap<NaiveDate, u32>, Error> {
    let since = now.minus(TimeDelta::days(i64::try_from(LOOK_BACK).unwrap_or(7) + 1));
    let mut entered: BTreeMap<NaiveDate, u32> = BTreeMap::new();
    for entry in reader.timeline(topic, None, ENTRIES)? {
        if entry.at < since {
            break;
        }
        *entered.entry(entry.at.day()).or_default() += 1;
    }
    Ok(entered)
}
