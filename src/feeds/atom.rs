//! A feed page as an Atom document (RFC 4287), byte for byte the same for the same page.
//!
//! The document is `atom_syndication`'s. Ours are the opening before the root, since the library knows no processing
//! instruction, and the mark of an archive. `dc` and `dcterms` elements go through the library's extension maps (sorted, so their
//! order is stable) and never carry attributes, which the library would write unescaped. Metadata stands before the entries
//! because the feed itself has no such extensions: the library would write those last, which validators call misplaced.
//! Affiliations stand in the content: no namespace that validators know has a word for them.

use std::collections::BTreeMap;

use atom_syndication as atom;
use atom_syndication::extension::Extension;
use atom_syndication::extension::ExtensionMap;

use crate::feeds;
use crate::feeds::FeedPage;
use crate::feeds::LANGUAGE;
use crate::feeds::entry::Entry;
use crate::feeds::xml;
use crate::model::format::Format;
use crate::model::text::Text;
use crate::model::time::Timestamp;

/// The mark of a closed document (RFC 5005 §4), in the namespace that the root declares.
const ARCHIVE: &[u8] = b"<fh:archive/>";

/// The document could not be written.
#[derive(Debug, thiserror::Error)]
#[error("writing the Atom document of {id}")]
pub struct Error {
    id: String,
    #[source]
    source: atom::Error,
}

/// Writes a page. Entries beyond the size limit are left out, the oldest first.
pub fn render(page: FeedPage) -> Result<Vec<u8>, Error> {
    let (mut feed, expected) = (head(&page), feeds::bytes_expected(&page.entries));
    let FeedPage { id, stylesheet_url, history, entries, .. } = page;
    feed.entries = entries.into_iter().map(entry).collect();
    feeds::within_limit(feed.entries.len(), |kept| {
        feed.entries.truncate(kept);
        let mut document = Vec::with_capacity(expected);
        document.extend_from_slice(xml::opening(&stylesheet_url).as_bytes());
        write(&feed, history.is_archive, document)
    })
    .map_err(|source| Error { id, source })
}

/// Writes a document behind its opening.
fn write(feed: &atom::Feed, is_archive: bool, document: Vec<u8>) -> Result<Vec<u8>, atom::Error> {
    let config = atom::WriteConfig { write_document_declaration: false, indent_size: None };
    let begin = document.len();
    let mut document = feed.write_with_config(document, config)?;
    if is_archive {
        // The root's attributes are namespaces and a language, all constants without `>`: the first one ends its tag.
        let root = document.get(begin..).unwrap_or_default();
        let start = root.iter().position(|byte| *byte == b'>').map_or(0, |end| end + 1);
        document.splice(begin + start..begin + start, ARCHIVE.iter().copied());
    }
    Ok(document)
}

