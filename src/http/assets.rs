//! What never changes while the daemon runs: the style sheet, and a word to crawlers.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::App;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::pages;
use crate::urls::Place;

/// Crawlers need no redirects and no health.
const ROBOTS: &str =
    "User-agent: *\nDisallow: /arxiv/\nDisallow: /doi/\nDisallow: /healthz\nDisallow: /readyz\n";

/// For how long an asset may be used without asking.
const CACHE: &str = "public, max-age=3600";

pub(super) async fn asset(
    State(app): State<Arc<App>>,
    name: Result<Path<String>, PathRejection>,
    request: HeaderMap,
) -> Response {
    if !name.is_ok_and(|Path(name)| name == "offprint.css") {
        return app.refuse(StatusCode::NOT_FOUND, "Not found", "There is nothing at this address.");
    }
    let path = app.serving.urls.path(Place::Stylesheet);
    fixed(app, path, pages::STYLESHEET, "text/css; charset=utf-8", &request).await
}

pub(super) async fn robots(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    fixed(app, "/robots.txt".to_owned(), ROBOTS, "text/plain; charset=utf-8", &request).await
}

async fn fixed(
    app: Arc<App>,
    path: String,
    text: &'static str,
    content_type: &'static str,
    request: &HeaderMap,
) -> Response {
    let make = move |_serving: &Serving, _site: &Site| {
        let bytes = text.as_bytes().to_vec();
        Ok(Found::Made(Made { bytes, content_type, cache_control: CACHE, last_modified: None }))
    };
    app.answer(path, Keep::Kept, request, make).await
}
