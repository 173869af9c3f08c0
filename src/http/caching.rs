//! Validators and conditional requests (RFC 9110 §8.8 and §13): whether an answer is a 200 or a 304.
//!
//! An entity tag is a hash of the bytes with the encoding's name behind it, so it is strong, equal on every node, and moves
//! neither with a restart nor with a new revision of the store that changed nothing here.

use axum::body::Body;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use sha2::Digest as _;
use sha2::Sha256;

use crate::http::encoding::Encoding;
use crate::model::time::Timestamp;

/// The hash of a body before any encoding: the first 128 bits of its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fingerprint(u128);

impl Fingerprint {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let head = digest.iter().take(16).fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
        Self(head)
    }
}

/// One resource in one encoding, ready to be sent: every header value is made once.
#[derive(Clone, Debug)]
pub(super) struct Representation {
    pub(super) fingerprint: Fingerprint,
    pub(super) encoding: Encoding,
    pub(super) body: Bytes,
    etag: HeaderValue,
    content_type: HeaderValue,
    cache_control: HeaderValue,
    last_modified: Option<Timestamp>,
}

impl Representation {
    pub(super) fn new(
        fingerprint: Fingerprint,
        encoding: Encoding,
        body: Bytes,
        content_type: &'static str,
        cache_control: &'static str,
        last_modified: Option<Timestamp>,
    ) -> Self {
        let suffix = match encoding {
            Encoding::Identity => "",
            Encoding::Gzip => "-gzip",
        };
        // Hexadecimal digits and a constant: always a legal header value.
        let etag = HeaderValue::try_from(format!("\"{:032x}{suffix}\"", fingerprint.0));
        Self {
            fingerprint,
            encoding,
            body,
            etag: etag.unwrap_or(HeaderValue::from_static("\"\"")),
            content_type: HeaderValue::from_static(content_type),
            cache_control: HeaderValue::from_static(cache_control),
            last_modified,
        }
    }

    /// The size that counts against the cache's limit.
    pub(super) fn weight(&self) -> usize {
        self.body.len().saturating_add(512)
    }

    /// Answers a GET or HEAD: 304 when the reader has these very bytes, else 200.
    pub(super) fn answer(&self, request: &HeaderMap, now: Timestamp) -> Response {
        // Seconds alone can be said in a header, and no date may lie ahead of the answer's own.
        let modified = self.last_modified.map(|at| at.min(now).seconds());
        let is_known = self.is_known(request, modified);
        let mut response =
            Response::new(if is_known { Body::empty() } else { Body::from(self.body.clone()) });
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::CACHE_CONTROL, self.cache_control.clone());
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(date) = modified.and_then(http_date) {
            headers.insert(header::LAST_MODIFIED, date);
        }
        if !is_known {
            headers.insert(header::CONTENT_TYPE, self.content_type.clone());
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(self.body.len()));
            if self.encoding == Encoding::Gzip {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        response
    }

    fn is_known(&self, request: &HeaderMap, modified: Option<i64>) -> bool {
        let mut tags = request.get_all(header::IF_NONE_MATCH).iter().peekable();
        if tags.peek().is_some() {
            let ours = self.etag.to_str().unwrap_or_default();
            return tags.any(|tags| tags.to_str().is_ok_and(|tags| names(tags, ours)));
        }
        let mut dates = request.get_all(header::IF_MODIFIED_SINCE).iter();
        let (Some(since), None) = (dates.next(), dates.next()) else { return false };
        let since = since.to_str().ok().and_then(|text| httpdate::parse_http_date(text).ok());
        let since = since.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let since = since.and_then(|span| i64::try_from(span.as_secs()).ok());
        matches!((modified, since), (Some(modified), Some(since)) if modified <= since)
    }
}