fn head(page: &FeedPage) -> atom::Feed {
    let everyone_is_named = page.entries.iter().all(|entry| !entry.authors.is_empty());
    let publisher = atom::Person { name: page.publisher.to_string(), ..atom::Person::default() };
    let history = [
        ("current", &page.history.current_url),
        ("prev-archive", &page.history.prev_archive_url),
        ("next-archive", &page.history.next_archive_url),
    ];
    let own = Some(Format::Atom.media_type());
    let mut links = vec![
        link("self", page.self_url.clone(), own, None),
        link("alternate", page.alternate_url.clone(), Some("text/html"), None),
    ];
    links.extend(page.hubs.iter().map(|hub| link("hub", hub.clone(), None, None)));
    links.extend(history.into_iter().filter_map(|(rel, href)| Some(link(rel, href.clone()?, own, None))));
    let mut namespaces = BTreeMap::from([
        ("dc".to_owned(), xml::DC.to_owned()),
        ("dcterms".to_owned(), xml::DCTERMS.to_owned()),
    ]);
    if page.history.is_archive {
        namespaces.insert("fh".to_owned(), xml::HISTORY.to_owned());
    }
    atom::Feed {
        id: page.id.clone(),
        title: text(page.title.clone(), None),
        subtitle: page.subtitle.clone().map(|subtitle| text(subtitle, None)),
        updated: date(page.updated),
        authors: if everyone_is_named && !page.entries.is_empty() { Vec::new() } else { vec![publisher] },
        generator: Some(atom::Generator {
            value: "Offprint".to_owned(),
            uri: Some(env!("CARGO_PKG_HOMEPAGE").to_owned()),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        links,
        namespaces,
        lang: Some(LANGUAGE.to_owned()),
        ..atom::Feed::default()
    }
}

fn entry(entry: Entry) -> atom::Entry {
    let extensions = terms(&entry);
    let Entry {
        id, title, authors, published, updated, links, categories, language, summary, content, ..
    } = entry;
    let language = language.as_deref();
    let categories = categories.into_iter().map(|category| atom::Category {
        term: category.term,
        scheme: category.scheme.map(str::to_owned),
        label: category.label.map(str::to_owned),
    });
    let authors = authors.into_iter().map(|person| atom::Person {
        name: person.name.into_string(),
        uri: person.uri,
        ..atom::Person::default()
    });
    atom::Entry {
        id,
        title: text(title, language),
        updated: date(updated),
        published: Some(date(published)),
        authors: authors.collect(),
        categories: categories.collect(),
        links: links.into_iter().map(|one| link(one.rel, one.href, one.media_type, one.title)).collect(),
        summary: summary.map(|summary| text(summary, language)),
        content: Some(atom::Content {
            content_type: Some("xhtml".to_owned()),
            value: Some(content.into_string()),
            lang: language.map(str::to_owned),
            ..atom::Content::default()
        }),
        extensions,
        ..atom::Entry::default()
    }
}

fn terms(entry: &Entry) -> ExtensionMap {
    // Validators know the identifier of the elements and not that of the terms.
    let identifiers = entry.identifiers.iter().map(|id| ("dc", "identifier", id.as_str()));
    let terms = xml::terms(entry).map(|(name, value)| ("dcterms", name, value));
    let mut extensions = ExtensionMap::new();
    for (prefix, name, value) in identifiers.chain(terms) {
        let named = extensions.entry(prefix.to_owned()).or_default();
        named.entry(name.to_owned()).or_default().push(Extension {
            name: format!("{prefix}:{name}"),
            value: Some(value.to_owned()),
            ..Extension::default()
        });
    }
    extensions
}

/// Plain text: the construct's default type, which the library leaves unsaid.
fn text(text: Text, language: Option<&str>) -> atom::Text {
    atom::Text { value: text.into_string(), lang: language.map(str::to_owned), ..atom::Text::default() }
}

fn link(rel: &str, href: String, media_type: Option<&str>, title: Option<&str>) -> atom::Link {
    atom::Link {
        rel: rel.to_owned(),
        href,
        mime_type: media_type.map(str::to_owned),
        title: title.map(str::to_owned),
        ..atom::Link::default()
    }
}

fn date(at: Timestamp) -> atom::FixedDateTime {
    at.to_chrono().fixed_offset()
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::feeds::FeedPage;
    use crate::feeds::History;
    use crate::feeds::sample;

    fn text(page: &FeedPage) -> String {
        String::from_utf8(render(page.clone()).unwrap()).unwrap()
    }

    #[test]
    fn an_archive_says_so_and_leads_on_before_its_first_entry() {
        let mut page = sample::page();
        let plain = text(&page);
        assert!(!plain.contains("fh") && !plain.contains("archive"), "{plain}");
        page.history = History {
            is_archive: true,
            current_url: Some("https://example.org/a.atom".to_owned()),
            prev_archive_url: Some("https://example.org/1.atom?a&b".to_owned()),
            next_archive_url: Some("https://example.org/3.atom".to_owned()),
        };
        let archive = text(&page);
        let (head, _entries) = archive.split_once("<entry>").unwrap();
        for part in [
            "xmlns:fh=\"http://purl.org/syndication/history/1.0\"",
            "xml:lang=\"en\"><fh:archive/><title>",
            "<link href=\"https://example.org/a.atom\" rel=\"current\" type=\"application/atom+xml\"/>",
            "<link href=\"https://example.org/1.atom?a&amp;b\" rel=\"prev-archive\" type=\"application/atom+xml\"/>",
            "<link href=\"https://example.org/3.atom\" rel=\"next-archive\" type=\"application/atom+xml\"/>",
        ] {
            assert!(head.contains(part), "{part} in {head}");
        }
    }

    #[test]
    fn the_style_sheet_stands_before_the_root() {
        let mut page = sample::page();
        page.stylesheet_url = "https://example.org/feed.css?a=1&b=2".to_owned();
        let opening = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
            <?xml-stylesheet type=\"text/css\" href=\"https://example.org/feed.css?a=1&amp;b=2\"?>\n<feed ";
        assert!(text(&page).starts_with(opening), "{}", text(&page));
    }
}
