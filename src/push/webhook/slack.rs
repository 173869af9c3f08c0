//! Messages for Slack, and for what takes the same (Mattermost, Rocket.Chat): `text` in Slack's own markup.

use serde::Serialize;
use url::Url;

use crate::push::webhook::Announced;
use crate::push::webhook::Announcement;
use crate::push::webhook::Endpoint;
use crate::push::webhook::Outgoing;
use crate::push::webhook::body;
use crate::push::webhook::words::JOINER;
use crate::push::webhook::words::joined;
use crate::push::webhook::words::line;
use crate::push::webhook::words::link;
use crate::push::webhook::words::people;
use crate::push::webhook::words::quiet;

/// Slack advises at most 4,000 characters; one entry that is longer, escapes counted, has a message of its own.
const MESSAGE: usize = 3_900;
const TITLE: usize = 250;
const SUMMARY: usize = 300;
const REASON: usize = 150;
const AUTHORS: usize = 3;

#[derive(Serialize)]
struct Message {
    text: String,
    /// No pictures of the pages that are linked.
    unfurl_links: bool,
    unfurl_media: bool,
}

/// As many entries in each message as it holds.
pub(super) fn requests(endpoint: &Endpoint, announcement: &Announcement) -> Vec<Outgoing> {
    let heading = linked(&announcement.topic_url, &line(&announcement.topic_title, TITLE));
    let mut requests = Vec::new();
    let (mut text, mut held) = (heading.clone(), Vec::new());
    for entry in &announcement.entries {
        let block = block(entry);
        if !held.is_empty() && text.chars().count() + 2 + block.chars().count() > MESSAGE {
            let whole = std::mem::replace(&mut text, heading.clone());
            requests.push(request(endpoint, announcement, whole, &held));
            held.clear();
        }
        text.push_str("\n\n");
        text.push_str(&block);
        held.push(entry);
    }
    if !held.is_empty() {
        requests.push(request(endpoint, announcement, text, &held));
    }
    requests
}

fn request(endpoint: &Endpoint, announcement: &Announcement, text: String, held: &[&Announced]) -> Outgoing {
    let message = Message { text, unfurl_links: false, unfurl_media: false };
    let key = endpoint.key(&announcement.topic_id, held);
    let (url, headers) = (endpoint.url.clone(), endpoint.headers());
    Outgoing { method: "POST", url, headers, body: body(&message), key }
}

fn block(entry: &Announced) -> String {
    let title = linked(&entry.url, &line(&entry.title, TITLE));
    let authors = escaped(&people(&entry.authors, AUTHORS));
    let summary = escaped(&line(&entry.summary, SUMMARY));
    let reason = escaped(&line(entry.reason.as_deref().unwrap_or_default(), REASON));
    joined([&title, &authors, &summary, &reason], "\n")
}

/// Words that lead to a page.
fn linked(url: &str, words: &str) -> String {
    let words = escaped(words);
    match link(url) {
        Some(url) => format!("<{}|{words}>", address(&url)),
        None => words,
    }
}

fn address(url: &Url) -> String {
    url.as_str().replace('&', "&amp;").replace('|', "%7C").replace('<', "%3C").replace('>', "%3E")
}

/// Text as it stands in Slack's markup, in which `<!channel>` would call everybody. Mattermost also knows `@channel`, and
/// links and pictures as `](`.
fn escaped(text: &str) -> String {
    let text = quiet(text, &['@', '＠']).replace("](", &format!("]{JOINER}("));
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