/// Whether a list of entity tags holds ours, compared weakly (RFC 9110 §13.1.2), or is `*`.
fn names(list: &str, ours: &str) -> bool {
    let mut rest = list.trim();
    if rest == "*" {
        return true;
    }
    while !rest.is_empty() {
        let strong = rest.strip_prefix("W/").unwrap_or(rest);
        // Tags are quoted and may hold commas; what is not quoted ends the list.
        let Some(end) = strong.strip_prefix('"').and_then(|inside| inside.find('"')) else { return false };
        let (tag, after) = strong.split_at_checked(end + 2).unwrap_or((strong, ""));
        if tag == ours {
            return true;
        }
        rest = after.trim_start_matches([',', ' ', '\t']);
    }
    false
}

fn http_date(seconds: i64) -> Option<HeaderValue> {
    let seconds = u64::try_from(seconds).ok()?;
    let at = std::time::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(seconds))?;
    HeaderValue::try_from(httpdate::fmt_http_date(at)).ok()
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::HeaderMap;
    use axum::http::HeaderValue;
    use axum::http::StatusCode;
    use axum::http::header;

    use super::Fingerprint;
    use super::Representation;
    use super::names;
    use crate::http::encoding::Encoding;
    use crate::model::time::Timestamp;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn representation(encoding: Encoding) -> Representation {
        let body = Bytes::from_static(b"hello");
        let modified = Some(at("2026-11-20T08:00:00.75Z"));
        Representation::new(Fingerprint::of(&body), encoding, body, "text/plain", "max-age=1", modified)
    }

    fn status(name: header::HeaderName, value: &'static str) -> StatusCode {
        let mut request = HeaderMap::new();
        request.insert(name, HeaderValue::from_static(value));
        representation(Encoding::Identity).answer(&request, at("2026-11-21T00:00:00Z")).status()
    }

    #[test]
    fn tags_are_found_in_lists_and_compared_weakly() {
        let ours = "\"abc\"";
        for list in
            ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "\"a,b\" , W/\"abc\"", "*", " * ", "\"x\",,\"abc\""]
        {
            assert!(names(list, ours), "{list}");
        }
        for list in ["", "abc", "\"abcd\"", "\"abc", "w/\"abc\"", "\"x\" abc", "\"*\"", "\"abc-gzip\""] {
            assert!(!names(list, ours), "{list}");
        }
    }

    #[test]
    fn dates_are_compared_and_bad_ones_ignored() {
        for (date, expected) in [
            ("Fri, 20 Nov 2026 08:00:00 GMT", StatusCode::NOT_MODIFIED),
            ("Friday, 20-Nov-26 08:00:00 GMT", StatusCode::NOT_MODIFIED),
            ("Sat, 21 Nov 2026 08:00:00 GMT", StatusCode::NOT_MODIFIED),
            ("Fri, 20 Nov 2026 07:59:59 GMT", StatusCode::OK),
            ("2026-11-20T08:00:00Z", StatusCode::OK),
            ("yesterday", StatusCode::OK),
        ] {
            assert_eq!(status(header::IF_MODIFIED_SINCE, date), expected, "{date}");
        }
    }

    #[test]
    fn a_date_counts_only_without_a_tag() {
        let mut request = HeaderMap::new();
        request.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"other\""));
        request.insert(header::IF_MODIFIED_SINCE, HeaderValue::from_static("Sat, 21 Nov 2026 08:00:00 GMT"));
        let answer = representation(Encoding::Identity).answer(&request, at("2026-11-21T00:00:00Z"));
        assert_eq!(answer.status(), StatusCode::OK);
    }

    #[test]
    fn the_last_change_never_lies_ahead_of_now() {
        let answer = representation(Encoding::Identity).answer(&HeaderMap::new(), at("2026-11-19T00:00:00Z"));
        assert_eq!(answer.headers()[header::LAST_MODIFIED], "Thu, 19 Nov 2026 00:00:00 GMT");
    }

    #[test]
    fn each_encoding_has_its_own_tag() {
        let [plain, gzip] = [Encoding::Identity, Encoding::Gzip].map(|encoding| {
            let answer = representation(encoding).answer(&HeaderMap::new(), at("2026-11-21T00:00:00Z"));
            answer.headers()[header::ETAG].clone()
        });
        assert_ne!(plain, gzip);
        assert_eq!(plain, "\"2cf24dba5fb0a30e26e83b2ac5b9e29e\"");
    }
}
