//! A feed page as an RSS 2.0 document, for readers that know nothing newer.
//!
//! The document is the `rss` crate's, sister of the one that writes Atom: it puts metadata before the items, and its
//! extension maps are sorted and write attributes escaped. It knows no processing instruction, so its declaration gives
//! way to [`xml::opening`]. What the core has no word for stands in namespaces that validators know, each declared only
//! where it is used: `dc:creator`, since `author` must be an e-mail address, and `atom:updated`, since an item has no
//! time of change. PDFs are no enclosures: readers download those unasked.

use std::collections::BTreeMap;

use quick_xml::escape::partial_escape;
use rss::extension::Extension;
use rss::extension::ExtensionMap;
use rss::extension::dublincore::DublinCoreExtension;

use crate::feeds;
use crate::feeds::FeedPage;
use crate::feeds::LANGUAGE;
use crate::feeds::entry::Entry;
use crate::feeds::xml;
use crate::model::format::Format;
use crate::model::text::Text;
use crate::model::time::Timestamp;

/// Where the format is described, for whoever finds the document without knowing it.
const DOCS: &str = "https://www.rssboard.org/rss-specification";

/// The namespace of the elements that are borrowed from Atom.
const ATOM: &str = "http://www.w3.org/2005/Atom";

/// The document could not be written.
#[derive(Debug, thiserror::Error)]
#[error("writing the RSS document of {id}")]
pub struct Error {
    id: String,
    #[source]
    source: rss::Error,
}

/// Writes a page. Entries beyond the size limit are left out, the oldest first.
pub fn render(page: &FeedPage) -> Result<Vec<u8>, Error> {
    let (mut channel, expected) = (head(page), feeds::bytes_expected(&page.entries));
    channel.items = page.entries.iter().map(item).collect();
    feeds::within_limit(page.entries.len(), |kept| {
        channel.items.truncate(kept);
        write(&mut channel, &page.stylesheet_url, expected)
    })
    .map_err(|source| Error { id: page.id.clone(), source })
}

fn write(channel: &mut rss::Channel, stylesheet_url: &str, expected: usize) -> Result<Vec<u8>, rss::Error> {
    channel.namespaces = namespaces(channel);
    let document = channel.write_to(Vec::with_capacity(expected))?;
    let root = document.windows(2).position(|pair| pair == b"?>").map_or(0, |end| end + 2);
    let (_declaration, root) = document.split_at(root);
    Ok([xml::opening(stylesheet_url).as_bytes(), root].concat())
}

/// The namespaces of the extensions in use; the library adds those of its own fields.
fn namespaces(channel: &rss::Channel) -> BTreeMap<String, String> {
    let prefixes =
        channel.items.iter().flat_map(|item| item.extensions.keys()).chain(channel.extensions.keys());
    let declared = prefixes.filter_map(|prefix| {
        let address = match prefix.as_str() {
            "atom" => ATOM,
            "dcterms" => xml::DCTERMS,
            "fh" => xml::HISTORY,
            _other => return None,
        };
        Some((prefix.clone(), address.to_owned()))
    });
    declared.collect()
}

