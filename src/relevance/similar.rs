//! Papers like one paper: a closer look at candidates that share its rarest words.

use crate::relevance::background::Background;
use crate::relevance::background::Weighed;
use crate::relevance::cast;
use crate::relevance::dense;
use crate::relevance::features::Features;

/// How much sense counts beside words.
const SENSE: f32 = 1.25;

/// Orders candidates again by words and sense together, from the best; each part is counted in its deviations over them.
pub fn rescore<'a, T>(
    features: &Features,
    background: &Background,
    candidates: impl IntoIterator<Item = (T, &'a Features)>,
) -> Vec<(T, f32)> {
    let scale = background.scale();
    let query = scale.weigh(features);
    let scored = candidates.into_iter().map(|(paper, features)| {
        let weighed = scale.weigh(features);
        (paper, cosine(&query, &weighed), dense::dot(&query.vector, &weighed.vector))
    });
    joined(scored.collect())
}

/// The same where the sense of each candidate was compared already: only its words are looked at.
pub fn rescore_words<'a, T>(
    features: &Features,
    background: &Background,
    candidates: impl IntoIterator<Item = (T, &'a Features, f32)>,
) -> Vec<(T, f32)> {
    let scale = background.scale();
    let query = scale.weigh(features);
    let scored = candidates
        .into_iter()
        .map(|(paper, features, sense)| (paper, cosine(&query, &scale.weigh(features)), sense));
    joined(scored.collect())
}

/// Orders papers by what their words and their sense say, from the best; each is counted in its deviations over them.
pub fn joined<T>(scored: Vec<(T, f32, f32)>) -> Vec<(T, f32)> {
    let words = spread(scored.iter().map(|(_paper, words, _sense)| *words));
    let senses = spread(scored.iter().map(|(_paper, _words, sense)| *sense));
    let z = |(mean, deviation): (f32, f32), value: f32| (value - mean) / deviation;
    let joined =
        scored.into_iter().map(|(paper, word, sense)| (paper, z(words, word) + SENSE * z(senses, sense)));
    let mut joined: Vec<(T, f32)> = joined.collect();
    joined.sort_by(|(_one, left), (_other, right)| right.total_cmp(left));
    joined
}

/// The product of two unit tf-idf vectors.
fn cosine(left: &Weighed, right: &Weighed) -> f32 {
    let words = left.words.iter().filter_map(|(term, weight, _count)| {
        let at = right.words.binary_search_by_key(term, |(term, _weight, _count)| *term).ok()?;
        right.words.get(at).map(|(_term, other, _count)| weight * other)
    });
    let pairs = left.pairs.iter().filter_map(|(pair, weight)| {
        let at = right.pairs.binary_search_by_key(pair, |(pair, _weight)| *pair).ok()?;
        right.pairs.get(at).map(|(_pair, other)| weight * other)
    });
    words.sum::<f32>() + pairs.sum::<f32>()
}

fn spread(values: impl Iterator<Item = f32> + Clone) -> (f32, f32) {
    let all = cast::count(values.clone().count().max(1));
    let mean = values.clone().sum::<f32>() / all;
    let variance = values.map(|value| (value - mean).powi(2)).sum::<f32>() / all;
    (mean, variance.sqrt().max(1e-6))
}

#[cfg(test)]
mod tests;
