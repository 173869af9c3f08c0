//! `/api/v1`: what the command line finds, as JSON. Errors are `application/problem+json` (RFC 9457).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;

use crate::finding;
use crate::finding::Error;
use crate::finding::Library;
use crate::finding::search::Wanted;
use crate::http::Lesson;
use crate::http::answers::App;
use crate::index::reader::Sort;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;

/// The longest body of a request, in bytes.
const LONGEST_BODY: usize = 4 * 1_024;

/// How many papers are given where nothing is said.
const LIMIT: usize = 20;

/// What went wrong, for programs and people.
#[derive(Serialize)]
struct Problem {
    title: &'static str,
    status: u16,
    detail: String,
}

/// The body of a mark.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MarkBody {
    paper: String,
    mark: String,
}

/// What a lesson did.
#[derive(Serialize)]
struct Done {
    done: String,
}

/// The parameters of a request, each once.
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    fn of(query: Option<&str>) -> Self {
        let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        Self(pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, Error> {
        self.text(name).ok_or_else(|| Error::Wrong(format!("the parameter {name} is missing")))
    }

    fn number(&self, name: &str, fallback: usize, most: usize) -> Result<usize, Error> {
        let Some(text) = self.text(name) else { return Ok(fallback) };
        let number = text.parse().ok().filter(|number| *number <= most);
        number.ok_or_else(|| Error::Wrong(format!("{name} is a whole number up to {most}")))
    }

    fn days(&self) -> Result<u32, Error> {
        self.number("days", 30, 366).map(|days| u32::try_from(days).unwrap_or(30))
    }
}

/// `GET /api/v1/search?q=&sort=&offset=&limit=`
pub(super) async fn search(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    respond(&app, query, move |parameters, library, now| {
        let text = parameters.required("q")?;
        let sort = match parameters.text("sort") {
            None | Some("newest") => Sort::Newest,
            Some("relevance") => Sort::Relevance,
            Some(_other) => return Err(Error::Wrong("sort is newest or relevance".to_owned())),
        };
        let offset = parameters.number("offset", 0, finding::search::FARTHEST)?;
        let limit = parameters.number("limit", LIMIT, finding::search::MOST)?;
        finding::search::search(library, text, Wanted { sort, offset, limit }, now)
    })
    .await
}

/// `GET /api/v1/papers/{id}/similar?limit=`
pub(super) async fn similar(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    respond(&app, query, move |parameters, library, now| {
        let limit = parameters.number("limit", LIMIT, 100)?;
        let paper = finding::known(&library.reader, &id)?;
        finding::search::similar_rows(library, &paper, limit, now)
    })
    .await
}

/// `GET /api/v1/topics/{id}/explain?paper=`
pub(super) async fn explain(
    State(app): State<Arc<App>>,
    Path(topic): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    respond(&app, query, move |parameters, library, now| {
        let topic = known_topic(&topic)?;
        let paper = finding::known(&library.reader, parameters.required("paper")?)?;
        finding::explain::explain(library, &topic, &paper, now)
    })
    .await
}

/// `GET /api/v1/topics/{id}/try?days=`, and with `q` that query in the place of the topic's
pub(super) async fn try_topic(
    State(app): State<Arc<App>>,
    Path(topic): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    respond(&app, query, move |parameters, library, now| {
        let id = known_topic(&topic)?;
        let topics = library.selector.topics();
        let mut topic = topics.topic(&id).cloned().ok_or_else(|| finding::no_topic(topics, id.as_str()))?;
        if let Some(text) = parameters.text("q") {
            topic.query = Some(finding::understood(text)?);
        }
        let days = parameters.days()?;
        finding::trial::trial(library, &topic, Some(&id), days, now)
    })
    .await
}

/// `GET /api/v1/try?q=&days=`
pub(super) async fn try_query(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    respond(&app, query, move |parameters, library, now| {
        let query = finding::understood(parameters.required("q")?)?;
        finding::trial::trial_of_query(library, query, parameters.days()?, now)
    })
    .await
}

/// `POST /api/v1/topics/{id}/marks` with an editor's token and `{"paper": "…", "mark": "+"}`
pub(super) async fn mark(
    State(app): State<Arc<App>>,
    Path(topic): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let site = app.site();
    let Some(token) = &site.editor_token else {
        let detail = "no editor token is configured; set editor_token under [server]";
        return problem(StatusCode::FORBIDDEN, "Forbidden", detail.to_owned());
    };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if !is_same(given.trim(), token.reveal()) {
        let detail = "send the editor's token as Authorization: Bearer …".to_owned();
        let mut response = problem(StatusCode::UNAUTHORIZED, "Unauthorised", detail);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return response;
    }
    let Ok(body) = axum::body::to_bytes(body, LONGEST_BODY).await else {
        return problem(StatusCode::PAYLOAD_TOO_LARGE, "Too large", "the body is too long".to_owned());
    };
    let lesson = match serde_json::from_slice::<MarkBody>(&body) {
        Ok(MarkBody { paper, mark }) => Lesson { topic, paper, sign: mark },
        Err(error) => {
            let detail = format!("the body is {{\"paper\": \"…\", \"mark\": \"+\"}}: {error}");
            return problem(StatusCode::BAD_REQUEST, "Bad request", detail);
        }
    };
    match app.serving.teacher.teach(lesson).await {
        Ok(done) => json(StatusCode::OK, &Done { done }),
        Err(detail) => problem(StatusCode::UNPROCESSABLE_ENTITY, "Cannot be done", detail),
    }
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn is_same(one: &str, other: &str) -> bool {
    use sha2::Digest as _;
    let digest = |text: &str| sha2::Sha256::digest(text.as_bytes());
    let pairs = digest(one).into_iter().zip(digest(other));
    pairs.fold(0, |difference, (one, other)| difference | (one ^ other)) == 0
}

fn known_topic(text: &str) -> Result<TopicId, Error> {
    TopicId::parse(text).ok_or_else(|| Error::Unknown(format!("\"{text}\" is no name of a topic")))
}

/// Looks something up off the async threads, and answers with it.
async fn respond<T: Serialize + Send + 'static>(
    app: &Arc<App>,
    query: Option<String>,
    find: impl FnOnce(&Parameters, &Library, Timestamp) -> Result<T, Error> + Send + 'static,
) -> Response {
    let (library, now) = (app.serving.library(), app.serving.clock.now());
    let parameters = Parameters::of(query.as_deref());
    let found = tokio::task::spawn_blocking(move || find(&parameters, &library, now));
    match tokio::time::timeout(app.answer_timeout(), found).await {
        Ok(Ok(Ok(found))) => json(StatusCode::OK, &found),
        Ok(Ok(Err(error))) => refused(&error),
        Ok(Err(panic)) => {
            tracing::error!(error = %panic, "an answer panicked");
            unavailable("the server cannot answer this at the moment".to_owned())
        }
        Err(_elapsed) => unavailable("this takes too long; ask for less".to_owned()),
    }
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
