//! The front page and the pages of days, weeks and months.

use std::collections::HashSet;

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::rejection::PathRejection;
use axum::http::StatusCode;
use axum::response::Response;

use crate::finding;
use crate::finding::daily;
use crate::finding::daily::Daily;
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
use crate::index::listed::Listed;
use crate::model::period::Period;
use crate::model::period::Span;
use crate::model::signal::SignalKind;
use crate::pages;
use crate::pages::Around;
use crate::pages::card::Lead;
use crate::pages::card::Line;
use crate::pages::status;
use crate::urls::Place;
use crate::urls::Urls;

/// The first papers are shown with their abstracts: at least so many, and all that have votes up to so many.
const FEWEST_CARDS: usize = 20;
const MOST_CARDS: usize = 30;

/// So many of the others follow on a line each, and on the pages after the first.
const LINES: usize = 60;
const MORE_LINES: usize = 60;

/// So many topics are announced to feed readers on the front page; all are on the page of topics.
const TOPICS: usize = 40;

/// How far into a list a page may begin.
const FARTHEST: usize = 1_000_000;

/// `/`
pub(super) async fn front(asked: Asked) -> Response {
    let keep = Keep::Kept(Shows::Until(boards::midnight(asked.app.serving.clock.now())));
    let make = |serving: &Serving, site: &Site, urls: &Urls| {
        let today = serving.clock.now().day();
        // Before anything can be looked up there is still a page, with the topics.
        let day = daily::newest_day(&serving.library(), today).ok().flatten().unwrap_or(today);
        page(serving, site, urls, Period::of(Span::Day, day), 0, true)
    };
    asked.answer(Place::Front, keep, make).await
}

/// `/daily/{day}`, `/week/{week}`, `/month/{month}`
pub(super) async fn listed(
    span: Span,
    name: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    asked: Asked,
) -> Response {
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let Some(period) = Period::parse(span, &name) else {
        let words = "A day is written 2026-11-26, a week 2026-W48, a month 2026-11.";
        return asked.refuse(StatusCode::NOT_FOUND, "Not found", words);
    };
    let Some(from) = offset(query.as_deref()) else {
        let words = "The value of “from” is a whole number up to 1000000.";
        return asked.refuse(StatusCode::BAD_REQUEST, "Bad request", words);
    };
    let end = boards::midnight(asked.app.serving.clock.now());
    let keep = if from == 0 { Keep::Kept(Shows::Until(end)) } else { Keep::Fresh };
    let make =
        move |serving: &Serving, site: &Site, urls: &Urls| page(serving, site, urls, period, from, false);
    asked.answer(Place::Listed(period, from), keep, make).await
}

/// Where in a list a page begins.
pub(super) fn offset(query: Option<&str>) -> Option<usize> {
    let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let Some((_name, value)) = pairs.find(|(name, _value)| name == "from") else { return Some(0) };
    value.parse().ok().filter(|from| *from <= FARTHEST)
}

fn page(
    serving: &Serving,
    site: &Site,
    urls: &Urls,
    period: Period,
    from: usize,
    is_front: bool,
) -> Result<Found, Fault> {
    let today = serving.clock.now().day();
    let Daily { papers, counts } = match daily::daily(&serving.library(), period) {
        Ok(daily) => daily,
        Err(finding::Error::NotYet(_words)) if is_front => Daily::default(),
        Err(error) => return Err(error.into()),
    };
    let votes = |listed: &&Listed| listed.count(SignalKind::Votes) > 0;
    let voted = papers.iter().filter(votes).count();
    // A paper that was absorbed a moment ago is listed once.
    let (mut cards, mut known) = (Vec::new(), HashSet::new());
    let mut place = from;
    if from == 0 {
        let most = voted.clamp(FEWEST_CARDS, MOST_CARDS);
        for listed in papers.iter().take(most) {
            if let Some(paper) = serving.reader.paper(&listed.paper())?
                && known.insert(paper.id.clone())
            {
                cards.push(beside::card(serving, paper, Lead::Votes, String::new())?);
            }
        }
        place = most.min(papers.len());
    }
    let (mut lines, most) = (Vec::new(), if from == 0 { LINES } else { MORE_LINES });
    for listed in papers.iter().skip(place).take(most) {
        if let Some(paper) = serving.reader.paper(&listed.paper())?
            && known.insert(paper.id.clone())
        {
            let subject = paper.subjects().first().map(|subject| subject.term.to_string());
            lines.push(Line::of(&paper, subject.unwrap_or_default(), urls));
        }
    }
    let next = place.saturating_add(most);
    let states = beside::sources(serving, site)?;
    let states: Vec<_> =
        states.iter().map(|source| source.state.as_ref().map(|state| state.health)).collect();
    let topics = site.topics.iter().take(if is_front { TOPICS } else { 0 });
    let listed = pages::listed::Listed {
        topics: topics.map(|topic| (topic.id.clone(), topic.title.clone())).collect(),
        period,
        today,
        is_front,
        total: papers.len(),
        voted,
        cards,
        lines,
        from,
        next: (next < papers.len()).then_some(next),
        counts,
        kept: serving.reader.paper_count(),
        is_ready: serving.index.reader().is_ok(),
        sources: status::in_brief(&states),
        aside: beside::aside(serving, site, None, urls)?,
    };
    let page =
        pages::listed::page(Around { site: &site.title, takes_mail: site.takes_subscribers, urls }, &listed)?;
    Ok(Found::Made(Made::page(page.into_bytes(), pages::MEDIA_TYPE)))
}
