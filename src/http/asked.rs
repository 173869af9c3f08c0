//! What a route is handed of a request: the headers, and for whom the answer is.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use crate::http::Serving;
use crate::http::Site;
use crate::http::answers::App;
use crate::http::answers::Fault;
use crate::http::answers::Found;
use crate::http::answers::Keep;
use crate::http::answers::Outcome;
use crate::http::tokens::Guest;
use crate::urls::Place;
use crate::urls::Urls;

/// A request that was routed.
pub(super) struct Asked {
    pub(super) app: Arc<App>,
    pub(super) headers: HeaderMap,
    pub(super) guest: Option<Guest>,
    /// The addresses in the answer: those of everybody, or of this reader alone.
    pub(super) urls: Arc<Urls>,
}

impl FromRequestParts<Arc<App>> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let guest = parts.extensions.get::<Guest>().cloned();
        let urls = match &guest {
            Some(guest) => Arc::new(app.serving.urls.private(&guest.token)),
            None => Arc::clone(&app.serving.urls),
        };
        Ok(Self { app: Arc::clone(app), headers: std::mem::take(&mut parts.headers), guest, urls })
    }
}

impl Asked {
    /// Answers with the resource of a place, which `make` reads from the store.
    pub(super) async fn answer(
        &self,
        place: Place<'_>,
        keep: Keep,
        make: impl FnOnce(&Serving, &Site, &Urls) -> Result<Found, Fault> + Send + 'static,
    ) -> Response {
        let outcome = self.obtain(self.urls.route(place), keep, make).await;
        self.respond(outcome)
    }

    /// The resource under a key, in the encoding that the request asks for.
    pub(super) async fn obtain(
        &self,
        key: String,
        keep: Keep,
        make: impl FnOnce(&Serving, &Site, &Urls) -> Result<Found, Fault> + Send + 'static,
    ) -> Outcome {
        let urls = Arc::clone(&self.urls);
        let make = move |serving: &Serving, site: &Site| make(serving, site, &urls);
        self.app.obtain(key, keep, &self.headers, make).await
    }

    /// The answer to an outcome.
    pub(super) fn respond(&self, outcome: Outcome) -> Response {
        self.app.respond(outcome, &self.headers, &self.app.terms(self.guest.is_some()))
    }

    /// A page that says what went wrong.
    pub(super) fn refuse(&self, status: StatusCode, title: &str, words: &str) -> Response {
        self.app.refuse(status, title, words)
    }
}
