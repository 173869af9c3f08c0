//! How many papers have a term, about. It steers only what matching costs, never what matches.

use crate::query::ast::ValueField;
use crate::query::words;
use crate::topics::lexicon::Lexicon;

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
            };
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
}

/// Long words are rare.
fn of_stem(stem: &str) -> f32 {
    match stem.chars().count() {
        0..=2 => 0.2,
        3..=4 => 0.05,
        5..=6 => 0.03,
        7..=9 => 0.015,
        _long => 0.004,
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
