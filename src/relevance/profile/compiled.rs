//! Many topics' weights turned round, by term: a paper costs as much as the weights it meets.
//!
//! Sums run in the same order as in [`Weights::raw`], so the numbers are the same to the last bit.

use std::ops::Range;

use crate::relevance::background::Weighed;
use crate::relevance::cast;
use crate::relevance::dense;
use crate::relevance::hash;
use crate::relevance::profile::weights::Raw;
use crate::relevance::profile::weights::Weights;

/// What a term weighs for a topic.
#[derive(Clone, Copy, Debug)]
struct Posting {
    topic: u32,
    like: f32,
    about: f32,
}

/// Weights by term.
#[derive(Clone, Default, Debug)]
pub struct Compiled {
    topics: usize,
    words: hash::Map<u32, Range<u32>>,
    word_postings: Vec<Posting>,
    pairs: hash::Map<u32, Range<u32>>,
    pair_postings: Vec<(u32, f32)>,
    about_senses: Vec<Option<Vec<f32>>>,
    like_senses: Vec<Option<Vec<f32>>>,
}

impl Compiled {
    /// Turns weights round.
    pub fn of<'a>(weights: impl IntoIterator<Item = &'a Weights>) -> Self {
        let mut compiled = Self::default();
        let (mut words, mut pairs) = (Vec::new(), Vec::new());
        for (topic, weights) in (0_u32..).zip(weights) {
            compiled.topics += 1;
            let postings = weights
                .words
                .iter()
                .map(|word| (word.term, Posting { topic, like: word.like, about: word.about }));
            words.extend(postings);
            pairs.extend(weights.pairs.iter().map(|(pair, like)| (*pair, (topic, *like))));
            compiled.about_senses.push(weights.about_sense.clone());
            compiled.like_senses.push(weights.like_sense.clone());
        }
        (compiled.words, compiled.word_postings) = turned(words);
        (compiled.pairs, compiled.pair_postings) = turned(pairs);
        compiled
    }

    /// The parts of a paper's score for each topic.
    pub fn raws(&self, paper: &Weighed) -> Vec<Raw> {
        let mut raws = vec![Raw::default(); self.topics];
        for (term, weight, count) in &paper.words {
            for posting in slice(&self.words, *term, &self.word_postings) {
                if let Some(raw) = raws.get_mut(cast::place(posting.topic)) {
                    raw.like_words += posting.like * weight;
                    raw.about_words += posting.about * count;
                }
            }
        }
        for (pair, weight) in &paper.pairs {
            for (topic, like) in slice(&self.pairs, *pair, &self.pair_postings) {
                if let Some(raw) = raws.get_mut(cast::place(*topic)) {
                    raw.like_words += like * weight;
                }
            }
        }
        for ((raw, about), like) in raws.iter_mut().zip(&self.about_senses).zip(&self.like_senses) {
            raw.about_sense = about.as_ref().map_or(0.0, |sense| dense::dot(sense, &paper.vector));
            raw.like_sense = like.as_ref().map_or(0.0, |sense| dense::dot(sense, &paper.vector));
        }
        raws
    }
}

fn slice<'a, T>(ranges: &hash::Map<u32, Range<u32>>, key: u32, postings: &'a [T]) -> &'a [T] {
    let range = ranges.get(&key).map(|range| cast::place(range.start)..cast::place(range.end));
    range.and_then(|range| postings.get(range)).unwrap_or_default()
}

/// Postings in the order of their keys, and where those of each key are.
fn turned<T>(mut pairs: Vec<(u32, T)>) -> (hash::Map<u32, Range<u32>>, Vec<T>) {
    pairs.sort_by_key(|(key, _posting)| *key);
    let mut ranges: hash::Map<u32, Range<u32>> = hash::Map::default();
    for (at, (key, _posting)) in (0_u32..).zip(&pairs) {
        ranges.entry(*key).or_insert(at..at).end = at + 1;
    }
    (ranges, pairs.into_iter().map(|(_key, posting)| posting).collect())
}
