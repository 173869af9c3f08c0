//! Feeds that nobody configured: of a search, an author, a category, of papers like one.

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::response::Response;

use crate::feeds::FeedPage;
use crate::feeds::ListingHead;
use crate::feeds::entry::entry;
use crate::finding;
use crate::finding::search::Wanted;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::asked::Asked;
use crate::http::feed::Fed;
use crate::http::topics;
use crate::index::reader::Sort;
use crate::model::format::Format;
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
use crate::urls::Urls;
use crate::urls::list::List;

/// So many entries.
const ENTRIES: usize = 100;

/// What is said of a feed that cannot be.
const UNKNOWN: &str = "There is no such feed.";

/// `/search.atom?q=`, and in the other formats.
pub(super) async fn search(format: Format, RawQuery(query): RawQuery, asked: Asked) -> Response {
    let mut pairs = url::form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    let text = pairs.find(|(name, _value)| name == "q").map(|(_name, value)| value.into_owned());
    let Some(text) = text else {
        let words = "Write what to look for as q, as in /search.atom?q=adapter.";
        return asked.refuse(StatusCode::BAD_REQUEST, "Bad request", words);
    };
    let query = match finding::understood(&text) {
        Ok(query) => query,
        Err(error) => return asked.refuse(StatusCode::BAD_REQUEST, "Bad request", &error.to_string()),
    };
    // One query has one address, however it was written.
    let canonical = query.to_string();
    let title = format!("Search: {canonical}");
    let key = asked.urls.route(Place::Feed(List::Search(&canonical), format));
    let build = move |serving: &Serving, site: &Site, urls: &Urls| {
        let list = Listed { title: &title, list: List::Search(&query.to_string()), format };
        list.matching(serving, site, &query, urls)
    };
    asked.feed(key, format, Keep::Fresh, build).await
}

/// `/authors/{name}.atom`, and in the other formats.
pub(super) async fn author(name: Result<Path<String>, PathRejection>, asked: Asked) -> Response {
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let named = Format::split(&name)
        .and_then(|(name, format)| Some((name.to_owned(), author::pattern(name).ok()?, format)));
    let Some((name, pattern, format)) = named else {
        return asked.refuse(StatusCode::NOT_FOUND, "Not found", UNKNOWN);
    };
    let query = Query::of(Node::Clause(Clause::Author(pattern)));
    let title = format!("Papers by {name}");
    let key = asked.urls.route(Place::Feed(List::Author(&name), format));
    let build = move |serving: &Serving, site: &Site, urls: &Urls| {
        let list = Listed { title: &title, list: List::Author(&name), format };
        list.matching(serving, site, &query, urls)
    };
    asked.feed(key, format, Keep::Fresh, build).await
}

/// `/categories/{cat}.atom`, and in the other formats.
pub(super) async fn category(name: Result<Path<String>, PathRejection>, asked: Asked) -> Response {
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let is_category = |name: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        (1..=40).contains(&name.len()) && name.bytes().all(allowed)
    };
    let named = Format::split(&name).filter(|(name, _format)| is_category(name));
    let Some((name, format)) = named.map(|(name, format)| (name.to_owned(), format)) else {
        return asked.refuse(StatusCode::NOT_FOUND, "Not found", UNKNOWN);
    };
    let (field, pattern) = (ValueField::Category, name.to_lowercase());
    let query = Query::of(Node::Clause(Clause::Value { field, pattern }));
    let title = format!("Papers in {name}");
    let key = asked.urls.route(Place::Feed(List::Category(&name), format));
    let build = move |serving: &Serving, site: &Site, urls: &Urls| {
        let list = Listed { title: &title, list: List::Category(&name), format };
        list.matching(serving, site, &query, urls)
    };
    asked.feed(key, format, Keep::Fresh, build).await
}

/// `/papers/{id}/similar.atom`, and in the other formats.
pub(super) async fn similar(
    format: Format,
    id: Result<Path<String>, PathRejection>,
    asked: Asked,
) -> Response {
    let Some(id) = id.ok().and_then(|Path(id)| PaperId::parse(&id)) else {
        return asked.refuse(StatusCode::NOT_FOUND, "Not found", UNKNOWN);
    };
    let key = asked.urls.route(Place::Feed(List::Similar(&id), format));
    let build = move |serving: &Serving, site: &Site, urls: &Urls| alike(serving, site, &id, format, urls);
    asked.feed(key, format, Keep::Fresh, build).await
}

/// A list that nobody configured.
struct Listed<'list> {
    title: &'list str,
    list: List<'list>,
    format: Format,
}

impl Listed<'_> {
    /// The newest papers that match a query.
    fn matching(&self, serving: &Serving, site: &Site, query: &Query, urls: &Urls) -> Result<Fed, Fault> {
        let wanted = Wanted { sort: Sort::Newest, offset: 0, limit: ENTRIES };
        let (papers, ..) =
            finding::search::papers(&serving.library(), query, wanted, false, serving.clock.now())?;
        let reason = query.to_string();
        let papers = papers.into_iter().map(|(paper, _score)| (paper, reason.clone())).collect();
        self.feed(serving, site, papers, urls)
    }

    fn feed(
        &self,
        serving: &Serving,
        site: &Site,
        mut papers: Vec<(Paper, String)>,
        urls: &Urls,
    ) -> Result<Fed, Fault> {
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
        let head = ListingHead { title: self.title, created, site: &site.title, list: self.list };
        let page = FeedPage::listing(&head, entries, self.format, urls);
        Ok(Fed::Page(Box::new(page), changed))
    }
}

fn alike(serving: &Serving, site: &Site, id: &PaperId, format: Format, urls: &Urls) -> Result<Fed, Fault> {
    let Some(stays) = serving.reader.resolve(id)? else { return Ok(Fed::Instead(Found::Nothing(UNKNOWN))) };
    if stays != *id {
        let location = urls.absolute(Place::Feed(List::Similar(&stays), format));
        return Ok(Fed::Instead(Found::Elsewhere(StatusCode::MOVED_PERMANENTLY, location)));
    }
    let Some(paper) = serving.reader.paper(id)? else { return Ok(Fed::Instead(Found::Nothing(UNKNOWN))) };
    let alike = finding::search::similar(&serving.library(), &paper, 20)?;
    let papers =
        alike.into_iter().map(|one| (one.paper, format!("both have {}", one.words.join(", ")))).collect();
    let title = format!("Like: {}", paper.title().text);
    Listed { title: &title, list: List::Similar(id), format }.feed(serving, site, papers, urls)
}
