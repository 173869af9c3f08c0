//! What feed-rs reads of an item: who it is, where it leads, what it is about and, but for Atom, who wrote it, as the standards
//! have it.
//!
//! Its texts and dates are not handed over: the elements have them, with the markup that feed-rs drops, and feed-rs would take
//! most of its time for them. Where feed-rs refuses an item, it is handed one at a time, so that this costs no other.

use std::ops::Range;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use feed_rs::model::Entry;
use feed_rs::parser::Builder;
use feed_rs::parser::Parser;
use quick_xml::escape::escape;
use quick_xml::escape::partial_escape;
use url::Url;

use crate::sources::feed::element::Element;
use crate::sources::feed::space::Family;
use crate::sources::feed::space::Space;

/// What feed-rs is asked to read of an item of RSS.
const OF_RSS: &[&str] = &["guid", "link", "category", "author", "enclosure", "comments"];

/// The same of Atom.
const OF_ATOM: &[&str] = &["id", "link", "category"];

/// Entries in the order of the items, or why there is none.
pub(super) type Entries = Box<dyn Iterator<Item = Result<Entry, String>>>;

/// feed-rs, set up for one answer.
pub(super) struct Standard {
    parser: Parser,
    base: Url,
}

impl Standard {
    /// A reader whose relative addresses are meant relative to `base`.
    pub(super) fn new(base: &Url) -> Self {
        Self { parser: parser(base), base: base.clone() }
    }

    /// The entries of items in their order. All are read at once where feed-rs takes them all, else each alone. Nothing is
    /// handed afterwards.
    pub(super) fn entries(&mut self, handed: &mut Handed) -> Entries {
        handed.text.push_str(handed.closing);
        let count = handed.items.len();
        let together = self.parse(&handed.text).ok().filter(|entries| entries.len() == count);
        let entries: Entries = if let Some(entries) = together {
            Box::new(entries.into_iter().map(Ok))
        } else {
            let alone: Vec<_> = handed.alone().map(|document| self.entry(&document)).collect();
            Box::new(alone.into_iter())
        };
        handed.clear();
        entries
    }

    fn entry(&mut self, document: &str) -> Result<Entry, String> {
        self.parse(document)?.pop().ok_or_else(|| "no item in it".to_owned())
    }

    fn parse(&mut self, document: &str) -> Result<Vec<Entry>, String> {
        // feed-rs 3.0 cuts `—a@b.cd` and the like in the middle of a character and panics. One item must not take
        // the others with it.
        match catch_unwind(AssertUnwindSafe(|| self.parser.parse(document.as_bytes()))) {
            Ok(Ok(feed)) => Ok(feed.entries),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_panic) => {
                self.parser = parser(&self.base);
                Err("the feed reader stumbled over it".to_owned())
            }
        }
    }
}

/// A document for feed-rs as it is written.
pub(super) struct Handed {
    text: String,
    opening_bytes: usize,
    items: Vec<Range<usize>>,
    /// The name of an item; none where it is JSON.
    name: &'static str,
    /// The elements of an item that are handed over.
    wanted: &'static [&'static str],
    closing: &'static str,
}

impl Handed {
    /// An XML feed without items. `inherited` are the attributes that hold for all of them.
    pub(super) fn xml(family: Family, inherited: &str) -> Self {
        match family {
            Family::Atom => Self::new(&format!("<feed{inherited}>"), "entry", OF_ATOM, "</feed>"),
            Family::Rss => {
                let opening = format!("<rss version=\"2.0\"{inherited}><channel>");
                Self::new(&opening, "item", OF_RSS, "</channel></rss>")
            }
        }
    }

    /// A JSON Feed without items.
    pub(super) fn json() -> Self {
        let opening = "{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"\",\"items\":[";
        Self::new(opening, "", &[], "]}")
    }

