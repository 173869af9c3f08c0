//! What a request accepts (RFC 9110 §12.5.1): which format of a topic, where the page for people is answered unless a feed is
//! liked better, and whether it is a browser that will show a feed.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

use crate::http::headers::Headers;
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
    for (name, quality) in headers.liked(&ACCEPT) {
        let name = name.to_ascii_lowercase();
        if matches!(name.as_str(), "text/html" | "application/xhtml+xml" | "text/*" | "*/*") {
            page = page.max(quality);
        }
        let known = FEEDS.iter().filter(|(known, _format)| *known == name);
        feeds.extend(known.map(|(_name, format)| (quality, *format)));
    }
    // Of equals the first one counts.
    let best = feeds.iter().map(|(quality, _format)| *quality).max().filter(|best| *best > page)?;
    feeds.into_iter().find(|(quality, _format)| *quality == best).map(|(_quality, format)| format)
}

/// Whether a browser asks: pages are named, and no format of feeds is. Browsers show what is called Atom or RSS as bare source;
/// called XML, it is shown with its style sheet.
pub(super) fn is_browser(headers: &impl Headers) -> bool {
    let mut wants_page = false;
    for (name, quality) in headers.liked(&ACCEPT) {
        let is = |other: &str| quality > 0 && name.eq_ignore_ascii_case(other);
        if is("application/atom+xml") || is("application/rss+xml") {
            return false;
        }
        wants_page |= is("text/html") || is("application/xhtml+xml");
    }
    wants_page
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use axum::http::HeaderValue;
    use axum::http::header::ACCEPT;

    use super::format;
    use super::is_browser;
    use crate::model::format::Format;

    #[test]
    fn browsers_name_pages_and_no_feeds() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", true),
            ("Text/HTML", true),
            ("application/xml, application/atom+xml, application/rss+xml, text/html, */*;q=0.9", false),
            ("application/rss+xml;q=0, text/html", true),
            ("text/html;q=0", false),
            ("application/atom+xml", false),
            ("*/*", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(is_browser(&headers), expected, "{accept}");
        }
        assert!(!is_browser(&HeaderMap::new()));
    }

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
