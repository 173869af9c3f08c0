//! A repaired document → its items, each as far as it goes, and the head that stands around them.
//!
//! Items are cut out by their tags alone, in one pass, so that a fault inside one cannot spoil the others and a
//! document that was cut off keeps every whole item. What an item says is none of this file's business.

use crate::sources::feed::inherited::Inherited;
use crate::sources::feed::space::Family;
use crate::sources::json_list;

/// No more items of one document are read.
pub(super) const ITEMS_AT_MOST: usize = json_list::ENTRIES_AT_MOST;

/// A document in pieces.
#[derive(Debug)]
pub(super) struct Pieces<'t> {
    /// The name of the root element as written.
    pub(super) root: &'t str,
    /// The items in order.
    pub(super) items: Vec<Piece<'t>>,
    /// Everything outside the items, as one document.
    pub(super) head: String,
    /// What every item inherits from the elements around it.
    pub(super) inherited: Inherited<'t>,
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
    let mut pieces = Pieces {
        root: root.name,
        items: Vec::new(),
        head: String::new(),
        inherited: Inherited::new(family),
        is_cut: false,
        is_capped: false,
    };
    pieces.inherited.add(root.behind_name());
    let mut open: Option<usize> = None;
    let mut head_from = 0;
    let mut is_ended = false;
    for tag in Tags::of(from_root) {
        let is_channel = tag.local() == "channel" && tag.is_of_rss(&pieces.inherited);
        if is_channel && !tag.is_end && pieces.items.is_empty() {
            pieces.inherited.add(tag.behind_name());
        }
        let is_item = tag.is_item(&root, &pieces.inherited);
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

    /// What stands behind the name.
    fn behind_name(&self) -> &'t str {
        self.content.get(self.name.len()..).unwrap_or_default()
    }

    fn is_item(&self, root: &Tag<'_>, inherited: &Inherited<'_>) -> bool {
        match inherited.scope.family {
            Family::Atom => self.local() == "entry" && self.prefix() == root.prefix(),
            Family::Rss => self.local() == "item" && self.is_of_rss(inherited),
        }
    }

    /// Whether its name is one of RSS: `prism:channel` is another's.
    fn is_of_rss(&self, inherited: &Inherited<'_>) -> bool {
        self.prefix().is_none_or(|prefix| inherited.scope.is_core(prefix))
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
        let pieces = cut(&text).unwrap();
        assert_eq!(pieces.items.len(), 1);
        assert!(format!("{:?}", pieces.inherited).len() < 50_000);
    }

    #[test]
    fn items_may_carry_a_prefix() {
        let rdf =
            "<rdf:RDF xmlns:r='http://purl.org/rss/1.0/'><r:item>1</r:item><x:item>2</x:item></rdf:RDF>";
        assert_eq!(endings(rdf), [Ending::Closed]);
        assert_eq!(endings("<a:feed xmlns:a='x'><a:entry>1</a:entry></a:feed>"), [Ending::Closed]);
    }
}
