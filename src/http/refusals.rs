//! What is said instead of a resource: that it is elsewhere, that nothing is there, that it has to wait.

use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;

use crate::http::answers::App;
use crate::http::caching::SAFETY;
use crate::http::freshness::Freshness;
use crate::http::freshness::Terms;
use crate::pages;

impl App {
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
        for (name, value) in SAFETY {
            headers.insert(name, value);
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// Asks whoever sends too many requests to wait (RFC 6585 §4).
    pub(super) fn too_many(&self, wait: Duration) -> Response {
        let words = "You ask too often. Feeds say in Cache-Control for how long they may be used without asking again.";
        let mut response = self.refuse(StatusCode::TOO_MANY_REQUESTS, "Too many requests", words);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        response
    }

    pub(super) fn unavailable(&self) -> Response {
        let words = "The server cannot answer this at the moment. It is safe to try again in a minute.";
        let mut response = self.refuse(StatusCode::SERVICE_UNAVAILABLE, "Not available now", words);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        response
    }

    /// Leads elsewhere.
    pub(super) fn redirect(&self, status: StatusCode, location: &str, terms: &Terms) -> Response {
        let Ok(location) = HeaderValue::try_from(location) else { return self.unavailable() };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::LOCATION, location);
        headers.insert(header::CACHE_CONTROL, Freshness::Page.control(terms));
        // Where a topic is now may be said of its page or of one of its feeds, as the request accepts.
        headers.insert(header::VARY, HeaderValue::from_static("accept"));
        response
    }
}
