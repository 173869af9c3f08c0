//! Subscribing by mail, for programs: the same as the page does.

use std::sync::Arc;

use axum::extract::Request;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::answers::App;
use crate::http::api::Problem;
use crate::http::api::editing::Done;
use crate::http::api::json;
use crate::http::api::problem;
use crate::http::api::read_body;
use crate::http::errands::Errand;
use crate::http::errands::Reply;
use crate::http::mailing::Given;
use crate::http::serve::Network;

/// The longest body of a request, in bytes.
const LONGEST_BODY: usize = 64 * 1_024;

/// An address, and what it shall get.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscriberBody {
    /// The address.
    #[schema(example = "ann@example.org")]
    address: String,
    /// The ids of topics.
    #[serde(default)]
    topics: Vec<String>,
    /// Of `daily`, `trending` and `picks` those that are wished for.
    #[serde(default)]
    lists: Vec<String>,
    /// `daily`, or the day of the week; `weekly` is on Mondays.
    #[serde(default)]
    #[schema(example = "daily")]
    rhythm: String,
    /// The hour of the day in `zone`, from 0 to 23; 7 where nothing is said.
    #[serde(default)]
    hour: Option<u8>,
    /// The time zone; UTC where nothing is said.
    #[serde(default)]
    #[schema(example = "Europe/Zurich")]
    zone: String,
    /// Whether a letter comes also when nothing was listed.
    #[serde(default)]
    even_empty: bool,
}

/// Ask for digests by mail: the address gets a letter in which it can confirm
#[utoipa::path(
    post,
    path = "/api/v1/subscribers",
    tag = "mail",
    request_body = SubscriberBody,
    responses(
        (status = 202, description = "If the address can get letters from here, one is on its way", body = Done),
        (status = 400, description = "The body is not understood", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "This site sends no mail to people who subscribe by themselves", body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is too long", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The address, a topic or another wish is wrong", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many addresses were given", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "It cannot be written down now", body = Problem, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn sign_up(State(app): State<Arc<App>>, request: Request) -> Response {
    let site = app.site();
    if !site.takes_subscribers {
        let detail = "this site sends no mail to people who subscribe by themselves".to_owned();
        return problem(StatusCode::NOT_FOUND, "Not found", detail);
    }
    let network = Network::of(&request);
    let shape = "{\"address\": \"…\", \"topics\": [\"…\"], \"lists\": [\"daily\"]}";
    let body = match read_body::<SubscriberBody>(request.into_body(), LONGEST_BODY, shape).await {
        Ok(body) => body,
        Err(refused) => return *refused,
    };
    let given = Given {
        address: body.address,
        topics: body.topics,
        lists: body.lists,
        rhythm: body.rhythm,
        hour: body.hour.map(|hour| hour.to_string()).unwrap_or_default(),
        zone: body.zone,
        even_empty: body.even_empty,
        ..Given::default()
    };
    let refused = |detail| problem(StatusCode::UNPROCESSABLE_ENTITY, "Cannot be done", detail);
    let wishes = match given.wishes(&site) {
        Ok(wishes) => wishes,
        Err(words) => return refused(words),
    };
    match app.serving.errands.run(Errand::SignUp { address: given.address, wishes, network }).await {
        Reply::Done | Reply::Subscriber(_) | Reply::Challenge(_) => {
            let done = "if the address can get letters from here, one is on its way; nothing else is sent before it confirms";
            json(StatusCode::ACCEPTED, &Done { done: done.to_owned() })
        }
        Reply::Refused { status: 429, words } => {
            problem(StatusCode::TOO_MANY_REQUESTS, "Too many requests", words)
        }
        Reply::Refused { status: 503, words } => {
            problem(StatusCode::SERVICE_UNAVAILABLE, "Not available now", words)
        }
        Reply::Refused { status: 404, words } => problem(StatusCode::NOT_FOUND, "Not found", words),
        Reply::Refused { words, .. } => refused(words),
    }
}
