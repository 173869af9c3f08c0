//! Feeds that nobody configured: of a search, an author, a category, of papers like one.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Response;

use crate::feeds::FeedPage;
use crate::feeds::ListingHead;
use crate::feeds::atom;
use crate::feeds::entry::entry;
use crate::finding;
use crate::finding::search::Wanted;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::App;
use crate::http::answers::FEED_CACHE;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::topics;
use crate::index::reader::Sort;
use crate::model::paper::Paper;
use crate::model::paper::PaperId;
use crate::model::time::Timestamp;
use crate::model::topic::TimelineEntry;
use crate::model::topic::TopicId;
use crate::query::Query;
use crate::query::ast::Clause;
use crate::query::ast::Node;
use crate::query::ast::ValueField;
use crate::query::author;
use crate::urls::Place;

/// So many entries.
const ENTRIES: usize = 100;

/// What is said of a feed that cannot be.
const UNKNOWN: &str = "There is no such feed.";

/// `/search.atom?q=`
pub(super) async fn search(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    let mut pairs = url::form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    let asked = pairs.find(|(name, _value)| name == "q").map(|(_name, value)| value.into_owned());
    let Some(text) = asked else {
        let words = "Write what to look for as q, as in /search.atom?q=adapter.";
        return app.refuse(StatusCode::BAD_REQUEST, "Bad request", words);
    };
    let query = match finding::understood(&text) {
        Ok(query) => query,
        Err(error) => return app.refuse(StatusCode::BAD_REQUEST, "Bad request", &error.to_string()),
    };
    // One query has one address, however it was written.
    let canonical = query.to_string();
    let title = format!("Search: {canonical}");
    let path = app.serving.urls.path(Place::SearchAtom(&canonical));
    let make = move |serving: &Serving, site: &Site| {
        listing(serving, site, &query, &title, Place::SearchAtom(&query.to_string()))
    };
    app.answer(path, Keep::Fresh, &request, make).await
}

/// `/authors/{name}.atom`
pub(super) async fn author(
    State(app): State<Arc<App>>,
    name: Result<Path<String>, PathRejection>,
    request: HeaderMap,
) -> Response {
    let name = name.ok().and_then(|Path(name)| name.strip_suffix(".atom").map(str::to_owned));
    let Some((name, pattern)) = name.and_then(|name| Some((name.clone(), author::pattern(&name).ok()?)))
    else {
        return app.refuse(StatusCode::NOT_FOUND, "Not found", UNKNOWN);
    };
    let query = Query::of(Node::Clause(Clause::Author(pattern)));
    let title = format!("Papers by {name}");
    let path = app.serving.urls.path(Place::AuthorAtom(&name));
    let make = move |serving: &Serving, site: &Site| {
        listing(serving, site, &query, &title, Place::AuthorAtom(&name))
    };
    app.answer(path, Keep::Fresh, &request, make).await
}

/// `/categories/{cat}.atom`
pub(super) async fn category(
    State(app): State<Arc<App>>,
    name: Result<Path<String>, PathRejection>,
    request: HeaderMap,
) -> Response {
    let name = name.ok().and_then(|Path(name)| name.strip_suffix(".atom").map(str::to_owned));
    let is_category = |name: &String| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        (1..=40).contains(&name.len()) && name.bytes().all(allowed)
    };
    let Some(name) = name.filter(is_category) else {
        return app.refuse(StatusCode::NOT_FOUND, "Not found", UNKNOWN);
    };
    let (field, pattern) = (ValueField::Category, name.to_lowercase());
    let query = Query::of(Node::Clause(Clause::Value { field, pattern }));
    let title = format!("Papers in {name}");
    let path = app.serving.urls.path(Place::CategoryAtom(&name));
    let make = move |serving: &Serving, site: &Site| {
        listing(serving, site, &query, &title, Place::CategoryAtom(&name))
    };
    app.answer(path, Keep::Fresh, &request, make).await
}

/// `/papers/{id}/similar.atom`
pub(super) async fn similar(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    request: HeaderMap,
) -> Response {
    let Some(id) = id.ok().and_then(|Path(id)| PaperId::parse(&id)) else {
        return app.refuse(StatusCode::NOT_FOUND, "Not found", UNKNOWN);
    };
    let path = app.serving.urls.path(Place::SimilarAtom(&id));
    app.answer(path, Keep::Fresh, &request, move |serving, site| alike(serving, site, &id)).await
}

/// The newest papers that match a query.
fn listing(
    serving: &Serving,
    site: &Site,
    query: &Query,
    title: &str,
    place: Place<'_>,
) -> Result<Found, Fault> {
    let wanted = Wanted { sort: Sort::Newest, offset: 0, limit: ENTRIES };
    let (papers, ..) =
        finding::search::papers(&serving.library(), query, wanted, false, serving.clock.now())?;
    let reason = query.to_string();
    let papers = papers.into_iter().map(|(paper, _score)| (paper, reason.clone())).collect();
    feed(serving, site, papers, title, place)
}

fn alike(serving: &Serving, site: &Site, id: &PaperId) -> Result<Found, Fault> {
    let Some(stays) = serving.reader.resolve(id)? else { return Ok(Found::Nothing(UNKNOWN)) };
    if stays != *id {
        let location = serving.urls.absolute(Place::SimilarAtom(&stays));
        return Ok(Found::Elsewhere(StatusCode::MOVED_PERMANENTLY, location));
    }
    let Some(paper) = serving.reader.paper(id)? else { return Ok(Found::Nothing(UNKNOWN)) };
    let alike = finding::search::similar(&serving.library(), &paper, 20, serving.clock.now())?;
    let papers =
        alike.into_iter().map(|one| (one.paper, format!("both have {}", one.words.join(", ")))).collect();
    let title = format!("Like: {}", paper.title().text);
    feed(serving, site, papers, &title, Place::SimilarAtom(id))
}

fn feed(
    serving: &Serving,
    site: &Site,
    mut papers: Vec<(Paper, String)>,
    title: &str,
    place: Place<'_>,
) -> Result<Found, Fault> {
    papers.sort_by_key(|(paper, _reason)| std::cmp::Reverse((paper.published(), paper.id.clone())));
    let facts = serving.reader.installation()?;
    let created = facts.map_or(Timestamp::from_micros(0), |facts| facts.created);
    let changed =
        papers.iter().map(|(paper, _reason)| topics::last_word(paper)).fold(created, Timestamp::max);
    let mut entries = Vec::with_capacity(papers.len());
    for (paper, reason) in papers {
        let Some(topic) = TopicId::parse("search") else { continue };
        let (id, at) = (paper.id.clone(), paper.published());
        let updated = paper.updated();
        let stands = TimelineEntry { topic, paper: id.clone(), served_as: id, at, updated, reason };
        entries.push(entry(&paper, &stands, &serving.urls));
    }
    let page =
        FeedPage::listing(&ListingHead { title, created, site: &site.title, place }, entries, &serving.urls);
    Ok(Found::Made(Made {
        bytes: atom::render(&page)?,
        content_type: atom::MEDIA_TYPE,
        cache_control: FEED_CACHE,
        last_modified: Some(changed.max(page.updated)),
    }))
}
