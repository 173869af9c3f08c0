//! Papers like one paper: a scan over stored vectors, then a closer look at the best.
//!
//! A million vectors take about a tenth of a second, so there is no index to keep.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::relevance::background::Background;
use crate::relevance::background::Weighed;
use crate::relevance::cast;
use crate::relevance::dense;
use crate::relevance::features::Features;

/// How much sense counts beside words.
const SENSE: f32 = 1.25;

/// A direction to scan for, seen from the background's middle.
#[derive(Clone, Debug)]
pub struct Query {
    /// Of the direction and of the mean: 16-bit steps and what a step is worth.
    direction: (Vec<i16>, f32),
    mean: (Vec<i16>, f32),
    /// The direction along the mean, and the square of the mean's length.
    offset: f32,
    mean_square: f32,
}

/// The worst of the best so far is on top.
struct Candidate<T> {
    similarity: f32,
    at: usize,
    paper: T,
}

impl Query {
    /// Looks for papers like this one.
    pub fn like(features: &Features, background: &Background) -> Self {
        let mean = background.mean();
        let direction = background.centre(features.dense());
        Self {
            offset: dense::dot(&direction, &mean),
            mean_square: dense::dot(&mean, &mean),
            direction: steps(&direction),
            mean: steps(&mean),
        }
    }

    /// The cosine to a stored vector, seen from the background's middle.
    pub fn similarity(&self, vector: &[i8], scale: f32) -> f32 {
        let (along, mean) = products(&self.direction.0, &self.mean.0, vector);
        let along = cast::sum(along) * self.direction.1 * scale;
        let mean = cast::sum(mean) * self.mean.1 * scale;
        // The stored vector has length 1 but for rounding.
        let square = 1.0 - 2.0 * mean + self.mean_square;
        if square <= 1e-6 { 0.0 } else { (along - self.offset) / square.sqrt() }
    }

    /// The papers with the highest similarity, from the best; among equals the earlier. Vectors of zeros are passed over.
    pub fn nearest<'a, T>(
        &self,
        papers: impl IntoIterator<Item = (T, &'a [i8], f32)>,
        wanted: usize,
    ) -> Vec<(T, f32)> {
        let mut best = BinaryHeap::with_capacity(wanted.saturating_add(1).min(65_536));
        for (at, (paper, vector, scale)) in papers.into_iter().enumerate() {
            if vector.iter().all(|value| *value == 0) {
                continue;
            }
            let candidate = Candidate { similarity: self.similarity(vector, scale), at, paper };
            if best.len() < wanted {
                best.push(candidate);
            } else if best.peek().is_some_and(|worst| candidate < *worst) {
                best.pop();
                best.push(candidate);
            }
        }
        best.into_sorted_vec().into_iter().map(|candidate| (candidate.paper, candidate.similarity)).collect()
    }
}

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
    let scored: Vec<(T, f32, f32)> = scored.collect();
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

/// A vector in 16-bit steps so coarse that products with signed bytes fit into 32 bits.
fn steps(vector: &[f32]) -> (Vec<i16>, f32) {
    let largest = vector.iter().fold(1e-12_f32, |largest, value| largest.max(value.abs()));
    let step = largest / 8_000.0;
    (vector.iter().map(|value| cast::short(value / step)).collect(), step)
}

fn products(direction: &[i16], mean: &[i16], vector: &[i8]) -> (i32, i32) {
    let (mut along, mut middle) = (0_i32, 0_i32);
    for ((direction, mean), value) in direction.iter().zip(mean).zip(vector) {
        let value = i32::from(*value);
        along = along.wrapping_add(value * i32::from(*direction));
        middle = middle.wrapping_add(value * i32::from(*mean));
    }
    (along, middle)
}

impl<T> Ord for Candidate<T> {
    /// Smaller is better.
    fn cmp(&self, other: &Self) -> Ordering {
        other.similarity.total_cmp(&self.similarity).then(self.at.cmp(&other.at))
    }
}

impl<T> PartialOrd for Candidate<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Candidate<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Candidate<T> {}

#[cfg(test)]
mod tests;
