//! The table of routes. What stands behind a route is in the file of its resource.

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::routing::get;
use axum::routing::post;

use crate::http::Serving;
use crate::http::Settings;
use crate::http::answers::App;
use crate::http::api;
use crate::http::assets;
use crate::http::front;
use crate::http::guard;
use crate::http::health;
use crate::http::listings;
use crate::http::opml;
use crate::http::papers;
use crate::http::topics;
use crate::http::updates;

/// Everything we answer. `GET` routes answer `HEAD` too.
pub fn router(serving: Serving, settings: &Settings) -> Router {
    let app = Arc::new(App::new(serving, settings));
    Router::new()
        .route("/", get(front::page))
        .route("/topics/{name}", get(topics::topic))
        .route("/updates.atom", get(updates::feed))
        .route("/search.atom", get(listings::search))
        .route("/authors/{name}", get(listings::author))
        .route("/categories/{name}", get(listings::category))
        .route("/papers/{id}", get(papers::page))
        .route("/papers/{id}/similar.atom", get(listings::similar))
        .route("/api/v1/search", get(api::search))
        .route("/api/v1/try", get(api::try_query))
        .route("/api/v1/papers/{id}/similar", get(api::similar))
        .route("/api/v1/topics/{id}/explain", get(api::explain))
        .route("/api/v1/topics/{id}/try", get(api::try_topic))
        .route("/api/v1/topics/{id}/marks", post(api::mark))
        .route("/arxiv/{*id}", get(papers::by_arxiv))
        .route("/doi/{*id}", get(papers::by_doi))
        .route("/opml", get(opml::list))
        .route("/assets/{name}", get(assets::asset))
        .route("/robots.txt", get(assets::robots))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(guard::absent)
        .method_not_allowed_fallback(guard::wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(app)
}
