//! A repaired document → its items, each a document of its own, and the head that stands around them.
//!
//! Items are cut out by their tags alone, in one pass, so that a fault inside one cannot spoil the others and a
//! document that was cut off keeps every whole item. What an item says is none of this file's business.

use std::collections::BTreeSet;

use quick_xml::events::BytesStart;

use crate::sources::feed::space::Family;
use crate::sources::feed::space::Space;
use crate::sources::feed::space::well_known;
use crate::sources::json_list;

/// No more items of one document are read.
pub(super) const ITEMS_AT_MOST: usize = json_list::ENTRIES_AT_MOST;

/// The namespace declarations repeated around every item take no more than this.
const ENVELOPE_BYTES: usize = 4_096;

/// No more prefixes are kept; a feed of many vocabularies declares twenty.
const DECLARATIONS_AT_MOST: usize = 64;

/// A document in pieces.
#[derive(Debug)]
pub(super) struct Pieces<'t> {
    /// Atom, or one of the RSS family.
    pub(super) family: Family,
    /// The name of the root element as written.
    pub(super) root: &'t str,
    /// The items in order.
    pub(super) items: Vec<Piece<'t>>,
    /// Everything outside the items, as one document.
    pub(super) head: String,
    /// What goes before an item to make it a document of its own.
    pub(super) opening: String,
    /// The same with the vocabularies out of sight that feed-rs is not asked to read.
    pub(super) plain_opening: String,
    /// What goes after it.
    pub(super) closing: String,
    /// Whether the document ends before its root element does.
    pub(super) is_cut: bool,
    /// Whether items were left out because there are too many.
    pub(super) is_capped: bool,
}

/// One item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'t> {
    /// From its start tag to its end tag, or as far as it goes.
    pub(super) text: &'t str,
    /// How it ends.
    pub(super) ending: Ending,
}

/// How an item ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ending {
    /// With its end tag.
    Closed,
    /// Where the next item or the end of the list begins.
    Open,
    /// With the document.
    Cut,
}

/// Cuts a document that [`super::repair::repair`] has mended; `None` when it has no element at all.
pub(super) fn cut(text: &str) -> Option<Pieces<'_>> {
    let root = Tags::of(text).find(Tag::is_root).or_else(|| Tags::of(text).find(|tag| !tag.is_end))?;
    let from_root = text.get(root.start..).unwrap_or_default();
    let family = if matches!(root.local(), "feed" | "entry") { Family::Atom } else { Family::Rss };
    let mut envelope = Envelope::of(&root);
    let mut pieces = Pieces {
        family,
        root: root.name,
        items: Vec::new(),
        head: String::new(),
        opening: String::new(),
        plain_opening: String::new(),
        closing: String::new(),
        is_cut: false,
        is_capped: false,
    };
    let mut prefixes = BTreeSet::new();
    let mut open: Option<usize> = None;
    let mut head_from = 0;
    let mut is_ended = false;
    for tag in Tags::of(from_root) {
        if let Some(prefix) = tag.prefix().filter(|_| prefixes.len() < DECLARATIONS_AT_MOST) {
            prefixes.insert(prefix);
        }
        let is_channel = tag.local() == "channel" && tag.is_of_rss(&envelope);
        if is_channel && !tag.is_end && pieces.items.is_empty() {
            envelope.add(&tag);
        }
        let is_item = tag.is_item(family, &root, &envelope);
        let ends_list = tag.is_end && (tag.name == root.name || is_channel);
        if let Some(start) = open
            && ((is_item && !tag.is_empty) || ends_list)
        {
            let (end, ending) = match (is_item, tag.is_end) {
                (true, true) => (tag.end, Ending::Closed),
                _ => (tag.start, Ending::Open),
            };
            pieces.push(from_root, start, end, ending);
            head_from = end;
            open = None;
        }
        if open.is_none() && is_item && !tag.is_end && !tag.is_empty {
            pieces.head.push_str(from_root.get(head_from..tag.start).unwrap_or_default());
            open = Some(tag.start);
        }
        is_ended = is_ended || (tag.name == root.name && (tag.is_end || tag.is_empty));
    }
    if let Some(start) = open {
        pieces.push(from_root, start, from_root.len(), Ending::Cut);
    } else {
        pieces.head.push_str(from_root.get(head_from..).unwrap_or_default());
    }
    pieces.is_cut = !is_ended;
    (pieces.opening, pieces.closing) = envelope.around(family, &root, &prefixes, |_space| true);
    let plain = |space| !matches!(space, Space::Dc | Space::Media | Space::Podcast);
    (pieces.plain_opening, _) = envelope.around(family, &root, &prefixes, plain);
    Some(pieces)
}

