//! A feed page as an Atom document (RFC 4287), byte for byte the same for the same page.
//!
//! The document is `atom_syndication`'s; each entry is written by it once, with gaps, and then filled in for every list. Ours
//! are the opening before the root, since the library knows no processing instruction, and the mark of an archive. `dc` and
//! `dcterms` elements go through the library's extension maps (sorted, so their order is stable) and never carry attributes,
//! which the library would write unescaped. Metadata stands before the entries because the feed itself has no such extensions:
//! the library would write those last, which validators call misplaced. Affiliations stand in the content: no namespace that
//! validators know has a word for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use atom_syndication as atom;
use atom_syndication::extension::Extension;
use atom_syndication::extension::ExtensionMap;

use crate::feeds;
use crate::feeds::FeedPage;
use crate::feeds::LANGUAGE;
use crate::feeds::content;
use crate::feeds::entry::Entry;
use crate::feeds::facts::Facts;
use crate::feeds::facts::Prepared;
use crate::feeds::xml;
use crate::model::format::Format;
use crate::model::text::Text;
use crate::model::time::Timestamp;

/// The mark of a closed document (RFC 5005 §4), in the namespace that the root declares.
const ARCHIVE: &str = "<fh:archive/>";

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
    write(page).map_err(|source| Error { id: page.id.clone(), source })
}

/// The head as the library writes it, with the entries before its end: where the library would put them.
fn write(page: &FeedPage) -> Result<Vec<u8>, atom::Error> {
    let head = written(&head(page))?;
    let (head, end) = head.split_at(head.len() - END.len());
    // The root's attributes are namespaces and a language, all constants without `>`: the first one ends its tag.
    let (root, head) = head.split_at(head.find('>').map_or(0, |end| end + 1));
    let archive = if page.history.is_archive { ARCHIVE } else { "" };
    feeds::within_limit(page.entries.len(), |kept| {
        let mut document = String::with_capacity(feeds::bytes_expected(&page.entries));
        document.extend([&xml::opening(&page.stylesheet_url), root, archive, head]);
        for entry in page.entries.iter().take(kept) {
            match entry.paper.stencil.get_or_init(|| Stencil::of(&entry.paper)) {
                Some(stencil) => stencil.write(entry, &mut document),
                None => document.push_str(&alone(model(entry, entry.content().as_str().to_owned()))?),
            }
        }
        document.push_str(end);
        Ok(document.into_bytes())
    })
}

/// How a document ends.
const END: &str = "</feed>";

