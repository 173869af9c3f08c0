//! The links of a feed to itself and its hub: `atom:link` in Atom, RSS and RDF, and what JSON Feed has for them.
//!
//! The links of entries are not looked at: what they hold may have been written by anybody.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::BytesStart;
use quick_xml::events::Event;
use serde::Deserialize;
use url::Url;

use crate::push::discovery::Found;

/// How deep a feed's own links stand: in `feed`, or in `channel` in `rss`.
const DEEPEST: usize = 2;

/// Reads a feed as far as it is well-formed. No entity is expanded.
pub(super) fn read_xml(text: &str, url: &Url) -> Found {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().allow_dangling_amp = true;
    let (mut found, mut depth) = (Found::default(), 0_usize);
    let mut outer: Vec<Outer> = Vec::new();
    while !found.is_complete() {
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                if depth < DEEPEST {
                    let (is_feed, base) =
                        (is_named(&element, &["feed", "channel"]), base(&element, &outer, url));
                    outer.truncate(depth);
                    outer.push(Outer { is_feed, base });
                }
                look_at(&element, depth, &outer, url, &mut found);
                depth = depth.saturating_add(1);
            }
            Ok(Event::Empty(element)) => look_at(&element, depth, &outer, url, &mut found),
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                outer.truncate(depth);
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_)
                | Event::GeneralRef(_),
            ) => {}
        }
    }
    found
}

/// An open element among the outermost ones.
struct Outer {
    /// Whether links of the feed stand in it.
    is_feed: bool,
    /// What addresses in it are relative to.
    base: Url,
}

fn look_at(element: &BytesStart<'_>, depth: usize, outer: &[Outer], url: &Url, found: &mut Found) {
    let parent = depth.checked_sub(1).filter(|at| *at < DEEPEST).and_then(|at| outer.get(at));
    if !is_named(element, &["link"]) || !parent.is_some_and(|parent| parent.is_feed) {
        return;
    }
    if let (Some(relations), Some(target)) = (attribute(element, "rel"), attribute(element, "href")) {
        let known = outer.get(..depth).unwrap_or(outer);
        found.note(&relations, &target, &base(element, known, url));
    }
}

/// What addresses in an element are relative to: its `xml:base`, else what is open around it.
fn base(element: &BytesStart<'_>, outer: &[Outer], url: &Url) -> Url {
    let around = outer.last().map_or(url, |outer| &outer.base);
    let own = attribute(element, "xml:base").and_then(|base| around.join(base.trim()).ok());
    own.unwrap_or_else(|| around.clone())
}

fn is_named(element: &BytesStart<'_>, names: &[&str]) -> bool {
    let name = element.name();
    let local = name.local_name();
    names.iter().any(|wanted| local.as_ref().eq_ignore_ascii_case(wanted))
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = element.html_attributes();
    let mut known = attributes.with_checks(false).flatten();
    let value = known.find(|attribute| attribute.key.as_ref().eq_ignore_ascii_case(name))?.value;
    // One with a reference that XML does not know (a bare `&` in an address) is taken as it is written.
    Some(quick_xml::escape::unescape(&value).map_or_else(|_| value.clone().into_owned(), Cow::into_owned))
}

/// What of a JSON Feed is needed.
#[derive(Deserialize)]
struct JsonFeed {
    feed_url: Option<String>,
    #[serde(default)]
    hubs: Vec<JsonHub>,
}

#[derive(Deserialize)]
struct JsonHub {
    #[serde(rename = "type")]
    kind: String,
    url: String,
}

/// Reads a JSON Feed; its topic is its `feed_url` (version 1.1, "Subscribing to Real-time Notifications").
pub(super) fn read_json(text: &str, url: &Url) -> Found {
    let mut found = Found::default();
    let Ok(feed) = serde_json::from_str::<JsonFeed>(text) else { return found };
    for hub in feed.hubs.iter().filter(|hub| hub.kind.eq_ignore_ascii_case("websub")) {
        found.note("hub", &hub.url, url);
    }
    if let Some(topic) = &feed.feed_url {
        found.note("self", topic, url);
    }
    found
}
