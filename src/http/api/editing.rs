//! What editors do over HTTP: marks and picks, with the token that the operator configured.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::finding::rows::RankingRows;
use crate::http::Lesson;
use crate::http::Taught;
use crate::http::answers::App;
use crate::http::api::Problem;
use crate::http::api::json;
use crate::http::api::problem;
use crate::http::api::read_body;

/// The longest body of a request, in bytes.
const LONGEST_BODY: usize = 16 * 1_024;

/// A mark.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MarkBody {
    /// The paper, by any of its names.
    #[schema(example = "arxiv:2608.00001")]
    paper: String,
    /// `+` for right, `-` for wrong, `0` takes a mark back.
    #[schema(example = "+")]
    mark: String,
}

/// A pick.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PickBody {
    /// The paper, by any of its names.
    #[schema(example = "arxiv:2608.00001")]
    paper: String,
    /// Why, in Markdown; at most 2,000 characters.
    #[schema(example = "The first *readable* proof.")]
    note: Option<String>,
}

/// What was done.
#[derive(Serialize, ToSchema)]
pub(super) struct Done {
    /// In words.
    pub(super) done: String,
}

/// What was done, and how it moved the ranking.
#[derive(Serialize, ToSchema)]
struct Marked {
    /// In words.
    done: String,
    /// The papers of the topic by their scores, before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    ranking: Option<RankingRows>,
}

/// Mark a paper as right or wrong in a ranked topic, which learns from it
#[utoipa::path(
    post,
    path = "/api/v1/topics/{id}/marks",
    tag = "editing",
    security(("editor" = [])),
    params(("id" = String, Path, description = "The topic")),
    request_body = MarkBody,
    responses(
        (status = 200, description = "It is marked", body = Marked),
        (status = 400, description = "The body is not understood", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The token is missing or wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No token is configured", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too long", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "There is no such paper or ranked topic", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn mark(
    State(app): State<Arc<App>>,
    Path(topic): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let lesson = |MarkBody { paper, mark }| Lesson::Mark { topic, paper, sign: mark };
    edit(&app, &headers, body, "{\"paper\": \"…\", \"mark\": \"+\"}", lesson).await
}

/// Pick a paper for everyone, or change the note to it
#[utoipa::path(
    post,
    path = "/api/v1/picks",
    tag = "editing",
    security(("editor" = [])),
    request_body = PickBody,
    responses(
        (status = 200, description = "It is picked", body = Done),
        (status = 400, description = "The body is not understood", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "The token is missing or wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No token is configured", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too long", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "There is no such paper", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn pick(State(app): State<Arc<App>>, headers: HeaderMap, body: Body) -> Response {
    let lesson = |PickBody { paper, note }| Lesson::Pick { paper, note };
    edit(&app, &headers, body, "{\"paper\": \"…\", \"note\": \"…\"}", lesson).await
}

/// Take a pick back
#[utoipa::path(
    delete,
    path = "/api/v1/picks/{paper}",
    tag = "editing",
    security(("editor" = [])),
    params(("paper" = String, Path, description = "The paper, by any of its names")),
    responses(
        (status = 200, description = "It is not picked any more", body = Done),
        (status = 401, description = "The token is missing or wrong", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "No token is configured", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "There is no such pick", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn unpick(
    State(app): State<Arc<App>>,
    Path(paper): Path<String>,
    headers: HeaderMap,
) -> Response {
    match allowed(&app, &headers) {
        Ok(()) => teach(&app, Lesson::Unpick { paper }).await,
        Err(refused) => *refused,
    }
}

/// Does what the body of an editor's request asks for.
async fn edit<B: DeserializeOwned>(
    app: &Arc<App>,
    headers: &HeaderMap,
    body: Body,
    shape: &str,
    lesson: impl FnOnce(B) -> Lesson,
) -> Response {
    if let Err(refused) = allowed(app, headers) {
        return *refused;
    }
    match read_body::<B>(body, LONGEST_BODY, shape).await {
        Ok(body) => teach(app, lesson(body)).await,
        Err(refused) => *refused,
    }
}

async fn teach(app: &Arc<App>, lesson: Lesson) -> Response {
    match app.serving.teacher.teach(lesson).await {
        Ok(Taught { done, ranking: None }) => json(StatusCode::OK, &Done { done }),
        Ok(Taught { done, ranking }) => json(StatusCode::OK, &Marked { done, ranking }),
        Err(detail) => problem(StatusCode::UNPROCESSABLE_ENTITY, "Cannot be done", detail),
    }
}

/// Whether a request has the editor's token.
fn allowed(app: &App, headers: &HeaderMap) -> Result<(), Box<Response>> {
    let site = app.site();
    let Some(token) = &site.editor_token else {
        let detail = "no editor token is configured; set editor_token under [server]";
        return Err(Box::new(problem(StatusCode::FORBIDDEN, "Forbidden", detail.to_owned())));
    };
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    if is_same(given.trim(), token.reveal()) {
        return Ok(());
    }
    let detail = "send the editor's token as Authorization: Bearer …".to_owned();
    let mut response = problem(StatusCode::UNAUTHORIZED, "Unauthorised", detail);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    Err(Box::new(response))
}

/// Whether two texts are the same, in a time that does not tell where they differ.
fn is_same(one: &str, other: &str) -> bool {
    use sha2::Digest as _;
    let digest = |text: &str| sha2::Sha256::digest(text.as_bytes());
    let pairs = digest(one).into_iter().zip(digest(other));
    pairs.fold(0, |difference, (one, other)| difference | (one ^ other)) == 0
}
