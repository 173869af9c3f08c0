//! An element of an item or of a feed's head: its vocabulary, its attributes, and what is in it, nothing dropped and nothing
//! blended. It lies in the text that it was read from.

use std::borrow::Cow;

use quick_xml::escape::partial_escape;

use crate::sources::feed::space::Scope;
use crate::sources::feed::space::Space;
use crate::sources::xml;

/// More attributes of one element are not looked at.
const ATTRIBUTES_AT_MOST: usize = 64;

/// No more of what is inside an element is written as markup, in bytes: signs take several times their length there.
const MARKUP_AT_MOST: usize = 8 * 1024 * 1024;

/// Elements of HTML that have no end tag.
const VOID: &[&str] = &["br", "hr", "img", "wbr", "input", "col", "area", "source", "embed", "link", "meta"];

/// An element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Element<'t> {
    /// Its vocabulary.
    pub(super) space: Space,
    /// Its name without prefix.
    pub(super) name: &'t str,
    /// What stands behind the name in its tag.
    pub(super) tag: &'t str,
    /// Its characters before the first element in it.
    text: Cow<'t, str>,
    /// The elements in it, each with the characters behind it.
    parts: Vec<(Self, Cow<'t, str>)>,
    /// Their vocabularies, a bit each: most questions are about those that are not there.
    spaces: u16,
}

impl<'t> Element<'t> {
    /// Takes the contents of an element and finds the vocabularies of its names.
    pub(super) fn take(from: &mut xml::Element<'t>, scope: &mut Scope<'t>) -> Self {
        let tag = from.behind_name();
        let outside = scope.enter(tag);
        let (prefix, name) = from.name.split_once(':').unwrap_or(("", from.name));
        let space = scope.space(prefix);
        let mut element = Self::plain(space, name, tag, std::mem::take(&mut from.text));
        element.parts.reserve_exact(from.parts.len());
        for (mut part, behind) in from.parts.drain(..) {
            element.push(Self::take(&mut part, scope), behind);
        }
        scope.leave(outside);
        element
    }

    /// An element made of a name and text alone, for sources that are not XML. `tag` is what would stand behind its name.
    pub(super) const fn plain(space: Space, name: &'t str, tag: &'t str, text: Cow<'t, str>) -> Self {
        Self { space, name, tag, text, parts: Vec::new(), spaces: 0 }
    }

    /// The same with these elements in it.
    pub(super) fn with(mut self, elements: impl Iterator<Item = Self>) -> Self {
        elements.for_each(|element| self.push(element, Cow::Borrowed("")));
        self
    }

    fn push(&mut self, element: Self, behind: Cow<'t, str>) {
        self.spaces |= element.space.bit();
        self.parts.push((element, behind));
    }

    /// Whether it is the element of that name in that vocabulary.
    pub(super) fn is(&self, space: Space, name: &str) -> bool {
        self.space == space && self.name == name
    }