impl<'t> Pieces<'t> {
    fn push(&mut self, text: &'t str, start: usize, end: usize, ending: Ending) {
        if self.items.len() < ITEMS_AT_MOST {
            self.items.push(Piece { text: text.get(start..end).unwrap_or_default(), ending });
        } else {
            self.is_capped = true;
        }
    }
}

/// One tag of a repaired document.
#[derive(Clone, Copy, Debug)]
struct Tag<'t> {
    /// The qualified name.
    name: &'t str,
    /// Name and attributes, without the marks around them.
    content: &'t str,
    start: usize,
    end: usize,
    is_end: bool,
    is_empty: bool,
}

impl<'t> Tag<'t> {
    fn local(&self) -> &'t str {
        self.name.split_once(':').map_or(self.name, |(_, local)| local)
    }

    fn prefix(&self) -> Option<&'t str> {
        self.name.split_once(':').map(|(prefix, _)| prefix)
    }

    fn is_root(&self) -> bool {
        let known = ["rss", "rdf", "feed", "entry", "opml", "html"];
        !self.is_end && known.iter().any(|name| name.eq_ignore_ascii_case(self.local()))
    }

    fn is_item(&self, family: Family, root: &Tag<'_>, envelope: &Envelope) -> bool {
        match family {
            Family::Atom => self.local() == "entry" && self.prefix() == root.prefix(),
            Family::Rss => self.local() == "item" && self.is_of_rss(envelope),
        }
    }

    /// Whether its name is one of RSS: `prism:channel` is another's.
    fn is_of_rss(&self, envelope: &Envelope) -> bool {
        self.prefix().is_none_or(|prefix| envelope.binds_rss(prefix))
    }
}

/// The tags of a repaired document in order, those inside CDATA sections left out.
struct Tags<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Tags<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, at: 0 }
    }
}

impl<'t> Iterator for Tags<'t> {
    type Item = Tag<'t>;

    fn next(&mut self) -> Option<Tag<'t>> {
        loop {
            let rest = self.text.get(self.at..)?;
            let start = self.at + rest.find('<')?;
            let rest = self.text.get(start..)?;
            if rest.starts_with("<![CDATA[") {
                self.at = start + rest.find("]]>")? + 3;
                continue;
            }
            let length = rest.find('>')?;
            self.at = start + length + 1;
            let inside = rest.get(1..length)?;
            let is_end = inside.starts_with('/');
            let inside = inside.strip_prefix('/').unwrap_or(inside);
            let is_empty = inside.ends_with('/');
            let content = inside.strip_suffix('/').unwrap_or(inside);
            let name = content.split(|at: char| at.is_whitespace()).next().unwrap_or_default();
            return Some(Tag { name, content, start, end: self.at, is_end, is_empty });
        }
    }
}

/// What an item inherits from the elements around it: prefixes, `xml:base`, `xml:lang`.
#[derive(Default)]
struct Envelope {
    prefixes: Vec<(String, String)>,
    inherited: Vec<(String, String)>,
}

impl Envelope {
    fn of(root: &Tag<'_>) -> Self {
        let mut envelope = Self::default();
        envelope.add(root);
        envelope
    }

