//! What a topic looks for: weights of terms and pairs, and the directions of its description and of its examples.

use std::collections::BTreeMap;

use crate::relevance::background::Background;
use crate::relevance::background::Weighed;
use crate::relevance::cast;
use crate::relevance::dense;
use crate::relevance::profile::Example;
use crate::relevance::profile::Wanted;
use crate::relevance::terms;

/// So many weights of terms and pairs are kept of the examples; below 400 quality falls.
const KEPT: usize = 2_000;

/// How much papers that are not wanted count against those that are.
const AGAINST: f32 = 0.25;

/// From so many examples on the description counts less.
const MANY: usize = 5;

/// A term that is looked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Word {
    /// Which.
    pub term: u32,
    /// What it weighs for the examples.
    pub like: f32,
    /// What it weighs for the description.
    pub about: f32,
}

/// What a topic looks for.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Weights {
    /// The terms, sorted.
    pub words: Vec<Word>,
    /// Pairs of neighbouring terms, sorted, with their weights for the examples.
    pub pairs: Vec<(u32, f32)>,
    /// Where the description points.
    pub about_sense: Option<Vec<f32>>,
    /// Where the examples point.
    pub like_sense: Option<Vec<f32>>,
    /// How much the description counts.
    pub about_share: f32,
    /// How much the examples count.
    pub like_share: f32,
}

/// The parts of a score before they are compared with the background.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Raw {
    /// BM25 of the description.
    pub about_words: f32,
    /// Cosine of the description.
    pub about_sense: f32,
    /// Product of the examples' mean tf-idf with the paper's.
    pub like_words: f32,
    /// Product of the examples' mean vector with the paper's.
    pub like_sense: f32,
}

impl Weights {
    /// The weights of what is wanted.
    pub fn of(wanted: &Wanted, background: &Background) -> Self {
        let mut words: BTreeMap<u32, (f32, f32)> = BTreeMap::new();
        let mut weights = Self::default();
        if !wanted.likes.is_empty() || !wanted.unlikes.is_empty() {
            let Lean { words: liked, pairs, sense } = lean(wanted, background);
            words.extend(liked.into_iter().map(|(term, weight)| (term, (weight, 0.0))));
            weights.pairs = pairs;
            weights.like_sense = Some(sense);
        }
        if let Some(about) = wanted.about.as_deref().filter(|about| !about.trim().is_empty()) {
            let counts = counts(about);
            for (term, count) in &counts {
                words.entry(*term).or_default().1 = cast::count_u32(*count) * background.rarity(*term);
            }
            weights.about_sense = Some(background.centre(background.embedding().sense(about, "", counts)));
        }
        weights.words = words.into_iter().map(|(term, (like, about))| Word { term, like, about }).collect();
        weights.like_share = match (wanted.likes.is_empty(), wanted.unlikes.is_empty()) {
            (false, _) => 1.0,
            (true, false) => AGAINST,
            (true, true) => 0.0,
        };
        weights.about_share = match (&weights.about_sense, wanted.likes.len()) {
            (None, _) => 0.0,
            (Some(_), 0) => 1.0,
            (Some(_), MANY..) => 0.3,
            (Some(_), _few) => 0.5,
        };
        weights
    }

    /// The parts of a paper's score.
    pub fn raw(&self, paper: &Weighed) -> Raw {
        let mut raw = Raw::default();
        for (term, weight, count) in &paper.words {
            let found = self.words.binary_search_by_key(term, |word| word.term);
            if let Some(word) = found.ok().and_then(|at| self.words.get(at)) {
                raw.like_words += word.like * weight;
                raw.about_words += word.about * count;
            }
        }
        for (pair, weight) in &paper.pairs {
            let found = self.pairs.binary_search_by_key(pair, |(pair, _like)| *pair);
            if let Some((_pair, like)) = found.ok().and_then(|at| self.pairs.get(at)) {
                raw.like_words += like * weight;
            }
        }
        let along =
            |sense: &Option<Vec<f32>>| sense.as_ref().map_or(0.0, |sense| dense::dot(sense, &paper.vector));
        raw.about_sense = along(&self.about_sense);
        raw.like_sense = along(&self.like_sense);
        raw
    }
}

/// The terms of a description, sorted, with how often each occurs.
fn counts(about: &str) -> BTreeMap<u32, u32> {
    let mut counts = BTreeMap::new();
    terms::each(about, |term| *counts.entry(term).or_default() += 1);
    counts
}

/// Where the examples lean.
struct Lean {
    words: Vec<(u32, f32)>,
    pairs: Vec<(u32, f32)>,
    sense: Vec<f32>,
}

/// The mean of what is liked, less a quarter of the mean of what is not: terms, pairs and direction.
fn lean(wanted: &Wanted, background: &Background) -> Lean {
    let scale = background.scale();
    let mut words: BTreeMap<u32, f32> = BTreeMap::new();
    let mut pairs: BTreeMap<u32, f32> = BTreeMap::new();
    let mut sense = vec![0.0; background.embedding().columns()];
    for (examples, side) in [(&wanted.likes, 1.0), (&wanted.unlikes, -AGAINST)] {
        let mut examples: Vec<&Example> = examples.iter().collect();
        examples.sort_by(|left, right| left.id.cmp(&right.id));
        let share = side / cast::count(examples.len().max(1));
        for example in examples {
            let weighed = scale.weigh(&example.features);
            for (term, weight, _count) in &weighed.words {
                *words.entry(*term).or_default() += share * weight;
            }
            for (pair, weight) in &weighed.pairs {
                *pairs.entry(*pair).or_default() += share * weight;
            }
            dense::add(&mut sense, share, &weighed.vector);
        }
    }
    let mut sizes: Vec<f32> = words.values().chain(pairs.values()).map(|weight| weight.abs()).collect();
    sizes.sort_unstable_by(|left, right| right.total_cmp(left));
    let least = sizes.get(KEPT).copied().unwrap_or(0.0);
    words.retain(|_term, weight| weight.abs() >= least);
    pairs.retain(|_pair, weight| weight.abs() >= least);
    Lean { words: words.into_iter().collect(), pairs: pairs.into_iter().collect(), sense }
}
