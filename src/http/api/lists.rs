//! What there is: papers with what stands beside them, topics, sources.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::finding;
use crate::finding::Error;
use crate::finding::record::HealthRow;
use crate::finding::record::PaperRow;
use crate::finding::record::PapersRow;
use crate::finding::record::SignalRow;
use crate::finding::record::SignalsRow;
use crate::http::Serving;
use crate::http::answers::App;
use crate::http::api::Parameters;
use crate::http::api::Problem;
use crate::http::api::lookups::known_topic;
use crate::http::api::respond;
use crate::model::paper::PaperId;
use crate::model::time::Timestamp;

/// The most papers in one answer.
pub(super) const MOST: usize = 100;

/// A topic.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
struct TopicRow {
    /// Its name in addresses.
    topic: String,
    /// Its name as people read it.
    title: String,
    /// What it is about, or nothing.
    description: String,
    /// What decides over its papers, in words.
    rules: String,
    /// How many papers are in it.
    papers: u64,
    /// When the last one entered (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    last_entry: Option<String>,
}

/// Topics.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
struct TopicsRow {
    /// In the order of the configuration.
    topics: Vec<TopicRow>,
    /// What to send as `cursor` for those that follow; absent where none do.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// All sources.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
struct SourcesRow {
    /// In the order of the configuration.
    sources: Vec<HealthRow>,
}

/// All papers, those that we saw last first
#[utoipa::path(
    get,
    path = "/api/v1/papers",
    tag = "papers",
    params(
        ("cursor" = Option<String>, Query, description = "`next` of the answer before"),
        ("limit" = Option<u32>, Query, maximum = 100, description = "How many are given; 20 unless said"),
    ),
    responses(
        (status = 200, description = "Papers", body = PapersRow),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn papers(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, _site| {
        let (before, limit) = (time(parameters)?, parameters.limit(MOST)?);
        let (library, mut papers, mut last) = (serving.library(), Vec::new(), None);
        for paper in serving.reader.newest(before).take(limit) {
            let paper = paper?;
            last = Some(paper.first_seen);
            papers.push(PaperRow::of(&library, &paper)?);
        }
        let next = last.filter(|_| papers.len() == limit).map(|at| at.micros().to_string());
        Ok(PapersRow { papers, next })
    })
    .await
}

/// A paper
#[utoipa::path(
    get,
    path = "/api/v1/papers/{id}",
    tag = "papers",
    params(("id" = String, Path, description = "Our identifier of the paper, or an outside one such as `arxiv:2608.00001`")),
    responses(
        (status = 200, description = "All that is known of it", body = PaperRow),
        (status = 404, description = "There is no such paper", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn paper(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, None, move |_parameters, serving, _site| {
        let paper = finding::known(&serving.reader, &id)?;
        PaperRow::of(&serving.library(), &paper)
    })
    .await
}

/// What the counters of a paper said over time
#[utoipa::path(
    get,
    path = "/api/v1/papers/{id}/signals",
    tag = "papers",
    params(("id" = String, Path, description = "The paper, by any of its names")),
    responses(
        (status = 200, description = "The readings", body = SignalsRow),
        (status = 404, description = "There is no such paper", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn signals(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, None, move |_parameters, serving, _site| {
        let paper = finding::known(&serving.reader, &id)?;
        let signals = serving.reader.signal_history(&paper.id)?;
        Ok(SignalsRow { signals: signals.iter().map(SignalRow::of).collect() })
    })
    .await
}

/// All topics, in the order of the configuration
#[utoipa::path(
    get,
    path = "/api/v1/topics",
    tag = "topics",
    params(
        ("cursor" = Option<String>, Query, description = "`next` of the answer before"),
        ("limit" = Option<u32>, Query, maximum = 100, description = "How many are given; 20 unless said"),
    ),
    responses(
        (status = 200, description = "Topics", body = TopicsRow),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn topics(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, site| {
        let (from, limit) = (place(parameters)?, parameters.limit(MOST)?);
        let mut topics = Vec::new();
        for topic in site.topics.iter().skip(from).take(limit) {
            let newest = serving.reader.timeline(&topic.id, None, 1)?;
            topics.push(TopicRow {
                topic: topic.id.to_string(),
                title: topic.title.clone(),
                description: topic.description.clone().unwrap_or_default(),
                rules: topic.in_words(),
                papers: serving.reader.timeline_len(&topic.id)?,
                last_entry: newest.first().map(|entry| entry.at.to_rfc3339()),
            });
        }
        Ok(TopicsRow { topics, next: next(from, limit, site.topics.iter().count()) })
    })
    .await
}

/// The papers of a topic, those that entered last first
#[utoipa::path(
    get,
    path = "/api/v1/topics/{id}/papers",
    tag = "topics",
    params(
        ("id" = String, Path, description = "The topic"),
        ("cursor" = Option<String>, Query, description = "`next` of the answer before"),
        ("limit" = Option<u32>, Query, maximum = 100, description = "How many are given; 20 unless said"),
    ),
    responses(
        (status = 200, description = "Papers", body = PapersRow),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such topic", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn of_topic(
    State(app): State<Arc<App>>,
    Path(topic): Path<String>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, site| {
        let topic = known_topic(&topic)?;
        if site.topics.topic(&topic).is_none() {
            return Err(finding::no_topic(&site.topics, topic.as_str()));
        }
        let (before, limit) = (time(parameters)?, parameters.limit(MOST)?);
        let (entries, has_more) = serving.reader.timeline_page(&topic, before, limit)?;
        let next = entries.last().filter(|_| has_more).map(|entry| entry.at.micros().to_string());
        let ids = entries.into_iter().map(|entry| entry.paper);
        Ok(PapersRow { papers: rows(serving, ids)?, next })
    })
    .await
}

/// How the sources are doing
#[utoipa::path(get, path = "/api/v1/sources", tag = "sources", responses((status = 200, description = "Sources", body = SourcesRow)))]
pub(crate) async fn sources(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    respond(&app, &request, None, move |_parameters, serving, site| {
        let row = |source: &crate::http::SiteSource| {
            let state = serving.reader.source(&source.id)?;
            Ok(HealthRow::of(source.id.as_str(), source.kind, state.as_ref()))
        };
        Ok(SourcesRow { sources: site.sources.iter().map(row).collect::<Result<_, Error>>()? })
    })
    .await
}

/// The rows of papers.
pub(super) fn rows(serving: &Serving, ids: impl Iterator<Item = PaperId>) -> Result<Vec<PaperRow>, Error> {
    let (library, mut papers, mut known) = (serving.library(), Vec::new(), HashSet::new());
    for id in ids {
        if let Some(paper) = serving.reader.paper(&id)?
            && known.insert(paper.id.clone())
        {
            papers.push(PaperRow::of(&library, &paper)?);
        }
    }
    Ok(papers)
}

/// The time that a cursor stands for.
fn time(parameters: &Parameters) -> Result<Option<Timestamp>, Error> {
    let Some(text) = parameters.0.get("cursor") else { return Ok(None) };
    text.parse().map(|micros| Some(Timestamp::from_micros(micros))).map_err(|_illegible| no_cursor())
}

fn no_cursor() -> Error {
    Error::Wrong("cursor is what the answer before named as next".to_owned())
}

/// The place that a cursor stands for.
pub(super) fn place(parameters: &Parameters) -> Result<usize, Error> {
    let Some(text) = parameters.0.get("cursor") else { return Ok(0) };
    text.parse().map_err(|_illegible| no_cursor())
}

/// Where a list goes on.
pub(super) fn next(from: usize, limit: usize, all: usize) -> Option<String> {
    let next = from.saturating_add(limit);
    (limit > 0 && next < all).then(|| next.to_string())
}
