//! A status on a server of Mastodon. The server recognises a repeat by the header `Idempotency-Key`, for an hour.

use serde::Serialize;
use url::Host;
use url::Url;

use crate::push::delivery::KEY_HEADER;
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

/// A status has at most so many characters.
const STATUS: usize = 500;

/// So many does an address count, however long it is.
const ADDRESS: usize = 23;

/// An abstract of which less can be shown is left out.
const SUMMARY_AT_LEAST: usize = 60;

/// These together are no longer than a status.
const TITLE: usize = 200;
const AUTHORS_LINE: usize = 90;
const ADDRESS_AT_MOST: usize = 200;
const LINE_ENDS: usize = 5;

const AUTHORS: usize = 3;

/// Where statuses are sent, under the address of a server.
const PATH: [&str; 3] = ["api", "v1", "statuses"];

#[derive(Serialize)]
struct Status {
    status: String,
}

/// The address to which statuses are sent.
pub(super) fn checked(mut url: Url) -> Url {
    let is_whole = url.path().trim_end_matches('/').ends_with("/api/v1/statuses");
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty();
        if !is_whole {
            segments.extend(PATH);
        }
    }
    url
}

pub(super) fn request(endpoint: &Endpoint, announcement: &Announcement, entry: &Announced) -> Outgoing {
    let key = endpoint.key(&announcement.topic_id, &[entry]);
    let mut headers = endpoint.headers();
    headers.push((KEY_HEADER.to_owned(), key.clone()));
    let body = body(&Status { status: status(entry) });
    Outgoing { method: "POST", url: endpoint.url.clone(), headers, body, key }
}

/// Title, authors, as much of the abstract as there is room for, and the address.
fn status(entry: &Announced) -> String {
    let link = link(&entry.url).filter(|url| counted_address(url) <= ADDRESS_AT_MOST);
    let (address, address_counts) = link.as_ref().map_or(("", 0), |url| (url.as_str(), counted_address(url)));
    let title = fitting(&entry.title, TITLE);
    let authors = fitting(&people(&entry.authors, AUTHORS), AUTHORS_LINE);
    let taken = counted(&title) + counted(&authors) + address_counts + LINE_ENDS;
    let left = STATUS.saturating_sub(taken);
    let summary = if left < SUMMARY_AT_LEAST { String::new() } else { fitting(&entry.summary, left) };
    joined([&joined([&title, &authors], "\n"), &summary, address], "\n\n")
}

/// Text that counts no more than so much.
fn fitting(text: &str, most: usize) -> String {
    let text = line(text, most);
    let mut length = most;
    loop {
        let fitting = quiet(&line(&text, length), &['@', '＠', '#', '＃']);
        match counted(&fitting).saturating_sub(most) {
            0 => return fitting,
            excess => length = length.saturating_sub(excess),
        }
    }
}

/// What a text counts, or more: the server counts what a person sees as a character, of which none is less than one here; and
/// takes for 23 whatever looks like an address.
fn counted(text: &str) -> usize {
    let short = text.match_indices("://").map(|(at, _)| {
        let rest = text.get(at..).unwrap_or_default();
        let length = rest.split(char::is_whitespace).next().unwrap_or_default().chars().count();
        ADDRESS.saturating_sub(length)
    });
    text.chars().count().saturating_add(short.sum())
}

/// What an address counts. One that the server does not take for an address, since its host is in no public domain, counts
/// what it is long.
fn counted_address(url: &Url) -> usize {
    let is_public = match url.host() {
        Some(Host::Domain(name)) => name.rsplit_once('.').is_some_and(|(_, last)| {
            let is_private =
                matches!(last, "lan" | "local" | "internal" | "home" | "test" | "example" | "invalid");
            last.len() > 1 && !is_private && last.bytes().all(|byte| byte.is_ascii_alphabetic())
        }),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
    };
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-._~:/?#%&=+".contains(character);
    let ends_well = url.as_str().ends_with(|last: char| last.is_ascii_alphanumeric() || last == '/');
    if is_public && ends_well && url.as_str().chars().all(is_plain) {
        ADDRESS
    } else {
        url.as_str().chars().count().max(ADDRESS)
    }
}
