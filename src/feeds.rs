//! Topics as feeds: what a feed says, apart from the format it is written in.
//!
//! [`entry::entry`] and [`FeedPage::topic`] are pure: equal papers give equal entries, whatever the clock, the votes or the
//! order of polls. [`render`] turns a page into bytes, in one file per format. Nothing here reads the store or knows HTTP.

use std::collections::BTreeSet;

use crate::feeds::entry::Entry;
use crate::model::format::Format;
use crate::model::text::Text;
use crate::model::time::Timestamp;
use crate::model::topic::TopicId;
use crate::urls::Place;
use crate::urls::Urls;
use crate::urls::list::List;

pub mod atom;

pub mod content;

pub mod entry;

pub mod facts;

pub mod json;

mod labels;

pub mod rss;

#[cfg(test)]
pub(crate) mod sample;

mod xml;

/// The style sheet with which browsers show a feed.
pub const STYLESHEET: &str = include_str!("../templates/feed.css");

/// Validators and some readers stop at five million bytes.
const LIMIT_BYTES: usize = 4_900_000;

/// The language of what we say ourselves.
const LANGUAGE: &str = "en";

/// Writes a page in a format. Equal pages give equal bytes. Entries beyond the size that readers take are left out, the
/// oldest first.
pub fn render(page: &FeedPage, format: Format) -> Result<Vec<u8>, Error> {
    match format {
        Format::Atom => Ok(atom::render(page)?),
        Format::Rss => Ok(rss::render(page)?),
        Format::Json => Ok(json::render(page)?),
    }
}

/// About how many bytes the document of these entries has: its buffer need not grow.
fn bytes_expected(entries: &[Entry]) -> usize {
    let all: usize = entries.iter().map(|entry| entry.bytes() + entry.reason.as_str().len()).sum();
    all + all / 32 + 4 * 1_024
}

/// Writes a document with as many of its entries as the size limit allows. `write` is given how many to keep, never more
/// than before.
fn within_limit<Fault>(
    count: usize,
    mut write: impl FnMut(usize) -> Result<Vec<u8>, Fault>,
) -> Result<Vec<u8>, Fault> {
    let mut kept = count;
    loop {
        let bytes = write(kept)?;
        if bytes.len() <= LIMIT_BYTES || kept == 0 {
            return Ok(bytes);
        }
        // Entries differ in size, so a proportional guess, a little below, converges in two or three rounds.
        let share = kept.saturating_mul(LIMIT_BYTES) / bytes.len();
        kept = (share - share / 50).min(kept - 1);
    }
}

/// A document could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// As Atom.
    #[error(transparent)]
    Atom(#[from] atom::Error),
    /// As RSS.
    #[error(transparent)]
    Rss(#[from] rss::Error),
    /// As JSON Feed.
    #[error(transparent)]
    Json(#[from] json::Error),
}

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
    /// The address of the style sheet with which browsers show the document.
    pub stylesheet_url: String,
    /// Where older entries are.
    pub history: History,
    /// The hubs that push what is new here (WebSub); none of a feed that has a secret address.
    pub hubs: Vec<String>,
    /// Who stands as author for entries that name none.
    pub publisher: Text,
    /// The entries, newest first, no two with one identifier.
    pub entries: Vec<Entry>,
}

/// A document's place among the documents that hold all that was ever listed (RFC 5005).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct History {
    /// Whether this is a closed document, which stays as it is.
    pub is_archive: bool,
    /// The address of the subscription document, in a closed one.
    pub current_url: Option<String>,
    /// The address of the next older closed document.
    pub prev_archive_url: Option<String>,
    /// The address of the next newer closed document, in a closed one.
    pub next_archive_url: Option<String>,
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
    /// Which list it is.
    pub list: List<'page>,
}

impl FeedPage {
    /// A feed of a search, an author, a category, or of papers like one.
    pub fn listing(head: &ListingHead<'_>, entries: Vec<Entry>, format: Format, urls: &Urls) -> Self {
        let site = Text::line(head.site);
        let site = if site.is_empty() { Text::line(urls.host()) } else { site };
        let title = Text::line(head.title);
        Self {
            id: urls.list_tag(head.list),
            title: if title.is_empty() { site.clone() } else { title },
            subtitle: None,
            updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(head.created),
            self_url: urls.absolute(Place::Feed(head.list, format)),
            alternate_url: urls.absolute(head.list.page()),
            stylesheet_url: urls.absolute(Place::FeedStylesheet),
            history: History::default(),
            hubs: Vec::new(),
            publisher: site,
            entries,
        }
    }

    /// What happened to papers that are known: new versions, publications, withdrawals, retractions, code.
    pub fn updates(head: &UpdatesHead<'_>, entries: Vec<Entry>, format: Format, urls: &Urls) -> Self {
        let site = Text::line(head.site);
        let site = if site.is_empty() { Text::line(urls.host()) } else { site };
        Self {
            id: urls.list_tag(List::Updates),
            title: Text::line(&format!("Updates – {site}")),
            subtitle: Some(Text::line(
                "New versions, publications, withdrawals, retractions and code of papers that were here before",
            )),
            updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(head.created),
            self_url: urls.absolute(Place::Feed(List::Updates, format)),
            alternate_url: urls.absolute(Place::Front),
            stylesheet_url: urls.absolute(Place::FeedStylesheet),
            history: History::default(),
            hubs: Vec::new(),
            publisher: site,
            entries,
        }
    }

    /// A topic's feed. Where two entries carry one identifier, the newer one (the first) is kept.
    pub fn topic(head: &TopicHead<'_>, mut entries: Vec<Entry>, format: Format, urls: &Urls) -> Self {
        let mut seen = BTreeSet::new();
        entries.retain(|entry| seen.insert(entry.id.clone()));
        let or_name = |text: &str, name: &str| {
            let line = Text::line(text);
            if line.is_empty() { Text::line(name) } else { line }
        };
        Self {
            id: urls.list_tag(List::Topic(head.topic)),
            title: or_name(head.title, head.topic.as_str()),
            subtitle: Some(Text::line(head.subtitle)).filter(|text| !text.is_empty()),
            updated: entries.iter().map(|entry| entry.updated).max().unwrap_or(head.created),
            self_url: urls.absolute(Place::Feed(List::Topic(head.topic), format)),
            alternate_url: urls.absolute(Place::Topic(head.topic)),
            stylesheet_url: urls.absolute(Place::FeedStylesheet),
            history: History::default(),
            hubs: Vec::new(),
            publisher: or_name(head.site, urls.host()),
            entries,
        }
    }
}
