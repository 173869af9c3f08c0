//! What pages show of a paper and beside a list, read from the store: cards, topics with their last days, what is talked about,
//! picks, and whether the sources are fine.

use std::collections::HashSet;

use chrono::Days;

use crate::finding;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Fault;
use crate::model::paper::Paper;
use crate::model::period::Span;
use crate::model::text::Html;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::pages::aside::Aside;
use crate::pages::aside::Busy;
use crate::pages::card::Card;
use crate::pages::card::Lead;
use crate::pages::card::Line;
use crate::pages::status;
use crate::topics::Topic;
use crate::urls::Place;
use crate::urls::Urls;

/// The days of a chart.
const DAYS: u64 = 30;

/// So many topics stand beside a list.
const TOPICS: usize = 10;

/// So many papers that are talked about.
const TALKED: usize = 7;

/// So many picks.
const PICKED: usize = 3;

/// A paper as a card.
pub(super) fn card(serving: &Serving, paper: Paper, lead: Lead, reason: String) -> Result<Card, Fault> {
    let signals = serving.reader.signals(&paper.id)?;
    let note = note(serving, &paper)?;
    Ok(Card { paper, signals, note, reason, lead, trend: None, snippet: Vec::new() })
}

/// What an editor says of a paper.
pub(super) fn note(serving: &Serving, paper: &Paper) -> Result<Option<Html>, Fault> {
    Ok(serving.reader.pick(&paper.id)?.and_then(|pick| pick.note).as_ref().map(finding::note))
}

/// How many papers entered a topic on each of the last 30 days, today last.
pub(super) fn days(serving: &Serving, topic: &TopicId, now: Timestamp) -> Result<Vec<u64>, Fault> {
    // Asked before it is counted: what moves meanwhile is counted again.
    let seen = (serving.reader.topic_moved(topic), now.day());
    serving.trends.chart(topic, seen, || counted(serving, topic, now))
}

fn counted(serving: &Serving, topic: &TopicId, now: Timestamp) -> Result<Vec<u64>, Fault> {
    let first = now.day().checked_sub_days(Days::new(DAYS - 1)).unwrap_or(now.day());
    let mut days = vec![0; usize::try_from(DAYS).unwrap_or(0)];
    for at in serving.reader.entered_since(topic, Timestamp::midnight(first))? {
        let place = usize::try_from(at.day().signed_duration_since(first).num_days()).ok();
        if let Some(day) = place.and_then(|place| days.get_mut(place)) {
            *day += 1;
        }
    }
    Ok(days)
}

/// Topics with their last days, the first of the configuration, without one.
fn topics(
    serving: &Serving,
    site: &Site,
    without: Option<&TopicId>,
    now: Timestamp,
) -> Result<Vec<Busy>, Fault> {
    let others = site.topics.iter().filter(|topic| Some(&topic.id) != without).take(TOPICS);
    let busy = |topic: &Topic| {
        let days = days(serving, &topic.id, now)?;
        Ok(Busy { id: topic.id.clone(), title: topic.title.clone(), days })
    };
    others.map(busy).collect()
}

/// What stands beside a list; within a topic what is talked about in it.
pub(super) fn aside(
    serving: &Serving,
    site: &Site,
    topic: Option<&TopicId>,
    urls: &Urls,
) -> Result<Aside, Fault> {
    let now = serving.clock.now();
    let picked = finding::newest_picks(&serving.reader, PICKED)?.into_iter();
    Ok(Aside {
        topics: topics(serving, site, topic, now)?,
        all_topics: site.topics.iter().count(),
        talked: talked(serving, site, topic, now, urls)?,
        talked_at: urls.path(Place::Trending(topic, Span::Week)),
        talked_title: if topic.is_some() { "Trending in this topic" } else { "Trending this week" },
        picked: if topic.is_some() {
            Vec::new()
        } else {
            picked.map(|(_pick, paper)| Line::of(&paper, String::new(), urls)).collect()
        },
    })
}

/// What is talked about, a line each. Nothing while nothing can be looked up: a page is worth having without.
fn talked(
    serving: &Serving,
    site: &Site,
    topic: Option<&TopicId>,
    now: Timestamp,
    urls: &Urls,
) -> Result<Vec<Line>, Fault> {
    let library = serving.library();
    let Ok(candidates) = serving.trends.candidates(&library, now) else { return Ok(Vec::new()) };
    let trending = candidates.trending(&library, topic, Span::Week, site.half_life_days)?;
    let (mut lines, mut known) = (Vec::new(), HashSet::new());
    for one in trending.into_iter().take(TALKED) {
        if let Some(paper) = serving.reader.paper(&one.paper)?
            && known.insert(paper.id.clone())
        {
            let line = Line::of(&paper, format!("{:.2}", one.trend.score), urls);
            lines.push(Line { by: String::new(), ..line });
        }
    }
    Ok(lines)
}

/// The sources as pages show them.
pub(super) fn sources(serving: &Serving, site: &Site) -> Result<Vec<status::Source>, Fault> {
    let source = |source: &crate::http::SiteSource| {
        Ok(status::Source {
            id: source.id.clone(),
            about: source.about,
            manners: source.manners.clone(),
            state: serving.reader.source(&source.id)?,
        })
    };
    site.sources.iter().map(source).collect()
}
