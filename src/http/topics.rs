//! A topic: as a page, and as a feed when the name ends in `.atom`, `.rss` or `.json`, or when one of these is what the
//! request accepts.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;

use crate::feeds::FeedPage;
use crate::feeds::TopicHead;
use crate::feeds::entry;
use crate::http::Serving;
use crate::http::Site;
use crate::http::accept;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::Shows;
use crate::http::asked::Asked;
use crate::http::beside;
use crate::http::boards;
use crate::http::bodies::NEGOTIATED;
use crate::http::catalogue;
use crate::http::feed::Fed;
use crate::http::shelf::Listed;
use crate::model::format::Format;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::pages;
use crate::pages::Around;
use crate::pages::card::Card;
use crate::pages::card::Lead;
use crate::pages::topic::TopicStretch;
use crate::store;
use crate::topics::Topic;
use crate::topics::Window;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::list::List;

/// The most entries of one feed document, whatever its window.
const MOST_ENTRIES: usize = 2_000;

/// Entries on one page.
const PAGE_ENTRIES: usize = 50;

pub(super) async fn topic(
    name: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    asked: Asked,
) -> Response {
    // A name that is not legible is the name of nothing.
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let (stem, format) =
        Format::split(&name).map_or((name.as_str(), None), |(stem, format)| (stem, Some(format)));
    let Some(topic) = TopicId::parse(stem) else {
        return asked.refuse(StatusCode::NOT_FOUND, "Not found", "There is no topic of this name.");
    };
    if let Some(format) = format {
        let key = asked.urls.route(Place::Feed(List::Topic(&topic), format));
        return subscription(&asked, topic, format, key).await;
    }
    let before = match before(query.as_deref()) {
        Ok(before) => before,
        Err(words) => return asked.refuse(StatusCode::BAD_REQUEST, "Bad request", words),
    };
    // Only the address without anything behind it has several formats.
    let format = if before.is_none() { accept::format(&asked.headers) } else { None };
    let place = before.map_or(Place::Topic(&topic), |at| Place::TopicBefore(&topic, at));
    let key = asked.urls.route(place);
    if let Some(format) = format {
        return subscription(&asked, topic, format, format!("{key}#{}{NEGOTIATED}", format.extension()))
            .await;
    }
    let keep = if before.is_none() {
        Keep::Kept(Shows::Until(boards::midnight(asked.app.serving.clock.now())))
    } else {
        Keep::Fresh
    };
    let make = move |serving: &Serving, site: &Site, urls: &Urls| page(serving, site, &topic, before, urls);
    let key = if before.is_none() { format!("{key}{NEGOTIATED}") } else { key };
    let outcome = asked.obtain(key, keep, make).await;
    asked.respond(outcome)
}

/// The document that readers subscribe to.
async fn subscription(asked: &Asked, topic: TopicId, format: Format, key: String) -> Response {
    let keep = Keep::Kept(Shows::Topic(topic.clone()));
    let build =
        move |serving: &Serving, site: &Site, urls: &Urls| listed(serving, site, &topic, format, urls);
    asked.feed(key, format, keep, build).await
}

/// The point of the timeline that a query names.
fn before(query: Option<&str>) -> Result<Option<Timestamp>, &'static str> {
    let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let Some((_name, value)) = pairs.find(|(name, _value)| name == "before") else { return Ok(None) };
    Timestamp::parse_rfc3339(&value)
        .map(Some)
        .ok_or("The value of “before” is a time such as 2026-11-20T08:00:00Z.")
}

/// What is said of a topic that is not configured: where it is now, or whether there was one.
pub(super) fn missing(
    serving: &Serving,
    site: &Site,
    id: &TopicId,
    place: impl FnOnce(&TopicId) -> String,
) -> Result<Found, Fault> {
    if let Some(now) = site.renamed.get(id) {
        return Ok(Found::Elsewhere(StatusCode::MOVED_PERMANENTLY, place(now)));
    }
    if serving.reader.is_gone(id)? {
        let words = "There was a topic of this name; it is not served any more. Please unsubscribe.";
        return Ok(Found::Gone(words));
    }
    Ok(Found::Nothing("There is no topic of this name."))
}

/// A document of a topic's feed with these papers, and when anything in it last changed.
pub(super) fn document(
    serving: &Serving,
    site: &Site,
    topic: &Topic,
    papers: &[(TimelineEntry, Arc<Listed>)],
    format: Format,
    urls: &Urls,
) -> Result<(FeedPage, Timestamp), Fault> {
    let (created, changed) = times(serving, &topic.id)?;
    let query = topic.in_words();
    let head = TopicHead {
        topic: &topic.id,
        title: &topic.title,
        subtitle: topic.description.as_deref().unwrap_or(&query),
        created,
        site: &site.title,
    };
    let changed =
        papers.iter().map(|(place, listed)| last_change(place, listed)).fold(changed, Timestamp::max);
    let entries =
        papers.iter().map(|(place, listed)| entry::at(&listed.prepared, place, &serving.urls)).collect();
    Ok((FeedPage::topic(&head, entries, format, urls), changed))
}

