//! The subscription list.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::App;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Made;
use crate::http::answers::PAGE_CACHE;
use crate::http::front;
use crate::pages::opml;
use crate::urls::Place;

pub(super) async fn list(State(app): State<Arc<App>>, request: HeaderMap) -> Response {
    let path = app.serving.urls.path(Place::Opml);
    let make = |serving: &Serving, site: &Site| {
        Ok(Found::Made(Made {
            bytes: opml::render(&site.title, &front::lines(serving, site)?, &serving.urls)?,
            content_type: opml::MEDIA_TYPE,
            cache_control: PAGE_CACHE,
            last_modified: None,
        }))
    };
    app.answer(path, Keep::Kept, &request, make).await
}