    fn add(&mut self, tag: &Tag<'_>) {
        let start = BytesStart::from_content(tag.content, tag.name.len());
        for attribute in start.html_attributes().with_checks(false).flatten().take(200) {
            let (key, value) = (attribute.key.as_ref(), attribute.value.as_ref());
            if value.len() > 512 || value.contains(['<', '"']) {
                continue;
            }
            let list = match key.strip_prefix("xmlns:") {
                Some(_) => &mut self.prefixes,
                None if matches!(key, "xml:base" | "xml:lang") => &mut self.inherited,
                None => continue,
            };
            let name = key.strip_prefix("xmlns:").unwrap_or(key);
            list.retain(|(known, _)| known != name);
            if list.len() < DECLARATIONS_AT_MOST {
                list.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn binds_rss(&self, prefix: &str) -> bool {
        self.prefixes.iter().any(|(known, uri)| known == prefix && Space::of(uri, Family::Rss) == Space::Core)
    }

    /// The tags around each item. A default namespace is left out: the family says which elements are meant.
    fn around(
        &self,
        family: Family,
        root: &Tag<'_>,
        used: &BTreeSet<&str>,
        shows: fn(Space) -> bool,
    ) -> (String, String) {
        let mut attributes = String::new();
        for (name, value) in &self.inherited {
            attributes.extend([" ", name, "=\"", value, "\""]);
        }
        let declared = self.prefixes.iter().map(|(prefix, uri)| (prefix.as_str(), uri.as_str()));
        let known = |prefix: &str| self.prefixes.iter().any(|(declared, _)| declared == prefix);
        let missing = used.iter().filter(|prefix| !known(prefix)).map(|prefix| (*prefix, well_known(prefix)));
        for (prefix, uri) in declared.chain(missing) {
            let is_name =
                prefix.chars().all(|part| part.is_alphanumeric() || matches!(part, '_' | '-' | '.'));
            let uri = if shows(Space::of(uri, family)) { uri } else { "urn:unread" };
            let declaration = format!(" xmlns:{prefix}=\"{uri}\"");
            let fits = attributes.len() + declaration.len() <= ENVELOPE_BYTES;
            if fits && is_name && !prefix.is_empty() && !matches!(prefix, "xml" | "xmlns") && !uri.is_empty()
            {
                attributes.push_str(&declaration);
            }
        }
        match family {
            Family::Atom => match root.prefix() {
                Some(prefix) => (format!("<{prefix}:feed{attributes}>"), format!("</{prefix}:feed>")),
                None => (format!("<feed{attributes}>"), "</feed>".to_owned()),
            },
            Family::Rss => {
                (format!("<rss version=\"2.0\"{attributes}><channel>"), "</channel></rss>".to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Ending;
    use super::cut;

    fn endings(text: &str) -> Vec<Ending> {
        cut(text).unwrap().items.iter().map(|piece| piece.ending).collect()
    }

    #[test]
    fn items_are_cut_out_and_the_head_keeps_the_rest() {
        let text = "<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>t</title>\
                    <item><x><![CDATA[</item>]]></x></item><ttl>5</ttl><item>2</item></channel></rss>";
        let pieces = cut(text).unwrap();
        assert_eq!(pieces.items[0].text, "<item><x><![CDATA[</item>]]></x></item>");
        assert_eq!(pieces.items[1].text, "<item>2</item>");
        assert!(pieces.head.contains("<title>t</title><ttl>5</ttl></channel>"));
        assert!(pieces.opening.contains("xmlns:dc=\"http://purl.org/dc/elements/1.1/\""));
        assert!(!pieces.is_cut);
    }

    #[test]
    fn an_item_that_is_not_closed_ends_where_the_next_begins() {
        assert_eq!(
            endings("<rss><channel><item>1<item>2</item></channel></rss>"),
            [Ending::Open, Ending::Closed]
        );
        assert_eq!(endings("<rss><channel><item>1</channel></rss>"), [Ending::Open]);
    }

    #[test]
    fn a_document_that_was_cut_off_keeps_its_whole_items() {
        let pieces = cut("<feed><entry>1</entry><entry>2").unwrap();
        assert_eq!(
            pieces.items.iter().map(|piece| piece.ending).collect::<Vec<_>>(),
            [Ending::Closed, Ending::Cut]
        );
        assert!(pieces.is_cut);
    }

    #[test]
    fn prefixes_that_nobody_declared_are_declared() {
        let pieces = cut("<rss><channel><item><dc:title>t</dc:title><my:x/></item></channel></rss>").unwrap();
        assert!(pieces.opening.contains("xmlns:dc=\"http://purl.org/dc/elements/1.1/\""));
        assert!(pieces.opening.contains("xmlns:my=\"urn:undeclared\""));
        assert!(pieces.plain_opening.contains("xmlns:dc=\"urn:unread\""));
    }

    #[test]
    fn elements_of_other_vocabularies_end_no_item() {
        let text = "<rss xmlns:prism='http://prismstandard.org/namespaces/basic/2.0/'><channel><item>\
                    <prism:channel>web</prism:channel><title>t</title></item></channel></rss>";
        assert_eq!(endings(text), [Ending::Closed]);
        assert!(cut(text).unwrap().items[0].text.contains("<title>t</title>"));
    }

    #[test]
    fn declarations_without_end_cost_no_quadratic_time() {
        let many: Vec<String> = (0..40_000).map(|number| format!("<channel xmlns:p{number}='u'>")).collect();
        let text = format!("<rss>{}<item>1</item></rss>", many.concat());
        assert!(cut(&text).unwrap().opening.len() < 5_000);
    }

    #[test]
    fn items_may_carry_a_prefix() {
        let rdf =
            "<rdf:RDF xmlns:r='http://purl.org/rss/1.0/'><r:item>1</r:item><x:item>2</x:item></rdf:RDF>";
        assert_eq!(endings(rdf), [Ending::Closed]);
        assert_eq!(endings("<a:feed xmlns:a='x'><a:entry>1</a:entry></a:feed>"), [Ending::Closed]);
    }
}
