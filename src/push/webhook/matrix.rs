//! A notice in a room of Matrix (client-server API, `PUT …/rooms/{roomId}/send/m.room.message/{txnId}`). The key is the
//! transaction's id, by which the server itself recognises what it has.

use std::fmt::Write as _;

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
use crate::push::webhook::words::quiet;

/// An event has at most 64 KiB; these are kept far below it, for the sake of those who read.
const TITLE: usize = 300;
const SUMMARY: usize = 1_500;
const REASON: usize = 200;
const AUTHORS: usize = 10;

#[derive(Serialize)]
struct Event {
    msgtype: &'static str,
    body: String,
    format: &'static str,
    formatted_body: String,
    /// Nobody is mentioned, whatever the text says.
    #[serde(rename = "m.mentions")]
    mentions: Nobody,
}

#[derive(Serialize)]
struct Nobody {}

/// The address is that of a room.
pub(super) fn checked(mut url: Url) -> Result<Url, String> {
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty();
    }
    let room = url.path().rsplit_once("/rooms/").map(|(_, room)| room).unwrap_or_default();
    let is_room = room.len() > 1 && room.len() <= 400 && !room.contains('/');
    if !is_room || !(room.starts_with('!') || room.starts_with("%21")) {
        let example = "https://matrix.example.org/_matrix/client/v3/rooms/!room:example.org";
        return Err(format!("the address ends with the id of a room, such as {example}"));
    }
    Ok(url)
}

pub(super) fn request(endpoint: &Endpoint, announcement: &Announcement, entry: &Announced) -> Outgoing {
    let text = |text: &str, most: usize| quiet(&line(text, most), &['@', '＠']);
    let (title, summary) = (text(&entry.title, TITLE), text(&entry.summary, SUMMARY));
    let authors = quiet(&people(&entry.authors, AUTHORS), &['@', '＠']);
    let reason = text(entry.reason.as_deref().unwrap_or_default(), REASON);
    let topic = text(&announcement.topic_title, TITLE);
    let link = link(&entry.url);
    let address = link.as_ref().map_or("", Url::as_str);

    let head = joined([&title, address, &authors], "\n");
    let foot = joined([&topic, &reason], ": ");
    let mut html = match link {
        Some(_) => format!("<p><strong><a href=\"{}\">{}</a></strong>", escaped(address), escaped(&title)),
        None => format!("<p><strong>{}</strong>", escaped(&title)),
    };
    if !authors.is_empty() {
        let _infallible = write!(html, "<br />{}", escaped(&authors));
    }
    html.push_str("</p>");
    if !summary.is_empty() {
        let _infallible = write!(html, "<p>{}</p>", escaped(&summary));
    }
    let _infallible = write!(html, "<p><em>{}</em></p>", escaped(&foot));

    let event = Event {
        msgtype: "m.notice",
        body: joined([&head, &summary, &foot], "\n\n"),
        format: "org.matrix.custom.html",
        formatted_body: html,
        mentions: Nobody {},
    };
    let key = endpoint.key(&announcement.topic_id, &[entry]);
    let mut url = endpoint.url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.extend(["send", "m.room.message", &key]);
    }
    Outgoing { method: "PUT", url, headers: endpoint.headers(), body: body(&event), key }
}

/// Characters as they stand in HTML, in an element or between quotation marks.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
