//! Validators and conditional requests (RFC 9110 §8.8 and §13): whether an answer is a 200 or a 304.
//!
//! An entity tag is a hash of the bytes with the encoding's name behind it, so it is strong, equal on every node, and moves
//! neither with a restart nor with a new revision of the store that changed nothing here.

use std::sync::Arc;
use std::sync::OnceLock;

use axum::body::Body;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use sha2::Digest as _;
use sha2::Sha256;

use crate::http::accept;
use crate::http::encoding::Encoding;
use crate::http::freshness::Freshness;
use crate::http::freshness::Terms;
use crate::http::headers::Headers;
use crate::model::time::Timestamp;

/// On every answer, errors and feeds included: no script, no frame, nothing from elsewhere.
pub(super) const SAFETY: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
             manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// The hash of a body before any encoding: the first 128 bits of its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Fingerprint(u128);

impl Fingerprint {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let digest = Sha256::digest(bytes);
        let head = digest.iter().take(16).fold(0_u128, |sum, byte| (sum << 8) | u128::from(*byte));
        Self(head)
    }

    /// The entity tag of the bytes in an encoding.
    pub(super) fn tag(self, encoding: Encoding) -> String {
        format!("\"{:032x}{}\"", self.0, encoding.suffix())
    }

    /// The fingerprint in an entity tag of ours, whatever the encoding.
    fn of_tag(tag: &str) -> Option<Self> {
        let inside = tag.strip_prefix('"')?.strip_suffix('"')?;
        let (digits, suffix) = inside.split_at_checked(32)?;
        let encodings = [Encoding::Identity, Encoding::Gzip, Encoding::Brotli, Encoding::Zstd];
        let is_ours = encodings.iter().any(|encoding| encoding.suffix() == suffix)
            && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_ours.then(|| u128::from_str_radix(digits, 16).ok().map(Self)).flatten()
    }
}

/// Feeds with a style sheet.
const STYLED: [&str; 2] = ["application/atom+xml", "application/rss+xml"];

/// One resource in one encoding, ready to be sent: its headers are made once.
#[derive(Clone, Debug)]
pub(super) struct Representation {
    pub(super) fingerprint: Fingerprint,
    pub(super) encoding: Encoding,
    pub(super) body: Bytes,
    tag: String,
    /// Whether it is a feed that browsers show by its style sheet.
    is_styled: bool,
    /// The hashes of the entries, of a feed.
    pub(super) entries: Arc<[u64]>,
    freshness: Freshness,
    status: StatusCode,
    /// The headers of a 304; a 200 has some more.
    known: HeaderMap,
    whole: HeaderMap,
    last_modified: Option<i64>,
    /// The same headers as lines, those of a 304 and those of the whole, made when they are needed.
    lines: OnceLock<[Vec<u8>; 2]>,
}

