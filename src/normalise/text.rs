//! A source's text by its declared kind: titles, abstracts and short fields as clean [`Text`] and [`Html`].
//!
//! The kind decides everything: plain text is escaped and never taken for markup, only HTML is sanitised.

use crate::model::arxiv_id::ArxivId;
use crate::model::text::Abstract;
use crate::model::text::Html;
use crate::model::text::Markup;
use crate::model::text::Raw;
use crate::model::text::Text;
use crate::model::text::Title;
use crate::normalise::damaged;
use crate::normalise::escape;
use crate::normalise::html;
use crate::normalise::html::block::Block;
use crate::normalise::ids::head;
use crate::normalise::ids::pattern;
use crate::normalise::preamble;
use crate::normalise::tex;

/// The longest title read, in bytes.
const LONGEST_TITLE: usize = 4 * 1024;
/// The longest abstract read, in bytes.
const LONGEST_ABSTRACT: usize = 64 * 1024;
/// The longest short field (comment, venue) read, in bytes.
const LONGEST_FIELD: usize = 4 * 1024;

/// A title, unless nothing is left of it; `own` is the paper's identifier on arXiv, where it is known.
pub(crate) fn title(raw: &Raw, own: Option<&ArxivId>) -> Option<Title> {
    let source = head(&raw.text, LONGEST_TITLE);
    let (text, tex) = match raw.markup {
        Markup::Plain => (source.to_owned(), None),
        Markup::Tex => (tex::to_text(Text::line(source).as_str()), kept(source)),
        Markup::DamagedTex => {
            let source = Text::line(source);
            (tex::to_text(&damaged::repaired(source.as_str())), kept(source.as_str()))
        }
        Markup::Html => flattened(&html::blocks(source)),
        Markup::Jats => flattened(&html::jats_blocks(source)),
    };
    let text = Text::line(without_stamp(text.trim(), own));
    (!text.is_empty())
        .then(|| Title { text, tex: tex.map(|tex| Text::line(without_stamp(tex.as_str(), own))) })
}

/// An abstract, unless nothing is left of it.
pub(crate) fn abstract_text(raw: &Raw) -> Option<Abstract> {
    let source = head(&raw.text, LONGEST_ABSTRACT);
    let made = match raw.markup {
        Markup::Plain => {
            let text = Text::new(preamble::without(source));
            Abstract { html: Html::trusted(escape::paragraphs(&text)), text, tex: None }
        }
        Markup::Tex => of_tex(Text::new(preamble::without(source)).as_str()),
        Markup::DamagedTex => of_tex(&damaged::repaired(Text::new(preamble::without(source)).as_str())),
        Markup::Html => of_blocks(preamble::without_blocks(html::blocks(source))),
        Markup::Jats => of_blocks(preamble::without_blocks(html::jats_blocks(source))),
    };
    (!made.text.is_empty()).then_some(made)
}

/// A short field on one line, unless nothing is left of it.
pub(crate) fn field(raw: &Raw) -> Option<Text> {
    let source = head(&raw.text, LONGEST_FIELD);
    let text = match raw.markup {
        Markup::Plain => source.to_owned(),
        Markup::Tex => tex::to_text(Text::line(source).as_str()),
        Markup::DamagedTex => tex::to_text(&damaged::repaired(Text::line(source).as_str())),
        Markup::Html => flattened(&html::blocks(source)).0,
        Markup::Jats => flattened(&html::jats_blocks(source)).0,
    };
    let text = Text::line(&text);
    (!text.is_empty()).then_some(text)
}

fn of_tex(source: &str) -> Abstract {
    let (text, html) = tex::to_both(source);
    Abstract { text, html, tex: kept(source) }
}

fn of_blocks(blocks: Vec<Block>) -> Abstract {
    let joined = |part: fn(&Block) -> &str| {
        let parts: Vec<&str> = blocks.iter().map(part).collect();
        Text::new(&parts.join("\n\n"))
    };
    let text = joined(|block| &block.text);
    let tex = blocks.iter().any(|block| block.tex.is_some()).then(|| joined(Block::tex));
    Abstract { text, tex, html: Html::trusted(blocks.into_iter().map(|block| block.html).collect()) }
}

/// The text of blocks on one line, and its TeX where it held formulas.
fn flattened(blocks: &[Block]) -> (String, Option<Text>) {
    let joined = |part: fn(&Block) -> &str| blocks.iter().map(part).collect::<Vec<_>>().join(" ");
    let has_formula = blocks.iter().any(|block| block.tex.is_some());
    (joined(|block| &block.text), has_formula.then(|| Text::line(&joined(Block::tex))))
}

/// The source itself, kept when it held TeX.
fn kept(source: &str) -> Option<Text> {
    tex::is_in(source).then(|| Text::new(source))
}

/// arXiv's older feeds print `(arXiv:2608.09999v1 [cs.LG])` behind their titles. A title may also end with the identifier of
/// a paper that it comments on: a stamp names the paper itself or, where that is not known, a version.
fn without_stamp<'title>(title: &'title str, own: Option<&ArxivId>) -> &'title str {
    use std::sync::LazyLock;
    static STAMP: LazyLock<regex::Regex> =
        LazyLock::new(|| pattern(r"\.?\s*\(arXiv:([^\s()]+) \[[^\[\]]+\](?: UPDATED| CROSS LISTED)?\)$"));
    let cut = || {
        let found = STAMP.captures(title)?;
        let (id, version) = ArxivId::parse(found.get(1)?.as_str())?;
        let is_own = own.map_or(version.is_some(), |own| *own == id);
        is_own.then_some(title.get(..found.get(0)?.start())?)
    };
    cut().unwrap_or(title)
}
