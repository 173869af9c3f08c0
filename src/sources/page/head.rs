//! What a page says about itself: its `meta` elements and the data written into it for machines. Read token by token as a
//! browser would; no tree is built of it, and nothing in it runs.

use html5ever::tokenizer::Tag;
use html5ever::tokenizer::TagKind;

use crate::markup;

/// No page has more `meta` elements that are kept; a paper of a large collaboration names each author in one.
const METAS_AT_MOST: usize = 10_000;

/// No content of one is longer, in bytes.
const CONTENT_BYTES: usize = 64 * 1024;

/// So many pieces of data, and so many bytes of each.
const LINKED_AT_MOST: usize = 20;
const LINKED_BYTES: usize = 1024 * 1024;

/// What a page says about itself.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Names, in lower case, and contents of its `meta` elements, in order.
    pub(super) metas: Vec<(String, String)>,
    /// Its pieces of JSON-LD, unparsed.
    pub(super) linked: Vec<String>,
    /// The language that its root element states.
    pub(super) language: Option<String>,
}

impl Head {
    /// Reads a page, whatever is wrong with it.
    pub(super) fn read(text: &str) -> Self {
        markup::read(text, Reading::default()).head
    }

    /// The contents under a name, in order.
    pub(super) fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        let named = self.metas.iter().filter(move |(known, _content)| known == name);
        named.map(|(_name, content)| content.as_str())
    }

    /// The first content under any of some names, those that stand first before the others.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.all(name).next()).map(str::to_owned)
    }
}

#[derive(Default)]
struct Reading {
    head: Head,
    /// The data at hand.
    data: Option<String>,
}

impl markup::Reading for Reading {
    fn tag(&mut self, tag: &Tag) {
        let value = |name: &str| {
            markup::attribute(tag, name)
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
        };
        if let Some(data) = self.data.take()
            && self.head.linked.len() < LINKED_AT_MOST
        {
            self.head.linked.push(data);
        }
        if tag.kind != TagKind::StartTag {
            return;
        }
        match &*tag.name {
            "html" => self.head.language = value("lang").or_else(|| value("xml:lang")),
            "meta" if self.head.metas.len() < METAS_AT_MOST => {
                let name = value("name").or_else(|| value("property")).or_else(|| value("itemprop"));
                if let (Some(name), Some(content)) = (name, value("content"))
                    && content.len() <= CONTENT_BYTES
                {
                    self.head.metas.push((name.to_ascii_lowercase(), content));
                }
            }
            "script"
                if value("type").is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json")) =>
            {
                self.data = Some(String::new());
            }
            _other => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(data) = &mut self.data
            && data.len() + text.len() <= LINKED_BYTES
        {
            data.push_str(text);
        }
    }
}