    fn new(
        opening: &str,
        name: &'static str,
        wanted: &'static [&'static str],
        closing: &'static str,
    ) -> Self {
        let (text, opening_bytes) = (opening.to_owned(), opening.len());
        Self { text, opening_bytes, items: Vec::new(), name, wanted, closing }
    }

    /// Whether it is JSON.
    pub(super) const fn is_json(&self) -> bool {
        self.name.is_empty()
    }

    /// Adds an item of an XML feed.
    pub(super) fn add(&mut self, item: &Element<'_>) {
        let start = self.text.len();
        self.text.extend(["<", self.name]);
        push_inherited(&mut self.text, item);
        self.text.push('>');
        let own = item.children().filter(|child| child.space == Space::Core);
        own.filter(|child| self.wanted.contains(&child.name)).for_each(|child| push(&mut self.text, child));
        self.text.extend(["</", self.name, ">"]);
        self.items.push(start..self.text.len());
    }

    /// Adds an item of a JSON Feed.
    pub(super) fn add_object(&mut self, object: &str) {
        if !self.items.is_empty() {
            self.text.push(',');
        }
        let start = self.text.len();
        self.text.push_str(object);
        self.items.push(start..self.text.len());
    }

    /// A document for each item.
    fn alone(&self) -> impl Iterator<Item = String> {
        let part = |range| self.text.get(range).unwrap_or_default();
        self.items
            .iter()
            .map(move |item| [part(0..self.opening_bytes), part(item.clone()), self.closing].concat())
    }

    fn clear(&mut self) {
        self.text.truncate(self.opening_bytes);
        self.items.clear();
    }
}

/// An element with all that is in it, names without prefixes.
fn push(out: &mut String, element: &Element<'_>) {
    out.extend(["<", element.name]);
    if ends_where_it_ends(element.tag) {
        out.push_str(element.tag);
    } else {
        push_inherited(out, element);
        element.push_attributes(out);
    }
    out.push('>');
    if element.has_children() {
        out.push_str(&element.markup());
    } else {
        out.push_str(&partial_escape(&*element.trimmed()));
    }
    out.extend(["</", element.name, ">"]);
}

/// Whether whoever reads a tag finds its end where it is: its quotes are of one kind and closed.
fn ends_where_it_ends(tag: &str) -> bool {
    let quotes = tag.bytes().filter(|byte| *byte == b'"').count();
    quotes.is_multiple_of(2)
        && !tag.bytes().any(|byte| matches!(byte, b'\'' | b'<' | b'>'))
        && !tag.ends_with('/')
}

/// The attributes of an element that hold for those in it.
fn push_inherited(out: &mut String, element: &Element<'_>) {
    for name in ["xml:base", "xml:lang"] {
        if let Some(value) = element.attribute(name) {
            out.extend([" ", name, "=\"", &escape(&*value), "\""]);
        }
    }
}

/// A parser that leaves out ids which an item does not have, where feed-rs would invent random ones.
fn parser(base: &Url) -> Parser {
    Builder::new()
        .base_uri(Some(base))
        .sanitize_content(false)
        .id_generator(|_links, _title, _uri| String::new())
        .build()
}

#[cfg(test)]
mod tests {
    use feed_rs::model::Entry;
    use url::Url;

    use super::Handed;
    use super::Standard;
    use crate::sources::feed::element::Element;
    use crate::sources::feed::space::Family;
    use crate::sources::feed::space::Scope;
    use crate::sources::xml;

    fn entries(items: &[&str]) -> Vec<Result<Entry, String>> {
        let mut standard = Standard::new(&Url::parse("https://journal.example/feeds/rss").unwrap());
        let mut scope = Scope::new(Family::Rss);
        let items: Vec<Element<'_>> =
            items.iter().map(|item| Element::take(&mut xml::parse(item).unwrap(), &mut scope)).collect();
        let mut handed = Handed::xml(Family::Rss, "");
        for item in &items {
            handed.add(item);
        }
        standard.entries(&mut handed).collect()
    }

    #[test]
    fn an_item_without_an_id_gets_none() {
        let entries = entries(&["<item><link>/a?b</link></item>"]);
        let entry = entries[0].as_ref().unwrap();
        assert_eq!(entry.id, "");
        assert_eq!(entry.links[0].href, "https://journal.example/a?b");
    }

    #[test]
    fn tags_are_read_as_they_are_written() {
        let odd = "<item><link x='\"'>/c</link><link a='>'>/d</link><link xml:base='https://e.example/'>f</link></item>";
        let entries = entries(&[odd, "<item><link>/f</link></item>"]);
        let links = |at: usize| {
            let links = &entries[at].as_ref().unwrap().links;
            links.iter().map(|link| link.href.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            links(0),
            ["https://journal.example/c", "https://journal.example/d", "https://e.example/f"]
        );
        assert_eq!(links(1), ["https://journal.example/f"]);
    }

    #[test]
    fn a_panic_inside_the_reader_costs_one_item() {
        let item = |author| format!("<item><guid>1</guid><author>{author}</author></item>");
        let entries =
            entries(&[&item("Ann Example \u{2014}ann@example.org"), &item("ann@example.org (Ann Example)")]);
        assert!(entries[0].is_err());
        assert_eq!(entries[1].as_ref().unwrap().authors.len(), 1);
    }
}
