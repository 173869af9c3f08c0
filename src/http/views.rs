//! Pages of lists and of the site itself: what is talked about, picks, a search, papers like one, the sources, what this is.

use std::collections::HashSet;

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::response::Response;

use crate::finding;
use crate::finding::search::Narrowed;
use crate::finding::search::Wanted;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::Shows;
use crate::http::asked::Asked;
use crate::http::beside;
use crate::http::boards;
use crate::http::days;
use crate::index::reader::Sort;
use crate::model::paper::PaperId;
use crate::model::period::Span;
use crate::model::topic::TopicId;
use crate::pages;
use crate::pages::Around;
use crate::pages::aside::Aside;
use crate::pages::card::Card;
use crate::pages::card::Lead;
use crate::pages::search::Choice;
use crate::pages::search::Facet;
use crate::pages::search::Search;
use crate::pages::status::Instance;
use crate::query::guide;
use crate::urls::Place;
use crate::urls::SearchOf;
use crate::urls::Urls;

/// So many papers that are talked about, picks, results of a search, papers like one.
const TRENDING: usize = 40;
const PICKS: usize = 60;
const RESULTS: usize = 20;
const SIMILAR: usize = 20;

/// So many values of each facet.
const FACETS: usize = 8;

/// So many topics can be chosen on the page of what is talked about.
const TOPICS: usize = 40;

fn made(page: String) -> Found {
    Found::Made(Made::page(page.into_bytes(), pages::MEDIA_TYPE))
}

/// A parameter of a page.
pub(super) fn parameter(query: Option<&str>, wanted: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let found = pairs.find(|(name, value)| name == wanted && !value.is_empty());
    found.map(|(_name, value)| value.into_owned())
}

/// `/trending?period=&topic=`
pub(super) async fn trending(RawQuery(query): RawQuery, asked: Asked) -> Response {
    let period = parameter(query.as_deref(), "period");
    let Some(span) = Span::parse(period.as_deref().unwrap_or("week")) else {
        return asked.refuse(StatusCode::BAD_REQUEST, "Bad request", "The period is day, week or month.");
    };
    let topic = parameter(query.as_deref(), "topic");
    let topic = match topic.map(|name| TopicId::parse(&name)) {
        Some(None) => {
            return asked.refuse(StatusCode::NOT_FOUND, "Not found", "There is no topic of this name.");
        }
        Some(topic) => topic,
        None => None,
    };
    let end = asked.app.serving.clock.now().plus(boards::TRENDING_FOR);
    let place = topic.clone();
    let make = move |serving: &Serving, site: &Site, urls: &Urls| {
        let titled = match &topic {
            Some(id) => match site.topics.topic(id) {
                Some(topic) => Some((id.clone(), topic.title.clone())),
                None => return Ok(Found::Nothing("There is no topic of this name.")),
            },
            None => None,
        };
        let library = serving.library();
        let candidates = serving.trends.candidates(&library, serving.clock.now())?;
        let found = candidates.trending(&library, topic.as_ref(), span, site.half_life_days)?;
        let (mut cards, mut known) = (Vec::new(), HashSet::new());
        for one in found.into_iter().take(TRENDING) {
            if let Some(paper) = serving.reader.paper(&one.paper)?
                && known.insert(paper.id.clone())
            {
                let card = beside::card(serving, paper, Lead::Rank(known.len()), String::new())?;
                cards.push(Card { trend: Some(one.trend), ..card });
            }
        }
        let topics = site.topics.iter().take(TOPICS).map(|topic| (topic.id.clone(), topic.title.clone()));
        let shown = pages::boards::Trending {
            span,
            topic: titled,
            cards,
            half_life_days: site.half_life_days,
            topics: topics.collect(),
        };
        Ok(made(pages::boards::trending(
            Around { site: &site.title, takes_mail: site.takes_subscribers, urls },
            &shown,
        )?))
    };
    asked.answer(Place::Trending(place.as_ref(), span), Keep::Kept(Shows::Until(end)), make).await
}

/// `/picks`
pub(super) async fn picks(asked: Asked) -> Response {
    let make = |serving: &Serving, site: &Site, urls: &Urls| {
        let mut cards = Vec::new();
        for (pick, paper) in finding::newest_picks(&serving.reader, PICKS)? {
            cards.push(beside::card(serving, paper, Lead::Day(pick.at.day()), String::new())?);
        }
        // What is picked stands in the middle already.
        let aside = Aside { picked: Vec::new(), ..beside::aside(serving, site, None, urls)? };
        let shown = pages::boards::Picks { cards, aside };
        Ok(made(pages::boards::picks(
            Around { site: &site.title, takes_mail: site.takes_subscribers, urls },
            &shown,
        )?))
    };
    let end = boards::midnight(asked.app.serving.clock.now());
    asked.answer(Place::Picks, Keep::Kept(Shows::Until(end)), make).await
}

