//! Markup with faults in it → an element, as far as it goes.
//!
//! Tolerant: an end tag that fits nothing is passed over, an element that is not closed ends with its parent. Depth
//! and number of elements are capped; entities are resolved only as XML's own and as numbers.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::sources::feed::element::Element;
use crate::sources::feed::space::Scope;
use crate::sources::xml;
use crate::sources::xml::parse::Builder;
use crate::sources::xml::parse::position;
use crate::sources::xml::parse::resolve;
use crate::sources::xml::parse::tag;

/// Elements below this depth become text of the one that holds them.
const DEPTH_AT_MOST: usize = 24;

/// More elements than this in one item are not read; a paper may have thousands of authors.
const ELEMENTS_AT_MOST: usize = 50_000;

/// What was read of a document, and what was wrong with it.
#[derive(Debug)]
pub(super) struct Reading<'t> {
    /// The root element.
    pub(super) root: Element<'t>,
    /// The first fault, in words.
    pub(super) fault: Option<String>,
}

/// Reads a document that has one root element; `None` when it has none.
pub(super) fn read<'t>(text: &'t str, scope: &mut Scope<'t>) -> Option<Reading<'t>> {
    let (mut root, fault) = tree(text)?;
    Some(Reading { root: Element::take(&mut root, scope), fault })
}

/// The root element of a document as it is written, and the first fault, in words.
pub(in crate::sources) fn tree(text: &str) -> Option<(xml::Element<'_>, Option<String>)> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut tree = Tree::default();
    loop {
        let from = position(&reader);
        match reader.read_event() {
            Ok(Event::Start(start)) => tree.open(tag(text, from, &start), start.name().as_ref().len()),
            Ok(Event::Empty(start)) => {
                tree.open(tag(text, from, &start), start.name().as_ref().len());
                tree.close(xml::local(start.name().as_ref()));
            }
            Ok(Event::End(end)) => tree.close(xml::local(end.name().as_ref())),
            Ok(Event::Text(text)) => tree.builder.text(text.xml10_content()),
            Ok(Event::CData(text)) => tree.builder.text(text.xml10_content()),
            Ok(Event::GeneralRef(name)) => tree.builder.text(resolve(&name)),
            Ok(Event::Eof) => break,
            Ok(Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_)) => {}
            Err(error) => {
                tree.fault(error.to_string());
                break;
            }
        }
        if tree.count > ELEMENTS_AT_MOST {
            tree.fault(format!("more than {ELEMENTS_AT_MOST} elements"));
            break;
        }
    }
    tree.finish()
}

/// The elements of a document as they are put together.
#[derive(Default)]
struct Tree<'t> {
    builder: Builder<'t>,
    /// Names of elements that are open below the depth that is kept.
    deep: Vec<&'t str>,
    root: Option<xml::Element<'t>>,
    fault: Option<String>,
    count: usize,
}

impl<'t> Tree<'t> {
    fn open(&mut self, tag: &'t str, name_length: usize) {
        self.count += 1;
        if self.builder.depth() < DEPTH_AT_MOST {
            self.builder.push(tag, name_length);
        } else {
            self.deep.push(xml::local(tag.get(..name_length).unwrap_or_default()));
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(last) = self.deep.last() {
            if *last == name {
                self.deep.pop();
            } else {
                self.fault(format!("</{name}> closes nothing"));
            }
            return;
        }
        if !self.builder.open_names().any(|open| xml::local(open) == name) {
            self.fault(format!("</{name}> closes nothing"));
            return;
        }
        while let Some(innermost) = self.builder.open_names().last().map(xml::local) {
            if innermost != name {
                self.fault(format!("<{innermost}> is not closed"));
            }
            self.close_last();
            if innermost == name {
                break;
            }
        }
    }

    fn close_last(&mut self) {
        if let Some(outermost) = self.builder.end_last() {
            self.root.get_or_insert(outermost);
        }
    }

    fn fault(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }

    fn finish(mut self) -> Option<(xml::Element<'t>, Option<String>)> {
        while let Some(innermost) = self.builder.open_names().last().map(xml::local) {
            self.fault(format!("<{innermost}> is not closed"));
            self.close_last();
        }
        Some((self.root?, self.fault))
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::sources::feed::space::Family;
    use crate::sources::feed::space::Scope;
    use crate::sources::feed::space::Space;

    #[test]
    fn misnested_elements_are_read_as_far_as_they_go() {
        let reading = read("<i><d>a<br>b</d></x><t>c</t></i>", &mut Scope::new(Family::Rss)).unwrap();
        assert_eq!(reading.root.text_of(Space::Core, "d").as_deref(), Some("ab"));
        assert_eq!(reading.root.text_of(Space::Core, "t").as_deref(), Some("c"));
        assert_eq!(reading.fault.as_deref(), Some("<br> is not closed"));
        let reading = read("<i><a:b:c/><t>d</t></i>", &mut Scope::new(Family::Rss)).unwrap();
        assert_eq!((reading.root.text_of(Space::Core, "t").as_deref(), reading.fault), (Some("d"), None));
    }

    #[test]
    fn depth_is_capped() {
        let text = format!("<a>{}x{}</a><!--", "<b>".repeat(30_000), "</b>".repeat(30_000));
        let reading = read(&text, &mut Scope::new(Family::Rss)).unwrap();
        assert_eq!(reading.root.trimmed(), "x");
    }
}
