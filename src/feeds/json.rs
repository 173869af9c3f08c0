//! A feed page as a JSON Feed (version 1.1).
//!
//! The structs are the format's own, apart from the domain's, and borrow from the page. Addresses of older documents are
//! `next_url`. What the format has no word for is in the extension object `_offprint` of an item.

use serde::Serialize;

use crate::feeds;
use crate::feeds::FeedPage;
use crate::feeds::LANGUAGE;
use crate::feeds::entry::Entry;
use crate::feeds::facts::EntryLink;
use crate::model::text::Text;

/// The version of the format, which is also the address of its description.
const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// The document could not be written.
#[derive(Debug, thiserror::Error)]
#[error("writing the JSON Feed of {id}")]
pub struct Error {
    id: String,
    #[source]
    source: serde_json::Error,
}

/// Writes a page. Entries beyond the size limit are left out, the oldest first.
pub fn render(page: &FeedPage) -> Result<Vec<u8>, Error> {
    let (mut document, expected) = (head(page), feeds::bytes_expected(&page.entries));
    document.items = page.entries.iter().map(item).collect();
    feeds::within_limit(page.entries.len(), |kept| {
        document.items.truncate(kept);
        let mut bytes = Vec::with_capacity(expected);
        serde_json::to_writer(&mut bytes, &document).map(|()| bytes)
    })
    .map_err(|source| Error { id: page.id.clone(), source })
}

#[derive(Serialize)]
struct Document<'page> {
    version: &'static str,
    title: &'page str,
    home_page_url: &'page str,
    feed_url: &'page str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'page str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_url: Option<&'page str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'page>>,
    authors: Vec<Author<'page>>,
    language: &'static str,
    items: Vec<Item<'page>>,
}

#[derive(Serialize)]
struct Hub<'page> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'page str,
}

#[derive(Serialize)]
struct Author<'page> {
    name: &'page str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'page str>,
}

#[derive(Serialize)]
struct Item<'page> {
    id: &'page str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'page str>,
    title: &'page str,
    content_html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'page str>,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'page>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'page str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'page str>,
    #[serde(rename = "_offprint")]
    extension: Extension<'page>,
}

/// What an item says in our own words.
#[derive(Serialize)]
struct Extension<'page> {
    about: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    identifiers: &'page [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    citation: Option<&'page str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<&'page str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'page>>,
}

#[derive(Serialize)]
struct Link<'page> {
    rel: &'static str,
    href: &'page str,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    media_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
}

fn head(page: &FeedPage) -> Document<'_> {
    Document {
        version: VERSION,
        title: page.title.as_str(),
        home_page_url: &page.alternate_url,
        feed_url: &page.self_url,
        description: page.subtitle.as_ref().map(Text::as_str),
        next_url: page.history.prev_archive_url.as_deref(),
        hubs: page.hubs.iter().map(|url| Hub { kind: "WebSub", url }).collect(),
        authors: vec![Author { name: page.publisher.as_str(), url: None }],
        language: LANGUAGE,
        items: Vec::new(),
    }
}

fn item(entry: &Entry) -> Item<'_> {
    let authors =
        entry.authors.iter().map(|person| Author { name: person.name.as_str(), url: person.uri.as_deref() });
    Item {
        id: &entry.id,
        url: entry.link("alternate"),
        title: entry.title.as_str(),
        content_html: entry.content().to_html(),
        summary: entry.summary.as_ref().map(Text::as_str),
        date_published: entry.published.to_rfc3339(),
        date_modified: entry.updated.to_rfc3339(),
        authors: authors.collect(),
        tags: entry.categories.iter().map(|category| category.term.as_str()).collect(),
        language: entry.language.as_deref(),
        extension: Extension {
            about: env!("CARGO_PKG_HOMEPAGE"),
            identifiers: &entry.identifiers,
            citation: entry.citation.as_ref().map(Text::as_str),
            license: entry.license.as_deref(),
            links: entry.links.iter().map(link).collect(),
        },
    }
}

fn link(link: &EntryLink) -> Link<'_> {
    Link { rel: link.rel, href: &link.href, media_type: link.media_type, title: link.title }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use serde_json::json;

    use super::render;
    use crate::feeds::sample;

    fn value(page: &crate::feeds::FeedPage) -> Value {
        serde_json::from_slice(&render(page).unwrap()).unwrap()
    }

    #[test]
    fn an_item_has_everything() {
        let feed = value(&sample::page());
        let expected = json!({
            "id": "tag:example.org,2026:paper/1",
            "url": "https://arxiv.org/abs/2608.00001",
            "title": "A <b>Title</b> & more",
            "content_html": "<div><p>Body<br/><a></a></p></div>",
            "summary": "If a < b & c.\n\nSecond.",
            "date_published": "2026-08-10T00:00:00Z",
            "date_modified": "2026-08-11T06:00:00.000001Z",
            "authors": [
                { "name": "Ada <Lovelace>", "url": "https://orcid.org/0000-0002-1825-0097" },
                { "name": "Bo Ek" },
            ],
            "tags": ["cs.LG"],
            "language": "de",
            "_offprint": {
                "about": env!("CARGO_PKG_HOMEPAGE"),
                "identifiers": ["arxiv:2608.00001"],
                "citation": "J. Ex. 1 (2026)",
                "license": "https://creativecommons.org/licenses/by/4.0/",
                "links": [
                    { "rel": "alternate", "href": "https://arxiv.org/abs/2608.00001", "type": "text/html" },
                    {
                        "rel": "replies",
                        "href": "https://news.example.org/item?a=1&b=2",
                        "type": "text/html",
                        "title": "Discussion",
                    },
                ],
            },
        });
        assert_eq!(feed["items"], json!([expected]));
    }

    #[test]
    fn the_head_leads_to_older_documents() {
        let mut page = sample::page();
        page.entries.clear();
        page.history.prev_archive_url = Some("https://example.org/topics/all/archive/3.json".to_owned());
        let expected = json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Papers & more",
            "home_page_url": "https://example.org/topics/all",
            "feed_url": "https://example.org/topics/all.rss",
            "description": "What is <new>",
            "hubs": [{"type": "WebSub", "url": "https://example.org/hub"}],
            "next_url": "https://example.org/topics/all/archive/3.json",
            "authors": [{ "name": "Example" }],
            "language": "en",
            "items": [],
        });
        assert_eq!(value(&page), expected);
    }
}
