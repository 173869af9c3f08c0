//! Pairs of very frequent words that stand after each other are terms of their own, since a phrase such as `of the` would
//! else be looked for in the places of two words that nearly every paper has. So are a frequent word and the first letters
//! of the one after it, for `of con*`.

use std::collections::BTreeMap;

use crate::index::packed::EXACT;
use crate::query::document::Document;
use crate::query::document::Place;

/// What stands before a pair; no folded word has it.
pub(super) const PAIR: char = '~';

/// The most frequent stems of papers, in order.
const FREQUENT: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "data", "for", "from", "has", "have", "in", "is",
    "it", "learn", "method", "model", "of", "on", "or", "our", "paper", "propos", "result", "show", "that",
    "the", "these", "this", "to", "use", "we", "which", "with",
];

/// Whether a stem is one of the most frequent.
fn is_frequent(stem: &str) -> bool {
    FREQUENT.binary_search(&stem).is_ok()
}

/// The term of two stems that stand after each other, if both are frequent.
pub(super) fn pair(first: &str, second: &str) -> Option<String> {
    (is_frequent(first) && is_frequent(second)).then(|| format!("{PAIR}{first} {second}"))
}

/// So many letters of the word after a frequent one are in a term.
const LETTERS: usize = 3;

/// The first letters of a word, if it has so many.
fn letters(word: &str) -> Option<&str> {
    let last = word.char_indices().nth(LETTERS - 1);
    last.and_then(|(at, letter)| word.get(..at + letter.len_utf8()))
}

/// The term of a frequent stem before a word that begins so, and whether it says all of that beginning.
pub(super) fn begun(first: &str, start: &str) -> Option<(String, bool)> {
    let letters = letters(start).filter(|_| is_frequent(first))?;
    Some((format!("{PAIR}{first} {EXACT}{letters}"), letters == start))
}

/// The pairs of a document, each with the places where its first word stands.
pub(super) fn pairs(document: &Document) -> BTreeMap<String, Vec<Place>> {
    let mut frequent: Vec<(Place, &str)> = document
        .stems()
        .filter(|(stem, _)| is_frequent(stem))
        .flat_map(|(stem, places)| places.iter().map(move |place| (*place, stem)))
        .collect();
    frequent.sort_unstable();
    let mut pairs: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for ((place, first), (next, second)) in frequent.iter().zip(frequent.iter().skip(1)) {
        if place.region == next.region
            && place.position.checked_add(1) == Some(next.position)
            && let Some(pair) = pair(first, second)
        {
            pairs.entry(pair).or_default().push(*place);
        }
    }
    let mut words: Vec<(Place, &str)> = document
        .words()
        .filter_map(|(word, places)| letters(word).map(|letters| (places, letters)))
        .flat_map(|(places, letters)| places.iter().map(move |place| (*place, letters)))
        .collect();
    words.sort_unstable();
    for (place, first) in frequent {
        let next = Place { position: place.position.saturating_add(1), ..place };
        if let Ok(at) = words.binary_search_by(|(place, _)| place.cmp(&next))
            && let Some((term, _)) = words.get(at).and_then(|(_, letters)| begun(first, letters))
        {
            pairs.entry(term).or_default().push(place);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(FREQUENT.is_sorted());
    }
}
