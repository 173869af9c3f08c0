//! A feed page as an Atom document (RFC 4287), byte for byte the same for the same page.
//!
//! The document is `atom_syndication`'s. Two things are ours: the XML declaration, since the library's names no encoding,
//! and the size limit. `dcterms` elements go through the library's extension maps (sorted, so their order is stable) and
//! never carry attributes, which the library would write unescaped. Metadata stands before the entries because the feed
//! itself has no extensions: the library would write those last, which validators call misplaced. Affiliations stand in
//! the content: no namespace that validators know has a word for them.

use std::collections::BTreeMap;

use atom_syndication as atom;
use atom_syndication::extension::Extension;
use atom_syndication::extension::ExtensionMap;

use crate::feeds::FeedPage;
use crate::feeds::entry::Entry;
use crate::model::text::Text;
use crate::model::time::Timestamp;

/// The media type of the rendered document.
pub const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// Validators and some readers stop at five million bytes.
const LIMIT_BYTES: usize = 4_900_000;

/// The language of what we say ourselves.
const LANGUAGE: &str = "en";

/// The namespace of Dublin Core terms, which validators know.
const DCTERMS: &str = "http://purl.org/dc/terms/";

/// The document could not be written.
#[derive(Debug, thiserror::Error)]
#[error("writing the Atom document of {id}")]
pub struct Error {
    id: String,
    #[source]
    source: atom::Error,
}

/// Writes a page. Entries beyond the size limit are left out, the oldest first.
pub fn render(page: &FeedPage) -> Result<Vec<u8>, Error> {
    let mut feed = head(page);
    feed.entries = page.entries.iter().map(entry).collect();
    loop {
        let bytes = write(&feed).map_err(|source| Error { id: page.id.clone(), source })?;
        let kept = feed.entries.len();
        if bytes.len() <= LIMIT_BYTES || kept == 0 {
            return Ok(bytes);
        }
        // Entries differ in size, so a proportional guess, a little below, converges in two or three rounds.
        let share = kept.saturating_mul(LIMIT_BYTES) / bytes.len();
        feed.entries.truncate((share - share / 50).min(kept - 1));
    }
}

fn write(feed: &atom::Feed) -> Result<Vec<u8>, atom::Error> {
    let mut bytes = br#"<?xml version="1.0" encoding="utf-8"?>"#.to_vec();
    bytes.push(b'\n');
    let config = atom::WriteConfig { write_document_declaration: false, indent_size: None };
    feed.write_with_config(bytes, config)
}

fn head(page: &FeedPage) -> atom::Feed {
    let everyone_is_named = page.entries.iter().all(|entry| !entry.authors.is_empty());
    let publisher = atom::Person { name: page.publisher.to_string(), ..atom::Person::default() };
    atom::Feed {
        id: page.id.clone(),
        title: text(&page.title, None),
        subtitle: page.subtitle.as_ref().map(|subtitle| text(subtitle, None)),
        updated: date(page.updated),
        authors: if everyone_is_named && !page.entries.is_empty() { Vec::new() } else { vec![publisher] },
        generator: Some(atom::Generator {
            value: "Offprint".to_owned(),
            uri: Some(env!("CARGO_PKG_HOMEPAGE").to_owned()),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        links: vec![
            link("self", &page.self_url, Some("application/atom+xml"), None),
            link("alternate", &page.alternate_url, Some("text/html"), None),
        ],
        namespaces: BTreeMap::from([("dcterms".to_owned(), DCTERMS.to_owned())]),
        lang: Some(LANGUAGE.to_owned()),
        ..atom::Feed::default()
    }
}

fn entry(entry: &Entry) -> atom::Entry {
    let language = entry.language.as_deref();
    let categories = entry.categories.iter().map(|category| atom::Category {
        term: category.term.clone(),
        scheme: category.scheme.map(str::to_owned),
        label: category.label.map(str::to_owned),
    });
    let authors = entry.authors.iter().map(|person| atom::Person {
        name: person.name.to_string(),
        uri: person.uri.clone(),
        ..atom::Person::default()
    });
    atom::Entry {
        id: entry.id.clone(),
        title: text(&entry.title, language),
        updated: date(entry.updated),
        published: Some(date(entry.published)),
        authors: authors.collect(),
        categories: categories.collect(),
        links: entry.links.iter().map(|one| link(one.rel, &one.href, one.media_type, one.title)).collect(),
        summary: entry.summary.as_ref().map(|summary| text(summary, language)),
        content: Some(atom::Content {
            content_type: Some("xhtml".to_owned()),
            value: Some(entry.content.as_str().to_owned()),
            lang: language.map(str::to_owned),
            ..atom::Content::default()
        }),
        extensions: terms(entry),
        ..atom::Entry::default()
    }
}

fn terms(entry: &Entry) -> ExtensionMap {
    let element = |name: &str, value: &str| Extension {
        name: format!("dcterms:{name}"),
        value: Some(value.to_owned()),
        ..Extension::default()
    };
    let mut terms = BTreeMap::new();
    let identifiers: Vec<_> = entry.identifiers.iter().map(|id| element("identifier", id)).collect();
    let citation = entry.citation.as_ref().map(|text| element("bibliographicCitation", text.as_str()));
    let license = entry.license.as_deref().map(|url| element("license", url));
    for (name, elements) in [
        ("identifier", identifiers),
        ("bibliographicCitation", citation.into_iter().collect()),
        ("license", license.into_iter().collect()),
    ] {
        if !elements.is_empty() {
            terms.insert(name.to_owned(), elements);
        }
    }
    if terms.is_empty() { ExtensionMap::new() } else { ExtensionMap::from([("dcterms".to_owned(), terms)]) }
}

/// Plain text: the construct's default type, which the library leaves unsaid.
fn text(text: &Text, language: Option<&str>) -> atom::Text {
    atom::Text { value: text.to_string(), lang: language.map(str::to_owned), ..atom::Text::default() }
}

fn link(rel: &str, href: &str, media_type: Option<&str>, title: Option<&str>) -> atom::Link {
    atom::Link {
        rel: rel.to_owned(),
        href: href.to_owned(),
        mime_type: media_type.map(str::to_owned),
        title: title.map(str::to_owned),
        ..atom::Link::default()
    }
}

fn date(at: Timestamp) -> atom::FixedDateTime {
    at.to_chrono().fixed_offset()
}
