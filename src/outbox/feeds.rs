//! What a feed has that somebody has not seen: the outbox asks the server, as a reader would. So what is pushed is, byte for
//! byte, what a reader would get that polls at this moment and asks for what is new alone (RFC 3229).

use axum::body::Body;
use axum::body::Bytes;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;

use crate::model::topic::TopicId;
use crate::outbox::Outbox;

/// The longest document that is pushed; feeds are cut before that.
const LONGEST: usize = 5_000_000;

/// What a feed has.
pub(super) enum Fed {
    /// Nothing that has not been seen.
    Nothing,
    /// Entries that have not been seen.
    News(News),
    /// There is no such feed.
    Missing,
    /// That cannot be told at the moment.
    NotNow,
}

/// Entries that have not been seen.
#[derive(Clone)]
pub(super) struct News {
    /// The tag of the feed with them.
    pub(super) tag: String,
    /// The type of the document.
    pub(super) media_type: String,
    /// A document with these entries.
    pub(super) body: Bytes,
}

impl Outbox {
    /// Asks for what is not in the feed with the tag `seen`; for everything where there is none.
    pub(super) async fn news(&self, feed: &str, seen: Option<&str>) -> Fed {
        let Some(server) = self.server.load_full() else { return Fed::NotNow };
        let request = Request::get(format!("/{feed}"))
            .header(header::HOST, "localhost")
            .header("a-im", "feed")
            .header(header::ACCEPT_ENCODING, "identity")
            .header(header::IF_NONE_MATCH, seen.unwrap_or("\"\""))
            .body(Body::empty());
        let Ok(request) = request else { return Fed::Missing };
        let (head, body) = server.ask(request).await.into_parts();
        let text = |name| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let is_feed = text(header::LINK).is_some_and(|link| link.contains("rel=\"self\""));
        match head.status {
            StatusCode::NOT_MODIFIED => Fed::Nothing,
            StatusCode::OK | StatusCode::IM_USED if is_feed => {
                let (Some(tag), Some(media_type)) = (text(header::ETAG), text(header::CONTENT_TYPE)) else {
                    return Fed::NotNow;
                };
                match axum::body::to_bytes(body, LONGEST).await {
                    Ok(body) => Fed::News(News { tag, media_type, body }),
                    Err(_too_long) => Fed::NotNow,
                }
            }
            status if status.is_server_error() => Fed::NotNow,
            _other => Fed::Missing,
        }
    }

    /// A number that is another when a feed may have something new.
    pub(super) fn gate(&self, feed: &str) -> u64 {
        let reader = self.reader();
        let path = feed.split(['?', '.']).next().unwrap_or_default();
        if let Some(topic) = path.strip_prefix("topics/").and_then(TopicId::parse) {
            return reader.topic_moved(&topic).0;
        }
        let papers = reader.papers_moved().0;
        let found = self.serving.index.moves();
        let minute = u64::try_from(self.clock().now().seconds() / 60).unwrap_or(0);
        match path {
            "updates" => papers,
            "daily" | "weekly" | "trending" | "picks" => {
                minute.wrapping_mul(31).wrapping_add(reader.revision().0)
            }
            _found => papers.wrapping_mul(31).wrapping_add(found),
        }
    }
}
