//! What never changes while the daemon runs: the style sheets, and a word to crawlers.

use std::sync::Arc;

use axum::extract::Path;
use axum::extract::State;
use axum::extract::rejection::PathRejection;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Response;

use crate::feeds;
use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::App;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::Shows;
use crate::http::caching::Freshness;
use crate::pages;
use crate::urls::Place;

/// Crawlers need no redirects and no health.
const ROBOTS: &str =
    "User-agent: *\nDisallow: /arxiv/\nDisallow: /doi/\nDisallow: /healthz\nDisallow: /readyz\n";

pub(super) async fn asset(
    State(app): State<Arc<App>>,
    name: Result<Path<String>, PathRejection>,
    request: HeaderMap,
) -> Response {
    let (place, text) = match name.as_ref().map(|Path(name)| name.as_str()) {
        Ok("offprint.css") => (Place::Stylesheet, pages::STYLESHEET),
        Ok("feed.css") => (Place::FeedStylesheet, feeds::STYLESHEET),
        Ok(_) | Err(_) => {
            return app.refuse(StatusCode::NOT_FOUND, "Not found", "There is nothing at this address.");
        }
    };
    let path = app.serving.urls.route(place);
    fixed(app, path, text, "text/css; charset=utf-8", &request).await
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
        let made = Made::page(text.as_bytes().to_vec(), content_type);
        Ok(Found::Made(Made { freshness: Freshness::Asset, ..made }))
    };
    app.answer(path, Keep::Kept(Shows::Nothing), request, make).await
}
