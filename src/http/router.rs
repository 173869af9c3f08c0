//! The table of routes. What stands behind a route is in the file of its resource; [`Server`] stands before all of them and
//! answers most requests from what is ready.

use std::sync::Arc;

use axum::BoxError;
use axum::Router;
use axum::body::Body;
use axum::body::Bytes;
use axum::body::HttpBody;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header;
use axum::middleware;
use axum::response::Response;
use axum::routing::delete;
use axum::routing::get;
use axum::routing::post;
use tower::Service as _;

use crate::http::Serving;
use crate::http::Settings;
use crate::http::answers::App;
use crate::http::api;
use crate::http::archives;
use crate::http::assets;
use crate::http::boards;
use crate::http::boards::Board;
use crate::http::catalogue;
use crate::http::days;
use crate::http::guard;
use crate::http::health;
use crate::http::listings;
use crate::http::mailing;
use crate::http::opml;
use crate::http::papers;
use crate::http::push;
use crate::http::rates::Bucket;
use crate::http::tokens;
use crate::http::topics;
use crate::http::updates;
use crate::http::views;
use crate::model::format::Format;
use crate::model::period::Span;
use crate::urls::Place;

/// Answers requests.
#[derive(Clone, Debug)]
pub struct Server {
    /// What stands before the routes, of a server of ours.
    pub(super) app: Option<Arc<App>>,
    router: Router,
}

impl From<Router> for Server {
    /// Routes alone.
    fn from(router: Router) -> Self {
        Self { app: None, router }
    }
}

/// What may be the body of a request.
pub(super) trait Sent: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static {}

impl<B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static> Sent for B {}

impl Server {
    /// Answers a request of this process.
    pub async fn ask(&self, request: Request<Body>) -> Response {
        self.answer(request, None).await
    }

    /// Answers a request. `bucket` counts those of the network it comes from; none where that is this machine.
    pub(super) async fn answer<B: Sent>(&self, request: Request<B>, bucket: Option<&Bucket>) -> Response {
        let is_head = *request.method() == Method::HEAD;
        let response = self.reply(request, bucket).await;
        if is_head { without_body(response) } else { response }
    }

    async fn reply<B: Sent>(&self, request: Request<B>, bucket: Option<&Bucket>) -> Response {
        let Some(app) = &self.app else { return self.routed(request).await };
        if let Some(Err(wait)) = bucket.map(|bucket| bucket.take(app.rate)) {
            return app.too_many(wait);
        }
        if tokens::is_private(request.uri().path()) {
            return self.private(app, request).await;
        }
        let headers = request.headers();
        if guard::is_plain(request.method(), request.version(), headers)
            && let Some(path) = request.uri().path_and_query()
            && let Some(ready) = app.ready(path.as_str(), headers)
        {
            return ready.body.answer(headers, &ready.terms);
        }
        self.routed(request).await
    }

    /// Answers a request to the address of one reader.
    async fn private<B: Sent>(&self, app: &App, mut request: Request<B>) -> Response {
        let unknown = || app.refuse(StatusCode::NOT_FOUND, "Not found", "There is nothing at this address.");
        let Some((token, rest)) = tokens::split(request.uri().path()) else { return unknown() };
        let guest = match app.tokens.open(&app.serving.reader, token) {
            Ok(Some(guest)) => guest,
            Ok(None) => return unknown(),
            Err(error) => {
                tracing::error!(%error, "private addresses cannot be looked up");
                return app.unavailable();
            }
        };
        if guest.access.is_revoked {
            let words = "This address was revoked and answers no more. Please unsubscribe.";
            return app.refuse(StatusCode::GONE, "Gone", words);
        }
        if let Err(wait) = guest.access.bucket.take(app.rate) {
            return app.too_many(wait);
        }
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let Ok(uri) = format!("/{rest}{query}").parse::<Uri>() else { return unknown() };
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = uri.into_parts().path_and_query;
        let Ok(uri) = Uri::from_parts(parts) else { return unknown() };
        *request.uri_mut() = uri;
        let access = Arc::clone(&guest.access);
        request.extensions_mut().insert(guest);
        let response = self.routed(request).await;
        let is_unchanged = response.status() == StatusCode::NOT_MODIFIED;
        app.tokens.private.note(access.digest, app.serving.clock.now(), is_unchanged);
        response
    }