/// A document without its declaration.
fn written(feed: &atom::Feed) -> Result<String, atom::Error> {
    let config = atom::WriteConfig { write_document_declaration: false, indent_size: None };
    let bytes = feed.write_with_config(Vec::new(), config)?;
    // The library writes what it was given, which were characters.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// One entry as the library writes it.
fn alone(entry: atom::Entry) -> Result<String, atom::Error> {
    let document = written(&atom::Feed { entries: vec![entry], ..atom::Feed::default() })?;
    let begin = document.find("<entry>").unwrap_or(document.len());
    Ok(document.get(begin..document.len() - END.len()).unwrap_or_default().to_owned())
}

/// An entry as it is written, with gaps for what its place says: identifier, time and reason.
#[derive(Debug)]
pub(super) struct Stencil([String; 4]);

/// What stands in a gap while a stencil is made: for private use, so that no text of ours holds it.
const GAP: char = '\u{E000}';

impl Stencil {
    /// Of a paper; none where some text of it does hold a gap.
    fn of(paper: &Arc<Prepared>) -> Option<Self> {
        let (id, reason, updated) = (GAP.to_string(), Text::default(), Timestamp::from_micros(0));
        let entry = Entry { id, updated, reason, paper: Arc::clone(paper) };
        let written = alone(model(&entry, paper.body.with(&GAP.to_string()))).ok()?;
        let mut parts = written.split(GAP);
        let (before, between, after) = (parts.next()?, parts.next()?, parts.next()?);
        parts.next().is_none().then_some(())?;
        let (begin, rest) = between.split_once("<updated>")?;
        let (_date, end) = rest.split_once("</updated>")?;
        Some(Self([
            before.to_owned(),
            format!("{begin}<updated>"),
            format!("</updated>{end}"),
            after.to_owned(),
        ]))
    }

    fn write(&self, entry: &Entry, out: &mut String) {
        let [before, to_updated, to_reason, after] = &self.0;
        out.push_str(before);
        out.push_str(&quick_xml::escape::escape(entry.id.as_str()));
        out.push_str(to_updated);
        out.push_str(&date(entry.updated).to_rfc3339());
        out.push_str(to_reason);
        out.push_str(&content::because(&entry.reason));
        out.push_str(after);
    }
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
        link("self", &page.self_url, own, None),
        link("alternate", &page.alternate_url, Some("text/html"), None),
    ];
    links.extend(page.hubs.iter().map(|hub| link("hub", hub, None, None)));
    links.extend(history.into_iter().filter_map(|(rel, href)| Some(link(rel, href.as_deref()?, own, None))));
    let mut namespaces = BTreeMap::from([
        ("dc".to_owned(), xml::DC.to_owned()),
        ("dcterms".to_owned(), xml::DCTERMS.to_owned()),
    ]);
    if page.history.is_archive {
        namespaces.insert("fh".to_owned(), xml::HISTORY.to_owned());
    }
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
        links,
        namespaces,
        lang: Some(LANGUAGE.to_owned()),
        ..atom::Feed::default()
    }
}

/// An entry with these characters as its body.
fn model(entry: &Entry, body: String) -> atom::Entry {
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
            value: Some(body),
            lang: language.map(str::to_owned),
            ..atom::Content::default()
        }),
        extensions: terms(entry),
        ..atom::Entry::default()
    }
}

fn terms(paper: &Facts) -> ExtensionMap {
    // Validators know the identifier of the elements and not that of the terms.
    let identifiers = paper.identifiers.iter().map(|id| ("dc", "identifier", id.as_str()));
    let terms = xml::terms(paper).map(|(name, value)| ("dcterms", name, value));
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::GAP;
    use super::head;
    use super::model;
    use super::render;
    use super::written;
    use crate::feeds::FeedPage;
    use crate::feeds::History;
    use crate::feeds::entry::Entry;
    use crate::feeds::facts::Facts;
    use crate::feeds::sample;
    use crate::model::text::Text;
    use crate::model::time::Timestamp;

    fn text(page: &FeedPage) -> String {
        String::from_utf8(render(page).unwrap()).unwrap()
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
    fn a_filled_stencil_is_what_the_library_writes() {
        let mut page = sample::page();
        let [entry] = page.entries.as_slice() else { unreachable!("the sample has one entry") };
        let mut entries = vec![entry.clone()];
        for (id, reason, seconds) in [("tag:a&b", "x < \"y\" & z", 1_795_000_000), ("tag:'<", "", 0)] {
            entries.push(Entry {
                id: id.to_owned(),
                reason: Text::line(reason),
                updated: Timestamp::from_seconds(seconds),
                ..entry.clone()
            });
        }
        // Some texts hold what is in a gap: no stencil is made.
        let odd = Facts { identifiers: vec![GAP.to_string()], ..Facts::clone(entry) };
        entries.push(Entry { paper: Arc::new(odd.into()), ..entry.clone() });
        page.entries = entries;
        let mut feed = head(&page);
        feed.entries =
            page.entries.iter().map(|entry| model(entry, entry.content().as_str().to_owned())).collect();
        for _time in 0..2 {
            let document = text(&page);
            assert_eq!(
                document.split_once("<feed").unwrap().1,
                written(&feed).unwrap().split_once("<feed").unwrap().1
            );
        }
        let made: Vec<bool> =
            page.entries.iter().map(|entry| entry.paper.stencil.get().unwrap().is_some()).collect();
        assert_eq!(made, [true, true, true, false]);
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
