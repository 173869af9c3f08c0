//! Whether a document matches, and by which clauses.

use crate::model::time::Timestamp;
use crate::query::ast::Clause;
use crate::query::ast::Node;
use crate::query::ast::Pattern;
use crate::query::ast::TextField;
use crate::query::document::Document;
use crate::query::document::Place;
use crate::query::document::covers;
use crate::query::print;
use crate::query::words;

/// Whether the document matches.
pub(super) fn matches(node: &Node, document: &Document, now: Timestamp) -> bool {
    match node {
        Node::And(nodes) => nodes.iter().all(|node| matches(node, document, now)),
        Node::Or(nodes) => nodes.iter().any(|node| matches(node, document, now)),
        Node::Not(inner) => !matches(inner, document, now),
        Node::Clause(clause) => holds(clause, document, now),
    }
}

/// The clauses of a matching query that hold, outside of any NOT, each once.
pub(super) fn fired(node: &Node, document: &Document, now: Timestamp, found: &mut Vec<String>) {
    match node {
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|node| fired(node, document, now, found)),
        Node::Not(_) => {}
        Node::Clause(clause) => {
            let text = print::clause(clause);
            if holds(clause, document, now) && !found.contains(&text) {
                found.push(text);
            }
        }
    }
}

fn holds(clause: &Clause, document: &Document, now: Timestamp) -> bool {
    match clause {
        Clause::Text { field, pattern } => has_words(*field, pattern, document),
        Clause::Author(pattern) => document.authors.iter().any(|printed| pattern.fits(printed)),
        Clause::Value { field, pattern } => {
            document.values.get(field).is_some_and(|values| match pattern.strip_suffix('*') {
                Some(prefix) => {
                    values.range(prefix.to_owned()..).next().is_some_and(|value| value.starts_with(prefix))
                }
                None => values.contains(pattern),
            })
        }
        Clause::Type(announce) => document.types.contains(announce),
        Clause::Has(property) => document.properties.contains(property),
        Clause::Number { signal, comparison, value } => {
            comparison.holds(document.counters.get(signal).copied().unwrap_or(0), *value)
        }
        Clause::Date(range) => range.contains(document.day, now),
    }
}

fn has_words(field: TextField, pattern: &Pattern, document: &Document) -> bool {
    let is_there = |places: Option<&Vec<Place>>| {
        places.is_some_and(|places| places.iter().any(|place| covers(field, place.region)))
    };
    match pattern {
        Pattern::Word(word) => is_there(document.stems.get(&words::stem(word))),
        Pattern::Exact(word) => is_there(document.words.get(word)),
        Pattern::Prefix(prefix) => document
            .words
            .range(prefix.clone()..)
            .take_while(|(word, _)| word.starts_with(prefix.as_str()))
            .any(|(_, places)| is_there(Some(places))),
        Pattern::Phrase { words: phrase, last, slop: 0 } => {
            has_words_in_row(field, phrase, last.as_deref(), document)
        }
        Pattern::Phrase { words: phrase, slop, .. } => has_words_near(field, phrase, *slop, document),
        Pattern::Regex(regex) => {
            document.texts.iter().any(|(region, text)| covers(field, *region) && regex.is_match(text))
        }
    }
}

/// Where each of the words stands, in any inflection.
fn places_of<'d>(phrase: &[String], document: &'d Document) -> Vec<&'d [Place]> {
    phrase
        .iter()
        .map(|word| document.stems.get(&words::stem(word)).map(Vec::as_slice).unwrap_or_default())
        .collect()
}

/// Whether the words stand after each other, and after them one that begins with `last`, where that is asked.
fn has_words_in_row(field: TextField, phrase: &[String], last: Option<&str>, document: &Document) -> bool {
    let places = places_of(phrase, document);
    let Some((first, rest)) = places.split_first() else { return false };
    let mut starts = first.iter().filter(|place| covers(field, place.region));
    let after = |start: &Place, offset| Place {
        region: start.region,
        position: start.position.saturating_add(offset),
    };
    starts.any(|start| {
        let is_whole = (1..).zip(rest).all(|(offset, places)| places.contains(&after(start, offset)));
        let end = after(start, u32::try_from(places.len()).unwrap_or(u32::MAX));
        is_whole && last.is_none_or(|prefix| begins_at(prefix, end, document))
    })
}

/// Whether the word at a place begins with the prefix.
fn begins_at(prefix: &str, place: Place, document: &Document) -> bool {
    let from = document.words.range(prefix.to_owned()..);
    let mut begun = from.take_while(|(word, _)| word.starts_with(prefix));
    begun.any(|(_, places)| places.contains(&place))
}

/// Whether the words stand near each other in any order, with at most so many more among them.
fn has_words_near(field: TextField, phrase: &[String], slop: u32, document: &Document) -> bool {
    let places = places_of(phrase, document);
    let Some((first, rest)) = places.split_first() else { return false };
    let mut starts = first.iter().filter(|place| covers(field, place.region));
    let width = u32::try_from(rest.len()).unwrap_or(u32::MAX).saturating_add(slop);
    // Some window of that width holds every word, the first word at any place in it.
    starts.any(|start| {
        (start.position.saturating_sub(width)..=start.position).any(|low| {
            rest.iter().all(|places| {
                places.iter().any(|place| {
                    place.region == start.region
                        && (low..=low.saturating_add(width)).contains(&place.position)
                })
            })
        })
    })
}
