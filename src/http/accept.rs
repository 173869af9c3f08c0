//! Which format of a topic a request accepts (RFC 9110 §12.5.1): the page for people unless a feed is liked better.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

use crate::http::encoding;
use crate::model::format::Format;

/// The media types that mean a feed.
const FEEDS: [(&str, Format); 6] = [
    ("application/atom+xml", Format::Atom),
    ("application/rss+xml", Format::Rss),
    ("application/feed+json", Format::Json),
    ("application/json", Format::Json),
    ("application/xml", Format::Atom),
    ("text/xml", Format::Atom),
];

/// The format of a feed that is liked better than a page; `None` where a page is wanted, or nothing is said.
pub(super) fn format(headers: &HeaderMap) -> Option<Format> {
    let mut page = 0;
    let mut feeds: Vec<(u16, Format)> = Vec::new();
    for value in headers.get_all(ACCEPT) {
        for item in value.to_str().unwrap_or_default().split(',').take(32) {
            let (name, quality) = encoding::parse(item);
            let name = name.to_ascii_lowercase();
            if matches!(name.as_str(), "text/html" | "application/xhtml+xml" | "text/*" | "*/*") {
                page = page.max(quality);
            }
            let known = FEEDS.iter().filter(|(known, _format)| *known == name);
            feeds.extend(known.map(|(_name, format)| (quality, *format)));
        }
    }
    // Of equals the first one counts.
    let best = feeds.iter().map(|(quality, _format)| *quality).max().filter(|best| *best > page)?;
    feeds.into_iter().find(|(quality, _format)| *quality == best).map(|(_quality, format)| format)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::HeaderValue;
    use axum::http::header::ACCEPT;

    use super::format;
    use crate::model::format::Format;

    #[test]
    fn browsers_get_the_page_and_feed_readers_the_feed() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", None),
            ("*/*", None),
            ("", None),
            ("image/png", None),
            ("application/atom+xml", Some(Format::Atom)),
            ("application/rss+xml, application/atom+xml;q=0.5", Some(Format::Rss)),
            ("application/feed+json, application/json;q=0.9, */*;q=0.1", Some(Format::Json)),
            ("application/json", Some(Format::Json)),
            ("application/atom+xml, application/rss+xml, */*;q=0.1", Some(Format::Atom)),
            ("text/html;q=0.5, application/rss+xml;q=0.4", None),
            ("application/atom+xml;q=0", None),
            ("application/atom+xml;Q=0.1, text/html;q=0.2", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(format(&headers), expected, "{accept}");
        }
        assert_eq!(format(&HeaderMap::new()), None);
    }
}
