//! `/topics/{id}/archive/{n}.atom`, and in the other formats: closed documents of a topic's feed (RFC 5005 §4).
//!
//! The newest one has no newer neighbour to lead to yet and is served like any feed. Once it has one, it is served for ever as
//! it was served then for the first time.

use std::cmp::Reverse;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::response::Response;

use crate::feeds;
use crate::feeds::FeedPage;
use crate::feeds::History;
use crate::feeds::TopicHead;
use crate::feeds::entry::entry;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::Shows;
use crate::http::asked::Asked;
use crate::http::caching::Freshness;
use crate::http::feed;
use crate::http::feed::Fed;
use crate::http::topics;
use crate::model::archive::Archive;
use crate::model::format::Format;
use crate::model::paper::Paper;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::store::history::Neighbours;
use crate::topics::Topic;
use crate::urls::List;
use crate::urls::Place;
use crate::urls::Urls;

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
    let keep = Keep::Kept(Shows::Topic(topic.clone()));
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
            return feed::whole(topics::missing(serving, site, id, place)?, format, Freshness::Feed);
        };
        let Some(archive) = serving.reader.archive(id, number)? else { return Ok(Found::Nothing(UNKNOWN)) };
        let beside = serving.reader.archives_beside(id, number)?;
        let is_final = beside.newer.is_some() || serving.reader.newest_archive(id)? != Some(number);
        if !is_final || is_private {
            let fed = self.build(serving, site, topic, &archive, beside, urls)?;
            return feed::whole(fed, format, Freshness::Feed);
        }
        let address = urls.absolute(Place::Archive(id, number, format));
        let bytes = if let Ok(Some(bytes)) = serving.cabinet.document(&address) {
            bytes
        } else {
            let fed = self.build(serving, site, topic, &archive, beside, urls)?;
            let Fed::Page(page, _changed) = fed else { return Ok(Found::Nothing(UNKNOWN)) };
            let bytes = feeds::render(&page, format)?;
            serving.cabinet.keep_document(&address, bytes.clone()).unwrap_or_else(|error| {
                tracing::warn!(%error, topic.id = %id, number, "a closed document cannot be kept as it is");
                bytes
            })
        };
        Ok(Found::Made(Made {
            bytes,
            content_type: format.content_type(),
            freshness: Freshness::Final,
            last_modified: None,
            entries: std::sync::Arc::default(),
            since: None,
        }))
    }

    fn build(
        &self,
        serving: &Serving,
        site: &Site,
        topic: &Topic,
        archive: &Archive,
        beside: Neighbours,
        urls: &Urls,
    ) -> Result<Fed, Fault> {
        let Self { topic: id, format, .. } = *self;
        let (created, _changed) = topics::times(serving, id)?;
        let query = topic.in_words();
        let head = TopicHead {
            topic: id,
            title: &topic.title,
            subtitle: topic.description.as_deref().unwrap_or(&query),
            created,
            site: &site.title,
        };
        let mut listed = listed(serving, archive)?;
        listed.sort_by_key(|(place, _paper)| Reverse(place.at));
        let changed = listed
            .iter()
            .map(|(place, paper)| topics::last_change(place, paper))
            .fold(created, std::cmp::Ord::max);
        let entries = listed.iter().map(|(place, paper)| entry(paper, place, &serving.urls)).collect();
        let mut page = FeedPage::topic(&head, entries, format, urls);
        page.self_url = urls.absolute(Place::Archive(id, archive.number, format));
        let address = |number| urls.absolute(Place::Archive(id, number, format));
        page.history = History {
            is_archive: true,
            current_url: Some(urls.absolute(Place::Feed(List::Topic(id), format))),
            prev_archive_url: beside.older.map(address),
            next_archive_url: beside.newer.map(address),
        };
        Ok(Fed::Page(Box::new(page), changed))
    }
}

/// The papers of a document. One that left the topic since is still in it; one that became another is listed as that, under
/// the identifier it was served with.
fn listed(serving: &Serving, archive: &Archive) -> Result<Vec<(TimelineEntry, Paper)>, Fault> {
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
        found.push((TimelineEntry { served_as: archived.served_as.clone(), ..place }, paper));
    }
    Ok(found)
}
