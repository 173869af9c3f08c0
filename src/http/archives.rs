//! `/topics/{id}/archive/{n}.atom`, and in the other formats: closed documents of a topic's feed (RFC 5005 §4).
//!
//! The newest one has no newer neighbour to lead to yet and is served like any feed. Once it has one, it is served for ever as
//! it was served then for the first time.

use std::cmp::Reverse;
use std::sync::Arc;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::response::Response;

use crate::feeds;
use crate::feeds::FeedPage;
use crate::feeds::History;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::Shows;
use crate::http::asked::Asked;
use crate::http::feed;
use crate::http::feed::Fed;
use crate::http::freshness::Freshness;
use crate::http::shelf::Listed;
use crate::http::topics;
use crate::model::archive::Archive;
use crate::model::format::Format;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::store::history::Neighbours;
use crate::topics::Topic;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::list::List;

const UNKNOWN: &str = "There is no such document.";

pub(super) async fn archive(names: Result<Path<(String, String)>, PathRejection>, asked: Asked) -> Response {
    let names = names.map(|Path(names)| names).unwrap_or_default();
    let document = Format::split(&names.1).and_then(|(number, format)| {
        // One document has one address: no zeros in front, no sign.
        let known = number.parse::<u64>().ok().filter(|known| known.to_string() == number)?;
        Some((TopicId::parse(&names.0)?, known, format))
    });
    let Some((topic, number, format)) = document else {
        return asked.refuse(StatusCode::NOT_FOUND, "Not found", UNKNOWN);
    };
    let key = asked.urls.route(Place::Archive(&topic, number, format));
    let keep = Keep::Kept(Shows::Document(topic.clone()));
    let is_private = asked.guest.is_some();
    let make = move |serving: &Serving, site: &Site, urls: &Urls| {
        let wanted = Wanted { topic: &topic, number, format, is_private };
        wanted.make(serving, site, urls)
    };
    let outcome = asked.obtain(key, keep, make).await;
    asked.respond(outcome)
}

/// Which document is wanted.
struct Wanted<'topic> {
    topic: &'topic TopicId,
    number: u64,
    format: Format,
    is_private: bool,
}

impl Wanted<'_> {
    fn make(&self, serving: &Serving, site: &Site, urls: &Urls) -> Result<Found, Fault> {
        let Self { topic: id, number, format, is_private } = *self;
        let Some(topic) = site.topics.topic(id) else {
            // Numbers are of one topic alone, so a renamed one has other documents.
            let place = |id: &TopicId| urls.absolute(Place::Feed(List::Topic(id), format));
            return topics::missing(serving, site, id, place);
        };
        let Some(archive) = serving.reader.archive(id, number)? else { return Ok(Found::Nothing(UNKNOWN)) };
        // In this order: a document that is closed in between gives this one the neighbour to lead to.
        let is_newest = serving.reader.newest_archive(id)? == Some(number);
        let beside = serving.reader.archives_beside(id, number)?;
        let build = || self.build(serving, site, topic, &archive, beside, urls);
        if is_newest || is_private {
            let (page, changed) = build()?;
            return feed::whole(Fed::Page(Box::new(page), changed), format, Freshness::Feed);
        }
        let address = urls.absolute(Place::Archive(id, number, format));
        let is_final = |bytes| {
            Found::Made(Made { freshness: Freshness::Final, ..Made::page(bytes, format.content_type()) })
        };
        if let Some(bytes) = serving.cabinet.document(&address) {
            return Ok(is_final(bytes));
        }
        let (page, changed) = build()?;
        if let Some(bytes) = serving.cabinet.keep_document(&address, feeds::render(&page, format)?) {
            return Ok(is_final(bytes));
        }
        // What cannot be kept may be another one next time.
        feed::whole(Fed::Page(Box::new(page), changed), format, Freshness::Feed)
    }

    fn build(
        &self,
        serving: &Serving,
        site: &Site,
        topic: &Topic,
        archive: &Archive,
        beside: Neighbours,
        urls: &Urls,
    ) -> Result<(FeedPage, Timestamp), Fault> {
        let Self { topic: id, format, .. } = *self;
        let mut listed = listed(serving, archive)?;
        listed.sort_by_key(|(place, _paper)| Reverse(place.at));
        let (mut page, changed) = topics::document(serving, site, topic, &listed, format, urls)?;
        page.self_url = urls.absolute(Place::Archive(id, archive.number, format));
        let address = |number| urls.absolute(Place::Archive(id, number, format));
        page.history = History {
            is_archive: true,
            current_url: Some(urls.absolute(Place::Feed(List::Topic(id), format))),
            prev_archive_url: beside.older.map(address),
            next_archive_url: beside.newer.map(address),
        };
        Ok((page, changed))
    }
}

/// The papers of a document. One that left the topic since is still in it; one that became another is listed as that, under
/// the identifier it was served with.
fn listed(serving: &Serving, archive: &Archive) -> Result<Vec<(TimelineEntry, Arc<Listed>)>, Fault> {
    let mut found = Vec::with_capacity(archive.entries.len());
    for archived in &archive.entries {
        let Some(paper) = serving.reader.paper(&archived.paper)? else {
            tracing::warn!(
                topic.id = %archive.topic,
                paper.id = %archived.paper,
                "a closed document names a paper that the store does not have"
            );
            continue;
        };
        let place = serving.reader.entry(&archive.topic, &paper.id)?.unwrap_or_else(|| TimelineEntry {
            topic: archive.topic.clone(),
            paper: paper.id.clone(),
            served_as: archived.served_as.clone(),
            at: paper.published(),
            updated: archived.updated,
            reason: String::new(),
        });
        let listed = Arc::new(Listed::of(&paper, &serving.urls));
        found.push((TimelineEntry { served_as: archived.served_as.clone(), ..place }, listed));
    }
    Ok(found)
}
