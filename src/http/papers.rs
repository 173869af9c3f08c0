//! A paper: its page under our identifier, and the way there from identifiers of others.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Response;

use crate::finding;
use crate::finding::record::PaperRow;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::App;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::beside;
use crate::index::similar::Alike;
use crate::model::arxiv_id::ArxivId;
use crate::model::doi::Doi;
use crate::model::external_id::ExternalId;
use crate::model::format::CitationForm;
use crate::model::paper::PaperId;
use crate::pages;
use crate::pages::Around;
use crate::pages::card::Line;
use crate::pages::paper::PaperRecord;
use crate::urls::Place;

/// What is said of a paper that is not there.
const UNKNOWN: &str = "We do not know a paper under this address.";

/// So many papers like one stand on its page.
const SIMILAR: usize = 6;

/// arXiv's own DOIs: the identifier stands behind this prefix.
const ARXIV_DOI: &str = "10.48550/arxiv.";

pub(super) async fn page(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    request: HeaderMap,
) -> Response {
    let name = id.map(|Path(name)| name).unwrap_or_default();
    let (stem, form) = match CitationForm::split(&name) {
        Some((stem, form)) => (stem, Some(form)),
        None => (name.as_str(), None),
    };
    let Some(id) = PaperId::parse(stem) else { return unknown(&app) };
    if let Some(form) = form {
        let path = app.serving.urls.route(Place::Citation(&id, form));
        let make = move |serving: &Serving, _site: &Site| cited(serving, &id, form);
        return app.answer(path, Keep::Fresh, &request, make).await;
    }
    let path = app.serving.urls.route(Place::Paper(&id));
    let make = move |serving: &Serving, site: &Site| record(serving, site, &id);
    app.answer(path, Keep::Fresh, &request, make).await
}

pub(super) async fn by_arxiv(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    request: HeaderMap,
) -> Response {
    let id = id.ok().and_then(|Path(id)| ArxivId::parse(&id));
    by_external(app, id.map(|(id, _version)| ExternalId::Arxiv(id)), &request).await
}

pub(super) async fn by_doi(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
    request: HeaderMap,
) -> Response {
    let id = id.ok().and_then(|Path(id)| match id.to_ascii_lowercase().strip_prefix(ARXIV_DOI) {
        Some(inner) => ArxivId::parse(inner).map(|(id, _version)| ExternalId::Arxiv(id)),
        None => Doi::parse(&id).map(ExternalId::Doi),
    });
    by_external(app, id, &request).await
}

/// Leads to the paper that has an identifier; not for good, since papers may still turn out to be one.
async fn by_external(app: Arc<App>, id: Option<ExternalId>, request: &HeaderMap) -> Response {
    let Some(id) = id else { return unknown(&app) };
    // The printed identifier has no slash in front, so it names no path.
    let name = id.to_string();
    let make = move |serving: &Serving, _site: &Site| {
        Ok(match serving.reader.paper_by_external(&id)? {
            Some(paper) => Found::Elsewhere(StatusCode::FOUND, serving.urls.absolute(Place::Paper(&paper))),
            None => Found::Nothing(UNKNOWN),
        })
    };
    app.answer(name, Keep::Fresh, request, make).await
}

fn record(serving: &Serving, site: &Site, id: &PaperId) -> Result<Found, Fault> {
    let Some(stays) = serving.reader.resolve(id)? else { return Ok(Found::Nothing(UNKNOWN)) };
    if stays != *id {
        let location = serving.urls.absolute(Place::Paper(&stays));
        return Ok(Found::Elsewhere(StatusCode::MOVED_PERMANENTLY, location));
    }
    let Some(paper) = serving.reader.paper(id)? else { return Ok(Found::Nothing(UNKNOWN)) };
    let places = serving.reader.topics_of(id)?;
    let topics = places.into_iter().filter_map(|place| {
        let title = site.topics.topic(&place.topic)?.title.clone();
        Some((place, title))
    });
    let (library, now) = (serving.library(), serving.clock.now());
    // The page is there while nothing can be looked up.
    let alike = finding::search::similar(&library, &paper, SIMILAR).unwrap_or_default();
    let line = |one: &Alike| {
        Line::of(&one.paper, one.words.iter().take(3).cloned().collect::<Vec<_>>().join(", "), &serving.urls)
    };
    let trend = match serving.trends.candidates(&library, now) {
        Ok(candidates) => candidates.of(id, site.half_life_days),
        Err(_not_yet) => None,
    };
    let record = PaperRecord {
        note: beside::note(serving, &paper)?,
        topics: topics.collect(),
        signals: serving.reader.signal_history(id)?,
        trend,
        similar: alike.iter().map(line).collect(),
        today: now.day(),
        paper,
    };
    let around = Around { site: &site.title, takes_mail: site.takes_subscribers, urls: &serving.urls };
    let page = pages::paper::page(around, &record)?;
    Ok(Found::Made(Made::page(page.into_bytes(), pages::MEDIA_TYPE)))
}

/// A paper in a form in which programs cite it.
fn cited(serving: &Serving, id: &PaperId, form: CitationForm) -> Result<Found, Fault> {
    let Some(stays) = serving.reader.resolve(id)? else { return Ok(Found::Nothing(UNKNOWN)) };
    if stays != *id {
        let location = serving.urls.absolute(Place::Citation(&stays, form));
        return Ok(Found::Elsewhere(StatusCode::MOVED_PERMANENTLY, location));
    }
    let Some(paper) = serving.reader.paper(id)? else { return Ok(Found::Nothing(UNKNOWN)) };
    let bytes = match form {
        CitationForm::Json => {
            serde_json::to_vec(&PaperRow::of(&serving.library(), &paper)?).map_err(std::io::Error::from)?
        }
        CitationForm::Bibtex | CitationForm::Ris | CitationForm::Csl => {
            pages::cite::write(&paper, form).into_bytes()
        }
    };
    Ok(Found::Made(Made::page(bytes, form.media_type())))
}

fn unknown(app: &App) -> Response {
    app.refuse(StatusCode::NOT_FOUND, "Not found", UNKNOWN)
}
