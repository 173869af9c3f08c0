//! `/api/v1`: what pages and the command line show, as JSON, for programs. Errors are `application/problem+json` (RFC 9457).
//!
//! Lists go on at the `cursor` that an answer names as `next`. Answers have entity tags like everything else we serve. The
//! description of it all ([`openapi`]) is derived from the handlers and the rows that they send.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::finding::Error;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::App;
use crate::http::caching::Fingerprint;
use crate::http::caching::Representation;
use crate::http::encoding;
use crate::http::encoding::Encoding;
use crate::http::freshness::Freshness;
use crate::http::guard;

pub(super) mod boards;

pub(super) mod editing;

pub(super) mod lists;

pub(super) mod lookups;

pub(super) mod openapi;

pub(super) mod subscribers;

/// How many papers are given where nothing is said.
const LIMIT: usize = 20;

/// Shorter answers are not compressed.
const COMPRESSED_FROM: usize = 1_024;

/// What went wrong, for programs and people.
#[derive(Serialize, ToSchema)]
struct Problem {
    /// What kind of thing went wrong.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What exactly went wrong, and what to do.
    detail: String,
}

/// The parameters of a request, each given once.
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    fn of(query: Option<&str>) -> Result<Self, Error> {
        let mut parameters = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if parameters.insert(name.to_string(), value.into_owned()).is_some() {
                return Err(Error::Wrong(format!("the parameter {name} is given twice")));
            }
        }
        Ok(Self(parameters))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, Error> {
        self.text(name).ok_or_else(|| Error::Wrong(format!("the parameter {name} is missing")))
    }

    fn number(&self, name: &str, fallback: usize, most: usize) -> Result<usize, Error> {
        let Some(text) = self.0.get(name) else { return Ok(fallback) };
        let number = text.parse().ok().filter(|number| *number <= most);
        number.ok_or_else(|| Error::Wrong(format!("{name} is a whole number up to {most}")))
    }

    fn limit(&self, most: usize) -> Result<usize, Error> {
        self.number("limit", LIMIT, most)
    }

    fn days(&self) -> Result<u32, Error> {
        self.number("days", 30, 366).map(|days| u32::try_from(days).unwrap_or(30))
    }
}

/// Reads the body of a request that is JSON of a shape; else says what is wrong with it.
async fn read_body<B: DeserializeOwned>(body: Body, most: usize, shape: &str) -> Result<B, Box<Response>> {
    let Ok(body) = axum::body::to_bytes(body, most).await else {
        let detail = "the body is too long".to_owned();
        return Err(Box::new(problem(StatusCode::PAYLOAD_TOO_LARGE, "Too large", detail)));
    };
    serde_json::from_slice(&body).map_err(|error| {
        let detail = format!("the body is {shape}: {error}");
        Box::new(problem(StatusCode::BAD_REQUEST, "Bad request", detail))
    })
}

/// Looks something up off the async threads, and answers with it.
async fn respond<T: Serialize + Send + 'static>(
    app: &Arc<App>,
    request: &HeaderMap,
    query: Option<String>,
    find: impl FnOnce(&Parameters, &Serving, &Site) -> Result<T, Error> + Send + 'static,
) -> Response {
    let Some(encoding) = encoding::negotiate(request) else {
        let detail = "answers are sent as they are or compressed with gzip, br or zstd".to_owned();
        return problem(StatusCode::NOT_ACCEPTABLE, "Not acceptable", detail);
    };
    if guard::has_body(request) {
        let detail = "this address takes no request body".to_owned();
        return problem(StatusCode::BAD_REQUEST, "Bad request", detail);
    }
    let (serving, site) = (app.serving.clone(), app.site());
    let found = tokio::task::spawn_blocking(move || {
        let parameters = Parameters::of(query.as_deref())?;
        find(&parameters, &serving, &site).map(|found| representation(&found, encoding))
    });
    match tokio::time::timeout(app.answer_timeout(), found).await {
        Ok(Ok(Ok(Some(found)))) => found.answer(request, &app.terms(false)),
        Ok(Ok(Ok(None))) => unavailable("the server cannot write this answer".to_owned()),
        Ok(Ok(Err(error))) => refused(&error),
        Ok(Err(panic)) => {
            tracing::error!(error = %panic, "an answer panicked");
            unavailable("the server cannot answer this at the moment".to_owned())
        }
        Err(_elapsed) => unavailable("this takes too long; ask for less".to_owned()),
    }
}

fn representation(value: &impl Serialize, encoding: Encoding) -> Option<Representation> {
    let bytes = serde_json::to_vec(value).ok()?;
    let fingerprint = Fingerprint::of(&bytes);
    let encoding = if bytes.len() < COMPRESSED_FROM { Encoding::Identity } else { encoding };
    let body = Bytes::from(encoding.encode(bytes).ok()?);
    Some(Representation::new(fingerprint, encoding, body, "application/json", Freshness::Page))
}

fn refused(error: &Error) -> Response {
    let detail = error.to_string();
    match error {
        Error::Query(_) | Error::Wrong(_) => problem(StatusCode::BAD_REQUEST, "Bad request", detail),
        Error::Unknown(_) => problem(StatusCode::NOT_FOUND, "Not found", detail),
        Error::NotYet(_) => unavailable(detail),
        Error::Store(_) | Error::Index(_) => {
            tracing::error!("api: {detail}");
            unavailable("the server cannot read its store at the moment".to_owned())
        }
    }
}

fn unavailable(detail: String) -> Response {
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, "Not available now", detail);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    response
}

fn problem(status: StatusCode, title: &'static str, detail: String) -> Response {
    let mut response = json(status, &Problem { title, status: status.as_u16(), detail });
    let media_type = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, media_type);
    response
}

/// What is said of an address of the API that is not there, or is not asked so.
pub(super) fn absent(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Not found");
    problem(status, title, detail.to_owned())
}

/// An answer that no cache keeps.
fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let Ok(body) = serde_json::to_vec(value) else {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
