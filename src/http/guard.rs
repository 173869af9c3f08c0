//! What holds for every request that is routed, and its answer: framing we accept, and headers that take power from a page.
//!
//! hyper refuses most malformed requests itself, with a bare 400. It lets pass a missing or second `Host` and a body framed
//! in two ways; those are refused here. What is read takes no body, so a read with one is refused unread; where a program
//! asks, that is told only once its method is known to be taken (`api::respond`).

use std::sync::Arc;

use axum::extract::Request;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::Version;
use axum::http::header;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::Response;

use crate::http::answers::App;
use crate::http::api;
use crate::http::caching::SAFETY;
use crate::http::headers::Headers;

/// Whether a request is of the ordinary kind: a read without a body, to one host of plain letters.
pub(super) fn is_plain(method: &Method, version: Version, headers: &impl Headers) -> bool {
    let mut hosts = headers.all(&header::HOST);
    let is_host_plain = match (hosts.next(), hosts.next()) {
        (Some(host), None) => {
            let (name, port) = host.split_once(':').unwrap_or((host, "0"));
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
            let is_port = port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit());
            !name.is_empty() && name.bytes().all(is_plain) && is_port
        }
        (None, None) => version >= Version::HTTP_2,
        (_, Some(_)) => false,
    };
    matches!(*method, Method::GET | Method::HEAD) && is_host_plain && !has_body(headers)
}

/// Checks a request, and puts the headers of safety on whatever is answered.
pub(super) async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (version, is_of_api) = (request.version(), is_api(request.uri()));
    let takes_body = has_body(request.headers());
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = if !host_is_sound(&request) {
        let words = "A request names exactly one host.";
        app.refuse(StatusCode::BAD_REQUEST, "Bad request", words)
    } else if is_read && takes_body && !is_of_api {
        app.refuse(StatusCode::BAD_REQUEST, "Bad request", "This address takes no request body.")
    } else {
        next.run(request).await
    };
    if is_of_api && is_unformed(&response) {
        response = api::absent(response.status(), "the address is not legible");
    }
    let refused = response.status() == StatusCode::BAD_REQUEST;
    let headers = response.headers_mut();
    for (name, value) in SAFETY {
        headers.insert(name, value);
    }
    if (takes_body || refused) && version <= Version::HTTP_11 {
        // The body stays unread, and where its end is may be in dispute.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// No route has this path.
pub(super) async fn absent(State(app): State<Arc<App>>, uri: Uri) -> Response {
    if is_api(&uri) {
        return api::absent(StatusCode::NOT_FOUND, "there is nothing at this address");
    }
    app.refuse(StatusCode::NOT_FOUND, "Not found", "There is nothing at this address.")
}

/// The path is served, but not by this method. The router adds `Allow`.
pub(super) async fn wrong_method(State(app): State<Arc<App>>, uri: Uri) -> Response {
    if is_api(&uri) {
        let words = "this address is not asked by this method; Allow names those that it takes";
        return api::absent(StatusCode::METHOD_NOT_ALLOWED, words);
    }
    let words = "This address does not take this method; Allow says which it does.";
    app.refuse(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed", words)
}

/// Whether the router refused in words of its own.
fn is_unformed(response: &Response) -> bool {
    let content_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    response.status().is_client_error() && content_type.is_some_and(|value| value.starts_with("text/plain"))
}

/// Whether a program asks, not a person.
fn is_api(uri: &Uri) -> bool {
    uri.path().starts_with("/api/")
}

pub(super) fn has_body(headers: &impl Headers) -> bool {
    let length = headers.all(&header::CONTENT_LENGTH).any(|length| length != "0");
    length || headers.has(&header::TRANSFER_ENCODING)
}

/// RFC 9112 §3.2: exactly one legible `Host`, which HTTP/2 may replace by its authority and HTTP/1.0 may leave out.
fn host_is_sound(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let first = hosts.next();
    if hosts.next().is_some() {
        return false;
    }
    match first {
        Some(host) => host
            .to_str()
            .is_ok_and(|host| host.parse::<Authority>().is_ok_and(|host| !host.as_str().contains('@'))),
        None if request.version() >= Version::HTTP_2 => request.uri().authority().is_some(),
        None => request.version() < Version::HTTP_11,
    }
}
