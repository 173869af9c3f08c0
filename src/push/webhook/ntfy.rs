//! A notification by ntfy: JSON that is sent to the root of the server, since a header holds no other script than Latin.

use serde::Serialize;
use url::Url;

use crate::push::webhook::Announced;
use crate::push::webhook::Announcement;
use crate::push::webhook::Endpoint;
use crate::push::webhook::Outgoing;
use crate::push::webhook::body;
use crate::push::webhook::words::joined;
use crate::push::webhook::words::line;
use crate::push::webhook::words::link;
use crate::push::webhook::words::people;

/// A message of more than 4,096 bytes becomes an attachment; all parts together are shorter in any script.
const TITLE: usize = 200;
const SUMMARY: usize = 550;
const REASON: usize = 150;
const AUTHORS: usize = 3;

#[derive(Serialize)]
struct Notification<'a> {
    topic: &'a str,
    title: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    click: Option<Url>,
}

/// The address ends with a topic of ntfy.
pub(super) fn checked(mut url: Url) -> Result<Url, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_topic = |name: &str| (1..=64).contains(&name.len()) && name.bytes().all(is_plain);
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty();
    }
    if !is_topic(split(&url).1) {
        return Err(
            "the address ends with the topic at ntfy, such as https://ntfy.example.org/papers".to_owned()
        );
    }
    Ok(url)
}

/// The root of the server, and the topic.
fn split(url: &Url) -> (Url, &str) {
    let (folder, topic) = url.path().rsplit_once('/').unwrap_or_default();
    let mut root = url.clone();
    root.set_path(&format!("{folder}/"));
    (root, topic)
}

pub(super) fn request(endpoint: &Endpoint, announcement: &Announcement, entry: &Announced) -> Outgoing {
    let (root, topic) = split(&endpoint.url);
    let reason = line(entry.reason.as_deref().unwrap_or_default(), REASON);
    let summary = line(&entry.summary, SUMMARY);
    let mut message = joined([&people(&entry.authors, AUTHORS), &summary, &reason], "\n\n");
    if message.is_empty() {
        // It would be sent as "triggered".
        message = line(&announcement.topic_title, TITLE);
    }
    let notification =
        Notification { topic, title: line(&entry.title, TITLE), message, click: link(&entry.url) };
    let key = endpoint.key(&announcement.topic_id, &[entry]);
    Outgoing { method: "POST", url: root, headers: endpoint.headers(), body: body(&notification), key }
}
