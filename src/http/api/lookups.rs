//! Looking things up: search, papers like one, why a paper is in a topic, what a topic would show.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::finding;
use crate::finding::Error;
use crate::finding::rows::ExplainRows;
use crate::finding::rows::SearchRows;
use crate::finding::rows::TrialRows;
use crate::finding::search::Wanted;
use crate::http::answers::App;
use crate::http::api::Problem;
use crate::http::api::respond;
use crate::index::reader::Sort;
use crate::model::topic::TopicId;

/// Find papers
///
/// In the query language of topics. The newest come first unless `sort` is `relevance`.
#[utoipa::path(
    get,
    path = "/api/v1/search",
    tag = "papers",
    params(
        ("q" = String, Query, description = "The query, such as `author:\"Bo Test\" AND title:flags`"),
        ("sort" = Option<String>, Query, description = "`newest` (the default) or `relevance`"),
        ("offset" = Option<u32>, Query, maximum = 10000, description = "How many of the first are left out"),
        ("limit" = Option<u32>, Query, maximum = 500, description = "How many are given; 20 unless said"),
    ),
    responses(
        (status = 200, description = "What was found", body = SearchRows),
        (status = 400, description = "The query or a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The index is not ready", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn search(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, _site| {
        let text = parameters.required("q")?;
        let sort = match parameters.text("sort") {
            None | Some("newest") => Sort::Newest,
            Some("relevance") => Sort::Relevance,
            Some(_other) => return Err(Error::Wrong("sort is newest or relevance".to_owned())),
        };
        let offset = parameters.number("offset", 0, finding::search::FARTHEST)?;
        let limit = parameters.limit(finding::search::MOST)?;
        let wanted = Wanted { sort, offset, limit };
        finding::search::search(&serving.library(), text, wanted, serving.clock.now())
    })
    .await
}

/// Papers like one
#[utoipa::path(
    get,
    path = "/api/v1/papers/{id}/similar",
    tag = "papers",
    params(
        ("id" = String, Path, description = "Our identifier of the paper, or an outside one such as `arxiv:2608.00001`"),
        ("limit" = Option<u32>, Query, maximum = 100, description = "How many are given; 20 unless said"),
    ),
    responses(
        (status = 200, description = "The nearest first", body = SearchRows),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such paper", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The index is not ready", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn similar(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, _site| {
        let limit = parameters.limit(100)?;
        let paper = finding::known(&serving.reader, &id)?;
        finding::search::similar_rows(&serving.library(), &paper, limit)
    })
    .await
}

/// Why a paper is in a topic, or is not
#[utoipa::path(
    get,
    path = "/api/v1/topics/{id}/explain",
    tag = "topics",
    params(
        ("id" = String, Path, description = "The topic"),
        ("paper" = String, Query, description = "The paper, by any of its names"),
    ),
    responses(
        (status = 200, description = "Each condition with its verdict, and the score", body = ExplainRows),
        (status = 400, description = "A parameter is missing", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such topic or paper", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn explain(
    State(app): State<Arc<App>>,
    Path(topic): Path<String>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, _site| {
        let topic = known_topic(&topic)?;
        let paper = finding::known(&serving.reader, parameters.required("paper")?)?;
        finding::explain::explain(&serving.library(), &topic, &paper, serving.clock.now())
    })
    .await
}

/// What a topic would show, tried over stored history
#[utoipa::path(
    get,
    path = "/api/v1/topics/{id}/try",
    tag = "topics",
    params(
        ("id" = String, Path, description = "The topic"),
        ("q" = Option<String>, Query, description = "A query in the place of the topic's own"),
        ("days" = Option<u32>, Query, maximum = 366, description = "How many days back; 30 unless said"),
    ),
    responses(
        (status = 200, description = "What it would have shown, and how that differs from what it shows", body = TrialRows),
        (status = 400, description = "The query or a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such topic", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The index is not ready", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn try_topic(
    State(app): State<Arc<App>>,
    Path(topic): Path<String>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, _site| {
        let (id, library) = (known_topic(&topic)?, serving.library());
        let topics = library.selector.topics();
        let mut topic = topics.topic(&id).cloned().ok_or_else(|| finding::no_topic(topics, id.as_str()))?;
        if let Some(text) = parameters.text("q") {
            topic.query = Some(finding::understood(text)?);
        }
        let days = parameters.days()?;
        finding::trial::trial(&library, &topic, Some(&id), days, serving.clock.now())
    })
    .await
}

/// What a query would show as a topic, tried over stored history
#[utoipa::path(
    get,
    path = "/api/v1/try",
    tag = "topics",
    params(
        ("q" = String, Query, description = "The query"),
        ("days" = Option<u32>, Query, maximum = 366, description = "How many days back; 30 unless said"),
    ),
    responses(
        (status = 200, description = "What it would have shown", body = TrialRows),
        (status = 400, description = "The query or a parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The index is not ready", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn try_query(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, _site| {
        let query = finding::understood(parameters.required("q")?)?;
        let days = parameters.days()?;
        finding::trial::trial_of_query(&serving.library(), query, days, serving.clock.now())
    })
    .await
}

/// A topic's name in an address.
pub(super) fn known_topic(text: &str) -> Result<TopicId, Error> {
    TopicId::parse(text).ok_or_else(|| Error::Unknown(format!("\"{text}\" is no name of a topic")))
}
