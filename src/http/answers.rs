//! From a resource to an answer: look among the kept bodies, else make it from the store, off the async threads.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;

use crate::feeds;
use crate::finding;
use crate::http::Serving;
use crate::http::Settings;
use crate::http::Site;
use crate::http::bodies::Bodies;
use crate::http::caching::Fingerprint;
use crate::http::caching::Representation;
use crate::http::encoding;
use crate::http::encoding::Encoding;
use crate::model::plan::Sequence;
use crate::model::time::Timestamp;
use crate::pages;
use crate::store;

/// What all routes share.
#[derive(Debug)]
pub(super) struct App {
    pub(super) serving: Serving,
    bodies: Bodies<Stamp>,
    answer_timeout: Duration,
}

/// What a body is rendered from: a revision of the store, and the site as configured then.
#[derive(Clone, Debug)]
struct Stamp {
    revision: Sequence,
    site: Arc<Site>,
}

impl PartialEq for Stamp {
    fn eq(&self, other: &Self) -> bool {
        self.revision == other.revision && Arc::ptr_eq(&self.site, &other.site)
    }
}

/// A resource made from the store.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) bytes: Vec<u8>,
    pub(super) content_type: &'static str,
    pub(super) cache_control: &'static str,
    /// When it last changed in a way that matters, if that is known.
    pub(super) last_modified: Option<Timestamp>,
}

/// What a route found.
#[derive(Debug)]
pub(super) enum Found {
    /// The resource.
    Made(Made),
    /// It is elsewhere, for good (301) or for now (302).
    Elsewhere(StatusCode, String),
    /// There is none; the words are for the reader.
    Nothing(&'static str),
}

/// Whether a body is worth keeping: those with endless addresses are not, or a crawler would drive the feeds out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    /// Kept until the store or the configuration moves.
    Kept,
    /// Made anew each time.
    Fresh,
}

