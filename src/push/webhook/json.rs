//! One request with all entries: the payload and headers of Standard Webhooks.

use serde::Serialize;

use crate::model::time::Timestamp;
use crate::push::delivery::KEY_HEADER;
use crate::push::signature::sign_standard;
use crate::push::webhook::Announced;
use crate::push::webhook::Announcement;
use crate::push::webhook::Endpoint;
use crate::push::webhook::Outgoing;
use crate::push::webhook::body;

#[derive(Serialize)]
struct Payload<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    topic: TopicRow<'a>,
    entries: Vec<EntryRow<'a>>,
}

#[derive(Serialize)]
struct TopicRow<'a> {
    id: &'a str,
    title: &'a str,
    url: &'a str,
    feed_url: &'a str,
}

#[derive(Serialize)]
struct EntryRow<'a> {
    id: &'a str,
    title: &'a str,
    url: &'a str,
    authors: &'a [String],
    summary: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    updated: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    doi: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arxiv: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> EntryRow<'a> {
    fn of(entry: &'a Announced) -> Self {
        Self {
            id: &entry.id,
            title: &entry.title,
            url: &entry.url,
            authors: &entry.authors,
            summary: &entry.summary,
            published: entry.published.map(Timestamp::to_rfc3339),
            updated: entry.updated.to_rfc3339(),
            doi: entry.doi.as_deref(),
            arxiv: entry.arxiv.as_deref(),
            reason: entry.reason.as_deref(),
        }
    }
}

/// The request; none without entries. Its `timestamp` is that of the newest entry, so that the body stays the same however
/// often it is sent.
pub(super) fn request(endpoint: &Endpoint, announcement: &Announcement, now: Timestamp) -> Option<Outgoing> {
    let newest = announcement.entries.iter().map(|entry| entry.updated).max()?;
    let body = body(&Payload {
        kind: "entries.listed",
        timestamp: newest.to_rfc3339(),
        data: Data {
            topic: TopicRow {
                id: &announcement.topic_id,
                title: &announcement.topic_title,
                url: &announcement.topic_url,
                feed_url: &announcement.feed_url,
            },
            entries: announcement.entries.iter().map(EntryRow::of).collect(),
        },
    });
    let key = endpoint.key(&announcement.topic_id, &announcement.entries.iter().collect::<Vec<_>>());
    let mut headers = vec![("Content-Type", "application/json".to_owned()), (KEY_HEADER, key.clone())];
    if let Some(secret) = &endpoint.secret {
        let seconds = now.seconds();
        headers.push(("webhook-id", key.clone()));
        headers.push(("webhook-timestamp", seconds.to_string()));
        headers.push(("webhook-signature", sign_standard(secret, &key, seconds, &body)));
    }
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Some(Outgoing { method: "POST", url: endpoint.url.clone(), headers, body, key })
}
