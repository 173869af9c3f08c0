//! TeX as it stands in titles and abstracts: to plain Unicode for text, to XHTML with MathML for bodies.
//!
//! No TeX is run: a fixed set of commands is known, and what is not known stays readable under its own name.

use crate::model::text::Html;
use crate::model::text::Text;
use crate::normalise::escape;

mod accents;
mod bodies;
mod both;
mod commands;
mod custom;
mod depth;
mod known;
pub(crate) mod mathml;
pub(crate) mod maths;
mod plain;
mod rewrite;
pub(crate) mod scripts;
mod symbols;
mod tokens;
pub(crate) mod unicode;
mod units;
mod walk;
mod words;

#[cfg(test)]
mod tests;

/// Plain Unicode: accents composed, commands resolved, formulas in Unicode; paragraphs stay blank-line separated.
pub fn to_text(source: &str) -> String {
    let mut sink = plain::Plain::default();
    walk::walk(source, &mut sink);
    sink.finish()
}

/// Both forms of a text: what [`to_text`] makes of it, and XHTML paragraphs with MathML; where these would become far longer
/// than the source, paragraphs of text.
pub(crate) fn to_both(source: &str) -> (Text, Html) {
    let mut sinks = both::Both::new(html_at_most(source.len()));
    walk::walk(source, &mut sinks);
    let (text, html) = sinks.finish();
    let text = Text::new(&text);
    let html = html.unwrap_or_else(|| escape::paragraphs(&text));
    (text, Html::trusted(html))
}

/// How long the markup of so many bytes of source may become. A formula of one letter takes two hundred bytes of
/// MathML, so that an abstract made of such formulas would fill the store.
pub(crate) const fn html_at_most(source_bytes: usize) -> usize {
    8 * source_bytes + 64 * 1024
}

/// Whether a text holds TeX that [`to_text`] would change: a command, an accent or a formula.
pub(crate) fn is_in(source: &str) -> bool {
    let command = source.split('\\').skip(1).any(|rest| rest.starts_with(|next: char| !next.is_whitespace()));
    command || source.match_indices('$').any(|(at, _dollar)| maths::at(source, at).is_some())
}