    /// The value of an attribute, whose name is given as it is written.
    pub(super) fn attribute(&self, name: &str) -> Option<Cow<'t, str>> {
        if self.tag.is_empty() {
            return None;
        }
        self.attributes().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Its attributes with their names as written.
    fn attributes(&self) -> impl Iterator<Item = (&'t str, Cow<'t, str>)> + use<'t> {
        let attributes = xml::written_attributes(self.tag).take(ATTRIBUTES_AT_MOST);
        attributes.map(|(name, value)| (name, xml::unescape(value)))
    }

    /// The elements inside.
    pub(super) fn children(&self) -> impl Iterator<Item = &Self> {
        self.parts.iter().map(|(element, _behind)| element)
    }

    /// Whether there are elements inside.
    pub(super) const fn has_children(&self) -> bool {
        !self.parts.is_empty()
    }

    /// The elements of that name inside.
    pub(super) fn all<'e, 'n>(
        &'e self,
        space: Space,
        name: &'n str,
    ) -> impl DoubleEndedIterator<Item = &'e Self> + use<'e, 'n, 't> {
        let parts = if self.spaces & space.bit() == 0 { &[] } else { self.parts.as_slice() };
        parts.iter().map(|(element, _behind)| element).filter(move |child| child.is(space, name))
    }

    /// The text of the first element of that name inside that has any.
    pub(super) fn text_of(&self, space: Space, name: &str) -> Option<Cow<'_, str>> {
        let mut texts = self.all(space, name).map(Self::trimmed);
        texts.find(|text| !text.is_empty())
    }

    /// All character data inside, markup left out, without white space at the ends.
    pub(super) fn trimmed(&self) -> Cow<'_, str> {
        if !self.has_children() {
            return Cow::Borrowed(self.text.trim());
        }
        let mut text = String::new();
        self.push_text(&mut text);
        Cow::Owned(text.trim().to_owned())
    }

    fn push_text(&self, out: &mut String) {
        out.push_str(&self.text);
        for (element, behind) in &self.parts {
            element.push_text(out);
            out.push_str(behind);
        }
    }

    /// Whether it holds nothing but white space.
    pub(super) fn is_blank(&self) -> bool {
        let is_blank = |text: &str| text.trim().is_empty();
        is_blank(&self.text)
            && self.parts.iter().all(|(element, behind)| element.is_blank() && is_blank(behind))
    }

    /// What is inside as markup without prefixes, no more of it than any text has.
    pub(super) fn markup(&self) -> String {
        let mut out = String::new();
        self.push_markup(&mut out);
        out
    }

    fn push_markup(&self, out: &mut String) {
        push_escaped(out, &self.text);
        for (element, behind) in &self.parts {
            element.push_whole(out);
            push_escaped(out, behind);
        }
    }

    /// Writes its attributes, but for those of XML itself.
    pub(super) fn push_attributes(&self, out: &mut String) {
        let is_sign = |sign: char| sign.is_alphanumeric() || matches!(sign, ':' | '-' | '_' | '.');
        for (name, value) in self.attributes() {
            let is_of_xml = name.starts_with("xmlns") || name.starts_with("xml:");
            if !is_of_xml && name.chars().all(is_sign) {
                out.extend([" ", name, "=\"", &quick_xml::escape::escape(&*value), "\""]);
            }
        }
    }

    fn push_whole(&self, out: &mut String) {
        out.extend(["<", self.name]);
        self.push_attributes(out);
        let is_empty = self.text.is_empty() && !self.has_children();
        if is_empty && VOID.contains(&self.name) {
            out.push_str("/>");
            return;
        }
        out.push('>');
        self.push_markup(out);
        out.extend(["</", self.name, ">"]);
    }
}

/// Writes text into markup, as long as that is not too long.
fn push_escaped(out: &mut String, text: &str) {
    let left = MARKUP_AT_MOST.saturating_sub(out.len());
    let head = |text: &str| text.floor_char_boundary(left);
    let escaped = partial_escape(text.get(..head(text)).unwrap_or_default());
    out.push_str(escaped.get(..head(&escaped)).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::Element;
    use super::MARKUP_AT_MOST;
    use crate::sources::feed::space::Family;
    use crate::sources::feed::space::Scope;
    use crate::sources::feed::space::Space;
    use crate::sources::xml;

    #[test]
    fn elements_keep_their_order_their_text_and_their_markup() {
        let text = "<rss xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:creator>A &amp; B</dc:creator>\
                    <dc:creator><![CDATA[C <D>]]></dc:creator><title>x<m:sub xmlns:m='y' a='1'>2<br/></m:sub>&lt;</title></rss>";
        let root = Element::take(&mut xml::parse(text).unwrap(), &mut Scope::new(Family::Rss));
        let creators: Vec<Cow<'_, str>> = root.all(Space::Dc, "creator").map(Element::trimmed).collect();
        assert_eq!(creators, ["A & B", "C <D>"]);
        let title = root.all(Space::Core, "title").next().unwrap();
        assert_eq!(title.trimmed(), "x2<");
        assert_eq!(title.markup(), "x<sub a=\"1\">2<br/></sub>&lt;");
    }

    #[test]
    fn markup_is_capped_however_deep_it_lies() {
        let text =
            format!("<r>{}<![CDATA[{}]]>{}</r>", "<b>".repeat(20), ">".repeat(9_000_000), "</b>".repeat(20));
        let root = Element::take(&mut xml::parse(&text).unwrap(), &mut Scope::new(Family::Rss));
        assert_eq!(root.trimmed().len(), 9_000_000);
        assert!(root.markup().len() <= MARKUP_AT_MOST + 100);
    }

    #[test]
    fn a_prefix_means_what_the_innermost_element_says() {
        let text = "<a xmlns:p='http://purl.org/dc/terms/'><p:x/><b xmlns:p='http://prismstandard.org/'><p:x/></b><p:x/>\
                    <c xmlns='http://www.w3.org/1999/xhtml'><d/></c><prism:e/><q:f/></a>";
        let root = Element::take(&mut xml::parse(text).unwrap(), &mut Scope::new(Family::Atom));
        let spaces: Vec<Space> = root.children().map(|child| child.space).collect();
        assert_eq!(
            spaces,
            [Space::DcTerms, Space::Core, Space::DcTerms, Space::Other, Space::Prism, Space::Other]
        );
        let inner: Vec<Space> =
            root.children().flat_map(Element::children).map(|child| child.space).collect();
        assert_eq!(inner, [Space::Prism, Space::Other]);
    }
}
