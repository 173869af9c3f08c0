//! For how long an answer may be used without asking again, and by whom (RFC 9111 §5.2).

use axum::http::HeaderValue;

/// For how long an answer may be used without asking.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Freshness {
    /// A page or a list for people.
    Page,
    /// A fixed file of ours.
    Asset,
    /// A feed: until something may be new, which is when a source is asked next.
    Feed,
    /// A closed document of a feed: it is never another.
    Final,
    /// A part of a feed for one reader, which no cache may hand to others (RFC 3229 §10.5.1).
    Delta,
}

impl Freshness {
    /// The value of `Cache-Control`.
    pub(super) fn control(self, terms: &Terms) -> HeaderValue {
        match (self, terms.is_private) {
            (Self::Page, false) => HeaderValue::from_static("public, max-age=60"),
            (Self::Page, true) => HeaderValue::from_static("private, max-age=60"),
            (Self::Asset, _) => HeaderValue::from_static("public, max-age=3600"),
            // Only a document for everybody is ever final.
            (Self::Final, _) => HeaderValue::from_static("public, max-age=31536000, immutable"),
            (Self::Delta, _) => HeaderValue::from_static("no-store, im"),
            (Self::Feed, _) => terms.feed.clone(),
        }
    }
}

/// What an answer depends on beside the resource itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Terms {
    /// For how long a feed may be used without asking.
    feed: HeaderValue,
    /// Whether the address is secret: what is sent is for that reader's own cache.
    is_private: bool,
}

impl Terms {
    /// So many seconds pass until something may be new.
    pub(super) fn new(wait: u32, is_private: bool) -> Self {
        let whose = if is_private { "private" } else { "public" };
        // Letters and digits: always a legal header value.
        let feed = HeaderValue::try_from(format!("{whose}, max-age={wait}"));
        Self { feed: feed.unwrap_or(HeaderValue::from_static("no-cache")), is_private }
    }
}

#[cfg(test)]
mod tests {
    use super::Freshness;
    use super::Terms;

    #[test]
    fn a_feed_is_fresh_until_something_may_be_new() {
        let control = |freshness: Freshness, is_private| freshness.control(&Terms::new(300, is_private));
        assert_eq!(control(Freshness::Feed, false), "public, max-age=300");
        assert_eq!(control(Freshness::Feed, true), "private, max-age=300");
        assert_eq!(control(Freshness::Final, false), "public, max-age=31536000, immutable");
        assert_eq!(control(Freshness::Delta, false), "no-store, im");
    }
}