/// A resource that exists could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The store did not answer.
    #[error("reading the store")]
    Store(#[from] store::Error),
    /// A page could not be written.
    #[error("writing a page")]
    Page(#[from] pages::Error),
    /// A feed could not be written.
    #[error("writing a feed")]
    Feed(#[from] feeds::atom::Error),
    /// Nothing could be looked up.
    #[error("looking papers up")]
    Finding(#[from] finding::Error),
    /// Writing to memory did not work.
    #[error("writing bytes")]
    Bytes(#[from] std::io::Error),
}

/// For how long caches may show pages and lists without asking.
pub(super) const PAGE_CACHE: &str = "public, max-age=60";

/// For how long caches and readers may use a feed without asking.
pub(super) const FEED_CACHE: &str = "public, max-age=900";

impl App {
    pub(super) fn new(serving: Serving, settings: &Settings) -> Self {
        let bodies = Bodies::new(settings.cache_bytes);
        Self { serving, bodies, answer_timeout: settings.answer_timeout }
    }

    /// How long an answer may take to make.
    pub(super) fn answer_timeout(&self) -> Duration {
        self.answer_timeout
    }

    /// The site as configured now.
    pub(super) fn site(&self) -> Arc<Site> {
        Arc::clone(&self.serving.site.borrow())
    }

    /// Answers a request for the resource of a path, which `make` reads from the store.
    pub(super) async fn answer(
        self: Arc<Self>,
        path: String,
        keep: Keep,
        request: &HeaderMap,
        make: impl FnOnce(&Serving, &Site) -> Result<Found, Fault> + Send + 'static,
    ) -> Response {
        let Some(encoding) = encoding::negotiate(request) else {
            let words = "This server sends its answers as they are or compressed with gzip.";
            return self.refuse(StatusCode::NOT_ACCEPTABLE, "No acceptable encoding", words);
        };
        let stamp = Stamp { revision: self.serving.reader.revision(), site: self.site() };
        let now = self.serving.clock.now();
        if let Some(body) = self.bodies.current(&path, encoding, &stamp) {
            return body.answer(request, now);
        }
        let app = Arc::clone(&self);
        let work = async move {
            let _desk = app.bodies.desk(&path).await;
            if let Some(body) = app.bodies.current(&path, encoding, &stamp) {
                return Ok(Ok(Outcome::Body(body)));
            }
            let maker = Arc::clone(&app);
            tokio::task::spawn_blocking(move || maker.make(&path, keep, encoding, stamp, make)).await
        };
        let outcome = tokio::time::timeout(self.answer_timeout, work).await;
        match outcome {
            Ok(Ok(Ok(Outcome::Body(body)))) => body.answer(request, now),
            Ok(Ok(Ok(Outcome::Elsewhere(status, location)))) => self.redirect(status, &location),
            Ok(Ok(Ok(Outcome::Nothing(words)))) => self.refuse(StatusCode::NOT_FOUND, "Not found", words),
            Ok(Ok(Err(Fault::Finding(finding::Error::NotYet(_words))))) => self.unavailable(),
            Ok(Ok(Err(Fault::Finding(
                error @ (finding::Error::Wrong(_) | finding::Error::Query(_) | finding::Error::Unknown(_)),
            )))) => self.refuse(StatusCode::BAD_REQUEST, "Bad request", &error.to_string()),
            Ok(Ok(Err(fault))) => {
                tracing::error!(error = %chain(&fault), "a resource could not be made");
                self.unavailable()
            }
            Ok(Err(panic)) => {
                tracing::error!(error = %chain(&panic), "making a resource panicked");
                self.unavailable()
            }
            Err(_elapsed) => {
                tracing::warn!(after = ?self.answer_timeout, "a resource took too long to make");
                self.unavailable()
            }
        }
    }

    fn make(
        &self,
        path: &str,
        keep: Keep,
        encoding: Encoding,
        stamp: Stamp,
        make: impl FnOnce(&Serving, &Site) -> Result<Found, Fault>,
    ) -> Result<Outcome, Fault> {
        let made = match make(&self.serving, &stamp.site)? {
            Found::Made(made) => made,
            Found::Elsewhere(status, location) => return Ok(Outcome::Elsewhere(status, location)),
            Found::Nothing(words) => return Ok(Outcome::Nothing(words)),
        };
        let fingerprint = Fingerprint::of(&made.bytes);
        let former = self.bodies.former(path, encoding).filter(|former| former.fingerprint == fingerprint);
        let body = match (former, encoding) {
            // The store moved, but nothing of this resource did: spare the work and a second copy.
            (Some(former), _) => former.body.clone(),
            (None, Encoding::Identity) => Bytes::from(made.bytes),
            (None, Encoding::Gzip) => Bytes::from(encoding::gzip(&made.bytes)?),
        };
        let body = Arc::new(Representation::new(
            fingerprint,
            encoding,
            body,
            made.content_type,
            made.cache_control,
            made.last_modified,
        ));
        if keep == Keep::Kept {
            self.bodies.keep(path, stamp, &body);
        }
        Ok(Outcome::Body(body))
    }

    /// A page that says what went wrong, for people; never kept by caches.
    pub(super) fn refuse(&self, status: StatusCode, title: &str, words: &str) -> Response {
        let page = pages::error(&self.site().title, title, words, &self.serving.urls);
        let (content_type, body) = match page {
            Ok(page) => (pages::MEDIA_TYPE, Body::from(page)),
            Err(_never) => ("text/plain; charset=utf-8", Body::from(format!("{title}\n{words}\n"))),
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn unavailable(&self) -> Response {
        let words = "The server cannot answer this at the moment. It is safe to try again in a minute.";
        let mut response = self.refuse(StatusCode::SERVICE_UNAVAILABLE, "Not available now", words);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        response
    }

    fn redirect(&self, status: StatusCode, location: &str) -> Response {
        let Ok(location) = HeaderValue::try_from(location) else { return self.unavailable() };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        response.headers_mut().insert(header::LOCATION, location);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(PAGE_CACHE));
        response
    }
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}

enum Outcome {
    Body(Arc<Representation>),
    Elsewhere(StatusCode, String),
    Nothing(&'static str),
}
