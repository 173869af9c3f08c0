//! HTML from sources, made safe and well-formed: a few elements, checked links, nothing active.
//!
//! Three layers, each linear: [`scan`] writes a capped, well-nested subset; ammonia sanitises that; [`build`] writes
//! XHTML from a list of its own, so that what comes out is well-formed whatever came in.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::LazyLock;

use crate::normalise::html::block::Block;

pub(crate) mod block;
mod build;
mod formulas;
mod jats;
mod scan;

#[cfg(test)]
mod tests;

/// No more bytes of a body are read.
const LONGEST: usize = 64 * 1024;

/// Elements that may reach the builder, in the order of their names: those it writes, and those that only part the text.
const TAGS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "strong",
    "sub",
    "sup",
    "table",
    "td",
    "th",
    "tr",
    "u",
    "ul",
];

static SANITISER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(TAGS.iter().copied().collect())
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(None)
        .strip_comments(true);
    builder
});

/// The blocks of a body: paragraphs, lists and quotations, with formulas as MathML.
pub(crate) fn blocks(source: &str) -> Vec<Block> {
    made(source, true)
}

/// The blocks of a JATS abstract.
pub(crate) fn jats_blocks(source: &str) -> Vec<Block> {
    made(&jats::to_html(head(source)), true)
}

/// The sanitised fragment alone, dollar signs untouched. Cleaning it again changes nothing.
pub fn clean(source: &str) -> String {
    made(source, false).into_iter().map(|block| block.html).collect()
}

fn made(source: &str, with_formulas: bool) -> Vec<Block> {
    let subset = scan::subset(&formulas::as_tex(head(source)));
    let safe = SANITISER.clean(&subset).to_string();
    build::build(&safe, with_formulas)
}

/// The part of a body that is read: whole up to a limit, then cut before the tag that the limit would split.
fn head(source: &str) -> &str {
    let cut = crate::normalise::ids::head(source, LONGEST);
    if cut.len() == source.len() {
        return source;
    }
    match (cut.rfind('<'), cut.rfind('>')) {
        (Some(open), close) if close.is_none_or(|close| close < open) => cut.get(..open).unwrap_or_default(),
        _whole => cut,
    }
}
