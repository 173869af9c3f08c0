//! What ordinary papers are like: how many hold each term, how long they are, where their vectors point.
//!
//! Fed with the papers of a trailing window and rebuilt from time to time: papers are added, never taken out. Up to 4,096
//! papers are kept whole, those with the smallest hashes of their names, for profiles to compare with; so the same papers
//! in any order give the same background. A new service has no papers: until 2,000 are known, their place is taken by the
//! sample that the embedding carries (papers of arXiv of all its fields), one leaving for each that comes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::LazyLock;

use crate::relevance::cast;
use crate::relevance::dense;
use crate::relevance::embedding::Embedding;
use crate::relevance::embedding::damped;
use crate::relevance::features::Features;
use crate::relevance::features::PAIR_BITS;
use crate::relevance::hash;

/// So many papers are kept whole.
pub const KEPT: usize = 4_096;

/// From so many own papers on the embedding's sample is no longer needed.
pub const ENOUGH: usize = 2_000;

/// BM25: how soon more mentions stop to count.
pub const SATURATION: f32 = 1.5;

/// BM25: how much length counts.
const LENGTH: f32 = 0.75;

/// Statistics over the papers of a trailing window.
#[derive(Clone, Debug)]
pub struct Background {
    embedding: Arc<Embedding>,
    papers: usize,
    names: hash::Set<u64>,
    words: hash::Map<u32, u32>,
    /// How many papers hold each pair; papers beyond 65,535 are not counted.
    pairs: Vec<u16>,
    length: u64,
    /// The sum of all vectors in fixed point.
    sum: Vec<i64>,
    kept: BTreeMap<(u64, Box<str>), Arc<Features>>,
    /// Papers of the embedding that still stand in.
    sample: Vec<Arc<Features>>,
}

/// A paper seen against a background: what each term weighs, and where its vector points from the middle.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// Terms by identifier: the weight in the unit tf-idf vector and the saturated count of BM25.
    pub words: Vec<(u32, f32, f32)>,
    /// Pairs by number: the weight in the unit tf-idf vector.
    pub pairs: Vec<(u32, f32)>,
    /// The centred vector, of length 1 or 0.
    pub vector: Vec<f32>,
}

impl Background {
    /// A background that starts with the papers the embedding carries.
    pub fn new(embedding: Arc<Embedding>) -> Self {
        let mut background = Self::bare(embedding);
        let embedding = Arc::clone(&background.embedding);
        for paper in embedding.sample().iter().take(ENOUGH) {
            let features = Arc::new(Features::of_sampled(paper, &embedding));
            background.count(&features);
            background.sample.push(features);
        }
        background
    }

    /// A background without any papers, for a collection that is to be judged by itself.
    pub fn bare(embedding: Arc<Embedding>) -> Self {
        let sum = vec![0; embedding.columns()];
        Self {
            embedding,
            papers: 0,
            names: hash::Set::default(),
            words: hash::Map::default(),
            pairs: vec![0; 1 << PAIR_BITS],
            length: 0,
            sum,
            kept: BTreeMap::new(),
            sample: Vec::new(),
        }
    }

    /// Adds a paper; one that was added before under this name is not counted again.
    pub fn add(&mut self, id: &str, features: Arc<Features>) {
        let hash = hash::bytes(id.as_bytes());
        if !self.names.insert(hash) {
            return;
        }
        if self.papers + self.sample.len() >= ENOUGH
            && let Some(features) = self.sample.pop()
        {
            self.discount(&features);
        }
        self.papers += 1;
        self.count(&features);
        let key = (hash, Box::from(id));
        if self.kept.len() < KEPT || self.kept.last_key_value().is_some_and(|(last, _features)| key < *last) {
            self.kept.insert(key, features);
            if self.kept.len() > KEPT {
                self.kept.pop_last();
            }
        }
    }

    fn count(&mut self, features: &Features) {
        for word in features.words() {
            *self.words.entry(word.term).or_default() += 1;
        }
        for (pair, _count) in features.pairs() {
            if let Some(papers) = self.pairs.get_mut(cast::place(pair)) {
                *papers = papers.saturating_add(1);
            }
        }
        self.length += u64::from(features.length());
        for (sum, value) in self.sum.iter_mut().zip(features.vector()) {
            *sum += cast::fixed(features.scale() * f32::from(*value));
        }
    }

    /// Only for the sample, which leaves before a count can overflow.
    fn discount(&mut self, features: &Features) {
        for word in features.words() {
            if let Some(papers) = self.words.get_mut(&word.term) {
                *papers = papers.saturating_sub(1);
            }
        }
        for (pair, _count) in features.pairs() {
            if let Some(papers) = self.pairs.get_mut(cast::place(pair)) {
                *papers = papers.saturating_sub(1);
            }
        }
        self.length = self.length.saturating_sub(u64::from(features.length()));
        for (sum, value) in self.sum.iter_mut().zip(features.vector()) {
            *sum -= cast::fixed(features.scale() * f32::from(*value));
        }
    }