/// `/search?q=&sort=&from=`
pub(super) async fn search(RawQuery(query): RawQuery, asked: Asked) -> Response {
    let text = parameter(query.as_deref(), "q").unwrap_or_default();
    let newest_first = parameter(query.as_deref(), "sort").as_deref() == Some("newest");
    let from = days::offset(query.as_deref()).filter(|from| *from <= finding::search::FARTHEST);
    let Some(from) = from else {
        let words = "The value of “from” is a whole number up to 10000.";
        return asked.refuse(StatusCode::BAD_REQUEST, "Bad request", words);
    };
    let key = text.clone();
    let make = move |serving: &Serving, site: &Site, urls: &Urls| {
        let search = found(serving, text.clone(), newest_first, from)?;
        Ok(made(pages::search::page(
            Around { site: &site.title, takes_mail: site.takes_subscribers, urls },
            &search,
        )?))
    };
    let place = Place::Search(SearchOf { query: &key, newest_first, offset: from });
    asked.answer(place, Keep::Fresh, make).await
}

fn found(serving: &Serving, query: String, newest_first: bool, from: usize) -> Result<Search, Fault> {
    let search = Search { query, newest_first, from, help: guide::short(), ..Search::default() };
    if search.query.trim().is_empty() {
        return Ok(search);
    }
    let sort = if newest_first { Sort::Newest } else { Sort::Relevance };
    let wanted = Wanted { sort, offset: from, limit: RESULTS };
    let (library, now) = (serving.library(), serving.clock.now());
    let narrowed = match finding::search::narrowed(&library, &search.query, wanted, now) {
        Ok(narrowed) => narrowed,
        Err(error @ (finding::Error::Query(_) | finding::Error::Wrong(_))) => {
            return Ok(Search { fault: Some(error.to_string()), ..search });
        }
        Err(error) => return Err(error.into()),
    };
    let Narrowed { canonical, papers, total, facets } = narrowed;
    let mut cards = Vec::with_capacity(papers.len());
    for (paper, snippet) in papers {
        let day = paper.published().day();
        let card = beside::card(serving, paper, Lead::Day(day), String::new())?;
        cards.push(Card { snippet: snippet.map(|snippet| snippet.parts).unwrap_or_default(), ..card });
    }
    let options = |values: Vec<(String, u64)>, condition: &dyn Fn(&str) -> String| {
        let values = values.into_iter().take(FACETS);
        let option = |(label, count): (String, u64)| {
            let (query, is_on) = finding::search::turned(&canonical, &condition(&label))?;
            Some(Choice { label, query, count, is_on })
        };
        values.filter_map(option).collect()
    };
    let next = from.saturating_add(RESULTS);
    let is_more = u64::try_from(next).is_ok_and(|next| next < total) && next <= finding::search::FARTHEST;
    let facets = vec![
        Facet {
            id: "category",
            title: "Category",
            options: options(facets.categories, &|value| format!("cat:{value}")),
        },
        Facet { id: "year", title: "Year", options: options(facets.years, &|value| format!("date:{value}")) },
        Facet {
            id: "source",
            title: "Source",
            options: options(facets.sources, &|value| format!("source:{value}")),
        },
    ];
    let next = is_more.then_some(next);
    Ok(Search { canonical: Some(canonical), cards, total, next, facets, ..search })
}

/// `/papers/{id}/similar`
pub(super) async fn similar(id: Result<Path<String>, PathRejection>, asked: Asked) -> Response {
    let Some(id) = id.ok().and_then(|Path(id)| PaperId::parse(&id)) else {
        return asked.refuse(
            StatusCode::NOT_FOUND,
            "Not found",
            "We do not know a paper under this address.",
        );
    };
    let key = id.clone();
    let make = move |serving: &Serving, site: &Site, urls: &Urls| {
        let unknown = Found::Nothing("We do not know a paper under this address.");
        let Some(stays) = serving.reader.resolve(&id)? else { return Ok(unknown) };
        if stays != id {
            let location = urls.absolute(Place::Similar(&stays));
            return Ok(Found::Elsewhere(StatusCode::MOVED_PERMANENTLY, location));
        }
        let Some(paper) = serving.reader.paper(&id)? else { return Ok(unknown) };
        let alike = finding::search::similar(&serving.library(), &paper, SIMILAR)?;
        let mut cards = Vec::with_capacity(alike.len());
        for one in alike {
            let reason = format!("both have {}", one.words.join(", "));
            cards.push(beside::card(serving, one.paper, Lead::None, reason)?);
        }
        Ok(made(pages::search::similar(
            Around { site: &site.title, takes_mail: site.takes_subscribers, urls },
            &paper,
            &cards,
        )?))
    };
    asked.answer(Place::Similar(&key), Keep::Fresh, make).await
}

/// `/status`
pub(super) async fn status(asked: Asked) -> Response {
    let make = |serving: &Serving, site: &Site, urls: &Urls| {
        let sources = beside::sources(serving, site)?;
        let around = Around { site: &site.title, takes_mail: site.takes_subscribers, urls };
        Ok(made(pages::status::status(around, &sources, serving.clock.now())?))
    };
    asked.answer(Place::Status, Keep::Fresh, make).await
}

/// `/about`
pub(super) async fn about(asked: Asked) -> Response {
    let make = |serving: &Serving, site: &Site, urls: &Urls| {
        let instance = Instance {
            sources: beside::sources(serving, site)?,
            papers: serving.reader.paper_count(),
            since: serving.reader.installation()?.map(|facts| facts.created),
            contact: site.contact.clone(),
        };
        Ok(made(pages::status::about(
            Around { site: &site.title, takes_mail: site.takes_subscribers, urls },
            &instance,
        )?))
    };
    asked.answer(Place::About, Keep::Kept(Shows::Anything), make).await
}
