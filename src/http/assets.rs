//! What never changes while the daemon runs: the style sheets, the script, what browsers may keep, and a word to crawlers.

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
use crate::http::freshness::Freshness;
use crate::pages;
use crate::pages::Around;
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
        Ok("offprint.js") => {
            let path = app.serving.urls.route(Place::Script);
            return fixed(app, path, pages::SCRIPT.to_owned(), "text/javascript; charset=utf-8", &request)
                .await;
        }
        Ok("icon.svg") => {
            let path = app.serving.urls.route(Place::Icon);
            return fixed(app, path, pages::ICON.to_owned(), "image/svg+xml", &request).await;
        }
        Ok(_) | Err(_) => {
            return app.refuse(StatusCode::NOT_FOUND, "Not found", "There is nothing at this address.");
        }
    };
    let path = app.serving.urls.route(place);
    fixed(app, path, text.to_owned(), "text/css; charset=utf-8", &request).await
}

pub(super) async fn robots(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    fixed(app, "/robots.txt".to_owned(), ROBOTS.to_owned(), "text/plain; charset=utf-8", &request).await
}

/// What lets browsers search here.
pub(super) async fn opensearch(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    let (site, urls) = (app.site(), Arc::clone(&app.serving.urls));
    let make = move |_serving: &Serving, _site: &Site| {
        let page = pages::machines::opensearch(Around {
            site: &site.title,
            takes_mail: site.takes_subscribers,
            urls: &urls,
        })?;
        let media_type = "application/opensearchdescription+xml; charset=utf-8";
        Ok(Found::Made(Made { freshness: Freshness::Asset, ..Made::page(page.into_bytes(), media_type) }))
    };
    let path = app.serving.urls.route(Place::OpenSearch);
    app.answer(path, Keep::Kept(Shows::Nothing), &request, make).await
}

/// What lets a phone keep this as an application.
pub(super) async fn manifest(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    let (site, urls) = (app.site(), Arc::clone(&app.serving.urls));
    let manifest = pages::machines::manifest(Around {
        site: &site.title,
        takes_mail: site.takes_subscribers,
        urls: &urls,
    });
    let path = app.serving.urls.route(Place::Manifest);
    fixed(app, path, manifest, "application/manifest+json", &request).await
}

async fn fixed(
    app: Arc<App>,
    path: String,
    text: String,
    content_type: &'static str,
    request: &HeaderMap,
) -> Response {
    let make = move |_serving: &Serving, _site: &Site| {
        let made = Made::page(text.into_bytes(), content_type);
        Ok(Found::Made(Made { freshness: Freshness::Asset, ..made }))
    };
    app.answer(path, Keep::Kept(Shows::Nothing), request, make).await
}
