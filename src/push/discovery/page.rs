//! The `link` elements in the head of a page. What follows the head is not looked at: anybody may have written it.

use html5ever::tokenizer::Tag;
use html5ever::tokenizer::TagKind;
use url::Url;

use crate::markup;
use crate::markup::Reading;
use crate::push::discovery::Found;

/// No head is longer, in bytes.
const HEAD_BYTES: usize = 256 * 1024;

/// No head has more links.
const LINKS_AT_MOST: usize = 1_000;

/// Reads a page.
pub(super) fn read(text: &str, url: &Url) -> Found {
    let end = text.floor_char_boundary(HEAD_BYTES);
    let head = markup::read(text.get(..end).unwrap_or_default(), Head::default());
    let base = head.base.and_then(|base| url.join(base.trim()).ok()).unwrap_or_else(|| url.clone());
    let mut found = Found::default();
    for (relations, target) in &head.links {
        found.note(relations, target, &base);
    }
    found
}

/// What gathers while a page is read.
#[derive(Default)]
struct Head {
    links: Vec<(String, String)>,
    base: Option<String>,
    is_over: bool,
}

impl Reading for Head {
    fn tag(&mut self, tag: &Tag) {
        if self.is_over || tag.kind != TagKind::StartTag {
            self.is_over |= &*tag.name == "head";
            return;
        }
        let value = |name: &str| markup::attribute(tag, name).map(str::to_owned);
        match &*tag.name {
            "link" if self.links.len() < LINKS_AT_MOST => self.links.extend(value("rel").zip(value("href"))),
            "base" if self.base.is_none() => self.base = value("href"),
            "html" | "head" | "title" | "meta" | "link" | "base" | "script" | "style" | "noscript" => {}
            _other => self.is_over = true,
        }
    }

    fn text(&mut self, _text: &str) {}
}