impl Representation {
    /// A resource whose bytes, before any encoding, have this fingerprint.
    pub(super) fn new(
        fingerprint: Fingerprint,
        encoding: Encoding,
        body: Bytes,
        content_type: &'static str,
        freshness: Freshness,
    ) -> Self {
        let mut known = HeaderMap::with_capacity(6);
        // Hexadecimal digits and a constant: always a legal header value.
        let tag = fingerprint.tag(encoding);
        let etag = HeaderValue::try_from(&tag);
        known.insert(header::ETAG, etag.unwrap_or(HeaderValue::from_static("\"\"")));
        let is_styled = STYLED.iter().any(|styled| content_type.starts_with(styled));
        let vary = if is_styled { "accept, accept-encoding" } else { "accept-encoding" };
        known.insert(header::VARY, HeaderValue::from_static(vary));
        // A 304 leaves the others as they were in the 200 (RFC 9111 §4.3.4).
        let mut whole = known.clone();
        whole.extend(SAFETY);
        whole.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        whole.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        if let Some(name) = encoding.name() {
            whole.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        Self {
            fingerprint,
            encoding,
            body,
            tag,
            is_styled,
            entries: Arc::default(),
            freshness,
            status: StatusCode::OK,
            known,
            whole,
            last_modified: None,
            lines: OnceLock::new(),
        }
    }

    /// With the hashes of the entries.
    pub(super) fn of_entries(self, entries: Arc<[u64]>) -> Self {
        Self { entries, ..self }
    }

    /// With what `Link` says (RFC 8288).
    pub(super) fn linked(mut self, link: Option<String>) -> Self {
        if let Some(link) = link.and_then(|link| HeaderValue::try_from(link).ok()) {
            self.whole.insert(header::LINK, link);
        }
        self
    }

    /// With the time of the last change. Seconds alone can be said in a header, and no date may lie ahead of the answer's.
    pub(super) fn changed(mut self, at: Option<Timestamp>, now: Timestamp) -> Self {
        self.last_modified = at.map(|at| at.min(now).seconds());
        if let Some(date) = self.last_modified.and_then(|at| HeaderValue::try_from(http_date(at)?).ok()) {
            self.known.insert(header::LAST_MODIFIED, date.clone());
            self.whole.insert(header::LAST_MODIFIED, date);
        }
        self
    }

    /// For an address that answers in several formats, by what the request accepts.
    pub(super) fn negotiated(mut self) -> Self {
        for headers in [&mut self.known, &mut self.whole] {
            headers.insert(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
        }
        self
    }

    /// As a part of the resource (RFC 3229).
    pub(super) fn into_part(mut self) -> Self {
        self.status = StatusCode::IM_USED;
        self.whole.insert(HeaderName::from_static("im"), HeaderValue::from_static("feed"));
        let vary = HeaderValue::from_static("a-im, if-none-match, accept-encoding");
        self.whole.insert(header::VARY, vary);
        self
    }

    /// The size that counts against the cache's limit.
    pub(super) fn weight(&self) -> usize {
        self.body.len().saturating_add(self.entries.len() * 8).saturating_add(2_048)
    }

    /// Answers a GET or HEAD: 304 when the reader has these very bytes, else the whole.
    pub(super) fn answer(&self, request: &HeaderMap, terms: &Terms) -> Response {
        let is_known = self.is_known(request);
        let body = if is_known { Body::empty() } else { Body::from(self.body.clone()) };
        let mut response = Response::new(body);
        *response.status_mut() = if is_known { StatusCode::NOT_MODIFIED } else { self.status };
        let headers = response.headers_mut();
        *headers = if is_known { self.known.clone() } else { self.whole.clone() };
        headers.insert(header::CACHE_CONTROL, self.freshness.control(terms));
        if !is_known && self.is_shown(request) {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
        }
        response
    }

    /// Whether these bytes will be shown by a browser, which wants another name for them.
    pub(super) fn is_shown(&self, request: &impl Headers) -> bool {
        self.is_styled && accept::is_browser(request)
    }

    /// Writes the head of the same answer as HTTP/1.1 has it (RFC 9112 §2.1), less what only the connection knows: the empty line
    /// and what stands before it are the caller's.
    pub(super) fn write_head(&self, is_known: bool, terms: &Terms, out: &mut Vec<u8>) {
        let [known, whole] = self
            .lines
            .get_or_init(|| [(StatusCode::NOT_MODIFIED, &self.known), (self.status, &self.whole)].map(lines));
        out.extend_from_slice(if is_known { known } else { whole });
        out.extend_from_slice(b"cache-control: ");
        out.extend_from_slice(self.freshness.control(terms).as_bytes());
        out.extend_from_slice(b"\r\n");
    }

    /// Whether the reader has these very bytes.
    pub(super) fn is_known(&self, request: &impl Headers) -> bool {
        let mut tags = request.all(&header::IF_NONE_MATCH).peekable();
        if tags.peek().is_some() {
            return tags.any(|tags| names(tags, &self.tag));
        }
        let mut dates = request.all(&header::IF_MODIFIED_SINCE);
        let (Some(since), None) = (dates.next(), dates.next()) else { return false };
        let since = httpdate::parse_http_date(since).ok();
        let since = since.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        let since = since.and_then(|span| i64::try_from(span.as_secs()).ok());
        matches!((self.last_modified, since), (Some(modified), Some(since)) if modified <= since)
    }
}

/// A status and headers as they stand in an answer.
fn lines((status, headers): (StatusCode, &HeaderMap)) -> Vec<u8> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut lines = format!("HTTP/1.1 {} {reason}\r\n", status.as_str()).into_bytes();
    for (name, value) in headers {
        lines.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    lines
}

/// The fingerprints of the tags of ours that a request names.
pub(super) fn bases(request: &impl Headers) -> Vec<Fingerprint> {
    request
        .all(&header::IF_NONE_MATCH)
        .flat_map(tags)
        .filter_map(Fingerprint::of_tag)
        .take(MOST_BASES)
        .collect()
}

/// A request names as many tags that are looked at.
const MOST_BASES: usize = 8;

/// Whether a list of entity tags holds ours, compared weakly (RFC 9110 §13.1.2), or is `*`.
fn names(list: &str, ours: &str) -> bool {
    list.trim() == "*" || tags(list).any(|tag| tag == ours)
}

/// The tags of a list without their mark of weakness. They are quoted and may hold commas; what is not quoted ends the list.
fn tags(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list.trim();
    std::iter::from_fn(move || {
        let strong = rest.strip_prefix("W/").unwrap_or(rest);
        let end = strong.strip_prefix('"').and_then(|inside| inside.find('"'))?;
        let (tag, after) = strong.split_at_checked(end + 2)?;
        rest = after.trim_start_matches([',', ' ', '\t']);
        Some(tag)
    })
}

/// A time in seconds as it stands in headers (RFC 9110 §5.6.7); none before 1970.
pub(super) fn http_date(seconds: i64) -> Option<String> {
    let seconds = u64::try_from(seconds).ok()?;
    let at = std::time::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(seconds))?;
    Some(httpdate::fmt_http_date(at))
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
    use super::bases;
    use super::names;
    use crate::http::encoding::Encoding;
    use crate::http::freshness::Freshness;
    use crate::http::freshness::Terms;
    use crate::model::time::Timestamp;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn representation(encoding: Encoding) -> Representation {
        let body = Bytes::from_static(b"hello");
        Representation::new(Fingerprint::of(&body), encoding, body, "text/plain", Freshness::Feed)
            .changed(Some(at("2026-11-20T08:00:00.75Z")), at("2026-11-21T00:00:00Z"))
    }

    fn terms() -> Terms {
        Terms::new(300, false)
    }

    fn status(name: header::HeaderName, value: &'static str) -> StatusCode {
        let mut request = HeaderMap::new();
        request.insert(name, HeaderValue::from_static(value));
        representation(Encoding::Identity).answer(&request, &terms()).status()
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
        let answer = representation(Encoding::Identity).answer(&request, &terms());
        assert_eq!(answer.status(), StatusCode::OK);
    }

    #[test]
    fn the_last_change_never_lies_ahead_of_now() {
        let ahead = representation(Encoding::Identity);
        let ahead = ahead.changed(Some(at("2026-11-20T08:00:00Z")), at("2026-11-19T00:00:00Z"));
        let answer = ahead.answer(&HeaderMap::new(), &terms());
        assert_eq!(answer.headers()[header::LAST_MODIFIED], "Thu, 19 Nov 2026 00:00:00 GMT");
    }

    #[test]
    fn each_encoding_has_its_own_tag() {
        let [plain, gzip] = [Encoding::Identity, Encoding::Gzip].map(|encoding| {
            let answer = representation(encoding).answer(&HeaderMap::new(), &terms());
            answer.headers()[header::ETAG].clone()
        });
        assert_ne!(plain, gzip);
        assert_eq!(plain, "\"2cf24dba5fb0a30e26e83b2ac5b9e29e\"");
    }

    #[test]
    fn only_our_own_tags_are_bases() {
        let mut request = HeaderMap::new();
        let ours = Fingerprint::of(b"hello").tag(Encoding::Gzip);
        let list = format!(
            "\"x\", W/{ours}, {}, \"2cf2\", \"2cf24dba5fb0a30e26e83b2ac5b9e2zz\"",
            ours.to_uppercase()
        );
        request.insert(header::IF_NONE_MATCH, HeaderValue::try_from(list).unwrap());
        assert_eq!(bases(&request), [Fingerprint::of(b"hello")]);
    }
}
