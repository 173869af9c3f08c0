//! The lists that nobody configures: days, weeks and months, what is talked about, picks.

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
use crate::finding::daily::daily;
use crate::finding::record::PaperRow;
use crate::finding::record::PapersRow;
use crate::http::answers::App;
use crate::http::api::Problem;
use crate::http::api::lists::MOST;
use crate::http::api::lists::next;
use crate::http::api::lists::place;
use crate::http::api::lists::rows;
use crate::http::api::lookups::known_topic;
use crate::http::api::respond;
use crate::index::listed::Listed;
use crate::model::period::Period;
use crate::model::period::Span;
use crate::model::topic::TopicId;

/// A paper that is talked about.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
struct TrendRow {
    /// The paper.
    paper: PaperRow,
    /// How much it is talked about, from 0 to 1.
    score: f64,
    /// The same before its age took its toll.
    raw: f64,
    /// Days since it was listed.
    age_days: i64,
    /// What speaks for it.
    parts: Vec<PartRow>,
}

/// What speaks for a paper.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
struct PartRow {
    /// What was counted.
    measure: &'static str,
    /// How much it can give at most.
    weight: f64,
    /// The count.
    value: u64,
    /// How many of the papers of its week that have any it exceeds, from 0 to 1.
    share: f64,
}

/// What is talked about.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
struct TrendsRow {
    /// The most talked about first.
    trending: Vec<TrendRow>,
    /// After so many days half is left.
    half_life_days: f64,
}

/// What was listed on a day, in a week or a month; what readers elsewhere liked most first
#[utoipa::path(
    get,
    path = "/api/v1/daily/{period}",
    tag = "lists",
    params(
        ("period" = String, Path, description = "A day (`2026-11-26`), an ISO week (`2026-W48`) or a month (`2026-11`)"),
        ("cursor" = Option<String>, Query, description = "`next` of the answer before"),
        ("limit" = Option<u32>, Query, maximum = 100, description = "How many are given; 20 unless said"),
    ),
    responses(
        (status = 200, description = "Papers", body = PapersRow),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "That is no day, week or month", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The index is not ready", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn listed(
    State(app): State<Arc<App>>,
    Path(period): Path<String>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, _site| {
        let found = Span::ALL.into_iter().find_map(|span| Period::parse(span, &period));
        let period = found.ok_or_else(|| Error::Unknown(format!("\"{period}\" is no day, week or month")))?;
        let daily = daily(&serving.library(), period)?;
        let (from, limit) = (place(parameters)?, parameters.limit(MOST)?);
        let ids = daily.papers.iter().skip(from).take(limit).map(Listed::paper);
        let next = next(from, limit, daily.papers.len());
        Ok(PapersRow { papers: rows(serving, ids)?, next })
    })
    .await
}

/// What is talked about, with the parts of each score
#[utoipa::path(
    get,
    path = "/api/v1/trending",
    tag = "lists",
    params(
        ("period" = Option<String>, Query, description = "`day`, `week` (the default) or `month`: how long ago a paper may have been listed"),
        ("topic" = Option<String>, Query, description = "Only papers of this topic, compared with each other"),
        ("limit" = Option<u32>, Query, maximum = 100, description = "How many are given; 20 unless said"),
    ),
    responses(
        (status = 200, description = "Papers and their trends", body = TrendsRow),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such topic", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "The index is not ready", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn trending(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, site| {
        let span = Span::parse(parameters.text("period").unwrap_or("week"));
        let span = span.ok_or_else(|| Error::Wrong("period is day, week or month".to_owned()))?;
        let topic: Option<TopicId> = parameters.text("topic").map(known_topic).transpose()?;
        if let Some(topic) = topic.as_ref().filter(|topic| site.topics.topic(topic).is_none()) {
            return Err(finding::no_topic(&site.topics, topic.as_str()));
        }
        let (library, limit) = (serving.library(), parameters.limit(MOST)?);
        let candidates = serving.trends.candidates(&library, serving.clock.now())?;
        let found = candidates.trending(&library, topic.as_ref(), span, site.half_life_days)?;
        let mut trending = Vec::new();
        for one in found.into_iter().take(limit) {
            let Some(paper) = serving.reader.paper(&one.paper)? else { continue };
            let parts = one.trend.parts.iter().map(|part| PartRow {
                measure: part.measure.name(),
                weight: part.measure.weight(),
                value: part.value,
                share: part.share,
            });
            trending.push(TrendRow {
                paper: PaperRow::of(&library, &paper)?,
                score: one.trend.score,
                raw: one.trend.raw,
                age_days: one.trend.age_days,
                parts: parts.collect(),
            });
        }
        Ok(TrendsRow { trending, half_life_days: site.half_life_days })
    })
    .await
}

/// What editors picked, the last first
#[utoipa::path(
    get,
    path = "/api/v1/picks",
    tag = "lists",
    params(
        ("cursor" = Option<String>, Query, description = "`next` of the answer before"),
        ("limit" = Option<u32>, Query, maximum = 100, description = "How many are given; 20 unless said"),
    ),
    responses(
        (status = 200, description = "Papers", body = PapersRow),
        (status = 400, description = "A parameter is wrong", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn picks(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    request: HeaderMap,
) -> Response {
    respond(&app, &request, query, move |parameters, serving, _site| {
        let (from, limit) = (place(parameters)?, parameters.limit(MOST)?);
        let picks = finding::newest_picks(&serving.reader, usize::MAX)?;
        let next = next(from, limit, picks.len());
        let library = serving.library();
        let papers = picks.iter().skip(from).take(limit).map(|(_pick, paper)| PaperRow::of(&library, paper));
        Ok(PapersRow { papers: papers.collect::<Result<_, Error>>()?, next })
    })
    .await
}