/// When a topic was first served, and when it last became another.
fn times(serving: &Serving, id: &TopicId) -> Result<(Timestamp, Timestamp), Fault> {
    if let Some(state) = serving.reader.topic(id)? {
        return Ok((state.created, state.changed));
    }
    // Configured a moment ago and not yet in the store: as old as the store, so that the date never moves back.
    let facts = serving.reader.installation()?;
    let created = facts.map_or(Timestamp::from_micros(0), |facts| facts.created);
    Ok((created, created))
}

fn listed(serving: &Serving, site: &Site, id: &TopicId, format: Format, urls: &Urls) -> Result<Fed, Fault> {
    let Some(topic) = site.topics.topic(id) else {
        let place = |id: &TopicId| urls.absolute(Place::Feed(List::Topic(id), format));
        return Ok(Fed::Instead(missing(serving, site, id, place)?));
    };
    let reach = |last: Option<&TimelineEntry>, limit| serving.reader.timeline_below(id, last, limit);
    let mut places = window(topic.window, |place| place.at, reach)?;
    // What no closed document holds must stand here, or who walks through the documents would miss it.
    let listed: BTreeSet<PaperId> = places.iter().map(|place| place.paper.clone()).collect();
    places.extend(serving.reader.open_entries(id, MOST_ENTRIES, |paper| listed.contains(paper))?);
    places.sort_by_key(|place| Reverse(place.at));
    shorten(serving, &mut places)?;
    let (mut page, changed) = document(serving, site, topic, &entries(serving, places)?, format, urls)?;
    let newest = serving.reader.newest_archive(id)?;
    page.history.prev_archive_url = newest.map(|number| urls.absolute(Place::Archive(id, number, format)));
    Ok(Fed::Page(Box::new(page), changed))
}

/// When an entry last changed, be it in what matters to nobody: the last word of any source, or its move in the topic. A
/// reader that asks by date alone must not be told that nothing changed.
fn last_change(place: &TimelineEntry, listed: &Listed) -> Timestamp {
    listed.last_word.max(place.at).max(place.updated)
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

/// Takes the oldest entries out of a list that is too long, first those that stand in a closed document as well.
fn shorten(serving: &Serving, places: &mut Vec<TimelineEntry>) -> Result<(), Fault> {
    let mut excess = places.len().saturating_sub(MOST_ENTRIES);
    for place in (0..places.len()).rev() {
        if excess == 0 {
            return Ok(());
        }
        if let Some(entry) = places.get(place)
            && !serving.reader.is_open(entry)?
        {
            places.remove(place);
            excess -= 1;
        }
    }
    places.truncate(MOST_ENTRIES);
    Ok(())
}

/// The papers of some places.
fn papers(serving: &Serving, places: Vec<TimelineEntry>) -> Result<Vec<(TimelineEntry, Paper)>, Fault> {
    found(places, |id| serving.reader.paper(id))
}

/// The same, ready to be listed.
fn entries(
    serving: &Serving,
    places: Vec<TimelineEntry>,
) -> Result<Vec<(TimelineEntry, Arc<Listed>)>, Fault> {
    found(places, |id| serving.shelf.listed(&serving.reader, id, &serving.urls))
}

/// What is found of some places; one whose paper is gone is left out and told to the operator.
fn found<One>(
    places: Vec<TimelineEntry>,
    find: impl Fn(&PaperId) -> Result<Option<One>, store::Error>,
) -> Result<Vec<(TimelineEntry, One)>, Fault> {
    let mut found = Vec::with_capacity(places.len());
    for place in places {
        if let Some(paper) = find(&place.paper)? {
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

fn page(
    serving: &Serving,
    site: &Site,
    id: &TopicId,
    before: Option<Timestamp>,
    urls: &Urls,
) -> Result<Found, Fault> {
    let Some(topic) = site.topics.topic(id) else {
        return missing(serving, site, id, |id| urls.absolute(Place::Topic(id)));
    };
    let stretch = stretch(serving, site, topic, before, urls)?;
    let page =
        pages::topic::page(Around { site: &site.title, takes_mail: site.takes_subscribers, urls }, &stretch)?;
    Ok(Found::Made(Made::page(page.into_bytes(), pages::MEDIA_TYPE)))
}

fn stretch(
    serving: &Serving,
    site: &Site,
    topic: &Topic,
    before: Option<Timestamp>,
    urls: &Urls,
) -> Result<TopicStretch, Fault> {
    let (places, has_more) = serving.reader.timeline_page(&topic.id, before, PAGE_ENTRIES)?;
    let older = places.last().map(|place| place.at).filter(|_| has_more);
    let card = |(place, paper): (TimelineEntry, Paper)| -> Result<(Timestamp, Card), Fault> {
        Ok((place.at, beside::card(serving, paper, Lead::None, place.reason)?))
    };
    let cards = papers(serving, places)?.into_iter().map(card).collect::<Result<_, _>>()?;
    let now = serving.clock.now();
    Ok(TopicStretch {
        line: catalogue::line(serving, topic)?,
        query: topic.query.as_ref().map(ToString::to_string),
        older,
        cards,
        is_newest: before.is_none(),
        days: beside::days(serving, &topic.id, now)?,
        today: now.day(),
        is_ranked: topic.ranked.is_some(),
        aside: beside::aside(serving, site, Some(&topic.id), urls)?,
    })
}
