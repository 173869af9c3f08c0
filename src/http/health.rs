//! For supervisors: whether the process is alive, and whether it can do its work.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;

use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::App;
use crate::http::answers::Fault;

/// A supervisor that waits longer than this has given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// 200 once the store has answered.
pub(super) async fn alive(State(app): State<Arc<App>>) -> Response {
    report(app, |serving, _site| serving.reader.installation().map(|_facts| Ok(())).map_err(Fault::from))
        .await
}

/// 200 once the store is set up and every configured topic has been matched against it.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    report(app, |serving, site| {
        if serving.reader.installation()?.is_none() {
            return Ok(Err("the store is not set up yet"));
        }
        for topic in site.topics.iter() {
            if serving.reader.topic(&topic.id)?.is_none() {
                return Ok(Err("a topic has not been matched against the store yet"));
            }
        }
        Ok(Ok(()))
    })
    .await
}

async fn report(
    app: Arc<App>,
    check: impl FnOnce(&Serving, &Site) -> Result<Result<(), &'static str>, Fault> + Send + 'static,
) -> Response {
    let task = tokio::task::spawn_blocking(move || check(&app.serving, &app.site()));
    let (status, words) = match tokio::time::timeout(PATIENCE, task).await {
        Ok(Ok(Ok(Ok(())))) => (StatusCode::OK, "ok"),
        Ok(Ok(Ok(Err(words)))) => (StatusCode::SERVICE_UNAVAILABLE, words),
        Ok(Ok(Err(_)) | Err(_)) => (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read"),
        Err(_elapsed) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer in time"),
    };
    let mut response = Response::new(Body::from(format!("{words}\n")));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}