    async fn routed<B: Sent>(&self, request: Request<B>) -> Response {
        match self.router.clone().call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// The head of an answer. HTTP/2 would else send what HTTP/1 knows to leave out.
fn without_body(mut response: Response) -> Response {
    let length = response.body().size_hint().exact().filter(|length| *length > 0);
    if let Some(length) = length {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert_with(|| HeaderValue::from(length));
    }
    *response.body_mut() = Body::empty();
    response
}

/// Everything we answer. `GET` routes answer `HEAD` too.
pub fn router(serving: Serving, settings: &Settings) -> Server {
    let app = Arc::new(App::new(serving, settings));
    let mut router = Router::new();
    for format in Format::ALL {
        let end = format.extension();
        for board in Board::ALL {
            // The names in the table of routes and in addresses are the same.
            let path = app.serving.urls.route(Place::Feed(board.list(), format));
            router = router.route(&path, get(move |query, asked| boards::feed(board, format, query, asked)));
        }
        let updates = move |asked| updates::feed(format, asked);
        let search = move |query, asked| listings::search(format, query, asked);
        let similar = move |id, asked| listings::similar(format, id, asked);
        router = router
            .route(&format!("/updates{end}"), get(updates))
            .route(&format!("/search{end}"), get(search))
            .route(&format!("/papers/{{id}}/similar{end}"), get(similar));
    }
    let router = router
        .route("/", get(days::front))
        .route("/daily/{day}", get(|name, query, asked| days::listed(Span::Day, name, query, asked)))
        .route("/week/{week}", get(|name, query, asked| days::listed(Span::Week, name, query, asked)))
        .route("/month/{month}", get(|name, query, asked| days::listed(Span::Month, name, query, asked)))
        .route("/trending", get(views::trending))
        .route("/picks", get(views::picks))
        .route("/search", get(views::search))
        .route("/papers/{id}/similar", get(views::similar))
        .route("/status", get(views::status))
        .route("/about", get(views::about))
        .route("/topics", get(catalogue::catalogue))
        .route("/topics/{name}", get(topics::topic))
        .route("/topics/{name}/archive/{number}", get(archives::archive))
        .route("/authors/{name}", get(listings::author))
        .route("/categories/{name}", get(listings::category))
        .route("/papers/{id}", get(papers::page))
        .route("/api/openapi.json", get(api::openapi::description))
        .route("/api/v1/search", get(api::lookups::search))
        .route("/api/v1/try", get(api::lookups::try_query))
        .route("/api/v1/papers", get(api::lists::papers))
        .route("/api/v1/papers/{id}", get(api::lists::paper))
        .route("/api/v1/papers/{id}/signals", get(api::lists::signals))
        .route("/api/v1/papers/{id}/similar", get(api::lookups::similar))
        .route("/api/v1/topics", get(api::lists::topics))
        .route("/api/v1/topics/{id}/papers", get(api::lists::of_topic))
        .route("/api/v1/topics/{id}/explain", get(api::lookups::explain))
        .route("/api/v1/topics/{id}/try", get(api::lookups::try_topic))
        .route("/api/v1/topics/{id}/marks", post(api::editing::mark))
        .route("/api/v1/daily/{period}", get(api::boards::listed))
        .route("/api/v1/trending", get(api::boards::trending))
        .route("/api/v1/picks", get(api::boards::picks).post(api::editing::pick))
        .route("/api/v1/picks/{paper}", delete(api::editing::unpick))
        .route("/api/v1/sources", get(api::lists::sources))
        .route("/arxiv/{*id}", get(papers::by_arxiv))
        .route("/doi/{*id}", get(papers::by_doi))
        .route("/opml", get(opml::list))
        .route("/assets/{name}", get(assets::asset))
        .route("/robots.txt", get(assets::robots))
        .route("/opensearch.xml", get(assets::opensearch))
        .route("/manifest.webmanifest", get(assets::manifest))
        .route("/subscribe", get(mailing::form).post(mailing::sign_up))
        .route("/confirm/{token}", get(mailing::confirmation).post(mailing::confirm))
        .route("/unsubscribe/{token}", get(mailing::farewell).post(mailing::leave))
        .route("/preferences/{token}", get(mailing::preferences).post(mailing::prefer))
        .route("/api/v1/subscribers", post(api::subscribers::sign_up))
        .route("/hub", post(push::hub))
        .route("/websub/{source}", get(push::asked).post(push::told))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(guard::absent)
        .method_not_allowed_fallback(guard::wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard::guard))
        .with_state(Arc::clone(&app));
    Server { app: Some(app), router }
}
