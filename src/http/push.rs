//! WebSub over HTTP: our hub, and the callbacks that other hubs use.

use axum::body::Body;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use std::sync::Arc;

use crate::http::answers::App;
use crate::http::errands::Errand;
use crate::http::errands::Reply;
use crate::http::serve::Network;

/// The longest request to the hub, in bytes.
const LONGEST_REQUEST: usize = 64 * 1_024;

/// The longest notice of another hub: it may hold a whole feed.
const LONGEST_NOTICE: usize = 8 << 20;

/// `POST /hub`
pub(super) async fn hub(State(app): State<Arc<App>>, request: Request) -> Response {
    let network = Network::of(&request);
    let Ok(body) = axum::body::to_bytes(request.into_body(), LONGEST_REQUEST).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the request is too long\n".to_owned());
    };
    match app.serving.errands.run(Errand::Hub { body, network }).await {
        Reply::Refused { status, words } => refused(status, &words),
        Reply::Done | Reply::Subscriber(_) | Reply::Challenge(_) => {
            plain(StatusCode::ACCEPTED, "accepted; the callback is asked now\n".to_owned())
        }
    }
}

/// `GET /websub/{source}`
pub(super) async fn asked(
    State(app): State<Arc<App>>,
    Path(source): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let errand = Errand::AskedByHub { source, query: query.unwrap_or_default() };
    match app.serving.errands.run(errand).await {
        Reply::Challenge(challenge) => plain(StatusCode::OK, challenge),
        Reply::Done | Reply::Subscriber(_) => plain(StatusCode::OK, String::new()),
        Reply::Refused { status, words } => refused(status, &words),
    }
}

/// `POST /websub/{source}`
pub(super) async fn told(
    State(app): State<Arc<App>>,
    Path(source): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(body) = axum::body::to_bytes(body, LONGEST_NOTICE).await else {
        return plain(StatusCode::PAYLOAD_TOO_LARGE, "the notice is too long\n".to_owned());
    };
    let signature = headers.get("x-hub-signature").and_then(|value| value.to_str().ok()).map(str::to_owned);
    match app.serving.errands.run(Errand::ToldByHub { source, signature, body }).await {
        Reply::Refused { status, words } => refused(status, &words),
        Reply::Done | Reply::Subscriber(_) | Reply::Challenge(_) => {
            plain(StatusCode::ACCEPTED, String::new())
        }
    }
}

fn refused(status: u16, words: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    plain(status, format!("{words}\n"))
}

fn plain(status: StatusCode, words: String) -> Response {
    let mut response = Response::new(Body::from(words));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
