//! Topics as feeds: what a feed says, apart from the format it is written in.
//!
//! [`entry::entry`] and [`FeedPage::topic`] are pure: equal papers give equal entries, whatever the clock, the votes or the
//! order of polls. [`atom`] turns a page into bytes. Nothing here reads the store or knows HTTP.

use std::collections::BTreeSet;

use crate::feeds::entry::Entry;
use crate::model::text::Text;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::urls::Place;
use crate::urls::Urls;

pub mod atom;

pub mod content;

pub mod entry;

mod labels;

/// One document of a feed: what stands in its head, and its entries, newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeedPage {
    /// The permanent identifier.
    pub id: String,
    /// The title; never empty.
    pub title: Text,
    /// What the feed is about.
    pub subtitle: Option<Text>,
    /// When anything in it last changed in a way that matters.
    pub updated: Timestamp,
    /// The address of this document.
    pub self_url: String,
    /// The address of the page for people.
    pub alternate_url: String,
    /// Who stands as author for entries that name none.
    pub publisher: Text,
    /// The entries, newest first, no two with one identifier.
    pub entries: Vec<Entry>,
}

/// What a topic's feed says about itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TopicHead<'page> {
    /// The topic.
    pub topic: &'page TopicId,
    /// Its title.
    pub title: &'page str,
    /// What it is about, in prose or as its query.
    pub subtitle: &'page str,
    /// When it was first served: `updated` while it is empty.
    pub created: Timestamp,
    /// The name of the site.
    pub site: &'page str,
}

/// What the feed of updates says about itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UpdatesHead<'page> {
    /// When the store was made: `updated` while nothing has happened.
    pub created: Timestamp,
    /// The name of the site.
    pub site: &'page str,
}

/// What a feed that nobody configured says about itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListingHead<'page> {
    /// Its title.
    pub title: &'page str,
    /// When the store was made: `updated` while nothing is listed.
    pub created: Timestamp,
    /// The name of the site.
    pub site: &'page str,
    /// Its own address.
    pub place: Place<'page>,
}

impl FeedPage {
    /// A feed of a search, an author, a category, or of papers like one.
    pub fn listing(head: &ListingHead<'_>, entries: Vec<Entry>, urls: &Urls) -> Self {
        let site = Text::line(head.site);
        let site = if site.is_empty() { Text::line(urls.host()) } else { site };
        let title = Text::line(head.title);
        Self {
            id: urls.listing_tag(head.place),
            title: if title.is_empty() { site.clone() } else { title },
            subtitle: None,
            updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(head.created),
            self_url: urls.absolute(head.place),
            alternate_url: urls.absolute(Place::Front),
            publisher: site,
            entries,
        }
    }

    /// What happened to papers that are known: new versions, publications, withdrawals, retractions, code.
    pub fn updates(head: &UpdatesHead<'_>, entries: Vec<Entry>, urls: &Urls) -> Self {
        let site = Text::line(head.site);
        let site = if site.is_empty() { Text::line(urls.host()) } else { site };
        Self {
            id: urls.updates_tag(),
            title: Text::line(&format!("Updates – {site}")),
            subtitle: Some(Text::line(
                "New versions, publications, withdrawals, retractions and code of papers that were here before",
            )),
            updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(head.created),
            self_url: urls.absolute(Place::UpdatesAtom),
            alternate_url: urls.absolute(Place::Front),
            publisher: site,
            entries,
        }
    }

    /// A topic's feed. Where two entries carry one identifier, the newer one (the first) is kept.
    pub fn topic(head: &TopicHead<'_>, mut entries: Vec<Entry>, urls: &Urls) -> Self {
        let mut seen = BTreeSet::new();
        entries.retain(|entry| seen.insert(entry.id.clone()));
        let or_name = |text: &str, name: &str| {
            let line = Text::line(text);
            if line.is_empty() { Text::line(name) } else { line }
        };
        Self {
            id: urls.topic_tag(head.topic),
            title: or_name(head.title, head.topic.as_str()),
            subtitle: Some(Text::line(head.subtitle)).filter(|text| !text.is_empty()),
            updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(head.created),
            self_url: urls.absolute(Place::TopicAtom(head.topic)),
            alternate_url: urls.absolute(Place::Topic(head.topic)),
            publisher: or_name(head.site, urls.host()),
            entries,
        }
    }
}