fn head(page: &FeedPage) -> rss::Channel {
    let history = &page.history;
    let links = [
        ("self", Some(&page.self_url)),
        ("current", history.current_url.as_ref()),
        ("prev-archive", history.prev_archive_url.as_ref()),
        ("next-archive", history.next_archive_url.as_ref()),
    ];
    let mut extensions = ExtensionMap::new();
    for (rel, href) in links {
        if let Some(href) = href {
            add(&mut extensions, "atom", "link", link(rel, href));
        }
    }
    for hub in &page.hubs {
        add(&mut extensions, "atom", "link", link("hub", hub));
    }
    if history.is_archive {
        add(&mut extensions, "fh", "archive", Extension::default());
    }
    rss::Channel {
        title: page.title.to_string(),
        link: page.alternate_url.clone(),
        description: page.subtitle.as_ref().unwrap_or(&page.title).to_string(),
        language: Some(LANGUAGE.to_owned()),
        last_build_date: Some(date(page.updated)),
        generator: Some(format!("Offprint {} ({})", env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_HOMEPAGE"))),
        docs: Some(DOCS.to_owned()),
        extensions,
        ..rss::Channel::default()
    }
}

fn item(entry: &Entry) -> rss::Item {
    let categories = entry
        .categories
        .iter()
        .map(|one| rss::Category { name: one.term.clone(), domain: one.scheme.map(str::to_owned) });
    let dublin_core = DublinCoreExtension {
        creators: entry.authors.iter().map(|person| person.name.to_string()).collect(),
        identifiers: entry.identifiers.clone(),
        languages: entry.language.iter().cloned().collect(),
        ..DublinCoreExtension::default()
    };
    let mut extensions = ExtensionMap::new();
    add(&mut extensions, "atom", "updated", element(&entry.updated.to_rfc3339()));
    for (name, value) in xml::terms(entry) {
        add(&mut extensions, "dcterms", name, element(value));
    }
    rss::Item {
        title: Some(entry.title.to_string()),
        link: entry.link("alternate").map(str::to_owned),
        // What stands in content:encoded is expected to be described before.
        description: Some(html(entry.summary.as_ref().unwrap_or(&entry.title))),
        categories: categories.collect(),
        comments: entry.link("replies").map(str::to_owned),
        guid: Some(rss::Guid { value: entry.id.clone(), permalink: false }),
        pub_date: Some(date(entry.published)),
        content: Some(entry.content().to_html()),
        extensions,
        dublin_core_ext: (dublin_core != DublinCoreExtension::default()).then_some(dublin_core),
        ..rss::Item::default()
    }
}

/// Plain text as what a description is: HTML.
fn html(text: &Text) -> String {
    text.paragraphs().map(partial_escape).collect::<Vec<_>>().join("<br/><br/>")
}

/// A time as RFC 822 has it since RFC 1123: with the right day's name, four digits of the year and a numeric zone.
fn date(at: Timestamp) -> String {
    at.to_chrono().format("%a, %d %b %Y %H:%M:%S %z").to_string()
}

fn add(extensions: &mut ExtensionMap, prefix: &str, name: &str, element: Extension) {
    let named = Extension { name: format!("{prefix}:{name}"), ..element };
    extensions.entry(prefix.to_owned()).or_default().entry(name.to_owned()).or_default().push(named);
}

fn element(value: &str) -> Extension {
    Extension { value: Some(value.to_owned()), ..Extension::default() }
}

fn link(rel: &str, href: &str) -> Extension {
    let attributes = [("href", href), ("rel", rel), ("type", Format::Rss.media_type())];
    let attrs = attributes.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    Extension { attrs, ..Extension::default() }
}

#[cfg(test)]
mod tests {
    use super::date;
    use super::html;
    use super::render;
    use crate::feeds::History;
    use crate::feeds::sample;
    use crate::model::text::Text;
    use crate::model::time::Timestamp;

    fn text(page: &crate::feeds::FeedPage) -> String {
        String::from_utf8(render(page).unwrap()).unwrap()
    }

    #[test]
    fn dates_are_those_of_rfc_822() {
        for (at, written) in [
            ("1990-01-01T00:00:00Z", "Mon, 01 Jan 1990 00:00:00 +0000"),
            ("2026-08-09T23:59:59.999Z", "Sun, 09 Aug 2026 23:59:59 +0000"),
            ("2024-02-29T12:30:00+02:00", "Thu, 29 Feb 2024 10:30:00 +0000"),
        ] {
            assert_eq!(date(Timestamp::parse_rfc3339(at).unwrap()), written);
        }
    }

    #[test]
    fn an_item_has_everything() {
        let text = text(&sample::page());
        let item = "<item><title>A &lt;b&gt;Title&lt;/b&gt; &amp; more</title>\
            <link>https://arxiv.org/abs/2608.00001</link>\
            <description><![CDATA[If a &lt; b &amp; c.<br/><br/>Second.]]></description>\
            <category domain=\"http://arxiv.org/schemas/atom\">cs.LG</category>\
            <comments>https://news.example.org/item?a=1&amp;b=2</comments>\
            <guid isPermaLink=\"false\">tag:example.org,2026:paper/1</guid>\
            <pubDate>Mon, 10 Aug 2026 00:00:00 +0000</pubDate>\
            <content:encoded><![CDATA[<div><p>Body<br/><a></a></p></div>]]></content:encoded>\
            <atom:updated>2026-08-11T06:00:00.000001Z</atom:updated>\
            <dcterms:bibliographicCitation>J. Ex. 1 (2026)</dcterms:bibliographicCitation>\
            <dcterms:license>https://creativecommons.org/licenses/by/4.0/</dcterms:license>\
            <dc:creator>Ada &lt;Lovelace&gt;</dc:creator><dc:creator>Bo Ek</dc:creator>\
            <dc:identifier>arxiv:2608.00001</dc:identifier><dc:language>de</dc:language></item>";
        assert!(text.contains(item), "{text}");
    }

    #[test]
    fn the_head_says_where_the_document_stands() {
        let mut page = sample::page();
        page.entries.clear();
        page.subtitle = None;
        let plain = text(&page);
        assert!(plain.contains("<description>Papers &amp; more</description>"), "{plain}");
        assert!(plain.contains("<lastBuildDate>Tue, 11 Aug 2026 06:00:00 +0000</lastBuildDate>"), "{plain}");
        assert!(!["fh:", "dc:", "dcterms:"].iter().any(|prefix| plain.contains(prefix)), "{plain}");

        page.history = History {
            is_archive: true,
            current_url: Some("https://example.org/a.rss".to_owned()),
            prev_archive_url: Some("https://example.org/1.rss?a&b".to_owned()),
            next_archive_url: Some("https://example.org/3.rss".to_owned()),
        };
        page.entries = sample::page().entries;
        let archive = text(&page);
        let (head, _items) = archive.split_once("<item>").unwrap();
        for part in [
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<?xml-stylesheet type=\"text/css\" href=\"https://example.org/feed.css\"?>\n<rss ",
            "<atom:link href=\"https://example.org/topics/all.rss\" rel=\"self\" type=\"application/rss+xml\"></atom:link>",
            "<atom:link href=\"https://example.org/a.rss\" rel=\"current\" type=\"application/rss+xml\"></atom:link>",
            "<atom:link href=\"https://example.org/1.rss?a&amp;b\" rel=\"prev-archive\" type=\"application/rss+xml\"></atom:link>",
            "<atom:link href=\"https://example.org/3.rss\" rel=\"next-archive\" type=\"application/rss+xml\"></atom:link>",
            "xmlns:fh=\"http://purl.org/syndication/history/1.0\"",
            "<fh:archive></fh:archive>",
        ] {
            assert!(head.contains(part), "{part} in {head}");
        }
    }

    #[test]
    fn plain_text_stays_plain_as_html() {
        assert_eq!(html(&Text::new("<script>x</script>")), "&lt;script&gt;x&lt;/script&gt;");
        assert_eq!(html(&Text::new("]]>")), "]]&gt;");
    }
}
