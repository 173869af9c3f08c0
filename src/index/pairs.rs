//! Pairs of very frequent words that stand after each other are terms of their own, since a phrase such as `of the` would
//! else be looked for in the places of two words that nearly every paper has.

use std::collections::BTreeMap;

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
