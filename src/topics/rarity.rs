//! How many papers have a term, about. It steers only what matching costs, never what matches.

use std::sync::LazyLock;

use hashbrown::HashMap;

use crate::query::ast::ValueField;
use crate::query::words;
use crate::topics::lexicon::Lexicon;
use crate::topics::lexicon::Term;

/// The share of papers that have each term, by its place.
pub(super) fn of_terms(lexicon: &Lexicon) -> Vec<f32> {
    let mut shares = vec![1.0; lexicon.terms().count()];
    for (term, kind) in lexicon.terms() {
        if let Some(share) = shares.get_mut(term.place()) {
            *share = match kind {
                Kind::Stem(stem) => of_stem(stem),
                Kind::Exact(word) => of_stem(&words::stem(word)) * 0.7,
                // As many words begin so as there are letters missing.
                Kind::Prefix(prefix) => (of_stem(prefix) * 3.0).min(1.0),
                Kind::Value(field) => of_value(field),
                Kind::Name => 1e-6,
                Kind::Pair(..) => 1.0,
            };
        }
    }
    // One in eight papers that have the rarer of two words has them next to each other.
    let of = |shares: &[f32], term: Term| shares.get(term.place()).copied().unwrap_or(1.0);
    for (term, kind) in lexicon.terms() {
        if let Kind::Pair(first, second) = kind {
            let share = of(&shares, first).min(of(&shares, second)) / 8.0;
            if let Some(slot) = shares.get_mut(term.place()) {
                *slot = share;
            }
        }
    }
    shares
}

/// What a term is.
pub(super) enum Kind<'a> {
    Stem(&'a str),
    Exact(&'a str),
    Prefix(&'a str),
    Value(ValueField),
    Name,
    Pair(Term, Term),
}

/// The stems that at least 4 % of arXiv's papers have, each with its percentage.
static FREQUENT: LazyLock<HashMap<&str, f32>> = LazyLock::new(|| {
    let words: Vec<&str> = include_str!("rarity/frequent.txt").split_whitespace().collect();
    let pairs = words.chunks_exact(2).filter_map(|pair| match pair {
        [stem, percent] => Some((*stem, percent.parse::<f32>().ok()? / 100.0)),
        _other => None,
    });
    pairs.collect()
});

/// What is not frequent is the rarer the longer it is.
fn of_stem(stem: &str) -> f32 {
    if let Some(share) = FREQUENT.get(stem) {
        return *share;
    }
    match stem.chars().count() {
        0..=2 => 0.02,
        3..=4 => 0.015,
        5..=6 => 0.01,
        7..=9 => 0.006,
        _long => 0.002,
    }
}

fn of_value(field: ValueField) -> f32 {
    match field {
        ValueField::Id | ValueField::Doi => 1e-6,
        ValueField::Category => 0.1,
        ValueField::Source | ValueField::License => 0.3,
        ValueField::Language => 0.9,
    }
}