    /// The embedding whose vectors it holds.
    pub fn embedding(&self) -> &Arc<Embedding> {
        &self.embedding
    }

    /// How many papers were added, without those the embedding carries.
    pub fn papers(&self) -> usize {
        self.papers
    }

    /// How many papers are counted, with those of the embedding that still stand in.
    pub fn counted(&self) -> usize {
        self.papers + self.sample.len()
    }

    /// The papers that are kept whole, with their names; those of the embedding have none.
    pub fn kept(&self) -> impl Iterator<Item = (&str, &Arc<Features>)> {
        let own = self.kept.iter().map(|((_hash, id), features)| (&**id, features));
        own.chain(self.sample.iter().map(|features| ("", features)))
    }

    /// The mean of all vectors.
    pub fn mean(&self) -> Vec<f32> {
        self.sum.iter().map(|sum| cast::mean_of_fixed(*sum, self.counted())).collect()
    }

    /// The inverse document frequency of a term for BM25.
    pub fn rarity(&self, term: u32) -> f32 {
        let papers = cast::count_u32(self.words.get(&term).copied().unwrap_or(0));
        (1.0 + (cast::count(self.counted()) - papers + 0.5) / (papers + 0.5)).ln()
    }

    /// A vector as seen from the mean, of length 1; zeros stay zeros.
    pub fn centre(&self, mut vector: Vec<f32>) -> Vec<f32> {
        centre(&mut vector, &self.mean());
        vector
    }

    /// Weighs a paper's terms and centres its vector.
    pub fn weigh(&self, features: &Features) -> Weighed {
        self.scale().weigh(features)
    }

    /// What weighing needs, computed once for many papers.
    pub fn scale(&self) -> Scale<'_> {
        let all = cast::count(self.counted());
        let mean_length = cast::narrow(cast::wide_u64(self.length) / cast::wide(self.counted().max(1)));
        Scale {
            background: self,
            mean: self.mean(),
            all: (1.0 + all).ln(),
            mean_length: mean_length.max(1.0),
        }
    }
}

/// A background ready to weigh.
#[derive(Clone, Debug)]
pub struct Scale<'a> {
    background: &'a Background,
    mean: Vec<f32>,
    /// The logarithm of all papers.
    all: f32,
    mean_length: f32,
}

impl Scale<'_> {
    /// Weighs a paper's terms and centres its vector.
    pub fn weigh(&self, features: &Features) -> Weighed {
        let Background { words, pairs, .. } = self.background;
        let idf = |papers: u32| self.all - logarithm(papers) + 1.0;
        let norm =
            SATURATION * (1.0 - LENGTH + LENGTH * cast::count_u32(features.length()) / self.mean_length);
        let mut squares = 0.0_f32;
        let mut weighed = Weighed {
            words: Vec::with_capacity(features.words().len()),
            pairs: Vec::with_capacity(features.pairs().len()),
            vector: features.dense(),
        };
        // The counts are all over the memory; fetched in a loop that does nothing else, many are under way at once.
        let word_papers: Vec<u32> =
            features.words().map(|word| words.get(&word.term).copied().unwrap_or(0)).collect();
        let pair_papers: Vec<u16> = features
            .pairs()
            .map(|(pair, _count)| pairs.get(cast::place(pair)).copied().unwrap_or(0))
            .collect();
        for (word, papers) in features.words().zip(word_papers) {
            let weight = damped(2 * word.title + word.body) * idf(papers);
            let count = cast::count_u32(3 * word.title + word.body);
            squares += weight * weight;
            weighed.words.push((word.term, weight, count * (SATURATION + 1.0) / (count + norm)));
        }
        for ((pair, count), papers) in features.pairs().zip(pair_papers) {
            let weight = damped(count) * idf(u32::from(papers));
            squares += weight * weight;
            weighed.pairs.push((pair, weight));
        }
        let length = squares.sqrt().max(1e-12);
        weighed.words.iter_mut().for_each(|(_term, weight, _count)| *weight /= length);
        weighed.pairs.iter_mut().for_each(|(_pair, weight)| *weight /= length);
        centre(&mut weighed.vector, &self.mean);
        weighed
    }
}

/// The logarithm of one more than a count; small counts are most.
fn logarithm(papers: u32) -> f32 {
    static SMALL: LazyLock<Vec<f32>> = LazyLock::new(|| (0_u32..2_048).map(of).collect());
    fn of(papers: u32) -> f32 {
        (1.0 + cast::count_u32(papers)).ln()
    }
    SMALL.get(cast::place(papers)).copied().unwrap_or_else(|| of(papers))
}

fn centre(vector: &mut [f32], mean: &[f32]) {
    if vector.iter().all(|value| value.abs() < 1e-12) {
        return;
    }
    dense::add(vector, -1.0, mean);
    dense::unit(vector);
}

#[cfg(test)]
mod tests;
