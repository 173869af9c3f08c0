//! A topic: as a page, and as a feed when the name ends in `.atom`.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;

use crate::feeds::FeedPage;
use crate::feeds::TopicHead;
use crate::feeds::atom;
use crate::feeds::entry::entry;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::App;
use crate::http::answers::FEED_CACHE;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::PAGE_CACHE;
use crate::http::front;
use crate::model::paper::Paper;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::pages;
use crate::pages::TopicStretch;
use crate::store;
use crate::topics::Topic;
use crate::topics::Window;
use crate::urls::Place;

/// The most entries of one feed document, whatever its window.
const MOST_ENTRIES: usize = 2_000;

/// Entries on one page.
const PAGE_ENTRIES: usize = 50;

/// What is said of a topic that is not there.
const UNKNOWN: Found = Found::Nothing("There is no topic of this name.");

pub(super) async fn topic(
    State(app): State<Arc<App>>,
    name: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    // A name that is not legible is the name of nothing.
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let (stem, is_feed) = name.strip_suffix(".atom").map_or((name.as_str(), false), |stem| (stem, true));
    let Some(topic) = TopicId::parse(stem) else {
        return app.refuse(StatusCode::NOT_FOUND, "Not found", "There is no topic of this name.");
    };
    if is_feed {
        let path = app.serving.urls.path(Place::TopicAtom(&topic));
        let make = move |serving: &Serving, site: &Site| feed(serving, site, &topic);
        return app.answer(path, Keep::Kept, &request, make).await;
    }
    let before = match before(query.as_deref()) {
        Ok(before) => before,
        Err(words) => return app.refuse(StatusCode::BAD_REQUEST, "Bad request", words),
    };
    let (place, keep) = match before {
        Some(at) => (Place::TopicBefore(&topic, at), Keep::Fresh),
        None => (Place::Topic(&topic), Keep::Kept),
    };
    let path = app.serving.urls.path(place);
    let make = move |serving: &Serving, site: &Site| page(serving, site, &topic, before);
    app.answer(path, keep, &request, make).await
}

/// The point of the timeline that a query names.
fn before(query: Option<&str>) -> Result<Option<Timestamp>, &'static str> {
    let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let Some((_name, value)) = pairs.find(|(name, _value)| name == "before") else { return Ok(None) };
    Timestamp::parse_rfc3339(&value)
        .map(Some)
        .ok_or("The value of “before” is a time such as 2026-11-20T08:00:00Z.")
}

fn feed(serving: &Serving, site: &Site, id: &TopicId) -> Result<Found, Fault> {
    let Some(topic) = site.topics.topic(id) else { return Ok(UNKNOWN) };
    let (created, changed) = if let Some(state) = serving.reader.topic(id)? {
        (state.created, state.changed)
    } else {
        // Configured a moment ago and not yet in the store: as old as the store, so that the date never moves back.
        let facts = serving.reader.installation()?;
        let created = facts.map_or(Timestamp::from_micros(0), |facts| facts.created);
        (created, created)
    };
    let query = topic.in_words();
    let head = TopicHead {
        topic: id,
        title: &topic.title,
        subtitle: topic.description.as_deref().unwrap_or(&query),
        created,
        site: &site.title,
    };
    let reach =
        |last: Option<&TimelineEntry>, limit| serving.reader.timeline(id, last.map(|place| place.at), limit);
    let places = window(topic.window, |place| place.at, reach)?;
    let entries = papers(serving, places)?;
    let changed =
        entries.iter().map(|(place, paper)| last_change(place, paper)).fold(changed, Timestamp::max);
    let entries = entries.iter().map(|(place, paper)| entry(paper, place, &serving.urls)).collect();
    let page = FeedPage::topic(&head, entries, &serving.urls);
    Ok(Found::Made(Made {
        bytes: atom::render(&page)?,
        content_type: atom::MEDIA_TYPE,
        cache_control: FEED_CACHE,
        last_modified: Some(changed.max(page.updated)),
    }))
}

/// When an entry last changed, be it in what matters to nobody: the last word of any source, or its move in the topic. A
/// reader that asks by date alone must not be told that nothing changed.
fn last_change(place: &TimelineEntry, paper: &Paper) -> Timestamp {
    last_word(paper).max(place.at).max(place.updated)
}

/// When any source last told something new of a paper.
pub(super) fn last_word(paper: &Paper) -> Timestamp {
    let words = paper.observations.iter().map(|observation| observation.fetched_at);
    words.fold(paper.first_seen, Timestamp::max)
}

/// The newest of what a feed lists: as many as the window's `entries`, and all of its `days`, whichever reaches further.
/// `reach` gives what is listed behind the last that is known, the newest first.
///
/// The days end at the newest entry, not now: so the document does not change while nothing happens, and it reaches back at
/// least as far as days that end now would.
pub(super) fn window<Listed>(
    window: Window,
    time: impl Fn(&Listed) -> Timestamp,
    reach: impl Fn(Option<&Listed>, usize) -> Result<Vec<Listed>, store::Error>,
) -> Result<Vec<Listed>, store::Error> {
    let mut listed = reach(None, window.entries.clamp(1, MOST_ENTRIES))?;
    let Some(newest) = listed.first().map(&time) else { return Ok(listed) };
    let horizon = newest.minus(TimeDelta::days(i64::from(window.days.min(36_500))));
    while listed.len() < MOST_ENTRIES {
        let Some(last) = listed.last().filter(|last| time(last) >= horizon) else { break };
        let more = reach(Some(last), 100)?;
        let within = more.into_iter().take_while(|one| time(one) >= horizon);
        let known = listed.len();
        listed.extend(within.take(MOST_ENTRIES - known));
        if listed.len() == known {
            break;
        }
    }
    Ok(listed)
}

/// The papers of some places; a place whose paper is gone is left out and told to the operator.
fn papers(serving: &Serving, places: Vec<TimelineEntry>) -> Result<Vec<(TimelineEntry, Paper)>, Fault> {
    let mut found = Vec::with_capacity(places.len());
    for place in places {
        if let Some(paper) = serving.reader.paper(&place.paper)? {
            found.push((place, paper));
        } else {
            tracing::warn!(
                topic.id = %place.topic,
                paper.id = %place.paper,
                "a timeline names a paper that the store does not have"
            );
        }
    }
    Ok(found)
}

fn page(serving: &Serving, site: &Site, id: &TopicId, before: Option<Timestamp>) -> Result<Found, Fault> {
    let Some(topic) = site.topics.topic(id) else { return Ok(UNKNOWN) };
    let stretch = stretch(serving, topic, before)?;
    let page = pages::topic(&site.title, &stretch, &serving.urls)?;
    Ok(Found::Made(Made {
        bytes: page.into_bytes(),
        content_type: pages::MEDIA_TYPE,
        cache_control: PAGE_CACHE,
        last_modified: None,
    }))
}

fn stretch(serving: &Serving, topic: &Topic, before: Option<Timestamp>) -> Result<TopicStretch, Fault> {
    // One more than is shown tells whether there is an older page.
    let mut places = serving.reader.timeline(&topic.id, before, PAGE_ENTRIES + 1)?;
    let has_more = places.len() > PAGE_ENTRIES;
    places.truncate(PAGE_ENTRIES);
    Ok(TopicStretch {
        line: front::line(serving, topic)?,
        query: topic.in_words(),
        older: places.last().map(|place| place.at).filter(|_| has_more),
        entries: papers(serving, places)?,
        is_newest: before.is_none(),
    })
}
